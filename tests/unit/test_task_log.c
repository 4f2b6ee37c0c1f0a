/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about the log as a whole, and a status that two roles answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "proxy/common/channel.h"
#include "proxy/common/clock.h"
#include "store/db.h"
#include "tests/lib/ctl_samples.h"
#include "tests/lib/task_scene.h"

#define CTL_SIZE ((offsetof(struct msg_ctl_request, rule) + 7) & ~7ul)

/* ---- status ---- */

static void
guard_says_status(struct task_scene *scene)
{
	struct msg_ctl_status msg;

	sample_status(&msg);
	msg.request = 7;
	task_guard(&scene->task, &msg.head);
}

static void
store_says_seal(struct task_scene *scene)
{
	struct msg_audit_seal msg;

	sample_seal(&msg);
	msg.request = 7;
	assert_int_equal(task_number(&msg.head), 7);
	task_store(&scene->task, &msg.head);
}

static void
status_begin(struct task_scene *scene)
{
	struct msg_ctl_request ctl;
	struct msg_audit_seal_ask ask;

	task_scene_begin(scene, "{\"verb\":\"status\"}");
	task_scene_sent(scene, &ctl, CTL_SIZE);
	task_scene_sent(scene, &ask, sizeof(ask));
	assert_int_equal(ask.head.kind, MSG_AUDIT_SEAL_ASK);
	assert_int_equal(ask.request, 7);
	assert_true(ask.at_most == UINT64_MAX);
}

/* Whichever answers first, one row says both. */
static void
status_is_of_guard_and_store(void **state)
{
	struct task_scene *scene = *state;
	const char *text;

	status_begin(scene);
	store_says_seal(scene);
	guard_says_status(scene);
	assert_string_equal(task_scene_said(scene), "");
	task_scene_guard_end(scene, 0, "");
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "\"state\":\"signing\""));
	assert_non_null(strstr(text, END(0, "")));
	status_begin(scene);
	guard_says_status(scene);
	task_scene_guard_end(scene, 0, "");
	assert_string_equal(task_scene_said(scene), "");
	store_says_seal(scene);
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "\"store\":\"fine\""));
	assert_non_null(strstr(text, "\"state\":\"signing\""));
	assert_int_equal(scene->task.request, 0);
}

/* Without the store what it knows is null, and nobody waits. */
static void
status_without_a_store(void **state)
{
	struct task_scene *scene = *state;
	struct channel *store = scene->roles.store;
	const char *text;

	scene->roles.store = NULL;
	task_scene_begin(scene, "{\"verb\":\"status\"}");
	scene->roles.store = store;
	guard_says_status(scene);
	task_scene_guard_end(scene, 0, "");
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "\"origin\":null,\"checkpoint\":null"));
	assert_non_null(strstr(text, END(0, "")));
}

/* A store that hangs delays a status for a moment only. */
static void
status_does_not_wait_for_long(void **state)
{
	struct task_scene *scene = *state;

	status_begin(scene);
	guard_says_status(scene);
	task_tick(&scene->task, clock_boot_ms() + 2 * TASK_SEAL_MS);
	assert_string_equal(task_scene_said(scene), "");
	task_scene_guard_end(scene, 0, "");
	task_tick(&scene->task, clock_boot_ms() + 2 * TASK_SEAL_MS);
	assert_non_null(strstr(task_scene_said(scene), "\"checkpoint\":null"));
	assert_int_equal(scene->task.request, 0);
}

/* The store goes in between: before the guard has answered, and behind it. */
static void
status_outlives_the_store(void **state)
{
	struct task_scene *scene = *state;

	status_begin(scene);
	task_lost(&scene->task, ROLE_STORE);
	assert_int_equal(scene->task.request, 7);
	guard_says_status(scene);
	task_scene_guard_end(scene, 0, "");
	assert_non_null(strstr(task_scene_said(scene), "\"checkpoint\":null"));
	status_begin(scene);
	guard_says_status(scene);
	task_scene_guard_end(scene, 0, "");
	task_lost(&scene->task, ROLE_STORE);
	assert_non_null(strstr(task_scene_said(scene), "\"checkpoint\":null"));
	assert_int_equal(scene->task.request, 0);
}

/* A seal that is none counts as no answer. */
static void
status_with_an_unsound_seal(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_seal msg;

	status_begin(scene);
	sample_seal(&msg);
	msg.note_len = NOTE_MAX + 1;
	task_store(&scene->task, &msg.head);
	guard_says_status(scene);
	task_scene_guard_end(scene, 0, "");
	assert_non_null(strstr(task_scene_said(scene), "\"checkpoint\":null"));
}

