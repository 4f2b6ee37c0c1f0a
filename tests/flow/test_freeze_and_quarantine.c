/* SPDX-License-Identifier: BSD-2-Clause */
/* No new rules under a freeze, none at all in quarantine; of one customer, or
 * of all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

/* Two rules of each customer stand. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_new();

	for (size_t i = 0; i < 2; i++) {
		step_announce(&scene->sessions[i], 0, 2);
		session_mark(&scene->sessions[i], MARK_COMPLETE);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 4);
	return scene;
}

static bool
frozen_out(const struct scene_session *session, const char *dst)
{
	return session_rule_is(session, dst, STATE_REFUSED, REASON_FROZEN);
}

/* Whoever has stood stays, who is new is refused until the thaw, which judges
 * it; operators may act meanwhile. Sticky. */
static void
freeze_of_all(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	step_do(scene, CTL_FREEZE, "");
	session_announce(acme, "10.1.0.7/32", 0);
	session_announce(acme, "10.2.0.7/32", 0);
	step_announce(&scene->sessions[1], 7, 1);
	assert_true(frozen_out(acme, "10.1.0.7/32"));
	assert_int_equal(rr->n, 4);
	control_announce(scene, "10.9.0.9/32", 0, 0);
	scene_settle(scene);
	assert_int_equal(rr->n, 5);
	step_restart(scene);
	assert_int_equal(rr->n, 5);
	step_status(scene);
	assert_int_equal(scene->status.frozen, 1);
	session_announce(acme, "10.1.0.8/32", 0);
	scene_settle(scene);
	assert_true(frozen_out(acme, "10.1.0.8/32"));
	step_withdraw(acme, 0, 1);
	assert_int_equal(rr->n, 4);

	step_do(scene, CTL_THAW, "");
	assert_int_equal(rr->n, 4 + 3);
	assert_true(session_rule_is(
	    acme, "10.2.0.7/32", STATE_REFUSED, REASON_NOT_REGISTERED));
	step_no(scene, CTL_THAW, "");
	scene_free(scene);
}

/* Of one customer: the other goes on. A reload changes nothing of it. */
static void
freeze_of_one(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	step_do(scene, CTL_FREEZE, "acme");
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_announce(&scene->sessions[0], 7, 1);
	step_announce(&scene->sessions[1], 7, 1);
	assert_true(frozen_out(&scene->sessions[0], "10.1.0.7/32"));
	assert_int_equal(scene->routers[0].n, 5);
	step_no(scene, CTL_THAW, "");
	step_no(scene, CTL_THAW, "bolt");
	step_no(scene, CTL_FREEZE, "nobody");
	step_do(scene, CTL_THAW, "acme");
	assert_int_equal(scene->routers[0].n, 6);
	scene_free(scene);
}

/* Room that appears under a freeze is for nobody until the thaw. */
static void
waiting_rules_are_frozen(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].max_rules = 1;
	scene_start(scene);
	step_announce(acme, 0, 3);
	step_do(scene, CTL_FREEZE, "acme");
	step_withdraw(acme, 0, 1);
	assert_int_equal(scene->routers[0].n, 0);
	step_do(scene, CTL_THAW, "acme");
	assert_int_equal(scene->routers[0].n, 1);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	step_withdraw(acme, 1, 1);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.2/32"));
	scene_free(scene);
}

/* A held rule that is approved under a freeze comes with the thaw. */
static void
approval_under_a_freeze(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.1.0/24", 0);
	scene_settle(scene);
	step_do(scene, CTL_FREEZE, "");
	step_no_id(scene, CTL_APPROVE, step_rule(acme, "10.1.1.0/24")->id);
	assert_int_equal(scene->routers[0].n, 4);
	step_do(scene, CTL_THAW, "");
	assert_non_null(router_holds(&scene->routers[0], "10.1.1.0/24"));
	scene_free(scene);
}

/* Out with one customer's rules, the others untouched; over a restart; back
 * with what passes. */
static void
quarantine_of_one(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];
	uint64_t id = step_rule(acme, "10.1.0.1/32")->id;
	unsigned told;

	(void)state;
	session_announce(acme, "10.1.1.0/24", 0); /* held */
	scene_settle(scene);
	step_do(scene, CTL_QUARANTINE, "acme");
	assert_int_equal(rr->n, 2);
	assert_int_equal(rr->withdrawn, 2);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_QUARANTINED, REASON_QUARANTINED));
	session_announce(acme, "10.1.0.7/32", 0);
	step_announce(&scene->sessions[1], 7, 1);
	assert_int_equal(rr->n, 3);
	step_restart(scene);
	assert_int_equal(rr->n, 3);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_QUARANTINED, REASON_QUARANTINED));
	assert_string_equal(step_customer(scene, "acme")->contained_by, "olga");
	told = rr->announced;

	step_no(scene, CTL_RELEASE, "bolt");
	step_do(scene, CTL_RELEASE, "acme");
	assert_int_equal(rr->n, 3 + 3);
	assert_int_equal(rr->announced, told + 3);
	assert_int_equal(step_rule(acme, "10.1.0.1/32")->id, id);
	assert_int_equal(step_rule(acme, "10.1.1.0/24")->state, STATE_HELD);
	step_restart(scene);
	assert_int_equal(rr->n, 6);
	scene_free(scene);
}

/* A quarantined customer's session may go and come: out is out. */
static void
quarantine_and_a_lost_session(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_do(scene, CTL_QUARANTINE, "acme");
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	session_up(acme);
	step_announce(acme, 0, 1);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	step_do(scene, CTL_RELEASE, "acme");
	assert_int_equal(scene->routers[0].n, 3);
	assert_true(session_rule_is(
	    acme, "10.1.0.0/32", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(freeze_of_all),
		cmocka_unit_test(freeze_of_one),
		cmocka_unit_test(waiting_rules_are_frozen),
		cmocka_unit_test(approval_under_a_freeze),
		cmocka_unit_test(quarantine_of_one),
		cmocka_unit_test(quarantine_and_a_lost_session),
	};

	return cmocka_run_group_tests_name(
	    "freeze and quarantine", tests, NULL, NULL);
}
