/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder of private files: it is mode 0700, they are 0400, all are ours. A
 * file is never changed, but replaced whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FOLDER_NAME_MAX 32 /* of a file, with its NUL */

/*
 * Open the folder, made when it is not there (its parent must be), and hold it
 * against another process. Returns a descriptor, or -1 with the reason in why:
 * others may read or write it, it is somebody else's, or in use.
 */
int folder_open(const char *path, char *why, size_t size);

/*
 * Read a whole file. 0 or -errno: ENOENT, EPERM when it is looser than 0400,
 * no plain file or not ours, EFBIG when it is longer than size.
 */
int folder_read(
    int folder, const char *name, void *buf, size_t size, size_t *len);

/* Put the file there, in place of one of that name; it is on the disk when this
 * returns 0. Else -errno, and one that was there is as it was, or (when the
 * folder itself could not be flushed) the new one. */
int folder_keep(int folder, const char *name, const void *data, size_t len);

/*
 * The same for a secret: what it replaces is overwritten. *left (may be NULL)
 * when that could not be done: folder_wipe_replaced() is to be called again. On
 * an error the old one is still there.
 */
int folder_keep_secret(
    int folder, const char *name, const void *data, size_t len, bool *left);
int folder_wipe_replaced(int folder, const char *name);

/* Overwrite the file's octets, then remove it. 0 (also when there is none) or
 * -errno. */
int folder_wipe(int folder, const char *name);

/* Call visit for each file whose name begins with prefix, until it returns
 * other than 0. Returns that, 0, or -errno. */
int folder_walk(int folder, const char *prefix,
    int (*visit)(void *ctx, const char *name), void *ctx);
