/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/protected.c: which packets are protected, and that looking
 * them up finds what looking at all of them would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/matchset.h"
#include "policy/protected.h"
#include "policy/rule_text.h"
#include "tests/lib/random_rule.h"
#include "tests/lib/soil.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define CUSTOMER    7

/* What one protects with one entry, and whether a rule meets it. */
struct row {
	const char *name;
	const char *entry;
	const char *rule;
	bool meets;
	bool sends; /* as protected_source says */
};

#define BGP "match destination 192.0.2.1/32 protocol =6 port =179"
#define BFD                                                                    \
	"match destination 192.0.2.1/32 protocol =17 destination-port "        \
	">=3784&<=3785"
#define ALL "match destination 192.0.2.0/24"
#define SIX "match destination 2001:db8::/64"
#define TO  "match destination 192.0.2.1/32"

static const struct row rows[] = {
	{ "destination_equal_meets", ALL, "match destination 192.0.2.0/24",
	    true, false },
	{ "destination_inside_meets", ALL, TO, true, false },
	{ "destination_around_meets", ALL, "match destination 192.0.0.0/16",
	    true, false },
	{ "destination_beside_does_not_meet", ALL,
	    "match destination 192.0.3.0/24", false, false },
	{ "no_destination_meets", ALL, "match source-port =53", true, false },
	{ "no_destination_of_the_other_family_does_not_meet", ALL,
	    "ipv6 match source-port =53", false, false },
	{ "fragments_meet_an_address", ALL, TO " fragment is-fragment", true,
	    false },
	{ "icmp_meets_an_address", ALL, TO " protocol =1 icmp-type =8", true,
	    false },
	{ "port_meets_a_port", BGP, TO " port =179", true, false },
	{ "destination_port_meets_a_port", BGP, TO " destination-port =179",
	    true, false },
	{ "source_port_meets_a_port", BGP, TO " source-port =179", true,
	    false },
	{ "no_protocol_meets_a_port", BGP, TO, true, false },
	{ "both_other_ports_do_not_meet_a_port", BGP,
	    TO " destination-port =80 source-port =1024", false, false },
	{ "one_other_port_meets_a_port", BGP, TO " destination-port =80", true,
	    false },
	{ "unequal_ports_meet_a_port", BGP,
	    TO " destination-port !=80&!=443 source-port !=179", true, false },
	{ "unequal_to_it_twice_does_not_meet_a_port", BGP,
	    TO " destination-port !=179 source-port !=179", false, false },
	{ "other_protocol_does_not_meet_a_port", BGP,
	    TO " protocol =17 port =179", false, false },
	{ "unequal_protocol_meets_a_port", BGP, TO " protocol !=17", true,
	    false },
	{ "later_fragments_do_not_meet_a_port", BGP, TO " fragment is-fragment",
	    false, false },
	{ "first_fragments_meet_a_port", BGP, TO " fragment first-fragment",
	    true, false },
	{ "icmp_does_not_meet_a_port", BGP, TO " protocol =1", false, false },
	{ "flags_of_tcp_meet_a_port", BGP, TO " tcp-flags =S", true, false },
	{ "range_of_ports_meets_a_range", BFD,
	    TO " destination-port >=1&<=3784", true, false },
	{ "range_of_ports_beside_does_not_meet", BFD,
	    TO " destination-port >=3786", false, false },
	{ "ipv6_meets", SIX, "match destination 2001:db8::1/128", true, false },
	{ "source_inside_sends", ALL,
	    "match destination 203.0.113.7/32 source 192.0.2.9/32", false,
	    true },
	{ "source_equal_sends", ALL,
	    "match destination 203.0.113.7/32 source 192.0.2.0/24", false,
	    true },
	{ "source_around_does_not_send", ALL,
	    "match destination 203.0.113.7/32 source 192.0.0.0/16", false,
	    false },
	{ "source_beside_does_not_send", ALL,
	    "match destination 203.0.113.7/32 source 192.0.3.0/24", false,
	    false },
	{ "source6_inside_sends", SIX,
	    "match destination 2001:db8:113::/64 source 2001:db8::5/128", false,
	    true },
	{ "source_with_its_port_sends", BGP,
	    "match source 192.0.2.1/32 source-port =179", true, true },
	{ "source_towards_its_port_sends", BGP,
	    "match source 192.0.2.1/32 destination-port =179", true, true },
	{ "source_with_other_ports_does_not_send", BGP,
	    "match destination 203.0.113.7/32 source 192.0.2.1/32 "
	    "destination-port =80 source-port =1024",
	    false, false },
	{ "source_of_a_service_sends_answers", BFD,
	    "match destination 203.0.113.7/32 source 192.0.2.1/32 "
	    "source-port =3784 destination-port =49152",
	    false, true },
	{ "source_of_a_service_sends_questions", BFD,
	    "match destination 203.0.113.7/32 source 192.0.2.1/32 "
	    "destination-port =3784 source-port =49152",
	    false, true },
	{ "source_of_another_protocol_does_not_send", BFD,
	    "match destination 203.0.113.7/32 source 192.0.2.1/32 protocol =1",
	    false, false },
};

