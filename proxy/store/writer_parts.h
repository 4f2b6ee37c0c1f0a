/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the writer: what its two threads share. Only for writer.c and
 * writer_thread.c.
 *
 * The loop owns `filling` and everything not under the lock. It hands a buffer
 * over by putting it into shared.work; the thread gives it back by clearing
 * that, with the outcome beside it, and rings an eventfd. While work is set the
 * buffer, and the store's writing side, are the thread's; its octets are then
 * written by nobody.
 */
#pragma once

#include <pthread.h>

#include "proxy/store/writer.h"
#include "store/record.h"

#define WRITER_RETRY_MS 250 /* on a full disk */
#define WRITER_METAS    2

/* In front of each record in a buffer; both are 8-aligned. */
struct writer_item {
	uint64_t rule_id;
	uint32_t len;
	uint32_t live_op;
	/* Made by the loop: the thread has enough to do. */
	uint8_t leaf[SEAL_LEN];
	uint8_t last[SEAL_LEN]; /* seal_tree_last() */
};
#define WRITER_ITEM_MAX (sizeof(struct writer_item) + RECORD_MAX)

/* What is remembered in the same transaction. */
struct writer_meta {
	uint32_t meta; /* enum store_meta */
	uint32_t len;
	uint8_t data[STORE_META_MAX];
};

struct writer_buffer {
	size_t used;
	unsigned n;
	unsigned n_metas;
	unsigned n_jobs;
	bool contains;  /* what is in force of EMERGENCY changes */
	bool jobs_over; /* they were done, or given up: jobs_err */
	int jobs_err;
	struct seal_tree before; /* the tree as it is without them */
	struct writer_job job[WRITER_JOBS];
	struct writer_meta meta[WRITER_METAS];
	_Alignas(8) uint8_t octets[WRITER_OCTETS];
};

struct writer {
	struct store *store;
	const char *folder;
	size_t ballast; /* octets to keep laid aside */
	struct writer_ops ops;
	struct watch *watch;
	int bell; /* eventfd: thread -> loop */
	pthread_t thread;
	bool started;
	struct writer_buffer *filling;
	struct writer_buffer *spare; /* NULL while a commit is under way */
	struct writer_buffer *both[2];
	uint64_t next;           /* number of the next entry */
	struct seal_tree tree;   /* with all that was added */
	struct ledger_head head; /* on disk */
	bool full;               /* as told to the owner */
	bool held;               /* neither disk nor ballast has room */
	bool discarding;
	unsigned n_jobs; /* for the next batch */
	struct writer_job job[WRITER_JOBS];
	struct {
		pthread_mutex_t lock;
		pthread_cond_t cond;
		struct writer_buffer *work; /* NULL: the thread is idle */
		struct ledger_head head;
		bool full;
		bool held;
		bool discard;
		bool stop;
	} shared;
};

/* The thread; ctx is the writer. */
void *writer_thread(void *ctx);
