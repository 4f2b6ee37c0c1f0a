/* SPDX-License-Identifier: BSD-2-Clause */
/* Prefixes that moved, as few as say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/moves.h"

static void
add(struct moves *moves, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	moves_add(moves, &prefix);
}

static void
expect_at(const struct moves *moves, unsigned i, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	assert_true(i < moves->n);
	assert_int_equal(prefix_cmp(&moves->at[i], &prefix), 0);
}

/* A prefix that flaps, or lies inside one that is there, adds nothing; one
 * around others takes their place. */
static void
none_lies_inside_another(void **state)
{
	struct moves moves = { .n = 0 };

	(void)state;
	add(&moves, "10.1.0.0/16");
	add(&moves, "10.1.0.0/16");
	add(&moves, "10.1.7.0/24");
	assert_int_equal(moves.n, 1);
	add(&moves, "10.3.0.0/16");
	add(&moves, "192.0.2.0/24");
	assert_int_equal(moves.n, 3);
	add(&moves, "10.0.0.0/8");
	assert_int_equal(moves.n, 2);
	expect_at(&moves, 0, "192.0.2.0/24");
	expect_at(&moves, 1, "10.0.0.0/8");
	add(&moves, "0.0.0.0/0");
	assert_int_equal(moves.n, 1);
	expect_at(&moves, 0, "0.0.0.0/0");
}

/* Where there are too many, all of the family moved. */
static void
too_many_are_all(void **state)
{
	struct prefix prefix = { .afi = AFI_IPV6, .len = 16 };
	struct moves moves = { .n = 0 };

	(void)state;
	for (unsigned i = 0; i < MOVES_MAX; i++) {
		prefix.addr[0] = (uint8_t)i;
		moves_add(&moves, &prefix);
	}
	assert_int_equal(moves.n, MOVES_MAX);
	prefix.addr[0] = MOVES_MAX;
	moves_add(&moves, &prefix);
	assert_int_equal(moves.n, 1);
	expect_at(&moves, 0, "::/0");
	prefix.addr[0] = 1;
	moves_add(&moves, &prefix);
	assert_int_equal(moves.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_lies_inside_another),
		cmocka_unit_test(too_many_are_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
