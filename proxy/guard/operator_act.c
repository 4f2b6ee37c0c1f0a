/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators do: to a rule, to a customer, to all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/guard/contain.h"
#include "proxy/guard/evidence.h"
#include "proxy/guard/guard.h"
#include "proxy/guard/life.h"
#include "proxy/guard/noc.h"

static const char log_full[] = "the log cannot take it now";

bool
operator_record(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule, const char *verb)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_OPERATOR);
	if (rule != NULL)
		guard_entry_rule(guard, rule);
	memcpy(e->operator_name, msg->operator_name, sizeof(e->operator_name));
	(void)snprintf(e->evidence, sizeof(e->evidence), "%s", verb);
	memcpy(e->text, msg->text, sizeof(e->text));
	return guard_entry_append(guard, NULL);
}

/* ---- a rule ---- */

static void
withdraw(struct guard *guard, const struct msg_ctl_request *msg,
    struct rib_rule *rule)
{
	if (rule->flags & RULE_ENDED) {
		operator_end(
		    guard, msg->request, 1, "the rule is withdrawn already");
		return;
	}
	rib_out_drop(rule); /* before anything that may fail */
	(void)operator_record(guard, msg, rule, "withdraw");
	guard_end(guard, rule, ENTRY_WITHDRAWAL, REASON_OPERATOR);
	operator_end(guard, msg->request, 0, "withdrawn");
}

static void
not_held(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "rule %" PRIu64 " is %s, not held",
	    msg->id, state_name(rule->state));
	operator_end(guard, msg->request, 1, text);
}

/* What became of it; if it is refused, why. */
static void
tell(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule, bool wanted)
{
	char text[sizeof(((struct msg_ctl_end *)0)->text)];
	bool no = rule->state == STATE_REFUSED;

	(void)snprintf(text, sizeof(text), "%s%s%s", state_name(rule->state),
	    no && wanted ? ": " : "",
	    no && wanted ? reason_text(rule->reason) : "");
	operator_end(guard, msg->request, wanted && no, text);
}

/* Its own announcer's word is not a second one. */
static bool
needs_another(const struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule)
{
	const char *announcer = noc_operator(guard, rule);

	/* Nobody knows who it was: it may have been anybody. */
	return msg->verb == CTL_APPROVE &&
	       rule->reason == REASON_SECOND_OPERATOR &&
	       (announcer[0] == '\0' ||
		   strcmp(announcer, msg->operator_name) == 0);
}

static void
decide(struct guard *guard, const struct msg_ctl_request *msg,
    struct rib_rule *rule)
{
	bool yes = msg->verb == CTL_APPROVE;

	if (rule->state != STATE_HELD) {
		not_held(guard, msg, rule);
		return;
	}
	if (needs_another(guard, msg, rule)) {
		operator_end(guard, msg->request, 1,
		    "you announced it: a second operator must approve");
		return;
	}
	if (!operator_record(guard, msg, rule, yes ? "approve" : "deny")) {
		operator_end(guard, msg->request, 1, log_full);
		return;
	}
	rule->flags |= yes ? RULE_APPROVED : RULE_DENIED;
	if (yes && noc_owns(rule))
		rule->flags |= RULE_SECONDED;
	guard_judge(guard, rule, NULL, 0);
	tell(guard, msg, rule, yes);
}

/* As long as asked for, and no longer than the customer may. */
static uint64_t
lifetime(const struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule)
{
	const struct customer *policy =
	    guard->peers[rule->peer]->customer->policy;
	uint64_t most = policy == NULL ? 0 : policy->lifetime_ms;

	if (most == 0)
		return msg->lifetime_ms;
	return msg->lifetime_ms != 0 && msg->lifetime_ms < most
		   ? msg->lifetime_ms
		   : most;
}

/* For how long: it may be less than was asked for. */
static void
extended(struct guard *guard, const struct msg_ctl_request *msg,
    const struct rib_rule *rule)
{
	uint64_t left_s = (life_left_ms(rule) + 999) / 1000;
	char text[96];

	if (!rule_passes(rule) || left_s == 0) {
		tell(guard, msg, rule, true);
		return;
	}
	(void)snprintf(text, sizeof(text),
	    "%s, for %" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s%s",
	    state_name(rule->state), left_s / 3600, left_s / 60 % 60,
	    left_s % 60,
	    left_s * 1000 < msg->lifetime_ms ? ": no more is allowed" : "");
	operator_end(guard, msg->request, 0, text);
}

static void
extend(struct guard *guard, const struct msg_ctl_request *msg,
    struct rib_rule *rule)
{
	bool ended = rule->state == STATE_EXPIRED;
	struct entry *e = &guard->entry;

