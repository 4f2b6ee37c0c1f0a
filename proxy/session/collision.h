/* SPDX-License-Identifier: BSD-2-Clause */
/* Connection collision detection (RFC 4271 6.8, RFC 6286 2.3): pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum collision_verdict {
	COLLISION_NONE = 0,    /* no collision: go on */
	COLLISION_CLOSE_NEW,   /* end the connection whose OPEN arrived */
	COLLISION_CLOSE_OTHER, /* end the other one and go on */
};

/* Identifiers and AS numbers in host byte order. */
struct collision {
	uint32_t local_id;
	uint32_t remote_id;
	uint32_t local_asn;
	uint32_t remote_asn;
	bool dialled; /* we opened the connection whose OPEN arrived */
};

/*
 * An OPEN has arrived while the other connection is in other_state (enum
 * bgp_state). The connection opened by the side with the higher identifier
 * stays; with equal identifiers, by the side with the higher AS number. An
 * Established connection always stays.
 */
enum collision_verdict collision_judge(
    const struct collision *collision, unsigned other_state);
