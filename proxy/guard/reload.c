/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configurations: the first one, a new one, and what a new one would do.
 *
 * A set is taken only when its last message is there and all were sound. A dry
 * run judges every rule under it and says which would end and which would come
 * in; applying it judges every rule, ends those that no longer pass, and lets
 * those in that now do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"
#include "proxy/guard/proof.h"
#include "proxy/guard/quota.h"

struct tally {
	uint32_t kept;
	uint32_t withdrawn;
	uint32_t admitted; /* did not stand and now would */
	uint32_t listed;
};

#define TALLY_TEXT_MAX 160

/* "1 rule would be withdrawn, 2 would newly go inward, 3 kept" */
static void
tally_text(const struct tally *tally, bool done, char out[TALLY_TEXT_MAX])
{
	char listed[32] = "";

	if (!done && tally->listed < tally->withdrawn + tally->admitted)
		(void)snprintf(listed, sizeof(listed), " (%" PRIu32 " listed)",
		    tally->listed);
	(void)snprintf(out, TALLY_TEXT_MAX,
	    "%" PRIu32 " rule%s %swithdrawn, %" PRIu32 " %s inward, %" PRIu32
	    " kept%s",
	    tally->withdrawn, tally->withdrawn == 1 ? "" : "s",
	    done ? "" : "would be ", tally->admitted,
	    done ? "newly" : "would newly go", tally->kept, listed);
}

static void
result_send(struct guard *guard, uint64_t generation, bool ok,
    const struct tally *tally, const char *text)
{
	struct msg_cfg_result *msg =
	    channel_reserve(guard->supervisor, MSG_CFG_RESULT, sizeof(*msg));

	if (msg == NULL)
		return;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->generation = generation;
	msg->ok = ok;
	msg->withdrawn = tally->withdrawn;
	msg->admitted = tally->admitted;
	msg->kept = tally->kept;
	(void)snprintf(msg->text, sizeof(msg->text), "%s", text);
	channel_commit(guard->supervisor, sizeof(*msg));
	channel_flush(guard->supervisor);
}

static bool
stands(const struct rib_rule *rule)
{
	return (rule->flags & RULE_WANTED) && rule_passes(rule);
}

/*
 * A new configuration ends what it takes the ground from; where it validates
 * as before, what routes do to standing rules goes the way of all routes'
 * changes, through damping and the brake.
 */
static void
ask(struct guard *guard, struct rib_rule *rule, struct verdict *verdict)
{
	const struct guard_peer *peer = guard->peers[rule->peer];

	if ((stands(rule) || rule->state == STATE_HELD) &&
	    !peer->customer->revalidate)
		ground_ask(guard, rule, verdict);
	else
		guard_ask(guard, peer, rule, verdict, NULL);
}

/* Whose rules are validated in another way under the one than the other? */
static void
mark_revalidated(
    struct guard *guard, const struct config *from, const struct config *to)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		struct guard_customer *c = guard->customers[i];
		const struct config_customer *was =
		    config_customer(from, c->number);
		const struct config_customer *is =
		    config_customer(to, c->number);

		c->revalidate =
		    was == NULL || is == NULL ||
		    !config_same_validation(&was->policy, &is->policy);
	}
}

/*
 * What would become of this rule under config? Asked in the order in which the
 * rules would be judged again, each with the room that those before it leave.
 */
static void
ask_under(struct guard *guard, struct config *config, struct rib_rule *rule,
    struct verdict *verdict)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	struct guard_customer *customer = peer->customer;
	const struct config_customer *to =
	    config_customer(config, customer->number);
	struct config *now = guard->config;
	const struct customer *policy = customer->policy;
	uint8_t counted = rule->counted;

	memset(verdict, 0, sizeof(*verdict));
	verdict->reason = REASON_CUSTOMER_REMOVED;
	verdict->state = STATE_WITHDRAWN;
	if (to == NULL ||
	    (!noc_owns(rule) && config_neighbor(config, peer->number) == NULL))
		return;
	guard->config = config;
	customer->policy = &to->policy;
	rule->counted = 0;
	ask(guard, rule, verdict);
	if (verdict->state != STATE_REFUSED)
		quota_try(guard, rule, verdict);
	rule->counted = counted;
	customer->policy = policy;
	guard->config = now;
}

static void
dry_rule(struct guard *guard, struct config *config, struct rib_rule *rule,
    struct tally *tally)
{
	struct verdict verdict;
	bool stood = stands(rule);

	ask_under(guard, config, rule, &verdict);
	if (stood == verdict_accepts(&verdict)) {
		tally->kept += stood;
		return;
	}
	tally->withdrawn += stood;
	tally->admitted += !stood;
	if (operator_row_verdict(
		guard, config->begin.request, rule, &verdict) == 0)
		tally->listed++;
}

