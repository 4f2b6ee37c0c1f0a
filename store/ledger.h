/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: records numbered from 0 without gaps, never changed, never removed,
 * and the Merkle tree over them (RFC 6962). Beside each record stands its leaf
 * hash; nothing that is read is believed before it agrees with that hash.
 *
 * Writing belongs to one thread. Reading opens a transaction of its own, so
 * it may be done in another thread, and sees what is committed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/entry.h"
#include "store/seal.h"

struct ledger;

struct ledger_head {
	uint64_t size; /* entries */
	uint8_t root[SEAL_LEN];
};

/* Which entries, and in which order. */
struct ledger_range {
	uint64_t from; /* first */
	uint64_t to;   /* the one after the last; may lie past the end */
	bool backward; /* from to - 1 down */
};

/*
 * Open the log in db (borrowed until ledger_close) and check its end: as many
 * records as the tree says, the last one whole. CORRUPT when not.
 */
int ledger_open(struct db *db, struct ledger **out);

/* Open the log of the store at path for reading, beside a daemon or without. */
int ledger_open_readonly(const char *path, struct ledger **out);

void ledger_close(struct ledger *ledger); /* NULL is fine */

/*
 * Add a record (record_encode()'s) in txn; its seq must be the next one, else
 * MISUSE. Counts only after ledger_settle().
 */
int ledger_append(struct ledger *ledger, struct db_txn *txn,
    const uint8_t *record, size_t len);

/* Put the tree's edge into txn: the last thing before db_commit(). */
void ledger_seal(struct ledger *ledger, struct db_txn *txn);

/* Tell how the transaction ended. When it was not committed, its appends
 * have not been. */
void ledger_settle(struct ledger *ledger, bool committed);

/* The writer's view of the next number: committed and appended entries. */
uint64_t ledger_next(const struct ledger *ledger);

/* What the writer has appended and committed; writer's thread only. */
void ledger_written(const struct ledger *ledger, struct ledger_head *out);

/* Size and root as committed. */
int ledger_head_read(struct ledger *ledger, struct ledger_head *out);

/*
 * Read one entry. NOT_FOUND past the end; CORRUPT when the record is not the
 * one that was written. Of *out the unused terms and raw octets are left as
 * they were; live_op is LIVE_NONE.
 */
int ledger_get(struct ledger *ledger, uint64_t seq, struct entry *out);

/*
 * Call visit for the entries of a range in order, until it returns other than
 * 0; entry is borrowed for the call. Returns that value, 0 at the end, or an
 * error; *seq is then the number of the entry at fault, else of the one after
 * the last visited (backward: of the last visited). seq may be NULL.
 */
int ledger_walk(struct ledger *ledger, const struct ledger_range *range,
    int (*visit)(void *ctx, const struct entry *entry), void *ctx,
    uint64_t *seq);

/*
 * Check everything: each record against its hash, all hashes against the
 * root. Takes about 2 s a million entries. CORRUPT, with *seq the first entry
 * at fault, or the log's size when only the root does not agree.
 */
int ledger_verify(struct ledger *ledger, uint64_t *seq);
