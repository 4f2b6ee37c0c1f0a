/* SPDX-License-Identifier: BSD-2-Clause */
/* Reasons that the rule itself, or what is known of its space, has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/flow/every_reason.h"

#define RIVAL 64999u

/* A Unix time of a file: old, so that it looks the same every day. */
#define WRITTEN_NS UINT64_C(1767225600000000000)

#define HOST "match destination 10.1.0.1/32 then "

/* ---- configurations ---- */

static void
monitor(struct scene *scene)
{
	scene->customers[0].mode = CUSTOMER_MONITOR;
}

static void
off(struct scene *scene)
{
	scene->customers[0].mode = CUSTOMER_OFF;
}

static void
no_ports(struct scene *scene)
{
	scene->customers[0].without = 1u << RULE_PORT;
}

static void
frr(struct scene *scene)
{
	scene->routers[0].emit = DIALECT_FRR;
}

static void
floor_of_1000(struct scene *scene)
{
	scene->customers[0].rate_min = 1000;
}

static void
redirects(struct scene *scene)
{
	scene->customers[0].actions = ACTION_BIT(ACTION_REDIRECT);
	scene->customers[0].targets[0][0] = 0x80;
	scene->customers[0].targets[0][1] = 0x08;
	scene->customers[0].targets[0][7] = 1;
}

static void
protects(struct scene *scene)
{
	(void)scene_protect(scene, "dns", "10.1.0.53/32");
}

static void
protects_customers(struct scene *scene)
{
	scene->fleet.protect_customers = 1;
}

/* Its own neighbour address lies in its space. */
static void
owns_its_link(struct scene *scene)
{
	scene->customers[0].prefixes[1] = "192.0.2.0/24";
}

static void
irr(struct scene *scene)
{
	scene->customers[0].irr[0] = "10.1.1.0/24";
	scene->customers[0].irr_written_ns = WRITTEN_NS;
}

static void
irr_missing(struct scene *scene)
{
	scene->customers[0].irr_status = IRR_MISSING;
	scene->customers[0].irr_written_ns = WRITTEN_NS;
}

static void
veto(struct scene *scene)
{
	scene_rpki_cache(scene);
	scene->customers[0].rpki = OWN_RPKI_VETO;
}

static void
require(struct scene *scene)
{
	scene_rpki_cache(scene);
	scene->customers[0].rpki = OWN_RPKI_REQUIRE;
}

static void
by_route(struct scene *scene)
{
	(void)scene_feed_add(scene);
	scene->customers[0].validate = VALIDATE_NEIGHBOR_AS;
	scene->validation.damping_ms = 0;
}

static void
strict(struct scene *scene)
{
	by_route(scene);
	scene->customers[0].validate = VALIDATE_STRICT;
}

static void
shared(struct scene *scene)
{
	scene->customers[0].shared = true;
	scene->customers[1].shared = true;
}

/* ---- what happens first ---- */

static void
not_authenticated(struct scene *scene)
{
	scene->sessions[0].state.authenticated = 0;
	session_tell(&scene->sessions[0]);
}

static void
fresh(struct scene *scene)
{
	scene_rpki_state(scene, RPKI_FRESH);
}

static void
roa_of_another(struct scene *scene)
{
	scene_vrp_add(scene, "10.1.0.0/16", 16, RIVAL);
	fresh(scene);
}

static void
view_complete(struct scene *scene)
{
	feed_up(scene->feeds);
	feed_mark(scene->feeds, MARK_COMPLETE, FAMILY_UNICAST);
}

static void
route_of_its_own(struct scene *scene)
{
	view_complete(scene);
	feed_route(scene->feeds, "10.1.0.0/16", scene_asn(0));
}

static void
route_of_another(struct scene *scene)
{
	view_complete(scene);
	feed_route(scene->feeds, "10.1.0.0/16", RIVAL);
}

static void
more_specific(struct scene *scene)
{
	route_of_its_own(scene);
	feed_route(scene->feeds, "10.1.5.64/26", RIVAL);
}

/* The same rule, discarding, of the other customer that shares the space. */
static void
bolt_discards(struct scene *scene)
{
	announce_text(scene, 1, "match destination 10.9.0.1/32 then discard",
	    REASON_ACCEPTED);
}

