/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast table: of every prefix the routes of its sources, and which of
 * them is best (RFC 4271 9.1). Only the facts that this and validation need
 * are kept, interned.
 *
 * A source is one session's life. What becomes of a source takes effect on all
 * its routes at once, without a walk: closed, they are not seen any more; lost
 * (of customers whose rules linger), they stay but lose to any that is not.
 * Memory is given back by rib_unicast_sweep(), in slices.
 *
 * Words of art
 *   heard    announced since the source's last begin (rib_unicast_begin(), or
 *            its session came back)
 *   stale    not heard since its session was lost
 *   best     by the decision process, over the routes of one prefix
 *   best match   the best of the longest prefix that covers a destination
 *
 * Decision process: stale loses; then higher LOCAL_PREF, shorter AS_PATH, lower
 * ORIGIN, lower MED among those of one neighbouring AS, eBGP before iBGP, lower
 * BGP Identifier (ORIGINATOR_ID where there is one, RFC 4456 9), shorter
 * CLUSTER_LIST, lower address of the neighbour. Next hops are not resolved, so
 * there is no interior cost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/hash.h"
#include "policy/prefix.h"
#include "policy/unicast.h"
#include "proxy/guard/prefix_tree.h"

struct rib_unicast;

#define SOURCE_NONE 0u
#define SOURCES_MAX 65535u

/* Who announces. Copied. */
struct source_info {
	uint32_t peer;      /* the supervisor's number; the caller's to use */
	uint32_t router_id; /* BGP Identifier, host order */
	bool external;      /* eBGP */
	struct prefix address; /* of the neighbour, host length */
};

/* Steps of the decision process, in their order: X(symbol, "words"). */
#define ROUTE_STEP_MAP(X)                                                      \
	X(ONLY, "only route")                                                  \
	X(STALE, "session state")                                              \
	X(LOCAL_PREF, "local preference")                                      \
	X(PATH_LENGTH, "AS_PATH length")                                       \
	X(ORIGIN, "origin")                                                    \
	X(MED, "MED")                                                          \
	X(EXTERNAL, "eBGP over iBGP")                                          \
	X(ROUTER_ID, "BGP Identifier")                                         \
	X(CLUSTER_LENGTH, "CLUSTER_LIST length")                               \
	X(ADDRESS, "neighbour address")
enum route_step {
#define X(symbol, words) ROUTE_STEP_##symbol,
	ROUTE_STEP_MAP(X)
#undef X
	ROUTE_STEP_COUNT
};
const char *route_step_name(unsigned step); /* "?" when out of range */

/* One route, as it is looked at. */
struct rib_route {
	struct prefix prefix;
	const struct route_facts *facts; /* borrowed until the table changes */
	uint16_t source;
	bool stale;
	/* The best: the last step that another route lost by (ONLY: there is
	 * no other). Others: the step at which it lost. */
	uint8_t step; /* enum route_step */
};

/* What an announcement or a withdrawal did. */
enum unicast_change {
	UNICAST_FULL = 0, /* no room: the route is not in the table (nor the
			     one that it would have replaced) */
	UNICAST_SAME,     /* what validation sees of this prefix is the same:
			     neighbour AS, origin AS, ROUTE_INTERNAL,
			     ROUTE_REFLECTED, source of the best route */
	UNICAST_CHANGED,  /* its best route is another, the first, or gone */
};

/* key: random octets (facts come from peers). At most max_routes routes.
 * NULL when memory is out. */
struct rib_unicast *rib_unicast_new(
    const uint8_t key[HASH_KEY_LEN], size_t max_routes);
void rib_unicast_free(struct rib_unicast *rib); /* NULL is fine */
void rib_unicast_limit(struct rib_unicast *rib, size_t max_routes);

/* ---- sources ---- */

/* A new source, up; its number, or SOURCE_NONE when there are too many or
 * memory is out. */
uint16_t rib_unicast_open(
    struct rib_unicast *rib, const struct source_info *info);
