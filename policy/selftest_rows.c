/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the self-test for the customer of our own. */
#include "policy/selftest_rows.h"

#include <string.h>

#define RATE_NAN 0x7fc00000u

static void
good(struct selftest_stage *s, unsigned arg)
{
	(void)s;
	(void)arg;
}

/* Good by the strictest validation, too. */
static void
good_strictly(struct selftest_stage *s, unsigned arg)
{
	s->customer.validate = (uint8_t)arg;
}

static void
nobody(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->q.customer = NULL;
}

static void
unauthenticated(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->q.authenticated = false;
}

static void
mode(struct selftest_stage *s, unsigned arg)
{
	s->customer.mode = (uint8_t)arg;
}

static void
dry_run(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->wish.dry_run = 1;
}

/* A wish that nobody can have: the lifetime check refuses it. */
static void
dry_run_unclear(struct selftest_stage *s, unsigned arg)
{
	s->wish.dry_run = (uint8_t)arg;
}

static void
wire(struct selftest_stage *s, unsigned arg)
{
	s->q.wire_reason = (uint16_t)arg;
}

static void
contained(struct selftest_stage *s, unsigned arg)
{
	s->q.contained = (uint16_t)arg;
}

static void
offset(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_dst(s, "2001:db8:113::/64");
	s->rule.dst_offset = (uint8_t)arg;
}

/* A component with this value. */
static void
too_large(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_term(s, RULE_PROTO, arg);
}

static void
contradiction(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_term(s, RULE_PROTO, 6);
	selftest_stage_term(s, RULE_PROTO, arg);
	s->rule.terms[1].op |= RULE_OP_AND;
}

static void
icmp_with_ports(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_term(s, RULE_PORT, arg);
	selftest_stage_term(s, RULE_ICMP_TYPE, 8);
}

static void
list(struct selftest_stage *s, unsigned arg)
{
	for (unsigned i = 0; i < arg; i++)
		selftest_stage_term(s, RULE_DST_PORT, 1000 + 2 * i);
}

/* Parts would get a policer each. */
static void
list_with_rate(struct selftest_stage *s, unsigned arg)
{
	s->customer.actions.bytes.max = 1e6;
	selftest_stage_rate(s, 9000);
	list(s, arg);
}

static void
no_destination(struct selftest_stage *s, unsigned arg)
{
	s->rule.has = 0;
	s->rule.dst_len = 0;
	memset(s->rule.dst, 0, sizeof(s->rule.dst));
	selftest_stage_term(s, RULE_PROTO, arg);
}

static void
component(struct selftest_stage *s, unsigned arg)
{
	s->customer.components &= ~(1u << arg);
	selftest_stage_term(s, arg, 1);
}

static void
wide(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_dst(s, "203.0.113.0/24");
}

static void
too_wide(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_dst(s, "203.0.112.0/23");
}

static void
denied(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->q.denied = true;
	s->q.approved = true;
}

static void
foreign(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_dst(s, "203.0.114.7/32");
}

/* Registered, and not in the IRR list. */
static void
foreign_to_irr(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->roa_asn = 0;
	selftest_stage_dst(s, "2001:db8:113::7/128");
}

static void
irr_unusable(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->customer.irr.usable = false;
}

static void
roa(struct selftest_stage *s, unsigned arg)
{
	s->roa_asn = arg;
	s->customer.rpki = OWN_RPKI_VETO;
}

static void
no_roa(struct selftest_stage *s, unsigned arg)
{
	s->roa_asn = 0;
	s->customer.rpki = (uint8_t)arg;
}

static void
rpki_state(struct selftest_stage *s, unsigned arg)
{
	s->rpki.state = (uint8_t)arg;
	s->customer.rpki = OWN_RPKI_REQUIRE;
}

static void
no_view(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->unicast.known = false;
}

static void
no_route(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->has_route = false;
}

static void
route_of_another(struct selftest_stage *s, unsigned arg)
{
	s->route_as = arg;
}

static void
originator(struct selftest_stage *s, unsigned arg)
{
	s->customer.validate = (uint8_t)arg;
	s->same_originator = false;
}

static void
more_specific(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_dst(s, "203.0.113.128/25");
	s->more_as = arg;
}

