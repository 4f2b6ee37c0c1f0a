/* SPDX-License-Identifier: BSD-2-Clause */
/* The key chains of a configuration's neighbours, kept from the guard. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"

/* The keys of one neighbour among all. */
struct cfg_key_span {
	uint32_t first;
	uint32_t n;
	bool wanted; /* it must have some */
};

/* All zero: none. */
struct cfg_keys {
	struct cfg_key_span *spans; /* by the neighbour's row; owned */
	uint32_t n_spans;
	uint32_t room_spans;
	struct msg_cfg_key *keys; /* owned */
	uint32_t n;
	uint32_t room;
};

void cfg_keys_fini(struct cfg_keys *keys);

/* The next neighbour, without a key so far; wanted: some must follow, else
 * none may. NULL, or what is wrong. */
const char *cfg_keys_neighbor(struct cfg_keys *keys, bool wanted);

/* The neighbour that came last has what it must have. */
bool cfg_keys_whole(const struct cfg_keys *keys);

/* A key of the neighbour that came last; copied. NULL, or what is wrong with
 * it: a field, an id for the second time, one too many. */
const char *cfg_keys_add(struct cfg_keys *keys, const struct msg_cfg_key *msg);

/* The chain of neighbour i (< n_spans), borrowed, and its length; NULL when it
 * has none. */
const struct msg_cfg_key *cfg_keys_of(
    const struct cfg_keys *keys, uint32_t i, uint32_t *n);
