/* SPDX-License-Identifier: BSD-2-Clause */
/* Address patterns: made from a rule, meeting, covering. */
#include "policy/pattern.h"

#include <stddef.h>

static uint64_t
word_load(const uint8_t *at)
{
	return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 |
	       (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
	       (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
	       (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

/* The first n (0..64) bits of a word. */
static uint64_t
word_head(unsigned n)
{
	return n == 0 ? 0 : UINT64_MAX << (64 - n);
}

/* The first n bits of the word that begins at bit 64 * word. */
static uint64_t
mask_word(unsigned n, unsigned word)
{
	if (n <= 64 * word)
		return 0;
	return n >= 64 * (word + 1) ? UINT64_MAX : word_head(n - 64 * word);
}

static struct pattern
pattern_of(const uint8_t addr[ADDRESS_MAX], unsigned offset, unsigned len)
{
	struct pattern pattern;

	for (unsigned w = 0; w < 2; w++) {
		pattern.mask[w] = mask_word(len, w) & ~mask_word(offset, w);
		pattern.bits[w] = word_load(addr + (size_t)8 * w);
	}
	return pattern;
}

struct pattern
pattern_dst(const struct rule *rule)
{
	bool has = (rule->has & RULE_HAS_DST) != 0;

	return pattern_of(rule->dst, rule->dst_offset, has ? rule->dst_len : 0);
}

struct pattern
pattern_src(const struct rule *rule)
{
	bool has = (rule->has & RULE_HAS_SRC) != 0;

	return pattern_of(rule->src, rule->src_offset, has ? rule->src_len : 0);
}

bool
pattern_meets(struct pattern a, struct pattern b)
{
	return ((a.bits[0] ^ b.bits[0]) & a.mask[0] & b.mask[0]) == 0 &&
	       ((a.bits[1] ^ b.bits[1]) & a.mask[1] & b.mask[1]) == 0;
}

bool
pattern_covers(struct pattern outer, struct pattern inner)
{
	for (unsigned w = 0; w < 2; w++) {
		if ((outer.mask[w] & ~inner.mask[w]) != 0)
			return false;
		if (((outer.bits[w] ^ inner.bits[w]) & outer.mask[w]) != 0)
			return false;
	}
	return true;
}
