/* SPDX-License-Identifier: BSD-2-Clause */
/* A new guard knows no routes: what is live stands until it knows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define RIVAL 64999u

static void
damp_0(struct scene *scene)
{
	scene->validation.damping_ms = 0;
}

/* A rule of each customer stands, and one of acme is held. */
static struct scene *
with_rules(void (*change)(struct scene *scene))
{
	struct scene *scene = scene_with_feed(change);

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.1.0/24", 0);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	for (size_t i = 0; i < 2; i++)
		session_mark(&scene->sessions[i], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene->routers[0].withdrawn = 0;
	return scene;
}

static void
new_guard(struct scene *scene)
{
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
}

/* Entries about rules. */
static size_t
entries(const struct scene *scene)
{
	size_t n = 0;

	for (size_t i = 0; i < scene->store.durable; i++)
		n += scene->store.log[i]->has_rule != 0;
	return n;
}

/* The feed's session is up and says its routes again, only slowly. */
static void
live_rules_stand_until_all_is_known(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	size_t before = entries(scene);

	(void)state;
	new_guard(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(entries(scene), before);
	assert_true(
	    session_rule_is(acme, "10.1.1.0/24", STATE_HELD, REASON_WIDE));

	/* New ones have to wait. */
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));

	/* Complete: bolt's has been taken over meanwhile. */
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	feed_route(scene->feeds, "10.2.0.0/16", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(session_rule_is(
	    bolt, "10.2.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.2/32"));
	assert_true(
	    session_rule_is(acme, "10.1.1.0/24", STATE_HELD, REASON_WIDE));
	scene_free(scene);
}

/* All routes are known before the store has said what is live: what they took
 * is damped like any other. */
static void
routes_before_the_store(void **state)
{
	struct scene *scene = with_rules(NULL);

	(void)state;
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_feeds(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	scene_give_store(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(
	    scene_known(&scene->sessions[1], "10.2.0.1/32")->ground,
	    GROUND_GONE);
	assert_int_equal(
	    scene_known(&scene->sessions[0], "10.1.0.1/32")->ground,
	    GROUND_FINE);
	scene_free(scene);
}

/* A rule restored by a new guard does not know what it rested on: a route that
 * is shorter than what is registered is one gone; any other taken over. */
static void
gone_or_taken_over_after_a_restart(void **state)
{
	struct scene *scene = with_rules(NULL);

	(void)state;
	new_guard(scene);
	feed_route(scene->feeds, "10.0.0.0/8", RIVAL);
	feed_route(scene->feeds, "10.2.0.0/24", RIVAL);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(&scene->sessions[0], "10.1.0.1/32")->ground,
	    GROUND_GONE);
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_REVOKED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

static void
own_unicast(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	for (size_t i = 0; i < 2; i++)
		scene->sessions[i].families = FAMILY_ALL;
}

/* Customers' sessions keep their routes and tell the new guard. */
static void
customers_replay_their_routes(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	own_unicast(scene);
	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene_start(scene);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_mark(acme, MARK_COMPLETE);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	new_guard(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);

	/* And a route that goes is missed. */
	session_unroute(acme, "10.1.0.0/16");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* A session dies between its replay and the store's word, and has no rules:
 * nothing lingers, so neither do its routes. */
static void
routes_without_rules_do_not_linger(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	own_unicast(scene);
	scene_start(scene);
	session_route(acme, "10.1.0.0/16");
	scene_settle(scene);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 1);
	channel_close(acme->channel);
	acme->channel = NULL;
	acme->n_routes = 0;
	scene_give_store(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 0);
	scene_free(scene);
}

/* A configuration that validates a customer comes while the store is still
 * loading: its rules depend on routes as if it had always been. */
static void
validated_before_the_store_speaks(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->validation.damping_ms = 0;
	(void)scene_feed_add(scene);
	scene_start(scene);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_sessions(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	scene_give_all(scene);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	feed_up(scene->feeds);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_NO_ROUTE));
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	scene_pass(scene, 1300);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_rules_stand_until_all_is_known),
		cmocka_unit_test(routes_before_the_store),
		cmocka_unit_test(gone_or_taken_over_after_a_restart),
		cmocka_unit_test(customers_replay_their_routes),
		cmocka_unit_test(routes_without_rules_do_not_linger),
		cmocka_unit_test(validated_before_the_store_speaks),
	};

	return cmocka_run_group_tests_name(
	    "guard restart with routes", tests, NULL, NULL);
}
