/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as messages. */
#include "proxy/supervisor/cfg_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "proxy/common/check.h"
#include "proxy/supervisor/endpoint.h"

#define CFG_SET_FIRST  65536u /* octets of the first allocation */
#define DAMPING_MS_MAX (UINT64_C(3600) * 1000)
#define ROUTES_MAX     64000000u

struct cfg_set *
cfg_set_new(void)
{
	return calloc(1, sizeof(struct cfg_set));
}

void
cfg_set_free(struct cfg_set *set)
{
	if (set == NULL)
		return;
	free(set->octets);
	free(set->customers.at);
	free(set->neighbors.at);
	free(set->listeners.at);
	free(set);
}

/* Append to places, which may hold max. NULL, or what is wrong. */
static const char *
place_add(struct cfg_places *places, size_t at, uint32_t max)
{
	if (places->n >= max)
		return "too many of one kind";
	if (places->n == places->room) {
		uint32_t room = places->room == 0 ? 16 : 2 * places->room;
		size_t *grown = reallocarray(places->at, room, sizeof(*grown));

		if (grown == NULL)
			return "out of memory";
		places->at = grown;
		places->room = room;
	}
	places->at[places->n++] = at;
	return NULL;
}

/* Append the message to the octets. NULL, or what is wrong. */
static const char *
octets_add(struct cfg_set *set, const struct msg_head *head)
{
	size_t room = set->room == 0 ? CFG_SET_FIRST : set->room;

	if (set->n_messages >= CFG_SET_MESSAGES_MAX ||
	    head->len > CFG_SET_OCTETS_MAX - set->len)
		return "the configuration is too large";
	while (room < set->len + head->len)
		room *= 2;
	if (room > set->room) {
		uint8_t *grown = realloc(set->octets, room);

		if (grown == NULL)
			return "out of memory";
		set->octets = grown;
		set->room = room;
	}
	memcpy(&set->octets[set->len], head, head->len);
	set->len += head->len;
	set->n_messages++;
	return NULL;
}

static const char *
take_begin(struct cfg_set *set, const struct msg_cfg_begin *msg)
{
	(void)msg;
	if (set->begun)
		return "two beginnings";
	set->begun = true;
	return NULL;
}

/* An absolute path, not empty. */
static bool
path_valid(const char path[PATH_LEN])
{
	return check_text(path, PATH_LEN) && path[0] == '/';
}

static const char *
take_router(struct cfg_set *set, const struct msg_cfg_router *msg)
{
	if (set->routed)
		return "two routers";
	if (msg->asn == 0 || msg->asn == UINT32_MAX ||
	    !path_valid(msg->store_path) || !path_valid(msg->control_path) ||
	    (msg->hold_s != 0 && msg->hold_s < 3))
		return "bad router";
	set->routed = true;
	set->router = *msg;
	return NULL;
}

static const char *
take_listen(struct cfg_set *set, const struct msg_cfg_listen *msg)
{
	if (!check_address(&msg->address, false) || msg->address.port == 0)
		return "bad listen address";
	return place_add(&set->listeners, set->len, CFG_SET_LISTENERS_MAX);
}

static bool
ignore_valid(const struct ignore *ignore)
{
	if (ignore->n_communities > IGNORE_COMMUNITIES_MAX ||
	    ignore->n_originators > IGNORE_ORIGINATORS_MAX)
		return false;
	for (uint32_t i = 0; i < ignore->n_communities; i++) {
		if (ignore->community[i].kind < COMMUNITY_STANDARD ||
		    ignore->community[i].kind > COMMUNITY_LARGE)
			return false;
	}
	return true;
}

static const char *
take_validation(struct cfg_set *set, const struct msg_cfg_validation *msg)
{
	if (set->validated)
		return "two validations";
	if (set->customers.n > 0)
		return "a customer before the validation";
	if (msg->damping_ms > DAMPING_MS_MAX || msg->max_routes == 0 ||
	    msg->max_routes > ROUTES_MAX || msg->brake_percent == 0 ||
	    msg->brake_percent > 100 || !ignore_valid(&msg->ignore))
		return "bad validation";
	set->validated = true;
	set->validation = *msg;
	return NULL;
}

static const char *
take_customer(struct cfg_set *set, const struct msg_cfg_customer *msg)
{
	if (msg->index != set->customers.n || msg->name[0] == 0 ||
	    !check_text(msg->name, sizeof(msg->name)) ||
	    msg->validate < VALIDATE_NEIGHBOR_AS ||
	    msg->validate > VALIDATE_OFF ||
	    msg->best_match > BEST_MATCH_INTERNAL ||
	    msg->failover > FAILOVER_KEEP)
		return "bad customer";
	return place_add(&set->customers, set->len, CFG_SET_CUSTOMERS_MAX);
}

/* A name, and something to do. */
static bool
neighbor_valid(const struct msg_cfg_neighbor *msg)
{
	return msg->name[0] != 0 && check_text(msg->name, sizeof(msg->name)) &&
	       msg->asn != 0 && msg->asn != UINT32_MAX && msg->families != 0 &&
	       (msg->families & ~(unsigned)FAMILY_ALL) == 0 &&
	       check_address(&msg->remote, false) &&
	       check_address(&msg->local, true) && msg->passive <= 1 &&
	       (msg->hold_s == 0 || msg->hold_s >= 3) &&
	       (msg->local.afi == AFI_NONE ||
		   msg->local.afi == msg->remote.afi);
}

