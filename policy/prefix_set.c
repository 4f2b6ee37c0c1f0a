/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A path-compressed binary trie. Nodes and entries live in two arrays and name
 * each other by index, so that growing never leaves a dangling pointer inside;
 * index 0 of the nodes is "none". A node is an entry, or a fork that exists
 * only because its two children part there.
 */
#include "policy/prefix_set.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BITS   64u
#define NODES_FIRST 16
#define NO_ENTRY    UINT32_MAX

/* The bits of a prefix as two numbers: comparing and forking are then one or
 * two instructions each. */
struct key {
	uint64_t word[2];
};

struct node {
	struct key key; /* bits past len are zero */
	uint32_t child[2];
	uint32_t entry; /* NO_ENTRY: a fork */
	uint8_t len;
};

struct prefix_set {
	struct node *nodes;
	struct prefix_entry *entries;
	uint32_t n_nodes;
	uint32_t n_entries;
	uint32_t room; /* entries allocated; nodes: twice that and one */
	uint32_t root[AFI_IPV6 + 1];
};

static uint64_t
word_of(const uint8_t octets[8])
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word = word << 8 | octets[i];
	return word;
}

static struct key
key_of(const struct prefix *prefix)
{
	struct key key;

	key.word[0] = word_of(prefix->addr);
	key.word[1] = word_of(prefix->addr + 8);
	return key;
}

static unsigned
key_bit(const struct key *key, unsigned i)
{
	uint64_t word = key->word[i / WORD_BITS];

	return (unsigned)(word >> (WORD_BITS - 1 - i % WORD_BITS)) & 1u;
}

/* The first n bits of a word, n 0..64. */
static uint64_t
word_mask(unsigned n)
{
	return n == 0 ? 0 : UINT64_MAX << (WORD_BITS - n);
}

/* The first len bits of the key, the others zero. */
static struct key
key_cut(const struct key *key, unsigned len)
{
	unsigned first = len < WORD_BITS ? len : WORD_BITS;
	struct key cut;

	cut.word[0] = key->word[0] & word_mask(first);
	cut.word[1] = key->word[1] & word_mask(len - first);
	return cut;
}

/* The two agree on their first len bits. */
static bool
key_agrees(const struct key *a, const struct key *b, unsigned len)
{
	unsigned first = len < WORD_BITS ? len : WORD_BITS;
	uint64_t differ = (a->word[0] ^ b->word[0]) & word_mask(first);

	return (differ |
		   ((a->word[1] ^ b->word[1]) & word_mask(len - first))) == 0;
}

/* How many of the first max bits the two have in common. */
static unsigned
key_common(const struct key *a, const struct key *b, unsigned max)
{
	unsigned n = 0;

	while (n < max && key_bit(a, n) == key_bit(b, n))
		n++;
	return n;
}

struct prefix_set *
prefix_set_new(void)
{
	struct prefix_set *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->n_nodes = 1; /* index 0 is none */
	return set;
}

void
prefix_set_free(struct prefix_set *set)
{
	if (set == NULL)
		return;
	free(set->nodes);
	free(set->entries);
	free(set);
}

/* Room for one more entry: at most itself and one fork. */
static int
set_reserve(struct prefix_set *set)
{
	uint32_t room = set->room == 0 ? NODES_FIRST : set->room * 2;
	struct prefix_entry *entries;
	struct node *nodes;

	if (set->n_entries >= PREFIX_SET_MAX)
		return -1;
	if (set->n_entries < set->room)
		return 0;

	entries = realloc(set->entries, room * sizeof(*entries));
	if (entries == NULL)
		return -1;
	set->entries = entries;
	nodes = realloc(set->nodes, (2 * (size_t)room + 1) * sizeof(*nodes));
	if (nodes == NULL)
		return -1;
	set->nodes = nodes;
	set->room = room;
	return 0;
}

/* Make a node; the room is there. Returns its index. */
static uint32_t
set_node(
    struct prefix_set *set, const struct key *key, unsigned len, uint32_t entry)
{
	uint32_t index = set->n_nodes++;
	struct node *node = &set->nodes[index];

