/* SPDX-License-Identifier: BSD-2-Clause */
/* The model as messages. */
#include <stdio.h>
#include <string.h>

#include "proxy/loader/model.h"

static int
send_errors(const struct config *config, config_sink sink, void *ctx)
{
	int status = 0;

	for (size_t i = 0; i < config->n_errors && status == 0; i++)
		status = sink(ctx, &config->errors[i].head);
	return status;
}

int
config_send_irr(const struct msg_cfg_irr *msg, const struct prefix *prefixes,
    config_sink sink, void *ctx)
{
	struct msg_cfg_prefix prefix = { .head = { .len = sizeof(prefix),
					     .kind = MSG_CFG_PREFIX },
		.index = msg->index,
		.list = CFG_LIST_IRR };
	int status = 0;

	for (size_t i = 0; i < msg->n && status == 0; i++) {
		prefix.prefix = prefixes[i];
		status = sink(ctx, &prefix.head);
	}
	return status;
}

/* Customers, and whose addresses are whose. */
static int
send_customers(const struct config *config, config_sink sink, void *ctx)
{
	int status = 0;

	for (size_t i = 0; i < config->customers.n && status == 0; i++)
		status = sink(ctx, &model_customer(config, i)->msg.head);
	if (status == 0)
		status = sink(ctx, &config->noc.msg.head);
	for (size_t i = 0; i < config->irrs.n && status == 0; i++)
		status = sink(ctx, &model_irr(config, i)->msg.head);
	for (size_t i = 0; i < config->prefixes.n && status == 0; i++)
		status = sink(ctx, &model_prefix(config, i)->msg.head);
	for (size_t i = 0; i < config->irrs.n && status == 0; i++)
		status = config_send_irr(&model_irr(config, i)->msg,
		    model_irr(config, i)->prefixes, sink, ctx);
	return status;
}

/* The neighbour as its session number i (from 1; 0: its only one), with its
 * keys. */
static int
send_session(const struct config *config,
    const struct config_neighbor *neighbor, unsigned i, config_sink sink,
    void *ctx)
{
	struct msg_cfg_neighbor msg = neighbor->msg;
	size_t len = strlen(msg.name);
	int status;

	if (i > 0)
		(void)snprintf(
		    &msg.name[len], sizeof(msg.name) - len, "#%u", i);
	status = sink(ctx, &msg.head);
	for (unsigned k = 0; k < neighbor->n_keys && status == 0; k++)
		status = sink(
		    ctx, &model_key(config, neighbor->first_key + k)->msg.head);
	return status;
}

static int
send_neighbor(const struct config *config,
    const struct config_neighbor *neighbor, config_sink sink, void *ctx)
{
	int status = 0;

	if (neighbor->msg.range_len == 0)
		return send_session(config, neighbor, 0, sink, ctx);
	for (unsigned i = 1; i <= neighbor->sessions && status == 0; i++)
		status = send_session(config, neighbor, i, sink, ctx);
	return status;
}

/* What else belongs to customers, and what to nobody. */
static int
send_lists(const struct config *config, config_sink sink, void *ctx)
{
	int status = 0;

	for (size_t i = 0; i < config->targets.n && status == 0; i++)
		status = sink(ctx, &model_target(config, i)->msg.head);
	for (size_t i = 0; i < config->asns.n && status == 0; i++)
		status = sink(ctx, &model_asn(config, i)->msg.head);
	for (size_t i = 0; i < config->classes.n && status == 0; i++)
		status = sink(ctx, &model_class(config, i)->msg.head);
	for (size_t i = 0; i < config->rewrites.n && status == 0; i++)
		status = sink(ctx, &model_rewrite(config, i)->msg.head);
	for (size_t i = 0; i < config->wishes.n && status == 0; i++)
		status = sink(ctx, &model_wish(config, i)->msg.head);
	for (size_t i = 0; i < config->protects.n && status == 0; i++)
		status = sink(ctx, &model_protected(config, i)->msg.head);
	for (size_t i = 0; i < config->neighbors.n && status == 0; i++)
		status =
		    send_neighbor(config, model_neighbor(config, i), sink, ctx);
	return status;
}

/* What there is once. */
static int
send_shared(const struct config *config, config_sink sink, void *ctx)
{
	const struct msg_head *const heads[] = { &config->validation.head,
		&config->fleet.msg.head, &config->rpki.msg.head,
		&config->service.head, &config->log.msg.head };
	int status = 0;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (status == 0)
			status = sink(ctx, heads[i]);
	}
	return status;
}

int
config_send(const struct config *config, config_sink sink, void *ctx)
{
	struct msg_cfg_end end = { .head = { .len = sizeof(end),
				       .kind = MSG_CFG_END } };
	int status;

	if (config->n_errors > 0)
		return send_errors(config, sink, ctx);
	status = sink(ctx, &config->begin.head);
	if (status == 0)
		status = sink(ctx, &config->router.head);
	for (size_t i = 0; i < config->listens.n && status == 0; i++)
		status = sink(ctx, &model_listen(config, i)->msg.head);
	if (status == 0)
		status = send_shared(config, sink, ctx);
	if (status == 0)
		status = send_customers(config, sink, ctx);
	if (status == 0)
		status = send_lists(config, sink, ctx);
	if (status == 0)
		status = sink(ctx, &end.head);
	return status;
}
