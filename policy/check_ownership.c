/* SPDX-License-Identifier: BSD-2-Clause */
/* The destination is the customer's own: registered, in the IRR, by ROA. */
#include "policy/check.h"

#include "policy/line.h"
#include "policy/ownership.h"

/* What the first two sources say. */
struct sources {
	const struct prefix_entry *registered; /* NULL: none covers it */
	const struct prefix_entry *irr_entry;  /* likewise */
	enum ownership_irr irr;
};

static void
line_registered(struct line *line, const struct prefix_entry *entry)
{
	line_text(line, "inside registered ");
	line_text(line, entry->text);
}

static enum reason
sources_pass(const struct check_ask *ask, const struct sources *from)
{
	struct line line = check_line(ask);

	if (from->registered != NULL)
		line_registered(&line, from->registered);
	if (from->irr == OWNERSHIP_IRR_NONE)
		return REASON_ACCEPTED;
	if (from->irr_entry != NULL) {
		if (from->registered != NULL)
			line_text(&line, "; ");
		ownership_irr_line(
		    &line, &ask->q->customer->irr, from->irr_entry);
		if (!ask->q->customer->irr.usable)
			line_text(&line, ", not usable now");
	} else if (from->irr == OWNERSHIP_IRR_UNKNOWN) {
		line_text(&line, from->registered != NULL
				     ? "; the IRR list is unknown now"
				     : "stands: the IRR list is unknown now");
	}
	return REASON_ACCEPTED;
}

static enum reason
not_registered(
    const struct check_ask *ask, const struct prefix *dst, const char *also)
{
	const struct customer *customer = ask->q->customer;
	size_t n = prefix_set_count(customer->own);
	char text[PREFIX_TEXT_MAX];

	return check_say(ask, REASON_NOT_REGISTERED,
	    "%s lies in none of the %zu registered prefix%s of customer "
	    "%.63s%s",
	    prefix_print(dst, text, sizeof(text)), n, n == 1 ? "" : "es",
	    customer->name, also);
}

static enum reason
not_in_irr(const struct check_ask *ask, const struct prefix *dst)
{
	const struct customer *customer = ask->q->customer;
	struct line line = line_new(ask->evidence, EVIDENCE_MAX);

	line_prefix(&line, dst);
	line_text(&line, " lies in none of the IRR list's ");
	line_number(&line, (uint32_t)prefix_set_count(customer->irr.list));
	line_text(&line, " prefixes (file ");
	line_hex(&line, customer->irr.hash, 4);
	line_text(&line, " of ");
	line_date(&line, customer->irr.written_ns);
	line_text(&line, ")");
	return REASON_NOT_IN_IRR;
}

static enum reason
irr_unknown(const struct check_ask *ask)
{
	return check_say(ask, REASON_IRR_UNKNOWN,
	    "the IRR list of customer %.63s is %s", ask->q->customer->name,
	    ask->q->customer->irr.list == NULL ? "missing"
					       : "incomplete or too old");
}

/* The registered prefixes and the IRR list, as far as the customer has both. */
static enum reason
sources_check(const struct check_ask *ask, const struct prefix *dst)
{
	const struct customer *customer = ask->q->customer;
	bool any = customer->match == OWN_MATCH_ANY;
	struct sources from;

	from.registered = prefix_set_longest(customer->own, dst);
	from.irr =
	    ownership_irr(&customer->irr, dst, ask->q->stands, &from.irr_entry);
	switch (from.irr) {
	case OWNERSHIP_IRR_NONE:
		if (from.registered == NULL)
			return not_registered(ask, dst, "");
		break;
	case OWNERSHIP_IRR_INSIDE:
		if (from.registered == NULL && !any)
			return not_registered(ask, dst, "");
		break;
	case OWNERSHIP_IRR_OUTSIDE:
		if (from.registered == NULL)
			return not_registered(
			    ask, dst, any ? ", nor in its IRR list" : "");
		if (!any)
			return not_in_irr(ask, dst);
		break;
	case OWNERSHIP_IRR_UNKNOWN:
		if (from.registered == NULL && !any)
			return not_registered(ask, dst, "");
		if (!ask->q->stands && !(any && from.registered != NULL))
			return irr_unknown(ask);
		break;
	}
	return sources_pass(ask, &from);
}

