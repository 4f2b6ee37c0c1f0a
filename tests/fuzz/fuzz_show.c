/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What operators and their programs are shown. Messages of the guard that pass
 * their checks are one line of JSON that reads back as itself; whatever control
 * answers is text without anything that steers a terminal; and metrics and
 * pages made of it keep their form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/cli/show.h"
#include "proxy/common/check.h"
#include "proxy/control/view.h"
#include "proxy/http/api.h"
#include "proxy/http/metrics.h"

#define NOW_NS  (UINT64_C(1769828645) * 1000000000)
#define WHY_MAX 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* Lines of UTF-8 without control characters, C1 included. */
static void
calm(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		must(c >= ' ' || c == '\n', "no control character");
		must(c != 0x7f, "no DEL");
		if (c == 0xc2 && i + 1 < len)
			must((unsigned char)text[i + 1] >= 0xa0, "no C1");
		if (c == 0xe2 && i + 2 < len &&
		    (unsigned char)text[i + 1] == 0x80)
			must((unsigned char)text[i + 2] < 0xaa ||
				 (unsigned char)text[i + 2] > 0xae,
			    "no turn of the writing");
	}
}

/* ---- messages ---- */

/* A message of this many octets in a block of its own, the rest zero. */
static void *
message(size_t need, const uint8_t *data, size_t size)
{
	struct msg_head *head = calloc(1, need);

	must(head != NULL, "memory");
	memcpy(head, data, size < need ? size : need);
	head->len = (uint32_t)need;
	return head;
}

static struct json *
rule_of(const uint8_t *data, size_t size)
{
	size_t need = offsetof(struct msg_ctl_rule, rule) + RULE_SIZE_MIN;
	struct msg_ctl_rule *msg;
	struct json *row = NULL;

	if (size > need)
		need += (size - need) / sizeof(struct rule_term) *
			sizeof(struct rule_term);
	if (need > sizeof(*msg))
		need = sizeof(*msg);
	msg = message(need, data, size);
	msg->head.kind = MSG_CTL_RULE;
	if (check_ctl_rule(msg))
		row = view_rule(msg);
	free(msg);
	return row;
}

#define VIEW(name, type, sound, view)                                          \
	static struct json *name(const uint8_t *data, size_t size)             \
	{                                                                      \
		struct type *msg = message(sizeof(struct type), data, size);   \
		struct json *row = NULL;                                       \
		if (sound)                                                     \
			row = view;                                            \
		free(msg);                                                     \
		return row;                                                    \
	}
VIEW(route_of, msg_ctl_route, check_ctl_route(msg), view_route(msg))
VIEW(status_of, msg_ctl_status, check_ctl_status(msg), view_status(msg))
VIEW(customer_of, msg_ctl_customer, check_ctl_customer(msg), view_customer(msg))
VIEW(metric_of, msg_ctl_metric, check_ctl_metric(msg), view_metric(msg))
VIEW(seal_of, msg_audit_seal, check_audit_seal(msg), view_seal(msg))
VIEW(check_of, msg_ctl_check, check_text(msg->evidence, EVIDENCE_MAX),
    view_check(msg))
VIEW(session_of, msg_ctl_session,
    check_text(msg->customer, sizeof(msg->customer)) &&
	check_text(msg->name, sizeof(msg->name)) && check_auth(&msg->auth) &&
	msg->validate <= VALIDATE_OFF && msg->keyed <= AUTH_AO &&
	check_session_state(&msg->state),
    view_session(msg, (&(struct view_now){ NOW_NS, 90000000 })))

/* Printed, read and printed again it is the same. */
static void
reads_back(const struct json *row)
{
	char why[WHY_MAX] = "";
	size_t len, again_len;
	char *text = json_print(row, &len), *again;
	struct json *back = json_read(text, len, why, sizeof(why));

	must(back != NULL, "our JSON is read");
	must(strlen(text) == len, "its length");
	for (size_t i = 0; i < len; i++)
		must(text[i] >= ' ' && text[i] <= '~', "printable ASCII");
	again = json_print(back, &again_len);
	must(len == again_len && strcmp(text, again) == 0, "the same again");
	free(again);
	free(text);
	json_free(back);
}

/* ---- answers ---- */

static const struct args shown[] = {
	{ .verb = ARGS_STATUS },
	{ .verb = ARGS_STATUS, .check = true },
	{ .verb = ARGS_SESSIONS },
	{ .verb = ARGS_SESSIONS, .word = "acme" },
	{ .verb = ARGS_RULES },
	{ .verb = ARGS_RULES, .has_id = true, .id = 17 },
	{ .verb = ARGS_ROUTE, .word = "203.0.113.7" },
	{ .verb = ARGS_EXPLAIN, .word = "match destination 203.0.113.7/32" },
	{ .verb = ARGS_CUSTOMERS },
	{ .verb = ARGS_CUSTOMERS, .word = "acme" },
	{ .verb = ARGS_AUDIT, .audit = ARGS_AUDIT_LIST },
	{ .verb = ARGS_WITHDRAW, .has_id = true, .id = 17, .yes = true },
	{ .verb = ARGS_RULES, .json = true },
	{ .verb = ARGS_ROUTE, .word = "203.0.113.7", .json = true },
	{ .verb = ARGS_STATUS, .check = true, .json = true },
	{ .verb = ARGS_RELOAD, .dry_run = true },
	{ .verb = ARGS_LOG_LEVEL },
};
#define SHOWN (sizeof(shown) / sizeof(shown[0]))