static void
bolt_udp(struct scene *scene)
{
	announce_text(scene, 1, "match destination 10.9.0.0/25 then discard",
	    REASON_ACCEPTED);
}

/* ---- what has no text ---- */

static void
undecodable(struct scene *scene)
{
	session_refused(&scene->sessions[0], REASON_MALFORMED);
}

static void
dry_run(struct scene *scene)
{
	const struct wish wish = { .dry_run = 1 };

	session_announce_wish(&scene->sessions[0], "10.1.0.1/32", 0, &wish);
}

static void
announce_actions(struct scene *scene, const struct action_set *actions)
{
	struct rule rule;

	scene_rule("10.1.0.1/32", &rule);
	session_announce_rule(
	    &scene->sessions[0], &rule, actions, REASON_ACCEPTED);
}

static void
no_action(struct scene *scene)
{
	const struct action_set none = { 0 };

	announce_actions(scene, &none);
}

static void
two_rates(struct scene *scene)
{
	struct action_set actions = scene_rate(0);

	actions.repeated = ACTION_BIT(ACTION_RATE_BYTES);
	announce_actions(scene, &actions);
}

static void
strange_action(struct scene *scene)
{
	struct action_set actions = scene_rate(0);

	actions.unknown = 1;
	announce_actions(scene, &actions);
}

/* A value that no text has. */
static void
wide_value(struct scene *scene)
{
	const struct action_set actions = scene_rate(0);
	struct rule rule;

	scene_rule("10.1.0.1/32", &rule);
	rule.n_terms = 1;
	rule.terms[0] = (struct rule_term){
		.type = RULE_DST_PORT, .op = RULE_OP_EQ, .value = 70000
	};
	rule_canonical(&rule);
	session_announce_rule(
	    &scene->sessions[0], &rule, &actions, REASON_ACCEPTED);
}

#define SIX(c)                                                                 \
	c " =1 =3 =5 =7 =9 =11 =13 =15 =17 =19 =21 =23 =25 =27 =29 =31 "       \
	  "=33 =35 =37 =39 =41 =43 =45 =47 =49 "

