/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of prefixes of both families that answers "which is the longest entry
 * that covers this prefix?". Filled while a configuration is loaded, read-only
 * afterwards; reading allocates nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

#define PREFIX_SET_MAX 1000000 /* entries that one set takes */

struct prefix_set;

struct prefix_entry {
	struct prefix prefix;
	uint32_t tag; /* the caller's; given to prefix_set_add() */
	char text[PREFIX_TEXT_MAX]; /* printed once, read for every verdict */
};

/* An empty set, owned by the caller; NULL when memory is out. */
struct prefix_set *prefix_set_new(void);

/* Free the set; NULL is fine. */
void prefix_set_free(struct prefix_set *set);

/*
 * Add a prefix, which is copied. One that is there already keeps its place and
 * first tag. Returns 0, or -1 when the prefix is not valid, the set is full or
 * memory is out; then the set is as before. Entries handed out before are
 * no longer valid.
 */
int prefix_set_add(
    struct prefix_set *set, const struct prefix *prefix, uint32_t tag);

/*
 * The longest entry that is prefix or covers it; NULL when there is none, the
 * prefix is not of a known family or length, or set is NULL. Borrowed: valid
 * until the next prefix_set_add() or prefix_set_free().
 */
const struct prefix_entry *prefix_set_longest(
    const struct prefix_set *set, const struct prefix *prefix);

/* The same, as the prefix alone. */
const struct prefix *prefix_set_cover(
    const struct prefix_set *set, const struct prefix *prefix);

/* Number of entries; 0 for NULL. */
size_t prefix_set_count(const struct prefix_set *set);

/* Entry i in the order of adding, borrowed likewise; NULL from count on. */
const struct prefix_entry *prefix_set_at(
    const struct prefix_set *set, size_t i);
