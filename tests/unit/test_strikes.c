/* SPDX-License-Identifier: BSD-2-Clause */
/* Events in a sliding window of ten minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/strikes.h"
#include "tests/lib/small_rule.h"

#define WINDOW_MS (STRIKES_SLOTS * STRIKES_SLOT_MS)
#define START     UINT64_C(1000000000) /* not the begin of a slot */

/* None at the start. */
static void
zeroed_has_none(void **state)
{
	const struct strikes strikes = { 0 };

	(void)state;
	assert_int_equal(strikes_count(&strikes, 0), 0);
	assert_int_equal(strikes_count(&strikes, START), 0);
}

/* They add up, also across slots, and last for the window. */
static void
events_add_up_and_are_forgotten(void **state)
{
	struct strikes strikes = { 0 };

	(void)state;
	strikes_add(&strikes, START, 2);
	strikes_add(&strikes, START, 1);
	strikes_add(&strikes, START + WINDOW_MS / 2, 4);

	assert_int_equal(strikes_count(&strikes, START + WINDOW_MS / 2), 7);
	assert_int_equal(
	    strikes_count(&strikes, START + WINDOW_MS - STRIKES_SLOT_MS), 7);
	assert_int_equal(strikes_count(&strikes, START + WINDOW_MS), 4);
	assert_int_equal(strikes_count(&strikes, START + 3 * WINDOW_MS / 2), 0);
	assert_int_equal(strikes_count(&strikes, UINT64_MAX), 0);
}

/* After a long silence what was in the same places does not come back. */
static void
silence_clears_all_slots(void **state)
{
	struct strikes strikes = { 0 };

	(void)state;
	for (uint64_t i = 0; i < STRIKES_SLOTS; i++)
		strikes_add(&strikes, START + i * STRIKES_SLOT_MS, 1);
	assert_int_equal(
	    strikes_count(&strikes, START + WINDOW_MS - STRIKES_SLOT_MS),
	    STRIKES_SLOTS);

	strikes_add(&strikes, START + 1000 * WINDOW_MS, 1);

	assert_int_equal(strikes_count(&strikes, START + 1000 * WINDOW_MS), 1);
}

/* A clock that goes back forgets nothing and loses nothing. */
static void
clock_that_goes_back_stands(void **state)
{
	struct strikes strikes = { 0 };

	(void)state;
	strikes_add(&strikes, START, 1);
	strikes_add(&strikes, 0, 1);

	assert_int_equal(strikes_count(&strikes, 0), 2);
	assert_int_equal(strikes_count(&strikes, START), 2);
	assert_int_equal(strikes_count(&strikes, START + WINDOW_MS), 0);
}

/* However many there are, the number stops at its end. */
static void
count_saturates(void **state)
{
	struct strikes strikes = { 0 };

	(void)state;
	strikes_add(&strikes, START, UINT32_MAX);
	strikes_add(&strikes, START, UINT32_MAX);
	strikes_add(&strikes, START + STRIKES_SLOT_MS, 5);

	assert_int_equal(
	    strikes_count(&strikes, START + STRIKES_SLOT_MS), UINT32_MAX);
}

/* A pardon. */
static void
clear_forgets(void **state)
{
	struct strikes strikes = { 0 };

	(void)state;
	strikes_add(&strikes, START, 9);
	strikes_clear(&strikes);
	assert_int_equal(strikes_count(&strikes, START), 0);
	strikes_add(&strikes, START, 1);

	assert_int_equal(strikes_count(&strikes, START), 1);
}

/* Against a list of all that happened, at random times. */
static void
count_agrees_with_a_list(void **state)
{
	enum {
		EVENTS = 2000
	};
	static uint64_t slots[EVENTS];
	struct strikes strikes = { 0 };
	uint64_t random = 88172645463325252u;
	uint64_t now_ms = START;

	(void)state;
	for (unsigned n = 0; n < EVENTS; n++) {
		unsigned expected = 0;

		now_ms += small_random(&random) % 40000;
		if (small_random(&random) % 50 == 0)
			now_ms += small_random(&random) % (2 * WINDOW_MS);
		strikes_add(&strikes, now_ms, 1);
		slots[n] = now_ms / STRIKES_SLOT_MS;
		now_ms += small_random(&random) % 20000;
		for (unsigned i = 0; i <= n; i++)
			expected +=
			    now_ms / STRIKES_SLOT_MS - slots[i] < STRIKES_SLOTS;
		assert_int_equal(strikes_count(&strikes, now_ms), expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_has_none),
		cmocka_unit_test(events_add_up_and_are_forgotten),
		cmocka_unit_test(silence_clears_all_slots),
		cmocka_unit_test(clock_that_goes_back_stands),
		cmocka_unit_test(count_saturates),
		cmocka_unit_test(clear_forgets),
		cmocka_unit_test(count_agrees_with_a_list),
	};

	return cmocka_run_group_tests_name("strikes", tests, NULL, NULL);
}