static void
parse(const char *text, struct rule *rule)
{
	struct rule_text_error error;
	struct action_set actions;

	if (rule_parse(text, rule, &actions, &error) < 0)
		fail_msg("%s: column %zu, wanted %s", text, error.column,
		    error.wanted);
}

/* One row: one entry, one rule; the customer exempt meets nothing. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct protected_set *set = protected_new();
	const struct protected_entry *entry;
	struct rule protect, rule;

	assert_non_null(set);
	parse(row->entry, &protect);
	parse(row->rule, &rule);
	assert_int_equal(protected_add(set, &protect, CUSTOMER, "routers"), 0);
	assert_int_equal(protected_seal(set), 0);

	entry = protected_meets(set, &rule, CUSTOMER + 1);
	assert_int_equal(entry != NULL, row->meets);
	if (entry != NULL)
		assert_string_equal(entry->name, "routers");
	entry = protected_source(set, &rule, CUSTOMER + 1);
	assert_int_equal(entry != NULL, row->sends);
	assert_null(protected_meets(set, &rule, CUSTOMER));
	assert_null(protected_source(set, &rule, CUSTOMER));
	protected_free(set);
}

/* Link-local, multicast and loopback are protected from everybody. */
static void
always_is_protected_from_everybody(void **state)
{
	static const struct {
		const char *rule;
		const char *name; /* NULL: not protected */
	} asked[] = {
		{ "match destination 127.0.0.1/32", "loopback" },
		{ "match destination 169.254.1.0/24", "link-local" },
		{ "match destination 224.0.0.5/32", "multicast" },
		{ "match destination 239.255.255.255/32", "multicast" },
		{ "match destination 240.0.0.0/8", NULL },
		{ "match destination 128.0.0.0/8", NULL },
		{ "match destination ::1/128", "loopback" },
		{ "match destination ::2/128", NULL },
		{ "match destination fe80::1/128", "link-local" },
		{ "match destination febf::/16", "link-local" },
		{ "match destination fec0::/16", NULL },
		{ "match destination ff02::5/128", "multicast" },
	};
	struct protected_set *set = protected_new();
	const struct protected_entry *entry;
	struct rule rule;

	(void)state;
	assert_non_null(set);
	assert_int_equal(protected_add_always(set), 0);
	assert_int_equal(protected_seal(set), 0);
	assert_int_equal(protected_count(set), 6);
	for (size_t i = 0; i < N_OF(asked); i++) {
		parse(asked[i].rule, &rule);
		entry = protected_meets(set, &rule, 0);
		assert_int_equal(entry == NULL, asked[i].name == NULL);
		if (entry != NULL)
			assert_string_equal(entry->name, asked[i].name);
		assert_int_equal(
		    protected_meets(set, &rule, PROTECTED_ANYBODY) == NULL,
		    asked[i].name == NULL);
	}
	protected_free(set);
}

/* What has no destination of its own cannot be protected, and what is no set
 * protects nothing. */
