/* SPDX-License-Identifier: BSD-2-Clause */
/* Back-off of restarts. */
#include "proxy/supervisor/respawn.h"

uint64_t
respawn_next(struct respawn *respawn, uint64_t lived_ms)
{
	uint64_t wait_ms;

	if (lived_ms >= RESPAWN_STEADY_MS)
		respawn->wait_ms = 0;
	wait_ms = respawn->wait_ms;
	respawn->wait_ms = wait_ms == 0 ? RESPAWN_FIRST_MS : 2 * wait_ms;
	if (respawn->wait_ms > RESPAWN_MAX_MS)
		respawn->wait_ms = RESPAWN_MAX_MS;
	return wait_ms;
}
