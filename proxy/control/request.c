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

/* The same, of a word that was found. */
static int
refuse_word(const struct parse *parse, const char *name, const char *value,
    const char *wanted)
{
	struct filter_why why = { parse->why, REQUEST_WHY_MAX };

	filter_refuse(&why, name, value, wanted);
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
		return refuse(
		    parse, name, "a shorter text without control characters");
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
	const char *state, *ground, *prefix;

	if (text_copy(parse, "customer", ctl->customer, sizeof(ctl->customer)) <
		0 ||
	    text_get(parse, "state", &state) < 0 ||
	    text_get(parse, "ground", &ground) < 0 ||
	    text_get(parse, "destination", &prefix) < 0)
		return -1;
	if (state != NULL && !filter_state(state, &ctl->state))
		return refuse_word(parse, "state", state, filter_states);
	if (ground != NULL && !filter_ground(ground, &ctl->ground))
		return refuse_word(parse, "ground", ground, filter_grounds);
	if (prefix != NULL && prefix_parse(prefix, &ctl->prefix) < 0)
		return refuse_word(
		    parse, "destination (--dst)", prefix, filter_prefixes);
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
parse_reason(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;

	if (text_copy(parse, "reason", ctl->text, sizeof(ctl->text)) < 0)
		return -1;
	if (ctl->text[0] == '\0')
		return refuse(parse, "reason", "why it is done");
	return 0;
}

static int
parse_act(const struct parse *parse)
{
	return parse_id(parse) < 0 ? -1 : parse_reason(parse);
}

static int
parse_route(const struct parse *parse)
{
	static const char wanted[] =
	    "an address (192.0.2.1) or a prefix (10.0.0.0/8) without bits past "
	    "its length";
	const char *prefix;

	if (text_get(parse, "prefix", &prefix) < 0)
		return -1;
	if (prefix == NULL)
		return refuse(parse, "prefix", wanted);
	if (prefix_parse(prefix, &parse->out->ctl.prefix) < 0)
		return refuse_word(parse, "prefix", prefix, wanted);
	return 0;
}

static int
parse_explain(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;
	struct rule_text_error error;
	const char *text = json_text(parse->args, "rule");

	if (text_copy(parse, "customer", ctl->customer, sizeof(ctl->customer)) <
	    0)
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
	    filter_parse(
		&words, parse->now_ns, query, parse->why, REQUEST_WHY_MAX) < 0)
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
	uint8_t role;         /* that answers */
	uint8_t ctl;          /* enum ctl_verb, of the guard */
	const char *args[11]; /* known, ended by NULL */
};

static const struct verb verbs[REQUEST_COUNT] = {
	[REQUEST_STATUS] = { "status", parse_none, ROLE_GUARD, CTL_STATUS,
	    { NULL } },
	[REQUEST_SESSIONS] = { "sessions", parse_sessions, ROLE_GUARD,
	    CTL_SESSIONS, { "name", NULL } },
	[REQUEST_RULES] = { "rules", parse_rules, ROLE_GUARD, CTL_RULES,
	    { "customer", "state", "ground", "destination", NULL } },
	[REQUEST_RULE] = { "rule", parse_id, ROLE_GUARD, CTL_RULE,
	    { "id", NULL } },
	[REQUEST_ROUTE] = { "route", parse_route, ROLE_GUARD, CTL_ROUTE,
	    { "prefix", NULL } },
	[REQUEST_EXPLAIN] = { "explain", parse_explain, ROLE_GUARD, CTL_EXPLAIN,
	    { "customer", "rule", NULL } },
	[REQUEST_APPROVE] = { "approve", parse_act, ROLE_GUARD, CTL_APPROVE,
	    { "id", "reason", NULL } },
	[REQUEST_DENY] = { "deny", parse_act, ROLE_GUARD, CTL_DENY,
	    { "id", "reason", NULL } },
	[REQUEST_WITHDRAW] = { "withdraw", parse_act, ROLE_GUARD, CTL_WITHDRAW,
	    { "id", "reason", NULL } },
	[REQUEST_CONFIRM] = { "confirm", parse_reason, ROLE_GUARD, CTL_CONFIRM,
	    { "reason", NULL } },
	[REQUEST_AUDIT] = { "audit", parse_audit, ROLE_STORE, 0,
	    { "customer", "since", "until", "prefix", "state", "reason", "kind",
		"operator", "rule", "n", NULL } },
	[REQUEST_RELOAD] = { "reload", parse_reload, ROLE_SUPERVISOR, 0,
	    { "dry_run", NULL } },
};

/* The verb's number, REQUEST_NONE when it is not known. */
static unsigned
verb_find(const char *name)
{
	for (unsigned i = REQUEST_NONE + 1; i < REQUEST_COUNT; i++) {
		if (strcmp(name, verbs[i].name) == 0)
			return i;
	}
	return REQUEST_NONE;
}

/* Everything but the value of the arguments. */
static int
parse_verb(const struct json *json, const struct parse *parse)
{
	static const char *const names[] = { "verb", "args", NULL };
	const char *stranger = json_stranger(json, names);
	const char *name = json_text(json, "verb");
	const char *what;
	unsigned verb;

	if (stranger != NULL) {
		what = "member";
	} else if (name == NULL) {
		return refuse(parse, "verb", "a string");
	} else {
		verb = verb_find(name);
		what = verb == REQUEST_NONE ? "verb" : "argument";
		stranger = verb == REQUEST_NONE
			       ? name
			       : json_stranger(parse->args, verbs[verb].args);
		parse->out->verb = (uint8_t)verb;
	}
	if (stranger == NULL)
		return 0;
	(void)snprintf(
	    parse->why, REQUEST_WHY_MAX, "unknown %s: %.64s", what, stranger);
	return -1;
}

/* A request that asks for nothing in particular. */
static void
request_init(struct request *out)
{
	memset(out, 0, offsetof(struct request, ctl.rule));
	memset(&out->ctl.rule, 0, RULE_SIZE_MIN);
	out->ctl_size = offsetof(struct msg_ctl_request, rule);
	out->ctl.state = UINT8_MAX;
}

int
request_parse(const char *line, size_t len, uint64_t now_ns,
    struct request *out, char *why)
{
	struct parse parse = { NULL, now_ns, out, why };
	struct json *json;
	const struct verb *verb;
	int status = -1;

	request_init(out);
	if (len > REQUEST_LINE_MAX) {
		(void)snprintf(why, REQUEST_WHY_MAX, "the request is too long");
		return -1;
	}
	json = json_read(line, len, why, REQUEST_WHY_MAX);
	if (json == NULL)
		return -1;
	parse.args = json_get(json, "args");
	if (parse.args != NULL && !json_object_at(json, "args"))
		status = refuse(&parse, "args", "an object");
	else
		status = parse_verb(json, &parse);
	if (status == 0) {
		verb = &verbs[out->verb];
		out->role = verb->role;
		out->ctl.verb = verb->ctl;
		status = verb->parse(&parse);
	}
	json_free(json);
	return status;
}