	assert(index <= 2 * set->room);
	node->key = key_cut(key, len);
	node->child[0] = 0;
	node->child[1] = 0;
	node->entry = entry;
	node->len = (uint8_t)len;
	return index;
}

static uint32_t
set_entry(struct prefix_set *set, const struct prefix *prefix, uint32_t tag)
{
	uint32_t index = set->n_entries++;
	struct prefix_entry *entry = &set->entries[index];

	entry->prefix = *prefix;
	entry->tag = tag;
	(void)prefix_print(prefix, entry->text, sizeof(entry->text));
	return index;
}

/*
 * Where the prefix belongs: the link to the last node that does not cover it,
 * to the node that is it, or to nothing.
 */
static uint32_t *
set_descend(
    struct prefix_set *set, unsigned afi, const struct key *key, unsigned len)
{
	uint32_t *link = &set->root[afi];

	while (*link != 0) {
		struct node *node = &set->nodes[*link];

		if (node->len >= len || !key_agrees(&node->key, key, node->len))
			break;
		link = &node->child[key_bit(key, node->len)];
	}
	return link;
}

/* Put a new node above the one that the link names. */
static void
set_put_above(struct prefix_set *set, uint32_t *link, uint32_t added)
{
	struct node *below = &set->nodes[*link];
	struct node *node = &set->nodes[added];
	unsigned max = node->len < below->len ? node->len : below->len;
	unsigned common = key_common(&node->key, &below->key, max);
	uint32_t top = added;

	if (common < node->len) {
		top = set_node(set, &node->key, common, NO_ENTRY);
		set->nodes[top].child[key_bit(&node->key, common)] = added;
	}
	set->nodes[top].child[key_bit(&below->key, common)] = *link;
	*link = top;
}

int
prefix_set_add(
    struct prefix_set *set, const struct prefix *prefix, uint32_t tag)
{
	struct key key;
	uint32_t *link;

	if (!prefix_valid(prefix) || set_reserve(set) < 0)
		return -1;
	key = key_of(prefix);
	link = set_descend(set, prefix->afi, &key, prefix->len);
	if (*link == 0) {
		*link = set_node(
		    set, &key, prefix->len, set_entry(set, prefix, tag));
		return 0;
	}
	if (set->nodes[*link].len == prefix->len &&
	    key_agrees(&set->nodes[*link].key, &key, prefix->len)) {
		if (set->nodes[*link].entry == NO_ENTRY)
			set->nodes[*link].entry = set_entry(set, prefix, tag);
		return 0;
	}
	set_put_above(set, link,
	    set_node(set, &key, prefix->len, set_entry(set, prefix, tag)));
	return 0;
}

const struct prefix_entry *
prefix_set_longest(const struct prefix_set *set, const struct prefix *prefix)
{
	uint32_t found = NO_ENTRY;
	struct key key;
	uint32_t at;

	if (set == NULL || afi_bits(prefix->afi) == 0 ||
	    prefix->len > afi_bits(prefix->afi))
		return NULL;
	key = key_of(prefix);
	at = set->root[prefix->afi];
	while (at != 0) {
		const struct node *node = &set->nodes[at];

		if (node->len > prefix->len ||
		    !key_agrees(&node->key, &key, node->len))
			break;
		if (node->entry != NO_ENTRY)
			found = node->entry;
		if (node->len == prefix->len)
			break;
		at = node->child[key_bit(&key, node->len)];
	}
	return found == NO_ENTRY ? NULL : &set->entries[found];
}

const struct prefix *
prefix_set_cover(const struct prefix_set *set, const struct prefix *prefix)
{
	const struct prefix_entry *entry = prefix_set_longest(set, prefix);

	return entry == NULL ? NULL : &entry->prefix;
}

size_t
prefix_set_count(const struct prefix_set *set)
{
	return set == NULL ? 0 : set->n_entries;
}

const struct prefix_entry *
prefix_set_at(const struct prefix_set *set, size_t i)
{
	return i < prefix_set_count(set) ? &set->entries[i] : NULL;
}
