/* SPDX-License-Identifier: BSD-2-Clause */
/* Which set of VRPs is in force, and what it is worth: hold, expiry, grace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/rpki_scene.h"

/* A guard that has had the first hundred of cache 0. */
static void
become_fresh(struct rpki_scene *scene)
{
	scene_hear(scene, 0, 0, 100, true);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->count, 100);
}

/* ---- a set comes into force ---- */

/* Nothing goes out before the End of Data; then all of it, then FRESH. */
static void
set_is_in_force_at_end_of_data(void **state)
{
	struct rpki_scene *scene = *state;

	scene_hear(scene, 0, 0, 100, true);
	scene_read(scene);
	assert_int_equal(scene->count, 0);
	assert_int_equal(scene->last.state, RPKI_LOADING);

	scene_sync(scene, 0);
	scene_read(scene);

	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->last.have[0], 75);
	assert_int_equal(scene->last.have[1], 25);
	assert_int_equal(scene->last.session, 7);
	assert_int_equal(scene->last.serial, 1);
	assert_string_equal(scene->last.cache, "127.0.0.1:3323");
	assert_int_equal(scene->last.since_ms, scene->now_ms);
	assert_int_equal(
	    scene->last.expires_ms, scene->now_ms + SCENE_EXPIRE * 1000);
}

/* Later on the difference alone is sent. */
static void
difference_alone_is_sent(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 100, 103, true);
	scene_hear(scene, 0, 0, 2, false);
	scene_sync(scene, 0);
	scene_read(scene);

	assert_int_equal(scene->announced, 103);
	assert_int_equal(scene->withdrawn, 2);
	assert_int_equal(scene->last.serial, 2);
}

/* An End of Data without a change makes the set younger. */
static void
refresh_makes_the_set_younger(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_pass(scene, 500);
	scene_sync(scene, 0);
	scene_pass(scene, 500);
	scene_read(scene);

	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->announced, 100);
}

/* Both caches have it: it goes when the second one drops it. */
static void
vrp_of_two_caches_goes_with_the_second(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 1, 0, 100, true);
	scene_sync(scene, 1);
	scene_hear(scene, 0, 0, 1, false);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 100);

	scene_hear(scene, 1, 0, 1, false);
	scene_sync(scene, 1);
	scene_read(scene);
	assert_int_equal(scene->count, 99);
	assert_string_equal(scene->last.cache, "127.0.0.1:8282");
	assert_int_equal(scene->last.session, 8);
}

/* A cache without any VRP is a complete set, too, where nothing was. */
static void
empty_first_set_is_fresh(void **state)
{
	struct rpki_scene *scene = *state;

	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->last.held, 0);
}

/* ---- guards ---- */

/* State, begin, everything, state; and not fresh before everything is there. */
static void
new_guard_is_told_everything(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_guard(scene);
	scene_read(scene);

	assert_true(scene->state_before_begin);
	assert_int_equal(scene->first.state, RPKI_LOADING);
	assert_int_equal(scene->begins, 1);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->last.serial, 1);
}

/* What happens while there is no guard is told to the next. */
static void
guard_that_was_away_is_told_everything(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	(void)close(scene->guard);
	scene->guard = -1;
	scene_hear(scene, 0, 0, 1, false);
	scene_hear(scene, 0, 100, 102, true);
	scene_sync(scene, 0);
	scene_guard(scene);
	scene_read(scene);
	assert_int_equal(scene->count, 101);
	assert_int_equal(scene->withdrawn, 0);
	assert_false(rpki_failed(scene->rpki));
}

/* ---- held ---- */

/* Smaller by more than a fifth is held; by a fifth is not. */
static void
much_smaller_set_is_held(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 20, false);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 80);
	assert_int_equal(scene->last.held, 0);

	scene_hear(scene, 0, 20, 37, false);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 80);
	assert_int_equal(scene->last.held, 1);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->last.have[0] + scene->last.have[1], 80);
	assert_int_equal(scene->last.found[0] + scene->last.found[1], 63);
	assert_true(scene->last.text[0] != '\0');
}

