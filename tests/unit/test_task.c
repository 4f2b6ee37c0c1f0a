/* SPDX-License-Identifier: BSD-2-Clause */
/* One request until its end: silence, bad answers, a store in pages. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "proxy/common/channel.h"
#include "proxy/common/clock.h"
#include "proxy/common/entry_msg.h"
#include "proxy/control/task.h"
#include "tests/lib/ctl_samples.h"
#include "tests/lib/task_scene.h"

/* Without a guard the answer is no, at once. */
static void
guard_that_is_away_is_said(void **state)
{
	struct task_scene *scene = *state;
	struct channel *guard = scene->roles.guard;

	scene->roles.guard = NULL;
	task_scene_begin(scene, "{\"verb\":\"status\"}");
	scene->roles.guard = guard;
	assert_string_equal(
	    task_scene_said(scene), END(1, "the guard is not there"));
	assert_int_equal(scene->task.request, 0);
}

/* The operator's name and words reach the guard. */
static void
act_names_its_operator(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_request msg;

	task_scene_begin(scene,
	    "{\"verb\":\"withdraw\",\"args\":{\"id\":9,\"reason\":\"mine\"}}");
	task_scene_sent(
	    scene, &msg, (offsetof(struct msg_ctl_request, rule) + 7) & ~7ul);
	assert_int_equal(msg.verb, CTL_WITHDRAW);
	assert_int_equal(msg.request, 7);
	assert_true(msg.id == 9);
	assert_string_equal(msg.operator_name, "root");
	assert_string_equal(msg.text, "mine");
	task_scene_guard_end(scene, 0, "withdrawn");
	assert_string_equal(task_scene_said(scene), END(0, "withdrawn"));
}

/* A guard that says nothing for too long is not waited for. */
static void
silence_ends_the_request(void **state)
{
	struct task_scene *scene = *state;
	uint64_t now = clock_boot_ms();

	task_scene_begin(scene, "{\"verb\":\"rules\"}");
	task_tick(&scene->task, now + TASK_SILENCE_MS - 1000);
	assert_int_equal(scene->task.request, 7);
	task_tick(&scene->task, now + TASK_SILENCE_MS + 1000);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the guard did not answer"));
	task_scene_guard_end(scene, 0, "late");
	assert_string_equal(task_scene_said(scene), "");
}

/* A guard that goes away leaves nobody waiting. */
static void
lost_guard_ends_the_request(void **state)
{
	struct task_scene *scene = *state;

	task_scene_begin(scene, "{\"verb\":\"rules\"}");
	task_lost(&scene->task, ROLE_STORE);
	assert_string_equal(task_scene_said(scene), "");
	task_lost(&scene->task, ROLE_GUARD);
	assert_string_equal(task_scene_said(scene),
	    END(1, "the guard went away before it answered"));
	task_scene_begin(
	    scene, "{\"verb\":\"deny\",\"args\":{\"id\":9,\"reason\":\"no\"}}");
	task_lost(&scene->task, ROLE_GUARD);
	assert_non_null(strstr(task_scene_said(scene), "shows in the log"));
}

/* An answer that is not sound is not shown. */
static void
unsound_answers_are_refused(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_rule rule = { .head = { sizeof(rule), MSG_CTL_RULE, 0 },
		.request = 7 };
	struct msg_ctl_check check = { .head.kind = MSG_CTL_CHECK,
		.check = CHECK_COUNT };
	struct msg_ctl_session session = { .head.kind = MSG_CTL_SESSION };
	struct msg_ctl_session fed = { .head.kind = MSG_CTL_SESSION,
		.state.state = BGP_IDLE,
		.fed = 0x80 };
	struct msg_ctl_session validated = { .head.kind = MSG_CTL_SESSION,
		.state.state = BGP_IDLE,
		.validate = 9 };
	struct msg_ctl_route route = { .head.kind = MSG_CTL_ROUTE };
	struct msg_ctl_end end = { .head.kind = MSG_CTL_END };
	struct msg_ctl_status status = { .head.kind = MSG_CTL_STATUS,
		.rpki = RPKI_GONE + 1 };
	struct msg_ctl_customer customer = { .head.kind = MSG_CTL_CUSTOMER,
		.irr = 4 };
	struct msg_ctl_metric metric = { .head.kind = MSG_CTL_METRIC,
		.reason = 9999 };
	const struct msg_head *const bad[] = { &rule.head, &check.head,
		&session.head, &fed.head, &validated.head, &route.head,
		&end.head, &status.head, &customer.head, &metric.head };

	memset(session.name, 'x', sizeof(session.name));
	memset(end.text, 'x', sizeof(end.text));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		task_scene_begin(scene, "{\"verb\":\"rules\"}");
		task_guard(&scene->task, bad[i]);
		assert_string_equal(
		    task_scene_said(scene), END(1, "the answer was not sound"));
	}
}

