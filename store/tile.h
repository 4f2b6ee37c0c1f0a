/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of tiles (C2SP tlog-tiles v0.1.0). Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TILE_WIDTH    256u
#define TILE_PATH_MAX 64         /* with its NUL */
#define TILE_LEVELS   8          /* 256^8 entries */
#define TILE_ENTRIES  UINT32_MAX /* as a level: bundles of entries */

/* "tile/0/x001/234", "tile/entries/000.p/17"; width 1 to TILE_WIDTH. Returns
 * the length, or -1 when size is too small. */
int tile_path(
    char *buf, size_t size, unsigned level, uint64_t index, unsigned width);
