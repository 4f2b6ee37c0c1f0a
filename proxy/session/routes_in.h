/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The unicast routes of one customer session, and what the guard has still to
 * hear about them: state per prefix, of which the last wish wins, as in
 * proxy/session/adj_in.h. A withdrawal needs no disk, so it is forgotten once
 * it is told.
 *
 * Words of art
 *   announced   the peer's announcement stands
 *   withdrawn   the peer took it back, and the guard has not been told
 *   held        the guard was told of a route to this prefix, by this session
 *   dirty       the guard has not been told of the present state
 *   stale       not heard again since the peer began a refresh
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/hash.h"
#include "policy/prefix.h"
#include "policy/unicast.h"

struct routes_in;

enum routes_in_result {
	ROUTES_IN_FAILED = 0, /* out of memory: the route is not known */
	ROUTES_IN_OVERFLOW,   /* more than the bound: likewise */
	ROUTES_IN_SAME,       /* as it was: nothing to tell */
	ROUTES_IN_CHANGED,    /* the guard will be told */
};

/* What the guard is to be told next; borrowed until the table changes. */
struct routes_in_item {
	const struct prefix *prefix;
	const struct route_facts *facts; /* NULL: withdrawn */
	uint8_t family;
};

/* key is copied. NULL when out of memory. */
struct routes_in *routes_in_new(const uint8_t key[HASH_KEY_LEN]);
void routes_in_free(struct routes_in *routes); /* NULL is fine */

/* At most max announced prefixes of each family. What is there stays. */
void routes_in_limit(struct routes_in *routes, uint32_t max);

/*
 * The peer announced a route (prefix valid, facts copied). again: tell the
 * guard even when nothing changed (a refresh runs). Where it fails a route
 * that stood before is withdrawn.
 */
enum routes_in_result routes_in_announce(struct routes_in *routes,
    const struct prefix *prefix, const struct route_facts *facts, bool again);

/*
 * The peer withdrew a route, or announced one that is not to be used. lingers:
 * the guard may know one from the session before, so it is told of a prefix
 * that is not known here, too, as far as there is room.
 */
void routes_in_withdraw(
    struct routes_in *routes, const struct prefix *prefix, bool lingers);

/* The session ended: announced routes are forgotten (the guard decides how
 * long they live on); withdrawals that were not told stay. */
void routes_in_drop(struct routes_in *routes);

/* A new guard knows nothing: all that is announced is dirty, and nothing needs
 * a withdrawal. */
void routes_in_replay(struct routes_in *routes);

/* The guard asked for one family again. */
void routes_in_again(struct routes_in *routes, unsigned family);

/* RFC 7313: mark the routes of a family as stale; withdraw those still so. */
void routes_in_stale(struct routes_in *routes, unsigned family);
void routes_in_sweep(struct routes_in *routes, unsigned family);

/* What to tell next, withdrawals first; false when nothing is dirty. Then
 * routes_in_told() once it has been said. */
bool routes_in_next(
    const struct routes_in *routes, struct routes_in_item *item);
void routes_in_told(struct routes_in *routes);

/* Announced prefixes of one family (or FAMILY_UNICAST: of both). */
uint32_t routes_in_count(const struct routes_in *routes, unsigned families);

/* Octets of memory that the table takes, near enough. */
size_t routes_in_memory(const struct routes_in *routes);
