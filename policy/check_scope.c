/* SPDX-License-Identifier: BSD-2-Clause */
/* The rule is of a shape that this customer may ask for. */
#include "policy/check.h"

#include "policy/line.h"
#include "policy/matchset.h"

#define TYPE_BITS 32u

static enum reason
scope_components(const struct check_ask *ask)
{
	const struct rule *rule = ask->q->rule;
	unsigned allowed = ask->q->customer->components;
	unsigned types = 0;

	if ((rule->has & RULE_HAS_DST) != 0)
		types |= 1u << RULE_DST;
	if ((rule->has & RULE_HAS_SRC) != 0)
		types |= 1u << RULE_SRC;
	for (unsigned i = 0; i < rule->n_terms; i++) {
		/* Type 0 does not exist and is never allowed. */
		unsigned type = rule->terms[i].type;

		types |= 1u << (type < TYPE_BITS ? type : 0);
	}
	if ((types & ~allowed & ~1u) == 0 && (types & 1u) == 0)
		return REASON_ACCEPTED;
	for (unsigned type = RULE_DST; type < TYPE_BITS; type++) {
		if ((types & ~allowed & (1u << type)) != 0)
			return check_say(ask, REASON_COMPONENT,
			    "component %u is not allowed for customer %.63s",
			    type, ask->q->customer->name);
	}
	return check_say(ask, REASON_COMPONENT, "a component is unknown");
}

/* The customer's first class, from 1, that lets wide rules pass and that this
 * one lies inside; 0: none. */
static uint32_t
scope_class(const struct customer *customer, const struct rule *rule)
{
	for (uint32_t i = 0; i < customer->n_classes; i++) {
		const struct customer_class *class = &customer->classes[i];

		if (class->kind == CLASS_APPROVED && class->rule != NULL &&
		    matchset_contains(class->rule, rule))
			return i + 1;
	}
	return 0;
}

static enum reason
scope_wide(const struct check_ask *ask, const struct prefix *dst,
    const struct customer_window *window)
{
	struct line line;
	uint32_t class;

	if (ask->q->approved)
		return check_pass(ask,
		    "destination /%u is wider than /%u, approved by a person",
		    dst->len, window->min_len);
	class = scope_class(ask->q->customer, ask->q->rule);
	if (class == 0)
		return check_say(ask, REASON_WIDE,
		    "destination /%u is wider than /%u", dst->len,
		    window->min_len);
	/* Part of what an accepted rule rests on. */
	line = line_new(ask->evidence, EVIDENCE_MAX);
	line_text(&line, "wide, of approved class ");
	line_number(&line, class);
	return REASON_ACCEPTED;
}

/* The operators' own rules: any destination, so that it is their own window's
 * longest that counts. Who must agree to a short one is asked later. */
static enum reason
scope_noc(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	struct customer_window window;
	struct prefix dst;
	enum reason reason;

	if (rule_dst_prefix(q->rule, &dst)) {
		window = customer_window(q->customer, dst.afi);
		if (dst.len > window.max_len)
			return check_say(ask, REASON_PREFIX_LENGTH,
			    "destination /%u is longer than /%u", dst.len,
			    window.max_len);
	}
	reason = scope_components(ask);
	if (reason != REASON_ACCEPTED)
		return reason;
	return check_pass(ask, "the NOC's own may be of any width");
}

static enum reason
scope_customer(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	struct customer_window window;
	struct prefix dst;
	unsigned lowest;
	enum reason reason;

	if (!rule_dst_prefix(q->rule, &dst))
		return check_say(ask, REASON_NO_DESTINATION,
		    "the rule would match every destination");

	window = customer_window(q->customer, dst.afi);
	lowest = window.hold_from < window.min_len ? window.hold_from
						   : window.min_len;
	if (window.max_len == 0 || dst.len > window.max_len || dst.len < lowest)
		return check_say(ask, REASON_PREFIX_LENGTH,
		    "destination /%u is outside /%u../%u", dst.len, lowest,
		    window.max_len);
	reason = scope_components(ask);
	if (reason != REASON_ACCEPTED)
		return reason;
	if (dst.len < window.min_len)
		return scope_wide(ask, &dst, &window);
	return check_pass(ask, "destination /%u is within /%u../%u", dst.len,
	    lowest, window.max_len);
}

enum reason
check_scope(const struct check_ask *ask)
{
	const struct question *q = ask->q;

	if (q->customer == NULL || !check_readable(ask))
		return check_unread(ask);
	if (q->denied)
		return check_say(
		    ask, REASON_DENIED, "%s", reason_text(REASON_DENIED));
	if (q->customer->noc)
		return scope_noc(ask);
	return scope_customer(ask);
}
