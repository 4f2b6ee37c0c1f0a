/* SPDX-License-Identifier: BSD-2-Clause */
/* Words after "sluice": what is understood, and what is wrong use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/args.h"

struct row {
	const char *words[10];
	uint8_t verb;    /* of a good one */
	const char *why; /* NULL: good */
};

#define GOOD(verb, ...)                                                        \
	{                                                                      \
		{ __VA_ARGS__ }, ARGS_##verb, NULL                             \
	}
#define BAD(why, ...)                                                          \
	{                                                                      \
		{ __VA_ARGS__ }, ARGS_NONE, why                                \
	}

static const struct row rows[] = {
	GOOD(STATUS, "status"),
	GOOD(STATUS, "--json", "status"),
	GOOD(STATUS, "status", "--json", "--socket", "/tmp/x"),
	GOOD(STATUS, "--socket=/tmp/x", "status"),
	GOOD(SESSIONS, "sessions"),
	GOOD(SESSIONS, "sessions", "acme"),
	GOOD(RULES, "rules"),
	GOOD(RULES, "rules", "17"),
	GOOD(RULES, "rules", "9223372036854775807"),
	GOOD(RULES, "rules", "--customer", "acme", "--state=held", "--dst",
	    "203.0.113.0/24"),
	GOOD(RULES, "rules", "--ground", "braked"),
	GOOD(EXPLAIN, "explain", "--customer", "acme", "match then discard"),
	GOOD(APPROVE, "approve", "17", "-m", "looks right"),
	GOOD(APPROVE, "approve", "17"),
	GOOD(DENY, "deny", "17", "-m", "--json"),
	GOOD(WITHDRAW, "withdraw", "0", "-m=why"),
	GOOD(DENY, "deny", "17", "--reason", "not theirs"),
	GOOD(ROUTE, "route", "203.0.113.0/24"),
	GOOD(ROUTE, "route", "2001:db8::1", "--json"),
	GOOD(CONFIRM, "confirm"),
	GOOD(CONFIRM, "confirm", "-m", "maintenance"),
	GOOD(CONFIRM, "confirm", "--reason", "maintenance"),
	GOOD(HELP, "confirm", "--help"),
	GOOD(AUDIT, "audit", "list"),
	GOOD(AUDIT, "audit", "list", "-n", "5", "--rule", "0", "--store", "/x"),
	GOOD(CHECK, "check", "--", "-odd-name"),
	GOOD(RELOAD, "reload", "--dry-run"),
	GOOD(HELP, "help"),
	GOOD(HELP, "help", "rules"),
	GOOD(HELP, "--help"),
	GOOD(NONE, "--version"),
	GOOD(HELP, "rules", "17", "-h"),
	BAD("wanted a verb", "--json"),
	GOOD(STATUS, "status", "--check"),
	GOOD(CUSTOMERS, "customers"),
	GOOD(CUSTOMERS, "customers", "acme"),
	GOOD(EXTEND, "extend", "17", "--lifetime", "2h", "-m", "x"),
	GOOD(QUARANTINE, "quarantine", "acme", "-m", "x"),
	GOOD(RELEASE, "release", "acme"),
	GOOD(RELEASE, "release", "17"),
	GOOD(RELEASE, "release", "--customer", "17"),
	GOOD(FREEZE, "freeze"),
	GOOD(FREEZE, "freeze", "acme"),
	GOOD(THAW, "thaw"),
	GOOD(PANIC, "panic", "--yes", "-m", "x"),
	GOOD(RESUME, "resume"),
	GOOD(ANNOUNCE, "announce", "match then discard", "--lifetime=1h"),
	GOOD(RETRACT, "retract", "17"),
	GOOD(CONFIRM, "confirm", "reload"),
	GOOD(RELOAD, "reload", "--confirm", "300", "--yes"),
	GOOD(LOG_LEVEL, "log-level"),
	GOOD(LOG_LEVEL, "log-level", "--json"),
	GOOD(LOG_LEVEL, "log-level", "debug"),
	GOOD(LOG_LEVEL, "log-level", "debug", "acme", "--for", "10m"),
	BAD("three: one word too many", "log-level", "one", "two", "three"),
	BAD("--for: wanted error, warn", "log-level", "--for", "10m"),
	BAD("--for: wanted a value", "log-level", "debug", "--for"),
	BAD("--for: not an option of this verb", "reload", "--for", "10m"),
	BAD("log-levels: unknown verb", "log-levels"),
	BAD("--check: not an option of this verb", "rules", "--check"),
	BAD("--yes: not an option of this verb", "resume", "--yes"),
	BAD("--lifetime: not an option of this verb", "approve", "1",
	    "--lifetime", "2h"),
	BAD("acme: wanted a rule's number", "extend", "acme"),
	BAD("quarantine: wanted a customer's name", "quarantine"),
	BAD("release: wanted a customer's name or a rule's number", "release"),
	BAD("release: wanted a customer's name or a rule's number", "release",
	    "17", "--customer", "17"),
	BAD("panic: wanted nothing more", "panic", "acme"),
	BAD("announce: wanted a rule, in quotes", "announce"),
	BAD("reload: wanted --dry-run or --confirm", "reload", "--dry-run",
	    "--confirm", "5"),
	BAD("--confirm: wanted a number from 1 on", "reload", "--confirm=0"),
	BAD("-m or --reason: wanted why", "panic", "-m", ""),
	BAD("--fast: unknown option", "status", "--fast"),
	BAD("--kind: not an option of this verb", "rules", "--kind", "x"),
	BAD("--customer: not an option of this verb", "--customer", "x",
	    "rules"),
	BAD("--socket: wanted a value", "status", "--socket"),
	BAD("--json=1: takes no value", "status", "--json=1"),
	BAD("status: wanted nothing more", "status", "now"),
	BAD("two: one word too many", "sessions", "one", "two"),
	BAD("x: wanted a rule's number", "rules", "x"),
	BAD("-5: unknown option", "rules", "-5"),
	BAD("9223372036854775808: wanted a rule's number", "rules",
	    "9223372036854775808"),
	BAD(": wanted a rule's number", "rules", ""),
	BAD("rules: wanted a number or filters", "rules", "1", "--ground",
	    "gone"),
	BAD("--ground: not an option of this verb", "audit", "--ground", "x"),
	BAD("rules: wanted a number or filters", "rules", "1", "--state",
	    "held"),
	BAD("explain: wanted a rule, in quotes", "explain", "--customer", "c"),
	BAD("explain: wanted --customer C", "explain", "match then discard"),
	BAD("approve: wanted a rule's number", "approve"),
	BAD("-m or --reason: wanted why", "approve", "1", "-m", ""),
	BAD("-m or --reason: wanted why", "confirm", "--reason="),
	BAD("two: one word too many", "confirm", "one", "two"),
	BAD("route: wanted a prefix or an address", "route"),
	BAD("two: one word too many", "route", "one", "two"),
	BAD("--reason: not an option of this verb", "route", "::/0", "--reason",
	    "x"),
	BAD("audit: wanted list, show, verify", "audit"),
	BAD("audit: wanted list, show, verify", "audit", "tail"),
	GOOD(AUDIT, "audit", "list", "--verdict", "refused"),
	GOOD(AUDIT, "audit", "show", "17", "--raw", "--store", "/x"),
	GOOD(AUDIT, "--json", "audit", "show", "0"),
	GOOD(AUDIT, "audit", "verify"),
	GOOD(AUDIT, "audit", "verify", "--checkpoint", "a", "--checkpoint=b",
	    "--key", "k", "--store", "/x"),
	GOOD(AUDIT, "audit", "verify", "--proof", "f", "--key", "k"),
	GOOD(AUDIT, "audit", "export", "--json", "--customer", "acme",
	    "--reason", "quota"),
	GOOD(AUDIT, "audit", "export", "--tiles", "/tmp/x", "--json"),
	GOOD(AUDIT, "audit", "checkpoint", "--size", "256", "--keys"),
	GOOD(AUDIT, "audit", "proof", "17", "--size", "256", "-o", "f"),
	GOOD(AUDIT, "audit", "proof", "--consistency", "5"),
	GOOD(AUDIT, "audit", "rotate", "--reason", "yearly"),
	GOOD(AUDIT, "audit", "renew", "--yes", "-m", "damaged"),
	GOOD(AUDIT, "audit", "scrub"),
	BAD("show: wanted an entry's number", "audit", "show"),
	BAD("x: wanted an entry's number", "audit", "show", "x"),
	BAD("5: one word too many", "audit", "verify", "5"),
	BAD("5: one word too many", "audit", "list", "5"),
	BAD("6: one word too many", "audit", "show", "5", "6"),
	BAD("5: one word too many", "audit", "proof", "5", "--consistency",
	    "3"),
	BAD("proof: wanted an entry's number or --consistency", "audit",
	    "proof"),
	BAD("export: wanted --json or --tiles", "audit", "export"),
	BAD("--tiles: takes no filters", "audit", "export", "--tiles", "d",
	    "--customer", "acme"),
	BAD("--tiles: takes no filters", "audit", "export", "--tiles", "d",
	    "--reason", "quota"),
	BAD("--proof: wanted --key", "audit", "verify", "--proof", "f"),
	BAD("--proof: stands alone", "audit", "verify", "--proof", "f", "--key",
	    "k", "--store", "/x"),
	BAD("--customer: not an option of audit verify", "audit", "verify",
	    "--customer", "acme"),
	BAD("--reason: not an option of audit show", "audit", "show", "1",
	    "--reason", "x"),
	BAD("--store: not an option of audit rotate", "audit", "rotate",
	    "--store", "/x"),
	BAD("-n: not an option of audit export", "audit", "export", "--json",
	    "-n", "5"),
	BAD("--yes: not an option of audit list", "audit", "list", "--yes"),
	BAD("--raw: not an option of this verb", "rules", "--raw"),
	BAD("--size: wanted a number from 1 on", "audit", "checkpoint",
	    "--size", "0"),
	BAD("-m or --reason: wanted why", "audit", "rotate", "--reason="),
	BAD("-n: wanted a number", "audit", "list", "-n", "many"),
	BAD("-n: wanted a number from 1 on", "audit", "list", "-n", "0"),
	BAD("--rule: wanted a number", "audit", "list", "--rule=x"),
	BAD("check: wanted a file", "check"),
};

