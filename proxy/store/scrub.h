/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A full look at the store, beside the daemon: after a minute, then daily, and
 * when somebody asks. What it finds is told; nothing is done by itself.
 *
 * The look is taken by a program of its own: a process with threads that forks
 * may do little in the child, and must not open the same database in it. The
 * program is ours again ("sluice-store inspect PATH"), whose main() calls
 * scrub_inspect(); it forks with one thread, as store/inspect.h wants.
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
#define SCRUB_WORD     "inspect"

struct scrub;

/* Of the store at path; program is what is run. Borrowed. NULL when out of
 * memory. */
struct scrub *scrub_new(
    struct loop *loop, const char *path, const char *program);
/* A look that is under way is ended. NULL is fine. */
void scrub_free(struct scrub *scrub);

/* Begin when it is due. */
void scrub_tick(struct scrub *scrub, uint64_t now_ms, uint64_t wall_ns);

/* Begin at the next tick. False: one is under way. */
bool scrub_ask(struct scrub *scrub);

/* The outcome of the last one. */
void scrub_fill(const struct scrub *scrub, struct msg_audit_seal *out);

/* The program: look at the store at path, and write one struct inspect_report
 * to standard output. Returns an exit status. */
int scrub_inspect(const char *path);
