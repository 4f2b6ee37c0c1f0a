/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard's table of validated ROA payloads: which of them cover a prefix?
 * About 40 octets each.
 *
 * A prefix has at most VRPS_PER_PREFIX of them, many times what any has: the
 * time that a question takes is bounded whatever a cache sends. One that is
 * left out can only make a rule refused that would have been accepted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/rpki.h"

#define VRPS_PER_PREFIX 256u

struct vrp_table;

/* Empty; NULL when memory is out. */
struct vrp_table *vrp_table_new(void);
void vrp_table_free(struct vrp_table *table); /* NULL is fine */

/* Forget all. 0, or -1 when memory is out: then nothing has changed. */
int vrp_table_clear(struct vrp_table *table);

/* vrp is as check_vrps() lets it through. 0, or -1: it is there already, its
 * prefix has too many, or memory is out. */
int vrp_table_add(struct vrp_table *table, const struct vrp *vrp);

/* 0, or -1: it is not there. */
int vrp_table_remove(struct vrp_table *table, const struct vrp *vrp);

/*
 * Call visit for each VRP whose prefix covers prefix or is it, the longest
 * first, until it returns true; then true. table is a struct vrp_table, and
 * prefix is valid. The shape of rpki_view.covering.
 */
bool vrp_table_covering(const void *table, const struct prefix *prefix,
    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor);

/* VRPs of one family. */
size_t vrp_table_count(const struct vrp_table *table, unsigned afi);
/* Octets of memory that the table takes. */
size_t vrp_table_octets(const struct vrp_table *table);
