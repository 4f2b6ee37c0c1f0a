/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room kept back on the disk: a file that is given up when the disk is full,
 * so that what cannot wait (withdrawals, acts of operators) is still recorded
 * while new rules are refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define BALLAST_MAX ((size_t)64 << 20)

/* How much to lay aside: a sixteenth of the file system, at most BALLAST_MAX;
 * 0 when the folder cannot be looked at. */
size_t ballast_size(const char *folder);

/*
 * Lay size octets aside in the folder, unless they are already there. Only
 * where at least four times as much is free. Returns true when they are there.
 */
bool ballast_take(const char *folder, size_t size);

/* Give them up; an empty file stays, and says so. Returns true when that made
 * room. */
bool ballast_drop(const char *folder);

/* They were given up, and nobody has laid them aside since. */
bool ballast_spent(const char *folder);
