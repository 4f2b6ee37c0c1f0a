/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store: log and live rules, changed together.
 *
 * A batch is begin, appends, commit; when store_commit() returns 0 all of it
 * is on disk, else none of it will ever be seen. After FULL the store is usable
 * and the same batch may be tried again. After any other error of a write the
 * disk's state is unknown to us: the process must end, and the next one opens
 * the store and checks its end. Writing belongs to one thread (any), reading
 * may be done in another meanwhile.
 *
 * Errors are those of store/db.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/entry.h"
#include "store/ledger.h"

struct store;

/* One entry to append, encoded. live_op PUT needs a record with a rule. */
struct store_item {
	uint64_t rule_id;
	const uint8_t *record; /* record_encode()'s, borrowed for the call */
	size_t len;
	enum live_op live_op;
	bool has_last;          /* else we make it */
	uint8_t leaf[SEAL_LEN]; /* seal_leaf() of the record */
	uint8_t last[SEAL_LEN]; /* as in struct ledger_item */
};

/* What the store remembers beside log and live rules. */
enum store_meta {
	STORE_ORIGIN = 1, /* text: the log's name, fixed when it began */
	STORE_KEY = 2,    /* public key that the last KEY entry told of */
	STORE_PRUNED = 3, /* blocks removed, first that may not be: numbers */
};
#define STORE_META_MAX 256

/* Put in the open batch; errors stick to it. */
void store_meta_put(
    struct store *store, enum store_meta meta, const void *data, size_t len);
/* NOT_FOUND when there is none; out has STORE_META_MAX octets. */
int store_meta_get(
    struct store *store, enum store_meta meta, uint8_t *out, size_t *len);

/* A signed checkpoint, in the open batch: kept, or no longer. */
void store_note_put(
    struct store *store, uint64_t size, const char *note, size_t len);
void store_note_drop(struct store *store, uint64_t size);

/*
 * Remove old blocks in the open batch: see ledger_prune(). Blocks with an entry
 * of a live rule, and those of pins (NULL: none), stay.
 */
int store_prune(struct store *store, uint64_t before, uint32_t max,
    const struct ledger_pins *pins, uint32_t *removed);

/*
 * Open the store at path for writing; made when it is not there. map_size as
 * for db_open(). BUSY: another process has it. CORRUPT: the end of the log is
 * not as it was left; nothing was changed.
 */
int store_open(const char *path, size_t map_size, struct store **out);

/* As db_begun_anew(). */
bool store_begun_anew(const struct store *store);

/* Rows of the table of live rules now. 0 or an error. */
int store_live_count(struct store *store, uint64_t *count);

/* Close; a batch that is open is dropped. NULL is fine. */
void store_close(struct store *store);

/* Housekeeping, once a minute or so: forget readers that died. */
void store_tend(struct store *store);

/* The log, for reading. */
struct ledger *store_ledger(struct store *store);

/* Number that the next entry must have; the writer's thread only. */
uint64_t store_next(const struct store *store);

int store_begin(struct store *store);
/* Errors stick to the batch. MISUSE: the record's seq is not the next. */
int store_append(struct store *store, const struct store_item *item);
/* Encode and append; MISUSE also when the entry cannot be encoded. */
int store_append_entry(struct store *store, const struct entry *entry);
/* *head (may be NULL) is the log's head after the batch. */
int store_commit(struct store *store, struct ledger_head *head);
void store_abort(struct store *store);

/*
 * Call visit for each live rule by rising id from `from` on with the entry
 * that holds it, until it returns other than 0; entry is borrowed for the
 * call. An entry that is damaged or does not hold this rule is not shown:
 * bad (may be NULL) is called instead and the walk goes on. Returns what visit
 * returned, 0 at the end, or an error.
 */
struct store_live_ops {
	int (*visit)(void *ctx, const struct entry *entry);
	void (*bad)(void *ctx, uint64_t rule_id, uint64_t seq);
	void *ctx;
};
int store_live(
    struct store *store, uint64_t from, const struct store_live_ops *ops);
