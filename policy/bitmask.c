/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitmask components evaluated: for one value, and for all TCP flags. */
#include "policy/bitmask.h"

#include <stddef.h>
#include <string.h>

#define LOW_BITS 6 /* bits of a value that choose the bit within a word */

/* Bits v of a word where bit k of v is set. */
static const uint64_t columns[LOW_BITS] = {
	0xaaaaaaaaaaaaaaaau,
	0xccccccccccccccccu,
	0xf0f0f0f0f0f0f0f0u,
	0xff00ff00ff00ff00u,
	0xffff0000ffff0000u,
	0xffffffff00000000u,
};

static bool
term_matches(const struct rule_term *term, uint64_t data)
{
	uint64_t common = data & term->value;
	bool match = common != 0;

	if ((term->op & RULE_OP_MATCH) != 0)
		match = common == term->value;
	return match != ((term->op & RULE_OP_NOT) != 0);
}

bool
bitmask_matches(const struct rule_term *terms, unsigned n, uint64_t data)
{
	bool group = false;

	for (unsigned i = 0; i < n; i++) {
		bool match = term_matches(&terms[i], data);

		if (i > 0 && (terms[i].op & RULE_OP_AND) != 0) {
			group = group && match;
			continue;
		}
		if (group)
			return true;
		group = match;
	}
	return group;
}

/* The values that a term matches, split into word number and bit number. */
struct term_set {
	unsigned high;  /* bits of the term's value that choose the word */
	uint64_t low;   /* bits within a word that the low bits let through */
	uint64_t flip;  /* all ones when the term is negated */
	bool all;       /* match all bits, else any */
	bool oversized; /* asks for a bit that the field does not have */
};

static struct term_set
term_set_of(const struct rule_term *term)
{
	struct term_set set = {
		.high = (unsigned)((term->value & BITMASK_FLAGS) >> LOW_BITS),
		.all = (term->op & RULE_OP_MATCH) != 0,
		.oversized = (term->value & ~(uint64_t)BITMASK_FLAGS) != 0,
	};

	set.flip = (term->op & RULE_OP_NOT) != 0 ? UINT64_MAX : 0;
	set.low = set.all ? UINT64_MAX : 0;
	for (unsigned k = 0; k < LOW_BITS; k++) {
		if ((term->value >> k & 1) == 0)
			continue;
		if (set.all)
			set.low &= columns[k];
		else
			set.low |= columns[k];
	}
	return set;
}

static uint64_t
term_set_word(const struct term_set *set, unsigned word)
{
	unsigned common = word & set->high;

	if (set->all) {
		if (set->oversized || common != set->high)
			return set->flip;
		return set->low ^ set->flip;
	}
	return (common != 0 ? UINT64_MAX : set->low) ^ set->flip;
}

/* Add the terms of one AND group to out; true when it brought a value. */
static bool
group_add(const struct rule_term *terms, unsigned n, struct bitmask_set *out)
{
	struct bitmask_set group;
	uint64_t any = 0;

	memset(&group, 0xff, sizeof(group));
	for (unsigned i = 0; i < n; i++) {
		struct term_set set = term_set_of(&terms[i]);

		for (unsigned w = 0; w < BITMASK_WORDS; w++)
			group.word[w] &= term_set_word(&set, w);
	}
	for (unsigned w = 0; w < BITMASK_WORDS; w++) {
		out->word[w] |= group.word[w];
		any |= group.word[w];
	}
	return any != 0;
}

bool
bitmask_of_terms(
    const struct rule_term *terms, unsigned n, struct bitmask_set *out)
{
	bool some = false;
	unsigned end;

	*out = (struct bitmask_set){ { 0 } };
	for (unsigned i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && (terms[end].op & RULE_OP_AND) != 0)
			end++;
		some |= group_add(&terms[i], end - i, out);
	}
	return some;
}

bool
bitmask_meet(const struct bitmask_set *a, const struct bitmask_set *b)
{
	for (unsigned w = 0; w < BITMASK_WORDS; w++) {
		if ((a->word[w] & b->word[w]) != 0)
			return true;
	}
	return false;
}

bool
bitmask_contains(
    const struct bitmask_set *outer, const struct bitmask_set *inner)
{
	for (unsigned w = 0; w < BITMASK_WORDS; w++) {
		uint64_t word = inner == NULL ? UINT64_MAX : inner->word[w];

		if ((word & ~outer->word[w]) != 0)
			return false;
	}
	return true;
}
