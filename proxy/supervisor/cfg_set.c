/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as messages. */
#include "proxy/supervisor/cfg_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/customer.h"
#include "policy/protected.h"
#include "proxy/common/check.h"
#include "proxy/supervisor/cfg_check.h"
#include "proxy/common/endpoint.h"

#define CFG_SET_FIRST 65536u /* octets of the first allocation */

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
	for (uint32_t i = 0; i < set->customers.n; i++) {
		irr_list_free(set->parts[i].irr);
		free(set->parts[i].wishes);
	}
	free(set->parts);
	free(set->octets);
	free(set->customers.at);
	free(set->neighbors.at);
	cfg_keys_fini(&set->keys);
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

static const char *
take_router(struct cfg_set *set, const struct msg_cfg_router *msg)
{
	if (set->routed)
		return "two routers";
	if (!cfg_check_router(msg))
		return "bad router";
	set->routed = true;
	set->router = *msg;
	return NULL;
}

static const char *
take_listen(struct cfg_set *set, const struct msg_cfg_listen *msg)
{
	if (!cfg_check_listen(msg))
		return "bad listen address";
	return place_add(&set->listeners, set->len, CFG_SET_LISTENERS_MAX);
}

static const char *
take_validation(struct cfg_set *set, const struct msg_cfg_validation *msg)
{
	if (set->validated)
		return "two validations";
	if (set->customers.n > 0)
		return "a customer before the validation";
	if (!cfg_check_validation(msg))
		return "bad validation";
	set->validated = true;
	set->validation = *msg;
	return NULL;
}

static const char *
take_fleet(struct cfg_set *set, const struct msg_cfg_fleet *msg)
{
	if (set->fleeted)
		return "two fleets";
	if (!cfg_check_fleet(msg))
		return "bad fleet";
	set->fleeted = true;
	return NULL;
}

static const char *
take_rpki(struct cfg_set *set, const struct msg_cfg_rpki *msg)
{
	if (set->has_rpki)
		return "two RPKI sections";
	if (!check_cfg_rpki(msg))
		return "bad RPKI section";
	set->has_rpki = true;
	set->rpki = *msg;
	return NULL;
}

static const char *
take_service(struct cfg_set *set, const struct msg_cfg_service *msg)
{
	if (set->has_service)
		return "two services";
	if (!cfg_check_service(msg))
		return "bad service";
	set->has_service = true;
	set->service = *msg;
	return NULL;
}

static const char *
take_log(struct cfg_set *set, const struct msg_cfg_log *msg)
{
	if (set->has_log)
		return "two logs";
	if (!cfg_check_log(msg))
		return "bad log";
	set->has_log = true;
	set->log = *msg;
	return NULL;
}

/* Room for the parts of one more customer. */
static const char *
parts_add(struct cfg_set *set)
{
	uint32_t n = set->customers.n;

	if (n == set->room_parts) {
		uint32_t room = n == 0 ? 16 : 2 * n;
		struct cfg_customer_parts *grown =
		    reallocarray(set->parts, room, sizeof(*grown));

		if (grown == NULL)
			return "out of memory";
		set->parts = grown;
		set->room_parts = room;
	}
	set->parts[n] = (struct cfg_customer_parts){ 0 };
	return NULL;
}

static const char *
take_customer(struct cfg_set *set, const struct msg_cfg_customer *msg)
{
	const char *why;

	if (msg->index != set->customers.n || !cfg_check_customer(msg))
		return "bad customer";
	if (msg->noc != 0 && set->has_noc)
		return "two customers of the operators'";
	if (set->customers.n >= CFG_SET_CUSTOMERS_MAX)
		return "too many customers";
	why = parts_add(set);
	if (why != NULL)
		return why;
	set->has_noc = set->has_noc || msg->noc != 0;
	set->irr_at = set->len + msg->head.len;
	return place_add(&set->customers, set->len, CFG_SET_CUSTOMERS_MAX);
}

