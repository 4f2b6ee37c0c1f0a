/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a rule costs a router: hardware entries. Ranges, pairs of port lists,
 * fragments and lengths multiply, and it is the product that fills a TCAM.
 */
#pragma once

#include <stdint.h>

#include "policy/rule.h"

/* One row per router profile: X(symbol, number, "name"). 0 is none. */
#define COST_MAP(X)                                                            \
	X(PLAIN, 1, "plain")     /* one a rule */                              \
	X(NCS5500, 2, "ncs5500") /* Cisco NCS 5500, as published */
enum cost_profile {
	COST_NONE = 0,
#define X(symbol, number, name) COST_##symbol = (number),
	COST_MAP(X)
#undef X
	COST_COUNT
};

const char *cost_name(unsigned profile); /* "?" when out of range */

/* Entries that a rule as emitted takes; at least 1, saturates at UINT32_MAX.
 * UINT32_MAX for an unknown profile. */
uint32_t cost_of(enum cost_profile profile, const struct rule *rule);
