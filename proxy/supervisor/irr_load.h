/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of the loader over one IRR file. */
#pragma once

#include "proxy/supervisor/irr_list.h"
#include "proxy/supervisor/process.h"

#define IRR_LIST_MAX 1000000u /* prefixes of one file */

struct irr_load;

/*
 * Run the loader on the file at path (copied). done(ctx, list) is called once,
 * later: list is the callee's, whole, usable or not; NULL when the loader
 * failed (logged). The callee calls irr_load_free() in it. NULL when out of
 * memory.
 */
struct irr_load *irr_load_start(struct process_table *table, const char *path,
    void (*done)(void *ctx, struct irr_list *list), void *ctx);

/* Also gives up a run that is not done; NULL is fine. */
void irr_load_free(struct irr_load *load);
