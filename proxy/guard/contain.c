/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Containment by operators: panic, freeze, quarantine. Each is an entry in the
 * log that stays in the table of live rules until it is undone, so that a new
 * guard begins with it.
 *
 * Rules that are kept out leave the inward tables at once; their own records
 * stay live, and say what they are to be judged for when it ends. One entry
 * tells of them all.
 */
#include "proxy/guard/contain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/noc.h"

static const char *const verbs[CONTAIN_VERBS][2] = {
	[CONTAIN_PANIC] = { "panic", "resume" },
	[CONTAIN_FREEZE] = { "freeze", "thaw" },
	[CONTAIN_QUARANTINE] = { "quarantine", "release" },
};

static struct rib_rule *
of_all(struct rib_link *link)
{
	return LINK_ENTRY(link, struct rib_rule, all);
}

enum reason
contain_reason(const struct guard *guard, const struct rib_rule *rule)
{
	const struct guard_customer *c = guard->peers[rule->peer]->customer;
	/* What was kept out is no new rule. */
	bool stands = (rule->flags & RULE_LIVE) != 0 &&
		      (rule_passes(rule) || rule->state == STATE_QUARANTINED);

	if (rule->flags & RULE_SUSPECT)
		return REASON_CRASH_SUSPECT; /* nobody judges it at all */
	if (guard->panic.on)
		return REASON_PANIC;
	if (guard->unfit)
		return REASON_SELFTEST;
	if (c->quarantine.on)
		return REASON_QUARANTINED;
	if (rule->flags & RULE_FLAPPED)
		return REASON_FLAP;
	if (stands)
		return REASON_ACCEPTED;
	/* Who freezes customers may still act. */
	if (c->freeze.on || (guard->freeze.on && rule->peer != GUARD_PEER_NOC))
		return REASON_FROZEN;
	return c->muted ? REASON_MUTED : REASON_ACCEPTED;
}

bool
contain_out(const struct guard *guard, const struct rib_rule *rule)
{
	enum reason reason = contain_reason(guard, rule);

	return reason == REASON_PANIC || reason == REASON_SELFTEST ||
	       reason == REASON_QUARANTINED;
}

void
contain_hold(struct guard *guard, struct rib_rule *rule)
{
	/* On record as it is, and longer than what else keeps it out. */
	if ((rule->flags & RULE_FLAPPED) && rule->state == STATE_QUARANTINED)
		return;
	if (contain_recorded(rule))
		return;
	rib_out_drop(rule);
	rule_uncount(guard, rule);
	ground_set(guard, rule, GROUND_FINE);
	if (rule->wait != WAIT_RECORD && rule->wait != WAIT_ACK)
		rule_unwait(rule);
	rule_state(guard, rule, STATE_QUARANTINED, contain_reason(guard, rule),
	    CHECK_SESSION);
}

/* What stands or is held, of this customer (NULL: of all), goes out. */
static unsigned
hold_all(struct guard *guard, const struct guard_customer *customer)
{
	unsigned n = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		struct rib_rule *rule = of_all(l);
		bool in = rule_passes(rule);

		if ((customer != NULL &&
			guard->peers[rule->peer]->customer != customer) ||
		    (rule->flags & RULE_WANTED) == 0 ||
		    (!in && rule->state != STATE_HELD))
			continue;
		contain_hold(guard, rule);
		n += in;
	}
	return n;
}

static bool
kept_out(const struct rib_rule *rule)
{
	switch (rule->reason) {
	case REASON_PANIC:
	case REASON_SELFTEST:
	case REASON_QUARANTINED:
	case REASON_FROZEN:
	case REASON_MUTED:
		return (rule->flags & (RULE_WANTED | RULE_ENDED)) ==
		       RULE_WANTED;
	default:
		return false;
	}
}

/* Those that were kept out are judged, in their order. How many inward rules
 * that makes. */
static size_t
judge_kept(struct guard *guard, const struct guard_customer *customer)
{
	struct rib_link *next;
	size_t n = 0;

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = next) {
		struct rib_rule *rule = of_all(l);

		next = l->next;
		if ((customer != NULL &&
			guard->peers[rule->peer]->customer != customer) ||
		    !kept_out(rule) || rule->wait == WAIT_RECORD)
			continue;
		guard_judge(guard, rule, NULL, 0);
		n += rule_passes(rule) ? rule->parts : 0;
	}
	return n;
}

/* ---- on record ---- */

static void
entry_fill(struct guard *guard, const char *verb,
    const struct guard_customer *customer, const char *by, const char *why)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_EMERGENCY);
	if (customer != NULL)
		memcpy(e->customer, customer->name, sizeof(e->customer));
	(void)snprintf(e->operator_name, sizeof(e->operator_name), "%.31s", by);
	(void)snprintf(e->evidence, sizeof(e->evidence), "%s", verb);
	(void)snprintf(e->text, sizeof(e->text), "%.255s", why);
}

