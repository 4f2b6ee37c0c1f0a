/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints what the unicast table takes for full tables: time and memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/guard/rib_unicast.h"

#define ROUTES_IPV4 1000000u
#define ROUTES_IPV6 200000u
#define ROUTES      (ROUTES_IPV4 + ROUTES_IPV6)
#define FACTS       200000u
#define QUESTIONS   1000000u

static const uint8_t key[HASH_KEY_LEN] = { 1, 2, 3, 4, 5 };

struct route {
	struct prefix prefix;
	uint32_t facts;
};

struct world {
	struct route *routes;
	struct rib_unicast *rib;
	uint64_t random;
	uint64_t since;
	size_t octets;
};

static uint64_t
cpu_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint32_t
random_below(struct world *world, uint32_t n)
{
	world->random ^= world->random << 13;
	world->random ^= world->random >> 7;
	world->random ^= world->random << 17;
	return (uint32_t)((world->random >> 32) * n >> 32);
}

static void
begin(struct world *world)
{
	world->octets = rib_unicast_octets(world->rib);
	world->since = cpu_ns();
}

/* What n steps took since begin(). */
static void
report(const struct world *world, const char *what, size_t n)
{
	uint64_t ns = cpu_ns() - world->since;
	size_t octets = rib_unicast_octets(world->rib);

	printf("%-34s %8.3f s %7.0f ns each", what, (double)ns / 1e9,
	    (double)ns / (double)n);
	if (octets > world->octets)
		printf(" %6.1f octets each",
		    (double)(octets - world->octets) / (double)n);
	printf("\n");
}

/* Lengths as in the tables of the day: mostly /24 and /48. */
static struct prefix
random_prefix(struct world *world, unsigned afi)
{
	struct prefix prefix = { .afi = (uint8_t)afi };
	unsigned bits = afi_bits(afi);

	for (unsigned i = 0; i < bits / 8; i++)
		prefix.addr[i] = (uint8_t)random_below(world, 256);
	if (afi == AFI_IPV6) {
		prefix.addr[0] = 0x20 | (prefix.addr[0] & 0x0f);
		prefix.len = (uint8_t)(random_below(world, 2)
					   ? 48
					   : 32 + random_below(world, 17));
	} else {
		prefix.addr[0] = (uint8_t)(1 + random_below(world, 223));
		prefix.len = 24;
		if (random_below(world, 10) >= 6)
			prefix.len = (uint8_t)(23 - random_below(world, 4));
		if (random_below(world, 20) == 0)
			prefix.len = (uint8_t)(8 + random_below(world, 12));
	}
	prefix_mask(&prefix);
	return prefix;
}

static struct route_facts
facts_of(uint32_t n, uint32_t local_pref)
{
	struct route_facts facts = { 0 };

	facts.neighbor_as = 3000 + n % 40;
	facts.origin_as = 10000 + n;
	facts.originator_id = 0x0a000001 + n % 200;
	facts.flags = ROUTE_REFLECTED;
	facts.local_pref = local_pref;
	facts.path_length = (uint16_t)(2 + n % 5);
	facts.cluster_length = 1;
	return facts;
}

/* Distinct prefixes, in random order, six in a row with the same facts, as in
 * one UPDATE. */
static void
routes_make(struct world *world)
{
	struct prefix_tree *trees[2] = { prefix_tree_new(AFI_IPV4),
		prefix_tree_new(AFI_IPV6) };
	size_t left[2] = { ROUTES_IPV4, ROUTES_IPV6 };

	if (trees[0] == NULL || trees[1] == NULL)
		abort();
	for (size_t n = 0; n < ROUTES;) {
		bool wide = random_below(world, 6) == 0, fresh;
		struct route *route = &world->routes[n];

		if (left[wide] == 0)
			wide = !wide;
		route->prefix =
		    random_prefix(world, wide ? AFI_IPV6 : AFI_IPV4);
		route->facts = (uint32_t)(n / (ROUTES / FACTS));
		if (prefix_tree_put(trees[wide], &route->prefix, &fresh) ==
			NULL ||
		    !fresh)
			continue;
		left[wide]--;
		n++;
	}
	prefix_tree_free(trees[0]);
	prefix_tree_free(trees[1]);
}

static uint16_t
source_open(struct world *world, uint32_t n)
{
	struct source_info info = { .peer = n,
		.router_id = n,
		.address = { AFI_IPV4, 32, { 192, 0, 2, (uint8_t)n } } };

	return rib_unicast_open(world->rib, &info);
}

/* Announce all, with other facts for another local_pref. */
static void
load(
    struct world *world, const char *what, uint16_t source, uint32_t local_pref)
{
	begin(world);
	for (size_t i = 0; i < ROUTES; i++) {
		const struct route *route = &world->routes[i];
		struct route_facts facts = facts_of(route->facts, local_pref);

		if (rib_unicast_announce(world->rib, source, &route->prefix,
			&facts) == UNICAST_FULL)
			abort();
	}
	report(world, what, ROUTES);
}