/* Words are understood as the row says, or refused with its text. */
static void
parses(void **state)
{
	const struct row *row = *state;
	const char *argv[12] = { "sluice" };
	char why[ARGS_WHY_MAX] = "";
	struct args args;
	int argc = 1, status;

	for (size_t i = 0; i < 10 && row->words[i] != NULL; i++)
		argv[argc++] = row->words[i];
	status = args_parse(argc, argv, &args, why);
	if (row->why == NULL) {
		assert_string_equal(why, "");
		assert_int_equal(status, 0);
		assert_int_equal(args.verb, row->verb);
		return;
	}
	assert_int_equal(status, -1);
	if (strncmp(why, row->why, strlen(row->why)) != 0)
		fail_msg("said: %s", why);
}

/* Every field gets its value. */
static void
values_arrive(void **state)
{
	static const char *const argv[] = { "sluice", "audit", "--customer",
		"a", "--since=b", "--until", "c", "--prefix", "d", "--state",
		"e", "--reason", "f", "--kind", "g", "--operator", "h",
		"--rule", "9", "-n", "3", "--store", "i", "list", "--json" };
	char why[ARGS_WHY_MAX];
	struct args args;

	(void)state;
	assert_int_equal(
	    args_parse(sizeof(argv) / sizeof(argv[0]), argv, &args, why), 0);
	assert_string_equal(args.customer, "a");
	assert_string_equal(args.since, "b");
	assert_string_equal(args.until, "c");
	assert_string_equal(args.prefix, "d");
	assert_string_equal(args.state, "e");
	assert_string_equal(args.reason, "f");
	assert_string_equal(args.kind, "g");
	assert_string_equal(args.operator_name, "h");
	assert_true(args.has_rule && args.rule == 9);
	assert_true(args.n == 3);
	assert_string_equal(args.store, "i");
	assert_true(args.json);
	assert_null(args.socket);
}

