/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests: one function a verb, each taking its arguments from JSON. */
#include "proxy/control/request.h"

#include <stdio.h>
#include <string.h>

#include "policy/rule_text.h"
#include "proxy/control/filter.h"
#include "proxy/control/json.h"
#include "proxy/control/request_part.h"
#include "proxy/control/when.h"

int
request_refuse(const struct parse *parse, const char *name, const char *wanted)
{
	(void)snprintf(
	    parse->why, REQUEST_WHY_MAX, "%s: wanted %s", name, wanted);
	return -1;
}

int
request_refuse_word(const struct parse *parse, const char *name,
    const char *value, const char *wanted)
{
	struct filter_why why = { parse->why, REQUEST_WHY_MAX };

	filter_refuse(&why, name, value, wanted);
	return -1;
}

int
request_text(const struct parse *parse, const char *name, const char **out)
{
	*out = json_text(parse->args, name);
	if (*out == NULL && json_get(parse->args, name) != NULL)
		return request_refuse(parse, name, "a string");
	return 0;
}

int
request_copy(
    const struct parse *parse, const char *name, char *out, size_t size)
{
	const char *text;

	if (request_text(parse, name, &text) < 0)
		return -1;
	if (text != NULL && !filter_copy(text, out, size))
		return request_refuse(
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

	return request_copy(
	    parse, "name", ctl->customer, sizeof(ctl->customer));
}

static int
parse_rules(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;
	const char *state, *ground, *prefix;

	if (request_copy(
		parse, "customer", ctl->customer, sizeof(ctl->customer)) < 0 ||
	    request_text(parse, "state", &state) < 0 ||
	    request_text(parse, "ground", &ground) < 0 ||
	    request_text(parse, "destination", &prefix) < 0)
		return -1;
	if (state != NULL && !filter_state(state, &ctl->state))
		return request_refuse_word(
		    parse, "state", state, filter_states);
	if (ground != NULL && !filter_ground(ground, &ctl->ground))
		return request_refuse_word(
		    parse, "ground", ground, filter_grounds);
	if (prefix != NULL && prefix_parse(prefix, &ctl->prefix) < 0)
		return request_refuse_word(
		    parse, "destination (--dst)", prefix, filter_prefixes);
	return 0;
}

static int
parse_id(const struct parse *parse)
{
	if (!json_number(parse->args, "id", &parse->out->ctl.id))
		return request_refuse(parse, "id", "the number of a rule");
	return 0;
}

static int
parse_reason(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;

	if (request_copy(parse, "reason", ctl->text, sizeof(ctl->text)) < 0)
		return -1;
	if (ctl->text[0] == '\0')
		return request_refuse(parse, "reason", "why it is done");
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

	if (request_text(parse, "prefix", &prefix) < 0)
		return -1;
	if (prefix == NULL)
		return request_refuse(parse, "prefix", wanted);
	if (prefix_parse(prefix, &parse->out->ctl.prefix) < 0)
		return request_refuse_word(parse, "prefix", prefix, wanted);
	return 0;
}

/* A customer; "" when none is named. */
static int
parse_customer(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;

	return request_copy(
	    parse, "customer", ctl->customer, sizeof(ctl->customer));
}

static int
parse_customer_must(const struct parse *parse)
{
	if (parse_customer(parse) < 0)
		return -1;
	if (parse->out->ctl.customer[0] == '\0')
		return request_refuse(parse, "customer", "a customer's name");
	return 0;
}

static int
parse_rule(const struct parse *parse)
{
	struct msg_ctl_request *ctl = &parse->out->ctl;
	struct rule_text_error error;
	const char *text = json_text(parse->args, "rule");

	if (text == NULL)
		return request_refuse(parse, "rule", "a rule as text");
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
parse_explain(const struct parse *parse)
{
	return parse_customer_must(parse) < 0 ? -1 : parse_rule(parse);
}

/* How long; 0 when nothing is said. */
static int
parse_lifetime(const struct parse *parse)
{
	const char *text;

	if (request_text(parse, "lifetime", &text) < 0)
		return -1;
	if (text != NULL && when_span(text, CTL_LIFETIME_MAX_MS,
				&parse->out->ctl.lifetime_ms) < 0)
		return request_refuse_word(parse, "lifetime", text,
		    "how long (45s, 10m, 2h, 1h30m, 3d), at most 366d");
	return 0;
}

static int
parse_extend(const struct parse *parse)
{
	return parse_act(parse) < 0 ? -1 : parse_lifetime(parse);
}

static int
parse_announce(const struct parse *parse)
{
	if (parse_rule(parse) < 0 || parse_lifetime(parse) < 0)
		return -1;
	return parse_reason(parse);
}

static int
parse_quarantine(const struct parse *parse)
{
	return parse_customer_must(parse) < 0 ? -1 : parse_reason(parse);
}

/* One customer, or all. */
static int
parse_freeze(const struct parse *parse)
{
	return parse_customer(parse) < 0 ? -1 : parse_reason(parse);
}

/* A customer or a rule, never both. */
static int
parse_release(const struct parse *parse)
{
	if (json_get(parse->args, "id") == NULL)
		return parse_quarantine(parse);
	if (json_get(parse->args, "customer") != NULL)
		return request_refuse(parse, "release", "a customer or an id");
	return parse_act(parse);
}

static int
parse_confirm(const struct parse *parse)
{
	static const char *const names[] = {
		[CONFIRM_BRAKE] = "brake",
		[CONFIRM_IRR] = "irr",
		[CONFIRM_RPKI] = "rpki",
		[CONFIRM_RELOAD] = "reload",
	};
	const char *what;

	if (request_text(parse, "what", &what) < 0)
		return -1;
	for (unsigned i = CONFIRM_BRAKE; i <= CONFIRM_RELOAD; i++) {
		if (what != NULL && strcmp(what, names[i]) == 0)
			parse->out->ctl.what = (uint8_t)i;
	}
	if (what != NULL && parse->out->ctl.what == CONFIRM_ANY)
		return request_refuse_word(
		    parse, "what", what, "brake, irr, rpki or reload");
	return parse_reason(parse);
}

static int
parse_reload(const struct parse *parse)
{
	uint64_t confirm;

	if (json_get(parse->args, "dry_run") != NULL &&
	    !json_bool_at(parse->args, "dry_run"))
		return request_refuse(parse, "dry_run", "true or false");
	parse->out->dry_run = json_true_at(parse->args, "dry_run");
	if (json_get(parse->args, "confirm") == NULL)
		return 0;
	if (!json_number(parse->args, "confirm", &confirm) || confirm == 0 ||
	    confirm > REQUEST_CONFIRM_MAX_S)
		return request_refuse(
		    parse, "confirm", "seconds, from 1 to 86400");
	if (parse->out->dry_run != 0)
		return request_refuse(parse, "confirm", "no dry run with it");
	parse->out->confirm_s = (uint32_t)confirm;
	return 0;
}

/* One row per verb. */
struct verb {
	const char *name;
	int (*parse)(const struct parse *parse);
	uint8_t role;         /* that answers */
	uint8_t ctl;          /* enum ctl_verb, of the guard */
	uint8_t needs;        /* enum access, at least */
	const char *args[11]; /* known, ended by NULL */
};

static const struct verb verbs[REQUEST_COUNT] = {
	[REQUEST_STATUS] = { "status", parse_none, ROLE_GUARD, CTL_STATUS,
	    ACCESS_VIEWER, { NULL } },
	[REQUEST_SESSIONS] = { "sessions", parse_sessions, ROLE_GUARD,
	    CTL_SESSIONS, ACCESS_VIEWER, { "name", NULL } },
	[REQUEST_CUSTOMERS] = { "customers", parse_sessions, ROLE_GUARD,
	    CTL_CUSTOMERS, ACCESS_VIEWER, { "name", NULL } },
	[REQUEST_RULES] = { "rules", parse_rules, ROLE_GUARD, CTL_RULES,
	    ACCESS_VIEWER,
	    { "customer", "state", "ground", "destination", NULL } },
	[REQUEST_RULE] = { "rule", parse_id, ROLE_GUARD, CTL_RULE,
	    ACCESS_VIEWER, { "id", NULL } },
	[REQUEST_ROUTE] = { "route", parse_route, ROLE_GUARD, CTL_ROUTE,
	    ACCESS_VIEWER, { "prefix", NULL } },
	[REQUEST_EXPLAIN] = { "explain", parse_explain, ROLE_GUARD, CTL_EXPLAIN,
	    ACCESS_VIEWER, { "customer", "rule", NULL } },
	[REQUEST_METRICS] = { "metrics", parse_none, ROLE_GUARD, CTL_METRICS,
	    ACCESS_VIEWER, { NULL } },
	[REQUEST_AUDIT] = { "audit", request_audit, ROLE_STORE, 0,
	    ACCESS_VIEWER,
	    { "customer", "since", "until", "prefix", "state", "reason", "kind",
		"operator", "rule", "n", NULL } },
	[REQUEST_AUDIT_RAW] = { "audit-raw", request_audit_raw, ROLE_STORE, 0,
	    ACCESS_VIEWER, { "from", "to", NULL } },
	[REQUEST_AUDIT_SEAL] = { "audit-seal", request_audit_seal, ROLE_STORE,
	    0, ACCESS_VIEWER, { "at_most", NULL } },
	[REQUEST_AUDIT_PROOF] = { "audit-proof", request_audit_proof,
	    ROLE_STORE, 0, ACCESS_VIEWER,
	    { "index", "size", "consistency", NULL } },
	[REQUEST_AUDIT_ACT] = { "audit-act", request_audit_act, ROLE_STORE, 0,
	    ACCESS_ADMIN, { "act", "reason", NULL } },
	[REQUEST_APPROVE] = { "approve", parse_act, ROLE_GUARD, CTL_APPROVE,
	    ACCESS_NOC, { "id", "reason", NULL } },
	[REQUEST_DENY] = { "deny", parse_act, ROLE_GUARD, CTL_DENY, ACCESS_NOC,
	    { "id", "reason", NULL } },
	[REQUEST_WITHDRAW] = { "withdraw", parse_act, ROLE_GUARD, CTL_WITHDRAW,
	    ACCESS_NOC, { "id", "reason", NULL } },
	[REQUEST_EXTEND] = { "extend", parse_extend, ROLE_GUARD, CTL_EXTEND,
	    ACCESS_NOC, { "id", "lifetime", "reason", NULL } },
	[REQUEST_CONFIRM] = { "confirm", parse_confirm, ROLE_GUARD, CTL_CONFIRM,
	    ACCESS_NOC, { "what", "reason", NULL } },
	[REQUEST_QUARANTINE] = { "quarantine", parse_quarantine, ROLE_GUARD,
	    CTL_QUARANTINE, ACCESS_NOC, { "customer", "reason", NULL } },
	[REQUEST_RELEASE] = { "release", parse_release, ROLE_GUARD, CTL_RELEASE,
	    ACCESS_NOC, { "customer", "id", "reason", NULL } },
	[REQUEST_FREEZE] = { "freeze", parse_freeze, ROLE_GUARD, CTL_FREEZE,
	    ACCESS_NOC, { "customer", "reason", NULL } },
	[REQUEST_THAW] = { "thaw", parse_freeze, ROLE_GUARD, CTL_THAW,
	    ACCESS_NOC, { "customer", "reason", NULL } },
	[REQUEST_PANIC] = { "panic", parse_reason, ROLE_GUARD, CTL_PANIC,
	    ACCESS_NOC, { "reason", NULL } },
	[REQUEST_RESUME] = { "resume", parse_reason, ROLE_GUARD, CTL_RESUME,
	    ACCESS_NOC, { "reason", NULL } },
	[REQUEST_ANNOUNCE] = { "announce", parse_announce, ROLE_GUARD,
	    CTL_ANNOUNCE, ACCESS_NOC, { "rule", "lifetime", "reason", NULL } },
	[REQUEST_RETRACT] = { "retract", parse_act, ROLE_GUARD, CTL_RETRACT,
	    ACCESS_NOC, { "id", "reason", NULL } },
	[REQUEST_RELOAD] = { "reload", parse_reload, ROLE_SUPERVISOR, 0,
	    ACCESS_ADMIN, { "dry_run", "confirm", NULL } },
	[REQUEST_LOG_LEVEL] = { "log-level", request_level, ROLE_SUPERVISOR, 0,
	    ACCESS_VIEWER, { "class", "for", "name", NULL } },
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
		return request_refuse(parse, "verb", "a string");
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
		status = request_refuse(&parse, "args", "an object");
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

bool
request_acts(unsigned verb)
{
	return verb < REQUEST_COUNT && verbs[verb].role != ROLE_SUPERVISOR &&
	       verbs[verb].needs > ACCESS_VIEWER;
}

/*
 * A configuration that waits is for those to keep who may bring one in. To name
 * nothing may mean it, too: only the guard knows what waits.
 */
static bool
confirms_reload(const struct request *request)
{
	return request->verb == REQUEST_CONFIRM &&
	       (request->ctl.what == CONFIRM_RELOAD ||
		   request->ctl.what == CONFIRM_ANY);
}

/* The role that a request needs: a verb's, or more for what it does. */
static unsigned
access_needed(const struct request *request)
{
	if (confirms_reload(request))
		return ACCESS_ADMIN;
	if (request->verb == REQUEST_LOG_LEVEL && request->level.set != 0)
		return ACCESS_NOC;
	return verbs[request->verb].needs;
}

bool
request_may(const struct request *request, enum access access, char *why)
{
	bool reload = confirms_reload(request);
	unsigned needs = access_needed(request);

	/* A verb without a need in its row is nobody's. */
	if (needs != ACCESS_NONE && access >= needs)
		return true;
	if (reload && access == ACCESS_NOC)
		(void)snprintf(why, REQUEST_WHY_MAX,
		    "confirm: wanted brake, irr or rpki: what else waits needs "
		    "the role admin; you are noc");
	else
		(void)snprintf(why, REQUEST_WHY_MAX,
		    "%s needs the role %s; you are %s",
		    verbs[request->verb].name, access_name(needs),
		    access_name(access));
	return false;
}
