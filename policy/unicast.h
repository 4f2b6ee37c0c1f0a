/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unicast routes as validation sees them (RFC 8955 6, RFC 9117): plain values.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

enum route_origin { /* RFC 4271 5.1.1 */
	ROUTE_IGP = 0,
	ROUTE_EGP = 1,
	ROUTE_INCOMPLETE = 2,
};

enum route_flag {
	/* The AS_PATH holds no AS outside confederation segments: the route
	 * was born inside (RFC 9117 4.1 b.2). */
	ROUTE_INTERNAL = 0x01,
	/* ORIGINATOR_ID was there (iBGP only). */
	ROUTE_REFLECTED = 0x02,
	ROUTE_FLAGS = 0x03,
};

/*
 * What the decision process (RFC 4271 9.1, RFC 4456 9) and validation need of
 * a route's attributes, and nothing else. No padding: equal facts are equal
 * octet by octet. A zeroed one is no route's.
 */
struct route_facts {
	uint32_t neighbor_as;   /* left-most AS outside confederation segments;
				   0: there is none, or it is in an AS_SET */
	uint32_t origin_as;     /* right-most; 0 likewise */
	uint32_t originator_id; /* host order; with ROUTE_REFLECTED, else 0 */
	uint32_t local_pref;    /* over eBGP: what the configuration gives */
	uint32_t med;           /* 0 when absent */
	uint16_t path_length;   /* as 9.1.2.2 a counts */
	uint8_t origin;         /* enum route_origin */
	uint8_t flags;          /* enum route_flag */
	uint8_t cluster_length; /* of CLUSTER_LIST, to 255 */
	uint8_t zero[3];
};

#define ROUTE_SOURCE_MAX 64 /* octets of a source's name with its NUL */

/* The best route of one prefix. */
struct unicast_route {
	struct prefix prefix;
	struct route_facts facts;
	/* It came without ORIGINATOR_ID over the session that the rule came
	 * over: both have one originator (RFC 9117 4.1 b.1). */
	bool same_originator;
	const char *source; /* its neighbour, for a person; borrowed from the
			       view */
};

/* Is this more-specific route one that objects? */
typedef bool (*unicast_objects)(
    const void *ctx, const struct unicast_route *route);

/*
 * What the unicast table says, as seen by one rule's session. Borrowed for the
 * call, as all a question holds.
 */
struct unicast_view {
	/* The table of this family holds all that its feeds have to say. */
	bool known;
	const void *ctx;
	/* Best-match: the best route of the longest prefix that covers dst.
	 * False when none does; then *out is not touched. */
	bool (*best)(const void *ctx, const struct prefix *dst,
	    struct unicast_route *out);
	/* The first (by address, then length) prefix inside dst and longer
	 * than it whose best route objects. False when there is none. Where
	 * there are more than it looks at, it is as if one objected, without a
	 * name: out->prefix.afi is AFI_NONE. */
	bool (*more)(const void *ctx, const struct prefix *dst,
	    unicast_objects objects, const void *judge,
	    struct unicast_route *out);
};
