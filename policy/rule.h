/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A Flowspec rule's match part (RFC 8955 section 4, RFC 8956 section 3) as a
 * fixed-size value.
 *
 * The value is canonical: rule_canonical() has ordered nothing and dropped
 * nothing, but cleared what the RFCs say to ignore, so that two encodings of
 * one rule are one value, equal byte by byte over rule_size() octets. Every
 * table of ours is keyed by the value, never by octets that came in.
 *
 * Size cap: RULE_TERMS_MAX operator/value pairs over all components. A rule
 * beyond it is refused by name (too-many-terms) where it is decoded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/prefix.h"

/* Component types, with the numbers of RFC 8955 4.2.2 and RFC 8956 3. */
enum rule_type {
	RULE_DST = 1,
	RULE_SRC = 2,
	RULE_PROTO = 3, /* IPv6: upper-layer protocol */
	RULE_PORT = 4,  /* source or destination port */
	RULE_DST_PORT = 5,
	RULE_SRC_PORT = 6,
	RULE_ICMP_TYPE = 7,
	RULE_ICMP_CODE = 8,
	RULE_TCP_FLAGS = 9, /* bitmask */
	RULE_LENGTH = 10,
	RULE_DSCP = 11,
	RULE_FRAGMENT = 12,   /* bitmask */
	RULE_FLOW_LABEL = 13, /* IPv6 only */
	RULE_TYPE_MAX = 13,
};

/*
 * Operator bits kept in a term, at their places on the wire. The end-of-list
 * and length bits are not kept: they follow from the list and the value.
 */
enum rule_op {
	RULE_OP_AND = 0x40, /* with the term before; never on the first */
	RULE_OP_LT = 0x04,  /* numeric components */
	RULE_OP_GT = 0x02,
	RULE_OP_EQ = 0x01,
	RULE_OP_NOT = 0x02,   /* bitmask components */
	RULE_OP_MATCH = 0x01, /* all bits of value set, else any */
};
#define RULE_OP_NUMERIC 0x47 /* every bit a numeric term may carry */
#define RULE_OP_BITMASK 0x43 /* every bit a bitmask term may carry */

/* Fragment bits, RFC 8955 4.2.2.12 (IPv6 has no DF). */
enum rule_fragment {
	RULE_FRAGMENT_DF = 0x01,
	RULE_FRAGMENT_ISF = 0x02,
	RULE_FRAGMENT_FF = 0x04,
	RULE_FRAGMENT_LF = 0x08,
};

#define RULE_TERMS_MAX 128
/* Longest canonical NLRI value: 2 prefixes, 11 type octets, 9 per term. */
#define RULE_KEY_MAX   (2 * (3 + ADDRESS_MAX) + 11 + 9 * RULE_TERMS_MAX)
#define RULE_TEXT_MAX  8192 /* longest text form with its NUL; tested */

struct rule_term {
	uint64_t value;
	uint8_t type; /* enum rule_type, 3..13 */
	uint8_t op;   /* enum rule_op */
	uint8_t zero[6];
};

struct rule {
	uint8_t afi; /* enum afi */
	uint8_t has; /* RULE_HAS_DST | RULE_HAS_SRC */
	uint8_t dst_len;
	uint8_t dst_offset; /* IPv6 pattern offset, RFC 8956 3.1 */
	uint8_t src_len;
	uint8_t src_offset;
	uint16_t n_terms;
	uint8_t dst[ADDRESS_MAX]; /* pattern bits at their absolute places */
	uint8_t src[ADDRESS_MAX];
	struct rule_term terms[RULE_TERMS_MAX]; /* types never descend */
};
#define RULE_HAS_DST 0x01
#define RULE_HAS_SRC 0x02

/* Octets of the value in use: the head and n_terms terms; what is copied,
 * compared, hashed and sent. A multiple of 8. */
size_t rule_size(const struct rule *rule);

/* Largest and smallest rule_size(). */
#define RULE_SIZE_MIN offsetof(struct rule, terms)
#define RULE_SIZE_MAX sizeof(struct rule)

/* True for the components with bitmask operators (9 and 12). */
bool rule_type_is_bitmask(unsigned type);

/*
 * The largest value that the field of this component can hold: 255, 65535,
 * 63, 0xfff (TCP flags with the data offset left out), 0xfffff …; 0 for an
 * unknown type and for prefixes.
 */
uint64_t rule_field_max(unsigned type, unsigned afi);

/*
 * Clear what is to be ignored (RFC 8955 4.2.1.1, 4.2.2.9, 4.2.2.11, 4.2.2.12;
 * RFC 8956 3.1): first AND of each component, reserved operator bits, DSCP
 * above 6 bits, fragment bits above 4 (IPv6: and DF), TCP flags above 12,
 * prefix bits outside offset..len, unused fields. Idempotent.
 */
void rule_canonical(struct rule *rule);

/*
 * Check a value that came from another process, size octets long: counts,
 * families, types in order, lengths, canonical form. Nothing may be assumed of
 * it before. Returns true when it is a rule such as the decoder makes.
 */
bool rule_valid(const struct rule *rule, size_t size);

/* Same rule? Byte equality over rule_size(). */
bool rule_equal(const struct rule *a, const struct rule *b);

/*
 * Precedence, RFC 8955 5.1 and RFC 8956 4: <0 when a comes first (is evaluated
 * before b), >0 when b does, 0 when equal. A total order on canonical rules of
 * all families (IPv4 first).
 */
int rule_cmp(const struct rule *a, const struct rule *b);

/*
 * The canonical NLRI value (without its length octets) as RFC 8955 4 encodes
 * it: smallest legal value widths, reserved bits clear. The rule is one that
 * passes rule_valid(). Returns its length, at most RULE_KEY_MAX; out must hold
 * that many.
 */
size_t rule_key(const struct rule *rule, uint8_t out[RULE_KEY_MAX]);

/*
 * The operator octet of term i (< n_terms) as rule_key() writes it: end of
 * list, AND, length of the value, operator bits.
 */
uint8_t rule_key_op(const struct rule *rule, unsigned i);

/*
 * The way back: the rule whose canonical NLRI value is key. Takes exactly what
 * rule_key() writes and nothing else: it is for octets of our own, not for a
 * peer's. Returns 0, or -1 (then *out is not a rule).
 */
int rule_from_key(
    unsigned afi, const uint8_t *key, size_t len, struct rule *out);

/* Destination as a prefix; false when there is none or its offset is not 0. */
bool rule_dst_prefix(const struct rule *rule, struct prefix *out);
bool rule_src_prefix(const struct rule *rule, struct prefix *out);
