/* SPDX-License-Identifier: BSD-2-Clause */
/* The event loop: timers, watches, ends of turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/loop.h"

struct world {
	struct loop *loop;
	struct timer *timer;
	struct watch *watch;
	int pipe[2];
	int fired;
	int turns;
	int signo;
};

static int
setup(void **state)
{
	static struct world world;

	world = (struct world){ .loop = loop_new() };
	*state = &world;
	return pipe(world.pipe);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	timer_free(world->timer);
	watch_free(world->watch);
	loop_free(world->loop);
	(void)close(world->pipe[0]);
	(void)close(world->pipe[1]);
	return 0;
}

static void
count_and_stop(void *ctx)
{
	struct world *world = ctx;

	world->fired++;
	loop_stop(world->loop);
}

/* A loop without anything to wait for returns. */
static void
empty_loop_returns(void **state)
{
	struct world *world = *state;

	loop_run(world->loop);
}

/* A timer that has ended calls once. */
static void
timer_fires_once(void **state)
{
	struct world *world = *state;

	world->timer = timer_new(world->loop, count_and_stop, world);
	timer_start(world->timer, 1, 0);

	loop_run(world->loop);
	loop_run(world->loop);

	assert_int_equal(world->fired, 1);
}

static void
free_itself(void *ctx)
{
	struct world *world = ctx;

	timer_free(world->timer);
	world->timer = NULL;
	world->fired++;
}

/* A timer may be freed from its own callback, though it repeats. */
static void
timer_frees_itself(void **state)
{
	struct world *world = *state;

	world->timer = timer_new(world->loop, free_itself, world);
	timer_start(world->timer, 1, 1);

	loop_run(world->loop);

	assert_int_equal(world->fired, 1);
}

static void
turn_ended(void *ctx)
{
	((struct world *)ctx)->turns++;
}

/* The end of a turn comes after its callbacks, also when the loop stops. */
static void
turn_ends_after_callbacks(void **state)
{
	struct world *world = *state;

	loop_on_turn(world->loop, turn_ended, world);
	world->timer = timer_new(world->loop, count_and_stop, world);
	timer_start(world->timer, 1, 0);

	loop_run(world->loop);

	assert_int_equal(world->fired, 1);
	assert_true(world->turns >= 1);
}

static void
readable(void *ctx, int events)
{
	struct world *world = ctx;
	char octet;

	assert_int_equal(events, WATCH_READ);
	world->fired++;
	if (read(world->pipe[0], &octet, 1) == 1 && world->fired < 3)
		return;
	watch_free(world->watch);
	world->watch = NULL;
}

/* A watch calls again as long as there is something to read, and is not
 * called any more once freed. */
static void
watch_is_level_triggered(void **state)
{
	struct world *world = *state;

	assert_int_equal(write(world->pipe[1], "abcd", 4), 4);
	world->watch = watch_new(world->loop, world->pipe[0], readable, world);
	watch_set(world->watch, WATCH_READ);

	loop_run(world->loop);

	assert_int_equal(world->fired, 3);
}

/* Hang-up of the other end shows as readable. */
static void
hang_up_is_readable(void **state)
{
	struct world *world = *state;

	(void)close(world->pipe[1]);
	world->pipe[1] = -1;
	world->fired = 2;
	world->watch = watch_new(world->loop, world->pipe[0], readable, world);
	watch_set(world->watch, WATCH_READ);

	loop_run(world->loop);

	assert_int_equal(world->fired, 3);
}

static void
signalled(void *ctx, int signo)
{
	struct world *world = ctx;

	world->signo = signo;
	loop_stop(world->loop);
}

/* A signal is called from the loop. */
static void
signal_is_called(void **state)
{
	struct world *world = *state;

	assert_int_equal(loop_signal(world->loop, SIGHUP, signalled, world), 0);
	world->timer = timer_new(world->loop, count_and_stop, world);
	timer_start(world->timer, 60000, 0);
	(void)raise(SIGHUP);

	loop_run(world->loop);

	assert_int_equal(world->signo, SIGHUP);
	assert_int_equal(world->fired, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    empty_loop_returns, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    timer_fires_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    timer_frees_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    turn_ends_after_callbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    watch_is_level_triggered, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    hang_up_is_readable, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    signal_is_called, setup, teardown),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
