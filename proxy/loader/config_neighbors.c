/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours as a whole. */
#include "proxy/loader/config_neighbors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/config_check.h"
#include "proxy/loader/problem.h"
#include "proxy/loader/value.h"

void
config_neighbors_key(char *buf, size_t size,
    const struct config_neighbor *neighbor, const char *key)
{
	const struct place *at = &neighbor->at;

	if (neighbor->msg.index == CFG_INTERNAL)
		(void)snprintf(
		    buf, size, "internal[%" PRIu32 "].%s", at->item, key);
	else
		(void)snprintf(buf, size,
		    "customers[%" PRIu32 "].neighbors[%" PRIu32 "].%s",
		    at->item, at->sub, key);
}

/* Where the value of a key is; the whole neighbour where it is not. */
static const struct place *
neighbor_place(const struct config_neighbor *neighbor, const char *key)
{
	const struct place *at = &neighbor->ip_at;

	if (strcmp(key, "name") == 0)
		at = &neighbor->name_at;
	else if (strcmp(key, "asn") == 0)
		at = &neighbor->asn_at;
	else if (strcmp(key, "passive") == 0)
		at = &neighbor->passive_at;
	return at->line > 0 ? at : &neighbor->at;
}

void
config_neighbors_problem(struct config *config,
    const struct config_neighbor *neighbor, const char *key, const char *found,
    const char *wanted)
{
	char path[PROBLEM_KEY_MAX];

	config_neighbors_key(path, sizeof(path), neighbor, key);
	problem_add(config, neighbor_place(neighbor, key), path, found, wanted);
}

/* Of an address: more than any range has. */
static int
bits(const struct msg_cfg_neighbor *msg)
{
	return msg->range_len == 0 ? UINT8_MAX : msg->range_len;
}

static int
neighbor_order(const void *a, const void *b)
{
	const struct config_neighbor *const *x = a;
	const struct config_neighbor *const *y = b;
	int order = (*x)->msg.remote.afi - (*y)->msg.remote.afi;

	if (order == 0)
		order = memcmp(
		    (*x)->msg.remote.addr, (*y)->msg.remote.addr, ADDRESS_MAX);
	if (order == 0 && (*x)->msg.remote.scope != (*y)->msg.remote.scope)
		order =
		    (*x)->msg.remote.scope < (*y)->msg.remote.scope ? -1 : 1;
	if (order == 0)
		order = bits(&(*x)->msg) - bits(&(*y)->msg);
	return order != 0 ? order : (*x < *y ? -1 : 1);
}

static int
name_order(const void *a, const void *b)
{
	const struct config_neighbor *const *x = a;
	const struct config_neighbor *const *y = b;
	int order = strcmp((*x)->msg.name, (*y)->msg.name);

	return order != 0 ? order : (*x < *y ? -1 : 1);
}

const char *
config_neighbors_where(const struct config_neighbor *neighbor)
{
	return neighbor->msg.range_len > 0 ? "range" : "ip";
}

static struct prefix
prefix_of(const struct msg_cfg_neighbor *msg)
{
	struct prefix prefix = { .afi = msg->remote.afi };

	prefix.len = msg->range_len > 0 ? msg->range_len
					: (uint8_t)afi_bits(msg->remote.afi);
	memcpy(prefix.addr, msg->remote.addr, sizeof(prefix.addr));
	return prefix;
}

bool
config_neighbors_holds(
    const struct config_neighbor *outer, const struct config_neighbor *inner)
{
	struct prefix a = prefix_of(&outer->msg);
	struct prefix b = prefix_of(&inner->msg);

	return outer->msg.range_len > 0 && prefix_contains(&a, &b);
}

/* As it is written: "198.51.100.2", "198.51.100.0/28", "fe80::1%2". */
static void
where_print(const struct msg_cfg_neighbor *msg, char *buf, size_t size)
{
	struct prefix prefix = prefix_of(msg);

	if (msg->range_len == 0)
		value_print_address(&msg->remote, buf, size);
	else
		(void)prefix_print(&prefix, buf, size);
}

void **
config_neighbors_sorted(struct config *config)
{
	return config_check_sorted(config, &config->neighbors,
	    sizeof(struct config_neighbor), neighbor_order);
}

static void
check_neighbor_names(struct config *config)
{
	void **items = config_check_sorted(config, &config->neighbors,
	    sizeof(struct config_neighbor), name_order);

	for (size_t i = 1; items != NULL && i < config->neighbors.n; i++) {
		const struct config_neighbor *a = items[i - 1];
		const struct config_neighbor *b = items[i];
		char found[PROBLEM_FOUND_MAX];
		char wanted[PROBLEM_WANTED_MAX];

		if (b->msg.index != CFG_INTERNAL ||
		    strcmp(a->msg.name, b->msg.name) != 0)
			continue;
		problem_quote(b->msg.name, found, sizeof(found));
		config_check_other(config, wanted, sizeof(wanted),
		    "a name of its own", &a->name_at);
		config_neighbors_problem(config, b, "name", found, wanted);
	}
	free(items);
}