static const char *
take_neighbor(struct cfg_set *set, const struct msg_cfg_neighbor *msg)
{
	const char *why;

	if (!cfg_check_neighbor(msg) ||
	    (msg->index != CFG_INTERNAL && msg->index >= set->customers.n))
		return "bad neighbour";
	if (msg->index != CFG_INTERNAL &&
	    cfg_set_customer(set, msg->index)->noc != 0)
		return "a neighbour of the operators' customer";
	if (msg->authenticated > AUTH_AO ||
	    (msg->authenticated == AUTH_MD5 &&
		!cfg_check_path(msg->password_file)))
		return "bad password file of a neighbour";
	why = cfg_keys_neighbor(&set->keys, msg->authenticated == AUTH_AO);
	if (why != NULL)
		return why;
	return place_add(&set->neighbors, set->len, CFG_SET_NEIGHBORS_MAX);
}

static const char *
take_prefix(struct cfg_set *set, const struct msg_cfg_prefix *msg)
{
	if (msg->index >= set->customers.n || !prefix_valid(&msg->prefix) ||
	    msg->list > CFG_LIST_IRR)
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
take_class(struct cfg_set *set, const struct msg_cfg_class *msg)
{
	if (msg->index >= set->customers.n || !cfg_check_class(msg))
		return "bad class of a customer";
	if (set->parts[msg->index].n_classes >= CUSTOMER_CLASSES_MAX)
		return "too many classes of a customer";
	set->parts[msg->index].n_classes++;
	return NULL;
}

static const char *
take_rewrite(struct cfg_set *set, const struct msg_cfg_rewrite *msg)
{
	if (msg->index >= set->customers.n)
		return "bad rewriting of a customer";
	if (set->parts[msg->index].n_rewrites >= CUSTOMER_REWRITES_MAX)
		return "too many rewritings of a customer";
	set->parts[msg->index].n_rewrites++;
	return NULL;
}

/* Kept for the sessions, too. */
static const char *
take_wish(struct cfg_set *set, const struct msg_cfg_wish *msg)
{
	struct cfg_customer_parts *parts;

	if (msg->index >= set->customers.n || !cfg_check_wish(msg))
		return "bad wish of a customer";
	parts = &set->parts[msg->index];
	if (parts->wishes == NULL)
		parts->wishes = calloc(1, sizeof(*parts->wishes));
	if (parts->wishes == NULL)
		return "out of memory";
	if (parts->wishes->n >= WISH_RULES_MAX)
		return "too many wishes of a customer";
	parts->wishes->rule[parts->wishes->n++] = msg->wish;
	return NULL;
}

static const char *
take_protected(struct cfg_set *set, const struct msg_cfg_protected *msg)
{
	if (!cfg_check_protected(msg))
		return "bad protected entry";
	if (set->n_protected >= PROTECTED_MAX)
		return "too many protected entries";
	set->n_protected++;
	return NULL;
}

static const char *
take_end(struct cfg_set *set)
{
	if (!set->routed)
		return "no router";
	if (!set->validated)
		return "no validation";
	if (!set->fleeted || !set->has_rpki || !set->has_service)
		return "no fleet, RPKI or service";
	if (!set->has_log)
		return "no log";
	if (!cfg_keys_whole(&set->keys))
		return "a neighbour without a key";
	for (uint32_t i = 0; i < set->customers.n; i++) {
		if (set->parts[i].irr != NULL &&
		    !irr_list_whole(set->parts[i].irr))
			return "an IRR list is not whole";
	}
	set->ended = true;
	return NULL;
}

static const char *
take_policy(struct cfg_set *set, const struct msg_head *head)
{
	const void *msg = head;

	switch (head->kind) {
	case MSG_CFG_CLASS:
		return take_class(set, msg);
	case MSG_CFG_REWRITE:
		return take_rewrite(set, msg);
	case MSG_CFG_WISH:
		return take_wish(set, msg);
	case MSG_CFG_PROTECTED:
		return take_protected(set, msg);
	case MSG_CFG_FLEET:
		return take_fleet(set, msg);
	case MSG_CFG_RPKI:
		return take_rpki(set, msg);
	default:
		return take_service(set, msg);
	}
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
	case MSG_CFG_CLASS:
	case MSG_CFG_REWRITE:
	case MSG_CFG_WISH:
	case MSG_CFG_PROTECTED:
	case MSG_CFG_FLEET:
	case MSG_CFG_RPKI:
	case MSG_CFG_SERVICE:
		return take_policy(set, head);
	case MSG_CFG_END:
		return take_end(set);
	default:
		return "a message that is no configuration";
	}
}

