/* SPDX-License-Identifier: BSD-2-Clause */
/* Interval sets of numeric components: building, meeting, containing. */
#include "policy/interval.h"

#include <assert.h>
#include <stddef.h>

#define OP_RELATION (RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ)

/* Terms joined by AND: one range (empty when lo > hi) with holes. */
struct group {
	uint64_t lo;
	uint64_t hi;
	unsigned n_holes;
	uint32_t holes[RULE_TERMS_MAX];
};

static void
group_init(struct group *group, uint32_t max)
{
	group->lo = 0;
	group->hi = max;
	group->n_holes = 0;
}

static void
group_floor(struct group *group, uint64_t lo)
{
	if (lo > group->lo)
		group->lo = lo;
}

static void
group_ceil(struct group *group, uint64_t hi)
{
	if (hi < group->hi)
		group->hi = hi;
}

/* lo never falls and hi never rises, so empty stays empty. */
static void
group_empty(struct group *group)
{
	group->lo = UINT64_MAX;
	group->hi = 0;
}

static void
group_hole(struct group *group, uint64_t value)
{
	if (value > UINT32_MAX || group->n_holes == RULE_TERMS_MAX)
		return; /* no field is that wide; no rule has more terms */
	group->holes[group->n_holes++] = (uint32_t)value;
}

static void
group_narrow(struct group *group, const struct rule_term *term)
{
	uint64_t value = term->value;

	switch (term->op & OP_RELATION) {
	case RULE_OP_EQ:
		group_floor(group, value);
		group_ceil(group, value);
		break;
	case RULE_OP_GT | RULE_OP_EQ:
		group_floor(group, value);
		break;
	case RULE_OP_LT | RULE_OP_EQ:
		group_ceil(group, value);
		break;
	case RULE_OP_GT:
		if (value == UINT64_MAX)
			group_empty(group);
		else
			group_floor(group, value + 1);
		break;
	case RULE_OP_LT:
		if (value == 0)
			group_empty(group);
		else
			group_ceil(group, value - 1);
		break;
	case RULE_OP_LT | RULE_OP_GT:
		group_hole(group, value);
		break;
	case RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ:
		break;
	default: /* no relation bit: false */
		group_empty(group);
		break;
	}
}

/* Ciura's gaps: far from quadratic for the few hundred that can be here. */
static const unsigned gaps[] = { 132, 57, 23, 10, 4, 1 };
#define GAPS (sizeof(gaps) / sizeof(gaps[0]))

static void
sort_values(uint32_t *at, unsigned n)
{
	for (size_t g = 0; g < GAPS; g++) {
		for (unsigned i = gaps[g]; i < n; i++) {
			uint32_t value = at[i];
			unsigned j = i;

			for (; j >= gaps[g] && at[j - gaps[g]] > value;
			     j -= gaps[g])
				at[j] = at[j - gaps[g]];
			at[j] = value;
		}
	}
}

static void
sort_intervals(struct interval *at, unsigned n)
{
	for (size_t g = 0; g < GAPS; g++) {
		for (unsigned i = gaps[g]; i < n; i++) {
			struct interval value = at[i];
			unsigned j = i;

			for (; j >= gaps[g] && at[j - gaps[g]].lo > value.lo;
			     j -= gaps[g])
				at[j] = at[j - gaps[g]];
			at[j] = value;
		}
	}
}

static void
pool_push(struct interval_pool *pool, uint64_t lo, uint64_t hi)
{
	assert(pool->used < INTERVAL_POOL_MAX);
	assert(hi <= UINT32_MAX);
	pool->at[pool->used].lo = (uint32_t)lo;
	pool->at[pool->used].hi = (uint32_t)hi;
	pool->used++;
}

