/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new guard finds its place.
 *
 * The store says where its log ends and sends the live rules. Meanwhile
 * sessions may already have replayed what their customers want: such rules
 * wait for the store (they have no record yet), and withdrawals are kept as
 * entries nobody wants. Each live rule meets what is known: wanted with the
 * same actions, it keeps its id; withdrawn, its end is recorded; unheard of, it
 * is restored as lingering. All that stay are judged again under the present
 * configuration before anything goes inward. Their records are on disk.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/entry_msg.h"
#include "proxy/common/log.h"
#include "proxy/guard/contain.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/proof.h"

#define HEAR_MS 500 /* for the sessions' replay, at most */

/* A store that must not be used: it may not speak for our log. */
static void
refuse_store(struct guard *guard, const struct msg_store_hello *msg)
{
	log_line(LOG_ERROR,
	    "store: its log ends at %" PRIu64 ", but %" PRIu64
	    " entries were written: not used; restore the store or start "
	    "sluiced anew",
	    msg->next_seq, journal_next(guard->journal));
	journal_detach(guard->journal);
	guard->to_load = false;
	guard->loading = false;
}

/* Another log has begun in the place of ours: numbers and ids of ours mean
 * nothing there. The next guard learns all anew, from sessions that keep what
 * their customers want; what is inward stays until it has. */
static bool
is_other_log(struct guard *guard, const struct msg_store_hello *msg)
{
	if (guard->origin[0] == '\0')
		memcpy(guard->origin, msg->origin, sizeof(guard->origin));
	if (strcmp(guard->origin, msg->origin) == 0)
		return false;
	log_line(LOG_WARN,
	    "store: another log has begun: was=%s is=%s; "
	    "starting over",
	    guard->origin, msg->origin);
	journal_detach(guard->journal);
	loop_stop(guard->loop);
	return true;
}

void
restore_hello(struct guard *guard, const struct msg_store_hello *msg)
{
	if (guard->config == NULL)
		return; /* the supervisor sends that first */
	if (!check_text(msg->origin, sizeof(msg->origin))) {
		log_line(LOG_ERROR, "store: a log without a name");
		return;
	}
	if (is_other_log(guard, msg))
		return;
	if (journal_attach(guard->journal, guard->store, msg->next_seq) < 0) {
		refuse_store(guard, msg);
		return;
	}
	guard->loading = false;
	guard->to_load = !guard->loaded && !guard->told;
	guard->load_seq = journal_next(guard->journal);
	restore_continue(guard);
}

static void restore_finish(struct guard *guard);

/* All that the sessions know has been heard. One that says nothing is not
 * waited for any longer: others' rules do not hang on it. */
static bool
heard_out(const struct guard *guard)
{
	if (loop_now_ms(guard->loop) - guard->told_ms >= HEAR_MS)
		return true;
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		const struct guard_peer *peer = guard->peers[i];

		if (peer != NULL && peer->configured && !peer->internal &&
		    peer->channel != NULL && !peer->replayed)
			return false;
	}
	return true;
}

void
restore_continue(struct guard *guard)
{
	struct msg_store_seq *load;

	if (guard->told && heard_out(guard))
		restore_finish(guard);
	/* Ends that the queue still holds would come as live otherwise. */
	if (!guard->to_load || guard->store == NULL || guard->past.safe_ms ||
	    journal_first(guard->journal) < guard->load_seq)
		return;
	load = channel_reserve(guard->store, MSG_STORE_LOAD, sizeof(*load));
	if (load == NULL)
		return; /* the end of the next turn tries again */
	load->seq = 0;
	channel_commit(guard->store, sizeof(*load));
	guard->to_load = false;
	guard->loading = true;
}

/* A live rule that belongs to nobody any more. */
static void
end_orphan(struct guard *guard, const struct entry *live, enum reason reason)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_WITHDRAWAL);
	memcpy(e->customer, live->customer, sizeof(e->customer));
	memcpy(e->session, live->session, sizeof(e->session));
	e->has_rule = 1;
	e->actions = live->actions;
	memcpy(&e->rule, &live->rule, rule_size(&live->rule));
	e->rule_id = live->rule_id;
	e->state = STATE_WITHDRAWN;
	e->reason = (uint16_t)reason;
	e->live_op = LIVE_DELETE;
	e->count = 1;
	if (!guard_entry_append(guard, NULL))
		log_line(LOG_WARN,
		    "rule %" PRIu64
		    ": the end of an orphan found no room in the log",
		    live->rule_id);
}

/* The rule is the one that the store has. Live rules come by rising id, which
 * is their order; so they are put behind all others. */
