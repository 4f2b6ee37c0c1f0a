/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer may ask for what the rule does. */
#include "policy/check.h"

#include <string.h>

#define DSCP_MAX 63u

/* Attribute 25 values and redirect_ip4: where the address is. */
#define IP6_ADDRESS_AT  2
#define IP4_ADDRESS_LEN 4

static enum reason
action_forbidden(const struct check_ask *ask, unsigned kind, const char *why)
{
	return check_say(ask, REASON_ACTION_NOT_ALLOWED,
	    "%s: %s for customer %.63s", action_name(kind), why,
	    ask->q->customer->name);
}

/* The limit as far as a rate on the wire can say it (RFC 8955 7.1: single
 * precision), so that a rate of exactly the limit is inside it. */
static double
rate_nearest(double limit)
{
	return action_rate(action_rate_bits(limit));
}

static enum reason
action_rate_check(const struct check_ask *ask, unsigned kind, uint32_t bits,
    const struct customer_rate *limit)
{
	double rate = action_rate(bits);
	double floor = limit->min > 1.0 ? limit->min : 1.0;

	if (!action_rate_finite(bits) || !(rate >= 0.0))
		return check_say(ask, REASON_RATE_NOT_FINITE,
		    "%s: 0x%08lx is no rate", action_name(kind),
		    (unsigned long)bits);
	if (rate <= 0.0) {
		if (!ask->q->customer->actions.discard)
			return action_forbidden(
			    ask, kind, "discard is not allowed");
		return REASON_ACCEPTED;
	}
	if (!(limit->max > 0.0))
		return action_forbidden(ask, kind, "no ceiling is set");
	if (!(rate >= floor) && !(rate >= rate_nearest(floor)))
		return check_say(ask, REASON_RATE_FLOOR,
		    "%s: rate %.10g is below the floor %.10g",
		    action_name(kind), rate, floor);
	if (!(rate <= limit->max) && !(rate <= rate_nearest(limit->max)))
		return check_say(ask, REASON_RATE_CEILING,
		    "%s: rate %.10g is above the ceiling %.10g",
		    action_name(kind), rate, limit->max);
	return REASON_ACCEPTED;
}

/* Is value one of n values of len octets? */
static bool
listed(const uint8_t *value, const uint8_t *list, unsigned n, size_t len)
{
	for (unsigned i = 0; i < n; i++) {
		if (memcmp(value, &list[i * len], len) == 0)
			return true;
	}
	return false;
}

static enum reason
action_unlisted(const struct check_ask *ask, unsigned kind,
    const uint8_t *value, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * 20 + 1];
	size_t n = 0;

	for (size_t i = 0; i < len && n + 2 < sizeof(hex); i++) {
		hex[n++] = digits[value[i] >> 4];
		hex[n++] = digits[value[i] & 0x0f];
	}
	hex[n] = '\0';
	return check_say(ask, REASON_ACTION_TARGET,
	    "%s: target %s is not listed for customer %.63s", action_name(kind),
	    hex, ask->q->customer->name);
}

/* redirect and interface-set: the community as a whole is listed. */
static enum reason
action_community(
    const struct check_ask *ask, unsigned kind, const uint8_t value[8])
{
	const struct customer_actions *may = &ask->q->customer->actions;
	unsigned n = may->n_targets;

	if (n <= CUSTOMER_TARGETS_MAX && listed(value, may->targets[0], n, 8))
		return REASON_ACCEPTED;
	return action_unlisted(ask, kind, value, 8);
}

static enum reason
action_rt6(const struct check_ask *ask, const uint8_t value[20])
{
	const struct customer_actions *may = &ask->q->customer->actions;
	unsigned n = may->n_targets_rt6;

	if (n <= CUSTOMER_TARGETS_RT6_MAX &&
	    listed(value, may->targets_rt6[0], n, 20))
		return REASON_ACCEPTED;
	return action_unlisted(ask, ACTION_REDIRECT_RT6, value, 20);
}

/* redirect-ip: the address lies in a listed prefix, and nothing but the
 * address goes inward: the local part behind it is reserved. */
static enum reason
action_ip(const struct check_ask *ask, unsigned kind, unsigned afi,
    const uint8_t *address)
{
	const struct customer_actions *may = &ask->q->customer->actions;
	struct prefix host = { .afi = (uint8_t)afi };
	char text[PREFIX_TEXT_MAX];
	size_t n = afi_bits(afi) / 8u;

	if (address[n] != 0 || address[n + 1] != 0)
		return check_say(ask, REASON_ACTION_TARGET,
		    "%s: the local part is not 0", action_name(kind));
	host.len = (uint8_t)afi_bits(afi);
	memcpy(host.addr, address, n);
	for (unsigned i = 0; i < CUSTOMER_TARGETS_IP_MAX; i++) {
		if (i < may->n_targets_ip &&
		    prefix_contains(&may->targets_ip[i], &host))
			return REASON_ACCEPTED;
	}
	return check_say(ask, REASON_ACTION_TARGET,
	    "%s: target %s is not listed for customer %.63s", action_name(kind),
	    prefix_print_address(&host, text, sizeof(text)),
	    ask->q->customer->name);
}

