/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash set of nodes that live inside their owners. */
#include "proxy/session/keyset.h"

#include <stdlib.h>
#include <string.h>

#define HEADS_FIRST 64u
#define HEADS_MAX   (1u << 24)

int
keyset_init(struct keyset *set, const uint8_t key[HASH_KEY_LEN])
{
	set->heads = calloc(HEADS_FIRST, sizeof(struct keyset_node *));
	set->mask = HEADS_FIRST - 1;
	set->count = 0;
	memcpy(set->key, key, HASH_KEY_LEN);
	return set->heads == NULL ? -1 : 0;
}

void
keyset_fini(struct keyset *set)
{
	free(set->heads);
	set->heads = NULL;
}

struct keyset_node *
keyset_find(const struct keyset *set, const void *key, size_t len)
{
	uint32_t hash = (uint32_t)hash_sip(set->key, key, len);
	struct keyset_node *node = set->heads[hash & set->mask];

	while (node != NULL && (node->hash != hash || node->len != len ||
				   memcmp(node->key, key, len) != 0))
		node = node->chain;
	return node;
}

static void
grow(struct keyset *set)
{
	uint32_t n = (set->mask + 1) * 2;
	struct keyset_node **heads;

	if (n > HEADS_MAX)
		return;
	heads = calloc(n, sizeof(struct keyset_node *));
	if (heads == NULL)
		return;
	for (uint32_t i = 0; i <= set->mask; i++) {
		struct keyset_node *node = set->heads[i];

		while (node != NULL) {
			struct keyset_node *next = node->chain;

			node->chain = heads[node->hash & (n - 1)];
			heads[node->hash & (n - 1)] = node;
			node = next;
		}
	}
	free(set->heads);
	set->heads = heads;
	set->mask = n - 1;
}

void
keyset_insert(struct keyset *set, struct keyset_node *node)
{
	struct keyset_node **head;

	if (set->count > set->mask)
		grow(set);
	node->hash = (uint32_t)hash_sip(set->key, node->key, node->len);
	head = &set->heads[node->hash & set->mask];
	node->chain = *head;
	*head = node;
	set->count++;
}

void
keyset_remove(struct keyset *set, struct keyset_node *node)
{
	struct keyset_node **at = &set->heads[node->hash & set->mask];

	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
	set->count--;
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
