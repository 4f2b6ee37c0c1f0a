/* SPDX-License-Identifier: BSD-2-Clause */
/* A rule passes only where a known unicast route leads to its customer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

/* The feed is not complete: nothing new passes. When it is, what waited does
 * by itself. */
static void
unknown_until_the_feed_is_complete(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_feed *feed = scene_feed_add(scene);

	(void)state;
	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene_start(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));

	/* 2. Up, with a route: that does not make it complete. */
	feed_up(feed);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	assert_int_equal(scene->routers[0].n, 0);

	/* 3. Complete in the other family only. */
	feed_mark(feed, MARK_COMPLETE, FAMILY_IPV6_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	feed_mark(feed, MARK_COMPLETE, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* A customer that is not validated does not wait for a feed. */
static void
validate_off_needs_no_feed(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	(void)scene_feed_add(scene);
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

static void
monitor_acme(struct scene *scene)
{
	scene->customers[0].mode = CUSTOMER_MONITOR;
}

/* No route covers it: refused; accepted when one comes. The record names the
 * route. */
static void
accepted_when_the_route_comes(void **state)
{
	struct scene *scene = scene_with_feed(NULL);
	struct scene_session *acme = &scene->sessions[0];
	const struct msg_entry *entry;

	(void)state;
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_REFUSED, REASON_NO_ROUTE));
	assert_int_equal(
	    disk_last(&scene->store, ENTRY_VERDICT, "10.9.0.1/32")->check,
	    CHECK_VALIDATION);

	feed_route(scene->feeds, "10.9.0.0/17", scene_asn(1));
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_REFUSED, REASON_NEIGHBOR_AS));

	feed_route(scene->feeds, "10.9.0.0/24", scene_asn(0));
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	assert_non_null(router_holds(&scene->routers[0], "10.9.0.1/32"));
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.9.0.1/32");
	assert_true(disk_says(entry, "10.9.0.0/24"));
	assert_true(disk_says(entry, "peer200"));
	scene_free(scene);
}

/* The same in monitor mode and while a rule waits for a person: the state
 * follows the routes, and nothing goes inward. */
static void
monitored_and_held_follow_routes(void **state)
{
	struct scene *scene = scene_with_feed(monitor_acme);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	scene->guard->rest_ms = 0;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(bolt, "10.2.1.0/24", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_MONITORED, REASON_MONITOR));
	assert_true(
	    session_rule_is(bolt, "10.2.1.0/24", STATE_HELD, REASON_WIDE));

	feed_unroute(scene->feeds, "10.1.0.0/16");
	feed_route(scene->feeds, "10.2.1.128/25", 64999);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_NO_ROUTE));
	assert_true(session_rule_is(
	    bolt, "10.2.1.0/24", STATE_REFUSED, REASON_MORE_SPECIFIC));

	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	feed_unroute(scene->feeds, "10.2.1.128/25");
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_MONITORED, REASON_MONITOR));
	assert_true(
	    session_rule_is(bolt, "10.2.1.0/24", STATE_HELD, REASON_WIDE));
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* A held rule is on record each time that it loses its ground, so it rests
 * like one that stood: a customer's route that flaps does not fill the log. */
static void
held_rule_rests(void **state)
{
	struct scene *scene = scene_with_feed(NULL);
	struct scene_session *acme = &scene->sessions[0];
	size_t entries;

	(void)state;
	session_announce(acme, "10.1.1.0/24", 0);
	scene_settle(scene);
	feed_unroute(scene->feeds, "10.1.0.0/16");
	scene_settle(scene);
	entries = scene->store.n;
	for (unsigned i = 0; i < 20; i++) {
		feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
		scene_settle(scene);
		feed_unroute(scene->feeds, "10.1.0.0/16");
		scene_settle(scene);
	}
	assert_true(scene->store.n - entries <= 4);
	scene_free(scene);
}

/* Approved while nothing is known: it waits on. */
static void
approved_without_a_view(void **state)
{
	struct scene *scene = scene_with_feed(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.1.0/24", 0);
	scene_settle(scene);
	feed_down(scene->feeds);
	scene_settle(scene);
	assert_true(
	    session_rule_is(acme, "10.1.1.0/24", STATE_HELD, REASON_WIDE));
	control_ask(scene, CTL_APPROVE, scene_known(acme, "10.1.1.0/24")->id);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_true(session_rule_is(
	    acme, "10.1.1.0/24", STATE_REFUSED, REASON_UNICAST_UNKNOWN));

	feed_up(scene->feeds);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.1.0/24", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* explain names the route, and changes nothing. */
static void
explain_names_the_route(void **state)
{
	struct scene *scene = scene_with_feed(NULL);

	(void)state;
	control_explain(scene, "acme", "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(
	    scene->check[CHECK_VALIDATION].reason, REASON_ACCEPTED);
	assert_non_null(
	    strstr(scene->check[CHECK_VALIDATION].evidence, "10.1.0.0/16"));
	control_explain(scene, "acme", "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(
	    scene->check[CHECK_VALIDATION].reason, REASON_NO_ROUTE);
	assert_int_equal(scene->guard->in.n_rules, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_until_the_feed_is_complete),
		cmocka_unit_test(validate_off_needs_no_feed),
		cmocka_unit_test(accepted_when_the_route_comes),
		cmocka_unit_test(monitored_and_held_follow_routes),
		cmocka_unit_test(held_rule_rests),
		cmocka_unit_test(approved_without_a_view),
		cmocka_unit_test(explain_names_the_route),
	};

	return cmocka_run_group_tests_name(
	    "rule needs a route", tests, NULL, NULL);
}
