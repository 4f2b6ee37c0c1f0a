/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes that a source has not heard again, or of one that is closed, leave
 * the unicast table in slices: there may be a million, and a withdrawal waits
 * for nothing. All that are under way have their turn, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"
#include "proxy/guard/guard.h"

static struct guard_sweep *
find(struct guard *guard, uint16_t source, unsigned afi)
{
	for (size_t i = 0; i < guard->n_sweeps; i++) {
		if (guard->sweeps[i].source == source &&
		    guard->sweeps[i].afi == afi)
			return &guard->sweeps[i];
	}
	return NULL;
}

static struct guard_sweep *
add(struct guard *guard)
{
	size_t room = guard->room_sweeps * 2 + 16;
	struct guard_sweep *grown;

	if (guard->n_sweeps == guard->room_sweeps) {
		grown = reallocarray(guard->sweeps, room, sizeof(*grown));
		if (grown == NULL)
			return NULL;
		guard->sweeps = grown;
		guard->room_sweeps = room;
	}
	return &guard->sweeps[guard->n_sweeps++];
}

void
sweep_begin(struct guard *guard, const struct guard_peer *peer, unsigned afi,
    bool closed)
{
	struct guard_sweep *sweep;

	if (rib_unicast_of_source(guard->unicast, peer->source, afi) == 0)
		return;
	sweep = find(guard, peer->source, afi);
	if (sweep == NULL)
		sweep = add(guard);
	if (sweep == NULL) {
		log_line(LOG_ERROR,
		    "unicast: out of memory: what is gone keeps its room");
		return;
	}
	*sweep = (struct guard_sweep){ .source = peer->source,
		.afi = (uint8_t)afi,
		.whole = peer->internal,
		.closed = closed,
		.peer = peer->number };
	timer_start(guard->work, 0, 0);
}

static void
drop(struct guard *guard, struct guard_sweep *sweep)
{
	size_t at = (size_t)(sweep - guard->sweeps);

	guard->n_sweeps--;
	memmove(sweep, sweep + 1, (guard->n_sweeps - at) * sizeof(*sweep));
}

void
sweep_cancel(struct guard *guard, uint16_t source, unsigned afi)
{
	struct guard_sweep *sweep = find(guard, source, afi);

	if (sweep != NULL)
		drop(guard, sweep);
}

unsigned
sweep_closed(const struct guard *guard, const struct guard_peer *peer)
{
	unsigned n = 0;

	for (size_t i = 0; i < guard->n_sweeps; i++)
		n += guard->sweeps[i].closed &&
		     guard->sweeps[i].peer == peer->number;
	return n;
}

void
sweep_widen(struct guard *guard)
{
	for (size_t i = 0; i < guard->n_sweeps; i++) {
		struct guard_sweep *sweep = &guard->sweeps[i];

		if (sweep->whole)
			continue;
		sweep->whole = true;
		sweep->walking = false;
		sweep->at = 0;
	}
}

static void
on_gone(void *ctx, const struct prefix *prefix)
{
	struct guard *guard = ctx;

	if (unicast_matters(guard, prefix->afi))
		ground_moved(guard, prefix);
}

/* The next prefix whose inside is to be walked; false: none is left. */
static bool
next(struct guard *guard, struct guard_sweep *sweep)
{
	const struct guard_peer *peer = guard->peers[sweep->peer];
	const struct prefix all = { .afi = sweep->afi };
	const struct prefix_entry *entry;

	if (sweep->whole || peer->customer->policy == NULL) {
		if (sweep->at > 0)
			return false;
		sweep->at++;
		rib_unicast_walk(guard->unicast, &sweep->walk, &all);
		return true;
	}
	do {
		entry = prefix_set_at(peer->customer->policy->own, sweep->at++);
	} while (entry != NULL && entry->prefix.afi != sweep->afi);
	if (entry != NULL)
		rib_unicast_walk(guard->unicast, &sweep->walk, &entry->prefix);
	return entry != NULL;
}

/* Routes that were not the best may have gone, too: rules that stood beside
 * them (strict, ask.c) are looked at. */
static void
done(struct guard *guard, const struct guard_sweep *sweep)
{
	const struct guard_peer *peer = guard->peers[sweep->peer];

	if (!sweep->closed && !peer->internal &&
	    peer->customer->policy != NULL &&
	    peer->customer->policy->validate == VALIDATE_STRICT)
		ground_touch_all(guard, peer->customer, sweep->afi);
	drop(guard, &guard->sweeps[0]);
}

/* True when it is done. */
static bool
run(struct guard *guard, struct guard_sweep *sweep, size_t *budget)
{
	while (*budget > 0) {
		if (!sweep->walking) {
			if (!next(guard, sweep))
				return true;
			(*budget)--;
		}
		sweep->walking = !rib_unicast_sweep(guard->unicast,
		    sweep->source, &sweep->walk, budget, on_gone, guard);
		/* The number may be another's from now on. */
		if (rib_unicast_of_source(
			guard->unicast, sweep->source, sweep->afi) == 0)
			return true;
	}
	return false;
}

bool
sweep_work(struct guard *guard)
{
	size_t budget = GUARD_SWEEP_TURN;
	struct guard_sweep first;

	while (guard->n_sweeps > 0 && budget > 0) {
		if (run(guard, &guard->sweeps[0], &budget)) {
			done(guard, &guard->sweeps[0]);
			continue;
		}
		/* The others have their turn before it goes on. */
		first = guard->sweeps[0];
		drop(guard, &guard->sweeps[0]);
		guard->sweeps[guard->n_sweeps++] = first;
	}
	return guard->n_sweeps > 0;
}
