/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what another role sent: everything is a stranger's here. */
#include "proxy/common/check.h"

#include <string.h>

static bool
is_zero(const uint8_t *octets, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= octets[i];
	return all == 0;
}

bool
check_text(const char *text, size_t size)
{
	return memchr(text, 0, size) != NULL;
}

bool
check_address(const struct address *address, bool may_be_any)
{
	size_t octets = afi_bits(address->afi) / 8;

	if (address->zero != 0 || (octets == 0 && address->afi != AFI_NONE))
		return false;
	if (octets == 0 && !may_be_any)
		return false;
	if (address->scope != 0 && address->afi != AFI_IPV6)
		return false;
	return is_zero(&address->addr[octets], ADDRESS_MAX - octets);
}

bool
check_family(unsigned family)
{
	return family != 0 && (family & ~(unsigned)FAMILY_ALL) == 0 &&
	       (family & (family - 1)) == 0;
}

/* The AFI that rules of this family have; NONE for unicast and others. */
static unsigned
rule_afi(unsigned family)
{
	if (!check_family(family) || (family & FAMILY_FLOWSPEC) == 0)
		return AFI_NONE;
	return family_afi(family);
}

/* In the list of reasons. */
static bool
reason_known(unsigned reason)
{
	return reason == REASON_ACCEPTED ||
	       strcmp(reason_name(reason), "?") != 0;
}

bool
check_rule_tail(const struct msg_head *head, const struct rule *rule,
    unsigned family, size_t raw_len, const uint8_t **raw)
{
	size_t offset = (size_t)((const uint8_t *)rule - (const uint8_t *)head);
	size_t size, end;

	if (offset + RULE_SIZE_MIN > head->len || raw_len > ENTRY_RAW_MAX ||
	    rule->n_terms > RULE_TERMS_MAX)
		return false;
	size = RULE_SIZE_MIN + rule->n_terms * sizeof(rule->terms[0]);
	end = offset + size + raw_len;
	if (((end + 7) & ~(size_t)7) != head->len)
		return false;
	if (family != 0 && rule_afi(family) != rule->afi)
		return false;
	if (raw != NULL)
		*raw = (const uint8_t *)rule + size;
	return rule_valid(rule, size);
}

bool
check_rule_announce(const struct msg_rule_announce *msg, const uint8_t **raw)
{
	return rule_afi(msg->family) != AFI_NONE && is_zero(msg->zero, 3) &&
	       msg->wire_reason != REASON_UNJUDGED &&
	       reason_known(msg->wire_reason) && action_valid(&msg->actions) &&
	       check_rule_tail(
		   &msg->head, &msg->rule, msg->family, msg->raw_len, raw);
}

bool
check_rule_withdraw(const struct msg_rule_withdraw *msg)
{
	return rule_afi(msg->family) != AFI_NONE && is_zero(msg->zero, 7) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}

bool
check_rule_refused(const struct msg_rule_refused *msg, const uint8_t **raw)
{
	size_t end = sizeof(*msg) + msg->raw_len;

	if (raw != NULL)
		*raw = (const uint8_t *)(msg + 1);
	return rule_afi(msg->family) != AFI_NONE && is_zero(msg->zero, 3) &&
	       msg->raw_len <= ENTRY_RAW_MAX &&
	       ((end + 7) & ~(size_t)7) == msg->head.len &&
	       msg->reason != REASON_UNJUDGED &&
	       msg->reason != REASON_ACCEPTED && reason_known(msg->reason) &&
	       check_text(msg->fault, sizeof(msg->fault));
}

bool
check_out_rule(const struct msg_out_rule *msg)
{
	return rule_afi(msg->family) != AFI_NONE && is_zero(msg->zero, 3) &&
	       action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}

bool
check_session_state(const struct msg_session_state *msg)
{
	unsigned families = FAMILY_ALL;

	return msg->state >= BGP_IDLE && msg->state <= BGP_ESTABLISHED &&
	       msg->up <= 1 && msg->down <= DOWN_CLOSED &&
	       (msg->families & ~families) == 0 &&
	       (msg->complete & ~families) == 0 && msg->refresh <= 2 &&
	       msg->authenticated <= 1 && msg->sent_last <= 1 &&
	       check_address(&msg->local, true) &&
	       check_address(&msg->remote, true) &&
	       check_text(msg->text, sizeof(msg->text));
}

/* A filter: no prefix, or a valid one. */
static bool
prefix_or_any(const struct prefix *prefix)
{
	return prefix->afi == AFI_NONE || prefix_valid(prefix);
}

bool
check_ctl_request(const struct msg_ctl_request *msg)
{
	if (msg->verb < CTL_STATUS || msg->verb > CTL_WITHDRAW ||
	    (msg->state >= STATE_COUNT && msg->state != UINT8_MAX) ||
	    msg->has_rule > 1 || !is_zero(msg->zero, sizeof(msg->zero)))
		return false;
	if (!prefix_or_any(&msg->prefix) ||
	    !check_text(msg->customer, sizeof(msg->customer)) ||
	    !check_text(msg->operator_name, sizeof(msg->operator_name)) ||
	    !check_text(msg->text, sizeof(msg->text)))
		return false;
	if (msg->has_rule == 0)
		return msg->verb != CTL_EXPLAIN;
	return action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL);
}

bool
check_ctl_rule(const struct msg_ctl_rule *msg)
{
	return rule_afi(msg->family) != AFI_NONE && msg->state < STATE_COUNT &&
	       msg->check < CHECK_COUNT && reason_known(msg->reason) &&
	       msg->approved <= 1 && msg->announced <= 1 && msg->durable <= 1 &&
	       check_text(msg->customer, sizeof(msg->customer)) &&
	       check_text(msg->neighbor, sizeof(msg->neighbor)) &&
	       check_text(msg->evidence, sizeof(msg->evidence)) &&
	       action_valid(&msg->actions) &&
	       check_rule_tail(&msg->head, &msg->rule, msg->family, 0, NULL);
}
