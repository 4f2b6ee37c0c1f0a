/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening the log, checking its end, and appending. */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"
#include "store/record.h"
#include "store/store.h"

#define PRUNED_LEN 16

int
ledger_tree_read(struct db_txn *txn, struct seal_tree *tree)
{
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_TREE, DB_TREE_EDGE, &data, &len);

	seal_tree_init(tree);
	if (err == DB_NOT_FOUND)
		return 0;
	if (err != 0)
		return err;
	return seal_tree_unpack(data, len, tree) != 0 ? DB_CORRUPT : 0;
}

int
ledger_record(
    struct db_txn *txn, uint64_t seq, const uint8_t **record, size_t *len)
{
	uint8_t leaf[SEAL_LEN];
	int err = db_get(txn, DB_LOG, seq, record, len);

	if (err != 0)
		return err;
	if (*len < SEAL_LEN)
		return DB_CORRUPT;
	*len -= SEAL_LEN;
	seal_leaf(*record, *len, leaf);
	if (memcmp(leaf, &(*record)[*len], SEAL_LEN) != 0)
		return DB_CORRUPT;
	return record_seq(*record, *len) == seq ? 0 : DB_CORRUPT;
}

int
ledger_pruned_read(struct db_txn *txn, struct ledger_pruned *out)
{
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_META, STORE_PRUNED, &data, &len);

	memset(out, 0, sizeof(*out));
	if (err == DB_NOT_FOUND)
		return 0;
	if (err != 0)
		return err;
	if (len != PRUNED_LEN)
		return DB_CORRUPT;
	for (unsigned i = 0; i < 8; i++) {
		out->blocks = out->blocks << 8 | data[i];
		out->first = out->first << 8 | data[8 + i];
	}
	return 0;
}

/* ---- opening ---- */

/* No row of the table lies past the whole blocks. */
static int
rows_check(struct db_txn *txn, enum db_table table, uint64_t end)
{
	const uint8_t *data;
	uint64_t key;
	size_t len;
	int err = db_find_first(txn, table, end, &key, &data, &len);

	if (err == DB_NOT_FOUND)
		return 0;
	return err != 0 ? err : DB_CORRUPT;
}

/* As many records as the tree says, but for those that were removed. */
static int
count_check(struct db_txn *txn, const struct seal_tree *tree)
{
	struct ledger_pruned pruned;
	uint64_t count, last, blocks = tree->size / LEDGER_BLOCK;
	int err = db_count(txn, DB_LOG, &count, &last);

	if (err == 0)
		err = ledger_pruned_read(txn, &pruned);
	if (err == 0)
		err = rows_check(txn, DB_INDEX, blocks);
	if (err != 0)
		return err;
	if (pruned.blocks > blocks || pruned.first > blocks ||
	    count + pruned.blocks * LEDGER_BLOCK != tree->size ||
	    (tree->size > 0 && (count == 0 || last != tree->size - 1)))
		return DB_CORRUPT;
	return 0;
}

