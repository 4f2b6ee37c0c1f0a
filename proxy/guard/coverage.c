/* SPDX-License-Identifier: BSD-2-Clause */
/* The union of prefixes, counted: two binary trees without empty branches. */
#include "proxy/guard/coverage.h"

#include <stdlib.h>

#include "proxy/guard/slab.h"

#define KEY_BITS    64u
#define PATH_MAX_N  (KEY_BITS + 1) /* lengths grow on the way down */
#define CHUNK_SHIFT 6u

/* A prefix as the tree has it: the bits that count, left-most first. */
struct key {
	uint64_t addr;
	uint8_t len;
	uint8_t tree;
};

struct node {
	uint64_t addr;
	uint64_t covered;  /* here and below */
	uint32_t child[2]; /* by the bit behind len; 0: none */
	uint32_t count;    /* times that it was added; 0: only a fork */
	uint8_t len;
};

enum tree {
	TREE_IPV4,
	TREE_IPV6,
	TREES
};

struct coverage {
	struct slab nodes;
	uint32_t root[TREES];
};

struct coverage *
coverage_new(void)
{
	struct coverage *coverage = calloc(1, sizeof(*coverage));

	if (coverage != NULL)
		slab_init(&coverage->nodes, sizeof(struct node), CHUNK_SHIFT);
	return coverage;
}

void
coverage_free(struct coverage *coverage)
{
	if (coverage == NULL)
		return;
	slab_fini(&coverage->nodes);
	free(coverage);
}

/* ---- bits ---- */

