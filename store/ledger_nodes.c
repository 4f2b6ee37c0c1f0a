/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree's nodes at every eighth level, and proofs over them.
 *
 * A proof reads at most 255 nodes of each tile level, and the leaf hashes of
 * the one or two blocks that an end lies in: a bounded number, whatever the
 * log's size.
 */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"

/* Blocks completed in one transaction. */
#define FILL        64
/* Hashes of a block's own tree, its root included. */
#define BLOCK_NODES (2 * LEDGER_BLOCK - 1)
#define NO_BLOCK    UINT64_MAX

/* ---- nodes as they are kept ---- */

int
ledger_node_read(
    struct db_txn *txn, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_NODE, db_node_key(level, index), &data, &len);

	if (err != 0)
		return err;
	if (len != SEAL_LEN)
		return DB_CORRUPT;
	memcpy(out, data, SEAL_LEN);
	return 0;
}

static int
node_put(
    struct db_txn *txn, unsigned level, uint64_t index, const uint8_t *hash)
{
	const struct db_value value = { hash, SEAL_LEN, NULL, 0 };

	db_put(txn, DB_NODE, db_node_key(level, index), &value);
	return txn->error;
}

static int
node_compare(
    struct db_txn *txn, unsigned level, uint64_t index, const uint8_t *hash)
{
	uint8_t kept[SEAL_LEN];
	int err = ledger_node_read(txn, level, index, kept);

	if (err != 0)
		return err == DB_NOT_FOUND ? 0 : err;
	return memcmp(kept, hash, SEAL_LEN) == 0 ? 0 : DB_CORRUPT;
}

/* With the 256th of a level's hashes its tile has a hash, one level up; op gets
 * it. tree is as before. */
static int
nodes_rise(struct db_txn *txn, const struct seal_tree *tree, unsigned level,
    const uint8_t hash[SEAL_LEN],
    int (*op)(struct db_txn *, unsigned, uint64_t, const uint8_t *))
{
	uint8_t carry[SEAL_LEN];
	int err = 0;

	memcpy(carry, hash, SEAL_LEN);
	for (; level < LEDGER_LEVELS && err == 0; level++) {
		uint64_t index = tree->size >> 8 * level;

		if (index % LEDGER_BLOCK != LEDGER_BLOCK - 1)
			break;
		for (unsigned k = 8 * level; k < 8 * level + 8; k++)
			seal_node(tree->node[k], carry, carry);
		err = op(txn, level + 1, index / LEDGER_BLOCK, carry);
	}
	return err;
}

void
ledger_nodes_put(struct db_txn *txn, const struct seal_tree *tree,
    const uint8_t leaf[SEAL_LEN])
{
	(void)nodes_rise(txn, tree, 0, leaf, node_put);
}

int
ledger_nodes_check(struct db_txn *txn, const struct seal_tree *tree,
    unsigned level, const uint8_t hash[SEAL_LEN])
{
	return nodes_rise(txn, tree, level, hash, node_compare);
}

void
ledger_tree_block(struct seal_tree *tree, const uint8_t hash[SEAL_LEN])
{
	uint8_t carry[SEAL_LEN];
	unsigned level = 8;

	memcpy(carry, hash, SEAL_LEN);
	for (; level < SEAL_LEVELS - 1 && (tree->size >> level & 1); level++)
		seal_node(tree->node[level], carry, carry);
	memcpy(tree->node[level], carry, SEAL_LEN);
	tree->size += LEDGER_BLOCK;
}

/* ---- leaf hashes ---- */

/* A run of leaf hashes being read: seqs follow each other. */
struct leaves {
	uint64_t next;
	uint64_t end;
	void (*take)(void *ctx, uint64_t seq, const uint8_t *leaf);
	void *ctx;
};

static int
leaf_visit(void *ctx, uint64_t seq, const uint8_t *data, size_t len)
{
	struct leaves *leaves = ctx;

	if (seq != leaves->next || len < SEAL_LEN)
		return DB_CORRUPT;
	leaves->take(leaves->ctx, seq, &data[len - SEAL_LEN]);
	leaves->next++;
	return leaves->next == leaves->end;
}

