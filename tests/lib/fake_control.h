/* SPDX-License-Identifier: BSD-2-Clause */
/* A control socket in a thread of its own, with fixed rows. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "tests/lib/temp_folder.h"

enum fake_mood {
	FAKE_FINE,
	FAKE_NO,      /* every answer ends with exit 1 */
	FAKE_GARBAGE, /* lines that are none */
	FAKE_SILENT,  /* takes the question and says nothing */
	FAKE_HANGS_UP,
	FAKE_MANY,    /* rules: 20050 rows */
	FAKE_ENDLESS, /* one line without an end */
};

struct fake_control {
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 16];
	int fd;
	int stop_fd;
	pthread_t thread;
	atomic_int mood;
	atomic_uint asked; /* questions */
};

void fake_control_start(struct fake_control *fake);

/* A connection with it, the caller's. It serves one after the other. */
int fake_control_dial(const struct fake_control *fake);

void fake_control_stop(struct fake_control *fake);
