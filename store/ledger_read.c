/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and checking the log. */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"
#include "store/record.h"

/* ---- one entry ---- */

int
ledger_is_pruned(struct db_txn *txn, uint64_t block)
{
	struct ledger_pruned pruned;
	uint8_t hash[SEAL_LEN];
	const uint8_t *data;
	uint64_t key;
	size_t len;
	int err = ledger_pruned_read(txn, &pruned);

	if (err != 0 || pruned.blocks == 0)
		return err;
	err =
	    db_find_first(txn, DB_LOG, block * LEDGER_BLOCK, &key, &data, &len);
	if (err == 0 && key / LEDGER_BLOCK == block)
		return 0; /* some of it is there */
	if (err != 0 && err != DB_NOT_FOUND)
		return err;
	err = ledger_node_read(txn, 1, block, hash);
	return err == DB_NOT_FOUND ? 0 : err == 0 ? 1 : err;
}

/* Why a record is not there. */
static int
missing(struct db_txn *txn, uint64_t seq)
{
	struct seal_tree tree;
	int err = ledger_tree_read(txn, &tree);

	if (err != 0)
		return err;
	if (seq >= tree.size)
		return DB_NOT_FOUND;
	err = ledger_is_pruned(txn, seq / LEDGER_BLOCK);
	return err < 0 ? err : err == 1 ? DB_PRUNED : DB_CORRUPT;
}

static int
entry_read(struct db_txn *txn, uint64_t seq, struct entry *out)
{
	const uint8_t *record;
	size_t len;
	int err = ledger_record(txn, seq, &record, &len);

	if (err == DB_NOT_FOUND)
		return missing(txn, seq);
	if (err != 0)
		return err;
	return record_decode(record, len, out) < 0 ? DB_CORRUPT : 0;
}

int
ledger_get(struct ledger *ledger, uint64_t seq, struct entry *out)
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	if (err == 0)
		err = entry_read(&txn, seq, out);
	db_abort(&txn);
	return err;
}

static int
raw_read(struct db_txn *txn, uint64_t seq, uint8_t *record, size_t *len,
    uint8_t leaf[SEAL_LEN])
{
	const uint8_t *data;
	int err = db_get(txn, DB_LOG, seq, &data, len);

	if (err == DB_NOT_FOUND)
		return missing(txn, seq);
	if (err != 0)
		return err;
	if (*len < SEAL_LEN || *len > SEAL_LEN + RECORD_LEN_LIMIT)
		return DB_CORRUPT;
	*len -= SEAL_LEN;
	memcpy(record, data, *len);
	memcpy(leaf, &data[*len], SEAL_LEN);
	return 0;
}

int
ledger_raw(struct ledger *ledger, uint64_t seq, uint8_t *record, size_t *len,
    uint8_t leaf[SEAL_LEN])
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	*len = 0;
	if (err == 0)
		err = raw_read(&txn, seq, record, len, leaf);
	db_abort(&txn);
	if (err != 0)
		*len = 0;
	return err;
}

/* ---- blocks ---- */

int
ledger_pruned(struct ledger *ledger, struct ledger_pruned *out)
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	memset(out, 0, sizeof(*out));
	if (err == 0)
		err = ledger_pruned_read(&txn, out);
	db_abort(&txn);
	return err;
}

int
ledger_index(struct ledger *ledger, uint64_t block, uint8_t out[SEAL_LEN])
{
	const uint8_t *data;
	struct db_txn txn;
	size_t len;
	int err = db_begin(ledger->db, &txn, false);

	if (err == 0)
		err = db_get(&txn, DB_INDEX, block, &data, &len);
	if (err == 0)
		seal_sha256(data, len, out);
	db_abort(&txn);
	return err;
}

int
ledger_index_make(
    struct db_txn *txn, uint64_t block, unsigned n, struct index_block *out)
{
	const uint8_t *data;
	size_t len;
	int err = 0;

