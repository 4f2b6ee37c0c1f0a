/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an operator reads: fixed answers as text on a terminal of 80 columns,
 * and into a pipe, as files tests/golden/show/NAME.txt.
 * UPDATE_GOLDEN=1 writes the files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cli/show.h"
#include "proxy/control/view.h"
#include "tests/lib/ctl_samples.h"
#include "tests/lib/entry_samples.h"

#define TEXT_MAX 65536

static const struct view_now now = { SAMPLE_NOW_NS, SAMPLE_BOOT_MS };

static void
add_rules(struct answer *answer)
{
	struct msg_ctl_rule msg;

	sample_rule(&msg);
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
	sample_rule_refused(&msg);
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
}

/* One of each ground. */
static void
add_grounds(struct answer *answer)
{
	struct msg_ctl_rule msg;

	for (unsigned i = 0; i < GROUND_COUNT; i++) {
		sample_rule_ground(&msg, (enum rule_ground)i);
		assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
	}
}

static void
add_rule_gone(struct answer *answer)
{
	struct msg_ctl_rule msg;

	sample_rule_ground(&msg, GROUND_GONE);
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
}

static void
add_rule_braked(struct answer *answer)
{
	struct msg_ctl_rule msg;

	sample_rule_ground(&msg, GROUND_BRAKED);
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
}

/* Everybody, as sluiced was started, and two that are set. */
static void
add_levels(struct answer *answer)
{
	static const char *const until[] = { "", "2026-01-31T03:13:05.000Z",
		"2026-02-01T03:04:05.000Z" };
	static const char *const names[] = { "", "acme", "guard" };

	for (unsigned i = 0; i < 3; i++) {
		struct json *row = json_new();

		view_put_some(row, "name", names[i]);
		json_put_text(row, "class", i == 0 ? "info" : "debug");
		view_put_some(row, "until", until[i]);
		view_put_some(row, "operator", i == 0 ? "" : "root");
		assert_int_equal(answer_add_row(answer, row), 0);
	}
}

/* The refused rule with its checks. */
static void
add_rule(struct answer *answer)
{
	struct json *checks = json_list_new(), *row;
	struct msg_ctl_check check;
	struct msg_ctl_rule msg;

	sample_rule_refused(&msg);
	row = view_rule(&msg);
	for (unsigned i = 0; check_at(i) != CHECK_NONE; i++) {
		sample_check(&check, check_at(i));
		json_add(checks, view_check(&check));
	}
	json_put(row, "checks", checks);
	assert_int_equal(answer_add_row(answer, row), 0);
}

/* Nobody announced it, and it would be accepted. */
static void
add_asked_about(struct answer *answer)
{
	struct msg_ctl_rule msg;

	sample_rule(&msg);
	msg.id = UINT64_MAX;
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
}

static void
add_status(struct answer *answer)
{
	struct msg_ctl_status msg;

	sample_status(&msg);
	assert_int_equal(answer_add_row(answer, view_status(&msg)), 0);
}

static void
add_status_sealed(struct answer *answer)
{
	struct msg_ctl_status msg;
	struct msg_audit_seal seal;
	struct json *row;

	sample_status(&msg);
	sample_seal(&seal);
	row = view_status(&msg);
	view_status_seal(row, &seal);
	assert_int_equal(answer_add_row(answer, row), 0);
}

static void
add_status_rolled_back(struct answer *answer)
{
	struct msg_ctl_status msg;
	struct msg_audit_seal seal;
	struct json *row;

	sample_status(&msg);
	sample_seal_rolled_back(&seal);
	row = view_status(&msg);
	view_status_seal(row, &seal);
	assert_int_equal(answer_add_row(answer, row), 0);
}

static void
add_status_braked(struct answer *answer)
{
	struct msg_ctl_status msg;

	sample_status_braked(&msg);
	assert_int_equal(answer_add_row(answer, view_status(&msg)), 0);
}

static void
add_status_unusual(struct answer *answer)
{
	struct msg_ctl_status msg;

	sample_status_unusual(&msg);
	assert_int_equal(answer_add_row(answer, view_status(&msg)), 0);
}

