/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision process over the routes of one prefix. */
#include "proxy/guard/decision.h"

#include <assert.h>

const char *
route_step_name(unsigned step)
{
	static const char *const names[ROUTE_STEP_COUNT] = {
#define X(symbol, words) [ROUTE_STEP_##symbol] = (words),
		ROUTE_STEP_MAP(X)
#undef X
	};

	return step < ROUTE_STEP_COUNT ? names[step] : "?";
}

/* <0 when a is the lower. */
static int
compare(uint32_t a, uint32_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

/* Up to ORIGIN: <0 when a is better, and *step tells where; 0: no difference
 * there. */
static int
compare_early(
    const struct candidate *a, const struct candidate *b, uint8_t *step)
{
	const struct route_facts *f = a->facts, *g = b->facts;
	int order;

	*step = ROUTE_STEP_STALE;
	if (a->stale != b->stale)
		return a->stale ? 1 : -1;
	*step = ROUTE_STEP_LOCAL_PREF;
	order = compare(g->local_pref, f->local_pref); /* higher is better */
	if (order != 0)
		return order;
	*step = ROUTE_STEP_PATH_LENGTH;
	order = compare(f->path_length, g->path_length);
	if (order != 0)
		return order;
	*step = ROUTE_STEP_ORIGIN;
	return compare(f->origin, g->origin);
}

/* RFC 4456 9: ORIGINATOR_ID stands for the BGP Identifier. */
static uint32_t
identifier(const struct candidate *a)
{
	if (a->facts->flags & ROUTE_REFLECTED)
		return a->facts->originator_id;
	return a->source->router_id;
}

/* Past MED: the same, and never 0 for two sources. */
static int
compare_late(
    const struct candidate *a, const struct candidate *b, uint8_t *step)
{
	int order;

	*step = ROUTE_STEP_EXTERNAL;
	if (a->source->external != b->source->external)
		return a->source->external ? -1 : 1;
	*step = ROUTE_STEP_ROUTER_ID;
	order = compare(identifier(a), identifier(b));
	if (order != 0)
		return order;
	*step = ROUTE_STEP_CLUSTER_LENGTH;
	order = compare(a->facts->cluster_length, b->facts->cluster_length);
	if (order != 0)
		return order;
	*step = ROUTE_STEP_ADDRESS;
	order = prefix_cmp(&a->source->address, &b->source->address);
	return order != 0 ? order : compare(a->number, b->number);
}

/* What the steps up to ORIGIN leave has step 0 (ONLY). True when their MEDs
 * are not all the same. */
static bool
run_early(struct candidate *set, size_t n)
{
	const struct candidate *lead = &set[0];
	bool meds = false;
	uint8_t step;

	for (size_t i = 1; i < n; i++) {
		if (compare_early(&set[i], lead, &step) < 0)
			lead = &set[i];
	}
	for (size_t i = 0; i < n; i++) {
		set[i].step = ROUTE_STEP_ONLY;
		if (compare_early(lead, &set[i], &step) != 0)
			set[i].step = step;
		else if (set[i].facts->med != lead->facts->med)
			meds = true;
	}
	return meds;
}

/* RFC 4271 9.1.2.2 c: out goes what has a lower MED beside it from the same
 * neighbouring AS. Routes of no neighbouring AS are one group. */
static void
run_med(struct candidate *set, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct route_facts *a = set[i].facts;

		for (size_t j = 0; j < n; j++) {
			const struct route_facts *b = set[j].facts;

			if (set[i].step == ROUTE_STEP_ONLY &&
			    (set[j].step == ROUTE_STEP_ONLY ||
				set[j].step == ROUTE_STEP_MED) &&
			    a->neighbor_as == b->neighbor_as && b->med < a->med)
				set[i].step = ROUTE_STEP_MED;
		}
	}
}

size_t
decision_run(struct candidate *set, size_t n)
{
	size_t best = n;
	uint8_t step, last = ROUTE_STEP_ONLY;

	assert(n > 0);
	if (n == 1) {
		set[0].step = ROUTE_STEP_ONLY;
		return 0;
	}
	if (run_early(set, n))
		run_med(set, n);
	for (size_t i = 0; i < n; i++) {
		if (set[i].step == ROUTE_STEP_ONLY &&
		    (best == n || compare_late(&set[i], &set[best], &step) < 0))
			best = i;
	}
	for (size_t i = 0; i < n; i++) {
		if (i != best && set[i].step == ROUTE_STEP_ONLY) {
			(void)compare_late(&set[best], &set[i], &step);
			set[i].step = step;
		}
		if (set[i].step > last)
			last = set[i].step;
	}
	set[best].step = last;
	return best;
}
