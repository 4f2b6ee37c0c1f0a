/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A B+ tree of prefixes.
 *
 * Invariants
 *   A child holds the keys from its own key in the parent up to the next one's.
 *   The first key of an inner node means nothing: its child takes all that is
 *   below the second. So a first child can go without any key being mended.
 *   No node but the root is empty; an inner root has two children or more.
 */
#include "proxy/guard/prefix_tree.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/guard/prefix_node.h"
#include "proxy/guard/slab.h"

#define NODE_FEW   (NODE_KEYS / 4)     /* fewer: join with a neighbour .. */
#define NODE_JOIN  (NODE_KEYS / 4 * 3) /* .. if both have at most so many */
#define NODE_SHIFT 6u                  /* log2 of the nodes in a chunk */
#define CACHE_LINE 64u
/* Neighbours together have more than NODE_JOIN children, or one of them at
 * least NODE_FEW: the numbers of nodes are used up before the tree is this
 * high. */
#define HEIGHT_MAX 8u

struct prefix_tree {
	struct slab nodes;
	uint32_t root;
	uint32_t height; /* levels; 1: the root is a leaf */
	uint32_t version;
	uint8_t afi;
	bool wide; /* nodes have tails */
	size_t count;
	/* The leaf that was put to last, and what belongs there: routes come
	 * in runs. NULL: none. */
	struct node *finger;
	struct key finger_from, finger_to;
	bool finger_last; /* there is no finger_to */
};

/* The way down: on each level, the leaf's being 0, a node and a place in it. */
struct path {
	struct place on[HEIGHT_MAX];
};

static struct node *
node_at(const struct prefix_tree *tree, uint32_t i)
{
	return slab_at(&tree->nodes, i);
}

struct prefix_tree *
prefix_tree_new(unsigned afi)
{
	struct prefix_tree *tree;
	size_t size = sizeof(struct node);

	if (afi_bits(afi) == 0)
		return NULL;
	tree = calloc(1, sizeof(*tree));
	if (tree == NULL)
		return NULL;
	tree->afi = (uint8_t)afi;
	tree->wide = afi == AFI_IPV6;
	if (tree->wide)
		size += sizeof(struct node_tail);
	slab_init(&tree->nodes, size, NODE_SHIFT);
	tree->root = slab_take(&tree->nodes);
	if (tree->root == 0) {
		prefix_tree_free(tree);
		return NULL;
	}
	node_init(node_at(tree, tree->root));
	tree->height = 1;
	return tree;
}

void
prefix_tree_free(struct prefix_tree *tree)
{
	if (tree == NULL)
		return;
	slab_fini(&tree->nodes);
	free(tree);
}

size_t
prefix_tree_count(const struct prefix_tree *tree)
{
	return tree->count;
}

size_t
prefix_tree_octets(const struct prefix_tree *tree)
{
	return sizeof(*tree) + slab_octets(&tree->nodes);
}

/* ---- the way down ---- */

/* A search jumps about in a leaf: have all its lines come at once. */
static void
prefetch(const struct prefix_tree *tree, const struct node *node)
{
	const uint8_t *octets = (const uint8_t *)node;

	for (size_t i = 0; i < tree->nodes.size; i += CACHE_LINE)
		__builtin_prefetch(&octets[i]);
}

/* The place of the child that key belongs to. */
static struct place
child_of(
    const struct prefix_tree *tree, struct node *node, const struct key *key)
{
	struct place place = { node, 0 };

	place.at = node_seek(tree->wide, node, key, true, true) - 1;
	return place;
}

static struct node *
child_at(const struct prefix_tree *tree, struct place place)
{
	return node_at(tree, place.node->value[place.at]);
}

/* To the leaf where key belongs, and the first place there that is not below
 * key, or (past) is above it. It may be behind the last. */
static void
descend(const struct prefix_tree *tree, const struct key *key, bool past,
    struct path *path)
{
	struct node *node = node_at(tree, tree->root);

	for (uint32_t level = tree->height - 1; level > 0; level--) {
		path->on[level] = child_of(tree, node, key);
		node = child_at(tree, path->on[level]);
		if (level == 1)
			prefetch(tree, node);
	}
	path->on[0].node = node;
	path->on[0].at = node_seek(tree->wide, node, key, past, false);
}

