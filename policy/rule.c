/* SPDX-License-Identifier: BSD-2-Clause */
/* Rule values: canonical form, validity, equality and the NLRI key. */
#include "policy/rule.h"

#include <string.h>

#define OP_END          0x80 /* RFC 8955 4.2.1.1 */
#define OP_LENGTH_SHIFT 4    /* octets of the value: 1 << length */
#define TCP_FLAGS_MASK  0xfffu
#define DSCP_MASK       0x3fu
#define FLOW_LABEL_MAX  0xfffffu

/* Terms in use, never more than there are. */
static unsigned
terms_of(const struct rule *rule)
{
	return rule->n_terms < RULE_TERMS_MAX ? rule->n_terms : RULE_TERMS_MAX;
}

size_t
rule_size(const struct rule *rule)
{
	return RULE_SIZE_MIN + terms_of(rule) * sizeof(rule->terms[0]);
}

bool
rule_type_is_bitmask(unsigned type)
{
	return type == RULE_TCP_FLAGS || type == RULE_FRAGMENT;
}

/* IPv6 packets are never marked "do not fragment" (RFC 8956 3.6). */
static uint64_t
fragment_mask(unsigned afi)
{
	return afi == AFI_IPV6 ? 0x0e : 0x0f;
}

uint64_t
rule_field_max(unsigned type, unsigned afi)
{
	switch (type) {
	case RULE_PROTO:
	case RULE_ICMP_TYPE:
	case RULE_ICMP_CODE:
		return UINT8_MAX;
	case RULE_PORT:
	case RULE_DST_PORT:
	case RULE_SRC_PORT:
	case RULE_LENGTH:
		return UINT16_MAX;
	case RULE_TCP_FLAGS:
		return TCP_FLAGS_MASK;
	case RULE_DSCP:
		return DSCP_MASK;
	case RULE_FRAGMENT:
		return fragment_mask(afi);
	case RULE_FLOW_LABEL:
		return afi == AFI_IPV6 ? FLOW_LABEL_MAX : 0;
	default:
		return 0;
	}
}

/* Only bits from..to-1 stay. */
static void
pattern_clear_outside(uint8_t addr[ADDRESS_MAX], unsigned from, unsigned to)
{
	unsigned first = from / 8, end = (to + 7) / 8;

	if (from >= to) {
		memset(addr, 0, ADDRESS_MAX);
		return;
	}
	memset(addr, 0, first);
	memset(&addr[end], 0, ADDRESS_MAX - end);
	addr[first] &= (uint8_t)(0xffu >> from % 8);
	if (to % 8 != 0)
		addr[end - 1] &= (uint8_t)(0xff00u >> to % 8);
}

/* A prefix that is not there, or has no offset in its family, is all zero. */
static void
prefix_canonical(struct rule *rule, bool present, bool is_dst)
{
	uint8_t *len = is_dst ? &rule->dst_len : &rule->src_len;
	uint8_t *offset = is_dst ? &rule->dst_offset : &rule->src_offset;
	unsigned bits = afi_bits(rule->afi);

	if (!present)
		*len = 0;
	if (!present || rule->afi != AFI_IPV6)
		*offset = 0;
	pattern_clear_outside(
	    is_dst ? rule->dst : rule->src, *offset, *len < bits ? *len : bits);
}

/* The bits of a value that are not to be ignored. */
static uint64_t
value_mask(unsigned type, unsigned afi)
{
	switch (type) {
	case RULE_TCP_FLAGS: /* RFC 8955 4.2.2.9: no data offset */
		return TCP_FLAGS_MASK;
	case RULE_DSCP: /* 4.2.2.11 */
		return DSCP_MASK;
	case RULE_FRAGMENT: /* 4.2.2.12, RFC 8956 3.6 */
		return fragment_mask(afi);
	default:
		return UINT64_MAX;
	}
}

void
rule_canonical(struct rule *rule)
{
	unsigned n = terms_of(rule), before = 0;

	rule->has &= RULE_HAS_DST | RULE_HAS_SRC;
	prefix_canonical(rule, (rule->has & RULE_HAS_DST) != 0, true);
	prefix_canonical(rule, (rule->has & RULE_HAS_SRC) != 0, false);
	for (unsigned i = 0; i < n; i++) {
		struct rule_term *term = &rule->terms[i];

		if (rule_type_is_bitmask(term->type))
			term->op &= RULE_OP_BITMASK;
		else
			term->op &= RULE_OP_NUMERIC;
		if (term->type != before)
			term->op &= (uint8_t)~RULE_OP_AND;
		term->value &= value_mask(term->type, rule->afi);
		memset(term->zero, 0, sizeof(term->zero));
		before = term->type;
	}
}

/* RFC 8956 3.1: 0/0, or offset below length; IPv4 has no offset. */
static bool
lengths_valid(unsigned afi, unsigned len, unsigned offset)
{
	if (len > afi_bits(afi))
		return false;
	if (afi == AFI_IPV4)
		return offset == 0;
	return offset < len || (offset == 0 && len == 0);
}

/* Types known and never descending (RFC 8955 4.2: strictly by type order). */
static bool
types_valid(const struct rule *rule)
{
	unsigned before = RULE_PROTO;
	unsigned last = rule->afi == AFI_IPV6 ? RULE_FLOW_LABEL : RULE_FRAGMENT;

	for (unsigned i = 0; i < rule->n_terms; i++) {
		if (rule->terms[i].type < before || rule->terms[i].type > last)
			return false;
		before = rule->terms[i].type;
	}
	return true;
}

