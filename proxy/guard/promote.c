/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What waited and can go on: ends that the log had no room for, announcements
 * that it could not take, rules that another's rule or the quota kept out.
 * Each in the order of arrival.
 */
#include "proxy/guard/contain.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/quota.h"

#define MEMORY_MS 1000u

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

/* Each try is recorded: without memory for what follows it is one a second. */
static bool
has_memory(const struct guard *guard)
{
	return guard->no_memory_ms == 0 ||
	       loop_now_ms(guard->loop) - guard->no_memory_ms >= MEMORY_MS;
}

static void
promote_store(struct guard *guard)
{
	struct rib_rule *rule;

	if (!has_memory(guard))
		return;
	guard->no_memory_ms = 0;
	while ((rule = first_waiting(&guard->wait_store)) != NULL &&
	       guard->no_memory_ms == 0 &&
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

void
guard_promote(struct guard *guard)
{
	if (!guard->loaded)
		return;
	promote_records(guard);
	promote_store(guard);
	promote_conflicts(guard);
	contain_promote(guard);
	quota_promote(guard);
}
