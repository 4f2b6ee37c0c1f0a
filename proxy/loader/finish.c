/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections: defaults at their begin, what must hold at their end. */
#include "proxy/loader/finish.h"

#include <stdio.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/loader/defaults.h"
#include "proxy/loader/model.h"
#include "proxy/loader/noc.h"
#include "proxy/loader/walk.h"

#define BGP_PORT          179
#define IPV4_HOLD_DEFAULT 24
#define IPV6_HOLD_DEFAULT 48

void *
finish_none_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)config;
	(void)at;
	(void)wanted;
	return outer;
}

void *
finish_router_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->router;
}

void *
finish_validation_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->validation;
}

void *
finish_listen_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct config_listen *listen;

	(void)outer;
	*wanted = "at most 64 listen addresses";
	if (config->listens.n >= CONFIG_LISTEN_MAX)
		return NULL;
	*wanted = "more memory";
	listen = model_list_push(&config->listens, sizeof(*listen));
	if (listen == NULL)
		return NULL;
	listen->msg.head.len = sizeof(listen->msg);
	listen->msg.head.kind = MSG_CFG_LISTEN;
	listen->msg.address.port = BGP_PORT;
	listen->at = *at;
	return listen;
}

void *
finish_customer_begin(struct config *config, const struct place *at,
    void *outer, const char **wanted)
{
	struct config_customer *customer;

	(void)outer;
	*wanted = "at most 10000 customers";
	if (config->customers.n >= CONFIG_CUSTOMERS_MAX)
		return NULL;
	*wanted = "more memory";
	customer = model_list_push(&config->customers, sizeof(*customer));
	if (customer == NULL)
		return NULL;
	customer->msg.head.len = sizeof(customer->msg);
	customer->msg.head.kind = MSG_CFG_CUSTOMER;
	customer->msg.index = (uint32_t)(config->customers.n - 1);
	customer->at = *at;
	defaults_customer(&customer->msg);
	return customer;
}

/* A key that could change nothing is more likely a mistake than a wish. */
static void
validate_check(struct walk *walk, const struct msg_cfg_customer *msg)
{
	if (msg->validate == VALIDATE_NEIGHBOR_AS)
		return;
	if (walk_has(walk, "best_match"))
		walk_complain(walk, "best_match", NULL,
		    msg->validate == VALIDATE_OFF
			? "no such key: validate is off, it has no effect"
			: "no such key: validate is strict, it has no effect");
	if (walk_has(walk, "failover") && msg->validate == VALIDATE_OFF)
		walk_complain(walk, "failover", NULL,
		    "no such key: validate is off, it has no effect");
}

void
finish_customer(struct walk *walk, void *into)
{
	struct config_customer *customer = into;

	if (!walk_has(walk, "components"))
		customer->msg.components = CUSTOMER_COMPONENTS_ALL;
	if (!(customer->msg.components & 1u << RULE_DST))
		walk_complain(walk, "components", "no destination among them",
		    "destination as one of them: every rule needs one");
	validate_check(walk, &customer->msg);
	if (strcmp(customer->msg.name, CFG_NOC_NAME) == 0)
		walk_complain(walk, "name", NULL,
		    "another name: noc are the operators' own rules");
	finish_dry_run(walk, customer);
	/* Sections that are not there end nowhere. */
	if (!walk_has(walk, "actions"))
		finish_actions(walk, into);
	if (customer->msg.dst_hold[0] == 0)
		finish_ipv4(walk, into);
	if (customer->msg.dst_hold[1] == 0)
		finish_ipv6(walk, into);
}

/* hold_from <= min <= max; i is 0 for IPv4 and 1 for IPv6. */
static void
window_check(struct walk *walk, struct msg_cfg_customer *msg, unsigned i,
    uint8_t hold_default)
{
	char found[64];

	if (msg->dst_hold[i] == 0)
		msg->dst_hold[i] = hold_default < msg->dst_min[i]
				       ? hold_default
				       : msg->dst_min[i];
	if (msg->dst_min[i] > msg->dst_max[i]) {
		(void)snprintf(found, sizeof(found), "%u, with min %u",
		    msg->dst_max[i], msg->dst_min[i]);
		walk_complain(walk, "max", found, "a number from min up");
	}
	if (msg->dst_hold[i] > msg->dst_min[i]) {
		(void)snprintf(found, sizeof(found), "%u, with min %u",
		    msg->dst_hold[i], msg->dst_min[i]);
		walk_complain(walk, "hold_from", found,
		    "a number up to min (min itself: nothing is held)");
	}
}

/* Operators may ask for any width: a second one decides on what is wide. */
static void
window_finish(struct walk *walk, struct msg_cfg_customer *msg, unsigned i,
    uint8_t hold_default)
{
	static const char *const widths[] = { "min", "hold_from", NULL };

	if (msg->noc) {
		noc_refuse(walk, widths,
		    "max alone: the operators' rules may be of any width");
		msg->dst_min[i] = msg->dst_hold[i] = 1;
	}
	window_check(walk, msg, i, hold_default);
}

void
finish_ipv4(struct walk *walk, void *into)
{
	struct config_customer *customer = into;

	window_finish(walk, &customer->msg, 0, IPV4_HOLD_DEFAULT);
}

void
finish_ipv6(struct walk *walk, void *into)
{
	struct config_customer *customer = into;

	window_finish(walk, &customer->msg, 1, IPV6_HOLD_DEFAULT);
}

void
finish_actions(struct walk *walk, void *into)
{
	struct config_customer *customer = into;
	struct msg_cfg_customer *msg = &customer->msg;

	if (walk != NULL)
		finish_rewrites(walk, customer);
	if (msg->discard || msg->rate_max > 0)
		msg->actions |= ACTION_BIT(ACTION_RATE_BYTES);
	if (msg->packets_max > 0)
		msg->actions |= ACTION_BIT(ACTION_RATE_PACKETS);
	if (msg->marks != 0)
		msg->actions |= ACTION_BIT(ACTION_MARK);
}

static void
rate_check(struct walk *walk, double min, double max)
{
	char found[64];

	if (max >= min)
		return;
	(void)snprintf(found, sizeof(found), "%.15g, with min %.15g", max, min);
	walk_complain(walk, "max", found, "a rate from min up");
}

void
finish_rate(struct walk *walk, void *into)
{
	const struct config_customer *customer = into;

	rate_check(walk, customer->msg.rate_min, customer->msg.rate_max);
}

void
finish_packets(struct walk *walk, void *into)
{
	const struct config_customer *customer = into;

	rate_check(walk, customer->msg.packets_min, customer->msg.packets_max);
}