static enum reason
roas_object(const struct check_ask *ask, const struct ownership_roas *roas)
{
	const struct customer *customer = ask->q->customer;
	struct line line = line_new(ask->evidence, EVIDENCE_MAX);

	for (unsigned i = 0; i < roas->n; i++) {
		if (i > 0)
			line_text(&line, ", ");
		ownership_roa_line(&line, &roas->roas[i]);
	}
	line_text(&line, ": not AS");
	line_number(&line, customer->asn);
	if (customer->n_asns > 0)
		line_text(&line, " or those behind it");
	if (customer->pa)
		line_text(&line, " or ours");
	line_text(&line, " ");
	ownership_view_line(&line, ask->q->rpki);
	return REASON_RPKI_INVALID;
}

static enum reason
rpki_fresh(const struct check_ask *ask, const struct prefix *dst)
{
	const struct question *q = ask->q;
	char text[PREFIX_TEXT_MAX];
	struct ownership_roas roas;
	struct line line;

	ownership_roas(q->customer, q->local_asn, q->rpki, dst, &roas);
	if (roas.named) {
		line = check_line(ask);
		ownership_roa_line(&line, &roas.roas[0]);
		line_text(&line, " ");
		ownership_view_line(&line, q->rpki);
		return REASON_ACCEPTED;
	}
	if (roas.covered)
		return roas_object(ask, &roas);
	if (q->customer->rpki != OWN_RPKI_VETO)
		return check_say(ask, REASON_RPKI_NOT_FOUND,
		    "no ROA covers %s (serial %lu)",
		    prefix_print(dst, text, sizeof(text)),
		    (unsigned long)q->rpki->serial);
	line = check_line(ask);
	line_text(&line, "no ROA ");
	ownership_view_line(&line, q->rpki);
	return REASON_ACCEPTED;
}

/* Nobody configured a cache: state NONE. That the view itself is missing is
 * something else, and told. */
static enum rpki_state
rpki_known(const struct rpki_view *view)
{
	if (view == NULL || view->covering == NULL || view->state > RPKI_GONE)
		return RPKI_GONE;
	return (enum rpki_state)view->state;
}

static enum reason
rpki_check(const struct check_ask *ask, const struct prefix *dst)
{
	const struct question *q = ask->q;
	enum rpki_state state = rpki_known(q->rpki);
	struct ownership_roas roas;
	struct line line;

	if (q->customer->rpki == OWN_RPKI_OFF)
		return REASON_ACCEPTED;
	if (state == RPKI_FRESH)
		return rpki_fresh(ask, dst);
	if (state == RPKI_EXPIRED && !q->stands) {
		/* It allows nothing new any more, but still objects. */
		ownership_roas(q->customer, q->local_asn, q->rpki, dst, &roas);
		if (roas.covered && !roas.named)
			return roas_object(ask, &roas);
	}
	if (q->customer->rpki == OWN_RPKI_VETO && state == RPKI_NONE)
		return REASON_ACCEPTED;
	if (q->customer->rpki != OWN_RPKI_VETO &&
	    !(q->stands && (state == RPKI_LOADING || state == RPKI_EXPIRED)))
		return check_say(ask, REASON_RPKI_UNKNOWN,
		    "customer %.63s needs a ROA, and RPKI data are %s",
		    q->customer->name,
		    state == RPKI_NONE ? "not configured"
				       : rpki_state_name(state));
	line = check_line(ask);
	line_text(&line, "RPKI data are ");
	line_text(&line, rpki_state_name(state));
	return REASON_ACCEPTED;
}

enum reason
check_ownership(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	struct prefix dst;
	struct line line;
	enum reason reason;

	if (q->customer == NULL || !check_readable(ask))
		return check_unread(ask);
	if (q->customer->noc) {
		line = check_line(ask);
		line_text(&line, "the NOC's own");
		return REASON_ACCEPTED;
	}
	if (!rule_dst_prefix(q->rule, &dst))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no destination prefix");
	reason = sources_check(ask, &dst);
	return reason == REASON_ACCEPTED ? rpki_check(ask, &dst) : reason;
}
