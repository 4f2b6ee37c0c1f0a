/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/cost.c: published figures, and counting by brute force. */
#include "policy/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define EQ          RULE_OP_EQ
#define GE          (RULE_OP_GT | RULE_OP_EQ)
#define LE          (RULE_OP_LT | RULE_OP_EQ)
#define AND_LE      (RULE_OP_AND | LE)

/* Value and operator; operator 0 ends the list. */
struct term {
	unsigned type;
	unsigned op;
	uint64_t value;
};

#define TERMS 12
struct row {
	const char *name;
	uint32_t cost;
	struct term terms[TERMS];
};

#define FROM(type, lo)                                                         \
	{                                                                      \
		type, GE, lo                                                   \
	}
#define RANGE(type, lo, hi)                                                    \
	{ type, GE, lo },                                                      \
	{                                                                      \
		type, AND_LE, hi                                               \
	}
#define ONE(type, value)                                                       \
	{                                                                      \
		type, EQ, value                                                \
	}
#define UDP ONE(RULE_PROTO, 17)

static const struct row rows[] = {
	/* As published for the NCS 5500. */
	{ "published_exact_destination_port", 1,
	    { ONE(RULE_PROTO, 6), ONE(RULE_DST_PORT, 8080) } },
	{ "published_icmp_type_and_code", 1,
	    { ONE(RULE_ICMP_TYPE, 3), ONE(RULE_ICMP_CODE, 16) } },
	{ "published_syn", 1,
	    { ONE(RULE_PROTO, 6), { RULE_TCP_FLAGS, RULE_OP_MATCH, 2 } } },
	{ "published_length_from_400", 10,
	    { ONE(RULE_DST_PORT, 123), FROM(RULE_LENGTH, 400) } },
	{ "published_length_from_255", 9, { FROM(RULE_LENGTH, 255) } },
	{ "published_length_from_256", 8, { FROM(RULE_LENGTH, 256) } },
	{ "published_length_from_257", 15, { FROM(RULE_LENGTH, 257) } },
	{ "published_length_from_512", 7, { FROM(RULE_LENGTH, 512) } },
	{ "published_length_from_121", 12, { FROM(RULE_LENGTH, 121) } },
	{ "published_length_from_129", 15, { FROM(RULE_LENGTH, 129) } },
	{ "published_memcached", 1, { UDP, ONE(RULE_SRC_PORT, 11211) } },
	{ "published_netbios", 2,
	    { UDP, ONE(RULE_SRC_PORT, 137), ONE(RULE_SRC_PORT, 138) } },
	{ "published_snmp", 2,
	    { UDP, ONE(RULE_SRC_PORT, 161), ONE(RULE_SRC_PORT, 162) } },
	{ "published_dns", 7,
	    { UDP, ONE(RULE_SRC_PORT, 53), FROM(RULE_LENGTH, 768) } },
	{ "published_l2tp", 9,
	    { UDP, ONE(RULE_SRC_PORT, 1701), FROM(RULE_LENGTH, 500) } },
	{ "published_ntp", 33,
	    { UDP, ONE(RULE_SRC_PORT, 123), RANGE(RULE_LENGTH, 1, 35),
		RANGE(RULE_LENGTH, 37, 45), RANGE(RULE_LENGTH, 47, 75),
		RANGE(RULE_LENGTH, 77, 219), RANGE(RULE_LENGTH, 221, 65535) } },
	{ "published_udp_fragments", 2,
	    { UDP, { RULE_FRAGMENT, 0, RULE_FRAGMENT_ISF } } },
	/* Not published; counted, and above what was once seen (10). */
	{ "two_length_ranges", 18,
	    { RANGE(RULE_LENGTH, 1, 75), RANGE(RULE_LENGTH, 77, 550) } },
	{ "destination_alone", 1, { { 0, 0, 0 } } },
	{ "all_of_a_field", 1, { FROM(RULE_LENGTH, 0) } },
	{ "worst_range", 30, { RANGE(RULE_DST_PORT, 1, 65534) } },
	{ "pair_of_ranges_multiplies", 900,
	    { RANGE(RULE_DST_PORT, 1, 65534),
		RANGE(RULE_SRC_PORT, 1, 65534) } },
	{ "list_times_list", 6,
	    { ONE(RULE_DST_PORT, 1), ONE(RULE_DST_PORT, 5),
		ONE(RULE_DST_PORT, 9), ONE(RULE_SRC_PORT, 1),
		ONE(RULE_SRC_PORT, 5) } },
	{ "port_counts_for_both_directions", 2, { ONE(RULE_PORT, 53) } },
	{ "port_pair_counts_for_both_directions", 4,
	    { ONE(RULE_PORT, 53), ONE(RULE_PORT, 123) } },
	{ "alternatives_count_as_written", 2,
	    { ONE(RULE_DST_PORT, 136), ONE(RULE_DST_PORT, 137) } },
	{ "fragment_alternatives_count_twice", 4,
	    { { RULE_FRAGMENT, 0, RULE_FRAGMENT_ISF },
		{ RULE_FRAGMENT, 0, RULE_FRAGMENT_FF } } },
	{ "fragment_of_any_of_two_bits", 4,
	    { { RULE_FRAGMENT, 0, RULE_FRAGMENT_ISF | RULE_FRAGMENT_FF } } },
	{ "any_of_three_flags", 3, { { RULE_TCP_FLAGS, 0, 7 } } },
	{ "all_of_three_flags", 1, { { RULE_TCP_FLAGS, RULE_OP_MATCH, 7 } } },
	{ "none_of_three_flags", 1, { { RULE_TCP_FLAGS, RULE_OP_NOT, 7 } } },
	{ "not_all_of_three_flags", 3,
	    { { RULE_TCP_FLAGS, RULE_OP_NOT | RULE_OP_MATCH, 7 } } },
	{ "flags_joined_by_and_multiply", 6,
	    { { RULE_TCP_FLAGS, 0, 7 },
		{ RULE_TCP_FLAGS, RULE_OP_AND, 0x18 } } },
	{ "flags_joined_by_or_add", 5,
	    { { RULE_TCP_FLAGS, 0, 7 }, { RULE_TCP_FLAGS, 0, 0x18 } } },
	{ "unequal_is_two_ranges", 16,
	    { { RULE_DST_PORT, RULE_OP_LT | RULE_OP_GT, 80 } } },
};