static void
entry_without_a_destination_is_not_taken(void **state)
{
	struct protected_set *set = protected_new();
	struct prefix bad = { AFI_IPV4, 33, { 0 } };
	struct rule rule;

	(void)state;
	assert_non_null(set);
	assert_false(protected_sealed(set));
	assert_false(protected_sealed(NULL));
	parse("match source 192.0.2.1/32", &rule);
	assert_int_equal(protected_add(set, &rule, 0, "x"), -1);
	parse("match destination 2001:db8::/64", &rule);
	rule.dst_offset = 8;
	assert_int_equal(protected_add(set, &rule, 0, "x"), -1);
	rule.dst_offset = 0;
	rule.src_offset = 1;
	assert_int_equal(protected_add(set, &rule, 0, "x"), -1);
	rule.src_offset = 0;
	rule.n_terms = RULE_TERMS_MAX + 1;
	assert_int_equal(protected_add(set, &rule, 0, "x"), -1);
	assert_int_equal(protected_add_prefix(set, &bad, 0, "x"), -1);
	assert_int_equal(protected_add_address(set, &bad, 0, "x"), -1);
	parse("match destination 192.0.2.0/24", &rule);
	rule.dst[3] = 1; /* past its length */
	assert_int_equal(protected_add(set, &rule, 0, "x"), -1);
	assert_int_equal(protected_count(set), 0);
	assert_int_equal(protected_count(NULL), 0);

	parse("match destination 192.0.2.1/32", &rule);
	assert_int_equal(protected_seal(set), 0);
	assert_true(protected_sealed(set));
	assert_null(protected_meets(set, &rule, 0));
	assert_null(protected_meets(NULL, &rule, 0));
	assert_null(protected_source(NULL, &rule, 0));
	protected_free(set);
	protected_free(NULL);
}

/* The operators may pass over an address with a wider rule, but not aim at it
 * nor take its BGP. A customer may not do either, whose address it is may. */
static void
address_is_soft_for_operators(void **state)
{
	static const struct {
		const char *rule;
		bool customer;
		bool noc;
	} cases[] = {
		{ "match destination 192.0.2.1/32 protocol =17", true, true },
		{ "match destination 192.0.2.0/24 protocol =17", true, false },
		{ "match protocol =17", true, false },
		{ "match protocol =6", true, true },
		{ "match destination 192.0.2.0/24 source-port =179", true,
		    true },
		{ "match destination 192.0.2.0/24 protocol =6 "
		  "destination-port =80 source-port =1024",
		    true, false },
		{ "match destination 192.0.2.2/32", false, false },
	};
	struct protected_set *set = protected_new();
	struct prefix address;
	struct rule rule;

	(void)state;
	assert_non_null(set);
	assert_int_equal(prefix_parse("192.0.2.1/32", &address), 0);
	assert_int_equal(
	    protected_add_address(set, &address, CUSTOMER, "peer"), 0);
	assert_int_equal(protected_seal(set), 0);
	for (size_t i = 0; i < N_OF(cases); i++) {
		parse(cases[i].rule, &rule);
		assert_int_equal(
		    protected_meets(set, &rule, CUSTOMER + 1) != NULL,
		    cases[i].customer);
		assert_int_equal(
		    protected_meets(set, &rule, PROTECTED_NOC) != NULL,
		    cases[i].noc);
		assert_null(protected_meets(set, &rule, CUSTOMER));
	}
	protected_free(set);
}

/* An address is kept as it is, and its BGP as the rule that says so. */
static void
address_is_two_entries(void **state)
{
	struct protected_set *set = protected_new();
	const struct protected_entry *entry;
	struct rule bgp, wide, host;
	struct prefix address;

	(void)state;
	assert_non_null(set);
	parse("match destination 192.0.2.1/32", &host);
	parse("match destination 192.0.2.0/24 protocol =6", &wide);
	parse(BGP, &bgp);
	assert_int_equal(prefix_parse("192.0.2.1/32", &address), 0);
	stack_soil();
	assert_int_equal(
	    protected_add_address(set, &address, CUSTOMER, "peer"), 0);
	assert_int_equal(protected_seal(set), 0);
	assert_int_equal(protected_count(set), 2);
	entry = protected_meets(set, &host, PROTECTED_NOC);
	assert_non_null(entry);
	assert_true(entry->soft);
	assert_true(rule_equal(entry->rule, &host));
	entry = protected_meets(set, &wide, PROTECTED_NOC);
	assert_non_null(entry);
	assert_false(entry->soft);
	assert_true(rule_equal(entry->rule, &bgp));
	protected_free(set);
}

/* A name that is too long is cut; what is added after sealing is found once it
 * is sealed again. */
