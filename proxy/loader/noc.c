/* SPDX-License-Identifier: BSD-2-Clause */
/* The section noc, its defaults, and its place behind the customers. */
#include "proxy/loader/noc.h"

#include <stdio.h>

#include "policy/customer.h"
#include "proxy/loader/defaults.h"
#include "proxy/loader/finish.h"
#include "proxy/loader/problem.h"
#include "proxy/loader/value.h"
#include "proxy/loader/walk.h"

#define NOC_RULES 100
#define NOC_COST  500

void
noc_fill(struct config_customer *noc)
{
	struct msg_cfg_customer *msg = &noc->msg;

	msg->head.len = sizeof(*msg);
	msg->head.kind = MSG_CFG_CUSTOMER;
	defaults_customer(msg);
	msg->index = MODEL_NOC;
	msg->noc = 1;
	(void)snprintf(msg->name, sizeof(msg->name), "%s", CFG_NOC_NAME);
	msg->mode = CUSTOMER_ENFORCE;
	msg->validate = VALIDATE_OFF;
	msg->rpki = OWN_RPKI_OFF;
	msg->flap_breaker = 0;
	msg->components = CUSTOMER_COMPONENTS_ALL;
	/* What is shorter than /24 (/48) waits for a second operator. */
	msg->dst_min[0] = msg->dst_hold[0] = 1;
	msg->dst_min[1] = msg->dst_hold[1] = 1;
	msg->rate_max = VALUE_RATE_MAX;
	msg->max_rules = NOC_RULES;
	msg->max_cost = NOC_COST;
	msg->new_per_second = UINT32_MAX;
	msg->burst = UINT32_MAX;
	msg->strikes = 0;
	finish_actions(NULL, noc);
}

void
noc_refuse(struct walk *walk, const char *const *keys, const char *wanted)
{
	for (; *keys != NULL; keys++) {
		if (walk_has(walk, *keys))
			walk_complain(walk, *keys, NULL, wanted);
	}
}

void *
finish_noc_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct config_customer *noc = &config->noc;

	(void)outer;
	*wanted = "noc in one of the files";
	if (noc->at.line > 0)
		return NULL;
	noc->at = *at;
	/* The names that come are added to what is here. */
	noc->msg.components = 0;
	noc->msg.dst_hold[0] = 0;
	noc->msg.dst_hold[1] = 0;
	return noc;
}

void
finish_noc(struct walk *walk, void *into)
{
	struct config_customer *noc = into;
	struct msg_cfg_customer *msg = &noc->msg;

	if (!walk_has(walk, "components"))
		msg->components = CUSTOMER_COMPONENTS_ALL;
	if (msg->components == 0)
		walk_complain(walk, "components", NULL, "at least one");
	if (msg->dst_hold[0] == 0)
		finish_ipv4(walk, into);
	if (msg->dst_hold[1] == 0)
		finish_ipv6(walk, into);
}

void *
finish_actions_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct config_customer *customer = outer;

	(void)config;
	(void)at;
	(void)wanted;
	/* Where operators list their actions, these are all. */
	if (customer->msg.noc) {
		customer->msg.actions = 0;
		customer->msg.rate_max = 0;
	}
	return outer;
}

static int
rank(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
target_order(const void *a, const void *b)
{
	const struct config_target *const *x = a;
	const struct config_target *const *y = b;
	int order = rank((*x)->msg.index, (*y)->msg.index);

	if (order == 0)
		order = rank((*x)->msg.target, (*y)->msg.target);
	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static int
rewrite_order(const void *a, const void *b)
{
	const struct config_rewrite *const *x = a;
	const struct config_rewrite *const *y = b;
	int order = rank((*x)->msg.index, (*y)->msg.index);

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

int
noc_settle(struct config *config)
{
	uint32_t index = (uint32_t)config->customers.n;
	struct place nowhere = { 0 };

	config->noc.msg.index = index;
	config->noc.msg.asn = config->router.asn;
	for (size_t i = 0; i < config->targets.n; i++) {
		if (model_target(config, i)->msg.index == MODEL_NOC)
			model_target(config, i)->msg.index = index;
	}
	for (size_t i = 0; i < config->rewrites.n; i++) {
		if (model_rewrite(config, i)->msg.index == MODEL_NOC)
			model_rewrite(config, i)->msg.index = index;
	}
	if (model_list_reorder(&config->targets, sizeof(struct config_target),
		target_order) == 0 &&
	    model_list_reorder(&config->rewrites, sizeof(struct config_rewrite),
		rewrite_order) == 0)
		return 0;
	problem_add(config, &nowhere, "", "too little memory", "more");
	return -1;
}
