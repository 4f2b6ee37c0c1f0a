/* SPDX-License-Identifier: BSD-2-Clause */
/* Single metrics out of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "proxy/control/when.h"
#include "proxy/http/metrics.h"

struct row {
	const char *name;
	const char *status; /* the row; NULL: none */
	const char *customer;
	const char *session;
	const char *verdict;
	const char *sample; /* this line is there .. */
	const char *lacks;  /* .. and this text is not; NULL: any */
};

static struct row rows[] = {
	{ "panic_is_one", "{\"containment\":{\"panic\":true}}", NULL, NULL,
	    NULL, "sluice_panic 1\n", NULL },
	{ "no_panic_is_zero", "{\"containment\":{\"panic\":false}}", NULL, NULL,
	    NULL, "sluice_panic 0\n", NULL },
	{ "store_that_is_full_is_not_ok", "{\"store\":\"full\"}", NULL, NULL,
	    NULL, "sluice_store_ok 0\n", NULL },
	{ "brake_is_on_when_it_has_a_time",
	    "{\"brake\":{\"rules\":9,\"since\":\"2026-01-31T00:00:00Z\"}}",
	    NULL, NULL, NULL, "\nsluice_brake 1\n", "\nsluice_brake 0" },
	{ "brake_without_a_time_is_off", "{\"brake\":{\"since\":null}}", NULL,
	    NULL, NULL, "sluice_brake 0\n", NULL },
	{ "rpki_state_is_one_of_all", "{\"rpki\":{\"state\":\"expired\"}}",
	    NULL, NULL, NULL, "sluice_rpki_state{state=\"expired\"} 1\n",
	    "sluice_rpki_state{state=\"fresh\"} 1" },
	{ "seconds_to_expire_are_counted",
	    "{\"rpki\":{\"expires\":\"2026-01-31T00:01:00Z\"}}", NULL, NULL,
	    NULL, "sluice_rpki_seconds_to_expire 60\n", NULL },
	{ "seconds_after_expire_are_negative",
	    "{\"rpki\":{\"expires\":\"2026-01-30T23:59:00Z\"}}", NULL, NULL,
	    NULL, "sluice_rpki_seconds_to_expire -60\n", NULL },
	{ "no_expiry_is_no_sample", "{\"rpki\":{\"expires\":null}}", NULL, NULL,
	    NULL, "sluice_up 1\n", "\nsluice_rpki_seconds_to_expire " },
	{ "families_are_labels",
	    "{\"feeds\":{\"ipv4\":{\"routes\":5},\"ipv6\":{\"routes\":6}}}",
	    NULL, NULL, NULL,
	    "sluice_unicast_routes{family=\"ipv4\"} 5\n"
	    "sluice_unicast_routes{family=\"ipv6\"} 6\n",
	    NULL },
	{ "no_limit_is_infinite", NULL,
	    "{\"customer\":\"acme\",\"quota\":{\"cost_max\":null}}", NULL, NULL,
	    "sluice_quota_cost_limit{customer=\"acme\"} +Inf\n", NULL },
	{ "limit_is_a_number", NULL,
	    "{\"customer\":\"acme\",\"quota\":{\"cost_max\":200}}", NULL, NULL,
	    "sluice_quota_cost_limit{customer=\"acme\"} 200\n", NULL },
	{ "age_of_the_irr_file", NULL,
	    "{\"customer\":\"acme\","
	    "\"irr\":{\"written\":\"2026-01-30T23:00:00Z\"}}",
	    NULL, NULL, "sluice_irr_age_seconds{customer=\"acme\"} 3600\n",
	    NULL },
	{ "no_irr_list_has_no_age", NULL,
	    "{\"customer\":\"acme\",\"irr\":null}", NULL, NULL, "sluice_up 1\n",
	    "sluice_irr_age_seconds{" },
	{ "states_are_labels", NULL,
	    "{\"customer\":\"acme\",\"rules\":{\"held\":3}}", NULL, NULL,
	    "sluice_rules{customer=\"acme\",state=\"held\"} 3\n", NULL },
	{ "quarantine_is_by_customer", NULL,
	    "{\"customer\":\"acme\",\"quarantined\":true}", NULL, NULL,
	    "sluice_customer_quarantined{customer=\"acme\"} 1\n", NULL },
	{ "label_values_are_escaped", NULL,
	    "{\"customer\":\"a\\\"b\\\\c\\nd\",\"frozen\":true}", NULL, NULL,
	    "sluice_customer_frozen{customer=\"a\\\"b\\\\c\\nd\"} 1\n", NULL },
	{ "inward_session_has_no_customer", NULL, NULL,
	    "{\"neighbor\":\"rr1\",\"customer\":null,\"up\":true}", NULL,
	    "sluice_session_up{neighbor=\"rr1\",customer=\"\"} 1\n", NULL },
	{ "free_place_has_no_session_metric", NULL, NULL,
	    "{\"neighbor\":\"192.0.2.0/28#1\",\"customer\":\"acme\","
	    "\"up\":false,\"free\":true}",
	    NULL, "sluice_up 1\n", "sluice_session_up{" },
	{ "free_place_has_no_counts_of_segments", NULL, NULL,
	    "{\"neighbor\":\"192.0.2.0/28#1\",\"customer\":\"acme\","
	    "\"free\":true,\"auth\":{\"kind\":\"tcp-ao\",\"good\":1}}",
	    NULL, "sluice_up 1\n", "sluice_session_auth_segments_total{" },
	{ "verdicts_of_a_customer", NULL, NULL, NULL,
	    "{\"customer\":\"acme\",\"reason\":\"panic\",\"count\":4}",
	    "sluice_verdicts_total{customer=\"acme\",reason=\"panic\"} 4\n",
	    NULL },
	{ "verdicts_of_all", NULL, NULL, NULL,
	    "{\"customer\":null,\"reason\":\"panic\",\"count\":4}",
	    "sluice_verdicts_all_total{reason=\"panic\"} 4\n", NULL },
	{ "reason_that_is_not_known_is_left_out", NULL, NULL, NULL,
	    "{\"customer\":\"acme\",\"reason\":\"x\\ny\",\"count\":4}",
	    "sluice_up 1\n", "customer=\"acme\"" },
	{ "rows_of_other_shapes_make_nothing", "{\"quota\":7,\"feeds\":[]}",
	    "{\"customer\":3}", "{\"neighbor\":[]}", "{\"count\":\"x\"}",
	    "sluice_up 1\n", "\nsluice_fleet_rules " },
};

