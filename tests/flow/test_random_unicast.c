/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feeds and customers announce, withdraw, refresh, flap and end routes and
 * rules at random, configurations change and guards die. Whenever all has
 * settled, each rule's standing is what judging it from scratch says, though
 * only those that depend on what moved were looked at; and what stands inward
 * is what passes.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/random_rule.h"

#define BEHIND 65101u
#define RIVAL  64999u

struct world {
	struct scene *scene;
	struct random random;
	bool damped; /* with damping and rests, else without */
	unsigned checks;
	/* What was seen, so that the world is known to have been one. */
	uint64_t passed, refused, unknown, revoked, gone, rested;
};

static uint64_t
below(struct world *world, uint64_t n)
{
	return random_below(&world->random, n);
}

static bool
one_in(struct world *world, unsigned n)
{
	return random_one_in(&world->random, n);
}

/* ---- prefixes that nest ---- */

static struct prefix
cut(struct prefix prefix, unsigned len)
{
	prefix.len = (uint8_t)len;
	for (unsigned i = len; i < 8 * ADDRESS_MAX; i++)
		prefix.addr[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	return prefix;
}

/* Some address: of each customer's own space, the shared one, or nobody's. */
static struct prefix
address(struct world *world)
{
	static const uint8_t ends[] = { 0, 1, 0x40, 0x41, 0x80, 0xff };
	static const uint8_t spaces[] = { 1, 1, 2, 2, 9, 9, 77 };
	uint8_t space = spaces[below(world, sizeof(spaces))];
	struct prefix p = { .afi = AFI_IPV4, .addr = { 10, space } };

	if (!one_in(world, 3)) {
		p.addr[2] = one_in(world, 2) ? 0 : 0x80;
		p.addr[3] = ends[below(world, sizeof(ends))];
		return p;
	}
	p = (struct prefix){ .afi = AFI_IPV6,
		.addr = { 0x20, 0x01, 0x0d, 0xb8, 0, space } };
	p.addr[6] = one_in(world, 2) ? 0 : 0x80;
	p.addr[15] = ends[below(world, sizeof(ends))];
	return p;
}

static struct prefix
route_prefix(struct world *world)
{
	static const uint8_t four[] = { 0, 8, 15, 16, 17, 24, 25, 26, 28, 31,
		32 };
	static const uint8_t six[] = { 0, 32, 47, 48, 49, 56, 57, 64, 96, 120,
		128 };
	struct prefix p = address(world);

	return cut(p, p.afi == AFI_IPV4 ? four[below(world, sizeof(four))]
					: six[below(world, sizeof(six))]);
}

static struct rule
random_dst(struct world *world)
{
	static const uint8_t four[] = { 24, 25, 26, 28, 31, 32, 32 };
	static const uint8_t six[] = { 48, 56, 57, 64, 120, 128 };
	struct prefix p = address(world);
	struct rule rule = { .afi = p.afi, .has = RULE_HAS_DST };

	p = cut(p, p.afi == AFI_IPV4 ? four[below(world, sizeof(four))]
				     : six[below(world, sizeof(six))]);
	rule.dst_len = p.len;
	memcpy(rule.dst, p.addr, sizeof(rule.dst));
	return rule;
}

static struct route_facts
random_facts(struct world *world, uint32_t likely)
{
	static const uint32_t asns[] = { 65001, 65002, 65003, BEHIND, RIVAL,
		0 };
	uint32_t neighbor = one_in(world, 2) ? likely : asns[below(world, 6)];
	uint32_t origin = one_in(world, 2) ? neighbor : asns[below(world, 5)];
	struct route_facts facts =
	    scene_facts(neighbor, neighbor == 0 ? 0 : origin);

	if (one_in(world, 6))
		facts.local_pref = 200;
	facts.med = (uint32_t)below(world, 3);
	if (facts.path_length > 0)
		facts.path_length =
		    (uint16_t)(facts.path_length + below(world, 2));
	if (one_in(world, 4)) {
		facts.flags |= ROUTE_REFLECTED;
		facts.originator_id = (uint32_t)below(world, 3);
		facts.cluster_length = (uint8_t)below(world, 2);
	}
	return facts;
}

/* Whose space a prefix is in. */
static uint32_t
likely_asn(const struct prefix *p)
{
	uint8_t space = p->afi == AFI_IPV4 ? p->addr[1] : p->addr[5];

	return space == 9 ? 65001 : 65000u + space;
}

/* ---- what happens ---- */

static void
feed_step(struct world *world)
{
	struct scene *scene = world->scene;
	struct scene_feed *feed = &scene->feeds[below(world, scene->n_feeds)];
	struct prefix p = route_prefix(world);
	struct route_facts facts = random_facts(world, likely_asn(&p));
	unsigned families = one_in(world, 3)   ? FAMILY_IPV4_UNICAST
			    : one_in(world, 2) ? FAMILY_IPV6_UNICAST
					       : (unsigned)FAMILY_UNICAST;
	uint64_t dice = below(world, 100);

	if (feed->removed)
		return;
	if (!feed->state.up) {
		if (dice < 30)
			feed_up(feed);
		return;
	}
	if (dice < 55)
		feed_route_facts(feed, &p, &facts);
	else if (dice < 85)
		feed_unroute_prefix(feed, &p);
	else if (dice < 91)
		feed_mark(feed, MARK_COMPLETE, families);
	else if (dice < 94)
		feed_mark(feed, MARK_REFRESH_BEGIN, families);
	else if (dice < 98)
		feed_mark(feed, MARK_REFRESH_END, families);
	else if (dice < 99)
		feed_down(feed);
	else if (one_in(world, 3))
		feed_die(feed);
}

static void
session_flap(struct world *world, struct scene_session *s)
{
	if (!s->state.up) {
		session_up(s);
		return;
	}
	if (one_in(world, 3))
		session_die(s);
	else
		session_down(s, one_in(world, 2) ? DOWN_LOST : DOWN_CEASED);
}

static void
session_step(struct world *world)
{
	struct scene *scene = world->scene;
	struct scene_session *s =
	    &scene->sessions[below(world, scene->n_sessions)];
	struct prefix p = route_prefix(world);
	uint32_t asn = scene_asn(s->customer);
	struct route_facts facts = random_facts(world, asn);
	const struct action_set actions =
	    scene_rate(one_in(world, 4) ? 9000 : 0);
	struct rule rule = random_dst(world);
	uint64_t dice = below(world, 100);

	if (dice >= 98 || !s->state.up)
		session_flap(world, s);
	else if (dice < 45)
		session_announce_rule(s, &rule, &actions, REASON_ACCEPTED);
	else if (dice < 60)
		session_withdraw_rule(s, &rule);
	else if (dice < 63)
		session_mark(s, MARK_COMPLETE);
	else if ((s->families & FAMILY_UNICAST) == 0)
		return;
	else if (dice < 80)
		session_route_facts(s, &p, &facts);
	else if (dice < 92)
		session_unroute_prefix(s, &p);
	else if (dice < 96)
		session_unicast_mark(s, MARK_COMPLETE, FAMILY_UNICAST);
	else
		session_refresh(s, FAMILY_UNICAST);
}

static void
change_customer(struct world *world, struct scene_customer *c)
{
	c->validate = (uint8_t)(VALIDATE_NEIGHBOR_AS +
				(one_in(world, 2) ? 0 : below(world, 3)));
	c->best_match = one_in(world, 2);
	c->failover = one_in(world, 2);
	c->asns[0] = one_in(world, 2) ? BEHIND : 0;
	c->local_pref = one_in(world, 2) ? 100 : 150;
	c->mode = one_in(world, 6) ? CUSTOMER_MONITOR : CUSTOMER_ENFORCE;
	c->prefixes[3] = one_in(world, 2)   ? NULL
			 : one_in(world, 2) ? "10.9.0.0/24"
					    : "10.9.0.0/16";
}

/* A feed that is no longer configured loses its session, too. */
static void
change_feed(struct world *world, struct scene_feed *feed)
{
	feed->removed = one_in(world, 2);
	if (feed->removed) {
		channel_close(feed->channel);
		feed->channel = NULL;
		feed->state.up = 0;
	}
}

static void
reload_step(struct world *world)
{
	struct scene *scene = world->scene;

	for (size_t i = 0; i < scene->n_customers; i++) {
		if (one_in(world, 2))
			change_customer(world, &scene->customers[i]);
	}
	for (size_t i = 0; i < scene->n_feeds; i++) {
		if (one_in(world, 3))
			change_feed(world, &scene->feeds[i]);
	}
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.ok, 1);
	for (size_t i = 0; i < scene->n_feeds; i++) {
		if (scene->feeds[i].channel == NULL)
			feed_give(&scene->feeds[i]);
	}
}

