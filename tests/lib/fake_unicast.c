/* SPDX-License-Identifier: BSD-2-Clause */
/* A small unicast view made of rows: each prefix's best route. */
#include "tests/lib/fake_unicast.h"

#include <stdlib.h>
#include <string.h>

static void
must(bool held)
{
	if (!held)
		abort();
}

static bool
best(const void *ctx, const struct prefix *dst, struct unicast_route *out)
{
	const struct fake_unicast *fake = ctx;
	const struct unicast_route *found = NULL;

	for (size_t i = 0; i < fake->n; i++) {
		const struct unicast_route *route = &fake->routes[i];

		if (prefix_contains(&route->prefix, dst) &&
		    (found == NULL || route->prefix.len > found->prefix.len))
			found = route;
	}
	if (found == NULL)
		return false;
	*out = *found;
	return true;
}

static bool
more(const void *ctx, const struct prefix *dst, unicast_objects objects,
    const void *judge, struct unicast_route *out)
{
	const struct fake_unicast *fake = ctx;
	const struct unicast_route *found = NULL;

	for (size_t i = 0; i < fake->n; i++) {
		const struct unicast_route *route = &fake->routes[i];

		if (route->prefix.len > dst->len &&
		    prefix_contains(dst, &route->prefix) &&
		    objects(judge, route) &&
		    (found == NULL ||
			prefix_cmp(&route->prefix, &found->prefix) < 0))
			found = route;
	}
	if (found == NULL)
		return false;
	*out = *found;
	return true;
}

/* The left-most and right-most AS outside confederation segments; 0 when
 * there is none, or it is in a set. */
static void
path_read(const char *path, struct route_facts *facts)
{
	unsigned in_confed = 0, in_set = 0, n = 0;

	while (*path != '\0') {
		char *end;
		uint32_t asn = (uint32_t)strtoul(path, &end, 10);

		in_confed = *path == '(' ? 1 : *path == ')' ? 0 : in_confed;
		in_set = *path == '{' ? 1 : *path == '}' ? 0 : in_set;
		if (end == path) {
			path++;
			continue;
		}
		path = end;
		if (in_confed)
			continue;
		if (n++ == 0)
			facts->neighbor_as = in_set ? 0 : asn;
		facts->origin_as = in_set ? 0 : asn;
	}
	if (n == 0)
		facts->flags |= ROUTE_INTERNAL;
	facts->path_length = (uint16_t)n;
}

void
fake_unicast_fill(
    struct fake_unicast *fake, const struct fake_route routes[FAKE_ROUTES_MAX])
{
	memset(fake, 0, sizeof(*fake));
	fake->view = (struct unicast_view){ true, fake, best, more };
	for (size_t i = 0; i < FAKE_ROUTES_MAX; i++) {
		struct unicast_route *route = &fake->routes[i];

		if (routes[i].prefix == NULL)
			break;
		must(prefix_parse(routes[i].prefix, &route->prefix) == 0);
		path_read(routes[i].path, &route->facts);
		if (routes[i].reflected)
			route->facts.flags |= ROUTE_REFLECTED;
		route->source = routes[i].source;
		route->same_originator =
		    !routes[i].reflected &&
		    strcmp(route->source, FAKE_SESSION) == 0;
		fake->n++;
	}
}
