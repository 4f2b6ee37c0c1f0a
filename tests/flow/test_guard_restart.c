/* SPDX-License-Identifier: BSD-2-Clause */
/* A new guard finds its place; nothing is lost, nothing revived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* Two rules of acme stand, and one of bolt. */
static struct scene *
with_rules(uint64_t linger_ms)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].linger_ms = linger_ms;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 9000);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	for (size_t i = 0; i < 2; i++)
		session_mark(&scene->sessions[i], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene->routers[0].announced = 0;
	scene->routers[0].withdrawn = 0;
	return scene;
}

/* All as before, with the same ids and without a withdrawal. */
static void
check_same(struct scene *scene, uint64_t id, size_t verdicts)
{
	const struct rib_rule *rule =
	    scene_known(&scene->sessions[0], "10.1.0.1/32");

	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(rule->id, id);
	assert_int_equal(rule->state, STATE_ACCEPTED);
	assert_int_equal(rule->flags & RULE_STALE, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED),
	    verdicts);
	assert_int_equal(disk_live_count(&scene->store), 3);
	scene_free(scene);
}

/* Sessions replay before the store has said what is live. */
static void
sessions_before_the_store(void **state)
{
	struct scene *scene = with_rules(3600000);
	uint64_t id = scene_known(&scene->sessions[0], "10.1.0.1/32")->id;

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene_give_store(scene);
	check_same(scene, id, 3);
}

/* The store is faster: what it knows is not ended before the sessions have
 * spoken, though their state says that all has come. */
static void
store_before_the_sessions(void **state)
{
	struct scene *scene = with_rules(3600000);
	uint64_t id = scene_known(&scene->sessions[0], "10.1.0.1/32")->id;

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	assert_int_equal(scene->routers[0].n, 3);
	scene_give_sessions(scene);
	check_same(scene, id, 3);
}

/* The same without any linger: the session was never lost. */
static void
no_linger_and_the_store_is_faster(void **state)
{
	struct scene *scene = with_rules(0);
	uint64_t id = scene_known(&scene->sessions[0], "10.1.0.1/32")->id;

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene_give_sessions(scene);
	check_same(scene, id, 3);
}

/* No linger, and the session is down when the new guard hears of it. */
static void
no_linger_and_the_session_is_down(void **state)
{
	struct scene *scene = with_rules(0);

	(void)state;
	scene_guard_kill(scene);
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_give_store(scene);
	scene_settle(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* The session is lost while the store is not there yet: its rules linger and
 * are not held against it for having no session. */
static void
session_lost_before_the_store(void **state)
{
	struct scene *scene = with_rules(3600000);

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_settle(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(scene_known(&scene->sessions[0], "10.1.0.1/32")->state,
	    STATE_LINGERING);
	scene_free(scene);
}

/* What was not replayed is swept when the session is complete. */
static void
what_was_not_replayed_ends(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene_guard_kill(scene);
	/* Withdrawn and forgotten by a session that died as well. */
	acme->n = 1;
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(disk_count(&scene->store, ENTRY_WITHDRAWAL,
			     REASON_NOT_ANNOUNCED_AGAIN),
	    1);
	scene_free(scene);
}

/* Of two customers' same rule the one accepted first speaks, also for a new
 * guard that hears the other one first. */
static void
order_of_acceptance_stays(void **state)
{
	struct scene *scene = with_rules(3600000);
	const struct scene_router *rr = &scene->routers[0];

	(void)state;
	session_announce(&scene->sessions[1], "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(&scene->sessions[0], "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(router_holds(rr, "10.9.0.1/32")->customer, 2);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(router_holds(rr, "10.9.0.1/32")->customer, 2);
	scene_free(scene);
}

/* Replaced while no guard was there: the old ends, the new is judged. */
static void
replaced_meanwhile(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set new = scene_rate(7000);

	(void)state;
	scene_guard_kill(scene);
	session_announce(acme, "10.1.0.1/32", 7000);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.1.0.1/32")->actions, &new));
	assert_int_equal(disk_live_count(&scene->store), 3);
	scene_free(scene);
}

/* The guard died between a new verdict and the end of what it replaced; the
 * session says which of the two is meant: the later one, … */
static void
two_live_of_one_rule(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_store *store = &scene->store;
	const struct action_set new = scene_rate(7000);

	(void)state;
	store->lazy = true;
	session_announce(acme, "10.1.0.1/32", 7000);
	scene_settle(scene);
	/* The verdict is on disk, the end is not. */
	store->n--;
	free(store->log[store->n]);
	disk_commit(store);
	scene_guard_kill(scene);
	assert_int_equal(disk_live_count(store), 4);
	store->lazy = false;

	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(disk_live_count(store), 3);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.1.0.1/32")->actions, &new));
	scene_free(scene);
}

/* … or the older one again. */
static void
two_live_and_the_older_is_meant(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_store *store = &scene->store;
	const struct action_set old = scene_rate(0);
	uint64_t id = scene_known(acme, "10.1.0.1/32")->id;

	(void)state;
	store->lazy = true;
	session_announce(acme, "10.1.0.1/32", 7000);
	scene_settle(scene);
	store->n--;
	free(store->log[store->n]);
	disk_commit(store);
	scene_guard_kill(scene);
	store->lazy = false;
	session_announce(acme, "10.1.0.1/32", 0);

	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(disk_live_count(store), 3);
	assert_int_equal(scene_known(acme, "10.1.0.1/32")->id, id);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], "10.1.0.1/32")->actions, &old));
	scene_free(scene);
}

