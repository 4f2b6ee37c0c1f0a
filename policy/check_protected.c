/* SPDX-License-Identifier: BSD-2-Clause */
/* The rule takes no packets that the network itself lives on. */
#include "policy/check.h"

#include "policy/matchset.h"

static enum reason
protected_said(const struct check_ask *ask, enum reason reason,
    const struct protected_entry *entry)
{
	char text[PREFIX_TEXT_MAX];

	return check_say(ask, reason, "%s %s (%.63s)",
	    reason == REASON_PROTECTED ? "matches packets to"
				       : "the source is inside",
	    prefix_print(&entry->prefix, text, sizeof(text)), entry->name);
}

/* Does the rule match BGP from one end to the other? */
static bool
session_meets(
    const struct rule *rule, const struct prefix *from, const struct prefix *to)
{
	struct prefix dst;
	struct rule bgp;

	if (to->afi != rule->afi)
		return false;
	/* Most rules' destinations are far from both ends. */
	if (rule_dst_prefix(rule, &dst) && !prefix_overlaps(&dst, to))
		return false;
	protected_bgp(from, to, &bgp);
	return matchset_intersects(&bgp, rule);
}

/* An address, or a range with its length. */
static const char *
end_print(const struct prefix *end, char *buf, size_t size)
{
	return end->len < afi_bits(end->afi)
		   ? prefix_print(end, buf, size)
		   : prefix_print_address(end, buf, size);
}

static enum reason
session_check(const struct check_ask *ask)
{
	static const struct prefix none;
	const struct question *q = ask->q;
	const struct prefix *local = q->local == NULL ? &none : q->local;
	const struct prefix *remote = q->remote == NULL ? &none : q->remote;
	char ours[PREFIX_TEXT_MAX], theirs[PREFIX_TEXT_MAX];

	if (!session_meets(q->rule, local, remote) &&
	    !session_meets(q->rule, remote, local))
		return REASON_ACCEPTED;
	return check_say(ask, REASON_OWN_SESSION,
	    "matches BGP packets between %s and our %s",
	    end_print(remote, theirs, sizeof(theirs)),
	    local->afi == AFI_NONE
		? "address"
		: prefix_print_address(local, ours, sizeof(ours)));
}

/* Others' space may not be named as a source, but what is the customer's own
 * too may. The NOC filters sources everywhere. */
static enum reason
customer_check(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	const struct prefix_entry *entry;
	struct prefix src;

	if (!q->protect_customers || q->customer->noc)
		return REASON_ACCEPTED;
	if (q->others == NULL)
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: nobody knows what other customers own");
	if (!rule_src_prefix(q->rule, &src) ||
	    prefix_set_longest(q->customer->own, &src) != NULL)
		return REASON_ACCEPTED;
	entry = prefix_set_longest(q->others, &src);
	if (entry == NULL || entry->tag == q->customer_number)
		return REASON_ACCEPTED;
	return check_say(ask, REASON_CUSTOMER_SOURCE,
	    "the source is inside %s of another customer", entry->text);
}

enum reason
check_protected(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	const struct protected_entry *entry;
	enum reason reason;
	uint32_t asks;

	if (q->customer == NULL || !check_readable(ask))
		return check_unread(ask);
	if (!protected_sealed(q->protected))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: nobody said what is protected");
	asks = q->customer->noc ? PROTECTED_NOC : q->customer_number;
	entry = protected_meets(q->protected, q->rule, asks);
	if (entry != NULL)
		return protected_said(ask, REASON_PROTECTED, entry);
	entry = protected_source(q->protected, q->rule, asks);
	if (entry != NULL)
		return protected_said(ask, REASON_PROTECTED_SOURCE, entry);
	reason = customer_check(ask);
	if (reason == REASON_ACCEPTED)
		reason = session_check(ask);
	if (reason != REASON_ACCEPTED)
		return reason;
	return check_pass(ask, "meets none of %zu protected sets of packets",
	    protected_count(q->protected));
}