static uint64_t
mask(unsigned len)
{
	/* Never by 64: len is not 0 there.
	 * NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	return len == 0 ? 0 : UINT64_MAX << (KEY_BITS - len);
}

static unsigned
bit(uint64_t addr, unsigned i)
{
	return addr >> (KEY_BITS - 1 - i) & 1;
}

/* Leading bits that two addresses share, at most max. */
static unsigned
shared(uint64_t a, uint64_t b, unsigned max)
{
	unsigned n = a == b ? KEY_BITS : (unsigned)__builtin_clzll(a ^ b);

	return n < max ? n : max;
}

static bool
key_of(const struct prefix *prefix, struct key *key)
{
	unsigned bits = prefix->afi == AFI_IPV4 ? 32 : KEY_BITS;

	if (prefix->afi != AFI_IPV4 && prefix->afi != AFI_IPV6)
		return false;
	key->tree = prefix->afi == AFI_IPV4 ? TREE_IPV4 : TREE_IPV6;
	key->len = prefix->len < bits ? prefix->len : (uint8_t)bits;
	key->addr = 0;
	for (unsigned i = 0; i < sizeof(key->addr); i++)
		key->addr = key->addr << 8 | prefix->addr[i];
	key->addr &= mask(key->len);
	return true;
}

/* What a prefix of this length covers; 2^64 has no number. */
static uint64_t
size_of(enum tree tree, unsigned len)
{
	unsigned bits = (tree == TREE_IPV4 ? 32 : KEY_BITS) - len;

	return bits == KEY_BITS ? UINT64_MAX : UINT64_C(1) << bits;
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* ---- nodes ---- */

static struct node *
node_at(const struct coverage *coverage, uint32_t i)
{
	return slab_at(&coverage->nodes, i);
}

static uint64_t
covered_at(const struct coverage *coverage, uint32_t i)
{
	return i == 0 ? 0 : node_at(coverage, i)->covered;
}

static void
count_anew(struct coverage *coverage, enum tree tree, struct node *node)
{
	node->covered = node->count > 0
			    ? size_of(tree, node->len)
			    : sum(covered_at(coverage, node->child[0]),
				  covered_at(coverage, node->child[1]));
}

/* The node is the key's prefix, or one around it. */
static bool
holds(const struct node *node, const struct key *key)
{
	return node->len <= key->len &&
	       ((node->addr ^ key->addr) & mask(node->len)) == 0;
}

/* The way from the root to the key: the places that name the nodes which hold
 * it. */
struct path {
	uint32_t *at[PATH_MAX_N];
	unsigned n;
	uint32_t *end; /* names what is behind the last of them; 0: nothing */
};

static void
path_find(struct coverage *coverage, const struct key *key, struct path *path)
{
	path->n = 0;
	path->end = &coverage->root[key->tree];
	while (*path->end != 0) {
		struct node *node = node_at(coverage, *path->end);

		if (!holds(node, key))
			return;
		path->at[path->n++] = path->end;
		if (node->len == key->len)
			return;
		path->end = &node->child[bit(key->addr, node->len)];
	}
}

/* The key's own node, when the path ends at it. */
static struct node *
path_node(const struct coverage *coverage, const struct path *path,
    const struct key *key)
{
	struct node *node;

	if (path->n == 0)
		return NULL;
	node = node_at(coverage, *path->at[path->n - 1]);
	return node->len == key->len ? node : NULL;
}

/* A node without children; room for it is reserved. */
static uint32_t
node_new(struct coverage *coverage, uint64_t addr, unsigned len, uint32_t count)
{
	uint32_t i = slab_take(&coverage->nodes);

	*node_at(coverage, i) = (struct node){
		.addr = addr & mask(len),
		.len = (uint8_t)len,
		.count = count,
	};
	return i;
}

static void
adopt(struct coverage *coverage, uint32_t parent, uint32_t child)
{
	struct node *node = node_at(coverage, parent);

	node->child[bit(node_at(coverage, child)->addr, node->len)] = child;
}

/* Add a node where the path ends, with a fork if it has to share the place. */
static int
insert(struct coverage *coverage, const struct key *key, struct path *path)
{
	uint32_t below = *path->end;
	uint32_t leaf, fork;
	unsigned len = key->len;

	if (slab_reserve(&coverage->nodes, 2) < 0)
		return -1;
	leaf = node_new(coverage, key->addr, key->len, 1);
	count_anew(coverage, key->tree, node_at(coverage, leaf));
	if (below != 0)
		len = shared(node_at(coverage, below)->addr, key->addr, len);
	if (below != 0 && len < key->len) {
		fork = node_new(coverage, key->addr, len, 0);
		adopt(coverage, fork, leaf);
		adopt(coverage, fork, below);
		count_anew(coverage, key->tree, node_at(coverage, fork));
		*path->end = fork;
		return 0;
	}
	if (below != 0)
		adopt(coverage, leaf, below);
	*path->end = leaf;
	return 0;
}

/* Bottom up: nodes that are no prefix and no fork go, the others count. */
static void
path_count(struct coverage *coverage, enum tree tree, const struct path *path)
{
	for (unsigned i = path->n; i > 0; i--) {
		uint32_t *place = path->at[i - 1];
		uint32_t number = *place;
		struct node *node = node_at(coverage, number);

		if (node->count > 0 ||
		    (node->child[0] != 0 && node->child[1] != 0)) {
			count_anew(coverage, tree, node);
			continue;
		}
		*place = node->child[0] != 0 ? node->child[0] : node->child[1];
		slab_give(&coverage->nodes, number);
	}
}

int
coverage_add(struct coverage *coverage, const struct prefix *prefix)
{
	struct path path;
	struct node *node;
	struct key key;

	if (!key_of(prefix, &key))
		return 0;
	path_find(coverage, &key, &path);
	node = path_node(coverage, &path, &key);
	if (node == NULL) {
		if (insert(coverage, &key, &path) < 0)
			return -1;
	} else if (node->count == UINT32_MAX) {
		return -1;
	} else {
		node->count++;
	}
	path_count(coverage, key.tree, &path);
	return 0;
}

bool
coverage_remove(struct coverage *coverage, const struct prefix *prefix)
{
	struct path path;
	struct node *node;
	struct key key;

	if (!key_of(prefix, &key))
		return false;
	path_find(coverage, &key, &path);
	node = path_node(coverage, &path, &key);
	if (node == NULL || node->count == 0)
		return false;
	node->count--;
	path_count(coverage, key.tree, &path);
	return true;
}

/* ---- questions ---- */

uint64_t
coverage_total(const struct coverage *coverage)
{
	return sum(covered_at(coverage, coverage->root[TREE_IPV4]),
	    covered_at(coverage, coverage->root[TREE_IPV6]));
}

/* What adding the key would cover that is not covered now. */
static uint64_t
gain(const struct coverage *coverage, const struct key *key)
{
	uint64_t size = size_of(key->tree, key->len);
	uint32_t i = coverage->root[key->tree];
	const struct node *node;

	while (i != 0) {
		node = node_at(coverage, i);
		if (node->len >= key->len || !holds(node, key))
			break;
		if (node->count > 0)
			return 0;
		i = node->child[bit(key->addr, node->len)];
	}
	if (i == 0)
		return size;
	node = node_at(coverage, i);
	if (node->len < key->len ||
	    ((node->addr ^ key->addr) & mask(key->len)) != 0)
		return size;
	return size - node->covered;
}

uint64_t
coverage_with(const struct coverage *coverage, const struct prefix *prefix)
{
	uint64_t total = coverage_total(coverage);
	struct key key;

	return key_of(prefix, &key) ? sum(total, gain(coverage, &key)) : total;
}

size_t
coverage_memory(const struct coverage *coverage)
{
	return sizeof(*coverage) + slab_octets(&coverage->nodes);
}
