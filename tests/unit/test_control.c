/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role whole: its socket, with another end for each role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/control_scene.h"

/* Many rows reach a client that reads, each once and in order. */
static void
all_rows_reach_a_reader(void **state)
{
	struct control_scene *scene = *state;
	const char *at;
	char row[64];

	control_scene_dial(scene, 0);
	at = control_scene_answer(scene, 0, "{\"verb\":\"rules\"}\n");
	for (unsigned i = MANY_ROWS; i > 0; i--) {
		(void)snprintf(row, sizeof(row), "{\"row\":{\"id\":%u,", i);
		if (strncmp(at, row, strlen(row)) != 0)
			fail_msg("row %u: %.80s", i, at);
		at = strchr(at, '\n') + 1;
	}
	assert_string_equal(at, "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* One that does not read is cut off, and others are answered meanwhile. */
static void
slow_client_blocks_nobody(void **state)
{
	struct control_scene *scene = *state;

	control_scene_dial(scene, 0);
	control_scene_dial(scene, 1);
	control_scene_say(scene, 0, "{\"verb\":\"rules\"}\n");
	assert_string_equal(
	    control_scene_answer(scene, 1, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	while (scene->rows > 0)
		control_scene_pump(scene, -1);
	assert_string_equal(
	    control_scene_answer(scene, 1, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	control_scene_pump(scene, 0);
	assert_non_null(strstr(scene->text, "the answer was cut off"));
	assert_true(scene->len < 2 * CLIENT_OUT_MAX);
}

/* A guard that dies ends what it was asked; its successor is asked then. */
static void
successor_of_the_guard_is_asked(void **state)
{
	struct control_scene *scene = *state;

	control_scene_dial(scene, 0);
	scene->silent = true;
	control_scene_say(scene, 0, "{\"verb\":\"status\"}\n");
	control_scene_pump(scene, -1);
	assert_int_not_equal(scene->last_request, 0);
	channel_close(scene->guard);
	scene->guard = NULL;
	control_scene_pump(scene, 0);
	assert_string_equal(scene->text,
	    "{\"end\":{\"exit\":1,\"text\":\"the guard went away before it "
	    "answered\"}}\n");
	assert_string_equal(
	    control_scene_answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"the guard is not there\"}}\n");
	assert_string_equal(
	    control_scene_answer(scene, 0, "{\"verb\":\"audit\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"the store is not there\"}}\n");
	scene->silent = false;
	control_scene_guard(scene);
	control_scene_pump(scene, -1);
	assert_string_equal(
	    control_scene_answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* An answer to somebody who has gone is nobody else's. */
static void
late_answer_is_dropped(void **state)
{
	struct control_scene *scene = *state;
	char octet;

	control_scene_dial(scene, 0);
	scene->silent = true;
	control_scene_say(scene, 0, "{\"verb\":\"status\"}\n");
	control_scene_pump(scene, -1);
	(void)close(scene->clients[0]);
	scene->clients[0] = -1;
	control_scene_dial(scene, 1);
	control_scene_say(scene, 1, "{\"verb\":\"status\"}\n");
	control_scene_pump(scene, -1);
	control_scene_guard_end(scene, scene->last_request - 1);
	control_scene_guard_end(scene, 77777);
	control_scene_guard_end(scene, 0);
	control_scene_pump(scene, -1);
	assert_int_equal(recv(scene->clients[1], &octet, 1, MSG_DONTWAIT), -1);
	control_scene_guard_end(scene, scene->last_request);
	control_scene_pump(scene, 1);
	assert_string_equal(
	    scene->text, "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* One client too many is told so; a place that is free again is given away. */
static void
clients_are_bounded(void **state)
{
	struct control_scene *scene = *state;

	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		control_scene_dial(scene, i);
		if (i % 8 == 7) /* more than the kernel's queue would wait */
			control_scene_pump(scene, -1);
	}
	control_scene_dial(scene, CONTROL_CLIENTS_MAX);
	control_scene_pump(scene, CONTROL_CLIENTS_MAX);
	assert_non_null(strstr(scene->text, "too many programs"));
	(void)close(scene->clients[3]);
	control_scene_pump(scene, -1);
	control_scene_dial(scene, 3);
	assert_string_equal(
	    control_scene_answer(scene, 3, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* Nonsense gets an answer, and the next line is read. */
static void
nonsense_is_answered(void **state)
{
	struct control_scene *scene = *state;

	control_scene_dial(scene, 0);
	assert_non_null(
	    strstr(control_scene_answer(scene, 0, "GET / HTTP/1.1\n"),
		"{\"end\":{\"exit\":2,"));
	assert_non_null(
	    strstr(control_scene_answer(scene, 0, "\n"), "\"exit\":2"));
	assert_string_equal(
	    control_scene_answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* A reload goes to the supervisor. */
static void
reload_is_answered_by_the_supervisor(void **state)
{
	struct control_scene *scene = *state;

	control_scene_dial(scene, 0);
	assert_string_equal(
	    control_scene_answer(scene, 0, "{\"verb\":\"reload\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"0 rules withdrawn, 0 newly "
	    "inward, 0 kept\",\"withdrawn\":0,\"admitted\":0,\"kept\":0,"
	    "\"restarts\":[],\"restarts_more\":0,\"ends\":[],"
	    "\"ends_more\":0}}\n");
}

/* When the supervisor goes, control goes. */
static void
end_of_the_supervisor_is_our_end(void **state)
{
	struct control_scene *scene = *state;

	channel_close(scene->supervisor);
	scene->supervisor = NULL;
	loop_run(scene->loop);
	assert_false(control_failed(scene->control));
}

/* A guard whose octets are no frames is not linked with us again: we end, and
 * the next control is. One that has merely died is waited for. */
static void
broken_frame_of_the_guard_is_our_end(void **state)
{
	static const uint64_t octets[2] = { UINT64_MAX, UINT64_MAX };
	struct control_scene *scene = *state;
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_GUARD };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
	control_scene_pump(scene, -1);
	assert_false(control_failed(scene->control));
	assert_int_equal(write(fds[0], octets, sizeof(octets)), sizeof(octets));
	loop_run(scene->loop);
	assert_true(control_failed(scene->control));
	(void)close(fds[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, control_scene_setup, control_scene_teardown)
		TEST(all_rows_reach_a_reader),
		TEST(slow_client_blocks_nobody),
		TEST(successor_of_the_guard_is_asked),
		TEST(late_answer_is_dropped),
		TEST(clients_are_bounded),
		TEST(nonsense_is_answered),
		TEST(reload_is_answered_by_the_supervisor),
		TEST(end_of_the_supervisor_is_our_end),
		TEST(broken_frame_of_the_guard_is_our_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