/* --reason is what is searched for in the log, and why an act is done. */
static void
reason_is_of_its_verb(void **state)
{
	static const char *const confirm[] = { "sluice", "confirm", "--reason",
		"a" };
	static const char *const audit[] = { "sluice", "audit", "list",
		"--reason=a" };
	char why[ARGS_WHY_MAX];
	struct args args;

	(void)state;
	assert_int_equal(args_parse(4, confirm, &args, why), 0);
	assert_string_equal(args.message, "a");
	assert_null(args.reason);
	assert_int_equal(args_parse(4, audit, &args, why), 0);
	assert_string_equal(args.reason, "a");
	assert_null(args.message);
}

/* What is done to the log is done for a reason, whichever option tells it. */
static void
reason_of_an_act_is_its_message(void **state)
{
	static const char *const rotate[] = { "sluice", "audit", "rotate",
		"--reason", "a" };
	static const char *const list[] = { "sluice", "audit", "list",
		"--reason", "a" };
	char why[ARGS_WHY_MAX];
	struct args args;

	(void)state;
	assert_int_equal(args_parse(5, rotate, &args, why), 0);
	assert_int_equal(args.audit, ARGS_AUDIT_ROTATE);
	assert_true(args_acts(&args));
	assert_string_equal(args.message, "a");
	assert_null(args.reason);
	assert_int_equal(args_parse(5, list, &args, why), 0);
	assert_false(args_acts(&args));
	assert_string_equal(args.reason, "a");
}

