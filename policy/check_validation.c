/* SPDX-License-Identifier: BSD-2-Clause */
/* The unicast routes for the destination give the right to filter it. */
#include "policy/check.h"

#include "policy/line.h"
#include "policy/validation.h"

/* Whose rule the routes are held against. */
struct judged {
	const struct customer *customer;
	const struct unicast_route *best;
};

static bool
objects(const void *ctx, const struct unicast_route *route)
{
	const struct judged *judged = ctx;

	return validation_objects(judged->customer, judged->best, route);
}

static void
line_as(struct line *line, uint32_t asn)
{
	if (asn == 0) {
		line_text(line, "no single AS");
		return;
	}
	line_text(line, "AS");
	line_number(line, asn);
}

static void
line_source(struct line *line, const struct unicast_route *route)
{
	line_text(line, " from ");
	line_text(line, route->source == NULL ? "?" : route->source);
}

static enum reason
accept_best(const struct check_ask *ask, const struct unicast_route *best,
    bool failed_over)
{
	struct line line = check_line(ask);

	line_text(&line, "best match ");
	line_prefix(&line, &best->prefix);
	if (failed_over) {
		line_text(&line, " through ");
		line_as(&line, best->facts.neighbor_as);
		line_text(&line, ", origin ");
		line_as(&line, best->facts.origin_as);
		line_text(&line, " (failover)");
	} else if ((best->facts.flags & ROUTE_INTERNAL) != 0) {
		line_text(&line, " in our own AS");
	} else {
		line_text(&line, " to ");
		line_as(&line, best->facts.neighbor_as);
	}
	line_source(&line, best);
	return REASON_ACCEPTED;
}

/* Where a route leads, and who says so. */
static void
line_leads(struct line *line, const struct unicast_route *route)
{
	if ((route->facts.flags & ROUTE_INTERNAL) != 0) {
		line_text(line, " leads to our own AS");
	} else {
		line_text(line, " leads to ");
		line_as(line, route->facts.neighbor_as);
		line_text(line, " (origin ");
		line_as(line, route->facts.origin_as);
		line_text(line, ")");
	}
	line_source(line, route);
}

static enum reason
refuse_best(const struct check_ask *ask, enum reason reason,
    const struct unicast_route *best)
{
	const struct customer *customer = ask->q->customer;
	struct line line = line_new(ask->evidence, EVIDENCE_MAX);

	line_text(&line, "best match ");
	line_prefix(&line, &best->prefix);
	line_leads(&line, best);
	if (reason == REASON_ORIGINATOR) {
		line_text(&line, ", not from the rule's own session");
		return reason;
	}
	line_text(&line, ", not to ");
	line_as(&line, customer->asn);
	if (customer->validate == VALIDATE_NEIGHBOR_AS && customer->n_asns > 0)
		line_text(&line, " or those behind it");
	if (customer->best_match == BEST_MATCH_INTERNAL &&
	    (best->facts.flags & ROUTE_INTERNAL) != 0 &&
	    prefix_set_longest(customer->own, &best->prefix) == NULL)
		line_text(&line, ", and inside no registered prefix");
	return reason;
}

static enum reason
refuse_more(const struct check_ask *ask, const struct prefix *dst,
    const struct unicast_route *more)
{
	struct line line = line_new(ask->evidence, EVIDENCE_MAX);

	if (more->prefix.afi == AFI_NONE) {
		line_text(&line, "more routes than are looked at inside ");
		line_prefix(&line, dst);
		return REASON_MORE_SPECIFIC;
	}
	line_prefix(&line, &more->prefix);
	line_text(&line, " inside ");
	line_prefix(&line, dst);
	line_leads(&line, more);
	return REASON_MORE_SPECIFIC;
}

/* Nothing is known now. What stands goes on (RFC 8955 6 asks to validate
 * again when routes change, and none did); nothing new begins. */
static enum reason
without_view(const struct check_ask *ask)
{
	struct line line;

	if (!ask->q->stands)
		return check_say(ask, REASON_UNICAST_UNKNOWN, "%s",
		    reason_text(REASON_UNICAST_UNKNOWN));
	line = check_line(ask);
	line_text(
	    &line, "stands: no complete unicast view to validate against now");
	return REASON_ACCEPTED;
}

static enum reason
against_view(const struct check_ask *ask, const struct prefix *dst)
{
	const struct unicast_view *view = ask->q->unicast;
	struct unicast_route best, more;
	const struct judged judged = { ask->q->customer, &best };
	char text[PREFIX_TEXT_MAX];
	enum reason reason;
	bool failed_over;

	if (!view->best(view->ctx, dst, &best))
		return check_say(ask, REASON_NO_ROUTE,
		    "no unicast route covers %s",
		    prefix_print(dst, text, sizeof(text)));
	reason = validation_best(ask->q->customer, &best, &failed_over);
	if (reason != REASON_ACCEPTED)
		return refuse_best(ask, reason, &best);
	if (view->more(view->ctx, dst, objects, &judged, &more))
		return refuse_more(ask, dst, &more);
	return accept_best(ask, &best, failed_over);
}

enum reason
check_validation(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	struct prefix dst;

	if (q->customer == NULL || !check_readable(ask))
		return check_unread(ask);
	if (q->customer->noc) /* asks for nobody's space but all of it */
		return check_pass(ask, "the NOC's own");
	if ((q->rule->has & RULE_HAS_DST) == 0)
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no destination prefix");
	/* RFC 8956 5: a destination with an offset is never feasible. */
	if (q->rule->dst_offset != 0)
		return check_say(ask, REASON_IPV6_OFFSET,
		    "destination offset %u: no unicast route is for a pattern",
		    q->rule->dst_offset);
	if (q->customer->validate == VALIDATE_OFF)
		return check_pass(ask, "validation is off for this customer");
	if (q->customer->validate != VALIDATE_NEIGHBOR_AS &&
	    q->customer->validate != VALIDATE_STRICT)
		return check_say(ask, REASON_UNJUDGED,
		    "customer %.63s has no kind of validation",
		    q->customer->name);
	if (!rule_dst_prefix(q->rule, &dst) || !prefix_valid(&dst))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the destination is no prefix");
	if (q->unicast == NULL || !q->unicast->known ||
	    q->unicast->best == NULL || q->unicast->more == NULL)
		return without_view(ask);
	return against_view(ask, &dst);
}
