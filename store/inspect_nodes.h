/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's part of a look at a store; store/inspect_look.c's own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/index.h"
#include "store/inspect.h"
#include "store/ledger.h"
#include "store/live.h"
#include "store/seal.h"

struct inspect_state {
	struct db *db;
	struct inspect_report *report;
	struct seal_tree tree; /* its edge, as it was at the beginning */
	struct entry *entry;   /* scratch */
	bool old;              /* written before there were nodes */
};

/* Put down the first fault; why counts only for CORRUPT. seq UINT64_MAX: no
 * entry is named. */
void inspect_fault(
    struct inspect_state *look, int err, uint64_t seq, const char *why);

/*
 * One entry, decoded into look->entry: whole, the one of its number. leaf
 * (SEAL_LEN octets, may be NULL) gets its hash. 0; NOT_FOUND, which is put down
 * nowhere; or an error, which is.
 */
int inspect_record(struct inspect_state *look, struct db_txn *txn, uint64_t seq,
    uint8_t *leaf);

/* As many entries and nodes as the tree says, but for what was removed. */
int inspect_counts(struct inspect_state *look, struct db_txn *txn);

/* The tree's edge is that of the nodes and leaf hashes below it. */
int inspect_edge(struct inspect_state *look, struct db_txn *txn);

/* The log's name is that which its first entry tells of. */
int inspect_origin(struct inspect_state *look);

/* The last entries. */
int inspect_tail(struct inspect_state *look);

/* All entries, all nodes, all indexes. */
int inspect_blocks(struct inspect_state *look);

/* inspect_notes.c: all checkpoints. */
int inspect_notes(struct inspect_state *look);
