/* SPDX-License-Identifier: BSD-2-Clause */
/* A question that judge() accepts, for tests to spoil in one way each. */
#include "tests/lib/judge_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
conflicts(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	/* The table is the scene; counting is the test's, not the judge's. */
	struct judge_scene *scene = *(struct judge_scene *const *)ctx;

	(void)part;
	(void)actions;
	scene->asked++;
	if (scene->foreign == NULL)
		return false;
	(void)snprintf(evidence, size, "%s", scene->foreign);
	return true;
}

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
own(struct judge_scene *scene, const char *text)
{
	struct prefix prefix;

	must(prefix_parse(text, &prefix) == 0);
	must(prefix_set_add(scene->customer.own, &prefix, 0) == 0);
}

struct scene_box {
	struct judge_scene scene; /* first: freed as a whole */
	struct judge_scene *self;
};

static const struct fake_route routes[FAKE_ROUTES_MAX] = {
	{ "203.0.113.0/24", "65001", FAKE_SESSION, false },
	{ "2001:db8:113::/48", "65001", FAKE_SESSION, false },
};

struct judge_scene *
judge_scene_new(void)
{
	struct scene_box *box = calloc(1, sizeof(*box));
	struct judge_scene *scene;

	must(box != NULL);
	box->self = scene = &box->scene;
	scene->parts = calloc(DIALECT_COUNT, sizeof(*scene->parts));
	must(scene->parts != NULL);
	customer_defaults(&scene->customer);
	(void)snprintf(
	    scene->customer.name, sizeof(scene->customer.name), "acme");
	scene->customer.asn = 65001;
	scene->customer.mode = CUSTOMER_ENFORCE;
	scene->customer.own = prefix_set_new();
	must(scene->customer.own != NULL);
	own(scene, "203.0.113.0/24");
	own(scene, "2001:db8:113::/48");
	judge_scene_routes(scene, routes);
	judge_scene_dst(scene, "203.0.113.7/32");
	judge_scene_rate(scene, 0);
	scene->q.customer = &scene->customer;
	scene->q.rule = &scene->rule;
	scene->q.actions = &scene->actions;
	scene->q.conflicts = conflicts;
	scene->q.ctx = &box->self;
	scene->q.wire_reason = REASON_ACCEPTED;
	scene->q.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT);
	scene->q.unicast = &scene->unicast.view;
	scene->q.authenticated = true;
	return scene;
}

void
judge_scene_free(struct judge_scene *scene)
{
	customer_free(&scene->customer);
	free(scene->parts);
	free(scene);
}

void
judge_scene_routes(
    struct judge_scene *scene, const struct fake_route from[FAKE_ROUTES_MAX])
{
	fake_unicast_fill(&scene->unicast, from);
}

void
judge_scene_dst(struct judge_scene *scene, const char *text)
{
	struct prefix prefix;

	must(prefix_parse(text, &prefix) == 0);
	scene->rule.afi = prefix.afi;
	scene->rule.has |= RULE_HAS_DST;
	scene->rule.dst_len = prefix.len;
	memcpy(scene->rule.dst, prefix.addr, ADDRESS_MAX);
}

void
judge_scene_term(
    struct judge_scene *scene, unsigned type, unsigned op, uint64_t value)
{
	struct rule_term *term = &scene->rule.terms[scene->rule.n_terms];

	must(scene->rule.n_terms < RULE_TERMS_MAX);
	memset(term, 0, sizeof(*term));
	term->type = (uint8_t)type;
	term->op = (uint8_t)op;
	term->value = value;
	scene->rule.n_terms++;
}

void
judge_scene_list(
    struct judge_scene *scene, unsigned type, uint64_t first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		judge_scene_term(scene, type, RULE_OP_EQ, first + 2 * i);
}

void
judge_scene_rate(struct judge_scene *scene, double rate)
{
	scene->actions.present = ACTION_BIT(ACTION_RATE_BYTES);
	scene->actions.rate_bytes = action_rate_bits(rate);
}

void
judge_scene_allow(struct judge_scene *scene, enum action_kind kind)
{
	scene->actions.present |= (uint16_t)ACTION_BIT(kind);
	scene->customer.actions.kinds |= ACTION_BIT(kind);
}
