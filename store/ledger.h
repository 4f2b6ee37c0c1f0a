/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: records numbered from 0 without gaps, never changed, and the Merkle
 * tree over them (RFC 6962). Beside each record stands its leaf hash; nothing
 * that is read is believed before it agrees with that hash.
 *
 * A block is 256 entries, a tile's width. With its last entry a block gets its
 * hash (the tree's node at level 8), and what a search needs to pass it over
 * (store/index.h); 256 blocks get one at level 16, and so on: the entries of
 * the tiles of C2SP tlog-tiles. Retention removes records and leaf hashes by
 * whole blocks; their nodes stay, so that the root, and proofs of what is left,
 * stay.
 *
 * A store that was written before there were nodes gets them when it is opened
 * for writing.
 *
 * Writing belongs to one thread. Reading opens a transaction of its own, so
 * it may be done in another thread, and sees what is committed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/entry.h"
#include "store/index.h"
#include "store/note.h"
#include "store/proof.h"
#include "store/seal.h"

#define LEDGER_BLOCK 256u

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
	/* Blocks in which this cannot be are passed over; NULL: none. The
	 * entries of the others are all visited. */
	const struct index_query *query;
	uint32_t blocks; /* look at no more of them, passed over or not; 0: all
			  */
};

/*
 * Open the log in db (borrowed until ledger_close) and check its end: as many
 * records as the tree says, the last one whole. CORRUPT when not.
 */
int ledger_open(struct db *db, struct ledger **out);

/* Open the log of the store at path for reading, beside a daemon or without. */
int ledger_open_readonly(const char *path, struct ledger **out);

void ledger_close(struct ledger *ledger); /* NULL is fine */

/* A record (record_encode()'s) and its hashes: made by the caller, who may have
 * another thread for it. */
struct ledger_item {
	const uint8_t *record;
	size_t len;
	const uint8_t *leaf; /* seal_leaf()'s */
	/* seal_tree_last()'s of the tree up to it, which is believed; or NULL.
	 * It is not looked at where a block ends. */
	const uint8_t *last;
};

/*
 * Add a record in txn; its seq must be the next one, else MISUSE. Counts only
 * after ledger_settle().
 */
int ledger_append(
    struct ledger *ledger, struct db_txn *txn, const struct ledger_item *item);

/* The tree up to the last entry that was appended; writer's thread only. */
void ledger_edge(const struct ledger *ledger, struct seal_tree *out);

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
 * Read one entry. NOT_FOUND past the end; PRUNED; CORRUPT when the record is
 * not the one that was written. Of *out the unused terms and raw octets are
 * left as they were; live_op is LIVE_NONE.
 */
int ledger_get(struct ledger *ledger, uint64_t seq, struct entry *out);

/*
 * Call visit for the entries of a range in order, until it returns other than
 * 0; entry is borrowed for the call. Returns that value, 0 at the end, or an
 * error; *seq is then the number of the entry at fault, else of the one after
 * the last visited (backward: of the last visited); 0 with a *seq that is not
 * the end when range->blocks were looked at. seq may be NULL. Blocks that were
 * removed are passed over.
 */
int ledger_walk(struct ledger *ledger, const struct ledger_range *range,
    int (*visit)(void *ctx, const struct entry *entry), void *ctx,
    uint64_t *seq);

/* One record as it stands. record points to RECORD_LEN_LIMIT octets. NOT_FOUND,
 * PRUNED; the leaf hash is not compared: that is the caller's. */
int ledger_raw(struct ledger *ledger, uint64_t seq, uint8_t *record,
    size_t *len, uint8_t leaf[SEAL_LEN]);

/* The hash of a whole block; *pruned when its records have been removed. */
int ledger_block(
    struct ledger *ledger, uint64_t block, uint8_t out[SEAL_LEN], bool *pruned);

/* SHA-256 of what is kept to search a block by (store/index.h), as it stands.
 * NOT_FOUND: nothing is. */
int ledger_index(struct ledger *ledger, uint64_t block, uint8_t out[SEAL_LEN]);

/* Blocks that were removed, and the first that may not have been. */
struct ledger_pruned {
	uint64_t blocks;
	uint64_t first;
};
int ledger_pruned(struct ledger *ledger, struct ledger_pruned *out);

/* ---- proofs, over what is committed ---- */

/* Root of the first size entries; proofs for trees of that size. NOT_FOUND: the
 * log is shorter; PRUNED: what they need is no longer there. */
int ledger_root(struct ledger *ledger, uint64_t size, uint8_t out[SEAL_LEN]);
int ledger_inclusion(
    struct ledger *ledger, uint64_t seq, uint64_t size, struct proof *out);
int ledger_consistency(
    struct ledger *ledger, uint64_t old_size, uint64_t size, struct proof *out);

/* ---- signed checkpoints, one per size ---- */

/* Keep one, in place of one of the same size; errors stick to txn. */
void ledger_note_put(
    struct db_txn *txn, uint64_t size, const char *note, size_t len);

/* The one of the greatest size <= at_most: *size, and note (NOTE_MAX octets).
 * NOT_FOUND: none. */
int ledger_note(struct ledger *ledger, uint64_t at_most, uint64_t *size,
    char *note, size_t *len);

/* ---- retention; the writer's thread ---- */

/* Octets that the log's tables take: what ledger_old() goes by. */
int ledger_octets(struct ledger *ledger, uint64_t *out);

/* Blocks that stay whatever their age: from a size inside of one the growth of
 * the log can only be proven with its leaf hashes. */
#define LEDGER_PINS_MAX 8
struct ledger_pins {
	unsigned n;
	uint64_t block[LEDGER_PINS_MAX];
};
bool ledger_pinned(const struct ledger_pins *pins, uint64_t block);

/*
 * Remove the records of whole blocks in txn: those below `before`, at most max
 * of them, but for those that keep says are needed (a live rule stands on an
 * entry of theirs). The first block stays, for its first entry names the log,
 * and each with an entry of a key change. *removed is their number; 0 when
 * nothing is left to do. The checkpoints inside of them go along.
 */
int ledger_prune(struct ledger *ledger, struct db_txn *txn, uint64_t before,
    uint32_t max, bool (*keep)(void *ctx, uint64_t block), void *ctx,
    uint32_t *removed);

/* Blocks that may go. */
struct ledger_old {
	uint64_t first;
	uint64_t before; /* 0: none */
	uint64_t blocks; /* between them; the others stay */
};

struct ledger_bounds {
	uint64_t now_ns;
	uint64_t from_ns; /* what is older may go */
	uint64_t octets;  /* that the log's tables may take; 0: any */
};

/* All up to the first with an entry not older than from_ns, and so many that
 * the tables take no more than octets. Blocks of which an entry is later than
 * now_ns (a clock was ahead) say nothing of their age; they are as old as those
 * behind them. Pins may be NULL. */
int ledger_old(struct ledger *ledger, const struct ledger_bounds *bounds,
    const struct ledger_pins *pins, struct ledger_old *out);

/*
 * Check everything: each record against its hash, all hashes against nodes and
 * root. CORRUPT, with *seq the first entry at fault, or the log's size when
 * only the root does not agree. store/verify.h tells more.
 */
int ledger_verify(struct ledger *ledger, uint64_t *seq);
