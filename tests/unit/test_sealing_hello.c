/* SPDX-License-Identifier: BSD-2-Clause */
/* A signer that speaks before the store has looked at the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/seal_scene.h"

static void
stop_when_asked(void *ctx)
{
	struct seal_world *world = ctx;

	if (world->asked > 0)
		loop_stop(world->loop);
}

/* Its hello may come before the first tick: it has its time to answer then. */
static void
signer_that_speaks_first_has_its_time(void **state)
{
	struct seal_world *world = *state;
	struct timer *timer = timer_new(world->loop, stop_when_asked, world);

	seal_up(world, 0);
	seal_append(world, 10);
	assert_true(seal_run(world, seal_is_published));
	seal_down(world);
	world->asked = 0;
	world->silent = true;
	seal_up(world, 0);
	timer_start(timer, 0, 1);
	loop_run(world->loop);
	timer_free(timer);
	seal_pass(world, 500);
	assert_int_equal(sealing_state(world->sealing), SEAL_SIGNING);
	seal_pass(world, 10000);
	assert_int_equal(sealing_state(world->sealing), SEAL_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    signer_that_speaks_first_has_its_time, seal_setup,
		    seal_teardown),
	};

	return cmocka_run_group_tests_name("sealing hello", tests, NULL, NULL);
}
