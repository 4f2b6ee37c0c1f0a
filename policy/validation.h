/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a unicast route give the right to filter? RFC 8955 6 as revised by RFC
 * 9117, read for a guard: rules come over eBGP only, so b.2 (an empty AS_PATH)
 * never passes a rule.
 *
 *   strict       b.1: the best match has the rule's originator; RFC 9117 4.2:
 *                and its left-most AS is the rule's, which the session has
 *                checked to be the neighbour's; c: no more-specific from
 *                another neighbouring AS than the best match's.
 *   neighbor-as  the best match and all more-specifics lead to the customer:
 *                their left-most AS is one of its asns, or (best_match
 *                internal) they were born inside, did not come over the
 *                rule's session, and lie in a registered prefix.
 *   failover     with keep, a route whose origin AS is one of asns will do,
 *                through whichever AS it comes (either mode). That AS gains no
 *                right to more-specifics of its own.
 */
#pragma once

#include "policy/customer.h"
#include "policy/reason.h"
#include "policy/unicast.h"

/*
 * Is this best match good enough? REASON_ACCEPTED, REASON_ORIGINATOR or
 * REASON_NEIGHBOR_AS. *failed_over (may be NULL) is set when only failover:
 * keep let it stand.
 */
enum reason validation_best(const struct customer *customer,
    const struct unicast_route *best, bool *failed_over);

/* Does this more-specific of the rule's destination object, given the best
 * match (RFC 8955 6 c)? */
bool validation_objects(const struct customer *customer,
    const struct unicast_route *best, const struct unicast_route *more);

/* asn is the customer's own or one of those behind it. */
bool customer_has_asn(const struct customer *customer, uint32_t asn);