static struct json *
list_of(const char *row)
{
	struct json *list = json_list_new();
	char why[128];

	if (row != NULL) {
		struct json *json =
		    json_read(row, strlen(row), why, sizeof(why));

		assert_non_null(json);
		json_add(list, json);
	}
	return list;
}

/* The text with its NUL. */
static void
make(const struct row *row, struct body *body, bool up)
{
	struct json *lists[4] = { list_of(row->status), list_of(row->session),
		list_of(row->customer), list_of(row->verdict) };
	struct metrics_from from = { .status = json_at(lists[0], 0),
		.sessions = lists[1],
		.customers = lists[2],
		.verdicts = lists[3],
		.up = up,
		.version = "1.2.3" };

	assert_int_equal(
	    when_parse("2026-01-31T00:00:00Z", 0, &from.now_ns), 0);
	metrics_add(body, &from);
	body_add(body, "", 1);
	assert_false(body->full);
	for (size_t i = 0; i < 4; i++)
		json_free(lists[i]);
}

/* A row makes this sample. */
static void
test_sample(void **state)
{
	const struct row *row = *state;
	struct body body = { 0 };

	make(row, &body, true);
	assert_non_null(strstr(body.text, row->sample));
	if (row->lacks != NULL)
		assert_null(strstr(body.text, row->lacks));
	body_fini(&body);
}

/* No reason is without a sample, also before it is first given. */
static void
every_reason_is_counted(void **state)
{
	static const struct row none = { .name = "none" };
	struct body body = { 0 };
	char text[160];

	(void)state;
	make(&none, &body, true);
#define X(symbol, number, name, sentence)                                      \
	(void)snprintf(text, sizeof(text),                                     \
	    "\nsluice_verdicts_all_total{reason=\"%s\"} 0\n", name);           \
	assert_non_null(strstr(body.text, text));
	REASON_MAP(X)
#undef X
	body_fini(&body);
}

/* Old numbers must not look like new ones. */
static void
without_control_there_are_two_samples(void **state)
{
	const struct row *row = &rows[0];
	struct body body = { 0 };
	unsigned samples = 0;

	(void)state;
	make(row, &body, false);
	assert_non_null(strstr(body.text, "\nsluice_up 0\n"));
	assert_non_null(
	    strstr(body.text, "\nsluice_build_info{version=\"1.2.3\"} 1\n"));
	for (const char *at = body.text; (at = strchr(at, '\n')) != NULL; at++)
		samples += at[1] == 's';
	assert_int_equal(samples, 2);
	body_fini(&body);
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 2] = {
		[N] = cmocka_unit_test(every_reason_is_counted),
		[N + 1] =
		    cmocka_unit_test(without_control_there_are_two_samples),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_sample, NULL,
			NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
