/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts of routes, interned: each distinct one is kept once, with a count of
 * its users. A full table has five or six routes to each.
 *
 * The hash table grows by one bucket at a time (linear hashing), so no
 * announcement pays for a table that is made over.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/hash.h"
#include "policy/unicast.h"
#include "proxy/guard/slab.h"

struct facts_table {
	struct slab entries;
	uint32_t **segments; /* of buckets: the first entry, 0: none */
	uint32_t n_segments;
	uint32_t room; /* of segments[] */
	uint32_t buckets;
	uint32_t count;
	uint32_t last; /* interned last, 0: none; holds no count */
	uint8_t key[HASH_KEY_LEN];
};

/* 0, or -1 when memory is out. */
int facts_init(struct facts_table *table, const uint8_t key[HASH_KEY_LEN]);
void facts_fini(struct facts_table *table);

/*
 * To take facts is to wait for memory twice, so it goes in three calls with
 * other work between them: facts_fetch() gives the hash that the others ask
 * for, facts_fetch_more() may be left out.
 */
uint32_t facts_fetch(
    const struct facts_table *table, const struct route_facts *facts);
void facts_fetch_more(const struct facts_table *table, uint32_t hash);

/* The number of these facts, with one user more; 0 when memory is out. */
uint32_t facts_take(
    struct facts_table *table, const struct route_facts *facts, uint32_t hash);

/* One user less; the last takes the facts with it. */
void facts_drop(struct facts_table *table, uint32_t i);

/* Good until the last user drops them. */
const struct route_facts *facts_at(const struct facts_table *table, uint32_t i);

size_t facts_octets(const struct facts_table *table);
