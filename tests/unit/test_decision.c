/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision process: every step, every order of arrival. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/decision.h"

#define ROUTES_MAX 5

/* How it differs from the usual route; zero: it does not. */
struct route {
	unsigned local_pref, path, origin, med, as;
	uint32_t router_id, originator;
	uint8_t cluster, address;
	bool stale, internal;
	uint8_t step; /* expected */
};

/* The first route is the best. */
struct decision_row {
	const char *name;
	unsigned n;
	struct route routes[ROUTES_MAX];
};

#define STEP(symbol) .step = ROUTE_STEP_##symbol

static const struct decision_row rows[] = {
	{ "only_route_is_best", 1, { { STEP(ONLY) } } },
	{ "stale_route_loses", 2,
	    { { STEP(STALE) }, { .stale = true, STEP(STALE) } } },
	{ "stale_comes_before_local_pref", 2,
	    { { STEP(STALE) },
		{ .stale = true, .local_pref = 50, STEP(STALE) } } },
	{ "stale_routes_are_compared", 2,
	    { { .stale = true, .local_pref = 1, STEP(LOCAL_PREF) },
		{ .stale = true, STEP(LOCAL_PREF) } } },
	{ "higher_local_pref_wins", 2,
	    { { .local_pref = 1, STEP(LOCAL_PREF) }, { STEP(LOCAL_PREF) } } },
	{ "local_pref_comes_before_path_length", 2,
	    { { .local_pref = 1, .path = 9, STEP(LOCAL_PREF) },
		{ STEP(LOCAL_PREF) } } },
	{ "shorter_path_wins", 2,
	    { { STEP(PATH_LENGTH) }, { .path = 1, STEP(PATH_LENGTH) } } },
	{ "path_length_comes_before_origin", 2,
	    { { .origin = 2, STEP(PATH_LENGTH) },
		{ .path = 1, STEP(PATH_LENGTH) } } },
	{ "igp_wins_over_egp", 2,
	    { { STEP(ORIGIN) }, { .origin = 1, STEP(ORIGIN) } } },
	{ "egp_wins_over_incomplete", 2,
	    { { .origin = 1, STEP(ORIGIN) }, { .origin = 2, STEP(ORIGIN) } } },
	{ "origin_comes_before_med", 2,
	    { { .med = 9, STEP(ORIGIN) }, { .origin = 1, STEP(ORIGIN) } } },
	{ "lower_med_of_one_as_wins", 2,
	    { { .med = 5, STEP(MED) }, { .med = 6, STEP(MED) } } },
	{ "med_comes_before_ebgp", 2,
	    { { .internal = true, STEP(MED) }, { .med = 1, STEP(MED) } } },
	{ "med_of_two_ases_is_not_compared", 2,
	    { { .as = 1, .med = 9, STEP(ROUTER_ID) },
		{ .as = 2, .router_id = 1, STEP(ROUTER_ID) } } },
	{ "med_of_routes_of_no_as_is_compared", 2,
	    { { .as = 7, .internal = true, STEP(MED) },
		{ .as = 7, .med = 1, .internal = true, STEP(MED) } } },
	{ "highest_med_still_is_one", 2,
	    { { .med = UINT32_MAX - 1, STEP(MED) },
		{ .med = UINT32_MAX, STEP(MED) } } },
	{ "ebgp_wins_over_ibgp", 2,
	    { { STEP(EXTERNAL) }, { .internal = true, STEP(EXTERNAL) } } },
	{ "ebgp_comes_before_identifier", 2,
	    { { .router_id = 9, STEP(EXTERNAL) },
		{ .internal = true, STEP(EXTERNAL) } } },
	{ "lower_identifier_wins", 2,
	    { { STEP(ROUTER_ID) }, { .router_id = 1, STEP(ROUTER_ID) } } },
	{ "identifiers_are_unsigned", 2,
	    { { .router_id = 0x70000000, STEP(ROUTER_ID) },
		{ .router_id = 0x80000000, STEP(ROUTER_ID) } } },
	{ "originator_stands_for_the_identifier", 2,
	    { { .internal = true,
		  .router_id = 9,
		  .originator = 5,
		  STEP(ROUTER_ID) },
		{ .internal = true, STEP(ROUTER_ID) } } },
	{ "originator_may_be_the_worse", 2,
	    { { .internal = true, .router_id = 9, STEP(ROUTER_ID) },
		{ .internal = true, .originator = 200, STEP(ROUTER_ID) } } },
	{ "identifier_comes_before_cluster_length", 2,
	    { { .internal = true,
		  .originator = 5,
		  .cluster = 9,
		  STEP(ROUTER_ID) },
		{ .internal = true, .originator = 6, STEP(ROUTER_ID) } } },
	{ "shorter_cluster_list_wins", 2,
	    { { .internal = true,
		  .originator = 5,
		  .cluster = 1,
		  .address = 9,
		  STEP(CLUSTER_LENGTH) },
		{ .internal = true,
		    .originator = 5,
		    .cluster = 2,
		    STEP(CLUSTER_LENGTH) } } },
	{ "no_cluster_list_is_the_shortest", 2,
	    { { STEP(CLUSTER_LENGTH) },
		{ .cluster = 255, STEP(CLUSTER_LENGTH) } } },
	{ "lower_address_wins", 2,
	    { { STEP(ADDRESS) }, { .address = 1, STEP(ADDRESS) } } },
	{ "equal_routes_are_told_apart", 2,
	    { { STEP(ADDRESS) }, { STEP(ADDRESS) } } },
	/* The first beats the second by identifier, the second the third by
	 * MED, the third the first by identifier: pairs give no order. */
	{ "med_without_order_goes_by_groups", 3,
	    { { .as = 2, .router_id = 2, .med = 50, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 3, .med = 1, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 1, .med = 9, STEP(MED) } } },
	{ "med_best_of_group_loses_later", 3,
	    { { .as = 2, .med = 9, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 8, .med = 1, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 1, .med = 2, STEP(MED) } } },
	{ "med_groups_are_many", 5,
	    { { .as = 3, .router_id = 2, .med = 100, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 4, .med = 3, STEP(ROUTER_ID) },
		{ .as = 1, .router_id = 1, .med = 4, STEP(MED) },
		{ .as = 2, .router_id = 3, .med = 7, STEP(ROUTER_ID) },
		{ .as = 2, .router_id = 0, .med = 8, STEP(MED) } } },
	{ "med_of_what_lost_before_does_not_count", 3,
	    { { .as = 1, .med = 9, STEP(ROUTER_ID) },
		{ .as = 2, .router_id = 1, .med = 9, STEP(ROUTER_ID) },
		{ .as = 1, .med = 1, .path = 1, STEP(PATH_LENGTH) } } },
	{ "equal_lowest_meds_both_stay", 3,
	    { { .as = 1, .med = 1, STEP(ROUTER_ID) },
		{ .as = 1, .med = 1, .router_id = 1, STEP(ROUTER_ID) },
		{ .as = 1, .med = 2, STEP(MED) } } },
	{ "each_lost_at_its_own_step", 5,
	    { { .local_pref = 7, STEP(ROUTER_ID) },
		{ .local_pref = 7, .router_id = 1, STEP(ROUTER_ID) },
		{ .local_pref = 7, .origin = 1, STEP(ORIGIN) },
		{ STEP(LOCAL_PREF) }, { .stale = true, STEP(STALE) } } },
};

