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
#include "policy/cost.h"
#include "policy/customer.h"
#include "policy/dialect.h"
#include "policy/prefix_set.h"
#include "policy/protected.h"
#include "policy/rpki.h"
#include "policy/rule.h"
#include "policy/unicast.h"
#include "policy/verdict.h"
#include "policy/wish.h"

#define JUDGE_DIALECT_BIT(dialect) (1u << (dialect))

/*
 * Does a standing rule of another owner have the same inward NLRI as part, and
 * other actions? If so, true and a text of who and which (size octets with its
 * NUL, for a person) in evidence.
 */
typedef bool (*judge_conflicts)(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size);

/*
 * Does a rule stand, the NOC's or another customer's, that part would come
 * before (RFC 8955 5.1) and take packets from? Likewise.
 */
typedef bool (*judge_shadows)(
    const void *ctx, const struct rule *part, char *evidence, size_t size);

/* Addresses that the customer's rules would cover together with this
 * destination; as customer_limits counts them. */
typedef uint64_t (*judge_addresses)(
    const void *ctx, const struct prefix *destination);

/* What the routers have room for, all customers together. */
struct fleet {
	uint32_t max_rules; /* UINT32_MAX: no limit; likewise max_cost */
	uint32_t max_cost;
	uint32_t guaranteed; /* rules, and cost units, the customer's always */
	uint32_t rules;      /* in use now, this rule not counted */
	uint32_t cost;
	uint32_t own_rules; /* of these, the customer's: none that is only */
	uint32_t own_cost;  /* monitored */
	/* Cost units and rules that other customers have not used of what is
	 * guaranteed to them: not to be borrowed. */
	uint32_t reserved_rules;
	uint32_t reserved_cost;
};

/*
 * What is asked. All pointers are borrowed for the call. A zeroed question is
 * refused.
 */
struct question {
	const struct customer *customer;
	const struct rule *rule; /* canonical; NULL when not decoded */
	const struct action_set *actions;
	judge_conflicts conflicts; /* NULL: nobody to ask, so refused */
	judge_shadows shadows;     /* likewise */
	judge_addresses addresses; /* likewise, where addresses are limited */
	const void *ctx;           /* given to these three */
	const struct unicast_view *unicast;    /* NULL: nothing is known */
	const struct rpki_view *rpki;          /* NULL: likewise */
	const struct protected_set *protected; /* NULL: refused */
	/* All customers' registered prefixes, tagged with a customer's number
	 * each; asked with protect_customers only, and then NULL refuses. */
	const struct prefix_set *others;
	/* Ends of the customer's BGP session with us, host prefixes (remote,
	 * not known yet: the range it comes from); of the family NONE where
	 * there is no session (local: not yet known). */
	const struct prefix *local;
	const struct prefix *remote;
	const struct wish *wish; /* NULL: none */
	/* What would be said inward, out: the actions after rewriting. NULL:
	 * nobody wants to know. */
	struct action_set *emitted;
	struct fleet fleet;
	uint32_t customer_number; /* for protected: who is exempt */
	uint32_t local_asn;
	uint32_t cost_held; /* as rules_held, in cost units */
	uint32_t new_room;  /* new rules that may pass now */
	/* Why nothing of it may go inward now, whatever the rule: ACCEPTED, or
	 * one of quarantined, muted, frozen, panic, selftest-failed, flap,
	 * crash-suspect. */
	uint16_t contained;
	uint8_t cost_profile; /* enum cost_profile */
	bool protect_customers;
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
	bool seconded;      /* NOC: a second operator approved */
	/* It stands on an accepting verdict: that nothing is known of unicast
	 * routes (or of the RPKI or IRR for a while) does not end it, and it is
	 * no new rule. */
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
 * Wide destinations, rules that shadow another's, and classes that a person
 * must release are held unless q->approved (of the NOC's own: q->seconded); a
 * refusal by a later check outweighs the hold, so that a person is only ever
 * asked about rules that would pass; of several holds the first is told. What
 * would be accepted or held but is only a wish for a verdict is monitored
 * (dry-run). The evidence of an accepted rule is its ground: the
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
