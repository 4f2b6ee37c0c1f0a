/* SPDX-License-Identifier: BSD-2-Clause */
/* What is left of a lifetime, after a restart of the guard and a reboot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/life.h"
#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define MINUTE_NS (UINT64_C(60) * 1000000000)
#define HOUR_NS   (60 * MINUTE_NS)
#define HOUR_MS   UINT64_C(3600000)
#define DAY_MS    (24 * HOUR_MS)
#define RULE      "10.1.0.1/32"

/* What the clocks did between the record and the new guard. */
struct row {
	const char *name;
	bool reboot;
	int64_t wall_ns; /* ago, more than it was */
	int64_t mono_ns;
	uint64_t more_ms; /* left then; both 0: it has ended */
	uint64_t less_ms;
};

static const struct row rows[] = {
	{ "same_boot_counts_the_boot_clock", false, 0, 2 * MINUTE_NS,
	    23 * HOUR_MS, DAY_MS - 120000 },
	{ "same_boot_ignores_the_wall_clock", false, 20 * HOUR_NS, 0,
	    23 * HOUR_MS, DAY_MS },
	{ "reboot_counts_the_wall_clock", true, 12 * HOUR_NS, 0, 11 * HOUR_MS,
	    12 * HOUR_MS },
	{ "reboot_ignores_the_boot_clock", true, 0, -(int64_t)HOUR_NS,
	    23 * HOUR_MS, DAY_MS },
	{ "reboot_after_its_end_has_ended_it", true, 25 * HOUR_NS, 0, 0, 0 },
	{ "reboot_and_a_clock_set_back_has_ended_it", true, -(int64_t)HOUR_NS,
	    0, 0, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct msg_entry *e;
	unsigned told;
	uint64_t left;

	scene->customers[0].lifetime_ms = DAY_MS;
	scene_start(scene);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	scene_guard_kill(scene);
	e = step_live_entry(scene, RULE);
	if (row->reboot) {
		e->boot_id[0] ^= 0xff;
		scene->routers[0].n = 0;
	}
	e->wall_ns -= (uint64_t)row->wall_ns;
	e->mono_ns -= (uint64_t)row->mono_ns;
	told = scene->routers[0].announced;
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);

	if (row->less_ms != 0) {
		left = life_left_ms(step_rule(acme, RULE));
		assert_true(left > row->more_ms && left <= row->less_ms);
		assert_int_equal(scene->routers[0].n, 1);
	} else {
		/* Not for a moment. */
		assert_int_equal(scene->routers[0].announced, told);
		assert_int_equal(scene->routers[0].n, 0);
		assert_true(
		    session_rule_is(acme, RULE, STATE_EXPIRED, REASON_EXPIRED));
		assert_int_equal(
		    disk_count(&scene->store, ENTRY_EXPIRY, REASON_EXPIRED), 1);
	}
	scene_free(scene);
}

/* Extended while its session was lost, and heard again before the store says
 * what stood: it stands, and lingers no more. */
static void
extended_while_lingering(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].lifetime_ms = DAY_MS;
	scene_start(scene);
	session_announce(acme, RULE, 0);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	step_do_id(scene, CTL_EXTEND, step_rule(acme, RULE)->id);
	scene_guard_kill(scene);
	session_up(acme);
	session_announce(acme, RULE, 0);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_true(
	    session_rule_is(acme, RULE, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 1] = {
		[ROWS] = cmocka_unit_test(extended_while_lingering),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name(
	    "lifetime over restarts", tests, NULL, NULL);
}
