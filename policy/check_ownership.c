/* SPDX-License-Identifier: BSD-2-Clause */
/* The destination is the customer's own. */
#include "policy/check.h"

#include <string.h>

/* The one evidence that every accepted rule carries, so without formatting. */
static enum reason
ownership_ground(const struct check_ask *ask, const struct prefix_entry *entry)
{
	static const char lead[] = "inside registered ";
	size_t n = strlen(entry->text);

	memcpy(ask->evidence, lead, sizeof(lead) - 1);
	memcpy(ask->evidence + sizeof(lead) - 1, entry->text, n + 1);
	return REASON_ACCEPTED;
}

enum reason
check_ownership(const struct check_ask *ask)
{
	const struct customer *customer = ask->q->customer;
	const struct prefix_entry *entry;
	char text[PREFIX_TEXT_MAX];
	struct prefix dst;
	size_t n;

	if (customer == NULL || !check_readable(ask))
		return check_unread(ask);
	if (!rule_dst_prefix(ask->q->rule, &dst))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no destination prefix");
	entry = prefix_set_longest(customer->own, &dst);
	if (entry != NULL)
		return ownership_ground(ask, entry);
	n = prefix_set_count(customer->own);
	return check_say(ask, REASON_NOT_REGISTERED,
	    "%s lies in none of the %zu registered prefix%s of customer %.63s",
	    prefix_print(&dst, text, sizeof(text)), n, n == 1 ? "" : "es",
	    customer->name);
}
