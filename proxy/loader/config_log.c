/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: where its keys lie, and how long its entries stay. */
#include "proxy/loader/config_log.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/problem.h"
#include "proxy/loader/value.h"

#define DAY_S 86400u

/* The absolute path without ".", ".." and doubled slashes; no longer. */
static void
path_tidy(const char *path, char out[PATH_LEN])
{
	size_t n = 0;

	for (path += strspn(path, "/"); *path != '\0';
	     path += strspn(path, "/")) {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			while (n > 0 && out[--n] != '/')
				continue;
		} else if (len != 1 || path[0] != '.') {
			if (n + 1 + len >= PATH_LEN)
				break;
			out[n++] = '/';
			memcpy(&out[n], path, len);
			n += len;
		}
		path += len;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
}

/* Copy what realpath() says, if it says something that fits. */
static bool
real_take(char *real, char out[PATH_LEN])
{
	bool fits = real != NULL && strlen(real) < PATH_LEN;

	if (fits)
		(void)snprintf(out, PATH_LEN, "%s", real);
	free(real);
	return fits;
}

/* Where the folder is, or would be, without symbolic links as far as it is
 * there. */
static void
path_real(const struct config *config, const char *path, char out[PATH_LEN])
{
	char tidy[PATH_LEN], parent[PATH_LEN];
	char *last;
	size_t n;

	path_tidy(path, tidy);
	memcpy(out, tidy, PATH_LEN);
	if (config->in_memory || real_take(realpath(path, NULL), out))
		return;
	last = strrchr(tidy, '/');
	*last = '\0';
	if (!real_take(realpath(last == tidy ? "/" : tidy, NULL), parent))
		return;
	n = strcmp(parent, "/") == 0 ? 0 : strlen(parent);
	if (n + 1 + strlen(last + 1) >= PATH_LEN)
		return;
	memcpy(out, parent, n);
	out[n] = '/';
	memcpy(&out[n + 1], last + 1, strlen(last + 1) + 1);
}

/* It is that folder, or lies in it. */
static bool
is_inside(const char *path, const char *folder)
{
	size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

static void
name_fill(struct config *config)
{
	const uint8_t *id = config->router.router_id;
	struct msg_cfg_log *msg = &config->log.msg;

	if (msg->name[0] == '\0')
		(void)snprintf(msg->name, sizeof(msg->name),
		    "sluice/%u.%u.%u.%u", id[0], id[1], id[2], id[3]);
}

/* Beside the store, never in it: who copies, restores or takes away the one
 * must not have the other with it. */
static void
key_fill(struct config *config)
{
	const char *store = config->router.store_path;
	struct msg_cfg_log *msg = &config->log.msg;
	size_t n = strlen(store);
	int len;

	if (msg->key_path[0] != '\0')
		return;
	while (n > 1 && store[n - 1] == '/')
		n--;
	len = snprintf(
	    msg->key_path, sizeof(msg->key_path), "%.*s-seal", (int)n, store);
	if (len < 0 || (size_t)len >= sizeof(msg->key_path))
		problem_add(config, &config->log.path_at, "store.path",
		    "a long path",
		    "at most 250 octets with its folder, or the key store.key: "
		    "keys lie beside it, at PATH-seal");
}

static void
key_check(struct config *config)
{
	const struct msg_cfg_log *msg = &config->log.msg;
	const struct place *at = &config->log.key_at;
	char store[PATH_LEN], key[PATH_LEN], found[PROBLEM_FOUND_MAX];
	bool said = at->line > 0;

	path_real(config, config->router.store_path, store);
	path_real(config, msg->key_path, key);
	if (!is_inside(key, store))
		return;
	problem_quote(msg->key_path, found, sizeof(found));
	problem_add(config, said ? at : &config->log.path_at,
	    said ? "store.key" : "store.path", found,
	    "a folder for keys outside of store.path: whoever restores the one "
	    "must not bring back the other");
}

/* "7d", "90m": the longest unit that fits. */
static void
time_print(uint64_t seconds, char *buf, size_t size)
{
	if (seconds % DAY_S == 0)
		(void)snprintf(buf, size, "%" PRIu64 "d", seconds / DAY_S);
	else if (seconds % 3600 == 0)
		(void)snprintf(buf, size, "%" PRIu64 "h", seconds / 3600);
	else
		(void)snprintf(buf, size, "%" PRIu64 "s", seconds);
}

/*
 * A rule's last entry is there as long as the rule may stand. One without an
 * end asks for nothing here: what a live rule stands on is never removed.
 */
static void
age_check(struct config *config)
{
	const struct msg_cfg_log *msg = &config->log.msg;
	const struct msg_cfg_customer *longest = &config->noc.msg;
	char age[32], least[32], found[PROBLEM_FOUND_MAX];
	char wanted[PROBLEM_WANTED_MAX];

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct msg_cfg_customer *customer =
		    &model_customer(config, i)->msg;

		if (customer->lifetime_ms > longest->lifetime_ms)
			longest = customer;
	}
	if (msg->retain_ms == 0 || msg->retain_ms >= longest->lifetime_ms)
		return;
	time_print(msg->retain_ms / 1000, age, sizeof(age));
	time_print(longest->lifetime_ms / 1000, least, sizeof(least));
	(void)snprintf(found, sizeof(found), "%s", age);
	(void)snprintf(wanted, sizeof(wanted),
	    "at least %s, the longest lifetime of a rule (%s): its entry must "
	    "not go before it",
	    least, longest->name);
	problem_add(
	    config, &config->log.age_at, "store.retention.age", found, wanted);
}

static void
listen_check(struct config *config)
{
	const struct address *listen = &config->log.msg.listen;
	char found[VALUE_TEXT_MAX];

	if (listen->afi == AFI_NONE ||
	    memcmp(listen, &config->service.http, sizeof(*listen)) != 0)
		return;
	value_print_endpoint(listen, found, sizeof(found));
	problem_add(config, &config->log.listen_at, "cosign.listen", found,
	    "another address or port than http.listen");
}

void
config_log_check(struct config *config)
{
	name_fill(config);
	key_fill(config);
	key_check(config);
	age_check(config);
	listen_check(config);
}
