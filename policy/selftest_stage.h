/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A customer of our own, and all that is known of it: a question that judge()
 * accepts, for the rows of the self-test to spoil in one way each.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/judge.h"

struct selftest_stage {
	struct customer customer; /* its sets are the stage's: not freed */
	struct rule rule;
	struct action_set actions;
	struct wish wish;
	struct customer_class class; /* not used until a row says so */
	struct rule class_rule;
	struct prefix local, remote;
	struct unicast_view unicast; /* answers from the route_… below */
	struct rpki_view rpki;       /* fresh; answers from roa_asn */
	struct question q;           /* points at those above */
	bool has_route;
	bool same_originator;
	uint32_t route_as; /* where the best route leads */
	uint32_t more_as;  /* and a more-specific one; 0: there is none */
	uint32_t roa_asn;  /* the AS of the one ROA; 0: there is none */
	bool conflicts;    /* another's rule stands with another action */
	bool shadows;      /* another's rule would be shadowed */
	uint64_t addresses;
	/* Owned, filled once. */
	struct prefix_set *own;
	struct prefix_set *irr;
	struct prefix_set *others;
	struct protected_set *protected;
};

/* Allocate the sets. 0, or -1 when memory is out; to be ended either way. */
int selftest_stage_init(struct selftest_stage *stage);
void selftest_stage_fini(struct selftest_stage *stage);

/* The good question again: the NCS 5500's cost, the strict dialect, discard
 * all to 203.0.113.7/32, for a customer that enforces. */
void selftest_stage_reset(struct selftest_stage *stage);

/* Set a prefix of the rule; the text is one of ours, and a prefix. */
void selftest_stage_dst(struct selftest_stage *stage, const char *text);
void selftest_stage_src(struct selftest_stage *stage, const char *text);
/* Append a term "=value"; types do not descend. */
void selftest_stage_term(
    struct selftest_stage *stage, unsigned type, uint64_t value);
/* Make the action set a rate limit in octets a second. */
void selftest_stage_rate(struct selftest_stage *stage, double rate);
