/* SPDX-License-Identifier: BSD-2-Clause */
/* A customer's IRR list is replaced, grows old, is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/common/clock.h"
#include "tests/lib/guard_scene_unicast.h"

#define INSIDE "10.1.1.1/32"
#define BESIDE "10.1.2.1/32"

static const char *const first[] = { "10.1.1.0/24", NULL };
static const char *const second[] = { "10.1.2.0/24", "10.7.0.0/16", NULL };

static void
say_first(struct scene *scene)
{
	scene->customers[0].irr[0] = first[0];
	scene->customers[0].irr_hash = 0xa1;
}

/* acme's rules for both, of which its first list has one. */
static struct scene *
with_rules(uint8_t match)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].match = match;
	say_first(scene);
	scene_start(scene);
	session_announce(&scene->sessions[0], INSIDE, 0);
	session_announce(&scene->sessions[0], BESIDE, 0);
	session_announce(&scene->sessions[0], "10.7.0.1/32", 0);
	scene_settle(scene);
	return scene;
}

static bool
acme_is(
    struct scene *scene, const char *dst, enum state state, enum reason reason)
{
	return session_rule_is(&scene->sessions[0], dst, state, reason);
}

/* Inside both lists, or refused; another list takes one out and lets another
 * in, each with the file's hash on record. */
static void
another_list_in_force(void **state)
{
	struct scene *scene = with_rules(OWN_MATCH_ALL);

	(void)state;
	assert_true(acme_is(scene, INSIDE, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(acme_is(scene, BESIDE, STATE_REFUSED, REASON_NOT_IN_IRR));
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_VERDICT, INSIDE), "file a1"));
	scene_irr(scene, 0, second);
	scene_settle(scene);
	assert_true(acme_is(scene, INSIDE, STATE_REVOKED, REASON_NOT_IN_IRR));
	assert_true(acme_is(scene, BESIDE, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(acme_is(
	    scene, "10.7.0.1/32", STATE_REFUSED, REASON_NOT_REGISTERED));
	assert_null(router_holds(&scene->routers[0], INSIDE));
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_REVOCATION, INSIDE), "file a2"));
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_FEED, NULL), "2 prefixes"));
	scene_free(scene);
}

/* Inside any is enough; what is in neither goes. */
static void
match_any(void **state)
{
	struct scene *scene = with_rules(OWN_MATCH_ANY);

	(void)state;
	assert_int_equal(scene->routers[0].n, 2);
	scene_irr(scene, 0, second);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_true(
	    acme_is(scene, "10.7.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_irr(scene, 0, first);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(acme_is(
	    scene, "10.7.0.1/32", STATE_REVOKED, REASON_NOT_REGISTERED));
	scene_free(scene);
}

static bool
is_old(struct scene *scene)
{
	return !scene->guard->config->customers[0].policy.irr.usable;
}

/* Too old: nothing new comes in, what stands stays; a new file ends that. */
static void
too_old(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	say_first(scene);
	scene->customers[0].irr_max_age_ms = 1000;
	scene_start(scene);
	session_announce(&scene->sessions[0], INSIDE, 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_until(scene, is_old);
	session_announce(&scene->sessions[0], "10.1.1.2/32", 0);
	scene_settle(scene);
	assert_true(
	    acme_is(scene, "10.1.1.2/32", STATE_REFUSED, REASON_IRR_UNKNOWN));
	assert_true(acme_is(scene, INSIDE, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].withdrawn, 0);

	scene->customers[0].irr_max_age_ms = 0;
	scene_irr(scene, 0, first);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* An end without its beginning, a list of nobody's, or one that cannot be used
 * changes nothing. */
static void
half_a_list_is_none(void **state)
{
	struct scene *scene = with_rules(OWN_MATCH_ALL);
	struct msg_irr_end end = { .index = 1 };

	(void)state;
	scene_tell(scene, &end, MSG_IRR_END, sizeof(end));
	scene_irr(scene, 1, second); /* bolt has none configured */
	scene->customers[0].irr_status = IRR_BROKEN;
	scene_irr_feed(scene, 0);
	scene_settle(scene);
	assert_true(acme_is(scene, INSIDE, STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

static const struct msg_ctl_customer *
shown(struct scene *scene)
{
	control_ask_of(scene, CTL_CUSTOMERS, "acme");
	scene_settle(scene);
	assert_non_null(control_customer(scene, "acme"));
	return control_customer(scene, "acme");
}

/* One that shrank waits: shown, confirmed to the supervisor, and let go. */
static void
held_list_is_confirmed(void **state)
{
	struct scene *scene = with_rules(OWN_MATCH_ALL);

	(void)state;
	assert_int_equal(shown(scene)->irr, 1);
	control_confirm(scene, CONFIRM_IRR, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	scene_hold_irr(scene, 0, true, 10, 3);
	scene_settle(scene);
	assert_int_equal(shown(scene)->irr, 3);
	assert_int_equal(shown(scene)->irr_found, 3);
	control_confirm(scene, CONFIRM_IRR, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->confirmations, 1);
	assert_int_equal(scene->confirmed.what, CONFIRM_IRR);
	assert_int_equal(scene->confirmed.customer, 1);
	assert_string_equal(scene->confirmed.operator_name, "olga");
	assert_int_equal(scene->routers[0].n, 1); /* until it is fed */

	scene_hold_irr(scene, 0, false, 0, 0);
	scene_irr(scene, 0, second);
	scene_settle(scene);
	assert_int_equal(shown(scene)->irr, 1);
	assert_true(acme_is(scene, BESIDE, STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* No list is configured any more: nothing waits, and only the registered
 * prefixes count. */
static void
reload_without_a_list(void **state)
{
	struct scene *scene = with_rules(OWN_MATCH_ALL);

	(void)state;
	scene_hold_irr(scene, 0, true, 10, 3);
	scene_settle(scene);
	scene->customers[0].irr[0] = NULL;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(shown(scene)->irr, 0);
	control_confirm(scene, CONFIRM_IRR, "");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(scene->confirmations, 0);
	scene_free(scene);
}

/* A list that is missing from the start lets nothing in. */
static void
missing_from_the_start(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].irr_status = IRR_MISSING;
	scene_start(scene);
	session_announce(&scene->sessions[0], INSIDE, 0);
	scene_settle(scene);
	assert_true(acme_is(scene, INSIDE, STATE_REFUSED, REASON_IRR_UNKNOWN));
	scene->customers[0].irr_status = 0;
	scene_irr(scene, 0, first);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* From monitor to enforce: a dry run knows the list as the reload does. */
static void
dry_run_knows_the_list(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	say_first(scene);
	scene->customers[0].mode = CUSTOMER_MONITOR;
	scene_start(scene);
	session_announce(&scene->sessions[0], INSIDE, 0);
	scene_settle(scene);
	assert_true(acme_is(scene, INSIDE, STATE_MONITORED, REASON_MONITOR));
	scene->customers[0].mode = CUSTOMER_ENFORCE;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.admitted, 1);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.admitted, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_list_in_force),
		cmocka_unit_test(match_any),
		cmocka_unit_test(too_old),
		cmocka_unit_test(half_a_list_is_none),
		cmocka_unit_test(held_list_is_confirmed),
		cmocka_unit_test(reload_without_a_list),
		cmocka_unit_test(missing_from_the_start),
		cmocka_unit_test(dry_run_knows_the_list),
	};

	return cmocka_run_group_tests_name("IRR lists", tests, NULL, NULL);
}
