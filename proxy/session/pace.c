/* SPDX-License-Identifier: BSD-2-Clause */
/* Token bucket. */
#include "proxy/session/pace.h"

#define TOKEN 1000u

static uint64_t
full(const struct pace *pace)
{
	return (uint64_t)pace->burst * TOKEN;
}

void
pace_limit(struct pace *pace, uint32_t max_received)
{
	pace->rate =
	    max_received < PACE_RATE_MIN ? PACE_RATE_MIN : max_received;
	pace->burst = PACE_BURST_MIN;
	if (max_received > UINT32_MAX / 2)
		pace->burst = UINT32_MAX;
	else if (2 * max_received > PACE_BURST_MIN)
		pace->burst = 2 * max_received;
	if (pace->tokens > full(pace))
		pace->tokens = full(pace);
}

void
pace_fill(struct pace *pace, uint64_t now_ms)
{
	pace->tokens = full(pace);
	pace->last_ms = now_ms;
}

static void
refill(struct pace *pace, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms - pace->last_ms;

	/* Longer than a bucket takes to fill from empty. */
	if (passed_ms > full(pace) / pace->rate)
		pace->tokens = full(pace);
	else
		pace->tokens += passed_ms * pace->rate;
	if (pace->tokens > full(pace))
		pace->tokens = full(pace);
	pace->last_ms = now_ms;
}

bool
pace_has(struct pace *pace, uint64_t now_ms)
{
	if (now_ms != pace->last_ms)
		refill(pace, now_ms);
	return pace->tokens >= TOKEN;
}

bool
pace_take(struct pace *pace, uint64_t now_ms)
{
	if (!pace_has(pace, now_ms))
		return false;
	pace->tokens -= TOKEN;
	return true;
}
