/* SPDX-License-Identifier: BSD-2-Clause */
/* Where no feed is configured, what customers announce themselves is the
 * unicast table: only inside what they own, lingering as their rules do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

/* Both customers carry unicast and are validated by it; acme's rule for
 * 10.1.0.1 stands on its own route, and so does one of bolt. */
static struct scene *
with_routes(void (*change)(struct scene *scene))
{
	struct scene *scene = scene_prepare();

	scene->validation.damping_ms = 0;
	for (size_t i = 0; i < scene->n_customers; i++)
		scene->customers[i].validate = VALIDATE_NEIGHBOR_AS;
	if (change != NULL)
		change(scene);
	for (size_t i = 0; i < scene->n_sessions; i++)
		scene->sessions[i].families = FAMILY_ALL;
	scene_start(scene);
	for (size_t i = 0; i < scene->n_sessions; i++) {
		struct scene_session *s = &scene->sessions[i];

		session_route(
		    s, s->customer == 0 ? "10.1.0.0/16" : "10.2.0.0/16");
		session_announce(
		    s, s->customer == 0 ? "10.1.0.1/32" : "10.2.0.1/32", 0);
		session_mark(s, MARK_COMPLETE);
		session_unicast_mark(s, MARK_COMPLETE, FAMILY_UNICAST);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	return scene;
}

static struct guard_peer *
peer_of(struct scene *scene, size_t i)
{
	return peer_get(scene->guard, scene->sessions[i].peer);
}

/* Before its own session is complete a customer's rules are not validated;
 * that another's is does not help it. */
static void
each_customer_has_its_own_view(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_CEASED);
	session_up(acme);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.2/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	assert_int_equal(scene->routers[0].n, 2);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* Routes outside what the customer owns are counted and have no effect. */
static void
foreign_routes_stay_outside(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_route(acme, "10.2.0.0/24");
	session_route(acme, "10.0.0.0/8");
	session_route(acme, "0.0.0.0/0");
	session_route(acme, "2001:db8::/32");
	scene_settle(scene);
	assert_int_equal(peer_of(scene, 0)->foreign, 4);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV6), 0);
	assert_int_equal(scene->routers[0].n, 2);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.foreign, 4);
	control_ask_of(scene, CTL_SESSIONS, "acme");
	scene_settle(scene);
	assert_int_equal(scene->shown.foreign, 4);
	assert_int_equal(scene->shown.routes[0], 1);
	scene_free(scene);
}

/* Lost: rules and routes linger, nothing is revoked for want of a route; new
 * rules of nobody come. Back and complete: what did not come again goes. */
static void
lost_session_lingers_with_its_routes(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];
	struct rib_route route;
	struct prefix prefix;

	(void)state;
	session_route(acme, "10.9.0.0/24");
	session_announce(acme, "10.9.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);

	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_LINGERING, REASON_SESSION_LOST));
	assert_int_equal(prefix_parse("10.1.0.0/16", &prefix), 0);
	assert_true(rib_unicast_best(scene->guard->unicast, &prefix, &route));
	assert_true(route.stale);

	/* Back, with one of the routes and both rules. */
	session_up(acme);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.9.0.1/32", 0);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 3);

	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_REVOKED, REASON_NO_ROUTE));
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

static bool
acme_ended(struct scene *scene)
{
	return scene->routers[0].n == 1;
}

static void
short_linger(struct scene *scene)
{
	scene->customers[0].linger_ms = 60;
}

/* The routes go with the linger. */
static void
routes_end_with_the_linger(void **state)
{
	struct scene *scene = with_routes(short_linger);

	(void)state;
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_until(scene, acme_ended);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_LINGER_ENDED),
	    1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NO_ROUTE), 0);
	scene_free(scene);
}

/* Ceased on purpose: routes and rules are gone at once. */
static void
ceased_session_takes_its_routes(void **state)
{
	struct scene *scene = with_routes(NULL);

	(void)state;
	session_down(&scene->sessions[0], DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_SESSION_CEASED),
	    1);
	scene_free(scene);
}

