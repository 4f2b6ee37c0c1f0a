/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table from name to number, open addressing, half full at most. */
#include "proxy/supervisor/names.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "policy/hash.h"

#define NAMES_FIRST 64u /* slots, a power of two */

struct slot {
	char *key; /* NULL: free */
	uint32_t number;
};

struct names {
	uint8_t hash_key[HASH_KEY_LEN];
	struct slot *slots;
	uint32_t n_slots;
	uint32_t n;
};

struct names *
names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names == NULL)
		return NULL;
	names->slots = calloc(NAMES_FIRST, sizeof(*names->slots));
	names->n_slots = NAMES_FIRST;
	if (names->slots == NULL ||
	    getrandom(names->hash_key, HASH_KEY_LEN, 0) != HASH_KEY_LEN) {
		names_free(names);
		return NULL;
	}
	return names;
}

void
names_free(struct names *names)
{
	if (names == NULL)
		return;
	for (uint32_t i = 0; names->slots != NULL && i < names->n_slots; i++)
		free(names->slots[i].key);
	free(names->slots);
	free(names);
}

/* The slot that key has in slots, or would get. */
static struct slot *
slot_of(const struct names *names, struct slot *slots, uint32_t n_slots,
    const char *key)
{
	uint64_t hash = hash_sip(names->hash_key, key, strlen(key));
	uint32_t i = (uint32_t)hash & (n_slots - 1);

	while (slots[i].key != NULL && strcmp(slots[i].key, key) != 0)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

/* Keep the table half empty. 0, or -1 when out of memory. */
static int
names_grow(struct names *names)
{
	uint32_t n_slots = 2 * names->n_slots;
	struct slot *slots;

	if (2 * (names->n + 1) <= names->n_slots)
		return 0;
	slots = calloc(n_slots, sizeof(*slots));
	if (slots == NULL)
		return -1;
	for (uint32_t i = 0; i < names->n_slots; i++) {
		if (names->slots[i].key != NULL)
			*slot_of(names, slots, n_slots, names->slots[i].key) =
			    names->slots[i];
	}
	free(names->slots);
	names->slots = slots;
	names->n_slots = n_slots;
	return 0;
}

uint32_t
names_number(struct names *names, const char *key, bool *is_new)
{
	struct slot *slot = slot_of(names, names->slots, names->n_slots, key);

	if (is_new != NULL)
		*is_new = slot->key == NULL;
	if (slot->key != NULL)
		return slot->number;
	if (names->n >= NAMES_MAX || names_grow(names) < 0)
		return 0;
	slot = slot_of(names, names->slots, names->n_slots, key);
	slot->key = strndup(key, NAMES_KEY_MAX - 1);
	if (slot->key == NULL)
		return 0;
	slot->number = ++names->n;
	return slot->number;
}

uint32_t
names_count(const struct names *names)
{
	return names->n;
}
