/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table's sources: numbers, lives and generations. */
#include <stdlib.h>
#include <string.h>

#include "proxy/guard/rib_unicast_parts.h"

#define SOURCES_MIN  16u
/* So many numbers lie free before one is used again: whoever still sweeps a
 * closed source's other family shall not meet another. */
#define SOURCES_REST 64u

struct source *
source_known(const struct rib_unicast *rib, uint16_t number)
{
	if (number == SOURCE_NONE || number >= rib->n_sources ||
	    rib->sources[number].state == SOURCE_FREE)
		return NULL;
	return &rib->sources[number];
}

struct source *
source_opened(const struct rib_unicast *rib, uint16_t number)
{
	struct source *source = source_known(rib, number);

	return source != NULL && source->state == SOURCE_OPEN ? source : NULL;
}

/* A number that was never given; SOURCE_NONE: there is none, or no memory. */
static uint16_t
number_new(struct rib_unicast *rib)
{
	uint32_t room = rib->room == 0 ? SOURCES_MIN : rib->room * 2;
	struct source *sources;

	if (rib->n_sources > SOURCES_MAX)
		return SOURCE_NONE;
	if (rib->n_sources >= rib->room) {
		sources = realloc(rib->sources, room * sizeof(*sources));
		if (sources == NULL)
			return SOURCE_NONE;
		rib->sources = sources;
		rib->room = room;
	}
	return (uint16_t)rib->n_sources++;
}

static uint16_t
number_take(struct rib_unicast *rib)
{
	uint16_t number = SOURCE_NONE;

	if (rib->n_free <= SOURCES_REST)
		number = number_new(rib);
	if (number != SOURCE_NONE || rib->n_free == 0)
		return number;
	number = rib->first_free;
	rib->first_free = rib->sources[number].next_free;
	rib->n_free--;
	return number;
}

/* The last of a closed source's routes has gone. */
static void
number_give(struct rib_unicast *rib, uint16_t number)
{
	rib->sources[number].state = SOURCE_FREE;
	if (rib->n_free == 0)
		rib->first_free = number;
	else
		rib->sources[rib->last_free].next_free = number;
	rib->last_free = number;
	rib->n_free++;
}

void
source_forget(struct rib_unicast *rib, uint16_t number)
{
	const struct source *source = &rib->sources[number];

	if (source->state == SOURCE_CLOSED && source->families[0].count == 0 &&
	    source->families[1].count == 0)
		number_give(rib, number);
}

uint16_t
rib_unicast_open(struct rib_unicast *rib, const struct source_info *info)
{
	uint16_t number = number_take(rib);

	if (number == SOURCE_NONE)
		return SOURCE_NONE;
	memset(&rib->sources[number], 0, sizeof(rib->sources[number]));
	rib->sources[number].info = *info;
	rib->sources[number].state = SOURCE_OPEN;
	return number;
}

const struct source_info *
rib_unicast_source(const struct rib_unicast *rib, uint16_t number)
{
	const struct source *source = source_known(rib, number);

	return source == NULL ? NULL : &source->info;
}

void
rib_unicast_close(struct rib_unicast *rib, uint16_t number)
{
	struct source *source = source_opened(rib, number);

	if (source == NULL)
		return;
	source->state = SOURCE_CLOSED;
	source_forget(rib, number);
}

/* Nothing is heard yet. What heard nothing since the last time need not begin
 * again; and what has begun 65,535 times, with routes left that were not heard
 * in all that time, must be swept first: numbers are used up. */
static void
family_begin(struct source_family *family)
{
	uint16_t next = (uint16_t)(family->generation + 1);

	if (family->heard == family->count)
		family->oldest = family->generation;
	if (family->heard == 0 || next == family->oldest)
		return;
	family->generation = next;
	family->heard = 0;
}

void
rib_unicast_lose(struct rib_unicast *rib, uint16_t number)
{
	struct source *source = source_opened(rib, number);

	if (source != NULL)
		source->lost = true;
}

void
rib_unicast_regain(struct rib_unicast *rib, uint16_t number, uint32_t router_id)
{
	struct source *source = source_opened(rib, number);

	if (source == NULL)
		return;
	source->info.router_id = router_id;
	if (!source->lost)
		return;
	source->lost = false;
	for (unsigned i = 0; i < FAMILIES; i++) {
		struct source_family *family = &source->families[i];

		family_begin(family);
		family->fresh_since = family->generation;
	}
}

void
rib_unicast_place(
    struct rib_unicast *rib, uint16_t number, const struct prefix *address)
{
	struct source *source = source_opened(rib, number);

	if (source != NULL)
		source->info.address = *address;
}

void
rib_unicast_begin(struct rib_unicast *rib, uint16_t number, unsigned afi)
{
	struct source *source = source_opened(rib, number);

	if (source != NULL && afi_bits(afi) != 0)
		family_begin(&source->families[afi - AFI_IPV4]);
}

size_t
rib_unicast_of_source(
    const struct rib_unicast *rib, uint16_t number, unsigned afi)
{
	const struct source *source = source_known(rib, number);

	if (source == NULL || afi_bits(afi) == 0)
		return 0;
	return source->families[afi - AFI_IPV4].count;
}
