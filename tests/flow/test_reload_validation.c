/* SPDX-License-Identifier: BSD-2-Clause */
/* A new configuration: how rules are validated, what is owned, which feeds
 * there are, and how many routes have room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

static void
damp_0(struct scene *scene)
{
	scene->validation.damping_ms = 0;
}

static void
apply(struct scene *scene)
{
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.ok, 1);
}

static void
acme_off(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	scene->customers[0].validate = VALIDATE_OFF;
}

/* off -> neighbor-as judges what stands, as the dry run says; and back. */
static void
validation_on_and_off(void **state)
{
	struct scene *scene = scene_with_feed(acme_off);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.9.0.1/32", 0); /* without a route */
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);

	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->result.kept, 1);
	assert_int_equal(scene->routers[0].n, 2);
	apply(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_REVOKED, REASON_NO_ROUTE));

	/* From now on what stands depends on its route. */
	feed_unroute(scene->feeds, "10.1.0.0/16");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	scene->customers[0].validate = VALIDATE_OFF;
	apply(scene);
	assert_int_equal(scene->routers[0].n, 2);
	feed_route(scene->feeds, "10.1.0.0/16", 64999);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* validate: off while a rule is damped ends that. */
static void
off_while_damped(void **state)
{
	struct scene *scene = scene_with_feed(NULL);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->guard->config->validation.damping_ms = 100;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	feed_unroute(scene->feeds, "10.1.0.0/16");
	scene_settle(scene);
	assert_int_equal(scene_known(acme, "10.1.0.1/32")->ground, GROUND_GONE);
	scene->customers[0].validate = VALIDATE_OFF;
	apply(scene);
	scene_pass(scene, 300);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* Another ASN behind the customer lets its rule in, and its loss takes it. */
static void
asns_change(void **state)
{
	struct scene *scene = scene_with_feed(damp_0);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", 65101);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene->customers[0].asns[0] = 65101;
	apply(scene);
	assert_int_equal(scene->result.admitted, 1);
	assert_int_equal(scene->routers[0].n, 1);
	scene->customers[0].asns[0] = 0;
	apply(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

static void
own_unicast(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	scene->sessions[0].families = FAMILY_ALL;
}

static size_t
routes(const struct scene *scene)
{
	return rib_unicast_of_source(scene->guard->unicast,
	    peer_get(scene->guard, scene->sessions[0].peer)->source, AFI_IPV4);
}

/* What is owned grows: the session is asked for what was not taken. It
 * shrinks: those routes leave at once. */
static void
own_grows_and_shrinks(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_route(acme, "10.1.0.0/24");
	session_route(acme, "10.7.0.0/24");
	session_route(acme, "10.7.0.0/16");
	session_announce(acme, "10.7.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(routes(scene), 1);
	assert_int_equal(acme->refreshes, 0);

	scene->customers[0].prefixes[2] = "10.7.0.0/16";
	apply(scene);
	assert_int_equal(acme->refreshes, 1);
	assert_int_equal(routes(scene), 3);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->sessions[1].refreshes, 0);

	scene->customers[0].prefixes[2] = "10.7.0.0/24";
	apply(scene);
	assert_int_equal(routes(scene), 2);
	assert_int_equal(scene->routers[0].n, 1);
	scene->customers[0].prefixes[2] = NULL;
	apply(scene);
	assert_int_equal(routes(scene), 1);
	assert_int_equal(scene->routers[0].n, 0);

	/* Nothing changes: nothing is asked. */
	acme->refreshes = 0;
	scene->customers[0].max_rules = 99;
	apply(scene);
	assert_int_equal(acme->refreshes, 0);
	scene_free(scene);
}

/* Shrunk while the session's routes linger. */
static void
own_shrinks_while_routes_linger(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_route(acme, "10.1.0.0/24");
	session_route(acme, "10.9.0.0/24");
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(routes(scene), 2);
	scene->customers[0].prefixes[1] = NULL;
	apply(scene);
	assert_int_equal(routes(scene), 1);
	session_up(acme);
	session_down(acme, DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	scene_free(scene);
}

/* A feed is configured where there was none: until it is complete nothing new
 * passes and nothing ends. It is removed: customers' own routes count. */
static void
feed_is_added_and_removed(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	own_unicast(scene);
	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene_start(scene);
	session_route(acme, "10.1.0.0/16");
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	(void)scene_feed_add(scene);
	apply(scene);
	scene_give_feeds(scene);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	feed_up(scene->feeds);
	feed_route(scene->feeds, "10.1.0.0/24", 64999);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	scene->feeds[0].removed = true;
	apply(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 1);
	control_ask_prefix(scene, CTL_ROUTE, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(scene->n_paths, 1);
	scene_pass(scene, 1300);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

static void
room_for_three(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	scene->validation.max_routes = 3;
}

/* A route finds no room: the view counts as incomplete. With more room the
 * feed is asked again, and when all has come it is complete. */
static void
table_is_full(void **state)
{
	struct scene *scene = scene_with_feed(room_for_three);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_feed *feed = scene->feeds;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	feed_route(feed, "10.3.0.0/16", 64999);
	feed_route(feed, "10.4.0.0/16", 64999);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	session_announce(acme, "10.1.0.3/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);
	assert_true(session_rule_is(
	    acme, "10.1.0.3/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.table_full, 1);
	assert_int_equal(scene->status.feeds_complete[0], 0);

	/* Its counters, or a refresh that is short again, do not help. */
	feed->state.updates_in++;
	feed->state.head.kind = MSG_SESSION_STATE;
	assert_int_equal(
	    channel_send(feed->channel, &feed->state, sizeof(feed->state), -1),
	    0);
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);
	feed_mark(feed, MARK_REFRESH_BEGIN, FAMILY_IPV4_UNICAST);
	for (unsigned i = 1; i <= 4; i++)
		feed_route(feed,
		    i == 1   ? "10.1.0.0/16"
		    : i == 2 ? "10.2.0.0/16"
		    : i == 3 ? "10.3.0.0/16"
			     : "10.4.0.0/16",
		    i <= 2 ? scene_asn(i - 1) : 64999);
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);

	scene->validation.max_routes = 10;
	apply(scene);
	assert_int_equal(feed->refreshes, 1);
	feed_mark(feed, MARK_REFRESH_BEGIN, FAMILY_IPV4_UNICAST);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);
	feed_route(feed, "10.2.0.0/16", scene_asn(1));
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 1);
	assert_true(session_rule_is(
	    acme, "10.1.0.3/32", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* Routes of a closed session make room for its next one's before any is turned
 * away. */
static void
closed_routes_make_room(void **state)
{
	struct scene *scene = scene_with_feed(room_for_three);
	struct scene_feed *feed = scene->feeds;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		feed_down(feed);
		feed_up(feed);
		feed_route(feed, "10.1.0.0/16", scene_asn(0));
		feed_route(feed, "10.2.0.0/16", scene_asn(1));
		feed_route(feed, "10.3.0.0/16", scene_asn(1));
		feed_mark(feed, MARK_COMPLETE, FAMILY_UNICAST);
	}
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 1);
	assert_int_equal(scene->guard->no_room, 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validation_on_and_off),
		cmocka_unit_test(off_while_damped),
		cmocka_unit_test(asns_change),
		cmocka_unit_test(own_grows_and_shrinks),
		cmocka_unit_test(own_shrinks_while_routes_linger),
		cmocka_unit_test(feed_is_added_and_removed),
		cmocka_unit_test(table_is_full),
		cmocka_unit_test(closed_routes_make_room),
	};

	return cmocka_run_group_tests_name(
	    "reload validation", tests, NULL, NULL);
}
