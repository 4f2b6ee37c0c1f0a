/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose connection it is. A neighbour with one address has one peer; a range
 * has a few, the places, and each is taken by one address at a time: the
 * remote of its peer. It keeps a place until another one needs it.
 */
#pragma once

#include <stdbool.h>

#include "proxy/supervisor/supervisor.h"

struct ranges_found {
	struct peer *peer; /* borrowed; NULL: nobody's, or no place is free */
	bool inside;       /* of a range, that is */
};

/*
 * The peer for a connection from this address: of the exact neighbour; else of
 * the range around it the place that is this address's, else one that nobody
 * has had yet, else the one without a connection for the longest time. Peers
 * that leave do not count. Changes nothing.
 */
struct ranges_found ranges_find(
    const struct supervisor *supervisor, const struct address *remote);

/* The place is this address's from now on. Nothing for an exact neighbour. */
void ranges_bind(struct peer *peer, const struct address *remote);

/* The setup has changed: the remote is the neighbour's, or, in a range, stays
 * as long as it lies inside. */
void ranges_settle(struct peer *peer);
