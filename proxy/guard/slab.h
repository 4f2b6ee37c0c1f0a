/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many small things of one size, by 32-bit number instead of by pointer.
 * Memory grows a chunk at a time: nothing is ever moved or copied, so a
 * pointer to a thing is good until the thing is given back. What is given back
 * is used again.
 *
 * From about a megabyte on, chunks are cut from huge pages where the system
 * has them: full tables are looked at in random order, and half the time then
 * goes into finding out where a page is.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct slab {
	uint8_t **chunks;
	uint32_t n_chunks;
	uint32_t n_single; /* of them, allocated one by one; first */
	uint32_t room;     /* of chunks[] */
	uint32_t used;     /* numbers below were taken at some time */
	uint32_t free;     /* the first given back, 0: none */
	uint32_t spare;    /* how many were given back */
	uint32_t size;     /* octets of a thing: four at least */
	uint32_t shift;    /* 1 << shift things in a chunk */
};

/* Nothing is allocated yet. size is a multiple of what a thing's alignment
 * asks for; a chunk is at most a megabyte. */
void slab_init(struct slab *slab, size_t size, unsigned shift);
void slab_fini(struct slab *slab);

/* A thing's number, never 0, its octets undefined; 0 when memory is out. */
uint32_t slab_take(struct slab *slab);
void slab_give(struct slab *slab, uint32_t i);

/* The next n takes will not fail. 0, or -1 when memory is out. */
int slab_reserve(struct slab *slab, uint32_t n);

/* Octets of memory, what is free included. */
size_t slab_octets(const struct slab *slab);

/* The thing of a number that slab_take() gave. */
static inline void *
slab_at(const struct slab *slab, uint32_t i)
{
	size_t within = i & ((1u << slab->shift) - 1);

	return &slab->chunks[i >> slab->shift][within * slab->size];
}
