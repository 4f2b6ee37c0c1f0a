/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/verdict.c: names, and that zero refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/verdict.h"

/* Every state has its name, and no number beyond has one. */
static void
states_have_names(void **state)
{
	(void)state;
	assert_string_equal(state_name(STATE_REFUSED), "refused");
	assert_string_equal(
	    state_name(STATE_ACCEPTED_MODIFIED), "accepted-modified");
	assert_string_equal(state_name(STATE_QUARANTINED), "quarantined");
	for (unsigned i = 0; i < STATE_COUNT; i++)
		assert_string_not_equal(state_name(i), "?");
	assert_string_equal(state_name(STATE_COUNT), "?");
	assert_string_equal(state_name(UINT32_MAX), "?");
}

/* Every check has its name; 0 is none and has no name. */
static void
checks_have_names(void **state)
{
	(void)state;
	assert_string_equal(check_name(CHECK_NONE), "?");
	assert_string_equal(check_name(CHECK_SESSION), "session");
	assert_string_equal(check_name(CHECK_QUOTA), "quota");
	assert_string_equal(check_name(CHECK_VALIDATION), "validation");
	for (unsigned i = CHECK_NONE + 1; i < CHECK_COUNT; i++)
		assert_string_not_equal(check_name(i), "?");
	assert_string_equal(check_name(CHECK_COUNT), "?");
}

/* Every ground has its name, and no number beyond has one. */
static void
grounds_have_names(void **state)
{
	(void)state;
	assert_int_equal(GROUND_FINE, 0);
	assert_string_equal(ground_name(GROUND_FINE), "fine");
	assert_string_equal(ground_name(GROUND_BRAKED), "braked");
	assert_string_equal(ground_name(GROUND_REST), "rest");
	assert_string_equal(ground_name(GROUND_COUNT), "?");
	assert_string_equal(ground_name(UINT32_MAX), "?");
}

/* The numbers are in logs: they stay. The order is another: whom the routes
 * lead to is asked once the destination is the customer's own. */
static void
checks_are_asked_in_their_order(void **state)
{
	static const enum check order[] = { CHECK_SESSION, CHECK_FORM,
		CHECK_SCOPE, CHECK_OWNERSHIP, CHECK_VALIDATION, CHECK_PROTECTED,
		CHECK_ACTION, CHECK_CONFLICT, CHECK_QUOTA, CHECK_LIFETIME,
		CHECK_APPROVAL };
	static const unsigned numbers[] = { 1, 2, 3, 4, 8, 9, 5, 6, 7, 10, 11 };
	unsigned n = sizeof(order) / sizeof(order[0]);

	(void)state;
	assert_int_equal(n, CHECK_COUNT - 1);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(check_at(i), order[i]);
		assert_int_equal(order[i], numbers[i]);
	}
	assert_int_equal(check_at(n), CHECK_NONE);
	assert_int_equal(check_at(UINT32_MAX), CHECK_NONE);
}

/* Only reason and state together accept; a zeroed verdict refuses. */
static void
accepting_takes_reason_and_state(void **state)
{
	struct verdict verdict;

	(void)state;
	memset(&verdict, 0, sizeof(verdict));
	assert_false(verdict_accepts(&verdict));
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		bool accepted =
		    i == STATE_ACCEPTED || i == STATE_ACCEPTED_MODIFIED;

		verdict.state = (uint8_t)i;
		verdict.reason = REASON_ACCEPTED;
		assert_int_equal(verdict_accepts(&verdict), accepted);
		verdict.reason = REASON_MONITOR;
		assert_false(verdict_accepts(&verdict));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(checks_have_names),
		cmocka_unit_test(grounds_have_names),
		cmocka_unit_test(checks_are_asked_in_their_order),
		cmocka_unit_test(accepting_takes_reason_and_state),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
