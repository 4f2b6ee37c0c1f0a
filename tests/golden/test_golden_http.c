/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of fixed rows as files: tests/golden/http/NAME. Alerts and programs of
 * others read these names. UPDATE_GOLDEN=1 writes the files anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "proxy/control/view.h"
#include "proxy/http/api.h"
#include "proxy/http/metrics.h"
#include "tests/lib/ctl_samples.h"

#define TEXT_MAX 131072
#define ROWS_MAX 4

static const struct view_now now = { SAMPLE_NOW_NS, SAMPLE_BOOT_MS };
static const struct api_head head = { .version = "1.2.3",
	.fetched_ns = SAMPLE_NOW_NS,
	.now_ns = SAMPLE_NOW_NS + 5000000,
	.ttl_ns = 1000000000 };

/* ---- what control said ---- */

static struct json *
status_row(void)
{
	struct msg_ctl_status msg;
	struct msg_audit_seal seal;
	struct json *row;

	sample_status_unusual(&msg);
	sample_seal_rolled_back(&seal);
	row = view_status(&msg);
	view_status_seal(row, &seal);
	return row;
}

static struct json *
session_rows(void)
{
	struct json *list = json_list_new();
	struct msg_ctl_session msg;

	sample_session(&msg);
	json_add(list, view_session(&msg, &now));
	sample_session_feed(&msg);
	json_add(list, view_session(&msg, &now));
	sample_session_down(&msg);
	(void)snprintf(msg.name, sizeof(msg.name), "rr2");
	json_add(list, view_session(&msg, &now));
	return list;
}

static struct json *
customer_rows(void)
{
	struct json *list = json_list_new();
	struct msg_ctl_customer msg;

	sample_customer(&msg);
	json_add(list, view_customer(&msg));
	sample_customer_contained(&msg);
	json_add(list, view_customer(&msg));
	sample_customer_noc(&msg);
	json_add(list, view_customer(&msg));
	return list;
}

static struct json *
verdict_rows(void)
{
	struct json *list = json_list_new();
	struct msg_ctl_metric msg;

	sample_metric(&msg);
	json_add(list, view_metric(&msg));
	memset(msg.customer, 0, sizeof(msg.customer));
	msg.reason = REASON_ACCEPTED;
	json_add(list, view_metric(&msg));
	return list;
}

static struct json *
rule_rows(void)
{
	struct json *list = json_list_new();
	struct msg_ctl_rule msg;

	sample_rule(&msg);
	json_add(list, view_rule(&msg));
	sample_rule_refused(&msg);
	json_add(list, view_rule(&msg));
	sample_rule_noc(&msg);
	json_add(list, view_rule(&msg));
	return list;
}

/* A list, taken, as the rows that fetch() gives. */
static struct rows
rows_of(struct json *list)
{
	struct rows rows = { 0 };

	rows.text = calloc(1, TEXT_MAX);
	rows.at = calloc(ROWS_MAX, sizeof(*rows.at));
	assert_true(rows.text != NULL && rows.at != NULL);
	assert_true(json_length(list) <= ROWS_MAX);
	for (size_t i = 0; i < json_length(list); i++) {
		size_t len;
		char *text = json_print(json_at(list, i), &len);

		assert_true(rows.len + len < TEXT_MAX);
		rows.at[rows.n++] = rows.len;
		memcpy(&rows.text[rows.len], text, len + 1);
		rows.len += len + 1;
		free(text);
	}
	json_free(list);
	return rows;
}

/* ---- pages ---- */

static void
metrics(struct body *body)
{
	struct json *status = status_row(), *sessions = session_rows();
	struct json *customers = customer_rows(), *verdicts = verdict_rows();
	const struct metrics_from from = { .status = status,
		.sessions = sessions,
		.customers = customers,
		.verdicts = verdicts,
		.now_ns = SAMPLE_NOW_NS,
		.up = true,
		.version = "1.2.3" };

	metrics_add(body, &from);
	json_free(status);
	json_free(sessions);
	json_free(customers);
	json_free(verdicts);
}

static void
metrics_away(struct body *body)
{
	const struct metrics_from from = { .version = "1.2.3" };

	metrics_add(body, &from);
}

static void
status(struct body *body)
{
	struct json *list = json_list_new();
	struct rows rows;

	json_add(list, status_row());
	rows = rows_of(list);
	api_status(body, &head, &rows);
	rows_fini(&rows);
}

static void
protocols(struct body *body)
{
	struct rows rows = rows_of(session_rows());

	api_protocols(body, &head, &rows);
	rows_fini(&rows);
}

static void
customers(struct body *body)
{
	struct rows rows = rows_of(customer_rows());

	api_customers(body, &head, &rows);
	rows_fini(&rows);
}

static void
rules(struct body *body)
{
	struct rows rows = rows_of(rule_rows());

	rows.truncated = true;
	api_rules(body, &head, &rows);
	rows_fini(&rows);
}

static void
routes(struct body *body)
{
	struct rows rows = rows_of(rule_rows());
	struct rows sessions = rows_of(session_rows());

	assert_int_equal(
	    api_routes(body, &head, "acme/198.51.100.2", &sessions, &rows), 0);
	rows_fini(&rows);
	rows_fini(&sessions);
}

struct page {
	const char *name;
	void (*make)(struct body *body);
};

static struct page pages[] = {
	{ "metrics.txt", metrics },
	{ "metrics_away.txt", metrics_away },
	{ "status.json", status },
	{ "protocols.json", protocols },
	{ "customers.json", customers },
	{ "rules.json", rules },
	{ "routes.json", routes },
};

/* ---- */

/* The page is that of its file, and JSON is JSON. */
static void
agrees(void **state)
{
	const struct page *page = *state;
	struct body body = { 0 };
	char path[1024], *wanted = calloc(1, TEXT_MAX), why[128];
	FILE *file;
	size_t n;

	assert_non_null(wanted);
	page->make(&body);
	(void)snprintf(
	    path, sizeof(path), "%s/http/%s", GOLDEN_FOLDER, page->name);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fwrite(body.text, 1, body.len, file);
		(void)fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(wanted, 1, TEXT_MAX - 1, file);
	(void)fclose(file);
	body_add(&body, "", 1);
	assert_string_equal(body.text, wanted);
	if (strstr(page->name, ".json") != NULL) {
		struct json *json = json_read(wanted, n, why, sizeof(why));

		assert_non_null(json);
		json_free(json);
		assert_null(strstr(wanted, "alice"));
	}
	body_fini(&body);
	free(wanted);
}

int
main(void)
{
	enum {
		N = sizeof(pages) / sizeof(pages[0])
	};
	struct CMUnitTest tests[N];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ pages[i].name, agrees, NULL,
			NULL, &pages[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
