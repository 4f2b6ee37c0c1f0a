/* SPDX-License-Identifier: BSD-2-Clause */
/* A question that judge() accepts, for tests to spoil in one way each. */
#pragma once

#include <stdint.h>

#include "policy/judge.h"
#include "tests/lib/fake_unicast.h"

#define JUDGE_SCENE_VRPS 8

struct judge_scene {
	struct customer customer;
	struct rule rule;
	struct action_set actions;
	struct action_set emitted;
	struct wish wish;
	struct prefix local, remote;
	struct fake_unicast unicast;
	struct rpki_view rpki; /* no cache; answers with vrps[] when asked */
	struct vrp vrps[JUDGE_SCENE_VRPS];
	unsigned n_vrps;
	struct protected_set *protected; /* owned, sealed, empty */
	struct prefix_set *others;       /* owned: what everybody registered */
	struct question q;    /* points at those above; no limits but acme's */
	const char *foreign;  /* evidence of a conflict; NULL: none */
	unsigned asked;       /* how often the conflict table was asked */
	const char *shadowed; /* evidence of a shadow; NULL: none */
	unsigned asked_shadows;
	uint64_t addresses;          /* what the rules would cover together */
	struct dialect_parts *parts; /* DIALECT_COUNT */
	struct verdict verdict;
	struct check_result results[CHECK_COUNT];
};

/* Customer acme (number 1, 203.0.113.0/24, 2001:db8:113::/48) in enforce mode
 * asks to discard all to 203.0.113.7/32, and its AS 65001 announces what it
 * owns over the rule's session, 192.0.2.2 with our 192.0.2.1 (AS 64500).
 * Customer 2 has 198.51.100.0/24. Owned by the caller. */
struct judge_scene *judge_scene_new(void);
void judge_scene_free(struct judge_scene *scene);

/* Set the best routes, up to the first without prefix, which must outlive the
 * scene. */
void judge_scene_routes(
    struct judge_scene *scene, const struct fake_route routes[FAKE_ROUTES_MAX]);
/* Set the destination; the text must be a prefix. */
void judge_scene_dst(struct judge_scene *scene, const char *text);
/* Set the source likewise. */
void judge_scene_src(struct judge_scene *scene, const char *text);
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
/* Ask for this rule and these actions instead ("match … then …"). */
void judge_scene_text(struct judge_scene *scene, const char *text);
/* Say a ROA (with a maxLength of 32 or 128), and that all data are fresh. */
void judge_scene_roa(struct judge_scene *scene, const char *text, uint32_t asn);
/* Give acme an IRR list that holds this prefix too, usable. */
void judge_scene_irr(struct judge_scene *scene, const char *text);
/* Protect a prefix, or with port not 0 what is sent to this port (source or
 * destination) of it, from everybody but the exempt customer. */
void judge_scene_protect(struct judge_scene *scene, const char *text,
    unsigned port, uint32_t exempt);
/* Give acme a class of the kind: the packets that the scene's rule matches
 * now. */
void judge_scene_class(struct judge_scene *scene, unsigned kind);
/* The question becomes the NOC's own. */
void judge_scene_noc(struct judge_scene *scene);
