/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where neighbours are: at one address, or somewhere in a range, where each
 * place (session) of the range is a peer of its own and somebody else may come
 * to it each time. And what the kernel counted of those who came.
 */
#pragma once

#include "proxy/guard/guard.h"

/* What the neighbour's message says: the range (of the family NONE: one
 * address), and what its place is called among the customer's: "198.51.100.2",
 * "198.51.100.0/28#1". */
void place_configure(
    struct guard_peer *peer, const struct msg_cfg_neighbor *msg);

/* Its state is new: of a range, who came is noted, and records say so from now
 * on: "198.51.100.5#1". An address outside the range is not believed. */
void place_state(struct guard_peer *peer);

/* The neighbour's end of its session: as heard, or (not heard, or not inside
 * its range) as it is configured. n: its configuration. */
void place_remote(const struct guard_peer *peer,
    const struct msg_cfg_neighbor *n, struct prefix *out);

/* The place that session, as in a record, was at: "198.51.100.5#1". peers: n of
 * them, of one customer. NULL: none of a range. */
struct guard_peer *place_find(
    struct guard_peer *const *peers, size_t n, const char *session);

/* What an address is, or a range: masked, of its length. */
void place_prefix(const struct msg_cfg_neighbor *msg, struct prefix *out);

/* A place of a range that nobody has: no connection, and no rules of one who
 * was there. */
bool place_free(const struct guard_peer *peer);

/* Places of the peer's range, and how many are taken; 0 and 0 without one. */
void place_count(struct guard *guard, const struct guard_peer *peer,
    uint8_t *places, uint8_t *taken);

/* How the host's MD5 counts have grown within a minute, up to ten seconds
 * less. */
void place_md5_lately(
    const struct guard *guard, uint32_t *bad, uint32_t *unsigned_in);

/* MSG_PEER_AUTH, of a peer or of the whole host: counts only grow. The
 * first of the host is what was before. */
void place_auth(struct guard *guard, const struct msg_peer_auth *msg);
