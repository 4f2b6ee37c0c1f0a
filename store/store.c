/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches: log and live rules in one transaction. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/live.h"
#include "store/record.h"

/* Live rules read in one transaction. */
#define CHUNK 256

struct store {
	struct db *db;
	struct ledger *ledger;
	struct db_txn txn; /* of the open batch */
	bool open;
	struct live_sum sum;     /* of the live rules, as committed */
	struct live_sum pending; /* and with what is in the batch */
};

/* A store that is older than the digest gets it now. */
static int
sum_load(struct store *store)
{
	struct db_txn txn;
	int err = db_begin(store->db, &txn, false);

	if (err == 0)
		err = live_sum_read(&txn, &store->sum);
	db_abort(&txn);
	if (err != DB_NOT_FOUND)
		return err;
	err = db_begin(store->db, &txn, true);
	if (err == 0)
		err = live_sum_make(&txn, &store->sum);
	if (err == 0) {
		live_seal(&txn, &store->sum);
		err = db_commit(&txn);
	}
	db_abort(&txn);
	return err;
}

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
	if (err == 0)
		err = sum_load(store);
	if (err != 0) {
		store_close(store);
		return err;
	}
	store->pending = store->sum;
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
	const struct ledger_item row = { item->record, item->len, item->leaf,
		item->has_last ? item->last : NULL };
	uint64_t seq = ledger_next(store->ledger);
	int err;

	if (!store->open)
		return DB_MISUSE;
	err = ledger_append(store->ledger, &store->txn, &row);
	if (err != 0 && store->txn.error == 0)
		store->txn.error = err;
	if (item->live_op == LIVE_PUT)
		live_put(&store->txn, &store->pending, item->rule_id, seq);
	else if (item->live_op == LIVE_DELETE)
		live_delete(&store->txn, &store->pending, item->rule_id);
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

static void
batch_settle(struct store *store, bool committed)
{
	ledger_settle(store->ledger, committed);
	if (committed)
		store->sum = store->pending;
	else
		store->pending = store->sum;
	store->open = false;
}

int
store_commit(struct store *store, struct ledger_head *head)
{
	int err;

	if (!store->open)
		return DB_MISUSE;
	ledger_seal(store->ledger, &store->txn);
	if (memcmp(&store->sum, &store->pending, sizeof(store->sum)) != 0)
		live_seal(&store->txn, &store->pending);
	err = db_commit(&store->txn);
	batch_settle(store, err == 0);
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
	batch_settle(store, false);
}

void
store_meta_put(
    struct store *store, enum store_meta meta, const void *data, size_t len)
{
	const struct db_value value = { data, len, NULL, 0 };

	if (!store->open)
		return;
	if (store->txn.error == 0 &&
	    (len > STORE_META_MAX || meta == STORE_PRUNED))
		store->txn.error = DB_MISUSE;
	db_put(&store->txn, DB_META, meta, &value);
}

int
store_meta_get(
    struct store *store, enum store_meta meta, uint8_t *out, size_t *len)
{
	const uint8_t *data;
	struct db_txn txn;
	int err = db_begin(store->db, &txn, false);

	*len = 0;
	if (err == 0)
		err = db_get(&txn, DB_META, meta, &data, len);
	if (err == 0 && *len > STORE_META_MAX)
		err = DB_CORRUPT;
	if (err == 0)
		memcpy(out, data, *len);
	else
		*len = 0;
	db_abort(&txn);
	return err;
}

void
store_note_put(struct store *store, uint64_t size, const char *note, size_t len)
{
	if (store->open)
		ledger_note_put(&store->txn, size, note, len);
}

void
store_note_drop(struct store *store, uint64_t size)
{
	if (store->open)
		db_delete(&store->txn, DB_NOTE, size);
}

struct needed {
	uint8_t *live; /* bit per block */
	const struct ledger_pins *pins;
};

static bool
block_needed(void *ctx, uint64_t block)
{
	const struct needed *needed = ctx;

	return (needed->live[block / 8] >> block % 8 & 1) != 0 ||
	       ledger_pinned(needed->pins, block);
}

int
store_prune(struct store *store, uint64_t before, uint32_t max,
    const struct ledger_pins *pins, uint32_t *removed)
{
	uint64_t blocks = ledger_next(store->ledger) / LEDGER_BLOCK;
	struct needed needed = { NULL, pins };
	int err;

	*removed = 0;
	if (!store->open)
		return DB_MISUSE;
	needed.live = live_blocks(&store->txn, blocks);
	if (needed.live == NULL)
		err = DB_MEMORY;
	else
		err = ledger_prune(store->ledger, &store->txn, before, max,
		    block_needed, &needed, removed);
	free(needed.live);
	if (err != 0 && store->txn.error == 0)
		store->txn.error = err;
	return store->txn.error;
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
	else if (err == DB_CORRUPT || err == DB_NOT_FOUND || err == DB_PRUNED) {
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
