/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guard crashed of stays out; after three crashes only withdrawals go
 * inward for a while. The supervisor's own code keeps what is handed on. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/crash.h"
#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define BAD   "10.1.0.1/32"
#define GOOD  "10.1.0.2/32"
#define OTHER "10.2.0.1/32"
#define ACME  1u
#define LATER (CRASH_WINDOW_MS + 1u)

static void
greet(struct scene *scene)
{
	struct crash *crash = scene->greeter;

	crash_tell(crash, scene->supervisor, crash->crash_ms[0]);
}

/* Two rules of acme stand, and one of bolt. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_prepare();

	scene->greeter = calloc(1, sizeof(struct crash));
	assert_non_null(scene->greeter);
	scene->greet = greet;
	scene_start(scene);
	session_announce(&scene->sessions[0], BAD, 0);
	session_announce(&scene->sessions[0], GOOD, 0);
	session_announce(&scene->sessions[1], OTHER, 0);
	for (size_t i = 0; i < 2; i++)
		session_mark(&scene->sessions[i], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	return scene;
}

static void
end(struct scene *scene)
{
	struct crash *crash = scene->greeter;

	scene_free(scene);
	crash_fini(crash);
	free(crash);
}

/* The guard dies of a signal while it works on this rule (NULL: none). */
static void
crash_at(struct scene *scene, const char *dst, uint64_t now_ms)
{
	struct rule rule;

	assert_non_null(scene->guard->past.page);
	if (dst != NULL) {
		scene_rule(dst, &rule);
		past_work(&scene->guard->past, 1, ACME, &rule);
	}
	scene_guard_kill(scene);
	assert_true(crash_ended(scene->greeter, SIGSEGV, 1000, now_ms));
}

static void
start(struct scene *scene)
{
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
}

static bool
is_kept_out(const struct scene *scene, const char *dst)
{
	const struct rib_rule *rule = scene_known(&scene->sessions[0], dst);

	return rule != NULL && rule->state == STATE_QUARANTINED &&
	       rule->reason == REASON_CRASH_SUSPECT &&
	       rule->id != RULE_ID_NONE &&
	       router_holds(&scene->routers[0], dst) == NULL;
}

static size_t
records(struct scene *scene)
{
	return disk_count(
	    &scene->store, ENTRY_REVOCATION, REASON_CRASH_SUSPECT);
}

/* That rule is out and on record; all others are inside again. Guards that
 * nobody tells of it know it from the log. */
static void
suspect_stays_out(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	crash_at(scene, BAD, 1);
	start(scene);
	assert_true(is_kept_out(scene, BAD));
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(records(scene), 1);
	step_status(scene);
	assert_int_equal(scene->status.crashes, 1);
	assert_int_equal(scene->status.suspects, 1);
	assert_int_equal(scene->status.safe_until_ns, 0);
	scene->greet = NULL;
	for (unsigned i = 0; i < 2; i++) {
		step_restart(scene);
		assert_true(is_kept_out(scene, BAD));
		assert_int_equal(scene->routers[0].n, 2);
	}
	assert_int_equal(records(scene), 1);
	end(scene);
}

/* However it comes: again, with another action, anew, over another session of
 * the same customer; panic, resume and a reload change nothing. */
static void
suspect_stays_out_however_it_comes(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	crash_at(scene, BAD, 1);
	start(scene);
	session_announce(acme, BAD, 9000);
	scene_settle(scene);
	assert_true(is_kept_out(scene, BAD));
	session_withdraw(acme, BAD);
	scene_settle(scene);
	assert_null(scene_known(acme, BAD));
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	assert_true(is_kept_out(scene, BAD));
	step_do(scene, CTL_PANIC, "");
	step_do(scene, CTL_RESUME, "");
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_true(is_kept_out(scene, BAD));
	assert_int_equal(scene->routers[0].n, 2);
	/* A question about it asks no check. */
	control_explain(scene, "acme", BAD, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	end(scene);
}

/* It was on its way in, and so has no record yet. */
static void
suspect_that_was_new(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	crash_at(scene, "10.1.0.9/32", 1);
	session_announce(&scene->sessions[0], "10.1.0.9/32", 0);
	start(scene);
	assert_true(is_kept_out(scene, "10.1.0.9/32"));
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(disk_live_count(&scene->store), 4);
	end(scene);
}

/* An operator lets it back; then it is as any other. */
static void
release_lets_it_back(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	crash_at(scene, BAD, 1);
	start(scene);
	step_no_id(scene, CTL_RELEASE, step_rule(acme, GOOD)->id);
	step_do_id(scene, CTL_RELEASE, step_rule(acme, BAD)->id);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	session_announce(acme, BAD, 9000);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	scene->greet = NULL;
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 3);
	end(scene);
}

