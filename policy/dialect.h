/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inward dialect: the narrow form in which rules are re-originated, so
 * that the weakest router inside reads the same rule (and resets no session).
 */
#pragma once

#include "policy/action.h"
#include "policy/reason.h"
#include "policy/rule.h"

/* One row per emit profile: X(symbol, number, "name"). 0 is none. */
#define DIALECT_MAP(X)                                                         \
	X(STRICT, 1, "strict") /* what every measured router reads alike */    \
	X(FRR, 2, "frr")       /* strict, and no action that FRR misreads */   \
	X(FULL, 3, "full")     /* anything canonical, for strict readers */
enum dialect {
	DIALECT_NONE = 0,
#define X(symbol, number, name) DIALECT_##symbol = (number),
	DIALECT_MAP(X)
#undef X
	DIALECT_COUNT
};

#define DIALECT_PARTS_MAX 16 /* rules that one rule may be split into */
#define DIALECT_TERMS_MAX 5  /* operators a component, in strict and frr */

/* The result: n parts whose packet sets together are exactly the rule's. */
struct dialect_parts {
	unsigned n;
	struct rule part[DIALECT_PARTS_MAX];
};

const char *dialect_name(unsigned dialect);   /* "strict"; "?" */
unsigned dialect_from_name(const char *name); /* DIALECT_NONE: unknown */

/*
 * The match part is inside the dialect as it stands. For a rule that passes
 * rule_valid(); of the actions it says nothing.
 */
bool dialect_holds(enum dialect dialect, const struct rule *rule);

/*
 * Rewrite rule for a dialect. A rule already inside it is its own only part,
 * unchanged. Otherwise != and true become ranges, false terms vanish, long
 * lists are split over several rules. Splitting is refused where the parts
 * together would not do what the rule does: with a rate above 0 each part
 * would get a policer of its own; with "continue" beside a sample or a copy,
 * a packet that two parts match would be sampled or copied twice. A part that
 * no packet can match is left out.
 *
 * The packets are exactly the rule's, but not its place: RFC 8955 5.1 orders
 * rules by their octets, so what precedes what is to be asked of the parts.
 * Of part[i] the first rule_size() octets are written.
 *
 * Returns REASON_ACCEPTED and fills *parts, or the reason for the refusal
 * (not-expressible, too-many-parts, ipv6-offset …) with parts->n = 0.
 */
enum reason dialect_express(enum dialect dialect, const struct rule *rule,
    const struct action_set *actions, struct dialect_parts *parts);
