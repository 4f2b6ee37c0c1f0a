/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting times: bounds, doubling, jitter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proxy/session/backoff.h"

/* RFC 4271 10: a factor from 0.75 to 1.0, whatever the random number. */
static void
jitter_stays_in_its_bounds(void **state)
{
	(void)state;
	for (uint32_t random = 0; random < 5000; random++) {
		uint64_t ms = backoff_jitter(40000, random * 2654435761u);

		assert_in_range(ms, 30000, 40000);
	}
	assert_int_equal(backoff_jitter(40000, 0), 40000);
	assert_in_range(backoff_jitter(40000, 1023), 30000, 30010);
}

/* 1, 2, 4 … seconds, then the largest for good. */
static void
waits_double_up_to_the_largest(void **state)
{
	static const unsigned wanted_s[] = { 1, 2, 4, 8, 16, 32, 64, 120, 120 };
	struct backoff backoff = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wanted_s) / sizeof(wanted_s[0]); i++)
		assert_int_equal(
		    backoff_next(&backoff, 120000, 0), wanted_s[i] * 1000);
}

/* No setting makes it spin, or overflow. */
static void
waits_have_a_floor_and_a_ceiling(void **state)
{
	struct backoff small = { 0 };
	struct backoff large = { 0 };

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(backoff_next(&small, 0, 0), 1000);
		assert_in_range(
		    backoff_next(&large, UINT32_MAX, 7), 750, UINT32_MAX);
	}
}

/* A success begins anew. */
static void
reset_begins_with_the_first(void **state)
{
	struct backoff backoff = { 0 };

	(void)state;
	(void)backoff_next(&backoff, 120000, 0);
	(void)backoff_next(&backoff, 120000, 0);
	backoff_reset(&backoff);
	assert_int_equal(backoff_next(&backoff, 120000, 0), 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jitter_stays_in_its_bounds),
		cmocka_unit_test(waits_double_up_to_the_largest),
		cmocka_unit_test(waits_have_a_floor_and_a_ceiling),
		cmocka_unit_test(reset_begins_with_the_first),
	};

	return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
