/* SPDX-License-Identifier: BSD-2-Clause */
/* Too much malformed input mutes a customer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define STRIKES 5u

/* acme is muted after five strikes, and one rule of it stands. */
static struct scene *
with_strikes(void)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].strikes = STRIKES;
	scene_start(scene);
	step_announce(&scene->sessions[0], 0, 1);
	session_mark(&scene->sessions[0], MARK_COMPLETE);
	scene_settle(scene);
	return scene;
}

static void
strike(struct scene_session *session, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		session_refused(session, REASON_MALFORMED);
	scene_settle(session->scene);
}

static bool
is_muted(const struct scene *scene)
{
	return scene->guard->customers[0]->muted;
}

/* What stands stays, and so does the session; nothing new passes. */
static void
nothing_new_passes(void **state)
{
	struct scene *scene = with_strikes();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	strike(acme, STRIKES - 1);
	step_announce(acme, 1, 1);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(step_customer(scene, "acme")->strikes, STRIKES - 1);
	strike(acme, 1);
	step_announce(acme, 2, 1);
	step_announce(&scene->sessions[1], 0, 1);
	assert_int_equal(scene->routers[0].n, 3);
	assert_true(
	    session_rule_is(acme, "10.1.0.2/32", STATE_REFUSED, REASON_MUTED));
	assert_non_null(acme->channel);
	step_status(scene);
	assert_int_equal(scene->status.muted, 1);
	assert_int_equal(step_customer(scene, "acme")->muted, 1);
	assert_true(
	    disk_says(disk_last(&scene->store, ENTRY_EMERGENCY, NULL), "mute"));

	step_no(scene, CTL_RELEASE, "bolt");
	step_do(scene, CTL_RELEASE, "acme");
	/* by whom */
	assert_int_not_equal(
	    disk_last(&scene->store, ENTRY_EMERGENCY, NULL)->operator_len, 0);
	assert_int_equal(scene->routers[0].n, 4);
	assert_int_equal(step_customer(scene, "acme")->strikes, 0);
	scene_free(scene);
}

/* A decoded rule with malformed parts is a strike, too. */
static void
malformed_rules_count(void **state)
{
	struct scene *scene = with_strikes();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set discard = scene_rate(0);
	struct rule rule;

	(void)state;
	scene_rule("10.1.0.9/32", &rule);
	for (unsigned i = 0; i < STRIKES; i++) {
		rule.dst[3] = (uint8_t)(100 + i);
		session_announce_rule(acme, &rule, &discard, REASON_ATTRIBUTES);
	}
	scene_settle(scene);
	assert_true(is_muted(scene));
	scene_free(scene);
}

/* What policy refuses is none, however much. */
static void
refusals_by_policy_are_none(void **state)
{
	struct scene *scene = with_strikes();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.2.0.1/32", 0);
	session_announce(acme, "10.2.0.2/32", 0);
	session_announce(acme, "10.1.0.0/16", 0);
	for (unsigned i = 0; i < 2 * STRIKES; i++)
		session_refused(acme, REASON_VALUE_RANGE);
	for (unsigned i = 0; i < 2 * STRIKES; i++)
		session_refused(acme, REASON_TOO_MANY_TERMS);
	scene_settle(scene);
	assert_false(is_muted(scene));
	assert_int_equal(step_customer(scene, "acme")->strikes, 0);
	scene_free(scene);
}

/* Off where none are counted. */
static void
no_limit_no_mute(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	strike(&scene->sessions[0], 100);
	assert_false(is_muted(scene));
	scene_free(scene);
}

static bool
is_heard(struct scene *scene)
{
	return !is_muted(scene);
}

/* After ten quiet minutes it is heard again, and what it said is judged. */
static void
quiet_time_ends_it(void **state)
{
	struct scene *scene = with_strikes();

	(void)state;
	strike(&scene->sessions[0], STRIKES);
	step_announce(&scene->sessions[0], 1, 1);
	assert_int_equal(scene->routers[0].n, 1);
	/* As if they had been ten minutes ago. */
	strikes_clear(&scene->guard->customers[0]->strikes);
	scene_until(scene, is_heard);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* What its session says again to a new guard is no new input. */
static void
replay_is_no_strike(void **state)
{
	struct scene *scene = with_strikes();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set discard = scene_rate(0);
	struct rule rule;

	(void)state;
	scene->customers[0].strikes = 2 * STRIKES;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	scene_rule("10.1.0.9/32", &rule);
	for (unsigned i = 0; i < 2 * STRIKES - 1; i++) {
		rule.dst[3] = (uint8_t)(100 + i);
		session_announce_rule(acme, &rule, &discard, REASON_MALFORMED);
	}
	scene_settle(scene);
	assert_false(is_muted(scene));
	scene->customers[0].strikes = STRIKES;
	step_restart(scene);
	assert_false(is_muted(scene));
	assert_int_equal(step_customer(scene, "acme")->strikes, 0);
	strike(acme, STRIKES);
	assert_true(is_muted(scene));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_new_passes),
		cmocka_unit_test(malformed_rules_count),
		cmocka_unit_test(refusals_by_policy_are_none),
		cmocka_unit_test(no_limit_no_mute),
		cmocka_unit_test(quiet_time_ends_it),
		cmocka_unit_test(replay_is_no_strike),
	};

	return cmocka_run_group_tests_name("mute", tests, NULL, NULL);
}
