/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A neighbour's key chain on sockets: on listeners, on what is dialled and
 * accepted, and the change from one key to the next on a connection that
 * stays.
 *
 * The rollover (RFC 5925 6.2 and 9): the new key is added; we name it as RNext
 * and send something (the nudge); the peer moves its Current and, when it
 * names the new key itself, the kernel moves ours. A key that the chain does
 * not have any more goes when the peer has signed with the wanted one and we
 * do, or when it had a hold time to get there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/supervisor/keychain.h"
#include "proxy/supervisor/tcp_ao.h"

#define AUTH_WHY_MAX 480
#define AUTH_HOLD_MS 10000u /* the least time that the peer has */

/* Whose keys, when. Borrowed for the call. */
struct auth_chain {
	const struct tcp_ao *ao;
	const struct keychain *chain; /* not empty */
	const struct address *remote; /* as configured */
	uint8_t len;                  /* of a range; 0: one address */
	uint64_t now_s;               /* wall */
	uint64_t now_ms;              /* auth_roll(): of the loop */
	uint64_t hold_ms; /* .. the longest hold time there may be */
};

/*
 * All keys that sockets have now, on a listener; those that are there stay.
 * 0, or -errno of the first that failed and why (AUTH_WHY_MAX octets).
 */
int auth_listen(const struct auth_chain *chain, int fd, char *why);

/* Those whose place is in mask (1 << place) are taken away from a listener. */
void auth_unlisten(const struct auth_chain *chain, int fd, uint32_t mask);

/* The same on a socket that is going to connect: signed from the first segment
 * on, with the wanted key, and nothing unsigned is taken. 0 or -errno. */
int auth_dial(const struct auth_chain *chain, int fd, char *why);

/*
 * A connection that came up: it has the keys that it should have and no
 * others, and asks for the wanted one. Keys may have changed since it began.
 * 0 or -errno: it must be reset then. -ENOKEY: it began without TCP-AO, or
 * with a key that is not the neighbour's (any more).
 */
int auth_connected(const struct auth_chain *chain, int fd, char *why);

/* Of one connection. All zero: it has just come up. */
struct auth_roll {
	bool begun;         /* the fields below say something */
	bool moving;        /* look again soon */
	uint8_t current;    /* SendID, as last seen */
	uint8_t rnext;      /* RecvID */
	uint8_t wanted;     /* SendID */
	uint32_t taken;     /* mask of the chain's places; 0: another chain */
	uint64_t base_good; /* signed with the wanted key before */
	uint64_t until_ms;  /* then keys are taken away by force */
	uint64_t bad;       /* segments, as last seen */
	uint64_t unknown;
	uint64_t unsigned_in;
};

/* What auth_roll() has done and seen. */
struct auth_event {
	bool nudge;       /* let the session send something */
	bool moved;       /* Current or RNext are others than before */
	uint32_t removed; /* keys taken away */
	uint32_t forced;  /* of these, while the peer may still use them */
	uint64_t bad;     /* segments since */
	uint64_t unknown;
	uint64_t unsigned_in;
	char why[AUTH_WHY_MAX]; /* what failed */
};

/* The chain is another one from now on. */
void auth_roll_anew(struct auth_roll *roll);

/* Look after a connection. Fills *event. 0, or -errno and event->why; what is
 * left to do is done the next time. */
int auth_roll(const struct auth_chain *chain, int fd, struct auth_roll *roll,
    struct auth_event *event);
