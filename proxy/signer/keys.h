/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signing keys, each in a file of the signer's folder:
 *
 *   key           the log's: "sluicek1" seed:32 public:32, and while the key
 *                 before it still signs, too: its seed:32 public:32 until:8
 *                 signatures:128 (proxy/signer/rollover.h)
 *   cosigner-key  ours as a witness: "sluicec1" seed:32 public:32 name:128;
 *                 the name is the one at its making, for others know the key
 *                 by it
 *
 * A file that is replaced is overwritten before it is removed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/signer/rollover.h"

#define KEYS_FILE     "key"
#define KEYS_COSIGNER "cosigner-key"

struct keys {
	struct seal_key *key;
	struct seal_key *old; /* NULL: none */
	struct seal_key *cosign;
	uint8_t public_key[SEAL_PUBLIC_LEN];
	struct rollover rollover; /* has an old key */
	struct note_key cosigner;
	bool to_wipe; /* what was replaced is still on the disk */
};

/*
 * Read the keys; those that are not there are made (name is the configured
 * one). But when there are checkpoints of ours, a key that is missing has been
 * taken away. 0, or -1 with the reason in why; then nothing is held.
 */
int keys_load(
    struct keys *keys, int folder, const char *name, char *why, size_t size);

/* Wiped from memory; zeroed keys are fine. */
void keys_fini(struct keys *keys);

/*
 * Another key in place of this one, which signs on as the old one until now_s +
 * ROLLOVER_KEPT_S; one that was old already stops. ready(ctx, key) is called
 * with the new key before it counts; an error of it (-errno) ends the matter.
 * 0, or -errno: all is as before.
 */
int keys_rotate(struct keys *keys, int folder, uint64_t now_s,
    int (*ready)(void *ctx, struct seal_key *key), void *ctx);

/* Forget the old key when its time is over: true when it was. What could not be
 * wiped from the disk yet is tried again by the next call. */
bool keys_retire(struct keys *keys, int folder, uint64_t now_s);

/* Does the old key sign at now_s? */
bool keys_has_old(const struct keys *keys, uint64_t now_s);
