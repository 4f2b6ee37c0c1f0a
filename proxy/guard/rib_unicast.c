/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table: what changes it. */
#include "proxy/guard/rib_unicast.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/guard/rib_unicast_parts.h"

#define ROUTE_SHIFT 12u
#define SET_MIN     8u

/* Of a best route, what validation sees. */
struct view {
	bool some;
	uint8_t flags;
	uint16_t source;
	uint32_t neighbor_as;
	uint32_t origin_as;
};

struct rib_unicast *
rib_unicast_new(const uint8_t key[HASH_KEY_LEN], size_t max_routes)
{
	struct rib_unicast *rib = calloc(1, sizeof(*rib));
	int err;

	if (rib == NULL)
		return NULL;
	slab_init(&rib->routes, sizeof(struct route), ROUTE_SHIFT);
	err = facts_init(&rib->facts, key);
	rib->trees[0] = prefix_tree_new(AFI_IPV4);
	rib->trees[1] = prefix_tree_new(AFI_IPV6);
	rib->set = calloc(SET_MIN, sizeof(*rib->set));
	rib->set_room = SET_MIN;
	rib->n_sources = 1;
	rib->max_routes = max_routes;
	if (err < 0 || rib->trees[0] == NULL || rib->trees[1] == NULL ||
	    rib->set == NULL) {
		rib_unicast_free(rib);
		return NULL;
	}
	return rib;
}

void
rib_unicast_free(struct rib_unicast *rib)
{
	if (rib == NULL)
		return;
	prefix_tree_free(rib->trees[0]);
	prefix_tree_free(rib->trees[1]);
	slab_fini(&rib->routes);
	facts_fini(&rib->facts);
	free(rib->sources);
	free(rib->set);
	free(rib);
}

void
rib_unicast_limit(struct rib_unicast *rib, size_t max_routes)
{
	rib->max_routes = max_routes;
}

static struct view
view_of(const struct rib_unicast *rib, uint32_t first, unsigned family)
{
	const struct candidate *best = routes_decide(rib, first, family);
	struct view view = { 0 };

	if (best == NULL)
		return view;
	view.some = true;
	view.flags = best->facts->flags;
	view.source = best->number;
	view.neighbor_as = best->facts->neighbor_as;
	view.origin_as = best->facts->origin_as;
	return view;
}

static enum unicast_change
view_change(const struct view *a, const struct view *b)
{
	if (a->some == b->some && a->flags == b->flags &&
	    a->source == b->source && a->neighbor_as == b->neighbor_as &&
	    a->origin_as == b->origin_as)
		return UNICAST_SAME;
	return UNICAST_CHANGED;
}

/* Where the source's route is linked, from *first on; at the end (0) when it
 * has none. *n: how many stand before. */
static uint32_t *
route_find(const struct rib_unicast *rib, uint32_t *first, uint16_t source,
    uint32_t *n)
{
	uint32_t *at = first;

	for (*n = 0; *at != 0; ++*n) {
		struct route *route = route_at(rib, *at);

		if (route->source == source)
			break;
		at = &route->next;
	}
	return at;
}

static void
route_unlink(struct rib_unicast *rib, uint32_t *at, unsigned family)
{
	uint32_t i = *at;
	struct route *route = route_at(rib, i);
	struct source_family *f = &rib->sources[route->source].families[family];

	f->count--;
	if (route->generation == f->generation)
		f->heard--;
	rib->counts[family]--;
	facts_drop(&rib->facts, route->facts);
	*at = route->next;
	slab_give(&rib->routes, i);
}

/* Room for n candidates: 0, or -1 when memory is out. */
static int
set_reserve(struct rib_unicast *rib, uint32_t n)
{
	struct candidate *set;

	if (n <= rib->set_room)
		return 0;
	set = realloc(rib->set, 2 * (size_t)n * sizeof(*set));
	if (set == NULL)
		return -1;
	rib->set = set;
	rib->set_room = 2 * n;
	return 0;
}

/* A route without facts, not seen yet, behind the n of its prefix; NULL when
 * there is no room. */
static struct route *
route_add(struct rib_unicast *rib, uint32_t *end, uint16_t number, uint32_t n)
{
	struct route *route;
	uint32_t i;

	if (rib->counts[0] + rib->counts[1] >= rib->max_routes ||
	    set_reserve(rib, n + 1) < 0)
		return NULL;
	i = slab_take(&rib->routes);
	if (i == 0)
		return NULL;
	route = route_at(rib, i);
	memset(route, 0, sizeof(*route));
	route->source = number;
	*end = i;
	return route;
}

/* The route is heard now, with these facts, whose count it takes. */
static void
route_set(struct rib_unicast *rib, struct route *route, uint32_t facts,
    unsigned family)
{
	struct source_family *f = &rib->sources[route->source].families[family];

	if (route->facts == 0 || route->generation != f->generation)
		f->heard++;
	if (route->facts == 0) {
		f->count++;
		rib->counts[family]++;
	} else {
		facts_drop(&rib->facts, route->facts);
	}
	route->facts = facts;
	route->generation = f->generation;
}

