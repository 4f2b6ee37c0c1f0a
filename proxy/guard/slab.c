/* SPDX-License-Identifier: BSD-2-Clause */
/* Things of one size, by number, in chunks that never move. */
#include "proxy/guard/slab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNKS_MIN 16u
#define SINGLE     ((size_t)1 << 20) /* octets allocated chunk by chunk */
#define HUGE       ((size_t)2 << 20) /* octets of a huge page */

static size_t
chunk_octets(const struct slab *slab)
{
	return (size_t)slab->size << slab->shift;
}

/* Chunks cut from one huge page. */
static uint32_t
chunks_of_page(const struct slab *slab)
{
	return (uint32_t)(HUGE / chunk_octets(slab));
}

void
slab_init(struct slab *slab, size_t size, unsigned shift)
{
	memset(slab, 0, sizeof(*slab));
	slab->size = (uint32_t)size;
	slab->shift = shift;
	slab->used = 1; /* 0 means none */
	assert(chunk_octets(slab) <= SINGLE);
}

void
slab_fini(struct slab *slab)
{
	uint32_t i = 0;

	for (; i < slab->n_single; i++)
		free(slab->chunks[i]);
	for (; i < slab->n_chunks; i += chunks_of_page(slab))
		free(slab->chunks[i]); /* the first of a page is the page */
	free(slab->chunks);
	memset(slab, 0, sizeof(*slab));
}

/* Room for n more pointers to chunks. */
static int
room_reserve(struct slab *slab, uint32_t n)
{
	uint32_t room = slab->room == 0 ? CHUNKS_MIN : slab->room;
	uint8_t **chunks;

	while (room < slab->n_chunks + n)
		room *= 2;
	if (room == slab->room)
		return 0;
	chunks = realloc(slab->chunks, room * sizeof(*chunks));
	if (chunks == NULL)
		return -1;
	slab->chunks = chunks;
	slab->room = room;
	return 0;
}

/* A page of chunks; an ordinary one will do. */
static int
page_add(struct slab *slab)
{
	uint8_t *page = aligned_alloc(HUGE, HUGE);

	if (page == NULL)
		return -1;
	(void)madvise(page, HUGE, MADV_HUGEPAGE);
	for (uint32_t i = 0; i < chunks_of_page(slab); i++)
		slab->chunks[slab->n_chunks++] = &page[i * chunk_octets(slab)];
	return 0;
}

static int
chunk_add(struct slab *slab)
{
	/* Numbers are 32 bits. */
	if (slab->n_chunks >=
		(UINT32_MAX >> slab->shift) - chunks_of_page(slab) ||
	    room_reserve(slab, chunks_of_page(slab)) < 0)
		return -1;
	if (slab->n_chunks * chunk_octets(slab) >= SINGLE)
		return page_add(slab);
	slab->chunks[slab->n_chunks] = malloc(chunk_octets(slab));
	if (slab->chunks[slab->n_chunks] == NULL)
		return -1;
	slab->n_chunks++;
	slab->n_single++;
	return 0;
}

int
slab_reserve(struct slab *slab, uint32_t n)
{
	while (slab->spare + ((uint64_t)slab->n_chunks << slab->shift) <
	       (uint64_t)slab->used + n) {
		if (chunk_add(slab) < 0)
			return -1;
	}
	return 0;
}

uint32_t
slab_take(struct slab *slab)
{
	uint32_t i = slab->free;

	if (i != 0) {
		memcpy(&slab->free, slab_at(slab, i), sizeof(slab->free));
		slab->spare--;
		return i;
	}
	if (slab->used >> slab->shift >= slab->n_chunks && chunk_add(slab) < 0)
		return 0;
	return slab->used++;
}

void
slab_give(struct slab *slab, uint32_t i)
{
	memcpy(slab_at(slab, i), &slab->free, sizeof(slab->free));
	slab->free = i;
	slab->spare++;
}

size_t
slab_octets(const struct slab *slab)
{
	size_t pages = (slab->n_chunks - slab->n_single) / chunks_of_page(slab);

	return slab->room * sizeof(*slab->chunks) +
	       slab->n_single * chunk_octets(slab) + pages * HUGE;
}
