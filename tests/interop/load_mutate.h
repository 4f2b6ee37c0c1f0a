/* SPDX-License-Identifier: BSD-2-Clause */
/* UPDATEs of rules and routes, and what damage makes of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/message.h"
#include "tests/lib/random_rule.h"

/* X(symbol, "name"): ways of damage. */
#define MUTATE_MAP(X)                                                          \
	X(BITS, "bits")           /* flipped, anywhere behind the marker */    \
	X(OCTETS, "octets")       /* made 0, 127, 128, 255, another */         \
	X(LENGTH, "length")       /* of message, list, attribute or NLRI */    \
	X(CUT, "cut")             /* the end is missing, the header knows */   \
	X(TRIM, "trim")           /* one attribute is shorter, all agrees */   \
	X(SPLICE, "splice")       /* the head of one, the tail of another */   \
	X(ORDER, "order")         /* two attributes change places */           \
	X(TWICE, "twice")         /* an attribute of another one more */       \
	X(GONE, "gone")           /* an attribute less */                      \
	X(NLRI, "nlri")           /* octets of the MP attribute's value */     \
	X(COMMUNITY, "community") /* octets of the last attribute's value */   \
	X(HEADER, "header")       /* marker, length, type */
enum mutate_way {
#define X(symbol, name) MUTATE_##symbol,
	MUTATE_MAP(X)
#undef X
	MUTATE_WAYS
};

#define MUTATE_SEEDS 1024

struct mutate_seed {
	size_t len;
	uint8_t octets[MESSAGE_MAX];
};

struct mutate {
	struct random random;
	struct mutate_seed *seeds; /* MUTATE_SEEDS of them */
	uint64_t made[MUTATE_WAYS];
};

const char *mutate_name(unsigned way);

/*
 * Draw the seeds: UPDATEs of up to four random rules (destinations in
 * 198.18.0.0/15 and 2001:db8::/32) with random actions or withdrawn, and some
 * of unicast routes, all with an AS_PATH of this AS. 0, or -1 when memory is
 * out.
 */
int mutate_init(struct mutate *mutate, uint32_t asn, uint64_t seed);
void mutate_free(struct mutate *mutate);

/* One damaged message; its length, at most MESSAGE_MAX. */
size_t mutate_draw(struct mutate *mutate, uint8_t out[MESSAGE_MAX]);
