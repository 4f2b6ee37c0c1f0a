/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watching IRR files. Each file of the set in force is looked at every
 * IRR_LOOK_MS; one that has changed, and has been still for one more look, is
 * read (one at a time) and compared with the list in force. What is empty, not
 * usable, or smaller by more than a fifth is put aside in irr_list.found until
 * a person confirms it or the file changes again. All that waits is state in
 * the lists, one of each customer; nothing is queued.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/supervisor/cfg_set.h"

#define IRR_LOOK_MS     5000
#define IRR_RETRY_LOOKS 12 /* until a file is tried that could not be read */

/* Which contents of which file. */
struct irr_stat {
	bool exists;
	uint64_t dev;
	uint64_t ino;
	uint64_t size;
	uint64_t written_ns; /* wall */
};

struct irr_ops {
	void (*look)(void *ctx, const char *path, struct irr_stat *out);
	/* Begin to read; irr_loaded() follows, later. 0, or -1: cannot now. */
	int (*read)(void *ctx, const char *path);
	/* Give up what read() has begun. */
	void (*forget)(void *ctx);
	/* The lists of the set may be replaced now. */
	bool (*may_change)(void *ctx);
	/* Lists are dirty, or something began or ceased to wait. */
	void (*changed)(void *ctx);
};

struct irr;

/* NULL when out of memory. */
struct irr *irr_new(const struct irr_ops *ops, void *ctx);
void irr_free(struct irr *irr); /* NULL is fine */

/* Another set is in force; borrowed until the next call. NULL: none. What was
 * being read is forgotten. */
void irr_watch(struct irr *irr, struct cfg_set *set);

/* Look at all files. Every IRR_LOOK_MS. */
void irr_look(struct irr *irr);

/* What read() has begun has ended: list is taken; NULL: the loader failed. */
void irr_loaded(struct irr *irr, struct irr_list *list);

/* Go on with what had to wait for may_change(). */
void irr_continue(struct irr *irr);

/* A person says that the smaller list of this customer (its number, or
 * UINT32_MAX: of all) is right. */
void irr_confirm(struct irr *irr, uint32_t customer, const char *operator_name);

/*
 * Before set takes the place of old (same names, both numbered): a customer
 * whose list in old is usable, and whose new one irr_list_compare() holds or
 * keeps out, goes on with the old one, and the new one waits. with_lists: old
 * has the newer lists (set is one from before): they are carried over wherever
 * the path is the same. 0, or -1 when out of memory.
 */
int irr_carry(struct cfg_set *set, const struct cfg_set *old, bool with_lists);

/* stat(2). */
void irr_stat(const char *path, struct irr_stat *out);