static const char *
take_irr(struct cfg_set *set, const struct msg_cfg_irr *msg)
{
	struct irr_list **list;

	if (msg->index >= set->customers.n || !cfg_check_irr(msg))
		return "bad IRR list";
	list = &set->parts[msg->index].irr;
	if (*list != NULL)
		return "two IRR lists of a customer";
	*list = irr_list_new(msg);
	return *list == NULL ? "out of memory" : NULL;
}

static const char *
take_irr_prefix(struct cfg_set *set, const struct msg_cfg_prefix *msg)
{
	const char *why = take_prefix(set, msg);

	if (why != NULL)
		return why;
	if (set->parts[msg->index].irr == NULL)
		return "a prefix of no IRR list";
	return irr_list_add(set->parts[msg->index].irr, &msg->prefix);
}

/* Of an IRR list: kept apart. */
static bool
message_is_irr(const struct msg_head *head)
{
	const struct msg_cfg_prefix *prefix = (const void *)head;

	return head->kind == MSG_CFG_IRR ||
	       (head->kind == MSG_CFG_PREFIX && prefix->list == CFG_LIST_IRR);
}

/* What does not go to the guard with the others. */
static const char *
take_apart(struct cfg_set *set, const struct msg_head *head)
{
	const void *msg = head;

	if (set->n_messages >= CFG_SET_MESSAGES_MAX)
		return "the configuration is too large";
	set->n_messages++;
	if (head->kind == MSG_CFG_KEY)
		return cfg_keys_add(&set->keys, msg);
	if (head->kind == MSG_CFG_IRR)
		return take_irr(set, msg);
	return take_irr_prefix(set, msg);
}

const char *
cfg_set_take(struct cfg_set *set, const struct msg_head *head)
{
	const char *why;

	if (set->ended)
		return "a message after the end";
	if (!set->begun && head->kind != MSG_CFG_BEGIN)
		return "no beginning";
	if (head->kind == MSG_CFG_KEY || message_is_irr(head))
		return take_apart(set, head);
	if (head->kind == MSG_CFG_LOG)
		return take_log(set, (const void *)head);
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

const struct msg_cfg_key *
cfg_set_keys(const struct cfg_set *set, uint32_t i, uint32_t *n)
{
	return cfg_keys_of(&set->keys, i, n);
}

struct irr_list *
cfg_set_irr(const struct cfg_set *set, uint32_t customer)
{
	return set->parts[customer].irr;
}

const struct wish_rules *
cfg_set_wishes(const struct cfg_set *set, uint32_t customer)
{
	return set->parts[customer].wishes;
}

void
cfg_set_irr_replace(
    struct cfg_set *set, uint32_t customer, struct irr_list *list)
{
	irr_list_free(set->parts[customer].irr);
	set->parts[customer].irr = list;
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
		/* The first address of a range may be somebody's own. */
		if (msg->range_len > 0)
			(void)snprintf(&host[strlen(host)],
			    sizeof(host) - strlen(host), "/%u", msg->range_len);
		msg->peer = names_number(peers, key, NULL);
		if (msg->peer == 0 || names_number(once, host, &is_new) == 0)
			return "too many neighbours have been seen";
		if (!is_new &&
		    !cfg_check_next_place(cfg_set_neighbor(set, i - 1), msg))
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
