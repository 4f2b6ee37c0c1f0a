/* SPDX-License-Identifier: BSD-2-Clause */
/* The same rule with another action is a new rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Passes: the routers see one change, the old id's end is recorded. */
static void
replacement_that_passes(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];
	const struct action_set old = scene_rate(0);
	const struct action_set new = scene_rate(9000);
	const struct msg_entry *entry;
	uint64_t id;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	id = scene_known(acme, "10.1.0.1/32")->id;

	/* The old one stands until the new one is on disk. */
	scene->store.lazy = true;
	session_announce(acme, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &old));
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &new));
	assert_int_equal(rr->withdrawn, 0);
	assert_true(scene_known(acme, "10.1.0.1/32")->id > id);
	entry = disk_last(&scene->store, ENTRY_WITHDRAWAL, "10.1.0.1/32");
	assert_int_equal(entry->rule_id, id);
	assert_int_equal(entry->reason, REASON_REPLACED);
	assert_true(action_equal(disk_actions(entry), &old));
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* Fails: the old one is withdrawn at once, before any record. */
static void
replacement_that_fails(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	disk_stall(&scene->store, true);
	session_announce(acme, "10.1.0.1/32", 2e9); /* above the ceiling */
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(disk_live_count(&scene->store), 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_REPLACED), 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_RATE_CEILING), 1);
	scene_free(scene);
}

/* A replacement that the log cannot take withdraws, too. */
static void
replacement_without_a_store(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set new = scene_rate(9000);

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	disk_die(&scene->store, true);
	scene_settle(scene);
	session_announce(acme, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_give_store(scene);
	scene_settle(scene);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.1.0.1/32")->actions, &new));
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* The first verdict is not on disk when the second is asked for: only the
 * second ever goes inward. */
static void
replacement_while_pending(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set new = scene_rate(9000);

	(void)state;
	scene->store.lazy = true;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].announced, 0);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].announced, 1);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.1.0.1/32")->actions, &new));
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* Withdrawn before its verdict is on disk: it never goes inward. */
static void
withdrawal_while_pending(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->store.lazy = true;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(acme->acks, 0);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].announced, 0);
	assert_int_equal(acme->acks, 1);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

/* Withdrawn and announced again, all pending: a new rule, one live. */
static void
withdrawal_and_announcement_while_pending(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->store.lazy = true;
	session_announce(acme, "10.1.0.1/32", 0);
	session_withdraw(acme, "10.1.0.1/32");
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	assert_true(disk_accepted_live(&scene->store,
	    scene_known(acme, "10.1.0.1/32")->id,
	    &scene_known(acme, "10.1.0.1/32")->rule,
	    &scene_known(acme, "10.1.0.1/32")->actions));
	scene_free(scene);
}

/* A rule that waits for another's and is replaced while the log is behind
 * does not wait for that one any more. */
static void
replacement_of_a_waiting_rule(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->reason, REASON_CONFLICT);
	disk_full(&scene->store, true);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 0);
	scene_settle(scene);
	disk_full(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->state, STATE_ACCEPTED);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replacement_that_passes),
		cmocka_unit_test(replacement_that_fails),
		cmocka_unit_test(replacement_without_a_store),
		cmocka_unit_test(replacement_while_pending),
		cmocka_unit_test(withdrawal_while_pending),
		cmocka_unit_test(withdrawal_and_announcement_while_pending),
		cmocka_unit_test(replacement_of_a_waiting_rule),
	};

	return cmocka_run_group_tests_name("replacement", tests, NULL, NULL);
}
