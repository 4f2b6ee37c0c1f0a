/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of operators' programs: what is understood, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/control/request.h"

#define NOW (UINT64_C(1769828645) * 1000000000)

struct row {
	const char *name;
	const char *line;
	uint8_t verb;    /* REQUEST_NONE: refused */
	const char *why; /* a part of it */
};

#define GOOD(name, verb, line)                                                 \
	{                                                                      \
		name, line, REQUEST_##verb, NULL                               \
	}
#define BAD(name, why, line)                                                   \
	{                                                                      \
		name, line, REQUEST_NONE, why                                  \
	}

static const struct row rows[] = {
	GOOD("status", STATUS, "{\"verb\":\"status\"}"),
	GOOD("empty_args", STATUS, "{\"verb\":\"status\",\"args\":{}}"),
	GOOD("sessions", SESSIONS, "{\"verb\":\"sessions\"}"),
	GOOD("sessions_of_one", SESSIONS,
	    "{\"verb\":\"sessions\",\"args\":{\"name\":\"acme\"}}"),
	GOOD("rules_with_all_filters", RULES,
	    "{\"verb\":\"rules\",\"args\":{\"customer\":\"acme\",\"state\":"
	    "\"held\",\"ground\":\"gone\",\"destination\":"
	    "\"2001:db8::/32\"}}"),
	GOOD("rule", RULE, "{\"verb\":\"rule\",\"args\":{\"id\":0}}"),
	GOOD("explain", EXPLAIN,
	    "{\"args\":{\"customer\":\"acme\",\"rule\":\"match destination "
	    "203.0.113.7/32 protocol =17 then "
	    "discard\"},\"verb\":\"explain\"}"),
	GOOD("approve", APPROVE,
	    "{\"verb\":\"approve\",\"args\":{\"id\":7,\"reason\":\"ok\"}}"),
	GOOD("deny", DENY,
	    "{\"verb\":\"deny\",\"args\":{\"id\":7,\"reason\":\"no\"}}"),
	GOOD("withdraw", WITHDRAW,
	    "{\"verb\":\"withdraw\",\"args\":{\"id\":7,\"reason\":\"x\"}}"),
	GOOD("route_of_prefix", ROUTE,
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"2001:db8::/32\"}}"),
	GOOD("route_of_address", ROUTE,
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"203.0.113.7\"}}"),
	GOOD("route_of_everything", ROUTE,
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"0.0.0.0/0\"}}"),
	GOOD("confirm", CONFIRM,
	    "{\"verb\":\"confirm\",\"args\":{\"reason\":\"maintenance\"}}"),
	GOOD("audit", AUDIT, "{\"verb\":\"audit\"}"),
	GOOD("audit_with_all_filters", AUDIT,
	    "{\"verb\":\"audit\",\"args\":{\"customer\":\"acme\",\"since\":"
	    "\"10m\",\"until\":\"2026-01-31\",\"prefix\":\"203.0.113.0/24\","
	    "\"state\":\"refused\",\"reason\":\"not-registered\",\"kind\":"
	    "\"verdict\",\"operator\":\"root\",\"rule\":5,\"n\":1000}}"),
	GOOD("audit_raw", AUDIT_RAW,
	    "{\"verb\":\"audit-raw\",\"args\":{\"from\":0,\"to\":"
	    "9223372036854775807}}"),
	GOOD("audit_raw_of_all", AUDIT_RAW, "{\"verb\":\"audit-raw\"}"),
	BAD("audit_raw_backward", "to: wanted",
	    "{\"verb\":\"audit-raw\",\"args\":{\"from\":2,\"to\":1}}"),
	BAD("audit_raw_below_zero", "from: wanted a number",
	    "{\"verb\":\"audit-raw\",\"args\":{\"from\":-1}}"),
	BAD("audit_raw_past_all_numbers", "integer",
	    "{\"verb\":\"audit-raw\",\"args\":{\"to\":"
	    "9223372036854775808}}"),
	GOOD("audit_seal", AUDIT_SEAL,
	    "{\"verb\":\"audit-seal\",\"args\":{\"at_most\":5}}"),
	GOOD("audit_seal_last", AUDIT_SEAL, "{\"verb\":\"audit-seal\"}"),
	GOOD("audit_proof", AUDIT_PROOF,
	    "{\"verb\":\"audit-proof\",\"args\":{\"index\":5,\"size\":9,"
	    "\"consistency\":true}}"),
	GOOD("audit_proof_in_the_last", AUDIT_PROOF,
	    "{\"verb\":\"audit-proof\",\"args\":{\"index\":5}}"),
	BAD("audit_proof_of_nothing", "index: wanted",
	    "{\"verb\":\"audit-proof\",\"args\":{\"size\":5}}"),
	BAD("audit_proof_of_one_bit", "consistency: wanted true or false",
	    "{\"verb\":\"audit-proof\",\"args\":{\"index\":5,"
	    "\"consistency\":1}}"),
	GOOD("audit_rotate", AUDIT_ACT,
	    "{\"verb\":\"audit-act\",\"args\":{\"act\":\"rotate\",\"reason\":"
	    "\"yearly\"}}"),
	GOOD("audit_scrub", AUDIT_ACT,
	    "{\"verb\":\"audit-act\",\"args\":{\"act\":\"scrub\",\"reason\":"
	    "\"x\"}}"),
	BAD("audit_act_unknown", "rotate, renew or scrub",
	    "{\"verb\":\"audit-act\",\"args\":{\"act\":\"prune\",\"reason\":"
	    "\"x\"}}"),
	BAD("audit_act_of_nothing", "act: wanted",
	    "{\"verb\":\"audit-act\",\"args\":{\"reason\":\"x\"}}"),
	BAD("audit_act_without_a_reason", "reason: wanted",
	    "{\"verb\":\"audit-act\",\"args\":{\"act\":\"renew\"}}"),
	GOOD("reload", RELOAD, "{\"verb\":\"reload\"}"),
	GOOD("reload_dry", RELOAD,
	    "{\"verb\":\"reload\",\"args\":{\"dry_run\":true}}"),
	BAD("no_json", "column", "status"),
	BAD("no_verb", "verb: wanted a string", "{}"),
	BAD("verb_is_a_number", "verb: wanted a string", "{\"verb\":1}"),
	BAD("unknown_verb", "unknown verb: log-levels",
	    "{\"verb\":\"log-levels\"}"),
	GOOD("log_level", LOG_LEVEL, "{\"verb\":\"log-level\"}"),
	GOOD("log_level_of_all", LOG_LEVEL,
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"error\"}}"),
	GOOD("log_level_of_one", LOG_LEVEL,
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"name\":"
	    "\"acme\",\"for\":\"24h\"}}"),
	BAD("log_level_of_no_class",
	    "class: found \"loud\", wanted error, warn",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"loud\"}}"),
	BAD("log_level_without_class", "class: wanted error, warn",
	    "{\"verb\":\"log-level\",\"args\":{\"name\":\"acme\"}}"),
	BAD("log_level_for_without_class", "class: wanted error, warn",
	    "{\"verb\":\"log-level\",\"args\":{\"for\":\"10m\"}}"),
	BAD("log_level_for_too_long", "for: found \"25h\", wanted how long",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"for\":"
	    "\"25h\"}}"),
	BAD("log_level_for_no_time", "for: found \"0s\", wanted how long",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"for\":"
	    "\"0s\"}}"),
	BAD("log_level_class_as_number", "class: wanted a string",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":4}}"),
	BAD("log_level_of_a_strange_name", "name: wanted a shorter",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"name\":"
	    "\"a\\nb\"}}"),
	GOOD("customers", CUSTOMERS, "{\"verb\":\"customers\"}"),
	GOOD("customer", CUSTOMERS,
	    "{\"verb\":\"customers\",\"args\":{\"name\":\"acme\"}}"),
	GOOD("metrics", METRICS, "{\"verb\":\"metrics\"}"),
	GOOD("extend", EXTEND,
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"lifetime\":\"1h30m\","
	    "\"reason\":\"x\"}}"),
	GOOD("extend_to_the_most", EXTEND,
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"reason\":\"x\"}}"),
	GOOD("quarantine", QUARANTINE,
	    "{\"verb\":\"quarantine\",\"args\":{\"customer\":\"acme\","
	    "\"reason\":\"x\"}}"),
	GOOD("release_customer", RELEASE,
	    "{\"verb\":\"release\",\"args\":{\"customer\":\"acme\",\"reason\":"
	    "\"x\"}}"),
	GOOD("release_rule", RELEASE,
	    "{\"verb\":\"release\",\"args\":{\"id\":17,\"reason\":\"x\"}}"),
	GOOD("freeze_all", FREEZE,
	    "{\"verb\":\"freeze\",\"args\":{\"reason\":\"x\"}}"),
	GOOD("freeze_one", FREEZE,
	    "{\"verb\":\"freeze\",\"args\":{\"customer\":\"acme\",\"reason\":"
	    "\"x\"}}"),
	GOOD("thaw", THAW, "{\"verb\":\"thaw\",\"args\":{\"reason\":\"x\"}}"),
	GOOD(
	    "panic", PANIC, "{\"verb\":\"panic\",\"args\":{\"reason\":\"x\"}}"),
	GOOD("resume", RESUME,
	    "{\"verb\":\"resume\",\"args\":{\"reason\":\"x\"}}"),
	GOOD("announce", ANNOUNCE,
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match destination "
	    "203.0.113.7/32 then "
	    "discard\",\"lifetime\":\"2h\",\"reason\":\"x\"}}"),
	GOOD("announce_of_exabgp", ANNOUNCE,
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match { destination "
	    "203.0.113.7/32; } then { discard; }\",\"reason\":\"x\"}}"),
	GOOD("retract", RETRACT,
	    "{\"verb\":\"retract\",\"args\":{\"id\":7,\"reason\":\"x\"}}"),
	GOOD("confirm_brake", CONFIRM,
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"brake\",\"reason\":"
	    "\"x\"}}"),
	GOOD("confirm_irr", CONFIRM,
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"irr\",\"reason\":\"x\"}"
	    "}"),
	GOOD("confirm_rpki", CONFIRM,
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"rpki\",\"reason\":"
	    "\"x\"}}"),
	GOOD("confirm_reload", CONFIRM,
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"reload\",\"reason\":"
	    "\"x\"}}"),
	GOOD("reload_to_be_confirmed", RELOAD,
	    "{\"verb\":\"reload\",\"args\":{\"confirm\":300}}"),
	BAD("metrics_of_one", "unknown argument: name",
	    "{\"verb\":\"metrics\",\"args\":{\"name\":\"acme\"}}"),
	BAD("extend_without_id", "id: wanted",
	    "{\"verb\":\"extend\",\"args\":{\"reason\":\"x\"}}"),
	BAD("lifetime_of_nothing", "lifetime: found \"0s\", wanted how long",
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"lifetime\":\"0s\","
	    "\"reason\":\"x\"}}"),
	BAD("lifetime_of_ages", "lifetime: found \"367d\", wanted how long",
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"lifetime\":\"367d\","
	    "\"reason\":\"x\"}}"),
	BAD("lifetime_as_a_number", "lifetime: wanted a string",
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"lifetime\":60,"
	    "\"reason\":\"x\"}}"),
	BAD("lifetime_without_a_unit", "lifetime: found \"60\"",
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match destination "
	    "10.0.0.1/32 then "
	    "discard\",\"lifetime\":\"60\",\"reason\":\"x\"}}"),
	BAD("quarantine_of_nobody", "customer: wanted",
	    "{\"verb\":\"quarantine\",\"args\":{\"reason\":\"x\"}}"),
	BAD("quarantine_of_a_rule", "unknown argument: id",
	    "{\"verb\":\"quarantine\",\"args\":{\"id\":1,\"reason\":\"x\"}}"),
	BAD("release_of_both", "release: wanted a customer or an id",
	    "{\"verb\":\"release\",\"args\":{\"id\":1,\"customer\":\"acme\","
	    "\"reason\":\"x\"}}"),
	BAD("release_of_nothing", "customer: wanted",
	    "{\"verb\":\"release\",\"args\":{\"reason\":\"x\"}}"),
	BAD("release_of_a_bad_id", "id: wanted",
	    "{\"verb\":\"release\",\"args\":{\"id\":\"acme\",\"reason\":\"x\"}"
	    "}"),
	BAD("quarantine_without_reason", "reason: wanted why",
	    "{\"verb\":\"quarantine\",\"args\":{\"customer\":\"acme\"}}"),
	BAD("release_without_reason", "reason: wanted why",
	    "{\"verb\":\"release\",\"args\":{\"id\":1}}"),
	BAD("freeze_without_reason", "reason: wanted why",
	    "{\"verb\":\"freeze\",\"args\":{}}"),
	BAD("thaw_without_reason", "reason: wanted why",
	    "{\"verb\":\"thaw\",\"args\":{}}"),
	BAD("panic_without_reason", "reason: wanted why",
	    "{\"verb\":\"panic\",\"args\":{}}"),
	BAD("resume_without_reason", "reason: wanted why",
	    "{\"verb\":\"resume\",\"args\":{}}"),
	BAD("retract_without_reason", "reason: wanted why",
	    "{\"verb\":\"retract\",\"args\":{\"id\":1}}"),
	BAD("extend_without_reason", "reason: wanted why",
	    "{\"verb\":\"extend\",\"args\":{\"id\":1}}"),
	BAD("announce_without_reason", "reason: wanted why",
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match destination "
	    "10.0.0.1/32 then discard\"}}"),
	BAD("panic_of_one", "unknown argument: customer",
	    "{\"verb\":\"panic\",\"args\":{\"customer\":\"acme\",\"reason\":"
	    "\"x\"}}"),
	BAD("announce_nonsense", "rule, column 7: found",
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match nonsense then "
	    "discard\",\"reason\":\"x\"}}"),
	BAD("announce_without_rule", "rule: wanted",
	    "{\"verb\":\"announce\",\"args\":{\"reason\":\"x\"}}"),
	BAD("announce_as_a_customer", "unknown argument: customer",
	    "{\"verb\":\"announce\",\"args\":{\"customer\":\"acme\",\"rule\":"
	    "\"match then discard\",\"reason\":\"x\"}}"),
	BAD("confirm_something_else", "what: found \"all\", wanted brake, irr",
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"all\",\"reason\":\"x\"}"
	    "}"),
	BAD("confirm_after_no_time", "confirm: wanted seconds",
	    "{\"verb\":\"reload\",\"args\":{\"confirm\":0}}"),
	BAD("confirm_after_ages", "confirm: wanted seconds",
	    "{\"verb\":\"reload\",\"args\":{\"confirm\":86401}}"),
	BAD("confirm_of_a_dry_run", "confirm: wanted no dry run",
	    "{\"verb\":\"reload\",\"args\":{\"dry_run\":true,\"confirm\":5}}"),

	BAD("unknown_member", "unknown member: x",
	    "{\"verb\":\"status\",\"x\":1}"),
	BAD("unknown_argument", "unknown argument: id",
	    "{\"verb\":\"status\",\"args\":{\"id\":1}}"),
	BAD("args_is_a_list", "args: wanted an object",
	    "{\"verb\":\"status\",\"args\":[]}"),
	BAD("args_is_null", "args: wanted an object",
	    "{\"verb\":\"status\",\"args\":null}"),
	BAD("name_is_a_number", "name: wanted a string",
	    "{\"verb\":\"sessions\",\"args\":{\"name\":1}}"),
	BAD("name_of_64_octets", "name: wanted a shorter",
	    "{\"verb\":\"sessions\",\"args\":{\"name\":"
	    "\"0123456789012345678901234567890123456789012345678901234567890123"
	    "\"}}"),
	BAD("control_character", "name: wanted a shorter",
	    "{\"verb\":\"sessions\",\"args\":{\"name\":\"a\\u001bb\"}}"),
	BAD("unknown_state", ", wanted accepted, accepted-modified, held",
	    "{\"verb\":\"rules\",\"args\":{\"state\":\"fine\"}}"),
	BAD("ground_that_is_fine",
	    "ground: found \"fine\", wanted braked, gone, rest",
	    "{\"verb\":\"rules\",\"args\":{\"ground\":\"fine\"}}"),
	BAD("ground_as_number", "ground: wanted a string",
	    "{\"verb\":\"rules\",\"args\":{\"ground\":3}}"),
	BAD("host_bits",
	    "destination (--dst): found \"10.0.0.1/8\", wanted a prefix",
	    "{\"verb\":\"rules\",\"args\":{\"destination\":\"10.0.0.1/8\"}}"),
	BAD("no_id", "id: wanted", "{\"verb\":\"rule\"}"),
	BAD("negative_id", "id: wanted",
	    "{\"verb\":\"rule\",\"args\":{\"id\":-1}}"),
	BAD("id_as_text", "id: wanted",
	    "{\"verb\":\"rule\",\"args\":{\"id\":\"1\"}}"),
	BAD("approve_without_reason", "reason: wanted",
	    "{\"verb\":\"approve\",\"args\":{\"id\":1}}"),
	BAD("route_without_prefix", "prefix: wanted an address",
	    "{\"verb\":\"route\"}"),
	BAD("route_of_a_number", "prefix: wanted a string",
	    "{\"verb\":\"route\",\"args\":{\"prefix\":7}}"),
	BAD("route_of_host_bits",
	    "prefix: found \"10.0.0.1/8\", wanted an address",
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"10.0.0.1/8\"}}"),
	BAD("route_of_a_name", "prefix: found \"acme\"",
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"acme\"}}"),
	BAD("confirm_without_reason", "reason: wanted why",
	    "{\"verb\":\"confirm\"}"),
	BAD("confirm_of_one_rule", "unknown argument: id",
	    "{\"verb\":\"confirm\",\"args\":{\"id\":1,\"reason\":\"x\"}}"),
	BAD("explain_without_customer", "customer: wanted",
	    "{\"verb\":\"explain\",\"args\":{\"rule\":\"match then "
	    "discard\"}}"),
	BAD("explain_without_rule", "rule: wanted",
	    "{\"verb\":\"explain\",\"args\":{\"customer\":\"acme\"}}"),
	BAD("explain_nonsense", "rule, column 7: found ",
	    "{\"verb\":\"explain\",\"args\":{\"customer\":\"acme\",\"rule\":"
	    "\"match nonsense then discard\"}}"),
	BAD("unknown_kind", "kind: found \"x\", wanted verdict",
	    "{\"verb\":\"audit\",\"args\":{\"kind\":\"x\"}}"),
	BAD("n_0", "n: wanted", "{\"verb\":\"audit\",\"args\":{\"n\":0}}"),
	BAD("n_too_large", "n: wanted",
	    "{\"verb\":\"audit\",\"args\":{\"n\":100001}}"),
	BAD("rule_number_as_text", "rule: wanted",
	    "{\"verb\":\"audit\",\"args\":{\"rule\":\"5\"}}"),
	BAD("dry_run_as_text", "dry_run: wanted",
	    "{\"verb\":\"reload\",\"args\":{\"dry_run\":\"yes\"}}"),
};

/* A line becomes the request it says, or is refused with the reason. */
static void
parses(void **state)
{
	const struct row *row = *state;
	struct request *request = malloc(sizeof(*request));
	char why[REQUEST_WHY_MAX] = "";
	int status =
	    request_parse(row->line, strlen(row->line), NOW, request, why);

	if (row->verb != REQUEST_NONE) {
		assert_string_equal(why, "");
		assert_int_equal(status, 0);
		assert_int_equal(request->verb, row->verb);
		request->ctl.head.len =
		    (uint32_t)((request->ctl_size + 7) & ~7u);
		if (request->role == ROLE_GUARD)
			assert_true(check_ctl_request(&request->ctl));
	} else {
		assert_int_equal(status, -1);
		if (strstr(why, row->why) == NULL)
			fail_msg("said: %s", why);
	}
	free(request);
}

/* Filters of an audit arrive in the query. */
static void
audit_filters_arrive(void **state)
{
	static const char line[] =
	    "{\"verb\":\"audit\",\"args\":{\"customer\":\"acme\",\"since\":"
	    "\"10m\",\"reason\":\"12\",\"state\":\"refused\",\"n\":7}}";
	struct request *request = malloc(sizeof(*request));
	char why[REQUEST_WHY_MAX];

	(void)state;
	assert_int_equal(
	    request_parse(line, strlen(line), NOW, request, why), 0);
	assert_int_equal(request->role, ROLE_STORE);
	assert_int_equal(request->audit_max, 7);
	assert_int_equal(request->audit.reason, 12);
	assert_int_equal(request->audit.state, STATE_REFUSED);
	assert_int_equal(request->audit.backward, 1);
	assert_true(request->audit.from_ns == NOW - UINT64_C(600000000000));
	assert_true(request->audit.to_ns == 0);
	assert_true(request->audit.rule_id == UINT64_MAX);
	assert_true(request->audit.to_seq == UINT64_MAX);
	assert_string_equal(request->audit.customer, "acme");
	free(request);
}

/* An address is asked about as the prefix that holds it alone. */
static void
address_is_a_host_prefix(void **state)
{
	static const char line[] =
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"203.0.113.7\"}}";
	struct request *request = malloc(sizeof(*request));
	char why[REQUEST_WHY_MAX];
	struct prefix wanted;

	(void)state;
	assert_int_equal(
	    request_parse(line, strlen(line), NOW, request, why), 0);
	assert_int_equal(request->ctl.verb, CTL_ROUTE);
	assert_int_equal(prefix_parse("203.0.113.7/32", &wanted), 0);
	assert_memory_equal(&request->ctl.prefix, &wanted, sizeof(wanted));
	free(request);
}

/* A ground that is asked for arrives; without it any is meant. */
static void
ground_arrives(void **state)
{
	static const char with[] =
	    "{\"verb\":\"rules\",\"args\":{\"ground\":\"braked\"}}";
	static const char without[] = "{\"verb\":\"rules\"}";
	char why[REQUEST_WHY_MAX];
	struct request *request = malloc(sizeof(*request));

	(void)state;
	assert_non_null(request);
	assert_int_equal(
	    request_parse(with, strlen(with), NOW, request, why), 0);
	assert_int_equal(request->ctl.ground, GROUND_BRAKED);
	assert_int_equal(
	    request_parse(without, strlen(without), NOW, request, why), 0);
	assert_int_equal(request->ctl.ground, GROUND_FINE);
	free(request);
}

static struct request *
read_line(const char *line)
{
	struct request *request = malloc(sizeof(*request));
	char why[REQUEST_WHY_MAX];

	assert_non_null(request);
	assert_int_equal(
	    request_parse(line, strlen(line), NOW, request, why), 0);
	return request;
}

/* What an operator's own rule needs reaches the guard. */
static void
announced_rule_arrives(void **state)
{
	struct request *request = read_line(
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match destination "
	    "203.0.113.7/32 then discard\",\"lifetime\":\"2h\",\"reason\":"
	    "\"ticket 7\"}}");

	(void)state;
	assert_int_equal(request->ctl.verb, CTL_ANNOUNCE);
	assert_int_equal(request->ctl.has_rule, 1);
	assert_true(request->ctl.lifetime_ms == UINT64_C(7200000));
	assert_string_equal(request->ctl.text, "ticket 7");
	assert_int_equal(request->ctl.rule.afi, AFI_IPV4);
	assert_string_equal(request->ctl.customer, "");
	free(request);
}

/* What is confirmed arrives; without a word it is whatever waits. */
static void
what_is_confirmed_arrives(void **state)
{
	struct request *request = read_line(
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"irr\",\"reason\":"
	    "\"x\"}}");

	(void)state;
	assert_int_equal(request->ctl.what, CONFIRM_IRR);
	free(request);
	request =
	    read_line("{\"verb\":\"confirm\",\"args\":{\"reason\":\"x\"}}");
	assert_int_equal(request->ctl.what, CONFIRM_ANY);
	free(request);
}

struct may_row {
	const char *name;
	const char *line;
	enum access needs;
};

#define MAY(name, needs, args)                                                 \
	{                                                                      \
		"role_of_" name,                                               \
		    "{\"verb\":\"" name "\",\"args\":{" args "}}",             \
		    ACCESS_##needs                                             \
	}
#define CONFIRM(what, needs)                                                   \
	{                                                                      \
		"role_of_confirm_" what,                                       \
		    "{\"verb\":\"confirm\",\"args\":{\"what\":\"" what         \
		    "\",\"reason\":\"x\"}}",                                   \
		    ACCESS_##needs                                             \
	}
#define WHY  "\"reason\":\"x\""
#define RULE "\"rule\":\"match destination 10.0.0.1/32 then discard\""

/* The least role of each verb. */
static const struct may_row may_rows[] = {
	MAY("status", VIEWER, ""),
	MAY("sessions", VIEWER, ""),
	MAY("customers", VIEWER, ""),
	MAY("rules", VIEWER, ""),
	MAY("rule", VIEWER, "\"id\":1"),
	MAY("route", VIEWER, "\"prefix\":\"::/0\""),
	MAY("explain", VIEWER, "\"customer\":\"acme\"," RULE),
	MAY("audit", VIEWER, ""),
	MAY("metrics", VIEWER, ""),
	MAY("audit-raw", VIEWER, ""),
	MAY("audit-seal", VIEWER, ""),
	MAY("audit-proof", VIEWER, "\"index\":1"),
	MAY("audit-act", ADMIN, "\"act\":\"renew\"," WHY),
	MAY("approve", NOC, "\"id\":1," WHY),
	MAY("deny", NOC, "\"id\":1," WHY),
	MAY("withdraw", NOC, "\"id\":1," WHY),
	MAY("extend", NOC, "\"id\":1," WHY),
	MAY("quarantine", NOC, "\"customer\":\"acme\"," WHY),
	MAY("release", NOC, "\"customer\":\"acme\"," WHY),
	MAY("freeze", NOC, WHY),
	MAY("thaw", NOC, WHY),
	MAY("panic", NOC, WHY),
	MAY("resume", NOC, WHY),
	MAY("announce", NOC, RULE "," WHY),
	MAY("retract", NOC, "\"id\":1," WHY),
	CONFIRM("brake", NOC),
	CONFIRM("irr", NOC),
	CONFIRM("rpki", NOC),
	CONFIRM("reload", ADMIN),
	MAY("confirm", ADMIN, WHY),
	MAY("reload", ADMIN, ""),
	MAY("log-level", VIEWER, ""),
	{ "role_of_setting_log_level",
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\"}}",
	    ACCESS_NOC },
};

/* A role may do what its row says, each higher one too, no lower one. */
static void
role_decides(void **state)
{
	const struct may_row *row = *state;
	struct request *request = read_line(row->line);

	for (unsigned i = ACCESS_NONE; i <= ACCESS_ADMIN; i++) {
		char why[REQUEST_WHY_MAX] = "";

		assert_int_equal(request_may(request, (enum access)i, why),
		    i >= (unsigned)row->needs);
		assert_int_equal(why[0] != '\0', i < (unsigned)row->needs);
	}
	assert_int_equal(request_acts(request->verb),
	    row->needs > ACCESS_VIEWER && request->verb != REQUEST_RELOAD &&
		request->verb != REQUEST_LOG_LEVEL);
	free(request);
}

/* A refusal names the verb, the role that it needs and the one that is had. */
static void
refusal_says_both_roles(void **state)
{
	struct request *request = read_line(
	    "{\"verb\":\"quarantine\",\"args\":{\"customer\":\"a\"," WHY "}}");
	char why[REQUEST_WHY_MAX];

	(void)state;
	assert_false(request_may(request, ACCESS_VIEWER, why));
	assert_string_equal(
	    why, "quarantine needs the role noc; you are viewer");
	free(request);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		MAY_ROWS = sizeof(may_rows) / sizeof(may_rows[0]),
		FIRST = 6
	};
	struct CMUnitTest tests[FIRST + ROWS + MAY_ROWS] = {
		cmocka_unit_test(audit_filters_arrive),
		cmocka_unit_test(address_is_a_host_prefix),
		cmocka_unit_test(ground_arrives),
		cmocka_unit_test(announced_rule_arrives),
		cmocka_unit_test(what_is_confirmed_arrives),
		cmocka_unit_test(refusal_says_both_roles),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[FIRST + i] = (struct CMUnitTest){ rows[i].name, parses,
			NULL, NULL, (void *)(uintptr_t)&rows[i] };
	}
	for (size_t i = 0; i < MAY_ROWS; i++) {
		tests[FIRST + ROWS + i] =
		    (struct CMUnitTest){ may_rows[i].name, role_decides, NULL,
			    NULL, (void *)(uintptr_t)&may_rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
