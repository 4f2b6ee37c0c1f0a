/* SPDX-License-Identifier: BSD-2-Clause */
/* The model as messages. */
#include "proxy/loader/model.h"

static int
send_errors(const struct config *config, config_sink sink, void *ctx)
{
	int status = 0;

	for (size_t i = 0; i < config->n_errors && status == 0; i++)
		status = sink(ctx, &config->errors[i].head);
	return status;
}

static int
send_customers(const struct config *config, config_sink sink, void *ctx)
{
	int status = 0;

	for (size_t i = 0; i < config->customers.n && status == 0; i++)
		status = sink(ctx, &model_customer(config, i)->msg.head);
	for (size_t i = 0; i < config->prefixes.n && status == 0; i++)
		status = sink(ctx, &model_prefix(config, i)->msg.head);
	for (size_t i = 0; i < config->targets.n && status == 0; i++)
		status = sink(ctx, &model_target(config, i)->msg.head);
	for (size_t i = 0; i < config->asns.n && status == 0; i++)
		status = sink(ctx, &model_asn(config, i)->msg.head);
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
		status = sink(ctx, &config->validation.head);
	if (status == 0)
		status = send_customers(config, sink, ctx);
	for (size_t i = 0; i < config->neighbors.n && status == 0; i++)
		status = sink(ctx, &model_neighbor(config, i)->msg.head);
	if (status == 0)
		status = sink(ctx, &end.head);
	return status;
}
