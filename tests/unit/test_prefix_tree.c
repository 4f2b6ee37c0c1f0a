/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree of prefixes: exact, covering, inside; order and change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/random_rule.h"
#include "tests/lib/tree_scene.h"

static void
put_text(struct prefix_tree *tree, const char *text, uint32_t value)
{
	struct prefix prefix = tree_prefix(text);

	tree_put(tree, &prefix, value);
}

/* Only the two families have trees. */
static void
tree_of_another_family_is_refused(void **state)
{
	(void)state;
	assert_null(prefix_tree_new(AFI_NONE));
	assert_null(prefix_tree_new(3));
	prefix_tree_free(NULL);
}

/* In an empty tree nothing is found, covered, walked or removed. */
static void
empty_tree_has_nothing(void **state)
{
	static const char *const texts[] = { "0.0.0.0/0", "::/0",
		"192.0.2.1/32", "2001:db8::1/128" };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct prefix prefix = tree_prefix(texts[i]), found;
		struct prefix_tree *tree = prefix_tree_new(prefix.afi);
		struct prefix_walk walk;

		assert_non_null(tree);
		assert_null(prefix_tree_find(tree, &prefix));
		assert_null(prefix_tree_cover(tree, &prefix, 128, &found));
		assert_false(prefix_tree_remove(tree, &prefix));
		prefix_walk_begin(&walk, tree, &prefix);
		assert_null(prefix_walk_next(&walk, &found));
		assert_null(prefix_walk_next(&walk, &found));
		assert_int_equal(prefix_tree_count(tree), 0);
		prefix_tree_free(tree);
	}
}

/* A prefix and those that share its address are different keys. */
static void
equal_addresses_of_other_lengths_are_others(void **state)
{
	struct prefix_tree *tree = prefix_tree_new(AFI_IPV6);
	struct prefix prefix = { .afi = AFI_IPV6 };

	(void)state;
	for (unsigned len = 0; len <= 128; len++) {
		prefix.len = (uint8_t)len;
		tree_put(tree, &prefix, len + 1);
	}
	assert_int_equal(prefix_tree_count(tree), 129);
	for (unsigned len = 0; len <= 128; len++) {
		struct prefix found;

		prefix.len = (uint8_t)len;
		assert_int_equal(*prefix_tree_find(tree, &prefix), len + 1);
		prefix.len = 128;
		assert_int_equal(
		    *prefix_tree_cover(tree, &prefix, len, &found), len + 1);
		assert_int_equal(found.len, len);
	}
	prefix_tree_free(tree);
}

