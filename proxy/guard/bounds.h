/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard's bounds: how much, how many, how long. */
#pragma once

#define GUARD_PEERS_MAX      65536u
#define GUARD_REASONS        256u /* reasons are below */
/* Refusals of one customer recorded one by one: a second, and in a burst.
 * Those beyond become one summary a second. */
#define GUARD_REFUSALS_PER_S 20u
#define GUARD_REFUSALS_BURST 1000u
/* A new guard waits so long for sessions that are up to say again what they
 * know, whatever their linger. */
#define GUARD_REPLAY_MS      10000u
/* Entries that routers may report to hold to a new guard. */
#define GUARD_HELD_MAX       (1u << 20)
/* And one router's session, besides twice the rules that all customers may
 * have. */
#define GUARD_HELD_MORE      4096u
/* Marks of one refresh and the next, at least: each walks all rules. */
#define GUARD_REFRESH_MS     1000u
/* Withdrawals that a router's session may be behind, besides as many as rules
 * stand; then it is given everything anew. */
#define GUARD_BEHIND_MAX     65536u

/* Prefixes that sweeps look at, and rules that are looked at again, in one
 * turn: a millisecond or two. */
#define GUARD_SWEEP_TURN     10000u
#define GUARD_LOOK_TURN      2000u
/* Rules that one change of a route touches at once. */
#define GUARD_TOUCH_FEW      16u
/* More-specifics that are walked for them, besides. */
#define GUARD_WALK_TURN      50000u
/* More-specifics below one rule beyond which it has no ground: a /12 full of
 * /24 has fewer. */
#define GUARD_MORE_MAX       8192u
/* What is to be revoked is collected so long: then the brake is asked. */
#define GUARD_COLLECT_MS     10u
/* The brake counts what was revoked within so many seconds. */
#define GUARD_BRAKE_S        10u
/* A revoked rule rests 1 s before it is judged anew, twice as long each time
 * up to this, so that a route that flaps does not fill the log. */
#define GUARD_REST_MS        1000u
#define GUARD_REST_MAX_MS    60000u
#define GUARD_REST_FORGET_MS 600000u
/* Rules whose time has come are looked for so often, at most. */
#define GUARD_PATIENCE_MS    100u
/* Routes of one customer's session and family, besides twice what it may
 * announce, and sources of one session that are closed and not swept yet. The
 * session keeps to less; one that a stranger took over fills no table. */
#define GUARD_ROUTES_MORE    1024u
#define GUARD_CLOSED_MAX     8u
/* What is said in a minute about one session's routes that come and go. */
#define GUARD_NOTES          20u

/* VRPs: twice what the rpki role keeps. */
#define GUARD_VRPS_MAX 8000000u

/* The operators' own rules come over this peer, which has no session. */
#define GUARD_PEER_NOC    GUARD_PEERS_MAX
#define GUARD_ORPHANS     64u /* acts on customers that are not there */
#define GUARD_NOC_NAMES   64u /* operators with rules at one time */
/* Rules that wait for room are judged so often in one turn; of one customer
 * all that pass. */
#define GUARD_ASKS_TURN   256u
/* A rule that found no room waits so long for it. */
#define GUARD_ROOM_MS     600000u
/* Rules of others that one rule is held against for shadows. */
#define GUARD_SHADOWS_MAX 4096u
/* A session lost so soon after a rule went active points at the rule .. */
#define GUARD_FLAP_MS     30000u
/* .. and twice keeps it out. */
#define GUARD_FLAPS       2u
/* Lifetimes that end within this are told of beforehand. */
#define GUARD_ENDING_MS   3600000u
