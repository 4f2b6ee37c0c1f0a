/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/judge.c on random questions: what acceptance promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/judge_scene.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define QUESTIONS   20000

/* A small generator of our own, so that a failure comes back. */
static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Mostly inside what is registered, or next to it. */
static void
random_dst(struct judge_scene *s, uint32_t *seed)
{
	static const char *const hosts[] = { "203.0.113.255/32",
		"203.0.112.255/32", "203.0.113.85/32", "198.51.100.1/32",
		"2001:db8:113:ffff:ffff:ffff:ffff:ffff/128",
		"2001:db8:112:ffff::/128", "2001:db8:113::1/128" };
	struct prefix prefix;
	unsigned bits;

	assert_int_equal(
	    prefix_parse(
		hosts[next(seed) % (sizeof(hosts) / sizeof(*hosts))], &prefix),
	    0);
	bits = afi_bits(prefix.afi);
	if (next(seed) % 2 == 0)
		prefix.len = (uint8_t)(bits - next(seed) % (bits / 2));
	prefix_mask(&prefix);
	s->rule.afi = prefix.afi;
	s->rule.dst_len = prefix.len;
	memcpy(s->rule.dst, prefix.addr, ADDRESS_MAX);
}

static void
random_terms(struct judge_scene *s, uint32_t *seed)
{
	static const unsigned ops[] = { RULE_OP_EQ, RULE_OP_LT, RULE_OP_GT,
		RULE_OP_LT | RULE_OP_GT, RULE_OP_GT | RULE_OP_EQ,
		RULE_OP_AND | RULE_OP_LT };
	unsigned type = RULE_PROTO + next(seed) % 16;

	while (type <= RULE_FLOW_LABEL && s->rule.n_terms < 20) {
		uint64_t max = rule_field_max(type, s->rule.afi);
		unsigned op = ops[next(seed) % (sizeof(ops) / sizeof(*ops))];

		if (rule_type_is_bitmask(type))
			op &= RULE_OP_BITMASK;
		judge_scene_term(s, type, op,
		    next(seed) % (max + (next(seed) % 64 == 0 ? 9 : 1)));
		type += next(seed) % 5;
	}
	rule_canonical(&s->rule);
}

/* Mostly routes of the customer, around what is registered. */
static void
random_routes(struct judge_scene *s, uint32_t *seed)
{
	static const char *const prefixes[] = { "0.0.0.0/0", "203.0.112.0/23",
		"203.0.113.0/24", "203.0.113.128/25", "203.0.113.85/32", "::/0",
		"2001:db8:113::/48", "2001:db8:113:f000::/52",
		"2001:db8:113::1/128" };
	static const char *const paths[] = { "65001", "65001", "65001",
		"65001 64999", "65010", "64999 65001", "64999", "{65001}", "",
		"(65100)" };
	static const char *const sources[] = { FAKE_SESSION, FAKE_SESSION,
		"rr1" };
	struct fake_route routes[FAKE_ROUTES_MAX] = { { 0 } };
	size_t at = next(seed) % 3;

	for (size_t i = 0; i < FAKE_ROUTES_MAX; i++) {
		if (at >= N_OF(prefixes))
			break;
		routes[i].prefix = prefixes[at];
		routes[i].path = paths[next(seed) % N_OF(paths)];
		routes[i].source = sources[next(seed) % N_OF(sources)];
		routes[i].reflected = next(seed) % 8 == 0;
		at += 1 + next(seed) % 3;
	}
	judge_scene_routes(s, routes);
}

static void
random_validation(struct judge_scene *s, uint32_t *seed)
{
	struct customer *customer = &s->customer;

	random_routes(s, seed);
	customer->validate = VALIDATE_OFF;
	if (next(seed) % 2 == 0)
		customer->validate = (uint8_t)(next(seed) % 5);
	customer->best_match = next(seed) % 2;
	customer->failover = next(seed) % 2;
	if (next(seed) % 2 == 0) {
		customer->asns = malloc(sizeof(*customer->asns));
		assert_non_null(customer->asns);
		customer->asns[0] = 65010;
		customer->n_asns = 1;
	}
	s->unicast.view.known = next(seed) % 8 != 0;
	if (next(seed) % 16 == 0)
		s->q.unicast = NULL;
	s->q.stands = next(seed) % 4 == 0;
}

static void
random_question(struct judge_scene *s, uint32_t *seed)
{
	random_dst(s, seed);
	random_terms(s, seed);
	random_validation(s, seed);
	if (next(seed) % 3 == 0) {
		s->customer.actions.bytes.max = 1e6;
		s->actions.rate_bytes = next(seed);
		if (next(seed) % 2 == 0)
			judge_scene_rate(s, next(seed) % 1200000);
	}
	if (next(seed) % 16 == 0)
		s->customer.mode = (uint8_t)(next(seed) % 4);
	s->q.rules_held = next(seed) % 55;
	s->q.approved = next(seed) % 4 == 0;
	s->q.denied = next(seed) % 32 == 0;
	s->q.authenticated = next(seed) % 32 != 0;
	s->q.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT);
	if (next(seed) % 2 == 0)
		s->q.dialects |= (uint8_t)(next(seed) % 16);
}

/* The destination of a part: registered, in the window or approved. */
static void
destination_is_owned(const struct judge_scene *s, const struct rule *part)
{
	struct customer_window window =
	    customer_window(&s->customer, part->afi);
	struct prefix dst;
	bool covered = false;

	assert_true(rule_dst_prefix(part, &dst));
	for (size_t i = 0; i < prefix_set_count(s->customer.own); i++)
		covered = covered ||
			  prefix_contains(
			      &prefix_set_at(s->customer.own, i)->prefix, &dst);
	assert_true(covered);
	assert_true(dst.len <= window.max_len);
	assert_true(
	    dst.len >= (s->q.approved ? window.hold_from : window.min_len));
}

