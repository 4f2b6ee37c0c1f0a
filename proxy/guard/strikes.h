/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many bad things happened in the last ten minutes, in slots of half a
 * minute: each counts for at least nine and a half. Pure: the time is an
 * argument, in milliseconds; where it goes back, it counts as standing still.
 * Zeroed: none.
 */
#pragma once

#include <stdint.h>

#define STRIKES_SLOTS   20u
#define STRIKES_SLOT_MS 30000u

struct strikes {
	uint64_t slot;                 /* the newest: its time / SLOT_MS */
	uint32_t count[STRIKES_SLOTS]; /* by slot number modulo SLOTS */
};

/* n happened now. */
void strikes_add(struct strikes *strikes, uint64_t now_ms, uint32_t n);

/* How many count now; at most UINT32_MAX. */
uint32_t strikes_count(const struct strikes *strikes, uint64_t now_ms);

void strikes_clear(struct strikes *strikes);
