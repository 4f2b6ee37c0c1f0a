/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer's unicast routes: what the guard is told, in which order, and
 * that in the end it knows what the peer announced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/routes_in.h"
#include "proxy/wire/family.h"
#include "tests/lib/small_rule.h"

#define BOTH (FAMILY_IPV4_UNICAST | FAMILY_IPV6_UNICAST)
#define MAX  8

static const uint8_t hash_key[HASH_KEY_LEN] = "a routes_in key";

static int
setup(void **state)
{
	struct routes_in *routes = routes_in_new(hash_key);

	assert_non_null(routes);
	routes_in_limit(routes, MAX);
	*state = routes;
	return 0;
}

static int
teardown(void **state)
{
	routes_in_free(*state);
	return 0;
}

/* Prefix n: 10.n.0.0/16 (even numbers) or n::/16 (odd ones). */
static struct prefix
prefix_of(unsigned n)
{
	struct prefix prefix = { .afi = n % 2 == 0 ? AFI_IPV4 : AFI_IPV6,
		.len = 16 };

	prefix.addr[0] = 10;
	prefix.addr[1] = (uint8_t)n;
	return prefix;
}

static enum routes_in_result
announce_again(struct routes_in *routes, unsigned n, unsigned med, bool again)
{
	const struct route_facts facts = {
		.neighbor_as = 65001, .path_length = 1, .med = med
	};
	const struct prefix prefix = prefix_of(n);

	return routes_in_announce(routes, &prefix, &facts, again);
}

static enum routes_in_result
announce(struct routes_in *routes, unsigned n, unsigned med)
{
	return announce_again(routes, n, med, false);
}

static void
withdraw(struct routes_in *routes, unsigned n, bool lingers)
{
	const struct prefix prefix = prefix_of(n);

	routes_in_withdraw(routes, &prefix, lingers);
}

/* Take the next item: this route with this MED, or (-1) its withdrawal. */
static void
expect(struct routes_in *routes, unsigned n, int med)
{
	const struct prefix prefix = prefix_of(n);
	struct routes_in_item item;

	assert_true(routes_in_next(routes, &item));
	assert_memory_equal(item.prefix, &prefix, sizeof(prefix));
	assert_int_equal(item.facts == NULL, med < 0);
	if (med >= 0)
		assert_int_equal(item.facts->med, med);
	assert_int_equal(item.family,
	    n % 2 == 0 ? FAMILY_IPV4_UNICAST : FAMILY_IPV6_UNICAST);
	routes_in_told(routes);
}

static void
expect_nothing(struct routes_in *routes)
{
	struct routes_in_item item;

	assert_false(routes_in_next(routes, &item));
}

/* Told once, in the order they came; the same again is nothing new. */
static void
announcements_are_told_in_order(void **state)
{
	assert_int_equal(announce(*state, 4, 1), ROUTES_IN_CHANGED);
	assert_int_equal(announce(*state, 3, 1), ROUTES_IN_CHANGED);
	expect(*state, 4, 1);
	expect(*state, 3, 1);
	assert_int_equal(announce(*state, 4, 1), ROUTES_IN_SAME);

	expect_nothing(*state);
	assert_int_equal(announce_again(*state, 4, 1, true), ROUTES_IN_CHANGED);
	expect(*state, 4, 1);
}

/* Of many changes the last is told, where the first waited. */
static void
last_wish_wins(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 4, 1);
	announce(*state, 2, 2);
	expect(*state, 2, 2);
	announce(*state, 6, 1);
	withdraw(*state, 2, false);
	withdraw(*state, 4, false); /* nobody knows of it */

	expect(*state, 2, -1);
	expect(*state, 6, 1);
	expect_nothing(*state);
	assert_int_equal(routes_in_count(*state, BOTH), 1);
}

/* A withdrawal of what is not known is told as long as it may linger. */
static void
unknown_is_withdrawn_where_it_lingers(void **state)
{
	withdraw(*state, 2, true);
	withdraw(*state, 4, false);
	announce(*state, 6, 1);
	withdraw(*state, 6, true);

	expect(*state, 2, -1);
	expect(*state, 6, -1);
	expect_nothing(*state);
}

/* The bound is of each family, and of what stands. */
static void
bound_is_of_each_family(void **state)
{
	for (unsigned n = 0; n < 2 * MAX; n++)
		assert_int_equal(announce(*state, n, 1), ROUTES_IN_CHANGED);
	assert_int_equal(announce(*state, 100, 1), ROUTES_IN_OVERFLOW);
	assert_int_equal(announce(*state, 101, 1), ROUTES_IN_OVERFLOW);
	assert_int_equal(announce(*state, 2, 2), ROUTES_IN_CHANGED);
	withdraw(*state, 2, false);
	assert_int_equal(announce(*state, 100, 1), ROUTES_IN_CHANGED);
	assert_int_equal(announce(*state, 101, 1), ROUTES_IN_OVERFLOW);
	assert_int_equal(routes_in_count(*state, FAMILY_IPV4_UNICAST), MAX);
	assert_int_equal(routes_in_count(*state, FAMILY_IPV6_UNICAST), MAX);
}

