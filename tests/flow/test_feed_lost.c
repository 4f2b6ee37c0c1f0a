/* SPDX-License-Identifier: BSD-2-Clause */
/* Losing the feeds refuses what is new and ends nothing that stands. */
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
two_feeds(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	(void)scene_feed_add(scene);
}

/* A rule of acme and one of bolt stand. */
static struct scene *
with_rules(void (*change)(struct scene *scene))
{
	struct scene *scene = scene_with_feed(change);

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	return scene;
}

/* All routes and nothing else. */
static void
feed_all(struct scene_feed *feed)
{
	feed_up(feed);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	feed_route(feed, "10.2.0.0/16", scene_asn(1));
}

/* The session is lost: what stands stays, what is new is refused as unknown,
 * and a customer withdraws as ever. */
static void
what_stands_stays(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_down(scene->feeds);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	assert_int_equal(
	    rib_unicast_prefixes(scene->guard->unicast, AFI_IPV4), 0);
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* The feed withdraws all in the moment before it goes. */
static void
routes_vanish_before_the_feed_does(void **state)
{
	struct scene *scene = with_rules(damp_0);

	(void)state;
	feed_unroute(scene->feeds, "10.1.0.0/16");
	feed_unroute(scene->feeds, "10.2.0.0/16");
	feed_down(scene->feeds);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(
	    scene_known(&scene->sessions[0], "10.1.0.1/32")->ground,
	    GROUND_FINE);
	scene_free(scene);
}

/* Back, but not complete: nothing ends yet. Complete: what has no route any
 * more ends, what was refused comes in. */
static void
looked_at_again_when_it_is_back(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	feed_down(scene->feeds);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	feed_up(scene->feeds);
	scene_settle(scene);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	feed_route(scene->feeds, "10.2.0.0/16", 64999);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);

	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_ACCEPTED, REASON_ACCEPTED));
	assert_true(session_rule_is(
	    bolt, "10.2.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* Another complete feed keeps all known, and its routes are the ones then. */
static void
second_feed_keeps_it_known(void **state)
{
	struct scene *scene = with_rules(two_feeds);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_all(&scene->feeds[1]);
	feed_mark(&scene->feeds[1], MARK_COMPLETE, FAMILY_UNICAST);
	feed_unroute(&scene->feeds[1], "10.2.0.0/16");
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 2);

	feed_down(&scene->feeds[0]);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 1);
	assert_true(session_rule_is(
	    acme, "10.1.0.2/32", STATE_ACCEPTED, REASON_ACCEPTED));
	/* Which only the lost one had. */
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_REVOKED, REASON_NO_ROUTE));
	scene_free(scene);
}

/* The session comes up anew without a word of its end, and its process dies:
 * both are an end. */
static void
flap_and_death_are_ends(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_feed *feed = scene->feeds;

	(void)state;
	feed_up(feed);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 0);
	feed_all(feed);
	feed_mark(feed, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 1);

	feed_die(feed);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 0);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 0);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* Counters that move (a state, once a second) change nothing. */
static void
state_with_counters_changes_nothing(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_feed *feed = scene->feeds;

	(void)state;
	feed->state.updates_in++;
	feed->state.head.kind = MSG_SESSION_STATE;
	assert_int_equal(
	    channel_send(feed->channel, &feed->state, sizeof(feed->state), -1),
	    0);
	channel_flush(feed->channel);
	scene_settle(scene);
	assert_int_equal(scene->guard->fed[0], 1);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	scene_free(scene);
}

/* A refresh: what does not come again goes, and what does stays without a
 * moment of absence. */
static void
refresh_sweeps_what_does_not_come_again(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_feed *feed = scene->feeds;

	(void)state;
	feed_mark(feed, MARK_REFRESH_BEGIN, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(session_rule_is(&scene->sessions[1], "10.2.0.1/32",
	    STATE_REVOKED, REASON_NO_ROUTE));
	assert_int_equal(scene->routers[0].withdrawn, 1);
	scene_free(scene);
}

/* One refresh right behind the other: what the first did not hear is left to
 * the second. */
static void
refresh_inside_a_sweep(void **state)
{
	struct scene *scene = with_rules(damp_0);
	struct scene_feed *feed = scene->feeds;

	(void)state;
	feed_mark(feed, MARK_REFRESH_BEGIN, FAMILY_IPV4_UNICAST);
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	feed_mark(feed, MARK_REFRESH_BEGIN, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	feed_route(feed, "10.1.0.0/16", scene_asn(0));
	feed_route(feed, "10.2.0.0/16", scene_asn(1));
	feed_mark(feed, MARK_REFRESH_END, FAMILY_IPV4_UNICAST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* What happens to feeds is on record, but not without end. */
static void
feeds_are_on_record(void **state)
{
	struct scene *scene = with_rules(damp_0);
	size_t n = 0;

	(void)state;
	feed_down(scene->feeds);
	scene_settle(scene);
	assert_non_null(disk_last(&scene->store, ENTRY_FEED, NULL));
	for (unsigned i = 0; i < 100; i++) {
		feed_all(scene->feeds);
		feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
		feed_down(scene->feeds);
		scene_settle(scene);
	}
	for (size_t i = 0; i < scene->store.durable; i++)
		n += scene->store.log[i]->kind == ENTRY_FEED;
	assert_true(n >= 4 && n <= 2 * GUARD_NOTES);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_stays),
		cmocka_unit_test(routes_vanish_before_the_feed_does),
		cmocka_unit_test(looked_at_again_when_it_is_back),
		cmocka_unit_test(second_feed_keeps_it_known),
		cmocka_unit_test(flap_and_death_are_ends),
		cmocka_unit_test(state_with_counters_changes_nothing),
		cmocka_unit_test(refresh_sweeps_what_does_not_come_again),
		cmocka_unit_test(refresh_inside_a_sweep),
		cmocka_unit_test(feeds_are_on_record),
	};

	return cmocka_run_group_tests_name("feed lost", tests, NULL, NULL);
}
