/* SPDX-License-Identifier: BSD-2-Clause */
/* The rpki role where there is too much: a guard that reads slowly, caches that
 * send without end, and a guard that is none of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/rpki_scene.h"

#define MANY (SCENE_VRPS / 2) /* the most that the scene's role takes */

static void
on_readable(void *ctx, int events)
{
	struct rpki_scene *scene = ctx;

	(void)events;
	scene_read(scene);
	if (scene->last.state == RPKI_FRESH && scene->count == MANY)
		loop_stop(scene->loop);
}

static void
read_until_whole(struct rpki_scene *scene)
{
	struct watch *watch =
	    watch_new(scene->loop, scene->guard, on_readable, scene);

	assert_non_null(watch);
	watch_set(watch, WATCH_READ);
	loop_run(scene->loop);
	watch_free(watch);
}

/* More than the channel holds: the rest follows when there is room, once. */
static void
slow_guard_gets_everything(void **state)
{
	struct rpki_scene *scene = *state;

	scene_hear(scene, 0, 0, MANY, true);
	scene_sync(scene, 0);
	/* it has changed before it was all told */
	scene_hear(scene, 0, 0, 1000, false);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 0, 1000, true);
	scene_sync(scene, 0);

	read_until_whole(scene);

	assert_int_equal(scene->count, MANY);
	assert_int_equal(scene->last.serial, 3);
}

/* A guard that is replaced in the middle of it all. */
static void
guard_replaced_in_the_middle(void **state)
{
	struct rpki_scene *scene = *state;

	scene_hear(scene, 0, 0, MANY, true);
	scene_sync(scene, 0);
	scene_guard(scene);

	read_until_whole(scene);

	assert_true(scene->state_before_begin);
	assert_int_equal(scene->announced, MANY);
	assert_int_equal(scene->withdrawn, 0);
}

/* One VRP too many: what was in force stays, held, and cannot be confirmed. */
static void
too_many_vrps_are_held(void **state)
{
	struct rpki_scene *scene = *state;

	scene_hear(scene, 0, 0, 100, true);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 100, MANY + 1, true);
	scene_sync(scene, 0);
	rpki_confirm(scene->rpki, scene->now_ms);
	scene_read(scene);

	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.held, 1);
	assert_int_equal(scene->last.found[0] + scene->last.found[1], MANY);
	assert_string_equal(
	    scene->last.text, "caches send more VRPs than there is room for");
}

/* The caches are asked anew after a while, from nothing. */
static void
after_too_many_caches_are_asked_anew(void **state)
{
	struct rpki_scene *scene = *state;

	scene_hear(scene, 0, 0, 100, true);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 100, MANY + 1, true);
	scene_sync(scene, 0);
	scene_pass(scene, 599);
	assert_int_equal(scene->started, 1);
	scene_pass(scene, 1);
	assert_int_equal(scene->started, 2);
	scene_hear(scene, 0, 0, 101, true);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 101);
	assert_int_equal(scene->last.held, 0);
	assert_int_equal(scene->last.state, RPKI_FRESH);
}

static void
on_tick(void *ctx)
{
	struct rpki_scene *scene = ctx;

	scene_pass(scene, 0);
	if (!rpki_look(scene->rpki)->held)
		loop_stop(scene->loop);
}

/* A person's yes comes by way of the guard. */
static void
guard_passes_on_a_confirmation(void **state)
{
	const struct msg_confirm confirm = {
		.head = { .len = sizeof(confirm), .kind = MSG_CONFIRMED },
		.what = CONFIRM_RPKI,
	};
	struct rpki_scene *scene = *state;
	struct timer *timer = timer_new(scene->loop, on_tick, scene);

	scene_hear(scene, 0, 0, 100, true);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 0, 50, false);
	scene_sync(scene, 0);
	assert_int_equal(write(scene->guard, &confirm, sizeof(confirm)),
	    (ssize_t)sizeof(confirm));
	timer_start(timer, 1, 1);
	loop_run(scene->loop);
	timer_free(timer);
	scene_read(scene);
	assert_int_equal(scene->count, 50);
	assert_false(rpki_failed(scene->rpki));
}

/* The guard has nothing else to say here: whoever speaks is none of ours. */
static void
guard_that_speaks_is_cut_off(void **state)
{
	const struct msg_vrp_begin begin = {
		.head = { .len = sizeof(begin), .kind = MSG_VRP_BEGIN },
	};
	struct rpki_scene *scene = *state;

	assert_int_equal(
	    write(scene->guard, &begin, sizeof(begin)), (ssize_t)sizeof(begin));
	loop_run(scene->loop); /* until its channel is closed */
	assert_true(rpki_failed(scene->rpki));
	scene_sync(scene, 0);
	assert_true(rpki_failed(scene->rpki));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slow_guard_gets_everything),
		TEST(guard_replaced_in_the_middle),
		TEST(too_many_vrps_are_held),
		TEST(after_too_many_caches_are_asked_anew),
		TEST(guard_passes_on_a_confirmation),
		TEST(guard_that_speaks_is_cut_off),
	};

	return cmocka_run_group_tests_name("rpki_flood", tests, NULL, NULL);
}