/* The first and the last prefixes that there are. */
static void
ends_of_the_address_space_are_found(void **state)
{
	static const char *const texts[] = { "0.0.0.0/0", "0.0.0.0/32",
		"255.255.255.255/32", "128.0.0.0/1", "::/0", "::/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		"ffff:ffff:ffff:ffff::/64", "8000::/1" };
	struct prefix_tree *trees[] = { NULL, prefix_tree_new(AFI_IPV4),
		prefix_tree_new(AFI_IPV6) };

	(void)state;
	for (uint32_t i = 0; i < 9; i++) {
		struct prefix prefix = tree_prefix(texts[i]);

		tree_put(trees[prefix.afi], &prefix, i + 1);
	}
	for (uint32_t i = 0; i < 9; i++) {
		struct prefix prefix = tree_prefix(texts[i]), found;
		struct prefix_tree *tree = trees[prefix.afi];

		assert_int_equal(*prefix_tree_find(tree, &prefix), i + 1);
		assert_int_equal(
		    *prefix_tree_cover(tree, &prefix, 128, &found), i + 1);
		assert_memory_equal(&found, &prefix, sizeof(found));
	}
	prefix_tree_free(trees[1]);
	prefix_tree_free(trees[2]);
}

struct cover_row {
	const char *name;
	const char *prefix;
	unsigned max_len;
	const char *found; /* NULL: nothing */
};

static const struct cover_row cover_rows[] = {
	{ "itself_covers", "10.1.0.0/16", 32, "10.1.0.0/16" },
	{ "longest_covers", "10.1.2.3/32", 32, "10.1.2.0/24" },
	{ "one_before_a_more_specific", "10.1.1.0/24", 32, "10.1.0.0/16" },
	{ "past_a_more_specific", "10.1.3.0/24", 32, "10.1.0.0/16" },
	{ "past_many_siblings", "10.200.0.0/16", 32, "10.0.0.0/8" },
	{ "shorter_than_max_len", "10.1.2.3/32", 23, "10.1.0.0/16" },
	{ "max_len_is_counted_in", "10.1.2.3/32", 16, "10.1.0.0/16" },
	{ "max_len_below_it", "10.1.2.3/32", 15, "10.0.0.0/8" },
	{ "max_len_below_all", "10.1.2.3/32", 7, NULL },
	{ "more_specific_does_not_cover", "10.1.2.0/23", 32, "10.1.0.0/16" },
	{ "neighbour_does_not_cover", "11.0.0.0/8", 32, NULL },
	{ "one_below_the_first", "9.255.255.255/32", 32, NULL },
	{ "behind_the_last", "203.0.113.200/32", 32, NULL },
	{ "last_of_all", "203.0.113.5/32", 32, "203.0.113.0/25" },
};

/* What covers a prefix is found, from the longest on. */
static void
cover_is_found(void **state)
{
	static const char *const texts[] = { "10.0.0.0/8", "10.1.0.0/16",
		"10.1.2.0/24", "10.1.2.128/25", "10.2.0.0/16", "10.3.0.0/16",
		"10.4.0.0/14", "10.64.0.0/10", "10.128.0.0/10",
		"203.0.113.0/25" };
	const struct cover_row *row = *state;
	struct prefix_tree *tree = prefix_tree_new(AFI_IPV4);
	struct prefix prefix = tree_prefix(row->prefix), found;
	uint32_t *value;

	for (uint32_t i = 0; i < 10; i++)
		put_text(tree, texts[i], i);
	value = prefix_tree_cover(tree, &prefix, row->max_len, &found);
	if (row->found == NULL) {
		assert_null(value);
	} else {
		struct prefix expected = tree_prefix(row->found);

		assert_non_null(value);
		assert_memory_equal(&found, &expected, sizeof(found));
		assert_ptr_equal(value, prefix_tree_find(tree, &found));
	}
	prefix_tree_free(tree);
}

/* A walk gives what is inside, itself first, in order. */
static void
walk_gives_what_is_inside(void **state)
{
	struct prefix_tree *tree = prefix_tree_new(AFI_IPV4);
	struct prefix all = tree_prefix("0.0.0.0/0");
	struct prefix some = tree_prefix("10.16.0.0/12");
	struct prefix one = tree_prefix("10.16.3.7/32");
	struct prefix none = tree_prefix("10.15.0.0/16");

	(void)state;
	put_text(tree, "10.0.0.0/8", 1);
	for (unsigned i = 0; i < 5000; i++) {
		struct prefix prefix = one;

		prefix.addr[2] = (uint8_t)(i >> 8);
		prefix.addr[3] = (uint8_t)i;
		tree_put(tree, &prefix, i);
	}
	put_text(tree, "10.16.0.0/12", 2);
	put_text(tree, "10.32.0.0/12", 3);
	assert_int_equal(tree_walked(tree, &all), 5003);
	assert_int_equal(tree_walked(tree, &some), 5001);
	assert_int_equal(tree_walked(tree, &one), 1);
	assert_int_equal(tree_walked(tree, &none), 0);
	prefix_tree_free(tree);
}

/* A walk goes on behind what it gave last, whatever is put and removed. */
static void
walk_survives_change(void **state)
{
	struct prefix_tree *tree = prefix_tree_new(AFI_IPV4);
	struct prefix all = tree_prefix("0.0.0.0/0"), prefix;
	struct prefix_walk walk;
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct prefix p = { AFI_IPV4, 32,
			{ 10, 0, (uint8_t)(i >> 8), (uint8_t)i } };

		tree_put(tree, &p, i);
	}
	prefix_walk_begin(&walk, tree, &all);
	while (prefix_walk_next(&walk, &prefix) != NULL) {
		struct prefix before = prefix;

		n++;
		assert_true(prefix_tree_remove(tree, &prefix));
		before.addr[0] = 9; /* behind us: not given */
		tree_put(tree, &before, 0);
	}
	assert_int_equal(n, 4000);
	assert_int_equal(tree_walked(tree, &all), 4000);
	prefix_walk_begin(&walk, tree, &all);
	assert_non_null(prefix_walk_next(&walk, &prefix));
	put_text(tree, "9.0.0.0/32", 0); /* where we stand: there already */
	put_text(tree, "9.0.0.0/31", 0); /* before */
	put_text(tree, "200.0.0.0/8", 0);
	for (n = 1; prefix_walk_next(&walk, &prefix) != NULL;)
		n++;
	assert_int_equal(n, 4001);
	prefix_tree_free(tree);
}

/* ---- against a model: all prefixes in a window of the address ---- */

#define WINDOW 9u /* bits: 1,023 prefixes */
#define NODES  (2u << WINDOW)

/* Prefix number 1..NODES-1, as in a heap: its bits are those of the number
 * behind the highest. They stand at bit `base` of the address. */
static struct prefix
window_prefix(unsigned afi, unsigned base, uint32_t n)
{
	struct prefix prefix = { .afi = (uint8_t)afi, .len = (uint8_t)base };
	unsigned depth = 31 - (unsigned)__builtin_clz(n);

	for (unsigned i = 0; i < depth; i++) {
		unsigned bit = base + i;

		if (n >> (depth - 1 - i) & 1)
			prefix.addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		prefix.len++;
	}
	return prefix;
}

