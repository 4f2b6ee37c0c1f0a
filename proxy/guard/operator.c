/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What operators ask, through the control role. Long answers are given in
 * pieces, as the channel has room: an answer under way remembers the next rule
 * to show, and operator_forget() moves it on when that rule goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/common/check.h"
#include "proxy/common/log.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"

static const char no_room[] = "too many answers are under way; try again";

/* The ends that found no room, as far as there is some now; false when some
 * are left. */
static bool
ends_send(struct guard *guard)
{
	size_t sent = 0;

	while (sent < guard->n_ends &&
	       channel_send(guard->control, &guard->ends[sent],
		   sizeof(guard->ends[0]), -1) == 0)
		sent++;
	guard->n_ends -= sent;
	memmove(guard->ends, &guard->ends[sent],
	    guard->n_ends * sizeof(guard->ends[0]));
	return guard->n_ends == 0;
}

void
operator_end(
    struct guard *guard, uint32_t request, uint32_t exit_code, const char *text)
{
	struct msg_ctl_end msg = {
		.head.kind = MSG_CTL_END,
		.request = request,
		.exit_code = exit_code,
	};

	if (guard->control == NULL || request == 0)
		return;
	(void)snprintf(msg.text, sizeof(msg.text), "%s", text);
	if (ends_send(guard) &&
	    channel_send(guard->control, &msg, sizeof(msg), -1) == 0)
		return;
	/* Control asks for as many programs at a time, so others are none. */
	if (guard->n_ends < GUARD_ENDS)
		guard->ends[guard->n_ends++] = msg;
	else
		log_line(LOG_WARN, "control: an answer found no room");
}

bool
operator_room(const struct guard *guard)
{
	return channel_pending(guard->control) < GUARD_CONTROL_BUFFER / 2;
}

/* When its state ends, or its ground if that is sooner; wall, 0: no end. */
static uint64_t
row_expires_ns(const struct guard *guard, const struct rib_rule *rule)
{
	uint64_t now_ms = loop_now_ms(guard->loop), left_ms = UINT64_MAX;
	uint64_t until_ms = rule->ground == GROUND_GONE   ? rule->gone_ms
			    : rule->ground == GROUND_REST ? rule->rest_ms
							  : UINT64_MAX;

	if (rule->state == STATE_LINGERING)
		left_ms = customer_linger_left_ms(guard->peers[rule->peer]);
	if (until_ms != UINT64_MAX) {
		until_ms = until_ms > now_ms ? until_ms - now_ms : 0;
		left_ms = until_ms < left_ms ? until_ms : left_ms;
	}
	return left_ms == UINT64_MAX
		   ? 0
		   : guard->now_ns + UINT64_C(1000000) * left_ms;
}

static void
row_fill(const struct guard *guard, const struct rib_rule *rule,
    struct msg_ctl_rule *msg)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	bool announced = false;

	for (const struct rib_owner *o = rule->owners; o != NULL;
	     o = o->next_of_rule)
		announced = announced || o->entry->standing;
	memset((char *)msg + sizeof(msg->head), 0,
	    offsetof(struct msg_ctl_rule, rule) - sizeof(msg->head));
	msg->reason = rule->reason;
	msg->state = rule->state;
	msg->check = rule->check;
	msg->family = (uint8_t)family_of(rule->rule.afi, SAFI_FLOWSPEC);
	msg->approved = (rule->flags & RULE_APPROVED) != 0;
	msg->announced = announced;
	msg->durable = rule->pending == 0;
	msg->cost = rule->counted ? rule->cost : 0;
	msg->parts = rule->counted ? rule->parts : 0;
	msg->wish = rule->wish;
	if (rule->ends_ms != 0)
		msg->ends_ns =
		    guard->now_ns + UINT64_C(1000000) * life_left_ms(rule);
	(void)snprintf(msg->operator_name, sizeof(msg->operator_name), "%s",
	    noc_operator(guard, rule));
	msg->id = rule->id;
	msg->seq = rule->seq;
	msg->first_seen_ns = rule->first_seen_ns;
	msg->since_ns = rule->since_ns;
	msg->now_ns = guard->now_ns;
	msg->expires_ns = row_expires_ns(guard, rule);
	msg->ground = rule->ground;
	memcpy(msg->customer, peer->customer->name, sizeof(msg->customer));
	memcpy(msg->neighbor, peer->session, sizeof(msg->neighbor));
	msg->actions = rule->actions;
	memcpy(&msg->rule, &rule->rule, rule_size(&rule->rule));
}

