/* SPDX-License-Identifier: BSD-2-Clause */
/* A task between a client and roles, whose other ends the test holds. */
#pragma once

#include "proxy/control/task.h"

struct task_scene {
	struct loop *loop;
	struct task task;
	struct task_roles roles;
	int role_fd; /* the other end of all roles' channels */
	int fd;      /* the other end of the client */
	struct request request;
	char text[262144];
};

/* For cmocka: *state is a new struct task_scene, and goes again. */
int task_scene_setup(void **state);
int task_scene_teardown(void **state);

/* A line from the client, root, as request 7. */
void task_scene_begin(struct task_scene *scene, const char *line);

/* What was sent to a role: its next message, of size octets. */
void task_scene_sent(struct task_scene *scene, void *msg, size_t size);

/* All lines written to the client since the last call; in scene->text. */
const char *task_scene_said(struct task_scene *scene);

/* The guard ends request 7. */
void task_scene_guard_end(
    struct task_scene *scene, uint32_t exit_code, const char *text);

#define END(status, text)                                                      \
	"{\"end\":{\"exit\":" #status ",\"text\":\"" text "\"}}\n"
