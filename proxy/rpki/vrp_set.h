/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our own copy of the VRPs: one hash table in which every VRP carries
 *
 *   live    which caches have it now
 *   wanted  it is in the set in force: the one adopted last
 *   told    the guard has been told of it
 *
 * So what the guard is owed is what is wanted but not told, or told but not
 * wanted, however often things change on the way. 28 octets a slot; the hash
 * is keyed, for the VRPs are chosen by others.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/hash.h"
#include "policy/rpki.h"

#define VRP_SET_CACHES 16u /* bits of live */
#define VRP_SET_MAX    4000000u

struct vrp_set;

/* Empty; VRPs that are live are at most max. NULL when memory is out. */
struct vrp_set *vrp_set_new(const uint8_t key[HASH_KEY_LEN], size_t max);
void vrp_set_free(struct vrp_set *set); /* NULL is fine */

/*
 * This cache (below VRP_SET_CACHES) has vrp from now on; or (announce false)
 * has it no more. 0, or -1: there is no room for it. Saying so twice, or taking
 * back what was never said, changes nothing.
 */
int vrp_set_hear(
    struct vrp_set *set, const struct vrp *vrp, unsigned cache, bool announce);

/* All caches are gone, with what they had. */
void vrp_set_forget(struct vrp_set *set);

/* What is live is in force now. How many VRPs came or went by that. */
size_t vrp_set_adopt(struct vrp_set *set);

/* Nothing is in force. */
void vrp_set_disown(struct vrp_set *set);

/* There is a new guard, which has been told nothing. */
void vrp_set_untell(struct vrp_set *set);

/* VRPs of one family that are live; that are in force. */
size_t vrp_set_live(const struct vrp_set *set, unsigned afi);
size_t vrp_set_wanted(const struct vrp_set *set, unsigned afi);

/* VRPs still to be announced to the guard, or withdrawn. */
size_t vrp_set_owed(const struct vrp_set *set, bool withdraw);

/* Copy up to max of these to out; they count as told then. Returns how many: at
 * least one while some are owed. */
size_t vrp_set_tell(
    struct vrp_set *set, bool withdraw, struct vrp *out, size_t max);

/* Octets of memory that the set takes. */
size_t vrp_set_octets(const struct vrp_set *set);
