/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on questions of operators, and on the answers. */
#include "policy/customer.h"
#include "proxy/common/check.h"

/* A filter: no prefix, or a valid one. */
static bool
prefix_or_any(const struct prefix *prefix)
{
	return prefix->afi == AFI_NONE || prefix_valid(prefix);
}

bool
check_ctl_request(const struct msg_ctl_request *msg)
{
	if (msg->verb < CTL_STATUS || msg->verb > CTL_RETRACT ||
	    (msg->state >= STATE_COUNT && msg->state != UINT8_MAX) ||
	    msg->ground >= GROUND_COUNT || msg->has_rule > 1 ||
	    msg->what > CONFIRM_RELOAD ||
	    msg->lifetime_ms > CTL_LIFETIME_MAX_MS ||
	    !check_zero(msg->zero, sizeof(msg->zero)))
		return false;
	if (!prefix_or_any(&msg->prefix) ||
	    (msg->verb == CTL_ROUTE && msg->prefix.afi == AFI_NONE) ||
	    !check_text(msg->customer, sizeof(msg->customer)) ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)) ||
	    !check_text(msg->text, sizeof(msg->text)))
		return false;
	if (msg->has_rule == 0)
		return msg->verb != CTL_EXPLAIN && msg->verb != CTL_ANNOUNCE;
	return action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL);
}

bool
check_ctl_rule(const struct msg_ctl_rule *msg)
{
	return check_rule_afi(msg->family) != AFI_NONE &&
	       msg->state < STATE_COUNT && msg->check < CHECK_COUNT &&
	       check_reason(msg->reason) && msg->approved <= 1 &&
	       msg->announced <= 1 && msg->durable <= 1 &&
	       msg->ground < GROUND_COUNT &&
	       check_text(msg->customer, sizeof(msg->customer)) &&
	       check_text(msg->neighbor, sizeof(msg->neighbor)) &&
	       check_text(msg->evidence, sizeof(msg->evidence)) &&
	       check_text(msg->operator_name, sizeof(msg->operator_name)) &&
	       wish_valid(&msg->wish) && msg->zero == 0 &&
	       action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}

bool
check_ctl_route(const struct msg_ctl_route *msg)
{
	return (msg->kind == CTL_ROUTE_PATH || msg->kind == CTL_ROUTE_MORE) &&
	       msg->stale <= 1 && msg->external <= 1 && msg->known <= 1 &&
	       check_zero(msg->pad, sizeof(msg->pad)) &&
	       check_zero(msg->zero, sizeof(msg->zero)) &&
	       prefix_valid(&msg->prefix) && check_facts(&msg->facts) &&
	       check_text(msg->source, sizeof(msg->source)) &&
	       check_text(msg->customer, sizeof(msg->customer)) &&
	       check_text(msg->why, sizeof(msg->why));
}

bool
check_ctl_customer(const struct msg_ctl_customer *msg)
{
	return msg->mode <= CUSTOMER_ENFORCE && msg->noc <= 1 &&
	       msg->quarantined <= 1 && msg->frozen <= 1 && msg->muted <= 1 &&
	       msg->validate <= VALIDATE_OFF && msg->rpki <= OWN_RPKI_OFF &&
	       msg->irr <= 3 && check_text(msg->name, sizeof(msg->name)) &&
	       check_text(msg->contained_by, sizeof(msg->contained_by));
}

bool
check_ctl_metric(const struct msg_ctl_metric *msg)
{
	return check_reason(msg->reason) && msg->zero == 0 &&
	       check_text(msg->customer, sizeof(msg->customer));
}

bool
check_ctl_status(const struct msg_ctl_status *msg)
{
	return msg->panic <= 1 && msg->frozen <= 1 && msg->selftest_ok <= 1 &&
	       msg->rpki_held <= 1 && msg->rpki <= RPKI_GONE &&
	       check_auth(&msg->md5) &&
	       check_text(msg->selftest_text, sizeof(msg->selftest_text)) &&
	       check_text(msg->panic_by, sizeof(msg->panic_by)) &&
	       check_text(msg->rpki_cache, sizeof(msg->rpki_cache));
}
