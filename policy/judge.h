/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May this rule pass? The checks of CHECK_MAP are asked in their order and the
 * first objection decides. Pure: the same question has the same answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/customer.h"
#include "policy/dialect.h"
#include "policy/rule.h"
#include "policy/unicast.h"
#include "policy/verdict.h"

#define JUDGE_DIALECT_BIT(dialect) (1u << (dialect))

/*
 * Does a standing rule of another owner have the same inward NLRI as part, and
 * other actions? If so, true and a text of who and which (size octets with its
 * NUL, for a person) in evidence.
 */
typedef bool (*judge_conflicts)(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size);

/*
 * What is asked. All pointers are borrowed for the call. A zeroed question is
 * refused.
 */
struct question {
	const struct customer *customer;
	const struct rule *rule; /* canonical; NULL when not decoded */
	const struct action_set *actions;
	judge_conflicts conflicts; /* NULL: nobody to ask, so refused */
	const void *ctx;           /* given to conflicts */
	const struct unicast_view *unicast; /* NULL: nothing is known */
	/* Rules of this customer now accepted, held or pending, this one not
	 * counted; each as judge_parts() counted it. */
	uint32_t rules_held;
	/* enum reason of the decoder: ACCEPTED when the octets were fine */
	uint16_t wire_reason;
	/* JUDGE_DIALECT_BIT of every profile in use inside: one or more */
	uint8_t dialects;
	bool authenticated; /* the session is as configured */
	bool approved;      /* a person lets it pass although it is wide */
	bool denied;        /* a person said no; outweighs approved */
	/* It stands on an accepting verdict: that nothing is known of unicast
	 * routes now does not end it. */
	bool stands;
};

/*
 * Judge. parts has DIALECT_COUNT elements, indexed by enum dialect; those that
 * q->dialects names are filled with what would be said inward in that dialect
 * where the verdict is accepted, held or monitored, and have n = 0 where it is
 * refused. The others are not touched. Nothing may go inward unless
 * verdict_accepts(). About 34 KiB an element: keep it, do not put it on the
 * stack.
 *
 * A wide destination is held (reason wide) unless q->approved; a refusal by a
 * later check outweighs the hold, so that a person is only ever asked about
 * rules that would pass. The evidence of an accepted rule is its ground: the
 * registered prefix and, where it was validated, the unicast route.
 */
void judge(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts);

/*
 * The same verdict, and what every check says, in results[enum check]; element
 * CHECK_NONE is zeroed. A check that has nothing to go by, because an earlier
 * one objected, says unjudged and why.
 */
void judge_explain(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts, struct check_result results[CHECK_COUNT]);

/* What the rule counts for in quotas: the most parts over these dialects. */
unsigned judge_parts(uint8_t dialects, const struct dialect_parts *parts);
