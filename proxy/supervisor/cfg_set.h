/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration as the messages it came in, checked and kept in order: what
 * the guard is fed with, and what the supervisor itself works from.
 *
 * Life: cfg_set_new, cfg_set_take for each message up to MSG_CFG_END, then
 * cfg_set_number. From then on it does not change, but for the IRR lists: they
 * are kept apart from the other messages, since each of their files changes at
 * its own time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "proxy/supervisor/cfg_keys.h"
#include "proxy/supervisor/irr_list.h"
#include "proxy/supervisor/names.h"

#define CFG_SET_OCTETS_MAX    (256u << 20)
#define CFG_SET_MESSAGES_MAX  2000000u
#define CFG_SET_CUSTOMERS_MAX 65536u
#define CFG_SET_NEIGHBORS_MAX 4096u
#define CFG_SET_LISTENERS_MAX 64u

/* Places of messages of one kind in the octets. */
struct cfg_places {
	size_t *at;
	uint32_t n;
	uint32_t room;
};

/* What one customer has beside its message. */
struct cfg_customer_parts {
	struct irr_list *irr;      /* owned; NULL: none configured */
	struct wish_rules *wishes; /* owned; NULL: none */
	uint32_t n_classes;
	uint32_t n_rewrites;
};

struct cfg_set {
	uint8_t *octets;
	size_t len;
	size_t room;
	uint32_t n_messages;
	bool begun;
	bool routed;
	bool validated;
	bool fleeted;
	bool has_rpki;
	bool has_service;
	bool has_log;
	bool has_noc;
	bool ended;
	struct msg_cfg_router router; /* copied out */
	struct msg_cfg_validation validation;
	struct msg_cfg_rpki rpki;
	struct msg_cfg_service service;
	struct msg_cfg_log log; /* kept from the guard */
	uint32_t n_protected;
	/* The last MSG_CFG_ASN: they ascend. asn 0: none yet. */
	uint32_t asn_index;
	uint32_t asn;
	uint32_t n_asns;             /* of that customer */
	struct cfg_places customers; /* by index */
	struct cfg_places neighbors;
	struct cfg_places listeners;
	struct cfg_keys keys;             /* a span for each neighbour */
	struct cfg_customer_parts *parts; /* by the customer's index */
	uint32_t room_parts;
	size_t irr_at; /* where the IRR lists belong: behind the customers */
};

struct cfg_set *cfg_set_new(void); /* NULL when out of memory */
void cfg_set_free(struct cfg_set *set);

/* Take one MSG_CFG_*. NULL, or what is wrong with it (borrowed for ever);
 * then the set is worthless. */
const char *cfg_set_take(struct cfg_set *set, const struct msg_head *head);

/*
 * Give each customer and peer its stable number. NULL, or what is wrong: two
 * neighbours with one address, or too many names.
 */
const char *cfg_set_number(
    struct cfg_set *set, struct names *customers, struct names *peers);

/* The i-th (< n) of its kind. Borrowed from the set. */
const struct msg_cfg_customer *cfg_set_customer(
    const struct cfg_set *set, uint32_t i);
const struct msg_cfg_neighbor *cfg_set_neighbor(
    const struct cfg_set *set, uint32_t i);
const struct msg_cfg_listen *cfg_set_listen(
    const struct cfg_set *set, uint32_t i);

/* The key chain of the i-th neighbour, in the order of the file, and its
 * length: 0 unless it is AUTH_AO. Borrowed from the set. */
const struct msg_cfg_key *cfg_set_keys(
    const struct cfg_set *set, uint32_t i, uint32_t *n);

/* A customer's IRR list and wishes, NULL: none. Borrowed from the set. */
struct irr_list *cfg_set_irr(const struct cfg_set *set, uint32_t customer);
const struct wish_rules *cfg_set_wishes(
    const struct cfg_set *set, uint32_t customer);

/* Put another list (taken) in the place of the customer's, which is freed. */
void cfg_set_irr_replace(
    struct cfg_set *set, uint32_t customer, struct irr_list *list);

/*
 * The message at *at (0: the first), NULL past the last; moves *at on. Without
 * the IRR lists: they come where *at is set->irr_at. Without MSG_CFG_LOG and
 * MSG_CFG_KEY: the guard has nothing to do with them.
 */
const struct msg_head *cfg_set_next(const struct cfg_set *set, size_t *at);