	index_init(out);
	for (unsigned i = 0; i < n && err == 0; i++) {
		err =
		    db_get(txn, DB_LOG, block * LEDGER_BLOCK + i, &data, &len);
		if (err == 0 && len < SEAL_LEN)
			err = DB_CORRUPT;
		if (err == 0)
			index_add(out, data, len - SEAL_LEN);
	}
	return err;
}

void
ledger_index_put(
    struct db_txn *txn, uint64_t block, const struct index_block *index)
{
	uint8_t packed[INDEX_PACKED];
	struct db_value value = { packed, 0, NULL, 0 };

	value.len = index_pack(index, packed);
	db_put(txn, DB_INDEX, block, &value);
}

/* ---- walking ---- */

/* Where a walk stands: what is left to visit is from..to-1. */
struct walk {
	struct ledger *ledger;
	const struct ledger_range *range;
	uint64_t from;
	uint64_t to;
	uint64_t block;  /* looked at last */
	uint32_t blocks; /* looked at */
	bool over;
	int (*visit)(void *ctx, const struct entry *entry);
	void *ctx;
	struct entry entry;
};

static void
walk_pass(struct walk *walk, uint64_t block)
{
	uint64_t begin = block * LEDGER_BLOCK, end = begin + LEDGER_BLOCK;

	if (walk->range->backward)
		walk->to = begin > walk->from ? begin : walk->from;
	else
		walk->from = end < walk->to ? end : walk->to;
}

/* What is sought cannot be in this block. An unfinished one has no index. */
static bool
walk_lacks(const struct walk *walk, struct db_txn *txn, uint64_t block)
{
	const uint8_t *data;
	size_t len;

	return walk->range->query != NULL &&
	       db_get(txn, DB_INDEX, block, &data, &len) == 0 &&
	       !index_may_hold(data, len, walk->range->query);
}

/* Enter a block: true when its entries are to be visited. */
static bool
walk_enter(struct walk *walk, struct db_txn *txn, uint64_t block)
{
	if (block == walk->block)
		return true;
	if (walk->range->blocks != 0 && walk->blocks == walk->range->blocks) {
		walk->over = true;
		return false;
	}
	walk->blocks++;
	walk->block = block;
	if (!walk_lacks(walk, txn, block))
		return true;
	walk_pass(walk, block);
	return false;
}

/* An entry that is missing inside the log's size is damage, not its end. */
static int
walk_step(struct walk *walk, struct db_txn *txn)
{
	uint64_t seq = walk->range->backward ? walk->to - 1 : walk->from;
	int err;

	if (!walk_enter(walk, txn, seq / LEDGER_BLOCK))
		return txn->error;
	err = entry_read(txn, seq, &walk->entry);
	if (err == DB_PRUNED) {
		walk_pass(walk, seq / LEDGER_BLOCK);
		return 0;
	}
	if (err != 0)
		return err == DB_NOT_FOUND ? DB_CORRUPT : err;
	if (walk->range->backward)
		walk->to--;
	else
		walk->from++;
	return walk->visit(walk->ctx, &walk->entry);
}

static int
walk_chunk(struct walk *walk)
{
	struct db_txn txn;
	int err = db_begin(walk->ledger->db, &txn, false);

	for (unsigned n = 0; n < LEDGER_CHUNK && err == 0 && !walk->over &&
			     walk->from < walk->to;
	     n++)
		err = walk_step(walk, &txn);
	db_abort(&txn);
	return err;
}