/* The route of a prefix whose routes begin with first is this one now. */
static enum unicast_change
route_announce(struct rib_unicast *rib, uint32_t first, struct route *route,
    uint32_t facts, unsigned family)
{
	struct view before, after;

	/* The only one. */
	if (route->facts == 0 && route_at(rib, first) == route) {
		route_set(rib, route, facts, family);
		return UNICAST_CHANGED;
	}
	/* The same again, as a refresh has most. */
	if (route->facts == facts && !route_stale(rib, route, family)) {
		route_set(rib, route, facts, family);
		return UNICAST_SAME;
	}
	before = view_of(rib, first, family);
	route_set(rib, route, facts, family);
	after = view_of(rib, first, family);
	return view_change(&before, &after);
}

/* Take out the route linked at `at` (*first perhaps), and the prefix with its
 * last. */
static enum unicast_change
route_remove(struct rib_unicast *rib, const struct prefix *prefix,
    const uint32_t *first, uint32_t *at)
{
	unsigned family = family_of(prefix);
	struct view before = view_of(rib, *first, family), after;

	route_unlink(rib, at, family);
	after = view_of(rib, *first, family);
	if (*first == 0)
		(void)prefix_tree_remove(rib->trees[family], prefix);
	return view_change(&before, &after);
}

enum unicast_change
rib_unicast_announce(struct rib_unicast *rib, uint16_t number,
    const struct prefix *prefix, const struct route_facts *facts)
{
	unsigned family = family_of(prefix);
	struct prefix_tree *tree = rib->trees[family];
	uint32_t *first, *at, n, i, hash;
	struct route *route;
	bool fresh;

	if (source_opened(rib, number) == NULL)
		return UNICAST_FULL;
	hash = facts_fetch(&rib->facts, facts);
	prefix_tree_fetch(tree, prefix);
	facts_fetch_more(&rib->facts, hash);
	first = prefix_tree_put(tree, prefix, &fresh);
	if (first == NULL)
		return UNICAST_FULL;
	at = route_find(rib, first, number, &n);
	i = facts_take(&rib->facts, facts, hash);
	if (*at == 0)
		route = i == 0 ? NULL : route_add(rib, at, number, n);
	else
		route = route_at(rib, *at);
	if (i != 0 && route != NULL)
		return route_announce(rib, *first, route, i, family);
	if (i != 0)
		facts_drop(&rib->facts, i);
	else if (route != NULL)
		(void)route_remove(rib, prefix, first, at);
	if (fresh)
		(void)prefix_tree_remove(tree, prefix);
	return UNICAST_FULL;
}

enum unicast_change
rib_unicast_withdraw(
    struct rib_unicast *rib, uint16_t number, const struct prefix *prefix)
{
	uint32_t *first =
	    prefix_tree_find(rib->trees[family_of(prefix)], prefix);
	uint32_t *at, n;

	if (first == NULL || source_opened(rib, number) == NULL)
		return UNICAST_SAME;
	at = route_find(rib, first, number, &n);
	if (*at == 0)
		return UNICAST_SAME;
	return route_remove(rib, prefix, first, at);
}

/* Sweep one prefix. True when its best route is another now. */
static bool
prefix_sweep(struct rib_unicast *rib, uint16_t number,
    const struct prefix *prefix, uint32_t *first)
{
	const struct source *source = &rib->sources[number];
	unsigned family = family_of(prefix);
	uint32_t n, *at = route_find(rib, first, number, &n);

	if (*at == 0)
		return false;
	if (source->state == SOURCE_OPEN &&
	    route_at(rib, *at)->generation ==
		source->families[family].generation)
		return false;
	return route_remove(rib, prefix, first, at) == UNICAST_CHANGED;
}

/* Nothing is left that a sweep would take. */
static bool
family_swept(const struct source *source, unsigned family)
{
	const struct source_family *f = &source->families[family];

	if (source->state == SOURCE_OPEN)
		return f->heard == f->count;
	return f->count == 0;
}

bool
rib_unicast_sweep(struct rib_unicast *rib, uint16_t number,
    struct prefix_walk *walk, size_t *budget,
    void (*gone)(void *ctx, const struct prefix *prefix), void *ctx)
{
	while (*budget > 0) {
		const struct source *source = source_known(rib, number);
		struct prefix prefix;
		uint32_t *first;

		if (source == NULL ||
		    family_swept(source, family_of(&walk->under)))
			return true;
		first = prefix_walk_next(walk, &prefix);
		if (first == NULL)
			return true;
		--*budget;
		if (prefix_sweep(rib, number, &prefix, first))
			gone(ctx, &prefix);
		source_forget(rib, number);
	}
	return false;
}
