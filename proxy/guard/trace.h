/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guard tells an engineer who has set its log to debug. Where that is
 * off, each of these is one comparison. */
#pragma once

#include "proxy/common/log.h"
#include "proxy/guard/guard.h"

/* A verdict on a rule, with its text, cut short. */
void trace_verdict_print(
    const struct guard *guard, const struct rib_rule *rule);
/* It goes inward, or is about to leave. */
void trace_inward_print(const struct rib_rule *rule, bool goes);

static inline void
trace_verdict(const struct guard *guard, const struct rib_rule *rule)
{
	if (log_wants(LOG_DEBUG))
		trace_verdict_print(guard, rule);
}

static inline void
trace_inward(const struct rib_rule *rule, bool goes)
{
	if (log_wants(LOG_DEBUG))
		trace_inward_print(rule, goes);
}
