/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lifetimes. They run on the clock that goes on while the machine sleeps, so
 * no step of the wall clock makes a rule live longer; over a reboot the wall
 * clock's time counts, and where it cannot be right the rule has ended.
 */
#include "proxy/guard/life.h"

#include <string.h>

#include "proxy/common/clock.h"

#define NS_MS UINT64_C(1000000)

static void
timer_set(struct guard *guard)
{
	const struct rib_rule *rule = deadlines_first(&guard->deadlines);
	uint64_t now = clock_boot_ms();

	if (rule == NULL)
		timer_stop(guard->expiry);
	else
		timer_start(guard->expiry,
		    rule->ends_ms > now ? rule->ends_ms - now : 0, 0);
}

static void
on_end(void *ctx)
{
	struct guard *guard = ctx;
	uint64_t now = clock_boot_ms();
	struct rib_rule *rule;

	guard->now_ns = clock_wall_ns();
	if (!guard->loaded) {
		timer_start(guard->expiry, 1000, 0);
		return;
	}
	while ((rule = deadlines_first(&guard->deadlines)) != NULL &&
	       rule->ends_ms <= now) {
		life_forget(guard, rule);
		/* Also one that is refused now and would come back; but not
		 * one whose first record found no room: it never began. */
		if ((rule->flags & RULE_WANTED) && rule->id != RULE_ID_NONE)
			guard_end(guard, rule, ENTRY_EXPIRY, REASON_EXPIRED);
	}
	timer_set(guard);
}

int
life_init(struct guard *guard)
{
	deadlines_init(&guard->deadlines);
	guard->expiry = timer_new(guard->loop, on_end, guard);
	return guard->expiry == NULL ? -1 : 0;
}

void
life_fini(struct guard *guard)
{
	timer_free(guard->expiry);
	deadlines_fini(&guard->deadlines);
}

void
life_forget(struct guard *guard, struct rib_rule *rule)
{
	deadlines_remove(&guard->deadlines, &rule->ends_place);
	rule->ends_ms = 0;
}

void
life_set(struct guard *guard, struct rib_rule *rule, uint64_t lifetime_ms)
{
	bool first = guard->deadlines.n == 0;
	const struct rib_rule *next;

	if (lifetime_ms == 0) {
		life_forget(guard, rule);
		return;
	}
	rule->ends_ms = clock_boot_ms() + lifetime_ms;
	if (deadlines_set(&guard->deadlines, rule->ends_ms, rule,
		&rule->ends_place) < 0) {
		/* Without a place in the queue it would never end. */
		rule->ends_ms = 0;
		guard_end(guard, rule, ENTRY_EXPIRY, REASON_EXPIRED);
		return;
	}
	next = deadlines_first(&guard->deadlines);
	if (first || next == rule)
		timer_set(guard);
}

void
life_begin(struct guard *guard, struct rib_rule *rule, uint64_t lifetime_ms)
{
	if (rule->ends_ms == 0 && lifetime_ms != 0)
		life_set(guard, rule, lifetime_ms);
}

bool
life_limit(struct guard *guard, struct rib_rule *rule, uint64_t most_ms)
{
	if (most_ms == 0 ||
	    (rule->ends_ms != 0 && life_left_ms(rule) <= most_ms))
		return false;
	life_set(guard, rule, most_ms);
	return true;
}

uint64_t
life_left_at_ms(const struct rib_rule *rule, uint64_t now_ms)
{
	if (rule->ends_ms == 0)
		return 0;
	return rule->ends_ms > now_ms ? rule->ends_ms - now_ms : 1;
}

uint64_t
life_left_ms(const struct rib_rule *rule)
{
	return rule->ends_ms == 0 ? 0 : life_left_at_ms(rule, clock_boot_ms());
}

bool
life_is_over(const struct rib_rule *rule)
{
	return rule->ends_ms != 0 && rule->ends_ms <= clock_boot_ms() + 1;
}

uint64_t
life_of_entry(const struct guard *guard, const struct entry *entry, bool *ended)
{
	uint64_t now, then, gone_ms;

	*ended = false;
	if (entry->lifetime_ms == 0)
		return 0;
	if (memcmp(entry->boot_id, guard->boot_id, sizeof(guard->boot_id)) ==
	    0) {
		now = clock_boot_ns();
		then = entry->mono_ns;
	} else {
		now = clock_wall_ns();
		then = entry->wall_ns;
	}
	gone_ms = now >= then ? (now - then) / NS_MS : entry->lifetime_ms;
	if (gone_ms < entry->lifetime_ms)
		return entry->lifetime_ms - gone_ms;
	*ended = true;
	return 1;
}
