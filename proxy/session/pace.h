/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many announcements a second the guard is told: a token bucket. Pure:
 * the time is an argument.
 *
 * A verdict is an entry in the log, and a customer that changes its mind all
 * the time would fill the disk. What is not told stays state in the
 * Adj-RIB-In, of which the last wish wins; withdrawals take no token.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PACE_RATE_MIN  100u /* a second, however few rules are kept */
#define PACE_BURST_MIN 1000u

struct pace {
	uint32_t rate;    /* tokens a second */
	uint32_t burst;   /* most that are kept */
	uint64_t tokens;  /* in thousandths */
	uint64_t last_ms; /* when they were counted last */
};

/* A session that keeps max_received rules may announce all of them anew each
 * second, and twice as many at once. Tokens beyond that are lost. */
void pace_limit(struct pace *pace, uint32_t max_received);

/* A full bucket, as for a new guard. */
void pace_fill(struct pace *pace, uint64_t now_ms);

/* Take one token; false when there is none. */
bool pace_take(struct pace *pace, uint64_t now_ms);
/* pace_take() at this moment would succeed. */
bool pace_has(struct pace *pace, uint64_t now_ms);
