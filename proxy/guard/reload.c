/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configurations: the first one, a new one, and what a new one would do.
 *
 * A set is taken only when its last message is there and all were sound. A dry
 * run judges every standing rule under it and says which would end; applying
 * it judges every rule, ends those that no longer pass, and lets those in that
 * now do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/guard.h"

struct tally {
	uint32_t kept;
	uint32_t withdrawn;
};

static void
result_send(struct guard *guard, const struct config *config, bool ok,
    const struct tally *tally, const char *text)
{
	struct msg_cfg_result *msg =
	    channel_reserve(guard->supervisor, MSG_CFG_RESULT, sizeof(*msg));

	if (msg == NULL)
		return;
	memset((char *)msg + sizeof(msg->head), 0,
	    sizeof(*msg) - sizeof(msg->head));
	msg->generation = config->begin.generation;
	msg->ok = ok;
	msg->withdrawn = tally->withdrawn;
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

/* Would this rule end under config? The verdict says why. */
static bool
would_end(struct guard *guard, const struct config *config,
    const struct rib_rule *rule, struct verdict *verdict)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	const struct config_customer *to =
	    config_customer(config, peer->customer->number);
	const struct config *now = guard->config;
	const struct customer *policy = peer->customer->policy;

	memset(verdict, 0, sizeof(*verdict));
	verdict->reason = REASON_CUSTOMER_REMOVED;
	verdict->state = STATE_WITHDRAWN;
	if (to == NULL || config_neighbor(config, peer->number) == NULL)
		return true;
	/* Ask under the other configuration, as if it were in force. */
	guard->config = (struct config *)(uintptr_t)config;
	peer->customer->policy = &to->policy;
	guard_ask(guard, peer, rule, verdict, NULL);
	peer->customer->policy = policy;
	guard->config = (struct config *)(uintptr_t)now;
	return !verdict_accepts(verdict);
}

static void
dry_run(struct guard *guard, const struct config *config)
{
	struct tally tally = { 0, 0 };
	char text[128];

	for (struct rib_link *l = guard->in.all.next; l != &guard->in.all;
	     l = l->next) {
		struct rib_rule *rule = LINK_ENTRY(l, struct rib_rule, all);
		struct verdict verdict;

		if (!stands(rule))
			continue;
		if (!would_end(guard, config, rule, &verdict)) {
			tally.kept++;
			continue;
		}
		tally.withdrawn++;
		(void)operator_row_verdict(
		    guard, config->begin.request, rule, &verdict);
	}
	(void)snprintf(text, sizeof(text),
	    "%" PRIu32 " rules would be withdrawn, %" PRIu32 " kept",
	    tally.withdrawn, tally.kept);
	operator_end(guard, config->begin.request, 0, text);
	result_send(guard, config, true, &tally, text);
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
		guard_leave(
		    guard, rule, ENTRY_WITHDRAWAL, REASON_CUSTOMER_REMOVED);
		return;
	}
	if (rule->flags & RULE_ENDED)
		return;
	guard_ask(guard, peer, rule, &verdict, NULL);
	if (stood && verdict_accepts(&verdict)) {
		tally->kept++;
		if (rule->owners != NULL)
			guard_originate(guard, rule); /* dialects, parts */
		return;
	}
	if (!stood && verdict.reason == rule->reason)
		return;
	tally->withdrawn += stood;
	guard_judge(guard, rule, NULL, 0);
}

static void
record_config(struct guard *guard, const struct tally *tally)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_CONFIG);
	memcpy(e->operator_name, guard->config->begin.operator_name,
	    sizeof(e->operator_name));
	e->operator_name[sizeof(e->operator_name) - 1] = '\0';
	(void)snprintf(e->text, sizeof(e->text),
	    "configuration in force: %zu customers, %zu neighbours, %" PRIu32
	    " rules withdrawn, %" PRIu32 " kept",
	    guard->config->n_customers, guard->config->n_neighbors,
	    tally->withdrawn, tally->kept);
	(void)guard_entry_append(guard, NULL);
}

/* A neighbour's dialect may have changed: its cursor moves to that table. */
static void
inward_move(struct guard *guard)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];
		const struct msg_cfg_neighbor *neighbor;

		if (peer == NULL || !peer->internal || !peer->attached)
			continue;
		neighbor = config_neighbor(guard->config, peer->number);
		if (neighbor != NULL && neighbor->emit != peer->dialect) {
			inward_close(guard, peer);
			peer->dialect = neighbor->emit;
			inward_open(guard, peer);
		}
		inward_attrs(guard, peer);
	}
}

static void
apply(struct guard *guard, struct config *config)
{
	struct config *old = guard->config;
	struct tally tally = { 0, 0 };
	struct rib_link *link;

	guard->config = config;
	inward_move(guard);
	if (peers_configure(guard) < 0) {
		log_line(LOG_ERROR, "guard: configuration: out of memory");
		loop_stop(guard->loop); /* a new guard starts clean */
		return;
	}
	config_free(old);
	if (old == NULL)
		return;
	link = guard->in.all.next;
	while (guard->loaded && link != &guard->in.all) {
		struct rib_rule *rule = LINK_ENTRY(link, struct rib_rule, all);

		link = link->next;
		if (rule->flags & RULE_WANTED)
			judge_again(guard, rule, &tally);
	}
	record_config(guard, &tally);
	result_send(guard, config, true, &tally, "applied");
	if (config->begin.request != 0) {
		char text[128];

		(void)snprintf(text, sizeof(text),
		    "%" PRIu32 " rules withdrawn, %" PRIu32 " kept",
		    tally.withdrawn, tally.kept);
		operator_end(guard, config->begin.request, 0, text);
	}
}

static void
finish(struct guard *guard)
{
	struct config *config = guard->incoming;

	guard->incoming = NULL;
	if (config->begin.purpose == CFG_DRY_RUN && guard->config != NULL) {
		dry_run(guard, config);
		config_free(config);
		return;
	}
	apply(guard, config);
}

void
reload_take(struct guard *guard, const struct msg_head *head)
{
	static const struct tally none;

	if (head->kind == MSG_CFG_BEGIN) {
		config_free(guard->incoming);
		guard->incoming = config_new(
		    (const struct msg_cfg_begin *)(const void *)head);
		return;
	}
	if (guard->incoming == NULL)
		return;
	if (config_take(guard->incoming, head) < 0) {
		log_line(LOG_ERROR, "guard: configuration: message %u refused",
		    (unsigned)head->kind);
		result_send(guard, guard->incoming, false, &none,
		    "the guard refused the configuration");
		config_free(guard->incoming);
		guard->incoming = NULL;
		return;
	}
	if (guard->incoming->complete)
		finish(guard);
}
