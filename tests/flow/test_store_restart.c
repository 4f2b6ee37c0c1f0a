/* SPDX-License-Identifier: BSD-2-Clause */
/* The store dies and comes back: nothing is lost, nothing comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Entries that were sent and not called durable are sent again. */
static void
unrecorded_entries_are_sent_again(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	/* 1. Twenty verdicts are with the store, none on disk. */
	scene->store.lazy = true;
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_announce(acme, dst, 0);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	/* 2. It dies and has lost them; the next one gets them. */
	disk_die(&scene->store, false);
	scene_settle(scene);
	scene->store.lazy = false;
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 20);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED), 20);
	assert_int_equal(scene->store.loads, 1);
	scene_free(scene);
}

/* Entries that were on disk though the guard had not heard so are taken as
 * durable and do not come twice. */
static void
recorded_entries_are_not_sent_again(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	scene->store.lazy = true;
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	disk_die(&scene->store, true);
	scene_settle(scene);
	scene->store.lazy = false;
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED), 1);
	scene_free(scene);
}

/* A store that has lost what it called durable is not used: what stands
 * stands, and nothing new goes inward. */
static void
store_that_lost_entries_is_refused(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	size_t size;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	disk_die(&scene->store, true);
	scene_settle(scene);
	size = scene->store.durable;
	scene->store.durable = size - 1;
	scene->store.n = size - 1;
	scene_give_store(scene);
	scene_settle(scene);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(
	    scene_known(acme, "10.1.0.2/32")->reason, REASON_STORE_BEHIND);

	/* Nor may it call anything durable. */
	scene->store.durable = size + 5;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_null(scene->store.channel);

	/* The right one is back. */
	scene->store.durable = size;
	scene->store.n = size;
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* So is one that has more than was ever written. */
static void
store_that_invents_entries_is_refused(void **state)
{
	struct scene *scene = scene_new();
	size_t size;

	(void)state;
	disk_die(&scene->store, true);
	scene_settle(scene);
	size = scene->store.durable;
	scene->store.durable = size + 3;
	scene->store.n = size + 3;
	scene_give_store(scene);
	scene_settle(scene);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene->store.durable = size;
	scene->store.n = size;
	scene_free(scene);
}

/* Full, then room: those that were behind are judged in their order. */
static void
full_then_room(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	scene->customers[0].max_rules = 5;
	scene_start(scene);
	disk_full(&scene->store, true);
	scene_settle(scene);
	for (unsigned i = 0; i < 8; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_announce(acme, dst, 0);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(scene->guard->store_behind, 8);

	disk_full(&scene->store, false);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 5);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.0/32"));
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.4/32"));
	assert_int_equal(
	    scene_known(acme, "10.1.0.5/32")->reason, REASON_QUOTA_RULES);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unrecorded_entries_are_sent_again),
		cmocka_unit_test(recorded_entries_are_not_sent_again),
		cmocka_unit_test(store_that_lost_entries_is_refused),
		cmocka_unit_test(store_that_invents_entries_is_refused),
		cmocka_unit_test(full_then_room),
	};

	return cmocka_run_group_tests_name("store restart", tests, NULL, NULL);
}
