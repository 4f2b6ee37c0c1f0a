/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON of fixed answers as files: tests/golden/json/NAME.json. Programs of
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

#include "proxy/control/view.h"
#include "tests/lib/ctl_samples.h"
#include "tests/lib/entry_samples.h"

#define TEXT_MAX 65536

static struct json *
rule(void)
{
	struct msg_ctl_rule msg;

	sample_rule(&msg);
	return view_rule(&msg);
}

static struct json *
rule_refused(void)
{
	struct msg_ctl_rule msg;

	sample_rule_refused(&msg);
	return view_rule(&msg);
}

static struct json *
rule_asked_about(void)
{
	struct msg_ctl_rule msg;

	sample_rule(&msg);
	msg.id = UINT64_MAX;
	return view_rule(&msg);
}

static struct json *
rule_gone(void)
{
	struct msg_ctl_rule msg;

	sample_rule_ground(&msg, GROUND_GONE);
	return view_rule(&msg);
}

static struct json *
check_held(void)
{
	struct msg_ctl_check msg;

	sample_check(&msg, CHECK_SCOPE);
	return view_check(&msg);
}

static struct json *
status(void)
{
	struct msg_ctl_status msg;

	sample_status(&msg);
	return view_status(&msg);
}

static struct json *
status_sealed(void)
{
	struct json *row = status();
	struct msg_audit_seal msg;

	sample_seal(&msg);
	view_status_seal(row, &msg);
	return row;
}

static struct json *
seal(void)
{
	struct msg_audit_seal msg;

	sample_seal(&msg);
	return view_seal(&msg);
}

static struct json *
seal_rolled_back(void)
{
	struct msg_audit_seal msg;

	sample_seal_rolled_back(&msg);
	return view_seal(&msg);
}

/* Each of the five kinds. */
static struct json *
raw(void)
{
	_Alignas(8) uint8_t octets[sizeof(struct msg_audit_raw) + 8] = { 0 };
	struct msg_audit_raw *msg = (void *)octets;
	struct json *list = json_list_new(), *json = json_new();

	msg->seq = 256;
	msg->len = 3;
	memcpy(msg->octets, "\xff\x00\x7f", 3);
	memset(msg->hash, 0xab, sizeof(msg->hash));
	for (uint16_t i = AUDIT_RECORD; i <= AUDIT_INDEX; i++) {
		msg->what = i;
		json_add(list, view_raw(msg));
	}
	json_put(json, "rows", list);
	return json;
}

static struct json *
proof(void)
{
	static struct msg_audit_proof msg = { .index = 3, .size = 7 };

	msg.proof.n = 2;
	memset(msg.proof.hash[0], 0x01, SEAL_LEN);
	memset(msg.proof.hash[1], 0xfe, SEAL_LEN);
	return view_proof(&msg);
}

static struct json *
status_braked(void)
{
	struct msg_ctl_status msg;

	sample_status_braked(&msg);
	return view_status(&msg);
}

static struct json *
route(void)
{
	struct msg_ctl_route msg;

	sample_route(&msg, 0);
	return view_route(&msg);
}

static struct json *
route_of_customer(void)
{
	struct msg_ctl_route msg;

	sample_route(&msg, 2);
	return view_route(&msg);
}

static struct json *
route_as_set(void)
{
	struct msg_ctl_route msg;

	sample_route(&msg, 3);
	return view_route(&msg);
}

static const struct view_now now = { SAMPLE_NOW_NS, SAMPLE_BOOT_MS };

static struct json *
session(void)
{
	struct msg_ctl_session msg;

	sample_session(&msg);
	return view_session(&msg, &now);
}

static struct json *
session_feed(void)
{
	struct msg_ctl_session msg;

	sample_session_feed(&msg);
	return view_session(&msg, &now);
}

static struct json *
session_place(void)
{
	struct msg_ctl_session msg;

	sample_session_place(&msg, 1);
	return view_session(&msg, &now);
}

static struct json *
session_down(void)
{
	struct msg_ctl_session msg;

	sample_session_down(&msg);
	return view_session(&msg, &now);
}

static struct json *
entry(void)
{
	struct entry e;

	sample_entry(&e);
	return view_entry(&e);
}

static struct json *
entry_operator(void)
{
	struct entry e;

	sample_entry_operator(&e);
	return view_entry(&e);
}

static struct json *
entry_start(void)
{
	struct entry e;

	sample_entry_start(&e);
	return view_entry(&e);
}

static struct json *
status_unusual(void)
{
	struct msg_ctl_status msg;

	sample_status_unusual(&msg);
	return view_status(&msg);
}

static struct json *
customer(void)
{
	struct msg_ctl_customer msg;

	sample_customer(&msg);
	return view_customer(&msg);
}

static struct json *
customer_contained(void)
{
	struct msg_ctl_customer msg;

	sample_customer_contained(&msg);
	return view_customer(&msg);
}

static struct json *
customer_noc(void)
{
	struct msg_ctl_customer msg;

	sample_customer_noc(&msg);
	return view_customer(&msg);
}

static struct json *
metric(void)
{
	struct msg_ctl_metric msg;

	sample_metric(&msg);
	return view_metric(&msg);
}

static struct json *
rule_noc(void)
{
	struct msg_ctl_rule msg;

	sample_rule_noc(&msg);
	return view_rule(&msg);
}

static struct json *
entry_wish(void)
{
	struct entry e;

	sample_entry_wish(&e);
	return view_entry(&e);
}

struct row {
	const char *name;
	struct json *(*make)(void);
};

static const struct row rows[] = {
	{ "rule", rule },
	{ "rule_refused", rule_refused },
	{ "rule_asked_about", rule_asked_about },
	{ "rule_gone", rule_gone },
	{ "check_held", check_held },
	{ "status", status },
	{ "status_sealed", status_sealed },
	{ "seal", seal },
	{ "seal_rolled_back", seal_rolled_back },
	{ "raw", raw },
	{ "proof", proof },
	{ "status_braked", status_braked },
	{ "route", route },
	{ "route_of_customer", route_of_customer },
	{ "route_as_set", route_as_set },
	{ "session", session },
	{ "session_feed", session_feed },
	{ "session_down", session_down },
	{ "session_place", session_place },
	{ "entry", entry },
	{ "entry_operator", entry_operator },
	{ "entry_start", entry_start },
	{ "entry_wish", entry_wish },
	{ "rule_noc", rule_noc },
	{ "status_unusual", status_unusual },
	{ "customer", customer },
	{ "customer_contained", customer_contained },
	{ "customer_noc", customer_noc },
	{ "metric", metric },
};

/* The JSON of an answer is that of its file. */
static void
agrees(void **state)
{
	const struct row *row = *state;
	struct json *json = row->make();
	char path[1024], wanted[TEXT_MAX];
	size_t len, n;
	char *text = json_print(json, &len);
	FILE *file;

	(void)snprintf(
	    path, sizeof(path), "%s/json/%s.json", GOLDEN_FOLDER, row->name);
	if (getenv("UPDATE_GOLDEN") != NULL) {
		file = fopen(path, "w");
		assert_non_null(file);
		(void)fprintf(file, "%s\n", text);
		(void)fclose(file);
	}
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(wanted, 1, sizeof(wanted) - 1, file);
	(void)fclose(file);
	assert_true(n > 0 && wanted[n - 1] == '\n');
	wanted[n - 1] = '\0';
	assert_string_equal(text, wanted);
	free(text);
	json_free(json);
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