static void
guard_step(struct world *world)
{
	struct scene *scene = world->scene;

	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene->guard->rest_ms = world->damped ? 20 : 0;
	scene_give_all(scene);
}

static void
step(struct world *world)
{
	uint64_t dice = below(world, 2000);

	if (dice < 1000)
		feed_step(world);
	else if (dice < 1993)
		session_step(world);
	else if (dice < 1999)
		reload_step(world);
	else
		guard_step(world);
}

/* ---- what must hold ---- */

static unsigned
plain(unsigned state)
{
	return state == STATE_LINGERING || state == STATE_ACCEPTED_MODIFIED
		   ? STATE_ACCEPTED
	       : state == STATE_REVOKED ? STATE_REFUSED
					: state;
}

static void
show(const struct rib_rule *rule, const struct verdict *verdict)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix dst;

	(void)rule_dst_prefix(&rule->rule, &dst);
	print_message("%s of peer %u is %s (%s), flags %x, ground %u; from "
		      "scratch %s (%s): %s\n",
	    prefix_print(&dst, text, sizeof(text)), rule->peer,
	    state_name(rule->state), reason_name(rule->reason), rule->flags,
	    rule->ground, state_name(verdict->state),
	    reason_name(verdict->reason), verdict->evidence);
}

/* Its time has not come: gone and announced yet, or back and not yet. */
static bool
on_its_way(struct world *world, const struct rib_rule *rule,
    const struct verdict *verdict)
{
	if (rule->ground == GROUND_FINE)
		return false;
	assert_true(world->damped);
	if (rule->ground == GROUND_GONE) {
		world->gone++;
		if (verdict->check != CHECK_VALIDATION)
			show(rule, verdict);
		assert_true(rule_passes(rule));
		assert_int_equal(verdict->check, CHECK_VALIDATION);
	} else {
		world->rested++;
		assert_int_equal(rule->ground, GROUND_REST);
		assert_false(rule_passes(rule));
	}
	return true;
}