/* Nothing needs a person. */
static void
add_status_well(struct answer *answer)
{
	struct msg_ctl_status msg;

	sample_status(&msg);
	msg.by_state[STATE_HELD] = 0;
	msg.near = msg.ending = 1;
	assert_int_equal(answer_add_row(answer, view_status(&msg)), 0);
}

static void
add_customers(struct answer *answer)
{
	struct msg_ctl_customer msg;

	sample_customer(&msg);
	assert_int_equal(answer_add_row(answer, view_customer(&msg)), 0);
	sample_customer_contained(&msg);
	assert_int_equal(answer_add_row(answer, view_customer(&msg)), 0);
	sample_customer_noc(&msg);
	assert_int_equal(answer_add_row(answer, view_customer(&msg)), 0);
}

static void
add_rule_noc(struct answer *answer)
{
	struct msg_ctl_rule msg;

	sample_rule_noc(&msg);
	assert_int_equal(answer_add_row(answer, view_rule(&msg)), 0);
}

/* A part of the answer about a route, as control writes it. */
static void
add_part(struct answer *answer, const char *name, struct json *value)
{
	struct json *row = json_new();

	json_put(row, name, value);
	assert_int_equal(answer_add_row(answer, row), 0);
}

static void
add_path(struct answer *answer, const struct msg_ctl_route *msg)
{
	struct json *row = json_new();

	json_put_bool(row, "known", msg->known != 0);
	json_put(row, msg->kind == CTL_ROUTE_PATH ? "route" : "more_specific",
	    view_route(msg));
	assert_int_equal(answer_add_row(answer, row), 0);
}

static void
add_rules_of_route(struct answer *answer)
{
	struct msg_ctl_rule rule;

	sample_rule(&rule);
	add_part(answer, "rule", view_rule(&rule));
}

static void
add_route(struct answer *answer)
{
	struct msg_ctl_route msg;

	for (unsigned i = 0; i < SAMPLE_ROUTES; i++) {
		sample_route(&msg, i);
		add_path(answer, &msg);
	}
	add_rules_of_route(answer);
}

static void
add_route_unknown(struct answer *answer)
{
	struct msg_ctl_route msg;

	sample_route_unknown(&msg);
	add_path(answer, &msg);
}

/* The best has no AS_PATH. */
static void
add_route_inside(struct answer *answer)
{
	struct msg_ctl_route msg;

	sample_route(&msg, 1);
	add_path(answer, &msg);
}

static void
add_sessions(struct answer *answer)
{
	struct msg_ctl_session msg;

	sample_session(&msg);
	assert_int_equal(answer_add_row(answer, view_session(&msg, &now)), 0);
	sample_session_feed(&msg);
	assert_int_equal(answer_add_row(answer, view_session(&msg, &now)), 0);
	sample_session_down(&msg);
	assert_int_equal(answer_add_row(answer, view_session(&msg, &now)), 0);
}

/* An inward session that only comes from near, one of MD5 that is down, and a
 * range of which one place is taken. */
static void
add_places(struct answer *answer)
{
	struct msg_ctl_session msg;

	sample_session_feed(&msg);
	msg.ttl_hops = 1;
	assert_int_equal(answer_add_row(answer, view_session(&msg, &now)), 0);
	sample_session_down(&msg);
	msg.keyed = AUTH_MD5;
	msg.md5_bad = 67;
	msg.md5_unsigned = 2;
	assert_int_equal(answer_add_row(answer, view_session(&msg, &now)), 0);
	for (unsigned n = 1; n <= 8; n++) {
		sample_session_place(&msg, n);
		assert_int_equal(
		    answer_add_row(answer, view_session(&msg, &now)), 0);
	}
}