/* ---- records ---- */

static void
store_says_raw(
    struct task_scene *scene, uint16_t what, uint64_t seq, uint16_t len)
{
	static uint64_t
	    octets[(sizeof(struct msg_audit_raw) + AUDIT_RAW_MAX) / 8 + 1];
	struct msg_audit_raw *msg = (void *)octets;

	memset(octets, 0, sizeof(octets));
	msg->head = (struct msg_head){ (uint32_t)(sizeof(*msg) + len + 7) & ~7u,
		MSG_AUDIT_RAW, 0 };
	msg->request = 7;
	msg->what = what;
	msg->seq = seq;
	msg->len = len;
	assert_int_equal(task_number(&msg->head), 7);
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

#define RAW_LINE "{\"verb\":\"audit-raw\",\"args\":{\"from\":10,\"to\":600}}"

/* Pages follow each other upwards to the end that was asked for. */
static void
records_come_page_by_page(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_raw_ask ask;
	const char *text;

	task_scene_begin(scene, RAW_LINE);
	task_scene_sent(scene, &ask, sizeof(ask));
	assert_int_equal(ask.head.kind, MSG_AUDIT_RAW_ASK);
	assert_int_equal(ask.max, TASK_RAW_PAGE);
	assert_true(ask.from_seq == 10 && ask.to_seq == 600);
	store_says_raw(scene, AUDIT_RECORD, 10, 3);
	store_says_raw(scene, AUDIT_MISSING, 11, 0);
	store_says_raw(scene, AUDIT_BLOCK, 256, 0);
	store_says_raw(scene, AUDIT_INDEX, 256, 0);
	store_says_end(scene, 1, 266);
	text = task_scene_said(scene);
	assert_non_null(strstr(
	    text, "{\"row\":{\"seq\":10,\"raw\":\"AAAA\",\"hash\":\"00"));
	assert_non_null(strstr(text, "{\"row\":{\"missing\":11}}"));
	assert_non_null(strstr(text, "{\"row\":{\"block\":256,\"hash\":\"00"));
	assert_non_null(strstr(text, "{\"row\":{\"index\":256,\"hash\":\"00"));
	task_go_on(&scene->task, &scene->roles);
	task_scene_sent(scene, &ask, sizeof(ask));
	assert_true(ask.from_seq == 266 && ask.to_seq == 600);
	store_says_raw(scene, AUDIT_PRUNED, 512, 0);
	store_says_end(scene, 1, 600);
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "{\"row\":{\"pruned\":512,\"hash\":\"00"));
	assert_non_null(strstr(text, "\"size\":1000,\"root\":\"0000"));
	assert_int_equal(scene->task.request, 0);
}

/* The longest record there may be is a line that a client takes. */
static void
longest_record_is_sent(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_raw_ask ask;

	task_scene_begin(scene, RAW_LINE);
	task_scene_sent(scene, &ask, sizeof(ask));
	store_says_raw(scene, AUDIT_RECORD, 10, AUDIT_RAW_MAX);
	assert_true(strlen(task_scene_said(scene)) > AUDIT_RAW_MAX / 3 * 4);
	assert_int_equal(scene->task.request, 7);
}

/* A store that leads in a circle or outside of what was asked is stopped. */
static void
store_that_misleads_is_stopped(void **state)
{
	struct task_scene *scene = *state;
	static const char unsound[] = END(1, "the answer was not sound");

	task_scene_begin(scene, RAW_LINE);
	store_says_end(scene, 1, 10);
	assert_string_equal(task_scene_said(scene), unsound);
	task_scene_begin(scene, RAW_LINE);
	store_says_raw(scene, AUDIT_RECORD, 9, 3);
	assert_string_equal(task_scene_said(scene), unsound);
	task_scene_begin(scene, RAW_LINE);
	store_says_raw(scene, AUDIT_RECORD, 601, 3);
	assert_string_equal(task_scene_said(scene), unsound);
	task_scene_begin(scene, RAW_LINE);
	store_says_raw(scene, AUDIT_MISSING, 10, 3);
	assert_string_equal(task_scene_said(scene), unsound);
	task_scene_begin(scene, RAW_LINE);
	store_says_raw(scene, AUDIT_INDEX + 1, 10, 0);
	assert_string_equal(task_scene_said(scene), unsound);
}

