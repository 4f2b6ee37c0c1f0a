/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table, written plainly. */
#include "tests/lib/unicast_model.h"

#include <stdlib.h>
#include <string.h>

/* Where the window lies: in IPv6 across the middle of the address. */
static const unsigned window_at[2] = { 6, 61 };

static int
by_order(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static struct prefix
window_prefix(unsigned family, unsigned len, unsigned bits)
{
	struct prefix prefix = { .afi = (uint8_t)(AFI_IPV4 + family) };

	prefix.addr[0] = 0x20;
	for (unsigned i = 0; i < len; i++) {
		unsigned bit = window_at[family] + i;

		if (bits >> (len - 1 - i) & 1)
			prefix.addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	prefix.len = (uint8_t)(window_at[family] + len);
	return prefix;
}

void
model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
	for (unsigned family = 0; family < 2; family++) {
		struct prefix *prefixes = model->prefixes[family];

		/* The default route, and all that fit into the window. */
		prefixes[0].afi = (uint8_t)(AFI_IPV4 + family);
		for (unsigned i = 1; i < MODEL_PREFIXES; i++) {
			unsigned len = 31 - (unsigned)__builtin_clz(i);

			prefixes[i] =
			    window_prefix(family, len, i - (1u << len));
		}
		qsort(prefixes, MODEL_PREFIXES, sizeof(*prefixes), by_order);
	}
	for (unsigned i = 0; i < MODEL_FACTS; i++) {
		struct route_facts *facts = &model->facts[i];

		facts->local_pref = 100 + (i & 1);
		facts->path_length = (uint16_t)(1 + (i >> 1 & 1));
		facts->origin = (uint8_t)(i >> 2 & 1);
		facts->med = i >> 3 & 1;
		facts->neighbor_as = i >> 4 & 1;
		facts->origin_as = i >> 5 & 1;
		if (i >> 6 & 1) {
			facts->flags = ROUTE_REFLECTED;
			facts->originator_id = 2;
		}
		facts->cluster_length = (uint8_t)(i >> 7 & 1);
	}
	model->max_routes = SIZE_MAX;
}

/* ---- the decision process: strike out all that is worse ---- */

/* Lower is better. */
static uint64_t
worth(const struct model *model, unsigned s, const struct model_route *route,
    unsigned step)
{
	const struct route_facts *facts = &model->facts[route->facts];
	const struct source_info *info = &model->sources[s].info;

	if (step == ROUTE_STEP_STALE)
		return route->stale;
	if (step == ROUTE_STEP_LOCAL_PREF)
		return UINT32_MAX - facts->local_pref;
	if (step == ROUTE_STEP_PATH_LENGTH)
		return facts->path_length;
	if (step == ROUTE_STEP_ORIGIN)
		return facts->origin;
	if (step == ROUTE_STEP_MED)
		return facts->med;
	if (step == ROUTE_STEP_EXTERNAL)
		return info->external ? 0 : 1;
	if (step == ROUTE_STEP_ROUTER_ID)
		return facts->flags & ROUTE_REFLECTED ? facts->originator_id
						      : info->router_id;
	if (step == ROUTE_STEP_CLUSTER_LENGTH)
		return facts->cluster_length;
	return (uint64_t)info->address.addr[3] << 16 | model->sources[s].number;
}

/* Those of who[] that something beside them is better than go out of left. */
static void
strike(const struct model *model, unsigned family, unsigned prefix,
    const unsigned *who, struct model_view *view)
{
	unsigned step = view->step[MODEL_SOURCES];
	bool left[MODEL_SOURCES];

	for (unsigned i = 0; i < view->n; i++)
		left[i] = view->step[who[i]] == ROUTE_STEP_ONLY;
	for (unsigned i = 0; i < view->n * view->n; i++) {
		unsigned a = i / view->n, b = i % view->n;
		const struct model_route *x, *y;

		if (!left[a] || !left[b])
			continue;
		x = &model->sources[who[a]].routes[family][prefix];
		y = &model->sources[who[b]].routes[family][prefix];
		if (step == ROUTE_STEP_MED &&
		    model->facts[x->facts].neighbor_as !=
			model->facts[y->facts].neighbor_as)
			continue;
		if (worth(model, who[a], x, step) >
		    worth(model, who[b], y, step))
			view->step[who[a]] = (uint8_t)step;
	}
}

void
model_decide(const struct model *model, unsigned family, unsigned prefix,
    struct model_view *view)
{
	unsigned who[MODEL_SOURCES];
	uint8_t last = ROUTE_STEP_ONLY;

	memset(view, 0, sizeof(*view));
	for (unsigned s = 0; s < MODEL_SOURCES; s++) {
		const struct model_source *source = &model->sources[s];

		if (source->open && source->routes[family][prefix].there)
			who[view->n++] = s;
	}
	for (uint8_t step = ROUTE_STEP_STALE;
	     view->n > 1 && step < ROUTE_STEP_COUNT; step++) {
		view->step[MODEL_SOURCES] = step;
		strike(model, family, prefix, who, view);
	}
	for (unsigned i = 0; i < view->n; i++) {
		uint8_t step = view->step[who[i]];

		view->seen[who[i]] = true;
		if (step == ROUTE_STEP_ONLY)
			view->best = who[i];
		last = step > last ? step : last;
	}
	view->step[view->best] = last;
}

struct model_sight
model_sight(const struct model *model, unsigned family, unsigned prefix)
{
	const struct model_source *source;
	const struct route_facts *facts;
	struct model_sight sight = { 0 };
	struct model_view view;

	model_decide(model, family, prefix, &view);
	if (view.n == 0)
		return sight;
	source = &model->sources[view.best];
	facts = &model->facts[source->routes[family][prefix].facts];
	sight.some = true;
	sight.source = source->number;
	sight.neighbor_as = facts->neighbor_as;
	sight.origin_as = facts->origin_as;
	sight.flags = facts->flags;
	return sight;
}

bool
model_sight_equal(struct model_sight a, struct model_sight b)
{
	return a.some == b.some && a.source == b.source &&
	       a.neighbor_as == b.neighbor_as && a.origin_as == b.origin_as &&
	       a.flags == b.flags;
}

/* ---- what is there ---- */

bool
model_holds(const struct model *model, unsigned family, unsigned prefix)
{
	for (unsigned s = 0; s < MODEL_SOURCES; s++) {
		if (model->sources[s].number != SOURCE_NONE &&
		    model->sources[s].routes[family][prefix].there)
			return true;
	}
	return false;
}

size_t
model_count(const struct model *model, unsigned family)
{
	size_t n = 0;

	for (unsigned s = 0; s < MODEL_SOURCES; s++) {
		for (unsigned i = 0; i < MODEL_PREFIXES; i++)
			n += model->sources[s].routes[family][i].there;
	}
	return n;
}

size_t
model_facts(const struct model *model)
{
	bool used[MODEL_FACTS] = { false };
	size_t n = 0;

	for (unsigned i = 0; i < MODEL_SOURCES * 2 * MODEL_PREFIXES; i++) {
		const struct model_route *route =
		    &model->sources[i / (2 * MODEL_PREFIXES)]
			 .routes[i / MODEL_PREFIXES % 2][i % MODEL_PREFIXES];

		if (route->there)
			used[route->facts] = true;
	}
	for (unsigned i = 0; i < MODEL_FACTS; i++)
		n += used[i];
	return n;
}

struct model_source *
model_source(struct model *model, uint16_t number)
{
	for (unsigned s = 0; s < MODEL_SOURCES; s++) {
		if (number != SOURCE_NONE && model->sources[s].number == number)
			return &model->sources[s];
	}
	return NULL;
}

/* ---- what changes it ---- */

enum unicast_change
model_announce(struct model *model, struct model_source *source,
    unsigned family, unsigned prefix, unsigned facts)
{
	struct model_sight before = model_sight(model, family, prefix);
	struct model_route *route = &source->routes[family][prefix];

	if (!route->there &&
	    model_count(model, 0) + model_count(model, 1) >= model->max_routes)
		return UNICAST_FULL;
	route->there = true;
	route->heard = true;
	route->stale = source->lost;
	route->facts = (uint16_t)facts;
	return model_sight_equal(before, model_sight(model, family, prefix))
		   ? UNICAST_SAME
		   : UNICAST_CHANGED;
}

enum unicast_change
model_withdraw(struct model *model, struct model_source *source,
    unsigned family, unsigned prefix)
{
	struct model_sight before = model_sight(model, family, prefix);

	memset(&source->routes[family][prefix], 0, sizeof(struct model_route));
	return model_sight_equal(before, model_sight(model, family, prefix))
		   ? UNICAST_SAME
		   : UNICAST_CHANGED;
}

void
model_begin(struct model_source *source, unsigned family)
{
	for (unsigned i = 0; i < MODEL_PREFIXES; i++)
		source->routes[family][i].heard = false;
}

void
model_lose(struct model_source *source)
{
	source->lost = true;
	for (unsigned i = 0; i < 2 * MODEL_PREFIXES; i++)
		source->routes[i / MODEL_PREFIXES][i % MODEL_PREFIXES].stale =
		    true;
}

void
model_regain(struct model_source *source, uint32_t router_id)
{
	source->info.router_id = router_id;
	if (!source->lost)
		return;
	source->lost = false;
	model_begin(source, 0);
	model_begin(source, 1);
}

void
model_forget(struct model_source *source)
{
	for (unsigned i = 0; i < 2 * MODEL_PREFIXES; i++) {
		if (source->routes[i / MODEL_PREFIXES][i % MODEL_PREFIXES]
			.there)
			return;
	}
	if (!source->open)
		memset(source, 0, sizeof(*source));
}
