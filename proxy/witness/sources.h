/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much each source may ask for: a token bucket for those that were heard of
 * last, in a table of fixed size. A source that is not in it takes the place of
 * the one in its row that has been silent longest, and begins with a full
 * bucket; that there are not too many of them is another bucket's matter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/guard/bucket.h"

#define SOURCES_ROWS 128u /* a power of two */
#define SOURCES_WAYS 4u

struct source {
	uint64_t source;
	bool used;
	struct bucket bucket;
};

struct sources {
	uint64_t salt; /* so that nobody knows who shares a row with whom */
	uint32_t rate;
	uint32_t burst;
	struct source rows[SOURCES_ROWS][SOURCES_WAYS]; /* newest first */
};

void sources_init(struct sources *sources, uint32_t rate, uint32_t burst);

/* Take one token of a source's. now_ms is monotonic. */
bool sources_take(struct sources *sources, uint64_t source, uint64_t now_ms);
