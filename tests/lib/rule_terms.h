/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules written down in tables of tests. */
#pragma once

#include "policy/rule.h"

/* Numeric operators, and those of bitmasks; AND | EQ joins. */
enum {
	EQ = RULE_OP_EQ,
	GT = RULE_OP_GT,
	GE = RULE_OP_GT | RULE_OP_EQ,
	LT = RULE_OP_LT,
	LE = RULE_OP_LT | RULE_OP_EQ,
	NE = RULE_OP_LT | RULE_OP_GT,
	YES = RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ,
	NO = 0,
	ANY = 0,
	ALL = RULE_OP_MATCH,
	NOT_ANY = RULE_OP_NOT,
	NOT_ALL = RULE_OP_NOT | RULE_OP_MATCH,
	AND = RULE_OP_AND,
};

#define T(name, operator, number)                                              \
	{                                                                      \
		.type = RULE_##name, .op = (uint8_t)(operator),                \
		.value = (number)                                              \
	}
#define TERMS(...) .terms = { __VA_ARGS__ }
#define DST(len_, ...)                                                         \
	.has = RULE_HAS_DST, .dst_len = (len_), .dst = { __VA_ARGS__ }

/* A table's rule with its terms counted, in canonical form. */
static inline struct rule
rule_of(const struct rule *row)
{
	struct rule rule = *row;

	while (
	    rule.n_terms < RULE_TERMS_MAX && rule.terms[rule.n_terms].type != 0)
		rule.n_terms++;
	rule_canonical(&rule);
	return rule;
}
