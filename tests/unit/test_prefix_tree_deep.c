/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees of prefixes with several levels: memory, and heavy change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/tree_scene.h"

#define MANY 200000u
#define DEEP (1u << 18)

/* A prefix of any length, few of them equal. */
static struct prefix
any_prefix(struct random *random, unsigned afi)
{
	struct prefix prefix = { .afi = (uint8_t)afi };
	unsigned bits = afi_bits(afi);

	for (unsigned i = 0; i < bits / 8; i++)
		prefix.addr[i] = (uint8_t)random_next(random);
	prefix.len = (uint8_t)(bits - random_below(random, bits / 4));
	prefix_mask(&prefix);
	return prefix;
}

/* As many octets as a full table may cost, ascending and at random. */
static void
prefixes_are_small(void **state)
{
	struct random random = { 77 };
	struct prefix_tree *up = prefix_tree_new(AFI_IPV4);
	struct prefix_tree *four = prefix_tree_new(AFI_IPV4);
	struct prefix_tree *six = prefix_tree_new(AFI_IPV6);

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		struct prefix prefix = { AFI_IPV4, 24,
			{ (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };

		tree_put(up, &prefix, i);
		prefix = any_prefix(&random, AFI_IPV4);
		tree_put(four, &prefix, i);
		prefix = any_prefix(&random, AFI_IPV6);
		tree_put(six, &prefix, i);
	}
	/* One huge page may just have been begun. */
	assert_in_range(prefix_tree_octets(up), 1, 14 * MANY + (2u << 20));
	assert_in_range(prefix_tree_octets(four), 1, 20 * MANY + (2u << 20));
	assert_in_range(prefix_tree_octets(six), 1, 33 * MANY + (2u << 20));
	prefix_tree_free(up);
	prefix_tree_free(four);
	prefix_tree_free(six);
}

/* Emptied in another order than filled, and filled again, it takes no more
 * memory than before. */
static void
emptied_tree_is_used_again(void **state)
{
	struct prefix *prefixes = calloc(MANY, sizeof(*prefixes));
	const unsigned *row = *state;
	unsigned afi = row[0];
	struct prefix_tree *tree = prefix_tree_new(afi);
	struct prefix all = { .afi = (uint8_t)afi };
	size_t octets = 0;

	assert_non_null(prefixes);
	for (unsigned round = 0; round < 3; round++) {
		struct random random = { 5 };
		uint32_t n = 0;

		for (uint32_t i = 0; i < MANY; i++) {
			struct prefix prefix = any_prefix(&random, afi);

			if (prefix_tree_find(tree, &prefix) != NULL)
				continue;
			tree_put(tree, &prefix, i);
			prefixes[n++] = prefix;
		}
		assert_int_equal(tree_walked(tree, &all), n);
		if (octets == 0)
			octets = prefix_tree_octets(tree);
		assert_int_equal(prefix_tree_octets(tree), octets);
		for (uint32_t i = 0; i < n; i++) {
			uint32_t j = round == 0 ? i : n - 1 - i;

			if (i % 10000 == 0)
				assert_int_equal(
				    tree_walked(tree, &all), n - i);
			assert_true(prefix_tree_remove(tree, &prefixes[j]));
			assert_false(prefix_tree_remove(tree, &prefixes[j]));
		}
		assert_int_equal(prefix_tree_count(tree), 0);
		assert_int_equal(tree_walked(tree, &all), 0);
	}
	prefix_tree_free(tree);
	free(prefixes);
}

/* Remove the hosts from..to of 10.0.0.0/8. */
static void
remove_hosts(struct prefix_tree *tree, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct prefix prefix = { AFI_IPV4, 32,
			{ 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			    (uint8_t)i } };

		assert_true(prefix_tree_remove(tree, &prefix));
	}
}

/* The first leaf of an inner node goes, a key comes where it was, and then the
 * node joins its neighbour: the key is found still. */