/* NULL when there is none of this number; borrowed until the next open. */
const struct source_info *rib_unicast_source(
    const struct rib_unicast *rib, uint16_t number);

/* Its routes are not seen any more. The number is free again when the sweeps
 * that follow have found the last of them (at once when it has none), but is
 * not given again soon. */
void rib_unicast_close(struct rib_unicast *rib, uint16_t number);

/* Its session is lost: all its routes are stale from now on (also what it
 * should announce in spite of that) .. */
void rib_unicast_lose(struct rib_unicast *rib, uint16_t number);
/* .. or back (with this BGP Identifier): what it announces from now on is not
 * stale; what it does not, stays stale until swept. */
void rib_unicast_regain(
    struct rib_unicast *rib, uint16_t number, uint32_t router_id);
/* The neighbour has another address than before: one of a range. */
void rib_unicast_place(
    struct rib_unicast *rib, uint16_t number, const struct prefix *address);

/* A refresh of this family begins (RFC 7313, or a replay): nothing is heard
 * of it yet. */
void rib_unicast_begin(struct rib_unicast *rib, uint16_t number, unsigned afi);

/*
 * Remove, inside under, what the source has not heard (closed: all). Looks at
 * no more than *budget prefixes and takes them off it. walk goes on from call
 * to call; begun with rib_unicast_walk(). Calls gone(ctx, prefix) for each
 * prefix of which validation sees another best route than before (never for a
 * closed source: its routes were not seen). True when all has been looked at,
 * or nothing is left to remove in this family.
 */
bool rib_unicast_sweep(struct rib_unicast *rib, uint16_t number,
    struct prefix_walk *walk, size_t *budget,
    void (*gone)(void *ctx, const struct prefix *prefix), void *ctx);
void rib_unicast_walk(struct rib_unicast *rib, struct prefix_walk *walk,
    const struct prefix *under);

/* ---- routes ---- */

/* Implicit replacement: the source's route to this prefix is this one now.
 * prefix is valid, and source is open (else UNICAST_FULL). */
enum unicast_change rib_unicast_announce(struct rib_unicast *rib,
    uint16_t number, const struct prefix *prefix,
    const struct route_facts *facts);

/* UNICAST_SAME where there was none. Never UNICAST_FULL. */
enum unicast_change rib_unicast_withdraw(
    struct rib_unicast *rib, uint16_t number, const struct prefix *prefix);

/* The best route to exactly this prefix; false when there is none. */
bool rib_unicast_best(const struct rib_unicast *rib,
    const struct prefix *prefix, struct rib_route *out);

/* Best match: the best route of the longest prefix that covers dst. */
bool rib_unicast_match(const struct rib_unicast *rib, const struct prefix *dst,
    struct rib_route *out);

/* Walk the best routes of prefixes inside under and longer than it. begun with
 * rib_unicast_walk(); false at the end. */
bool rib_unicast_next(const struct rib_unicast *rib, struct prefix_walk *walk,
    struct rib_route *out);

/* The routes that are seen of exactly this prefix, the best first, up to max;
 * returns how many. */
size_t rib_unicast_routes(const struct rib_unicast *rib,
    const struct prefix *prefix, struct rib_route *out, size_t max);

/* ---- counts ---- */

/* Also those whose routes are all of closed sources and not swept yet, as in
 * the next two. */
size_t rib_unicast_prefixes(const struct rib_unicast *rib, unsigned afi);
size_t rib_unicast_count(const struct rib_unicast *rib, unsigned afi);
/* Routes of one source in the table (also before they are swept). */
size_t rib_unicast_of_source(
    const struct rib_unicast *rib, uint16_t number, unsigned afi);
/* Distinct facts in use. */
size_t rib_unicast_facts(const struct rib_unicast *rib);
/* Octets of memory that the table takes. */
size_t rib_unicast_octets(const struct rib_unicast *rib);
