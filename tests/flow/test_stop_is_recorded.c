/* SPDX-License-Identifier: BSD-2-Clause */
/* The stop is on record before the guard ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

static void
stop(struct scene *scene)
{
	struct msg_stop msg = { .head.kind = MSG_STOP, .subcode = 2 };

	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), -1), 0);
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
		cmocka_unit_test(stop_without_a_store_ends),
	};

	return cmocka_run_group_tests_name(
	    "stop is recorded", tests, NULL, NULL);
}