static void
key_in_a_gap_survives_a_join(void **state)
{
	const uint32_t leaf = 64, inner = 64 * 64; /* an ascending load's */
	struct prefix_tree *tree = prefix_tree_new(AFI_IPV4);
	struct prefix all = tree_prefix("10.0.0.0/8"), gap;
	uint32_t left = 3 * inner;

	(void)state;
	for (uint32_t i = 0; i < left; i++) {
		struct prefix prefix = { AFI_IPV4, 32,
			{ 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			    (uint8_t)i } };

		tree_put(tree, &prefix, i);
	}
	remove_hosts(tree, inner, inner + leaf);
	gap = (struct prefix){ AFI_IPV4, 32, { 10, 0, 16, 5 } };
	tree_put(tree, &gap, 1);
	remove_hosts(tree, 10 * leaf, inner);
	remove_hosts(tree, inner + 10 * leaf, 2 * inner);
	left -= leaf + (inner - 10 * leaf) + (inner - 10 * leaf) - 1;
	assert_int_equal(prefix_tree_count(tree), left);
	assert_non_null(prefix_tree_find(tree, &gap));
	assert_int_equal(tree_walked(tree, &all), left);
	prefix_tree_free(tree);
}

static struct prefix
deep_prefix(unsigned afi, uint32_t n)
{
	struct prefix prefix = { (uint8_t)afi, 18,
		{ (uint8_t)(n >> 10), (uint8_t)(n >> 2), (uint8_t)(n << 6) } };

	return prefix;
}

/* A tree of several levels, filled and thinned out by turns, region by region,
 * agrees with an array. */
static void
deep_tree_agrees_with_an_array(void **state)
{
	const unsigned *row = *state;
	struct prefix_tree *tree = prefix_tree_new(row[0]);
	struct prefix all = { .afi = (uint8_t)row[0] };
	uint8_t *model = calloc(DEEP, 1);
	struct random random = { 99 };
	unsigned count = 0;

	assert_non_null(model);
	for (unsigned round = 0; round < 60; round++) {
		uint32_t from = (uint32_t)random_below(&random, DEEP);
		unsigned fills = (unsigned)random_below(&random, 11);

		for (unsigned i = 0; i < 8000; i++) {
			uint32_t n =
			    (from + (uint32_t)random_below(&random, DEEP / 8)) %
			    DEEP;
			struct prefix prefix = deep_prefix(row[0], n);

			count -= model[n];
			assert_int_equal(
			    prefix_tree_find(tree, &prefix) != NULL, model[n]);
			model[n] = random_below(&random, 10) < fills;
			count += model[n];
			if (model[n])
				tree_put(tree, &prefix, n);
			else
				(void)prefix_tree_remove(tree, &prefix);
		}
		assert_int_equal(prefix_tree_count(tree), count);
		assert_int_equal(tree_walked(tree, &all), count);
	}
	for (uint32_t n = 0; n < DEEP; n++) {
		struct prefix prefix = deep_prefix(row[0], n);
		const uint32_t *value = prefix_tree_find(tree, &prefix);

		assert_int_equal(value != NULL, model[n]);
		assert_true(value == NULL || *value == n);
	}
	prefix_tree_free(tree);
	free(model);
}

int
main(void)
{
	static unsigned ipv4[] = { AFI_IPV4 }, ipv6[] = { AFI_IPV6 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_small),
		cmocka_unit_test(key_in_a_gap_survives_a_join),
		{ "emptied_ipv4_tree_is_used_again", emptied_tree_is_used_again,
		    NULL, NULL, ipv4 },
		{ "emptied_ipv6_tree_is_used_again", emptied_tree_is_used_again,
		    NULL, NULL, ipv6 },
		{ "deep_ipv4_tree_agrees_with_an_array",
		    deep_tree_agrees_with_an_array, NULL, NULL, ipv4 },
		{ "deep_ipv6_tree_agrees_with_an_array",
		    deep_tree_agrees_with_an_array, NULL, NULL, ipv6 },
	};

	return cmocka_run_group_tests_name(
	    "prefix_tree_deep", tests, NULL, NULL);
}
