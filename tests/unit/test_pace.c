/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast a session tells the guard of announcements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/session/pace.h"

static unsigned
take_all(struct pace *pace, uint64_t now_ms)
{
	unsigned n = 0;

	while (n < 10000000 && pace_take(pace, now_ms))
		n++;
	return n;
}

struct row {
	const char *name;
	uint32_t max_received;
	unsigned burst;
	unsigned second; /* in each second after the burst */
};

static const struct row rows[] = {
	{ "nothing_kept_has_the_least_pace", 0, 1000, 100 },
	{ "few_rules_have_the_least_pace", 100, 1000, 100 },
	{ "more_rules_than_the_least_raise_the_rate", 400, 1000, 400 },
	{ "many_rules_pass_twice_at_once", 20000, 40000, 20000 },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct pace pace = { 0 };

	pace_limit(&pace, row->max_received);
	pace_fill(&pace, 5000);

	assert_int_equal(take_all(&pace, 5000), row->burst);
	assert_int_equal(take_all(&pace, 6000), row->second);
	assert_int_equal(take_all(&pace, 6010), row->second / 100);
}

/* The largest bound neither overflows nor stops anybody. */
static void
no_bound_lets_everything_pass(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	pace_limit(&pace, UINT32_MAX);
	pace_fill(&pace, 0);

	assert_int_equal(take_all(&pace, 0), 10000000);
	assert_int_equal(take_all(&pace, UINT64_MAX), 10000000);
}

/* A long rest earns one bucket, not more. */
static void
rest_earns_no_more_than_a_burst(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	pace_limit(&pace, 100);
	pace_fill(&pace, 0);
	(void)take_all(&pace, 0);

	assert_int_equal(take_all(&pace, UINT64_C(1) << 60), 1000);
}

/* A bound that is lowered takes back what was saved up. */
static void
lower_bound_takes_tokens_back(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	pace_limit(&pace, 20000);
	pace_fill(&pace, 0);
	pace_limit(&pace, 100);

	assert_int_equal(take_all(&pace, 0), 1000);
}

/* To look takes nothing, and says what taking will. */
static void
look_takes_nothing(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	pace_limit(&pace, 100);
	pace_fill(&pace, 0);
	for (unsigned i = 0; i < 5000; i++)
		assert_true(pace_has(&pace, 0));
	assert_int_equal(take_all(&pace, 0), 1000);

	assert_false(pace_has(&pace, 9));
	assert_true(pace_has(&pace, 10));
	assert_int_equal(take_all(&pace, 10), 1);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS] = { 0 };
	const struct CMUnitTest others[] = {
		cmocka_unit_test(no_bound_lets_everything_pass),
		cmocka_unit_test(rest_earns_no_more_than_a_burst),
		cmocka_unit_test(lower_bound_takes_tokens_back),
		cmocka_unit_test(look_takes_nothing),
	};
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	failed = cmocka_run_group_tests_name("pace", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("pace, edges", others, NULL, NULL);
}