/* All of them, or CORRUPT; PRUNED when the first one's block was removed. */
static int
leaves_read(struct db_txn *txn, struct leaves *leaves)
{
	uint64_t block = leaves->next / LEDGER_BLOCK;
	int err = 0;

	if (leaves->next < leaves->end)
		err = db_walk(txn, DB_LOG, leaves->next, leaf_visit, leaves);
	if ((err == 0 || err == DB_CORRUPT) && leaves->next < leaves->end) {
		err =
		    txn->error != 0 ? txn->error : ledger_is_pruned(txn, block);
		if (err >= 0)
			err = err == 1 ? DB_PRUNED : DB_CORRUPT;
	}
	return err < 0 ? err : 0;
}

static void
leaf_add(void *ctx, uint64_t seq, const uint8_t *leaf)
{
	(void)seq;
	seal_tree_add(ctx, leaf);
}

/* From the leaves, however many: for a store that is older than its nodes. */
static int
node_from_leaves(
    struct db_txn *txn, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	struct seal_tree tree;
	struct leaves leaves = { index << level, (index + 1) << level, leaf_add,
		&tree };
	int err;

	seal_tree_init(&tree);
	err = leaves_read(txn, &leaves);
	if (err == 0)
		memcpy(out, tree.node[level], SEAL_LEN);
	return err;
}

/* ---- a view for proofs ---- */

struct view {
	struct db_txn txn;
	struct seal_tree tree; /* as committed */
	uint64_t block;        /* whose tree is in node */
	unsigned n;            /* leaves of it */
	uint8_t node[BLOCK_NODES][SEAL_LEN];
};

/* Where a level of a block's tree begins: 0, 256, 384, 448 … */
static unsigned
level_begin(unsigned level)
{
	return 2 * LEDGER_BLOCK - (2 * LEDGER_BLOCK >> level);
}

static void
leaf_keep(void *ctx, uint64_t seq, const uint8_t *leaf)
{
	struct view *view = ctx;

	memcpy(view->node[seq % LEDGER_BLOCK], leaf, SEAL_LEN);
}

/* Read the leaves of a block, make its tree. A whole one must have the hash
 * that is kept of it. */
static int
view_block(struct view *view, uint64_t block)
{
	uint64_t first = block * LEDGER_BLOCK, left = view->tree.size - first;
	unsigned n = left < LEDGER_BLOCK ? (unsigned)left : LEDGER_BLOCK;
	struct leaves leaves = { first, first + n, leaf_keep, view };
	int err;

	view->block = NO_BLOCK;
	err = leaves_read(&view->txn, &leaves);
	if (err != 0)
		return err;
	for (unsigned level = 1; level <= 8; level++) {
		unsigned from = level_begin(level - 1);
		unsigned to = level_begin(level);

		for (unsigned i = 0; i < n >> level; i++)
			seal_node(view->node[from + 2 * i],
			    view->node[from + 2 * i + 1], view->node[to + i]);
	}
	if (n == LEDGER_BLOCK)
		err = node_compare(
		    &view->txn, 1, block, view->node[BLOCK_NODES - 1]);
	if (err == 0) {
		view->block = block;
		view->n = n;
	}
	return err;
}

/* A run of nodes of one tile level being read: keys follow each other. */
struct run {
	uint64_t next; /* key */
	uint64_t end;
	struct seal_tree tree;
};

static int
run_visit(void *ctx, uint64_t key, const uint8_t *data, size_t len)
{
	struct run *run = ctx;

	if (key != run->next)
		return DB_NOT_FOUND;
	if (len != SEAL_LEN)
		return DB_CORRUPT;
	seal_tree_add(&run->tree, data);
	run->next++;
	return run->next == run->end;
}

/* The hash over 2^low (low <= 8) nodes, the first of which is number first
 * there; NOT_FOUND when one is missing. */