/* Two with one address, a range inside another. */
static bool
is_taken(const struct config_neighbor *a, const struct config_neighbor *b)
{
	if (b->msg.range_len > 0)
		return config_neighbors_holds(a, b);
	return a->msg.range_len == 0 &&
	       a->msg.remote.afi == b->msg.remote.afi &&
	       a->msg.remote.scope == b->msg.remote.scope &&
	       memcmp(a->msg.remote.addr, b->msg.remote.addr, ADDRESS_MAX) == 0;
}

static void
place_check(struct config *config, const struct config_neighbor *a,
    const struct config_neighbor *b)
{
	char found[VALUE_TEXT_MAX];
	char wanted[PROBLEM_WANTED_MAX];

	if (a == NULL || !is_taken(a, b))
		return;
	where_print(&b->msg, found, sizeof(found));
	config_check_other(config, wanted, sizeof(wanted),
	    b->msg.range_len > 0 ? "a range that overlaps no other"
				 : "an address of its own",
	    &a->ip_at);
	config_neighbors_problem(
	    config, b, config_neighbors_where(b), found, wanted);
}

/* An address inside a range is fine: it goes first. */
static void
check_neighbor_addresses(struct config *config)
{
	void **items = config_neighbors_sorted(config);
	const struct config_neighbor *range = NULL;

	for (size_t i = 0; items != NULL && i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor = items[i];

		if (neighbor->msg.range_len == 0) {
			place_check(
			    config, i == 0 ? NULL : items[i - 1], neighbor);
			continue;
		}
		place_check(config, range, neighbor);
		if (range == NULL || !config_neighbors_holds(range, neighbor))
			range = neighbor;
	}
	free(items);
}

static void
neighbor_name(struct config *config, struct config_neighbor *neighbor)
{
	struct msg_cfg_neighbor *msg = &neighbor->msg;
	char where[VALUE_TEXT_MAX];
	int n;

	where_print(msg, where, sizeof(where));
	n = snprintf(msg->name, sizeof(msg->name), "%s/%s",
	    model_customer(config, msg->index)->msg.name, where);
	/* Each session of a range has its number behind: "#64". */
	if (n > 0 && msg->range_len > 0)
		n += neighbor->sessions < 10 ? 2 : 3;
	if (n < 0 || (size_t)n >= sizeof(msg->name))
		config_neighbors_problem(config, neighbor,
		    config_neighbors_where(neighbor), where,
		    msg->range_len > 0
			? "a customer with a shorter name: NAME/RANGE#NUMBER "
			  "has at most 63 octets"
			: "a customer with a shorter name: NAME/ADDRESS has "
			  "at most 63 octets");
}

static void
listen_check(struct config *config, const struct config_neighbor *neighbor)
{
	char where[VALUE_TEXT_MAX];

	if (!neighbor->msg.passive || config->listens.n > 0)
		return;
	where_print(&neighbor->msg, where, sizeof(where));
	if (neighbor->msg.range_len > 0)
		config_neighbors_problem(config, neighbor, "range", where,
		    "an address in router.listen to wait at");
	else
		config_neighbors_problem(config, neighbor, "passive", "true",
		    "an address in router.listen to wait at");
}

/* What neighbours take over from the router or the customer. */
static void
check_neighbors(struct config *config)
{
	for (size_t i = 0; i < config->neighbors.n; i++) {
		struct config_neighbor *neighbor = model_neighbor(config, i);
		struct msg_cfg_neighbor *msg = &neighbor->msg;
		char path[PROBLEM_KEY_MAX];

		if (msg->hold_s == 0)
			msg->hold_s = config->router.hold_s;
		listen_check(config, neighbor);
		if (msg->index != CFG_INTERNAL) {
			msg->asn = model_customer(config, msg->index)->msg.asn;
			neighbor_name(config, neighbor);
			continue;
		}
		if (msg->asn == 0)
			msg->asn = config->router.asn;
		config_neighbors_key(path, sizeof(path), neighbor, "asn");
		config_check_asn(config, neighbor_place(neighbor, "asn"), path,
		    msg->asn, true);
	}
}

/* Each session of a range is a neighbour of its own to all that follow. */
static void
check_number(struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->neighbors.n; i++) {
		const struct config_neighbor *neighbor =
		    model_neighbor(config, i);

		n += neighbor->msg.range_len > 0 ? neighbor->sessions : 1u;
		if (n <= CONFIG_NEIGHBORS_MAX)
			continue;
		config_neighbors_problem(config, neighbor,
		    config_neighbors_where(neighbor), "one more",
		    "at most 20000 neighbours in all, each session of a range "
		    "one of them");
		return;
	}
}

void
config_neighbors_check(struct config *config)
{
	check_neighbors(config);
	check_number(config);
	check_neighbor_names(config);
	check_neighbor_addresses(config);
}
