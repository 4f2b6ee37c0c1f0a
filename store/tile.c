/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of tiles. */
#include "store/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ELEMENTS 7 /* of three digits: room for any 64-bit number */
#define ELEMENT  1000u

/* Three digits an element, all but the last behind an 'x'. */
static void
print_index(char *buf, size_t size, uint64_t index)
{
	unsigned part[ELEMENTS] = { 0 };
	unsigned n = 0;
	size_t at = 0;

	do {
		part[n++] = (unsigned)(index % ELEMENT);
		index /= ELEMENT;
	} while (index != 0 && n < ELEMENTS);
	while (n-- > 1)
		at += (size_t)snprintf(
		    &buf[at], size - at, "x%03u/", part[n] % ELEMENT);
	(void)snprintf(&buf[at], size - at, "%03u", part[0] % ELEMENT);
}

int
tile_path(
    char *buf, size_t size, unsigned level, uint64_t index, unsigned width)
{
	char head[16] = "entries", number[ELEMENTS * 5 + 1], tail[8] = "";
	int len;

	if (width == 0 || width > TILE_WIDTH ||
	    (level != TILE_ENTRIES && level >= TILE_LEVELS))
		return -1;
	if (level != TILE_ENTRIES)
		(void)snprintf(head, sizeof(head), "%u", level);
	if (width < TILE_WIDTH)
		(void)snprintf(tail, sizeof(tail), ".p/%u", width);
	print_index(number, sizeof(number), index);
	len = snprintf(buf, size, "tile/%s/%s%s", head, number, tail);
	return len < 0 || (size_t)len >= size ? -1 : len;
}
