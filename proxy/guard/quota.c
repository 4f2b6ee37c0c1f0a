/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quotas. What passes is counted against its customer and against the fleet;
 * what finds no room waits in the order of arrival, for ten minutes, and is
 * judged again when there is some.
 *
 * Of the fleet's budget each customer is guaranteed a share; what others have
 * not used of theirs cannot be borrowed.
 */
#include "proxy/guard/quota.h"

#include "proxy/guard/guard.h"

/* ---- counting ---- */

static uint32_t
unused(uint32_t guaranteed, uint32_t used)
{
	return used < guaranteed ? guaranteed - used : 0;
}

static uint32_t
guaranteed(const struct guard *guard, const struct guard_customer *c)
{
	/* The operators' own rules have what is left. */
	if (guard->config == NULL || c->policy == NULL || c->policy->noc)
		return 0;
	return guard->config->fleet.guaranteed;
}

static void
reserve(struct guard *guard, const struct guard_customer *c)
{
	uint32_t each = guaranteed(guard, c);

	guard->reserved_rules += unused(each, c->rules - c->idle_rules);
	guard->reserved_cost += unused(each, c->cost - c->idle_cost);
}

static void
unreserve(struct guard *guard, const struct guard_customer *c)
{
	uint32_t each = guaranteed(guard, c);

	guard->reserved_rules -= unused(each, c->rules - c->idle_rules);
	guard->reserved_cost -= unused(each, c->cost - c->idle_cost);
}

void
quota_add(struct guard *guard, struct guard_customer *customer, uint32_t rules,
    uint32_t cost)
{
	unreserve(guard, customer);
	customer->rules += rules;
	customer->cost += cost;
	guard->fleet_rules += rules;
	guard->fleet_cost += cost;
	reserve(guard, customer);
}

void
quota_take(struct guard *guard, struct guard_customer *customer, uint32_t rules,
    uint32_t cost)
{
	unreserve(guard, customer);
	customer->rules -= rules;
	customer->cost -= cost;
	guard->fleet_rules -= rules;
	guard->fleet_cost -= cost;
	reserve(guard, customer);
	customer->room = true;
	guard->fleet_room = true;
}

static void
idle(struct guard *guard, struct guard_customer *customer, uint32_t rules,
    uint32_t cost)
{
	unreserve(guard, customer);
	customer->idle_rules += rules;
	customer->idle_cost += cost;
	guard->fleet_rules -= rules;
	guard->fleet_cost -= cost;
	reserve(guard, customer);
}

/* Numbers wrap: adding the negative takes away. */
void
quota_idle(struct guard *guard, struct guard_customer *customer,
    const struct rib_rule *rule, bool on)
{
	if (on)
		idle(guard, customer, rule->parts, rule->cost);
	else
		idle(guard, customer, 0u - rule->parts, 0u - rule->cost);
}

void
quota_fleet(const struct guard *guard, const struct guard_customer *customer,
    struct fleet *fleet)
{
	const struct msg_cfg_fleet *limits = &guard->config->fleet;
	uint32_t mine = guaranteed(guard, customer);

	fleet->max_rules = limits->max_rules;
	fleet->max_cost = limits->max_cost;
	fleet->guaranteed = mine;
	fleet->rules = guard->fleet_rules;
	fleet->cost = guard->fleet_cost;
	fleet->own_rules = customer->rules - customer->idle_rules;
	fleet->own_cost = customer->cost - customer->idle_cost;
	fleet->reserved_rules =
	    guard->reserved_rules - unused(mine, fleet->own_rules);
	fleet->reserved_cost =
	    guard->reserved_cost - unused(mine, fleet->own_cost);
}

static bool
limits_addresses(const struct customer *policy)
{
	return customer_address_limit(policy) != UINT64_MAX;
}

/* The sums anew. */
static void
reserve_all(struct guard *guard)
{
	guard->reserved_rules = 0;
	guard->reserved_cost = 0;
	for (size_t i = 0; i < guard->n_customers; i++)
		reserve(guard, guard->customers[i]);
}

void
quota_save(struct guard *guard, struct config *config)
{
	struct config *now = guard->config;

	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		c->saved_rules = c->rules;
		c->saved_cost = c->cost;
		c->saved_idle_rules = c->idle_rules;
		c->saved_idle_cost = c->idle_cost;
		idle(guard, c, 0u - c->idle_rules, 0u - c->idle_cost);
		c->saved_coverage = c->coverage;
		c->coverage = coverage_new();
		quota_take(guard, c, c->rules, c->cost);
	}
	guard->config = config;
	reserve_all(guard);
	guard->config = now;
}

