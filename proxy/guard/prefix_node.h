/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys and nodes of a prefix tree. Only prefix_tree.c and prefix_walk.c need
 * this.
 */
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "policy/prefix.h"

#define NODE_KEYS   64u
#define NODE_UNUSED UINT64_MAX /* not below any key */

/*
 * A prefix as its tree orders it: by address, then length.
 *
 * Narrow (IPv4): hi is address << 32 | length, and that is all.
 * Wide (IPv6): hi and lo are the address, then the length.
 */
struct key {
	uint64_t hi;
	uint64_t lo;
	uint8_t len;
};

/*
 * Sorted keys and, beside them, numbers: values in a leaf, children further up.
 * What is looked through lies together. Beyond count, hi is NODE_UNUSED.
 */
struct node {
	uint32_t count;
	uint32_t zero;
	uint64_t hi[NODE_KEYS];
	uint32_t value[NODE_KEYS];
};

/* Right behind each node of a wide tree. */
struct node_tail {
	uint64_t lo[NODE_KEYS];
	uint8_t len[NODE_KEYS];
};

/* One place in one node. */
struct place {
	struct node *node;
	uint32_t at;
};

void key_to_prefix(bool wide, const struct key *key, struct prefix *out);

/* The same address with only its first len bits. */
struct key key_cut(bool wide, const struct key *key, unsigned len);

/* Leading bits that two addresses share, to 32 or 128. */
unsigned key_common(bool wide, const struct key *a, const struct key *b);

/* Write the key at a place. */
void node_set(bool wide, struct place place, const struct key *key);

/* Empty it. */
void node_init(struct node *node);

/* Drop what is at this place and behind it. */
void node_cut(struct place place);

/* Copy n keys and values; the two may overlap. */
void node_move(bool wide, struct place to, struct place from, uint32_t n);

/* Make room at a place and write there. The node is not full. */
void node_insert(
    bool wide, struct place place, const struct key *key, uint32_t value);
void node_erase(bool wide, struct place place);

static inline uint64_t
key_word(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return ntohl(word);
}

static inline struct key
key_of(bool wide, const struct prefix *prefix)
{
	struct key key = { 0, 0, 0 };

	if (!wide) {
		key.hi = key_word(prefix->addr) << 32 | prefix->len;
		return key;
	}
	key.hi = key_word(prefix->addr) << 32 | key_word(&prefix->addr[4]);
	key.lo = key_word(&prefix->addr[8]) << 32 | key_word(&prefix->addr[12]);
	key.len = prefix->len;
	return key;
}

static inline unsigned
key_len(bool wide, const struct key *key)
{
	return wide ? key->len : (unsigned)(key->hi & 0xff);
}

static inline bool
key_equal(const struct key *a, const struct key *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->len == b->len;
}

static inline bool
key_below(const struct key *a, const struct key *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi;
	return a->lo != b->lo ? a->lo < b->lo : a->len < b->len;
}

static inline struct node_tail *
node_tail(struct node *node)
{
	return (struct node_tail *)(void *)(node + 1);
}

static inline struct key
node_key(bool wide, struct place place)
{
	struct key key = { place.node->hi[place.at], 0, 0 };

	if (wide) {
		key.lo = node_tail(place.node)->lo[place.at];
		key.len = node_tail(place.node)->len[place.at];
	}
	return key;
}

/*
 * How many of a node's words are below this one; with `sure`, the first one is
 * by decree. First by eights, then within one eight: no branch, as where a
 * prefix lies is as good as random, and few loads that wait for another.
 */
static inline uint32_t
node_words_below(const uint64_t words[NODE_KEYS], uint64_t word, bool sure)
{
	uint32_t eight = 0, n;
	const uint64_t *of;

	for (uint32_t i = 8; i < NODE_KEYS; i += 8)
		eight += words[i] < word;
	of = &words[(size_t)eight * 8];
	n = (of[0] < word) | (sure && eight == 0);
	for (uint32_t i = 1; i < 8; i++)
		n += of[i] < word;
	return eight * 8 + n;
}

/* The first place whose key is not below this one, or (past) is above it. In an
 * inner node never the first place: its key means nothing. */
static inline uint32_t
node_seek(
    bool wide, struct node *node, const struct key *key, bool past, bool inner)
{
	uint32_t i = node_words_below(node->hi, key->hi, inner);

	while (i < node->count && node->hi[i] == key->hi) {
		struct key other = node_key(wide, (struct place){ node, i });

		if (past ? key_below(key, &other) : !key_below(&other, key))
			break;
		i++;
	}
	return i;
}
