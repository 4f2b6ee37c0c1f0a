/* SPDX-License-Identifier: BSD-2-Clause */
/* One rule inward, several who asked for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* The same from two customers stands until the last leaves. */
static void
same_action_stands_until_the_last_leaves(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(rr->n, 1);
	assert_int_equal(router_holds(rr, "10.9.0.1/32")->customer, 1);
	assert_int_equal(rr->announced, 1);

	session_withdraw(acme, "10.9.0.1/32");
	scene_settle(scene);
	assert_int_equal(router_holds(rr, "10.9.0.1/32")->customer, 2);
	assert_int_equal(rr->withdrawn, 0);
	session_withdraw(bolt, "10.9.0.1/32");
	scene_settle(scene);
	assert_int_equal(rr->n, 0);
	scene_free(scene);
}

/* Another action conflicts, and passes when the first leaves. */
static void
other_action_waits_for_the_first_to_leave(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	const struct action_set new = scene_rate(9000);

	(void)state;
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->reason, REASON_CONFLICT);

	session_withdraw(acme, "10.9.0.1/32");
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->state, STATE_ACCEPTED);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.9.0.1/32")->actions, &new));
	scene_free(scene);
}

/* One that conflicts with another customer's passes when that one leaves, also
 * where its own customer's other session keeps the rule standing. */
static void
conflict_ends_though_the_rule_stands_on(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	struct scene_session *also = scene_session_add(scene, 1);

	(void)state;
	scene_start(scene);
	session_announce(acme, "10.9.0.1/32", 0);
	session_announce(bolt, "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(also, "10.9.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(also, "10.9.0.1/32")->reason, REASON_CONFLICT);
	session_withdraw(acme, "10.9.0.1/32");
	scene_settle(scene);
	assert_int_equal(
	    scene_known(also, "10.9.0.1/32")->state, STATE_ACCEPTED);
	scene_free(scene);
}

/* Two whose verdicts were pending together: the first on disk stands, the
 * second is refused before it ever goes inward. */
static void
conflict_is_seen_when_both_were_pending(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	const struct action_set first = scene_rate(0);

	(void)state;
	scene->store.lazy = true;
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 9000);
	scene_settle(scene);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->reason, REASON_CONFLICT);
	assert_int_equal(scene->routers[0].announced, 1);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.9.0.1/32")->actions, &first));
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* Of one customer's two sessions the newest accepted action wins, and the
 * other's comes back when that leaves. */
static void
newest_of_two_sessions_wins(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *one = &scene->sessions[0];
	struct scene_session *two = scene_session_add(scene, 0);
	const struct scene_router *rr = &scene->routers[0];
	const struct action_set old = scene_rate(0);
	const struct action_set new = scene_rate(9000);

	(void)state;
	scene_start(scene);
	session_announce(one, "10.1.0.1/32", 0);
	scene_settle(scene);
	session_announce(two, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(two, "10.1.0.1/32")->state, STATE_ACCEPTED);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &new));
	session_withdraw(two, "10.1.0.1/32");
	scene_settle(scene);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &old));
	session_withdraw(one, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(rr->n, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_action_stands_until_the_last_leaves),
		cmocka_unit_test(other_action_waits_for_the_first_to_leave),
		cmocka_unit_test(conflict_ends_though_the_rule_stands_on),
		cmocka_unit_test(conflict_is_seen_when_both_were_pending),
		cmocka_unit_test(newest_of_two_sessions_wins),
	};

	return cmocka_run_group_tests_name("two owners", tests, NULL, NULL);
}
