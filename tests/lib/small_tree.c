/* SPDX-License-Identifier: BSD-2-Clause */
/* A Merkle tree in memory. */
#include "tests/lib/small_tree.h"

#include <string.h>

#include "store/db.h"

void
small_tree_grow(struct small_tree *tree, unsigned from, uint8_t salt)
{
	for (unsigned i = from; i < SMALL_TREE_LEAVES; i++) {
		uint8_t record[3] = { (uint8_t)i, (uint8_t)(i >> 8), salt };

		seal_leaf(record, sizeof(record), tree->node[0][i]);
	}
	for (unsigned level = 1; level <= SMALL_TREE_BITS; level++) {
		for (unsigned i = 0; i < SMALL_TREE_LEAVES >> level; i++)
			seal_node(tree->node[level - 1][2 * i],
			    tree->node[level - 1][2 * i + 1],
			    tree->node[level][i]);
	}
}

int
small_tree_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[SEAL_LEN])
{
	const struct small_tree *tree = ctx;

	if (level > SMALL_TREE_BITS || index >= SMALL_TREE_LEAVES >> level)
		return DB_NOT_FOUND;
	memcpy(out, tree->node[level][index], SEAL_LEN);
	return 0;
}

void
small_tree_root(
    const struct small_tree *tree, unsigned n, uint8_t out[SEAL_LEN])
{
	struct seal_tree edge;

	seal_tree_init(&edge);
	for (unsigned i = 0; i < n; i++)
		seal_tree_add(&edge, tree->node[0][i]);
	seal_tree_root(&edge, out);
}
