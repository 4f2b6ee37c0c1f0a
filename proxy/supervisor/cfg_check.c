/* SPDX-License-Identifier: BSD-2-Clause */
/* Soundness of configuration messages. */
#include "proxy/supervisor/cfg_check.h"

#include <string.h>

#include "policy/cost.h"
#include "policy/customer.h"
#include "policy/prefix.h"
#include "proxy/common/check.h"

#define DAMPING_MS_MAX (UINT64_C(3600) * 1000)
#define ROUTES_MAX     64000000u

bool
cfg_check_path(const char path[PATH_LEN])
{
	return check_text(path, PATH_LEN) && path[0] == '/';
}

bool
cfg_check_router(const struct msg_cfg_router *msg)
{
	return msg->asn != 0 && msg->asn != UINT32_MAX &&
	       cfg_check_path(msg->store_path) &&
	       cfg_check_path(msg->control_path) &&
	       (msg->hold_s == 0 || msg->hold_s >= 3);
}

bool
cfg_check_listen(const struct msg_cfg_listen *msg)
{
	return check_address(&msg->address, false) && msg->address.port != 0;
}

bool
cfg_check_validation(const struct msg_cfg_validation *msg)
{
	return msg->damping_ms <= DAMPING_MS_MAX && msg->max_routes != 0 &&
	       msg->max_routes <= ROUTES_MAX && msg->brake_percent != 0 &&
	       msg->brake_percent <= 100 && check_ignore(&msg->ignore);
}

/* Of the fields that are yes or no, and the last of the choices. */
static bool
choices_valid(const struct msg_cfg_customer *msg)
{
	return msg->noc <= 1 && msg->pa <= 1 && msg->shared <= 1 &&
	       msg->raise_rates <= 1 && msg->flap_breaker <= 1 &&
	       msg->match <= OWN_MATCH_ANY && msg->rpki <= OWN_RPKI_OFF;
}

bool
cfg_check_customer(const struct msg_cfg_customer *msg)
{
	return msg->name[0] != 0 && check_text(msg->name, sizeof(msg->name)) &&
	       msg->validate >= VALIDATE_NEIGHBOR_AS &&
	       msg->validate <= VALIDATE_OFF &&
	       msg->best_match <= BEST_MATCH_INTERNAL &&
	       msg->failover <= FAILOVER_KEEP && choices_valid(msg);
}

/* A range is a customer's, and waits. */
static bool
range_valid(const struct msg_cfg_neighbor *msg)
{
	return msg->range_len == 0 ||
	       (msg->range_len <= afi_bits(msg->remote.afi) &&
		   msg->passive == 1 && msg->index != CFG_INTERNAL);
}

/* A name, and something to do. */
bool
cfg_check_neighbor(const struct msg_cfg_neighbor *msg)
{
	return msg->name[0] != 0 && check_text(msg->name, sizeof(msg->name)) &&
	       msg->asn != 0 && msg->asn != UINT32_MAX && msg->families != 0 &&
	       (msg->families & ~(unsigned)FAMILY_ALL) == 0 &&
	       check_address(&msg->remote, false) &&
	       check_address(&msg->local, true) && msg->passive <= 1 &&
	       (msg->hold_s == 0 || msg->hold_s >= 3) && range_valid(msg) &&
	       (msg->local.afi == AFI_NONE ||
		   msg->local.afi == msg->remote.afi);
}

bool
cfg_check_next_place(
    const struct msg_cfg_neighbor *before, const struct msg_cfg_neighbor *msg)
{
	return msg->range_len > 0 && before->range_len == msg->range_len &&
	       before->index == msg->index &&
	       before->remote.scope == msg->remote.scope &&
	       memcmp(before->remote.addr, msg->remote.addr, ADDRESS_MAX) == 0;
}

bool
cfg_check_key(const struct msg_cfg_key *msg)
{
	return msg->algorithm >= AO_HMAC_SHA1 &&
	       msg->algorithm <= AO_HMAC_SHA256 && msg->exclude_options <= 1 &&
	       msg->zero == 0 && cfg_check_path(msg->file) &&
	       (msg->until_s == 0 || msg->from_s < msg->until_s);
}

bool
cfg_check_irr(const struct msg_cfg_irr *msg)
{
	return check_cfg_irr(msg) && cfg_check_path(msg->path);
}

bool
cfg_check_class(const struct msg_cfg_class *msg)
{
	return msg->kind >= CLASS_APPROVED && msg->kind <= CLASS_HELD &&
	       check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL);
}

bool
cfg_check_wish(const struct msg_cfg_wish *msg)
{
	const struct wish_rules one = { .n = 1, .rule = { msg->wish } };

	return msg->zero == 0 && check_wishes(&one);
}

bool
cfg_check_protected(const struct msg_cfg_protected *msg)
{
	return check_text(msg->name, sizeof(msg->name)) &&
	       check_rule_tail(&msg->head, &msg->rule, 0, 0, NULL) &&
	       (msg->rule.has & RULE_HAS_DST) != 0 && msg->rule.dst_offset == 0;
}

bool
cfg_check_fleet(const struct msg_cfg_fleet *msg)
{
	return msg->profile > COST_NONE && msg->profile < COST_COUNT &&
	       msg->protect_customers <= 1 && msg->warn_percent <= 100 &&
	       check_zero(msg->zero, sizeof(msg->zero));
}

bool
cfg_check_service(const struct msg_cfg_service *msg)
{
	return check_text(msg->viewer, sizeof(msg->viewer)) &&
	       check_text(msg->noc, sizeof(msg->noc)) &&
	       check_text(msg->admin, sizeof(msg->admin)) &&
	       check_address(&msg->http, true) &&
	       (msg->http.afi == AFI_NONE || msg->http.port != 0);
}

bool
cfg_check_log(const struct msg_cfg_log *msg)
{
	return check_cfg_log(msg) && cfg_check_path(msg->key_path) &&
	       (msg->syslog_path[0] == '\0' ||
		   cfg_check_path(msg->syslog_path));
}
