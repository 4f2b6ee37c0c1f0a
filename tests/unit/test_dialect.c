/* SPDX-License-Identifier: BSD-2-Clause */
/* The inward dialect: what is kept, rewritten, split and refused. */
#include "policy/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "policy/matchset.h"
#include "tests/lib/random_rule.h"
#include "tests/lib/rule_terms.h"

#define V4           .afi = AFI_IPV4, DST(32, 192, 0, 2, 1)
#define V6           .afi = AFI_IPV6, DST(32, 0x20, 1, 0x0d, 0xb8)
#define P(op, value) T(DST_PORT, op, value)
#define F(op, value) T(TCP_FLAGS, op, value)

static const struct action_set discard = { .present =
					       ACTION_BIT(ACTION_RATE_BYTES) };
static const struct action_set limit = {
	.present = ACTION_BIT(ACTION_RATE_BYTES), .rate_bytes = 0x461c4000
};

/* One rule in, one rule out. */
struct row {
	const char *name;
	struct rule in, out;
};

static const struct row rows[] = {
	{ "plain_list_is_kept",
	    { V4, TERMS(T(PROTO, EQ, 17), P(EQ, 53), P(EQ, 5)) },
	    { V4, TERMS(T(PROTO, EQ, 17), P(EQ, 53), P(EQ, 5)) } },
	{ "contradiction_of_few_terms_is_kept",
	    { V4, TERMS(P(EQ, 53), P(AND | EQ, 5)) },
	    { V4, TERMS(P(EQ, 53), P(AND | EQ, 5)) } },
	{ "unequal_becomes_two_bounds", { V4, TERMS(P(NE, 80)) },
	    { V4, TERMS(P(LE, 79), P(GE, 81)) } },
	{ "unequal_to_zero_becomes_a_bound", { V4, TERMS(P(NE, 0)) },
	    { V4, TERMS(P(GE, 1)) } },
	{ "true_becomes_at_least_zero", { V4, TERMS(P(YES, 7)) },
	    { V4, TERMS(P(GE, 0)) } },
	{ "false_vanishes_beside_others", { V4, TERMS(P(NO, 7), P(EQ, 9)) },
	    { V4, TERMS(P(EQ, 9)) } },
	{ "only_the_component_in_need_is_rewritten",
	    { V4, TERMS(T(PROTO, EQ, 17), T(PROTO, EQ, 6), P(NE, 80)) },
	    { V4, TERMS(T(PROTO, EQ, 17), T(PROTO, EQ, 6), P(LE, 79),
		      P(GE, 81)) } },
	{ "neighbouring_values_become_a_range",
	    { V4, TERMS(P(EQ, 5), P(EQ, 6), P(EQ, 7), P(EQ, 8), P(EQ, 9),
		      P(EQ, 10)) },
	    { V4, TERMS(P(GE, 5), P(AND | LE, 10)) } },
	{ "one_value_left_between_bounds",
	    { V4, TERMS(P(NE, 5), P(AND | GE, 5), P(AND | LE, 6)) },
	    { V4, TERMS(P(EQ, 6)) } },
	{ "value_beyond_the_field_is_clipped",
	    { V4, TERMS(P(GE, 1024), P(AND | LE, 70000)) },
	    { V4, TERMS(P(GE, 1024)) } },
	{ "six_single_flags_become_any",
	    { V4, TERMS(F(ALL, 1), F(ALL, 2), F(ALL, 4), F(ALL, 8), F(ALL, 16),
		      F(ALL, 32)) },
	    { V4, TERMS(F(ANY, 63)) } },
	{ "six_flags_that_must_be_set_become_all",
	    { V4, TERMS(F(ALL, 1), F(AND | ALL, 2), F(AND | ALL, 4),
		      F(AND | ALL, 8), F(AND | ALL, 16), F(AND | ANY, 32)) },
	    { V4, TERMS(F(ALL, 63)) } },
	{ "flags_set_and_clear_become_two_terms",
	    { V4, TERMS(F(ALL, 1), F(AND | NOT_ANY, 2), F(AND | ALL, 4),
		      F(AND | NOT_ALL, 8), F(AND | NOT_ANY, 16),
		      F(AND | ALL, 32)) },
	    { V4, TERMS(F(ALL, 37), F(AND | NOT_ANY, 26)) } },
	{ "flags_of_no_constraint_keep_asking_for_tcp",
	    { V4, TERMS(F(ALL, 0), F(ALL, 1), F(ALL, 2), F(ALL, 4), F(ALL, 8),
		      F(ALL, 16)) },
	    { V4, TERMS(F(ANY, 2), F(NOT_ALL, 2)) } },
	{ "flags_asking_for_no_bit_vanish_beside_others",
	    { V4, TERMS(F(ANY, 0), F(ALL, 2)) }, { V4, TERMS(F(ANY, 2)) } },
	{ "flags_with_nothing_to_match_become_any_or_not",
	    { V4, TERMS(F(ALL, 0)) }, { V4, TERMS(F(ANY, 2), F(NOT_ALL, 2)) } },
	{ "impossible_groups_vanish",
	    { V4, TERMS(F(ALL, 1), F(AND | NOT_ANY, 1), F(ALL, 4),
		      F(AND | NOT_ANY, 4), F(ANY, 0), F(ALL, 24)) },
	    { V4, TERMS(F(ALL, 24)) } },
	{ "equal_groups_are_said_once",
	    { V4, TERMS(F(ALL, 3), F(AND | NOT_ANY, 4), F(ALL, 3),
		      F(AND | NOT_ANY, 4), F(NOT_ANY, 4), F(AND | ALL, 3)) },
	    { V4, TERMS(F(ALL, 3), F(AND | NOT_ANY, 4)) } },
	{ "part_of_protocols_without_ports_is_left_out",
	    { V4, TERMS(T(PROTO, EQ, 1), T(PROTO, EQ, 6), T(PROTO, EQ, 40),
		      T(PROTO, EQ, 42), T(PROTO, EQ, 44), T(PROTO, EQ, 46),
		      P(EQ, 80)) },
	    { V4, TERMS(T(PROTO, EQ, 1), T(PROTO, EQ, 6), T(PROTO, EQ, 40),
		      T(PROTO, EQ, 42), T(PROTO, EQ, 44), P(EQ, 80)) } },
	{ "flow_label_unequal", { V6, TERMS(T(FLOW_LABEL, NE, 7)) },
	    { V6, TERMS(T(FLOW_LABEL, LE, 6), T(FLOW_LABEL, GE, 8)) } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* One part comes out, as written down, though the rule has a rate. */
static void
rule_becomes(void **state)
{
	const struct row *row = *state;
	struct rule in = rule_of(&row->in);
	struct rule out = rule_of(&row->out);
	struct dialect_parts parts;

	assert_int_equal(dialect_express(DIALECT_STRICT, &in, &limit, &parts),
	    REASON_ACCEPTED);
	assert_int_equal(parts.n, 1);
	assert_true(rule_equal(&parts.part[0], &out));
	assert_true(dialect_holds(DIALECT_STRICT, &out));
}

/* A rule, and what a dialect answers. */
struct reason_row {
	const char *name;
	unsigned dialect;
	struct rule rule;
	struct action_set actions;
	enum reason want;
};

#define SIX_PORTS P(EQ, 1), P(EQ, 3), P(EQ, 5), P(EQ, 7), P(EQ, 9), P(EQ, 11)
#define DO(kind)                                                               \
	{                                                                      \
		.present = ACTION_BIT(ACTION_##kind)                           \
	}

static const struct reason_row reason_rows[] = {
	{ "no_dialect_says_nothing", DIALECT_NONE, { V4 }, DO(RATE_BYTES),
	    REASON_NOT_EXPRESSIBLE },
	{ "unknown_dialect_says_nothing", DIALECT_COUNT, { V4 }, DO(RATE_BYTES),
	    REASON_NOT_EXPRESSIBLE },
	{ "offset_is_refused_in_strict", DIALECT_STRICT,
	    { V6, .dst_offset = 8 }, DO(RATE_BYTES), REASON_IPV6_OFFSET },
	{ "offset_is_refused_in_full", DIALECT_FULL, { V6, .dst_offset = 8 },
	    DO(RATE_BYTES), REASON_IPV6_OFFSET },
	{ "source_offset_is_refused", DIALECT_STRICT,
	    { .afi = AFI_IPV6,
		.has = RULE_HAS_SRC,
		.src_len = 16,
		.src_offset = 8 },
	    DO(RATE_BYTES), REASON_IPV6_OFFSET },
	{ "false_alone_matches_nothing", DIALECT_STRICT,
	    { V4, TERMS(P(NO, 0)) }, DO(RATE_BYTES), REASON_MATCHES_NOTHING },
	{ "wide_value_alone_matches_nothing", DIALECT_STRICT,
	    { V4, TERMS(P(EQ, (UINT64_C(1) << 32) + 179)) }, DO(RATE_BYTES),
	    REASON_MATCHES_NOTHING },
	{ "impossible_flags_match_nothing", DIALECT_STRICT,
	    { V4, TERMS(F(ALL, 1), F(AND | NOT_ANY, 1), F(AND | ALL, 2),
		      F(AND | ALL, 4), F(AND | ALL, 8), F(AND | ALL, 16)) },
	    DO(RATE_BYTES), REASON_MATCHES_NOTHING },
	{ "rewritten_ports_under_icmp_match_nothing", DIALECT_STRICT,
	    { V4, TERMS(T(PROTO, EQ, 1), P(NE, 80)) }, DO(RATE_BYTES),
	    REASON_MATCHES_NOTHING },
	{ "wide_value_is_refused_in_full", DIALECT_FULL,
	    { V4, TERMS(P(LE, 70000)) }, DO(RATE_BYTES), REASON_VALUE_RANGE },
	{ "long_list_is_kept_in_full", DIALECT_FULL,
	    { V4, TERMS(SIX_PORTS, P(NE, 80)) }, DO(RATE_BYTES),
	    REASON_ACCEPTED },
	{ "six_groups_of_flags_do_not_fit_one", DIALECT_STRICT,
	    { V4, TERMS(F(ANY, 3), F(AND | ANY, 5), F(AND | ANY, 6),
		      F(AND | ANY, 9), F(AND | ANY, 10), F(AND | ANY, 12)) },
	    DO(RATE_BYTES), REASON_NOT_EXPRESSIBLE },
	{ "split_under_discard", DIALECT_STRICT, { V4, TERMS(SIX_PORTS) },
	    DO(RATE_BYTES), REASON_ACCEPTED },
	{ "no_split_under_a_byte_rate", DIALECT_STRICT,
	    { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_RATE_BYTES), .rate_bytes = 1 },
	    REASON_NOT_EXPRESSIBLE },
	{ "no_split_under_a_packet_rate", DIALECT_STRICT,
	    { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_RATE_PACKETS), .rate_packets = 1 },
	    REASON_NOT_EXPRESSIBLE },
	{ "split_under_continue", DIALECT_STRICT, { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_TRAFFIC), .flags = ACTION_CONTINUE },
	    REASON_ACCEPTED },
	{ "split_under_sample", DIALECT_STRICT, { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_TRAFFIC), .flags = ACTION_SAMPLE },
	    REASON_ACCEPTED },
	{ "no_split_under_sample_and_continue", DIALECT_STRICT,
	    { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_TRAFFIC),
		.flags = ACTION_SAMPLE | ACTION_CONTINUE },
	    REASON_NOT_EXPRESSIBLE },
	{ "no_split_under_copy_and_continue", DIALECT_STRICT,
	    { V4, TERMS(SIX_PORTS) },
	    { .present = ACTION_BIT(ACTION_TRAFFIC) |
			 ACTION_BIT(ACTION_REDIRECT_IP4),
		.flags = ACTION_COPY_IP4 | ACTION_CONTINUE },
	    REASON_NOT_EXPRESSIBLE },
	{ "next_hop_redirect_is_refused_in_strict", DIALECT_STRICT, { V4 },
	    DO(REDIRECT_NEXTHOP), REASON_NOT_EXPRESSIBLE },
	{ "next_hop_redirect_is_refused_in_frr", DIALECT_FRR, { V4 },
	    DO(REDIRECT_NEXTHOP), REASON_NOT_EXPRESSIBLE },
	{ "next_hop_redirect_is_refused_in_full", DIALECT_FULL, { V4 },
	    DO(REDIRECT_NEXTHOP), REASON_NOT_EXPRESSIBLE },
	{ "packet_rate_is_refused_in_frr", DIALECT_FRR, { V4 },
	    DO(RATE_PACKETS), REASON_NOT_EXPRESSIBLE },
	{ "packet_rate_is_kept_in_strict", DIALECT_STRICT, { V4 },
	    DO(RATE_PACKETS), REASON_ACCEPTED },
	{ "traffic_action_is_refused_in_frr", DIALECT_FRR, { V4 }, DO(TRAFFIC),
	    REASON_NOT_EXPRESSIBLE },
	{ "traffic_action_is_kept_in_strict", DIALECT_STRICT, { V4 },
	    DO(TRAFFIC), REASON_ACCEPTED },
	{ "mark_is_kept_in_frr", DIALECT_FRR, { V4 }, DO(MARK),
	    REASON_ACCEPTED },
	{ "redirect_is_kept_in_frr", DIALECT_FRR, { V4 }, DO(REDIRECT),
	    REASON_ACCEPTED },
	{ "interface_set_is_kept_in_strict", DIALECT_STRICT, { V4 },
	    DO(INTERFACE_SET), REASON_ACCEPTED },
	{ "ipv6_redirects_are_kept_in_strict", DIALECT_STRICT, { V6 },
	    { .present = ACTION_BIT(ACTION_REDIRECT_RT6) |
			 ACTION_BIT(ACTION_REDIRECT_IP6) },
	    REASON_ACCEPTED },
};
#define REASON_ROWS (sizeof(reason_rows) / sizeof(reason_rows[0]))