/* Options that come again are kept in their order. */
static void
lists_arrive(void **state)
{
	static const char *const argv[] = { "sluice", "audit", "verify",
		"--checkpoint", "a", "--key=k", "--checkpoint", "b" };
	const char *many[3 + 2 * (ARGS_LIST_MAX + 1)] = { "sluice", "audit",
		"verify" };
	char why[ARGS_WHY_MAX];
	struct args args;

	(void)state;
	assert_int_equal(args_parse(8, argv, &args, why), 0);
	assert_int_equal(args.checkpoints.n, 2);
	assert_string_equal(args.checkpoints.text[0], "a");
	assert_string_equal(args.checkpoints.text[1], "b");
	assert_int_equal(args.vkeys.n, 1);
	for (int i = 0; i < ARGS_LIST_MAX + 1; i++) {
		many[3 + 2 * i] = "--key";
		many[4 + 2 * i] = "k";
	}
	assert_int_equal(
	    args_parse(3 + 2 * ARGS_LIST_MAX, many, &args, why), 0);
	assert_int_equal(
	    args_parse(3 + 2 * (ARGS_LIST_MAX + 1), many, &args, why), -1);
	assert_string_equal(why, "--key: comes too often");
}

/* A number is a rule's, unless --customer says whose name it is. */
static void
release_knows_rules_from_customers(void **state)
{
	static const char *const rule[] = { "sluice", "release", "17" };
	static const char *const name[] = { "sluice", "release", "acme" };
	static const char *const number[] = { "sluice", "release", "--customer",
		"17" };
	char why[ARGS_WHY_MAX];
	struct args args;

	(void)state;
	assert_int_equal(args_parse(3, rule, &args, why), 0);
	assert_true(args.has_id && args.id == 17);
	assert_null(args.customer);
	assert_int_equal(args_parse(3, name, &args, why), 0);
	assert_false(args.has_id);
	assert_string_equal(args.customer, "acme");
	assert_int_equal(args_parse(4, number, &args, why), 0);
	assert_false(args.has_id);
	assert_string_equal(args.customer, "17");
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	enum {
		FIRST = 5
	};
	struct CMUnitTest tests[ROWS + FIRST] = {
		cmocka_unit_test(reason_of_an_act_is_its_message),
		cmocka_unit_test(lists_arrive),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(reason_is_of_its_verb),
		cmocka_unit_test(release_knows_rules_from_customers),
	};
	char names[ROWS][128] = { "" };

	for (size_t i = 0; i < ROWS; i++) {
		size_t used = 0;

		for (size_t j = 0; j < 10 && rows[i].words[j] != NULL; j++)
			used += (size_t)snprintf(&names[i][used],
			    sizeof(names[i]) - used, "%s%s", j > 0 ? " " : "",
			    rows[i].words[j]);
		tests[FIRST + i] = (struct CMUnitTest){ names[i], parses, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