/* From behind the last of a leaf to the first of the next; false: no next. */
static bool
path_next(const struct prefix_tree *tree, struct path *path)
{
	uint32_t level = 1;

	while (level < tree->height &&
	       path->on[level].at + 1 >= path->on[level].node->count)
		level++;
	if (level >= tree->height)
		return false;
	path->on[level].at++;
	while (level-- > 0) {
		path->on[level].node = child_at(tree, path->on[level + 1]);
		path->on[level].at = 0;
	}
	return true;
}

/* From before the first of a leaf to the last of the one before. */
static bool
path_prev(const struct prefix_tree *tree, struct path *path)
{
	uint32_t level = 1;

	while (level < tree->height && path->on[level].at == 0)
		level++;
	if (level >= tree->height)
		return false;
	path->on[level].at--;
	while (level-- > 0) {
		path->on[level].node = child_at(tree, path->on[level + 1]);
		path->on[level].at = path->on[level].node->count - 1;
	}
	return true;
}

static bool
place_holds(
    const struct prefix_tree *tree, struct place place, const struct key *key)
{
	struct key other;

	if (place.at >= place.node->count)
		return false;
	other = node_key(tree->wide, place);
	return key_equal(&other, key);
}

uint32_t *
prefix_tree_find(const struct prefix_tree *tree, const struct prefix *prefix)
{
	struct key key = key_of(tree->wide, prefix);
	struct path path;

	descend(tree, &key, false, &path);
	if (!place_holds(tree, path.on[0], &key))
		return NULL;
	return &path.on[0].node->value[path.on[0].at];
}

/* ---- putting ---- */

static bool
finger_fits(const struct prefix_tree *tree, const struct key *key)
{
	return tree->finger != NULL && !key_below(key, &tree->finger_from) &&
	       (tree->finger_last || key_below(key, &tree->finger_to));
}

/* To the leaf where key belongs and what else does, remembered. */
static void
finger_move(struct prefix_tree *tree, const struct key *key)
{
	struct node *node = node_at(tree, tree->root);

	tree->finger_last = true;
	memset(&tree->finger_from, 0, sizeof(tree->finger_from));
	for (uint32_t level = tree->height - 1; level > 0; level--) {
		struct place place = child_of(tree, node, key);

		node = child_at(tree, place);
		if (level == 1)
			prefetch(tree, node);
		if (place.at > 0)
			tree->finger_from = node_key(tree->wide, place);
		place.at++;
		if (place.at < place.node->count) {
			tree->finger_to = node_key(tree->wide, place);
			tree->finger_last = false;
		}
	}
	tree->finger = node;
}

void
prefix_tree_fetch(struct prefix_tree *tree, const struct prefix *prefix)
{
	struct key key = key_of(tree->wide, prefix);

	if (!finger_fits(tree, &key))
		finger_move(tree, &key);
}

/* The tree will not run out of memory while it makes room in this leaf. */
static int
splits_reserve(struct prefix_tree *tree, const struct path *path)
{
	uint32_t n = 0;

	while (n < tree->height && path->on[n].node->count == NODE_KEYS)
		n++;
	if (n == tree->height)
		n++; /* a new root */
	return n > HEIGHT_MAX ? -1 : slab_reserve(&tree->nodes, n);
}

static bool
path_is_last(
    const struct prefix_tree *tree, const struct path *path, uint32_t level)
{
	if (path->on[level].at < path->on[level].node->count)
		return false;
	while (++level < tree->height) {
		if (path->on[level].at + 1 < path->on[level].node->count)
			return false;
	}
	return true;
}

/* Move the upper half of a full node to a new one, or nothing when we are
 * adding at the end of the tree: ascending loads leave full nodes behind. */
static uint32_t
node_split(struct prefix_tree *tree, const struct path *path, uint32_t level)
{
	struct node *node = path->on[level].node;
	uint32_t i = slab_take(&tree->nodes);
	struct place right = { node_at(tree, i), 0 };
	struct place half = { node, NODE_KEYS / 2 };

	if (path_is_last(tree, path, level))
		half.at = NODE_KEYS;
	node_init(right.node);
	right.node->count = node->count - half.at;
	node_move(tree->wide, right, half, right.node->count);
	node_cut(half);
	return i;
}

