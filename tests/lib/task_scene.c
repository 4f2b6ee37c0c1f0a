/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene: a pair of sockets for the client, and one for all roles. */
#include "tests/lib/task_scene.h"

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

#include "proxy/common/channel.h"
#include "proxy/common/clock.h"

static void
ignore_line(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
}

static void
ignore(void *ctx)
{
	(void)ctx;
}

static void
ignore_message(void *ctx, const struct msg_head *head, int fd)
{
	(void)ctx;
	(void)head;
	(void)fd;
}

int
task_scene_setup(void **state)
{
	static const struct client_ops client_ops = { ignore_line, ignore };
	static const struct channel_ops channel_ops = {
		.on_message = ignore_message, .on_closed = ignore
	};
	struct task_scene *scene = calloc(1, sizeof(*scene));
	int fds[2];

	scene->loop = loop_new();
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	scene->task.client = client_open(
	    scene->loop, fds[0], CLIENT_OUT_MAX, &client_ops, scene);
	scene->fd = fds[1];
	assert_int_equal(channel_pair(fds), 0);
	scene->roles.guard =
	    channel_open(scene->loop, fds[0], 262144, &channel_ops, scene);
	scene->roles.store = scene->roles.guard;
	scene->roles.supervisor = scene->roles.guard;
	scene->role_fd = fds[1];
	*state = scene;
	return 0;
}

int
task_scene_teardown(void **state)
{
	struct task_scene *scene = *state;

	task_drop(&scene->task);
	client_close(scene->task.client);
	channel_close(scene->roles.guard);
	(void)close(scene->fd);
	(void)close(scene->role_fd);
	loop_free(scene->loop);
	free(scene);
	return 0;
}

void
task_scene_begin(struct task_scene *scene, const char *line)
{
	static const char name[32] = "root";
	char why[REQUEST_WHY_MAX];

	assert_int_equal(request_parse(line, strlen(line), clock_wall_ns(),
			     &scene->request, why),
	    0);
	task_begin(&scene->task, &scene->roles, &scene->request, 7, name);
}

void
task_scene_sent(struct task_scene *scene, void *msg, size_t size)
{
	channel_flush(scene->roles.guard);
	assert_int_equal(recv(scene->role_fd, msg, size, MSG_DONTWAIT), size);
}

const char *
task_scene_said(struct task_scene *scene)
{
	size_t used = 0;
	ssize_t n;

	do {
		client_flush(scene->task.client);
		n = recv(scene->fd, &scene->text[used],
		    sizeof(scene->text) - 1 - used, 0);
		if (n > 0)
			used += (size_t)n;
	} while (n > 0);
	scene->text[used] = '\0';
	return scene->text;
}

void
task_scene_guard_end(
    struct task_scene *scene, uint32_t exit_code, const char *text)
{
	struct msg_ctl_end end = {
		.head.kind = MSG_CTL_END, .request = 7, .exit_code = exit_code
	};

	(void)snprintf(end.text, sizeof(end.text), "%s", text);
	task_guard(&scene->task, &end.head);
}
