/* SPDX-License-Identifier: BSD-2-Clause */
/* A session whose process a stranger took over, and a feed that goes: neither
 * fills another's table nor holds up another's withdrawal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define MANY 200000u

static void
own_unicast(struct scene *scene)
{
	scene->validation.damping_ms = 0;
	for (size_t i = 0; i < 2; i++) {
		scene->sessions[i].families = FAMILY_ALL;
		scene->customers[i].max_prefixes = 10;
	}
}

static struct guard_peer *
peer_of(struct scene *scene, size_t i)
{
	return peer_get(scene->guard, scene->sessions[i].peer);
}

/* n /32 routes from this address on, from a customer's session. */
static void
flood(struct scene_session *s, uint32_t first, unsigned n)
{
	const struct route_facts facts =
	    scene_facts(scene_asn(s->customer), scene_asn(s->customer));
	struct {
		struct msg_unicast msg;
		struct unicast4 at[100];
	} m;

	for (unsigned i = 0; i < n; i += 100) {
		m.msg = (struct msg_unicast){
			.n = 100, .family = FAMILY_IPV4_UNICAST, .facts = facts
		};
		for (unsigned k = 0; k < 100; k++)
			m.at[k] = (struct unicast4){ .addr = first + i + k,
				.len = 32 };
		session_say(s, &m.msg, MSG_UNICAST, sizeof(m));
	}
}

/* Many more routes than it may announce: bounded, and its own loss alone. */
static void
more_routes_than_allowed(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	struct scene_session *bolt = &scene->sessions[1];
	const size_t most = 2 * 10 + GUARD_ROUTES_MORE;

	(void)state;
	own_unicast(scene);
	for (size_t i = 0; i < 2; i++)
		scene->customers[i].validate = VALIDATE_NEIGHBOR_AS;
	scene_start(scene);
	session_route(bolt, "10.2.0.0/16");
	session_unicast_mark(bolt, MARK_COMPLETE, FAMILY_UNICAST);
	session_unicast_mark(acme, MARK_COMPLETE, FAMILY_UNICAST);
	flood(acme, 0x0a010000u, 20000);
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(bolt, "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_true(rib_unicast_of_source(scene->guard->unicast,
			peer_of(scene, 0)->source, AFI_IPV4) <= most);
	assert_true(session_rule_is(
	    acme, "10.1.0.1/32", STATE_REFUSED, REASON_UNICAST_UNKNOWN));
	assert_true(session_rule_is(
	    bolt, "10.2.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->guard->no_room, 0);
	scene_free(scene);
}

/* At no moment many sources are closed and not swept yet. */
static bool
is_swept(struct scene *scene)
{
	assert_true(sweep_closed(scene->guard, peer_of(scene, 0)) <=
		    2 * GUARD_CLOSED_MAX);
	return scene->guard->n_sweeps == 0;
}

/* Up, a route, closed, without a pause, where each sweep is long: numbers of
 * sources are not used up, and the next honest session is fine. */
static void
sources_are_bounded(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];
	struct route_facts facts = scene_facts(64999, 64999);

	(void)state;
	feed_many(scene->feeds, 0x0a010000u, 60000, 1, &facts);
	scene_settle(scene);
	for (unsigned i = 0; i < 300; i++) {
		session_down(acme, DOWN_CEASED);
		session_up(acme);
		session_route(acme, "10.1.0.0/16");
	}
	session_down(acme, DOWN_CEASED);
	scene_until(scene, is_swept);
	scene_settle(scene);
	session_up(acme);
	session_route(acme, "10.1.0.0/16");
	scene_settle(scene);
	assert_int_equal(rib_unicast_of_source(scene->guard->unicast,
			     peer_of(scene, 0)->source, AFI_IPV4),
	    1);
	scene_free(scene);
}

/* Marks in any order, also of families that were never negotiated, also from a
 * session that is down. */
static void
marks_in_any_order(void **state)
{
	static const enum rib_mark marks[] = { MARK_REFRESH_END, MARK_COMPLETE,
		MARK_REFRESH_BEGIN, MARK_REPLAY_END, MARK_REFRESH_BEGIN,
		MARK_COMPLETE, MARK_REFRESH_END };
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	for (unsigned i = 0; i < 200; i++) {
		struct msg_rib_mark mark = { .mark = (uint8_t)marks[i % 7],
			.family = (uint8_t)(i * 37) };

		if (i % 11 == 0)
			session_down(acme, DOWN_LOST);
		if (i % 11 == 3)
			session_up(acme);
		if (i % 5 == 0)
			flood(acme, 0x0a010000u + i, 100);
		session_say(acme, &mark, MSG_RIB_MARK, sizeof(mark));
		if (i % 20 == 0)
			scene_settle(scene);
	}
	scene_settle(scene);
	assert_int_equal(scene->blamed.peer, 0);
	assert_int_equal(scene->routers[0].n, 1);
	session_down(acme, DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	scene_free(scene);
}

/* Routes before the session is up, and after it went: nothing. */
static void
routes_of_a_session_that_is_down(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_CEASED);
	flood(acme, 0x0a010000u, 100);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 2);
	scene_free(scene);
}

static bool
is_withdrawn(struct scene *scene)
{
	return scene->routers[0].n == 0;
}

/* While the routes of a feed that is gone are swept, a customer's withdrawal
 * goes inward at once. */
static void
withdrawal_beside_a_sweep(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];
	struct route_facts facts = scene_facts(64999, 64999);
	size_t left;

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	for (unsigned i = 0; i < MANY; i += 20000) {
		feed_many(scene->feeds, 0x14000000u + i, 20000, 1, &facts);
		scene_settle(scene);
	}
	assert_int_equal(
	    rib_unicast_count(scene->guard->unicast, AFI_IPV4), MANY + 2);
	feed_down(scene->feeds);
	session_withdraw(acme, "10.1.0.1/32");
	scene_until(scene, is_withdrawn);
	left = rib_unicast_count(scene->guard->unicast, AFI_IPV4);
	assert_true(left > MANY / 2);
	scene_settle(scene);
	assert_int_equal(rib_unicast_count(scene->guard->unicast, AFI_IPV4), 0);
	scene_free(scene);
}

/* Two sweeps share the time: a small one does not wait for a large one. */
static bool
acme_swept(struct scene *scene)
{
	return scene->guard->n_sweeps < 2;
}

static void
sweeps_share_the_time(void **state)
{
	struct scene *scene = scene_with_feed(own_unicast);
	struct scene_session *acme = &scene->sessions[0];
	struct route_facts facts = scene_facts(64999, 64999);

	(void)state;
	flood(acme, 0x0a010000u, 100);
	for (unsigned i = 0; i < MANY; i += 20000) {
		feed_many(scene->feeds, 0x14000000u + i, 20000, 1, &facts);
		scene_settle(scene);
	}
	feed_down(scene->feeds);
	session_down(acme, DOWN_CEASED);
	scene_until(scene, acme_swept);
	assert_true(
	    rib_unicast_count(scene->guard->unicast, AFI_IPV4) > MANY / 2);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_routes_than_allowed),
		cmocka_unit_test(sources_are_bounded),
		cmocka_unit_test(marks_in_any_order),
		cmocka_unit_test(routes_of_a_session_that_is_down),
		cmocka_unit_test(withdrawal_beside_a_sweep),
		cmocka_unit_test(sweeps_share_the_time),
	};

	return cmocka_run_group_tests_name(
	    "hostile unicast", tests, NULL, NULL);
}
