/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command says to the daemon, and what it makes of answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/cli/ask.h"

struct request_row {
	const char *name;
	struct args args;
	const char *line;
};

static const struct request_row request_rows[] = {
	{ "status", { .verb = ARGS_STATUS },
	    "{\"verb\":\"status\",\"args\":{}}\n" },
	{ "session", { .verb = ARGS_SESSIONS, .word = "acme" },
	    "{\"verb\":\"sessions\",\"args\":{\"name\":\"acme\"}}\n" },
	{ "rules", { .verb = ARGS_RULES, .dst = "::/0", .state = "held" },
	    "{\"verb\":\"rules\",\"args\":{\"state\":\"held\",\"destination\":"
	    "\"::/0\"}}\n" },
	{ "rules_braked", { .verb = ARGS_RULES, .ground = "braked" },
	    "{\"verb\":\"rules\",\"args\":{\"ground\":\"braked\"}}\n" },
	{ "rule", { .verb = ARGS_RULES, .has_id = true, .id = 0 },
	    "{\"verb\":\"rule\",\"args\":{\"id\":0}}\n" },
	{ "withdraw",
	    { .verb = ARGS_WITHDRAW,
		.has_id = true,
		.id = 7,
		.message = "\x1b\"" },
	    "{\"verb\":\"withdraw\",\"args\":{\"id\":7,\"reason\":\"\\u001B\\\""
	    "\"}}\n" },
	{ "route", { .verb = ARGS_ROUTE, .word = "203.0.113.7" },
	    "{\"verb\":\"route\",\"args\":{\"prefix\":\"203.0.113.7\"}}\n" },
	{ "confirm", { .verb = ARGS_CONFIRM, .message = "x" },
	    "{\"verb\":\"confirm\",\"args\":{\"reason\":\"x\"}}\n" },
	{ "audit", { .verb = ARGS_AUDIT, .n = 5, .has_rule = true },
	    "{\"verb\":\"audit\",\"args\":{\"rule\":0,\"n\":5}}\n" },
	{ "reload", { .verb = ARGS_RELOAD, .dry_run = true },
	    "{\"verb\":\"reload\",\"args\":{\"dry_run\":true}}\n" },
	{ "confirm_irr",
	    { .verb = ARGS_CONFIRM, .word = "irr", .message = "x" },
	    "{\"verb\":\"confirm\",\"args\":{\"what\":\"irr\",\"reason\":\"x\"}"
	    "}"
	    "\n" },
	{ "customer", { .verb = ARGS_CUSTOMERS, .word = "acme" },
	    "{\"verb\":\"customers\",\"args\":{\"name\":\"acme\"}}"
	    "\n" },
	{ "extend",
	    { .verb = ARGS_EXTEND,
		.has_id = true,
		.id = 7,
		.lifetime = "2h",
		.message = "x" },
	    "{\"verb\":\"extend\",\"args\":{\"id\":7,\"lifetime\":\"2h\","
	    "\"reason\":\"x\"}}"
	    "\n" },
	{ "quarantine",
	    { .verb = ARGS_QUARANTINE, .word = "acme", .message = "x" },
	    "{\"verb\":\"quarantine\",\"args\":{\"customer\":\"acme\","
	    "\"reason\":\"x\"}}"
	    "\n" },
	{ "release_rule",
	    { .verb = ARGS_RELEASE,
		.word = "7",
		.has_id = true,
		.id = 7,
		.message = "x" },
	    "{\"verb\":\"release\",\"args\":{\"id\":7,\"reason\":\"x\"}}"
	    "\n" },
	{ "release_customer",
	    { .verb = ARGS_RELEASE,
		.word = "acme",
		.customer = "acme",
		.message = "x" },
	    "{\"verb\":\"release\",\"args\":{\"customer\":\"acme\",\"reason\":"
	    "\"x\"}}"
	    "\n" },
	{ "freeze", { .verb = ARGS_FREEZE, .message = "x" },
	    "{\"verb\":\"freeze\",\"args\":{\"reason\":\"x\"}}"
	    "\n" },
	{ "thaw", { .verb = ARGS_THAW, .word = "acme", .message = "x" },
	    "{\"verb\":\"thaw\",\"args\":{\"customer\":\"acme\",\"reason\":"
	    "\"x\"}}"
	    "\n" },
	{ "panic", { .verb = ARGS_PANIC, .yes = true, .message = "x" },
	    "{\"verb\":\"panic\",\"args\":{\"reason\":\"x\"}}"
	    "\n" },
	{ "resume", { .verb = ARGS_RESUME, .message = "x" },
	    "{\"verb\":\"resume\",\"args\":{\"reason\":\"x\"}}"
	    "\n" },
	{ "announce",
	    { .verb = ARGS_ANNOUNCE,
		.word = "match then discard",
		.lifetime = "1d",
		.message = "x" },
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match then "
	    "discard\",\"lifetime\":\"1d\",\"reason\":\"x\"}}"
	    "\n" },
	{ "retract",
	    { .verb = ARGS_RETRACT, .has_id = true, .id = 7, .message = "x" },
	    "{\"verb\":\"retract\",\"args\":{\"id\":7,\"reason\":\"x\"}}"
	    "\n" },
	{ "reload_confirm", { .verb = ARGS_RELOAD, .confirm_s = 300 },
	    "{\"verb\":\"reload\",\"args\":{\"dry_run\":false,\"confirm\":300}}"
	    "\n" },
	{ "status_check", { .verb = ARGS_STATUS, .check = true },
	    "{\"verb\":\"status\",\"args\":{}}"
	    "\n" },
	{ "log_level", { .verb = ARGS_LOG_LEVEL },
	    "{\"verb\":\"log-level\",\"args\":{}}"
	    "\n" },
	{ "log_level_of_one",
	    { .verb = ARGS_LOG_LEVEL,
		.word = "debug",
		.name = "acme",
		.span = "10m" },
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"name\":"
	    "\"acme\",\"for\":\"10m\"}}"
	    "\n" },
	{ "help_is_not_asked", { .verb = ARGS_HELP }, NULL },
};

