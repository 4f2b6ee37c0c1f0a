/* SPDX-License-Identifier: BSD-2-Clause */
/* A long random life; tests/lib/random_life.h says of what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/random_life.h"

/* SEED and STEPS in the environment replay or prolong it. */
static void
life_goes_on(void **state)
{
	const char *seed = getenv("SEED");
	const char *steps = getenv("STEPS");

	(void)state;
	life_run(seed == NULL ? 20261123 : strtoull(seed, NULL, 10),
	    steps == NULL ? 25000 : (unsigned)strtoul(steps, NULL, 10), 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_goes_on),
	};

	return cmocka_run_group_tests_name("random life", tests, NULL, NULL);
}
