/* SPDX-License-Identifier: BSD-2-Clause */
/* When a guard may be told of the live rules: the log may be an older one, put
 * in the place of the one that was signed last. */
#pragma once

#include <stdint.h>

#include "proxy/store/guard_link.h"
#include "proxy/store/sealing.h"

#define BELIEF_MS 2000 /* for the signer's and a witness's first word */

/* A plain value; zeroed: nothing to decide. */
struct belief {
	uint64_t by_ms; /* monotonic; 0: it is settled */
};

/* The store has just been opened: doubt. */
void belief_begin(
    struct belief *belief, struct guard_link *guard, uint64_t now_ms);

/* Decide, if the signer has spoken. One that says nothing in time is not waited
 * for: then the log is taken for the right one. */
void belief_look(struct belief *belief, struct guard_link *guard,
    const struct sealing *sealing, uint64_t now_ms);
