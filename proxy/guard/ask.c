/* SPDX-License-Identifier: BSD-2-Clause */
/* What policy/judge.c is asked about a rule, and what it may look up: other
 * customers' rules in the inward tables, routes in the unicast table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/check.h"
#include "policy/matchset.h"
#include "policy/validation.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/place.h"
#include "proxy/guard/quota.h"

#define BESIDE_MAX 64u /* routes of one prefix looked through */

struct asked {
	struct guard *guard;
	const struct guard_peer *peer;
	const struct rib_rule *rule;
	struct unicast_view view;
	struct rpki_view rpki;
	struct prefix local;
	struct prefix remote;
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
	const struct asked *a = *(struct asked *const *)opaque;

	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		struct rib_entry *entry;

		if ((a->guard->tables & 1u << d) == 0)
			continue;
		entry = rib_out_find_part(&a->guard->out[d], a->rule, part);
		for (const struct rib_owner *o = entry == NULL ? NULL
							       : entry->owners;
		     o != NULL; o = o->next_of_entry) {
			/* The operators' own wins over whatever stands. */
			if (o->customer == a->peer->customer->number ||
			    a->peer->number == GUARD_PEER_NOC ||
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

/* ---- shadows ---- */

struct shadow {
	struct asked *asked;
	const struct rule *part;
	char *evidence;
	size_t size;
	bool found;
};

/* Most rules are far from each other, which is soon seen. */
static bool
destinations_meet(const struct rule *a, const struct rule *b)
{
	struct prefix x, y;

	return !rule_dst_prefix(a, &x) || !rule_dst_prefix(b, &y) ||
	       prefix_overlaps(&x, &y);
}

/* Does part come before what this rule says inward, and take from it? */
static bool
shadows_rule(struct shadow *s, const struct rib_rule *other)
{
	for (const struct rib_owner *o = other->owners; o != NULL;
	     o = o->next_of_rule) {
		if (!destinations_meet(s->part, &o->entry->rule) ||
		    !matchset_precedes(s->part, &o->entry->rule))
			continue;
		(void)snprintf(s->evidence, s->size,
		    "comes before rule %" PRIu64 " of %.63s and takes packets "
		    "from it",
		    other->id,
		    s->asked->guard->peers[other->peer]->customer->name);
		return true;
	}
	return false;
}

static void
shadow_visit(void *ctx, struct rib_rule *other)
{
	struct shadow *s = ctx;
	const struct guard_peer *peer = s->asked->guard->peers[other->peer];

	if (!s->found && peer->customer != s->asked->peer->customer)
		s->found = shadows_rule(s, other);
}

/* Those of the operators: few. */
static bool
shadows_noc(struct shadow *s)
{
	const struct guard_peer *noc = noc_peer(s->asked->guard);

	if (noc == NULL)
		return false;
	for (struct rib_link *l = noc->rules.next; l != &noc->rules;
	     l = l->next) {
		if (shadows_rule(s, LINK_ENTRY(l, struct rib_rule, of_peer)))
			return true;
	}
	return false;
}

/* Others' destinations are in others' space, but where it is shared. */
static bool
shadows(
    const void *opaque, const struct rule *part, char *evidence, size_t size)
{
	struct asked *a = *(struct asked *const *)opaque;
	struct shadow s = { a, part, evidence, size, false };
	struct prefix dst;

	if (shadows_noc(&s))
		return true;
	if (!a->guard->config->shared || !rule_dst_prefix(part, &dst))
		return false;
	if (!depend_touch_few(
		&a->guard->depend, &dst, GUARD_SHADOWS_MAX, shadow_visit, &s)) {
		(void)snprintf(evidence, size,
		    "more than %u rules have destinations that overlap",
		    GUARD_SHADOWS_MAX);
		return true;
	}
	return s.found;
}

/* ---- quotas ---- */

static uint64_t
addresses(const void *opaque, const struct prefix *destination)
{
	const struct asked *a = *(struct asked *const *)opaque;
	const struct coverage *c = a->peer->customer->coverage;

	return c == NULL ? 0 : coverage_with(c, destination);
}

/* What a rule uses so far does not count against itself. */
static void
fill_quota(struct asked *a)
{
	const struct guard_customer *c = a->peer->customer;
	const struct rib_rule *rule = a->rule;
	uint32_t parts = rule->counted ? rule->parts : 0;
	uint32_t cost = rule->counted ? rule->cost : 0;

	quota_fleet(a->guard, c, &a->q.fleet);
	a->q.rules_held = c->rules - parts;
	a->q.cost_held = c->cost - cost;
	if (rule->counted && (rule->flags & RULE_IDLE) == 0) {
		a->q.fleet.rules -= parts;
		a->q.fleet.cost -= cost;
		a->q.fleet.own_rules -= parts;
		a->q.fleet.own_cost -= cost;
	}
	if ((rule->flags & RULE_CHARGED) != 0)
		a->q.new_room = UINT32_MAX;
	else if (rule->wait != WAIT_QUOTA && quota_queue(c))
		a->q.new_room = 0; /* others came before it */
	else
		a->q.new_room =
		    bucket_level(&c->news, loop_now_ms(a->guard->loop));
	a->q.cost_profile = a->guard->config->fleet.profile;
}

/* ---- the question ---- */

static void
host_of(const struct address *address, struct prefix *out)
{
	memset(out, 0, sizeof(*out));
	out->afi = address->afi;
	out->len = (uint8_t)afi_bits(address->afi);
	memcpy(out->addr, address->addr, sizeof(out->addr));
}

/* The ends of its session: as it is, or as it is configured. */
static void
fill_ends(struct asked *a)
{
	const struct guard_peer *peer = a->peer;
	const struct msg_cfg_neighbor *n;

	a->q.local = &a->local;
	a->q.remote = &a->remote;
	memset(&a->local, 0, sizeof(a->local));
	n = config_neighbor(a->guard->config, peer->number);
	place_remote(peer, n, &a->remote);
	if (peer->heard && peer->state.remote.afi != AFI_NONE)
		host_of(&peer->state.local, &a->local);
	else if (n != NULL)
		host_of(&n->local, &a->local);
}

static void
fill_facts(struct asked *a)
{
	const struct config *config = a->guard->config;

	evidence_view(a->guard, &a->rpki);
	a->q.rpki = &a->rpki;
	a->q.protected = config->protected;
	a->q.others = config->space;
	a->q.protect_customers = config->fleet.protect_customers != 0;
	a->q.local_asn = config->router.asn;
	a->q.customer_number = a->peer->customer->number;
	fill_ends(a);
}

/* self points to a: what the view's callbacks are given. */
static void
asked_fill(struct asked *a, struct asked *const *self)
{
	const struct guard_peer *peer = a->peer;
	const struct rib_rule *rule = a->rule;

	past_work(
	    &a->guard->past, peer->number, peer->customer->number, &rule->rule);
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
		.shadows = shadows,
		.addresses = addresses,
		.ctx = self,
		.unicast = &a->view,
		.wish = &rule->wish,
		.emitted = &a->guard->emitted,
		.contained = (uint16_t)contain_reason(a->guard, rule),
		.wire_reason = rule->wire_reason,
		.dialects = a->guard->config->dialects,
		/* a stale rule came over a session that is gone */
		.authenticated = (peer->heard && peer->state.authenticated) ||
				 (rule->flags & RULE_STALE) != 0,
		.approved = (rule->flags & RULE_APPROVED) != 0,
		.denied = (rule->flags & RULE_DENIED) != 0,
		.seconded = (rule->flags & RULE_SECONDED) != 0,
		.stands = (rule->flags & RULE_LIVE) != 0 && rule_passes(rule),
	};
	fill_facts(a);
	fill_quota(a);
}

/* What else is known of the question asked last. */
static void
asked_note(struct asked *a)
{
	a->guard->match_len = a->match_len;
	a->guard->failed_over = a->failed_over;
}

/* The guard may have crashed in a check: none is asked about this rule. */
static void
ask_nobody(
    struct guard *guard, struct verdict *verdict, struct check_result *results)
{
	const char *why = reason_text(REASON_CRASH_SUSPECT);

	for (unsigned d = 0; d < DIALECT_COUNT; d++)
		guard->parts[d].n = 0;
	guard->match_len = MATCH_LEN_NONE;
	guard->failed_over = false;
	memset(verdict, 0, sizeof(*verdict));
	verdict->state = STATE_REFUSED;
	verdict->reason = REASON_CRASH_SUSPECT;
	verdict->check = CHECK_SESSION;
	(void)snprintf(verdict->evidence, sizeof(verdict->evidence), "%s", why);
	for (unsigned i = 0; results != NULL && i < CHECK_COUNT; i++) {
		memset(&results[i], 0, sizeof(results[i]));
		(void)snprintf(results[i].evidence, sizeof(results[i].evidence),
		    "%s", i == CHECK_SESSION ? why : "not asked");
	}
	if (results != NULL)
		results[CHECK_SESSION].reason = REASON_CRASH_SUSPECT;
}

void
guard_ask(struct guard *guard, const struct guard_peer *peer,
    const struct rib_rule *rule, struct verdict *verdict,
    struct check_result *results)
{
	struct asked asked = { .guard = guard, .peer = peer, .rule = rule };
	struct asked *const self = &asked;

	if ((rule->flags & RULE_SUSPECT) ||
	    past_suspects(&guard->past, peer->customer->number, &rule->rule)) {
		ask_nobody(guard, verdict, results);
		return;
	}
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
guard_ask_facts(struct guard *guard, const struct rib_rule *rule,
    char evidence[EVIDENCE_MAX], enum check *check)
{
	struct asked asked = {
		.guard = guard, .peer = guard->peers[rule->peer], .rule = rule
	};
	struct asked *const self = &asked;
	const struct check_ask ask = { .q = &asked.q,
		.actions = &rule->actions,
		.parts = guard->parts,
		.evidence = evidence };
	enum check asks = CHECK_OWNERSHIP;
	enum reason reason;

	asked_fill(&asked, &self);
	evidence[0] = '\0';
	reason = check_ownership(&ask);
	if (reason == REASON_ACCEPTED) {
		asks = CHECK_VALIDATION;
		reason = check_validation(&ask);
	}
	asked_note(&asked);
	if (check != NULL)
		*check = asks;
	return reason;
}

void
guard_ask_live(struct guard *guard, const struct config *config,
    const struct config_customer *customer, struct question *q,
    struct rpki_view *rpki)
{
	evidence_view(guard, rpki);
	*q = (struct question){
		.customer = customer == NULL ? NULL : &customer->policy,
		.rpki = rpki,
		.protected = config->protected,
		.others = config->space,
		.protect_customers = config->fleet.protect_customers != 0,
		.local_asn = config->router.asn,
		.customer_number =
		    customer == NULL ? UINT32_MAX : customer->number,
		.cost_profile = config->fleet.profile,
		.fleet = { .max_rules = UINT32_MAX, .max_cost = UINT32_MAX },
		.dialects = config->dialects,
	};
}