static void
adopt(struct guard *guard, struct rib_rule *rule, const struct entry *live)
{
	operator_forget(guard, rule);
	link_remove(&rule->all);
	link_append(&guard->in.all, &rule->all);
	rule->id = live->rule_id;
	rule->seq = live->seq;
	rule->first_seen_ns = live->wall_ns;
	rule->flags &= (uint16_t) ~(RULE_APPROVED | RULE_DENIED | RULE_ENDED);
	rule->flags |= RULE_LIVE;
	if (live->approved)
		rule->flags |= RULE_APPROVED;
	if (live->state == STATE_WITHDRAWN || live->state == STATE_EXPIRED)
		rule->flags |= RULE_ENDED; /* by an operator, or in time */
	if (live->state == STATE_REFUSED)
		rule->flags |= RULE_DENIED;   /* no other refusal is live */
	if (live->state == STATE_QUARANTINED) /* no other is by itself */
		rule->flags |= live->reason == REASON_CRASH_SUSPECT
				   ? RULE_SUSPECT
				   : RULE_FLAPPED;
	rule->flags |= RULE_CHARGED;
	rule->again = memcmp(live->config_hash, guard->config->begin.hash,
			  sizeof(live->config_hash)) != 0;
	rule->wish = live->wish;
	if ((rule->flags & RULE_ENDED) == 0) {
		bool ended;

		life_set(guard, rule, life_of_entry(guard, live, &ended));
	}
	rule_state(guard, rule, live->state, live->reason, live->check);
	rule->since_ns = live->wall_ns;
}

/* The store has a rule that is not the one that is wanted now. */
static void
end_other(struct guard *guard, struct rib_rule *rule, uint64_t id,
    const struct action_set *actions)
{
	guard_entry_begin(guard, ENTRY_WITHDRAWAL);
	guard_entry_rule(guard, rule);
	guard->entry.approved = 0;
	guard->entry.rule_id = id;
	guard->entry.actions = *actions;
	guard->entry.state = STATE_WITHDRAWN;
	guard->entry.reason = REASON_REPLACED;
	guard->entry.live_op = LIVE_DELETE;
	guard->entry.count = 1;
	(void)guard_entry_append(guard, rule);
}

static void
restore_new(
    struct guard *guard, struct guard_peer *peer, const struct entry *live)
{
	struct rib_rule *rule = rule_new(guard, peer, &live->rule);

	if (rule == NULL) {
		end_orphan(guard, live, REASON_QUOTA_RECEIVED);
		return;
	}
	rule->flags |= RULE_WANTED | RULE_STALE;
	rule->actions = live->actions;
	rule->wire_reason = REASON_ACCEPTED;
	adopt(guard, rule, live);
	if (noc_owns(rule))
		noc_restored(guard, rule, live->operator_name);
}

/*
 * Two of one NLRI: the guard died between a replacement and the end of what it
 * replaced. The later one is meant, unless its session has said since what it
 * wants.
 */
static void
restore_second(
    struct guard *guard, struct rib_rule *rule, const struct entry *live)
{
	const struct action_set older = rule->actions;
	uint64_t id = rule->id;

	if ((rule->flags & RULE_STALE) == 0 &&
	    (!action_equal(&rule->actions, &live->actions) ||
		!wish_equal(&rule->wish, &live->wish))) {
		end_other(guard, rule, live->rule_id, &live->actions);
		return;
	}
	rule->actions = live->actions;
	adopt(guard, rule, live);
	end_other(guard, rule, id, &older);
}

static void
restore_rule(
    struct guard *guard, struct rib_rule *rule, const struct entry *live)
{
	if (rule->id == live->rule_id)
		return; /* told before, by a store that died meanwhile */
	if ((rule->flags & RULE_WANTED) == 0) {
		adopt(guard, rule, live);
		guard_leave(guard, rule, ENTRY_WITHDRAWAL, REASON_WITHDRAWN);
	} else if (rule->flags & RULE_LIVE) {
		restore_second(guard, rule, live);
	} else if (!action_equal(&rule->actions, &live->actions) ||
		   !wish_equal(&rule->wish, &live->wish)) {
		end_other(guard, rule, live->rule_id, &live->actions);
	} else {
		adopt(guard, rule, live);
	}
}

/* It may live no longer, counted from its record, than is configured now. */
static void
limit_life(struct entry *live, uint64_t most_ms)
{
	bool passed = live->state == STATE_ACCEPTED ||
		      live->state == STATE_ACCEPTED_MODIFIED ||
		      live->state == STATE_LINGERING;

	if (passed && most_ms != 0 &&
	    (live->lifetime_ms == 0 || live->lifetime_ms > most_ms))
		live->lifetime_ms = most_ms;
}

