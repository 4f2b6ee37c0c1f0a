/* SPDX-License-Identifier: BSD-2-Clause */
/* The rule is sound, matches something and can be said inward exactly. */
#include "policy/check.h"

#include <inttypes.h>
#include <limits.h>

#include "policy/matchset.h"

#define TYPE_BIT(type) (1u << (type))
#define TYPES_PORT                                                             \
	(TYPE_BIT(RULE_PORT) | TYPE_BIT(RULE_DST_PORT) |                       \
	    TYPE_BIT(RULE_SRC_PORT))
#define TYPES_ICMP (TYPE_BIT(RULE_ICMP_TYPE) | TYPE_BIT(RULE_ICMP_CODE))

/* What the decoder objected to, where that is for this check to say. */
static enum reason
form_wire(const struct check_ask *ask)
{
	unsigned reason = ask->q->wire_reason;

	switch (reason) {
	case REASON_ACCEPTED:
	case REASON_FIRST_AS: /* the session check's */
	case REASON_AS_PATH_LENGTH:
	case REASON_AS_PATH_INVALID:
	case REASON_RATE_NOT_FINITE: /* the action check's */
		return REASON_ACCEPTED;
	case REASON_UNJUDGED:
	case REASON_MALFORMED:
	case REASON_ATTRIBUTES:
	case REASON_IPV6_OFFSET:
	case REASON_VALUE_RANGE:
	case REASON_TOO_MANY_TERMS:
		return check_say(ask, (enum reason)reason,
		    "as the octets came in: %s", reason_text(reason));
	default:
		return check_say(ask, REASON_MALFORMED,
		    "the decoder gave a reason that is not its own: %u",
		    reason);
	}
}

/* Every value fits its field; *types gets the components that are there. */
static enum reason
form_terms(const struct check_ask *ask, unsigned *types)
{
	const struct rule *rule = ask->q->rule;
	unsigned type = UINT_MAX; /* none yet */
	uint64_t max = 0;

	*types = 0;
	for (unsigned i = 0; i < rule->n_terms; i++) {
		const struct rule_term *term = &rule->terms[i];

		if (term->type != type) {
			type = term->type;
			max = rule_field_max(type, rule->afi);
			if (max == 0)
				return check_say(ask, REASON_MALFORMED,
				    "component %u is unknown in this family",
				    type);
			*types |= TYPE_BIT(type);
		}
		if (term->value > max)
			return check_say(ask, REASON_VALUE_RANGE,
			    "component %u: value %" PRIu64
			    " is above the field's maximum %" PRIu64,
			    type, term->value, max);
	}
	return REASON_ACCEPTED;
}

/* Say the rule in every dialect in use. */
static enum reason
form_express(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	enum reason reason;

	if (q->dialects == 0 || q->dialects >= JUDGE_DIALECT_BIT(DIALECT_COUNT))
		return check_say(ask, REASON_NOT_EXPRESSIBLE,
		    "no inward dialect, or an unknown one, is in use");
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((q->dialects & JUDGE_DIALECT_BIT(i)) == 0)
			continue;
		reason = dialect_express(
		    (enum dialect)i, q->rule, q->actions, &ask->parts[i]);
		if (reason == REASON_ACCEPTED && ask->parts[i].n == 0)
			reason = REASON_NOT_EXPRESSIBLE;
		if (reason != REASON_ACCEPTED)
			return check_say(ask, reason, "dialect %s: %s",
			    dialect_name(i), reason_text(reason));
	}
	return REASON_ACCEPTED;
}

/* The match part alone. */
static enum reason
form_match(const struct check_ask *ask)
{
	const struct rule *rule = ask->q->rule;
	unsigned types;
	enum reason reason;

	/* RFC 8956 3.1; a rule with an offset has no prefix to be owned. */
	if (rule->dst_offset != 0 || rule->src_offset != 0)
		return check_say(ask, REASON_IPV6_OFFSET,
		    "destination offset %u, source offset %u; only 0 is read "
		    "alike by all routers",
		    rule->dst_offset, rule->src_offset);
	reason = form_terms(ask, &types);
	if (reason != REASON_ACCEPTED)
		return reason;
	if ((types & TYPES_ICMP) != 0 && (types & TYPES_PORT) != 0)
		return check_say(ask, REASON_ICMP_WITH_PORTS,
		    "ICMP type or code beside a port: no packet has both");
	if (matchset_empty(rule))
		return check_say(ask, REASON_MATCHES_NOTHING,
		    "the components contradict each other or themselves");
	return REASON_ACCEPTED;
}

enum reason
check_form(const struct check_ask *ask)
{
	enum reason reason = form_wire(ask);
	unsigned terms, parts;

	if (reason != REASON_ACCEPTED)
		return reason;
	if (ask->q->rule == NULL || ask->q->actions == NULL)
		return check_say(ask, REASON_UNJUDGED,
		    "no rule, or no action set, was given");
	if (!check_readable(ask))
		return check_say(ask, REASON_MALFORMED, "family %u, %u terms",
		    ask->q->rule->afi, ask->q->rule->n_terms);
	reason = form_match(ask);
	if (reason != REASON_ACCEPTED)
		return reason;
	reason = form_express(ask);
	if (reason != REASON_ACCEPTED)
		return reason;
	terms = ask->q->rule->n_terms;
	parts = judge_parts(ask->q->dialects, ask->parts);
	return check_pass(ask, "%u term%s; %u part%s inward", terms,
	    terms == 1 ? "" : "s", parts, parts == 1 ? "" : "s");
}
