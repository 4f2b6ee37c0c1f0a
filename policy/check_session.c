/* SPDX-License-Identifier: BSD-2-Clause */
/* The rule comes from a session that is what it is configured to be. */
#include "policy/check.h"

static bool
as_path_fault(unsigned reason)
{
	return reason == REASON_FIRST_AS || reason == REASON_AS_PATH_LENGTH ||
	       reason == REASON_AS_PATH_INVALID;
}

/* An operator, or what the customer or the guard did, holds all back. */
static enum reason
session_contained(const struct check_ask *ask)
{
	unsigned reason = ask->q->contained;

	switch (reason) {
	case REASON_ACCEPTED:
		return REASON_ACCEPTED;
	case REASON_QUARANTINED:
	case REASON_MUTED:
	case REASON_FROZEN:
	case REASON_PANIC:
	case REASON_SELFTEST:
	case REASON_FLAP:
	case REASON_CRASH_SUSPECT:
		return check_say(
		    ask, (enum reason)reason, "%s", reason_text(reason));
	default:
		return check_say(ask, REASON_UNJUDGED,
		    "nobody said whether rules may go inward now");
	}
}

enum reason
check_session(const struct check_ask *ask)
{
	const struct customer *customer = ask->q->customer;
	unsigned wire_reason = ask->q->wire_reason;
	enum reason contained;

	if (customer == NULL)
		return check_say(ask, REASON_UNJUDGED, "no customer was named");
	contained = session_contained(ask);
	if (contained != REASON_ACCEPTED)
		return contained;
	if (!ask->q->authenticated)
		return check_say(ask, REASON_NOT_AUTHENTICATED,
		    "the session of customer %.63s is not as configured",
		    customer->name);
	if (customer->mode != CUSTOMER_MONITOR &&
	    customer->mode != CUSTOMER_ENFORCE)
		return check_say(ask, REASON_CUSTOMER_OFF,
		    "customer %.63s has mode off", customer->name);
	/* RFC 4271 6.3; RFC 7606 3.1 treats it as a withdrawal. */
	if (as_path_fault(wire_reason))
		return check_say(ask, (enum reason)wire_reason,
		    "the AS_PATH is not one that AS %lu may send: %s",
		    (unsigned long)customer->asn, reason_text(wire_reason));
	return check_pass(ask, "session of customer %.63s, AS %lu",
	    customer->name, (unsigned long)customer->asn);
}
