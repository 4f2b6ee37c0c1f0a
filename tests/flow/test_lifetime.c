/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules end with their lifetime, and live on where an operator says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/life.h"
#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define HOUR_MS UINT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define RULE    "10.1.0.1/32"

/* acme's rules live a day, and one stands. */
static struct scene *
with_rule(void)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].lifetime_ms = DAY_MS;
	scene_start(scene);
	session_announce(&scene->sessions[0], RULE, 0);
	session_mark(&scene->sessions[0], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	return scene;
}

static uint64_t
left(struct scene *scene)
{
	return life_left_ms(step_rule(&scene->sessions[0], RULE));
}

static bool
nothing_inward(struct scene *scene)
{
	return scene->routers[0].n == 0;
}

static void
expire(struct scene *scene)
{
	step_expire(&scene->sessions[0], RULE);
	scene_until(scene, nothing_inward);
	scene_settle(scene);
}

static void
is_expired(struct scene *scene)
{
	assert_true(session_rule_is(
	    &scene->sessions[0], RULE, STATE_EXPIRED, REASON_EXPIRED));
	assert_int_equal(scene->routers[0].n, 0);
}

/* It is withdrawn and recorded, and stays known until it is withdrawn and
 * announced anew; a new guard knows it, too. */
static void
ends_with_its_lifetime(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id = step_rule(acme, RULE)->id;

	(void)state;
	assert_true(left(scene) > DAY_MS - HOUR_MS && left(scene) <= DAY_MS);
	expire(scene);
	is_expired(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_EXPIRY, REASON_EXPIRED), 1);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	is_expired(scene);
	step_restart(scene);
	is_expired(scene);
	assert_int_equal(step_rule(acme, RULE)->id, id);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	is_expired(scene);

	session_withdraw(acme, RULE);
	scene_settle(scene);
	assert_int_equal(disk_live_count(&scene->store), 0);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(left(scene) > DAY_MS - HOUR_MS);
	scene_free(scene);
}

/* An identical announcement gives no more time; another action does. */
static void
repetition_gives_no_time(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	life_set(scene->guard, step_rule(acme, RULE), HOUR_MS);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	assert_true(left(scene) <= HOUR_MS);
	session_announce(acme, RULE, 9000);
	scene_settle(scene);
	assert_true(left(scene) > DAY_MS - HOUR_MS);
	scene_free(scene);
}

/* A standing rule gets as long as is asked for, at most what its customer
 * may. */
static void
standing_rule_is_extended(void **state)
{
	struct scene *scene = with_rule();
	struct rib_rule *rule = step_rule(&scene->sessions[0], RULE);
	unsigned told = scene->routers[0].announced;

	(void)state;
	life_set(scene->guard, rule, HOUR_MS);
	step_do_id(scene, CTL_EXTEND, rule->id);
	assert_true(left(scene) > 23 * HOUR_MS && left(scene) <= DAY_MS);
	control_extend(scene, rule->id, 2 * HOUR_MS);
	scene_settle(scene);
	assert_true(left(scene) > HOUR_MS && left(scene) <= 2 * HOUR_MS);
	control_extend(scene, rule->id, 100 * DAY_MS);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_true(left(scene) <= DAY_MS);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_OPERATOR, RULE), "extend"));
	/* Nothing of that is the routers' affair. */
	assert_int_equal(scene->routers[0].announced, told);
	step_restart(scene);
	assert_true(left(scene) > 23 * HOUR_MS && left(scene) <= DAY_MS);
	scene_free(scene);
}

/* An expired one comes back under its id; not so where it may no longer. */
static void
expired_rule_is_extended(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id = step_rule(acme, RULE)->id;

	(void)state;
	expire(scene);
	step_do_id(scene, CTL_EXTEND, id);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(step_rule(acme, RULE)->id, id);
	assert_true(left(scene) > 23 * HOUR_MS);
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 1);

	expire(scene);
	scene->customers[0].mode = CUSTOMER_OFF;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_no_id(scene, CTL_EXTEND, id);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

