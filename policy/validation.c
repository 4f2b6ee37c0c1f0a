/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a unicast route give the right to filter? (RFC 8955 6, RFC 9117 4) */
#include "policy/validation.h"

#include <stddef.h>

bool
customer_has_asn(const struct customer *customer, uint32_t asn)
{
	size_t low = 0, high = customer->asns == NULL ? 0 : customer->n_asns;

	if (asn == 0) /* of nobody: there is none, or it is in an AS_SET */
		return false;
	if (asn == customer->asn)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (customer->asns[middle] == asn)
			return true;
		if (customer->asns[middle] < asn)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* RFC 9117 4.1 b.2 narrowed to what the customer owns, and never for a route
 * that came over the rule's session: that one is eBGP. */
static bool
born_inside_own(
    const struct customer *customer, const struct unicast_route *route)
{
	return customer->best_match == BEST_MATCH_INTERNAL &&
	       (route->facts.flags & ROUTE_INTERNAL) != 0 &&
	       !route->same_originator &&
	       prefix_set_longest(customer->own, &route->prefix) != NULL;
}

/* Another AS carries what the customer originates, and that is wanted. */
static bool
kept_over(const struct customer *customer, const struct unicast_route *route)
{
	return customer->failover == FAILOVER_KEEP &&
	       customer_has_asn(customer, route->facts.origin_as);
}

static bool
leads_to(const struct customer *customer, const struct unicast_route *route)
{
	return customer_has_asn(customer, route->facts.neighbor_as) ||
	       born_inside_own(customer, route);
}

/* The left-most AS is the rule's, which is the neighbour's (RFC 9117 4.2). */
static bool
of_neighbor(const struct customer *customer, const struct unicast_route *route)
{
	return route->facts.neighbor_as != 0 &&
	       route->facts.neighbor_as == customer->asn;
}

enum reason
validation_best(const struct customer *customer,
    const struct unicast_route *best, bool *failed_over)
{
	enum reason reason = REASON_UNJUDGED;

	if (failed_over != NULL)
		*failed_over = false;
	if (customer->validate == VALIDATE_NEIGHBOR_AS)
		reason = leads_to(customer, best) ? REASON_ACCEPTED
						  : REASON_NEIGHBOR_AS;
	else if (customer->validate == VALIDATE_STRICT)
		reason = !best->same_originator         ? REASON_ORIGINATOR
			 : !of_neighbor(customer, best) ? REASON_NEIGHBOR_AS
							: REASON_ACCEPTED;
	if (reason == REASON_ACCEPTED || reason == REASON_UNJUDGED ||
	    !kept_over(customer, best))
		return reason;
	if (failed_over != NULL)
		*failed_over = true;
	return REASON_ACCEPTED;
}

bool
validation_objects(const struct customer *customer,
    const struct unicast_route *best, const struct unicast_route *more)
{
	if (kept_over(customer, more))
		return false;
	if (customer->validate == VALIDATE_NEIGHBOR_AS)
		return !leads_to(customer, more);
	/* RFC 8955 6 c. The neighbour's own AS besides, which is the best
	 * match's anyway unless that one is kept by failover: the AS that
	 * carries it then gains no right to more-specifics. */
	return more->facts.neighbor_as != best->facts.neighbor_as ||
	       !of_neighbor(customer, more);
}
