/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and nodes of a prefix tree. */
#include "proxy/guard/prefix_node.h"

#include <arpa/inet.h>
#include <string.h>

static void
word_store(uint8_t *p, uint64_t value)
{
	uint32_t word = htonl((uint32_t)value);

	memcpy(p, &word, sizeof(word));
}

void
key_to_prefix(bool wide, const struct key *key, struct prefix *out)
{
	memset(out, 0, sizeof(*out));
	out->len = (uint8_t)key_len(wide, key);
	if (!wide) {
		out->afi = AFI_IPV4;
		word_store(out->addr, key->hi >> 32);
		return;
	}
	out->afi = AFI_IPV6;
	word_store(out->addr, key->hi >> 32);
	word_store(&out->addr[4], key->hi);
	word_store(&out->addr[8], key->lo >> 32);
	word_store(&out->addr[12], key->lo);
}

/* The first len bits of a word. */
static uint64_t
word_cut(uint64_t word, unsigned len)
{
	if (len >= 64)
		return word;
	return word & ~(UINT64_MAX >> len);
}

struct key
key_cut(bool wide, const struct key *key, unsigned len)
{
	struct key cut = { word_cut(key->hi, len), 0, 0 };

	if (!wide) {
		cut.hi |= len;
		return cut;
	}
	if (len > 64)
		cut.lo = word_cut(key->lo, len - 64);
	cut.len = (uint8_t)len;
	return cut;
}

unsigned
key_common(bool wide, const struct key *a, const struct key *b)
{
	uint64_t hi = a->hi ^ b->hi, lo = a->lo ^ b->lo;

	if (!wide) {
		hi >>= 32;
		return hi == 0 ? 32 : (unsigned)__builtin_clzll(hi) - 32;
	}
	if (hi != 0)
		return (unsigned)__builtin_clzll(hi);
	return lo == 0 ? 128 : 64 + (unsigned)__builtin_clzll(lo);
}

void
node_set(bool wide, struct place place, const struct key *key)
{
	place.node->hi[place.at] = key->hi;
	if (wide) {
		node_tail(place.node)->lo[place.at] = key->lo;
		node_tail(place.node)->len[place.at] = key->len;
	}
}

void
node_init(struct node *node)
{
	node->count = 0;
	for (uint32_t i = 0; i < NODE_KEYS; i++)
		node->hi[i] = NODE_UNUSED;
}

void
node_cut(struct place place)
{
	for (uint32_t i = place.at; i < place.node->count; i++)
		place.node->hi[i] = NODE_UNUSED;
	place.node->count = place.at;
}

void
node_move(bool wide, struct place to, struct place from, uint32_t n)
{
	memmove(&to.node->hi[to.at], &from.node->hi[from.at],
	    n * sizeof(to.node->hi[0]));
	memmove(&to.node->value[to.at], &from.node->value[from.at],
	    n * sizeof(to.node->value[0]));
	if (wide) {
		struct node_tail *t = node_tail(to.node);
		struct node_tail *f = node_tail(from.node);

		memmove(&t->lo[to.at], &f->lo[from.at], n * sizeof(t->lo[0]));
		memmove(
		    &t->len[to.at], &f->len[from.at], n * sizeof(t->len[0]));
	}
}

void
node_insert(
    bool wide, struct place place, const struct key *key, uint32_t value)
{
	struct node *node = place.node;
	struct place next = { node, place.at + 1 };

	node_move(wide, next, place, node->count - place.at);
	node_set(wide, place, key);
	node->value[place.at] = value;
	node->count++;
}

void
node_erase(bool wide, struct place place)
{
	struct node *node = place.node;
	struct place next = { node, place.at + 1 };

	node->count--;
	node_move(wide, place, next, node->count - place.at);
	node->hi[node->count] = NODE_UNUSED;
}
