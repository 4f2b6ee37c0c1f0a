/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of a configuration that a cfg_set takes, for tests to spoil in one
 * way each; included after cmocka.h.
 */
#pragma once

#include <stdint.h>

#include "proxy/supervisor/cfg_set.h"

/* One message of its kind, by value; index is its customer's. */
struct msg_cfg_begin begin_of(void);
struct msg_cfg_router router_of(void);
struct msg_cfg_validation validation_of(void);
struct msg_cfg_fleet fleet_of(void);
struct msg_cfg_rpki rpki_of(void);
struct msg_cfg_service service_of(void);
struct msg_cfg_log log_of(void);
struct msg_cfg_irr irr_of(uint32_t index, uint32_t n);
struct msg_cfg_prefix prefix_of(
    uint32_t index, enum cfg_list list, uint8_t octet);
struct msg_cfg_wish wish_of(uint32_t index);
struct msg_cfg_rewrite rewrite_of(uint32_t index);
struct msg_cfg_class class_of(uint32_t index);
struct msg_cfg_protected protected_of(void);
struct msg_cfg_asn asn_of(uint32_t index, uint32_t asn);
struct msg_cfg_customer customer_of(uint32_t index, const char *name);
struct msg_cfg_neighbor neighbor_of(
    uint32_t index, const char *name, uint8_t host);
struct msg_cfg_end end_of(void);

/* A set that has taken all up to the first customer, "acme"; to be freed. */
struct cfg_set *begun(void);

/* The set takes, or refuses, a message given by value. */
#define TAKE(set, value)                                                       \
	do {                                                                   \
		__typeof__(value) taken = (value);                             \
		assert_null(cfg_set_take((set), &taken.head));                 \
	} while (0)
#define REFUSE(set, value)                                                     \
	do {                                                                   \
		__typeof__(value) taken = (value);                             \
		assert_non_null(cfg_set_take((set), &taken.head));             \
	} while (0)