/* As if it were announced now and had never stood. */
static void
check_rule(struct world *world, struct rib_rule *rule)
{
	struct guard *guard = world->scene->guard;
	const struct guard_peer *peer = guard->peers[rule->peer];
	bool off = peer->customer->policy->validate == VALIDATE_OFF;
	bool known = off || unicast_known(guard, peer, rule->rule.afi);
	uint16_t flags = rule->flags;
	struct verdict verdict;

	world->revoked += rule->state == STATE_REVOKED;
	rule->flags &= (uint8_t)~RULE_LIVE;
	guard_ask(guard, peer, rule, &verdict, NULL);
	rule->flags = flags;
	if (!known) {
		/* What stands stands; nothing else passes. */
		world->unknown++;
		assert_int_equal(verdict.state, STATE_REFUSED);
		return;
	}
	if (on_its_way(world, rule, &verdict))
		return;
	/* Another's rule came to stand since it was held or monitored. */
	if (verdict.reason == REASON_CONFLICT && !rule_passes(rule))
		return;
	if (plain(rule->state) != verdict.state)
		show(rule, &verdict);
	assert_int_equal(plain(rule->state), verdict.state);
	if (rule->reason >= REASON_UNICAST_UNKNOWN &&
	    rule->reason <= REASON_MORE_SPECIFIC)
		assert_int_equal(rule->reason, verdict.reason);
	if (rule_passes(rule))
		world->passed++;
	else
		world->refused++;
}

static void
check_inward(struct world *world)
{
	struct scene *scene = world->scene;
	const struct scene_router *router = &scene->routers[0];
	struct rib_in *in = &scene->guard->in;

	for (struct rib_link *l = in->all.next; l != &in->all; l = l->next) {
		const struct rib_rule *rule =
		    LINK_ENTRY(l, struct rib_rule, all);

		if (rule_passes(rule))
			assert_non_null(router_holds_rule(router, &rule->rule));
	}
	for (size_t i = 0; i < router->n; i++) {
		const struct scene_held *held = &router->held[i];
		bool owned = false;

		for (size_t k = 0; k < scene->n_sessions && !owned; k++) {
			const struct rib_rule *rule = rib_in_find(
			    in, scene->sessions[k].peer, &held->rule);

			owned = rule != NULL && rule_passes(rule) &&
				action_equal(&rule->actions, &held->actions);
		}
		assert_true(owned);
	}
}

