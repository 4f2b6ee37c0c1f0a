/* SPDX-License-Identifier: BSD-2-Clause */
/* A wide rule waits for a person. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Held, recorded and kept out; approved, it goes inward under its old id. */
static void
approved_rule_goes_inward(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct msg_entry *entry;
	uint64_t id;

	(void)state;
	/* 1. A /24 is announced. */
	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.1.4.0/24");
	assert_int_equal(entry->state, STATE_HELD);
	assert_int_equal(entry->reason, REASON_WIDE);
	assert_int_equal(entry->live_op, LIVE_PUT);
	assert_int_equal(scene->routers[0].n, 0);
	id = entry->rule_id;

	/* 2. An operator approves it. */
	control_ask(scene, CTL_APPROVE, id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	entry = disk_last(&scene->store, ENTRY_OPERATOR, "10.1.4.0/24");
	assert_non_null(entry);
	assert_int_equal(entry->rule_id, id);
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.1.4.0/24");
	assert_int_equal(entry->state, STATE_ACCEPTED);
	assert_int_equal(entry->rule_id, id);
	assert_true(entry->approved);
	assert_non_null(router_holds(&scene->routers[0], "10.1.4.0/24"));

	/* 3. Approving again has no object. */
	control_ask(scene, CTL_APPROVE, id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene_free(scene);
}

/* Denied, it is refused as such, and an identical announcement changes that
 * no more than an approval does. */
static void
denied_rule_stays_out(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct rib_rule *rule;

	(void)state;
	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	rule = scene_known(acme, "10.1.4.0/24");
	control_ask(scene, CTL_DENY, rule->id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(rule->state, STATE_REFUSED);
	assert_int_equal(rule->reason, REASON_DENIED);
	/* Kept, so that a new guard knows it. */
	assert_int_equal(disk_live_count(&scene->store), 1);

	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	assert_int_equal(rule->reason, REASON_DENIED);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	rule = scene_known(acme, "10.1.4.0/24");
	assert_int_equal(rule->reason, REASON_DENIED);
	control_ask(scene, CTL_APPROVE, rule->id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* A denial outlives the guard, without another entry, until the customer
 * withdraws the rule: then nothing of it is left. */
static void
denied_survives_the_guard(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	size_t denials;
	uint64_t id;

	(void)state;
	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	id = scene_known(acme, "10.1.4.0/24")->id;
	control_ask(scene, CTL_DENY, id);
	scene_settle(scene);
	denials = disk_count(&scene->store, ENTRY_VERDICT, REASON_DENIED);
	for (unsigned i = 0; i < 2; i++) {
		scene_guard_kill(scene);
		scene_guard_start(scene);
		scene_give_all(scene);
		scene_settle(scene);
	}
	assert_int_equal(scene_known(acme, "10.1.4.0/24")->id, id);
	assert_int_equal(
	    scene_known(acme, "10.1.4.0/24")->state, STATE_REFUSED);
	assert_int_equal(
	    scene_known(acme, "10.1.4.0/24")->reason, REASON_DENIED);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_DENIED), denials);

	session_withdraw(acme, "10.1.4.0/24");
	scene_settle(scene);
	assert_int_equal(disk_live_count(&scene->store), 0);
	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	assert_int_equal(scene_known(acme, "10.1.4.0/24")->state, STATE_HELD);
	scene_free(scene);
}

/* Who acts on a rule that is not held is told what it is. */
static void
not_held_says_what_it_is(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	char text[64];
	uint64_t id;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	id = scene_known(acme, "10.1.0.1/32")->id;
	control_ask(scene, CTL_DENY, id);
	scene_settle(scene);
	(void)snprintf(
	    text, sizeof(text), "rule %" PRIu64 " is accepted, not held", id);
	assert_int_equal(scene->end.exit_code, 1);
	assert_string_equal(scene->end.text, text);
	scene_free(scene);
}

/* The approval is for the rule as it was: with another action it is a new one
 * and held again. */
static void
approval_ends_with_the_rule(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.4.0/24", 0);
	scene_settle(scene);
	control_ask(scene, CTL_APPROVE, scene_known(acme, "10.1.4.0/24")->id);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	session_announce(acme, "10.1.4.0/24", 9000);
	scene_settle(scene);
	assert_int_equal(scene_known(acme, "10.1.4.0/24")->state, STATE_HELD);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* A held rule, and an approved one, are so after a restart of the guard. */
static void
held_and_approved_survive_the_guard(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t held, approved;

	(void)state;
	session_announce(acme, "10.1.4.0/24", 0);
	session_announce(acme, "10.1.5.0/24", 0);
	scene_settle(scene);
	held = scene_known(acme, "10.1.4.0/24")->id;
	approved = scene_known(acme, "10.1.5.0/24")->id;
	control_ask(scene, CTL_APPROVE, approved);
	scene_settle(scene);

	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene_known(acme, "10.1.4.0/24")->state, STATE_HELD);
	assert_int_equal(scene_known(acme, "10.1.4.0/24")->id, held);
	assert_int_equal(scene_known(acme, "10.1.5.0/24")->id, approved);
	assert_non_null(router_holds(&scene->routers[0], "10.1.5.0/24"));
	control_ask(scene, CTL_APPROVE, held);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(approved_rule_goes_inward),
		cmocka_unit_test(denied_rule_stays_out),
		cmocka_unit_test(denied_survives_the_guard),
		cmocka_unit_test(not_held_says_what_it_is),
		cmocka_unit_test(approval_ends_with_the_rule),
		cmocka_unit_test(held_and_approved_survive_the_guard),
	};

	return cmocka_run_group_tests_name(
	    "wide rule is held until approved", tests, NULL, NULL);
}
