/* SPDX-License-Identifier: BSD-2-Clause */
/* The algebra of match sets against packets, read one by one. */
#include "policy/matchset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "policy/protected.h"
#include "tests/lib/random_rule.h"

/* Pairs of a rule and a packet: as many as take half a minute. */
#if defined(__SANITIZE_ADDRESS__)
#define SLOW
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOW
#endif
#endif
#ifndef PACKET_PAIRS
#if defined(__OPTIMIZE__) && !defined(SLOW)
#define PACKET_PAIRS 10000000u
#else
#define PACKET_PAIRS 600000u
#endif
#endif
#define PACKETS_A_RULE 8u

#define ICMP  1
#define TCP   6
#define UDP   17
#define ICMP6 58

static void
add_term(struct rule *rule, unsigned type, unsigned op, uint64_t value)
{
	rule->terms[rule->n_terms++] = (struct rule_term){
		.type = (uint8_t)type, .op = (uint8_t)op, .value = value
	};
}

/* Exactly these bits of the mask. */
static void
add_bits(struct rule *rule, unsigned type, uint64_t value, uint64_t mask)
{
	add_term(rule, type, RULE_OP_MATCH, value);
	add_term(rule, type, RULE_OP_AND | RULE_OP_NOT, mask & ~value);
}

/* The rule that matches this packet and no other. */
static void
rule_of_packet(const struct packet *packet, struct rule *rule)
{
	bool head = (packet->fragment & RULE_FRAGMENT_ISF) == 0;
	bool v6 = packet->afi == AFI_IPV6;

	memset(rule, 0, RULE_SIZE_MIN);
	rule->afi = packet->afi;
	rule->has = RULE_HAS_DST | RULE_HAS_SRC;
	rule->dst_len = rule->src_len = (uint8_t)afi_bits(packet->afi);
	memcpy(rule->dst, packet->dst, afi_bits(packet->afi) / 8);
	memcpy(rule->src, packet->src, afi_bits(packet->afi) / 8);
	add_term(rule, RULE_PROTO, RULE_OP_EQ, packet->proto);
	if (head && (packet->proto == TCP || packet->proto == UDP)) {
		add_term(rule, RULE_DST_PORT, RULE_OP_EQ, packet->dst_port);
		add_term(rule, RULE_SRC_PORT, RULE_OP_EQ, packet->src_port);
	}
	if (head && packet->proto == (v6 ? ICMP6 : ICMP)) {
		add_term(rule, RULE_ICMP_TYPE, RULE_OP_EQ, packet->icmp_type);
		add_term(rule, RULE_ICMP_CODE, RULE_OP_EQ, packet->icmp_code);
	}
	if (head && packet->proto == TCP)
		add_bits(rule, RULE_TCP_FLAGS, packet->tcp_flags, 0xfff);
	add_term(rule, RULE_LENGTH, RULE_OP_EQ, packet->length);
	add_term(rule, RULE_DSCP, RULE_OP_EQ, packet->dscp);
	add_bits(rule, RULE_FRAGMENT, packet->fragment, v6 ? 0x0e : 0x0f);
	if (v6)
		add_term(rule, RULE_FLOW_LABEL, RULE_OP_EQ, packet->flow_label);
}

/* What is protected in these tests, and the set made of it. */
#define ENTRIES 12u
struct guarded {
	struct rule entries[ENTRIES];
	struct protected_set *set;
};

static void
guarded_init(struct guarded *guarded, struct random *random)
{
	guarded->set = protected_new();
	assert_non_null(guarded->set);
	for (unsigned i = 0; i < ENTRIES; i++) {
		unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct rule *entry = &guarded->entries[i];
		struct prefix dst;

		do {
			random_rule(random, afi, entry);
		} while (!rule_dst_prefix(entry, &dst));
		assert_int_equal(protected_add(guarded->set, entry,
				     PROTECTED_ANYBODY, "entry"),
		    0);
	}
	assert_int_equal(protected_seal(guarded->set), 0);
}

static bool
is_guarded(const struct guarded *guarded, const struct packet *packet)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (packet_matches(&guarded->entries[i], packet))
			return true;
	}
	return false;
}

static bool
meets_guarded(const struct guarded *guarded, const struct rule *rule)
{
	return protected_meets(guarded->set, rule, 1) != NULL;
}

