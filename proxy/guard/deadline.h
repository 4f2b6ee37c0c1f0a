/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ends when: a heap of times, of which the earliest is at hand and each
 * can be changed or taken out without a search, as the things know their
 * places. Of equal times any may be the first.
 */
#pragma once

#include <stdint.h>

/* An item in the heap. Both pointers are borrowed while it is there. */
struct deadline {
	uint64_t when_ms;
	void *item;
	uint32_t *place; /* kept by the heap: 0 in none */
};

struct deadlines {
	struct deadline *at; /* owned; a binary heap */
	uint32_t n;
	uint32_t room;
};

void deadlines_init(struct deadlines *deadlines);
/* Frees the heap; the items' places are left as they are. */
void deadlines_fini(struct deadlines *deadlines);

/*
 * item ends at when_ms; *place is 0, or what this heap made of it, and then the
 * time is changed. 0, or -1 when memory is out: then all is as before, which
 * never happens to one that is there.
 */
int deadlines_set(
    struct deadlines *deadlines, uint64_t when_ms, void *item, uint32_t *place);

/* Take out; nothing where *place is 0. */
void deadlines_remove(struct deadlines *deadlines, uint32_t *place);

/* The one that ends first; NULL when there is none. */
void *deadlines_first(const struct deadlines *deadlines);
/* When that is; UINT64_MAX when there is none. */
uint64_t deadlines_first_ms(const struct deadlines *deadlines);
/* Take it out; NULL when there is none. */
void *deadlines_pop(struct deadlines *deadlines);
