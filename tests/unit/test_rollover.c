/* SPDX-License-Identifier: BSD-2-Clause */
/* From one key to the next on a connection that stays. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/auth_world.h"

/* ---- rollover ---- */

/* Ours is asked for, the peer follows, the old key goes: at no moment is there
 * a segment that one of the two could not verify. */
static void
rollover_that_we_begin_ends_with_the_new_key_alone(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_chain_is(world, 1, 2);
	auth_world_roll(world);
	assert_true(world->event.nudge);
	auth_world_expect_ids(world, 1, 2);
	auth_world_peer_sends(world, 1, 1); /* has not seen it */
	auth_world_roll(world);
	assert_true(world->roll.moving);
	auth_world_peer_sends(world, 2, 2);
	auth_world_roll(world);
	assert_true(world->event.moved);
	assert_false(world->roll.moving);
	auth_world_expect_ids(world, 2, 2);
	auth_world_chain_is(world, 2, 0);
	auth_world_roll(world);
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 1);
	assert_int_equal(world->event.forced, 0);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 1);
	assert_false(world->roll.moving);
}

/* The peer asks first: our Current moves by itself, and is seen. */
static void
rollover_that_the_peer_begins_is_seen(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 2, 1);
	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_peer_sends(world, 1, 2);
	auth_world_roll(world);
	assert_true(world->event.moved);
	assert_int_equal(world->roll.current, 2);
	assert_int_equal(world->roll.rnext, 11);
}

/* Removed and added at once: both are there until the peer has moved. */
static void
replaced_key_stays_until_the_peer_has_moved(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_chain_is(world, 2, 0);
	auth_world_roll(world);
	auth_world_roll(world);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 2);
	auth_world_peer_sends(
	    world, 1, 2); /* ours has moved, the peer's has not */
	auth_world_roll(world);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 2);
	auth_world_peer_sends(world, 2, 2);
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 1);
	assert_int_equal(world->event.forced, 0);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 1);
}

/* A peer that never moves has a hold time. */
static void
removed_key_goes_by_force_after_the_hold_time(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_chain_is(world, 2, 0);
	auth_world_roll(world);
	for (unsigned i = 1; i < AUTH_WORLD_HOLD_MS / 1000; i++) {
		auth_world_peer_sends(world, 1, 1);
		auth_world_roll(world);
		assert_int_equal(world->event.removed, 0);
	}
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 1);
	assert_int_equal(world->event.forced, 1);
	auth_world_expect_ids(world, 2, 2);
	assert_false(world->roll.moving);
	assert_false(fake_ao_segment(&world->fake, world->fd, 11, 1));
}

/* A short hold time is no reason to hurry. */
static void
peer_has_ten_seconds_at_least(void **state)
{
	struct auth_world *world = *state;

	world->auth.hold_ms = 3000;
	auth_world_connection(world, 1);
	auth_world_chain_is(world, 2, 0);
	auth_world_roll(world);
	for (int i = 1; i < 10; i++) {
		auth_world_roll(world);
		assert_int_equal(world->event.removed, 0);
	}
	auth_world_roll(world);
	assert_int_equal(world->event.forced, 1);
}

/* A key that the peer does not have yet is waited for without end. */
static void
peer_that_keeps_an_old_key_of_the_chain_is_left_alone(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_chain_is(world, 1, 2);
	for (int i = 0; i < 100; i++) {
		auth_world_roll(world);
		auth_world_peer_sends(world, 1, 1);
	}
	assert_false(world->roll.moving);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 2);
	auth_world_expect_ids(world, 1, 2);
}

/* Back to the key of before: what it signed long ago proves nothing. */
static void
rollover_back_wants_new_proof(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_peer_sends(world, 1, 1);
	auth_world_chain_is(world, 1, 2);
	auth_world_roll(world);
	auth_world_peer_sends(world, 2, 2);
	auth_world_roll(world);
	assert_false(world->roll.moving);
	auth_world_chain_is(world, 1, 0);
	auth_world_roll(world);
	auth_world_peer_sends(world, 2, 1); /* we have moved, it has not */
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 0);
	auth_world_peer_sends(world, 1, 1);
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 1);
	auth_world_expect_ids(world, 1, 1);
}