/* In the order of judge_all(). */
static void
dry_pass(struct guard *guard, struct config *config, bool counted,
    struct tally *tally)
{
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, all);

		if ((rule->counted != 0) == counted &&
		    (rule->flags & (RULE_WANTED | RULE_ENDED)) == RULE_WANTED)
			dry_rule(guard, config, rule, tally);
	}
}

static void
dry_run(struct guard *guard, struct config *config)
{
	struct tally tally = { 0 };
	char text[TALLY_TEXT_MAX];

	mark_revalidated(guard, guard->config, config);
	for (size_t i = 0; i < config->n_customers; i++)
		evidence_age(&config->customers[i].policy.irr, guard->now_ns);
	quota_save(guard, config);
	if (guard->loaded) {
		dry_pass(guard, config, true, &tally);
		dry_pass(guard, config, false, &tally);
	}
	quota_restore(guard);
	tally_text(&tally, false, text);
	operator_end(guard, config->begin.request, 0, text);
	result_send(guard, config->begin.generation, true, &tally, text);
}

/* It stands, but what its record says of it is not so any more: with other
 * actions, or for longer than it may. */
static bool
needs_record(struct guard *guard, struct rib_rule *rule, unsigned state)
{
	const struct customer *policy =
	    guard->peers[rule->peer]->customer->policy;
	bool other =
	    rule->owners == NULL && (state == STATE_ACCEPTED_MODIFIED ||
					rule->state == STATE_ACCEPTED_MODIFIED);

	for (const struct rib_owner *o = rule->owners; o != NULL;
	     o = o->next_of_rule)
		other = other || !action_equal(&o->actions, &guard->emitted);
	return life_limit(guard, rule, policy->lifetime_ms) || other;
}

/* On record anew before it goes inward so. */
static void
judge_anew(struct guard *guard, struct rib_rule *rule)
{
	guard_judge(guard, rule, NULL, 0);
	if ((rule->flags & RULE_STALE) && rule_passes(rule))
		rule_state(guard, rule, STATE_LINGERING, REASON_SESSION_LOST,
		    CHECK_NONE);
}

/* One rule under the new configuration, now in force. */
static void
judge_again(struct guard *guard, struct rib_rule *rule, struct tally *tally)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	bool stood = stands(rule);
	struct verdict verdict;

	if (!peer->configured || peer->customer->policy == NULL) {
		tally->withdrawn += stood;
		peer->customer->verdicts[REASON_CONFIGURATION] += stood;
		guard_leave(
		    guard, rule, ENTRY_WITHDRAWAL, REASON_CUSTOMER_REMOVED);
		return;
	}
	if (rule->flags & RULE_ENDED)
		return;
	ask(guard, rule, &verdict);
	if (stood && verdict_accepts(&verdict) &&
	    needs_record(guard, rule, verdict.state)) {
		tally->kept++;
		judge_anew(guard, rule);
		return;
	}
	if ((stood && verdict_accepts(&verdict)) ||
	    (!stood && rule->again && verdict.reason == rule->reason)) {
		rule_uncount(guard, rule);
		rule_count(guard, rule, &verdict);
		tally->kept += stood;
		if (rule->owners != NULL)
			guard_originate(guard, rule); /* dialects, parts */
		return;
	}
	if (!stood && verdict.reason == rule->reason)
		return;
	tally->withdrawn += stood;
	peer->customer->verdicts[REASON_CONFIGURATION] += stood;
	guard_judge(guard, rule, NULL, 0);
	tally->admitted += !stood && stands(rule);
}

static void
judge_pass(struct guard *guard, bool again, struct tally *tally)
{
	struct rib_link *link = guard->in.all.next;

	while (link != &guard->in.all) {
		struct rib_rule *rule = LINK_ENTRY(link, struct rib_rule, all);

		link = link->next;
		if ((rule->flags & RULE_WANTED) && rule->again == again)
			judge_again(guard, rule, tally);
	}
}

/*
 * All rules, those that stand or are held first: another that passes now must
 * not take their room. Where there is less room, the first seen stay.
 */
static void
judge_all(struct guard *guard, struct tally *tally)
{
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, all);

		rule->again = rule->counted;
		rule_uncount(guard, rule);
	}
	judge_pass(guard, true, tally);
	judge_pass(guard, false, tally);
}

