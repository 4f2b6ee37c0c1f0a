/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of the loader: a file in, a checked configuration or a problem out.
 */
#pragma once

#include "proxy/supervisor/cfg_set.h"
#include "proxy/supervisor/process.h"

struct load;

/*
 * Run the loader on file (borrowed until done). done(ctx, set, problem) is
 * called once, later: set is the callee's and problem NULL, or set is NULL
 * and problem, valid during the call, says what is wrong (its texts are
 * terminated; file and key may be empty). The callee calls load_free() in it.
 * NULL when out of memory.
 */
struct load *load_start(struct process_table *table, const char *file,
    void (*done)(
	void *ctx, struct cfg_set *set, const struct msg_cfg_error *problem),
    void *ctx);

/* Also gives up a run that is not done; NULL is fine. */
void load_free(struct load *load);
