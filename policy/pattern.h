/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits offset..len-1 of an address (RFC 8956 3.1), compared as words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/rule.h"

/* Bits outside the mask are not looked at. IPv4 lies in the first 32. */
struct pattern {
	uint64_t bits[2];
	uint64_t mask[2];
};

/* What a rule asks of an address; every address when it asks nothing. */
struct pattern pattern_dst(const struct rule *rule);
struct pattern pattern_src(const struct rule *rule);

/* Some address has both patterns. */
bool pattern_meets(struct pattern a, struct pattern b);

/* Every address with the inner pattern has the outer. */
bool pattern_covers(struct pattern outer, struct pattern inner);
