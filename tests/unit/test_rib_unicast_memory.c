/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast table when memory is out: every allocation fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/guard/rib_unicast.h"
#include "tests/lib/failing_alloc.h"

#define SOURCES  20u
#define PREFIXES 20000u

struct scene {
	struct rib_unicast *rib;
	uint16_t sources[SOURCES];
	size_t full; /* announcements that found no room */
	size_t there;
};

/* All of different facts. */
static void
announce(struct scene *scene, unsigned source, uint32_t n, unsigned afi)
{
	struct prefix prefix = { (uint8_t)afi, 24,
		{ (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n } };
	struct route_facts facts = { .neighbor_as = source, .med = n };
	struct rib_route out;
	uint16_t number = scene->sources[source];
	bool before = rib_unicast_best(scene->rib, &prefix, &out);

	if (number == SOURCE_NONE)
		return;
	if (rib_unicast_announce(scene->rib, number, &prefix, &facts) !=
	    UNICAST_FULL) {
		scene->there++;
		assert_true(rib_unicast_best(scene->rib, &prefix, &out));
		return;
	}
	scene->full++;
	assert_int_equal(rib_unicast_best(scene->rib, &prefix, &out), before);
}

static void
gone(void *ctx, const struct prefix *prefix)
{
	(void)ctx;
	(void)prefix;
}

static void
empty(struct scene *scene)
{
	for (unsigned i = 0; i < SOURCES * 2; i++) {
		struct prefix all = { .afi = (uint8_t)(AFI_IPV4 + i % 2) };
		struct prefix_walk walk;
		size_t budget = SIZE_MAX;

		rib_unicast_close(scene->rib, scene->sources[i / 2]);
		rib_unicast_walk(scene->rib, &walk, &all);
		assert_true(rib_unicast_sweep(scene->rib, scene->sources[i / 2],
		    &walk, &budget, gone, NULL));
	}
	assert_int_equal(rib_unicast_facts(scene->rib), 0);
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV4), 0);
	assert_int_equal(rib_unicast_prefixes(scene->rib, AFI_IPV6), 0);
}

/* Build, fill, empty and free a table, of whose allocations number `at` fails
 * and `many` in all; returns whether one did. */
static bool
live(uint64_t at, uint64_t many)
{
	static const uint8_t key[HASH_KEY_LEN] = { 1 };
	struct source_info info = { .peer = 1 };
	struct scene scene = { 0 };
	bool hit;

	failing_alloc_begin(at, many);
	scene.rib = rib_unicast_new(key, SIZE_MAX);
	if (scene.rib == NULL)
		return failing_alloc_end() >= at;
	for (unsigned i = 0; i < SOURCES; i++)
		scene.sources[i] = rib_unicast_open(scene.rib, &info);
	for (uint32_t n = 0; n < PREFIXES; n++)
		announce(&scene, 0, n * 7919 % PREFIXES, AFI_IPV4 + n % 2);
	for (unsigned i = 1; i < SOURCES; i++)
		announce(&scene, i, 7, AFI_IPV4);
	assert_int_equal(rib_unicast_count(scene.rib, AFI_IPV4) +
			     rib_unicast_count(scene.rib, AFI_IPV6),
	    scene.there);
	empty(&scene);
	rib_unicast_free(scene.rib);
	hit = failing_alloc_end() >= at;
	assert_true(hit || scene.full == 0);
	return hit;
}

/* Whichever allocation fails, once or for good: no route is half in the table,
 * what was there stays, and all can be taken out and given back. */
static void
failing_allocation_is_survived(void **state)
{
	const uint64_t *many = *state;
	uint64_t at = 1;

	while (live(at, *many))
		at++;
	assert_true(at > 40);
}

/* A replacement whose facts find no room takes the old route away. */
static void
replacement_without_memory_removes(void **state)
{
	static const uint8_t key[HASH_KEY_LEN] = { 1 };
	struct prefix prefix = { AFI_IPV4, 0, { 0 } };
	struct route_facts facts = { .neighbor_as = 1 };
	struct source_info info = { .peer = 1 };
	struct scene scene = { 0 };
	struct rib_route out;
	uint32_t n = 0;

	(void)state;
	scene.rib = rib_unicast_new(key, SIZE_MAX);
	scene.sources[0] = rib_unicast_open(scene.rib, &info);
	assert_int_equal(
	    rib_unicast_announce(scene.rib, scene.sources[0], &prefix, &facts),
	    UNICAST_CHANGED);
	failing_alloc_begin(1, UINT64_MAX);
	/* The tree and the routes had room for more than the facts. */
	while (scene.full == 0)
		announce(&scene, 0, n++, AFI_IPV4);
	facts.med = n;
	assert_int_equal(
	    rib_unicast_announce(scene.rib, scene.sources[0], &prefix, &facts),
	    UNICAST_FULL);
	assert_false(rib_unicast_best(scene.rib, &prefix, &out));
	assert_int_equal(rib_unicast_count(scene.rib, AFI_IPV4), scene.there);
	(void)failing_alloc_end();
	rib_unicast_free(scene.rib);
}

int
main(void)
{
	static uint64_t once = 1, for_good = UINT64_MAX;
	const struct CMUnitTest tests[] = {
		{ "allocation_failing_once_is_survived",
		    failing_allocation_is_survived, NULL, NULL, &once },
		{ "allocations_failing_for_good_are_survived",
		    failing_allocation_is_survived, NULL, NULL, &for_good },
		cmocka_unit_test(replacement_without_memory_removes),
	};

	return cmocka_run_group_tests_name(
	    "rib_unicast_memory", tests, NULL, NULL);
}
