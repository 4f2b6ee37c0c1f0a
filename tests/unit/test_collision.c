/* SPDX-License-Identifier: BSD-2-Clause */
/* Connection collision: the whole truth table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proxy/common/message.h"
#include "proxy/session/collision.h"

struct row {
	const char *name;
	uint32_t local_id;
	uint32_t remote_id;
	uint32_t local_asn;
	uint32_t remote_asn;
	bool dialled;
	unsigned other;
	enum collision_verdict wanted;
};

#define NEW   COLLISION_CLOSE_NEW
#define OTHER COLLISION_CLOSE_OTHER
static struct row rows[] = {
	{ "other_idle_is_none", 2, 1, 9, 9, true, BGP_IDLE, 0 },
	{ "other_connecting_is_none", 2, 1, 9, 9, false, BGP_CONNECT, 0 },
	{ "other_active_is_none", 2, 1, 9, 9, true, BGP_ACTIVE, 0 },
	{ "other_in_open_sent_is_not_known_yet", 2, 1, 9, 9, false,
	    BGP_OPEN_SENT, 0 },
	{ "our_higher_id_keeps_the_dialled", 2, 1, 9, 9, true, BGP_OPEN_CONFIRM,
	    OTHER },
	{ "our_higher_id_closes_the_accepted", 2, 1, 9, 9, false,
	    BGP_OPEN_CONFIRM, NEW },
	{ "our_lower_id_closes_the_dialled", 1, 2, 9, 9, true, BGP_OPEN_CONFIRM,
	    NEW },
	{ "our_lower_id_keeps_the_accepted", 1, 2, 9, 9, false,
	    BGP_OPEN_CONFIRM, OTHER },
	{ "ids_are_unsigned", 0x80000000u, 1, 9, 9, true, BGP_OPEN_CONFIRM,
	    OTHER },
	{ "equal_ids_higher_as_keeps_the_dialled", 1, 1, 9, 8, true,
	    BGP_OPEN_CONFIRM, OTHER },
	{ "equal_ids_lower_as_closes_the_dialled", 1, 1, 8, 9, true,
	    BGP_OPEN_CONFIRM, NEW },
	{ "equal_ids_lower_as_keeps_the_accepted", 1, 1, 8, 9, false,
	    BGP_OPEN_CONFIRM, OTHER },
	{ "established_outlives_the_dialled", 2, 1, 9, 9, true, BGP_ESTABLISHED,
	    NEW },
	{ "established_outlives_the_accepted", 1, 2, 9, 9, false,
	    BGP_ESTABLISHED, NEW },
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* Each row's connection is the one to close. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct collision collision = {
		.local_id = row->local_id,
		.remote_id = row->remote_id,
		.local_asn = row->local_asn,
		.remote_asn = row->remote_asn,
		.dialled = row->dialled,
	};

	assert_int_equal(collision_judge(&collision, row->other), row->wanted);
}

/* Both sides of one collision close the same connection. */
static void
both_sides_agree(void **state)
{
	(void)state;
	for (uint32_t a = 1; a < 5; a++) {
		for (uint32_t b = 1; b < 5; b++) {
			const struct collision ours = { a, b, 5, 6, true };
			const struct collision theirs = { b, a, 6, 5, false };

			assert_int_equal(
			    collision_judge(&ours, BGP_OPEN_CONFIRM),
			    collision_judge(&theirs, BGP_OPEN_CONFIRM));
		}
	}
}

int
main(void)
{
	static struct CMUnitTest tests[NROWS + 1] = {
		cmocka_unit_test(both_sides_agree),
	};

	for (size_t i = 0; i < NROWS; i++) {
		tests[1 + i].name = rows[i].name;
		tests[1 + i].test_func = check_row;
		tests[1 + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("collision", tests, NULL, NULL);
}