bool
rule_valid(const struct rule *rule, size_t size)
{
	struct rule copy, canonical;

	if (size < RULE_SIZE_MIN || size > RULE_SIZE_MAX)
		return false;
	/* It may stand anywhere in a message: copied before it is read. */
	memcpy(&copy, (const void *)rule, size);
	if (copy.n_terms > RULE_TERMS_MAX || rule_size(&copy) != size)
		return false;
	if (afi_bits(copy.afi) == 0 ||
	    !lengths_valid(copy.afi, copy.dst_len, copy.dst_offset) ||
	    !lengths_valid(copy.afi, copy.src_len, copy.src_offset))
		return false;
	/* At least one component, RFC 8955 4. */
	if ((copy.has == 0 && copy.n_terms == 0) || !types_valid(&copy))
		return false;
	memcpy(&canonical, &copy, size);
	rule_canonical(&canonical);
	return memcmp(&canonical, &copy, size) == 0;
}

bool
rule_equal(const struct rule *a, const struct rule *b)
{
	size_t size = rule_size(a);

	return size == rule_size(b) && memcmp(a, b, size) == 0;
}

/* Length field of the operator: the smallest width that is legal. */
static unsigned
width_code(const struct rule_term *term)
{
	uint64_t value = term->value;

	if (value > UINT32_MAX)
		return 3;
	if (value > UINT16_MAX || term->type == RULE_FLOW_LABEL)
		return 2; /* RFC 8956 3.7: four octets */
	return value > UINT8_MAX ? 1 : 0;
}

uint8_t
rule_key_op(const struct rule *rule, unsigned i)
{
	const struct rule_term *term = &rule->terms[i];
	unsigned op = term->op | width_code(term) << OP_LENGTH_SHIFT;

	if (i + 1 >= terms_of(rule) || term[1].type != term->type)
		op |= OP_END;
	return (uint8_t)op;
}

/* IPv4: type, length, octets (RFC 8955 4.2.2.1). */
static size_t
key_prefix4(uint8_t *out, unsigned type, unsigned len, const uint8_t *addr)
{
	size_t n = ((len < 32 ? len : 32) + 7) / 8;

	out[0] = (uint8_t)type;
	out[1] = (uint8_t)len;
	memcpy(&out[2], addr, n);
	return 2 + n;
}

/* Bits from..to-1 of addr, moved to the left; returns the octets written. */
static size_t
pattern_write(uint8_t *out, const uint8_t *addr, unsigned from, unsigned to)
{
	size_t n = (to - from + 7) / 8;
	unsigned shift = from % 8;

	for (size_t i = 0; i < n; i++) {
		size_t at = from / 8 + i;
		unsigned pair = (unsigned)addr[at] << 8;

		if (at + 1 < ADDRESS_MAX)
			pair |= addr[at + 1];
		out[i] = (uint8_t)(pair << shift >> 8);
	}
	return n;
}

/* IPv6: type, length, offset, pattern (RFC 8956 3.1). */
static size_t
key_prefix6(uint8_t *out, unsigned type, unsigned len, unsigned offset,
    const uint8_t *addr)
{
	out[0] = (uint8_t)type;
	out[1] = (uint8_t)len;
	out[2] = (uint8_t)offset;
	if (len > 128 || offset >= len)
		return 3;
	if (offset == 0) {
		memcpy(&out[3], addr, (len + 7) / 8);
		return 3 + (len + 7) / 8;
	}
	return 3 + pattern_write(&out[3], addr, offset, len);
}

static size_t
key_prefix(const struct rule *rule, uint8_t *out, bool is_dst)
{
	unsigned type = is_dst ? RULE_DST : RULE_SRC;
	unsigned len = is_dst ? rule->dst_len : rule->src_len;
	unsigned offset = is_dst ? rule->dst_offset : rule->src_offset;
	const uint8_t *addr = is_dst ? rule->dst : rule->src;

	if (rule->afi != AFI_IPV6)
		return key_prefix4(out, type, len, addr);
	return key_prefix6(out, type, len, offset, addr);
}

size_t
rule_key(const struct rule *rule, uint8_t out[RULE_KEY_MAX])
{
	unsigned n = terms_of(rule), before = 0;
	size_t at = 0;

	if (rule->has & RULE_HAS_DST)
		at += key_prefix(rule, &out[at], true);
	if (rule->has & RULE_HAS_SRC)
		at += key_prefix(rule, &out[at], false);
	for (unsigned i = 0; i < n; i++) {
		const struct rule_term *term = &rule->terms[i];
		uint8_t op = rule_key_op(rule, i);
		unsigned width = 1u << ((op >> OP_LENGTH_SHIFT) & 3);

		if (term->type != before)
			out[at++] = term->type;
		before = term->type;
		out[at++] = op;
		for (unsigned shift = 8 * width; shift > 0;) {
			shift -= 8;
			out[at++] = (uint8_t)(term->value >> shift);
		}
	}
	return at;
}

/* A prefix with an offset is a pattern, and no prefix. */
static bool
prefix_of(const struct rule *rule, bool is_dst, struct prefix *out)
{
	unsigned bit = is_dst ? RULE_HAS_DST : RULE_HAS_SRC;

	if ((rule->has & bit) == 0 ||
	    (is_dst ? rule->dst_offset : rule->src_offset) != 0)
		return false;
	memset(out, 0, sizeof(*out));
	out->afi = rule->afi;
	out->len = is_dst ? rule->dst_len : rule->src_len;
	memcpy(out->addr, is_dst ? rule->dst : rule->src, ADDRESS_MAX);
	return true;
}

bool
rule_dst_prefix(const struct rule *rule, struct prefix *out)
{
	return prefix_of(rule, true, out);
}

bool
rule_src_prefix(const struct rule *rule, struct prefix *out)
{
	return prefix_of(rule, false, out);
}