/* The end is where a torn write would show. */
static int
end_check(struct db_txn *txn, const struct seal_tree *tree)
{
	const uint8_t *record;
	size_t len;
	int err = count_check(txn, tree);

	if (err != 0 || tree->size == 0)
		return err;
	err = ledger_record(txn, tree->size - 1, &record, &len);
	if (err == 0 && (tree->size & 1) != 0 &&
	    memcmp(&record[len], tree->node[0], SEAL_LEN) != 0)
		return DB_CORRUPT;
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

/* What the index of the unfinished block has seen so far. */
static int
block_load(struct ledger *ledger, struct db_txn *txn)
{
	uint64_t size = ledger->tree.size;
	int err = ledger_index_make(txn, size / LEDGER_BLOCK,
	    (unsigned)(size % LEDGER_BLOCK), &ledger->block);

	ledger->saved = ledger->block;
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

static int
ledger_load(struct ledger *ledger)
{
	struct db_txn txn;
	int err;

	if (seal_init() != 0)
		return DB_MISUSE;
	err = db_begin(ledger->db, &txn, false);
	if (err == 0)
		err = ledger_tree_read(&txn, &ledger->tree);
	if (err == 0)
		err = end_check(&txn, &ledger->tree);
	if (err == 0 && !db_readonly(ledger->db))
		err = block_load(ledger, &txn);
	db_abort(&txn);
	ledger->pending = ledger->tree;
	if (err == 0 && !db_readonly(ledger->db))
		err = ledger_complete(ledger);
	return err;
}

int
ledger_open(struct db *db, struct ledger **out)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	int err;

	*out = NULL;
	if (ledger == NULL)
		return DB_MEMORY;
	ledger->db = db;
	err = ledger_load(ledger);
	if (err != 0)
		ledger_close(ledger);
	else
		*out = ledger;
	return err;
}

int
ledger_open_readonly(const char *path, struct ledger **out)
{
	struct db *db;
	int err = db_open_readonly(path, &db);

	*out = NULL;
	if (err != 0)
		return err;
	err = ledger_open(db, out);
	if (err != 0)
		db_close(db);
	else
		(*out)->owner = true;
	return err;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	if (ledger->owner)
		db_close(ledger->db);
	free(ledger);
}

/* ---- appending ---- */

/* A block's last entry: its hash, its index. */
static void
block_end(struct ledger *ledger, struct db_txn *txn, const uint8_t *leaf)
{
	ledger_nodes_put(txn, &ledger->pending, leaf);
	ledger_index_put(
	    txn, ledger->pending.size / LEDGER_BLOCK, &ledger->block);
	index_init(&ledger->block);
	seal_tree_add(&ledger->pending, leaf);
}

int
ledger_append(
    struct ledger *ledger, struct db_txn *txn, const struct ledger_item *item)
{
	const struct db_value value = { item->record, item->len, item->leaf,
		SEAL_LEN };
	uint64_t seq = ledger->pending.size;

	if (item->len > RECORD_LEN_LIMIT ||
	    record_seq(item->record, item->len) != seq)
		return DB_MISUSE;
	db_append(txn, DB_LOG, seq, &value);
	if (txn->error != 0)
		return txn->error;
	index_add(&ledger->block, item->record, item->len);
	if (seq % LEDGER_BLOCK == LEDGER_BLOCK - 1)
		block_end(ledger, txn, item->leaf);
	else if (item->last != NULL)
		seal_tree_take(&ledger->pending, item->last);
	else
		seal_tree_add(&ledger->pending, item->leaf);
	return txn->error;
}

void
ledger_edge(const struct ledger *ledger, struct seal_tree *out)
{
	*out = ledger->pending;
}

void
ledger_seal(struct ledger *ledger, struct db_txn *txn)
{
	uint8_t packed[SEAL_PACKED_MAX];
	struct db_value value = { packed, 0, NULL, 0 };

	value.len = seal_tree_pack(&ledger->pending, packed);
	db_put(txn, DB_TREE, DB_TREE_EDGE, &value);
}

void
ledger_settle(struct ledger *ledger, bool committed)
{
	if (committed) {
		ledger->tree = ledger->pending;
		ledger->saved = ledger->block;
	} else {
		ledger->pending = ledger->tree;
		ledger->block = ledger->saved;
	}
}

uint64_t
ledger_next(const struct ledger *ledger)
{
	return ledger->pending.size;
}

void
ledger_written(const struct ledger *ledger, struct ledger_head *out)
{
	out->size = ledger->tree.size;
	seal_tree_root(&ledger->tree, out->root);
}

int
ledger_head_read(struct ledger *ledger, struct ledger_head *out)
{
	struct seal_tree tree;
	struct db_txn txn;
	int err;

	memset(out, 0, sizeof(*out));
	err = db_begin(ledger->db, &txn, false);
	if (err == 0)
		err = ledger_tree_read(&txn, &tree);
	db_abort(&txn);
	if (err != 0)
		return err;
	out->size = tree.size;
	seal_tree_root(&tree, out->root);
	return 0;
}
