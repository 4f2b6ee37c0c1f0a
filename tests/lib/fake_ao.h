/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel with TCP-AO that is not one: sockets, their keys, and the rules of
 * Linux about them, to be put under tcp_ao.c. Nothing is signed: tests say what
 * a segment would have been.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/supervisor/tcp_ao.h"
#include "proxy/common/tcp_ao_abi.h"

#define FAKE_SOCKETS 16
#define FAKE_KEYS    64
#define FAKE_FD      1000 /* descriptors from here on: no real ones */

struct fake_key {
	struct ao_get told; /* as the kernel tells it */
	bool used;
};

enum fake_state {
	FAKE_FREE,
	FAKE_CLOSED, /* new, may connect or listen */
	FAKE_LISTEN,
	FAKE_UP,
};

struct fake_socket {
	enum fake_state state;
	bool ao; /* has had a key, or was told something */
	bool required;
	struct address remote; /* FAKE_UP */
	struct address md5;    /* has a password for it; afi 0: none */
	struct fake_key keys[FAKE_KEYS];
	struct fake_key *current; /* of keys */
	struct fake_key *rnext;
	uint64_t unknown;
};

struct fake_ao {
	bool absent; /* no TCP-AO at all */
	int n_room;  /* keys that a socket may have */
	struct fake_socket sockets[FAKE_SOCKETS];
};

/* Empty, and as tcp_ao.c sees it; fake is borrowed. */
struct tcp_ao fake_ao_init(struct fake_ao *fake);

struct fake_socket *fake_ao_socket(struct fake_ao *fake, int fd);

/* A socket in this state; remote is NULL where it is not connected. */
int fake_ao_open(
    struct fake_ao *fake, enum fake_state state, const struct address *remote);

/* What listener makes of a connection from remote that is signed with the key
 * of this RecvID and asks for that of this SendID; -1: not signed. A
 * descriptor, or -1: dropped. */
int fake_ao_accept(struct fake_ao *fake, int listener,
    const struct address *remote, int receive_id, int send_id);

/* A segment comes, signed with the key of this RecvID, that asks for that of
 * this SendID. False: dropped. */
bool fake_ao_segment(struct fake_ao *fake, int fd, int receive_id, int send_id);

/* It has connected. */
void fake_ao_connect(
    struct fake_ao *fake, int fd, const struct address *remote);

/* The key with this SendID; NULL: none. */
struct fake_key *fake_ao_key(struct fake_ao *fake, int fd, int send_id);
unsigned fake_ao_keys(struct fake_ao *fake, int fd);
