/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files below one folder, each written whole or not at all. Paths have '/'
 * between their parts and come from store/tile.h.
 */
#pragma once

#include <stddef.h>

struct tile_files;

/* The folder at path is made when it is not there. NULL with errno. */
struct tile_files *tile_files_open(const char *path);
void tile_files_close(struct tile_files *files); /* NULL is fine */

/* What went wrong last: file and reason. */
const char *tile_files_why(const struct tile_files *files);

/* Write a file in place of what was there, with the folders on its way. 0, or
 * -1. */
int tile_files_put(
    struct tile_files *files, const char *path, const void *data, size_t len);

/* Read a file of at most size octets: its length, or -errno. */
long tile_files_read(
    struct tile_files *files, const char *path, void *out, size_t size);

/* Read a file that must have len octets. 0, or -1. */
int tile_files_get(
    struct tile_files *files, const char *path, void *out, size_t len);

/* All that was written is on disk. 0, or -1. */
int tile_files_sync(struct tile_files *files);