static const char *
take_neighbor(struct cfg_set *set, const struct msg_cfg_neighbor *msg)
{
	if (!neighbor_valid(msg) ||
	    (msg->index != CFG_INTERNAL && msg->index >= set->customers.n))
		return "bad neighbour";
	if (msg->authenticated > 1 ||
	    (msg->authenticated == 1 && !path_valid(msg->password_file)))
		return "bad password file of a neighbour";
	return place_add(&set->neighbors, set->len, CFG_SET_NEIGHBORS_MAX);
}

static const char *
take_prefix(struct cfg_set *set, const struct msg_cfg_prefix *msg)
{
	if (msg->index >= set->customers.n || !prefix_valid(&msg->prefix))
		return "bad prefix";
	return NULL;
}

static const char *
take_target(struct cfg_set *set, const struct msg_cfg_target *msg)
{
	if (msg->index >= set->customers.n ||
	    msg->target < CFG_TARGET_REDIRECT || msg->target > CFG_TARGET_TAG)
		return "bad target";
	return NULL;
}

/* They ascend within a customer, and customers follow their order. */
static const char *
take_asn(struct cfg_set *set, const struct msg_cfg_asn *msg)
{
	bool first = set->asn == 0 || msg->index > set->asn_index;

	if (msg->index >= set->customers.n || msg->asn == 0 ||
	    msg->asn == UINT32_MAX ||
	    msg->asn == cfg_set_customer(set, msg->index)->asn ||
	    (!first && (msg->index != set->asn_index || msg->asn <= set->asn)))
		return "bad AS number of a customer";
	set->n_asns = first ? 1 : set->n_asns + 1;
	if (set->n_asns > CUSTOMER_ASNS_MAX)
		return "too many AS numbers of a customer";
	set->asn_index = msg->index;
	set->asn = msg->asn;
	return NULL;
}

static const char *
take_end(struct cfg_set *set)
{
	if (!set->routed)
		return "no router";
	if (!set->validated)
		return "no validation";
	set->ended = true;
	return NULL;
}

/* Check by kind, and note the place. */
static const char *
take_kind(struct cfg_set *set, const struct msg_head *head)
{
	const void *msg = head;

	switch (head->kind) {
	case MSG_CFG_BEGIN:
		return take_begin(set, msg);
	case MSG_CFG_ROUTER:
		return take_router(set, msg);
	case MSG_CFG_LISTEN:
		return take_listen(set, msg);
	case MSG_CFG_CUSTOMER:
		return take_customer(set, msg);
	case MSG_CFG_PREFIX:
		return take_prefix(set, msg);
	case MSG_CFG_TARGET:
		return take_target(set, msg);
	case MSG_CFG_ASN:
		return take_asn(set, msg);
	case MSG_CFG_VALIDATION:
		return take_validation(set, msg);
	case MSG_CFG_NEIGHBOR:
		return take_neighbor(set, msg);
	case MSG_CFG_END:
		return take_end(set);
	default:
		return "a message that is no configuration";
	}
}

const char *
cfg_set_take(struct cfg_set *set, const struct msg_head *head)
{
	const char *why;

	if (set->ended)
		return "a message after the end";
	if (!set->begun && head->kind != MSG_CFG_BEGIN)
		return "no beginning";
	why = take_kind(set, head);
	return why != NULL ? why : octets_add(set, head);
}

/* The message at this place of ours, to be written to. */
static void *
message_at(
    const struct cfg_set *set, const struct cfg_places *places, uint32_t i)
{
	return &set->octets[places->at[i]];
}

const struct msg_cfg_customer *
cfg_set_customer(const struct cfg_set *set, uint32_t i)
{
	return message_at(set, &set->customers, i);
}

const struct msg_cfg_neighbor *
cfg_set_neighbor(const struct cfg_set *set, uint32_t i)
{
	return message_at(set, &set->neighbors, i);
}

const struct msg_cfg_listen *
cfg_set_listen(const struct cfg_set *set, uint32_t i)
{
	return message_at(set, &set->listeners, i);
}

/* Each neighbour's number, by name and address. once holds the addresses. */
static const char *
number_peers(struct cfg_set *set, struct names *peers, struct names *once)
{
	for (uint32_t i = 0; i < set->neighbors.n; i++) {
		struct msg_cfg_neighbor *msg =
		    message_at(set, &set->neighbors, i);
		char host[ENDPOINT_TEXT_MAX];
		char key[NAMES_KEY_MAX];
		bool is_new;

		(void)endpoint_print(&msg->remote, false, host, sizeof(host));
		(void)snprintf(key, sizeof(key), "%s %s", msg->name, host);
		msg->peer = names_number(peers, key, NULL);
		if (msg->peer == 0 || names_number(once, host, &is_new) == 0)
			return "too many neighbours have been seen";
		if (!is_new)
			return "two neighbours have one address";
	}
	return NULL;
}

const char *
cfg_set_number(
    struct cfg_set *set, struct names *customers, struct names *peers)
{
	struct names *once;
	const char *why;

	for (uint32_t i = 0; i < set->customers.n; i++) {
		struct msg_cfg_customer *msg =
		    message_at(set, &set->customers, i);

		msg->customer = names_number(customers, msg->name, NULL);
		if (msg->customer == 0)
			return "too many customers have been seen";
	}
	once = names_new();
	if (once == NULL)
		return "out of memory";
	why = number_peers(set, peers, once);
	names_free(once);
	return why;
}

const struct msg_head *
cfg_set_next(const struct cfg_set *set, size_t *at)
{
	const struct msg_head *head;

	if (*at >= set->len)
		return NULL;
	head = (const void *)&set->octets[*at];
	*at += head->len;
	return head;
}
