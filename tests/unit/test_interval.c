/* SPDX-License-Identifier: BSD-2-Clause */
/* Interval sets of numeric components. */
#include "policy/interval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/rule_terms.h"

#define PORT(op, value) T(DST_PORT, op, value)
#define BEYOND          (UINT64_C(1) << 32)

struct row {
	const char *name;
	struct rule_term terms[6];
	struct interval want[4]; /* up to the first 0..0 after the first */
	unsigned n;
};

static const struct row rows[] = {
	{ "false_holds_nothing", { PORT(NO, 80) }, { { 0 } }, 0 },
	{ "equal_holds_one", { PORT(EQ, 80) }, { { 80, 80 } }, 1 },
	{ "greater_excludes_the_value", { PORT(GT, 80) }, { { 81, 65535 } },
	    1 },
	{ "at_least_includes_the_value", { PORT(GE, 80) }, { { 80, 65535 } },
	    1 },
	{ "less_excludes_the_value", { PORT(LT, 80) }, { { 0, 79 } }, 1 },
	{ "at_most_includes_the_value", { PORT(LE, 80) }, { { 0, 80 } }, 1 },
	{ "unequal_leaves_a_hole", { PORT(NE, 80) },
	    { { 0, 79 }, { 81, 65535 } }, 2 },
	{ "true_holds_all", { PORT(YES, 80) }, { { 0, 65535 } }, 1 },
	{ "less_than_zero_is_nothing", { PORT(LT, 0) }, { { 0 } }, 0 },
	{ "greater_than_the_last_is_nothing", { PORT(GT, 65535) }, { { 0 } },
	    0 },
	{ "greater_than_the_largest_number_is_nothing",
	    { PORT(GT, UINT64_MAX) }, { { 0 } }, 0 },
	{ "unequal_to_zero_starts_at_one", { PORT(NE, 0) }, { { 1, 65535 } },
	    1 },
	{ "unequal_to_the_last_ends_before_it", { PORT(NE, 65535) },
	    { { 0, 65534 } }, 1 },
	{ "equal_beyond_32_bits_is_not_cut_to_a_port",
	    { PORT(EQ, BEYOND + 179) }, { { 0 } }, 0 },
	{ "equal_just_beyond_the_field_is_nothing", { PORT(EQ, 65536) },
	    { { 0 } }, 0 },
	{ "less_than_beyond_32_bits_is_all", { PORT(LT, BEYOND) },
	    { { 0, 65535 } }, 1 },
	{ "at_most_beyond_32_bits_is_all", { PORT(LE, BEYOND + 1) },
	    { { 0, 65535 } }, 1 },
	{ "at_least_beyond_32_bits_is_nothing", { PORT(GE, BEYOND) }, { { 0 } },
	    0 },
	{ "greater_than_beyond_32_bits_is_nothing", { PORT(GT, BEYOND) },
	    { { 0 } }, 0 },
	{ "unequal_beyond_32_bits_is_all", { PORT(NE, BEYOND + 80) },
	    { { 0, 65535 } }, 1 },
	{ "and_is_a_range", { PORT(GE, 137), PORT(AND | LE, 139) },
	    { { 137, 139 } }, 1 },
	{ "and_binds_tighter_than_or",
	    { PORT(EQ, 80), PORT(GE, 137), PORT(AND | LE, 139),
		PORT(EQ, 8080) },
	    { { 80, 80 }, { 137, 139 }, { 8080, 8080 } }, 3 },
	{ "or_before_and_keeps_the_first",
	    { PORT(EQ, 5), PORT(EQ, 80), PORT(AND | EQ, 81) }, { { 5, 5 } },
	    1 },
	{ "two_values_at_once_are_nothing",
	    { PORT(EQ, 80), PORT(AND | EQ, 81) }, { { 0 } }, 0 },
	{ "crossed_bounds_are_nothing", { PORT(GT, 1500), PORT(AND | LT, 100) },
	    { { 0 } }, 0 },
	{ "first_and_is_not_read", { PORT(AND | EQ, 80), PORT(EQ, 90) },
	    { { 80, 80 }, { 90, 90 } }, 2 },
	{ "false_empties_its_group_only",
	    { PORT(GE, 10), PORT(AND | NO, 0), PORT(EQ, 7) }, { { 7, 7 } }, 1 },
	{ "true_changes_no_group",
	    { PORT(GE, 10), PORT(AND | YES, 0), PORT(AND | LE, 20) },
	    { { 10, 20 } }, 1 },
	{ "holes_in_any_order_cut_the_range",
	    { PORT(NE, 30), PORT(AND | NE, 10), PORT(AND | NE, 30),
		PORT(AND | LE, 40) },
	    { { 0, 9 }, { 11, 29 }, { 31, 40 } }, 3 },
	{ "hole_outside_the_range_changes_nothing",
	    { PORT(LE, 9), PORT(AND | NE, 50) }, { { 0, 9 } }, 1 },
	{ "neighbouring_holes_leave_no_empty_interval",
	    { PORT(NE, 10), PORT(AND | NE, 11) }, { { 0, 9 }, { 12, 65535 } },
	    2 },
	{ "unequal_or_another_unequal_is_all", { PORT(NE, 10), PORT(NE, 11) },
	    { { 0, 65535 } }, 1 },
	{ "values_are_sorted", { PORT(EQ, 9), PORT(EQ, 5), PORT(EQ, 7) },
	    { { 5, 5 }, { 7, 7 }, { 9, 9 } }, 3 },
	{ "neighbours_are_joined", { PORT(EQ, 6), PORT(EQ, 5), PORT(EQ, 7) },
	    { { 5, 7 } }, 1 },
	{ "overlaps_are_joined",
	    { PORT(GE, 10), PORT(AND | LE, 30), PORT(GE, 20),
		PORT(AND | LE, 40), PORT(EQ, 15) },
	    { { 10, 40 } }, 1 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each operator, AND, OR and clipping give the intervals written down. */
static void
row_holds(void **state)
{
	const struct row *row = *state;
	struct interval_pool pool;
	struct interval_set set;
	unsigned n = 0;

	while (n < 6 && row->terms[n].type != 0)
		n++;
	pool.used = 0;
	set = interval_of_terms(&pool, row->terms, n, 65535);
	assert_int_equal(set.n, row->n);
	for (unsigned i = 0; i < row->n; i++) {
		assert_int_equal(set.at[i].lo, row->want[i].lo);
		assert_int_equal(set.at[i].hi, row->want[i].hi);
	}
}

/* No terms match nothing. */
static void
no_terms_hold_nothing(void **state)
{
	struct interval_pool pool;

	(void)state;
	pool.used = 0;
	assert_int_equal(interval_of_terms(&pool, NULL, 0, 255).n, 0);
}

/* The full 32-bit domain has no value beyond its last. */
static void
last_value_of_32_bits_is_held(void **state)
{
	struct rule_term terms[] = { PORT(GE, UINT32_MAX), PORT(LE, 0) };
	struct interval_pool pool;
	struct interval_set set;

	(void)state;
	pool.used = 0;
	set = interval_of_terms(&pool, terms, 2, UINT32_MAX);
	assert_int_equal(set.n, 2);
	assert_true(interval_holds(&set, UINT32_MAX));
	assert_true(interval_holds(&set, 0));
	assert_false(interval_holds(&set, UINT32_MAX - 1));
}

static void
draw_terms(struct random *random, struct rule_term *terms, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		terms[i] = (struct rule_term)PORT(NO, 0);
		terms[i].op = (uint8_t)random_next(random) & RULE_OP_NUMERIC;
		terms[i].value = random_below(random, 300);
	}
}

static void
check_form(const struct interval_set *set)
{
	for (unsigned i = 0; i < set->n; i++) {
		assert_true(set->at[i].lo <= set->at[i].hi);
		if (i > 0)
			assert_true(set->at[i - 1].hi + 1 < set->at[i].lo);
	}
}

/* Any list of terms holds the values that it matches one by one. */
static void
sets_hold_what_terms_match(void **state)
{
	struct random random = { 42 };
	struct rule_term terms[RULE_TERMS_MAX] = { 0 };

	(void)state;
	for (unsigned round = 0; round < 1500; round++) {
		unsigned n = 1 + (unsigned)random_below(&random, 8);
		struct interval_pool pool;
		struct interval_set set;

		if (random_one_in(&random, 20))
			n = RULE_TERMS_MAX;
		draw_terms(&random, terms, n);
		terms[0].op &= (uint8_t)~RULE_OP_AND;
		pool.used = 0;
		set = interval_of_terms(&pool, terms, n, 255);
		check_form(&set);
		for (uint32_t value = 0; value < 256; value++)
			assert_int_equal(interval_holds(&set, value),
			    packet_terms_match(terms, n, value));
		assert_false(interval_holds(&set, 256));
	}
}

/* 128 holes, or 128 values, in the worst order fit the pool. */
static void
longest_lists_fit(void **state)
{
	struct rule_term terms[RULE_TERMS_MAX];
	struct interval_pool pool;
	struct interval_set set;

	(void)state;
	for (unsigned op = EQ; op <= NE; op += (unsigned)NE - EQ) {
		for (unsigned i = 0; i < RULE_TERMS_MAX; i++) {
			terms[i] =
			    (struct rule_term)PORT((unsigned)AND | op, 0);
			terms[i].value = 1000 - (uint64_t)3 * i;
			if (op == EQ)
				terms[i].op = EQ;
		}
		pool.used = 0;
		set = interval_of_terms(&pool, terms, RULE_TERMS_MAX, 65535);
		check_form(&set);
		assert_int_equal(set.n, RULE_TERMS_MAX + (op == NE));
	}
}

static bool
in_all(const struct interval_set *sets, unsigned n, uint32_t value)
{
	for (unsigned i = 0; i < n; i++) {
		if (!interval_holds(&sets[i], value))
			return false;
	}
	return true;
}

/* Meeting, intersection and containment agree with going through values. */
static void
set_algebra_agrees_with_values(void **state)
{
	struct random random = { 7 };

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		struct interval_set sets[4];
		const struct interval_set *pointers[4];
		struct interval_set both;
		struct interval_pool pool;
		bool meet[5] = { false };
		bool contained = true;

		pool.used = 0;
		for (unsigned i = 0; i < 4; i++) {
			struct rule_term terms[3];

			draw_terms(&random, terms, 3);
			sets[i] = interval_of_terms(&pool, terms,
			    1 + (unsigned)random_below(&random, 3), 255);
			pointers[i] = &sets[i];
		}
		both = interval_intersect(&pool, &sets[0], &sets[1]);
		check_form(&both);
		for (uint32_t value = 0; value < 256; value++) {
			for (unsigned n = 0; n <= 4; n++)
				meet[n] |= in_all(sets, n, value);
			contained &= !in_all(&sets[1], 1, value) ||
				     in_all(&sets[0], 1, value);
			assert_int_equal(
			    in_all(&both, 1, value), in_all(sets, 2, value));
		}
		for (unsigned n = 0; n <= 4; n++)
			assert_int_equal(interval_meet(pointers, n), meet[n]);
		assert_int_equal(
		    interval_contains(&sets[0], &sets[1]), contained);
	}
}

int
main(void)
{
	static struct CMUnitTest tests[ROWS + 5] = {
		[ROWS] = cmocka_unit_test(no_terms_hold_nothing),
		cmocka_unit_test(last_value_of_32_bits_is_held),
		cmocka_unit_test(sets_hold_what_terms_match),
		cmocka_unit_test(longest_lists_fit),
		cmocka_unit_test(set_algebra_agrees_with_values),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = row_holds;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