static void
hundred_rollovers_lose_no_segment(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	for (unsigned i = 0; i < 100; i++) {
		uint8_t old = (uint8_t)(1 + i % 4);
		uint8_t new = (uint8_t)(1 + (i + 1) % 4);

		auth_world_chain_is(world, old, new);
		auth_world_roll(world);
		auth_world_peer_sends(world, old, old);
		auth_world_roll(world);
		auth_world_peer_sends(world, new, new);
		auth_world_roll(world);
		auth_world_chain_is(world, new, 0);
		auth_world_roll(world);
		auth_world_roll(world);
		assert_int_equal(world->event.removed, 1);
		assert_int_equal(world->event.forced, 0);
		auth_world_expect_ids(world, new, new);
	}
}

/* ---- time ---- */

static void
key_whose_time_comes_is_asked_for(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	world->chain.key[1].from_s = 2000;
	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_expect_ids(world, 1, 1);
	world->auth.now_s = 2000;
	auth_world_roll(world);
	assert_true(world->event.nudge);
	auth_world_expect_ids(world, 1, 2);
}

static void
key_whose_time_ends_goes(void **state)
{
	struct auth_world *world = *state;

	auth_world_chain_is(world, 1, 2);
	world->chain.key[0].until_s = 2000;
	auth_world_connection(world, 2);
	auth_world_peer_sends(world, 2, 2);
	auth_world_roll(world);
	auth_world_roll(world);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 2);
	world->auth.now_s = 2000;
	auth_world_roll(world);
	auth_world_roll(world);
	assert_int_equal(world->event.removed, 1);
	assert_null(fake_ao_key(&world->fake, world->fd, 1));
}

static void
last_key_outlives_its_time(void **state)
{
	struct auth_world *world = *state;

	world->chain.key[0].until_s = 2000;
	auth_world_connection(world, 1);
	world->auth.now_s = 3000;
	auth_world_roll(world);
	auth_world_roll(world);
	assert_int_equal(fake_ao_keys(&world->fake, world->fd), 1);
	auth_world_expect_ids(world, 1, 1);
}

/* ---- what does not go well ---- */

static void
key_file_that_is_gone_is_told_and_tried_again(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_roll(world);
	auth_world_chain_is(world, 1, 2);
	(void)unlink(world->chain.key[1].file);
	assert_int_equal(
	    auth_roll(&world->auth, world->fd, &world->roll, &world->event),
	    -EACCES);
	assert_non_null(strstr(world->event.why, "/2 cannot be opened"));
	auth_world_expect_ids(world, 1, 1);
	auth_world_secret_write(world, 2, "again");
	auth_world_roll(world);
	auth_world_expect_ids(world, 1, 2);
}

static void
segments_that_fit_no_key_are_counted_once(void **state)
{
	struct auth_world *world = *state;

	auth_world_connection(world, 1);
	auth_world_roll(world);
	assert_false(fake_ao_segment(&world->fake, world->fd, 99, 1));
	auth_world_roll(world);
	assert_int_equal(world->event.unknown, 1);
	auth_world_roll(world);
	assert_int_equal(world->event.unknown, 0);
}

#define T(f)                                                                   \
	cmocka_unit_test_setup_teardown(                                       \
	    f, auth_world_setup, auth_world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(rollover_that_we_begin_ends_with_the_new_key_alone),
		T(rollover_that_the_peer_begins_is_seen),
		T(replaced_key_stays_until_the_peer_has_moved),
		T(removed_key_goes_by_force_after_the_hold_time),
		T(peer_has_ten_seconds_at_least),
		T(peer_that_keeps_an_old_key_of_the_chain_is_left_alone),
		T(rollover_back_wants_new_proof),
		T(hundred_rollovers_lose_no_segment),
		T(key_whose_time_comes_is_asked_for),
		T(key_whose_time_ends_goes),
		T(last_key_outlives_its_time),
		T(key_file_that_is_gone_is_told_and_tried_again),
		T(segments_that_fit_no_key_are_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
