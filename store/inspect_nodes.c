/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log's entries against the tree's hashes. The hashes of level 1 are those
 * of blocks of 256 entries, of level 2 of 256 blocks each, and so on; level 0
 * are the leaf hashes beside the records.
 */
#include "store/inspect_nodes.h"

#include <stdio.h>
#include <string.h>

#include "store/ledger_parts.h"
#include "store/record.h"
#include "store/store.h"

#define TAIL        4096u
#define LEVEL_BITS  8u
#define TREE_LEVELS 8u
#define ORIGIN_TEXT (STORE_META_MAX + 16)

static int
log_fault(struct inspect_state *look, uint64_t seq, const char *why)
{
	inspect_fault(look, DB_CORRUPT, seq, why);
	return DB_CORRUPT;
}

/* The record as it stands, hashed. */
static int
record_read(struct inspect_state *look, struct db_txn *txn, uint64_t seq,
    const uint8_t **record, size_t *len)
{
	uint8_t leaf[SEAL_LEN];
	int err = db_get(txn, DB_LOG, seq, record, len);

	if (err == DB_NOT_FOUND)
		return err;
	if (err != 0) {
		inspect_fault(look, err, seq, "it cannot be read");
		return err;
	}
	if (*len < SEAL_LEN)
		return log_fault(look, seq, "it is shorter than a hash");
	*len -= SEAL_LEN;
	seal_leaf(*record, *len, leaf);
	if (memcmp(leaf, &(*record)[*len], SEAL_LEN) != 0)
		return log_fault(look, seq, "it is not what was written");
	if (record_seq(*record, *len) != seq)
		return log_fault(look, seq, "it has another number");
	return 0;
}

int
inspect_record(
    struct inspect_state *look, struct db_txn *txn, uint64_t seq, uint8_t *leaf)
{
	const uint8_t *record;
	size_t len;
	int err = record_read(look, txn, seq, &record, &len);

	if (err != 0)
		return err;
	if (leaf != NULL)
		memcpy(leaf, &record[len], SEAL_LEN);
	if (record_decode(record, len, look->entry) < 0)
		return log_fault(look, seq, "it is no record");
	return 0;
}

int
inspect_counts(struct inspect_state *look, struct db_txn *txn)
{
	uint64_t size = look->tree.size, count, last, nodes = 0;
	struct ledger_pruned pruned;
	int err = ledger_pruned_read(txn, &pruned);

	if (err == 0)
		err = db_count(txn, DB_LOG, &count, &last);
	if (err != 0) {
		inspect_fault(look, err, UINT64_MAX, "it cannot be counted");
		return err;
	}
	if (pruned.blocks > size / LEDGER_BLOCK ||
	    count != size - pruned.blocks * LEDGER_BLOCK ||
	    (count > 0 && last >= size))
		return log_fault(look, UINT64_MAX,
		    "there are not as many entries as the tree has");
	if (look->old)
		return 0;
	for (unsigned i = 1; i < TREE_LEVELS; i++)
		nodes += size >> LEVEL_BITS * i;
	err = db_count(txn, DB_NODE, &count, &last);
	if (err == 0 && count != nodes)
		return log_fault(look, UINT64_MAX,
		    "there are not as many hashes as the tree has");
	if (err != 0)
		inspect_fault(look, err, UINT64_MAX, "a table is damaged");
	return err;
}

/* A hash that the tree is made of: of an entry (level 0) or a node. */
static int
hash_read(struct inspect_state *look, struct db_txn *txn, unsigned level,
    uint64_t index, uint8_t out[SEAL_LEN])
{
	const uint8_t *data;
	size_t len;
	int err;

	err = level == 0 ? db_get(txn, DB_LOG, index, &data, &len)
			 : db_get(txn, DB_NODE, db_node_key(level, index),
			       &data, &len);
	if (err == 0 && (len < SEAL_LEN || (level > 0 && len != SEAL_LEN)))
		err = DB_CORRUPT;
	if (err == DB_NOT_FOUND)
		err = DB_CORRUPT;
	if (err != 0) {
		inspect_fault(look, err, index << LEVEL_BITS * level,
		    "its hash is missing");
		return err;
	}
	memcpy(out, &data[len - SEAL_LEN], SEAL_LEN);
	return 0;
}

