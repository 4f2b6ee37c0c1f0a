/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries for the log: filling them in, and not too many of one kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"

void
guard_entry_begin(struct guard *guard, enum entry_kind kind)
{
	struct entry *e = &guard->entry;

	e->seq = 0;
	e->wall_ns = guard->now_ns = clock_wall_ns();
	e->mono_ns = clock_boot_ns();
	e->rule_id = 0;
	e->count = 0;
	e->lifetime_ms = 0;
	e->wish = (struct wish){ 0 };
	memcpy(e->boot_id, guard->boot_id, sizeof(e->boot_id));
	if (guard->config != NULL)
		memcpy(e->config_hash, guard->config->begin.hash,
		    sizeof(e->config_hash));
	e->kind = (uint8_t)kind;
	e->state = STATE_REFUSED;
	e->check = CHECK_NONE;
	e->live_op = LIVE_NONE;
	e->reason = REASON_UNJUDGED;
	e->has_rule = 0;
	e->rule.afi = AFI_NONE;
	e->approved = 0;
	e->raw_len = 0;
	e->customer[0] = '\0';
	e->session[0] = '\0';
	e->operator_name[0] = '\0';
	e->evidence[0] = '\0';
	e->text[0] = '\0';
}

void
guard_entry_peer(struct guard *guard, const struct guard_peer *peer)
{
	struct entry *e = &guard->entry;

	if (peer->customer != NULL)
		memcpy(e->customer, peer->customer->name, sizeof(e->customer));
	memcpy(e->session, peer->session, sizeof(e->session));
}

void
guard_entry_rule(struct guard *guard, const struct rib_rule *rule)
{
	struct entry *e = &guard->entry;

	guard_entry_peer(guard, guard->peers[rule->peer]);
	e->has_rule = 1;
	e->rule_id = rule->id;
	e->state = rule->state;
	e->reason = rule->reason;
	e->approved = (rule->flags & RULE_APPROVED) != 0;
	/* From the moment that the entry says. */
	e->lifetime_ms = life_left_at_ms(rule, e->mono_ns / 1000000);
	e->wish = rule->wish;
	e->actions = rule->actions;
	/* Customers' rules have none, and there are many. */
	e->operator_name[0] = '\0';
	if (noc_owns(rule))
		(void)snprintf(e->operator_name, sizeof(e->operator_name), "%s",
		    noc_operator(guard, rule));
	memcpy(&e->rule, &rule->rule, rule_size(&rule->rule));
}

bool
guard_entry_append(struct guard *guard, struct rib_rule *subject)
{
	if (!journal_room(guard->journal, true))
		return false;
	(void)journal_append(guard->journal, &guard->entry, subject);
	if (subject != NULL)
		subject->pending++;
	return true;
}

void
guard_note(struct guard *guard, enum entry_kind kind, const char *text)
{
	guard_entry_begin(guard, kind);
	(void)snprintf(
	    guard->entry.text, sizeof(guard->entry.text), "%s", text);
	(void)guard_entry_append(guard, NULL);
}

bool
guard_refusal_token(
    struct guard *guard, struct guard_customer *customer, size_t octets)
{
	uint64_t now = loop_now_ms(guard->loop);
	uint32_t cost = 1 + (uint32_t)(octets / 256);
	uint64_t gained =
	    (now - customer->tokens_ms) * GUARD_REFUSALS_PER_S / 1000;

	if (gained > 0) {
		gained += customer->tokens;
		customer->tokens = gained > GUARD_REFUSALS_BURST
				       ? GUARD_REFUSALS_BURST
				       : (uint32_t)gained;
		customer->tokens_ms = now;
	}
	if (customer->tokens < cost)
		return false;
	customer->tokens -= cost;
	return true;
}

void
guard_refusal_count(struct guard_customer *customer, unsigned reason)
{
	if (reason < GUARD_REASONS && customer->counts[reason] < UINT32_MAX)
		customer->counts[reason]++;
	customer->summarised = true;
}

/* One entry per reason. What finds no room stays counted. */
static void
summarise(struct guard *guard, struct guard_customer *customer)
{
	customer->summarised = false;
	for (unsigned reason = 0; reason < GUARD_REASONS; reason++) {
		struct entry *e = &guard->entry;

		if (customer->counts[reason] == 0)
			continue;
		guard_entry_begin(guard, ENTRY_SUMMARY);
		memcpy(e->customer, customer->name, sizeof(e->customer));
		e->reason = (uint16_t)reason;
		e->count = customer->counts[reason];
		(void)snprintf(e->text, sizeof(e->text),
		    "%" PRIu32
		    " more with this reason, not recorded one by one",
		    customer->counts[reason]);
		if (!guard_entry_append(guard, NULL)) {
			customer->summarised = true;
			return;
		}
		customer->counts[reason] = 0;
	}
}

void
guard_summaries(struct guard *guard)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		if (guard->customers[i]->summarised)
			summarise(guard, guard->customers[i]);
	}
}