/* No bound given: nothing may be announced. */
static void
bound_of_none_takes_none(void **state)
{
	routes_in_limit(*state, 0);
	assert_int_equal(announce(*state, 2, 1), ROUTES_IN_OVERFLOW);
}

/* A session that ends forgets its routes, not what it owes the guard. */
static void
end_of_session_forgets_routes(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 4, 1);
	expect(*state, 2, 1);
	expect(*state, 4, 1);
	withdraw(*state, 2, false);
	announce(*state, 6, 1);
	routes_in_drop(*state);

	assert_int_equal(routes_in_count(*state, BOTH), 0);
	expect(*state, 2, -1);
	expect_nothing(*state);
}

/* A new guard hears all that stands and nothing else. */
static void
replay_tells_what_stands(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 4, 1);
	expect(*state, 2, 1);
	expect(*state, 4, 1);
	withdraw(*state, 2, false);
	routes_in_replay(*state);
	expect(*state, 4, 1);
	expect_nothing(*state);

	routes_in_again(*state, FAMILY_IPV6_UNICAST);
	expect_nothing(*state);
	routes_in_again(*state, FAMILY_IPV4_UNICAST);
	expect(*state, 4, 1);
}

/* A refresh withdraws what it did not name, of its family. */
static void
sweep_withdraws_what_is_stale(void **state)
{
	announce(*state, 2, 1);
	announce(*state, 3, 1);
	announce(*state, 4, 1);
	expect(*state, 2, 1);
	expect(*state, 3, 1);
	expect(*state, 4, 1);
	routes_in_stale(*state, FAMILY_IPV4_UNICAST);
	announce(*state, 4, 1);
	routes_in_sweep(*state, FAMILY_IPV4_UNICAST);

	expect(*state, 2, -1);
	expect_nothing(*state);
	assert_int_equal(routes_in_count(*state, BOTH), 2);
}

/* ---- against a model ---- */

#define PREFIXES 40

struct model {
	int peer[PREFIXES];  /* MED that stands, or -1 */
	int guard[PREFIXES]; /* what the guard knows */
	unsigned count[2];
	uint64_t random;
};

static void
model_told(struct model *model, struct routes_in *routes)
{
	struct routes_in_item item;

	if (!routes_in_next(routes, &item))
		return;
	model->guard[item.prefix->addr[1]] =
	    item.facts == NULL ? -1 : (int)item.facts->med;
	routes_in_told(routes);
}

static void
model_step(struct model *model, struct routes_in *routes)
{
	unsigned n = small_random(&model->random) % PREFIXES;
	unsigned what = small_random(&model->random) % 16;
	int med = (int)(small_random(&model->random) % 3);

	if (what < 7) {
		bool full = model->peer[n] < 0 && model->count[n % 2] == MAX;

		assert_int_equal(
		    announce(routes, n, (unsigned)med) == ROUTES_IN_OVERFLOW,
		    full);
		if (full)
			return;
		model->count[n % 2] += model->peer[n] < 0;
		model->peer[n] = med;
	} else if (what < 12) {
		withdraw(routes, n, false);
		model->count[n % 2] -= model->peer[n] >= 0;
		model->peer[n] = -1;
	} else {
		model_told(model, routes);
	}
}

/* Whatever happens, the guard ends with what the peer wants, in memory that
 * the bound bounds. */
static void
guard_ends_with_what_stands(void **state)
{
	struct model model = { .random = 7 };
	size_t empty = routes_in_memory(*state);
	struct routes_in_item item;

	for (unsigned i = 0; i < PREFIXES; i++)
		model.peer[i] = model.guard[i] = -1;
	for (unsigned i = 0; i < 100000; i++) {
		model_step(&model, *state);
		assert_true(routes_in_memory(*state) <= empty + 4 * MAX * 160);
		if (i % 5000 == 4999) {
			routes_in_replay(*state);
			for (unsigned n = 0; n < PREFIXES; n++)
				model.guard[n] = -1;
		}
	}
	while (routes_in_next(*state, &item))
		model_told(&model, *state);
	assert_memory_equal(model.peer, model.guard, sizeof(model.peer));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(announcements_are_told_in_order),
		TEST(last_wish_wins),
		TEST(unknown_is_withdrawn_where_it_lingers),
		TEST(bound_is_of_each_family),
		TEST(bound_of_none_takes_none),
		TEST(end_of_session_forgets_routes),
		TEST(replay_tells_what_stands),
		TEST(sweep_withdraws_what_is_stale),
		TEST(guard_ends_with_what_stands),
	};

	return cmocka_run_group_tests_name("routes_in", tests, NULL, NULL);
}
