/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flap breaker: a session that is lost twice just after the same rule went
 * active points at the rule, which is then kept out until an operator has
 * looked. A rule may cut the very path that its withdrawal would take. So are
 * rules that a guard worked on when it crashed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/contain.h"

#define NOTIFICATION_HOLD_TIMER 4u /* RFC 4271 4.5 */

struct loss {
	const char *whose;
	uint64_t window_ms; /* rules that went active within it may be why */
};

static uint64_t
hash_of(const struct rib_rule *rule)
{
	return (uint64_t)rule->hash << 16 | rule->rule.n_terms;
}

static bool
breaks(const struct guard *guard, const struct rib_rule *rule)
{
	const struct customer *policy =
	    guard->peers[rule->peer]->customer->policy;

	return policy != NULL && policy->flap_breaker;
}

/* So that a new guard knows it. */
static void
record(struct guard *guard, struct rib_rule *rule, const char *evidence)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_REVOCATION);
	guard_entry_rule(guard, rule);
	e->check = CHECK_SESSION;
	(void)snprintf(e->evidence, sizeof(e->evidence), "%s", evidence);
	e->live_op = LIVE_PUT;
	if (guard_entry_append(guard, rule)) {
		rule->seq = e->seq;
		rule->id = e->rule_id;
		rule->flags |= RULE_LIVE;
	}
}

/* Out, and known to be so after a restart. */
static void
break_rule(struct guard *guard, struct rib_rule *rule, const char *whose)
{
	char evidence[EVIDENCE_MAX];

	rule->flags |= RULE_FLAPPED;
	contain_hold(guard, rule);
	log_line(LOG_ERROR,
	    "rule %" PRIu64 " of %s: quarantined: session %s was lost twice "
	    "just after it went active; sluice release %" PRIu64,
	    rule->id, guard->peers[rule->peer]->customer->name, whose,
	    rule->id);
	if (!guard->loaded || rule->id == RULE_ID_NONE ||
	    rule->wait == WAIT_RECORD || !journal_room(guard->journal, true))
		return; /* a new guard lets it in once more */
	(void)snprintf(evidence, sizeof(evidence),
	    "session %.63s was lost twice within 30 s of it", whose);
	record(guard, rule, evidence);
}

/* What stopped when the rule went active is missed only when the hold timer
 * ends (RFC 4271 6.5). */
static uint64_t
window_ms(const struct msg_session_state *msg)
{
	bool held = msg->code == NOTIFICATION_HOLD_TIMER;

	return GUARD_FLAP_MS + (held ? msg->hold_s * UINT64_C(1000) : 0);
}

static void
suspect_all(struct guard *guard, struct suspects *suspects,
    struct rib_link *rules, const struct loss *loss)
{
	uint64_t now = loop_now_ms(guard->loop);

	for (struct rib_link *l = rules->next; l != rules; l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, of_peer);

		if (!rule_passes(rule) || rule->active_ms == 0 ||
		    now - rule->active_ms > loss->window_ms ||
		    !breaks(guard, rule))
			continue;
		if (suspects_loss(suspects, hash_of(rule), now) >= GUARD_FLAPS)
			break_rule(guard, rule, loss->whose);
	}
}

void
contain_lost(struct guard *guard, struct guard_peer *peer,
    const struct msg_session_state *msg)
{
	const struct loss loss = { peer->name, window_ms(msg) };

	if (!peer->internal) {
		suspect_all(
		    guard, &peer->customer->suspects, &peer->rules, &loss);
		return;
	}
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		if (guard->peers[i] != NULL && !guard->peers[i]->internal)
			suspect_all(guard, &guard->suspects,
			    &guard->peers[i]->rules, &loss);
	}
}

void
contain_suspect(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *c = guard->peers[rule->peer]->customer;
	uint64_t now = loop_now_ms(guard->loop);

	(void)contain_crashed(guard, rule);
	if (!breaks(guard, rule))
		return;
	if (suspects_count(&c->suspects, hash_of(rule), now) >= GUARD_FLAPS ||
	    suspects_count(&guard->suspects, hash_of(rule), now) >= GUARD_FLAPS)
		rule->flags |= RULE_FLAPPED;
}

/* ---- crashes ---- */

bool
contain_crashed(struct guard *guard, struct rib_rule *rule)
{
	if (guard->past.n > 0 &&
	    past_suspects(&guard->past,
		guard->peers[rule->peer]->customer->number, &rule->rule))
		rule->flags |= RULE_SUSPECT;
	return (rule->flags & RULE_SUSPECT) != 0;
}

bool
contain_recorded(const struct rib_rule *rule)
{
	return (rule->flags & (RULE_SUSPECT | RULE_LIVE)) ==
		   (RULE_SUSPECT | RULE_LIVE) &&
	       rule->state == STATE_QUARANTINED &&
	       rule->reason == REASON_CRASH_SUSPECT;
}

void
contain_crash(struct guard *guard, struct rib_rule *rule)
{
	if (contain_recorded(rule))
		return;
	contain_hold(guard, rule);
	record(guard, rule, reason_text(REASON_CRASH_SUSPECT));
	log_line(LOG_ERROR,
	    "rule %" PRIu64 " of %s: quarantined: a guard ended while it "
	    "worked on it; sluice release %" PRIu64,
	    rule->id, guard->peers[rule->peer]->customer->name, rule->id);
}

void
contain_pardon(struct guard *guard, struct rib_rule *rule)
{
	struct guard_customer *c = guard->peers[rule->peer]->customer;

	suspects_forget(&c->suspects, hash_of(rule));
	suspects_forget(&guard->suspects, hash_of(rule));
	past_suspect_forget(&guard->past, c->number, &rule->rule);
	rule->flags &= (uint16_t) ~(RULE_FLAPPED | RULE_SUSPECT);
	guard_judge(guard, rule, NULL, 0);
}
