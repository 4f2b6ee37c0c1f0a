/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash set of nodes that live inside their owners, found by the octets of
 * their keys. The hash is keyed at random, so that no peer can choose
 * collisions.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/hash.h"

struct keyset_node {
	struct keyset_node *chain;
	const void *key; /* borrowed: as long as the node is in the set */
	uint32_t len;
	uint32_t hash;
};

struct keyset {
	struct keyset_node **heads; /* owned */
	uint8_t *sieve;             /* owned */
	uint32_t mask;
	uint32_t count;
	uint8_t key[HASH_KEY_LEN];
};

/* key is copied. Returns 0, or -1 when out of memory. */
int keyset_init(struct keyset *set, const uint8_t key[HASH_KEY_LEN]);

/* Free the set's own memory; the nodes are their owner's. */
void keyset_fini(struct keyset *set);

/* NULL when there is none. */
struct keyset_node *keyset_find(
    const struct keyset *set, const void *key, size_t len);

/* Add a node whose key and len are set and are not in the set yet. Never
 * fails: out of memory the chains grow longer. */
void keyset_insert(struct keyset *set, struct keyset_node *node);

/* Take out a node that is in the set. */
void keyset_remove(struct keyset *set, struct keyset_node *node);

/* Call run for every node; it may remove and free that node, and no other. */
void keyset_each(struct keyset *set,
    void (*run)(void *ctx, struct keyset_node *node), void *ctx);