/* The session's process dies; the next one says the routes again. */
static void
death_of_the_process(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_die(acme);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	session_up(acme);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_mark(acme, MARK_COMPLETE);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* A third session is acme's second one. */
static void
second_session(struct scene *scene)
{
	(void)scene_session_add(scene, 0);
	scene->sessions[2].families = FAMILY_ALL;
}

/* A fresh route wins over one of a lost session: by the other session's the
 * lingering rule stands, and by another's AS it falls. */
static void
fresh_wins_over_stale(void **state)
{
	struct scene *scene = with_routes(second_session);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *other = &scene->sessions[2];
	const struct route_facts alien = scene_facts(64999, 64999);
	struct rib_route route;
	struct prefix prefix;

	(void)state;
	assert_int_equal(prefix_parse("10.1.0.0/16", &prefix), 0);
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_true(rib_unicast_best(scene->guard->unicast, &prefix, &route));
	assert_false(route.stale);
	assert_int_equal(route.source, peer_of(scene, 2)->source);
	assert_int_equal(scene->routers[0].n, 2);

	/* A longer path than the stale one's, and yet. (Such a route a
	 * session of ours would not pass on.) */
	session_route_facts(other, &prefix, &alien);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

/* The only session of a customer that carries unicast is lost: nothing is
 * known of its routes, and nothing that stands ends for that. */
static void
without_any_session_nothing_is_known(void **state)
{
	struct scene *scene = with_routes(second_session);
	struct scene_session *other = &scene->sessions[2];

	(void)state;
	session_down(&scene->sessions[0], DOWN_CEASED);
	scene_settle(scene);
	session_down(other, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_false(unicast_known(scene->guard, peer_of(scene, 2), AFI_IPV4));
	scene_free(scene);
}

/* That all has come, said in the middle of a refresh, sweeps nothing of what
 * the refresh has still to repeat. */
static void
complete_inside_a_refresh(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_LOST);
	session_up(acme);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_unicast_mark(acme, MARK_REFRESH_BEGIN, FAMILY_UNICAST);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	session_say_routes(acme, FAMILY_UNICAST);
	session_unicast_mark(acme, MARK_REFRESH_END, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* A customer's own more-specific through itself is fine, and its withdrawal
 * touches nobody else. */
static void
flapping_touches_nobody_else(void **state)
{
	struct scene *scene = with_routes(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		session_route(acme, "10.1.128.0/17");
		session_unroute(acme, "10.1.0.0/16");
		session_route(acme, "10.1.0.0/16");
		session_unroute(acme, "10.1.128.0/17");
	}
	scene_settle(scene);
	assert_non_null(router_holds(&scene->routers[0], "10.2.0.1/32"));
	for (size_t i = 0; i < scene->store.durable; i++) {
		const struct msg_entry *e = scene->store.log[i];

		assert_int_not_equal(
		    e->kind == ENTRY_REVOCATION && disk_rule(e)->dst[1] == 2,
		    true);
	}
	scene_free(scene);
}

/* The configuration's LOCAL_PREF decides between two customers of one prefix,
 * whatever their sessions say. */
static void
bolt_is_preferred(struct scene *scene)
{
	scene->customers[1].local_pref = 200;
}

static void
local_pref_is_the_configurations(void **state)
{
	struct scene *scene = with_routes(bolt_is_preferred);

	(void)state;
	session_route(&scene->sessions[0], "10.9.0.0/16");
	session_route(&scene->sessions[1], "10.9.0.0/16");
	scene_settle(scene);
	session_announce(&scene->sessions[0], "10.9.0.1/32", 0);
	session_announce(&scene->sessions[1], "10.9.0.2/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(&scene->sessions[0], "10.9.0.1/32",
	    STATE_REFUSED, REASON_NEIGHBOR_AS));
	assert_true(session_rule_is(&scene->sessions[1], "10.9.0.2/32",
	    STATE_ACCEPTED, REASON_ACCEPTED));

	scene->customers[0].local_pref = 300;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->sessions[0].refreshes, 1);
	assert_true(session_rule_is(&scene->sessions[0], "10.9.0.1/32",
	    STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(session_rule_is(&scene->sessions[1], "10.9.0.2/32",
	    STATE_REVOKED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_customer_has_its_own_view),
		cmocka_unit_test(foreign_routes_stay_outside),
		cmocka_unit_test(lost_session_lingers_with_its_routes),
		cmocka_unit_test(routes_end_with_the_linger),
		cmocka_unit_test(ceased_session_takes_its_routes),
		cmocka_unit_test(death_of_the_process),
		cmocka_unit_test(fresh_wins_over_stale),
		cmocka_unit_test(without_any_session_nothing_is_known),
		cmocka_unit_test(complete_inside_a_refresh),
		cmocka_unit_test(flapping_touches_nobody_else),
		cmocka_unit_test(local_pref_is_the_configurations),
	};

	return cmocka_run_group_tests_name(
	    "customer unicast", tests, NULL, NULL);
}
