/* SPDX-License-Identifier: BSD-2-Clause */
/* Canonical NLRI back to a rule: the identity, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule.h"
#include "tests/lib/random_entry.h"

#define ROUNDS 20000

/* Every rule comes back from its key as it was. */
static void
any_rule_comes_back_from_its_key(void **state)
{
	struct random_state random = { 1 };
	struct rule rule, back;
	uint8_t key[RULE_KEY_MAX];

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t len;

		random_rule(&random, &rule);
		assert_true(rule_valid(&rule, rule_size(&rule)));
		len = rule_key(&rule, key);
		memset(&back, 0xee, sizeof(back));

		assert_int_equal(rule_from_key(rule.afi, key, len, &back), 0);
		assert_true(rule_equal(&rule, &back));
	}
}

/* A damaged key is refused or is the key of the rule that came out. */
static void
what_is_taken_is_a_key(void **state)
{
	struct random_state random = { 2 };
	struct rule rule, back;
	uint8_t key[RULE_KEY_MAX], again[RULE_KEY_MAX];
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t len, at;
		uint8_t *exact;

		random_rule(&random, &rule);
		len = rule_key(&rule, key);
		at = random_below(&random, len);
		key[at] ^= (uint8_t)(1u << random_below(&random, 8));
		exact = malloc(len);
		assert_non_null(exact);
		memcpy(exact, key, len);

		if (rule_from_key(rule.afi, exact, len, &back) == 0) {
			assert_int_equal(rule_key(&back, again), len);
			assert_memory_equal(again, key, len);
		} else {
			refused++;
		}
		free(exact);
	}
	assert_true(refused > ROUNDS / 10);
}

/* Octets that a lenient decoder would take. */
struct row {
	const char *name;
	unsigned afi;
	size_t len;
	uint8_t key[16];
};

static const struct row rows[] = {
	{ "empty_key_is_refused", AFI_IPV4, 0, { 0 } },
	{ "unknown_family_is_refused", 3, 3, { RULE_DST, 8, 10 } },
	{ "prefix_cut_short_is_refused", AFI_IPV4, 3, { RULE_DST, 16, 10 } },
	{ "length_33_is_refused", AFI_IPV4, 7,
	    { RULE_DST, 33, 10, 0, 0, 0, 0 } },
	{ "bits_past_the_length_are_refused", AFI_IPV4, 3,
	    { RULE_DST, 7, 0x0b } },
	{ "types_out_of_order_are_refused", AFI_IPV4, 6,
	    { RULE_PROTO, 0x81, 17, RULE_DST, 8, 10 } },
	{ "a_type_twice_is_refused", AFI_IPV4, 6,
	    { RULE_PROTO, 0x81, 17, RULE_PROTO, 0x81, 6 } },
	{ "two_destinations_are_refused", AFI_IPV4, 6,
	    { RULE_DST, 8, 10, RULE_DST, 8, 11 } },
	{ "wide_value_is_refused", AFI_IPV4, 4, { RULE_PROTO, 0x91, 0, 17 } },
	{ "list_without_end_is_refused", AFI_IPV4, 3,
	    { RULE_PROTO, 0x01, 17 } },
	{ "reserved_bit_is_refused", AFI_IPV4, 3, { RULE_PROTO, 0x89, 17 } },
	{ "first_and_is_refused", AFI_IPV4, 3, { RULE_PROTO, 0xc1, 17 } },
	{ "dscp_above_63_is_refused", AFI_IPV4, 3, { RULE_DSCP, 0x81, 64 } },
	{ "flow_label_in_ipv4_is_refused", AFI_IPV4, 6,
	    { RULE_FLOW_LABEL, 0xa1, 0, 0, 0, 1 } },
	{ "type_14_is_refused", AFI_IPV6, 3, { 14, 0x81, 1 } },
	{ "offset_past_the_length_is_refused", AFI_IPV6, 3,
	    { RULE_DST, 8, 9 } },
	{ "offset_equal_to_the_length_is_refused", AFI_IPV6, 3,
	    { RULE_DST, 8, 8 } },
	{ "pattern_padding_is_refused", AFI_IPV6, 4, { RULE_DST, 8, 4, 0x51 } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct rule rule;

	assert_int_equal(
	    rule_from_key(row->afi, row->key, row->len, &rule), -1);
}

/* A key of more terms than a rule has room for is refused. */
static void
too_many_terms_are_refused(void **state)
{
	uint8_t key[1 + 2 * (RULE_TERMS_MAX + 1)] = { RULE_PROTO };
	struct rule rule;

	(void)state;
	for (size_t i = 1; i < sizeof(key); i += 2)
		key[i] = i + 2 < sizeof(key) ? 0x01 : 0x81;

	assert_int_equal(rule_from_key(AFI_IPV4, key, sizeof(key), &rule), -1);
	key[sizeof(key) - 4] = 0x81;
	assert_int_equal(
	    rule_from_key(AFI_IPV4, key, sizeof(key) - 2, &rule), 0);
	assert_int_equal(rule.n_terms, RULE_TERMS_MAX);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 3] = {
		[ROWS] = cmocka_unit_test(any_rule_comes_back_from_its_key),
		[ROWS + 1] = cmocka_unit_test(what_is_taken_is_a_key),
		[ROWS + 2] = cmocka_unit_test(too_many_terms_are_refused),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("rule_from_key", tests, NULL, NULL);
}
