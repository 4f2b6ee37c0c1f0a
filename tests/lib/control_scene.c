/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role whole, with another end for each role, and its clients. */
#include "tests/lib/control_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "policy/rule_text.h"

#define WAIT_MS 20000 /* only when something is broken */

/* ---- the guard ---- */

void
control_scene_guard_end(struct control_scene *scene, uint32_t request)
{
	struct msg_ctl_end *end =
	    channel_reserve(scene->guard, MSG_CTL_END, sizeof(*end));

	assert_non_null(end);
	memset(&end->request, 0, sizeof(*end) - sizeof(end->head));
	end->request = request;
	channel_commit(scene->guard, sizeof(*end));
	channel_flush(scene->guard);
}

/* Rows as long as there is room, as the guard does. */
static void
guard_rows(void *ctx)
{
	struct control_scene *scene = ctx;
	size_t size =
	    offsetof(struct msg_ctl_rule, rule) + rule_size(&scene->row.rule);

	while (scene->rows > 0) {
		struct msg_ctl_rule *row;

		/* The last piece of room is for ends. */
		if (channel_pending(scene->guard) > 65536)
			break;
		row = channel_reserve(scene->guard, MSG_CTL_RULE, size);
		if (row == NULL)
			break;
		memcpy(&row->request, &scene->row.request,
		    size - offsetof(struct msg_ctl_rule, request));
		row->request = scene->answering;
		row->id = scene->rows--;
		channel_commit(scene->guard, size);
	}
	if (scene->rows == 0 && scene->answering != 0) {
		control_scene_guard_end(scene, scene->answering);
		scene->answering = 0;
	}
	channel_flush(scene->guard);
}

static void
on_request(void *ctx, const struct msg_head *head, int fd)
{
	struct control_scene *scene = ctx;
	const struct msg_ctl_request *msg = (const void *)head;

	(void)fd;
	assert_int_equal(head->kind, MSG_CTL_REQUEST);
	scene->last_request = msg->request;
	if (scene->silent)
		return;
	if (msg->verb == CTL_RULES) {
		scene->answering = msg->request;
		scene->rows = MANY_ROWS;
		guard_rows(scene);
		return;
	}
	control_scene_guard_end(scene, msg->request);
}

/* ---- the supervisor ---- */

static void
on_other(void *ctx, const struct msg_head *head, int fd)
{
	struct control_scene *scene = ctx;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.ok = 1 };

	(void)fd;
	if (head->kind == MSG_CONTROL_CONFIG) {
		scene->taken++;
		return;
	}
	assert_int_equal(head->kind, MSG_RELOAD);
	result.request =
	    ((const struct msg_reload *)(const void *)head)->request;
	assert_int_equal(
	    channel_send(scene->supervisor, &result, sizeof(result), -1), 0);
	channel_flush(scene->supervisor);
}

static void
on_gone(void *ctx)
{
	(void)ctx;
}

/* A new guard, made known as the supervisor does. */
void
control_scene_guard(struct control_scene *scene)
{
	static const struct channel_ops ops = { on_request, on_gone, guard_rows,
		NULL };
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_GUARD };
	int fds[2];

	channel_close(scene->guard);
	assert_int_equal(channel_pair(fds), 0);
	scene->guard = channel_open(scene->loop, fds[0], 262144, &ops, scene);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
}

/* ---- clients ---- */

void
control_scene_dial(struct control_scene *scene, unsigned i)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, scene->path, strlen(scene->path) + 1);
	scene->clients[i] = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(scene->clients[i], (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
}

void
control_scene_say(
    const struct control_scene *scene, unsigned i, const char *text)
{
	assert_int_equal(
	    send(scene->clients[i], text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text));
}

/* Read all that is there; stops the loop at an end or at end of file. */
static void
on_poll(void *ctx)
{
	struct control_scene *scene = ctx;
	const char *tail;
	ssize_t n;

	if (scene->guard != NULL)
		guard_rows(scene);
	assert_true(++scene->polls < WAIT_MS);
	if (scene->reader < 0) {
		if (scene->polls >= 20)
			loop_stop(scene->loop);
		return;
	}
	do {
		if (scene->size - scene->len < 65536) {
			scene->size += 1u << 20;
			scene->text = realloc(scene->text, scene->size);
		}
		n = recv(scene->clients[scene->reader],
		    &scene->text[scene->len], 65535, MSG_DONTWAIT);
		if (n > 0)
			scene->len += (size_t)n;
	} while (n > 0);
	scene->text[scene->len] = '\0';
	/* An end is the last line and short. */
	tail = &scene->text[scene->len > 300 ? scene->len - 300 : 0];
	if (n == 0 || strstr(tail, "{\"end\":") != NULL)
		loop_stop(scene->loop);
}

void
control_scene_pump(struct control_scene *scene, int reader)
{
	scene->reader = reader;
	scene->polls = 0;
	scene->len = 0;
	timer_start(scene->poll, 1, 1);
	loop_run(scene->loop);
	timer_stop(scene->poll);
}

/* The answer to a line. */
const char *
control_scene_answer(struct control_scene *scene, unsigned i, const char *line)
{
	control_scene_say(scene, i, line);
	control_scene_pump(scene, (int)i);
	return scene->text;
}

/* ---- life ---- */

int
control_scene_setup(void **state)
{
	static const struct channel_ops ops = { on_other, on_gone, NULL, NULL };
	struct msg_control_config config = { .head.kind = MSG_CONTROL_CONFIG };
	struct control_scene *scene = calloc(1, sizeof(*scene));
	struct rule_text_error error;
	int fds[2];

	temp_folder_make(scene->folder);
	(void)snprintf(
	    scene->path, sizeof(scene->path), "%s/control.sock", scene->folder);
	for (unsigned i = 0; i < CLIENTS; i++)
		scene->clients[i] = -1;
	assert_int_equal(
	    rule_parse("match destination 203.0.113.7/32 protocol =17 "
		       "source-port =53 then discard",
		&scene->row.rule, &scene->row.actions, &error),
	    0);
	scene->row.family = FAMILY_IPV4_FLOWSPEC;
	scene->row.reason = REASON_ACCEPTED;
	scene->row.state = STATE_ACCEPTED;
	scene->loop = loop_new();
	scene->poll = timer_new(scene->loop, on_poll, scene);
	assert_int_equal(channel_pair(fds), 0);
	scene->control = control_new(scene->loop, fds[0]);
	scene->supervisor =
	    channel_open(scene->loop, fds[1], 65536, &ops, scene);
	memcpy(config.path, scene->path, sizeof(scene->path));
	assert_int_equal(
	    channel_send(scene->supervisor, &config, sizeof(config), -1), 0);
	control_scene_guard(scene);
	control_scene_pump(scene, -1);
	*state = scene;
	return 0;
}

int
control_scene_teardown(void **state)
{
	struct control_scene *scene = *state;

	control_free(scene->control);
	assert_int_equal(access(scene->path, F_OK), -1);
	channel_close(scene->supervisor);
	channel_close(scene->guard);
	timer_free(scene->poll);
	loop_free(scene->loop);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (scene->clients[i] >= 0)
			(void)close(scene->clients[i]);
	}
	temp_folder_remove(scene->folder);
	free(scene->text);
	free(scene);
	return 0;
}
