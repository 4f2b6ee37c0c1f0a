/* SPDX-License-Identifier: BSD-2-Clause */
/* A question that judge() accepts, for tests to spoil in one way each. */
#pragma once

#include <stdint.h>

#include "policy/judge.h"
#include "tests/lib/fake_unicast.h"

struct judge_scene {
	struct customer customer;
	struct rule rule;
	struct action_set actions;
	struct fake_unicast unicast;
	struct question q;   /* points at the four above */
	const char *foreign; /* evidence of a conflict; NULL: none */
	unsigned asked;      /* how often the conflict table was asked */
	struct dialect_parts *parts; /* DIALECT_COUNT */
	struct verdict verdict;
	struct check_result results[CHECK_COUNT];
};

/* Customer acme (203.0.113.0/24, 2001:db8:113::/48) in enforce mode asks to
 * discard all to 203.0.113.7/32, and its AS 65001 announces what it owns over
 * the rule's session. Owned by the caller. */
struct judge_scene *judge_scene_new(void);
void judge_scene_free(struct judge_scene *scene);

/* Set the best routes, up to the first without prefix, which must outlive the
 * scene. */
void judge_scene_routes(
    struct judge_scene *scene, const struct fake_route routes[FAKE_ROUTES_MAX]);
/* Set the destination; the text must be a prefix. */
void judge_scene_dst(struct judge_scene *scene, const char *text);
/* Append a term; types must not descend. */
void judge_scene_term(
    struct judge_scene *scene, unsigned type, unsigned op, uint64_t value);
/* Append n terms "=first or =first+2 or …". */
void judge_scene_list(
    struct judge_scene *scene, unsigned type, uint64_t first, unsigned n);
/* Make the action set a rate limit in octets a second. */
void judge_scene_rate(struct judge_scene *scene, double rate);
/* Add a kind to the action set, and to what the customer may use. */
void judge_scene_allow(struct judge_scene *scene, enum action_kind kind);
