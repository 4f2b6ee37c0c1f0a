/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue to the log is full to its last entry; what is to be recorded then
 * is remembered by the rules themselves. Built with a very small queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

#define RULES 60u

static const char *
dst_of(unsigned n)
{
	static char dst[PREFIX_TEXT_MAX];

	(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", n);
	return dst;
}

/* Many rules stand; then the store stalls, and so many are withdrawn that the
 * queue has no room for anything. */
static struct scene *
full_scene(void)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	unsigned n;

	for (n = 0; n < RULES; n++) {
		session_announce(acme, dst_of(n), 0);
		scene_settle(scene);
	}
	assert_int_equal(scene->routers[0].n, RULES);
	disk_stall(&scene->store, true);
	for (n = 0; journal_room(scene->guard->journal, true); n++) {
		assert_true(n < RULES - 10);
		session_withdraw(acme, dst_of(n));
		scene_settle(scene);
	}
	assert_int_equal(scene->routers[0].n, RULES - n);
	return scene;
}

/* Withdrawals go inward all the same, and are recorded when there is room. */
static void
withdrawals_go_on(void **state)
{
	struct scene *scene = full_scene();
	struct scene_session *acme = &scene->sessions[0];
	size_t held = scene->routers[0].n;

	(void)state;
	session_withdraw(acme, dst_of(RULES - 1));
	session_withdraw(acme, dst_of(RULES - 2));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 2);
	assert_true(
	    scene_known(acme, dst_of(RULES - 1))->flags & RULE_UNRECORDED);

	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(disk_live_count(&scene->store), held - 2);
	assert_null(scene_known(acme, dst_of(RULES - 1)));
	scene_free(scene);
}

/* Announced again before its end was recorded: a new rule, after the end of
 * the old one. */
static void
announced_again_before_it_is_recorded(void **state)
{
	struct scene *scene = full_scene();
	struct scene_session *acme = &scene->sessions[0];
	size_t held = scene->routers[0].n;
	uint64_t id = scene_known(acme, dst_of(RULES - 1))->id;

	(void)state;
	session_withdraw(acme, dst_of(RULES - 1));
	session_announce(acme, dst_of(RULES - 1), 9000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);

	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held);
	assert_true(scene_known(acme, dst_of(RULES - 1))->id > id);
	assert_int_equal(disk_live_count(&scene->store), held);
	scene_free(scene);
}

/* An operator's withdrawal waits for room likewise, and does not revive the
 * rule when there is. */
static void
operator_withdraws_into_a_full_queue(void **state)
{
	struct scene *scene = full_scene();
	struct scene_session *acme = &scene->sessions[0];
	const struct rib_rule *rule = scene_known(acme, dst_of(RULES - 1));
	size_t held = scene->routers[0].n;

	(void)state;
	control_ask(scene, CTL_WITHDRAW, rule->id);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);
	assert_true(rule->flags & RULE_UNRECORDED);

	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);
	assert_int_equal(rule->state, STATE_WITHDRAWN);
	assert_int_equal(rule->flags & RULE_UNRECORDED, 0);

	/* It is on disk as withdrawn. */
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);
	scene_free(scene);
}

/* Replaced: the old one leaves at once, the new one waits. */
static void
replacement_into_a_full_queue(void **state)
{
	struct scene *scene = full_scene();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set new = scene_rate(9000);
	size_t held = scene->routers[0].n;

	(void)state;
	session_announce(acme, dst_of(RULES - 1), 9000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);
	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], dst_of(RULES - 1))->actions,
	    &new));
	assert_int_equal(disk_live_count(&scene->store), held);
	scene_free(scene);
}

/* The guard dies with ends unrecorded: the session tells them to the next. */
static void
guard_dies_with_ends_unrecorded(void **state)
{
	struct scene *scene = full_scene();
	struct scene_session *acme = &scene->sessions[0];
	size_t held = scene->routers[0].n;

	(void)state;
	session_withdraw(acme, dst_of(RULES - 1));
	scene_settle(scene);
	disk_die(&scene->store, false);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, held - 1);
	assert_int_equal(disk_live_count(&scene->store), held - 1);
	assert_int_equal(session_unacked(acme), 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withdrawals_go_on),
		cmocka_unit_test(announced_again_before_it_is_recorded),
		cmocka_unit_test(operator_withdraws_into_a_full_queue),
		cmocka_unit_test(replacement_into_a_full_queue),
		cmocka_unit_test(guard_dies_with_ends_unrecorded),
	};

	return cmocka_run_group_tests_name("full queue", tests, NULL, NULL);
}