int
ledger_walk(struct ledger *ledger, const struct ledger_range *range,
    int (*visit)(void *ctx, const struct entry *entry), void *ctx,
    uint64_t *seq)
{
	struct walk *walk;
	struct ledger_head head;
	int err = ledger_head_read(ledger, &head);

	if (seq != NULL)
		*seq = range->from;
	if (err != 0)
		return err;
	walk = malloc(sizeof(*walk)); /* 7 KiB: not on the stack */
	if (walk == NULL)
		return DB_MEMORY;
	walk->ledger = ledger;
	walk->range = range;
	walk->from = range->from;
	walk->to = range->to < head.size ? range->to : head.size;
	walk->block = UINT64_MAX;
	walk->blocks = 0;
	walk->over = false;
	walk->visit = visit;
	walk->ctx = ctx;
	while (err == 0 && !walk->over && walk->from < walk->to)
		err = walk_chunk(walk);
	if (seq != NULL && range->backward)
		*seq = err < 0 ? walk->to - 1 : walk->to;
	else if (seq != NULL)
		*seq = walk->from;
	free(walk);
	return err;
}

/* ---- notes ---- */

void
ledger_note_put(struct db_txn *txn, uint64_t size, const char *note, size_t len)
{
	const struct db_value value = { (const uint8_t *)note, len, NULL, 0 };

	if (txn->error == 0 && len > NOTE_MAX)
		txn->error = DB_MISUSE;
	db_put(txn, DB_NOTE, size, &value);
}

int
ledger_note(struct ledger *ledger, uint64_t at_most, uint64_t *size, char *note,
    size_t *len)
{
	const uint8_t *data = NULL;
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	*len = 0;
	if (err == 0)
		err = db_find_last(&txn, DB_NOTE, at_most, size, &data, len);
	if (err == 0 && *len > NOTE_MAX)
		err = DB_CORRUPT;
	if (err == 0)
		memcpy(note, data, *len);
	else
		*len = 0;
	db_abort(&txn);
	return err;
}

/* ---- checking ---- */

/* A block that was removed: its hash is all there is. */
static int
verify_block(struct db_txn *txn, struct seal_tree *tree)
{
	uint8_t hash[SEAL_LEN];
	int err = ledger_node_read(txn, 1, tree->size / LEDGER_BLOCK, hash);

	if (err == 0)
		err = ledger_nodes_check(txn, tree, 1, hash);
	if (err == 0)
		ledger_tree_block(tree, hash);
	return err;
}

static int
verify_step(struct db_txn *txn, struct seal_tree *tree, uint64_t *seq)
{
	uint64_t at = tree->size;
	const uint8_t *record;
	size_t len;
	int err = 0;

	*seq = at;
	if (at % LEDGER_BLOCK == 0)
		err = ledger_is_pruned(txn, at / LEDGER_BLOCK);
	if (err != 0)
		return err < 0 ? err : verify_block(txn, tree);
	err = ledger_record(txn, at, &record, &len);
	if (err != 0)
		return err;
	if (at % LEDGER_BLOCK == LEDGER_BLOCK - 1) {
		*seq = at - at % LEDGER_BLOCK;
		err = ledger_nodes_check(txn, tree, 0, &record[len]);
	}
	if (err == 0)
		seal_tree_add(tree, &record[len]);
	return err;
}

static int
verify_chunk(
    struct ledger *ledger, struct seal_tree *tree, uint64_t size, uint64_t *seq)
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	for (unsigned n = 0; n < LEDGER_CHUNK && err == 0 && tree->size < size;
	     n++)
		err = verify_step(&txn, tree, seq);
	db_abort(&txn);
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

int
ledger_verify(struct ledger *ledger, uint64_t *seq)
{
	struct seal_tree tree;
	struct ledger_head head;
	uint8_t root[SEAL_LEN];
	int err = ledger_head_read(ledger, &head);

	seal_tree_init(&tree);
	*seq = 0;
	while (err == 0 && tree.size < head.size)
		err = verify_chunk(ledger, &tree, head.size, seq);
	if (err != 0)
		return err;
	*seq = tree.size;
	seal_tree_root(&tree, root);
	return memcmp(root, head.root, SEAL_LEN) == 0 ? 0 : DB_CORRUPT;
}