static void
add_entries(struct answer *answer)
{
	struct entry entry;

	sample_entry_wish(&entry);
	assert_int_equal(answer_add_row(answer, view_entry(&entry)), 0);
	sample_entry_operator(&entry);
	assert_int_equal(answer_add_row(answer, view_entry(&entry)), 0);
	sample_entry(&entry);
	assert_int_equal(answer_add_row(answer, view_entry(&entry)), 0);
	sample_entry_start(&entry);
	assert_int_equal(answer_add_row(answer, view_entry(&entry)), 0);
}

/* What the log says of itself. */
static void
add_entries_log(struct answer *answer)
{
	static void (*const samples[])(struct entry * entry) = {
		sample_entry_key_forged,
		sample_entry_clock,
		sample_entry_retention,
		sample_entry_key,
	};
	struct entry entry;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		samples[i](&entry);
		assert_int_equal(answer_add_row(answer, view_entry(&entry)), 0);
	}
}

static void
add_nothing(struct answer *answer)
{
	(void)answer;
}

#define END(status, text)                                                      \
	"{\"end\":{\"exit\":" #status ",\"text\":\"" text "\"}}"

struct row {
	const char *name;
	struct args args;
	void (*add)(struct answer *answer);
	const char *end;
	size_t width;
	int status;
};

