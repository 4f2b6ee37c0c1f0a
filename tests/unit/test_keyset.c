/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash set: found is what was put in, through all growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/session/keyset.h"

#define N 5000u

struct item {
	struct keyset_node node;
	uint32_t value;
};

static struct item items[N];
static const uint8_t hash_key[HASH_KEY_LEN] = "0123456789abcde";

static int
setup(void **state)
{
	static struct keyset set;

	assert_int_equal(keyset_init(&set, hash_key), 0);
	memset(items, 0, sizeof(items));
	for (uint32_t i = 0; i < N; i++) {
		items[i].value = i;
		items[i].node.key = &items[i].value;
		items[i].node.len = sizeof(items[i].value);
		keyset_insert(&set, &items[i].node);
	}
	*state = &set;
	return 0;
}

static int
teardown(void **state)
{
	keyset_fini(*state);
	return 0;
}

/* Everything is found, and nothing else. */
static void
what_was_put_in_is_found(void **state)
{
	const struct keyset *set = *state;
	uint32_t other = N;

	for (uint32_t i = 0; i < N; i++)
		assert_ptr_equal(
		    keyset_find(set, &i, sizeof(i)), &items[i].node);
	assert_null(keyset_find(set, &other, sizeof(other)));
	assert_int_equal(set->count, N);
}

/* A key is its octets and their number. */
static void
a_shorter_key_is_another(void **state)
{
	const uint32_t value = 3;

	assert_null(keyset_find(*state, &value, 3));
}

/* What was taken out is gone, the rest is not. */
static void
what_was_removed_is_gone(void **state)
{
	struct keyset *set = *state;

	for (uint32_t i = 0; i < N; i += 2)
		keyset_remove(set, &items[i].node);

	for (uint32_t i = 0; i < N; i++)
		assert_ptr_equal(keyset_find(set, &i, sizeof(i)),
		    i % 2 == 0 ? NULL : &items[i].node);
}

static void
remove_one(void *ctx, struct keyset_node *node)
{
	keyset_remove(ctx, node);
	memset(node, 0xff, sizeof(*node));
}

/* A walk may take out what it stands on. */
static void
each_may_remove(void **state)
{
	struct keyset *set = *state;

	keyset_each(set, remove_one, set);

	assert_int_equal(set->count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_was_put_in_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_shorter_key_is_another, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_removed_is_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    each_may_remove, setup, teardown),
	};

	return cmocka_run_group_tests_name("keyset", tests, NULL, NULL);
}