/* The answer is the row's, and a refusal leaves no parts behind. */
static void
answer_is(void **state)
{
	const struct reason_row *row = *state;
	struct rule rule = rule_of(&row->rule);
	struct dialect_parts parts;

	parts.n = 99;
	assert_int_equal(dialect_express((enum dialect)row->dialect, &rule,
			     &row->actions, &parts),
	    row->want);
	if (row->want == REASON_ACCEPTED)
		assert_true(parts.n >= 1 && parts.n <= DIALECT_PARTS_MAX);
	else
		assert_int_equal(parts.n, 0);
}

/* A rule with n separate single ports, and as many source ports. */
static struct rule
ports_rule(unsigned n, unsigned n_src, unsigned step)
{
	static const struct rule base = { V4 };
	struct rule rule = base;

	for (unsigned i = 0; i < n + n_src; i++) {
		struct rule_term *term = &rule.terms[rule.n_terms++];

		term->type = i < n ? RULE_DST_PORT : RULE_SRC_PORT;
		term->op = RULE_OP_EQ;
		term->value = 1 + (uint64_t)step * i;
	}
	return rule;
}

static unsigned
parts_of_ports(unsigned n, unsigned n_src, enum reason want)
{
	struct rule rule = ports_rule(n, n_src, 2);
	struct dialect_parts parts;

	assert_int_equal(
	    dialect_express(DIALECT_STRICT, &rule, &discard, &parts), want);
	return parts.n;
}

