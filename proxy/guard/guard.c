/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * THE SPINE: judge -> record -> durable -> originate.
 *
 * A customer's announcement arrives as a typed value. guard_announce() finds
 * or makes its entry in rib_in and guard_judge() asks policy/judge.c. Whatever
 * the verdict, it is appended to the journal. Nothing else happens then: only
 * when the store says that the entry is on disk, on_durable() calls
 * guard_originate(), which builds what goes inward from the judged rule, in
 * each dialect that a router inside is spoken to. Only restore.c and reload.c
 * call it besides, both for rules whose record is on disk already: the ones
 * that the store has as live, and those that stand and keep standing.
 *
 * A withdrawal asks nobody: guard_leave() takes the rule out of rib_out, which
 * tells every router at the end of this turn, and then records it. When the
 * log has no room, the rule itself remembers what is to be recorded.
 *
 * A replacement (same rule, other actions) keeps the old rule standing until
 * the new verdict is durable; if the new one is refused, the old is withdrawn
 * at once.
 */
#include "proxy/guard/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/quota.h"
#include "proxy/guard/trace.h"

static enum state
end_state(enum entry_kind kind)
{
	return kind == ENTRY_REVOCATION ? STATE_REVOKED
	       : kind == ENTRY_EXPIRY   ? STATE_EXPIRED
					: STATE_WITHDRAWN;
}

void
guard_record_end(struct guard *guard, struct rib_rule *rule,
    enum entry_kind kind, const struct action_set *actions)
{
	struct entry *entry = &guard->entry;
	bool stays = (rule->flags & RULE_ENDED) != 0;

	if (!journal_room(guard->journal, true)) {
		rule->flags |= RULE_UNRECORDED;
		rule_wait(guard, rule, WAIT_RECORD);
		return;
	}
	rule->flags &= (uint16_t)~RULE_UNRECORDED;
	guard_entry_begin(guard, kind);
	guard_entry_rule(guard, rule);
	entry->rule_id = rule->old_id;
	entry->actions = *actions;
	entry->state = (uint8_t)end_state(kind);
	entry->reason = rule->old_reason;
	entry->lifetime_ms = 0;
	if (stays)
		entry->live_op = LIVE_PUT; /* so that a new guard knows it */
	else
		entry->live_op = rule->old_live ? LIVE_DELETE : LIVE_NONE;
	entry->count = 1;
	rule->old_id = RULE_ID_NONE;
	if (stays)
		rule->flags |= RULE_LIVE;
	(void)guard_entry_append(guard, rule);
}

/* The rule's present id is over. Refusals that were never live leave by the
 * same bucket that let them in; what stays known as ended is always recorded
 * (RULE_ENDED is set then), and once more when it leaves. */
static void
end_id(struct guard *guard, struct rib_rule *rule, enum entry_kind kind,
    enum reason reason)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;
	bool live = (rule->flags & RULE_LIVE) != 0;
	bool stays = (rule->flags & RULE_ENDED) != 0;

	rule->flags &= (uint16_t)~RULE_LIVE;
	/* Its end waits for room already: what is to be done then depends on
	 * the flags it has then. */
	if (rule->id == RULE_ID_NONE || (rule->flags & RULE_UNRECORDED))
		return;
	rule->old_id = rule->id;
	rule->old_live = live;
	rule->old_reason = (uint16_t)reason;
	if (live || stays || guard_refusal_token(guard, customer, 0)) {
		guard_record_end(guard, rule, kind, &rule->actions);
		return;
	}
	rule->old_id = RULE_ID_NONE;
	guard_refusal_count(customer, reason);
}

/* What persons said of it, and what it was found to do, is over with it. */
#define RULE_KEEPS                                                             \
	((uint16_t) ~(RULE_APPROVED | RULE_DENIED | RULE_SECONDED |            \
		      RULE_FLAPPED | RULE_SUSPECT | RULE_CHARGED))

/* Out of the inward tables first: a withdrawal waits for nothing. */
static void
take_out(struct guard *guard, struct rib_rule *rule)
{
	rib_out_drop(rule);
	rule_uncount(guard, rule);
	ground_set(guard, rule, GROUND_FINE);
	if (rule->wait != WAIT_RECORD)
		rule_unwait(rule);
}