const struct producer judged_rows[] = {
	{ .reason = REASON_UNJUDGED,
	    .rule = "match protocol =17 then discard" },
	{ .reason = REASON_AS_PATH_LENGTH,
	    .rule = HOST "discard",
	    .wire = REASON_AS_PATH_LENGTH },
	{ .reason = REASON_FIRST_AS,
	    .rule = HOST "discard",
	    .wire = REASON_FIRST_AS },
	{ .reason = REASON_AS_PATH_INVALID,
	    .rule = HOST "discard",
	    .wire = REASON_AS_PATH_INVALID },
	{ .reason = REASON_NOT_REGISTERED,
	    .rule = "match destination 10.7.0.1/32 then discard" },
	{ .reason = REASON_PREFIX_LENGTH,
	    .rule = "match destination 10.1.0.0/16 then discard" },
	{ .reason = REASON_RPKI_INVALID,
	    .prepare = veto,
	    .before = roa_of_another,
	    .rule = HOST "discard" },
	{ .reason = REASON_ACCEPTED, .rule = HOST "discard" },
	{ .reason = REASON_MONITOR,
	    .prepare = monitor,
	    .rule = HOST "discard" },
	{ .reason = REASON_DRY_RUN, .after = dry_run },
	{ .reason = REASON_NOT_AUTHENTICATED,
	    .before = not_authenticated,
	    .rule = HOST "discard" },
	{ .reason = REASON_CUSTOMER_OFF,
	    .prepare = off,
	    .rule = HOST "discard" },
	{ .reason = REASON_MALFORMED, .after = undecodable },
	{ .reason = REASON_ATTRIBUTES,
	    .rule = HOST "discard",
	    .wire = REASON_ATTRIBUTES },
	{ .reason = REASON_IPV6_OFFSET,
	    .rule = "match destination 0:0:1:2::/64/32 then discard" },
	{ .reason = REASON_VALUE_RANGE, .after = wide_value },
	{ .reason = REASON_MATCHES_NOTHING,
	    .rule = "match destination 10.1.0.1/32 "
		    "destination-port >=80&<=20 then discard" },
	{ .reason = REASON_ICMP_WITH_PORTS,
	    .rule = "match destination 10.1.0.1/32 port =80 icmp-type =8 "
		    "then discard" },
	{ .reason = REASON_TOO_MANY_TERMS,
	    .rule = HOST "discard",
	    .wire = REASON_TOO_MANY_TERMS },
	{ .reason = REASON_NOT_EXPRESSIBLE,
	    .prepare = frr,
	    .rule = "match destination 10.1.0.1/32 destination-port "
		    "=1 =3 =5 =7 =9 =11 then rate-limit 9600" },
	{ .reason = REASON_TOO_MANY_PARTS,
	    .rule = "match destination 10.1.0.1/32 " SIX("destination-port")
		SIX("source-port") "then discard" },
	{ .reason = REASON_NO_DESTINATION,
	    .rule = "match protocol =17 then discard" },
	{ .reason = REASON_COMPONENT,
	    .prepare = no_ports,
	    .rule = "match destination 10.1.0.1/32 port =80 then discard" },
	{ .reason = REASON_WIDE,
	    .rule = "match destination 10.1.0.0/24 then discard" },
	{ .reason = REASON_NOT_IN_IRR, .prepare = irr, .rule = HOST "discard" },
	{ .reason = REASON_RPKI_NOT_FOUND,
	    .prepare = require,
	    .before = fresh,
	    .rule = HOST "discard" },
	{ .reason = REASON_RPKI_UNKNOWN,
	    .prepare = require,
	    .rule = HOST "discard" },
	{ .reason = REASON_IRR_UNKNOWN,
	    .prepare = irr_missing,
	    .rule = HOST "discard" },
	{ .reason = REASON_PROTECTED,
	    .prepare = protects,
	    .rule = "match destination 10.1.0.0/25 protocol =17 then discard" },
	{ .reason = REASON_PROTECTED_SOURCE,
	    .prepare = protects,
	    .rule = "match destination 10.1.0.128/25 source 10.1.0.53/32 "
		    "then discard" },
	{ .reason = REASON_ACTION_MISSING, .after = no_action },
	{ .reason = REASON_ACTION_NOT_ALLOWED,
	    .rule = HOST "redirect 65000:1" },
	{ .reason = REASON_RATE_FLOOR,
	    .prepare = floor_of_1000,
	    .rule = HOST "rate-limit 10" },
	{ .reason = REASON_RATE_CEILING, .rule = HOST "rate-limit 2000000000" },
	{ .reason = REASON_RATE_NOT_FINITE,
	    .rule = HOST "discard",
	    .wire = REASON_RATE_NOT_FINITE },
	{ .reason = REASON_ACTION_TARGET,
	    .prepare = redirects,
	    .rule = HOST "redirect 65000:1" },
	{ .reason = REASON_ACTION_REPEATED, .after = two_rates },
	{ .reason = REASON_ACTION_UNKNOWN, .after = strange_action },
	{ .reason = REASON_CUSTOMER_SOURCE,
	    .prepare = protects_customers,
	    .rule = "match destination 10.1.0.1/32 source 10.2.0.1/32 "
		    "then discard" },
	{ .reason = REASON_OWN_SESSION,
	    .prepare = owns_its_link,
	    .rule = "match destination 192.0.2.1/32 then discard" },
	{ .reason = REASON_CONFLICT,
	    .prepare = shared,
	    .before = bolt_discards,
	    .rule = "match destination 10.9.0.1/32 then rate-limit 9600" },
	{ .reason = REASON_SHADOWS,
	    .prepare = shared,
	    .before = bolt_udp,
	    .rule = "match destination 10.9.0.1/32 then rate-limit 9600" },
	{ .reason = REASON_UNICAST_UNKNOWN,
	    .prepare = by_route,
	    .rule = HOST "discard" },
	{ .reason = REASON_NO_ROUTE,
	    .prepare = by_route,
	    .before = view_complete,
	    .rule = HOST "discard" },
	{ .reason = REASON_ORIGINATOR,
	    .prepare = strict,
	    .before = route_of_its_own,
	    .rule = HOST "discard" },
	{ .reason = REASON_NEIGHBOR_AS,
	    .prepare = by_route,
	    .before = route_of_another,
	    .rule = HOST "discard" },
	{ .reason = REASON_MORE_SPECIFIC,
	    .prepare = by_route,
	    .before = more_specific,
	    .rule = "match destination 10.1.5.0/25 then discard" },
};
const size_t judged_count = sizeof(judged_rows) / sizeof(judged_rows[0]);