/* What the algebra says of one rule, asked once. */
struct said {
	const struct rule *rule;
	const struct rule *other; /* of the same family */
	bool empty;
	bool meets_guarded;
	bool meets;     /* the other */
	bool precedes;  /* the other */
	bool contains;  /* the other */
	bool contained; /* in the other */
};

/* How often which outcome was seen. */
struct seen {
	unsigned pairs;
	unsigned matched;
	unsigned guarded;
	unsigned both;
};

/* The packet, taken as a rule, is just itself. */
static void
check_single(const struct guarded *guarded, const struct rule *rule,
    const struct packet *packet, bool match)
{
	struct rule single;

	rule_of_packet(packet, &single);
	assert_false(matchset_empty(&single));
	assert_true(packet_matches(&single, packet));
	assert_int_equal(matchset_intersects(rule, &single), match);
	assert_int_equal(matchset_intersects(&single, rule), match);
	assert_int_equal(matchset_contains(rule, &single), match);
	assert_int_equal(
	    meets_guarded(guarded, &single), is_guarded(guarded, packet));
	if (matchset_contains(&single, rule))
		assert_true(match || matchset_empty(rule));
}

static void
check_packet(const struct guarded *guarded, const struct said *said,
    const struct packet *packet, struct seen *seen)
{
	bool match = packet_matches(said->rule, packet);
	bool other = packet_matches(said->other, packet);
	bool guards = is_guarded(guarded, packet);

	check_single(guarded, said->rule, packet, match);
	if (match) {
		assert_false(said->empty);
		assert_true(said->meets_guarded || !guards);
		assert_true(other || !said->contained);
	}
	if (match && other) {
		assert_true(said->meets);
		assert_int_equal(
		    said->precedes, rule_cmp(said->rule, said->other) < 0);
	}
	if (other && !match)
		assert_false(said->contains);
	seen->pairs++;
	seen->matched += match;
	seen->guarded += match && guards;
	seen->both += match && other;
}

static void
ask_algebra(const struct guarded *guarded, const struct rule *rule,
    const struct rule *other, struct said *said)
{
	*said = (struct said){ .rule = rule,
		.other = other,
		.empty = matchset_empty(rule),
		.meets_guarded = meets_guarded(guarded, rule),
		.meets = matchset_intersects(rule, other),
		.precedes = matchset_precedes(rule, other),
		.contains = matchset_contains(rule, other),
		.contained = matchset_contains(other, rule) };
	assert_int_equal(
	    said->precedes, said->meets && rule_cmp(rule, other) < 0);
	if (said->empty) {
		assert_false(said->meets);
		assert_false(said->meets_guarded);
		assert_true(said->contained);
	}
}

static void
draw_rule(struct random *random, unsigned i, struct rule *rule)
{
	unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;

	if (i % 4 < 2)
		random_rule(random, afi, rule);
	else
		random_rule_wild(random, afi, rule);
	assert_true(rule_valid(rule, rule_size(rule)));
}

/* A packet, taken as a rule, meets and lies in just the rules that match it;
 * and no packet says otherwise than the algebra says of its rules. */
static void
packets_lie_in_the_rules_that_match(void **state)
{
	struct random random = { 20260825 };
	struct seen seen = { 0 };
	struct guarded guarded;

	(void)state;
	guarded_init(&guarded, &random);
	for (unsigned i = 0; seen.pairs < PACKET_PAIRS; i++) {
		const struct rule *near[3];
		struct rule rule;
		struct rule other;
		struct said said;

		draw_rule(&random, i, &rule);
		if (i % 16 < 4)
			draw_rule(&random, i, &other);
		else
			other = guarded.entries[i % ENTRIES];
		ask_algebra(&guarded, &rule, &other, &said);
		near[0] = near[1] = &rule;
		near[2] = &other;
		for (unsigned k = 0; k < PACKETS_A_RULE; k++) {
			struct packet packet;

			random_packet(&random, near[k % 3], &packet);
			check_packet(&guarded, &said, &packet, &seen);
		}
	}
	/* The drawing is worth something only when both outcomes abound. */
	assert_in_range(
	    seen.matched, seen.pairs / 8, seen.pairs - seen.pairs / 8);
	assert_true(seen.guarded > seen.pairs / 1000);
	assert_true(seen.both > seen.pairs / 1000);
	protected_free(guarded.set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_lie_in_the_rules_that_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