void
quota_try(struct guard *guard, const struct rib_rule *rule,
    const struct verdict *verdict)
{
	struct guard_customer *c = guard->peers[rule->peer]->customer;
	struct prefix dst;

	quota_add(guard, c, verdict->rules, verdict->cost);
	if (verdict->state == STATE_MONITORED)
		idle(guard, c, verdict->rules, verdict->cost);
	if (c->coverage != NULL && limits_addresses(c->policy) &&
	    rule_dst_prefix(&rule->rule, &dst))
		(void)coverage_add(c->coverage, &dst);
}

void
quota_restore(struct guard *guard)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		idle(guard, c, 0u - c->idle_rules, 0u - c->idle_cost);
		quota_take(guard, c, c->rules, c->cost);
		quota_add(guard, c, c->saved_rules, c->saved_cost);
		idle(guard, c, c->saved_idle_rules, c->saved_idle_cost);
		coverage_free(c->coverage);
		c->coverage = c->saved_coverage;
		c->saved_coverage = NULL;
	}
	reserve_all(guard);
}

void
quota_charge(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *c = guard->peers[rule->peer]->customer;

	if (rule->flags & RULE_CHARGED)
		return;
	rule->flags |= RULE_CHARGED;
	(void)bucket_take(&c->news, loop_now_ms(guard->loop), 1);
}

/* ---- limits ---- */

/* Addresses are counted only where they are limited; what was counted so far
 * is counted anew by the reload that follows. */
static int
limits_take(struct guard_customer *c)
{
	const struct customer_limits *limits;
	bool limited;

	if (c->policy == NULL)
		return 0;
	limits = &c->policy->limits;
	bucket_limit(&c->news, limits->new_per_second, limits->burst);
	limited = limits_addresses(c->policy);
	if (limited && c->coverage == NULL)
		c->coverage = coverage_new();
	return limited && c->coverage == NULL ? -1 : 0;
}

int
quota_configure(struct guard *guard)
{
	guard->reserved_rules = 0;
	guard->reserved_cost = 0;
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		if (limits_take(c) < 0)
			return -1;
		reserve(guard, c);
		c->room = true;
	}
	return 0;
}

bool
quota_near(const struct guard *guard, const struct guard_customer *c)
{
	uint64_t percent = guard->config->fleet.warn_percent;
	const struct customer_limits *limits;

	if (c->policy == NULL || percent == 0)
		return false;
	limits = &c->policy->limits;
	return (limits->rules != UINT32_MAX && c->rules > 0 &&
		   c->rules * UINT64_C(100) >= percent * limits->rules) ||
	       (limits->cost != UINT32_MAX && c->cost > 0 &&
		   c->cost * UINT64_C(100) >= percent * limits->cost);
}

/* ---- waiting ---- */

bool
quota_waits(unsigned reason)
{
	return reason == REASON_QUOTA_RULES || reason == REASON_QUOTA_COST ||
	       reason == REASON_QUOTA_RATE ||
	       reason == REASON_QUOTA_ADDRESSES || reason == REASON_QUOTA_FLEET;
}

static struct rib_rule *
first_waiting(const struct guard_customer *c)
{
	return link_empty(&c->waiting)
		   ? NULL
		   : LINK_ENTRY(c->waiting.next, struct rib_rule, waiting);
}

bool
quota_queue(const struct guard_customer *c)
{
	const struct rib_rule *first = first_waiting(c);

	return first != NULL && first->reason == REASON_QUOTA_RATE;
}

/* Would it be too much even if it were the only rule of all? */
static bool
never_fits(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *c = guard->peers[rule->peer]->customer;
	uint32_t fleet_rules = guard->fleet_rules;
	uint32_t fleet_cost = guard->fleet_cost;
	uint32_t rules = c->rules, cost = c->cost;
	uint32_t idle_rules = c->idle_rules, idle_cost = c->idle_cost;
	struct coverage *coverage = c->coverage;
	bool room = c->room, fleet_room = guard->fleet_room;
	struct verdict verdict;

	idle(guard, c, 0u - idle_rules, 0u - idle_cost);
	quota_take(guard, c, rules, cost);
	guard->fleet_rules = guard->fleet_cost = 0;
	c->coverage = guard->uncovered;
	guard_ask(guard, guard->peers[rule->peer], rule, &verdict, NULL);
	c->coverage = coverage;
	quota_add(guard, c, rules, cost);
	idle(guard, c, idle_rules, idle_cost);
	guard->fleet_rules = fleet_rules;
	guard->fleet_cost = fleet_cost;
	c->room = room; /* nothing has left */
	guard->fleet_room = fleet_room;
	return quota_waits(verdict.reason) &&
	       verdict.reason != REASON_QUOTA_RATE;
}

