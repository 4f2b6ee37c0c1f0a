/* SPDX-License-Identifier: BSD-2-Clause */
/* No record, no route: what is accepted waits for the disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* The verdict is with the store, the store does not say that it is on disk. */
static void
rule_waits_for_the_disk(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct scene_router *rr = &scene->routers[0];
	const struct msg_entry *entry;

	(void)state;
	/* 1. The store takes entries and says nothing. */
	scene->store.lazy = true;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->state, STATE_ACCEPTED);
	assert_int_equal(rr->n, 0);

	/* 2. The disk has it. */
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_non_null(router_holds(rr, "10.1.0.1/32"));
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.1.0.1/32");
	assert_int_equal(entry->state, STATE_ACCEPTED);
	assert_int_equal(entry->rule_id, entry->seq);
	assert_int_equal(entry->live_op, LIVE_PUT);
	scene_free(scene);
}

/* The verdict cannot even leave: the store does not read. */
static void
rule_waits_for_a_stalled_store(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	disk_stall(&scene->store, true);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	disk_stall(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* Without a store the rule is known, refused as store-behind, and passes when
 * the store is there. */
static void
rule_waits_for_a_dead_store(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct rib_rule *rule;

	(void)state;
	disk_die(&scene->store, true);
	scene_settle(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	rule = scene_known(acme, "10.1.0.1/32");
	assert_int_equal(rule->state, STATE_REFUSED);
	assert_int_equal(rule->reason, REASON_STORE_BEHIND);
	assert_int_equal(scene->routers[0].n, 0);

	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(rule->state, STATE_ACCEPTED);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_waits_for_the_disk),
		cmocka_unit_test(rule_waits_for_a_stalled_store),
		cmocka_unit_test(rule_waits_for_a_dead_store),
	};

	return cmocka_run_group_tests_name("durable", tests, NULL, NULL);
}
