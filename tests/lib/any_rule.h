/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every rule and every action set that a program of ours may hold, from
 * octets: of a fuzzer, or random ones.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/rule.h"

/* Octets to draw from; past the end come zeros. */
struct any_source {
	const uint8_t *data;
	size_t len;
	size_t at;
};

/* Octets that make the longest rule and action set possible. */
#define ANY_SOURCE_MAX 2048

/* Fill n octets from *state (any but 0), which moves on. */
void any_fill(uint64_t *state, uint8_t *octets, size_t n);

/* A rule that passes rule_valid(). Octets past rule_size() are zero. */
void any_rule(struct any_source *source, struct rule *rule);

/* A set that passes action_valid(), without counts of other communities. */
void any_actions(struct any_source *source, struct action_set *actions);
