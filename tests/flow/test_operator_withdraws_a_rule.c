/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operator withdraws stays withdrawn until it is announced anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* A rule that stands and is then withdrawn by an operator; its id. */
static uint64_t
withdrawn_rule(struct scene *scene)
{
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id;

	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	id = scene_known(acme, "10.1.0.1/32")->id;
	control_ask(scene, CTL_WITHDRAW, id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	return id;
}

/* It leaves the routers, is recorded with who did it, and stays known. */
static void
withdrawn_rule_leaves_and_stays_known(void **state)
{
	struct scene *scene = scene_new();
	const struct rib_rule *rule;
	const struct msg_entry *entry;
	uint64_t id;

	(void)state;
	id = withdrawn_rule(scene);
	assert_int_equal(scene->routers[0].n, 0);
	rule = scene_known(&scene->sessions[0], "10.1.0.1/32");
	assert_int_equal(rule->state, STATE_WITHDRAWN);
	assert_int_equal(rule->reason, REASON_OPERATOR);
	entry = disk_last(&scene->store, ENTRY_OPERATOR, NULL);
	assert_int_equal(entry->rule_id, id);
	entry = disk_last(&scene->store, ENTRY_WITHDRAWAL, NULL);
	assert_int_equal(entry->rule_id, id);
	assert_int_equal(entry->reason, REASON_OPERATOR);

	control_ask(scene, CTL_WITHDRAW, id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene_free(scene);
}

/* The customer says the same again: it stays withdrawn. */
static void
identical_announcement_does_not_revive(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	(void)withdrawn_rule(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* Withdrawn by the customer and announced anew it is a new rule. */
static void
announced_anew_is_a_new_rule(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id;

	(void)state;
	id = withdrawn_rule(scene);
	session_withdraw(acme, "10.1.0.1/32");
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(scene_known(acme, "10.1.0.1/32")->id > id);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* Another action is a new rule as well. */
static void
other_action_is_a_new_rule(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id;

	(void)state;
	id = withdrawn_rule(scene);
	session_announce(acme, "10.1.0.1/32", 7000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(scene_known(acme, "10.1.0.1/32")->id > id);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* A new guard knows of it: the session's replay does not revive the rule. */
static void
withdrawal_survives_the_guard(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id;

	(void)state;
	id = withdrawn_rule(scene);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(scene_known(acme, "10.1.0.1/32")->id, id);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->reason, REASON_OPERATOR);

	/* The customer's withdrawal takes it out of the live table. */
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_null(scene_known(acme, "10.1.0.1/32"));
	assert_int_equal(disk_live_count(&scene->store), 0);
	assert_int_equal(session_unacked(acme), 0);
	scene_free(scene);
}

/* An id that no rule has, and the one that unrecorded rules have. */
static void
unknown_ids_are_nobodys(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	disk_die(&scene->store, true);
	scene_settle(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(&scene->sessions[0], "10.1.0.1/32")->id, RULE_ID_NONE);
	control_ask(scene, CTL_WITHDRAW, RULE_ID_NONE);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	control_ask(scene, CTL_RULE, 4711);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withdrawn_rule_leaves_and_stays_known),
		cmocka_unit_test(identical_announcement_does_not_revive),
		cmocka_unit_test(announced_anew_is_a_new_rule),
		cmocka_unit_test(other_action_is_a_new_rule),
		cmocka_unit_test(withdrawal_survives_the_guard),
		cmocka_unit_test(unknown_ids_are_nobodys),
	};

	return cmocka_run_group_tests_name(
	    "operator withdraws a rule", tests, NULL, NULL);
}
