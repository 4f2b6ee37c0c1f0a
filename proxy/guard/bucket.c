/* SPDX-License-Identifier: BSD-2-Clause */
/* Token bucket. */
#include "proxy/guard/bucket.h"

#define TOKEN       1000u
#define WAIT_MAX_MS 1000u /* one token a second is the lowest rate */

static bool
is_closed(const struct bucket *bucket)
{
	return bucket->rate == 0 || bucket->burst == 0;
}

static bool
is_unlimited(const struct bucket *bucket)
{
	return !is_closed(bucket) && (bucket->rate == BUCKET_UNLIMITED ||
					 bucket->burst == BUCKET_UNLIMITED);
}

static uint64_t
full(const struct bucket *bucket)
{
	return (uint64_t)bucket->burst * TOKEN;
}

/* Thousandths that are there at this moment. */
static uint64_t
tokens_at(const struct bucket *bucket, uint64_t now_ms)
{
	uint64_t missing = full(bucket) - bucket->tokens;
	uint64_t passed_ms;

	if (now_ms <= bucket->last_ms || is_closed(bucket))
		return bucket->tokens;
	passed_ms = now_ms - bucket->last_ms;
	if (passed_ms > missing / bucket->rate)
		return full(bucket);
	return bucket->tokens + passed_ms * bucket->rate;
}

void
bucket_limit(struct bucket *bucket, uint32_t rate, uint32_t burst)
{
	bool was_open = !is_closed(bucket) && !is_unlimited(bucket);

	bucket->rate = rate;
	bucket->burst = burst;
	if (!was_open || bucket->tokens > full(bucket))
		bucket->tokens = full(bucket);
}

uint32_t
bucket_level(const struct bucket *bucket, uint64_t now_ms)
{
	if (is_unlimited(bucket))
		return BUCKET_UNLIMITED;
	if (is_closed(bucket))
		return 0;
	return (uint32_t)(tokens_at(bucket, now_ms) / TOKEN);
}

bool
bucket_take(struct bucket *bucket, uint64_t now_ms, uint32_t n)
{
	uint64_t wanted = (uint64_t)n * TOKEN;

	if (is_unlimited(bucket))
		return true;
	if (is_closed(bucket))
		return n == 0;
	bucket->tokens = tokens_at(bucket, now_ms);
	if (now_ms > bucket->last_ms)
		bucket->last_ms = now_ms;
	if (bucket->tokens < wanted)
		return false;
	bucket->tokens -= wanted;
	return true;
}

uint32_t
bucket_wait_ms(const struct bucket *bucket, uint64_t now_ms)
{
	uint64_t tokens, behind_ms = 0;
	uint64_t wait_ms;

	if (is_unlimited(bucket))
		return 0;
	if (is_closed(bucket))
		return WAIT_MAX_MS;
	tokens = tokens_at(bucket, now_ms);
	if (tokens >= TOKEN)
		return 0;
	/* The clock went back: first it has to come where it was. */
	if (now_ms < bucket->last_ms)
		behind_ms = bucket->last_ms - now_ms;
	wait_ms = (TOKEN - tokens + bucket->rate - 1) / bucket->rate;
	if (behind_ms >= WAIT_MAX_MS || wait_ms + behind_ms > WAIT_MAX_MS)
		return WAIT_MAX_MS;
	return (uint32_t)(wait_ms + behind_ms);
}