/* Put the old root and a new neighbour under a new one. */
static void
root_grow(struct prefix_tree *tree, const struct key *key, uint32_t right)
{
	uint32_t i = slab_take(&tree->nodes);
	struct place place = { node_at(tree, i), 0 };
	struct key none = { 0, 0, 0 };

	node_init(place.node);
	node_insert(tree->wide, place, &none, tree->root);
	place.at = 1;
	node_insert(tree->wide, place, key, right);
	tree->root = i;
	tree->height++;
}

/* Insert key into the full leaf at the end of path. Returns where it is now.
 * Memory was reserved. */
static struct place
insert_split(struct prefix_tree *tree, struct path *path, const struct key *key)
{
	struct place leaf = { NULL, 0 }, first = { NULL, 0 };
	struct key up = *key;
	uint32_t value = 0, right = 0;

	tree->finger = NULL;
	for (uint32_t level = 0; level < tree->height; level++) {
		struct place *place = &path->on[level];

		if (level > 0)
			place->at++; /* right of what was split */
		right = 0;
		if (place->node->count == NODE_KEYS) {
			right = node_split(tree, path, level);
			first.node = node_at(tree, right);
		}
		/* The left half may be full still: node_split() */
		if (place->at > place->node->count ||
		    place->node->count == NODE_KEYS) {
			place->at -= place->node->count;
			place->node = first.node;
		}
		node_insert(tree->wide, *place, &up, value);
		if (level == 0)
			leaf = *place;
		if (right == 0)
			return leaf;
		value = right;
		up = node_key(tree->wide, first);
	}
	root_grow(tree, &up, value);
	return leaf;
}

/* *place in a full leaf becomes where key is. -1 when memory is out. */
static int
put_split(struct prefix_tree *tree, const struct key *key, struct place *place)
{
	struct path path;

	descend(tree, key, false, &path);
	if (splits_reserve(tree, &path) < 0)
		return -1;
	*place = insert_split(tree, &path, key);
	return 0;
}

uint32_t *
prefix_tree_put(
    struct prefix_tree *tree, const struct prefix *prefix, bool *fresh)
{
	struct key key = key_of(tree->wide, prefix);
	struct place place;

	*fresh = false;
	if (!finger_fits(tree, &key))
		finger_move(tree, &key);
	place.node = tree->finger;
	place.at = node_seek(tree->wide, place.node, &key, false, false);
	if (place_holds(tree, place, &key))
		return &place.node->value[place.at];
	if (place.node->count < NODE_KEYS)
		node_insert(tree->wide, place, &key, 0);
	else if (put_split(tree, &key, &place) < 0)
		return NULL;
	*fresh = true;
	tree->version++;
	tree->count++;
	return &place.node->value[place.at];
}

/* ---- removing ---- */

/* Append the child right of this place to the one at it, and drop it. */
static void
children_join(struct prefix_tree *tree, struct place left, bool leaves)
{
	struct place right = { left.node, left.at + 1 };
	uint32_t i = right.node->value[right.at];
	struct place to = { node_at(tree, left.node->value[left.at]), 0 };
	struct place from = { node_at(tree, i), 0 };

	/* The first key of an inner node becomes one that counts. */
	if (!leaves) {
		struct key first = node_key(tree->wide, right);

		node_set(tree->wide, from, &first);
	}
	to.at = to.node->count;
	node_move(tree->wide, to, from, from.node->count);
	to.node->count += from.node->count;
	node_erase(tree->wide, right);
	slab_give(&tree->nodes, i);
}

static uint32_t
child_count(const struct prefix_tree *tree, struct place place)
{
	return child_at(tree, place)->count;
}

/* Join the child at this place with a neighbour, or drop it when it is empty.
 * False when it stays as it is. */
static bool
child_mend(struct prefix_tree *tree, struct place place, bool leaf)
{
	struct place left = { place.node, place.at - 1 };
	struct place right = { place.node, place.at + 1 };
	uint32_t n = child_count(tree, place);

	if (n >= NODE_FEW)
		return false;
	if (n == 0) {
		slab_give(&tree->nodes, place.node->value[place.at]);
		node_erase(tree->wide, place);
		return true;
	}
	if (place.at > 0 && child_count(tree, left) + n <= NODE_JOIN) {
		children_join(tree, left, leaf);
		return true;
	}
	if (right.at < place.node->count &&
	    child_count(tree, right) + n <= NODE_JOIN) {
		children_join(tree, place, leaf);
		return true;
	}
	return false;
}