static void
show_as(const struct args *args, const struct answer *answer)
{
	char *out = NULL, *err = NULL;
	size_t out_len, err_len;
	struct show show = { .width = args->json ? 0 : 80, .now_ns = NOW_NS };
	int status;

	show.out = open_memstream(&out, &out_len);
	show.err = open_memstream(&err, &err_len);
	must(show.out != NULL && show.err != NULL, "memory");
	status = show_answer(&show, args, answer);
	must(status >= CLI_DONE && status <= CLI_NOT_THERE, "an exit status");
	(void)fclose(show.out);
	(void)fclose(show.err);
	calm(out, out_len);
	calm(err, err_len);
	free(out);
	free(err);
}

/* Every line is a comment or a sample of ours. */
static void
metrics_of(struct json *row)
{
	struct json *list = json_list_new();
	struct metrics_from from = { .sessions = list,
		.customers = list,
		.verdicts = list,
		.now_ns = NOW_NS,
		.up = true,
		.version = "1" };
	struct body body = { 0 };

	json_add(list, json_copy_of(row, "row"));
	from.status = json_get(row, "row");
	metrics_add(&body, &from);
	must(body.len > 0 && body.text[body.len - 1] == '\n', "whole lines");
	for (size_t i = 0; i < body.len && !body.full; i++) {
		if (i > 0 && body.text[i - 1] != '\n')
			continue;
		must(body.text[i] == '#' || body.len - i < 7 ||
			 memcmp(&body.text[i], "sluice_", 7) == 0,
		    "a line of ours");
	}
	body_fini(&body);
	json_free(list);
}

/* Pages are JSON, however odd the rows are. */
static void
pages_of(struct json *row, unsigned which)
{
	struct api_head head = { .version = "1",
		.fetched_ns = NOW_NS,
		.now_ns = NOW_NS,
		.ttl_ns = 1000000000 };
	struct json *inner = json_copy_of(row, "row"), *back;
	struct rows rows = { .n = 1 };
	struct body body = { 0 };
	char why[WHY_MAX];
	size_t at = 0;

	rows.text = json_print(inner, &rows.len);
	rows.at = &at;
	if (which == 0)
		api_status(&body, &head, &rows);
	else if (which == 1)
		api_protocols(&body, &head, &rows);
	else if (which == 2)
		api_customers(&body, &head, &rows);
	else
		api_rules(&body, &head, &rows);
	back = json_read(body.text, body.len, why, sizeof(why));
	/* One level more than control may answer with. */
	must(back != NULL || strstr(why, "deep") != NULL ||
		 strstr(why, "levels") != NULL,
	    "a page is JSON");
	json_free(back);
	body_fini(&body);
	free(rows.text);
	json_free(inner);
}

static void
answer_shown(const struct answer *answer, unsigned which)
{
	struct json *row = answer_row(answer, 0);

	show_as(&shown[which % SHOWN], answer);
	if (row != NULL && which % 4 == 0)
		metrics_of(row);
	if (row != NULL && which % 4 == 1 && json_object_at(row, "row"))
		pages_of(row, which / 16 % 4);
	json_free(row);
}

/* Lines as they may come from control's socket. */
static void
lines_target(const uint8_t *data, size_t size, unsigned which)
{
	struct answer answer = { 0 };
	const char *text = (const char *)data;

	while (size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t len = end == NULL ? size : (size_t)(end - text);

		if (answer_add(&answer, text, len) < 0)
			break;
		if (end == NULL)
			break;
		size -= len + 1;
		text = end + 1;
	}
	if (answer.end != NULL) /* else the command says that it broke off */
		answer_shown(&answer, which);
	answer_fini(&answer);
}

static void
message_target(const uint8_t *data, size_t size, unsigned which)
{
	static struct json *(*const views[])(
	    const uint8_t *, size_t) = { rule_of, route_of, status_of,
		customer_of, metric_of, seal_of, check_of, session_of };
	static const char end[] = "{\"end\":{\"exit\":0,\"text\":\"\"}}";
	struct json *row = views[which % 8](data, size);
	struct answer answer = { 0 };

	if (row == NULL)
		return;
	reads_back(row);
	must(answer_add_row(&answer, row) == 0, "a row of ours is taken");
	must(answer_add(&answer, end, strlen(end)) == 0, "so is the end");
	answer_shown(&answer, which / 8);
	answer_fini(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] % 2 == 0)
		lines_target(&data[2], size - 2, data[1]);
	else
		message_target(&data[2], size - 2, data[1]);
	return 0;
}