/* The tree over the hashes from..to-1 of a level, fewer than 256 or just so
 * many. */
static int
level_read(struct inspect_state *look, struct db_txn *txn, unsigned level,
    const uint64_t span[2], struct seal_tree *out)
{
	uint8_t hash[SEAL_LEN];
	int err = 0;

	seal_tree_init(out);
	for (uint64_t i = span[0]; i < span[1] && err == 0; i++) {
		err = hash_read(look, txn, level, i, hash);
		if (err == 0)
			seal_tree_add(out, hash);
	}
	return err;
}

int
inspect_edge(struct inspect_state *look, struct db_txn *txn)
{
	const struct seal_tree *tree = &look->tree;
	unsigned levels = look->old ? 1 : TREE_LEVELS;
	struct seal_tree part;
	int err = 0;

	for (unsigned level = 0; level < levels && err == 0; level++) {
		unsigned shift = LEVEL_BITS * level;
		uint64_t to = tree->size >> shift;
		const uint64_t span[2] = { to & ~UINT64_C(255), to };

		err = level_read(look, txn, level, span, &part);
		for (unsigned k = 0; k < LEVEL_BITS && err == 0; k++)
			if ((part.size >> k & 1) != 0 &&
			    memcmp(part.node[k], tree->node[shift + k],
				SEAL_LEN) != 0)
				err = log_fault(look, span[0] << shift,
				    "the tree's edge is not made of its hash");
	}
	return err;
}

/* "log ORIGIN begun": a log's first words. */
int
inspect_origin(struct inspect_state *look)
{
	char text[ORIGIN_TEXT];
	const uint8_t *data;
	struct db_txn txn;
	bool named = false;
	size_t len = 0;
	int err = db_begin(look->db, &txn, false);

	if (err == 0)
		err = inspect_record(look, &txn, 0, NULL);
	if (err == 0) {
		named = look->entry->kind == ENTRY_START &&
			strncmp(look->entry->text, "log ", 4) == 0;
		err = db_get(&txn, DB_META, STORE_ORIGIN, &data, &len);
	}
	if (err == DB_NOT_FOUND && named)
		err = log_fault(look, UINT64_MAX, "the log's name is gone");
	if (err == 0 && (len == 0 || len > STORE_META_MAX))
		err = log_fault(look, UINT64_MAX, "the log's name is none");
	if (err == 0 && named) {
		(void)snprintf(text, sizeof(text), "log %.*s begun", (int)len,
		    (const char *)data);
		if (strncmp(text, look->entry->text, ENTRY_TEXT_MAX - 1) != 0)
			err = log_fault(look, UINT64_MAX,
			    "the log's name is not that of its first entry");
	}
	db_abort(&txn);
	/* Older than names are, or the beginning was removed. */
	return err == DB_NOT_FOUND ? 0 : err;
}

/* An entry that is not there was removed with its block, or is missing. */
static int
missing_check(struct inspect_state *look, struct db_txn *txn, uint64_t seq)
{
	uint64_t block = seq / LEDGER_BLOCK, left = 0;
	struct ledger_pruned pruned; /* maybe more than there were */
	int err = ledger_pruned_read(txn, &pruned);

	if (err != 0)
		return err;
	if (pruned.blocks == 0 || block >= look->tree.size / LEDGER_BLOCK)
		return log_fault(look, seq, "it is missing");
	for (uint64_t i = 0; i < LEDGER_BLOCK && err == 0; i++) {
		const uint8_t *data;
		size_t len;

		err =
		    db_get(txn, DB_LOG, block * LEDGER_BLOCK + i, &data, &len);
		left += err == 0;
		err = err == DB_NOT_FOUND ? 0 : err;
	}
	if (err == 0 && left > 0)
		return log_fault(look, seq, "it is missing");
	return err;
}

/* What is gathered of a block. */
struct block {
	uint64_t number;
	uint64_t from; /* entries */
	uint64_t to;
	bool removed;
	struct seal_tree tree;
	struct index_block index;
};

