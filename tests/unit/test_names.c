/* SPDX-License-Identifier: BSD-2-Clause */
/* Stable numbers for names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>

#include <cmocka.h>

#include "proxy/supervisor/names.h"

#define MANY 5000

/* A name keeps its number, whatever comes in between. */
static void
same_name_same_number(void **state)
{
	struct names *names = names_new();
	bool is_new;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			char key[32];

			(void)snprintf(key, sizeof(key), "customer %u", i);
			assert_int_equal(
			    names_number(names, key, &is_new), i + 1);
			assert_int_equal(is_new, round == 0);
		}
	}
	assert_int_equal(names_count(names), MANY);
	names_free(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_name_same_number),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
