/* SPDX-License-Identifier: BSD-2-Clause */
/* What policy/judge.c is asked about a rule, and what it may look up: other
 * customers' rules in the inward tables, routes in the unicast table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/check.h"
#include "policy/validation.h"
#include "proxy/guard/guard.h"

#define BESIDE_MAX 64u /* routes of one prefix looked through */

struct asked {
	struct guard *guard;
	const struct guard_peer *peer;
	const struct rib_rule *rule;
	struct unicast_view view;
	struct question q;
	uint8_t match_len; /* of the best match that was looked up */
	bool failed_over;  /* which only failover: keep lets pass */
};

/* Does another customer's standing rule say something else about this NLRI?
 * Then the entry remembers that it was in somebody's way. */
static bool
conflicts(const void *opaque, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	const struct asked *a = opaque;

	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		struct rib_entry *entry;

		if ((a->guard->tables & 1u << d) == 0)
			continue;
		entry = rib_out_find_part(&a->guard->out[d], a->rule, part);
		for (const struct rib_owner *o = entry == NULL ? NULL
							       : entry->owners;
		     o != NULL; o = o->next_of_entry) {
			if (o->customer == a->peer->customer->number ||
			    action_equal(&o->actions, actions))
				continue;
			entry->contested = 1;
			(void)snprintf(evidence, size,
			    "rule %" PRIu64 " stands with another action",
			    o->rule->id);
			return true;
		}
	}
	return false;
}

static void
route_fill(const struct asked *a, const struct rib_route *from,
    struct unicast_route *out)
{
	const struct source_info *info =
	    rib_unicast_source(a->guard->unicast, from->source);
	const struct guard_peer *peer = a->guard->peers[info->peer];

	out->prefix = from->prefix;
	out->facts = *from->facts;
	out->same_originator =
	    peer == a->peer && (from->facts->flags & ROUTE_REFLECTED) == 0;
	out->source = peer->name;
}

/*
 * The rule's session is lost, and a fresh route won over its own, which lingers
 * until it is heard again or all has come without it: so long that one has the
 * rule's originator too. Whether the winner leads to the customer is asked all
 * the same.
 */
static bool
lingers_beside(const struct asked *a, const struct prefix *prefix)
{
	struct rib_route routes[BESIDE_MAX];
	size_t n;

	if (a->peer->source == SOURCE_NONE)
		return false;
	n = rib_unicast_routes(a->guard->unicast, prefix, routes, BESIDE_MAX);
	for (size_t i = 0; i < n; i++) {
		if (routes[i].source == a->peer->source && routes[i].stale &&
		    (routes[i].facts->flags & ROUTE_REFLECTED) == 0)
			return true;
	}
	return false;
}

static bool
best(const void *opaque, const struct prefix *dst, struct unicast_route *out)
{
	struct asked *a = *(struct asked *const *)opaque;
	const struct customer *customer = a->q.customer;
	struct rib_route route;

	if (!rib_unicast_match(a->guard->unicast, dst, &route))
		return false;
	a->match_len = route.prefix.len;
	route_fill(a, &route, out);
	if (customer->validate == VALIDATE_STRICT && !out->same_originator)
		out->same_originator = lingers_beside(a, &route.prefix);
	if (customer->failover == FAILOVER_KEEP)
		(void)validation_best(customer, out, &a->failed_over);
	return true;
}

/* A customer may announce a million routes below its rules, and each of these
 * is judged while others wait. */
static bool
more(const void *opaque, const struct prefix *dst, unicast_objects objects,
    const void *judge, struct unicast_route *out)
{
	const struct asked *a = *(struct asked *const *)opaque;
	unsigned left = GUARD_MORE_MAX;
	struct rib_route route;
	struct prefix_walk walk;

	rib_unicast_walk(a->guard->unicast, &walk, dst);
	while (rib_unicast_next(a->guard->unicast, &walk, &route)) {
		if (left-- == 0) {
			memset(out, 0, sizeof(*out));
			return true;
		}
		a->guard->walked++;
		route_fill(a, &route, out);
		if (objects(judge, out))
			return true;
	}
	return false;
}

/* A rule's cost so far does not count against itself. */
static uint32_t
held_without(const struct rib_rule *rule, const struct guard_customer *customer)
{
	return customer->cost - (rule->counted ? rule->cost : 0);
}

/* self points to a: what the view's callbacks are given. */
static void
asked_fill(struct asked *a, struct asked *const *self)
{
	const struct guard_peer *peer = a->peer;
	const struct rib_rule *rule = a->rule;

	a->match_len = MATCH_LEN_NONE;
	a->failed_over = false;
	a->view = (struct unicast_view){
		.known = unicast_known(a->guard, peer, rule->rule.afi),
		.ctx = self,
		.best = best,
		.more = more,
	};
	a->q = (struct question){
		.customer = peer->customer->policy,
		.rule = &rule->rule,
		.actions = &rule->actions,
		.conflicts = conflicts,
		.ctx = a,
		.unicast = &a->view,
		.rules_held = held_without(rule, peer->customer),
		.wire_reason = rule->wire_reason,
		.dialects = a->guard->config->dialects,
		/* a stale rule came over a session that is gone */
		.authenticated = (peer->heard && peer->state.authenticated) ||
				 (rule->flags & RULE_STALE) != 0,
		.approved = (rule->flags & RULE_APPROVED) != 0,
		.denied = (rule->flags & RULE_DENIED) != 0,
		.stands = (rule->flags & RULE_LIVE) != 0 && rule_passes(rule),
	};
}

/* What else is known of the question asked last. */
static void
asked_note(struct asked *a)
{
	a->guard->match_len = a->match_len;
	a->guard->failed_over = a->failed_over;
}

void
guard_ask(struct guard *guard, const struct guard_peer *peer,
    const struct rib_rule *rule, struct verdict *verdict,
    struct check_result *results)
{
	struct asked asked = { .guard = guard, .peer = peer, .rule = rule };
	struct asked *const self = &asked;

	asked_fill(&asked, &self);
	if (results == NULL)
		judge(&asked.q, verdict, guard->parts);
	else
		judge_explain(&asked.q, verdict, guard->parts, results);
	asked_note(&asked);
}

void
guard_ask_aside(
    struct guard *guard, const struct rib_rule *rule, struct verdict *verdict)
{
	struct asked asked = {
		.guard = guard, .peer = guard->peers[rule->peer], .rule = rule
	};
	struct asked *const self = &asked;

	asked_fill(&asked, &self);
	asked.view.known = false;
	asked.q.stands = true;
	judge(&asked.q, verdict, guard->parts);
	asked_note(&asked);
}

enum reason
guard_ask_unicast(struct guard *guard, const struct rib_rule *rule,
    char evidence[EVIDENCE_MAX])
{
	struct asked asked = {
		.guard = guard, .peer = guard->peers[rule->peer], .rule = rule
	};
	struct asked *const self = &asked;
	const struct check_ask ask = { &asked.q, guard->parts, evidence,
		false };
	enum reason reason;

	asked_fill(&asked, &self);
	evidence[0] = '\0';
	reason = check_validation(&ask);
	asked_note(&asked);
	return reason;
}
