/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flowspec NLRI, both ways.
 *
 *	NLRI      = length (1 or 2 octets), value
 *	value     = component …          types strictly ascending
 *	component = type, prefix         types 1 and 2
 *	          | type, (op, value) …  the others, until the end-of-list bit
 *
 * The op octet, RFC 8955 4.2.1.1 and 4.2.1.2:
 *
 *	  0   1   2   3   4   5   6   7
 *	+---+---+---+---+---+---+---+---+
 *	| e | a |  len  | 0 |lt |gt |eq |    numeric
 *	| e | a |  len  | 0 | 0 |not| m |    bitmask
 *	+---+---+---+---+---+---+---+---+
 *
 * Decoding is strict where two routers could read two rules, and lenient where
 * the RFCs say to ignore a bit: such bits are cleared, so that what comes out
 * is the one canonical value.
 */
#include "proxy/wire/flowspec.h"

#include <string.h>

#define LENGTH_TWO_OCTETS 0xf0 /* RFC 8955 4.1 */
#define OP_END            0x80
#define OP_WIDTH_SHIFT    4

enum wire_fault
flowspec_next(struct reader *reader, struct span *value)
{
	size_t len = reader_u8(reader);

	if (len >= LENGTH_TWO_OCTETS)
		len = (len & 0x0f) << 8 | reader_u8(reader);
	*value = reader_span(reader, len);
	return reader->failed ? FAULT_NLRI_FRAMING : WIRE_OK;
}

/* Pattern octets to their absolute places: bits offset..len-1 of addr. */
static void
pattern_place(const uint8_t *pattern, unsigned octets, unsigned offset,
    uint8_t addr[ADDRESS_MAX])
{
	unsigned at = offset / 8, shift = offset % 8;

	if (shift == 0) {
		memcpy(&addr[at], pattern, octets);
		return;
	}
	for (unsigned i = 0; i < octets; i++) {
		addr[at + i] |= (uint8_t)(pattern[i] >> shift);
		/* What falls off the end is padding. */
		if (at + i + 1 < ADDRESS_MAX)
			addr[at + i + 1] = (uint8_t)(pattern[i] << (8 - shift));
	}
}

/* RFC 8955 4.2.2.1, RFC 8956 3.1. */
static enum wire_fault
decode_prefix(struct reader *reader, unsigned type, struct rule *out)
{
	unsigned len = reader_u8(reader), offset = 0, octets;
	const uint8_t *pattern;

	if (out->afi == AFI_IPV6)
		offset = reader_u8(reader);
	if (reader->failed)
		return FAULT_FLOW_TRUNCATED;
	if (len > afi_bits(out->afi))
		return FAULT_FLOW_PREFIX_LENGTH;
	if (offset >= len && offset != 0)
		return FAULT_FLOW_OFFSET;
	octets = (len - offset + 7) / 8;
	pattern = reader_take(reader, octets);
	if (reader->failed)
		return FAULT_FLOW_TRUNCATED;

	if (type == RULE_DST) {
		out->has |= RULE_HAS_DST;
		out->dst_len = (uint8_t)len;
		out->dst_offset = (uint8_t)offset;
	} else {
		out->has |= RULE_HAS_SRC;
		out->src_len = (uint8_t)len;
		out->src_offset = (uint8_t)offset;
	}
	if (octets > 0)
		pattern_place(pattern, octets, offset,
		    type == RULE_DST ? out->dst : out->src);
	return WIRE_OK;
}

/* Widths that MUST NOT be exceeded: RFC 8955 4.2.2.9, .11, .12. */
static enum wire_fault
check_width(unsigned type, unsigned width)
{
	if (type == RULE_TCP_FLAGS && width > 2)
		return FAULT_FLOW_TCP_FLAGS_WIDTH;
	if (type == RULE_DSCP && width > 1)
		return FAULT_FLOW_DSCP_WIDTH;
	if (type == RULE_FRAGMENT && width > 1)
		return FAULT_FLOW_FRAGMENT_WIDTH;
	return WIRE_OK;
}