/* A route as the guard sends it. */
static void
route_fill(struct msg_ctl_route *msg)
{
	*msg = (struct msg_ctl_route){
		.head = { sizeof(*msg), MSG_CTL_ROUTE, 0 },
		.request = 7,
		.kind = CTL_ROUTE_PATH,
		.known = 1,
		.source = "rr1",
		.why = "MED",
	};
	assert_int_equal(prefix_parse("10.0.0.0/8", &msg->prefix), 0);
	msg->facts.neighbor_as = msg->facts.origin_as = 65001;
	msg->facts.path_length = 1;
}

/* The parts of an answer about a route say which they are. */
static void
route_comes_in_parts(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_request msg;
	struct msg_ctl_route route;
	struct msg_ctl_rule rule;
	const char *text;

	task_scene_begin(
	    scene, "{\"verb\":\"route\",\"args\":{\"prefix\":\"10.0.0.1\"}}");
	task_scene_sent(
	    scene, &msg, (offsetof(struct msg_ctl_request, rule) + 7) & ~7ul);
	assert_int_equal(msg.verb, CTL_ROUTE);
	assert_int_equal(msg.prefix.len, 32);
	route_fill(&route);
	assert_int_equal(task_number(&route.head), 7);
	task_guard(&scene->task, &route.head);
	route.kind = CTL_ROUTE_MORE;
	route.known = 0;
	task_guard(&scene->task, &route.head);
	sample_rule(&rule);
	rule.request = 7;
	task_guard(&scene->task, &rule.head);
	task_scene_guard_end(scene, 0, "more not shown");
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "{\"row\":{\"known\":true,\"route\":{"
				     "\"prefix\":\"10.0.0.0/8\""));
	assert_non_null(
	    strstr(text, "{\"row\":{\"known\":false,\"more_specific\":{"));
	assert_non_null(strstr(text, "{\"row\":{\"rule\":{\"id\":17,"));
	assert_non_null(strstr(text, END(0, "more not shown")));
}

/* Routes belong to one question only. */
static void
route_that_nobody_asked_for_is_refused(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_route route;

	route_fill(&route);
	task_scene_begin(scene, "{\"verb\":\"rules\"}");
	task_guard(&scene->task, &route.head);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the answer was not sound"));
}

/* Whoever confirms is sent to the log when the guard went away meanwhile. */
static void
confirm_names_its_operator(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_request msg;

	task_scene_begin(
	    scene, "{\"verb\":\"confirm\",\"args\":{\"reason\":\"planned\"}}");
	task_scene_sent(
	    scene, &msg, (offsetof(struct msg_ctl_request, rule) + 7) & ~7ul);
	assert_int_equal(msg.verb, CTL_CONFIRM);
	assert_string_equal(msg.operator_name, "root");
	assert_string_equal(msg.text, "planned");
	task_lost(&scene->task, ROLE_GUARD);
	assert_non_null(strstr(task_scene_said(scene), "shows in the log"));
}

/* Customers and counts come as rows of their own. */
static void
customers_and_metrics_are_rows(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_customer customer;
	struct msg_ctl_metric metric;

	sample_customer(&customer);
	customer.request = 7;
	task_scene_begin(scene, "{\"verb\":\"customers\"}");
	assert_int_equal(task_number(&customer.head), 7);
	task_guard(&scene->task, &customer.head);
	task_scene_guard_end(scene, 0, "");
	assert_non_null(
	    strstr(task_scene_said(scene), "{\"row\":{\"customer\":\"acme\","));
	sample_metric(&metric);
	metric.request = 7;
	task_scene_begin(scene, "{\"verb\":\"metrics\"}");
	assert_int_equal(task_number(&metric.head), 7);
	task_guard(&scene->task, &metric.head);
	task_scene_guard_end(scene, 0, "");
	assert_non_null(
	    strstr(task_scene_said(scene), "\"reason\":\"not-registered\""));
}

/* An operator's own rule is answered whole, with its checks. */
static void
announced_rule_comes_with_its_checks(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_rule rule;
	struct msg_ctl_check check;
	const char *text;

	task_scene_begin(scene,
	    "{\"verb\":\"announce\",\"args\":{\"rule\":\"match destination "
	    "203.0.113.7/32 then discard\",\"reason\":\"x\"}}");
	sample_rule(&rule);
	rule.request = 7;
	task_guard(&scene->task, &rule.head);
	assert_string_equal(task_scene_said(scene), "");
	sample_check(&check, CHECK_FORM);
	check.request = 7;
	task_guard(&scene->task, &check.head);
	task_scene_guard_end(scene, 0, "announced");
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "\"checks\":[{\"name\":\"form\""));
	assert_non_null(strstr(text, END(0, "announced")));
}

/* Checks without end are bounded. */
static void
checks_are_bounded(void **state)
{
	struct task_scene *scene = *state;
	struct msg_ctl_check check = { .head.kind = MSG_CTL_CHECK,
		.check = CHECK_FORM,
		.reason = REASON_ACCEPTED };

	task_scene_begin(scene, "{\"verb\":\"rule\",\"args\":{\"id\":1}}");
	for (unsigned i = 0; i <= CHECK_COUNT; i++)
		task_guard(&scene->task, &check.head);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the answer was not sound"));
}