/* Its beginning, as soon as there is room. */
static void
record_begin(struct guard *guard, enum contain_verb verb,
    const struct guard_customer *customer, struct guard_act *act)
{
	act->owed = true;
	if (!guard->loaded || !journal_room(guard->journal, true))
		return;
	entry_fill(guard, verbs[verb][0], customer, act->by, act->why);
	guard->entry.count = verb;
	guard->entry.rule_id = UINT64_MAX; /* its own number */
	guard->entry.live_op = LIVE_PUT;
	if (!guard_entry_append(guard, NULL))
		return;
	act->id = guard->entry.rule_id;
	act->owed = false;
}

static bool
record_end(struct guard *guard, enum contain_verb verb,
    const struct guard_customer *customer, const struct guard_act *act,
    const struct msg_ctl_request *msg)
{
	if (!guard->loaded || act->owed || !journal_room(guard->journal, true))
		return false;
	entry_fill(
	    guard, verbs[verb][1], customer, msg->operator_name, msg->text);
	guard->entry.rule_id = act->id;
	guard->entry.live_op = LIVE_DELETE;
	return guard_entry_append(guard, NULL);
}

static struct guard_act *
act_of(struct guard *guard, enum contain_verb verb,
    struct guard_customer *customer)
{
	if (verb == CONTAIN_PANIC)
		return &guard->panic;
	if (verb == CONTAIN_FREEZE && customer == NULL)
		return &guard->freeze;
	return verb == CONTAIN_FREEZE ? &customer->freeze
				      : &customer->quarantine;
}

void
contain_promote(struct guard *guard)
{
	if (guard->panic.owed)
		record_begin(guard, CONTAIN_PANIC, NULL, &guard->panic);
	if (guard->freeze.owed)
		record_begin(guard, CONTAIN_FREEZE, NULL, &guard->freeze);
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		if (c->freeze.owed)
			record_begin(guard, CONTAIN_FREEZE, c, &c->freeze);
		if (c->quarantine.owed)
			record_begin(
			    guard, CONTAIN_QUARANTINE, c, &c->quarantine);
	}
}

/* ---- acts ---- */

void
contain_held(const struct guard *guard, struct rib_out *out)
{
	if (guard->loaded)
		return; /* nothing stands but what was judged */
	if (guard->panic.on)
		rib_out_sweep(out);
	for (size_t i = 0; i < guard->n_customers; i++) {
		if (guard->customers[i]->quarantine.on)
			rib_out_sweep_of(out, guard->customers[i]->number);
	}
}

bool
contain_begin(struct guard *guard, enum contain_verb verb,
    struct guard_customer *customer, const struct msg_ctl_request *msg,
    bool *owed)
{
	struct guard_act *act = act_of(guard, verb, customer);
	unsigned n = 0;

	*owed = act->owed;
	if (act->on)
		return false;
	act->on = true;
	act->since_ns = guard->now_ns;
	memcpy(act->by, msg->operator_name, sizeof(act->by));
	memcpy(act->why, msg->text, sizeof(act->why));
	if (verb != CONTAIN_FREEZE)
		n = hold_all(guard, customer);
	/* Also what routers hold of the guard before. */
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		contain_held(guard, &guard->out[d]);
	inward_flush(guard); /* before anything else of this turn */
	record_begin(guard, verb, customer, act);
	log_line(LOG_ERROR, "%s%s%s: by %.31s: %u rules withdrawn: %.200s",
	    verbs[verb][0], customer != NULL ? " " : "",
	    customer != NULL ? customer->name : "", act->by, n, act->why);
	*owed = act->owed;
	return true;
}

bool
contain_end(struct guard *guard, enum contain_verb verb,
    struct guard_customer *customer, const struct msg_ctl_request *msg,
    bool *full)
{
	struct guard_act *act = act_of(guard, verb, customer);

	*full = false;
	if (!act->on)
		return false;
	/* On record first: it lets rules in. */
	if (!record_end(guard, verb, customer, act, msg)) {
		*full = true;
		return false;
	}
	memset(act, 0, sizeof(*act));
	log_line(LOG_WARN, "%s%s%s: by %.31s", verbs[verb][1],
	    customer != NULL ? " " : "", customer != NULL ? customer->name : "",
	    msg->operator_name);
	inward_unpaced(guard, judge_kept(guard, customer));
	return true;
}

static struct guard_customer *
customer_named(struct guard *guard, const char *name)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		if (strcmp(guard->customers[i]->name, name) == 0)
			return guard->customers[i];
	}
	return NULL;
}