/* Words become the line that the daemon reads. */
static void
asks(void **state)
{
	const struct request_row *row = *state;
	size_t len;
	char *line = ask_request(&row->args, &len);

	if (row->line == NULL) {
		assert_null(line);
	} else {
		assert_string_equal(line, row->line);
		assert_int_equal(len, strlen(line));
	}
	free(line);
}

struct answer_row {
	const char *name;
	const char *text;
	int status;
	size_t n_rows;
};

#define ROW "{\"row\":{\"id\":1}}\n"
#define END "{\"end\":{\"exit\":1,\"text\":\"no\"}}\n"

static const struct answer_row answer_rows[] = {
	{ "end_alone", END, 0, 0 },
	{ "rows_and_end", ROW ROW END, 0, 2 },
	{ "what_follows_the_end_is_not_read", ROW END "rubbish\n", 0, 1 },
	{ "cut_off_behind_a_row", ROW ROW, -ECONNRESET, 2 },
	{ "cut_off_in_the_end", ROW "{\"end\":{\"exit\":0", -ECONNRESET, 1 },
	{ "nothing", "", -ECONNRESET, 0 },
	{ "no_json", "500 error\n", -EPROTO, 0 },
	{ "neither_row_nor_end", "{\"x\":1}\n", -EPROTO, 0 },
	{ "end_is_a_number", "{\"end\":1}\n", -EPROTO, 0 },
};

/* An answer is read to its end, or it is said that it has none. */
static void
reads(void **state)
{
	const struct answer_row *row = *state;
	struct answer answer = { 0 };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(send(fds[1], row->text, strlen(row->text), 0),
	    (ssize_t)strlen(row->text));
	assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
	assert_int_equal(ask(fds[0], "{}\n", 3, 5000, &answer), row->status);
	assert_int_equal(answer.n_rows, row->n_rows);
	assert_int_equal(answer_exit(&answer), 1);
	assert_string_equal(answer_text(&answer), row->status == 0 ? "no" : "");
	answer_fini(&answer);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* A daemon that says nothing is not waited for without end. */
static void
silence_ends_the_wait(void **state)
{
	struct answer answer = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(ask(fds[0], "{}\n", 3, 10, &answer), -ETIMEDOUT);
	(void)close(fds[0]);
	(void)close(fds[1]);
	answer_fini(&answer);
}

/* A line without end is not kept without bound. */
static void
endless_line_is_refused(void **state)
{
	struct answer answer = { 0 };
	char *line = malloc(ANSWER_LINE_MAX + 1);

	(void)state;
	memset(line, ' ', ANSWER_LINE_MAX + 1);
	assert_int_equal(answer_add(&answer, line, ANSWER_LINE_MAX + 1), -1);
	free(line);
}

/* Nobody listens: that is an error, not an answer. */
static void
missing_daemon_is_an_error(void **state)
{
	char path[200];

	(void)state;
	assert_int_equal(ask_open("/nonexistent/control.sock"), -ENOENT);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(ask_open(path), -ENAMETOOLONG);
}

int
main(void)
{
	enum {
		ASKS = sizeof(request_rows) / sizeof(request_rows[0]),
		READS = sizeof(answer_rows) / sizeof(answer_rows[0])
	};
	struct CMUnitTest tests[ASKS + READS + 3] = {
		cmocka_unit_test(silence_ends_the_wait),
		cmocka_unit_test(endless_line_is_refused),
		cmocka_unit_test(missing_daemon_is_an_error),
	};

	for (size_t i = 0; i < ASKS; i++) {
		tests[3 + i] = (struct CMUnitTest){ request_rows[i].name, asks,
			NULL, NULL, (void *)(uintptr_t)&request_rows[i] };
	}
	for (size_t i = 0; i < READS; i++) {
		tests[3 + ASKS + i] = (struct CMUnitTest){ answer_rows[i].name,
			reads, NULL, NULL, (void *)(uintptr_t)&answer_rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
