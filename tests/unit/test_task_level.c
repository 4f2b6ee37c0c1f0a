/* SPDX-License-Identifier: BSD-2-Clause */
/* "log-level" until its end: what the supervisor says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "tests/lib/task_scene.h"

#define LOOK "{\"verb\":\"log-level\"}"

/* What is to be set arrives, in the operator's name. */
static void
wish_arrives(void **state)
{
	struct task_scene *scene = *state;
	struct msg_log_ask msg;

	task_scene_begin(scene,
	    "{\"verb\":\"log-level\",\"args\":{\"class\":\"debug\",\"name\":"
	    "\"acme\",\"for\":\"10m\"}}");
	task_scene_sent(scene, &msg, sizeof(msg));
	assert_int_equal(msg.head.kind, MSG_LOG_ASK);
	assert_int_equal(msg.set, 1);
	assert_int_equal(msg.class, LOG_DEBUG);
	assert_int_equal(msg.for_s, 600);
	assert_string_equal(msg.name, "acme");
	assert_string_equal(msg.operator_name, "root");
	task_scene_begin(
	    scene, "{\"verb\":\"log-level\",\"args\":{\"class\":\"error\"}}");
	task_scene_sent(scene, &msg, sizeof(msg));
	assert_int_equal(msg.for_s, LOG_FOR_S);
	assert_string_equal(msg.name, "");
}

/* Everybody first, as sluiced was started; then who is named. */
static void
everybody_comes_first(void **state)
{
	struct task_scene *scene = *state;
	struct msg_log_shown msg = { .head.kind = MSG_LOG_SHOWN,
		.ok = 1,
		.base = LOG_INFO,
		.n = 1,
		.setting = { { .until_ns = UINT64_C(1769828645) * 1000000000,
		    .class = LOG_DEBUG,
		    .name = "acme",
		    .operator_name = "root" } } };

	task_scene_begin(scene, LOOK);
	task_level(&scene->task, &msg);
	assert_string_equal(task_scene_said(scene),
	    "{\"row\":{\"name\":null,\"class\":\"info\",\"until\":null,"
	    "\"operator\":null}}\n"
	    "{\"row\":{\"name\":\"acme\",\"class\":\"debug\",\"until\":"
	    "\"2026-01-31T03:04:05.000Z\",\"operator\":\"root\"}}\n"
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* What everybody was set to stands in place of it. */
static void
wish_for_everybody_is_shown(void **state)
{
	struct task_scene *scene = *state;
	struct msg_log_shown msg = { .head.kind = MSG_LOG_SHOWN,
		.ok = 1,
		.base = LOG_INFO,
		.n = 1,
		.setting = { { .until_ns = UINT64_C(1769828645) * 1000000000,
		    .class = LOG_WARN,
		    .operator_name = "eve" } } };

	task_scene_begin(scene, LOOK);
	task_level(&scene->task, &msg);
	assert_string_equal(task_scene_said(scene),
	    "{\"row\":{\"name\":null,\"class\":\"warn\",\"until\":"
	    "\"2026-01-31T03:04:05.000Z\",\"operator\":\"eve\"}}\n"
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* A refusal comes with its reason; an answer that is not sound is none. */
static void
refusal_and_nonsense_end_it(void **state)
{
	struct task_scene *scene = *state;
	struct msg_log_shown msg = { .head.kind = MSG_LOG_SHOWN,
		.wanted = "no such role, customer or neighbour" };

	task_scene_begin(scene, LOOK);
	task_level(&scene->task, &msg);
	assert_string_equal(task_scene_said(scene),
	    "{\"end\":{\"exit\":1,\"text\":\"no such role, customer or "
	    "neighbour\"}}\n");
	task_scene_begin(scene, LOOK);
	msg.ok = 1;
	msg.n = LOG_SETTINGS_MAX + 1;
	task_level(&scene->task, &msg);
	assert_non_null(strstr(task_scene_said(scene), "not sound"));
}

/* The answer to a reload is none to this, nor the other way round. */
static void
answers_are_not_mixed_up(void **state)
{
	struct task_scene *scene = *state;
	struct msg_log_shown shown = {
		.head.kind = MSG_LOG_SHOWN, .ok = 1, .base = LOG_INFO
	};
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.ok = 1 };

	task_scene_begin(scene, LOOK);
	task_reload(&scene->task, &result);
	assert_string_equal(task_scene_said(scene), "");
	task_level(&scene->task, &shown);
	assert_non_null(strstr(task_scene_said(scene), "\"end\""));
	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	task_level(&scene->task, &shown);
	assert_string_equal(task_scene_said(scene), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, task_scene_setup, task_scene_teardown)
		TEST(wish_arrives),
		TEST(everybody_comes_first),
		TEST(wish_for_everybody_is_shown),
		TEST(refusal_and_nonsense_end_it),
		TEST(answers_are_not_mixed_up),
	};

	return cmocka_run_group_tests_name("task_level", tests, NULL, NULL);
}