static void
set_may_be_sealed_again(void **state)
{
	struct protected_set *set = protected_new();
	const struct protected_entry *entry;
	char name[2 * PROTECTED_NAME_MAX];
	struct rule rule;

	(void)state;
	assert_non_null(set);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(protected_seal(set), 0);
	parse("match destination 192.0.2.1/32", &rule);
	assert_int_equal(protected_add(set, &rule, 0, name), 0);
	assert_false(protected_sealed(set));
	assert_int_equal(protected_seal(set), 0);
	entry = protected_meets(set, &rule, 1);
	assert_non_null(entry);
	assert_int_equal(strlen(entry->name), PROTECTED_NAME_MAX - 1);
	assert_int_equal(entry->prefix.len, 32);
	assert_true(rule_equal(entry->rule, &rule));

	/* As many terms as a rule may have are taken. */
	rule.n_terms = RULE_TERMS_MAX;
	assert_int_equal(protected_add(set, &rule, 0, "x"), 0);
	assert_int_equal(protected_count(set), 2);
	protected_free(set);
}

/* The rule with its ends exchanged, and the ports too where they are asked
 * for: the plain reading of what protected_source() promises. */
static bool
sends(const struct rule *entry, const struct rule *rule, bool answers)
{
	struct rule turned;
	unsigned n = 0;

	memset(&turned, 0, sizeof(turned));
	turned.afi = entry->afi;
	turned.has = (uint8_t)((entry->has & RULE_HAS_SRC ? RULE_HAS_DST : 0) |
			       RULE_HAS_SRC);
	turned.src_len = entry->dst_len;
	memcpy(turned.src, entry->dst, ADDRESS_MAX);
	turned.dst_len = entry->src_len;
	memcpy(turned.dst, entry->src, ADDRESS_MAX);
	for (unsigned type = RULE_PROTO; type <= RULE_TYPE_MAX; type++) {
		for (unsigned i = 0; i < entry->n_terms; i++) {
			unsigned as = entry->terms[i].type;

			if (answers &&
			    (as == RULE_DST_PORT || as == RULE_SRC_PORT))
				as = RULE_DST_PORT + RULE_SRC_PORT - as;
			if (as != type)
				continue;
			turned.terms[n] = entry->terms[i];
			turned.terms[n++].type = (uint8_t)type;
		}
	}
	turned.n_terms = (uint16_t)n;
	return matchset_intersects(&turned, rule);
}

#define MODEL_ENTRIES 120
#define MODEL_RULES   400
#define MODEL_ROUNDS  12

/* A set beside a plain list of the same. */
struct model {
	struct protected_set *set;
	struct rule rules[MODEL_ENTRIES];
	uint32_t exempt[MODEL_ENTRIES];
	unsigned n;
};

/* Entries that nest, repeat and stand apart. */
static void
model_entry(struct random *random, struct model *model)
{
	struct rule *rule = &model->rules[model->n];
	unsigned afi = random_one_in(random, 3) ? AFI_IPV6 : AFI_IPV4;

	random_rule_small(random, afi, rule);
	if (random_one_in(random, 2))
		rule->n_terms = 0;
	if (random_one_in(random, 4) && model->n > 0) {
		const struct rule *other =
		    &model->rules[random_below(random, model->n)];

		rule->afi = other->afi;
		rule->has = RULE_HAS_DST;
		rule->n_terms = 0;
		rule->dst_offset = 0;
		rule->dst_len = other->dst_len;
		memcpy(rule->dst, other->dst, ADDRESS_MAX);
	}
	rule_canonical(rule);
	model->exempt[model->n] = random_one_in(random, 3)
				      ? (uint32_t)random_below(random, 3)
				      : PROTECTED_ANYBODY;
	if (protected_add(model->set, rule, model->exempt[model->n], "e") == 0)
		model->n++;
	else
		assert_true((rule->has & RULE_HAS_DST) == 0 ||
			    rule->dst_offset != 0 || rule->src_offset != 0);
}

