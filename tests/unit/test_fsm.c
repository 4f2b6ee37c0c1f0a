/* SPDX-License-Identifier: BSD-2-Clause */
/* The state machine: the whole table against a file that documents it, and
 * what must hold for every pair of state and event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/fsm.h"
#include "proxy/wire/notification.h"

#define PAIRS ((FSM_STATES - BGP_IDLE) * FSM_EVENTS)

struct pair {
	unsigned state;
	unsigned event;
	char name[64];
};

/* The table is what the golden file says; UPDATE_GOLDEN=1 writes it anew. */
static void
table_is_as_documented(void **state)
{
	static char printed[32768];
	static char wanted[32768];
	size_t len = fsm_print(printed, sizeof(printed));
	FILE *file;

	(void)state;
	assert_true(len < sizeof(printed));
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(FSM_GOLDEN, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(printed, 1, len, file), len);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(FSM_GOLDEN, "r");
	assert_non_null(file);
	wanted[fread(wanted, 1, sizeof(wanted) - 1, file)] = '\0';
	(void)fclose(file);
	assert_string_equal(printed, wanted);
}

/* A pair that the table does not list tells the peer 5/x, if there is one,
 * and ends in Idle. */
static void
check_error(const struct pair *pair, struct fsm_step step)
{
	bool connected = pair->state >= BGP_OPEN_SENT;

	assert_int_equal(step.next, BGP_IDLE);
	assert_int_equal(step.code, NOTIFICATION_FSM);
	assert_int_equal((step.effects & FSM_NOTIFY) != 0, connected);
	assert_int_equal((step.effects & FSM_CLOSE) != 0, connected);
	if (connected)
		assert_int_equal(step.subcode, pair->state - BGP_CONNECT - 1);
}

/* Whatever happens: a connection is there exactly in the states that have one,
 * a session ends exactly once, and nobody is told on a closed line. */
static void
pair_is_sound(void **state)
{
	const struct pair *pair = *state;
	struct fsm_step step = fsm_step(pair->state, pair->event);
	bool had = pair->state >= BGP_OPEN_SENT;
	bool has = step.next >= BGP_OPEN_SENT;
	bool adopted = pair->event == FSM_EV_TCP_UP && step.listed;
	uint32_t effects = step.effects;

	assert_in_range(step.next, BGP_IDLE, BGP_ESTABLISHED);
	assert_int_equal((effects & FSM_CLOSE) != 0, had && !has);
	assert_true(!has || had || adopted);
	assert_int_equal((effects & FSM_DOWN) != 0,
	    pair->state == BGP_ESTABLISHED && step.next != BGP_ESTABLISHED);
	assert_int_equal((effects & FSM_UP) != 0,
	    pair->state != BGP_ESTABLISHED && step.next == BGP_ESTABLISHED);
	assert_true((effects & FSM_NOTIFY) == 0 || (effects & FSM_CLOSE) != 0);
	assert_int_equal((effects & FSM_DIAL) != 0, step.next == BGP_CONNECT);
	if (!step.listed)
		check_error(pair, step);
}

/* Messages of the wrong kind are protocol errors in every state. */
static void
updates_are_taken_in_established_only(void **state)
{
	(void)state;
	for (unsigned s = BGP_OPEN_SENT; s < FSM_STATES; s++) {
		struct fsm_step update = fsm_step(s, FSM_EV_UPDATE);
		struct fsm_step refresh = fsm_step(s, FSM_EV_REFRESH);

		assert_int_equal(update.listed, s == BGP_ESTABLISHED);
		assert_int_equal(refresh.listed, s == BGP_ESTABLISHED);
	}
}

/* Numbers from nowhere do nothing but return to Idle. */
static void
numbers_out_of_range_are_errors(void **state)
{
	(void)state;
	assert_int_equal(fsm_step(0, FSM_EV_START).listed, 0);
	assert_int_equal(fsm_step(99, FSM_EV_START).next, BGP_IDLE);
	assert_int_equal(fsm_step(BGP_IDLE, FSM_EVENTS).listed, 0);
	assert_int_equal(fsm_step(99, 99).effects & FSM_NOTIFY, 0);
	assert_string_equal(fsm_state_name(0), "?");
	assert_string_equal(fsm_event_name(FSM_EVENTS), "?");
}

int
main(void)
{
	static struct pair pairs[PAIRS];
	static struct CMUnitTest tests[PAIRS + 3] = {
		cmocka_unit_test(table_is_as_documented),
		cmocka_unit_test(updates_are_taken_in_established_only),
		cmocka_unit_test(numbers_out_of_range_are_errors),
	};

	for (unsigned i = 0; i < PAIRS; i++) {
		struct pair *pair = &pairs[i];

		pair->state = BGP_IDLE + i / FSM_EVENTS;
		pair->event = i % FSM_EVENTS;
		(void)snprintf(pair->name, sizeof(pair->name), "%s_%s_is_sound",
		    fsm_state_name(pair->state), fsm_event_name(pair->event));
		tests[3 + i].name = pair->name;
		tests[3 + i].test_func = pair_is_sound;
		tests[3 + i].initial_state = pair;
	}
	return cmocka_run_group_tests_name("fsm", tests, NULL, NULL);
}