static uint64_t
read_value(struct reader *reader, unsigned width)
{
	switch (width) {
	case 1:
		return reader_u8(reader);
	case 2:
		return reader_u16(reader);
	case 4:
		return reader_u32(reader);
	default:
		return reader_u64(reader);
	}
}

/* One operator and its value, into the next free term. *op is the octet as
 * received. */
static enum wire_fault
decode_term(
    struct reader *reader, unsigned type, struct rule *out, unsigned *op)
{
	struct rule_term *term;
	unsigned width;
	enum wire_fault fault;

	*op = reader_u8(reader);
	width = 1u << (*op >> OP_WIDTH_SHIFT & 3);
	fault = check_width(type, width);
	if (fault != WIRE_OK)
		return fault;
	/* The whole list is read in any case: that it is too long is only
	 * worth saying of a rule that is sound. */
	if (out->n_terms >= RULE_TERMS_MAX) {
		(void)read_value(reader, width);
		out->n_terms = RULE_TERMS_MAX + 1;
		return reader->failed ? FAULT_FLOW_TRUNCATED : WIRE_OK;
	}
	term = &out->terms[out->n_terms];
	*term = (struct rule_term){ .value = read_value(reader, width),
		.type = (uint8_t)type,
		.op = (uint8_t)*op };
	out->n_terms++;
	return reader->failed ? FAULT_FLOW_TRUNCATED : WIRE_OK;
}

static enum wire_fault
decode_terms(struct reader *reader, unsigned type, struct rule *out)
{
	enum wire_fault fault;
	unsigned op;

	if (reader->left == 0)
		return FAULT_FLOW_TRUNCATED;
	do {
		if (reader->left == 0)
			return FAULT_FLOW_NO_END;
		fault = decode_term(reader, type, out, &op);
		if (fault != WIRE_OK)
			return fault;
	} while ((op & OP_END) == 0);
	return WIRE_OK;
}

/* RFC 8955 4.2: known types, each at most once, in ascending order. */
static enum wire_fault
check_type(unsigned type, unsigned before, unsigned afi)
{
	unsigned last = afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;

	if (type < RULE_DST || type > last)
		return FAULT_FLOW_TYPE;
	if (type == before)
		return FAULT_FLOW_DUPLICATE;
	return type < before ? FAULT_FLOW_ORDER : WIRE_OK;
}

static enum wire_fault
decode_components(struct reader *reader, struct rule *out)
{
	unsigned before = 0;

	while (reader->left > 0) {
		unsigned type = reader_u8(reader);
		enum wire_fault fault = check_type(type, before, out->afi);

		if (fault != WIRE_OK)
			return fault;
		if (type <= RULE_SRC)
			fault = decode_prefix(reader, type, out);
		else
			fault = decode_terms(reader, type, out);
		if (fault != WIRE_OK)
			return fault;
		before = type;
	}
	return before == 0 ? FAULT_FLOW_EMPTY : WIRE_OK;
}

enum wire_fault
flowspec_decode(struct span value, unsigned afi, struct rule *out)
{
	struct reader reader;
	enum wire_fault fault;

	/* The head alone: the terms are written as they come. */
	memset(out, 0, RULE_SIZE_MIN);
	if (afi_bits(afi) == 0)
		return FAULT_FLOW_TYPE;
	out->afi = (uint8_t)afi;
	reader_init(&reader, value.data, value.len);
	fault = decode_components(&reader, out);
	if (fault == WIRE_OK && out->n_terms > RULE_TERMS_MAX)
		fault = FAULT_TOO_MANY_TERMS;
	if (fault != WIRE_OK) {
		memset(out, 0, RULE_SIZE_MIN);
		return fault;
	}
	rule_canonical(out);
	return WIRE_OK;
}

void
flowspec_encode(const struct rule *rule, struct writer *writer)
{
	uint8_t key[RULE_KEY_MAX];
	size_t len = rule_key(rule, key);
	size_t head = len < LENGTH_TWO_OCTETS ? 1 : 2;
	uint8_t *at = writer_take(writer, head + len);

	if (at == NULL)
		return;
	if (head == 2)
		at[0] = (uint8_t)(LENGTH_TWO_OCTETS | len >> 8);
	at[head - 1] = (uint8_t)len;
	memcpy(&at[head], key, len);
}
