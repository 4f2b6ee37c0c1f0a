/* SPDX-License-Identifier: BSD-2-Clause */
/* A question that judge() accepts, for tests to spoil in one way each. */
#include "tests/lib/judge_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/rule_text.h"

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

static bool
shadows(const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	struct judge_scene *scene = *(struct judge_scene *const *)ctx;

	(void)part;
	scene->asked_shadows++;
	if (scene->shadowed == NULL)
		return false;
	(void)snprintf(evidence, size, "%s", scene->shadowed);
	return true;
}

static uint64_t
addresses(const void *ctx, const struct prefix *destination)
{
	const struct judge_scene *scene = *(struct judge_scene *const *)ctx;

	(void)destination;
	return scene->addresses;
}

static bool
covering(const void *ctx, const struct prefix *prefix,
    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor)
{
	const struct judge_scene *scene = *(struct judge_scene *const *)ctx;

	for (unsigned i = 0; i < scene->n_vrps; i++) {
		if (prefix_contains(&scene->vrps[i].prefix, prefix) &&
		    visit(visitor, &scene->vrps[i]))
			return true;
	}
	return false;
}

static void
must(bool held)
{
	if (!held)
		abort();
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	must(prefix_parse(text, &prefix) == 0);
	return prefix;
}

static void
own(struct judge_scene *scene, const char *text)
{
	struct prefix prefix = prefix_of(text);

	must(prefix_set_add(scene->customer.own, &prefix, 0) == 0);
	must(prefix_set_add(scene->others, &prefix, 1) == 0);
}

struct scene_box {
	struct judge_scene scene; /* first: freed as a whole */
	struct judge_scene *self;
};

static const struct fake_route routes[FAKE_ROUTES_MAX] = {
	{ "203.0.113.0/24", "65001", FAKE_SESSION, false },
	{ "2001:db8:113::/48", "65001", FAKE_SESSION, false },
};

static void
customer_fill(struct judge_scene *scene)
{
	static const char name[] = "acme";
	struct prefix other = prefix_of("198.51.100.0/24");

	customer_defaults(&scene->customer);
	memcpy(scene->customer.name, name, sizeof(name));
	scene->customer.asn = 65001;
	scene->customer.mode = CUSTOMER_ENFORCE;
	scene->customer.own = prefix_set_new();
	scene->others = prefix_set_new();
	must(scene->customer.own != NULL && scene->others != NULL);
	own(scene, "203.0.113.0/24");
	own(scene, "2001:db8:113::/48");
	must(prefix_set_add(scene->others, &other, 2) == 0);
}

/* What is known beside the rule, each of it such as to pass. */
static void
views_fill(struct judge_scene *scene, struct judge_scene *const *self)
{
	judge_scene_routes(scene, routes);
	scene->rpki = (struct rpki_view){ .state = RPKI_NONE,
		.session = 7,
		.serial = 12,
		.cache = "127.0.0.1:3323",
		.ctx = self,
		.covering = covering };
	scene->protected = protected_new();
	must(scene->protected != NULL);
	must(protected_seal(scene->protected) == 0);
	scene->local = prefix_of("192.0.2.1/32");
	scene->remote = prefix_of("192.0.2.2/32");
}

static void
question_fill(struct judge_scene *scene, struct judge_scene *const *self)
{
	scene->q = (struct question){
		.customer = &scene->customer,
		.rule = &scene->rule,
		.actions = &scene->actions,
		.conflicts = conflicts,
		.shadows = shadows,
		.addresses = addresses,
		.ctx = self,
		.unicast = &scene->unicast.view,
		.rpki = &scene->rpki,
		.protected = scene->protected,
		.others = scene->others,
		.local = &scene->local,
		.remote = &scene->remote,
		.wish = &scene->wish,
		.emitted = &scene->emitted,
		.fleet = { .max_rules = UINT32_MAX, .max_cost = UINT32_MAX },
		.customer_number = 1,
		.local_asn = 64500,
		.new_room = UINT32_MAX,
		.contained = REASON_ACCEPTED,
		.cost_profile = COST_PLAIN,
		.wire_reason = REASON_ACCEPTED,
		.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT),
		.authenticated = true,
	};
}