/* An empty set is held whatever shrink_percent says. */
static void
empty_set_is_held(void **state)
{
	struct rpki_scene *scene = *state;

	scene->config.shrink_percent = 100;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	become_fresh(scene);
	scene_hear(scene, 0, 0, 99, false);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 1);

	scene_hear(scene, 0, 99, 100, false);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 1);
	assert_int_equal(scene->last.held, 1);
}

/* A person says yes: the difference goes out. */
static void
confirmed_set_comes_into_force(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 90, false);
	scene_sync(scene, 0);
	rpki_confirm(scene->rpki, scene->now_ms);
	scene_read(scene);
	assert_int_equal(scene->count, 10);
	assert_int_equal(scene->last.held, 0);
	assert_int_equal(scene->last.found[0], 0);
	assert_int_equal(scene->last.serial, 2);
	assert_int_equal(scene->last.text[0], '\0');
}

/* Nothing waits: a confirmation changes nothing. */
static void
confirmation_of_nothing_is_ignored(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 90, false);
	rpki_confirm(scene->rpki, scene->now_ms);
	scene_read(scene);
	assert_int_equal(scene->count, 100);
}

/* A person saw other numbers than what would be adopted now. */
static void
confirmation_of_another_set_is_ignored(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 50, false);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 50, 100, false); /* the cache goes */
	rpki_confirm(scene->rpki, scene->now_ms);
	scene_read(scene);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.held, 1);
}

/* What is held grows old as well. */
static void
confirmation_comes_too_late(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 50, false);
	scene_sync(scene, 0);
	scene_pass(scene, SCENE_EXPIRE);
	rpki_confirm(scene->rpki, scene->now_ms);
	scene_read(scene);
	assert_int_equal(scene->count, 100);
}

/* A larger set comes: what was held is forgotten. */
static void
larger_set_ends_the_hold(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 50, false);
	scene_sync(scene, 0);
	scene_hear(scene, 0, 10, 50, true);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 90);
	assert_int_equal(scene->last.held, 0);
}

/* A set that is held does not make the old one younger. */
static void
held_set_does_not_refresh(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 50, false);
	scene_pass(scene, 300);
	scene_sync(scene, 0);
	scene_pass(scene, 300);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_EXPIRED);
	assert_int_equal(scene->last.held, 1);
}

/* ---- expiry ---- */

/* FRESH until Expire, EXPIRED for the grace, then GONE; nothing is withdrawn.
 * What RTRlib drops meanwhile does not matter. */
static void
set_expires_then_is_gone(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_pass(scene, SCENE_EXPIRE - 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	scene_hear(scene, 0, 0, 100, false);
	scene_pass(scene, 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_EXPIRED);
	scene_pass(scene, SCENE_GRACE - 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_EXPIRED);
	scene_pass(scene, 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_GONE);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->withdrawn, 0);
}

/* A cache that comes back, with another session, is a new set. */
static void
cache_that_comes_back_is_fresh(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 0, 0, 100, false);
	scene_pass(scene, SCENE_EXPIRE + SCENE_GRACE);
	scene_hear(scene, 1, 1, 101, true);
	scene_sync(scene, 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_FRESH);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->announced, 101);
	assert_int_equal(scene->withdrawn, 1);
}

/* Nothing ever comes. */
static void
loading_ends_as_gone(void **state)
{
	struct rpki_scene *scene = *state;

	scene_pass(scene, SCENE_EXPIRE + SCENE_GRACE - 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_LOADING);
	scene_pass(scene, 1);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_GONE);
}

/* ---- configuration ---- */

/* Other caches: what is in force stays until they have said all. */
static void
other_caches_keep_the_set(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene->config.cache[0].address.port = 4000;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	scene_read(scene);
	assert_int_equal(scene->started, 2);
	assert_int_equal(scene->stopped, 1);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.state, RPKI_FRESH);

	scene_hear(scene, 0, 5, 100, true);
	scene_sync(scene, 0);
	scene_read(scene);
	assert_int_equal(scene->count, 95);
	assert_string_equal(scene->last.cache, "127.0.0.1:4000");
}