/* Nothing else has a lifetime to extend. */
static void
others_are_not_extended(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id = step_rule(acme, RULE)->id;

	(void)state;
	session_announce(acme, "10.1.1.0/24", 0);
	scene_settle(scene);
	step_no_id(scene, CTL_EXTEND, step_rule(acme, "10.1.1.0/24")->id);
	step_no_id(scene, CTL_EXTEND, 12345);
	step_do_id(scene, CTL_WITHDRAW, id);
	step_no_id(scene, CTL_EXTEND, id);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* The customer may ask for less, and for no more. */
static void
customer_asks_for_less(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];
	const struct wish hour = { .lifetime_s = 3600 };
	const struct wish week = { .lifetime_s = 7 * 86400 };
	uint64_t id = step_rule(acme, RULE)->id;

	(void)state;
	session_announce_wish(acme, RULE, 0, &hour);
	scene_settle(scene);
	/* Another wish makes another rule. */
	assert_int_not_equal(step_rule(acme, RULE)->id, id);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_REPLACED), 1);
	assert_int_equal(disk_live_count(&scene->store), 1);
	assert_true(left(scene) <= HOUR_MS && left(scene) > HOUR_MS / 2);
	id = step_rule(acme, RULE)->id;
	step_restart(scene);
	assert_int_equal(step_rule(acme, RULE)->id, id);
	assert_true(left(scene) <= HOUR_MS && left(scene) > HOUR_MS / 2);

	session_announce_wish(acme, RULE, 0, &week);
	scene_settle(scene);
	assert_true(left(scene) <= DAY_MS && left(scene) > 23 * HOUR_MS);
	scene_free(scene);
}

/* A dry run is judged and recorded, and never said inward. */
static void
dry_run_stays_out(void **state)
{
	struct scene *scene = with_rule();
	struct scene_session *acme = &scene->sessions[0];
	const struct wish dry = { .dry_run = 1 };
	unsigned told = scene->routers[0].announced;

	(void)state;
	session_announce_wish(acme, "10.1.0.2/32", 0, &dry);
	session_announce_wish(acme, "10.2.0.2/32", 0, &dry);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_MONITORED, REASON_DRY_RUN));
	assert_true(session_rule_is(
	    acme, "10.2.0.2/32", STATE_REFUSED, REASON_NOT_REGISTERED));
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_DRY_RUN), 1);
	/* Nor does it take anybody's room. */
	assert_int_equal(scene->guard->customers[0]->rules, 1);
	assert_int_equal(scene->guard->fleet_rules, 1);
	step_restart(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_MONITORED, REASON_DRY_RUN));
	assert_int_equal(scene->routers[0].announced, told + 1); /* RULE */
	assert_null(router_holds(&scene->routers[0], "10.1.0.2/32"));

	/* What stood and is only tried from now on leaves. */
	session_announce_wish(acme, RULE, 0, &dry);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	session_announce(acme, RULE, 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* It ends also while its session is lost, and while it is kept out. */
static void
ends_while_it_lingers_or_is_kept_out(void **state)
{
	struct scene *scene = with_rule();

	(void)state;
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	expire(scene);
	is_expired(scene);
	scene_free(scene);

	scene = with_rule();
	step_do(scene, CTL_PANIC, "");
	expire(scene);
	scene_pass(scene, 10);
	is_expired(scene);
	step_do(scene, CTL_RESUME, "");
	is_expired(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_EXPIRY, REASON_EXPIRED), 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_with_its_lifetime),
		cmocka_unit_test(repetition_gives_no_time),
		cmocka_unit_test(standing_rule_is_extended),
		cmocka_unit_test(expired_rule_is_extended),
		cmocka_unit_test(others_are_not_extended),
		cmocka_unit_test(customer_asks_for_less),
		cmocka_unit_test(dry_run_stays_out),
		cmocka_unit_test(ends_while_it_lingers_or_is_kept_out),
	};

	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
