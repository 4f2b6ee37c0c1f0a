/* SPDX-License-Identifier: BSD-2-Clause */
/* What a customer may ask for in another form goes inward in that form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define HOST "10.1.0.1/32"

static void
raises(struct scene *scene)
{
	scene->customers[0].rate_min = 8000;
	scene->customers[0].raise_rates = true;
}

/* acme asked for 100 octets a second. */
static struct scene *
with_rule(void)
{
	struct scene *scene = scene_prepare();

	raises(scene);
	scene_start(scene);
	session_announce(&scene->sessions[0], HOST, 100);
	scene_settle(scene);
	return scene;
}

static void
check_rewritten(struct scene *scene)
{
	const struct action_set said = scene_rate(8000);
	const struct action_set asked = scene_rate(100);
	const struct scene_held *held = router_holds(&scene->routers[0], HOST);
	const struct rib_rule *rule = scene_known(&scene->sessions[0], HOST);

	assert_non_null(held);
	assert_true(action_equal(&held->actions, &said));
	assert_int_equal(rule->state, STATE_ACCEPTED_MODIFIED);
	assert_true(action_equal(&rule->actions, &asked));
}

/* The router has the floor, the log the wish and what became of it. */
static void
rate_is_raised(void **state)
{
	struct scene *scene = with_rule();
	const struct action_set asked = scene_rate(100);
	const struct msg_entry *entry;

	(void)state;
	check_rewritten(scene);
	entry = disk_last(&scene->store, ENTRY_VERDICT, HOST);
	assert_int_equal(entry->state, STATE_ACCEPTED_MODIFIED);
	assert_int_equal(entry->live_op, LIVE_PUT);
	assert_true(action_equal(disk_actions(entry), &asked));
	assert_true(disk_says(entry, "8000"));
	scene_free(scene);
}

/* The same again is the same rule: nothing is recorded or said. */
static void
same_again_changes_nothing(void **state)
{
	struct scene *scene = with_rule();
	size_t entries = scene->store.n;
	unsigned announced = scene->routers[0].announced;

	(void)state;
	session_announce(&scene->sessions[0], HOST, 100);
	scene_settle(scene);
	assert_int_equal(scene->store.n, entries);
	assert_int_equal(scene->routers[0].announced, announced);
	check_rewritten(scene);

	/* What it became is not what was asked: another rule. */
	session_announce(&scene->sessions[0], HOST, 8000);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(&scene->sessions[0], HOST)->state, STATE_ACCEPTED);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_REPLACED), 1);
	scene_free(scene);
}

/* Over a restart of the guard, under its id, and without a withdrawal. */
static void
guard_dies(void **state)
{
	struct scene *scene = with_rule();
	uint64_t id = scene_known(&scene->sessions[0], HOST)->id;

	(void)state;
	scene->routers[0].withdrawn = 0;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	check_rewritten(scene);
	assert_int_equal(scene_known(&scene->sessions[0], HOST)->id, id);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* A lingering one, too. */
static void
session_lost(void **state)
{
	struct scene *scene = with_rule();
	const struct action_set said = scene_rate(8000);

	(void)state;
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_settle(scene);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], HOST)->actions, &said));
	session_up(&scene->sessions[0]);
	session_announce(&scene->sessions[0], HOST, 100);
	scene_settle(scene);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], HOST)->actions, &said));
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* Another floor: what stands is said anew; none: it no longer passes. */
static void
reload_changes_the_floor(void **state)
{
	struct scene *scene = with_rule();
	const struct action_set said = scene_rate(16000);

	(void)state;
	scene->customers[0].rate_min = 16000;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_true(action_equal(
	    &router_holds(&scene->routers[0], HOST)->actions, &said));
	scene->customers[0].raise_rates = false;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_true(session_rule_is(
	    &scene->sessions[0], HOST, STATE_REVOKED, REASON_RATE_FLOOR));
	scene_free(scene);
}

/* A redirect goes to where the operators want it. */
static void
redirect_is_replaced(void **state)
{
	static const uint8_t from[8] = { 0x80, 0x08, 0xfd, 0xe9, 0, 0, 0, 66 };
	static const uint8_t to[8] = { 0x80, 0x08, 0xfb, 0xf4, 0, 0, 0, 1 };
	struct scene *scene = scene_prepare();
	struct action_set actions = { .present = ACTION_BIT(ACTION_REDIRECT) };
	struct rule rule;

	(void)state;
	scene->customers[0].actions = ACTION_BIT(ACTION_REDIRECT);
	memcpy(scene->customers[0].rewrites[0].from, from, 8);
	memcpy(scene->customers[0].rewrites[0].to, to, 8);
	memcpy(scene->customers[0].targets[0], to, 8);
	scene_start(scene);
	scene_rule(HOST, &rule);
	memcpy(actions.redirect, from, 8);
	session_announce_rule(
	    &scene->sessions[0], &rule, &actions, REASON_ACCEPTED);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], HOST));
	assert_memory_equal(
	    router_holds(&scene->routers[0], HOST)->actions.redirect, to, 8);
	assert_memory_equal(
	    disk_actions(disk_last(&scene->store, ENTRY_VERDICT, HOST))
		->redirect,
	    from, 8);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_raised),
		cmocka_unit_test(same_again_changes_nothing),
		cmocka_unit_test(guard_dies),
		cmocka_unit_test(session_lost),
		cmocka_unit_test(reload_changes_the_floor),
		cmocka_unit_test(redirect_is_replaced),
	};

	return cmocka_run_group_tests_name("rewriting", tests, NULL, NULL);
}