static void
rule_of(const struct term *terms, struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->afi = AFI_IPV4;
	rule->has = RULE_HAS_DST;
	rule->dst_len = 32;
	for (unsigned i = 0; i < TERMS && terms[i].type != 0; i++) {
		rule->terms[i] =
		    (struct rule_term){ .type = (uint8_t)terms[i].type,
			    .op = (uint8_t)terms[i].op,
			    .value = terms[i].value };
		rule->n_terms++;
	}
	assert_true(rule_valid(rule, rule_size(rule)));
}

/* One row: the entries of a rule, and one only in the plain profile. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct rule rule;

	rule_of(row->terms, &rule);
	assert_int_equal(cost_of(COST_NCS5500, &rule), row->cost);
	assert_int_equal(cost_of(COST_PLAIN, &rule), 1);
}

/* Fewest aligned blocks that are just the members, by halving. */
static uint32_t
blocks(const bool *member, uint32_t n)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < n; i++)
		held += member[i];
	if (held == 0)
		return 0;
	if (held == n)
		return 1;
	return blocks(member, n / 2) + blocks(member + n / 2, n / 2);
}

/* Every range of a field of 6 bits takes the fewest blocks there are. */
static void
every_range_of_six_bits_takes_fewest_blocks(void **state)
{
	(void)state;
	for (unsigned lo = 0; lo < 64; lo++) {
		for (unsigned hi = lo; hi < 64; hi++) {
			const struct term terms[TERMS] = { RANGE(
			    RULE_DSCP, lo, hi) };
			bool member[64];
			struct rule rule;

			for (unsigned i = 0; i < 64; i++)
				member[i] = lo <= i && i <= hi;
			rule_of(terms, &rule);
			assert_int_equal(
			    cost_of(COST_NCS5500, &rule), blocks(member, 64));
		}
	}
}

/* The terms up to the next OR, over all values of a field of 8 bits. */
static uint32_t
group_blocks(const struct rule_term *terms, unsigned n)
{
	bool member[256];

	for (unsigned i = 0; i < 256; i++)
		member[i] = packet_terms_match(terms, n, i);
	return blocks(member, 256);
}

/* Random terms of any operators: the sum over the alternatives, each counted
 * value by value. */
