/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ordered map from prefixes of one family to 32-bit values: a B+ tree by
 * (address, length). So a prefix stands right before all that lies inside it:
 * "what is inside?" is a walk from there, and "what covers?" a few descents.
 *
 * A leaf is a few cache lines of keys; a full table of a million IPv4 prefixes
 * takes less than 25 octets each, also when they come in random order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

struct prefix_tree;

/* Empty, for AFI_IPV4 or AFI_IPV6; NULL when memory is out (or another afi). */
struct prefix_tree *prefix_tree_new(unsigned afi);
void prefix_tree_free(struct prefix_tree *tree); /* NULL is fine */

/*
 * All prefixes given are of the tree's family and masked (prefix_valid()).
 * Pointers to values are borrowed until the tree next changes.
 */

/* The value of exactly this prefix, or NULL. */
uint32_t *prefix_tree_find(
    const struct prefix_tree *tree, const struct prefix *prefix);

/* The same, made (value 0, *fresh set) where it is not there; NULL when memory
 * is out, and the tree is as before. */
uint32_t *prefix_tree_put(
    struct prefix_tree *tree, const struct prefix *prefix, bool *fresh);

/* This one will be put next: have memory fetch what that takes meanwhile. */
void prefix_tree_fetch(struct prefix_tree *tree, const struct prefix *prefix);

/* False when it was not there. Never needs memory. */
bool prefix_tree_remove(struct prefix_tree *tree, const struct prefix *prefix);

/*
 * The longest prefix in the tree of at most max_len bits that covers prefix
 * (or is it). Returns its value and sets *found, or NULL. Shorter ones: ask
 * again with max_len = found->len - 1 (unless that was 0).
 */
uint32_t *prefix_tree_cover(const struct prefix_tree *tree,
    const struct prefix *prefix, unsigned max_len, struct prefix *found);

/*
 * Walk what lies inside under (which counts itself), by address, then length.
 * The tree may change between calls: the walk goes on behind the last prefix
 * that it gave.
 */
struct prefix_walk {
	const struct prefix_tree *tree;
	struct prefix under;
	struct prefix last; /* given last; afi 0: none yet */
	/* where it stands, while the tree has not changed */
	void *leaf;
	uint32_t at;
	uint32_t version;
	bool ended;
};
void prefix_walk_begin(struct prefix_walk *walk, const struct prefix_tree *tree,
    const struct prefix *under);
/* The next one's value and *prefix, or NULL at the end. */
uint32_t *prefix_walk_next(struct prefix_walk *walk, struct prefix *prefix);

size_t prefix_tree_count(const struct prefix_tree *tree);
/* Octets of memory that it takes. */
size_t prefix_tree_octets(const struct prefix_tree *tree);
