/* SPDX-License-Identifier: BSD-2-Clause */
/* A unicast table under test, and short words for what is done to it. */
#pragma once

#include "proxy/guard/rib_unicast.h"

struct scene {
	struct rib_unicast *rib;
	struct prefix_walk walk;
	struct prefix gone[16]; /* told by sweep(), the first of them */
	size_t n_gone;
};

/* Of a cmocka test: *state is the scene, its table empty. */
int scene_setup(void **state);
int scene_teardown(void **state);

struct prefix prefix_of(const char *text);

/* An external source whose address, peer and router id end in n. */
uint16_t open_source(struct scene *scene, uint8_t n);

/* Of one AS path of length two. */
struct route_facts facts_of(uint32_t as, uint32_t local_pref);

enum unicast_change announce(struct scene *scene, uint16_t source,
    const char *text, uint32_t as, uint32_t local_pref);
enum unicast_change withdraw(
    struct scene *scene, uint16_t source, const char *text);

/* The source of the best route, SOURCE_NONE when there is none. */
uint16_t best(struct scene *scene, const char *text);

/* All of it, a few prefixes at a time; returns how many were looked at. */
size_t sweep(struct scene *scene, uint16_t source, const char *under);
