/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug lines of the guard. */
#include "proxy/guard/trace.h"

#include <inttypes.h>

#include "policy/reason.h"
#include "policy/rule_text.h"

#define TRACE_RULE_MAX 256 /* octets of a rule's text */

void
trace_verdict_print(const struct guard *guard, const struct rib_rule *rule)
{
	const struct guard_peer *peer = guard->peers[rule->peer];
	char text[TRACE_RULE_MAX];

	(void)rule_print(&rule->rule, &rule->actions, text, sizeof(text));
	log_line(LOG_DEBUG,
	    "rule %" PRIu64 ": %s: customer=%s session=%s reason=%s: %s",
	    rule->id, state_name(rule->state),
	    peer->customer != NULL ? peer->customer->name : "", peer->session,
	    reason_name(rule->reason), text);
}

void
trace_inward_print(const struct rib_rule *rule, bool goes)
{
	/* One that is nowhere cannot leave. */
	if (rule->owners != NULL)
		log_line(LOG_DEBUG, "rule %" PRIu64 ": %s", rule->id,
		    goes ? "goes inward" : "is withdrawn inward");
}