/* The next new rule may pass then. */
static void
wake(struct guard *guard, const struct guard_customer *c)
{
	uint64_t now = loop_now_ms(guard->loop);
	uint32_t wait = bucket_wait_ms(&c->news, now);
	uint64_t at_ms = now + (wait == 0 ? 1 : wait);

	if (guard->news_ms != 0 && guard->news_ms <= at_ms)
		return;
	guard->news_ms = at_ms;
	timer_start(guard->news, at_ms - now, 0);
}

/* Judge the first that waits; false when those behind it wait on. */
static bool
promote_first(
    struct guard *guard, struct guard_customer *c, struct rib_rule *rule)
{
	struct verdict verdict;

	c->asked = rule;
	c->lacks = REASON_QUOTA_RATE;
	if (rule->reason == REASON_QUOTA_RATE &&
	    bucket_level(&c->news, loop_now_ms(guard->loop)) == 0) {
		wake(guard, c);
		return false;
	}
	guard->asks++;
	guard_ask(guard, guard->peers[rule->peer], rule, &verdict, NULL);
	c->lacks = verdict.reason;
	if (!quota_waits(verdict.reason)) {
		/* At the head until it is judged: others come behind it. */
		guard_judge(guard, rule, NULL, 0);
		return true;
	}
	if (verdict.reason == REASON_QUOTA_RATE) {
		wake(guard, c);
		return false;
	}
	if (!never_fits(guard, rule))
		return false;
	rule_unwait(rule); /* only a reload can help it */
	return true;
}

/* A customer in the middle of what came at once: its own withdrawals make room
 * for its own announcements first. */
static void
promote(struct guard *guard, struct guard_customer *c)
{
	struct rib_rule *rule = first_waiting(c);

	/* Another than was asked last: those before it have left. */
	if (rule == NULL || (!c->room && rule == c->asked) ||
	    c->policy == NULL || c->mid > 0)
		return;
	c->room = false;
	while ((rule = first_waiting(c)) != NULL &&
	       journal_room(guard->journal, false)) {
		if (!promote_first(guard, c, rule))
			return;
	}
	c->room = !link_empty(&c->waiting);
}

/* Customers whose first lacks this are asked again. */
static void
room_for(struct guard *guard, unsigned lacks)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		c->room = c->room || c->lacks == lacks;
	}
}

/* What all share is nobody's first: each turn begins with another, and however
 * many wait, what others say now is heard between. */
void
quota_promote(struct guard *guard)
{
	size_t n = guard->n_customers;
	size_t from = guard->promote_at;

	if (guard->fleet_room)
		room_for(guard, REASON_QUOTA_FLEET);
	guard->fleet_room = false;
	guard->asks = 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = (from + i) % n;
		uint32_t rules = guard->customers[at]->rules;

		promote(guard, guard->customers[at]);
		if (guard->customers[at]->rules > rules)
			guard->promote_at = at + 1;
		if (guard->asks >= GUARD_ASKS_TURN) {
			guard->promote_at = at + 1;
			timer_start(guard->work, 0, 0);
			return;
		}
	}
}

void
quota_second(struct guard *guard)
{
	uint64_t now = loop_now_ms(guard->loop);

	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];
		struct rib_rule *rule;

		while ((rule = first_waiting(c)) != NULL &&
		       now - rule->waits_ms > GUARD_ROOM_MS)
			rule_unwait(rule);
		/* A session that never ends what it began holds up nothing. */
		if (c->mid > 0 && now - c->mid_ms > 1000) {
			c->mid = 0;
			c->room = true;
		}
	}
}

static void
on_news(void *ctx)
{
	struct guard *guard = ctx;

	guard->news_ms = 0;
	room_for(guard, REASON_QUOTA_RATE);
}

int
quota_init(struct guard *guard)
{
	guard->news = timer_new(guard->loop, on_news, guard);
	guard->uncovered = coverage_new();
	return guard->news == NULL || guard->uncovered == NULL ? -1 : 0;
}

void
quota_fini(struct guard *guard)
{
	timer_free(guard->news);
	coverage_free(guard->uncovered);
}
