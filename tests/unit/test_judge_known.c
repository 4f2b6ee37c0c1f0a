/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/judge.c on random questions: what acceptance promises about
 * the three sources of ownership, and packet by packet about what is
 * protected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/judge_scene.h"
#include "tests/lib/random_rule.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define QUESTIONS   20000
#define PACKETS     6
#define ENTRIES     3

/* What is protected in this question, as it was added. */
struct entry {
	struct rule rule;
	uint32_t exempt;
};
struct scene {
	struct judge_scene *s;
	struct random *random;
	struct entry entries[ENTRIES];
	unsigned n_entries;
};

static const char *const around[] = { "203.0.112.0/22", "203.0.113.0/24",
	"203.0.113.0/25", "203.0.113.64/26", "198.51.100.0/24",
	"192.0.2.0/24" };
static const char *const hosts[] = { "203.0.113.66/32", "203.0.113.67/32",
	"203.0.113.200/32", "198.51.100.1/32", "192.0.2.9/32" };

static bool
coin(struct scene *t)
{
	return random_one_in(t->random, 2);
}

static const char *
one_of(struct scene *t, const char *const *texts, size_t n)
{
	return texts[random_below(t->random, n)];
}
#define ONE_OF(t, texts) one_of(t, texts, N_OF(texts))

static void
random_sources(struct scene *t)
{
	static const uint32_t asns[] = { 0, 65001, 65001, 65010, 64500, 64999 };
	struct customer *customer = &t->s->customer;

	if (coin(t)) {
		judge_scene_irr(t->s, ONE_OF(t, around));
		customer->irr.usable = coin(t);
		if (random_one_in(t->random, 4)) {
			prefix_set_free(customer->irr.list);
			customer->irr.list = NULL;
		}
	}
	customer->match = (uint8_t)random_below(t->random, 3);
	customer->rpki = (uint8_t)random_below(t->random, 4);
	customer->pa = random_one_in(t->random, 4);
	for (uint64_t n = random_below(t->random, 4); n > 0; n--)
		judge_scene_roa(t->s, ONE_OF(t, around),
		    asns[random_below(t->random, N_OF(asns))]);
	if (coin(t))
		t->s->rpki.state = (uint8_t)random_below(t->random, 7);
	customer->asns = malloc(sizeof(*customer->asns));
	assert_non_null(customer->asns);
	customer->asns[0] = 65010;
	customer->n_asns = (uint32_t)random_below(t->random, 2);
	t->s->q.stands = random_one_in(t->random, 3);
}

static void
random_protected(struct scene *t)
{
	static const unsigned ports[] = { 0, 179, 3784 };

	for (uint64_t n = random_below(t->random, ENTRIES + 1); n > 0; n--) {
		struct entry *entry = &t->entries[t->n_entries++];
		unsigned port = ports[random_below(t->random, N_OF(ports))];
		const char *text = ONE_OF(t, hosts);
		struct prefix prefix;

		assert_int_equal(prefix_parse(text, &prefix), 0);
		memset(&entry->rule, 0, sizeof(entry->rule));
		entry->rule.afi = prefix.afi;
		entry->rule.has = RULE_HAS_DST;
		entry->rule.dst_len = prefix.len;
		memcpy(entry->rule.dst, prefix.addr, ADDRESS_MAX);
		entry->rule.terms[0].type = RULE_PORT;
		entry->rule.terms[0].op = RULE_OP_EQ;
		entry->rule.terms[0].value = port;
		entry->rule.n_terms = port != 0 ? 1 : 0;
		entry->exempt = (uint32_t)random_below(t->random, 4);
		judge_scene_protect(t->s, text, port, entry->exempt);
	}
	if (coin(t))
		prefix_parse(ONE_OF(t, hosts), &t->s->remote);
	if (random_one_in(t->random, 4))
		prefix_parse(ONE_OF(t, hosts), &t->s->local);
	t->s->q.protect_customers = coin(t);
}

static void
random_match(struct scene *t)
{
	static const unsigned values[] = { 53, 179, 3784, 17, 6, 1 };
	static const unsigned ops[] = { RULE_OP_EQ, RULE_OP_LT | RULE_OP_GT,
		RULE_OP_GT | RULE_OP_EQ, RULE_OP_LT };
	static const unsigned types[] = { RULE_PROTO, RULE_PORT, RULE_DST_PORT,
		RULE_SRC_PORT };

	judge_scene_dst(t->s, coin(t) ? ONE_OF(t, hosts) : ONE_OF(t, around));
	if (random_one_in(t->random, 3))
		judge_scene_src(
		    t->s, coin(t) ? ONE_OF(t, hosts) : ONE_OF(t, around));
	for (size_t i = 0; i < N_OF(types); i++) {
		if (random_one_in(t->random, 3))
			judge_scene_term(t->s, types[i],
			    ops[random_below(t->random, N_OF(ops))],
			    values[random_below(t->random, N_OF(values))]);
	}
	if (random_one_in(t->random, 8))
		judge_scene_term(t->s, RULE_FRAGMENT, RULE_OP_MATCH,
		    UINT64_C(1) << random_below(t->random, 4));
	rule_canonical(&t->s->rule);
}

static bool
set_covers(const struct prefix_set *set, const struct prefix *dst)
{
	for (size_t i = 0; i < prefix_set_count(set); i++) {
		if (prefix_contains(&prefix_set_at(set, i)->prefix, dst))
			return true;
	}
	return false;
}

