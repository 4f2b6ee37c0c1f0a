/* SPDX-License-Identifier: BSD-2-Clause */
/* What operators are shown of a rule and of the checks on it. */
#include "proxy/control/view.h"

#include "policy/rule_text.h"

void
view_put_rule(
    struct json *to, const struct rule *rule, const struct action_set *actions)
{
	char text[RULE_TEXT_MAX + ACTION_TEXT_MAX];
	uint8_t key[RULE_KEY_MAX];

	(void)rule_print(rule, NULL, text, sizeof(text));
	json_put_text(to, "match", text);
	(void)action_print(actions, text, sizeof(text));
	json_put_text(to, "action", text);
	(void)rule_print(rule, actions, text, sizeof(text));
	json_put_text(to, "rule", text);
	view_put_hex(to, "nlri", key, rule_key(rule, key));
}

static void
put_lifetime(struct json *to, const struct msg_ctl_rule *msg)
{
	uint64_t left_ns =
	    msg->ends_ns > msg->now_ns ? msg->ends_ns - msg->now_ns : 0;

	view_put_time(to, "ends", msg->ends_ns);
	if (msg->ends_ns == 0)
		json_put_null(to, "lifetime");
	else
		json_put_number(to, "lifetime", left_ns / 1000000000);
}

struct json *
view_rule(const struct msg_ctl_rule *msg)
{
	struct json *json = json_new();

	json_put_number(json, "id", msg->id);
	json_put_text(json, "customer", msg->customer);
	json_put_text(json, "neighbor", msg->neighbor);
	json_put_text(json, "family", family_name(msg->family));
	view_put_rule(json, &msg->rule, &msg->actions);
	json_put_text(json, "state", state_name(msg->state));
	view_put_reason(json, msg->reason);
	if (msg->check == CHECK_NONE)
		json_put_null(json, "check");
	else
		json_put_text(json, "check", check_name(msg->check));
	json_put_text(json, "evidence", msg->evidence);
	if (msg->ground == GROUND_FINE)
		json_put_null(json, "ground");
	else
		json_put_text(json, "ground", ground_name(msg->ground));
	json_put_bool(json, "approved", msg->approved != 0);
	json_put_bool(json, "announced", msg->announced != 0);
	json_put_bool(json, "durable", msg->durable != 0);
	json_put_number(json, "cost", msg->cost);
	json_put_number(json, "parts", msg->parts);
	view_put_time(json, "first_seen", msg->first_seen_ns);
	view_put_time(json, "since", msg->since_ns);
	view_put_time(json, "expires", msg->expires_ns);
	put_lifetime(json, msg);
	view_put_wish(json, "wish", &msg->wish);
	view_put_some(json, "operator", msg->operator_name);
	json_put_number(json, "seq", msg->seq);
	return json;
}

static const char *
verdict_name(unsigned reason)
{
	if (reason == REASON_ACCEPTED)
		return "pass";
	return reason_holds(reason) ? "held" : "refused";
}

struct json *
view_check(const struct msg_ctl_check *msg)
{
	struct json *json = json_new();

	json_put_text(json, "name", check_name(msg->check));
	json_put_text(json, "verdict", verdict_name(msg->reason));
	view_put_reason(json, msg->reason);
	json_put_text(json, "evidence", msg->evidence);
	return json;
}