static void
check(struct world *world)
{
	struct rib_in *in = &world->scene->guard->in;

	scene_settle(world->scene);
	assert_true(world->scene->guard->loaded);
	for (struct rib_link *l = in->all.next; l != &in->all; l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, all);

		if (rule->flags & RULE_WANTED)
			check_rule(world, rule);
	}
	check_inward(world);
	world->checks++;
}

static void
add_customer(struct scene *scene, uint32_t i, const char *name,
    const char *four, const char *six)
{
	struct scene_customer *c = &scene->customers[i];

	*c = scene->customers[0];
	c->name = name;
	c->prefixes[0] = four;
	c->prefixes[1] = six;
	c->prefixes[2] = "2001:db8:9::/48";
	c->prefixes[3] = "10.9.0.0/16";
	c->validate = VALIDATE_NEIGHBOR_AS;
}

static struct world *
world_new(uint64_t seed, bool damped)
{
	struct world *world = calloc(1, sizeof(*world));
	struct scene *scene = scene_prepare();

	assert_non_null(world);
	world->scene = scene;
	world->damped = damped;
	world->random.state = seed == 0 ? 1 : seed;
	add_customer(scene, 1, "bolt", "10.2.0.0/16", "2001:db8:2::/48");
	add_customer(scene, 2, "cord", "10.2.0.0/24", "2001:db8:1::/49");
	add_customer(scene, 0, "acme", "10.1.0.0/16", "2001:db8:1::/48");
	scene->n_customers = 3;
	(void)scene_session_add(scene, 0); /* beside its first */
	(void)scene_session_add(scene, 2);
	scene->sessions[0].families = FAMILY_ALL;
	scene->sessions[2].families = FAMILY_ALL;
	scene->sessions[3].families = FAMILY_ALL;
	(void)scene_feed_add(scene);
	(void)scene_feed_add(scene);
	scene->validation.damping_ms = damped ? 50 : 0;
	scene->validation.brake_percent = 100;
	scene_start(scene);
	scene->guard->rest_ms = damped ? 20 : 0;
	return world;
}

/* SEED and STEPS in the environment replay or prolong it. */
static void
live(bool damped, unsigned long steps)
{
	const char *seed_text = getenv("SEED");
	const char *steps_text = getenv("STEPS");
	uint64_t seed =
	    seed_text == NULL ? 20261123 : strtoull(seed_text, NULL, 10);
	struct world *world = world_new(seed, damped);

	if (steps_text != NULL)
		steps = strtoul(steps_text, NULL, 10);
	print_message("SEED=%" PRIu64 " STEPS=%lu\n", seed, steps);
	for (unsigned long i = 0; i < steps; i++) {
		step(world);
		if (one_in(world, 25))
			check(world);
	}
	check(world);
	print_message("%u checks: rules that passed %" PRIu64
		      ", were refused %" PRIu64 ", of an unknown view %" PRIu64
		      ", revoked %" PRIu64 ", damped %" PRIu64
		      ", rested %" PRIu64 "\n",
	    world->checks, world->passed, world->refused, world->unknown,
	    world->revoked, world->gone, world->rested);
	assert_true(world->passed > steps / 4);
	assert_true(world->refused > steps / 4);
	assert_true(world->unknown > steps / 10);
	assert_true(world->revoked > steps / 100);
	assert_true(!damped || world->gone > steps / 100);
	scene_free(world->scene);
	free(world);
}

static void
dependency_agrees_with_judging_all(void **state)
{
	(void)state;
	live(false, 50000);
}

/* With damping and rests, what is on its way is the only difference. */
static void
so_it_does_with_damping(void **state)
{
	(void)state;
	live(true, 20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dependency_agrees_with_judging_all),
		cmocka_unit_test(so_it_does_with_damping),
	};

	return cmocka_run_group_tests_name("random unicast", tests, NULL, NULL);
}
