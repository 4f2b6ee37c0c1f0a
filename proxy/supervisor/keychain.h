/* SPDX-License-Identifier: BSD-2-Clause */
/* The TCP-AO keys of one neighbour (RFC 5925 3.1 calls them MKTs), without
 * their secrets: which is wanted when, and what a new chain does. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/message.h"
#include "proxy/supervisor/password.h"

struct keychain_key {
	uint8_t send_id;
	uint8_t receive_id;
	uint8_t algorithm;       /* enum ao_algorithm */
	uint8_t exclude_options; /* TCP options are not signed */
	uint64_t from_s;         /* wall */
	uint64_t until_s;        /* wall, exclusive; 0: for ever */
	struct password_id id;   /* of the file, when it was last looked at */
	char file[PATH_LEN];     /* absolute: the secret */
};

/* No send_id stands for two keys, nor does a receive_id. */
struct keychain {
	uint32_t n; /* 0: no TCP-AO */
	struct keychain_key key[AO_KEYS_MAX];
};

enum keychain_change {
	KEYCHAIN_SAME,
	KEYCHAIN_MOVED, /* keys came or went, or their times moved */
	KEYCHAIN_CLASH, /* an id stands for another key: no session survives */
};

/*
 * The key (its place) to sign with and to ask the peer for: of those whose
 * time it is the one that begins last, of several the later one. When it is no
 * key's time, the one that ended last; when none has begun, the one that
 * begins first: an old key is better than a session that ends by itself (RFC
 * 2328 D.3 says so of the last key), and none at all is out of the question.
 * The chain is not empty.
 */
uint32_t keychain_wanted(const struct keychain *chain, uint64_t now_s);

/* The keys that sockets have, a bit for each place: all that have not ended,
 * and the wanted one. 0 of an empty chain. */
uint32_t keychain_taken(const struct keychain *chain, uint64_t now_s);

/* The wanted key is one whose time it is. */
bool keychain_is_due(const struct keychain *chain, uint64_t now_s);

/* When one of the above changes next by itself, wall seconds; 0: never. */
uint64_t keychain_next(const struct keychain *chain, uint64_t now_s);

/* What new does to a connection that has the keys of old. */
enum keychain_change keychain_compare(
    const struct keychain *old, const struct keychain *new);

/* The place of the key with both ids, or chain->n. */
uint32_t keychain_find(
    const struct keychain *chain, uint8_t send_id, uint8_t receive_id);
