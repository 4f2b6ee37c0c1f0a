/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entries of the log a search finds. */
#include "proxy/common/query.h"

#include <string.h>

static bool
wants_prefix(const struct prefix *wanted, const struct entry *entry)
{
	struct prefix dst;

	return wanted->afi == AFI_NONE ||
	       (entry->has_rule != 0 && rule_dst_prefix(&entry->rule, &dst) &&
		   prefix_overlaps(wanted, &dst));
}

static bool
wants_text(const char *wanted, const char *text)
{
	return wanted[0] == '\0' || strcmp(wanted, text) == 0;
}

bool
query_wants(const struct msg_audit_query *query, const struct entry *entry)
{
	if ((query->kind != 0 && query->kind != entry->kind) ||
	    (query->state != UINT8_MAX &&
		(query->state != entry->state || !entry_is_of_rule(entry))) ||
	    (query->reason != 0 && query->reason != entry->reason) ||
	    (query->rule_id != UINT64_MAX && query->rule_id != entry->rule_id))
		return false;
	if ((query->from_ns != 0 && entry->wall_ns < query->from_ns) ||
	    (query->to_ns != 0 && entry->wall_ns >= query->to_ns))
		return false;
	return wants_text(query->customer, entry->customer) &&
	       wants_text(query->operator_name, entry->operator_name) &&
	       wants_prefix(&query->prefix, entry);
}