/* An answer to another question says nothing. */
static void
answer_to_something_else_is_passed_over(void **state)
{
	struct task_scene *scene = *state;

	task_scene_begin(scene, RAW_LINE);
	store_says_seal(scene);
	assert_string_equal(task_scene_said(scene), "");
	assert_int_equal(scene->task.request, 7);
}

/* ---- one answer ---- */

/* The seal as of a size. */
static void
seal_is_one_row(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_seal_ask ask;
	const char *text;

	task_scene_begin(
	    scene, "{\"verb\":\"audit-seal\",\"args\":{\"at_most\":4700}}");
	task_scene_sent(scene, &ask, sizeof(ask));
	assert_true(ask.at_most == 4700);
	store_says_seal(scene);
	text = task_scene_said(scene);
	assert_non_null(strstr(text, "{\"row\":{\"state\":\"signing\","));
	assert_non_null(strstr(text, END(0, "")));
}

/* A proof, or why there is none. */
static void
proof_or_the_error(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_proof_ask ask;
	struct msg_audit_proof msg = { .head.kind = MSG_AUDIT_PROOF,
		.request = 7,
		.index = 5,
		.size = 9 };

	task_scene_begin(scene,
	    "{\"verb\":\"audit-proof\",\"args\":{\"index\":5,\"size\":9,"
	    "\"consistency\":true}}");
	task_scene_sent(scene, &ask, sizeof(ask));
	assert_true(ask.index == 5 && ask.size == 9 && ask.consistency == 1);
	msg.proof.n = PROOF_MAX;
	assert_int_equal(task_number(&msg.head), 7);
	task_store(&scene->task, &msg.head);
	assert_non_null(strstr(task_scene_said(scene),
	    "{\"row\":{\"index\":5,\"size\":9,\"hashes\":[\"0000"));
	task_scene_begin(
	    scene, "{\"verb\":\"audit-proof\",\"args\":{\"index\":5}}");
	msg.error = DB_NOT_FOUND;
	task_store(&scene->task, &msg.head);
	assert_string_equal(task_scene_said(scene), END(1, "not found"));
	task_scene_begin(
	    scene, "{\"verb\":\"audit-proof\",\"args\":{\"index\":5}}");
	msg.error = 0;
	msg.proof.n = PROOF_MAX + 1;
	task_store(&scene->task, &msg.head);
	assert_string_equal(
	    task_scene_said(scene), END(1, "the answer was not sound"));
}

/* Who does it and why reach the store; whether it was done comes back. */
static void
act_reaches_the_store(void **state)
{
	struct task_scene *scene = *state;
	struct msg_audit_act act;
	struct msg_audit_acted acted = { .head.kind = MSG_AUDIT_ACTED,
		.request = 7,
		.ok = 1,
		.text = "a new key signs" };
	static const char line[] = "{\"verb\":\"audit-act\",\"args\":{\"act\":"
				   "\"rotate\",\"reason\":\"yearly\"}}";

	task_scene_begin(scene, line);
	task_scene_sent(scene, &act, sizeof(act));
	assert_int_equal(act.act, AUDIT_ROTATE);
	assert_string_equal(act.operator_name, "root");
	assert_string_equal(act.text, "yearly");
	assert_int_equal(task_number(&acted.head), 7);
	task_store(&scene->task, &acted.head);
	assert_string_equal(task_scene_said(scene), END(0, "a new key signs"));
	task_scene_begin(scene, line);
	acted.ok = 0;
	task_store(&scene->task, &acted.head);
	assert_string_equal(task_scene_said(scene), END(1, "a new key signs"));
	task_scene_begin(scene, line);
	task_lost(&scene->task, ROLE_STORE);
	assert_non_null(strstr(task_scene_said(scene), "shows in the log"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, task_scene_setup, task_scene_teardown)
		TEST(status_is_of_guard_and_store),
		TEST(status_without_a_store),
		TEST(status_does_not_wait_for_long),
		TEST(status_outlives_the_store),
		TEST(status_with_an_unsound_seal),
		TEST(records_come_page_by_page),
		TEST(longest_record_is_sent),
		TEST(store_that_misleads_is_stopped),
		TEST(answer_to_something_else_is_passed_over),
		TEST(seal_is_one_row),
		TEST(proof_or_the_error),
		TEST(act_reaches_the_store),
	};

	return cmocka_run_group_tests_name("task_log", tests, NULL, NULL);
}