static int
row_send(struct guard *guard, uint32_t request, const struct rib_rule *rule,
    const struct verdict *verdict)
{
	size_t size =
	    offsetof(struct msg_ctl_rule, rule) + rule_size(&rule->rule);
	struct msg_ctl_rule *msg;

	msg = channel_reserve(guard->control, MSG_CTL_RULE, size);
	if (msg == NULL)
		return -1;
	row_fill(guard, rule, msg);
	msg->request = request;
	if (verdict != NULL) {
		msg->state = verdict->state;
		msg->reason = verdict->reason;
		msg->check = verdict->check;
		memcpy(msg->evidence, verdict->evidence, sizeof(msg->evidence));
	} else if (rule->ground != GROUND_FINE) {
		(void)guard_ask_facts(guard, rule, msg->evidence, NULL);
	}
	channel_commit(guard->control, size);
	return 0;
}

int
operator_row_verdict(struct guard *guard, uint32_t request,
    const struct rib_rule *rule, const struct verdict *verdict)
{
	if (guard->control == NULL || request == 0)
		return 0;
	if (!operator_room(guard))
		return -1;
	return row_send(guard, request, rule, verdict);
}

static bool
checks_send(
    struct guard *guard, uint32_t request, const struct check_result *results)
{
	enum check check;

	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		const struct check_result *result = &results[check];
		struct msg_ctl_check *msg = channel_reserve(
		    guard->control, MSG_CTL_CHECK, sizeof(*msg));

		if (msg == NULL)
			return false;
		msg->request = request;
		msg->reason = result->reason;
		msg->check = (uint8_t)check;
		msg->zero = 0;
		memcpy(msg->evidence, result->evidence, sizeof(msg->evidence));
		channel_commit(guard->control, sizeof(*msg));
	}
	return true;
}

static bool
prefix_matches(const struct prefix *filter, const struct rule *rule)
{
	struct prefix dst;

	if (filter->afi == AFI_NONE)
		return true;
	return rule_dst_prefix(rule, &dst) && prefix_overlaps(filter, &dst);
}

static bool
rule_matches(const struct guard *guard, const struct msg_ctl_request *q,
    const struct rib_rule *rule)
{
	const struct guard_peer *peer = guard->peers[rule->peer];

	if ((rule->flags & RULE_WANTED) == 0)
		return false;
	if (q->customer[0] != '\0' &&
	    strcmp(q->customer, peer->customer->name) != 0)
		return false;
	if (q->state != UINT8_MAX && q->state != rule->state)
		return false;
	if (q->ground != GROUND_FINE && q->ground != rule->ground)
		return false;
	if (q->verb == CTL_ROUTE &&
	    (peer->customer->policy == NULL ||
		peer->customer->policy->validate == VALIDATE_OFF ||
		rule->dst_node == 0 || !ground_rests(rule)))
		return false; /* something else decides it */
	return prefix_matches(&q->prefix, &rule->rule);
}

/* Give as much of the answer as there is room for. */
static void
answer_rules(struct guard *guard, struct guard_answer *a)
{
	while (a->next != &guard->in.all) {
		struct rib_rule *rule =
		    LINK_ENTRY(a->next, struct rib_rule, all);

		if (rule_matches(guard, &a->request, rule) &&
		    operator_row_verdict(
			guard, a->request.request, rule, NULL) < 0)
			return;
		a->next = a->next->next;
	}
	a->busy = false;
	operator_end(guard, a->request.request, a->exit_code, a->text);
}

static void
answer_sessions(struct guard *guard, struct guard_answer *a)
{
	while (a->next_peer < guard->n_peers) {
		const struct guard_peer *peer = guard->peers[a->next_peer];

		if (peer != NULL && peer->configured &&
		    (a->request.customer[0] == '\0' ||
			strcmp(a->request.customer,
			    peer->internal ? peer->name
					   : peer->customer->name) == 0) &&
		    (!operator_room(guard) ||
			!operator_session(guard, a->request.request, peer)))
			return;
		a->next_peer++;
	}
	a->busy = false;
	operator_end(guard, a->request.request, 0, "");
}

