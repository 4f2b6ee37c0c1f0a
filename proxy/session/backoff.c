/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting times that double, with jitter. */
#include "proxy/session/backoff.h"

uint64_t
backoff_jitter(uint64_t ms, uint32_t random)
{
	return ms - ms * (random % 1024) / 4096;
}

uint64_t
backoff_next(struct backoff *backoff, uint32_t max_ms, uint32_t random)
{
	uint32_t max = max_ms < BACKOFF_FIRST_MS ? BACKOFF_FIRST_MS : max_ms;
	uint32_t last = backoff->wait_ms;

	if (last == 0)
		backoff->wait_ms = BACKOFF_FIRST_MS;
	else
		backoff->wait_ms = last > max / 2 ? max : last * 2;
	return backoff_jitter(backoff->wait_ms, random);
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->wait_ms = 0;
}