struct judge_scene *
judge_scene_new(void)
{
	struct scene_box *box = calloc(1, sizeof(*box));
	struct judge_scene *scene;

	must(box != NULL);
	box->self = scene = &box->scene;
	scene->parts = calloc(DIALECT_COUNT, sizeof(*scene->parts));
	must(scene->parts != NULL);
	customer_fill(scene);
	views_fill(scene, &box->self);
	judge_scene_dst(scene, "203.0.113.7/32");
	judge_scene_rate(scene, 0);
	question_fill(scene, &box->self);
	return scene;
}

void
judge_scene_free(struct judge_scene *scene)
{
	customer_free(&scene->customer);
	protected_free(scene->protected);
	prefix_set_free(scene->others);
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
		judge_scene_term(
		    scene, type, RULE_OP_EQ, first + 2 * (uint64_t)i);
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

void
judge_scene_text(struct judge_scene *scene, const char *text)
{
	struct rule_text_error error;

	must(rule_parse(text, &scene->rule, &scene->actions, &error) == 0);
}

void
judge_scene_src(struct judge_scene *scene, const char *text)
{
	struct prefix prefix = prefix_of(text);

	must(scene->rule.afi == prefix.afi);
	scene->rule.has |= RULE_HAS_SRC;
	scene->rule.src_len = prefix.len;
	memcpy(scene->rule.src, prefix.addr, ADDRESS_MAX);
}

void
judge_scene_roa(struct judge_scene *scene, const char *text, uint32_t asn)
{
	struct vrp *vrp = &scene->vrps[scene->n_vrps];

	must(scene->n_vrps < JUDGE_SCENE_VRPS);
	vrp->prefix = prefix_of(text);
	vrp->max_len = (uint8_t)afi_bits(vrp->prefix.afi);
	vrp->asn = asn;
	scene->n_vrps++;
	scene->rpki.state = RPKI_FRESH;
}

void
judge_scene_irr(struct judge_scene *scene, const char *text)
{
	static const uint8_t hash[] = { 0x0a, 0x1b, 0x2c, 0x3d, 0x4e };
	struct customer_irr *irr = &scene->customer.irr;
	struct prefix prefix = prefix_of(text);

	irr->configured = true;
	irr->usable = true;
	irr->written_ns = UINT64_C(1709164799) * 1000000000; /* 2024-02-28 */
	memcpy(irr->hash, hash, sizeof(hash));
	if (irr->list == NULL)
		irr->list = prefix_set_new();
	must(irr->list != NULL);
	must(prefix_set_add(irr->list, &prefix, 0) == 0);
}

void
judge_scene_protect(
    struct judge_scene *scene, const char *text, unsigned port, uint32_t exempt)
{
	struct prefix prefix = prefix_of(text);
	struct rule rule = { .afi = prefix.afi,
		.has = RULE_HAS_DST,
		.dst_len = prefix.len,
		.n_terms = port != 0 ? 1 : 0 };

	memcpy(rule.dst, prefix.addr, ADDRESS_MAX);
	rule.terms[0].type = RULE_PORT;
	rule.terms[0].op = RULE_OP_EQ;
	rule.terms[0].value = port;
	must(protected_add(scene->protected, &rule, exempt, "loopbacks") == 0);
	must(protected_seal(scene->protected) == 0);
}

void
judge_scene_class(struct judge_scene *scene, unsigned kind)
{
	struct customer *customer = &scene->customer;
	size_t n = customer->n_classes;
	struct customer_class *classes =
	    realloc(customer->classes, (n + 1) * sizeof(*classes));

	must(classes != NULL);
	customer->classes = classes;
	classes[n].kind = (uint8_t)kind;
	classes[n].rule = malloc(rule_size(&scene->rule));
	must(classes[n].rule != NULL);
	memcpy(classes[n].rule, &scene->rule, rule_size(&scene->rule));
	customer->n_classes++;
}

void
judge_scene_noc(struct judge_scene *scene)
{
	static const char name[] = "noc";
	static const struct prefix none;

	memcpy(scene->customer.name, name, sizeof(name));
	scene->customer.noc = true;
	prefix_set_free(scene->customer.own);
	scene->customer.own = NULL;
	scene->customer.ipv4.max_len = 32;
	scene->customer.ipv6.max_len = 128;
	scene->q.customer_number = 99;
	scene->local = none;
	scene->remote = none;
}