void
guard_end(struct guard *guard, struct rib_rule *rule, enum entry_kind kind,
    enum reason reason)
{
	take_out(guard, rule);
	if (rule->flags & RULE_ENDED)
		return;
	rule->flags |= RULE_ENDED;
	end_id(guard, rule, kind, reason);
	rule->flags &= RULE_KEEPS;
	rule_state(guard, rule, end_state(kind), reason, CHECK_NONE);
	life_forget(guard, rule);
}

void
guard_leave(struct guard *guard, struct rib_rule *rule, enum entry_kind kind,
    enum reason reason)
{
	bool ended = (rule->flags & (RULE_ENDED | RULE_LIVE)) == RULE_ENDED;

	take_out(guard, rule);
	rule->flags &= (uint16_t) ~(RULE_WANTED | RULE_STALE | RULE_ENDED);
	if (!ended)
		end_id(guard, rule, kind, reason);
	rule->flags &= RULE_KEEPS;
	life_forget(guard, rule);
	rule_state(guard, rule, STATE_WITHDRAWN, reason, CHECK_NONE);
	(void)rule_release(guard, rule);
}

/* The verdict's entry. False: the log has no room for it. */
static bool
record_verdict(struct guard *guard, struct rib_rule *rule,
    const struct verdict *verdict, const uint8_t *raw, size_t raw_len)
{
	struct entry *entry = &guard->entry;
	/* A denial is kept, so that a new guard knows it. */
	bool keeps = rule_passes(rule) || rule->state == STATE_HELD ||
		     (rule->flags & RULE_DENIED) != 0;

	guard_entry_begin(guard,
	    rule->state == STATE_REVOKED ? ENTRY_REVOCATION : ENTRY_VERDICT);
	guard_entry_rule(guard, rule);
	entry->check = verdict->check;
	memcpy(entry->evidence, verdict->evidence, sizeof(entry->evidence));
	entry->raw_len = (uint16_t)raw_len;
	if (raw_len > 0)
		memcpy(entry->raw, raw, raw_len);
	if (keeps)
		entry->live_op = LIVE_PUT;
	else if (rule->flags & RULE_LIVE)
		entry->live_op = LIVE_DELETE;
	if (!guard_entry_append(guard, rule))
		return false;
	rule->seq = entry->seq;
	rule->id = entry->rule_id;
	if (keeps)
		rule->flags |= RULE_LIVE;
	else
		rule->flags &= (uint16_t)~RULE_LIVE;
	return true;
}

/* The log cannot take it now: no record, no route. */
static void
store_behind(struct guard *guard, struct rib_rule *rule)
{
	rib_out_drop(rule);
	rule_uncount(guard, rule);
	ground_set(guard, rule, GROUND_FINE);
	rule_state(guard, rule, STATE_REFUSED, REASON_STORE_BEHIND, CHECK_NONE);
	if (rule->wait != WAIT_RECORD)
		rule_wait(guard, rule, WAIT_STORE);
	if (!guard->loaded)
		return; /* not refused: the guard is starting */
	guard->store_behind++;
	guard_refusal_count(
	    guard->peers[rule->peer]->customer, REASON_STORE_BEHIND);
}

/* What a refused rule waits for, if for anything that can change. */
static void
wait_for(struct guard *guard, struct rib_rule *rule)
{
	if (rule->wait == WAIT_RECORD)
		return;
	rule_unwait(rule);
	if (quota_waits(rule->reason))
		rule_wait(guard, rule, WAIT_QUOTA);
	else if (rule->reason == REASON_CONFLICT)
		rule_wait(guard, rule, WAIT_CONFLICT);
}

/* Refusals are recorded one by one only up to a bound; what stands or is held
 * always is. */
static bool
worth_entry(struct guard *guard, struct rib_rule *rule,
    const struct verdict *verdict, size_t raw_len)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;

	if (verdict->state != STATE_REFUSED || (rule->flags & RULE_LIVE) ||
	    rule->old_id != RULE_ID_NONE)
		return true;
	if (guard_refusal_token(guard, customer, raw_len))
		return true;
	guard_refusal_count(customer, verdict->reason);
	return false;
}

