/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path attributes: one row per attribute says what is right and what happens
 * where it is wrong (RFC 4271, RFC 7606 section 7).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"

/* Bits of the attribute flags octet. */
enum attribute_flag {
	ATTRIBUTE_OPTIONAL = 0x80,
	ATTRIBUTE_TRANSITIVE = 0x40,
	ATTRIBUTE_PARTIAL = 0x20,
	ATTRIBUTE_EXTENDED = 0x10, /* the length has two octets */
};

/* What a malformed attribute costs. */
enum attribute_cost {
	ATTRIBUTE_RESET,    /* the session */
	ATTRIBUTE_WITHDRAW, /* the routes of the UPDATE */
	ATTRIBUTE_DISCARD,  /* itself */
};

/* From whom the attribute is taken; from others it is discarded unread. */
enum attribute_source {
	ATTRIBUTE_FROM_ALL,
	ATTRIBUTE_FROM_INTERNAL, /* RFC 7606 7.5, 7.9, 7.10 */
	ATTRIBUTE_FROM_AS2,      /* RFC 6793: two-octet speakers */
};

/* Classes: the Optional and Transitive bits (RFC 4271 5). */
#define ATTRIBUTE_WELL_KNOWN ATTRIBUTE_TRANSITIVE
#define ATTRIBUTE_OPT_TRANS  (ATTRIBUTE_OPTIONAL | ATTRIBUTE_TRANSITIVE)
#define ATTRIBUTE_OPT        ATTRIBUTE_OPTIONAL

/*
 * X(symbol, type, "name", class, cost, source, shortest, multiple): the length
 * is at least shortest and a multiple of multiple; with multiple 0 it is
 * exactly shortest.
 */
#define ATTRIBUTE_MAP(X)                                                       \
	X(ORIGIN, 1, "ORIGIN", WELL_KNOWN, WITHDRAW, ALL, 1, 0)                \
	X(AS_PATH, 2, "AS_PATH", WELL_KNOWN, WITHDRAW, ALL, 0, 1)              \
	X(NEXT_HOP, 3, "NEXT_HOP", WELL_KNOWN, WITHDRAW, ALL, 4, 0)            \
	X(MED, 4, "MULTI_EXIT_DISC", OPT, WITHDRAW, ALL, 4, 0)                 \
	X(LOCAL_PREF, 5, "LOCAL_PREF", WELL_KNOWN, WITHDRAW, INTERNAL, 4, 0)   \
	X(ATOMIC_AGGREGATE, 6, "ATOMIC_AGGREGATE", WELL_KNOWN, DISCARD, ALL,   \
	    0, 0)                                                              \
	X(AGGREGATOR, 7, "AGGREGATOR", OPT_TRANS, DISCARD, ALL, 6, 1)          \
	X(COMMUNITY, 8, "COMMUNITY", OPT_TRANS, WITHDRAW, ALL, 4, 4)           \
	X(ORIGINATOR_ID, 9, "ORIGINATOR_ID", OPT, WITHDRAW, INTERNAL, 4, 0)    \
	X(CLUSTER_LIST, 10, "CLUSTER_LIST", OPT, WITHDRAW, INTERNAL, 4, 4)     \
	X(MP_REACH, 14, "MP_REACH_NLRI", OPT, RESET, ALL, 5, 1)                \
	X(MP_UNREACH, 15, "MP_UNREACH_NLRI", OPT, RESET, ALL, 3, 1)            \
	X(EXT_COMMUNITY, 16, "EXTENDED_COMMUNITIES", OPT_TRANS, WITHDRAW, ALL, \
	    8, 8)                                                              \
	X(AS4_PATH, 17, "AS4_PATH", OPT_TRANS, DISCARD, AS2, 6, 2)             \
	X(AS4_AGGREGATOR, 18, "AS4_AGGREGATOR", OPT_TRANS, DISCARD, AS2, 8, 0) \
	X(EXT_COMMUNITY6, 25, "IPV6_EXTENDED_COMMUNITIES", OPT_TRANS,          \
	    WITHDRAW, ALL, 20, 20)                                             \
	X(LARGE_COMMUNITY, 32, "LARGE_COMMUNITY", OPT_TRANS, WITHDRAW, ALL,    \
	    12, 12)                                                            \
	X(OTC, 35, "OTC", OPT_TRANS, WITHDRAW, ALL, 4, 0)

enum attribute_type {
	ATTRIBUTE_NONE = 0,
#define X(symbol, type, name, class, cost, source, shortest, multiple)         \
	ATTRIBUTE_##symbol = (type),
	ATTRIBUTE_MAP(X)
#undef X
	ATTRIBUTE_TYPES = 36 /* above the largest of the list */
};

struct attribute_row {
	const char *name; /* NULL: not in the list */
	uint8_t flags;    /* Optional and Transitive, as they must be */
	uint8_t cost;     /* enum attribute_cost */
	uint8_t source;   /* enum attribute_source */
	uint8_t shortest;
	uint8_t multiple;
};

/* One attribute as received. */
struct attribute {
	uint8_t flags;
	uint8_t type;
	struct span value;
	struct span whole; /* with its header: data of a NOTIFICATION */
};

/* The row of a type; NULL when it is not in the list. */
const struct attribute_row *attribute_row(unsigned type);

/* "AS_PATH"; "?" for a type that is not in the list. */
const char *attribute_name(unsigned type);

/*
 * Read the next attribute; call while reader->left > 0.
 * FAULT_ATTRIBUTE_OVERRUN when it is cut short: then out->type is what was
 * seen of it (0: nothing) and nothing more can be read (RFC 7606 4).
 */
enum wire_fault attribute_next(struct reader *reader, struct attribute *out);

/* Flags and length against the row. WIRE_OK, FAULT_ATTRIBUTE_FLAGS or
 * FAULT_ATTRIBUTE_LENGTH; for the MP attributes FAULT_MP_*. */
enum wire_fault attribute_check(
    const struct attribute_row *row, const struct attribute *attribute);