static void
record_config(struct guard *guard, const struct tally *tally)
{
	const struct msg_cfg_begin *begin = &guard->config->begin;
	struct entry *e = &guard->entry;
	size_t n = guard->config->n_customers - 1; /* without the NOC */
	size_t m = guard->config->n_neighbors;
	char text[TALLY_TEXT_MAX];

	tally_text(tally, true, text);
	guard_entry_begin(guard, ENTRY_CONFIG);
	memcpy(
	    e->operator_name, begin->operator_name, sizeof(e->operator_name));
	e->operator_name[sizeof(e->operator_name) - 1] = '\0';
	/* Each rule's own record says what it fails by. */
	if (tally->withdrawn > 0)
		e->reason = REASON_CONFIGURATION;
	e->count = tally->withdrawn;
	(void)snprintf(e->text, sizeof(e->text),
	    "configuration in force%s: %zu customer%s, %zu neighbour%s, %s",
	    begin->rollback        ? " (rolled back)"
	    : begin->confirm_s > 0 ? " (on trial)"
				   : "",
	    n, n == 1 ? "" : "s", m, m == 1 ? "" : "s", text);
	(void)guard_entry_append(guard, NULL);
}

/* Customers whose rules are validated may be others. */
static void
track_all(struct guard *guard)
{
	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, all);

		(void)ground_track(
		    guard, rule, guard->peers[rule->peer]->customer->policy);
		if (rule->ground != GROUND_FINE)
			ground_touch(guard, rule); /* it may be fine now */
	}
}

/* A neighbour's dialect may have changed: its cursor moves to that table. */
static void
move_inward(struct guard *guard)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];
		const struct msg_cfg_neighbor *neighbor;

		if (peer == NULL || !peer->internal || !peer->attached)
			continue;
		neighbor = config_neighbor(guard->config, peer->number);
		if (neighbor != NULL && neighbor->emit != peer->dialect)
			inward_move(guard, peer, neighbor->emit);
		inward_again(peer);
	}
}

static void
refuse_set(struct guard *guard, struct config *config, const char *why)
{
	static const struct tally none;
	char text[SELFTEST_TEXT_MAX + 64];

	(void)snprintf(
	    text, sizeof(text), "the self-test failed under it: %s", why);
	log_line(LOG_ERROR, "guard: configuration: %s", text);
	result_send(guard, config->begin.generation, false, &none, text);
	config_free(config);
}

static void
apply(struct guard *guard, struct config *config)
{
	struct config *old = guard->config;
	struct selftest_result proof;
	struct tally tally = { 0 };
	char text[TALLY_TEXT_MAX];

	/* A set under which a bad rule passes is not taken; at the start there
	 * is no other, and nothing goes inward. */
	if (!proof_run(guard, config, &proof) && old != NULL) {
		proof_record(guard, &proof);
		refuse_set(guard, config, proof.text);
		return;
	}
	guard->config = config;
	move_inward(guard);
	guard->proof = proof;
	guard->unfit = proof.failed > 0;
	if (peers_configure(guard) < 0) {
		log_line(LOG_ERROR,
		    "guard: configuration: cannot be taken; starting anew");
		guard->old = old; /* customers may still point to it */
		loop_stop(guard->loop);
		return;
	}
	unicast_configure(guard, old);
	inward_configure(guard);
	if (old == NULL)
		return;
	proof_record(guard, &proof);
	mark_revalidated(guard, old, config);
	config_free(old);
	track_all(guard);
	if (guard->loaded)
		judge_all(guard, &tally);
	record_config(guard, &tally);
	tally_text(&tally, true, text);
	operator_end(guard, config->begin.request, 0, text);
	result_send(guard, config->begin.generation, true, &tally, "applied");
}

static void
refuse(struct guard *guard, uint64_t generation, const char *why)
{
	static const struct tally none;

	log_line(LOG_ERROR, "guard: configuration: %s", why);
	result_send(guard, generation, false, &none, why);
	config_free(guard->incoming);
	guard->incoming = NULL;
}

static void
begin(struct guard *guard, const struct msg_cfg_begin *msg)
{
	config_free(guard->incoming);
	guard->incoming = config_new(msg);
	if (guard->incoming == NULL)
		refuse(guard, msg->generation, "the guard cannot take it");
}

static void
finish(struct guard *guard)
{
	struct config *config = guard->incoming;

	if (config->begin.purpose != CFG_DRY_RUN) {
		guard->incoming = NULL;
		apply(guard, config);
	} else if (guard->config == NULL) {
		refuse(guard, config->begin.generation,
		    "the guard has none yet to compare with");
	} else {
		dry_run(guard, config);
		config_free(config);
		guard->incoming = NULL;
	}
}

void
reload_take(struct guard *guard, const struct msg_head *head)
{
	const void *msg = head;

	if (head->kind == MSG_CFG_BEGIN) {
		begin(guard, msg);
		return;
	}
	if (guard->incoming == NULL)
		return;
	if (config_take(guard->incoming, head) < 0)
		refuse(guard, guard->incoming->begin.generation,
		    "the guard refused the configuration");
	else if (guard->incoming->complete)
		finish(guard);
}
