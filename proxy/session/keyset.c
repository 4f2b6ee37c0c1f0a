/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash set of nodes that live inside their owners. */
#include "proxy/session/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/common/sieve.h"

#define HEADS_FIRST 64u
#define HEADS_MAX   (1u << 24)

int
keyset_init(struct keyset *set, const uint8_t key[HASH_KEY_LEN])
{
	set->heads = calloc(HEADS_FIRST, sizeof(struct keyset_node *));
	set->sieve = calloc(HEADS_FIRST, 1);
	set->mask = HEADS_FIRST - 1;
	set->count = 0;
	memcpy(set->key, key, HASH_KEY_LEN);
	if (set->heads != NULL && set->sieve != NULL)
		return 0;
	keyset_fini(set);
	return -1;
}

void
keyset_fini(struct keyset *set)
{
	free(set->heads);
	free(set->sieve);
	set->heads = NULL;
	set->sieve = NULL;
}

struct keyset_node *
keyset_find(const struct keyset *set, const void *key, size_t len)
{
	uint32_t hash = (uint32_t)hash_sip(set->key, key, len);
	struct keyset_node *node;

	if (!sieve_may_hold(set->sieve, hash & set->mask, hash))
		return NULL;
	node = set->heads[hash & set->mask];
	while (node != NULL && (node->hash != hash || node->len != len ||
				   memcmp(node->key, key, len) != 0))
		node = node->chain;
	return node;
}

static void
chain_in(struct keyset *set, struct keyset_node *node)
{
	uint32_t i = node->hash & set->mask;

	node->chain = set->heads[i];
	set->heads[i] = node;
	sieve_add(set->sieve, i, node->hash);
}

static void
grow(struct keyset *set)
{
	struct keyset old = *set;
	uint32_t n = (set->mask + 1) * 4; /* growing touches all */
	struct keyset_node **heads;
	uint8_t *sieve;

	if (n > HEADS_MAX)
		return;
	heads = calloc(n, sizeof(struct keyset_node *));
	sieve = calloc(n, 1);
	if (heads == NULL || sieve == NULL) {
		free(heads);
		free(sieve);
		return;
	}
	set->heads = heads;
	set->sieve = sieve;
	set->mask = n - 1;
	for (uint32_t i = 0; i <= old.mask; i++) {
		struct keyset_node *node = old.heads[i];

		while (node != NULL) {
			struct keyset_node *next = node->chain;

			chain_in(set, node);
			node = next;
		}
	}
	keyset_fini(&old);
}

void
keyset_insert(struct keyset *set, struct keyset_node *node)
{
	if (set->count > set->mask)
		grow(set);
	node->hash = (uint32_t)hash_sip(set->key, node->key, node->len);
	chain_in(set, node);
	set->count++;
}

void
keyset_remove(struct keyset *set, struct keyset_node *node)
{
	uint32_t i = node->hash & set->mask;
	struct keyset_node **at = &set->heads[i];

	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
	set->count--;
	set->sieve[i] = 0;
	for (node = set->heads[i]; node != NULL; node = node->chain)
		sieve_add(set->sieve, i, node->hash);
}

void
keyset_each(struct keyset *set,
    void (*run)(void *ctx, struct keyset_node *node), void *ctx)
{
	for (uint32_t i = 0; i <= set->mask; i++) {
		struct keyset_node *node = set->heads[i];

		while (node != NULL) {
			struct keyset_node *next = node->chain;

			run(ctx, node);
			node = next;
		}
	}
}