void
restore_live(struct guard *guard, const struct msg_entry *msg)
{
	struct entry *live = &guard->live;
	struct guard_peer *peer;
	struct rib_rule *rule;

	if (!guard->loading || entry_msg_unpack(msg, live) < 0 ||
	    !entry_may_live(live) || live->rule_id > live->seq ||
	    live->seq >= guard->load_seq) {
		log_line(LOG_ERROR, "store: a live rule that is none");
		return;
	}
	if (contain_restore(guard, live))
		return;
	peer = peer_named(guard, live->customer, live->session);
	if (strcmp(live->customer, CFG_NOC_NAME) == 0)
		peer = noc_peer(guard);
	if (peer == NULL || peer->customer->policy == NULL) {
		end_orphan(guard, live, REASON_CUSTOMER_REMOVED);
		return;
	}
	if (live->reason == REASON_CRASH_SUSPECT)
		past_suspect_add(
		    &guard->past, peer->customer->number, &live->rule);
	limit_life(live, peer->customer->policy->lifetime_ms);
	rule = rib_in_find(&guard->in, peer->number, &live->rule);
	if (rule == NULL)
		restore_new(guard, peer, live);
	else
		restore_rule(guard, rule, live);
}

/* Under another configuration its actions are, or were, rewritten: its record
 * may not be of what would go inward now. */
static bool
rewritten_since(const struct rib_rule *rule, const struct verdict *verdict)
{
	return rule->again != 0 && (verdict->state == STATE_ACCEPTED_MODIFIED ||
				       rule->state == STATE_ACCEPTED_MODIFIED);
}

/* Judge a restored rule: it stands on its own record if it still passes. */
static void
rejudge(struct guard *guard, struct rib_rule *rule)
{
	struct verdict verdict;

	rule_unwait(rule);
	if (rule->flags & RULE_ENDED)
		return;
	if (life_is_over(rule)) {
		/* While nobody looked: it does not go inward once more. */
		guard_end(guard, rule, ENTRY_EXPIRY, REASON_EXPIRED);
		return;
	}
	if (rule->flags & RULE_FLAPPED)
		return; /* on record as it is */
	if (contain_crashed(guard, rule)) {
		contain_crash(guard, rule);
		return;
	}
	if (contain_out(guard, rule)) {
		contain_hold(guard, rule);
		return;
	}
	/* Its routes may come yet, or wait for the brake. */
	if (rule_passes(rule) || rule->state == STATE_HELD)
		ground_ask(guard, rule, &verdict);
	else
		guard_ask(
		    guard, guard->peers[rule->peer], rule, &verdict, NULL);
	if (verdict.reason == REASON_DENIED && rule->reason == REASON_DENIED)
		return; /* on record as it is */
	if (verdict_accepts(&verdict) && rule_passes(rule) &&
	    !rewritten_since(rule, &verdict)) {
		rule_count(guard, rule, &verdict);
		if (rule->flags & RULE_STALE)
			rule_state(guard, rule, STATE_LINGERING,
			    REASON_SESSION_LOST, CHECK_NONE);
		else if (rule->state == STATE_LINGERING)
			rule_state(guard, rule, verdict.state, verdict.reason,
			    CHECK_NONE);
		guard_originate(guard, rule);
		rule->active_ms = 0; /* it was so before */
	} else if (verdict.state == STATE_HELD && rule->state == STATE_HELD) {
		rule_count(guard, rule, &verdict);
	} else {
		guard_judge(guard, rule, NULL, 0);
	}
}

/* Those whose neighbour was removed while the store was away leave; those
 * that are up or lost get their linger. */
static void
reconcile(struct guard *guard, bool configured)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];

		if (peer == NULL || peer->internal ||
		    peer->configured != configured)
			continue;
		if (configured)
			customer_reconcile(guard, peer);
		else
			customer_end_all(guard, peer, REASON_CUSTOMER_REMOVED);
	}
}

static void
restore_finish(struct guard *guard)
{
	struct rib_link *link;
	unsigned n = 0;

	guard->told = false;
	guard->loaded = true;
	guard_note(guard, ENTRY_START, "guard started");
	proof_record(guard, &guard->proof);
	reconcile(guard, false);
	for (link = guard->in.all.next; link != &guard->in.all;) {
		struct rib_rule *rule = LINK_ENTRY(link, struct rib_rule, all);

		link = link->next;
		if ((rule->flags & RULE_WANTED) && (rule->flags & RULE_LIVE)) {
			rejudge(guard, rule);
			n++;
		} else if ((rule->flags & RULE_WANTED) == 0) {
			(void)rule_release(guard, rule);
		}
	}
	for (unsigned d = 1; d < DIALECT_COUNT; d++)
		rib_out_sweep(&guard->out[d]);
	reconcile(guard, true);
	log_line(LOG_INFO, "guard: %u live rules restored, log at %" PRIu64, n,
	    journal_next(guard->journal));
}

/*
 * A withdrawal that was not yet on disk when the last guard died is known to
 * its session alone: what stands is settled when they have been heard.
 */
void
restore_loaded(struct guard *guard)
{
	if (!guard->loading)
		return;
	guard->loading = false;
	guard->told = true;
	guard->told_ms = loop_now_ms(guard->loop);
	timer_start(guard->second, HEAR_MS, 1000);
}