static void
guarded(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_dst(s, "198.18.0.66/32");
}

static void
guarded_source(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_src(s, "198.18.0.66/32");
}

static void
source_of_another(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	selftest_stage_src(s, "198.51.100.9/32");
}

/* The customer's end of the session lies in what it owns. */
static void
own_session(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	(void)rule_dst_prefix(&s->rule, &s->remote);
}

static void
no_action(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	memset(&s->actions, 0, sizeof(s->actions));
}

static void
no_discard(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->customer.actions.discard = false;
}

static void
rate(struct selftest_stage *s, unsigned arg)
{
	s->customer.actions.bytes.max = 1e6;
	selftest_stage_rate(s, arg);
}

static void
rate_bits(struct selftest_stage *s, unsigned arg)
{
	s->customer.actions.bytes.max = 1e6;
	s->actions.rate_bytes = arg;
}

static void
mark(struct selftest_stage *s, unsigned arg)
{
	s->customer.actions.kinds |= ACTION_BIT(ACTION_MARK);
	s->actions.present |= (uint16_t)ACTION_BIT(ACTION_MARK);
	s->actions.dscp = (uint8_t)arg;
}

static void
repeated(struct selftest_stage *s, unsigned arg)
{
	s->actions.repeated = (uint16_t)ACTION_BIT(arg);
}

static void
unknown_action(struct selftest_stage *s, unsigned arg)
{
	s->actions.unknown = (uint8_t)arg;
}

static void
conflict(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->conflicts = true;
}

static void
shadow(struct selftest_stage *s, unsigned arg)
{
	(void)arg;
	s->shadows = true;
}

static void
class_held(struct selftest_stage *s, unsigned arg)
{
	s->class_rule = s->rule;
	s->class = (struct customer_class){ (uint8_t)arg, &s->class_rule };
	s->customer.classes = &s->class;
	s->customer.n_classes = 1;
}

static void
second_operator(struct selftest_stage *s, unsigned arg)
{
	s->customer.noc = true;
	s->customer.ipv4 = (struct customer_window){ 1, 32, 1 };
	selftest_stage_dst(s, "203.0.0.0/16");
	s->rule.dst_len = (uint8_t)arg;
}

static void
rules_held(struct selftest_stage *s, unsigned arg)
{
	s->customer.limits.rules = arg;
	s->q.rules_held = arg;
}

/* An aligned range is one entry; this one is 30. */
static void
cost_over(struct selftest_stage *s, unsigned arg)
{
	selftest_stage_term(s, RULE_DST_PORT, 1);
	selftest_stage_term(s, RULE_DST_PORT, 65534);
	s->rule.terms[0].op = RULE_OP_GT | RULE_OP_EQ;
	s->rule.terms[1].op = RULE_OP_LT | RULE_OP_EQ | RULE_OP_AND;
	s->customer.limits.cost = arg;
}

static void
too_fast(struct selftest_stage *s, unsigned arg)
{
	s->q.new_room = arg;
}

static void
addresses_over(struct selftest_stage *s, unsigned arg)
{
	s->customer.limits.addresses = arg;
	s->addresses = (uint64_t)arg + 1;
}

static void
fleet_full(struct selftest_stage *s, unsigned arg)
{
	s->q.fleet.rules = arg;
	s->q.fleet.reserved_rules = 0;
	s->q.fleet.max_rules = arg;
}