/* Lists are cut in fives, and lists of two components multiply. */
static void
long_lists_are_split(void **state)
{
	(void)state;
	assert_int_equal(parts_of_ports(5, 5, REASON_ACCEPTED), 1);
	assert_int_equal(parts_of_ports(6, 0, REASON_ACCEPTED), 2);
	assert_int_equal(parts_of_ports(10, 0, REASON_ACCEPTED), 2);
	assert_int_equal(parts_of_ports(11, 0, REASON_ACCEPTED), 3);
	assert_int_equal(parts_of_ports(80, 0, REASON_ACCEPTED), 16);
	assert_int_equal(parts_of_ports(81, 0, REASON_TOO_MANY_PARTS), 0);
	assert_int_equal(parts_of_ports(20, 20, REASON_ACCEPTED), 16);
	assert_int_equal(parts_of_ports(21, 20, REASON_TOO_MANY_PARTS), 0);
	assert_int_equal(parts_of_ports(128, 0, REASON_TOO_MANY_PARTS), 0);
}

/* Four ranges and two values fit two lists, values beside the ranges. */
static void
ranges_and_values_share_lists(void **state)
{
	static const struct rule row = { V4,
		TERMS(P(EQ, 1), P(GE, 10), P(AND | LE, 19), P(GE, 30),
		    P(AND | LE, 39), P(EQ, 50), P(GE, 60), P(AND | LE, 69),
		    P(GE, 80), P(AND | LE, 89)) };
	struct rule rule = rule_of(&row);
	struct dialect_parts parts;

	(void)state;
	assert_int_equal(
	    dialect_express(DIALECT_STRICT, &rule, &discard, &parts),
	    REASON_ACCEPTED);
	assert_int_equal(parts.n, 2);
	assert_int_equal(parts.part[0].n_terms, 5);
	assert_int_equal(parts.part[1].n_terms, 5);
}

