/* SPDX-License-Identifier: BSD-2-Clause */
/* A neighbour with a key chain, a listener and a connection, over a kernel put
 * in its place; included after cmocka.h. */
#pragma once

#include "proxy/supervisor/auth.h"
#include "tests/lib/fake_ao.h"
#include "tests/lib/temp_folder.h"

#define AUTH_WORLD_HOLD_MS 30000u

struct auth_world {
	char folder[TEMP_PATH_MAX];
	struct fake_ao fake;
	struct tcp_ao ao;
	struct keychain chain;
	struct address remote;
	struct auth_chain auth;
	struct auth_roll roll;
	struct auth_event event;
	char why[AUTH_WHY_MAX];
	int listener;
	int fd; /* a connection */
};

/* For cmocka: *state is a world with the chain of key 1. */
int auth_world_setup(void **state);
int auth_world_teardown(void **state);

/* The contents of the file of key id (1 to 4 are there). */
void auth_world_secret_write(
    struct auth_world *world, unsigned id, const char *secret);

/* The chain has these keys (receive: ten more) and no others; b 0: only a. */
void auth_world_chain_is(struct auth_world *world, uint8_t a, uint8_t b);

/* A connection from remote that was signed with key id from the first segment
 * on; it has been accepted and found good. */
void auth_world_connection(struct auth_world *world, uint8_t id);

/* One look at it, after which a second passes. */
void auth_world_roll(struct auth_world *world);

/* The peer sends something: signed with key signs, asking for key asks. */
void auth_world_peer_sends(
    struct auth_world *world, uint8_t signs, uint8_t asks);

void auth_world_expect_ids(
    struct auth_world *world, uint8_t current, uint8_t asked);
