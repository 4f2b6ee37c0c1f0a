/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open addressing with linear probing. A slot whose VRP nobody has any more
 * stays until the table is made anew, which happens when it is nearly full.
 */
#include "proxy/rpki/vrp_set.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 1024u
#define FAMILIES  2u

struct slot {
	struct vrp vrp; /* afi 0: never used */
	uint16_t live;  /* a bit per cache */
	bool wanted;
	bool told;
};

struct vrp_set {
	struct slot *slots;
	size_t n_slots; /* a power of two */
	size_t used;    /* slots with a VRP, of use or not */
	size_t at;      /* where telling goes on */
	size_t max;
	size_t live[FAMILIES];
	size_t wanted[FAMILIES];
	size_t owed[2]; /* to announce, to withdraw */
	bool changed;   /* wanted may differ from live */
	uint8_t key[HASH_KEY_LEN];
};

static unsigned
family_of(const struct vrp *vrp)
{
	return vrp->prefix.afi == AFI_IPV6;
}

static bool
slot_of_use(const struct slot *slot)
{
	return slot->live != 0 || slot->wanted || slot->told;
}

struct vrp_set *
vrp_set_new(const uint8_t key[HASH_KEY_LEN], size_t max)
{
	struct vrp_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->slots = calloc(SLOTS_MIN, sizeof(*set->slots));
	if (set->slots == NULL) {
		free(set);
		return NULL;
	}
	set->n_slots = SLOTS_MIN;
	set->max = max;
	memcpy(set->key, key, sizeof(set->key));
	return set;
}

void
vrp_set_free(struct vrp_set *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	free(set);
}

/* ---- slots ---- */

/* Where vrp is, or the free slot where it belongs. There always is one. */
static struct slot *
slot_find(const struct vrp_set *set, const struct vrp *vrp)
{
	size_t mask = set->n_slots - 1;
	size_t i = (size_t)hash_sip(set->key, vrp, sizeof(*vrp)) & mask;

	while (set->slots[i].vrp.prefix.afi != AFI_NONE &&
	       memcmp(&set->slots[i].vrp, vrp, sizeof(*vrp)) != 0)
		i = (i + 1) & mask;
	return &set->slots[i];
}

static size_t
slots_of_use(const struct vrp_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n_slots; i++)
		n += slot_of_use(&set->slots[i]);
	return n;
}

/* Make the table anew, without what is of no use, and large enough. 0 or -1. */
static int
set_grow(struct vrp_set *set)
{
	struct vrp_set anew = *set;

	anew.n_slots = SLOTS_MIN;
	anew.used = slots_of_use(set);
	anew.at = 0;
	while (anew.used > anew.n_slots / 4 * 3)
		anew.n_slots *= 2;
	anew.slots = calloc(anew.n_slots, sizeof(*anew.slots));
	if (anew.slots == NULL)
		return -1;
	for (size_t i = 0; i < set->n_slots; i++) {
		if (slot_of_use(&set->slots[i]))
			*slot_find(&anew, &set->slots[i].vrp) = set->slots[i];
	}
	free(set->slots);
	*set = anew;
	return 0;
}

/* The slot of vrp, made where it is not there; NULL when memory is out. */
static struct slot *
slot_make(struct vrp_set *set, const struct vrp *vrp)
{
	struct slot *slot = slot_find(set, vrp);

	if (slot->vrp.prefix.afi != AFI_NONE)
		return slot;
	if (set->used >= set->n_slots / 8 * 7) {
		if (set_grow(set) < 0)
			return NULL;
		slot = slot_find(set, vrp);
	}
	slot->vrp = *vrp;
	set->used++;
	return slot;
}

static void
slot_set_live(struct vrp_set *set, struct slot *slot, unsigned live)
{
	size_t *count = &set->live[family_of(&slot->vrp)];

	if (slot->live == 0 && live != 0)
		(*count)++;
	if (slot->live != 0 && live == 0)
		(*count)--;
	slot->live = (uint16_t)live;
	set->changed = true;
}

/* Change what is owed with what is said about it. */
static void
slot_set(struct vrp_set *set, struct slot *slot, bool wanted, bool told)
{
	size_t *count = &set->wanted[family_of(&slot->vrp)];

	if (slot->wanted != slot->told)
		set->owed[slot->told]--;
	if (wanted != told)
		set->owed[told]++;
	if (wanted && !slot->wanted)
		(*count)++;
	if (!wanted && slot->wanted)
		(*count)--;
	slot->wanted = wanted;
	slot->told = told;
}

/* ---- what caches say ---- */

int
vrp_set_hear(
    struct vrp_set *set, const struct vrp *vrp, unsigned cache, bool announce)
{
	unsigned bit = 1u << cache;
	struct slot *slot = slot_find(set, vrp);

	if (!announce) {
		if (slot->live & bit)
			slot_set_live(set, slot, slot->live & ~bit);
		return 0;
	}
	if (slot->live == 0 && set->live[0] + set->live[1] >= set->max)
		return -1;
	if (slot->vrp.prefix.afi == AFI_NONE)
		slot = slot_make(set, vrp);
	if (slot == NULL)
		return -1;
	if (!(slot->live & bit))
		slot_set_live(set, slot, slot->live | bit);
	return 0;
}

void
vrp_set_forget(struct vrp_set *set)
{
	for (size_t i = 0; i < set->n_slots; i++)
		set->slots[i].live = 0;
	memset(set->live, 0, sizeof(set->live));
	set->changed = true;
}

/* ---- what is in force ---- */

size_t
vrp_set_adopt(struct vrp_set *set)
{
	size_t n = 0;

	if (!set->changed)
		return 0;
	for (size_t i = 0; i < set->n_slots; i++) {
		struct slot *slot = &set->slots[i];

		if (slot->wanted == (slot->live != 0))
			continue;
		slot_set(set, slot, slot->live != 0, slot->told);
		n++;
	}
	set->changed = false;
	return n;
}

void
vrp_set_disown(struct vrp_set *set)
{
	for (size_t i = 0; i < set->n_slots; i++) {
		if (set->slots[i].wanted)
			slot_set(
			    set, &set->slots[i], false, set->slots[i].told);
	}
	set->changed = true;
}

size_t
vrp_set_live(const struct vrp_set *set, unsigned afi)
{
	return afi_bits(afi) == 0 ? 0 : set->live[afi - AFI_IPV4];
}

size_t
vrp_set_wanted(const struct vrp_set *set, unsigned afi)
{
	return afi_bits(afi) == 0 ? 0 : set->wanted[afi - AFI_IPV4];
}

/* ---- what the guard was told ---- */

void
vrp_set_untell(struct vrp_set *set)
{
	for (size_t i = 0; i < set->n_slots; i++) {
		if (set->slots[i].told)
			slot_set(
			    set, &set->slots[i], set->slots[i].wanted, false);
	}
}

size_t
vrp_set_owed(const struct vrp_set *set, bool withdraw)
{
	return set->owed[withdraw];
}

size_t
vrp_set_tell(struct vrp_set *set, bool withdraw, struct vrp *out, size_t max)
{
	size_t n = 0;

	while (n < max && set->owed[withdraw] > 0) {
		struct slot *slot = &set->slots[set->at];

		set->at = (set->at + 1) & (set->n_slots - 1);
		if (slot->wanted == slot->told || slot->told != withdraw)
			continue;
		slot_set(set, slot, slot->wanted, slot->wanted);
		out[n++] = slot->vrp;
	}
	return n;
}

size_t
vrp_set_octets(const struct vrp_set *set)
{
	return sizeof(*set) + set->n_slots * sizeof(*set->slots);
}
