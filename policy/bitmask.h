/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of field values that a bitmask component of a rule (RFC 8955 4.2.1.2)
 * lets through.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/rule.h"

/* A set of values of the 12 TCP flag bits, one bit for each. */
#define BITMASK_FLAGS 0x0fffu
#define BITMASK_WORDS 64
struct bitmask_set {
	uint64_t word[BITMASK_WORDS];
};

/* The n terms of one component match data (AND binds tighter than OR). */
bool bitmask_matches(const struct rule_term *terms, unsigned n, uint64_t data);

/* All TCP flag values that the n terms match; false when there is none. */
bool bitmask_of_terms(
    const struct rule_term *terms, unsigned n, struct bitmask_set *out);

/* Some value is in both. */
bool bitmask_meet(const struct bitmask_set *a, const struct bitmask_set *b);

/* Every value of inner is in outer; inner NULL stands for all values. */
bool bitmask_contains(
    const struct bitmask_set *outer, const struct bitmask_set *inner);