static int
nodes_join(struct db_txn *txn, unsigned level, uint64_t first, unsigned low,
    uint8_t out[SEAL_LEN])
{
	struct run run;
	int err;

	run.next = db_node_key(level, first);
	run.end = run.next + (UINT64_C(1) << low);
	seal_tree_init(&run.tree);
	err = db_walk(txn, DB_NODE, run.next, run_visit, &run);
	if (err < 0)
		return err;
	if (run.next != run.end)
		return DB_NOT_FOUND;
	memcpy(out, run.tree.node[low], SEAL_LEN);
	return 0;
}

/* Of whole blocks: joined from the nodes of the tile level below. */
static int
view_above(
    struct view *view, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	unsigned low = level % 8;
	int err = nodes_join(&view->txn, level / 8, index << low, low, out);

	if (err == DB_NOT_FOUND)
		return node_from_leaves(&view->txn, level, index, out);
	return err;
}

/* proof_node: the subtree must be one of the committed log. */
static int
view_node(void *ctx, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	struct view *view = ctx;
	uint64_t block;
	int err = 0;

	if (level >= SEAL_LEVELS || index >= view->tree.size >> level)
		return DB_NOT_FOUND;
	if (level >= 8)
		return view_above(view, level, index, out);
	block = index >> (8 - level);
	if (block != view->block)
		err = view_block(view, block);
	if (err == 0)
		memcpy(out,
		    view->node[level_begin(level) +
			       (unsigned)(index & (0xffu >> level))],
		    SEAL_LEN);
	return err;
}

static void
view_end(struct view *view)
{
	if (view == NULL)
		return;
	db_abort(&view->txn);
	free(view);
}

/* NOT_FOUND when the log has less than size entries. */
static int
view_begin(struct ledger *ledger, uint64_t size, struct view **out)
{
	struct view *view = malloc(sizeof(*view)); /* 20 KiB */
	int err;

	*out = NULL;
	if (view == NULL)
		return DB_MEMORY;
	view->block = NO_BLOCK;
	err = db_begin(ledger->db, &view->txn, false);
	if (err == 0)
		err = ledger_tree_read(&view->txn, &view->tree);
	if (err == 0 && size > view->tree.size)
		err = DB_NOT_FOUND;
	if (err != 0)
		view_end(view);
	else
		*out = view;
	return err;
}

/* ---- proofs ---- */

static int
view_root(struct view *view, uint64_t size, uint8_t out[SEAL_LEN])
{
	if (size == view->tree.size) {
		seal_tree_root(&view->tree, out);
		return 0;
	}
	return proof_root(size, view_node, view, out);
}

int
ledger_root(struct ledger *ledger, uint64_t size, uint8_t out[SEAL_LEN])
{
	struct view *view;
	int err = view_begin(ledger, size, &view);

	if (err == 0)
		err = view_root(view, size, out);
	view_end(view);
	return err;
}

int
ledger_inclusion(
    struct ledger *ledger, uint64_t seq, uint64_t size, struct proof *out)
{
	struct view *view;
	int err = view_begin(ledger, size, &view);

	out->n = 0;
	if (err == 0)
		err = seq >= size
			  ? DB_NOT_FOUND
			  : proof_inclusion(out, seq, size, view_node, view);
	view_end(view);
	return err;
}

int
ledger_consistency(
    struct ledger *ledger, uint64_t old_size, uint64_t size, struct proof *out)
{
	struct view *view;
	int err = view_begin(ledger, size, &view);

	out->n = 0;
	if (err == 0)
		err = old_size > size ? DB_NOT_FOUND
				      : proof_consistency(out, old_size, size,
					    view_node, view);
	view_end(view);
	return err;
}

int
ledger_block(
    struct ledger *ledger, uint64_t block, uint8_t out[SEAL_LEN], bool *pruned)
{
	struct view *view;
	int gone = 0, err = view_begin(ledger, 0, &view);

	*pruned = false;
	if (err == 0)
		err = view_node(view, 8, block, out);
	if (err == 0)
		gone = ledger_is_pruned(&view->txn, block);
	view_end(view);
	*pruned = gone == 1;
	return gone < 0 ? gone : err;
}

