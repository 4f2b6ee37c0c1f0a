/* SPDX-License-Identifier: BSD-2-Clause */
/* The customer's Adj-RIB-In at random: in the end the guard knows what the peer
 * announced and in which order, whatever happened before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/adj_in.h"
#include "proxy/wire/family.h"
#include "tests/lib/small_rule.h"

static const uint8_t hash_key[HASH_KEY_LEN] = "an adj_in's key";

static int
setup(void **state)
{
	struct adj_in *adj = adj_in_new(hash_key);

	assert_non_null(adj);
	adj_in_limit(adj, 8);
	*state = adj;
	return 0;
}

static int
teardown(void **state)
{
	adj_in_free(*state);
	return 0;
}

static enum adj_in_result
announce(struct adj_in *adj, unsigned n, unsigned action)
{
	struct rule rule;
	const struct action_set actions = small_action(action);
	const struct adj_in_route route = {
		.rule = &rule,
		.actions = &actions,
		.family =
		    n % 2 == 0 ? FAMILY_IPV4_FLOWSPEC : FAMILY_IPV6_FLOWSPEC,
	};

	small_rule(n, &rule);
	return adj_in_announce(adj, &route, false);
}

static void
withdraw(struct adj_in *adj, unsigned n)
{
	struct rule rule;

	small_rule(n, &rule);
	adj_in_withdraw(adj, &rule);
}

#define KEYS 24u

struct belief {
	bool stands;
	unsigned rate;
	unsigned arrived;
	uint64_t handle;
};

struct model {
	struct adj_in *adj;
	struct belief peer[KEYS];
	struct belief guard[KEYS];
	uint64_t unacked[4096];
	unsigned n_unacked;
	unsigned arrivals;
	uint64_t random;
};

/* The guard hears up to n items. */
static void
hear(struct model *model, unsigned n)
{
	struct adj_in_item item;

	while (n-- > 0 && adj_in_next(model->adj, &item)) {
		struct belief *belief =
		    &model->guard[small_rule_number(item.route.rule)];

		if (!item.withdraw) {
			belief->stands = true;
			belief->handle = item.handle;
			belief->rate = (unsigned)action_rate(
			    item.route.actions->rate_bytes);
		} else {
			if (belief->stands)
				assert_int_equal(item.handle, belief->handle);
			belief->stands = false;
			model->unacked[model->n_unacked++] = item.handle;
		}
		adj_in_told(model->adj);
	}
}

static void
acknowledge(struct model *model)
{
	unsigned i;

	if (model->n_unacked == 0)
		return;
	i = small_random(&model->random) % model->n_unacked;
	(void)adj_in_ack(model->adj, model->unacked[i]);
	model->unacked[i] = model->unacked[--model->n_unacked];
}

static void
peer_announces(struct model *model, unsigned key, unsigned rate)
{
	struct belief *peer = &model->peer[key];

	if (announce(model->adj, key, rate) == ADJ_IN_OVERFLOW) {
		assert_false(peer->stands);
		return;
	}
	if (!peer->stands || peer->rate != rate)
		peer->arrived = ++model->arrivals;
	peer->stands = true;
	peer->rate = rate;
}

/* A new guard hears what stands in the order in which it arrived. */
static void
check_order(struct model *model)
{
	struct adj_in_item item;
	unsigned last = 0;

	adj_in_replay(model->adj);
	while (adj_in_next(model->adj, &item)) {
		unsigned key = small_rule_number(item.route.rule);

		if (!item.withdraw) {
			assert_true(model->peer[key].arrived > last);
			last = model->peer[key].arrived;
		}
		adj_in_told(model->adj);
	}
}

static void
one_step(struct model *model)
{
	unsigned key = small_random(&model->random) % KEYS;
	unsigned rate = small_random(&model->random) % 3;
	unsigned what = small_random(&model->random) % 100;

	if (what < 45) {
		peer_announces(model, key, rate);
	} else if (what < 75) {
		withdraw(model->adj, key);
		model->peer[key].stands = false;
	} else if (what < 88) {
		hear(model, small_random(&model->random) % 4);
	} else if (what < 99) {
		acknowledge(model);
	} else {
		adj_in_replay(model->adj);
		memset(model->guard, 0, sizeof(model->guard));
		model->n_unacked = 0;
	}
}

/* However it came to pass, a guard that has heard all knows what stands. */
static void
guard_knows_what_stands(void **state)
{
	static struct model model;

	model = (struct model){ .adj = *state, .random = 88172645463325252u };
	adj_in_limit(model.adj, 16);
	for (unsigned round = 0; round < 200; round++) {
		unsigned standing = 0;

		for (unsigned i = 0; i < 300; i++)
			one_step(&model);
		hear(&model, UINT32_MAX);
		for (unsigned key = 0; key < KEYS; key++) {
			assert_int_equal(
			    model.peer[key].stands, model.guard[key].stands);
			if (!model.peer[key].stands)
				continue;
			standing++;
			assert_int_equal(
			    model.peer[key].rate, model.guard[key].rate);
		}
		assert_int_equal(adj_in_announced(model.adj), standing);
		check_order(&model);
		while (model.n_unacked > 0)
			acknowledge(&model);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    guard_knows_what_stands, setup, teardown),
	};

	return cmocka_run_group_tests_name(
	    "adj_in, at random", tests, NULL, NULL);
}
