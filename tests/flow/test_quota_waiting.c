/* SPDX-License-Identifier: BSD-2-Clause */
/* How long, and in which order, rules wait for room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_steps.h"

#define LIMIT 2

/* acme has two rules, and more that wait. */
static struct scene *
with_waiting(unsigned more)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].max_rules = LIMIT;
	scene_start(scene);
	step_announce(&scene->sessions[0], 0, LIMIT + more);
	session_mark(&scene->sessions[0], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, LIMIT);
	return scene;
}

static bool
stands(const struct scene *scene, const char *dst)
{
	return router_holds(&scene->routers[0], dst) != NULL;
}

/* One after the other, as they came. */
static void
order_of_arrival(struct scene *scene)
{
	struct scene_session *acme = &scene->sessions[0];

	step_withdraw(acme, 1, 1);
	assert_true(stands(scene, "10.1.0.2/32"));
	step_withdraw(acme, 0, 1);
	assert_true(stands(scene, "10.1.0.3/32"));
	step_withdraw(acme, 3, 1);
	assert_true(stands(scene, "10.1.0.4/32"));
	assert_int_equal(scene->routers[0].n, LIMIT);
}

/* A new guard hears them again in that order. */
static void
order_outlives_the_guard(void **state)
{
	struct scene *scene = with_waiting(4);

	(void)state;
	/* Some that left meanwhile change nothing of it. */
	step_announce(&scene->sessions[0], 10, 3);
	step_withdraw(&scene->sessions[0], 10, 3);
	step_restart(scene);
	assert_true(stands(scene, "10.1.0.0/32"));
	assert_true(stands(scene, "10.1.0.1/32"));
	order_of_arrival(scene);
	scene_free(scene);
}

/* A reload that changes nothing of theirs changes no place. */
static void
order_outlives_a_reload(void **state)
{
	struct scene *scene = with_waiting(4);

	(void)state;
	scene->customers[0].linger_ms--;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	order_of_arrival(scene);
	scene_free(scene);
}

/* Another quota that keeps them out changes no place, either. */
static void
order_outlives_another_reason(void **state)
{
	struct scene *scene = with_waiting(4);

	(void)state;
	scene->customers[0].max_rules = 100;
	scene->customers[0].max_cost = LIMIT;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(step_rule(&scene->sessions[0], "10.1.0.4/32")->reason,
	    REASON_QUOTA_COST);
	order_of_arrival(scene);
	scene_free(scene);
}

static bool
third_is_forgotten(struct scene *scene)
{
	return scene_known(&scene->sessions[0], "10.1.0.2/32")->wait ==
	       WAIT_NONE;
}

/* For ten minutes; announced again, it waits once more, behind the others. */
static void
forgotten_after_ten_minutes(void **state)
{
	struct scene *scene = with_waiting(2);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_rule(acme, "10.1.0.2/32")->waits_ms -= GUARD_ROOM_MS + 1;
	scene_until(scene, third_is_forgotten);
	assert_int_equal(step_rule(acme, "10.1.0.3/32")->wait, WAIT_QUOTA);
	step_withdraw(acme, 0, 1);
	assert_true(stands(scene, "10.1.0.3/32"));
	assert_false(stands(scene, "10.1.0.2/32"));

	session_announce(acme, "10.1.0.4/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(step_rule(acme, "10.1.0.2/32")->wait, WAIT_QUOTA);
	step_withdraw(acme, 1, 1);
	assert_true(stands(scene, "10.1.0.4/32"));
	step_withdraw(acme, 3, 1);
	assert_true(stands(scene, "10.1.0.2/32"));
	scene_free(scene);
}

/* There is room again when it is announced anew: in it comes. */
static void
forgotten_and_announced_again(void **state)
{
	struct scene *scene = with_waiting(1);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_rule(acme, "10.1.0.2/32")->waits_ms -= GUARD_ROOM_MS + 1;
	scene_until(scene, third_is_forgotten);
	step_withdraw(acme, 0, 1);
	assert_int_equal(scene->routers[0].n, 1);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_true(stands(scene, "10.1.0.2/32"));
	scene_free(scene);
}

/* One UPDATE takes a rule away and brings another: its room is for that, not
 * for one that waits; also when the two come in two turns. */
static void
swap(bool two_turns)
{
	struct scene *scene = with_waiting(1);
	struct scene_session *acme = &scene->sessions[0];

	acme->more = true;
	session_withdraw(acme, "10.1.0.0/32");
	if (two_turns)
		scene_settle(scene);
	acme->more = false;
	session_announce(acme, "10.1.0.9/32", 0);
	scene_settle(scene);
	assert_true(stands(scene, "10.1.0.9/32"));
	assert_false(stands(scene, "10.1.0.2/32"));
	assert_int_equal(scene->routers[0].n, LIMIT);
	/* And then it goes on as ever. */
	step_withdraw(acme, 9, 1);
	assert_true(stands(scene, "10.1.0.2/32"));
	scene_free(scene);
}

static void
swap_in_one_update(void **state)
{
	(void)state;
	swap(false);
	swap(true);
}

static bool
waiting_one_stands(struct scene *scene)
{
	return stands(scene, "10.1.0.2/32");
}

/* A session that never ends what it began holds up nobody for long; nor does
 * one that dies in the middle. */
static void
unfinished_update(void **state)
{
	struct scene *scene = with_waiting(1);

	(void)state;
	scene->sessions[0].more = true;
	session_withdraw(&scene->sessions[0], "10.1.0.0/32");
	scene_until(scene, waiting_one_stands);
	scene_free(scene);

	scene = scene_prepare();
	scene->customers[0].max_rules = LIMIT;
	(void)scene_session_add(scene, 0);
	scene_start(scene);
	session_announce(&scene->sessions[2], "10.1.0.2/32", 0);
	step_announce(&scene->sessions[0], 0, 1);
	scene->sessions[2].more = true;
	session_announce(&scene->sessions[2], "10.1.0.3/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->guard->customers[0]->mid, 1);
	session_die(&scene->sessions[2]);
	scene_settle(scene);
	assert_int_equal(scene->guard->customers[0]->mid, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_outlives_the_guard),
		cmocka_unit_test(order_outlives_a_reload),
		cmocka_unit_test(order_outlives_another_reason),
		cmocka_unit_test(forgotten_after_ten_minutes),
		cmocka_unit_test(forgotten_and_announced_again),
		cmocka_unit_test(swap_in_one_update),
		cmocka_unit_test(unfinished_update),
	};

	return cmocka_run_group_tests_name("quota waiting", tests, NULL, NULL);
}
