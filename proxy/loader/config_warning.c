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

static void
key_place(const struct config *config, const struct config_neighbor *neighbor,
    const struct config_key *key, struct config_warning *out)
{
	char last[32];

	(void)snprintf(last, sizeof(last), "tcp_ao[%u]", key->number);
	out->file = config->files[key->at.file].name;
	out->line = key->at.line;
	out->column = key->at.column;
	config_neighbors_key(out->key, sizeof(out->key), neighbor, last);
}

/* In the time of no key sluiced does not end the session (RFC 2328 D.3). */
static const char *
gap_use(const struct config_gap *gap)
{
	if (!gap->ended)
		return "this one, the first to begin, is used before";
	return gap->until_s != 0
		   ? "this one, which ended last, stays in use"
		   : "this one, which ended last, stays in use; to retire it, "
		     "add a key and take it out";
}

/* Its chain ends, or has a hole. */
static bool
gap(const struct config *config, const struct config_neighbor *neighbor,
    struct config_warning *out)
{
	struct timespec now = { 0 };
	struct config_gap gap;
	char from[VALUE_TEXT_MAX], until[VALUE_TEXT_MAX];
	char when[2 * VALUE_TEXT_MAX + 16] = "now";

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!config_keys_gap(config, neighbor, (uint64_t)now.tv_sec, &gap))
		return false;
	key_place(config, neighbor, gap.key, out);
	value_print_time(gap.from_s, from, sizeof(from));
	value_print_time(gap.until_s, until, sizeof(until));
	if (gap.from_s == (uint64_t)now.tv_sec && gap.until_s != 0)
		(void)snprintf(when, sizeof(when), "before %s", until);
	else if (gap.from_s != (uint64_t)now.tv_sec && gap.until_s == 0)
		(void)snprintf(when, sizeof(when), "from %s on", from);
	else if (gap.from_s != (uint64_t)now.tv_sec)
		(void)snprintf(
		    when, sizeof(when), "from %s until %s", from, until);
	(void)snprintf(out->text, sizeof(out->text),
	    "it is no key's time %s: %s", when, gap_use(&gap));
	return true;
}

/* sluiced would not start here. */
static bool
lacks_ao(const struct config *config, const struct config_neighbor *neighbor,
    struct config_warning *out)
{
	if (!config->lacks_ao || neighbor->n_keys == 0)
		return false;
	key_place(
	    config, neighbor, model_key(config, neighbor->first_key), out);
	config_neighbors_key(out->key, sizeof(out->key), neighbor, "tcp_ao");
	(void)snprintf(out->text, sizeof(out->text),
	    "this kernel has no TCP-AO (Linux 6.7 with CONFIG_TCP_AO): sluiced "
	    "does not start here; use password_file, or a kernel that has it");
	return true;
}

void
config_lacks_ao(struct config *config)
{
	config->lacks_ao = true;
}

void
config_as_user(struct config *config)
{
	config->as_user = true;
}

/* *at counts the lists, then each neighbour once for each of these. */
bool
config_warning_next(
    const struct config *config, size_t *at, struct config_warning *out)
{
	static bool (*const looks[])(const struct config *,
	    const struct config_neighbor *,
	    struct config_warning *) = { bare, gap, lacks_ao };
	const size_t n = sizeof(looks) / sizeof(looks[0]);

	while (*at < config->irrs.n + n * config->neighbors.n) {
		size_t i = (*at)++;

		if (i < config->irrs.n) {
			if (config_irr_warning(config, i, out))
				return true;
			continue;
		}
		i -= config->irrs.n;
		if (looks[i % n](config, model_neighbor(config, i / n), out))
			return true;
	}
	return false;
}
