/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key-value file under the store: tables of numbered values. The only
 * place that knows LMDB; its codes are mapped here.
 *
 * The file is opened in LMDB's full sync mode and no other: after db_commit()
 * has returned 0 the data is on disk. Do not fork with a db open, nor open one
 * folder twice in a process. One write transaction at a time; a transaction
 * belongs to one thread from begin to end. Reading transactions may run in
 * other threads meanwhile; keep them short, for pages that they can see
 * are not used again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(symbol, number, "text") */
#define DB_ERROR_MAP(X)                                                        \
	X(FULL, -1, "no room on the disk or in the map")                       \
	X(IO, -2, "input/output error")                                        \
	X(CORRUPT, -3, "the content is damaged")                               \
	X(NOT_FOUND, -4, "not found")                                          \
	X(BUSY, -5, "another process holds the store")                         \
	X(MEMORY, -6, "out of memory")                                         \
	X(ACCESS, -7, "the folder cannot be used, or holds no log")            \
	X(MISUSE, -8, "called out of turn")                                    \
	X(SHORT, -9,                                                           \
	    "data.mdb is shorter than what it holds: it has been truncated")   \
	X(PRUNED, -10, "removed by retention")
enum db_error {
	DB_OK = 0,
#define X(symbol, number, text) DB_##symbol = (number),
	DB_ERROR_MAP(X)
#undef X
};

const char *db_error_text(int error); /* "?" when out of range */

enum db_table {
	DB_LOG = 0,   /* seq -> record, leaf hash */
	DB_LIVE = 1,  /* rule id -> seq of the entry that tells of it */
	DB_TREE = 2,  /* right edge of the Merkle tree, digest of DB_LIVE */
	DB_NODE = 3,  /* db_node_key() -> hash: store/ledger.h */
	DB_INDEX = 4, /* block -> what may be in it: store/index.h */
	DB_NOTE = 5,  /* size -> signed checkpoint */
	DB_META = 6,  /* enum store_meta -> text or number: store/store.h */
	DB_TABLES
};

const char *db_table_name(unsigned table); /* NULL when out of range */

/* Keys in DB_TREE. */
#define DB_TREE_EDGE 0
#define DB_TREE_LIVE 1 /* digest of DB_LIVE */

/* Keys in DB_NODE; level is 1 or more, an index has 56 bits. */
#define DB_NODE_SHIFT 56
static inline uint64_t
db_node_key(unsigned level, uint64_t index)
{
	return (uint64_t)level << DB_NODE_SHIFT |
	       (index & ((UINT64_C(1) << DB_NODE_SHIFT) - 1));
}

struct db;
struct MDB_txn;

/* A transaction, in the caller's memory. The first error sticks: what follows
 * does nothing, and db_commit() returns it. */
struct db_txn {
	struct db *db;
	struct MDB_txn *handle;
	int error;      /* enum db_error */
	size_t written; /* octets put so far */
};

/* valgrind has less address space to give. */
#ifndef DB_MAP_DEFAULT
#define DB_MAP_DEFAULT ((size_t)1 << 36) /* 64 GiB of address space */
#endif

/*
 * Open the folder at path for writing, made with mode 0700 when it is not
 * there (files get 0600); ACCESS for one that others may write to or that
 * belongs to somebody else than us or root. map_size is the most that the file
 * may grow to in this run, 0 for the default; a file that is there already may
 * at least double. BUSY when another process has it open for writing; SHORT
 * when the file's end is missing, which would be a signal at every read of it.
 */
int db_open(const char *path, size_t map_size, struct db **out);

/* Open for reading, beside a writer or on a copy; changes nothing on a copy. A
 * table that an older store has not got yet is empty. */
int db_open_readonly(const char *path, struct db **out);

bool db_readonly(const struct db *db);

/* The folder had been used before, but its data was not there (or empty): what
 * is open is new. */
bool db_begun_anew(const struct db *db);

void db_close(struct db *db); /* no transaction may be open; NULL is fine */

/* Begin; on error *txn is still fit for the other calls, which then fail. */
int db_begin(struct db *db, struct db_txn *txn, bool write);

/*
 * Durable when 0. FULL: nothing happened and the db stays usable. IO, CORRUPT
 * and anything else: nothing of this transaction will be seen, but the state of
 * the disk is not known: end the process and open anew, never try again. The
 * transaction is over in every case.
 */
int db_commit(struct db_txn *txn);
void db_abort(struct db_txn *txn); /* also after db_commit(): does nothing */

/* What is put: two pieces, one behind the other; the second may be empty. */
struct db_value {
	const uint8_t *data;
	size_t len;
	const uint8_t *tail;
	size_t tail_len;
};

/* Put under a key greater than all others in the table, else CORRUPT. */
void db_append(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value);
/* Put, in place of what was there. */
void db_put(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value);
/*
 * Put where nothing is: true. Otherwise false, and nothing is changed; *data is
 * what is there (as db_get()), NULL after an error.
 */
bool db_insert(struct db_txn *txn, enum db_table table, uint64_t key,
    const struct db_value *value, const uint8_t **data, size_t *len);
/* Delete; a key that is not there is fine. */
void db_delete(struct db_txn *txn, enum db_table table, uint64_t key);

/*
 * Get. *data stays valid and unchanged until the transaction ends or writes.
 * NOT_FOUND does not stick.
 */
int db_get(struct db_txn *txn, enum db_table table, uint64_t key,
    const uint8_t **data, size_t *len);

/* Number of keys, and the greatest of them (0 when there is none). */
int db_count(
    struct db_txn *txn, enum db_table table, uint64_t *count, uint64_t *last);

/*
 * Call visit for each key >= from, rising, until it returns other than 0.
 * Returns that, or 0, or an error. The table must not be written meanwhile.
 */
int db_walk(struct db_txn *txn, enum db_table table, uint64_t from,
    int (*visit)(void *ctx, uint64_t key, const uint8_t *data, size_t len),
    void *ctx);

/* The least key >= at_least with its value (as db_get()); NOT_FOUND when there
 * is none, which does not stick. */
int db_find_first(struct db_txn *txn, enum db_table table, uint64_t at_least,
    uint64_t *key, const uint8_t **data, size_t *len);

/* The greatest key <= at_most with its value (as db_get()); NOT_FOUND when
 * there is none, which does not stick. */
int db_find_last(struct db_txn *txn, enum db_table table, uint64_t at_most,
    uint64_t *key, const uint8_t **data, size_t *len);

/* Octets of the pages that a table takes; 0 on error, which sticks. */
uint64_t db_octets(struct db_txn *txn, enum db_table table);

/* Free reader slots of dead processes; call now and then. */
void db_reader_check(struct db *db);
