/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections store and cosign: what they fill, what they must hold. */
#include "proxy/loader/finish.h"
#include "proxy/loader/model.h"
#include "proxy/loader/walk.h"

#define DAY_MS UINT64_C(86400000)

void *
finish_log_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	(void)at;
	(void)outer;
	(void)wanted;
	return &config->log;
}

void *
finish_witness_begin(struct config *config, const struct place *at, void *outer,
    const char **wanted)
{
	struct msg_cfg_log *msg = &config->log.msg;

	(void)at;
	(void)outer;
	*wanted = "at most 8 witnesses";
	if (msg->n_witnesses >= WITNESSES_MAX)
		return NULL;
	return &msg->witness[msg->n_witnesses++];
}

void
finish_retention(struct walk *walk, void *into)
{
	const struct config_log *log = into;

	if (walk_has(walk, "age") && log->msg.retain_ms < DAY_MS)
		walk_complain(walk, "age", NULL, "at least 1d");
}
