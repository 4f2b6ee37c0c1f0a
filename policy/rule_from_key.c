/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way back from rule_key(): canonical NLRI to a rule value. Not a decoder
 * for what peers send: it takes nothing that rule_key() would not have
 * written, because what is kept under a hash has one form.
 */
#include "policy/rule.h"

#include <string.h>

#define OP_END          0x80 /* RFC 8955 4.2.1.1 */
#define OP_LENGTH_SHIFT 4

/* The only way to the octets; a read past the end yields zero and sticks. */
struct cursor {
	const uint8_t *data;
	size_t len;
	size_t at;
	bool failed;
};

static uint8_t
next(struct cursor *in)
{
	if (in->at >= in->len) {
		in->failed = true;
		return 0;
	}
	return in->data[in->at++];
}

static bool
more(const struct cursor *in)
{
	return !in->failed && in->at < in->len;
}

/* Pattern bits stand at the left on the wire and at their absolute places in
 * the value (RFC 8956 3.1). The last octet's padding is checked at the end. */
static void
pattern_read(
    struct cursor *in, unsigned from, unsigned to, uint8_t addr[ADDRESS_MAX])
{
	unsigned n = (to - from + 7) / 8, shift = from % 8;

	for (unsigned i = 0; i < n; i++) {
		unsigned at = from / 8 + i, octet = next(in);

		addr[at] |= (uint8_t)(octet >> shift);
		if (at + 1 < ADDRESS_MAX)
			addr[at + 1] |= (uint8_t)(octet << 8 >> shift);
	}
}

static void
prefix_read(struct cursor *in, struct rule *rule, bool is_dst)
{
	unsigned len = next(in), offset = 0;

	if (rule->afi == AFI_IPV6)
		offset = next(in);
	if (len > afi_bits(rule->afi) || offset > len) {
		in->failed = true;
		return;
	}
	rule->has |= is_dst ? RULE_HAS_DST : RULE_HAS_SRC;
	if (is_dst) {
		rule->dst_len = (uint8_t)len;
		rule->dst_offset = (uint8_t)offset;
	} else {
		rule->src_len = (uint8_t)len;
		rule->src_offset = (uint8_t)offset;
	}
	pattern_read(in, offset, len, is_dst ? rule->dst : rule->src);
}

/* One component's terms, up to the one that ends the list. */
static void
terms_read(struct cursor *in, struct rule *rule, uint8_t type)
{
	uint8_t op = 0;

	while ((op & OP_END) == 0 && !in->failed) {
		struct rule_term *term = &rule->terms[rule->n_terms];

		if (rule->n_terms >= RULE_TERMS_MAX) {
			in->failed = true;
			return;
		}
		op = next(in);
		memset(term, 0, sizeof(*term));
		term->type = type;
		/* Reserved bits stay in: rule_valid() refuses them. */
		term->op = op & (uint8_t) ~(OP_END | 3u << OP_LENGTH_SHIFT);
		for (unsigned n = 1u << ((op >> OP_LENGTH_SHIFT) & 3); n > 0;
		     n--)
			term->value = term->value << 8 | next(in);
		rule->n_terms++;
	}
}

int
rule_from_key(unsigned afi, const uint8_t *key, size_t len, struct rule *out)
{
	struct cursor in = { key, len, 0, false };
	uint8_t again[RULE_KEY_MAX];

	memset(out, 0, RULE_SIZE_MIN);
	if (afi_bits(afi) == 0 || len > RULE_KEY_MAX)
		return -1;
	out->afi = (uint8_t)afi;
	while (more(&in)) {
		uint8_t type = next(&in);

		if (type == RULE_DST || type == RULE_SRC)
			prefix_read(&in, out, type == RULE_DST);
		else
			terms_read(&in, out, type);
	}
	if (in.failed || !rule_valid(out, rule_size(out)))
		return -1;
	/* Order, widths, padding, repeated components: one check for all. */
	if (rule_key(out, again) != len || memcmp(again, key, len) != 0)
		return -1;
	return 0;
}
