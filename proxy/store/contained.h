/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Panics, freezes and quarantines outlive the log that they stand in: whether
 * it is set aside by an operator or because it is damaged, what keeps rules out
 * goes on keeping them out. So the entries of those in force are also kept in a
 * file beside the log, "contained": "SLC1", the number of records:4, each with
 * its length:2, then the SHA-256 of all that; big-endian.
 *
 * When the live rules of a log are not taken over, the file is first claimed
 * (renamed to "contained.carry", or made empty when there is none), and what it
 * holds is recorded in the log that follows. When it cannot be read nobody
 * knows what was forbidden: then nothing new is let in until an operator thaws.
 */
#pragma once

#include <stdbool.h>

#include "store/store.h"

#define CONTAINED_MAX 65536u /* acts */

/* Write the file: the acts in force by the store's table. Any thread that may
 * read the store; syncs. 0, or -1 with errno: then the old one stands. */
int contained_write(const char *path, struct store *store);

/* The live rules of the log in this folder are about to be lost: claim the
 * file. Durable. 0, or -1 with errno. */
int contained_claim(const char *path);

/*
 * Record what was claimed, if anything, in the store (nothing else may be open
 * in it), write the file anew, and forget the claim. Acts that are in force
 * there already are not recorded twice. Returns 0 or an error (enum db_error).
 */
int contained_carry(const char *path, struct store *store);
