/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries to disk without the loop ever waiting for it. The loop's thread
 * encodes entries into one buffer while a thread of ours makes the other
 * durable: all that is waiting goes into one transaction and one sync.
 *
 * Bounded: a buffer holds WRITER_OCTETS and WRITER_ENTRIES; when it is full,
 * writer_room() says so and the owner stops reading until `durable` is called.
 *
 * A full disk stops nothing but the disk: the batch is tried again every
 * quarter of a second, in order, and nothing is dropped but by
 * writer_discard(). Any other error ends the process, for the state of the disk
 * is then not known.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "store/store.h"

#define WRITER_OCTETS  (8u << 20)
#define WRITER_ENTRIES 65536u

#define WRITER_JOBS 4

struct writer;

/*
 * Something small to be done in the store by the thread, in the transaction of
 * the next batch (of one of its own when there are no entries). run gets the
 * store with the batch open and returns 0 or an error; it may be called from
 * the other thread until done is, and more than once. done is called from the
 * loop: 0 when it is durable, else the error, nothing of it has been done then
 * and the entries went without it. ctx must live until then, or until
 * writer_free() has returned: after that nothing is called.
 */
struct writer_job {
	int (*run)(void *ctx, struct store *store);
	void (*done)(void *ctx, int err);
	void *ctx;
};

/* Called from the loop. */
struct writer_ops {
	/* All entries below head->size are on disk; there is room again. Also
	 * called, with nothing new, after writer_discard() has come true, and
	 * after a batch of jobs alone. */
	void (*durable)(void *ctx, const struct ledger_head *head);
	/* The disk is full, or no longer. */
	void (*full)(void *ctx, bool full);
	void *ctx;
};

/*
 * Start on store (borrowed; nobody else writes to it from now on). folder is
 * its path (borrowed), where the ballast lies. NULL when memory or threads are
 * out. ops is copied.
 */
struct writer *writer_new(struct loop *loop, struct store *store,
    const char *folder, const struct writer_ops *ops);

/* Stop: what is being committed is finished or, on a full disk, given up. NULL
 * is fine. */
void writer_free(struct writer *writer);

/* There is room for one more entry of any size. */
bool writer_room(const struct writer *writer);

/*
 * Take an entry whose seq is writer_next(); there must be room. Returns 0, or
 * -1 when it is out of turn or cannot be recorded (see store_append_entry()).
 */
int writer_add(struct writer *writer, const struct entry *entry);

/* Remember this (len <= STORE_META_MAX) in the transaction of the entry that
 * was added last: call it right after writer_add(). */
void writer_meta(
    struct writer *writer, enum store_meta meta, const void *data, size_t len);

/* Have a job done; copied. -1 when too many are waiting: try again later. */
int writer_job(struct writer *writer, const struct writer_job *job);

/* Begin to commit what is waiting, unless a commit is under way (then it
 * follows by itself). Call at the end of a burst. */
void writer_kick(struct writer *writer);

/* Number that the next entry must have. */
uint64_t writer_next(const struct writer *writer);

/* The log as it is on disk. */
const struct ledger_head *writer_head(const struct writer *writer);

/* Nothing is waiting and nothing under way. */
bool writer_idle(const struct writer *writer);
bool writer_full(const struct writer *writer);

/* Drop what waits for a full disk: he who would send it again is there. Does
 * nothing while the disk is not full; done when writer_idle(). */
void writer_discard(struct writer *writer);

/* Neither the disk nor the ballast has room: what has been taken waits. */
bool writer_held(const struct writer *writer);

/* Call visit for the record of each entry of a range that is not known to be on
 * disk, by rising number; borrowed for the call. */
struct writer_range {
	uint64_t from;
	uint64_t to; /* first not wanted */
};
void writer_waiting(const struct writer *writer,
    const struct writer_range *range,
    void (*visit)(void *ctx, const uint8_t *record, size_t len), void *ctx);
