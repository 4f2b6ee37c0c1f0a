/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests: one function a verb, each taking its arguments from JSON. */
#include "proxy/control/request.h"

#include <stdio.h>
#include <string.h>

#include "policy/rule_text.h"
#include "proxy/control/filter.h"
#include "proxy/control/json.h"

/* What a verb's function works on. args may be NULL: none were given. */
struct parse {
	const struct json *args;
	uint64_t now_ns;
	struct request *out;
	char *why;
};

static int
refuse(const struct parse *parse, const char *name, const char *wanted)
{
	(void)snprintf(
	    parse->why, REQUEST_WHY_MAX, "%s: wanted %s", name, wanted);
	return -1;
}

/* A text that may be there. */
static int
text_get(const struct parse *parse, const char *name, const char **out)
{
	*out = json_text(parse->args, name);
	if (*out == NULL && json_get(parse->args, name) != NULL)
		return refuse(parse, name, "a string");
	return 0;
}

/* A text that may be there, copied to an array of size octets. */
static int
text_copy(const struct parse *parse, const char *name, char *out, size_t size)
{
	const char *text;

	if (text_get(parse, name, &text) < 0)
		return -1;
	if (text != NULL && !filter_copy(text, out, size))
		return refuse(parse, name,
		    "a shorter text without control characters");
	return 0;
}

static int
parse_none(const struct parse *parse)
{
	(void)parse;
	return 0;
}

static int
parse_sessions(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;

	return text_copy(parse, "name", ctl->customer, sizeof(ctl->customer));
}

static int
parse_rules(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;
	const char *state, *prefix;

	if (text_copy(parse, "customer", ctl->customer,
		sizeof(ctl->customer)) < 0 ||
	    text_get(parse, "state", &state) < 0 ||
	    text_get(parse, "destination", &prefix) < 0)
		return -1;
	if (state != NULL && !filter_state(state, &ctl->state))
		return refuse(parse, "state",
		    "accepted, held, refused, monitored, lingering …");
	if (prefix != NULL && prefix_parse(prefix, &ctl->prefix) < 0)
		return refuse(parse, "destination",
		    "a prefix without bits past its length");
	return 0;
}

static int
parse_id(const struct parse *parse)
{
	if (!json_number(parse->args, "id", &parse->out->ctl.id))
		return refuse(parse, "id", "the number of a rule");
	return 0;
}

static int
parse_act(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;

	if (parse_id(parse) < 0 ||
	    text_copy(parse, "reason", ctl->text, sizeof(ctl->text)) < 0)
		return -1;
	if (ctl->text[0] == '\0')
		return refuse(parse, "reason", "why it is done");
	return 0;
}

static int
parse_explain(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;
	struct rule_text_error error;
	const char *text = json_text(parse->args, "rule");

	if (text_copy(parse, "customer", ctl->customer,
		sizeof(ctl->customer)) < 0)
		return -1;
	if (ctl->customer[0] == '\0')
		return refuse(parse, "customer", "a customer's name");
	if (text == NULL)
		return refuse(parse, "rule", "a rule as text");
	if (rule_parse(text, &ctl->rule, &ctl->actions, &error) < 0) {
		(void)snprintf(parse->why, REQUEST_WHY_MAX,
		    "rule, column %zu: found %s, wanted %s", error.column,
		    error.found, error.wanted);
		return -1;
	}
	ctl->has_rule = 1;
	parse->out->ctl_size =
	    offsetof(struct msg_ctl_request, rule) + rule_size(&ctl->rule);
	return 0;
}

static int
audit_words(const struct parse *parse, struct filter_words *words)
{
	const struct {
		const char *name;
		const char **to;
	} rows[] = {
		{ "customer", &words->customer },
		{ "since", &words->since },
		{ "until", &words->until },
		{ "prefix", &words->prefix },
		{ "state", &words->state },
		{ "reason", &words->reason },
		{ "kind", &words->kind },
		{ "operator", &words->operator_name },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_get(parse, rows[i].name, rows[i].to) < 0)
			return -1;
	}
	return 0;
}

static int
parse_audit(const struct parse *parse)
{
	struct msg_audit_query *query = &parse->out->audit;
	struct filter_words words = { 0 };
	uint64_t n = FILTER_MAX_DEFAULT;

	if (audit_words(parse, &words) < 0 ||
	    filter_parse(&words, parse->now_ns, query, parse->why,
		REQUEST_WHY_MAX) < 0)
		return -1;
	if (json_get(parse->args, "rule") != NULL &&
	    !json_number(parse->args, "rule", &query->rule_id))
		return refuse(parse, "rule", "the number of a rule");
	if (json_get(parse->args, "n") != NULL &&
	    (!json_number(parse->args, "n", &n) || n == 0 ||
		n > FILTER_MAX_LIMIT))
		return refuse(parse, "n", "a number from 1 to 100000");
	query->backward = 1;
	parse->out->audit_max = (uint32_t)n;
	return 0;
}

static int
parse_reload(const struct parse *parse)
{
	if (json_get(parse->args, "dry_run") != NULL &&
	    !json_bool_at(parse->args, "dry_run"))
		return refuse(parse, "dry_run", "true or false");
	parse->out->dry_run = json_true_at(parse->args, "dry_run");
	return 0;
}

/* One row per verb. */
struct verb {
	const char *name;
	int (*parse)(const struct parse *parse);
	uint8_t ctl;	      /* enum ctl_verb */
	const char *args[10]; /* known, ended by NULL */
};

static const struct verb verbs[REQUEST_COUNT] = {
	[REQUEST_STATUS] = { "status", parse_none, CTL_STATUS, { NULL } },
	[REQUEST_SESSIONS] = { "sessions", parse_sessions, CTL_SESSIONS,
	    { "name", NULL } },
	[REQUEST_RULES] = { "rules", parse_rules, CTL_RULES,
	    { "customer", "state", "destination", NULL } },
	[REQUEST_RULE] = { "rule", parse_id, CTL_RULE, { "id", NULL } },
	[REQUEST_EXPLAIN] = { "explain", parse_explain, CTL_EXPLAIN,
	    { "customer", "rule", NULL } },
	[REQUEST_APPROVE] = { "approve", parse_act, CTL_APPROVE,
	    { "id", "reason", NULL } },
	[REQUEST_DENY] = { "deny", parse_act, CTL_DENY,
	    { "id", "reason", NULL } },
	[REQUEST_WITHDRAW] = { "withdraw", parse_act, CTL_WITHDRAW,
	    { "id", "reason", NULL } },
	[REQUEST_AUDIT] = { "audit", parse_audit, 0,
	    { "customer", "since", "until", "prefix", "state", "reason",
		"kind", "operator", "rule", NULL } },
	[REQUEST_RELOAD] = { "reload", parse_reload, 0, { "dry_run", NULL } },
};
