/* SPDX-License-Identifier: BSD-2-Clause */
/* Routers are told of new rules at a pace, of nothing else; and what the log
 * says of a configuration that was undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define PACE  5u
#define RULES 14u

static void
announce(struct scene *scene, unsigned n)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_announce(&scene->sessions[0], dst, 0);
	}
	scene_settle(scene);
}

static struct scene *
paced(void)
{
	struct scene *scene = scene_prepare();

	scene->fleet.pace = PACE;
	scene_start(scene);
	return scene;
}

static bool
all_told(struct scene *scene)
{
	return scene->routers[0].n == RULES;
}

static uint32_t
routers_that_wait(struct scene *scene)
{
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	return scene->status.paced;
}

/* Some now, the others by and by; all are accepted and on record at once. */
static void
new_rules_are_paced(void **state)
{
	struct scene *scene = paced();

	(void)state;
	announce(scene, RULES);
	assert_in_range(scene->routers[0].n, PACE, RULES - 1);
	assert_int_equal(disk_live_count(&scene->store), RULES);
	assert_int_equal(routers_that_wait(scene), 1);
	scene_until(scene, all_told);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].announced, RULES);
	assert_int_equal(routers_that_wait(scene), 0);
	scene_free(scene);
}

/* Withdrawals wait behind nothing; what was not told yet never is. */
static void
withdrawals_are_not_paced(void **state)
{
	struct scene *scene = paced();
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	announce(scene, RULES);
	assert_in_range(scene->routers[0].n, PACE, RULES - 1);
	for (unsigned i = 0; i < RULES; i++) {
		(void)snprintf(dst, sizeof(dst), "10.1.0.%u/32", i);
		session_withdraw(&scene->sessions[0], dst);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_true(scene->routers[0].announced < RULES);
	scene_pass(scene, 400);
	assert_true(scene->routers[0].announced < RULES);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* A router that comes back is told all that stands, at once; also by another
 * guard. */
static void
dumps_are_not_paced(void **state)
{
	struct scene *scene = paced();

	(void)state;
	announce(scene, RULES);
	scene_until(scene, all_told);
	router_die(&scene->routers[0]);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, RULES);

	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	router_die(&scene->routers[0]);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	assert_int_equal(scene->routers[0].n, RULES);
	scene_free(scene);
}

/* After a panic, what stood comes back at once. */
static void
resume_is_not_paced(void **state)
{
	struct scene *scene = paced();

	(void)state;
	announce(scene, RULES);
	scene_until(scene, all_told);
	control_ask_of(scene, CTL_PANIC, "");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	control_ask_of(scene, CTL_RESUME, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->routers[0].n, RULES);
	scene_free(scene);
}

/* Each router has a pace of its own. */
static void
each_router_has_its_own(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	(void)scene_router_add(scene, DIALECT_FRR);
	scene->fleet.pace = PACE;
	scene_start(scene);
	announce(scene, PACE);
	assert_int_equal(scene->routers[0].n, PACE);
	assert_int_equal(scene->routers[1].n, PACE);
	scene_free(scene);
}

/* What nobody confirmed is undone, and the log says so. */
static void
rolled_back_on_record(void **state)
{
	struct scene *scene = scene_new();
	const struct msg_entry *entry;

	(void)state;
	session_announce(&scene->sessions[0], "10.9.0.1/32", 0);
	scene_settle(scene);
	scene->customers[0].prefixes[1] = NULL;
	scene->confirm_s = 60;
	scene_configure(scene, CFG_APPLY);
	scene_hold_reload(scene, true, UINT64_C(1767225600000000000));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	entry = disk_last(&scene->store, ENTRY_CONFIG, NULL);
	assert_false(disk_says(entry, "rolled back"));
	assert_int_equal(entry->reason, REASON_CONFIGURATION);
	assert_int_equal(entry->count, 1);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_true(scene->status.rollback_ns == UINT64_C(1767225600000000000));

	scene->customers[0].prefixes[1] = "10.9.0.0/16";
	scene->confirm_s = 0;
	scene->rollback = true;
	scene_configure(scene, CFG_APPLY);
	scene_hold_reload(scene, false, 0);
	scene_settle(scene);
	entry = disk_last(&scene->store, ENTRY_CONFIG, NULL);
	assert_true(disk_says(entry, "rolled back"));
	assert_int_equal(entry->count, 0);
	assert_int_equal(scene->routers[0].n, 1);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.rollback_ns, 0);
	scene_free(scene);
}

/* The one who confirms it is told to the supervisor. */
static void
reload_is_confirmed(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	control_confirm(scene, CONFIRM_RELOAD, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene->confirm_s = 60;
	scene_configure(scene, CFG_APPLY);
	scene_hold_reload(scene, true, UINT64_C(1767225600000000000));
	scene_settle(scene);
	control_confirm(scene, CONFIRM_RELOAD, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->confirmations, 1);
	assert_int_equal(scene->confirmed.what, CONFIRM_RELOAD);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_rules_are_paced),
		cmocka_unit_test(withdrawals_are_not_paced),
		cmocka_unit_test(dumps_are_not_paced),
		cmocka_unit_test(resume_is_not_paced),
		cmocka_unit_test(each_router_has_its_own),
		cmocka_unit_test(rolled_back_on_record),
		cmocka_unit_test(reload_is_confirmed),
	};

	return cmocka_run_group_tests_name("pacing", tests, NULL, NULL);
}
