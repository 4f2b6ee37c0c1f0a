/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of routes, interned by linear hashing with a keyed hash. */
#include "proxy/guard/route_facts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_SHIFT   11u
#define SEGMENT_SHIFT 12u
#define SEGMENT       (1u << SEGMENT_SHIFT) /* buckets; a power of two */
#define SEGMENTS_MIN  16u

struct entry {
	struct route_facts facts;
	uint32_t users;
	uint32_t next; /* of its bucket */
};

static struct entry *
entry_at(const struct facts_table *table, uint32_t i)
{
	return slab_at(&table->entries, i);
}

static uint32_t *
bucket_at(const struct facts_table *table, uint32_t i)
{
	return &table->segments[i >> SEGMENT_SHIFT][i & (SEGMENT - 1)];
}

static int
segment_add(struct facts_table *table)
{
	uint32_t room = table->room == 0 ? SEGMENTS_MIN : table->room * 2;
	uint32_t **segments = table->segments;

	if (table->n_segments == table->room) {
		segments = realloc(segments, room * sizeof(*segments));
		if (segments == NULL)
			return -1;
		table->segments = segments;
		table->room = room;
	}
	segments[table->n_segments] = calloc(SEGMENT, sizeof(**segments));
	if (segments[table->n_segments] == NULL)
		return -1;
	table->n_segments++;
	return 0;
}

int
facts_init(struct facts_table *table, const uint8_t key[HASH_KEY_LEN])
{
	memset(table, 0, sizeof(*table));
	memcpy(table->key, key, HASH_KEY_LEN);
	slab_init(&table->entries, sizeof(struct entry), ENTRY_SHIFT);
	table->buckets = SEGMENT;
	return segment_add(table);
}

void
facts_fini(struct facts_table *table)
{
	for (uint32_t i = 0; i < table->n_segments; i++)
		free(table->segments[i]);
	free(table->segments);
	slab_fini(&table->entries);
	memset(table, 0, sizeof(*table));
}

/* The power of two at or below n > 0. */
static uint32_t
power_below(uint32_t n)
{
	return 1u << (31 - (uint32_t)__builtin_clz(n));
}

/* Where facts of this hash are. While the buckets are no power of two, the
 * first of them have been split in two and the others not yet. */
static uint32_t *
bucket_of(const struct facts_table *table, uint32_t hash)
{
	uint32_t whole = power_below(table->buckets);
	uint32_t i = hash & (2 * whole - 1);

	return bucket_at(table, i < table->buckets ? i : i & (whole - 1));
}

static uint32_t
hash_of(const struct facts_table *table, const struct route_facts *facts)
{
	return (uint32_t)hash_sip(table->key, facts, sizeof(*facts));
}

/* Split one bucket in two. Failing only makes chains longer. */
static void
bucket_split(struct facts_table *table)
{
	uint32_t split = table->buckets - power_below(table->buckets);
	uint32_t next, i;

	if (table->buckets == UINT32_MAX / 2 + 1)
		return;
	if (table->buckets >> SEGMENT_SHIFT == table->n_segments &&
	    segment_add(table) < 0)
		return;
	i = *bucket_at(table, split);
	*bucket_at(table, split) = 0;
	*bucket_at(table, table->buckets) = 0;
	table->buckets++;
	for (; i != 0; i = next) {
		struct entry *entry = entry_at(table, i);
		uint32_t *to = bucket_of(table, hash_of(table, &entry->facts));

		next = entry->next;
		entry->next = *to;
		*to = i;
	}
}

static uint32_t
facts_find(const struct facts_table *table, const struct route_facts *facts,
    uint32_t hash)
{
	uint32_t i = *bucket_of(table, hash);

	while (i != 0) {
		const struct entry *entry = entry_at(table, i);

		if (memcmp(&entry->facts, facts, sizeof(*facts)) == 0)
			return i;
		i = entry->next;
	}
	return 0;
}

static uint32_t
facts_add(
    struct facts_table *table, const struct route_facts *facts, uint32_t hash)
{
	uint32_t i = slab_take(&table->entries);
	struct entry *entry;
	uint32_t *bucket;

	if (i == 0)
		return 0;
	if (table->count >= table->buckets)
		bucket_split(table);
	bucket = bucket_of(table, hash);
	entry = entry_at(table, i);
	entry->facts = *facts;
	entry->users = 0;
	entry->next = *bucket;
	*bucket = i;
	table->count++;
	return i;
}

/* One UPDATE says the same of many prefixes. */
static bool
facts_again(const struct facts_table *table, const struct route_facts *facts)
{
	return table->last != 0 && memcmp(&entry_at(table, table->last)->facts,
				       facts, sizeof(*facts)) == 0;
}

uint32_t
facts_fetch(const struct facts_table *table, const struct route_facts *facts)
{
	uint32_t hash;

	if (facts_again(table, facts))
		return 0;
	hash = hash_of(table, facts);
	__builtin_prefetch(bucket_of(table, hash));
	return hash;
}

void
facts_fetch_more(const struct facts_table *table, uint32_t hash)
{
	uint32_t i = *bucket_of(table, hash);

	if (i != 0)
		__builtin_prefetch(entry_at(table, i));
}

uint32_t
facts_take(
    struct facts_table *table, const struct route_facts *facts, uint32_t hash)
{
	uint32_t i = table->last;

	if (!facts_again(table, facts)) {
		i = facts_find(table, facts, hash);
		if (i == 0)
			i = facts_add(table, facts, hash);
		if (i == 0)
			return 0;
		table->last = i;
	}
	entry_at(table, i)->users++;
	return i;
}

void
facts_drop(struct facts_table *table, uint32_t i)
{
	struct entry *entry = entry_at(table, i);
	uint32_t *at;

	if (--entry->users > 0)
		return;
	at = bucket_of(table, hash_of(table, &entry->facts));
	while (*at != i)
		at = &entry_at(table, *at)->next;
	*at = entry->next;
	if (table->last == i)
		table->last = 0;
	table->count--;
	slab_give(&table->entries, i);
}

const struct route_facts *
facts_at(const struct facts_table *table, uint32_t i)
{
	return &entry_at(table, i)->facts;
}

size_t
facts_octets(const struct facts_table *table)
{
	return slab_octets(&table->entries) +
	       table->room * sizeof(*table->segments) +
	       (size_t)table->n_segments * SEGMENT * sizeof(uint32_t);
}
