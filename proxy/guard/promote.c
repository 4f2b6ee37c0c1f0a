/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What waited and can go on: ends that the log had no room for, announcements
 * that it could not take, rules that another's rule or the quota kept out.
 * Each in the order of arrival.
 */
#include "proxy/guard/guard.h"

static struct rib_rule *
first_waiting(const struct rib_link *list)
{
	return link_empty(list)
		   ? NULL
		   : LINK_ENTRY(list->next, struct rib_rule, waiting);
}

static void
promote_records(struct guard *guard)
{
	struct rib_rule *rule;

	while ((rule = first_waiting(&guard->wait_record)) != NULL &&
	       journal_room(guard->journal, true)) {
		rule_unwait(rule);
		guard_record_end(guard, rule, ENTRY_WITHDRAWAL, &rule->actions);
		if ((rule->flags & (RULE_WANTED | RULE_ENDED)) == RULE_WANTED)
			guard_judge(guard, rule, NULL, 0);
		else
			(void)rule_release(guard, rule);
	}
}

static void
promote_store(struct guard *guard)
{
	struct rib_rule *rule;

	while ((rule = first_waiting(&guard->wait_store)) != NULL &&
	       journal_room(guard->journal, false)) {
		rule_unwait(rule);
		guard_judge(guard, rule, NULL, 0);
	}
}

/* Rules that another's refused: that one may be gone. */
static void
promote_conflicts(struct guard *guard)
{
	struct rib_link again;
	struct rib_rule *rule;
	bool freed = false;

	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		freed = freed || guard->out[d].freed;
		guard->out[d].freed = 0;
	}
	if (!freed || link_empty(&guard->wait_conflict))
		return;
	link_init(&again);
	while ((rule = first_waiting(&guard->wait_conflict)) != NULL) {
		link_remove(&rule->waiting);
		link_append(&again, &rule->waiting);
	}
	while ((rule = first_waiting(&again)) != NULL) {
		struct verdict verdict;

		rule_unwait(rule);
		guard_ask(
		    guard, guard->peers[rule->peer], rule, &verdict, NULL);
		if (verdict.reason == REASON_CONFLICT)
			rule_wait(guard, rule, WAIT_CONFLICT);
		else
			guard_judge(guard, rule, NULL, 0);
	}
}

/* Would it be too much even if it were the customer's only rule? */
static bool
never_fits(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;
	uint32_t cost = customer->cost;
	struct verdict verdict;

	customer->cost = 0;
	guard_ask(guard, guard->peers[rule->peer], rule, &verdict, NULL);
	customer->cost = cost;
	return verdict.reason == REASON_QUOTA_RULES;
}

static void
promote_quota(struct guard *guard, struct guard_customer *customer)
{
	struct rib_rule *rule;

	if (!customer->room || customer->policy == NULL)
		return;
	customer->room = false;
	while ((rule = first_waiting(&customer->waiting)) != NULL &&
	       customer->cost < customer->policy->limits.rules &&
	       journal_room(guard->journal, false)) {
		struct verdict verdict;

		guard_ask(
		    guard, guard->peers[rule->peer], rule, &verdict, NULL);
		if (verdict.reason != REASON_QUOTA_RULES) {
			rule_unwait(rule);
			guard_judge(guard, rule, NULL, 0);
		} else if (never_fits(guard, rule)) {
			rule_unwait(rule); /* only a reload can help it */
		} else {
			return; /* arrival order: the next waits behind it */
		}
	}
	customer->room = !link_empty(&customer->waiting) &&
			 !journal_room(guard->journal, false);
}

void
guard_promote(struct guard *guard)
{
	if (!guard->loaded)
		return;
	promote_records(guard);
	promote_store(guard);
	promote_conflicts(guard);
	for (size_t i = 0; i < guard->n_customers; i++)
		promote_quota(guard, guard->customers[i]);
}