static enum reason
action_mark(const struct check_ask *ask, unsigned dscp)
{
	if (dscp <= DSCP_MAX &&
	    (ask->q->customer->actions.marks >> dscp & 1u) != 0)
		return REASON_ACCEPTED;
	return check_say(ask, REASON_ACTION_TARGET,
	    "%s: DSCP %u is not listed for customer %.63s",
	    action_name(ACTION_MARK), dscp, ask->q->customer->name);
}

/* One kind that is present and that the customer may use. */
static enum reason
action_kind_check(const struct check_ask *ask, enum action_kind kind)
{
	const struct action_set *set = ask->actions;
	const struct customer_actions *may = &ask->q->customer->actions;

	switch (kind) {
	case ACTION_RATE_BYTES:
		return action_rate_check(
		    ask, kind, set->rate_bytes, &may->bytes);
	case ACTION_RATE_PACKETS:
		return action_rate_check(
		    ask, kind, set->rate_packets, &may->packets);
	case ACTION_REDIRECT:
		return action_community(ask, kind, set->redirect);
	case ACTION_INTERFACE_SET:
		return action_community(ask, kind, set->interface_set);
	case ACTION_REDIRECT_RT6:
		return action_rt6(ask, set->redirect_rt6);
	case ACTION_REDIRECT_IP4:
		return action_ip(ask, kind, AFI_IPV4, set->redirect_ip4);
	case ACTION_REDIRECT_IP6:
		return action_ip(
		    ask, kind, AFI_IPV6, &set->redirect_ip6[IP6_ADDRESS_AT]);
	case ACTION_MARK:
		return action_mark(ask, set->dscp);
	case ACTION_TRAFFIC: /* its flags are checked for all kinds at once */
	case ACTION_REDIRECT_NEXTHOP: /* has no target of its own */
		return REASON_ACCEPTED;
	case ACTION_KINDS:
		break;
	}
	return check_say(ask, REASON_ACTION_UNKNOWN, "action %u", kind);
}

/* The set as a whole. */
static enum reason
action_set_check(const struct check_ask *ask)
{
	const struct action_set *set = ask->actions;
	unsigned known = ACTION_BIT(ACTION_KINDS) - 1u;

	/* Sampling or evaluating further rules lets the packet pass. */
	if ((set->present & known & ~ACTION_BIT(ACTION_TRAFFIC)) == 0)
		return check_say(ask, REASON_ACTION_MISSING,
		    "nothing that stops or changes a packet; %u unknown",
		    set->unknown);
	for (unsigned kind = 0; kind < ACTION_KINDS; kind++) {
		if ((set->repeated & ACTION_BIT(kind)) != 0)
			return check_say(ask, REASON_ACTION_REPEATED,
			    "%s came twice with different values",
			    action_name(kind));
	}
	if (((set->present | set->repeated) & ~known) != 0 || set->unknown != 0)
		return check_say(ask, REASON_ACTION_UNKNOWN,
		    "%u action communities of unknown type", set->unknown);
	return REASON_ACCEPTED;
}

enum reason
check_action(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	enum reason reason;

	if (q->customer == NULL || ask->actions == NULL ||
	    q->wire_reason == REASON_UNJUDGED ||
	    q->wire_reason == REASON_ATTRIBUTES)
		return check_say(
		    ask, REASON_UNJUDGED, "not asked: no action was decoded");
	if (q->wire_reason == REASON_RATE_NOT_FINITE)
		return check_say(ask, REASON_RATE_NOT_FINITE, "%s",
		    reason_text(REASON_RATE_NOT_FINITE));
	reason = action_set_check(ask);
	for (unsigned kind = 0; kind < ACTION_KINDS; kind++) {
		if (reason != REASON_ACCEPTED)
			return reason;
		if ((ask->actions->present & ACTION_BIT(kind)) == 0)
			continue;
		if ((q->customer->actions.kinds & ACTION_BIT(kind)) == 0)
			return action_forbidden(ask, kind, "not allowed");
		reason = action_kind_check(ask, (enum action_kind)kind);
	}
	if (reason != REASON_ACCEPTED)
		return reason;
	if ((ask->actions->flags & ~(unsigned)q->customer->actions.flags) != 0)
		return check_say(ask, REASON_ACTION_NOT_ALLOWED,
		    "flags 0x%02x, allowed 0x%02x", ask->actions->flags,
		    q->customer->actions.flags);
	return check_pass(ask, "every action is allowed%s",
	    ask->actions == q->actions ? "" : ", as rewritten");
}
