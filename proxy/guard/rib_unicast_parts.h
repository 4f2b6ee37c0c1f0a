/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The insides of the unicast table, for the files that it is made of
 * (rib_unicast*.c) and nobody else.
 *
 * A route remembers the generation in which it was announced. The source keeps
 * its present generation per family: beginning again (a refresh, or a session
 * that is back) is one number more, and all its routes are unheard.
 */
#pragma once

#include "proxy/guard/decision.h"
#include "proxy/guard/rib_unicast.h"
#include "proxy/guard/route_facts.h"
#include "proxy/guard/slab.h"

#define FAMILIES 2u

struct route {
	uint32_t facts; /* 0: being added, not seen yet */
	uint32_t next;  /* of its prefix, 0: none */
	uint16_t source;
	uint16_t generation;
};

enum source_state {
	SOURCE_FREE = 0,
	SOURCE_CLOSED,
	SOURCE_OPEN,
};

/* Of one source and family. Generations are compared by their distance, so they
 * may wrap: all routes are of oldest .. generation. */
struct source_family {
	uint32_t count;
	uint32_t heard; /* routes of this generation */
	uint16_t generation;
	uint16_t fresh_since; /* older ones are stale */
	uint16_t oldest;
};

struct source {
	struct source_info info;
	uint8_t state; /* enum source_state */
	bool lost;
	uint16_t next_free;
	struct source_family families[FAMILIES];
};

struct rib_unicast {
	/* Of prefixes; the values are the first of each one's routes. */
	struct prefix_tree *trees[FAMILIES];
	struct slab routes;
	struct facts_table facts;
	struct source *sources; /* [0] is not used */
	uint32_t n_sources;     /* numbers given so far, with 0 */
	uint32_t room;
	uint32_t n_free;
	uint16_t first_free, last_free;
	struct candidate *set; /* scratch: has room for any prefix's routes */
	uint32_t set_room;
	size_t max_routes;
	size_t counts[FAMILIES];
};

static inline unsigned
family_of(const struct prefix *prefix)
{
	return prefix->afi == AFI_IPV6;
}

static inline struct route *
route_at(const struct rib_unicast *rib, uint32_t i)
{
	return slab_at(&rib->routes, i);
}

/* Not heard since the session was lost. */
static inline bool
route_stale(
    const struct rib_unicast *rib, const struct route *route, unsigned family)
{
	const struct source *source = &rib->sources[route->source];
	const struct source_family *f = &source->families[family];

	return source->lost || (uint16_t)(f->generation - route->generation) >
				   (uint16_t)(f->generation - f->fresh_since);
}

/* Not closed. NULL when there is none of this number. */
struct source *source_opened(const struct rib_unicast *rib, uint16_t number);
/* Closed ones too. */
struct source *source_known(const struct rib_unicast *rib, uint16_t number);

/* A closed source whose last route has gone is no more. */
void source_forget(struct rib_unicast *rib, uint16_t number);

/* Gather in rib->set what is seen of the routes from first on; how many. */
size_t routes_gather(
    const struct rib_unicast *rib, uint32_t first, unsigned family);

/* The best from first on, in rib->set; NULL when none is seen. */
const struct candidate *routes_decide(
    const struct rib_unicast *rib, uint32_t first, unsigned family);
