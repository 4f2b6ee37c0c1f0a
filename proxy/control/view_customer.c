/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of a customer, and of counts by customer. */
#include "proxy/control/view.h"

#include "policy/customer.h"
#include "policy/reason.h"

static const char *
rpki_name(unsigned rpki)
{
	switch (rpki) {
	case OWN_RPKI_VETO:
		return "veto";
	case OWN_RPKI_REQUIRE:
		return "require";
	case OWN_RPKI_OFF:
		return "off";
	default:
		return "?";
	}
}

static struct json *
customer_rules(const struct msg_ctl_customer *msg)
{
	struct json *json = json_new();

	json_put_number(json, "known", msg->known);
	view_put_states(json, msg->by_state);
	json_put_number(json, "waiting", msg->waiting);
	json_put_number(json, "ending", msg->ending);
	return json;
}

/* Null is no limit. */
static struct json *
customer_quota(const struct msg_ctl_customer *msg)
{
	struct json *json = json_new();

	json_put_number(json, "rules", msg->rules);
	view_put_limit(json, "rules_max", msg->rules_max);
	json_put_number(json, "cost", msg->cost);
	view_put_limit(json, "cost_max", msg->cost_max);
	json_put_number(json, "addresses", msg->addresses);
	/* Without a limit null, as all that is too large for JSON. */
	json_put_number(json, "addresses_max", msg->addresses_max);
	json_put_number(json, "new_left", msg->new_left);
	view_put_limit(json, "new_per_second", msg->new_per_second);
	view_put_limit(json, "burst", msg->burst);
	json_put_number(json, "strikes", msg->strikes);
	if (msg->strikes_max == 0)
		json_put_null(json, "strikes_max");
	else
		json_put_number(json, "strikes_max", msg->strikes_max);
	return json;
}

/* The registered prefixes, and the list from the IRR; null without one. */
static void
put_own(struct json *to, const struct msg_ctl_customer *msg)
{
	static const char *const names[] = { "none", "usable", "unusable",
		"held" };
	struct json *irr;

	json_put_number(to, "registered", msg->registered);
	json_put_text(to, "rpki", rpki_name(msg->rpki));
	if (msg->irr == 0) {
		json_put_null(to, "irr");
		return;
	}
	irr = json_new();
	json_put_text(irr, "state", msg->irr <= 3 ? names[msg->irr] : "?");
	json_put_number(irr, "prefixes", msg->irr_prefixes);
	if (msg->irr == 3)
		json_put_number(irr, "found", msg->irr_found);
	else
		json_put_null(irr, "found");
	view_put_time(irr, "written", msg->irr_written_ns);
	json_put(to, "irr", irr);
}

struct json *
view_customer(const struct msg_ctl_customer *msg)
{
	struct json *json = json_new();

	json_put_text(json, "customer", msg->name);
	if (msg->noc != 0)
		json_put_null(json, "asn");
	else
		json_put_number(json, "asn", msg->asn);
	json_put_bool(json, "noc", msg->noc != 0);
	json_put_text(json, "mode", view_mode(msg->mode));
	json_put_bool(json, "quarantined", msg->quarantined != 0);
	json_put_bool(json, "frozen", msg->frozen != 0);
	json_put_bool(json, "muted", msg->muted != 0);
	view_put_some(json, "contained_by", msg->contained_by);
	view_put_time(json, "contained_since", msg->contained_ns);
	json_put(json, "sessions",
	    view_pair("configured", msg->sessions, "up", msg->sessions_up));
	json_put(json, "rules", customer_rules(msg));
	json_put(json, "quota", customer_quota(msg));
	json_put_text(json, "validate", view_validate(msg->validate));
	put_own(json, msg);
	if (msg->lifetime_ms == 0)
		json_put_null(json, "lifetime");
	else
		json_put_number(json, "lifetime", msg->lifetime_ms / 1000);
	return json;
}

struct json *
view_metric(const struct msg_ctl_metric *msg)
{
	struct json *json = json_new();

	view_put_some(json, "customer", msg->customer);
	json_put_text(json, "reason", reason_name(msg->reason));
	json_put_number(json, "reason_number", msg->reason);
	json_put_number(json, "count", msg->count);
	return json;
}
