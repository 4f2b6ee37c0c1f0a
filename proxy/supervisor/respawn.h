/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before a role that ended is started again. Pure. */
#pragma once

#include <stdint.h>

#define RESPAWN_FIRST_MS  100
#define RESPAWN_MAX_MS    10000
#define RESPAWN_STEADY_MS 30000 /* a life this long forgets the past */

struct respawn {
	uint64_t wait_ms; /* zero: the next start is at once */
};

/* The role ended after lived_ms. Returns the milliseconds to wait: 0 the
 * first time, then RESPAWN_FIRST_MS, doubling up to RESPAWN_MAX_MS. */
uint64_t respawn_next(struct respawn *respawn, uint64_t lived_ms);
