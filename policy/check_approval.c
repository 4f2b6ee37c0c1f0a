/* SPDX-License-Identifier: BSD-2-Clause */
/* No person has to look at the rule first. */
#include "policy/check.h"

#include <inttypes.h>

#include "policy/matchset.h"

/* What one operator may announce alone is no wider. */
#define NOC_LEN_IPV4 24
#define NOC_LEN_IPV6 48

/* The NOC's rule reaches so far that two operators must want it. */
static bool
approval_two(const struct rule *rule)
{
	unsigned least = rule->afi == AFI_IPV4 ? NOC_LEN_IPV4 : NOC_LEN_IPV6;
	struct prefix dst;

	return !rule_dst_prefix(rule, &dst) || dst.len < least;
}

/* The first class, from 1, that rules wait in and that this one meets; 0:
 * none. */
static uint32_t
approval_class(const struct customer *customer, const struct rule *rule)
{
	for (uint32_t i = 0; i < customer->n_classes; i++) {
		const struct customer_class *class = &customer->classes[i];

		if (class->kind == CLASS_APPROVED)
			continue;
		if (class->rule == NULL ||
		    matchset_intersects(class->rule, rule))
			return i + 1;
	}
	return 0;
}

enum reason
check_approval(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	bool released;
	uint32_t class;

	if (q->customer == NULL || !check_readable(ask))
		return check_unread(ask);
	released = q->customer->noc ? q->seconded : q->approved;
	if (released)
		return check_pass(ask, "approved by a person");
	if (q->customer->noc && approval_two(q->rule))
		return check_say(ask, REASON_SECOND_OPERATOR, "%s",
		    (q->rule->has & RULE_HAS_DST) == 0
			? "the rule matches every destination"
			: "the destination is wider than one operator may");
	class = approval_class(q->customer, q->rule);
	if (class != 0)
		return check_say(ask, REASON_APPROVAL,
		    "meets class %" PRIu32 " of customer %.63s, which waits",
		    class, q->customer->name);
	return check_pass(ask, "no class of rules that wait is met");
}