/* Only how we judge has changed: caches are left alone. */
static void
other_grace_leaves_caches_alone(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene->config.grace_s = 5;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	assert_int_equal(scene->started, 1);
	scene_pass(scene, SCENE_EXPIRE + 5);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_GONE);
}

/* No caches any more: nothing is in force, and nothing is missing. */
static void
no_caches_is_none(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene->config.n = 0;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	scene_pass(scene, 10ull * SCENE_EXPIRE);
	scene_read(scene);
	assert_int_equal(scene->last.state, RPKI_NONE);
	assert_int_equal(scene->count, 0);
	assert_int_equal(scene->started, scene->stopped);
}

/* It is tried again. */
static void
source_that_does_not_start_is_tried_again(void **state)
{
	struct rpki_scene *scene = *state;

	scene->unstartable = true;
	scene->config.cache[0].address.port = 4000;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	assert_int_equal(scene->started, 2);
	scene_pass(scene, 4);
	assert_int_equal(scene->started, 2);
	scene->unstartable = false;
	scene_pass(scene, 1);
	assert_int_equal(scene->started, 3);
	scene_pass(scene, 100);
	assert_int_equal(scene->started, 3);
}

/* No caches are left to be asked again. */
static void
no_caches_are_not_tried_again(void **state)
{
	struct rpki_scene *scene = *state;

	scene->unstartable = true;
	scene->config.cache[0].address.port = 4000;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	scene->config.n = 0;
	rpki_configure(scene->rpki, &scene->config, scene->now_ms);
	scene_pass(scene, 1000);
	assert_int_equal(scene->started, 2);
	assert_int_equal(scene->stopped, 2);
}

/* What goes wrong is told, and taken back. */
static void
trouble_is_told(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	rpki_trouble(scene->rpki, 1, "no connection");
	scene_read(scene);
	assert_string_equal(scene->last.text, "127.0.0.1:8282: no connection");
	assert_int_equal(scene->last.state, RPKI_FRESH);
	rpki_trouble(scene->rpki, 16, "no connection");
	scene_sync(scene, 1);
	scene_read(scene);
	assert_string_equal(scene->last.text, "");
}

/* A number that no cache has is none of ours. */
static void
unknown_cache_is_ignored(void **state)
{
	struct rpki_scene *scene = *state;

	become_fresh(scene);
	scene_hear(scene, 2, 100, 200, true);
	scene_sync(scene, 2);
	scene_read(scene);
	assert_int_equal(scene->count, 100);
	assert_int_equal(scene->last.serial, 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set_is_in_force_at_end_of_data),
		TEST(difference_alone_is_sent),
		TEST(refresh_makes_the_set_younger),
		TEST(vrp_of_two_caches_goes_with_the_second),
		TEST(empty_first_set_is_fresh),
		TEST(new_guard_is_told_everything),
		TEST(guard_that_was_away_is_told_everything),
		TEST(much_smaller_set_is_held),
		TEST(empty_set_is_held),
		TEST(confirmed_set_comes_into_force),
		TEST(confirmation_of_nothing_is_ignored),
		TEST(confirmation_of_another_set_is_ignored),
		TEST(confirmation_comes_too_late),
		TEST(larger_set_ends_the_hold),
		TEST(held_set_does_not_refresh),
		TEST(set_expires_then_is_gone),
		TEST(cache_that_comes_back_is_fresh),
		TEST(loading_ends_as_gone),
		TEST(other_caches_keep_the_set),
		TEST(other_grace_leaves_caches_alone),
		TEST(no_caches_is_none),
		TEST(source_that_does_not_start_is_tried_again),
		TEST(no_caches_are_not_tried_again),
		TEST(trouble_is_told),
		TEST(unknown_cache_is_ignored),
	};

	return cmocka_run_group_tests_name("rpki", tests, NULL, NULL);
}
