/* SPDX-License-Identifier: BSD-2-Clause */
/* The stage of the self-test: a customer, its rule and everybody's views. */
#include "policy/selftest_stage.h"

#include <stdio.h>
#include <string.h>

/* Documentation and test space (RFC 5737, RFC 2544, RFC 3849): whatever is
 * configured, the stage has views of its own. */
#define OWN4   "203.0.113.0/24"
#define OWN6   "2001:db8:113::/48"
#define OTHER4 "198.51.100.0/24"
#define MORE4  "198.18.0.0/24"
#define GUARDS "198.18.0.66/32" /* protected, inside what is owned */
#define LOCAL  "192.0.2.1/32"
#define REMOTE "192.0.2.2/32"
#define ASN    65001u
#define OUR_AS 64500u
#define NUMBER 1u

static bool
conflicts(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	const struct selftest_stage *stage = ctx;

	(void)part;
	(void)actions;
	if (stage->conflicts)
		(void)snprintf(evidence, size, "a rule of the self-test's");
	return stage->conflicts;
}

static bool
shadows(const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	const struct selftest_stage *stage = ctx;

	(void)part;
	if (stage->shadows)
		(void)snprintf(evidence, size, "a rule of the self-test's");
	return stage->shadows;
}

static uint64_t
addresses(const void *ctx, const struct prefix *destination)
{
	const struct selftest_stage *stage = ctx;

	(void)destination;
	return stage->addresses;
}

static void
route_fill(const struct prefix *prefix, uint32_t asn, bool same_originator,
    struct unicast_route *route)
{
	memset(route, 0, sizeof(*route));
	route->prefix = *prefix;
	route->facts.neighbor_as = asn;
	route->facts.origin_as = asn;
	route->facts.path_length = 1;
	route->same_originator = same_originator;
	route->source = "self-test";
}

static bool
route_best(const void *ctx, const struct prefix *dst, struct unicast_route *out)
{
	const struct selftest_stage *stage = ctx;
	const struct prefix *own = prefix_set_cover(stage->own, dst);

	if (!stage->has_route || own == NULL)
		return false;
	route_fill(own, stage->route_as, stage->same_originator, out);
	return true;
}

/* The one more-specific there can be: the destination's first host. */
static bool
route_more(const void *ctx, const struct prefix *dst, unicast_objects objects,
    const void *judge, struct unicast_route *out)
{
	const struct selftest_stage *stage = ctx;
	struct prefix host = *dst;

	host.len = (uint8_t)afi_bits(dst->afi);
	if (stage->more_as == 0 || dst->len >= host.len)
		return false;
	route_fill(&host, stage->more_as, false, out);
	return objects(judge, out);
}

static bool
roa_covering(const void *ctx, const struct prefix *prefix,
    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor)
{
	const struct selftest_stage *stage = ctx;
	const struct prefix *own = prefix_set_cover(stage->own, prefix);
	struct vrp vrp;

	if (stage->roa_asn == 0 || own == NULL)
		return false;
	memset(&vrp, 0, sizeof(vrp));
	vrp.prefix = *own;
	vrp.max_len = own->len;
	vrp.asn = stage->roa_asn;
	return visit(visitor, &vrp);
}

/* Our own texts are prefixes; were one not, nothing of it would pass. */
static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	(void)prefix_parse(text, &prefix);
	return prefix;
}

static int
set_add(struct prefix_set *set, const char *text, uint32_t tag)
{
	struct prefix prefix = prefix_of(text);

	return set == NULL ? -1 : prefix_set_add(set, &prefix, tag);
}

int
selftest_stage_init(struct selftest_stage *stage)
{
	struct prefix guarded = prefix_of(GUARDS);

	memset(stage, 0, sizeof(*stage));
	stage->own = prefix_set_new();
	stage->irr = prefix_set_new();
	stage->others = prefix_set_new();
	stage->protected = protected_new();
	if (set_add(stage->own, OWN4, NUMBER) != 0 ||
	    set_add(stage->own, OWN6, NUMBER) != 0 ||
	    set_add(stage->own, MORE4, NUMBER) != 0 ||
	    set_add(stage->irr, OWN4, 0) != 0 ||
	    set_add(stage->irr, MORE4, 0) != 0 ||
	    set_add(stage->others, OWN4, NUMBER) != 0 ||
	    set_add(stage->others, OTHER4, NUMBER + 1) != 0)
		return -1;
	if (stage->protected == NULL ||
	    protected_add_prefix(stage->protected, &guarded, PROTECTED_ANYBODY,
		"self-test") != 0)
		return -1;
	return protected_seal(stage->protected);
}