static void
model_ask(const struct model *model, const struct rule *rule, uint32_t customer)
{
	const struct protected_entry *met, *source;
	bool meets = false, from = false;
	struct prefix src, dst;

	for (unsigned i = 0; i < model->n; i++) {
		const struct rule *entry = &model->rules[i];

		if (model->exempt[i] == customer)
			continue;
		meets = meets || matchset_intersects(entry, rule);
		if (rule_src_prefix(rule, &src) &&
		    rule_dst_prefix(entry, &dst) && prefix_contains(&dst, &src))
			from = from || sends(entry, rule, true) ||
			       sends(entry, rule, false);
	}
	met = protected_meets(model->set, rule, customer);
	source = protected_source(model->set, rule, customer);
	assert_int_equal(met != NULL, meets);
	assert_int_equal(source != NULL, from);
	if (met != NULL) {
		assert_true(matchset_intersects(met->rule, rule));
		assert_int_not_equal(met->exempt, customer);
	}
}

/* Looking up finds what looking at every entry finds. */
static void
looking_up_agrees_with_looking_at_all(void **state)
{
	struct model *model = calloc(1, sizeof(*model));
	struct random random = { 20261123 };
	struct rule rule;

	(void)state;
	assert_non_null(model);
	for (unsigned round = 0; round < MODEL_ROUNDS; round++) {
		model->n = 0;
		model->set = protected_new();
		assert_non_null(model->set);
		for (unsigned i = 0; i < MODEL_ENTRIES / (1 + round % 3); i++)
			model_entry(&random, model);
		assert_int_equal(protected_seal(model->set), 0);
		for (unsigned i = 0; i < MODEL_RULES; i++) {
			random_rule_small(&random,
			    random_one_in(&random, 3) ? AFI_IPV6 : AFI_IPV4,
			    &rule);
			model_ask(
			    model, &rule, (uint32_t)random_below(&random, 4));
		}
		protected_free(model->set);
	}
	free(model);
}

/* Full, it takes no more and still finds each: one address in a hundred
 * thousand. */
static void
full_set_finds_each_and_takes_no_more(void **state)
{
	struct protected_set *set = protected_new();
	struct prefix host = { AFI_IPV4, 32, { 10 } };
	const struct protected_entry *entry;
	struct rule rule;

	(void)state;
	assert_non_null(set);
	parse("match destination 10.0.0.0/32", &rule);
	for (uint32_t i = 0; i < PROTECTED_MAX; i++) {
		host.addr[1] = (uint8_t)(i >> 15);
		host.addr[2] = (uint8_t)(i >> 7);
		host.addr[3] = (uint8_t)(i << 1); /* even ones */
		assert_int_equal(protected_add_prefix(set, &host, i, "p"), 0);
	}
	assert_int_equal(
	    protected_add_prefix(set, &host, PROTECTED_ANYBODY, "p"), -1);
	assert_int_equal(
	    protected_add_address(set, &host, PROTECTED_ANYBODY, "p"), -1);
	assert_int_equal(protected_add_always(set), -1);
	assert_int_equal(protected_seal(set), 0);
	assert_int_equal(protected_count(set), PROTECTED_MAX);
	for (uint32_t i = 0; i < PROTECTED_MAX; i++) {
		rule.dst[1] = (uint8_t)(i >> 15);
		rule.dst[2] = (uint8_t)(i >> 7);
		rule.dst[3] = (uint8_t)(i << 1);
		entry = protected_meets(set, &rule, PROTECTED_MAX);
		assert_non_null(entry);
		assert_int_equal(entry->exempt, i);
		assert_null(protected_meets(set, &rule, i));
		rule.dst[3] |= 1;
		assert_null(protected_meets(set, &rule, PROTECTED_MAX));
	}
	protected_free(set);
}

static const struct CMUnitTest stories[] = {
	cmocka_unit_test(always_is_protected_from_everybody),
	cmocka_unit_test(entry_without_a_destination_is_not_taken),
	cmocka_unit_test(set_may_be_sealed_again),
	cmocka_unit_test(address_is_soft_for_operators),
	cmocka_unit_test(address_is_two_entries),
	cmocka_unit_test(looking_up_agrees_with_looking_at_all),
	cmocka_unit_test(full_set_finds_each_and_takes_no_more),
};

int
main(void)
{
	struct CMUnitTest tests[N_OF(stories) + N_OF(rows)];

	memset(tests, 0, sizeof(tests));
	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < N_OF(rows); i++) {
		tests[N_OF(stories) + i].name = rows[i].name;
		tests[N_OF(stories) + i].test_func = check_row;
		tests[N_OF(stories) + i].initial_state =
		    (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("protected", tests, NULL, NULL);
}
