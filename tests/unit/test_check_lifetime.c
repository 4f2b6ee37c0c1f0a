/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/check_lifetime.c: the shorter of two, and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "tests/lib/judge_scene.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_MS     UINT64_C(3600000)

struct row {
	const char *name;
	uint64_t most_ms;
	uint32_t wished_s;
	uint64_t lifetime_ms;
	const char *evidence;
};

static const struct row rows[] = {
	{ "without_a_wish_it_is_the_most", 24 * HOUR_MS, 0, 24 * HOUR_MS,
	    "24 h" },
	{ "shorter_wish_is_granted", 24 * HOUR_MS, 3600, HOUR_MS,
	    "24 h; asked for 1 h" },
	{ "wish_of_a_second_is_granted", 24 * HOUR_MS, 1, 1000,
	    "24 h; asked for 1 s" },
	{ "longer_wish_is_cut", HOUR_MS, 7200, HOUR_MS, "1 h; asked for 2 h" },
	{ "wish_of_the_most_is_the_most", HOUR_MS, 3600, HOUR_MS,
	    "1 h; asked for 1 h" },
	{ "no_end_is_no_end", 0, 0, 0, "no end" },
	{ "wish_ends_what_has_no_end", 0, 90, 90000, "no end; asked for 90 s" },
	{ "minutes_are_said_as_minutes", 600000, 120, 120000,
	    "10 min; asked for 2 min" },
	{ "odd_milliseconds_are_said", 1500, 0, 1500, "1500 ms" },
	{ "longest_wish_does_not_overflow", 0, WISH_LIFETIME_MAX_S,
	    UINT64_C(366) * 24 * HOUR_MS, "no end; asked for 8784 h" },
};

static enum reason
ask(struct judge_scene *s, bool explain)
{
	const struct check_ask one = { .q = &s->q,
		.verdict = &s->verdict,
		.evidence = s->verdict.evidence,
		.explain = explain };

	memset(&s->verdict, 0, sizeof(s->verdict));
	return check_lifetime(&one);
}

/* One row: the lifetime, and the words; without explain no words. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();

	s->customer.lifetime_ms = row->most_ms;
	s->wish.lifetime_s = row->wished_s;
	assert_int_equal(ask(s, true), REASON_ACCEPTED);
	assert_true(s->verdict.lifetime_ms == row->lifetime_ms);
	assert_string_equal(s->verdict.evidence, row->evidence);
	assert_int_equal(ask(s, false), REASON_ACCEPTED);
	assert_true(s->verdict.lifetime_ms == row->lifetime_ms);
	assert_string_equal(s->verdict.evidence, "");
	if (row->wished_s == 0) {
		s->q.wish = NULL;
		assert_int_equal(ask(s, true), REASON_ACCEPTED);
		assert_string_equal(s->verdict.evidence, row->evidence);
	}
	judge_scene_free(s);
}

/* What nobody can wish, and nobody, are refused. */
static void
nothing_to_go_by_is_refused(void **state)
{
	struct judge_scene *s = judge_scene_new();
	const struct check_ask none = { .q = &s->q,
		.evidence = s->verdict.evidence };

	(void)state;
	s->wish.dry_run = 2;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->wish.dry_run = 0;
	s->wish.lifetime_s = WISH_LIFETIME_MAX_S + 1;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->wish.lifetime_s = 0;
	assert_int_equal(check_lifetime(&none), REASON_UNJUDGED);
	s->q.customer = NULL;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	assert_true(s->verdict.evidence[0] != '\0');
	judge_scene_free(s);
}

int
main(void)
{
	struct CMUnitTest tests[N_OF(rows) + 1] = {
		cmocka_unit_test(nothing_to_go_by_is_refused),
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		tests[1 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
