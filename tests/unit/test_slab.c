/* SPDX-License-Identifier: BSD-2-Clause */
/* Things by number: distinct, in place for life, used again, reserved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/slab.h"

#define MANY 300000u

/* What is written to one stays there while others come and go, from the first
 * small chunks to the huge pages. */
static void
things_stay_in_place(void **state)
{
	uint64_t *first = NULL;
	struct slab slab;

	(void)state;
	slab_init(&slab, 12, 10);
	for (uint32_t i = 1; i < MANY; i++) {
		uint32_t number = slab_take(&slab);

		assert_int_equal(number, i);
		memcpy(slab_at(&slab, number), &i, sizeof(i));
		if (first == NULL)
			first = slab_at(&slab, number);
	}
	for (uint32_t i = 2; i < MANY; i += 2)
		slab_give(&slab, i);
	for (uint32_t i = 1; i < MANY; i += 2)
		assert_memory_equal(slab_at(&slab, i), &i, sizeof(i));
	assert_ptr_equal(slab_at(&slab, 1), first);
	slab_fini(&slab);
}

/* What was given back is taken before there is more memory. */
static void
memory_is_used_again(void **state)
{
	struct slab slab;
	size_t octets;

	(void)state;
	slab_init(&slab, 40, 6);
	for (uint32_t i = 1; i < MANY; i++)
		(void)slab_take(&slab);
	octets = slab_octets(&slab);
	assert_in_range(octets, 40 * MANY, 42 * MANY + (2u << 20));
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 1; i < MANY; i++)
			slab_give(&slab, i);
		for (uint32_t i = 1; i < MANY; i++)
			assert_in_range(slab_take(&slab), 1, MANY - 1);
		assert_int_equal(slab_octets(&slab), octets);
	}
	slab_fini(&slab);
}

/* What is reserved is there, whatever was taken and given before. */
static void
reserved_things_need_no_memory(void **state)
{
	uint32_t n = 1;
	struct slab slab;

	(void)state;
	slab_init(&slab, 64, 4);
	for (unsigned round = 0; round < 200; round++) {
		uint32_t taken[300];
		size_t octets;

		n = n * 31 % 299 + 1;
		assert_int_equal(slab_reserve(&slab, n), 0);
		octets = slab_octets(&slab);
		for (uint32_t i = 0; i < n; i++)
			taken[i] = slab_take(&slab);
		assert_int_equal(slab_octets(&slab), octets);
		for (uint32_t i = 0; i < n / 2; i++)
			slab_give(&slab, taken[i]);
	}
	slab_fini(&slab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(things_stay_in_place),
		cmocka_unit_test(memory_is_used_again),
		cmocka_unit_test(reserved_things_need_no_memory),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
