/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what is said of the RPKI, and on what waits for a person. */
#include "proxy/common/check.h"

static bool
vrp_valid(const struct vrp *vrp)
{
	return prefix_valid(&vrp->prefix) && vrp->zero == 0 &&
	       vrp->max_len >= vrp->prefix.len &&
	       vrp->max_len <= afi_bits(vrp->prefix.afi);
}

bool
check_vrps(const struct msg_vrp *msg)
{
	const struct vrp *vrps = (const void *)(msg + 1);

	if (msg->n == 0 || msg->n > VRPS_MAX || msg->withdraw > 1 ||
	    !check_zero(msg->zero, sizeof(msg->zero)) ||
	    sizeof(*msg) + msg->n * sizeof(*vrps) != msg->head.len)
		return false;
	for (unsigned i = 0; i < msg->n; i++) {
		if (!vrp_valid(&vrps[i]))
			return false;
	}
	return true;
}

bool
check_rpki_state(const struct msg_rpki_state *msg)
{
	return msg->state <= RPKI_GONE && msg->held <= 1 &&
	       check_text(msg->cache, sizeof(msg->cache)) &&
	       check_text(msg->text, sizeof(msg->text));
}

bool
check_cfg_rpki(const struct msg_cfg_rpki *msg)
{
	if (msg->n > RPKI_CACHES_MAX || msg->shrink_percent > 100)
		return false;
	for (uint32_t i = 0; i < msg->n; i++) {
		if (!check_address(&msg->cache[i].address, false) ||
		    msg->cache[i].zero != 0)
			return false;
	}
	return true;
}

bool
check_cfg_irr(const struct msg_cfg_irr *msg)
{
	return msg->status >= IRR_USABLE && msg->status <= IRR_EMPTY &&
	       (msg->status == IRR_USABLE) == (msg->n > 0) && msg->zero == 0 &&
	       check_text(msg->path, sizeof(msg->path)) &&
	       check_text(msg->why, sizeof(msg->why));
}

bool
check_wishes(const struct wish_rules *wishes)
{
	if (wishes->n > WISH_RULES_MAX || wishes->zero != 0)
		return false;
	for (uint32_t i = 0; i < wishes->n; i++) {
		const struct wish_rule *rule = &wishes->rule[i];

		if (rule->community.kind < COMMUNITY_STANDARD ||
		    rule->community.kind > COMMUNITY_LARGE ||
		    !wish_valid(&rule->wish) ||
		    (rule->wish.lifetime_s == 0) == (rule->wish.dry_run == 0))
			return false;
	}
	return true;
}

bool
check_held(const struct msg_held *msg)
{
	return (msg->what == CONFIRM_IRR || msg->what == CONFIRM_RELOAD) &&
	       msg->waits <= 1;
}

bool
check_confirm(const struct msg_confirm *msg)
{
	return msg->what <= CONFIRM_RELOAD &&
	       check_text(msg->operator_name, sizeof(msg->operator_name));
}