static void
store_says_entry(struct task_scene *scene, uint64_t seq)
{
	static struct entry entry;
	uint64_t buf[ENTRY_MSG_MAX / 8 + 1];
	struct msg_entry *msg = (void *)buf;

	entry.seq = seq;
	entry.kind = ENTRY_START;
	entry_msg_pack(&entry, msg);
	msg->head = (struct msg_head){ (uint32_t)entry_msg_size(&entry),
		MSG_AUDIT_ENTRY, 0 };
	msg->request = 7;
	task_store(&scene->task, &msg->head);
}

static void
store_says_end(struct task_scene *scene, uint32_t more, uint64_t next_seq)
{
	struct msg_audit_end end = { .head.kind = MSG_AUDIT_END,
		.request = 7,
		.more = more,
		.next_seq = next_seq,
		.size = 1000 };

	task_store(&scene->task, &end.head);
}

/* Pages follow each other downwards until enough was found. */
static void
audit_goes_on_page_by_page(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_query query;

	task_scene_begin(scene, "{\"verb\":\"audit\",\"args\":{\"n\":130}}");
	task_scene_sent(scene, &query, sizeof(query));
	assert_int_equal(query.max, TASK_AUDIT_PAGE);
	assert_int_equal(query.backward, 1);
	assert_true(query.to_seq == UINT64_MAX);
	for (unsigned i = 0; i < TASK_AUDIT_PAGE; i++)
		store_says_entry(scene, 999 - i);
	store_says_end(scene, 1, 872);
	assert_non_null(
	    strstr(task_scene_said(scene), "{\"row\":{\"seq\":999,"));
	task_go_on(&scene->task, &scene->roles);
	task_scene_sent(scene, &query, sizeof(query));
	assert_int_equal(query.max, 2);
	assert_true(query.to_seq == 872);
	store_says_entry(scene, 871);
	store_says_entry(scene, 870);
	store_says_end(scene, 1, 870);
	assert_non_null(
	    strstr(task_scene_said(scene), "\"size\":1000,\"root\":\"0000"));
	assert_int_equal(scene->task.request, 0);
}

/* The next page waits for a client that has not read this one. */
static void
audit_waits_for_its_client(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_query query;
	char *line = calloc(1, TASK_AUDIT_AHEAD);

	task_scene_begin(scene, "{\"verb\":\"audit\",\"args\":{\"n\":130}}");
	task_scene_sent(scene, &query, sizeof(query));
	memset(line, 'x', TASK_AUDIT_AHEAD);
	assert_int_equal(
	    client_write(scene->task.client, line, TASK_AUDIT_AHEAD), 0);
	free(line);
	store_says_end(scene, 1, 500);
	task_go_on(&scene->task, &scene->roles);
	channel_flush(scene->roles.store);
	assert_int_equal(
	    recv(scene->role_fd, &query, sizeof(query), MSG_DONTWAIT), -1);
	task_tick(&scene->task, clock_boot_ms() + 2 * TASK_SILENCE_MS);
	assert_int_equal(scene->task.request, 7);
	(void)task_scene_said(scene);
	task_go_on(&scene->task, &scene->roles);
	task_scene_sent(scene, &query, sizeof(query));
	assert_true(query.to_seq == 500);
}

/* A store that leads in a circle, or sends more than asked, is stopped. */
static void
store_that_misleads_is_stopped(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_query query;

	task_scene_begin(scene, "{\"verb\":\"audit\",\"args\":{\"n\":1}}");
	task_scene_sent(scene, &query, sizeof(query));
	store_says_end(scene, 1, 500);
	task_go_on(&scene->task, &scene->roles);
	task_scene_sent(scene, &query, sizeof(query));
	store_says_end(scene, 1, 500);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the answer was not sound"));
	task_scene_begin(scene, "{\"verb\":\"audit\",\"args\":{\"n\":1}}");
	store_says_entry(scene, 5);
	(void)task_scene_said(scene);
	store_says_entry(scene, 4);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the answer was not sound"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, task_scene_setup, task_scene_teardown)
		TEST(guard_that_is_away_is_said),
		TEST(act_names_its_operator),
		TEST(silence_ends_the_request),
		TEST(lost_guard_ends_the_request),
		TEST(unsound_answers_are_refused),
		TEST(route_comes_in_parts),
		TEST(route_that_nobody_asked_for_is_refused),
		TEST(confirm_names_its_operator),
		TEST(customers_and_metrics_are_rows),
		TEST(announced_rule_comes_with_its_checks),
		TEST(checks_are_bounded),
		TEST(audit_goes_on_page_by_page),
		TEST(audit_waits_for_its_client),
		TEST(store_that_misleads_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
