/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sieve before a hash table: one octet per bucket with a bit for each class
 * of hash that its chain holds. Most look-ups for something new end here, in a
 * few hundred KiB that stay in the cache, and touch neither the bucket nor what
 * hangs on it: with a million rules each of these costs a trip to memory.
 *
 * Whoever owns the table allocates one octet per bucket, all zero when it is
 * empty, adds with sieve_add() and, when something leaves a chain, sets the
 * octet anew from what is left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the upper bits: the lower ones choose the bucket. */
static inline uint8_t
sieve_bit(uint32_t hash)
{
	return (uint8_t)(1u << (hash >> 29));
}

/* False: nothing with this hash is in the bucket's chain. */
static inline bool
sieve_may_hold(const uint8_t *sieve, size_t bucket, uint32_t hash)
{
	return (sieve[bucket] & sieve_bit(hash)) != 0;
}

static inline void
sieve_add(uint8_t *sieve, size_t bucket, uint32_t hash)
{
	sieve[bucket] |= sieve_bit(hash);
}