/* Nothing was worked on: nobody is blamed. */
static void
idle_guard_blames_nobody(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	crash_at(scene, NULL, 1);
	start(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(records(scene), 0);
	end(scene);
}

static bool
has_loaded(struct scene *scene)
{
	return scene->guard->loaded;
}

/* Three crashes, and the fourth guard. */
static struct scene *
in_safe_mode(void)
{
	struct scene *scene = with_rules();

	for (uint64_t i = 1; i <= CRASH_MOST; i++) {
		crash_at(scene, i == 1 ? BAD : NULL, i);
		if (i < CRASH_MOST)
			start(scene);
	}
	start(scene);
	assert_false(scene->guard->loaded);
	assert_true(scene->guard->past.safe_ms != 0);
	step_status(scene);
	assert_true(scene->status.safe_until_ns > scene->status.started_ns);
	assert_int_equal(scene->status.crashes, CRASH_MOST);
	return scene;
}

static void
pass(struct scene *scene)
{
	scene->guard->past.safe_ms = 1;
	scene_until(scene, has_loaded);
	scene_settle(scene);
}

/* New rules wait, withdrawals go inward, what stands stays; then all is judged,
 * and what was withdrawn is recorded. */
static void
only_withdrawals_in_safe_mode(void **state)
{
	struct scene *scene = in_safe_mode();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	assert_int_equal(scene->routers[0].n, 2); /* since the first crash */
	session_announce(acme, "10.1.0.9/32", 0);
	session_withdraw(acme, GOOD);
	scene_settle(scene);
	assert_null(router_holds(&scene->routers[0], GOOD));
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(session_rule_is(
	    acme, "10.1.0.9/32", STATE_REFUSED, REASON_STORE_BEHIND));
	/* A store that comes anew changes nothing. */
	scene_give_store(scene);
	scene_settle(scene);
	assert_false(scene->guard->loaded);

	pass(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.9/32"));
	assert_non_null(router_holds(&scene->routers[0], OTHER));
	assert_true(is_kept_out(scene, BAD));
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(session_unacked(acme), 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_WITHDRAWN), 1);
	step_status(scene);
	assert_int_equal(scene->status.safe_until_ns, 0);
	end(scene);
}

/* Panic takes out what routers hold, and stays when safe mode ends. */
static void
panic_in_safe_mode(void **state)
{
	struct scene *scene = in_safe_mode();

	(void)state;
	assert_int_equal(scene->routers[0].n, 2);
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(scene->routers[0].n, 0);
	step_no(scene, CTL_RESUME, "");
	pass(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_non_null(disk_last(&scene->store, ENTRY_EMERGENCY, NULL));
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(is_kept_out(scene, BAD));
	end(scene);
}

/* Crashes far from each other are no reason for it. */
static void
rare_crashes(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	for (uint64_t i = 1; i <= 4; i++) {
		crash_at(scene, NULL, i * LATER);
		start(scene);
		assert_true(scene->guard->loaded);
	}
	assert_int_equal(scene->routers[0].n, 3);
	end(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suspect_stays_out),
		cmocka_unit_test(suspect_stays_out_however_it_comes),
		cmocka_unit_test(suspect_that_was_new),
		cmocka_unit_test(release_lets_it_back),
		cmocka_unit_test(idle_guard_blames_nobody),
		cmocka_unit_test(only_withdrawals_in_safe_mode),
		cmocka_unit_test(panic_in_safe_mode),
		cmocka_unit_test(rare_crashes),
	};

	return cmocka_run_group_tests_name("guard's past", tests, NULL, NULL);
}