static void
ask(struct world *world)
{
	size_t found = 0;

	begin(world);
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct rib_route out;
		struct prefix dst = { .afi = AFI_IPV4, .len = 32 };

		for (unsigned j = 0; j < 4; j++)
			dst.addr[j] = (uint8_t)random_below(world, 256);
		found += rib_unicast_match(world->rib, &dst, &out);
	}
	report(world, "best match of a random address", QUESTIONS);
	begin(world);
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct rib_route out;
		struct prefix dst = world->routes[i].prefix;

		dst.len = (uint8_t)afi_bits(dst.afi);
		found += rib_unicast_match(world->rib, &dst, &out);
	}
	report(world, "best match inside a route", QUESTIONS);
	if (found < QUESTIONS)
		abort();
}

static void
walk(struct world *world, unsigned afi)
{
	struct prefix all = { .afi = (uint8_t)afi };
	struct prefix_walk at;
	struct rib_route out;
	size_t n = 0;

	begin(world);
	rib_unicast_walk(world->rib, &at, &all);
	while (rib_unicast_next(world->rib, &at, &out))
		n++;
	report(world, "walk", n);
}

static void
gone(void *ctx, const struct prefix *prefix)
{
	(void)prefix;
	++*(size_t *)ctx;
}

static void
sweep(struct world *world, const char *what, uint16_t source)
{
	uint64_t longest = 0;
	size_t n = 0;

	begin(world);
	for (unsigned afi = AFI_IPV4; afi <= AFI_IPV6; afi++) {
		struct prefix all = { .afi = (uint8_t)afi };
		struct prefix_walk at;
		bool done = false;

		rib_unicast_walk(world->rib, &at, &all);
		while (!done) {
			uint64_t since = cpu_ns();
			size_t budget = 2000;

			done = rib_unicast_sweep(
			    world->rib, source, &at, &budget, gone, &n);
			since = cpu_ns() - since;
			longest = since > longest ? since : longest;
		}
	}
	report(world, what, ROUTES);
	printf("%-34s %8.3f ms longest of 2,000 prefixes\n", "",
	    (double)longest / 1e6);
}

static void
withdraw(struct world *world, uint16_t source)
{
	begin(world);
	for (size_t i = 0; i < ROUTES; i++)
		(void)rib_unicast_withdraw(
		    world->rib, source, &world->routes[i].prefix);
	report(world, "withdraw, random order", ROUTES);
}

/* The worst: no two routes in a row have anything in common. */
static void
facts_shuffle(struct world *world)
{
	for (size_t i = 0; i < ROUTES; i++)
		world->routes[i].facts = random_below(world, FACTS);
}

static int
by_prefix(const void *a, const void *b)
{
	const struct route *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static void
measure(struct world *world)
{
	uint16_t one = source_open(world, 1), two = source_open(world, 2);

	load(world, "load, random order", one, 100);
	load(world, "the same again", one, 100);
	load(world, "replace", one, 200);
	ask(world);
	walk(world, AFI_IPV4);
	walk(world, AFI_IPV6);
	load(world, "second source, the same facts", two, 200);
	load(world, "replace beside another", two, 150);
	ask(world);
	rib_unicast_begin(world->rib, two, AFI_IPV4);
	rib_unicast_begin(world->rib, two, AFI_IPV6);
	sweep(world, "sweep the second, unheard", two);
	withdraw(world, one);
	load(world, "load into what is free", one, 100);
	rib_unicast_close(world->rib, one);
	sweep(world, "sweep the first, closed", one);
}

int
main(void)
{
	struct world world = { .random = 0x9e3779b97f4a7c15 };
	uint16_t source;

	world.routes = calloc(ROUTES, sizeof(*world.routes));
	world.rib = rib_unicast_new(key, 4 * (size_t)ROUTES);
	if (world.routes == NULL || world.rib == NULL)
		return 1;
	routes_make(&world);
	measure(&world);
	rib_unicast_free(world.rib);
	facts_shuffle(&world);
	world.rib = rib_unicast_new(key, 4 * (size_t)ROUTES);
	if (world.rib == NULL)
		return 1;
	source = source_open(&world, 1);
	load(&world, "load, random order, random facts", source, 100);
	load(&world, "replace, random facts", source, 90);
	rib_unicast_free(world.rib);
	qsort(world.routes, ROUTES, sizeof(*world.routes), by_prefix);
	world.rib = rib_unicast_new(key, 4 * (size_t)ROUTES);
	if (world.rib == NULL)
		return 1;
	source = source_open(&world, 1);
	load(&world, "load, ascending", source, 100);
	load(&world, "second source, other facts", source_open(&world, 2), 90);
	rib_unicast_free(world.rib);
	free(world.routes);
	return 0;
}