void
selftest_stage_fini(struct selftest_stage *stage)
{
	prefix_set_free(stage->own);
	prefix_set_free(stage->irr);
	prefix_set_free(stage->others);
	protected_free(stage->protected);
	memset(stage, 0, sizeof(*stage));
}

static void
customer_fill(struct selftest_stage *stage)
{
	static const char name[] = "self-test";
	struct customer *customer = &stage->customer;

	customer_defaults(customer);
	memcpy(customer->name, name, sizeof(name));
	customer->asn = ASN;
	customer->mode = CUSTOMER_ENFORCE;
	customer->own = stage->own;
	customer->irr.configured = true;
	customer->irr.usable = true;
	customer->irr.list = stage->irr;
	customer_measure(customer);
}

static void
views_fill(struct selftest_stage *stage)
{
	stage->unicast =
	    (struct unicast_view){ true, stage, route_best, route_more };
	stage->rpki = (struct rpki_view){ .state = RPKI_FRESH,
		.cache = "self-test",
		.ctx = stage,
		.covering = roa_covering };
	stage->has_route = true;
	stage->same_originator = true;
	stage->route_as = ASN;
	stage->more_as = 0;
	stage->roa_asn = ASN;
	stage->conflicts = false;
	stage->shadows = false;
	stage->addresses = 1;
	stage->local = prefix_of(LOCAL);
	stage->remote = prefix_of(REMOTE);
}

void
selftest_stage_reset(struct selftest_stage *stage)
{
	memset(&stage->rule, 0, sizeof(stage->rule));
	memset(&stage->actions, 0, sizeof(stage->actions));
	memset(&stage->wish, 0, sizeof(stage->wish));
	customer_fill(stage);
	views_fill(stage);
	selftest_stage_dst(stage, "203.0.113.7/32");
	selftest_stage_rate(stage, 0);
	stage->q = (struct question){ .customer = &stage->customer,
		.rule = &stage->rule,
		.actions = &stage->actions,
		.conflicts = conflicts,
		.shadows = shadows,
		.addresses = addresses,
		.ctx = stage,
		.unicast = &stage->unicast,
		.rpki = &stage->rpki,
		.protected = stage->protected,
		.others = stage->others,
		.local = &stage->local,
		.remote = &stage->remote,
		.wish = &stage->wish,
		.fleet = { .max_rules = 100, .max_cost = 100 },
		.customer_number = NUMBER,
		.local_asn = OUR_AS,
		.new_room = 1,
		.contained = REASON_ACCEPTED,
		.cost_profile = COST_NCS5500,
		.protect_customers = true,
		.wire_reason = REASON_ACCEPTED,
		.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT),
		.authenticated = true };
}

void
selftest_stage_dst(struct selftest_stage *stage, const char *text)
{
	struct prefix prefix = prefix_of(text);

	stage->rule.afi = prefix.afi;
	stage->rule.has |= RULE_HAS_DST;
	stage->rule.dst_len = prefix.len;
	memcpy(stage->rule.dst, prefix.addr, ADDRESS_MAX);
}

void
selftest_stage_src(struct selftest_stage *stage, const char *text)
{
	struct prefix prefix = prefix_of(text);

	stage->rule.has |= RULE_HAS_SRC;
	stage->rule.src_len = prefix.len;
	memcpy(stage->rule.src, prefix.addr, ADDRESS_MAX);
}

void
selftest_stage_term(struct selftest_stage *stage, unsigned type, uint64_t value)
{
	struct rule_term *term;

	if (stage->rule.n_terms >= RULE_TERMS_MAX)
		return;
	term = &stage->rule.terms[stage->rule.n_terms++];
	memset(term, 0, sizeof(*term));
	term->type = (uint8_t)type;
	term->op = RULE_OP_EQ;
	term->value = value;
}

void
selftest_stage_rate(struct selftest_stage *stage, double rate)
{
	stage->actions.present = ACTION_BIT(ACTION_RATE_BYTES);
	stage->actions.rate_bytes = action_rate_bits(rate);
}
