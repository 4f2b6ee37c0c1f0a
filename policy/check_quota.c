/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer has room for the rule. */
#include "policy/check.h"

#include <inttypes.h>

enum reason
check_quota(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	unsigned parts;
	uint64_t total;
	uint32_t limit;

	if (q->customer == NULL || !check_expressed(ask))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no inward form");
	parts = judge_parts(q->dialects, ask->parts);
	total = (uint64_t)q->rules_held + parts;
	limit = q->customer->limits.rules;
	if (total > limit)
		return check_say(ask, REASON_QUOTA_RULES,
		    "%" PRIu32 " held and %u more are over the limit %" PRIu32,
		    q->rules_held, parts, limit);
	return check_pass(
	    ask, "%" PRIu64 " of %" PRIu32 " rules", total, limit);
}