/* All entries of it, hashed; what may be in it. */
static int
block_read(struct inspect_state *look, struct db_txn *txn, struct block *block)
{
	const uint8_t *record;
	size_t len;
	int err = 0;

	block->removed = false;
	seal_tree_init(&block->tree);
	index_init(&block->index);
	for (uint64_t seq = block->from; seq < block->to; seq++) {
		err = record_read(look, txn, seq, &record, &len);
		if (err == DB_NOT_FOUND) {
			block->removed = true;
			return missing_check(look, txn, seq);
		}
		if (err != 0)
			return err;
		if (record_decode(record, len, look->entry) < 0)
			return log_fault(look, seq, "it is no record");
		seal_tree_add(&block->tree, &record[len]);
		index_add(&block->index, record, len);
	}
	return 0;
}

/* The block's hash and index are as its entries are. */
static int
block_compare(
    struct inspect_state *look, struct db_txn *txn, struct block *block)
{
	uint8_t node[SEAL_LEN], packed[INDEX_PACKED];
	const uint8_t *data;
	size_t len, want;
	int err;

	err = hash_read(look, txn, 1, block->number, node);
	if (err != 0 || block->removed)
		return err;
	if (memcmp(node, block->tree.node[LEVEL_BITS], SEAL_LEN) != 0)
		return log_fault(look, block->from,
		    "its block's hash is not that of its entries");
	err = db_get(txn, DB_INDEX, block->number, &data, &len);
	want = index_pack(&block->index, packed);
	if (err == 0 && (len != want || memcmp(data, packed, len) != 0))
		err = DB_NOT_FOUND;
	if (err == DB_NOT_FOUND)
		return log_fault(look, block->from,
		    "its block's index is not that of its entries");
	return err;
}

static int
block_look(struct inspect_state *look, struct block *block)
{
	struct db_txn txn;
	bool whole;
	int err = db_begin(look->db, &txn, false);

	block->from = block->number * LEDGER_BLOCK;
	block->to = block->from + LEDGER_BLOCK;
	whole = block->to <= look->tree.size;
	if (!whole)
		block->to = look->tree.size;
	if (err == 0)
		err = block_read(look, &txn, block);
	if (err == 0 && whole && !look->old)
		err = block_compare(look, &txn, block);
	db_abort(&txn);
	return err;
}

/* A node is the hash of the 256 below it. */
static int
node_look(struct inspect_state *look, unsigned level, uint64_t index)
{
	const uint64_t span[2] = { index << LEVEL_BITS, (index + 1)
							    << LEVEL_BITS };
	struct seal_tree part;
	uint8_t node[SEAL_LEN];
	struct db_txn txn;
	int err = db_begin(look->db, &txn, false);

	if (err == 0)
		err = level_read(look, &txn, level - 1, span, &part);
	if (err == 0)
		err = hash_read(look, &txn, level, index, node);
	db_abort(&txn);
	/* cppcheck-suppress uninitvar ; level_read() has filled it */
	if (err == 0 && memcmp(node, part.node[LEVEL_BITS], SEAL_LEN) != 0)
		return log_fault(look, index << LEVEL_BITS * level,
		    "a hash over its block is not made of those below");
	return err;
}

int
inspect_tail(struct inspect_state *look)
{
	uint64_t size = look->tree.size, seq = size > TAIL ? size - TAIL : 0;
	struct db_txn txn;
	int err = db_begin(look->db, &txn, false);

	for (; seq < size && err == 0; seq++) {
		err = inspect_record(look, &txn, seq, NULL);
		if (err == DB_NOT_FOUND) {
			err = missing_check(look, &txn, seq);
			seq |= LEDGER_BLOCK - 1;
		}
	}
	db_abort(&txn);
	return err;
}

int
inspect_blocks(struct inspect_state *look)
{
	uint64_t size = look->tree.size;
	uint64_t blocks = (size + LEDGER_BLOCK - 1) / LEDGER_BLOCK;
	struct block block;
	int err = 0;

	for (block.number = 0; block.number < blocks && err == 0;
	     block.number++)
		err = block_look(look, &block);
	for (unsigned level = 2; level < TREE_LEVELS && !look->old; level++)
		for (uint64_t i = 0; i < size >> LEVEL_BITS * level && err == 0;
		     i++)
			err = node_look(look, level, i);
	return err;
}
