/* SPDX-License-Identifier: BSD-2-Clause */
/* A best match that is gone, rather than taken over, has time to come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"

#define RIVAL 64999u

static void
damp_100(struct scene *scene)
{
	scene->validation.damping_ms = 100;
}

static void
damp_1000(struct scene *scene)
{
	scene->validation.damping_ms = 1000;
}

/* acme's rule for 10.1.3.1 stands on a /24 inside its /16. */
static struct scene *
with_rule(void (*change)(struct scene *scene))
{
	struct scene *scene = scene_with_feed(change);

	feed_unroute(scene->feeds, "10.1.0.0/16");
	feed_route(scene->feeds, "10.1.3.0/24", scene_asn(0));
	session_announce(&scene->sessions[0], "10.1.3.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	return scene;
}

static const struct rib_rule *
rule_of(const struct scene *scene)
{
	return scene_known(&scene->sessions[0], "10.1.3.1/32");
}

static bool
nothing_inward(struct scene *scene)
{
	return scene->routers[0].n == 0;
}

/* Back in time: nothing has happened. */
static void
back_in_time(void **state)
{
	struct scene *scene = with_rule(damp_1000);
	size_t entries = scene->store.n;

	(void)state;
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->ground, GROUND_GONE);
	assert_int_equal(scene->routers[0].n, 1);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	assert_int_equal(scene->status.damped, 1);

	feed_route(scene->feeds, "10.1.3.0/24", scene_asn(0));
	scene_pass(scene, 1200);
	assert_int_equal(rule_of(scene)->ground, GROUND_FINE);
	assert_int_equal(scene->routers[0].withdrawn, 0);
	assert_int_equal(scene->store.n, entries);
	scene_free(scene);
}

/* Not back: revoked when the time is over, for want of a route. */
static void
not_back_in_time(void **state)
{
	struct scene *scene = with_rule(damp_100);

	(void)state;
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_until(scene, nothing_inward);
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->state, STATE_REVOKED);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NO_ROUTE), 1);
	scene_free(scene);
}

/* A shorter prefix of another AS covers it now: that is still a route gone.
 * (With the default of a minute, which does not pass here.) */
static void
covered_by_anothers_shorter_prefix(void **state)
{
	struct scene *scene = with_rule(NULL);

	(void)state;
	feed_route(scene->feeds, "0.0.0.0/0", RIVAL);
	scene_settle(scene);
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_pass(scene, 50);
	assert_int_equal(rule_of(scene)->ground, GROUND_GONE);
	assert_int_equal(scene->routers[0].n, 1);

	/* 2. Another moment later that AS has the very prefix: taken over. */
	feed_route(scene->feeds, "10.1.3.0/24", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* The customer's own covering route takes over: nothing to damp. */
static void
covered_by_its_own_shorter_prefix(void **state)
{
	struct scene *scene = with_rule(NULL);

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
	scene_settle(scene);
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->ground, GROUND_FINE);

	/* What it rests on now is the shorter one. */
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* Each rule has its own time. */
static void
each_has_its_own_time(void **state)
{
	struct scene *scene = with_rule(damp_100);
	struct scene_session *bolt = &scene->sessions[1];

	(void)state;
	session_announce(bolt, "10.2.0.1/32", 0);
	scene_settle(scene);
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_pass(scene, 60);
	feed_unroute(scene->feeds, "10.2.0.0/16");
	scene_settle(scene);
	feed_route(scene->feeds, "10.2.0.0/16", scene_asn(1));
	feed_unroute(scene->feeds, "10.2.0.0/16");
	scene_until(scene, nothing_inward);
	scene_settle(scene);
	assert_true(scene_known(bolt, "10.2.0.1/32")->gone_ms >
		    rule_of(scene)->gone_ms);
	scene_free(scene);
}

static void
damp_0(struct scene *scene)
{
	scene->validation.damping_ms = 0;
}

/* No damping: gone is gone. */
static void
no_damping(void **state)
{
	struct scene *scene = with_rule(damp_0);

	(void)state;
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	scene_free(scene);
}

/* The customer withdraws meanwhile; its time comes and finds nothing. */
static void
withdrawn_meanwhile(void **state)
{
	struct scene *scene = with_rule(damp_100);

	(void)state;
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	session_withdraw(&scene->sessions[0], "10.1.3.1/32");
	scene_pass(scene, 300);
	assert_int_equal(scene->guard->in.n_rules, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_NO_ROUTE), 0);
	scene_free(scene);
}

/* A reload meanwhile that is about something else neither ends it nor renews
 * its time. */
static void
reload_meanwhile(void **state)
{
	struct scene *scene = with_rule(damp_100);
	uint64_t until;

	(void)state;
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	until = rule_of(scene)->gone_ms;
	scene->customers[1].max_rules = 77;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	if (scene->routers[0].n == 1)
		assert_int_equal(rule_of(scene)->gone_ms, until);
	scene_until(scene, nothing_inward);
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->gone_ms, until);
	scene_free(scene);
}

/* An operator finds it by its ground, with the time that it has left. */
static void
listed_by_its_ground(void **state)
{
	struct scene *scene = with_rule(NULL);

	(void)state;
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	control_ask_ground(scene, GROUND_GONE);
	scene_settle(scene);
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(scene->rows[0].id, rule_of(scene)->id);
	assert_int_equal(scene->rows[0].ground, GROUND_GONE);
	assert_int_equal(scene->rows[0].state, STATE_ACCEPTED);
	assert_true(scene->rows[0].expires_ns > scene->rows[0].now_ns);
	scene->n_rows = 0;
	control_ask_ground(scene, GROUND_BRAKED);
	scene_settle(scene);
	assert_int_equal(scene->n_rows, 0);
	scene_free(scene);
}

/* A reload by which another route will do ends the damping at once. */
static void
reload_that_helps(void **state)
{
	struct scene *scene = with_rule(NULL);

	(void)state;
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
	feed_unroute(scene->feeds, "10.1.3.0/24");
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->ground, GROUND_GONE);
	scene->customers[0].asns[0] = RIVAL;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(rule_of(scene)->ground, GROUND_FINE);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_in_time),
		cmocka_unit_test(not_back_in_time),
		cmocka_unit_test(covered_by_anothers_shorter_prefix),
		cmocka_unit_test(covered_by_its_own_shorter_prefix),
		cmocka_unit_test(each_has_its_own_time),
		cmocka_unit_test(no_damping),
		cmocka_unit_test(withdrawn_meanwhile),
		cmocka_unit_test(reload_meanwhile),
		cmocka_unit_test(reload_that_helps),
		cmocka_unit_test(listed_by_its_ground),
	};

	return cmocka_run_group_tests_name(
	    "lost route is damped", tests, NULL, NULL);
}
