/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast table as one would write it without caring for time or memory:
 * arrays, flags set by walking over all routes, and the decision process by
 * striking out. Everything that the real one says can be asked of it.
 */
#pragma once

#include "proxy/guard/rib_unicast.h"

#define MODEL_BITS     7u /* of the window in which prefixes differ */
#define MODEL_PREFIXES (2u << MODEL_BITS)
#define MODEL_SOURCES  12u /* open or not yet swept */
#define MODEL_FACTS    256u

struct model_route {
	bool there, heard, stale;
	uint16_t facts; /* number in model.facts */
};

struct model_source {
	uint16_t number; /* SOURCE_NONE: no source */
	bool open, lost;
	struct source_info info;
	struct model_route routes[2][MODEL_PREFIXES];
};

struct model {
	/* All prefixes that there can be, in order. */
	struct prefix prefixes[2][MODEL_PREFIXES];
	struct route_facts facts[MODEL_FACTS];
	struct model_source sources[MODEL_SOURCES];
	size_t max_routes;
};

/* One prefix's outcome: who is seen, who is best, who lost where. */
struct model_view {
	unsigned n; /* seen */
	unsigned best;
	bool seen[MODEL_SOURCES];
	uint8_t step[MODEL_SOURCES + 1]; /* the last one is scratch */
};

void model_init(struct model *model);

void model_decide(const struct model *model, unsigned family, unsigned prefix,
    struct model_view *view);

/* What validation sees of a prefix. */
struct model_sight {
	bool some;
	uint16_t source;
	uint32_t neighbor_as, origin_as;
	uint8_t flags;
};
struct model_sight model_sight(
    const struct model *model, unsigned family, unsigned prefix);
bool model_sight_equal(struct model_sight a, struct model_sight b);

/* Any route, of closed sources too. */
bool model_holds(const struct model *model, unsigned family, unsigned prefix);
size_t model_count(const struct model *model, unsigned family);
size_t model_facts(const struct model *model);
struct model_source *model_source(struct model *model, uint16_t number);

enum unicast_change model_announce(struct model *model,
    struct model_source *source, unsigned family, unsigned prefix,
    unsigned facts);
enum unicast_change model_withdraw(struct model *model,
    struct model_source *source, unsigned family, unsigned prefix);
void model_begin(struct model_source *source, unsigned family);
void model_lose(struct model_source *source);
void model_regain(struct model_source *source, uint32_t router_id);
/* A closed source without routes is forgotten. */
void model_forget(struct model_source *source);
