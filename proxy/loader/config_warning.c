/* SPDX-License-Identifier: BSD-2-Clause */
/* What is no error but should be known: of IRR lists, and of how neighbours
 * are authenticated. */
#include "proxy/loader/config.h"

#include <stdio.h>
#include <time.h>

#include "proxy/loader/config_irr.h"
#include "proxy/loader/config_keys.h"
#include "proxy/loader/config_neighbors.h"
#include "proxy/loader/value.h"

static void
warning_place(const struct config *config,
    const struct config_neighbor *neighbor, const char *key,
    struct config_warning *out)
{
	out->file = config->files[neighbor->at.file].name;
	out->line = neighbor->at.line;
	out->column = neighbor->at.column;
	config_neighbors_key(out->key, sizeof(out->key), neighbor, key);
}

/* Who has not even a hop count between it and the world. */
static bool
bare(const struct config *config, const struct config_neighbor *neighbor,
    struct config_warning *out)
{
	const struct msg_cfg_neighbor *msg = &neighbor->msg;

	if (msg->index == CFG_INTERNAL || msg->authenticated != AUTH_NONE ||
	    msg->ttl_hops > 0)
		return false;
	warning_place(config, neighbor, config_neighbors_where(neighbor), out);
	(void)snprintf(out->text, sizeof(out->text),
	    "neither tcp_ao, password_file nor ttl_security: anyone on the "
	    "path can speak as %s",
	    msg->range_len > 0 ? "these neighbours" : "this neighbour");
	return true;
}

/* Its chain ends, or has a hole. */
static bool
gap(const struct config *config, const struct config_neighbor *neighbor,
    struct config_warning *out)
{
	struct timespec now = { 0 };
	uint64_t from_s, until_s;
	char from[VALUE_TEXT_MAX], until[VALUE_TEXT_MAX];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!config_keys_gap(
		config, neighbor, (uint64_t)now.tv_sec, &from_s, &until_s))
		return false;
	warning_place(config, neighbor, "tcp_ao", out);
	value_print_time(from_s, from, sizeof(from));
	value_print_time(until_s, until, sizeof(until));
	if (from_s == (uint64_t)now.tv_sec)
		(void)snprintf(out->text, sizeof(out->text),
		    until_s == 0 ? "no key is left: the session cannot be"
				 : "no key holds before %s",
		    until);
	else if (until_s == 0)
		(void)snprintf(out->text, sizeof(out->text),
		    "no key holds from %s on: the session ends then", from);
	else
		(void)snprintf(out->text, sizeof(out->text),
		    "no key holds from %s until %s", from, until);
	return true;
}

/* *at counts the lists, then twice each neighbour. */
bool
config_warning_next(
    const struct config *config, size_t *at, struct config_warning *out)
{
	while (*at < config->irrs.n + 2 * config->neighbors.n) {
		size_t i = (*at)++;
		const struct config_neighbor *neighbor;

		if (i < config->irrs.n) {
			if (config_irr_warning(config, i, out))
				return true;
			continue;
		}
		i -= config->irrs.n;
		neighbor = model_neighbor(config, i / 2);
		if (i % 2 == 0 ? bare(config, neighbor, out)
			       : gap(config, neighbor, out))
			return true;
	}
	return false;
}
