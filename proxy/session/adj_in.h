/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Adj-RIB-In of one customer session, and what the guard has still to
 * hear about it: state per rule, of which the last wish wins, never a list of
 * messages. So a guard that stands still costs memory by rules.
 *
 * Words of art
 *   announced   the peer's announcement stands
 *   withdrawn   the peer took it back; kept until the guard says that the
 *               withdrawal is durable (adj_in_ack)
 *   dirty       the guard has not been told of the present state
 *   stale       not heard again since the peer began a refresh
 *   arrived     when the present announcement came: announced anew with another
 *               value a rule arrives anew, announced alike it does not
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/action.h"
#include "policy/hash.h"
#include "policy/rule.h"
#include "policy/wish.h"

struct adj_in;

/* What the peer announced. All borrowed for the call. */
struct adj_in_route {
	const struct rule *rule; /* canonical */
	const struct action_set *actions;
	const uint8_t *raw; /* NLRI as received where not canonical */
	uint16_t raw_len;
	uint16_t wire_reason; /* enum reason */
	uint8_t family;
	struct wish wish;
};

enum adj_in_result {
	ADJ_IN_OVERFLOW = 0, /* no room: the rule is not known */
	ADJ_IN_SAME,         /* as it was: nothing to tell */
	ADJ_IN_CHANGED,      /* the guard will be told */
};

/* What the guard is to be told next; borrowed until the table changes. */
struct adj_in_item {
	uint64_t handle;
	bool withdraw;
	bool more_withdrawals; /* wait behind it */
	bool more_announces;
	struct adj_in_route route; /* withdraw: rule and family only */
};

/* key is copied. NULL when out of memory. */
struct adj_in *adj_in_new(const uint8_t key[HASH_KEY_LEN]);
void adj_in_free(struct adj_in *adj);

/*
 * Keep at most max announced rules, and as many again that are withdrawn and
 * not durable. What is there already stays.
 */
void adj_in_limit(struct adj_in *adj, uint32_t max);

/*
 * The peer announced a rule. again: tell the guard even when nothing changed
 * (a refresh runs, and the guard holds the rule as stale). Out of memory
 * counts as no room; then a rule that stood before is withdrawn.
 */
enum adj_in_result adj_in_announce(
    struct adj_in *adj, const struct adj_in_route *route, bool again);

/*
 * The peer withdrew a rule. The guard is told of one that is not known here,
 * too: it may linger from the session before. Without room that is not
 * remembered; then it goes when the peer has sent all it has.
 */
void adj_in_withdraw(struct adj_in *adj, const struct rule *rule);

/* A withdrawal is durable. False for a handle that is not (or no longer) that
 * of a withdrawn rule. */
bool adj_in_ack(struct adj_in *adj, uint64_t handle);

/* The session ended: announced rules are forgotten (the guard decides how long
 * they live on), withdrawals stay. */
void adj_in_drop(struct adj_in *adj);

/* A new guard knows nothing: everything is dirty again, announcements in the
 * order in which they arrived. */
void adj_in_replay(struct adj_in *adj);

/* RFC 7313: mark the rules of a family as stale; withdraw those still so. */
void adj_in_stale(struct adj_in *adj, unsigned family);
void adj_in_sweep(struct adj_in *adj, unsigned family);

/* What to tell next, withdrawals first; false when nothing is dirty. Then
 * adj_in_told() once it has been said. */
bool adj_in_next(const struct adj_in *adj, struct adj_in_item *item);
void adj_in_told(struct adj_in *adj);

uint32_t adj_in_announced(const struct adj_in *adj);
/* An announcement would find room. */
bool adj_in_has_room(const struct adj_in *adj);

/* Octets of memory that the table and its rules take, near enough. */
size_t adj_in_memory(const struct adj_in *adj);
