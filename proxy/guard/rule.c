/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a rule is counted, on what it waits, and when it may be forgotten. */
#include "proxy/common/clock.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/quota.h"

static void
cover(struct rib_rule *rule, struct guard_customer *customer)
{
	struct prefix dst;

	if (customer->coverage == NULL || !rule_dst_prefix(&rule->rule, &dst))
		return;
	if (coverage_add(customer->coverage, &dst) == 0)
		rule->flags |= RULE_COVERS;
}

static void
uncover(struct rib_rule *rule, struct guard_customer *customer)
{
	struct prefix dst;

	if ((rule->flags & RULE_COVERS) == 0 ||
	    !rule_dst_prefix(&rule->rule, &dst))
		return;
	coverage_remove(customer->coverage, &dst);
	rule->flags &= (uint16_t)~RULE_COVERS;
}

void
rule_count(
    struct guard *guard, struct rib_rule *rule, const struct verdict *verdict)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;

	if (verdict->reason == REASON_DRY_RUN)
		return; /* it takes no room, nobody's */
	rule->parts = (uint8_t)verdict->rules;
	rule->cost = verdict->cost;
	rule->counted = 1;
	quota_add(guard, customer, rule->parts, rule->cost);
	if (verdict->state == STATE_MONITORED) {
		rule->flags |= RULE_IDLE;
		quota_idle(guard, customer, rule, true);
	}
	cover(rule, customer);
	quota_charge(guard, rule);
}

void
rule_uncount(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *customer = guard->peers[rule->peer]->customer;

	if (!rule->counted)
		return;
	rule->counted = 0;
	if (rule->flags & RULE_IDLE)
		quota_idle(guard, customer, rule, false);
	rule->flags &= (uint16_t)~RULE_IDLE;
	quota_take(guard, customer, rule->parts, rule->cost);
	uncover(rule, customer);
}

void
rule_wait(struct guard *guard, struct rib_rule *rule, enum rule_wait on)
{
	struct guard_peer *peer = guard->peers[rule->peer];
	struct rib_link *lists[] = {
		[WAIT_QUOTA] = &peer->customer->waiting,
		[WAIT_STORE] = &guard->wait_store,
		[WAIT_CONFLICT] = &guard->wait_conflict,
		[WAIT_RECORD] = &guard->wait_record,
		[WAIT_ACK] = &peer->acks,
	};

	rule_unwait(rule);
	rule->wait = (uint8_t)on;
	if (on == WAIT_QUOTA)
		rule->waits_ms = loop_now_ms(guard->loop);
	if (on != WAIT_NONE)
		link_append(lists[on], &rule->waiting);
}

void
rule_unwait(struct rib_rule *rule)
{
	link_remove(&rule->waiting);
	rule->wait = WAIT_NONE;
}

void
rule_state(struct guard *guard, struct rib_rule *rule, unsigned state,
    unsigned reason, unsigned check)
{
	if (rule->state != state || rule->reason != reason) {
		rule->since_ns = guard->now_ns;
		if (reason < GUARD_REASONS)
			guard->peers[rule->peer]->customer->verdicts[reason]++;
	}
	rule->state = (uint8_t)state;
	rule->reason = (uint16_t)reason;
	rule->check = (uint8_t)check;
}

bool
rule_passes(const struct rib_rule *rule)
{
	return rule->state == STATE_ACCEPTED ||
	       rule->state == STATE_ACCEPTED_MODIFIED ||
	       rule->state == STATE_LINGERING;
}

struct rib_rule *
rule_new(struct guard *guard, struct guard_peer *peer, const struct rule *value)
{
	struct guard_customer *customer = peer->customer;
	/* The session keeps to the bound; twice that leaves room for rules
	 * that are gone and not yet recorded. */
	uint64_t most =
	    customer->policy == NULL
		? 0
		: 16 + 4 * (uint64_t)customer->policy->limits.received;
	struct rib_rule *rule;

	if (customer->known >= most)
		return NULL;
	rule = rib_in_add(&guard->in, peer->number, value);
	if (rule == NULL)
		return NULL;
	if (ground_track(guard, rule, customer->policy) < 0) {
		rib_in_remove(&guard->in, rule);
		return NULL;
	}
	link_append(&peer->rules, &rule->of_peer);
	rule->first_seen_ns = guard->now_ns;
	rule->since_ns = guard->now_ns;
	customer->known++;
	return rule;
}

bool
rule_acknowledge(struct guard_peer *peer, uint64_t handle)
{
	struct msg_rule_ack *ack;

	if (peer->channel == NULL || handle == RULE_HANDLE_NONE)
		return true; /* a new process will not ask for it */
	ack = channel_reserve(peer->channel, MSG_RULE_ACK, sizeof(*ack));
	if (ack == NULL)
		return false;
	ack->handle = handle;
	channel_commit(peer->channel, sizeof(*ack));
	return true;
}

bool
rule_release(struct guard *guard, struct rib_rule *rule)
{
	struct guard_peer *peer = guard->peers[rule->peer];

	if ((rule->flags & (RULE_WANTED | RULE_UNRECORDED)) != 0 ||
	    rule->pending > 0)
		return false;
	if (!guard->loaded && (rule->flags & RULE_UNACKED))
		return false; /* the store may still hold it as live */
	if ((rule->flags & RULE_UNACKED) &&
	    !rule_acknowledge(peer, rule->handle)) {
		rule_wait(guard, rule, WAIT_ACK);
		return false;
	}
	operator_forget(guard, rule);
	rib_out_drop(rule);
	rule_uncount(guard, rule);
	peer->customer->known--;
	life_forget(guard, rule);
	depend_remove(&guard->depend, rule);
	rib_in_remove(&guard->in, rule);
	return true;
}
