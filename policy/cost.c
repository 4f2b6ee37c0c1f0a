/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware entries of a rule.
 *
 * The NCS 5500 profile follows what Cisco's Nicolas Fevrier published, measured
 * on an NCS55A2-MOD-SE-S ("BGP FlowSpec on NCS5500: A few tests on scale, rate
 * and memory usage", xrdocs.io/ncs5500/tutorials/bgp-flowspec-on-ncs5500,
 * 2019): an exact value of any field takes one entry; a range is expanded into
 * aligned blocks whose sizes are powers of two, over the 16 bits of a length
 * (">= 400" 10 entries, ">= 256" 8, ">= 257" 15); listed values and ranges
 * add up (the ports 137 and 138: 2; the five length ranges of an NTP filter:
 * 33); a fragment match takes 2. Not published, and so counted as a TCAM must:
 * other fields' ranges likewise over their own bits, components multiply,
 * "port" takes its entries once for the source and once for the destination,
 * a bitmask that asks for any of k bits takes k. Every alternative counts as
 * it is written, also where two of them could share a block. One published
 * figure is lower than this count: the lengths 1-75 and 77-550 took 10 entries,
 * and are counted as 18.
 */
#include "policy/cost.h"

#include <stdbool.h>

#include "policy/interval.h"

#define FRAGMENT_ENTRIES 2u

static const char *const names[COST_COUNT] = {
#define X(symbol, number, name) [COST_##symbol] = (name),
	COST_MAP(X)
#undef X
};

const char *
cost_name(unsigned profile)
{
	if (profile >= COST_COUNT || names[profile] == NULL)
		return "?";
	return names[profile];
}

static uint32_t
saturate(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Fewest aligned blocks, each a power of two large, that are lo..hi. */
static uint32_t
blocks_of(uint64_t lo, uint64_t hi)
{
	uint32_t n = 0;

	while (lo <= hi) {
		uint64_t size = 1;

		while ((lo & (2 * size - 1)) == 0 && 2 * size <= hi - lo + 1)
			size *= 2;
		lo += size;
		n++;
	}
	return n;
}

/* Terms of a numeric component that are joined by AND. */
static uint32_t
group_numeric(const struct rule_term *terms, unsigned n, uint32_t max)
{
	struct interval_pool pool;
	struct interval_set set;
	uint32_t blocks = 0;

	if (n == 1 &&
	    (terms->op & RULE_OP_NUMERIC & ~RULE_OP_AND) == RULE_OP_EQ)
		return 1;
	pool.used = 0;
	set = interval_of_terms(&pool, terms, n, max);
	for (unsigned i = 0; i < set.n; i++)
		blocks += blocks_of(set.at[i].lo, set.at[i].hi);
	return blocks;
}

static uint32_t
bits_of(uint64_t value)
{
	uint32_t n = 0;

	for (; value != 0; value &= value - 1)
		n++;
	return n;
}

/* The same of a bitmask. Any of k bits set, and not all of k bits set, are k
 * alternatives; all set, and none set, are one. */
static uint32_t
group_bitmask(const struct rule_term *terms, unsigned n)
{
	uint64_t entries = 1;

	for (unsigned i = 0; i < n; i++) {
		bool all = (terms[i].op & RULE_OP_MATCH) != 0;
		bool none = (terms[i].op & RULE_OP_NOT) != 0;
		uint32_t bits = bits_of(terms[i].value);

		if (all == none && bits > 1)
			entries = saturate(entries * bits);
	}
	return (uint32_t)entries;
}

/* The alternatives of one component, n terms of one type. */
static uint32_t
component(const struct rule_term *terms, unsigned n, unsigned afi)
{
	unsigned type = terms->type;
	bool is_bitmask = rule_type_is_bitmask(type);
	uint32_t max = (uint32_t)rule_field_max(type, afi);
	uint64_t entries = 0;
	unsigned end;

	for (unsigned i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && (terms[end].op & RULE_OP_AND) != 0)
			end++;
		entries += is_bitmask ? group_bitmask(&terms[i], end - i)
				      : group_numeric(&terms[i], end - i, max);
	}
	if (type == RULE_FRAGMENT)
		entries *= FRAGMENT_ENTRIES;
	if (type == RULE_PORT)
		entries *= 2; /* the source's, and the destination's */
	return entries == 0 ? 1 : saturate(entries);
}

static uint32_t
cost_expanded(const struct rule *rule)
{
	unsigned n = rule->n_terms;
	uint64_t entries = 1;
	unsigned end;

	if (n > RULE_TERMS_MAX)
		return UINT32_MAX;
	for (unsigned i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && rule->terms[end].type == rule->terms[i].type)
			end++;
		entries = saturate(
		    entries * component(&rule->terms[i], end - i, rule->afi));
	}
	return (uint32_t)entries;
}

uint32_t
cost_of(enum cost_profile profile, const struct rule *rule)
{
	switch (profile) {
	case COST_PLAIN:
		return 1;
	case COST_NCS5500:
		return cost_expanded(rule);
	case COST_NONE:
	case COST_COUNT:
		break;
	}
	return UINT32_MAX;
}
