/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role whole, with another end for each role, and its clients. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/control/client.h"
#include "proxy/control/control.h"
#include "tests/lib/temp_folder.h"

#define CLIENTS   (CONTROL_CLIENTS_MAX + 1)
#define MANY_ROWS 40000u /* that the guard answers "rules" with */

struct control_scene {
	struct loop *loop;
	struct timer *poll;
	unsigned polls;
	struct control *control;
	struct channel *supervisor; /* other ends of control's channels */
	struct channel *guard;
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 16];
	int clients[CLIENTS];
	int reader; /* index of the client that is read; -1: none */
	char *text; /* what it got */
	size_t len;
	size_t size;
	/* the guard */
	bool silent;
	uint32_t answering; /* request whose rows are being sent */
	uint32_t rows;      /* still to be sent */
	uint32_t last_request;
	unsigned taken; /* configurations, as it says */
	struct msg_ctl_rule row;
};

/* For cmocka: *state is a new struct control_scene, and goes again. */
int control_scene_setup(void **state);
int control_scene_teardown(void **state);

/* A new guard, made known as the supervisor does. */
void control_scene_guard(struct control_scene *scene);

/* The guard ends a request. */
void control_scene_guard_end(struct control_scene *scene, uint32_t request);

/* Client i connects; says text. */
void control_scene_dial(struct control_scene *scene, unsigned i);
void control_scene_say(
    const struct control_scene *scene, unsigned i, const char *text);

/* Until the client of index reader has an end or end of file, which is in
 * scene->text then; -1: for a while. */
void control_scene_pump(struct control_scene *scene, int reader);

/* The answer to a line; in scene->text. */
const char *control_scene_answer(
    struct control_scene *scene, unsigned i, const char *line);