static void
check_cover(const struct prefix_tree *tree, const uint32_t *model, uint32_t n,
    unsigned base_afi[2])
{
	struct prefix dst = window_prefix(base_afi[1], base_afi[0], n), found;
	uint32_t *value = prefix_tree_cover(tree, &dst, dst.len, &found);
	uint32_t *again;

	while (n > 0 && model[n] == 0)
		n >>= 1;
	if (n == 0) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_int_equal(*value, model[n]);
	if (found.len == 0)
		return;
	again = prefix_tree_cover(tree, &dst, found.len - 1u, &found);
	for (n >>= 1; n > 0 && model[n] == 0;)
		n >>= 1;
	assert_int_equal(again == NULL ? 0 : *again, model[n]);
}

/* How many of the model's are at n or below. */
static unsigned
model_below(const uint32_t *model, uint32_t n)
{
	unsigned count = 0;

	for (uint32_t from = n, to = n; from < NODES;
	     from *= 2, to = to * 2 + 1) {
		for (uint32_t i = from; i <= to; i++)
			count += model[i] != 0;
	}
	return count;
}

/* Puts, removals and questions at random agree with an array. */
static void
random_changes_agree_with_an_array(void **state)
{
	const unsigned *row = *state;
	unsigned afi = row[0], base = row[1], base_afi[2] = { base, afi };
	uint32_t model[NODES] = { 0 };
	struct prefix_tree *tree = prefix_tree_new(afi);
	struct random random = { 0x1234567 + base };
	size_t count = 0;

	for (unsigned step = 1; step < 60000; step++) {
		uint32_t n = 1 + (uint32_t)random_below(&random, NODES - 1);
		struct prefix prefix = window_prefix(afi, base, n);
		/* Full at times, then nearly empty. */
		bool fills = random_below(&random, 10000) > step % 10000;

		if (fills) {
			count += model[n] == 0;
			model[n] = step;
			tree_put(tree, &prefix, step);
		} else {
			assert_int_equal(
			    prefix_tree_remove(tree, &prefix), model[n] != 0);
			count -= model[n] != 0;
			model[n] = 0;
		}
		assert_int_equal(prefix_tree_count(tree), count);
		n = 1 + (uint32_t)random_below(&random, NODES - 1);
		check_cover(tree, model, n, base_afi);
		if (step % 16 == 0) {
			prefix = window_prefix(afi, base, n);
			assert_int_equal(
			    tree_walked(tree, &prefix), model_below(model, n));
		}
	}
	prefix_tree_free(tree);
}

#define COVER_ROWS  (sizeof(cover_rows) / sizeof(cover_rows[0]))
#define OTHER_TESTS 11u

int
main(void)
{
	static unsigned ipv4_first[] = { AFI_IPV4, 0 };
	static unsigned ipv4_last[] = { AFI_IPV4, 23 };
	static unsigned ipv6_first[] = { AFI_IPV6, 0 };
	static unsigned ipv6_middle[] = { AFI_IPV6, 60 };
	static unsigned ipv6_last[] = { AFI_IPV6, 119 };
	struct CMUnitTest tests[COVER_ROWS + OTHER_TESTS] = {
		cmocka_unit_test(tree_of_another_family_is_refused),
		cmocka_unit_test(empty_tree_has_nothing),
		cmocka_unit_test(equal_addresses_of_other_lengths_are_others),
		cmocka_unit_test(ends_of_the_address_space_are_found),
		cmocka_unit_test(walk_gives_what_is_inside),
		cmocka_unit_test(walk_survives_change),
		{ "random_changes_at_the_first_ipv4_bits",
		    random_changes_agree_with_an_array, NULL, NULL,
		    ipv4_first },
		{ "random_changes_at_the_last_ipv4_bits",
		    random_changes_agree_with_an_array, NULL, NULL, ipv4_last },
		{ "random_changes_at_the_first_ipv6_bits",
		    random_changes_agree_with_an_array, NULL, NULL,
		    ipv6_first },
		{ "random_changes_across_the_words_of_ipv6",
		    random_changes_agree_with_an_array, NULL, NULL,
		    ipv6_middle },
		{ "random_changes_at_the_last_ipv6_bits",
		    random_changes_agree_with_an_array, NULL, NULL, ipv6_last },
	};

	for (size_t i = 0; i < COVER_ROWS; i++) {
		struct CMUnitTest *test = &tests[OTHER_TESTS + i];

		test->name = cover_rows[i].name;
		test->test_func = cover_is_found;
		test->initial_state = (void *)(uintptr_t)&cover_rows[i];
	}
	return cmocka_run_group_tests_name("prefix_tree", tests, NULL, NULL);
}
