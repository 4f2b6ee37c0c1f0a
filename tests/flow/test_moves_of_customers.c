/* SPDX-License-Identifier: BSD-2-Clause */
/* What one customer's routes may cost the others: what it does not own touches
 * nobody's rules, what flaps touches each once, and a million routes below a
 * rule are not walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

static void
strict(struct scene *scene)
{
	scene->sessions[0].families = FAMILY_ALL;
	scene->customers[0].validate = VALIDATE_STRICT;
	scene->customers[0].max_prefixes = 100000;
	scene->customers[1].max_rules = 1000;
}

static const struct customer *
policy_of(const struct scene *scene, size_t i)
{
	return peer_get(scene->guard, scene->sessions[i].peer)
	    ->customer->policy;
}

/* Routes that are not the best matter under strict; those outside of what the
 * customer owns do not: the rules of all would be looked at each time. */
static void
foreign_routes_touch_no_rule(void **state)
{
	struct scene *scene = scene_with_feed(strict);
	struct guard *guard = scene->guard;
	struct guard_peer *acme = peer_get(guard, scene->sessions[0].peer);
	const struct route_facts facts =
	    scene_facts(scene_asn(0), scene_asn(0));
	struct {
		struct msg_unicast msg;
		struct unicast4 at[2];
	} m = { .msg = { .n = 2, .family = FAMILY_IPV4_UNICAST },
		.at = { { .addr = 0, .len = 0 },
		    { .addr = 0x0a020000u, .len = 16 } } };

	(void)state;
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_true(link_empty(&guard->touched));
	assert_non_null(policy_of(scene, 0));
	for (unsigned i = 0; i < 4; i++) {
		m.msg.withdraw = i % 2 != 0;
		m.msg.facts = i % 2 != 0 ? (struct route_facts){ 0 } : facts;
		unicast_routes(guard, acme, &m.msg);
		assert_true(link_empty(&guard->touched));
		assert_int_equal(guard->moves[0].n, 0);
	}
	assert_int_equal(acme->foreign, 4);
	scene_free(scene);
}

/* A prefix above many rules flaps within one turn: it is noted once, the rules
 * are touched at the end, and what it came to decides. */
static void
flapping_above_many_rules(void **state)
{
	struct scene *scene = scene_with_feed(strict);
	struct scene_session *bolt = &scene->sessions[1];
	struct guard *guard = scene->guard;
	char dst[32];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(dst, sizeof(dst), "10.2.0.%u/32", i);
		session_announce(bolt, dst, 0);
	}
	scene_settle(scene);
	for (unsigned i = 0; i < 50; i++) {
		feed_route(scene->feeds, "10.2.0.0/16", 64999);
		feed_route(scene->feeds, "10.2.0.0/16", scene_asn(1));
	}
	scene_settle(scene);
	assert_int_equal(guard->moves[0].n, 0);
	assert_true(session_rule_is(
	    bolt, "10.2.0.99/32", STATE_ACCEPTED, REASON_ACCEPTED));
	feed_route(scene->feeds, "10.2.0.0/16", 64999);
	scene_settle(scene);
	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(dst, sizeof(dst), "10.2.0.%u/32", i);
		assert_true(session_rule_is(
		    bolt, dst, STATE_REVOKED, REASON_NEIGHBOR_AS));
	}
	scene_free(scene);
}

static void
six(struct scene *scene)
{
	scene->customers[0].prefixes[1] = "2001:db8:1000::/36";
}

/* Routes below 2001:db8:1000::/56, from number first on. */
static void
feed_below(struct scene *scene, unsigned first, unsigned n)
{
	const struct route_facts facts =
	    scene_facts(scene_asn(0), scene_asn(0));
	struct prefix prefix;

	assert_int_equal(prefix_parse("2001:db8:1000::/128", &prefix), 0);
	for (unsigned i = first; i < first + n; i++) {
		prefix.addr[14] = (uint8_t)(i >> 8);
		prefix.addr[15] = (uint8_t)i;
		feed_route_facts(scene->feeds, &prefix, &facts);
	}
	scene_settle(scene);
}

/* Below a rule's destination lie more routes than are looked at: none of them
 * objects, and still the rule has no ground. */
static void
too_many_more_specifics(void **state)
{
	struct scene *scene = scene_with_feed(six);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	feed_route(scene->feeds, "2001:db8:1000::/36", scene_asn(0));
	feed_below(scene, 0, GUARD_MORE_MAX);
	session_announce(acme, "2001:db8:1000::/56", 0);
	scene_settle(scene);
	assert_true(session_rule_is(
	    acme, "2001:db8:1000::/56", STATE_ACCEPTED, REASON_ACCEPTED));
	feed_below(scene, GUARD_MORE_MAX, 1);
	assert_true(session_rule_is(
	    acme, "2001:db8:1000::/56", STATE_REVOKED, REASON_MORE_SPECIFIC));
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_REVOCATION, "2001:db8:1000::/56"),
	    "more routes than are looked at inside 2001:db8:1000::/56"));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_routes_touch_no_rule),
		cmocka_unit_test(flapping_above_many_rules),
		cmocka_unit_test(too_many_more_specifics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