/* Of this customer, or of all; metrics begin with the sums. */
static void
answer_customers(struct guard *guard, struct guard_answer *a)
{
	bool metrics = a->request.verb == CTL_METRICS;

	if (metrics && a->next_peer == 0) {
		if (!operator_room(guard) ||
		    !operator_metrics_all(guard, a->request.request))
			return;
		a->next_peer = 1;
	}
	for (size_t at = a->next_peer - metrics; at < guard->n_customers;
	     at = ++a->next_peer - metrics) {
		struct guard_customer *c = guard->customers[at];
		bool room = operator_room(guard);

		if (c->policy == NULL ||
		    (a->request.customer[0] != '\0' &&
			strcmp(a->request.customer, c->name) != 0))
			continue;
		if (!room ||
		    !(metrics
			    ? operator_metrics_of(guard, a->request.request, c)
			    : operator_customer(guard, a->request.request, c)))
			return;
	}
	a->busy = false;
	operator_end(guard, a->request.request, 0, "");
}

void
operator_continue(struct guard *guard)
{
	if (guard->control != NULL)
		(void)ends_send(guard);
	for (size_t i = 0; i < GUARD_ANSWERS; i++) {
		struct guard_answer *a = &guard->answers[i];

		if (!a->busy || guard->control == NULL)
			continue;
		if (a->request.verb == CTL_SESSIONS)
			answer_sessions(guard, a);
		else if (a->request.verb == CTL_CUSTOMERS ||
			 a->request.verb == CTL_METRICS)
			answer_customers(guard, a);
		else
			answer_rules(guard, a);
	}
	if (guard->control != NULL)
		channel_flush(guard->control);
}

void
operator_forget(struct guard *guard, const struct rib_rule *rule)
{
	for (size_t i = 0; i < GUARD_ANSWERS; i++) {
		struct guard_answer *a = &guard->answers[i];

		if (a->busy && a->next == &rule->all)
			a->next = a->next->next;
	}
}

void
operator_closed(struct guard *guard)
{
	guard->n_ends = 0;
	for (size_t i = 0; i < GUARD_ANSWERS; i++)
		guard->answers[i].busy = false;
}

static bool
customer_known(const struct guard *guard, const char *name)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		const struct guard_customer *customer = guard->customers[i];

		if (customer->policy != NULL &&
		    strcmp(customer->name, name) == 0)
			return true;
	}
	return false;
}

static bool
inward_known(const struct guard *guard, const char *name)
{
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		const struct guard_peer *peer = guard->peers[i];

		if (peer != NULL && peer->configured && peer->internal &&
		    strcmp(peer->name, name) == 0)
			return true;
	}
	return false;
}

/* Is nobody of the name that was asked for? NULL, or what to say. */
static const char *
name_fault(const struct guard *guard, const struct msg_ctl_request *msg)
{
	if (msg->customer[0] == '\0' || customer_known(guard, msg->customer))
		return NULL;
	if (msg->verb == CTL_RULES || msg->verb == CTL_CUSTOMERS ||
	    msg->verb == CTL_METRICS)
		return "no such customer";
	return inward_known(guard, msg->customer)
		   ? NULL
		   : "no such customer or inward neighbour";
}

static void
answer_begin(struct guard *guard, const struct msg_ctl_request *msg)
{
	const char *fault = name_fault(guard, msg);

	if (fault != NULL) {
		operator_end(guard, msg->request, 1, fault);
		return;
	}
	for (size_t i = 0; i < GUARD_ANSWERS; i++) {
		struct guard_answer *a = &guard->answers[i];

		if (a->busy)
			continue;
		/* The rule at the end is not there unless asked about. */
		memcpy(
		    &a->request, msg, offsetof(struct msg_ctl_request, rule));
		a->next = guard->in.all.next;
		a->next_peer = 0;
		a->exit_code = 0;
		a->text[0] = '\0';
		a->busy =
		    msg->verb != CTL_ROUTE || operator_routes(guard, msg, a);
		if (!a->busy)
			operator_end(guard, msg->request, 1, no_room);
		return;
	}
	operator_end(guard, msg->request, 1,
	    "too many long answers are under way; try again");
}