struct world {
	struct source_info sources[ROUTES_MAX];
	struct route_facts facts[ROUTES_MAX];
	struct candidate candidates[ROUTES_MAX];
};

static void
world_fill(struct world *world, const struct decision_row *row)
{
	memset(world, 0, sizeof(*world));
	for (unsigned i = 0; i < row->n; i++) {
		const struct route *route = &row->routes[i];
		struct source_info *source = &world->sources[i];
		struct route_facts *facts = &world->facts[i];

		source->router_id = 10 + route->router_id;
		source->external = !route->internal;
		source->address = (struct prefix){ AFI_IPV4, 32,
			{ 192, 0, 2, (uint8_t)(1 + route->address) } };
		facts->neighbor_as = route->as == 7 ? 0 : 65000 + route->as;
		facts->local_pref = 100 + route->local_pref;
		facts->path_length = (uint16_t)(3 + route->path);
		facts->origin = (uint8_t)route->origin;
		facts->med = route->med;
		facts->cluster_length = route->cluster;
		facts->originator_id = route->originator;
		if (route->originator != 0)
			facts->flags = ROUTE_REFLECTED;
		world->candidates[i].facts = facts;
		world->candidates[i].source = source;
		world->candidates[i].number = (uint16_t)(i + 1);
		world->candidates[i].stale = route->stale;
	}
}

/* Order number k of n things; there are n! of them. */
static void
order_fill(unsigned k, unsigned n, unsigned *order)
{
	bool taken[ROUTES_MAX] = { false };

	for (unsigned left = n; left > 0; left--) {
		unsigned skip = k % left, i = 0;

		k /= left;
		while (taken[i] || skip-- > 0)
			i++;
		taken[i] = true;
		order[n - left] = i;
	}
}

/* In whichever order the routes stand, the first of the row is best, and each
 * lost at its step. */
static void
best_is_the_same_in_all_orders(void **state)
{
	const struct decision_row *row = *state;
	unsigned orders = 1;
	struct world world;

	for (unsigned i = 2; i <= row->n; i++)
		orders *= i;
	world_fill(&world, row);
	for (unsigned k = 0; k < orders; k++) {
		struct candidate set[ROUTES_MAX];
		unsigned order[ROUTES_MAX];
		size_t best;

		order_fill(k, row->n, order);
		for (unsigned i = 0; i < row->n; i++)
			set[i] = world.candidates[order[i]];
		best = decision_run(set, row->n);
		assert_int_equal(order[best], 0);
		for (unsigned i = 0; i < row->n; i++)
			assert_int_equal(
			    set[i].step, row->routes[order[i]].step);
	}
}

/* Each step is produced by some row, and has words. */
static void
every_step_is_reached_and_named(void **state)
{
	bool seen[ROUTE_STEP_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		seen[rows[i].routes[0].step] = true;
	for (unsigned i = 0; i < ROUTE_STEP_COUNT; i++) {
		assert_true(seen[i]);
		assert_string_not_equal(route_step_name(i), "?");
	}
	assert_string_equal(route_step_name(ROUTE_STEP_MED), "MED");
	assert_string_equal(route_step_name(ROUTE_STEP_COUNT), "?");
}

#define ROWS (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	struct CMUnitTest tests[ROWS + 1] = { cmocka_unit_test(
	    every_step_is_reached_and_named) };

	for (size_t i = 0; i < ROWS; i++) {
		tests[i + 1].name = rows[i].name;
		tests[i + 1].test_func = best_is_the_same_in_all_orders;
		tests[i + 1].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
