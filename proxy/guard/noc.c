/* SPDX-License-Identifier: BSD-2-Clause */
/* The operators' own rules: a peer without a session. */
#include "proxy/guard/noc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/life.h"

struct guard_peer *
noc_peer(const struct guard *guard)
{
	return guard->peers[GUARD_PEER_NOC];
}

bool
noc_owns(const struct rib_rule *rule)
{
	return rule->peer == GUARD_PEER_NOC;
}

/* A session that is always up: the operators are there. */
static void
peer_fill(struct guard_peer *peer)
{
	peer->number = GUARD_PEER_NOC;
	peer->configured = true;
	peer->families = FAMILY_FLOWSPEC;
	peer->heard = true;
	peer->replayed = true;
	peer->complete = FAMILY_FLOWSPEC;
	peer->state.up = 1;
	peer->state.authenticated = 1;
	peer->state.state = BGP_ESTABLISHED;
	(void)snprintf(peer->name, sizeof(peer->name), "%s", CFG_NOC_NAME);
	(void)snprintf(
	    peer->address, sizeof(peer->address), "%s", CFG_NOC_NAME);
	memcpy(peer->session, peer->address, sizeof(peer->session));
}

int
noc_configure(struct guard *guard)
{
	const struct config *config = guard->config;
	struct guard_peer *peer = noc_peer(guard);
	struct guard_customer *customer;

	if (config->noc >= config->n_customers)
		return -1;
	customer =
	    customer_of_number(guard, config->customers[config->noc].number);
	if (customer == NULL)
		return -1;
	if (peer != NULL)
		return peer->customer == customer ? 0 : -1;
	peer = calloc(1, sizeof(*peer));
	if (peer == NULL)
		return -1;
	peer->guard = guard;
	peer->customer = customer;
	link_init(&peer->rules);
	link_init(&peer->acks);
	peer_fill(peer);
	guard->peers[GUARD_PEER_NOC] = peer;
	return 0;
}

void
noc_fini(struct guard *guard)
{
	free(guard->peers[GUARD_PEER_NOC]);
	guard->peers[GUARD_PEER_NOC] = NULL;
}

/* ---- who announced it ---- */

const char *
noc_operator(const struct guard *guard, const struct rib_rule *rule)
{
	if (!noc_owns(rule) || rule->handle >= GUARD_NOC_NAMES)
		return "";
	return guard->noc_names[rule->handle];
}

static bool
name_in_use(const struct guard *guard, size_t at)
{
	const struct guard_peer *peer = noc_peer(guard);

	for (struct rib_link *l = peer->rules.next; l != &peer->rules;
	     l = l->next) {
		if (LINK_ENTRY(l, struct rib_rule, of_peer)->handle == at)
			return true;
	}
	return false;
}

/* Its place; HANDLE_NONE when too many have rules. */
static uint64_t
name_place(struct guard *guard, const char *name)
{
	uint64_t free_at = RULE_HANDLE_NONE;

	for (size_t i = 0; i < GUARD_NOC_NAMES; i++) {
		if (strcmp(guard->noc_names[i], name) == 0)
			return i;
	}
	for (size_t i = 0; i < GUARD_NOC_NAMES; i++) {
		if (!name_in_use(guard, i)) {
			free_at = i;
			break;
		}
	}
	if (free_at != RULE_HANDLE_NONE)
		(void)snprintf(guard->noc_names[free_at],
		    sizeof(guard->noc_names[free_at]), "%.31s", name);
	return free_at;
}

void
noc_restored(
    struct guard *guard, struct rib_rule *rule, const char *operator_name)
{
	rule->flags |= RULE_NOC;
	rule->flags &= (uint16_t)~RULE_STALE;
	if (rule->flags & RULE_APPROVED)
		rule->flags |= RULE_SECONDED;
	rule->handle = name_place(guard, operator_name);
}

/* ---- announce, retract ---- */

/* A refused one stays known, and may come in later: they should know. */
static void
answer(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule, uint64_t gone)
{
	char text[sizeof(((struct msg_ctl_end *)0)->text)];
	char first[64] = "", then[96] = "";
	bool no = rule->state == STATE_REFUSED;
	bool held = rule->state == STATE_HELD;

	if (gone != 0 && gone != rule->id)
		(void)snprintf(first, sizeof(first),
		    ", in the place of rule %" PRIu64, gone);
	if (no)
		(void)snprintf(then, sizeof(then),
		    "; it comes in when nothing is against it any more, unless "
		    "you `sluice retract %" PRIu64 "`",
		    rule->id);
	else if (rule->reason == REASON_SECOND_OPERATOR)
		(void)snprintf(then, sizeof(then),
		    ": `sluice approve %" PRIu64 "`", rule->id);
	(void)snprintf(text, sizeof(text), "rule %" PRIu64 " is %s%s%s%s%s",
	    rule->id, state_name(rule->state), first, no || held ? ": " : "",
	    no || held ? reason_text(rule->reason) : "", then);
	operator_end(guard, msg->request, no, text);
}

