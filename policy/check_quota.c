/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The customer, and the routers, have room for the rule. What can never fit
 * is told before what only came too fast.
 */
#include "policy/check.h"

#include <inttypes.h>
#include <stdio.h>

/* Hardware entries: the most over the dialects in use, all parts together. */
static uint32_t
quota_cost(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	uint64_t most = 0;

	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		const struct dialect_parts *parts = &ask->parts[i];
		uint64_t cost = 0;

		if ((q->dialects & JUDGE_DIALECT_BIT(i)) == 0)
			continue;
		for (unsigned k = 0; k < parts->n; k++)
			cost += cost_of((enum cost_profile)q->cost_profile,
			    &parts->part[k]);
		if (cost > most)
			most = cost;
	}
	return most > UINT32_MAX ? UINT32_MAX : (uint32_t)most;
}

/* held and more together stay within limit; UINT32_MAX is no limit. */
static bool
fits(uint32_t held, uint32_t more, uint32_t limit)
{
	return limit == UINT32_MAX || (uint64_t)held + more <= limit;
}

static enum reason
quota_own(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	const struct customer_limits *limits = &q->customer->limits;
	uint32_t rules = ask->verdict->rules;
	uint32_t cost = ask->verdict->cost;

	if (!fits(q->rules_held, rules, limits->rules))
		return check_say(ask, REASON_QUOTA_RULES,
		    "rules: %" PRIu32 " of %" PRIu32
		    ", this rule takes %" PRIu32,
		    q->rules_held, limits->rules, rules);
	if (!fits(q->cost_held, cost, limits->cost))
		return check_say(ask, REASON_QUOTA_COST,
		    "cost: %" PRIu32 " of %" PRIu32
		    ", this rule takes %" PRIu32,
		    q->cost_held, limits->cost, cost);
	return REASON_ACCEPTED;
}

static enum reason
quota_addresses(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	uint64_t limit = customer_address_limit(q->customer);
	uint64_t total = UINT64_MAX; /* without destination: all there are */
	struct prefix dst;

	if (limit == UINT64_MAX)
		return REASON_ACCEPTED;
	if (q->addresses == NULL || !check_readable(ask))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: nobody counts the addresses");
	if (rule_dst_prefix(q->rule, &dst))
		total = q->addresses(q->ctx, &dst);
	if (total > limit)
		return check_say(ask, REASON_QUOTA_ADDRESSES,
		    "addresses: %" PRIu64 " with this rule, allowed %" PRIu64,
		    total, limit);
	return REASON_ACCEPTED;
}

/* Rules or entries of all customers together. */
struct share {
	const char *what;
	uint32_t own;      /* of this customer */
	uint32_t used;     /* of all */
	uint32_t reserved; /* guaranteed to others, and not used */
	uint32_t max;
};

/* What is the customer's in any case, or is in nobody's way. */
static enum reason
share_fits(const struct check_ask *ask, const struct share *of, uint32_t more)
{
	if (of->max == UINT32_MAX ||
	    (uint64_t)of->used + of->reserved + more <= of->max ||
	    (uint64_t)of->own + more <= ask->q->fleet.guaranteed)
		return REASON_ACCEPTED;
	return check_say(ask, REASON_QUOTA_FLEET,
	    "all routers' %s: %" PRIu32 " of %" PRIu32 ", %" PRIu32
	    " guaranteed to others, this rule takes %" PRIu32,
	    of->what, of->used, of->max, of->reserved, more);
}

static enum reason
quota_fleet(const struct check_ask *ask)
{
	const struct fleet *fleet = &ask->q->fleet;
	const struct share rules = { "rules", fleet->own_rules, fleet->rules,
		fleet->reserved_rules, fleet->max_rules };
	const struct share cost = { "cost", fleet->own_cost, fleet->cost,
		fleet->reserved_cost, fleet->max_cost };
	enum reason reason = share_fits(ask, &rules, ask->verdict->rules);

	if (reason != REASON_ACCEPTED)
		return reason;
	return share_fits(ask, &cost, ask->verdict->cost);
}

static enum reason
quota_rate(const struct check_ask *ask)
{
	const struct question *q = ask->q;

	if (q->stands || q->new_room > 0)
		return REASON_ACCEPTED;
	return check_say(ask, REASON_QUOTA_RATE,
	    "%" PRIu32 " new rules a second, %" PRIu32
	    " at once: no room for one more now",
	    q->customer->limits.new_per_second, q->customer->limits.burst);
}

/* " of 50", or nothing where there is no limit. */
static const char *
quota_of(uint32_t limit, char buf[16])
{
	buf[0] = '\0';
	if (limit != UINT32_MAX)
		(void)snprintf(buf, 16, " of %" PRIu32, limit);
	return buf;
}

static enum reason
quota_passed(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	const struct customer_limits *limits = &q->customer->limits;
	char rules[16], cost[16];

	if (!ask->explain)
		return REASON_ACCEPTED; /* no time for words */
	return check_pass(ask, "%" PRIu64 "%s rules; cost %" PRIu64 "%s",
	    (uint64_t)q->rules_held + ask->verdict->rules,
	    quota_of(limits->rules, rules),
	    (uint64_t)q->cost_held + ask->verdict->cost,
	    quota_of(limits->cost, cost));
}

enum reason
check_quota(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	enum reason reason;

	if (q->customer == NULL || ask->verdict == NULL ||
	    !check_expressed(ask))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no inward form");
	ask->verdict->rules = judge_parts(q->dialects, ask->parts);
	ask->verdict->cost = quota_cost(ask);
	reason = quota_own(ask);
	if (reason == REASON_ACCEPTED)
		reason = quota_addresses(ask);
	if (reason == REASON_ACCEPTED)
		reason = quota_fleet(ask);
	if (reason == REASON_ACCEPTED)
		reason = quota_rate(ask);
	return reason == REASON_ACCEPTED ? quota_passed(ask) : reason;
}