	if ((!ended && !rule_passes(rule)) || rule->wait == WAIT_RECORD) {
		operator_end(guard, msg->request, 1,
		    "only a rule that stands or has expired has a lifetime");
		return;
	}
	if (!journal_room(guard->journal, true)) {
		operator_end(guard, msg->request, 1, log_full);
		return;
	}
	life_set(guard, rule, lifetime(guard, msg, rule));
	(void)operator_record(guard, msg, rule, "extend");
	if (ended) {
		rule->flags &= (uint16_t)~RULE_ENDED;
		guard_judge(guard, rule, NULL, 0);
	} else {
		/* The verdict as it stands, with its new end. */
		guard_entry_begin(guard, ENTRY_VERDICT);
		guard_entry_rule(guard, rule);
		(void)snprintf(
		    e->evidence, sizeof(e->evidence), "lifetime extended");
		e->live_op = LIVE_PUT;
		if (guard_entry_append(guard, rule))
			rule->seq = e->seq;
	}
	extended(guard, msg, rule);
}

static void
release_rule(struct guard *guard, const struct msg_ctl_request *msg,
    struct rib_rule *rule)
{
	if ((rule->flags & (RULE_FLAPPED | RULE_SUSPECT)) == 0) {
		operator_end(guard, msg->request, 1,
		    rule->reason == REASON_OPERATOR
			? "an operator withdrew it: it comes back when the "
			  "customer withdraws it and announces it anew"
			: "neither the flap breaker nor a crash keeps it out");
		return;
	}
	if (!operator_record(guard, msg, rule, "release")) {
		operator_end(guard, msg->request, 1, log_full);
		return;
	}
	contain_pardon(guard, rule);
	tell(guard, msg, rule, true);
}

void
operator_act(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct rib_rule *rule = rib_in_by_id(&guard->in, msg->id);

	if (rule == NULL || (rule->flags & RULE_WANTED) == 0) {
		operator_end(guard, msg->request, 1, "no such rule");
		return;
	}
	if (msg->verb == CTL_WITHDRAW)
		withdraw(guard, msg, rule);
	else if (msg->verb == CTL_EXTEND)
		extend(guard, msg, rule);
	else if (msg->verb == CTL_RELEASE)
		release_rule(guard, msg, rule);
	else
		decide(guard, msg, rule);
}

/* ---- a customer, or all ---- */

static struct guard_customer *
customer_of(struct guard *guard, const char *name)
{
	for (size_t i = 0; i < guard->n_customers; i++) {
		if (guard->customers[i]->policy != NULL &&
		    strcmp(guard->customers[i]->name, name) == 0)
			return guard->customers[i];
	}
	return NULL;
}

static void
begin(struct guard *guard, const struct msg_ctl_request *msg,
    enum contain_verb verb, struct guard_customer *customer)
{
	static const char *const began[] = {
		[CONTAIN_PANIC] = "there is a panic already",
		[CONTAIN_FREEZE] = "it is frozen already",
		[CONTAIN_QUARANTINE] = "it is quarantined already",
	};
	bool owed, done = contain_begin(guard, verb, customer, msg, &owed);

	operator_end(guard, msg->request, !done,
	    !done  ? began[verb]
	    : owed ? "done; the log has no room for it yet, so a restart now "
		     "would forget it"
		   : "done");
}

static void
end(struct guard *guard, const struct msg_ctl_request *msg,
    enum contain_verb verb, struct guard_customer *customer)
{
	bool full, done = contain_end(guard, verb, customer, msg, &full);

	operator_end(guard, msg->request, !done,
	    done                    ? "done; what still passes comes back"
	    : full                  ? log_full
	    : verb == CONTAIN_PANIC ? "there is no panic"
	    : customer != NULL      ? "this customer is not frozen by itself"
				    : "there is no freeze of all; one of a "
				      "customer: `sluice thaw C`");
}

/* Out of quarantine, and heard again. */
static void
release_customer(struct guard *guard, const struct msg_ctl_request *msg,
    struct guard_customer *customer)
{
	bool unmuted = contain_unmute(guard, customer, msg);

	if (!customer->quarantine.on) {
		operator_end(guard, msg->request, !unmuted,
		    unmuted ? "no longer muted"
			    : "it is neither quarantined nor muted");
		return;
	}
	end(guard, msg, CONTAIN_QUARANTINE, customer);
}

