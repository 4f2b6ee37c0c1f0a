/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has been signed: for each log the last checkpoint, as a signed note in a
 * file of the signer's folder. It is there before the signature leaves.
 *
 *   own-<16 hex digits>   our own logs, signed by our key
 *   for-<16 hex digits>   logs that we are a witness of: with our cosignature
 *
 * The digits are the head of the SHA-256 of the log's origin.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "store/note.h"

#define MEMORY_OWN     "own-"
#define MEMORY_FOR     "for-"
#define MEMORY_OWN_MAX 1000 /* logs of ours that were ever begun */

enum memory_found {
	MEMORY_BAD = -1, /* it cannot be read, or is not what was kept */
	MEMORY_NONE = 0,
	MEMORY_FOUND = 1,
};

/* Whose checkpoint is looked for, and who must have signed it. */
struct memory_ask {
	const char *prefix;
	const char *origin;
	const struct note_key *keys; /* one of n */
	unsigned n;
};

/* The last checkpoint of the log. NONE: *last is zeroed; BAD: why says it. */
enum memory_found memory_read(int folder, const struct memory_ask *ask,
    struct checkpoint *last, char *why, size_t size);

/* Keep the note (whole, signed) as the log's last. 0 or -errno. */
int memory_keep(int folder, const char *prefix, const char *origin,
    const char *note, size_t len);

/* Is there room for the first checkpoint of another log of ours? */
bool memory_has_room(int folder);

/*
 * Call visit with the origin of each log of ours, until it returns other than
 * 0. Returns that, 0, or -errno; -EBADMSG: a file is no checkpoint.
 */
int memory_walk_own(
    int folder, int (*visit)(void *ctx, const char *origin), void *ctx);
