/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Customers announce, withdraw, flap and cease; operators act; routers stall;
 * store and guard stall, fill up, die and come back, all at random. Whenever
 * all is well for a moment, what stands inward, what is in the log and what the
 * guard believes must agree with what the customers want and may.
 */
#pragma once

#include "tests/lib/guard_scene.h"
#include "tests/lib/random_rule.h"

#define LIFE_RULES 48 /* of each session's universe */

/* What the model remembers of one rule of one session. */
struct memory {
	bool gone;  /* withdrawn, and the guard has heard it or will */
	bool stays; /* lingers: was on disk when its session was lost */
	bool ended; /* by an operator, on disk */
	uint16_t wire_reason;
	struct action_set actions;
};

struct life {
	struct scene *scene;
	struct random random;
	struct memory memory[SCENE_SESSIONS][LIFE_RULES];
	bool given_store;
	struct dialect_parts parts;
	uint64_t approvals;
};

/* Live so many steps from this seed; a check every so many. */
void life_run(uint64_t seed, unsigned steps, unsigned check_every);

/* Rule n of this customer. */
void life_rule(uint32_t customer, unsigned n, struct rule *rule);
struct scene_wish *life_wish(
    struct scene_session *session, const struct rule *rule);
struct memory *life_memory(
    struct life *life, const struct scene_session *session, unsigned n);
/* The number of a rule of this session. */
unsigned life_number(
    const struct scene_session *session, const struct rule *rule);

/* random_life_check.c: make all well and compare; nothing: and nobody wants
 * anything any more. */
void life_check(struct life *life);
void life_check_nothing(struct life *life);