static void
settle(struct guard *guard, struct rib_rule *rule,
    const struct verdict *verdict, const uint8_t *raw, size_t raw_len)
{
	/* What stood on its record and no longer may is revoked, also where
	 * that record had to wait for room, or the rule was kept out. */
	bool stood = rule_passes(rule) || rule->reason == REASON_STORE_BEHIND ||
		     rule->state == STATE_QUARANTINED;
	bool revoked = (rule->flags & RULE_LIVE) && stood &&
		       verdict->state == STATE_REFUSED;

	rule_uncount(guard, rule);
	rule_state(guard, rule, revoked ? STATE_REVOKED : verdict->state,
	    verdict->reason, verdict->check);
	if (!verdict_accepts(verdict))
		rib_out_drop(rule); /* also what it said before */
	ground_settle(guard, rule, verdict);
	if (verdict->state != STATE_REFUSED)
		rule_count(guard, rule, verdict);
	if (verdict->state != STATE_REFUSED && verdict->state != STATE_HELD)
		life_begin(guard, rule, verdict->lifetime_ms);
	wait_for(guard, rule);
	if (worth_entry(guard, rule, verdict, raw_len) &&
	    !record_verdict(guard, rule, verdict, raw, raw_len))
		store_behind(guard, rule);
	trace_verdict(guard, rule);
}

void
guard_judge(struct guard *guard, struct rib_rule *rule, const uint8_t *raw,
    size_t raw_len)
{
	struct verdict verdict;

	if (contain_crashed(guard, rule) && contain_recorded(rule))
		return;
	/* On record as it is; it comes back when what keeps it out ends. */
	if (guard->loaded && (rule->flags & RULE_LIVE) != 0 &&
	    (rule_passes(rule) || rule->state == STATE_QUARANTINED) &&
	    contain_out(guard, rule)) {
		contain_hold(guard, rule);
		return;
	}
	if (!guard->loaded || rule->wait == WAIT_RECORD ||
	    !journal_room(guard->journal, false)) {
		store_behind(guard, rule);
		return;
	}
	if (rule->flags & RULE_SUSPECT) {
		contain_crash(guard, rule);
		return;
	}
	guard_ask(guard, guard->peers[rule->peer], rule, &verdict, NULL);
	settle(guard, rule, &verdict, raw, raw_len);
}

void
guard_revoke(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict)
{
	if (rule->wait == WAIT_RECORD || !journal_room(guard->journal, true))
		store_behind(guard, rule);
	else
		settle(guard, rule, verdict, NULL, 0);
}

/* Does it say inward what its customer did not? */
static bool
is_modified(const struct rib_rule *rule)
{
	return rule->owners != NULL &&
	       !action_equal(&rule->owners->actions, &rule->actions);
}

/* The same rule again: nothing changes but that it is not stale; unless it
 * comes over a session of another kind than before. */
static void
heard_again(struct guard *guard, struct rib_rule *rule)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	bool refused = rule->reason == REASON_NOT_AUTHENTICATED;
	bool authentic = peer->heard && peer->state.authenticated;

	rule->flags &= (uint16_t)~RULE_STALE;
	/* It had waited long enough for room, and is asked for again. */
	if (quota_waits(rule->reason) && rule->wait == WAIT_NONE &&
	    guard->loaded && (rule->flags & RULE_ENDED) == 0) {
		guard_judge(guard, rule, NULL, 0);
		return;
	}
	if (authentic == refused && guard->loaded &&
	    (rule->flags & RULE_ENDED) == 0) {
		guard_judge(guard, rule, NULL, 0);
		return;
	}
	if (rule->state == STATE_LINGERING)
		rule_state(guard, rule,
		    is_modified(rule) ? STATE_ACCEPTED_MODIFIED
				      : STATE_ACCEPTED,
		    REASON_ACCEPTED, CHECK_NONE);
}

/* Another action: a new rule under the same NLRI. */
static void
replace(struct guard *guard, struct rib_rule *rule,
    const struct msg_rule_announce *msg, const uint8_t *raw)
{
	const struct action_set old_actions = rule->actions;
	uint64_t old_id = rule->id;
	bool old_live = (rule->flags & RULE_LIVE) != 0;

	rule->actions = msg->actions;
	rule->wish = msg->wish;
	rule->wire_reason = msg->wire_reason;
	rule->flags &= (uint16_t) ~(RULE_STALE | RULE_ENDED | RULE_LIVE);
	rule->flags &= RULE_KEEPS;
	life_forget(guard, rule);
	contain_suspect(guard, rule);
	rule->id = RULE_ID_NONE;
	rule->first_seen_ns = guard->now_ns;
	guard->peers[rule->peer]->customer->verdicts[REASON_REPLACED]++;
	if (old_live && rule->wait != WAIT_RECORD) {
		rule->old_id = old_id;
		rule->old_live = true;
		rule->old_reason = REASON_REPLACED;
	}
	guard_judge(guard, rule, raw, msg->raw_len);
	if (old_live && rule->wait != WAIT_RECORD)
		guard_record_end(guard, rule, ENTRY_WITHDRAWAL, &old_actions);
}