/* ---- completing a store that was written without them ---- */

/* A block's hash and index, unless they are there. */
static int
block_complete(struct db_txn *txn, uint64_t block)
{
	struct index_block index;
	uint8_t hash[SEAL_LEN];
	const uint8_t *data;
	size_t len;
	int err = ledger_node_read(txn, 1, block, hash);

	if (err == DB_NOT_FOUND) {
		err = node_from_leaves(txn, 8, block, hash);
		if (err == 0)
			err = node_put(txn, 1, block, hash);
	}
	if (err != 0)
		return err == DB_PRUNED ? DB_CORRUPT : err;
	err = db_get(txn, DB_INDEX, block, &data, &len);
	if (err != DB_NOT_FOUND)
		return err;
	err = ledger_is_pruned(txn, block);
	if (err != 0)
		return err < 0 ? err : 0;
	err = ledger_index_make(txn, block, LEDGER_BLOCK, &index);
	if (err == 0)
		ledger_index_put(txn, block, &index);
	return err != 0 ? err : txn->error;
}

/* A node above the blocks from the 256 below it, unless it is there. */
static int
node_complete(struct db_txn *txn, unsigned level, uint64_t index)
{
	uint8_t hash[SEAL_LEN];
	int err = ledger_node_read(txn, level, index, hash);

	if (err != DB_NOT_FOUND)
		return err;
	err = nodes_join(txn, level - 1, index * LEDGER_BLOCK, 8, hash);
	if (err == 0)
		err = node_put(txn, level, index, hash);
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

/* Those of one level, a few in each transaction. */
static int
level_complete(struct ledger *ledger, unsigned level)
{
	uint64_t end = ledger->tree.size >> 8 * level, at = 0;
	int err = 0;

	while (at < end && err == 0) {
		uint64_t stop = end - at < FILL ? end : at + FILL;
		struct db_txn txn;

		err = db_begin(ledger->db, &txn, true);
		for (; at < stop && err == 0; at++)
			err = level == 1 ? block_complete(&txn, at)
					 : node_complete(&txn, level, at);
		if (err == 0)
			err = db_commit(&txn);
		db_abort(&txn);
	}
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

/* Are there as many nodes and indexes as there should be? 1, 0, or an error. */
static int
is_complete(struct ledger *ledger)
{
	uint64_t nodes = 0, wanted = 0, indexes = 0, last;
	struct ledger_pruned pruned;
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	for (unsigned level = 1; level <= LEDGER_LEVELS; level++)
		wanted += ledger->tree.size >> 8 * level;
	if (err == 0)
		err = db_count(&txn, DB_NODE, &nodes, &last);
	if (err == 0)
		err = db_count(&txn, DB_INDEX, &indexes, &last);
	if (err == 0)
		err = ledger_pruned_read(&txn, &pruned);
	db_abort(&txn);
	if (err != 0)
		return err;
	return nodes == wanted &&
	       indexes + pruned.blocks == ledger->tree.size / LEDGER_BLOCK;
}

int
ledger_complete(struct ledger *ledger)
{
	uint8_t edge[SEAL_LEN], root[SEAL_LEN];
	struct view *view;
	int err = is_complete(ledger);

	if (err == 0) {
		for (unsigned l = 1; l <= LEDGER_LEVELS && err == 0; l++)
			err = level_complete(ledger, l);
		if (err == 0)
			err = is_complete(ledger);
		if (err == 0)
			err = DB_CORRUPT; /* there are nodes of nothing */
	}
	if (err < 0 || ledger->tree.size == 0)
		return err < 0 ? err : 0;
	err = view_begin(ledger, ledger->tree.size, &view);
	if (err != 0)
		return err;
	err = proof_root(ledger->tree.size, view_node, view, root);
	view_end(view);
	seal_tree_root(&ledger->tree, edge);
	if (err == 0 && memcmp(root, edge, SEAL_LEN) != 0)
		err = DB_CORRUPT;
	return err;
}
