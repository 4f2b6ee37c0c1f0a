/* SPDX-License-Identifier: BSD-2-Clause */
/* The operators' own rules: judged, recorded, kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/life.h"
#include "tests/lib/guard_steps.h"

#define RULE "203.0.113.7/32"
#define WIDE "203.0.0.0/16"

static void
announce(struct scene *scene, const char *dst, double rate, uint32_t answer)
{
	control_announce(scene, dst, rate, 0);
	scene_settle(scene);
	assert_true(scene->ended);
	assert_int_equal(scene->end.exit_code, answer);
}

/* Who announced the rule that is shown first. */
static const char *
shown_operator(struct scene *scene)
{
	step_do(scene, CTL_RULES, "noc");
	assert_true(scene->n_rows > 0);
	return scene->rows[0].operator_name;
}

/* Inward, under the operator's name, which outlives the guard; a retracted
 * one is gone for good. */
static void
announced_and_retracted(void **state)
{
	struct scene *scene = scene_new();
	const struct scene_router *rr = &scene->routers[0];
	uint64_t id;

	(void)state;
	announce(scene, RULE, 0, 0);
	assert_non_null(router_holds(rr, RULE));
	assert_int_equal(router_holds(rr, RULE)->customer, SCENE_NOC);
	id = step_noc_rule(scene, RULE)->id;
	assert_string_equal(shown_operator(scene), "olga");
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_OPERATOR, RULE), "announce"));
	announce(scene, RULE, 0, 1); /* it is there already */
	scene->operator_name = "otto";
	step_restart(scene);
	assert_non_null(router_holds(rr, RULE));
	assert_int_equal(step_noc_rule(scene, RULE)->id, id);
	assert_string_equal(shown_operator(scene), "olga");

	step_no_id(scene, CTL_RETRACT, id + 1000);
	step_do_id(scene, CTL_RETRACT, id);
	assert_int_equal(rr->n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_RETRACTED), 1);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_OPERATOR, RULE), "retract"));
	assert_int_equal(disk_live_count(&scene->store), 0);
	step_restart(scene);
	assert_int_equal(rr->n, 0);
	assert_null(step_noc_rule(scene, RULE));
	scene_free(scene);
}

/* Another action is another rule, in the place of the first. */
static void
replaced(void **state)
{
	struct scene *scene = scene_new();
	uint64_t id;

	(void)state;
	announce(scene, RULE, 0, 0);
	id = step_noc_rule(scene, RULE)->id;
	scene->operator_name = "otto";
	announce(scene, RULE, 9000, 0);
	assert_int_not_equal(step_noc_rule(scene, RULE)->id, id);
	assert_true(step_rate(&scene->routers[0], RULE) > 8999);
	assert_string_equal(shown_operator(scene), "otto");
	assert_int_equal(disk_live_count(&scene->store), 1);
	scene_free(scene);
}

/* One that would be refused takes no standing rule's place. */
static void
refused_one_replaces_nothing(void **state)
{
	struct scene *scene = scene_new();
	const struct action_set nothing = { 0 };
	struct rule rule;
	uint64_t id;

	(void)state;
	announce(scene, RULE, 0, 0);
	id = step_noc_rule(scene, RULE)->id;
	scene_rule(RULE, &rule);
	control_announce_rule(scene, &rule, &nothing, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(step_noc_rule(scene, RULE)->id, id);
	assert_int_equal(step_noc_rule(scene, RULE)->state, STATE_ACCEPTED);
	assert_non_null(router_holds(&scene->routers[0], RULE));
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_OPERATOR, RULE), "refused"));
	scene_free(scene);
}

/* A wide one needs a second pair of eyes, which its own announcer has not. */
static void
wide_needs_a_second_operator(void **state)
{
	struct scene *scene = scene_new();
	uint64_t id;

	(void)state;
	announce(scene, WIDE, 0, 0);
	assert_int_equal(
	    step_noc_rule(scene, WIDE)->reason, REASON_SECOND_OPERATOR);
	assert_int_equal(scene->routers[0].n, 0);
	id = step_noc_rule(scene, WIDE)->id;
	step_no_id(scene, CTL_APPROVE, id);
	step_restart(scene);
	step_no_id(scene, CTL_APPROVE, id);
	assert_int_equal(scene->routers[0].n, 0);
	scene->operator_name = "otto";
	step_do_id(scene, CTL_APPROVE, id);
	assert_int_equal(scene->routers[0].n, 1);
	/* The word stands over a restart; a changed rule needs it anew. */
	step_restart(scene);
	assert_int_equal(scene->routers[0].n, 1);
	announce(scene, WIDE, 9000, 0);
	assert_int_equal(step_noc_rule(scene, WIDE)->state, STATE_HELD);
	assert_int_equal(scene->routers[0].n, 0);
	step_no_id(scene, CTL_APPROVE, step_noc_rule(scene, WIDE)->id);
	scene_free(scene);
}

