/* SPDX-License-Identifier: BSD-2-Clause */
/* Seeded random rules, actions and entries, legal in every respect. */
#pragma once

#include <stdint.h>

#include "store/entry.h"

/* A generator's state; any seed will do. */
struct random_state {
	uint64_t word;
};

/* A number below limit (> 0). */
uint64_t random_below(struct random_state *state, uint64_t limit);

/* A rule such as the decoder makes, of either family, with or without pattern
 * offsets, of 0 to RULE_TERMS_MAX terms. */
void random_rule(struct random_state *state, struct rule *out);

/* Any legal set of actions, the empty one too. */
void random_actions(struct random_state *state, struct action_set *out);

/* Any legal entry; live_op is LIVE_NONE. *out is written whole. */
void random_entry(struct random_state *state, struct entry *out);

/* An accepted verdict of the usual size: one customer's discard rule with
 * destination, source, protocol and port. */
void usual_entry(uint64_t seq, struct entry *out);
