/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitmask components: truth table and sets of TCP flags. */
#include "policy/bitmask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/rule_terms.h"

#define FLAG(op, value) T(TCP_FLAGS, op, value)

struct row {
	const char *name;
	struct rule_term terms[4];
	uint64_t data;
	bool want;
};

static const struct row rows[] = {
	{ "any_wants_one_bit", { FLAG(ANY, 6) }, 2, true },
	{ "any_of_other_bits_fails", { FLAG(ANY, 6) }, 1, false },
	{ "all_wants_each_bit", { FLAG(ALL, 6) }, 7, true },
	{ "all_with_one_missing_fails", { FLAG(ALL, 6) }, 2, false },
	{ "not_any_wants_none", { FLAG(NOT_ANY, 6) }, 9, true },
	{ "not_any_with_one_set_fails", { FLAG(NOT_ANY, 6) }, 2, false },
	{ "not_all_wants_one_missing", { FLAG(NOT_ALL, 6) }, 2, true },
	{ "not_all_with_each_set_fails", { FLAG(NOT_ALL, 6) }, 6, false },
	{ "all_of_nothing_is_true", { FLAG(ALL, 0) }, 0, true },
	{ "any_of_nothing_is_false", { FLAG(ANY, 0) }, 0xfff, false },
	{ "and_joins", { FLAG(ALL, 2), FLAG(AND | NOT_ANY, 0x10) }, 0x12,
	    false },
	{ "and_binds_tighter_than_or",
	    { FLAG(ALL, 2), FLAG(ALL, 4), FLAG(AND | ALL, 8) }, 2, true },
	{ "or_after_and", { FLAG(ALL, 4), FLAG(AND | ALL, 8), FLAG(ALL, 1) }, 1,
	    true },
	{ "first_and_is_not_read", { FLAG(AND | ALL, 2) }, 2, true },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each operator and their joining are as RFC 8955 4.2.1.2 has them. */
static void
row_holds(void **state)
{
	const struct row *row = *state;
	struct bitmask_set set;
	unsigned n = 0;

	while (n < 4 && row->terms[n].type != 0)
		n++;
	assert_int_equal(bitmask_matches(row->terms, n, row->data), row->want);
	(void)bitmask_of_terms(row->terms, n, &set);
	assert_int_equal(
	    set.word[row->data / 64] >> row->data % 64 & 1, row->want);
}

static unsigned
draw_terms(struct random *random, struct rule_term *terms)
{
	unsigned n = 1 + (unsigned)random_below(random, 6);

	for (unsigned i = 0; i < n; i++) {
		uint64_t value = random_next(random);

		value &= random_next(random); /* fewer bits */
		terms[i] = (struct rule_term)FLAG(0, 0);
		terms[i].op = (uint8_t)random_next(random) & RULE_OP_BITMASK;
		terms[i].value =
		    value & (random_one_in(random, 9) ? 0xffff : 0xfff);
	}
	return n;
}

/* The sets hold what the terms match, also with a bit beyond the field. */
static void
sets_hold_what_terms_match(void **state)
{
	struct random random = { 11 };

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct rule_term terms[6];
		unsigned n = draw_terms(&random, terms);
		struct bitmask_set set;
		bool some = bitmask_of_terms(terms, n, &set);
		bool found = false;

		for (unsigned data = 0; data <= BITMASK_FLAGS; data++) {
			bool match = packet_terms_match(terms, n, data);

			assert_int_equal(
			    (set.word[data / 64] >> data % 64 & 1) != 0, match);
			assert_int_equal(
			    bitmask_matches(terms, n, data), match);
			found |= match;
		}
		assert_int_equal(some, found);
	}
}

/* Meeting and containing agree with going through all flags. */
static void
set_algebra_agrees_with_values(void **state)
{
	struct random random = { 12 };

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct rule_term terms[2][6];
		unsigned n[2];
		struct bitmask_set sets[2];
		bool meet = false;
		bool contains = true;
		bool full = true;

		for (unsigned i = 0; i < 2; i++) {
			n[i] = draw_terms(&random, terms[i]);
			(void)bitmask_of_terms(terms[i], n[i], &sets[i]);
		}
		for (unsigned data = 0; data <= BITMASK_FLAGS; data++) {
			bool a = packet_terms_match(terms[0], n[0], data);
			bool b = packet_terms_match(terms[1], n[1], data);

			meet |= a && b;
			contains &= a || !b;
			full &= a;
		}
		assert_int_equal(bitmask_meet(&sets[0], &sets[1]), meet);
		assert_int_equal(
		    bitmask_contains(&sets[0], &sets[1]), contains);
		assert_int_equal(bitmask_contains(&sets[0], NULL), full);
	}
}

/* No terms match nothing. */
static void
no_terms_hold_nothing(void **state)
{
	struct bitmask_set set;

	(void)state;
	assert_false(bitmask_of_terms(NULL, 0, &set));
	assert_false(bitmask_matches(NULL, 0, 0));
}

int
main(void)
{
	static struct CMUnitTest tests[ROWS + 3] = {
		[ROWS] = cmocka_unit_test(sets_hold_what_terms_match),
		cmocka_unit_test(set_algebra_agrees_with_values),
		cmocka_unit_test(no_terms_hold_nothing),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = row_holds;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
