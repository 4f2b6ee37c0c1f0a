/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer's settings: failover, best_match, strict, further ASNs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define CARRIER 64999u
#define BEHIND  65101u

static void
feed_facts(struct scene *scene, const char *text, struct route_facts facts)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	feed_route_facts(scene->feeds, &prefix, &facts);
}

static void
keep(struct scene *scene)
{
	scene->customers[0].failover = FAILOVER_KEEP;
	scene->customers[0].asns[0] = BEHIND;
}

/* Another AS carries what the customer originates: the rule stays, and the
 * departure is on record, once. */
static void
failover_keeps_and_records(void **state)
{
	struct scene *scene = scene_with_feed(keep);
	struct scene_session *acme = &scene->sessions[0];
	const struct msg_entry *entry;
	size_t entries;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	entries = scene->store.n;

	feed_facts(scene, "10.1.0.0/16", scene_facts(CARRIER, scene_asn(0)));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->store.n, entries + 1);
	entry = disk_last(&scene->store, ENTRY_VERDICT, "10.1.0.1/32");
	assert_true(disk_says(entry, "failover"));
	assert_true(disk_says(entry, "64999"));
	assert_int_equal(scene->routers[0].announced, 1);

	/* Another carrier: no further departure. And home again. */
	feed_facts(scene, "10.1.0.0/16", scene_facts(64998, BEHIND));
	scene_settle(scene);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	assert_int_equal(scene->store.n, entries + 1);

	/* One that originates it itself is a takeover. */
	feed_route(scene->feeds, "10.1.0.0/16", CARRIER);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

/* The log has no room for the departure: the rule stays all the same, and is
 * on record when the route moves next. */
static void
departure_while_the_store_is_away(void **state)
{
	struct scene *scene = scene_with_feed(keep);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	disk_die(&scene->store, false);
	scene_settle(scene);
	feed_facts(scene, "10.1.0.0/16", scene_facts(CARRIER, scene_asn(0)));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_give_store(scene);
	scene_settle(scene);
	feed_facts(scene, "10.1.0.0/16", scene_facts(64998, scene_asn(0)));
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(
	    disk_says(disk_last(&scene->store, ENTRY_VERDICT, "10.1.0.1/32"),
		"failover"));
	scene_free(scene);
}

/* A departure of a rule that lingers leaves it lingering. */
static void
departure_of_a_lingering_rule(void **state)
{
	struct scene *scene = scene_with_feed(keep);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	session_down(acme, DOWN_LOST);
	feed_facts(scene, "10.1.0.0/16", scene_facts(CARRIER, scene_asn(0)));
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_LINGERING, REASON_SESSION_LOST));
	assert_true(
	    disk_says(disk_last(&scene->store, ENTRY_VERDICT, "10.1.0.1/32"),
		"failover"));
	scene_free(scene);
}

static void
internal(struct scene *scene)
{
	scene->customers[0].best_match = BEST_MATCH_INTERNAL;
}

/* best_match: internal: a route born inside will do, within what is owned; and
 * for the other customer it will not. */
static void
best_match_internal(void **state)
{
	struct scene *scene = scene_with_feed(internal);
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	feed_facts(scene, "10.1.0.0/16", scene_facts(0, 0));
	feed_facts(scene, "10.2.0.0/16", scene_facts(0, 0));
	feed_facts(scene, "10.0.0.0/8", scene_facts(0, 0));
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.9.0.1/32", 0);
	session_announce(bolt, "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	/* Its best match is the /8, which is not acme's. */
	assert_true(session_rule_is(
	    acme, "10.9.0.1/32", STATE_REFUSED, REASON_NEIGHBOR_AS));
	assert_true(session_rule_is(
	    bolt, "10.2.0.1/32", STATE_REFUSED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

/* Further ASNs of the customer count as its own. */
static void
asns_behind_the_customer(void **state)
{
	struct scene *scene = scene_with_feed(keep);

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", BEHIND);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

static void
strict(struct scene *scene)
{
	scene->customers[0].validate = VALIDATE_STRICT;
	scene->sessions[0].families = FAMILY_ALL;
	scene->validation.damping_ms = 0;
}

/* strict: the best match must have come over the rule's own session. */
static void
strict_needs_the_own_session(void **state)
{
	struct scene *scene = scene_with_feed(strict);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_ORIGINATOR));
	session_route(acme, "10.1.0.0/16"); /* eBGP over iBGP */
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	session_unroute(acme, "10.1.0.0/16");
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_ORIGINATOR));
	scene_free(scene);
}

/* Its session is lost: the reflector's fresh route to the same customer wins
 * over its own, and the rule lingers all the same; a fresh one to another AS
 * ends it. */
static void
strict_lingers(void **state)
{
	struct scene *scene = scene_with_feed(strict);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_LINGERING, REASON_SESSION_LOST));
	feed_route(scene->feeds, "10.1.0.0/16", CARRIER);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_NEIGHBOR_AS));
	scene_free(scene);
}

/* A strict rule that lingers beside the reflector's route, and its session. */
static struct scene *
lingering_beside(void)
{
	struct scene *scene = scene_with_feed(strict);
	struct scene_session *acme = &scene->sessions[0];

	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	session_down(acme, DOWN_LOST);
	session_up(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	return scene;
}

/* Back without its route: strict takes hold when all has come. */
static void
strict_back_without_its_route(void **state)
{
	struct scene *scene = lingering_beside();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_ORIGINATOR));
	scene_free(scene);
}

/* Back with a route that is not the best. */
static void
strict_back_with_a_worse_route(void **state)
{
	struct scene *scene = lingering_beside();
	struct scene_session *acme = &scene->sessions[0];
	struct route_facts longer = scene_facts(scene_asn(0), scene_asn(0));
	struct prefix prefix;

	(void)state;
	longer.path_length = 4;
	assert_int_equal(prefix_parse("10.1.0.0/16", &prefix), 0);
	session_route_facts(acme, &prefix, &longer);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REVOKED, REASON_ORIGINATOR));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failover_keeps_and_records),
		cmocka_unit_test(departure_while_the_store_is_away),
		cmocka_unit_test(departure_of_a_lingering_rule),
		cmocka_unit_test(best_match_internal),
		cmocka_unit_test(asns_behind_the_customer),
		cmocka_unit_test(strict_needs_the_own_session),
		cmocka_unit_test(strict_lingers),
		cmocka_unit_test(strict_back_without_its_route),
		cmocka_unit_test(strict_back_with_a_worse_route),
	};

	return cmocka_run_group_tests_name(
	    "kinds of validation", tests, NULL, NULL);
}