/* The first two sources, read plainly. */
static bool
lists_agree(const struct judge_scene *s, const struct prefix *dst)
{
	const struct customer_irr *irr = &s->customer.irr;
	bool registered = set_covers(s->customer.own, dst);
	bool listed = set_covers(irr->list, dst);

	if (!irr->configured)
		return registered;
	if (!irr->usable || irr->list == NULL)
		listed = s->q.stands;
	if (s->customer.match == OWN_MATCH_ANY)
		return registered || listed;
	return registered && listed;
}

/* The third. */
static bool
roas_agree(const struct judge_scene *s, const struct prefix *dst)
{
	const struct customer *customer = &s->customer;
	bool covered = false, named = false;

	for (unsigned i = 0; i < s->n_vrps; i++) {
		uint32_t asn = s->vrps[i].asn;

		if (!prefix_contains(&s->vrps[i].prefix, dst))
			continue;
		covered = true;
		named = named || asn == 65001 ||
			(asn == 65010 && customer->n_asns == 1) ||
			(asn == 64500 && customer->pa);
	}
	if (customer->rpki == OWN_RPKI_OFF)
		return true;
	if (s->rpki.state == RPKI_FRESH)
		return named || (!covered && customer->rpki == OWN_RPKI_VETO);
	if (s->rpki.state == RPKI_EXPIRED && !s->q.stands && covered && !named)
		return false;
	return customer->rpki == OWN_RPKI_VETO ||
	       (s->q.stands && (s->rpki.state == RPKI_LOADING ||
				   s->rpki.state == RPKI_EXPIRED));
}

/* BGP between the two ends, one way or the other. */
static void
session_packet(struct scene *t, struct packet *packet)
{
	bool in = coin(t);
	const struct prefix *from = in ? &t->s->remote : &t->s->local;
	const struct prefix *to = in ? &t->s->local : &t->s->remote;
	uint16_t other = (uint16_t)random_below(t->random, 65536);

	memset(packet, 0, sizeof(*packet));
	packet->afi = AFI_IPV4;
	memcpy(packet->src, from->addr, 4);
	memcpy(packet->dst, to->addr, 4);
	packet->proto = 6;
	packet->src_port = coin(t) ? 179 : other;
	packet->dst_port = packet->src_port == 179 ? other : 179;
	packet->length = 59;
}

/* No packet of the rule is one of those protected. */
static void
packets_are_left_alone(struct scene *t)
{
	const struct rule *rule = &t->s->rule;
	struct packet packet;

	for (unsigned i = 0; i < PACKETS; i++) {
		session_packet(t, &packet);
		assert_false(packet_matches(rule, &packet));
	}
	for (unsigned i = 0; i < t->n_entries; i++) {
		const struct entry *entry = &t->entries[i];

		for (unsigned j = 0; j < PACKETS && entry->exempt != 1; j++) {
			random_packet(
			    t->random, coin(t) ? rule : &entry->rule, &packet);
			assert_false(packet_matches(&entry->rule, &packet) &&
				     packet_matches(rule, &packet));
		}
	}
}

/* No explicit source is another's or what is protected as a whole. */
static void
source_is_left_alone(const struct scene *t)
{
	struct prefix src, dst, other;

	if (!rule_src_prefix(&t->s->rule, &src))
		return;
	for (unsigned i = 0; i < t->n_entries; i++) {
		const struct entry *entry = &t->entries[i];

		assert_true(rule_dst_prefix(&entry->rule, &dst));
		if (entry->rule.n_terms == 0 && entry->exempt != 1)
			assert_false(prefix_contains(&dst, &src));
	}
	assert_int_equal(prefix_parse("198.51.100.0/24", &other), 0);
	if (t->s->q.protect_customers)
		assert_false(prefix_contains(&other, &src));
}

/* The ownership check agrees with the plain reading, and what is accepted
 * takes no packet that is protected. */
static void
accepted_rules_are_owned_and_harmless(void **state)
{
	unsigned accepted = 0, owned = 0, protects = 0;
	struct random random = { 11235813 };

	(void)state;
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct scene t = { .s = judge_scene_new(), .random = &random };
		const struct check_result *said =
		    &t.s->results[CHECK_OWNERSHIP];
		struct prefix dst;

		random_sources(&t);
		random_protected(&t);
		random_match(&t);
		t.s->customer.validate = VALIDATE_OFF;
		t.s->q.approved = true;
		judge_explain(&t.s->q, &t.s->verdict, t.s->parts, t.s->results);
		assert_true(rule_dst_prefix(&t.s->rule, &dst));
		assert_int_equal(said->reason == REASON_ACCEPTED,
		    lists_agree(t.s, &dst) && roas_agree(t.s, &dst));
		if (verdict_accepts(&t.s->verdict)) {
			packets_are_left_alone(&t);
			source_is_left_alone(&t);
			accepted++;
			protects += t.n_entries > 0;
		}
		owned += said->reason == REASON_ACCEPTED;
		judge_scene_free(t.s);
	}
	/* The questions are a mixture, else the above says little. */
	assert_in_range(accepted, QUESTIONS / 50, QUESTIONS / 2);
	assert_in_range(owned, QUESTIONS / 10, QUESTIONS - QUESTIONS / 10);
	assert_true(protects > QUESTIONS / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_rules_are_owned_and_harmless),
	};

	return cmocka_run_group_tests_name("judge_known", tests, NULL, NULL);
}
