/* SPDX-License-Identifier: BSD-2-Clause */
/* The wall clock is set back and forth by years: no rule lives longer or
 * shorter by it, the log's numbers stay whole, and the steps are on record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/common/clock.h"
#include "proxy/guard/life.h"
#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define RULE     "10.1.0.1/32"
#define HOUR_MS  UINT64_C(3600000)
#define YEAR_S   INT64_C(31557600)
#define STEPS    10000
#define RESTARTS 100 /* of these steps */

static int64_t ahead_ns;

uint64_t __real_clock_wall_ns(void);
uint64_t __wrap_clock_wall_ns(void);

uint64_t
__wrap_clock_wall_ns(void)
{
	return __real_clock_wall_ns() + (uint64_t)ahead_ns;
}

static uint64_t seed = 1;

/* -10 to +10 years. */
static int64_t
random_step_ns(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return ((int64_t)((seed >> 33) % (uint64_t)(20 * YEAR_S)) -
		   10 * YEAR_S) *
	       1000000000;
}

static int
setup(void **state)
{
	struct scene *scene = scene_prepare();

	ahead_ns = 0;
	scene->customers[0].lifetime_ms = HOUR_MS;
	scene_start(scene);
	session_announce(&scene->sessions[0], RULE, 0);
	scene_settle(scene);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	ahead_ns = 0;
	scene_free(*state);
	return 0;
}

static uint64_t
left_ms(struct scene *scene)
{
	return life_left_ms(step_rule(&scene->sessions[0], RULE));
}

/* Its end is where the clock that nobody sets says. */
static void
lifetime_does_not_follow(void **state)
{
	struct scene *scene = *state;
	uint64_t end_ms = clock_boot_ms() + left_ms(scene);

	for (unsigned i = 0; i < STEPS; i++) {
		ahead_ns = random_step_ns();
		if (i % (STEPS / RESTARTS) == 0) {
			scene_guard_kill(scene);
			scene_guard_start(scene);
			scene_give_all(scene);
			scene_settle(scene);
		}
		clock_step_second(scene->guard);
		assert_in_range(clock_boot_ms() + left_ms(scene), end_ms - 1000,
		    end_ms + 1000);
	}
	assert_int_equal(scene->routers[0].n, 1);
	for (size_t i = 0; i < scene->store.durable; i++)
		assert_int_equal(scene->store.log[i]->seq, i);
}

/* One entry for a step, and no more than one a minute for many. */
static void
steps_are_recorded(void **state)
{
	struct scene *scene = *state;
	unsigned n = 0;

	clock_step_second(scene->guard);
	ahead_ns = INT64_C(3600000000000);
	clock_step_second(scene->guard);
	scene_settle(scene);
	assert_true(disk_says(disk_last(&scene->store, ENTRY_FEED, NULL),
	    "wall clock stepped by 3600."));
	for (unsigned i = 0; i < 100; i++) {
		ahead_ns = random_step_ns();
		clock_step_second(scene->guard);
		scene_settle(scene);
	}
	for (size_t i = 0; i < scene->store.durable; i++)
		n += scene->store.log[i]->kind == ENTRY_FEED;
	assert_int_equal(n, 1);
}

/* What lies within a second is no step. */
static void
drift_is_not_recorded(void **state)
{
	struct scene *scene = *state;

	clock_step_second(scene->guard);
	ahead_ns = INT64_C(900000000);
	clock_step_second(scene->guard);
	scene_settle(scene);
	assert_null(disk_last(&scene->store, ENTRY_FEED, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    lifetime_does_not_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    steps_are_recorded, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    drift_is_not_recorded, setup, teardown),
	};

	return cmocka_run_group_tests_name("clock steps", tests, NULL, NULL);
}