static void
root_shrink(struct prefix_tree *tree)
{
	while (tree->height > 1) {
		struct node *node = node_at(tree, tree->root);
		uint32_t old = tree->root;

		if (node->count > 1)
			return;
		tree->root = node->value[0];
		tree->height--;
		slab_give(&tree->nodes, old);
	}
}

bool
prefix_tree_remove(struct prefix_tree *tree, const struct prefix *prefix)
{
	struct key key = key_of(tree->wide, prefix);
	struct path path;

	descend(tree, &key, false, &path);
	if (!place_holds(tree, path.on[0], &key))
		return false;
	node_erase(tree->wide, path.on[0]);
	tree->count--;
	tree->version++;
	for (uint32_t level = 1; level < tree->height; level++) {
		if (!child_mend(tree, path.on[level], level == 1))
			return true;
		tree->finger = NULL;
	}
	root_shrink(tree);
	return true;
}

/* ---- what covers ---- */

/* To the last key that is not above this one; path is where the search for a
 * higher one ended, or holds no node. False when there is none. */
static bool
path_to_last(
    const struct prefix_tree *tree, const struct key *key, struct path *path)
{
	struct place *place = &path->on[0];

	/* Often it is in the same leaf. */
	if (place->node != NULL)
		place->at =
		    node_seek(tree->wide, place->node, key, true, false);
	if (place->node == NULL || place->at == 0)
		descend(tree, key, true, path);
	if (place->at == 0)
		return path_prev(tree, path);
	place->at--;
	return true;
}

/*
 * What covers a prefix stands before it. So look at the last key that is not
 * above it: if that does not cover it, then what does covers that key too, and
 * has no more bits than the two share: look again for so many.
 */
uint32_t *
prefix_tree_cover(const struct prefix_tree *tree, const struct prefix *prefix,
    unsigned max_len, struct prefix *found)
{
	unsigned len = max_len < prefix->len ? max_len : prefix->len;
	struct key key = key_of(tree->wide, prefix);
	struct path path = { 0 };

	for (;;) {
		struct place *place = &path.on[0];
		struct key other;
		unsigned common;

		key = key_cut(tree->wide, &key, len);
		if (!path_to_last(tree, &key, &path))
			return NULL;
		other = node_key(tree->wide, *place);
		common = key_common(tree->wide, &key, &other);
		if (key_len(tree->wide, &other) <= common) {
			key_to_prefix(tree->wide, &other, found);
			/* cppcheck-suppress returnDanglingLifetime ; the
			 * tree's, which place only points at */
			return &place->node->value[place->at];
		}
		len = common; /* fewer than before */
	}
}

/* ---- walks ---- */

void
prefix_walk_begin(struct prefix_walk *walk, const struct prefix_tree *tree,
    const struct prefix *under)
{
	memset(walk, 0, sizeof(*walk));
	walk->tree = tree;
	walk->under = *under;
}

/* To where it goes on; false when nothing is left. */
static bool
walk_step(struct prefix_walk *walk, struct place *place)
{
	const struct prefix_tree *tree = walk->tree;
	bool begun = walk->last.afi != AFI_NONE;
	struct key key;
	struct path path;

	place->node = walk->leaf;
	place->at = walk->at + 1;
	if (place->node != NULL && walk->version == tree->version &&
	    place->at < place->node->count)
		return true;
	key = key_of(tree->wide, begun ? &walk->last : &walk->under);
	descend(tree, &key, begun, &path);
	if (path.on[0].at == path.on[0].node->count && !path_next(tree, &path))
		return false;
	*place = path.on[0];
	return true;
}

uint32_t *
prefix_walk_next(struct prefix_walk *walk, struct prefix *prefix)
{
	struct place place;
	struct key key;

	if (walk->ended || !walk_step(walk, &place)) {
		walk->ended = true;
		return NULL;
	}
	key = node_key(walk->tree->wide, place);
	key_to_prefix(walk->tree->wide, &key, prefix);
	if (!prefix_contains(&walk->under, prefix)) {
		walk->ended = true;
		return NULL;
	}
	walk->leaf = place.node;
	walk->at = place.at;
	walk->version = walk->tree->version;
	walk->last = *prefix;
	return &place.node->value[place.at];
}
