/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches: log and live rules in one transaction. */
#include "store/store.h"

#include <stdlib.h>

#include "store/live.h"
#include "store/record.h"

/* Live rules read in one transaction. */
#define CHUNK 256

struct store {
	struct db *db;
	struct ledger *ledger;
	struct db_txn txn; /* of the open batch */
	bool open;
};

int
store_open(const char *path, size_t map_size, struct store **out)
{
	struct store *store = calloc(1, sizeof(*store));
	int err;

	*out = NULL;
	if (store == NULL)
		return DB_MEMORY;
	err = db_open(path, map_size, &store->db);
	if (err == 0)
		err = ledger_open(store->db, &store->ledger);
	if (err != 0) {
		store_close(store);
		return err;
	}
	*out = store;
	return 0;
}

bool
store_begun_anew(const struct store *store)
{
	return db_begun_anew(store->db);
}

int
store_live_count(struct store *store, uint64_t *count)
{
	struct db_txn txn;
	uint64_t last;
	int err = db_begin(store->db, &txn, false);

	*count = 0;
	if (err == 0)
		err = db_count(&txn, DB_LIVE, count, &last);
	db_abort(&txn);
	return err;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_abort(store);
	ledger_close(store->ledger);
	db_close(store->db);
	free(store);
}

void
store_tend(struct store *store)
{
	db_reader_check(store->db);
}

struct ledger *
store_ledger(struct store *store)
{
	return store->ledger;
}

uint64_t
store_next(const struct store *store)
{
	return ledger_next(store->ledger);
}

int
store_begin(struct store *store)
{
	int err;

	if (store->open)
		return DB_MISUSE;
	err = db_begin(store->db, &store->txn, true);
	store->open = err == 0;
	return err;
}

int
store_append(struct store *store, const struct store_item *item)
{
	uint64_t seq = ledger_next(store->ledger);
	int err;

	if (!store->open)
		return DB_MISUSE;
	err = ledger_append(
	    store->ledger, &store->txn, item->record, item->len, item->leaf);
	if (err != 0 && store->txn.error == 0)
		store->txn.error = err;
	if (item->live_op == LIVE_PUT)
		live_put(&store->txn, item->rule_id, seq);
	else if (item->live_op == LIVE_DELETE)
		live_delete(&store->txn, item->rule_id);
	return store->txn.error;
}

int
store_append_entry(struct store *store, const struct entry *entry)
{
	uint8_t record[RECORD_MAX];
	struct store_item item = { .rule_id = entry->rule_id,
		.record = record,
		.live_op = (enum live_op)entry->live_op };
	int len = record_encode(entry, record);

	if (len < 0 || entry->live_op > LIVE_DELETE ||
	    (entry->live_op == LIVE_PUT && !entry_may_live(entry)))
		return DB_MISUSE;
	item.len = (size_t)len;
	seal_leaf(record, item.len, item.leaf);
	return store_append(store, &item);
}

int
store_commit(struct store *store, struct ledger_head *head)
{
	int err;

	if (!store->open)
		return DB_MISUSE;
	ledger_seal(store->ledger, &store->txn);
	err = db_commit(&store->txn);
	ledger_settle(store->ledger, err == 0);
	store->open = false;
	if (err == 0 && head != NULL)
		ledger_written(store->ledger, head);
	return err;
}

void
store_abort(struct store *store)
{
	if (!store->open)
		return;
	db_abort(&store->txn);
	ledger_settle(store->ledger, false);
	store->open = false;
}

/* Rules are looked up a few at a time: no transaction is open while visit
 * runs, whatever it does. */
struct chunk {
	unsigned n;
	struct {
		uint64_t id;
		uint64_t seq;
	} row[CHUNK];
};

static int
chunk_add(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct chunk *chunk = ctx;

	chunk->row[chunk->n].id = rule_id;
	chunk->row[chunk->n].seq = seq;
	chunk->n++;
	return chunk->n == CHUNK;
}

static int
chunk_read(struct store *store, uint64_t from, struct chunk *chunk)
{
	struct db_txn txn;
	int err = db_begin(store->db, &txn, false);

	chunk->n = 0;
	if (err == 0)
		err = live_walk(&txn, from, chunk_add, chunk);
	db_abort(&txn);
	return err < 0 ? err : 0;
}

static int
live_show(struct store *store, uint64_t id, uint64_t seq,
    const struct store_live_ops *ops)
{
	struct entry *entry = malloc(sizeof(*entry));
	int err;

	if (entry == NULL)
		return DB_MEMORY;
	err = ledger_get(store->ledger, seq, entry);
	if (err == 0 && (!entry_may_live(entry) || entry->rule_id != id))
		err = DB_CORRUPT;
	if (err == 0)
		err = ops->visit(ops->ctx, entry);
	else if (err == DB_CORRUPT || err == DB_NOT_FOUND) {
		err = 0;
		if (ops->bad != NULL)
			ops->bad(ops->ctx, id, seq);
	}
	free(entry);
	return err;
}

int
store_live(struct store *store, uint64_t from, const struct store_live_ops *ops)
{
	struct chunk chunk;
	int err;

	do {
		err = chunk_read(store, from, &chunk);
		for (unsigned i = 0; i < chunk.n && err == 0; i++) {
			err = live_show(
			    store, chunk.row[i].id, chunk.row[i].seq, ops);
			from = chunk.row[i].id + 1;
		}
	} while (err == 0 && chunk.n == CHUNK && from != 0);
	return err;
}