static void
explain_rule(struct guard *guard, uint32_t request, struct guard_peer *peer,
    const struct rib_rule *rule, bool hypothetical)
{
	struct check_result results[CHECK_COUNT];
	struct verdict verdict;

	guard_ask(guard, peer, rule, &verdict, results);
	if (row_send(guard, request, rule, hypothetical ? &verdict : NULL) <
		0 ||
	    !checks_send(guard, request, results)) {
		operator_end(guard, request, 1, no_room);
		return;
	}
	operator_end(guard, request,
	    hypothetical && !verdict_accepts(&verdict) ? 1 : 0, "");
}

/* The customer's session that would carry it: an up one if there is. */
static struct guard_peer *
peer_of_customer(struct guard *guard, const char *name)
{
	struct guard_peer *noc = noc_peer(guard), *any = NULL;

	if (noc != NULL && strcmp(noc->customer->name, name) == 0)
		return noc;
	for (uint32_t i = 0; i < guard->n_peers; i++) {
		struct guard_peer *peer = guard->peers[i];

		if (peer == NULL || !peer->configured || peer->internal ||
		    strcmp(peer->customer->name, name) != 0)
			continue;
		if (peer->heard && peer->state.up)
			return peer;
		any = peer;
	}
	return any;
}

static void
explain(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct guard_peer *peer = peer_of_customer(guard, msg->customer);
	struct rib_rule rule;

	if (peer == NULL || peer->customer->policy == NULL) {
		operator_end(guard, msg->request, 1, "no such customer");
		return;
	}
	memset(&rule, 0, offsetof(struct rib_rule, rule));
	memcpy(&rule.rule, &msg->rule, rule_size(&msg->rule));
	rule.peer = peer->number;
	rule.id = RULE_ID_NONE;
	rule.actions = msg->actions;
	rule.wire_reason = REASON_ACCEPTED;
	rule.wish.lifetime_s = (uint32_t)(msg->lifetime_ms / 1000);
	/* Nobody announced it: judged as if over the session as configured. */
	rule.flags = RULE_STALE | (noc_owns(&rule) ? RULE_NOC : 0);
	rule.first_seen_ns = rule.since_ns = guard->now_ns;
	explain_rule(guard, msg->request, peer, &rule, true);
}

static void
show_rule(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct rib_rule *rule = rib_in_by_id(&guard->in, msg->id);

	if (rule == NULL || (rule->flags & RULE_WANTED) == 0)
		operator_end(guard, msg->request, 1, "no such rule");
	else
		explain_rule(
		    guard, msg->request, guard->peers[rule->peer], rule, false);
}

void
operator_request(struct guard *guard, const struct msg_ctl_request *msg)
{
	if (guard->config == NULL) {
		operator_end(guard, msg->request, 1, "the guard is starting");
		return;
	}
	switch ((enum ctl_verb)msg->verb) {
	case CTL_STATUS:
		operator_status(guard, msg->request);
		return;
	case CTL_SESSIONS:
	case CTL_RULES:
	case CTL_ROUTE:
	case CTL_CUSTOMERS:
	case CTL_METRICS:
		answer_begin(guard, msg);
		return;
	case CTL_RULE:
		show_rule(guard, msg);
		return;
	case CTL_EXPLAIN:
		explain(guard, msg);
		return;
	case CTL_APPROVE:
	case CTL_DENY:
	case CTL_WITHDRAW:
	case CTL_EXTEND:
		operator_act(guard, msg);
		return;
	case CTL_RELEASE:
		if (msg->customer[0] == '\0')
			operator_act(guard, msg);
		else
			operator_contain(guard, msg);
		return;
	case CTL_CONFIRM:
		operator_confirm(guard, msg);
		return;
	case CTL_QUARANTINE:
	case CTL_FREEZE:
	case CTL_THAW:
	case CTL_PANIC:
	case CTL_RESUME:
		operator_contain(guard, msg);
		return;
	case CTL_ANNOUNCE:
		noc_announce(guard, msg);
		return;
	case CTL_RETRACT:
		noc_retract(guard, msg);
		return;
	}
	operator_end(guard, msg->request, 2, "unknown verb");
}
