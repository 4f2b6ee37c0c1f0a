/* SPDX-License-Identifier: BSD-2-Clause */
/* Back-off of restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/supervisor/respawn.h"

/* At once, then 100 ms, doubling up to 10 s. */
static void
waits_double_to_the_bound(void **state)
{
	static const uint64_t waits[] = { 0, 100, 200, 400, 800, 1600, 3200,
		6400, 10000, 10000 };
	struct respawn respawn = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		assert_int_equal(respawn_next(&respawn, 5), waits[i]);
}

/* A life of 30 s forgets the past, one of less does not. */
static void
steady_life_forgets(void **state)
{
	struct respawn respawn = { 0 };

	(void)state;
	(void)respawn_next(&respawn, 0);
	assert_int_equal(respawn_next(&respawn, 29999), 100);
	assert_int_equal(respawn_next(&respawn, 30000), 0);
	assert_int_equal(respawn_next(&respawn, 0), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_to_the_bound),
		cmocka_unit_test(steady_life_forgets),
	};

	return cmocka_run_group_tests_name("respawn", tests, NULL, NULL);
}