static const struct row rows[] = {
	{ "status", { .verb = ARGS_STATUS }, add_status, END(0, ""), 80, 0 },
	{ "status_sealed", { .verb = ARGS_STATUS }, add_status_sealed,
	    END(0, ""), 80, 0 },
	{ "status_rolled_back", { .verb = ARGS_STATUS }, add_status_rolled_back,
	    END(0, ""), 80, 0 },
	{ "status_check_rolled_back", { .verb = ARGS_STATUS, .check = true },
	    add_status_rolled_back, END(0, ""), 80, 1 },
	{ "status_braked", { .verb = ARGS_STATUS }, add_status_braked,
	    END(0, ""), 80, 0 },
	{ "status_unusual", { .verb = ARGS_STATUS }, add_status_unusual,
	    END(0, ""), 80, 0 },
	{ "status_check", { .verb = ARGS_STATUS, .check = true },
	    add_status_unusual, END(0, ""), 80, 1 },
	{ "status_check_json",
	    { .verb = ARGS_STATUS, .check = true, .json = true },
	    add_status_unusual, END(0, ""), 80, 1 },
	{ "status_check_well", { .verb = ARGS_STATUS, .check = true },
	    add_status_well, END(0, ""), 80, 0 },
	{ "status_check_well_json",
	    { .verb = ARGS_STATUS, .check = true, .json = true },
	    add_status_well, END(0, ""), 80, 0 },
	{ "status_check_away", { .verb = ARGS_STATUS, .check = true },
	    add_nothing, END(1, "the guard is not there"), 80, 1 },
	{ "status_check_nothing", { .verb = ARGS_STATUS, .check = true },
	    add_nothing, END(0, ""), 80, 1 },
	{ "customers", { .verb = ARGS_CUSTOMERS }, add_customers, END(0, ""),
	    80, 0 },
	{ "customer", { .verb = ARGS_CUSTOMERS, .word = "x" }, add_customers,
	    END(0, ""), 80, 0 },
	{ "customer_unknown", { .verb = ARGS_CUSTOMERS, .word = "nope" },
	    add_nothing, END(1, "no such customer"), 80, 1 },
	{ "rule_noc", { .verb = ARGS_RULES, .has_id = true }, add_rule_noc,
	    END(0, ""), 80, 0 },
	{ "announce", { .verb = ARGS_ANNOUNCE }, add_rule_noc,
	    END(0, "announced"), 80, 0 },
	{ "quarantine", { .verb = ARGS_QUARANTINE, .word = "acme" },
	    add_nothing,
	    END(1, "quarantine needs the role noc; you are viewer"), 80, 1 },
	{ "panic_json", { .verb = ARGS_PANIC, .json = true }, add_nothing,
	    END(0, "98 rules withdrawn"), 80, 0 },
	{ "reload_confirm", { .verb = ARGS_RELOAD, .confirm_s = 300 },
	    add_nothing,
	    "{\"end\":{\"exit\":0,\"text\":\"done\",\"rollback\":"
	    "\"2026-01-31T03:09:05.000Z\"}}",
	    80, 0 },
	{ "route", { .verb = ARGS_ROUTE, .word = "203.0.113.7" }, add_route,
	    END(0, "more not shown"), 80, 0 },
	{ "route_piped", { .verb = ARGS_ROUTE, .word = "203.0.113.7" },
	    add_route, END(0, ""), 0, 0 },
	{ "route_json",
	    { .verb = ARGS_ROUTE, .word = "203.0.113.7", .json = true },
	    add_route, END(0, "more not shown"), 80, 0 },
	{ "route_unknown", { .verb = ARGS_ROUTE, .word = "2001:db8::/32" },
	    add_route_unknown, END(0, ""), 80, 0 },
	{ "route_inside", { .verb = ARGS_ROUTE, .word = "203.0.113.7" },
	    add_route_inside, END(0, ""), 80, 0 },
	{ "route_none", { .verb = ARGS_ROUTE, .word = "198.51.100.0/24" },
	    add_nothing, END(1, "no unicast route covers it"), 80, 1 },
	{ "route_none_json",
	    { .verb = ARGS_ROUTE, .word = "198.51.100.0/24", .json = true },
	    add_nothing, END(1, "no unicast route covers it"), 80, 1 },
	{ "route_none_with_rules",
	    { .verb = ARGS_ROUTE, .word = "203.0.113.7" }, add_rules_of_route,
	    END(1, "no unicast route covers it; the view is not complete"), 80,
	    1 },
	{ "confirm", { .verb = ARGS_CONFIRM }, add_nothing,
	    END(0, "312 rules are revoked"), 80, 0 },
	{ "confirm_json", { .verb = ARGS_CONFIRM, .json = true }, add_nothing,
	    END(1, "the brake is not on"), 80, 1 },
	{ "sessions", { .verb = ARGS_SESSIONS }, add_sessions, END(0, ""), 80,
	    0 },
	{ "session", { .verb = ARGS_SESSIONS, .word = "x" }, add_sessions,
	    END(0, ""), 80, 0 },
	{ "sessions_places", { .verb = ARGS_SESSIONS }, add_places, END(0, ""),
	    80, 0 },
	{ "session_places", { .verb = ARGS_SESSIONS, .word = "x" }, add_places,
	    END(0, ""), 80, 0 },
	{ "rules", { .verb = ARGS_RULES }, add_rules, END(0, ""), 80, 0 },
	{ "rules_piped", { .verb = ARGS_RULES }, add_rules, END(0, ""), 0, 0 },
	{ "rules_grounds", { .verb = ARGS_RULES }, add_grounds, END(0, ""), 80,
	    0 },
	{ "rules_grounds_piped", { .verb = ARGS_RULES }, add_grounds,
	    END(0, ""), 0, 0 },
	{ "rule_gone", { .verb = ARGS_RULES, .has_id = true }, add_rule_gone,
	    END(0, ""), 80, 0 },
	{ "rule_braked", { .verb = ARGS_RULES, .has_id = true },
	    add_rule_braked, END(0, ""), 80, 0 },
	{ "rules_none", { .verb = ARGS_RULES }, add_nothing, END(0, ""), 80,
	    0 },
	{ "rules_json", { .verb = ARGS_RULES, .json = true }, add_rules,
	    END(0, ""), 80, 0 },
	{ "rule", { .verb = ARGS_RULES, .has_id = true }, add_rule, END(0, ""),
	    80, 0 },
	{ "rules_unknown_customer",
	    { .verb = ARGS_RULES, .customer = "no\x1b[2Jpe" }, add_nothing,
	    END(1, "no such customer"), 80, 1 },
	{ "session_unknown", { .verb = ARGS_SESSIONS, .word = "nope" },
	    add_nothing, END(1, "no such customer or inward neighbour"), 80,
	    1 },
	{ "rule_unknown", { .verb = ARGS_RULES, .has_id = true, .id = 999 },
	    add_nothing, END(1, "no such rule"), 80, 1 },
	{ "rule_unknown_json",
	    { .verb = ARGS_RULES, .has_id = true, .json = true }, add_nothing,
	    END(1, "no such rule"), 80, 1 },
	{ "explain", { .verb = ARGS_EXPLAIN }, add_rule, END(1, ""), 80, 1 },
	{ "explain_accepted", { .verb = ARGS_EXPLAIN }, add_asked_about,
	    END(0, ""), 80, 0 },
	{ "entries", { .verb = ARGS_AUDIT }, add_entries, END(0, ""), 80, 0 },
	{ "entries_log", { .verb = ARGS_AUDIT }, add_entries_log, END(0, ""),
	    80, 0 },
	{ "entries_json", { .verb = ARGS_AUDIT, .json = true }, add_entries,
	    END(0, ""), 80, 0 },
	{ "withdraw", { .verb = ARGS_WITHDRAW }, add_nothing,
	    END(0, "withdrawn"), 80, 0 },
	{ "withdraw_json", { .verb = ARGS_WITHDRAW, .json = true }, add_nothing,
	    END(0, "withdrawn"), 80, 0 },
	{ "reload_dry", { .verb = ARGS_RELOAD, .dry_run = true }, add_rules,
	    END(0,
		"1 rule would be withdrawn, 1 would newly go inward, 86 kept"),
	    80, 0 },
	{ "reload_drops", { .verb = ARGS_RELOAD, .dry_run = true }, add_nothing,
	    "{\"end\":{\"exit\":0,\"text\":\"0 rules "
	    "withdrawn\",\"restarts\":[{"
	    "\"name\":\"acme/198.51.100.2\",\"why\":[\"password_file\","
	    "\"families\"]}],\"restarts_more\":0,\"ends\":[{\"name\":\"rr1\"},{"
	    "\"name\":\"rr2\"}],\"ends_more\":3}}",
	    80, 0 },
	{ "reload_wrong", { .verb = ARGS_RELOAD }, add_nothing,
	    END(2, "sluice.yaml:3:7: router.asn: found x, wanted a number"), 80,
	    2 },
	{ "log_level", { .verb = ARGS_LOG_LEVEL }, add_levels, END(0, ""), 80,
	    0 },
	{ "log_level_json", { .verb = ARGS_LOG_LEVEL, .json = true },
	    add_levels, END(0, ""), 80, 0 },
	{ "log_level_unknown",
	    { .verb = ARGS_LOG_LEVEL, .word = "debug", .name = "nope" },
	    add_nothing, END(1, "no such role, customer or neighbour"), 80, 1 },
	{ "escape_in_the_end", { .verb = ARGS_WITHDRAW }, add_nothing,
	    END(1, "no\\u001b[2J"), 80, 1 },
};

/* Text on standard output and error, one behind the other. */
static char *
shown(const struct row *row, int *status)
{
	struct answer answer = { 0 };
	struct show show = { .width = row->width, .now_ns = SAMPLE_NOW_NS };
	char *text = NULL;
	size_t len;

	row->add(&answer);
	assert_int_equal(answer_add(&answer, row->end, strlen(row->end)), 0);
	show.out = show.err = open_memstream(&text, &len);
	assert_non_null(show.out);
	*status = show_answer(&show, &row->args, &answer);
	assert_int_equal(fclose(show.out), 0);
	answer_fini(&answer);
	return text;
}

/* An answer looks as in its file, and nothing in it steers a terminal. */
static void
agrees(void **state)
{
	const struct row *row = *state;
	char path[1024], wanted[TEXT_MAX];
	int status;
	char *text = shown(row, &status);
	size_t n;
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/show/%s.txt", GOLDEN_FOLDER, row->name);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fputs(text, file);
		(void)fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(wanted, 1, sizeof(wanted) - 1, file);
	(void)fclose(file);
	wanted[n] = '\0';
	assert_string_equal(text, wanted);
	assert_int_equal(status, row->status);
	for (const char *c = text; *c != '\0'; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
	free(text);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){ rows[i].name, agrees, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
