/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A full look at the store, beside the daemon: after a minute, then daily, and
 * when somebody asks. What it finds is told; nothing is done by itself.
 *
 * The look is taken by a process of its own: one with threads that forks may do
 * little in the child, and must not open the same database in it. So the one
 * that looks is made at the start, while there is one thread and no database,
 * and waits to be asked; it forks for each look, as store/inspect.h wants. No
 * program is run, which the role could not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "proxy/common/message.h"
#include "store/db.h"
#include "store/inspect.h"

#define SCRUB_FIRST_MS 60000
#define SCRUB_EVERY_MS 86400000

struct scrub;

/* Of the store at path. Before any thread, and before the store is opened. NULL
 * when there is no memory, or no process. */
struct scrub *scrub_new(struct loop *loop, const char *path);
/* A look that is under way ends with our process. NULL is fine. */
void scrub_free(struct scrub *scrub);

/* Begin when it is due. */
void scrub_tick(struct scrub *scrub, uint64_t now_ms, uint64_t wall_ns);

/* Begin at the next tick. False: one is under way. */
bool scrub_ask(struct scrub *scrub);

/* The outcome of the last one. */
void scrub_fill(const struct scrub *scrub, struct msg_audit_seal *out);