/* AND groups of flags are never cut. */
static void
flag_groups_stay_whole(void **state)
{
	static const struct rule row = { V4,
		TERMS(F(ALL, 3), F(AND | NOT_ANY, 4), F(AND | ANY, 24),
		    F(ALL, 5), F(AND | NOT_ANY, 2), F(AND | ANY, 48)) };
	struct rule rule = rule_of(&row);
	struct dialect_parts parts;

	(void)state;
	assert_int_equal(
	    dialect_express(DIALECT_STRICT, &rule, &discard, &parts),
	    REASON_ACCEPTED);
	assert_int_equal(parts.n, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(parts.part[i].n_terms, 3);
		assert_int_equal(parts.part[i].terms[0].op, ALL);
		assert_int_equal(parts.part[i].terms[1].op, AND | NOT_ANY);
		assert_int_equal(parts.part[i].terms[2].op, AND | ANY);
	}
}

static bool
some_part_matches(
    const struct dialect_parts *parts, const struct packet *packet)
{
	for (unsigned i = 0; i < parts->n; i++) {
		if (packet_matches(&parts->part[i], packet))
			return true;
	}
	return false;
}

static void
check_parts(enum dialect dialect, const struct dialect_parts *parts)
{
	size_t octets_max = dialect == DIALECT_FULL ? 4095 : 239;

	for (unsigned i = 0; i < parts->n; i++) {
		const struct rule *part = &parts->part[i];
		uint8_t key[RULE_KEY_MAX];

		assert_true(rule_valid(part, rule_size(part)));
		assert_true(dialect_holds(dialect, part));
		assert_true(rule_key(part, key) <= octets_max);
		for (unsigned k = 0; k < i; k++)
			assert_false(rule_equal(part, &parts->part[k]));
		if (parts->n > 1)
			assert_false(matchset_empty(part));
	}
}