/* A configuration without the customer is in force when the store speaks. */
static void
customer_removed_meanwhile(void **state)
{
	struct scene *scene = with_rules(3600000);

	(void)state;
	scene_guard_kill(scene);
	scene->customers[0].removed = true;
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	assert_int_equal(disk_count(&scene->store, ENTRY_WITHDRAWAL,
			     REASON_CUSTOMER_REMOVED),
	    2);
	scene_free(scene);
}

/* It is removed between the sessions' replay and the store's word. */
static void
customer_removed_before_the_store(void **state)
{
	struct scene *scene = with_rules(3600000);

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	scene->customers[0].removed = true;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->guard->in.n_rules, 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* What a router holds and nobody owns is withdrawn when all is known. */
static void
nobodys_rules_are_withdrawn(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_router *rr = &scene->routers[0];

	(void)state;
	scene_guard_kill(scene);
	scene_rule("198.51.100.1/32", &rr->held[3].rule);
	rr->held[3].actions = scene_rate(0);
	rr->held[3].customer = 1;
	rr->n = 4;
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	assert_int_equal(rr->n, 4);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(rr->n, 3);
	assert_null(router_holds(rr, "198.51.100.1/32"));
	scene_free(scene);
}

/* The store dies in the middle of its report, and a rule that had been
 * reported is withdrawn and announced anew before it is back. */
static void
store_dies_while_it_reports(void **state)
{
	struct scene *scene = with_rules(3600000);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_store *store = &scene->store;

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_settle(scene);

	/* 1. It reports all and dies before it says that this was all. */
	store->silent = true;
	scene_give_store(scene);
	scene_settle(scene);
	assert_int_equal(store->loads, 2);
	assert_false(scene->guard->loaded);
	disk_die(store, false);
	scene_settle(scene);

	/* 2. Withdrawn: on record that must still reach the store. */
	session_withdraw(acme, "10.1.0.1/32");
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);

	/* 3. It is back, and asked only when it has that record. */
	store->silent = false;
	scene_give_store(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	assert_int_equal(disk_live_count(store), 3);
	assert_true(
	    disk_accepted_live(store, scene_known(acme, "10.1.0.1/32")->id,
		&scene_known(acme, "10.1.0.1/32")->rule,
		&scene_known(acme, "10.1.0.1/32")->actions));
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_before_the_store),
		cmocka_unit_test(store_before_the_sessions),
		cmocka_unit_test(no_linger_and_the_store_is_faster),
		cmocka_unit_test(no_linger_and_the_session_is_down),
		cmocka_unit_test(session_lost_before_the_store),
		cmocka_unit_test(what_was_not_replayed_ends),
		cmocka_unit_test(order_of_acceptance_stays),
		cmocka_unit_test(replaced_meanwhile),
		cmocka_unit_test(two_live_of_one_rule),
		cmocka_unit_test(two_live_and_the_older_is_meant),
		cmocka_unit_test(customer_removed_meanwhile),
		cmocka_unit_test(customer_removed_before_the_store),
		cmocka_unit_test(nobodys_rules_are_withdrawn),
		cmocka_unit_test(store_dies_while_it_reports),
	};

	return cmocka_run_group_tests_name("guard restart", tests, NULL, NULL);
}
