/* SPDX-License-Identifier: BSD-2-Clause */
/* Containment, quotas, lifetimes and rewriting at the worst moments: before the
 * store is heard, across reloads and restarts, with others in the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_steps.h"

/* A new guard without its store: routers hold what the last one said, and an
 * operator takes one customer's, then all, out of them. */
static void
containment_needs_no_store(void **state)
{
	struct scene *scene = scene_new();
	struct scene_router *rr = &scene->routers[0];

	(void)state;
	step_announce(&scene->sessions[0], 0, 3);
	step_announce(&scene->sessions[1], 0, 2);
	assert_int_equal(rr->n, 5);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_control(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	assert_int_equal(rr->n, 5);
	step_do(scene, CTL_QUARANTINE, "acme");
	assert_int_equal(rr->n, 2);
	assert_non_null(router_holds(rr, "10.2.0.0/32"));
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(rr->n, 0);

	scene_give_store(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	assert_int_equal(rr->n, 0);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(rr->n, 2);
	step_do(scene, CTL_RELEASE, "acme");
	assert_int_equal(rr->n, 5);
	scene_free(scene);
}

/* A router that reports what it holds only after the panic. */
static void
late_report_is_taken_out(void **state)
{
	struct scene *scene = scene_new();
	struct scene_router *rr = &scene->routers[0];

	(void)state;
	step_announce(&scene->sessions[0], 0, 3);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_control(scene);
	scene_settle(scene);
	step_do(scene, CTL_PANIC, "");
	assert_int_equal(rr->n, 3);
	scene_give_routers(scene);
	scene_settle(scene);
	assert_int_equal(rr->n, 0);
	scene_free(scene);
}

/* A reload under which other actions would go inward: the verdict is on disk
 * first, and until then routers keep what is on record. */
static void
rewriting_by_reload_is_recorded_first(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_router *rr = &scene->routers[0];
	const struct msg_entry *entry;
	size_t records;

	(void)state;
	scene->customers[0].rate_min = 1000;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 9000);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 30000);
	scene_settle(scene);
	assert_true(step_rate(rr, "10.1.0.1/32") == 9000);
	records = disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED);

	scene->customers[0].rate_min = 20000;
	scene->customers[0].raise_rates = true;
	scene->store.lazy = true;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.kept, 2);
	assert_true(step_rate(rr, "10.1.0.1/32") == 9000);
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_true(step_rate(rr, "10.1.0.1/32") == 20000);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_ACCEPTED),
	    records + 1);
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.1.0.1/32");
	assert_int_equal(entry->state, STATE_ACCEPTED_MODIFIED);
	assert_int_equal(disk_live_count(&scene->store), 2);
	scene_free(scene);
}

static bool
is_empty(struct scene *scene)
{
	return scene->routers[0].n == 0;
}

/* Lifetimes are set by a reload: what stands ends in time, too. */
static void
life_is_shortened_by_reload(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_announce(acme, 0, 1);
	assert_int_equal(step_rule(acme, "10.1.0.0/32")->ends_ms, 0);
	scene->customers[0].lifetime_ms = 3600000;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_not_equal(step_rule(acme, "10.1.0.0/32")->ends_ms, 0);
	assert_in_range(
	    step_live_entry(scene, "10.1.0.0/32")->lifetime_ms, 1, 3600000);
	assert_int_equal(scene->routers[0].n, 1);
	step_expire(acme, "10.1.0.0/32");
	scene_until(scene, is_empty);
	scene_free(scene);
}

/* .. or while nobody was there to apply it. */
static void
life_is_shortened_over_a_restart(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_announce(acme, 0, 2);
	scene->customers[0].lifetime_ms = 3600000;
	step_live_entry(scene, "10.1.0.1/32")->mono_ns -=
	    UINT64_C(3600) * 1000000000;
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_not_equal(step_rule(acme, "10.1.0.0/32")->ends_ms, 0);
	assert_int_equal(
	    step_rule(acme, "10.1.0.1/32")->reason, REASON_EXPIRED);
	scene_free(scene);
}

/* A customer in quarantine is taken out of the file, sluice starts anew, and it
 * comes back by a reload: it is in quarantine still. */
static void
quarantine_outlives_its_customer(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_router *rr = &scene->routers[0];

	(void)state;
	step_do(scene, CTL_QUARANTINE, "acme");
	scene->customers[0].removed = true;
	session_down(acme, DOWN_REMOVED);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_restart(scene);
	scene->customers[0].removed = false;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	session_give(acme);
	session_up(acme);
	step_announce(acme, 0, 1);
	assert_int_equal(rr->n, 0);
	assert_int_equal(
	    step_rule(acme, "10.1.0.0/32")->reason, REASON_QUARANTINED);
	step_do(scene, CTL_RELEASE, "acme");
	assert_int_equal(rr->n, 1);
	scene_free(scene);
}

