/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the unicast table. */
#include "proxy/guard/rib_unicast_parts.h"

size_t
routes_gather(const struct rib_unicast *rib, uint32_t first, unsigned family)
{
	size_t n = 0;

	for (uint32_t i = first; i != 0;) {
		const struct route *route = route_at(rib, i);
		const struct source *source = &rib->sources[route->source];

		i = route->next;
		if (source->state != SOURCE_OPEN || route->facts == 0)
			continue;
		rib->set[n].facts = facts_at(&rib->facts, route->facts);
		rib->set[n].source = &source->info;
		rib->set[n].number = route->source;
		rib->set[n].stale = route_stale(rib, route, family);
		n++;
	}
	return n;
}

const struct candidate *
routes_decide(const struct rib_unicast *rib, uint32_t first, unsigned family)
{
	size_t n = routes_gather(rib, first, family);

	return n == 0 ? NULL : &rib->set[decision_run(rib->set, n)];
}

static void
route_fill(struct rib_route *out, const struct prefix *prefix,
    const struct candidate *candidate)
{
	out->prefix = *prefix;
	out->facts = candidate->facts;
	out->source = candidate->number;
	out->stale = candidate->stale;
	out->step = candidate->step;
}

bool
rib_unicast_best(const struct rib_unicast *rib, const struct prefix *prefix,
    struct rib_route *out)
{
	unsigned family = family_of(prefix);
	const uint32_t *first = prefix_tree_find(rib->trees[family], prefix);
	const struct candidate *best = NULL;

	if (first != NULL)
		best = routes_decide(rib, *first, family);
	if (best == NULL)
		return false;
	route_fill(out, prefix, best);
	return true;
}

bool
rib_unicast_match(const struct rib_unicast *rib, const struct prefix *dst,
    struct rib_route *out)
{
	unsigned family = family_of(dst);
	unsigned len = dst->len;

	for (;;) {
		const struct candidate *best;
		struct prefix found;
		const uint32_t *first =
		    prefix_tree_cover(rib->trees[family], dst, len, &found);

		if (first == NULL)
			return false;
		best = routes_decide(rib, *first, family);
		if (best != NULL) {
			route_fill(out, &found, best);
			return true;
		}
		/* All its routes are of closed sources. */
		if (found.len == 0)
			return false;
		len = found.len - 1u;
	}
}

void
rib_unicast_walk(struct rib_unicast *rib, struct prefix_walk *walk,
    const struct prefix *under)
{
	prefix_walk_begin(walk, rib->trees[family_of(under)], under);
}

bool
rib_unicast_next(const struct rib_unicast *rib, struct prefix_walk *walk,
    struct rib_route *out)
{
	unsigned family = family_of(&walk->under);
	const struct candidate *best;
	const uint32_t *first;
	struct prefix prefix;

	while ((first = prefix_walk_next(walk, &prefix)) != NULL) {
		if (prefix.len == walk->under.len)
			continue;
		best = routes_decide(rib, *first, family);
		if (best != NULL) {
			route_fill(out, &prefix, best);
			return true;
		}
	}
	return false;
}

/* Among n of at most max that are sorted, those that lost last coming first;
 * the last falls off when there are too many. Returns how many there are. */
static size_t
route_insert(
    struct rib_route *out, size_t n, size_t max, const struct rib_route *route)
{
	size_t i = n;

	while (i > 1 && out[i - 1].step < route->step)
		i--;
	if (i >= max)
		return n;
	if (n == max)
		n--;
	for (size_t j = n; j > i; j--)
		out[j] = out[j - 1];
	out[i] = *route;
	return n + 1;
}

size_t
rib_unicast_routes(const struct rib_unicast *rib, const struct prefix *prefix,
    struct rib_route *out, size_t max)
{
	unsigned family = family_of(prefix);
	const uint32_t *first = prefix_tree_find(rib->trees[family], prefix);
	size_t seen, best, n = 1;
	struct rib_route route;

	if (first == NULL || max == 0)
		return 0;
	seen = routes_gather(rib, *first, family);
	if (seen == 0)
		return 0;
	best = decision_run(rib->set, seen);
	route_fill(&out[0], prefix, &rib->set[best]);
	for (size_t i = 0; i < seen; i++) {
		if (i == best)
			continue;
		route_fill(&route, prefix, &rib->set[i]);
		n = route_insert(out, n, max, &route);
	}
	return n;
}

/* ---- counts ---- */

size_t
rib_unicast_prefixes(const struct rib_unicast *rib, unsigned afi)
{
	if (afi_bits(afi) == 0)
		return 0;
	return prefix_tree_count(rib->trees[afi - AFI_IPV4]);
}

size_t
rib_unicast_count(const struct rib_unicast *rib, unsigned afi)
{
	return afi_bits(afi) == 0 ? 0 : rib->counts[afi - AFI_IPV4];
}

size_t
rib_unicast_facts(const struct rib_unicast *rib)
{
	return rib->facts.count;
}

size_t
rib_unicast_octets(const struct rib_unicast *rib)
{
	return sizeof(*rib) + slab_octets(&rib->routes) +
	       facts_octets(&rib->facts) + prefix_tree_octets(rib->trees[0]) +
	       prefix_tree_octets(rib->trees[1]) +
	       rib->room * sizeof(*rib->sources) +
	       rib->set_room * sizeof(*rib->set);
}
