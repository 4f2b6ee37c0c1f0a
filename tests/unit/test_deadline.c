/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap of times: the earliest comes first, whatever was changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/guard/deadline.h"
#include "tests/lib/failing_alloc.h"
#include "tests/lib/small_rule.h"

#define MANY 100000u

struct thing {
	uint64_t when_ms;
	uint32_t place;
};

static int
setup(void **state)
{
	static struct deadlines deadlines;

	deadlines_init(&deadlines);
	*state = &deadlines;
	return 0;
}

static int
teardown(void **state)
{
	(void)failing_alloc_end();
	deadlines_fini(*state);
	return 0;
}

static void
set(struct deadlines *deadlines, struct thing *thing, uint64_t when_ms)
{
	thing->when_ms = when_ms;
	assert_int_equal(
	    deadlines_set(deadlines, when_ms, thing, &thing->place), 0);
	assert_true(thing->place != 0);
}

/* Each item's place is where it is, and no item is before the one above. */
static void
check_heap(const struct deadlines *deadlines)
{
	for (uint32_t i = 0; i < deadlines->n; i++) {
		const struct deadline *at = &deadlines->at[i];
		const struct thing *thing = at->item;

		assert_int_equal(*at->place, i + 1);
		assert_ptr_equal(at->place, &thing->place);
		assert_true(at->when_ms == thing->when_ms);
		assert_true(i == 0 ||
			    deadlines->at[(i - 1) / 2].when_ms <= at->when_ms);
	}
}

/* Without items nothing is first. */
static void
empty_heap_has_no_first(void **state)
{
	uint32_t place = 0;

	assert_null(deadlines_first(*state));
	assert_null(deadlines_pop(*state));
	assert_true(deadlines_first_ms(*state) == UINT64_MAX);
	deadlines_remove(*state, &place);
	assert_int_equal(((struct deadlines *)*state)->n, 0);
}

/* They come in the order of their times. */
static void
items_come_in_order(void **state)
{
	struct thing things[5] = { 0 };
	const uint64_t when_ms[5] = { 30, 10, UINT64_MAX, 0, 20 };
	const unsigned order[5] = { 3, 1, 4, 0, 2 };

	for (unsigned i = 0; i < 5; i++)
		set(*state, &things[i], when_ms[i]);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(deadlines_first_ms(*state) == when_ms[order[i]]);
		assert_ptr_equal(deadlines_pop(*state), &things[order[i]]);
		assert_int_equal(things[order[i]].place, 0);
		check_heap(*state);
	}
	assert_null(deadlines_pop(*state));
}

/* A changed time moves the item and makes no second one. */
static void
changed_time_moves_the_item(void **state)
{
	struct thing things[3] = { 0 };

	for (unsigned i = 0; i < 3; i++)
		set(*state, &things[i], 10 * (i + 1));
	set(*state, &things[2], 5);
	assert_ptr_equal(deadlines_first(*state), &things[2]);
	set(*state, &things[2], 50);
	assert_ptr_equal(deadlines_first(*state), &things[0]);
	assert_int_equal(((struct deadlines *)*state)->n, 3);
	check_heap(*state);
}

/* What was taken out does not come, and may come again. */
static void
removed_item_is_gone(void **state)
{
	struct thing things[3] = { 0 };

	for (unsigned i = 0; i < 3; i++)
		set(*state, &things[i], 10 * (i + 1));
	deadlines_remove(*state, &things[0].place);
	deadlines_remove(*state, &things[0].place);

	assert_int_equal(things[0].place, 0);
	assert_ptr_equal(deadlines_pop(*state), &things[1]);
	set(*state, &things[0], 10);
	assert_ptr_equal(deadlines_pop(*state), &things[0]);
	assert_ptr_equal(deadlines_pop(*state), &things[2]);
}

/* Out of memory all is as before; what is there can still be changed. */
static void
out_of_memory_changes_nothing(void **state)
{
	static struct thing things[16];
	struct thing other = { 0 };

	failing_alloc_begin(2, UINT64_MAX);
	for (unsigned i = 0; i < 16; i++)
		set(*state, &things[i], i);
	assert_int_equal(deadlines_set(*state, 3, &other, &other.place), -1);

	assert_int_equal(other.place, 0);
	assert_int_equal(((struct deadlines *)*state)->n, 16);
	set(*state, &things[0], 100);
	check_heap(*state);
	assert_ptr_equal(deadlines_pop(*state), &things[1]);
	set(*state, &other, 0);
	assert_ptr_equal(deadlines_pop(*state), &other);
}

/* Many items, set, changed and taken out at random, then all in order. */
static void
many_items_come_in_order(void **state)
{
	struct thing *things = calloc(MANY, sizeof(*things));
	struct deadlines *deadlines = *state;
	uint64_t random = 88172645463325252u;
	uint64_t last_ms = 0;
	uint32_t n = 0;

	assert_non_null(things);
	for (uint32_t i = 0; i < MANY; i++)
		set(deadlines, &things[i], small_random(&random) % 5000);
	for (uint32_t i = 0; i < 3 * MANY; i++) {
		struct thing *thing = &things[small_random(&random) % MANY];

		if (small_random(&random) % 3 == 0)
			deadlines_remove(deadlines, &thing->place);
		else
			set(deadlines, thing, small_random(&random) % 5000);
	}
	check_heap(deadlines);
	for (uint32_t i = 0; i < MANY; i++)
		n += things[i].place != 0;
	assert_int_equal(deadlines->n, n);
	while (n-- > 0) {
		struct thing *thing = deadlines_pop(deadlines);

		assert_non_null(thing);
		assert_int_equal(thing->place, 0);
		assert_true(thing->when_ms >= last_ms);
		last_ms = thing->when_ms;
	}
	assert_null(deadlines_pop(deadlines));
	free(things);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_heap_has_no_first),
		TEST(items_come_in_order),
		TEST(changed_time_moves_the_item),
		TEST(removed_item_is_gone),
		TEST(out_of_memory_changes_nothing),
		TEST(many_items_come_in_order),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