/* The same rule, told already: a new one in its place if it is another. */
static bool
told_already(struct guard *guard, const struct msg_ctl_request *msg,
    struct rib_rule *rule)
{
	char text[96];

	if ((rule->flags & (RULE_WANTED | RULE_ENDED)) != RULE_WANTED ||
	    !action_equal(&rule->actions, &msg->actions) ||
	    rule->state == STATE_REFUSED || rule->state == STATE_REVOKED)
		return false;
	(void)snprintf(text, sizeof(text),
	    "it is rule %" PRIu64 " already; sluice extend %" PRIu64
	    " lets it live longer",
	    rule->id, rule->id);
	operator_end(guard, msg->request, 1, text);
	return true;
}

/* A rule that stands is not given up for one that would be refused. */
static bool
keeps_old(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *old)
{
	char text[ENTRY_TEXT_MAX];
	struct verdict verdict;
	struct rib_rule asked;

	memcpy(&asked, old, offsetof(struct rib_rule, rule));
	memcpy((void *)&asked.rule, &msg->rule, rule_size(&msg->rule));
	asked.actions = msg->actions;
	asked.owners = NULL;
	guard_ask(guard, noc_peer(guard), &asked, &verdict, NULL);
	if (verdict.state != STATE_REFUSED)
		return false;
	(void)snprintf(text, sizeof(text),
	    "refused: %.60s: %.100s; rule %" PRIu64 " stands as it was",
	    reason_name(verdict.reason), verdict.evidence, old->id);
	(void)operator_record(guard, msg, old, "announce: refused");
	operator_end(guard, msg->request, 1, text);
	return true;
}

/* The way of a customer's announcement: the same function. */
void
noc_announce(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct guard_peer *peer = noc_peer(guard);
	struct msg_rule_announce said = { .wire_reason = REASON_ACCEPTED };
	struct rib_rule *rule;
	uint64_t place = name_place(guard, msg->operator_name), gone;

	if (!guard->loaded || !journal_room(guard->journal, false)) {
		operator_end(guard, msg->request, 1,
		    guard->loaded ? "the log cannot take it now"
				  : "the guard is starting; try again");
		return;
	}
	rule = rib_in_find(&guard->in, peer->number, &msg->rule);
	if (rule != NULL && told_already(guard, msg, rule))
		return;
	if (place == RULE_HANDLE_NONE) {
		operator_end(guard, msg->request, 1,
		    "too many operators have rules; retract some");
		return;
	}
	gone = rule != NULL && rule_passes(rule) ? rule->id : 0;
	if (gone != 0 && keeps_old(guard, msg, rule))
		return;
	if (rule != NULL && (rule->flags & RULE_WANTED) != 0 &&
	    (rule->state == STATE_REFUSED || rule->state == STATE_REVOKED ||
		(rule->flags & RULE_ENDED) != 0))
		guard_leave(guard, rule, ENTRY_WITHDRAWAL, REASON_REPLACED);
	said.handle = place;
	said.wish.lifetime_s = (uint32_t)(msg->lifetime_ms / 1000);
	said.actions = msg->actions;
	memcpy(&said.rule, &msg->rule, rule_size(&msg->rule));
	guard_announce(guard, peer, &said, NULL);
	rule = rib_in_find(&guard->in, peer->number, &msg->rule);
	if (rule == NULL) {
		operator_end(guard, msg->request, 1, "too many rules");
		return;
	}
	(void)operator_record(guard, msg, rule, "announce"); /* and why */
	answer(guard, msg, rule, gone);
}

void
noc_retract(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct rib_rule *rule = rib_in_by_id(&guard->in, msg->id);

	if (rule == NULL || (rule->flags & RULE_WANTED) == 0) {
		operator_end(guard, msg->request, 1, "no such rule");
		return;
	}
	if (!noc_owns(rule)) {
		operator_end(guard, msg->request, 1,
		    "it is a customer's; `sluice withdraw ID` takes it out");
		return;
	}
	rib_out_drop(rule); /* before anything that may fail */
	(void)operator_record(guard, msg, rule, "retract");
	guard_leave(guard, rule, ENTRY_WITHDRAWAL, REASON_RETRACTED);
	operator_end(guard, msg->request, 0, "retracted");
}
