/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the operators' rules and a customer's meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define RULE "10.1.0.1/32"

static void
announce(struct scene *scene, const char *dst, double rate)
{
	control_announce(scene, dst, rate, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
}

static void
retract(struct scene *scene, const char *dst)
{
	step_do_id(scene, CTL_RETRACT, step_noc_rule(scene, dst)->id);
}

/* The operators' action takes the place of a standing customer's, over a
 * restart too, and leaves it again. */
static void
action_wins_over_a_standing_one(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	session_announce(acme, RULE, 5000);
	scene_settle(scene);
	announce(scene, RULE, 0);
	assert_int_equal(rr->n, 1);
	assert_true(step_rate(rr, RULE) == 0);
	step_restart(scene);
	assert_true(step_rate(rr, RULE) == 0);
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_true(step_rate(rr, RULE) == 0);

	retract(scene, RULE);
	assert_int_equal(rr->n, 1);
	assert_true(step_rate(rr, RULE) > 4999);
	assert_true(
	    session_rule_is(acme, RULE, STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* A customer that comes later with another action is refused, and comes when
 * the operators' is gone; with the same action both stand. */
static void
later_one_is_a_conflict(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	announce(scene, RULE, 0);
	announce(scene, "10.1.0.2/32", 0);
	session_announce(acme, RULE, 5000);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_true(
	    session_rule_is(acme, RULE, STATE_REFUSED, REASON_CONFLICT));
	assert_int_equal(step_rule(acme, "10.1.0.2/32")->state, STATE_ACCEPTED);
	assert_true(step_rate(rr, RULE) == 0);
	retract(scene, "10.1.0.2/32");
	assert_int_equal(rr->n, 2);
	retract(scene, RULE);
	assert_int_equal(rr->n, 2);
	assert_true(step_rate(rr, RULE) > 4999);
	scene_free(scene);
}

/* A rule that would come before the operators' waits for a person. */
static void
shadow_is_held(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	announce(scene, "10.1.1.0/24", 9000);
	session_announce(acme, "10.1.1.7/32", 0);
	session_announce(acme, "10.1.2.7/32", 0);
	scene_settle(scene);
	assert_true(
	    session_rule_is(acme, "10.1.1.7/32", STATE_HELD, REASON_SHADOWS));
	assert_int_equal(rr->n, 2);
	step_do_id(scene, CTL_APPROVE, step_rule(acme, "10.1.1.7/32")->id);
	assert_int_equal(rr->n, 3);
	step_restart(scene);
	assert_int_equal(rr->n, 3);
	scene_free(scene);
}

/* One that stood before the operators spoke stays. */
static void
standing_shadow_stays(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.1.7/32", 0);
	scene_settle(scene);
	announce(scene, "10.1.1.0/24", 9000);
	assert_int_equal(scene->routers[0].n, 2);
	session_withdraw(acme, "10.1.1.7/32");
	scene_settle(scene);
	session_announce(acme, "10.1.1.7/32", 0);
	scene_settle(scene);
	assert_int_equal(step_rule(acme, "10.1.1.7/32")->state, STATE_HELD);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(action_wins_over_a_standing_one),
		cmocka_unit_test(later_one_is_a_conflict),
		cmocka_unit_test(shadow_is_held),
		cmocka_unit_test(standing_shadow_stays),
	};

	return cmocka_run_group_tests_name(
	    "noc and customers", tests, NULL, NULL);
}
