/* SPDX-License-Identifier: BSD-2-Clause */
/* A Merkle tree in memory, with every perfect subtree: leaf i is the hash of
 * one octet, i mod 256, then i / 256 and the salt. */
#pragma once

#include "store/proof.h"

#define SMALL_TREE_BITS   9
#define SMALL_TREE_LEAVES (1u << SMALL_TREE_BITS)

struct small_tree {
	uint8_t node[SMALL_TREE_BITS + 1][SMALL_TREE_LEAVES][SEAL_LEN];
};

/* Its leaves from `from` on bear the salt: two trees with another salt fork
 * there. */
void small_tree_grow(struct small_tree *tree, unsigned from, uint8_t salt);

/* proof_node, ctx is the tree. */
int small_tree_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[SEAL_LEN]);

/* Root of its first n leaves, as seal_tree_root() says. */
void small_tree_root(
    const struct small_tree *tree, unsigned n, uint8_t out[SEAL_LEN]);