void
guard_announce(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_announce *msg, const uint8_t *raw)
{
	struct rib_rule *rule;
	bool wanted;

	past_work(
	    &guard->past, peer->number, peer->customer->number, &msg->rule);
	rule = rib_in_find(&guard->in, peer->number, &msg->rule);
	wanted = rule != NULL && (rule->flags & RULE_WANTED);
	/* What its session says again to a new guard was counted before. */
	if (peer->replayed && (msg->wire_reason == REASON_MALFORMED ||
				  msg->wire_reason == REASON_ATTRIBUTES))
		contain_strike(guard, peer->customer);
	if (wanted && msg->wire_reason == rule->wire_reason &&
	    wish_equal(&rule->wish, &msg->wish) &&
	    action_equal(&rule->actions, &msg->actions)) {
		rule->handle = msg->handle;
		heard_again(guard, rule);
		return;
	}
	if (rule == NULL)
		rule = rule_new(guard, peer, &msg->rule);
	if (rule == NULL) {
		peer->customer->verdicts[REASON_QUOTA_RECEIVED]++;
		guard_refusal_count(peer->customer, REASON_QUOTA_RECEIVED);
		return;
	}
	rule->handle = msg->handle;
	if (wanted) {
		replace(guard, rule, msg, raw);
		return;
	}
	rule->flags |= RULE_WANTED;
	rule->flags &= (uint16_t) ~(RULE_UNACKED | RULE_STALE | RULE_ENDED);
	if (rule->wait == WAIT_ACK)
		rule_unwait(rule);
	rule->flags &= RULE_KEEPS;
	if (noc_owns(rule))
		rule->flags |= RULE_NOC;
	rule->actions = msg->actions;
	rule->wish = msg->wish;
	rule->wire_reason = msg->wire_reason;
	contain_suspect(guard, rule);
	rule->id = RULE_ID_NONE; /* announced anew is a new rule */
	rule->first_seen_ns = guard->now_ns;
	guard_judge(guard, rule, raw, msg->raw_len);
}

void
guard_withdraw_blind(
    struct guard *guard, const struct guard_peer *peer, const struct rule *rule)
{
	static const struct action_set none;

	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		if ((guard->tables & 1u << d) == 0 ||
		    dialect_express(d, rule, &none, &guard->parts[d]) !=
			REASON_ACCEPTED)
			continue;
		for (unsigned i = 0; i < guard->parts[d].n; i++)
			rib_out_drop_held(&guard->out[d],
			    peer->customer->number, &guard->parts[d].part[i]);
	}
}

void
guard_withdraw(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_withdraw *msg)
{
	struct rib_rule *rule =
	    rib_in_find(&guard->in, peer->number, &msg->rule);

	past_idle(&guard->past); /* no withdrawal is a suspect */
	if (!guard->loaded)
		guard_withdraw_blind(guard, peer, &msg->rule);
	else if (rule == NULL && rule_acknowledge(peer, msg->handle))
		return; /* never heard of: nothing to end */
	if (rule == NULL)
		rule = rule_new(guard, peer, &msg->rule);
	if (rule == NULL)
		return; /* the session keeps it and tells the next guard */
	rule->handle = msg->handle;
	rule->flags |= RULE_UNACKED;
	guard_leave(guard, rule, ENTRY_WITHDRAWAL, REASON_WITHDRAWN);
}

void
guard_refused(struct guard *guard, struct guard_peer *peer,
    const struct msg_rule_refused *msg, const uint8_t *raw)
{
	struct entry *entry = &guard->entry;

	peer->customer->verdicts[msg->reason % GUARD_REASONS]++;
	if (msg->reason == REASON_MALFORMED || msg->reason == REASON_ATTRIBUTES)
		contain_strike(guard, peer->customer);
	if (!guard_refusal_token(guard, peer->customer, msg->raw_len) ||
	    !journal_room(guard->journal, false)) {
		guard_refusal_count(peer->customer, msg->reason);
		return;
	}
	guard_entry_begin(guard, ENTRY_VERDICT);
	guard_entry_peer(guard, peer);
	entry->state = STATE_REFUSED;
	entry->reason = msg->reason;
	entry->check = CHECK_FORM;
	entry->rule.afi = family_afi(msg->family);
	entry->raw_len = msg->raw_len;
	memcpy(entry->raw, raw, msg->raw_len);
	(void)snprintf(
	    entry->evidence, sizeof(entry->evidence), "%s", msg->fault);
	(void)guard_entry_append(guard, NULL);
}

