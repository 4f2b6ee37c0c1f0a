/* SPDX-License-Identifier: BSD-2-Clause */
/* ROAs come and go, and with them what rests on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/clock.h"
#include "tests/lib/guard_scene_unicast.h"

#define RIVAL 64999u
#define HOST  "10.1.0.1/32"

/* acme needs a ROA; of bolt none may say otherwise. Nothing is known yet. */
static struct scene *
with_caches(void)
{
	struct scene *scene = scene_prepare();

	scene_rpki_cache(scene);
	scene->customers[0].rpki = OWN_RPKI_REQUIRE;
	scene->customers[1].rpki = OWN_RPKI_VETO;
	scene_start(scene);
	return scene;
}

/* .. and a rule of each stands on what is known. */
static struct scene *
with_rules(void)
{
	struct scene *scene = with_caches();

	scene_vrp_add(scene, "10.1.0.0/16", 16, scene_asn(0));
	scene_vrp_add(scene, "10.2.0.0/24", 24, RIVAL);
	scene_rpki_state(scene, RPKI_FRESH);
	session_announce(&scene->sessions[0], HOST, 0);
	session_announce(&scene->sessions[1], "10.2.1.1/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_REFUSED, REASON_RPKI_INVALID));
	scene->routers[0].withdrawn = 0;
	return scene;
}

static bool
acme_is(
    struct scene *scene, const char *dst, enum state state, enum reason reason)
{
	return session_rule_is(&scene->sessions[0], dst, state, reason);
}

/* A refused rule comes in by itself with its ROA, and goes with it, under its
 * id and with the ROA on record both times. */
static void
comes_and_goes_with_its_roa(void **state)
{
	struct scene *scene = with_caches();
	const struct msg_entry *entry;
	uint64_t id;

	(void)state;
	scene_rpki_state(scene, RPKI_FRESH);
	session_announce(&scene->sessions[0], HOST, 0);
	scene_settle(scene);
	assert_true(acme_is(scene, HOST, STATE_REFUSED, REASON_RPKI_NOT_FOUND));
	assert_int_equal(scene->routers[0].n, 0);

	scene_vrp_add(scene, "10.1.0.0/16", 16, scene_asn(0));
	scene_settle(scene);
	assert_true(acme_is(scene, HOST, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].n, 1);
	entry = disk_last(&scene->store, ENTRY_VERDICT, HOST);
	assert_int_equal(entry->state, STATE_ACCEPTED);
	assert_true(disk_says(entry, "ROA 10.1.0.0/16"));
	assert_true(disk_says(entry, "AS65001"));
	assert_true(disk_says(entry, "192.0.2.250:3323"));
	id = entry->rule_id;

	scene_vrp_remove(scene, "10.1.0.0/16", 16, scene_asn(0));
	scene_settle(scene);
	assert_true(acme_is(scene, HOST, STATE_REVOKED, REASON_RPKI_NOT_FOUND));
	assert_int_equal(scene->routers[0].n, 0);
	entry = disk_last(&scene->store, ENTRY_NONE, HOST);
	assert_int_equal(entry->kind, ENTRY_REVOCATION);
	assert_int_equal(entry->rule_id, id);
	assert_int_equal(entry->check, CHECK_OWNERSHIP);
	assert_int_equal(entry->live_op, LIVE_DELETE);
	assert_true(disk_says(entry, "no ROA covers 10.1.0.1/32"));
	scene_free(scene);
}

/* One for another AS revokes what stood without any; one for the customer
 * beside it lets the rule in again. */
static void
roa_of_another_revokes(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *bolt = &scene->sessions[1];
	const struct msg_entry *entry;

	(void)state;
	scene_vrp_add(scene, "10.2.1.0/24", 24, RIVAL);
	scene_settle(scene);
	assert_true(session_rule_is(
	    bolt, "10.2.1.1/32", STATE_REVOKED, REASON_RPKI_INVALID));
	assert_int_equal(scene->routers[0].n, 1);
	entry = disk_last(&scene->store, ENTRY_REVOCATION, "10.2.1.1/32");
	assert_true(disk_says(entry, "ROA 10.2.1.0/24-24 AS64999"));

	scene_vrp_add(scene, "10.2.0.0/16", 16, scene_asn(1));
	scene_pass(scene, 1300); /* it rests for a second */
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* Rules that stand when the first cache comes are looked at with its ROAs. */
static void
first_cache_comes_with_a_reload(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	scene->customers[1].rpki = OWN_RPKI_VETO;
	scene_start(scene);
	session_announce(bolt, "10.2.1.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	scene_rpki_cache(scene);
	scene_configure(scene, CFG_APPLY);
	scene_rpki_give(scene);
	scene_settle(scene);
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_vrp_add(scene, "10.2.1.0/24", 24, RIVAL);
	scene_settle(scene);
	assert_true(session_rule_is(
	    bolt, "10.2.1.1/32", STATE_REVOKED, REASON_RPKI_INVALID));
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* maxLength is about routes, not about rules. */
static void
max_length_does_not_count(void **state)
{
	struct scene *scene = with_caches();

	(void)state;
	scene_vrp_add(scene, "10.1.0.0/16", 16, scene_asn(0));
	scene_rpki_state(scene, RPKI_FRESH);
	session_announce(&scene->sessions[0], HOST, 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* What has expired lets nothing new in; what stands does for its grace. */
static void
expired_and_gone(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene_rpki_state(scene, RPKI_EXPIRED);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	session_announce(&scene->sessions[1], "10.2.1.2/32", 0);
	scene_settle(scene);
	assert_true(
	    acme_is(scene, "10.1.0.2/32", STATE_REFUSED, REASON_RPKI_UNKNOWN));
	assert_true(acme_is(scene, HOST, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(
	    disk_says(disk_last(&scene->store, ENTRY_VERDICT, "10.2.1.2/32"),
		"RPKI data are expired"));

	scene_rpki_state(scene, RPKI_GONE);
	scene_settle(scene);
	assert_true(acme_is(scene, HOST, STATE_REVOKED, REASON_RPKI_UNKNOWN));
	assert_non_null(router_holds(&scene->routers[0], "10.2.1.1/32"));

	scene_rpki_state(scene, RPKI_FRESH);
	scene_pass(scene, 1300);
	assert_true(acme_is(scene, HOST, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(
	    acme_is(scene, "10.1.0.2/32", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* The role is gone and says nothing more: its data age all the same. */
static void
ages_without_the_role(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->rpki_config.grace_s = 2;
	scene_configure(scene, CFG_APPLY);
	scene->rpki.state.expires_ms = clock_boot_ms() + 100;
	scene_rpki_tell(scene);
	scene_settle(scene);
	scene_rpki_die(scene);
	scene_pass(scene, 200);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_true(
	    acme_is(scene, "10.1.0.2/32", STATE_REFUSED, REASON_RPKI_UNKNOWN));
	assert_int_equal(scene->routers[0].withdrawn, 0);

	scene_pass(scene, 3200);
	assert_true(acme_is(scene, HOST, STATE_REVOKED, REASON_RPKI_UNKNOWN));
	assert_null(router_holds(&scene->routers[0], HOST));
	assert_non_null(router_holds(&scene->routers[0], "10.2.1.1/32"));
	scene_free(scene);
}

/* Another role, that has nothing yet: what was known stays in force. Nothing
 * that stands goes, and nothing comes in that a ROA keeps out. */
static void
new_role_has_nothing_yet(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene_rpki_die(scene);
	scene_settle(scene);
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_settle(scene);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(scene->routers[0].n, 3); /* acme's new one, too */
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_REFUSED, REASON_RPKI_INVALID));
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.2/32",
	    STATE_REFUSED, REASON_RPKI_INVALID));

	/* Half of it, then all of it; it is the same. */
	scene_vrp_add(scene, "10.2.0.0/24", 24, RIVAL);
	scene_settle(scene);
	scene_vrp_add(scene, "10.1.0.0/16", 16, scene_asn(0));
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* .. and what it has when it is complete counts, also what is not in it. */
static void
new_role_has_another_set(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene_rpki_die(scene);
	scene_settle(scene);
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_vrp_add(scene, "10.9.0.0/16", 16, RIVAL);
	scene_vrp_add(scene, "10.8.0.0/16", 16, RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	assert_true(acme_is(scene, HOST, STATE_REVOKED, REASON_RPKI_NOT_FOUND));
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* One that is much smaller waits for a person, in the guard: the role has
 * nothing to compare it with. */
static void
new_role_has_a_smaller_set(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_vrp_add(scene, "10.9.0.0/16", 16, RIVAL);
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_true(acme_is(scene, HOST, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_EMERGENCY, NULL), "confirm rpki"));
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.rpki_held, 1);

	control_confirm(scene, CONFIRM_RPKI, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_true(acme_is(scene, HOST, STATE_REVOKED, REASON_RPKI_NOT_FOUND));
	assert_int_equal(vrp_table_count(scene->guard->vrps, AFI_IPV4), 1);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.rpki_held, 0);
	scene_free(scene);
}

/* What waits for a person is gone with its role: nothing half is confirmed. */
static void
held_set_goes_with_its_role(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_vrp_add(scene, "10.9.0.0/16", 16, RIVAL);
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_settle(scene);
	control_confirm(scene, CONFIRM_RPKI, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(vrp_table_count(scene->guard->vrps, AFI_IPV4), 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* One that dies while it loads is followed by another: no half of the first
 * counts. */
static void
second_role_begins_anew(void **state)
{
	struct scene *scene = with_rules();
	struct vrp kept[2];

	(void)state;
	memcpy(kept, scene->rpki.vrps, sizeof(kept));
	scene->rpki.n = 0;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_vrp_add(scene, "10.1.0.0/16", 16, RIVAL);
	scene_settle(scene);
	memcpy(scene->rpki.vrps, kept, sizeof(kept));
	scene->rpki.n = 2;
	scene->rpki.state.state = RPKI_LOADING;
	scene_rpki_give(scene);
	scene_rpki_state(scene, RPKI_FRESH);
	scene_settle(scene);
	assert_int_equal(vrp_table_count(scene->guard->vrps, AFI_IPV4), 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* A new guard knows nothing until the role has told it: what stood stands. */
static void
new_guard_waits(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_store(scene);
	scene_give_routers(scene);
	scene_give_sessions(scene);
	scene_give_control(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_true(
	    acme_is(scene, "10.1.0.2/32", STATE_REFUSED, REASON_RPKI_UNKNOWN));
	assert_non_null(router_holds(&scene->routers[0], HOST));

	scene_rpki_give(scene);
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], HOST));
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.2/32"));
	scene_free(scene);
}

/* Three customers' ROAs go at once: the brake, like for routes. */
static void
many_go_through_the_brake(void **state)
{
	static const char *const space[] = { "10.1.0.0/16", "10.2.0.0/16",
		"10.3.0.0/16" };
	struct scene *scene = scene_prepare();
	char dst[PREFIX_TEXT_MAX];

	(void)state;
	scene_rpki_cache(scene);
	scene_customer_add(scene, "cord", space[2]);
	(void)scene_session_add(scene, 2);
	for (size_t i = 0; i < 3; i++)
		scene->customers[i].rpki = OWN_RPKI_REQUIRE;
	scene_start(scene);
	for (unsigned i = 0; i < 3; i++)
		scene_vrp_add(scene, space[i], 16, scene_asn(i));
	scene_rpki_state(scene, RPKI_FRESH);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(dst, sizeof(dst), "10.%u.1.%u/32", 1 + i % 3, i);
		session_announce(&scene->sessions[i % 3], dst, 0);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 60);
	for (unsigned i = 0; i < 3; i++)
		scene_vrp_remove(scene, space[i], 16, scene_asn(i));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 60);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.braked, 60);
	control_confirm(scene, CONFIRM_BRAKE, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_RPKI_NOT_FOUND),
	    60);
	scene_free(scene);
}

/* A set that shrank is held by the role; whoever confirms it is told to it. */
static void
held_set_is_confirmed(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	control_confirm(scene, CONFIRM_RPKI, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene->rpki.state.held = 1;
	scene->rpki.state.found[0] = 1;
	scene_rpki_tell(scene);
	scene_settle(scene);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_EMERGENCY, NULL), "confirm rpki"));
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.rpki_held, 1);
	assert_int_equal(scene->status.rpki_have[0], 2);
	assert_int_equal(scene->status.rpki_have[1], 1);
	assert_int_equal(scene->rpki.confirmations, 0);

	control_confirm(scene, CONFIRM_RPKI, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->rpki.confirmations, 1);
	assert_int_equal(scene->rpki.confirmed.what, CONFIRM_RPKI);
	assert_string_equal(scene->rpki.confirmed.operator_name, "olga");
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_and_goes_with_its_roa),
		cmocka_unit_test(roa_of_another_revokes),
		cmocka_unit_test(first_cache_comes_with_a_reload),
		cmocka_unit_test(max_length_does_not_count),
		cmocka_unit_test(expired_and_gone),
		cmocka_unit_test(ages_without_the_role),
		cmocka_unit_test(new_role_has_nothing_yet),
		cmocka_unit_test(new_role_has_another_set),
		cmocka_unit_test(new_role_has_a_smaller_set),
		cmocka_unit_test(held_set_goes_with_its_role),
		cmocka_unit_test(second_role_begins_anew),
		cmocka_unit_test(new_guard_waits),
		cmocka_unit_test(many_go_through_the_brake),
		cmocka_unit_test(held_set_is_confirmed),
	};

	return cmocka_run_group_tests_name("ROAs", tests, NULL, NULL);
}