static void
group_emit(struct group *group, struct interval_pool *pool)
{
	uint64_t lo = group->lo;

	if (group->n_holes > 1)
		sort_values(group->holes, group->n_holes);
	for (unsigned i = 0; i < group->n_holes; i++) {
		uint64_t hole = group->holes[i];

		if (hole < lo || hole > group->hi)
			continue;
		if (hole > lo)
			pool_push(pool, lo, hole - 1);
		lo = hole + 1;
	}
	if (lo <= group->hi)
		pool_push(pool, lo, group->hi);
}

/* Sort the pool's tail from first on, join what touches, give back the rest. */
static struct interval_set
pool_close(struct interval_pool *pool, unsigned first)
{
	struct interval *at = &pool->at[first];
	unsigned n = pool->used - first;
	unsigned kept = 0;
	bool sorted = true;

	for (unsigned i = 1; i < n; i++)
		sorted &= at[i - 1].lo <= at[i].lo;
	if (!sorted)
		sort_intervals(at, n);
	for (unsigned i = 0; i < n; i++) {
		if (kept > 0 && at[i].lo <= (uint64_t)at[kept - 1].hi + 1) {
			if (at[i].hi > at[kept - 1].hi)
				at[kept - 1].hi = at[i].hi;
		} else {
			at[kept++] = at[i];
		}
	}
	pool->used = first + kept;
	return (struct interval_set){ at, kept };
}

struct interval_set
interval_of_terms(struct interval_pool *pool, const struct rule_term *terms,
    unsigned n, uint32_t max)
{
	unsigned first = pool->used;
	struct group group;

	for (unsigned i = 0; i < n; i++) {
		if (i == 0) {
			group_init(&group, max);
		} else if ((terms[i].op & RULE_OP_AND) == 0) {
			group_emit(&group, pool);
			group_init(&group, max);
		}
		group_narrow(&group, &terms[i]);
	}
	if (n > 0)
		group_emit(&group, pool);
	return pool_close(pool, first);
}

struct interval_set
interval_intersect(struct interval_pool *pool, const struct interval_set *a,
    const struct interval_set *b)
{
	unsigned first = pool->used;
	unsigned i = 0;
	unsigned j = 0;

	while (i < a->n && j < b->n) {
		const struct interval *x = &a->at[i];
		const struct interval *y = &b->at[j];
		uint32_t lo = x->lo > y->lo ? x->lo : y->lo;
		uint32_t hi = x->hi < y->hi ? x->hi : y->hi;

		if (lo <= hi)
			pool_push(pool, lo, hi);
		if (x->hi < y->hi)
			i++;
		else
			j++;
	}
	return (struct interval_set){ &pool->at[first], pool->used - first };
}

bool
interval_meet(const struct interval_set *const sets[], unsigned n)
{
	unsigned at[INTERVAL_MEET_MAX] = { 0 };
	unsigned agreed = 0;
	uint32_t value = 0;

	assert(n <= INTERVAL_MEET_MAX);
	/* In turn each set moves value up to its next one, until all agree. */
	for (unsigned k = 0; agreed < n; k = k + 1 == n ? 0 : k + 1) {
		const struct interval_set *set = sets[k];

		while (at[k] < set->n && set->at[at[k]].hi < value)
			at[k]++;
		if (at[k] == set->n)
			return false;
		if (set->at[at[k]].lo > value) {
			value = set->at[at[k]].lo;
			agreed = 0;
		}
		agreed++;
	}
	return true;
}

bool
interval_contains(
    const struct interval_set *outer, const struct interval_set *inner)
{
	unsigned j = 0;

	for (unsigned i = 0; i < inner->n; i++) {
		while (j < outer->n && outer->at[j].hi < inner->at[i].lo)
			j++;
		/* Sets have no touching intervals: one must hold it whole. */
		if (j == outer->n || outer->at[j].lo > inner->at[i].lo ||
		    outer->at[j].hi < inner->at[i].hi)
			return false;
	}
	return true;
}

bool
interval_holds(const struct interval_set *set, uint32_t value)
{
	for (unsigned i = 0; i < set->n; i++) {
		if (value < set->at[i].lo)
			return false;
		if (value <= set->at[i].hi)
			return true;
	}
	return false;
}