void
operator_contain(struct guard *guard, const struct msg_ctl_request *msg)
{
	struct guard_customer *customer = customer_of(guard, msg->customer);

	if (msg->customer[0] != '\0' && customer == NULL) {
		operator_end(guard, msg->request, 1, "no such customer");
		return;
	}
	switch (msg->verb) {
	case CTL_PANIC:
		begin(guard, msg, CONTAIN_PANIC, NULL);
		return;
	case CTL_RESUME:
		end(guard, msg, CONTAIN_PANIC, NULL);
		return;
	case CTL_FREEZE:
		begin(guard, msg, CONTAIN_FREEZE, customer);
		return;
	case CTL_THAW:
		end(guard, msg, CONTAIN_FREEZE, customer);
		return;
	default:
		break;
	}
	if (customer == NULL)
		operator_end(guard, msg->request, 1, "which customer?");
	else if (msg->verb == CTL_QUARANTINE)
		begin(guard, msg, CONTAIN_QUARANTINE, customer);
	else
		release_customer(guard, msg, customer);
}

/* ---- what waits for a person ---- */

struct waits {
	bool brake, irr, rpki, reload;
};

static unsigned
waiting(const struct guard *guard, struct waits *w)
{
	*w = (struct waits){
		.brake = !link_empty(&guard->grounds[GROUND_BRAKED]),
		.rpki = guard->rpki_state.held != 0,
		.reload = guard->reload_held.waits != 0,
	};
	for (size_t i = 0; i < guard->n_customers; i++)
		w->irr = w->irr || (guard->customers[i]->irr_held &&
				       guard->customers[i]->irr_found > 0);
	return (unsigned)w->brake + w->irr + w->rpki + w->reload;
}

static void
confirm_reload(struct guard *guard, const char *operator_name)
{
	struct msg_confirm confirm = { .head.kind = MSG_CONFIRMED,
		.what = CONFIRM_RELOAD };

	memcpy(confirm.operator_name, operator_name,
	    sizeof(confirm.operator_name));
	(void)channel_send(guard->supervisor, &confirm, sizeof(confirm), -1);
	channel_flush(guard->supervisor);
	guard->reload_held.waits = 0;
}

static enum confirm
which(const struct waits *w)
{
	return w->brake  ? CONFIRM_BRAKE
	       : w->irr  ? CONFIRM_IRR
	       : w->rpki ? CONFIRM_RPKI
			 : CONFIRM_RELOAD;
}

static void
do_confirm(
    struct guard *guard, const struct msg_ctl_request *msg, enum confirm what)
{
	char text[96] = "done";
	unsigned n;

	switch (what) {
	case CONFIRM_BRAKE:
		n = brake_confirm(guard);
		(void)snprintf(text, sizeof(text), "%u %s revoked", n,
		    n == 1 ? "rule" : "rules");
		break;
	case CONFIRM_IRR:
		n = evidence_confirm_irr(guard, msg->operator_name);
		(void)snprintf(text, sizeof(text), "%u list%s taken", n,
		    n == 1 ? "" : "s");
		break;
	case CONFIRM_RPKI:
		(void)evidence_confirm_rpki(guard, msg->operator_name);
		break;
	case CONFIRM_RELOAD:
		confirm_reload(guard, msg->operator_name);
		break;
	case CONFIRM_ANY:
		break;
	}
	operator_end(guard, msg->request, 0, text);
}

void
operator_confirm(struct guard *guard, const struct msg_ctl_request *msg)
{
	static const char *const words[] = { "confirm", "confirm brake",
		"confirm irr", "confirm rpki", "confirm reload" };
	enum confirm what = msg->what;
	struct waits w;
	unsigned n = waiting(guard, &w);
	bool there = what == CONFIRM_ANY     ? n > 0
		     : what == CONFIRM_BRAKE ? w.brake
		     : what == CONFIRM_IRR   ? w.irr
		     : what == CONFIRM_RPKI  ? w.rpki
					     : w.reload;
	char text[128];

	if (!there) {
		operator_end(
		    guard, msg->request, 1, "nothing waits to be confirmed");
		return;
	}
	if (what == CONFIRM_ANY && n > 1) {
		(void)snprintf(text, sizeof(text),
		    "more than one thing waits; say which:%s%s%s%s",
		    w.brake ? " brake" : "", w.irr ? " irr" : "",
		    w.rpki ? " rpki" : "", w.reload ? " reload" : "");
		operator_end(guard, msg->request, 1, text);
		return;
	}
	if (what == CONFIRM_ANY)
		what = which(&w);
	if (!operator_record(guard, msg, NULL, words[what])) {
		operator_end(guard, msg->request, 1, log_full);
		return;
	}
	do_confirm(guard, msg, what);
}
