/* SPDX-License-Identifier: BSD-2-Clause */
/* The stop is on record before the guard ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

static void
stop_begin(struct scene *scene)
{
	struct msg_stop msg = { .head.kind = MSG_STOP, .subcode = 2 };

	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), -1), 0);
}

static void
stop(struct scene *scene)
{
	stop_begin(scene);
	scene_until_stopped(scene);
}

/* Rules stay live, and the last entry says why. */
static void
stop_keeps_rules_live(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	stop(scene);
	assert_int_equal(
	    scene->store.log[scene->store.durable - 1]->kind, ENTRY_STOP);
	assert_int_equal(disk_live_count(&scene->store), 1);

	/* Sessions that end now end nothing. */
	session_down(&scene->sessions[0], DOWN_SHUTDOWN);
	session_die(&scene->sessions[1]);
	scene_settle(scene);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* In the middle of the start: a session whose state is no longer taken says
 * what it wants. That is not held against what the last guard left. */
static void
session_speaks_while_we_stop(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	scene->store.lazy = true; /* a slow disk */
	stop_begin(scene);
	scene_settle(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	disk_commit(&scene->store);
	scene_until_stopped(scene);
	assert_int_equal(disk_live_count(&scene->store), 1);
	assert_int_equal(disk_count(&scene->store, ENTRY_REVOCATION,
			     REASON_NOT_AUTHENTICATED),
	    0);
	assert_int_equal(
	    scene->store.log[scene->store.durable - 1]->kind, ENTRY_STOP);
	scene_free(scene);
}

/* Without a store there is nobody to tell. */
static void
stop_without_a_store_ends(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	disk_die(&scene->store, true);
	scene_settle(scene);
	stop(scene);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stop_keeps_rules_live),
		cmocka_unit_test(session_speaks_while_we_stop),
		cmocka_unit_test(stop_without_a_store_ends),
	};

	return cmocka_run_group_tests_name(
	    "stop is recorded", tests, NULL, NULL);
}