/* Each part is inside its dialect: saying it again changes nothing. */
static void
parts_are_expressed(const struct judge_scene *s)
{
	struct dialect_parts *again = calloc(1, sizeof(*again));

	assert_non_null(again);
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((s->q.dialects & JUDGE_DIALECT_BIT(i)) == 0)
			continue;
		assert_in_range(s->parts[i].n, 1, DIALECT_PARTS_MAX);
		for (unsigned j = 0; j < s->parts[i].n; j++) {
			const struct rule *part = &s->parts[i].part[j];

			destination_is_owned(s, part);
			assert_true(rule_valid(part, rule_size(part)));
			assert_int_equal(dialect_express((enum dialect)i, part,
					     &s->actions, again),
			    REASON_ACCEPTED);
			assert_int_equal(again->n, 1);
			assert_true(rule_equal(&again->part[0], part));
		}
	}
	free(again);
}

static bool
is_ours(const struct customer *customer, uint32_t asn)
{
	return asn == customer->asn ||
	       (customer->n_asns == 1 && asn == customer->asns[0]);
}

/* Whom a route leads to is the customer, or may pass for it. */
static void
route_leads_to_the_customer(
    const struct customer *customer, const struct unicast_route *route)
{
	const struct route_facts *facts = &route->facts;

	if (customer->failover == FAILOVER_KEEP &&
	    is_ours(customer, facts->origin_as))
		return;
	if (customer->validate == VALIDATE_STRICT) {
		assert_int_equal(facts->neighbor_as, customer->asn);
		return;
	}
	if (is_ours(customer, facts->neighbor_as))
		return;
	assert_int_equal(customer->best_match, BEST_MATCH_INTERNAL);
	assert_true((facts->flags & ROUTE_INTERNAL) != 0);
	assert_false(route->same_originator); /* that is eBGP */
}

/* Validated routes lead to the customer: the longest that covers the
 * destination, and all that lie inside it. */
static void
routes_lead_to_the_customer(const struct judge_scene *s)
{
	const struct unicast_route *best = NULL;
	struct prefix dst;

	if (s->customer.validate == VALIDATE_OFF)
		return;
	assert_in_range(
	    s->customer.validate, VALIDATE_NEIGHBOR_AS, VALIDATE_STRICT);
	if (s->q.unicast == NULL || !s->unicast.view.known) {
		assert_true(s->q.stands);
		return;
	}
	assert_true(rule_dst_prefix(&s->rule, &dst));
	for (size_t i = 0; i < s->unicast.n; i++) {
		const struct unicast_route *route = &s->unicast.routes[i];

		if (prefix_contains(&route->prefix, &dst))
			best =
			    best == NULL || route->prefix.len > best->prefix.len
				? route
				: best;
		else if (prefix_contains(&dst, &route->prefix))
			route_leads_to_the_customer(&s->customer, route);
	}
	assert_non_null(best);
	route_leads_to_the_customer(&s->customer, best);
	if (s->customer.validate == VALIDATE_STRICT &&
	    s->customer.failover == FAILOVER_REVOKE)
		assert_true(best->same_originator);
}

static void
acceptance_keeps_its_promises(const struct judge_scene *s)
{
	double rate = action_rate(s->actions.rate_bytes);

	assert_int_equal(s->customer.mode, CUSTOMER_ENFORCE);
	assert_true(s->q.authenticated && !s->q.denied);
	assert_true(rate >= 0 && rate <= 1e6);
	assert_true(rate <= 0 || rate >= 8000);
	parts_are_expressed(s);
	routes_lead_to_the_customer(s);
	assert_true(s->q.rules_held + judge_parts(s->q.dialects, s->parts) <=
		    s->customer.limits.rules);
}

/* No check before the one that decided objects, unless it only holds. */
static void
first_objection_decided(struct judge_scene *s)
{
	struct verdict verdict = s->verdict;
	enum check check;

	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	assert_memory_equal(&verdict, &s->verdict, sizeof(verdict));
	for (unsigned n = 0; (check = check_at(n)) != verdict.check; n++) {
		if (s->results[check].reason != REASON_ACCEPTED)
			assert_int_equal(s->results[check].reason, REASON_WIDE);
	}
}

/* Accepted means: owned, in the window, expressible, validated, allowed, in
 * quota. */
static void
accepted_rules_keep_the_promises(void **state)
{
	unsigned accepted = 0, held = 0, refused = 0, validated = 0;
	uint32_t seed = 424243;

	(void)state;
	for (unsigned i = 0; i < QUESTIONS; i++) {
		struct judge_scene *s = judge_scene_new();

		random_question(s, &seed);
		judge(&s->q, &s->verdict, s->parts);
		if (verdict_accepts(&s->verdict)) {
			acceptance_keeps_its_promises(s);
			accepted++;
			validated += s->customer.validate != VALIDATE_OFF;
		}
		held += s->verdict.state == STATE_HELD;
		refused += s->verdict.state == STATE_REFUSED;
		first_objection_decided(s);
		judge_scene_free(s);
	}
	/* The questions are a mixture, else the above says little. */
	assert_true(accepted > QUESTIONS / 20);
	assert_true(validated > QUESTIONS / 100);
	assert_true(held > QUESTIONS / 2000);
	assert_true(refused > QUESTIONS / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_rules_keep_the_promises),
	};

	return cmocka_run_group_tests_name("judge_random", tests, NULL, NULL);
}
