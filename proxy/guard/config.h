/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard's view of the configuration: built message by message from what
 * the loader read and the supervisor sent, each field checked, then never
 * changed. Nothing of a set is used before its MSG_CFG_END.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/cost.h"
#include "policy/customer.h"
#include "policy/protected.h"
#include "proxy/common/message.h"

#define CONFIG_CUSTOMERS_MAX  65536u
#define CONFIG_NEIGHBORS_MAX  65536u
#define CONFIG_DAMPING_MAX_MS (UINT64_C(3600) * 1000)

struct config_customer {
	uint32_t number; /* stable, by name */
	struct customer policy;
};

struct config_row {
	uint32_t number;
	uint32_t at;
};

struct config {
	struct msg_cfg_begin begin;
	struct msg_cfg_router router;
	struct msg_cfg_validation validation;
	struct msg_cfg_fleet fleet;
	struct msg_cfg_rpki rpki;
	struct protected_set *protected; /* owned */
	struct prefix_set *space; /* registered, of all; tag: whose; owned */
	bool has_router;
	bool has_validation;
	bool has_fleet;
	bool has_rpki;
	bool complete;
	uint8_t dialects; /* 1 << enum dialect of every inward neighbour */
	struct config_customer *customers; /* by index */
	size_t n_customers;
	size_t room_customers;
	bool shared;  /* some customers' space may be another's too */
	uint32_t noc; /* index of the operators' own; CFG_INTERNAL: not yet */
	struct msg_cfg_neighbor *neighbors;
	size_t n_neighbors;
	size_t room_neighbors;
	struct config_row *by_customer; /* sorted, once complete */
	struct config_row *by_peer;
};

/* An empty set begun by this message; NULL when memory is out or the message
 * is not such as a supervisor of ours sends. */
struct config *config_new(const struct msg_cfg_begin *begin);
void config_free(struct config *config);

/* Take one MSG_CFG_*. Returns 0, or -1 when it is not such as a loader and
 * supervisor of ours send; then the set is worthless. */
int config_take(struct config *config, const struct msg_head *head);

/* By number, in a complete set; NULL when there is none. Borrowed from
 * config. */
const struct config_customer *config_customer(
    const struct config *config, uint32_t number);

/* The same registered prefixes, in one order. */
bool config_same_own(const struct customer *a, const struct customer *b);
/* Rules are validated in the same way. */
bool config_same_validation(const struct customer *a, const struct customer *b);

/* What is known of a list besides its prefixes. */
void config_irr_fill(struct customer_irr *irr, const struct msg_cfg_irr *msg);

/* config_facts.c, for config.c alone */
struct customer *config_customer_at(struct config *config, uint32_t index);
int config_take_facts(struct config *config, const struct msg_head *head);
int config_finish(struct config *config);

/* By the supervisor's number, likewise. */
const struct msg_cfg_neighbor *config_neighbor(
    const struct config *config, uint32_t peer);
