/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting times that double, with jitter (RFC 4271 10). Pure: random numbers
 * are arguments. */
#pragma once

#include <stdint.h>

#define BACKOFF_FIRST_MS 1000u

/* Zeroed: the next wait is the first. */
struct backoff {
	uint32_t wait_ms; /* the last one, before jitter */
};

/*
 * 0.75 to 1.0 times ms, evenly, by a random number (RFC 4271 10).
 */
uint64_t backoff_jitter(uint64_t ms, uint32_t random);

/*
 * The next wait: BACKOFF_FIRST_MS, then twice the last, at most max_ms (which
 * counts as BACKOFF_FIRST_MS when it is less), with jitter.
 */
uint64_t backoff_next(
    struct backoff *backoff, uint32_t max_ms, uint32_t random);

/* Begin anew. */
void backoff_reset(struct backoff *backoff);
