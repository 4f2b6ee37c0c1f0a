/* SPDX-License-Identifier: BSD-2-Clause */
/* Small rules and actions by number, for tests of tables. */
#pragma once

#include <string.h>

#include "policy/action.h"
#include "policy/rule.h"

/* Rule n: destination 10.x.y.z/32 (even numbers) or a /128 (odd ones), UDP. */
static inline void
small_rule(unsigned n, struct rule *rule)
{
	memset(rule, 0, offsetof(struct rule, terms) + sizeof(rule->terms[0]));
	rule->afi = n % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
	rule->has = RULE_HAS_DST;
	rule->dst_len = n % 2 == 0 ? 32 : 128;
	rule->n_terms = 1;
	rule->dst[0] = n % 2 == 0 ? 10 : 0x20;
	rule->dst[1] = (uint8_t)(n >> 16);
	rule->dst[2] = (uint8_t)(n >> 8);
	rule->dst[3] = (uint8_t)n;
	rule->terms[0].type = RULE_PROTO;
	rule->terms[0].op = RULE_OP_EQ;
	rule->terms[0].value = 17;
}

/* The number of a rule that small_rule() made. */
static inline unsigned
small_rule_number(const struct rule *rule)
{
	return (unsigned)rule->dst[1] << 16 | (unsigned)rule->dst[2] << 8 |
	       rule->dst[3];
}

/* rate-limit n octets a second; 0 is discard. */
static inline struct action_set
small_action(unsigned n)
{
	struct action_set set;

	memset(&set, 0, sizeof(set));
	set.present = ACTION_BIT(ACTION_RATE_BYTES);
	set.rate_bytes = action_rate_bits((double)n);
	return set;
}

/* A reproducible sequence (xorshift). */
static inline unsigned
small_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (unsigned)(*state >> 32);
}