static const struct selftest_row rows[] = {
	/* The controls: were they refused, the others would prove nothing. */
	{ REASON_ACCEPTED, good, 0 },
	{ REASON_ACCEPTED, good_strictly, VALIDATE_STRICT },
	{ REASON_UNJUDGED, nobody, 0 },
	{ REASON_MONITOR, mode, CUSTOMER_MONITOR },
	{ REASON_DRY_RUN, dry_run, 0 },
	{ REASON_NOT_AUTHENTICATED, unauthenticated, 0 },
	{ REASON_CUSTOMER_OFF, mode, CUSTOMER_OFF },
	{ REASON_AS_PATH_LENGTH, wire, REASON_AS_PATH_LENGTH },
	{ REASON_FIRST_AS, wire, REASON_FIRST_AS },
	{ REASON_AS_PATH_INVALID, wire, REASON_AS_PATH_INVALID },
	{ REASON_QUARANTINED, contained, REASON_QUARANTINED },
	{ REASON_MUTED, contained, REASON_MUTED },
	{ REASON_FROZEN, contained, REASON_FROZEN },
	{ REASON_PANIC, contained, REASON_PANIC },
	{ REASON_SELFTEST, contained, REASON_SELFTEST },
	{ REASON_FLAP, contained, REASON_FLAP },
	{ REASON_CRASH_SUSPECT, contained, REASON_CRASH_SUSPECT },
	{ REASON_MALFORMED, wire, REASON_MALFORMED },
	{ REASON_ATTRIBUTES, wire, REASON_ATTRIBUTES },
	{ REASON_TOO_MANY_TERMS, wire, REASON_TOO_MANY_TERMS },
	{ REASON_IPV6_OFFSET, offset, 8 },
	{ REASON_VALUE_RANGE, too_large, 256 },
	{ REASON_MATCHES_NOTHING, contradiction, 17 },
	{ REASON_ICMP_WITH_PORTS, icmp_with_ports, 53 },
	{ REASON_NOT_EXPRESSIBLE, list_with_rate, 12 },
	{ REASON_TOO_MANY_PARTS, list, 120 },
	{ REASON_NO_DESTINATION, no_destination, 17 },
	{ REASON_PREFIX_LENGTH, too_wide, 0 },
	{ REASON_COMPONENT, component, RULE_PROTO },
	{ REASON_WIDE, wide, 0 },
	{ REASON_DENIED, denied, 0 },
	{ REASON_NOT_REGISTERED, foreign, 0 },
	{ REASON_NOT_IN_IRR, foreign_to_irr, 0 },
	{ REASON_IRR_UNKNOWN, irr_unusable, 0 },
	{ REASON_RPKI_INVALID, roa, 64999 },
	{ REASON_RPKI_NOT_FOUND, no_roa, OWN_RPKI_REQUIRE },
	{ REASON_RPKI_UNKNOWN, rpki_state, RPKI_GONE },
	{ REASON_UNICAST_UNKNOWN, no_view, 0 },
	{ REASON_NO_ROUTE, no_route, 0 },
	{ REASON_NEIGHBOR_AS, route_of_another, 64999 },
	{ REASON_ORIGINATOR, originator, VALIDATE_STRICT },
	{ REASON_MORE_SPECIFIC, more_specific, 64999 },
	{ REASON_PROTECTED, guarded, 0 },
	{ REASON_PROTECTED_SOURCE, guarded_source, 0 },
	{ REASON_CUSTOMER_SOURCE, source_of_another, 0 },
	{ REASON_OWN_SESSION, own_session, 0 },
	{ REASON_ACTION_MISSING, no_action, 0 },
	{ REASON_ACTION_NOT_ALLOWED, no_discard, 0 },
	{ REASON_RATE_FLOOR, rate, 7999 },
	{ REASON_RATE_CEILING, rate, 1000001 },
	{ REASON_RATE_NOT_FINITE, rate_bits, RATE_NAN },
	{ REASON_ACTION_TARGET, mark, 46 },
	{ REASON_ACTION_REPEATED, repeated, ACTION_RATE_BYTES },
	{ REASON_ACTION_UNKNOWN, unknown_action, 1 },
	{ REASON_CONFLICT, conflict, 0 },
	{ REASON_SHADOWS, shadow, 0 },
	{ REASON_QUOTA_RULES, rules_held, 50 },
	{ REASON_QUOTA_COST, cost_over, 29 },
	{ REASON_QUOTA_ADDRESSES, addresses_over, 256 },
	{ REASON_QUOTA_FLEET, fleet_full, 60 },
	{ REASON_QUOTA_RATE, too_fast, 0 },
	{ REASON_UNJUDGED, dry_run_unclear, 2 },
	{ REASON_APPROVAL, class_held, CLASS_HELD },
	{ REASON_SECOND_OPERATOR, second_operator, 16 },
};

const struct selftest_row *
selftest_rows_at(unsigned i)
{
	return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : NULL;
}
