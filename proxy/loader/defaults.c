/* SPDX-License-Identifier: BSD-2-Clause */
/* Defaults: of customers from policy/, the others spelled here. */
#include "proxy/loader/defaults.h"

#include "policy/cost.h"
#include "policy/customer.h"
#include "proxy/loader/noc.h"

static const struct msg_cfg_service service_defaults = {
	.head = { .len = sizeof(service_defaults), .kind = MSG_CFG_SERVICE },
};

static const struct msg_cfg_fleet fleet_defaults = {
	.head = { .len = sizeof(fleet_defaults), .kind = MSG_CFG_FLEET },
	.max_rules = 3000,
	.max_cost = 2800,
	.guaranteed = 10,
	.pace = 200,
	.profile = COST_NCS5500,
	.warn_percent = 75,
};

/* The times are those that RFC 8210 6 suggests. */
static const struct msg_cfg_rpki rpki_defaults = {
	.head = { .len = sizeof(rpki_defaults), .kind = MSG_CFG_RPKI },
	.refresh_s = 3600,
	.retry_s = 600,
	.expire_s = 7200,
	.grace_s = 3600,
	.shrink_percent = 20,
};

static const struct msg_cfg_log log_defaults = {
	.head = { .len = sizeof(log_defaults), .kind = MSG_CFG_LOG },
	.syslog_path = "/dev/log",
};

static void
limits_fill(struct msg_cfg_customer *msg, const struct customer_limits *limits)
{
	msg->max_rules = limits->rules;
	msg->max_prefixes = limits->prefixes;
	msg->max_addresses = limits->addresses;
	msg->max_addresses_percent = limits->addresses_percent;
	msg->max_cost = limits->cost;
	msg->new_per_second = limits->new_per_second;
	msg->burst = limits->burst;
	msg->strikes = limits->strikes;
}

void
defaults_customer(struct msg_cfg_customer *msg)
{
	struct customer customer;

	customer_defaults(&customer);
	msg->mode = customer.mode;
	msg->discard = customer.actions.discard;
	msg->dst_min[0] = customer.ipv4.min_len;
	msg->dst_min[1] = customer.ipv6.min_len;
	msg->dst_max[0] = customer.ipv4.max_len;
	msg->dst_max[1] = customer.ipv6.max_len;
	msg->rate_min = customer.actions.bytes.min;
	msg->packets_min = customer.actions.packets.min;
	limits_fill(msg, &customer.limits);
	msg->linger_ms = customer.linger_ms;
	msg->lifetime_ms = customer.lifetime_ms;
	msg->validate = customer.validate;
	msg->best_match = customer.best_match;
	msg->failover = customer.failover;
	msg->local_pref = customer.local_pref;
	msg->match = customer.match;
	msg->rpki = customer.rpki;
	msg->flap_breaker = customer.flap_breaker;
	customer_free(&customer);
}

void
defaults_fill(struct config *config)
{
	config->service = service_defaults;
	config->fleet.msg = fleet_defaults;
	config->rpki.msg = rpki_defaults;
	config->log.msg = log_defaults;
	noc_fill(&config->noc);
}
