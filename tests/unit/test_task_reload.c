/* SPDX-License-Identifier: BSD-2-Clause */
/* A reload until its end: the supervisor's words and the guard's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/task_scene.h"

/* A configuration that is wrong is pointed at, and the guard is not waited
 * for. */
static void
reload_says_where_it_is_wrong(void **state)
{
	struct task_scene *scene = *state;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.request = 7,
		.line = 3,
		.column = 7,
		.file = "sluice.yaml",
		.key = "router.asn",
		.found = "x",
		.wanted = "a number" };
	struct msg_reload msg;

	task_scene_begin(
	    scene, "{\"verb\":\"reload\",\"args\":{\"dry_run\":true}}");
	task_scene_sent(scene, &msg, sizeof(msg));
	assert_int_equal(msg.dry_run, 1);
	assert_string_equal(msg.operator_name, "root");
	task_reload(&scene->task, &result);
	assert_string_equal(task_scene_said(scene),
	    "{\"end\":{\"exit\":2,\"text\":\"sluice.yaml:3:7: router.asn: "
	    "found "
	    "x, wanted a number\",\"file\":\"sluice.yaml\",\"line\":3,"
	    "\"column\":7,\"key\":\"router.asn\",\"found\":\"x\",\"wanted\":"
	    "\"a number\"}}\n");
}

/* Guard and supervisor may end a reload in either order. */
static void
reload_ends_when_both_have_spoken(void **state)
{
	static const char end[] =
	    "{\"end\":{\"exit\":0,\"text\":\"done\","
	    "\"withdrawn\":12,\"admitted\":0,\"kept\":88,\"restarts\":[],"
	    "\"restarts_more\":0,\"ends\":[],\"ends_more\":0}}\n";
	struct task_scene *scene = *state;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.ok = 1,
		.withdrawn = 12,
		.kept = 88,
		.guard_follows = 1 };

	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	task_scene_guard_end(scene, 0, "done");
	assert_string_equal(task_scene_said(scene), "");
	task_reload(&scene->task, &result);
	assert_string_equal(task_scene_said(scene), end);
	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	task_reload(&scene->task, &result);
	assert_string_equal(task_scene_said(scene), "");
	task_scene_guard_end(scene, 0, "done");
	assert_string_equal(task_scene_said(scene), end);
	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	result.guard_follows = 0;
	task_reload(&scene->task, &result);
	assert_non_null(strstr(task_scene_said(scene),
	    "12 rules withdrawn, 0 newly inward, 88 kept"));
}

/* A configuration that is to be confirmed says until when. */
static void
reload_says_when_it_is_rolled_back(void **state)
{
	struct task_scene *scene = *state;
	struct msg_reload_result result = {
		.head.kind = MSG_RELOAD_RESULT, .request = 7, .ok = 1
	};
	struct msg_reload msg;

	task_scene_begin(
	    scene, "{\"verb\":\"reload\",\"args\":{\"confirm\":300}}");
	task_scene_sent(scene, &msg, sizeof(msg));
	assert_int_equal(msg.confirm_s, 300);
	assert_int_equal(msg.dry_run, 0);
	task_reload(&scene->task, &result);
	assert_non_null(
	    strstr(task_scene_said(scene), "_more\":0,\"rollback\":\"20"));
	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	task_scene_sent(scene, &msg, sizeof(msg));
	assert_int_equal(msg.confirm_s, 0);
	task_reload(&scene->task, &result);
	assert_null(strstr(task_scene_said(scene), "rollback"));
}

/* Sessions that it drops are named, with what is another than before. */
static void
reload_names_the_sessions_it_drops(void **state)
{
	struct task_scene *scene = *state;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.request = 7,
		.ok = 1,
		.sessions = { .restarts = 1,
		    .ends = 10,
		    .restart = { { .name = "acme/198.51.100.2",
			.whys = 1u << RESTART_PASSWORD_FILE |
				1u << RESTART_FAMILIES } },
		    .end = { { .name = "rr1" } } } };
	const char *said;

	task_scene_begin(
	    scene, "{\"verb\":\"reload\",\"args\":{\"dry_run\":true}}");
	task_reload(&scene->task, &result);
	said = task_scene_said(scene);
	assert_non_null(strstr(said,
	    "\"restarts\":[{\"name\":\"acme/198.51.100.2\",\"why\":["
	    "\"password_file\",\"families\"]}],\"restarts_more\":0,"
	    "\"ends\":[{\"name\":\"rr1\"},"));
	assert_non_null(strstr(said, "\"ends_more\":2}}"));
}

/* Names that are none are not passed on. */
static void
reload_with_bad_names_is_not_sound(void **state)
{
	struct task_scene *scene = *state;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.request = 7,
		.ok = 1,
		.sessions.restarts = 1 };

	memset(result.sessions.restart[0].name, 'x',
	    sizeof(result.sessions.restart[0].name));
	task_scene_begin(scene, "{\"verb\":\"reload\"}");
	task_reload(&scene->task, &result);
	assert_non_null(strstr(task_scene_said(scene), "\"exit\":1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, task_scene_setup, task_scene_teardown)
		TEST(reload_says_where_it_is_wrong),
		TEST(reload_ends_when_both_have_spoken),
		TEST(reload_says_when_it_is_rolled_back),
		TEST(reload_names_the_sessions_it_drops),
		TEST(reload_with_bad_names_is_not_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
