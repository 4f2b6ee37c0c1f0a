/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules that were just let in when a session was lost, and how often that was
 * so: a rule may come and go with the session that it kills, so they are known
 * by the hash of what they are. Pure: the time is an argument, in milliseconds.
 * Zeroed: none.
 */
#pragma once

#include <stdint.h>

#define SUSPECTS_MAX      64u
#define SUSPECTS_QUIET_MS 3600000u /* then a rule is suspected no more */

struct suspect {
	uint64_t hash;
	uint64_t last_ms; /* when it was suspected last */
	uint32_t losses;
	uint32_t zero;
};

struct suspects {
	struct suspect at[SUSPECTS_MAX];
	uint32_t n;
};

/*
 * A session was lost, and this rule may be why. Returns how many losses that
 * makes, none more than an hour after the one before. Where there is no room
 * the one that was quiet longest is forgotten.
 */
uint32_t suspects_loss(
    struct suspects *suspects, uint64_t hash, uint64_t now_ms);

/* The losses that count against it now. */
uint32_t suspects_count(
    const struct suspects *suspects, uint64_t hash, uint64_t now_ms);

/* It is suspected no more; nothing when it is not. */
void suspects_forget(struct suspects *suspects, uint64_t hash);

void suspects_clear(struct suspects *suspects);