/* Packets near the rule and near each part match both ways alike. */
static void
check_packets(struct random *random, const struct rule *rule,
    const struct dialect_parts *parts)
{
	for (unsigned i = 0; i < 12; i++) {
		const struct rule *near = rule;
		struct packet packet;

		if (i % 3 == 2)
			near = &parts->part[random_below(random, parts->n)];
		random_packet(random, near, &packet);
		assert_int_equal(packet_matches(rule, &packet),
		    some_part_matches(parts, &packet));
	}
	for (unsigned i = 0; i < parts->n; i++)
		assert_true(matchset_contains(rule, &parts->part[i]));
	if (parts->n == 1)
		assert_true(matchset_equal(rule, &parts->part[0]));
}

static void
check_refusal(enum reason reason, const struct rule *rule,
    const struct dialect_parts *parts)
{
	assert_int_equal(parts->n, 0);
	if (reason == REASON_MATCHES_NOTHING)
		assert_true(matchset_empty(rule));
	else
		assert_true(reason == REASON_IPV6_OFFSET ||
			    reason == REASON_VALUE_RANGE ||
			    reason == REASON_TOO_MANY_PARTS ||
			    reason == REASON_NOT_EXPRESSIBLE);
}

/* Replace what follows a component by a long list of another. */
static void
add_list(struct random *random, struct rule *rule)
{
	unsigned last = rule->afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;
	unsigned type =
	    RULE_PROTO + (unsigned)random_below(random, last - RULE_PROTO + 1);
	uint64_t max = rule_field_max(type, rule->afi);
	uint64_t n = 6 + random_below(random, 30);

	while (rule->n_terms > 0 && rule->terms[rule->n_terms - 1].type >= type)
		rule->n_terms--;
	while (n-- > 0 && rule->n_terms < RULE_TERMS_MAX) {
		struct rule_term *term = &rule->terms[rule->n_terms++];

		memset(term, 0, sizeof(*term));
		term->type = (uint8_t)type;
		term->value = random_below(random, max + 1);
		term->op = RULE_OP_EQ;
		if (random_one_in(random, 4))
			term->op = (uint8_t)random_next(random);
	}
	rule_canonical(rule);
}

