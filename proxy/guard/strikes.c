/* SPDX-License-Identifier: BSD-2-Clause */
/* Events in a sliding window. */
#include "proxy/guard/strikes.h"

#include <string.h>

/* Slots that have begun since the newest, no more than there are. */
static uint32_t
slots_passed(const struct strikes *strikes, uint64_t now_ms)
{
	uint64_t slot = now_ms / STRIKES_SLOT_MS;

	if (slot <= strikes->slot)
		return 0;
	if (slot - strikes->slot >= STRIKES_SLOTS)
		return STRIKES_SLOTS;
	return (uint32_t)(slot - strikes->slot);
}

static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
strikes_add(struct strikes *strikes, uint64_t now_ms, uint32_t n)
{
	uint32_t passed = slots_passed(strikes, now_ms);
	uint32_t *count;

	for (uint32_t i = 1; i <= passed; i++)
		strikes->count[(strikes->slot + i) % STRIKES_SLOTS] = 0;
	if (passed > 0)
		strikes->slot = now_ms / STRIKES_SLOT_MS;
	count = &strikes->count[strikes->slot % STRIKES_SLOTS];
	*count = sum(*count, n);
}

uint32_t
strikes_count(const struct strikes *strikes, uint64_t now_ms)
{
	uint32_t passed = slots_passed(strikes, now_ms);
	uint32_t total = 0;

	/* The oldest follow the newest: as many as passed count no more. */
	for (uint32_t i = passed + 1; i <= STRIKES_SLOTS; i++)
		total = sum(
		    total, strikes->count[(strikes->slot + i) % STRIKES_SLOTS]);
	return total;
}

void
strikes_clear(struct strikes *strikes)
{
	memset(strikes, 0, sizeof(*strikes));
}