/* To everywhere: it may pass over what is protected as such, if a second
 * operator agrees, but takes nobody's BGP. */
static void
without_destination(void **state)
{
	struct scene *scene = scene_new();
	const struct action_set discard = scene_rate(0);
	struct rule rule = { .afi = AFI_IPV4, .n_terms = 1 };

	(void)state;
	rule.terms[0].type = RULE_PROTO;
	rule.terms[0].op = RULE_OP_EQ;
	rule.terms[0].value = 6;
	control_announce_rule(scene, &rule, &discard, 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	step_do(scene, CTL_RULES, "noc");
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(scene->rows[0].reason, REASON_PROTECTED);

	rule.terms[0].value = 17;
	control_announce_rule(scene, &rule, &discard, 0);
	scene_settle(scene);
	step_do(scene, CTL_RULES, "noc");
	assert_int_equal(scene->n_rows, 2);
	assert_int_equal(scene->rows[1].reason, REASON_SECOND_OPERATOR);
	assert_int_equal(scene->routers[0].n, 0);
	scene->operator_name = "otto";
	step_do_id(scene, CTL_APPROVE, scene->rows[1].id);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* They own no space, and for all that they are checked. */
static void
protected_action_and_quota_hold(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->noc.max_rules = 2;
	(void)scene_protect(scene, "loopbacks", "198.51.100.0/24");
	scene_start(scene);
	announce(scene, "198.51.100.7/32", 0, 1);
	assert_int_equal(
	    step_noc_rule(scene, "198.51.100.7/32")->reason, REASON_PROTECTED);
	announce(scene, "203.0.113.1/32", 1e14, 1);
	assert_int_equal(step_noc_rule(scene, "203.0.113.1/32")->reason,
	    REASON_RATE_CEILING);
	announce(scene, "203.0.113.2/32", 0, 0);
	announce(scene, "203.0.113.3/32", 0, 0);
	announce(scene, "203.0.113.4/32", 0, 1);
	assert_int_equal(
	    step_noc_rule(scene, "203.0.113.4/32")->reason, REASON_QUOTA_RULES);
	/* Refused ones are asked for again, and may pass then. */
	scene->noc.max_rules = 3;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	announce(scene, "203.0.113.1/32", 9000, 1);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* As long as was asked for. */
static void
lifetime_is_asked_for(void **state)
{
	struct scene *scene = scene_new();
	uint64_t left;

	(void)state;
	control_announce(scene, RULE, 0, 7200000);
	scene_settle(scene);
	step_restart(scene);
	left = life_left_ms(step_noc_rule(scene, RULE));
	assert_true(left > 3600000 && left <= 7200000);
	scene_free(scene);
}

/* No customer can withdraw it, no verb for customers touches it. */
static void
nobody_else_touches_it(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	announce(scene, "10.1.0.1/32", 0, 0);
	session_withdraw(acme, "10.1.0.1/32");
	session_announce(acme, "10.1.0.1/32", 0);
	session_withdraw(acme, "10.1.0.1/32");
	session_down(acme, DOWN_CEASED);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	step_no_id(scene, CTL_RETRACT, 0);
	scene->customers[0].removed = true;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announced_and_retracted),
		cmocka_unit_test(replaced),
		cmocka_unit_test(refused_one_replaces_nothing),
		cmocka_unit_test(wide_needs_a_second_operator),
		cmocka_unit_test(without_destination),
		cmocka_unit_test(protected_action_and_quota_hold),
		cmocka_unit_test(lifetime_is_asked_for),
		cmocka_unit_test(nobody_else_touches_it),
	};

	return cmocka_run_group_tests_name("noc rules", tests, NULL, NULL);
}