/* Over random rules, parts are inside the dialect and match what the rule
 * matches, packet by packet. */
static void
parts_match_what_the_rule_matches(void **state)
{
	struct random random = { 77 };
	unsigned split = 0;
	unsigned rewritten = 0;

	(void)state;
	for (unsigned i = 0; i < 30000; i++) {
		enum dialect dialect = (enum dialect)(1 + i % 3);
		unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct dialect_parts parts;
		struct rule rule;
		enum reason reason;

		if (i % 4 == 0)
			random_rule(&random, afi, &rule);
		else if (i % 4 == 1)
			random_rule_small(&random, afi, &rule);
		else
			random_rule_wild(&random, afi, &rule);
		if (i % 4 == 3)
			add_list(&random, &rule);
		reason = dialect_express(dialect, &rule, &discard, &parts);
		if (reason != REASON_ACCEPTED) {
			check_refusal(reason, &rule, &parts);
			continue;
		}
		check_parts(dialect, &parts);
		check_packets(&random, &rule, &parts);
		if (dialect_holds(dialect, &rule))
			assert_true(rule_equal(&rule, &parts.part[0]));
		split += parts.n > 1;
		rewritten += !dialect_holds(dialect, &rule);
	}
	assert_true(split > 500);
	assert_true(rewritten > 3000);
}

/* Whatever the actions, a split rule has neither rate nor a doubled copy. */
static void
splitting_never_multiplies_a_rate(void **state)
{
	struct random random = { 78 };
	struct rule rule = ports_rule(9, 0, 3);
	unsigned split = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct dialect_parts parts;
		struct action_set actions;
		enum reason reason;

		random_actions(&random, &actions);
		assert_true(action_valid(&actions));
		reason =
		    dialect_express(DIALECT_STRICT, &rule, &actions, &parts);
		if (reason != REASON_ACCEPTED) {
			assert_int_equal(reason, REASON_NOT_EXPRESSIBLE);
			continue;
		}
		assert_int_equal(actions.rate_bytes, 0);
		assert_int_equal(actions.rate_packets, 0);
		split++;
	}
	assert_true(split > 500);
}

/* Names lead to numbers and back; what is unknown is none. */
static void
names_lead_back(void **state)
{
	(void)state;
	for (unsigned i = DIALECT_NONE + 1; i < DIALECT_COUNT; i++)
		assert_int_equal(dialect_from_name(dialect_name(i)), i);
	assert_string_equal(dialect_name(DIALECT_STRICT), "strict");
	assert_string_equal(dialect_name(DIALECT_NONE), "?");
	assert_string_equal(dialect_name(DIALECT_COUNT), "?");
	assert_int_equal(dialect_from_name("?"), DIALECT_NONE);
	assert_int_equal(dialect_from_name("Strict"), DIALECT_NONE);
	assert_int_equal(dialect_from_name(""), DIALECT_NONE);
}

#define OTHERS 6

int
main(void)
{
	static struct CMUnitTest tests[ROWS + REASON_ROWS + OTHERS] = {
		[ROWS + REASON_ROWS] = cmocka_unit_test(long_lists_are_split),
		cmocka_unit_test(ranges_and_values_share_lists),
		cmocka_unit_test(flag_groups_stay_whole),
		cmocka_unit_test(parts_match_what_the_rule_matches),
		cmocka_unit_test(splitting_never_multiplies_a_rate),
		cmocka_unit_test(names_lead_back),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = rule_becomes;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	for (size_t i = 0; i < REASON_ROWS; i++) {
		struct CMUnitTest *test = &tests[ROWS + i];

		test->name = reason_rows[i].name;
		test->test_func = answer_is;
		test->initial_state = (void *)(uintptr_t)&reason_rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