static void
act_fill(struct guard_act *act, const struct entry *entry)
{
	act->on = true;
	act->owed = false;
	act->id = entry->rule_id;
	act->since_ns = entry->wall_ns;
	memcpy(act->by, entry->operator_name, sizeof(act->by));
	memcpy(act->why, entry->text, sizeof(act->why));
}

/* Its customer is gone, and may come back by a reload. */
static void
orphan_keep(
    struct guard *guard, enum contain_verb verb, const struct entry *entry)
{
	struct guard_orphan *orphan = &guard->orphans[guard->n_orphans];

	for (size_t i = 0; i < guard->n_orphans; i++) {
		if (guard->orphans[i].act.id == entry->rule_id)
			return;
	}
	if (guard->n_orphans == GUARD_ORPHANS) {
		log_line(LOG_ERROR, "%s %s: of a customer that is not there",
		    verbs[verb][0], entry->customer);
		return;
	}
	guard->n_orphans++;
	orphan->verb = (uint8_t)verb;
	memcpy(orphan->name, entry->customer, sizeof(orphan->name));
	act_fill(&orphan->act, entry);
}

void
contain_configure(struct guard *guard)
{
	for (size_t i = guard->n_orphans; i-- > 0;) {
		const struct guard_orphan *orphan = &guard->orphans[i];
		struct guard_customer *c = customer_named(guard, orphan->name);
		struct guard_act *act;

		if (c == NULL)
			continue;
		act = act_of(guard, (enum contain_verb)orphan->verb, c);
		*act = orphan->act;
		log_line(LOG_ERROR, "%s %s goes on: by %.31s",
		    verbs[orphan->verb][0], c->name, act->by);
		guard->orphans[i] = guard->orphans[--guard->n_orphans];
	}
}

bool
contain_restore(struct guard *guard, const struct entry *entry)
{
	struct guard_customer *customer = NULL;
	struct guard_act *act;
	enum contain_verb verb;

	if (entry->kind != ENTRY_EMERGENCY || entry->has_rule)
		return false;
	verb = entry->count < CONTAIN_VERBS ? (enum contain_verb)entry->count
					    : CONTAIN_VERBS;
	if (verb < CONTAIN_PANIC || verb == CONTAIN_VERBS ||
	    (verb == CONTAIN_QUARANTINE && entry->customer[0] == '\0'))
		return true; /* nothing that stays */
	if (entry->customer[0] != '\0') {
		customer = customer_named(guard, entry->customer);
		if (customer == NULL) {
			orphan_keep(guard, verb, entry);
			return true;
		}
	}
	act = act_of(guard, verb, customer);
	if (act->on && !act->owed)
		return true;
	act_fill(act, entry);
	log_line(LOG_ERROR, "%s%s%s goes on: by %.31s: %.200s", verbs[verb][0],
	    customer != NULL ? " " : "", customer != NULL ? customer->name : "",
	    act->by, act->why);
	return true;
}

/* ---- mute ---- */

void
contain_strike(struct guard *guard, struct guard_customer *customer)
{
	uint64_t now = loop_now_ms(guard->loop);
	uint32_t limit;

	if (customer->policy == NULL || customer->policy->limits.strikes == 0)
		return;
	limit = customer->policy->limits.strikes;
	strikes_add(&customer->strikes, now, 1);
	if (customer->muted || strikes_count(&customer->strikes, now) < limit)
		return;
	customer->muted = true;
	log_line(LOG_ERROR,
	    "customer %s: muted: %" PRIu32 " malformed NLRI in 10 minutes; "
	    "what stands stays; sluice release %s",
	    customer->name, limit, customer->name);
	entry_fill(guard, "mute", customer, "", "too much malformed input");
	(void)guard_entry_append(guard, NULL);
}

static void
unmute(struct guard *guard, struct guard_customer *customer, const char *by,
    const char *why)
{
	customer->muted = false;
	strikes_clear(&customer->strikes);
	log_line(LOG_WARN, "customer %s: no longer muted%s%.31s: %.255s",
	    customer->name, by[0] != '\0' ? " by " : "", by, why);
	entry_fill(guard, "unmute", customer, by, why);
	(void)guard_entry_append(guard, NULL);
	(void)judge_kept(guard, customer);
}

bool
contain_unmute(struct guard *guard, struct guard_customer *customer,
    const struct msg_ctl_request *msg)
{
	if (!customer->muted)
		return false;
	unmute(guard, customer, msg->operator_name, msg->text);
	return true;
}

void
contain_second(struct guard *guard)
{
	uint64_t now = loop_now_ms(guard->loop);

	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];

		if (c->muted && guard->loaded &&
		    strikes_count(&c->strikes, now) == 0)
			unmute(
			    guard, c, "", "10 minutes without malformed input");
	}
}
