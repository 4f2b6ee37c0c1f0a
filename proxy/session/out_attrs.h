/* SPDX-License-Identifier: BSD-2-Clause */
/* What each customer's rules carry inward: communities, by customer number. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "proxy/session/keyset.h"
#include "proxy/wire/update_build.h"

struct out_attrs {
	struct keyset_node node;
	uint32_t customer;
	uint32_t n;
	struct community community[OUT_COMMUNITIES_MAX];
};

/* Customers whose attributes are kept at most. */
#define OUT_ATTRS_MAX 65536u

struct out_attrs_set {
	struct keyset set;
};

/* 0, or -1 when out of memory. */
int out_attrs_init(struct out_attrs_set *set, const uint8_t key[HASH_KEY_LEN]);
void out_attrs_fini(struct out_attrs_set *set);

/* NULL when they are not known. Rows stay where they are until fini. */
struct out_attrs *out_attrs_find(
    const struct out_attrs_set *set, uint32_t customer);

/* Keep what the guard says; NULL when it is out of bounds or memory is.
 * *changed: it differs from what was known. */
struct out_attrs *out_attrs_set(
    struct out_attrs_set *set, const struct msg_out_attrs *msg, bool *changed);

/* The attributes of an announcement inward: ORIGIN IGP, empty AS_PATH, no next
 * hop, LOCAL_PREF, these communities, these actions. */
void out_attrs_fill(const struct out_attrs *row,
    const struct action_set *actions, uint32_t local_pref,
    struct update_attrs *out);
