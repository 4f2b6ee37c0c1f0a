/* SPDX-License-Identifier: BSD-2-Clause */
/* A withdrawal waits for nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Three rules stand. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_new();

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	session_announce(&scene->sessions[0], "10.1.0.3/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	return scene;
}

/* Inward it is gone; the session hears so only when the end is on disk. */
static void
check_withdrawal(struct scene *scene, void (*again)(struct scene *scene))
{
	struct scene_session *acme = &scene->sessions[0];

	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(acme->acks, 0);

	again(scene);
	scene_settle(scene);
	assert_int_equal(acme->acks, 1);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(disk_live_count(&scene->store), 2);
	assert_non_null(
	    disk_last(&scene->store, ENTRY_WITHDRAWAL, "10.1.0.1/32"));
	scene_free(scene);
}

static void
unstall(struct scene *scene)
{
	disk_stall(&scene->store, false);
}

static void
commit(struct scene *scene)
{
	scene->store.lazy = false;
	disk_commit(&scene->store);
}

static void
room(struct scene *scene)
{
	disk_full(&scene->store, false);
}

/* The store does not read. */
static void
while_the_store_stalls(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	disk_stall(&scene->store, true);
	check_withdrawal(scene, unstall);
}

/* The disk is slow. */
static void
while_the_disk_is_slow(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->store.lazy = true;
	check_withdrawal(scene, commit);
}

/* The disk is full. */
static void
while_the_disk_is_full(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	disk_full(&scene->store, true);
	scene_settle(scene);
	check_withdrawal(scene, room);
}

/* There is no store. */
static void
while_the_store_is_dead(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	disk_die(&scene->store, true);
	scene_settle(scene);
	check_withdrawal(scene, scene_give_store);
}

/* The guard dies before the end is recorded: the session tells the next one,
 * and before the store has said anything the routers are told. */
static void
over_a_death_of_the_guard(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	/* 1. Withdrawn, not recorded. The router's session stalls. */
	disk_stall(&scene->store, true);
	router_stall(&scene->routers[0], true);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);

	/* 2. The guard dies, and what the router had not read is lost. */
	disk_die(&scene->store, false);
	scene->routers[0].n = 0;
	scene_guard_kill(scene);
	scene->routers[0].n = 3;

	/* 3. A new one, without a store: the withdrawal comes first … */
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	/* … and then the router's session says what it holds. */
	scene_give_routers(scene);
	scene_settle(scene);
	assert_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(session_unacked(acme), 1);

	/* 4. The store still has it live; it is not revived. */
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(disk_live_count(&scene->store), 2);
	assert_int_equal(session_unacked(acme), 0);
	scene_free(scene);
}

/* A withdrawal of what nobody announced is acknowledged, and nothing else. */
static void
of_an_unknown_rule(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	size_t entries = scene->store.durable;
	struct rule rule;

	(void)state;
	scene_rule("10.1.0.1/32", &rule);
	acme->wishes[0].rule = rule;
	acme->wishes[0].announced = true;
	acme->wishes[0].handle = 1;
	acme->n = 1;
	session_withdraw_rule(acme, &rule);
	scene_settle(scene);
	assert_int_equal(acme->acks, 1);
	assert_null(scene_known(acme, "10.1.0.1/32"));
	assert_int_equal(scene->store.durable, entries);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_the_store_stalls),
		cmocka_unit_test(while_the_disk_is_slow),
		cmocka_unit_test(while_the_disk_is_full),
		cmocka_unit_test(while_the_store_is_dead),
		cmocka_unit_test(over_a_death_of_the_guard),
		cmocka_unit_test(of_an_unknown_rule),
	};

	return cmocka_run_group_tests_name(
	    "withdrawal goes inward first", tests, NULL, NULL);
}