static void
random_terms_take_the_blocks_of_their_values(void **state)
{
	struct random random = { 77 };

	(void)state;
	for (unsigned round = 0; round < 30000; round++) {
		struct rule rule = { .afi = AFI_IPV4 };
		uint32_t expected = 0;
		unsigned end;

		rule.n_terms = (uint16_t)(1 + random_below(&random, 5));
		for (unsigned i = 0; i < rule.n_terms; i++) {
			rule.terms[i].type = RULE_PROTO;
			rule.terms[i].op =
			    (uint8_t)(random_next(&random) & RULE_OP_NUMERIC);
			rule.terms[i].value = random_below(&random, 256);
		}
		rule_canonical(&rule);
		for (unsigned i = 0; i < rule.n_terms; i = end) {
			end = i + 1;
			while (end < rule.n_terms &&
			       (rule.terms[end].op & RULE_OP_AND) != 0)
				end++;
			expected += group_blocks(&rule.terms[i], end - i);
		}
		if (expected == 0)
			expected = 1;
		assert_int_equal(cost_of(COST_NCS5500, &rule), expected);
	}
}

/* Components that are apart multiply: each alone, against all together. */
static void
components_multiply(void **state)
{
	struct random random = { 4711 };

	(void)state;
	for (unsigned round = 0; round < 30000; round++) {
		unsigned afi = round % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct rule rule;
		uint64_t product = 1;
		unsigned end;

		random_rule(&random, afi, &rule);
		for (unsigned i = 0; i < rule.n_terms; i = end) {
			struct rule alone = { .afi = rule.afi };

			end = i;
			while (end < rule.n_terms &&
			       rule.terms[end].type == rule.terms[i].type)
				alone.terms[alone.n_terms++] =
				    rule.terms[end++];
			product *= cost_of(COST_NCS5500, &alone);
			if (product > UINT32_MAX)
				product = UINT32_MAX;
		}
		assert_int_equal(cost_of(COST_NCS5500, &rule), product);
		assert_true(product >= 1);
	}
}

/* The costliest rule there can be stays at the largest number. */
static void
cost_saturates(void **state)
{
	static const uint8_t types[] = { RULE_PROTO, RULE_DST_PORT,
		RULE_SRC_PORT, RULE_ICMP_TYPE, RULE_ICMP_CODE, RULE_LENGTH,
		RULE_DSCP };
	struct rule rule = { .afi = AFI_IPV4 };

	(void)state;
	for (unsigned i = 0; i < N_OF(types); i++) {
		uint64_t max = rule_field_max(types[i], AFI_IPV4);

		for (unsigned k = 0; k < 18; k++) {
			struct rule_term *term = &rule.terms[rule.n_terms++];

			term->type = types[i];
			term->op = k % 2 == 0 ? GE : AND_LE;
			term->value = k % 2 == 0 ? 1 : max - 1;
		}
	}
	assert_true(rule_valid(&rule, rule_size(&rule)));
	assert_int_equal(cost_of(COST_NCS5500, &rule), UINT32_MAX);
	/* A count that no rule has is not followed. */
	rule.n_terms = RULE_TERMS_MAX + 1;
	assert_int_equal(cost_of(COST_NCS5500, &rule), UINT32_MAX);
}

/* Nobody's profile has no room for any rule. */
static void
unknown_profile_costs_all_there_is(void **state)
{
	struct rule rule = { .afi = AFI_IPV4 };

	(void)state;
	assert_int_equal(cost_of(COST_NONE, &rule), UINT32_MAX);
	assert_int_equal(cost_of(COST_COUNT, &rule), UINT32_MAX);
	assert_int_equal(cost_of((enum cost_profile)200, &rule), UINT32_MAX);
	assert_string_equal(cost_name(COST_PLAIN), "plain");
	assert_string_equal(cost_name(COST_NCS5500), "ncs5500");
	assert_string_equal(cost_name(COST_NONE), "?");
	assert_string_equal(cost_name(COST_COUNT), "?");
}

int
main(void)
{
	struct CMUnitTest tests[N_OF(rows) + 5] = {
		cmocka_unit_test(every_range_of_six_bits_takes_fewest_blocks),
		cmocka_unit_test(random_terms_take_the_blocks_of_their_values),
		cmocka_unit_test(components_multiply),
		cmocka_unit_test(cost_saturates),
		cmocka_unit_test(unknown_profile_costs_all_there_is),
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
