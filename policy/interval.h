/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of field values as sorted intervals: what a numeric component of a
 * rule (RFC 8955 4.2.1.1) lets through.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/rule.h"

/* Both ends are inside. */
struct interval {
	uint32_t lo;
	uint32_t hi;
};

/*
 * A set: n intervals, ascending, disjoint, never adjacent; so equal sets have
 * equal intervals. The intervals lie in a pool and live as long as it does.
 */
struct interval_set {
	const struct interval *at;
	unsigned n;
};

/*
 * Where the intervals of one rule lie. While it is built a term takes at most
 * two, and a built set of n terms has at most n + 1; so all components of a
 * rule fit, and two intersections of them. Initialise with used = 0 alone.
 */
#define INTERVAL_POOL_MAX (2 * RULE_TERMS_MAX + 2 * (RULE_TERMS_MAX + 2))
struct interval_pool {
	unsigned used;
	struct interval at[INTERVAL_POOL_MAX];
};

/*
 * The values 0..max that the n terms of one numeric component match. AND binds
 * tighter than OR; an AND on the first term is not read. Values are compared
 * in 64 bits and clipped, never cut: on a port, =2^32+179 matches nothing and
 * <2^32 everything. The terms of one rule fit its pool; n = 0 is the empty set.
 */
struct interval_set interval_of_terms(struct interval_pool *pool,
    const struct rule_term *terms, unsigned n, uint32_t max);

/* The intersection of two sets built from terms of one rule. */
struct interval_set interval_intersect(struct interval_pool *pool,
    const struct interval_set *a, const struct interval_set *b);

/* Some value is in all n sets (n up to INTERVAL_MEET_MAX; 0 sets: true). */
#define INTERVAL_MEET_MAX 4
bool interval_meet(const struct interval_set *const sets[], unsigned n);

/* Every value of inner is in outer. */
bool interval_contains(
    const struct interval_set *outer, const struct interval_set *inner);

/* value is in set. */
bool interval_holds(const struct interval_set *set, uint32_t value);
