/* SPDX-License-Identifier: BSD-2-Clause */
/* A unicast table under test, and short words for what is done to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/unicast_scene.h"

#define PLENTY (1u << 20)

static const uint8_t key[HASH_KEY_LEN] = { 3, 1, 4, 1, 5 };

int
scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	scene->rib = rib_unicast_new(key, PLENTY);
	assert_non_null(scene->rib);
	*state = scene;
	return 0;
}

int
scene_teardown(void **state)
{
	struct scene *scene = *state;

	rib_unicast_free(scene->rib);
	free(scene);
	return 0;
}

struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

uint16_t
open_source(struct scene *scene, uint8_t n)
{
	struct source_info info = { .peer = n,
		.router_id = n,
		.external = true,
		.address = { AFI_IPV4, 32, { 192, 0, 2, n } } };
	uint16_t source = rib_unicast_open(scene->rib, &info);

	assert_int_not_equal(source, SOURCE_NONE);
	return source;
}

struct route_facts
facts_of(uint32_t as, uint32_t local_pref)
{
	struct route_facts facts = { .neighbor_as = as,
		.origin_as = as,
		.local_pref = local_pref,
		.path_length = 2 };

	return facts;
}

enum unicast_change
announce(struct scene *scene, uint16_t source, const char *text, uint32_t as,
    uint32_t local_pref)
{
	struct prefix prefix = prefix_of(text);
	struct route_facts facts = facts_of(as, local_pref);

	return rib_unicast_announce(scene->rib, source, &prefix, &facts);
}

enum unicast_change
withdraw(struct scene *scene, uint16_t source, const char *text)
{
	struct prefix prefix = prefix_of(text);

	return rib_unicast_withdraw(scene->rib, source, &prefix);
}

/* The source of the best route, SOURCE_NONE when there is none. */
uint16_t
best(struct scene *scene, const char *text)
{
	struct prefix prefix = prefix_of(text);
	struct rib_route out;

	if (!rib_unicast_best(scene->rib, &prefix, &out))
		return SOURCE_NONE;
	assert_memory_equal(&out.prefix, &prefix, sizeof(prefix));
	return out.source;
}

static void
gone(void *ctx, const struct prefix *prefix)
{
	struct scene *scene = ctx;

	if (scene->n_gone < 16)
		scene->gone[scene->n_gone] = *prefix;
	scene->n_gone++;
}

/* All of it, a few prefixes at a time; returns how many were looked at. */
size_t
sweep(struct scene *scene, uint16_t source, const char *under)
{
	struct prefix prefix = prefix_of(under);
	size_t looked = 0;
	bool done = false;

	scene->n_gone = 0;
	rib_unicast_walk(scene->rib, &scene->walk, &prefix);
	while (!done) {
		size_t budget = 3;

		done = rib_unicast_sweep(
		    scene->rib, source, &scene->walk, &budget, gone, scene);
		assert_true(done || budget == 0);
		looked += 3 - budget;
	}
	return looked;
}
