/* SPDX-License-Identifier: BSD-2-Clause */
/* Every refusal is on record with its reason, and stays outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

/* The rule is refused, nothing goes inward, one entry says why. */
static void
check_refused(struct scene *scene, const struct scene_session *session,
    const char *dst, enum check check, enum reason reason)
{
	const struct rib_rule *rule;
	const struct msg_entry *entry;

	scene_settle(scene);
	rule = scene_known(session, dst);
	assert_int_equal(rule->state, STATE_REFUSED);
	assert_int_equal(rule->reason, reason);
	entry = disk_last(&scene->store, ENTRY_VERDICT, dst);
	assert_int_equal(entry->state, STATE_REFUSED);
	assert_int_equal(entry->reason, reason);
	assert_int_equal(entry->check, check);
	assert_int_equal(entry->live_op, LIVE_NONE);
	assert_int_equal(entry->rule_id, rule->id);
	assert_int_equal(disk_count(&scene->store, ENTRY_VERDICT, reason), 1);
	assert_null(router_holds(&scene->routers[0], dst));
}

/* Refused by the session's check. */
static void
session_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	acme->state.authenticated = 0;
	session_tell(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	check_refused(scene, acme, "10.1.0.1/32", CHECK_SESSION,
	    REASON_NOT_AUTHENTICATED);
	scene_free(scene);
}

/* An AS_PATH that the customer may not send. */
static void
as_path_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set discard = scene_rate(0);
	struct rule rule;

	(void)state;
	scene_rule("10.1.0.1/32", &rule);
	session_announce_rule(acme, &rule, &discard, REASON_FIRST_AS);
	check_refused(
	    scene, acme, "10.1.0.1/32", CHECK_SESSION, REASON_FIRST_AS);
	scene_free(scene);
}

/* No packet can match. */
static void
form_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];
	const struct action_set discard = scene_rate(0);
	struct rule rule;

	(void)state;
	scene_rule("10.1.0.1/32", &rule);
	rule.n_terms = 2;
	rule.terms[0] = (struct rule_term){ 6, RULE_PROTO, RULE_OP_EQ, { 0 } };
	rule.terms[1] = (struct rule_term){ 17, RULE_PROTO,
		RULE_OP_AND | RULE_OP_EQ, { 0 } };
	session_announce_rule(acme, &rule, &discard, REASON_ACCEPTED);
	scene_settle(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_MATCHES_NOTHING),
	    1);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* What the session could not even decode is on record with its octets. */
static void
malformed_is_recorded(void **state)
{
	struct scene *scene = scene_new();
	const struct msg_entry *entry;

	(void)state;
	session_refused(&scene->sessions[0], REASON_MALFORMED);
	scene_settle(scene);
	entry = disk_last(&scene->store, ENTRY_VERDICT, NULL);
	assert_int_equal(entry->reason, REASON_MALFORMED);
	assert_int_equal(entry->check, CHECK_FORM);
	assert_int_equal(entry->raw_len, 8);
	assert_int_equal(entry->has_rule, 0);
	scene_free(scene);
}

/* Too wide even for a person. */
static void
scope_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.0/20", 0);
	check_refused(
	    scene, acme, "10.1.0.0/20", CHECK_SCOPE, REASON_PREFIX_LENGTH);
	scene_free(scene);
}

/* Another's address. */
static void
ownership_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.2.0.1/32", 0);
	check_refused(
	    scene, acme, "10.2.0.1/32", CHECK_OWNERSHIP, REASON_NOT_REGISTERED);
	scene_free(scene);
}

/* Above the ceiling. */
static void
action_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 2e9);
	check_refused(
	    scene, acme, "10.1.0.1/32", CHECK_ACTION, REASON_RATE_CEILING);
	scene_free(scene);
}

/* The same for another customer, with another action. */
static void
conflict_refuses(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	session_announce(&scene->sessions[0], "10.9.0.1/32", 9000);
	scene_settle(scene);
	session_announce(bolt, "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(bolt, "10.9.0.1/32")->reason, REASON_CONFLICT);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_CONFLICT), 1);
	assert_int_equal(
	    router_holds(&scene->routers[0], "10.9.0.1/32")->customer, 1);
	scene_free(scene);
}

/* One more than the customer may have. */
static void
quota_refuses(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].max_rules = 1;
	scene_start(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	check_refused(
	    scene, acme, "10.1.0.2/32", CHECK_QUOTA, REASON_QUOTA_RULES);
	scene_free(scene);
}

/* Mode monitor: judged and on record, never inward, not live. */
static void
monitor_only_records(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].mode = CUSTOMER_MONITOR;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_MONITOR), 1);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_refuses),
		cmocka_unit_test(as_path_refuses),
		cmocka_unit_test(form_refuses),
		cmocka_unit_test(malformed_is_recorded),
		cmocka_unit_test(scope_refuses),
		cmocka_unit_test(ownership_refuses),
		cmocka_unit_test(action_refuses),
		cmocka_unit_test(conflict_refuses),
		cmocka_unit_test(quota_refuses),
		cmocka_unit_test(monitor_only_records),
	};

	return cmocka_run_group_tests_name(
	    "refused rule leaves a record", tests, NULL, NULL);
}
