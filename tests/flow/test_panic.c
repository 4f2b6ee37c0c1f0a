/* SPDX-License-Identifier: BSD-2-Clause */
/* Panic takes everything out at once; resume brings back what still passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define MANY 3000u

/* Three rules of acme, two of bolt, one of the operators'. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_new();

	step_announce(&scene->sessions[0], 0, 3);
	step_announce(&scene->sessions[1], 0, 2);
	for (size_t i = 0; i < 2; i++)
		session_mark(&scene->sessions[i], MARK_COMPLETE);
	control_announce(scene, "10.9.0.9/32", 0, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->routers[0].n, 6);
	return scene;
}

/* Everything leaves, one entry says it, nothing new comes in; a new guard, and
 * the one after that, know it. */
static void
holds_over_restarts(void **state)
{
	struct scene *scene = with_rules();
	const struct scene_router *rr = &scene->routers[0];
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(rr->n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_EMERGENCY, REASON_UNJUDGED), 1);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_EMERGENCY, NULL), "because"));
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_QUARANTINED, REASON_PANIC));
	step_no(scene, CTL_PANIC, "");
	session_announce(acme, "10.1.0.7/32", 0);
	control_announce(scene, "10.9.0.8/32", 0, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_true(
	    session_rule_is(acme, "10.1.0.7/32", STATE_REFUSED, REASON_PANIC));

	for (unsigned i = 0; i < 2; i++) {
		step_restart(scene);
		assert_int_equal(rr->n, 0);
		step_status(scene);
		assert_int_equal(scene->status.panic, 1);
		assert_string_equal(scene->status.panic_by, "olga");
	}
	session_announce(acme, "10.1.0.8/32", 0);
	scene_settle(scene);
	assert_int_equal(rr->n, 0);

	step_do(scene, CTL_RESUME, "");
	assert_int_equal(rr->n, 6 + 2);
	step_no(scene, CTL_RESUME, "");
	step_restart(scene);
	assert_int_equal(rr->n, 6 + 2);
	step_status(scene);
	assert_int_equal(scene->status.panic, 0);
	scene_free(scene);
}

/* Withdrawals are recorded; what was withdrawn stays away. */
static void
withdrawals_go_on(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	step_do(scene, CTL_PANIC, "");
	step_withdraw(&scene->sessions[0], 0, 1);
	session_down(&scene->sessions[1], DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_WITHDRAWN), 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_SESSION_CEASED),
	    2);
	assert_int_equal(session_unacked(&scene->sessions[0]), 0);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 3);
	assert_null(router_holds(&scene->routers[0], "10.1.0.0/32"));
	scene_free(scene);
}

/* What the policy no longer lets pass does not come back. */
static void
policy_changed_meanwhile(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_do(scene, CTL_PANIC, "");
	(void)scene_protect(scene, "vip", "10.1.0.1/32");
	scene->customers[1].mode = CUSTOMER_MONITOR;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 3);
	assert_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_PROTECTED));
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_PROTECTED), 1);
	assert_int_equal(step_rule(&scene->sessions[1], "10.2.0.1/32")->state,
	    STATE_MONITORED);
	scene_free(scene);
}

/* A full log keeps nothing in; panic is recorded when it has room. */
static void
full_log_stops_no_panic(void **state)
{
	struct scene *scene = with_rules();
	struct scene_store *store = &scene->store;

	(void)state;
	disk_full(store, true);
	scene_settle(scene);
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(scene->routers[0].n, 0);
	assert_null(disk_last(store, ENTRY_EMERGENCY, NULL));
	disk_full(store, false);
	scene_settle(scene);
	assert_non_null(disk_last(store, ENTRY_EMERGENCY, NULL));
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 0);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 6);
	scene_free(scene);
}

/* Without a store at all, before the guard knows whose the routers' rules
 * are: they leave all the same. */
static void
panic_before_the_store(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_give_control(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 6);
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(scene->routers[0].n, 0);
	step_no(scene, CTL_RESUME, "");
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_non_null(disk_last(&scene->store, ENTRY_EMERGENCY, NULL));
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 6);
	scene_free(scene);
}

/* Thousands leave and come back, whatever the pace of new ones is. */
static void
thousands(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].max_rules = MANY;
	scene_start(scene);
	step_announce(&scene->sessions[0], 0, MANY);
	assert_int_equal(scene->routers[0].n, MANY);
	scene->fleet.pace = 1;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(scene->routers[0].n, 0);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, MANY);
	scene_free(scene);
}

/* Who stood under a freeze, or before it was muted, is no newcomer after. */
static void
resume_under_a_freeze(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	step_do(scene, CTL_FREEZE, "");
	session_announce(&scene->sessions[0], "10.1.0.7/32", 0);
	scene_settle(scene);
	step_do(scene, CTL_PANIC, "");
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 6);
	assert_true(session_rule_is(
	    &scene->sessions[0], "10.1.0.7/32", STATE_REFUSED, REASON_FROZEN));
	step_do(scene, CTL_THAW, "");
	assert_int_equal(scene->routers[0].n, 7);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_over_restarts),
		cmocka_unit_test(withdrawals_go_on),
		cmocka_unit_test(policy_changed_meanwhile),
		cmocka_unit_test(full_log_stops_no_panic),
		cmocka_unit_test(panic_before_the_store),
		cmocka_unit_test(thousands),
		cmocka_unit_test(resume_under_a_freeze),
	};

	return cmocka_run_group_tests_name("panic", tests, NULL, NULL);
}
