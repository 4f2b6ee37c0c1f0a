/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader says to a person or a script about a configuration. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "proxy/loader/config.h"

/* "file:line:column: key: found …, wanted …", one line for each error. */
void output_errors(const struct config *config, FILE *out);

/* The errors as a JSON array of objects with the same parts; [] for none. */
void output_json(const struct config *config, FILE *out);

/* "warning: file:line:column: key: …", one line for each warning. */
void output_warnings(const struct config *config, FILE *out);

/* "FILE: 12 customers, 14 neighbours, 30 prefixes: fine". */
void output_summary(const struct config *config, const char *path, FILE *out);

/*
 * A sink that writes messages to a descriptor, as a channel frames them, in
 * batches. Blocks until there is room; not 0 once the other end is gone.
 */
struct output_frames;
struct output_frames *output_frames_new(int fd); /* NULL: memory is out */
int output_frame(void *ctx, const struct msg_head *head);
int output_frames_flush(struct output_frames *frames);
void output_frames_free(struct output_frames *frames);
