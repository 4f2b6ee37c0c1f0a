/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators see of customers, quotas and counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/life.h"
#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

/* acme may have four rules, and has three, one of which is held; two more
 * wait or are refused. */
static struct scene *
with_rules(void)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	scene->customers[0].max_rules = 4;
	scene->customers[0].max_cost = 100;
	scene->customers[0].new_per_second = 7;
	scene->customers[0].burst = 20;
	scene->customers[0].strikes = 9;
	scene->customers[0].lifetime_ms = 86400000;
	scene_start(scene);
	step_announce(acme, 0, 3);
	session_announce(acme, "10.1.1.0/24", 0);
	session_announce(acme, "10.2.0.1/32", 0);
	scene_settle(scene);
	session_announce(acme, "10.1.0.9/32", 0);
	scene_settle(scene);
	return scene;
}

static void
row_of_a_customer(void **state)
{
	struct scene *scene = with_rules();
	const struct msg_ctl_customer *row;

	(void)state;
	life_set(scene->guard, step_rule(&scene->sessions[0], "10.1.0.0/32"),
	    GUARD_ENDING_MS / 2);
	row = step_customer(scene, "acme");
	assert_int_equal(scene->customers_shown, 3); /* the NOC's, too */
	assert_int_equal(row->asn, 65001);
	assert_int_equal(row->mode, CUSTOMER_ENFORCE);
	assert_int_equal(row->sessions, 1);
	assert_int_equal(row->sessions_up, 1);
	assert_int_equal(row->known, 6);
	assert_int_equal(row->by_state[STATE_ACCEPTED], 3);
	assert_int_equal(row->by_state[STATE_HELD], 1);
	assert_int_equal(row->by_state[STATE_REFUSED], 2);
	assert_int_equal(row->waiting, 1);
	assert_int_equal(row->ending, 1);
	assert_int_equal(row->rules, 4);
	assert_int_equal(row->rules_max, 4);
	assert_int_equal(row->cost, 4);
	assert_int_equal(row->cost_max, 100);
	assert_int_equal(row->new_per_second, 7);
	assert_int_equal(row->burst, 20);
	assert_true(row->new_left >= 16 && row->new_left <= 20);
	assert_int_equal(row->strikes_max, 9);
	assert_int_equal(row->registered, 2);
	assert_int_equal(row->lifetime_ms, 86400000);
	row = control_customer(scene, "noc");
	assert_non_null(row);
	assert_int_equal(row->noc, 1);
	assert_int_equal(row->sessions, 0);

	step_do(scene, CTL_CUSTOMERS, "bolt");
	assert_int_equal(scene->customers_shown, 1);
	assert_int_equal(control_customer(scene, "bolt")->known, 0);
	step_no(scene, CTL_CUSTOMERS, "nobody");
	scene_free(scene);
}

/* Each reason once for all together, also those never met; by customer those
 * that were. */
static void
counts_of_verdicts(void **state)
{
	struct scene *scene = with_rules();
	size_t all = 0, reasons = 0;

	(void)state;
	session_refused(&scene->sessions[1], REASON_VALUE_RANGE);
	step_announce(&scene->sessions[1], 0, 2);
	step_do(scene, CTL_METRICS, "");
	assert_int_equal(control_metric(scene, REASON_ACCEPTED, "acme"), 3);
	assert_int_equal(control_metric(scene, REASON_ACCEPTED, "bolt"), 2);
	assert_int_equal(control_metric(scene, REASON_ACCEPTED, ""), 5);
	assert_int_equal(control_metric(scene, REASON_WIDE, "acme"), 1);
	assert_int_equal(
	    control_metric(scene, REASON_NOT_REGISTERED, "acme"), 1);
	assert_int_equal(control_metric(scene, REASON_QUOTA_RULES, "acme"), 1);
	assert_int_equal(control_metric(scene, REASON_VALUE_RANGE, "bolt"), 1);
	assert_int_equal(control_metric(scene, REASON_VALUE_RANGE, "acme"), 0);
	for (size_t i = 0; i < scene->n_metrics; i++)
		all += scene->metrics[i].customer[0] == '\0';
#define X(symbol, number, name, text) reasons++;
	REASON_MAP(X)
#undef X
	assert_int_equal(all, reasons);

	/* Nothing counts twice that only stands on. */
	scene->customers[0].linger_ms--;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	step_do(scene, CTL_METRICS, "acme");
	assert_int_equal(control_metric(scene, REASON_ACCEPTED, "acme"), 3);
	assert_int_equal(control_metric(scene, REASON_QUOTA_RULES, "acme"), 1);
	assert_int_equal(control_metric(scene, REASON_ACCEPTED, "bolt"), 0);
	scene_free(scene);
}

static void
status_of_the_whole(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	life_set(scene->guard, step_rule(&scene->sessions[0], "10.1.0.0/32"),
	    GUARD_ENDING_MS / 2);
	step_do(scene, CTL_QUARANTINE, "bolt");
	step_do(scene, CTL_FREEZE, "acme");
	step_status(scene);
	assert_int_equal(scene->status.quarantined, 1);
	assert_int_equal(scene->status.customers_frozen, 1);
	assert_int_equal(scene->status.frozen, 0);
	assert_int_equal(scene->status.muted, 0);
	assert_int_equal(scene->status.panic, 0);
	assert_int_equal(scene->status.waiting, 1);
	assert_int_equal(scene->status.ending, 1);
	assert_int_equal(scene->status.near, 1); /* four of four */
	assert_int_equal(scene->status.fleet_rules, 4);
	assert_int_equal(scene->status.fleet_cost, 4);
	assert_int_equal(scene->status.fleet_rules_max, UINT32_MAX);
	assert_int_equal(scene->status.customers, 2);
	assert_int_equal(scene->status.out, 3);
	step_withdraw(&scene->sessions[0], 0, 3);
	step_status(scene);
	assert_int_equal(scene->status.near, 0);
	scene_free(scene);
}

/* One rule in full: its cost, its end, what was asked. */
static void
row_of_a_rule(void **state)
{
	struct scene *scene = with_rules();
	const struct wish wish = { .lifetime_s = 600 };
	const struct msg_ctl_rule *row = &scene->rows[0];

	(void)state;
	step_withdraw(&scene->sessions[0], 0, 3);
	session_announce_wish(&scene->sessions[0], "10.1.0.1/32", 0, &wish);
	scene_settle(scene);
	step_do_id(
	    scene, CTL_RULE, step_rule(&scene->sessions[0], "10.1.0.1/32")->id);
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(row->cost, 1);
	assert_int_equal(row->parts, 1);
	assert_int_equal(row->wish.lifetime_s, 600);
	assert_true(row->ends_ns > row->now_ns &&
		    row->ends_ns <= row->now_ns + UINT64_C(600) * 1000000000);
	assert_int_equal(row->announced, 1);
	assert_int_equal(row->durable, 1);
	assert_string_equal(row->operator_name, "");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_of_a_customer),
		cmocka_unit_test(counts_of_verdicts),
		cmocka_unit_test(status_of_the_whole),
		cmocka_unit_test(row_of_a_rule),
	};

	return cmocka_run_group_tests_name(
	    "customers are shown", tests, NULL, NULL);
}