/* What the flap breaker keeps out is kept out and on record, whatever comes and
 * goes besides. */
static void
flapped_rule_outlives_a_panic(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].flap_breaker = true;
	scene_start(scene);
	step_announce(acme, 0, 1);
	for (unsigned i = 0; i < 2; i++) {
		session_down(acme, DOWN_LOST);
		scene_settle(scene);
		session_up(acme);
		step_announce(acme, 0, 1);
	}
	assert_int_equal(step_rule(acme, "10.1.0.0/32")->reason, REASON_FLAP);
	step_do(scene, CTL_PANIC, "");
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_do(scene, CTL_RESUME, "");
	assert_int_equal(step_rule(acme, "10.1.0.0/32")->reason, REASON_FLAP);
	assert_int_equal(disk_live_count(&scene->store), 1);
	step_restart(scene);
	assert_int_equal(step_rule(acme, "10.1.0.0/32")->reason, REASON_FLAP);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* The first that waits is withdrawn: those behind it fit, and pass. */
static void
first_of_those_waiting_leaves(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct rule wide;

	(void)state;
	scene->customers[0].max_rules = 3;
	scene_start(scene);
	step_announce(acme, 0, 3);
	step_announce_parts(acme, "10.1.0.9/32", 2);
	step_announce(acme, 3, 1);
	step_withdraw(acme, 0, 1);
	assert_int_equal(scene->routers[0].n, 2);
	scene_rule("10.1.0.9/32", &wide);
	for (unsigned i = 0; i < 10; i++) {
		wide.terms[i].type = RULE_DST_PORT;
		wide.terms[i].op = RULE_OP_EQ;
		wide.terms[i].value = 100 + 2 * i;
		wide.n_terms++;
	}
	session_withdraw_rule(acme, &wide);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.3/32"));
	scene_free(scene);
}

/* Room that all share goes round among the customers who wait for it. */
static void
shared_room_goes_round(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *third;

	(void)state;
	scene_customer_add(scene, "cord", "10.3.0.0/16");
	third = scene_session_add(scene, 2);
	scene->fleet.max_rules = 4;
	scene_start(scene);
	step_announce(third, 0, 4);
	step_announce(&scene->sessions[0], 0, 3);
	step_announce(&scene->sessions[1], 0, 3);
	assert_int_equal(scene->routers[0].n, 4);
	for (unsigned i = 0; i < 4; i++)
		step_withdraw(third, i, 1);
	assert_int_equal(scene->routers[0].n, 4);
	assert_int_equal(scene->guard->customers[0]->rules, 2);
	assert_int_equal(scene->guard->customers[1]->rules, 2);
	scene_free(scene);
}

/* Somebody waits for what it can not have: others' turns do not ask for it
 * again and again. */
static void
waiting_costs_others_nothing(void **state)
{
	struct scene *scene = scene_prepare();
	const struct guard_customer *c;

	(void)state;
	scene->customers[0].max_rules = 2;
	scene_start(scene);
	step_announce(&scene->sessions[0], 0, 4);
	c = scene->guard->customers[0];
	assert_int_equal(c->lacks, REASON_QUOTA_RULES);
	step_announce(&scene->sessions[1], 0, 2);
	step_withdraw(&scene->sessions[1], 0, 1);
	assert_false(c->room);
	assert_false(scene->guard->fleet_room);
	assert_int_equal(scene->guard->asks, 0);
	scene_free(scene);
}

/* A rule that lingers is extended: the guard after this one knows it still, and
 * its entry is one that the store takes. */
static void
extended_while_lingering_is_kept(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	step_announce(acme, 0, 1);
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	control_extend(
	    scene, step_rule(acme, "10.1.0.0/32")->id, UINT64_C(7200000));
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_not_equal(step_rule(acme, "10.1.0.0/32")->ends_ms, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containment_needs_no_store),
		cmocka_unit_test(late_report_is_taken_out),
		cmocka_unit_test(rewriting_by_reload_is_recorded_first),
		cmocka_unit_test(life_is_shortened_by_reload),
		cmocka_unit_test(life_is_shortened_over_a_restart),
		cmocka_unit_test(quarantine_outlives_its_customer),
		cmocka_unit_test(flapped_rule_outlives_a_panic),
		cmocka_unit_test(first_of_those_waiting_leaves),
		cmocka_unit_test(shared_room_goes_round),
		cmocka_unit_test(waiting_costs_others_nothing),
		cmocka_unit_test(extended_while_lingering_is_kept),
	};

	return cmocka_run_group_tests_name("hostile policy", tests, NULL, NULL);
}
