/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many addresses the destinations of many rules cover together, each
 * address counted once: IPv4 addresses, and IPv6 /64s, of which a longer prefix
 * is one. A tree per family in which each node knows what is covered below it,
 * so that nothing depends on how many prefixes lie inside another.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

struct coverage;

/* Nothing is covered. NULL when memory is out. */
struct coverage *coverage_new(void);
void coverage_free(struct coverage *coverage); /* NULL is fine */

/*
 * Prefixes are masked ones, of IPv4 or IPv6; others count for nothing. One that
 * was added twice has to be removed twice. coverage_add() returns 0, or -1 when
 * memory is out and nothing is changed; coverage_remove() false when it is not
 * there.
 */
int coverage_add(struct coverage *coverage, const struct prefix *prefix);
bool coverage_remove(struct coverage *coverage, const struct prefix *prefix);

/* Covered now; all of IPv6 and more is UINT64_MAX. */
uint64_t coverage_total(const struct coverage *coverage);
/* And if this prefix were added. */
uint64_t coverage_with(
    const struct coverage *coverage, const struct prefix *prefix);

/* Octets of memory, near enough. */
size_t coverage_memory(const struct coverage *coverage);
