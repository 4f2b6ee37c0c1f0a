/* SPDX-License-Identifier: BSD-2-Clause */
/* Short words for what is done to a tree of prefixes under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/tree_scene.h"

struct prefix
tree_prefix(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

uint32_t *
tree_put(struct prefix_tree *tree, const struct prefix *prefix, uint32_t value)
{
	bool fresh;
	uint32_t *at = prefix_tree_put(tree, prefix, &fresh);

	assert_non_null(at);
	if (fresh)
		assert_int_equal(*at, 0);
	*at = value;
	return at;
}

unsigned
tree_walked(const struct prefix_tree *tree, const struct prefix *under)
{
	struct prefix_walk walk;
	struct prefix prefix, last = { 0 };
	unsigned n = 0;

	prefix_walk_begin(&walk, tree, under);
	while (prefix_walk_next(&walk, &prefix) != NULL) {
		assert_true(prefix_contains(under, &prefix));
		assert_true(prefix_cmp(&last, &prefix) < 0);
		last = prefix;
		n++;
	}
	return n;
}