void
guard_originate(struct guard *guard, struct rib_rule *rule)
{
	const struct rib_said said = {
		guard->peers[rule->peer]->customer->number, &guard->emitted
	};
	struct verdict verdict;

	/* Whoever asks: not before the verdict is on disk. */
	if (rule->seq >= journal_first(guard->journal))
		return;
	/* Another's rule may have come to stand since this one was judged; and
	 * what lost its route meanwhile does not go inward to be revoked. */
	if (rule->owners == NULL && rule->ground != GROUND_FINE)
		guard_ask(
		    guard, guard->peers[rule->peer], rule, &verdict, NULL);
	else
		ground_ask(guard, rule, &verdict);
	if (!verdict_accepts(&verdict)) {
		if (rule->ground != GROUND_FINE)
			brake_rest(guard, rule);
		settle(guard, rule, &verdict, NULL, 0);
		return;
	}
	if (rule->owners == NULL)
		rule->active_ms = loop_now_ms(guard->loop);
	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		bool spoken = (guard->config->dialects & 1u << d) != 0;

		if ((guard->tables & 1u << d) == 0)
			continue;
		/* A dialect that nobody is spoken to any more: no parts. */
		if (rib_out_set(&guard->out[d], rule, &said,
			guard->parts[d].part,
			spoken ? guard->parts[d].n : 0) < 0) {
			log_line(LOG_ERROR, "rule %" PRIu64 ": out of memory",
			    rule->id);
			guard->no_memory_ms = loop_now_ms(guard->loop);
			store_behind(guard, rule);
			return;
		}
	}
	trace_inward(rule, true);
}

static void
on_durable(void *ctx, uint64_t seq, void *subject)
{
	struct guard *guard = ctx;
	struct rib_rule *rule = subject;

	if (guard->stopped && seq == guard->stop_seq)
		loop_stop(guard->loop);
	if (rule == NULL)
		return;
	rule->pending--;
	if (seq == rule->seq && rule->id != RULE_ID_NONE && rule_passes(rule))
		guard_originate(guard, rule);
	(void)rule_release(guard, rule);
}

int
guard_init(struct guard *guard, struct loop *loop)
{
	guard->loop = loop;
	guard->started_ns = guard->now_ns = clock_wall_ns();
	clock_boot_id(guard->boot_id);
	link_init(&guard->wait_store);
	link_init(&guard->wait_conflict);
	link_init(&guard->wait_record);
	if (getrandom(guard->hash_key, sizeof(guard->hash_key), 0) !=
		(ssize_t)sizeof(guard->hash_key) ||
	    rib_in_init(&guard->in, guard->hash_key) < 0 ||
	    unicast_init(guard) < 0 || ground_init(guard) < 0 ||
	    quota_init(guard) < 0 || life_init(guard) < 0 ||
	    evidence_init(guard) < 0)
		return -1;
	guard->accepted = RIB_ACCEPTED_NOC;
	for (unsigned d = 1; d < DIALECT_COUNT; d++) {
		if (rib_out_init(&guard->out[d], (uint8_t)d, guard->hash_key,
			&guard->accepted) < 0)
			return -1;
	}
	guard->journal = journal_new(on_durable, guard);
	return guard->journal == NULL ? -1 : 0;
}

void
guard_fini(struct guard *guard)
{
	past_close(&guard->past);
	/* Rules are on lists of their peers, and peers in those of the tables.
	 */
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next)
		rib_out_drop(LINK_ENTRY(l, struct rib_rule, all));
	ground_fini(guard);
	life_fini(guard);
	rib_in_fini(&guard->in);
	unicast_fini(guard);
	evidence_fini(guard);
	quota_fini(guard);
	peers_fini(guard);
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		rib_out_fini(&guard->out[d]);
	journal_free(guard->journal);
	config_free(guard->config);
	config_free(guard->incoming);
	config_free(guard->old);
}
