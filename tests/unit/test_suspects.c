/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of the flap breaker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/suspects.h"

#define HOUR UINT64_C(3600000)

/* Losses of one rule are counted, each rule for itself. */
static void
losses_are_counted_by_rule(void **state)
{
	struct suspects suspects = { 0 };

	(void)state;
	assert_int_equal(suspects_loss(&suspects, 7, 1000), 1);
	assert_int_equal(suspects_loss(&suspects, 0, 1000), 1);
	assert_int_equal(suspects_loss(&suspects, 7, 2000), 2);
	assert_int_equal(suspects_loss(&suspects, 7, 2000), 3);
	assert_int_equal(suspects_loss(&suspects, 0, 3000), 2);
}

/* A rule that was quiet for more than an hour begins anew. */
static void
quiet_hour_forgets(void **state)
{
	struct suspects suspects = { 0 };

	(void)state;
	suspects_loss(&suspects, 7, 1000);
	assert_int_equal(suspects_loss(&suspects, 7, 1000 + HOUR), 2);
	assert_int_equal(suspects_loss(&suspects, 7, 1001 + 2 * HOUR), 1);
	assert_int_equal(suspects_loss(&suspects, 7, 1002 + 2 * HOUR), 2);
}

/* A clock that goes back forgets nothing. */
static void
clock_that_goes_back_forgets_nothing(void **state)
{
	struct suspects suspects = { 0 };

	(void)state;
	suspects_loss(&suspects, 7, 10 * HOUR);
	assert_int_equal(suspects_loss(&suspects, 7, 0), 2);
}

/* One more than fit: the one that was quiet longest goes, others stay. */
static void
oldest_makes_room(void **state)
{
	struct suspects suspects = { 0 };

	(void)state;
	for (uint64_t i = 0; i < SUSPECTS_MAX; i++)
		suspects_loss(&suspects, 100 + i, 1000 + i);
	suspects_loss(&suspects, 100, 2000);

	assert_int_equal(suspects_loss(&suspects, 7, 3000), 1);

	assert_int_equal(suspects.n, SUSPECTS_MAX);
	assert_int_equal(suspects_loss(&suspects, 100, 3000), 3);
	assert_int_equal(suspects_loss(&suspects, 102, 3000), 2);
	assert_int_equal(suspects_loss(&suspects, 101, 3000), 1);
}

/* A pardon for one, and for all. */
static void
forgotten_begins_anew(void **state)
{
	struct suspects suspects = { 0 };

	(void)state;
	suspects_forget(&suspects, 5);
	for (uint64_t hash = 5; hash < 9; hash++)
		suspects_loss(&suspects, hash, 1000);
	suspects_forget(&suspects, 5);
	suspects_forget(&suspects, 5);
	suspects_forget(&suspects, 8);

	assert_int_equal(suspects.n, 2);
	assert_int_equal(suspects_loss(&suspects, 5, 1000), 1);
	assert_int_equal(suspects_loss(&suspects, 6, 1000), 2);
	assert_int_equal(suspects_loss(&suspects, 7, 1000), 2);
	suspects_clear(&suspects);
	assert_int_equal(suspects_loss(&suspects, 6, 1000), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_are_counted_by_rule),
		cmocka_unit_test(quiet_hour_forgets),
		cmocka_unit_test(clock_that_goes_back_forgets_nothing),
		cmocka_unit_test(oldest_makes_room),
		cmocka_unit_test(forgotten_begins_anew),
	};

	return cmocka_run_group_tests_name("suspects", tests, NULL, NULL);
}
