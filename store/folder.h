/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder that a store lives in: taken by one writing process at a time, and
 * asked whether it has room left.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A store's folder; -1 for what is not open. */
struct folder {
	int fd;
	int owner; /* the lock file; held as long as it is open */
};

/* The enum db_error for an errno value. */
int folder_error(int code);

/*
 * Make the folder at path (0700) unless it is there, and take it. ACCESS for
 * one that others may write to or that belongs to somebody else than us or
 * root; BUSY when another process has it. On an error, too, folder_close().
 */
int folder_take(struct folder *folder, const char *path);

/* Open it for reading only. 0 or an error. */
int folder_open(struct folder *folder, const char *path);
void folder_close(struct folder *folder);

/*
 * Could the file of this name in it not grow by size octets? Tried on a file of
 * its own, at the same offset, so that quotas and file size limits count too.
 */
bool folder_full(const struct folder *folder, const char *name, size_t size);

/* Octets of the file of this name in it; 0 when there is none. */
uint64_t folder_size(const struct folder *folder, const char *name);
