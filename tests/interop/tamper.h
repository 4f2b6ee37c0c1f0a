/* SPDX-License-Identifier: BSD-2-Clause */
/* The tools of somebody who tampers with a store: tamper.c says to what end. */
#pragma once

#include "store/db.h"
#include "store/ledger.h"
#include "store/note.h"
#include "store/record.h"
#include "store/seal.h"
#include "tests/lib/random_entry.h"

/* One row of the log. */
struct row {
	uint8_t record[RECORD_LEN_LIMIT];
	size_t len;
	uint8_t leaf[SEAL_LEN];
};

struct tamper {
	struct db *db;
	struct db_txn txn;
	struct random_state random;
	uint64_t size;  /* entries, as the log shall say */
	uint64_t first; /* the first that is not what it was */
	struct row row; /* scratch */
};

/* Open the store and a transaction for everything. 0 or enum db_error; txn and
 * db are fit to be closed in any case. */
int tamper_begin(struct tamper *t, const char *folder);

/* 0, or -1 (txn.error may say why), as all that follow. */
int tamper_get(struct tamper *t, uint64_t seq, struct row *row);
int tamper_put(struct tamper *t, uint64_t seq, const struct row *row);

/* Have the record bear another number, and its proper leaf hash. */
int tamper_renumber(struct row *row, uint64_t seq);

/* Put an entry that never happened. */
int tamper_invent(struct tamper *t, uint64_t seq);

/* Remove the entries from size on with all that is said of them. */
void tamper_cut(struct tamper *t, uint64_t size);

/* Make every node, index and the tree's edge from the leaf hashes of the first
 * t->size rows. */
int tamper_rebuild(struct tamper *t);

/* Remove the signed checkpoints of more than size entries. */
void tamper_forget_notes(struct tamper *t, uint64_t size);

/* Sign every checkpoint anew, with a new key under the same name, for the tree
 * as it is. */
int tamper_resign(struct tamper *t);
