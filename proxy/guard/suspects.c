/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of the flap breaker. */
#include "proxy/guard/suspects.h"

#include <stdbool.h>
#include <stddef.h>

static struct suspect *
find(struct suspects *suspects, uint64_t hash)
{
	for (uint32_t i = 0; i < suspects->n; i++) {
		if (suspects->at[i].hash == hash)
			return &suspects->at[i];
	}
	return NULL;
}

static struct suspect *
quiet_longest(struct suspects *suspects)
{
	struct suspect *oldest = &suspects->at[0];

	for (uint32_t i = 1; i < suspects->n; i++) {
		if (suspects->at[i].last_ms < oldest->last_ms)
			oldest = &suspects->at[i];
	}
	return oldest;
}

static bool
is_over(const struct suspect *suspect, uint64_t now_ms)
{
	return now_ms > suspect->last_ms &&
	       now_ms - suspect->last_ms > SUSPECTS_QUIET_MS;
}

uint32_t
suspects_loss(struct suspects *suspects, uint64_t hash, uint64_t now_ms)
{
	struct suspect *suspect = find(suspects, hash);

	if (suspect == NULL) {
		suspect = suspects->n < SUSPECTS_MAX
			      ? &suspects->at[suspects->n++]
			      : quiet_longest(suspects);
		*suspect = (struct suspect){ .hash = hash };
	} else if (is_over(suspect, now_ms)) {
		suspect->losses = 0;
	}
	suspect->last_ms = now_ms;
	if (suspect->losses < UINT32_MAX)
		suspect->losses++;
	return suspect->losses;
}

uint32_t
suspects_count(const struct suspects *suspects, uint64_t hash, uint64_t now_ms)
{
	for (uint32_t i = 0; i < suspects->n; i++) {
		if (suspects->at[i].hash == hash)
			return is_over(&suspects->at[i], now_ms)
				   ? 0
				   : suspects->at[i].losses;
	}
	return 0;
}

void
suspects_forget(struct suspects *suspects, uint64_t hash)
{
	struct suspect *suspect = find(suspects, hash);

	if (suspect != NULL)
		*suspect = suspects->at[--suspects->n];
}

void
suspects_clear(struct suspects *suspects)
{
	suspects->n = 0;
}
