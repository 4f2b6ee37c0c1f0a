/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/customer_space.c: how large what a customer owns is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/customer.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define PREFIXES    6

struct row {
	const char *name;
	uint64_t space;
	const char *prefixes[PREFIXES];
};

static const struct row rows[] = {
	{ "nothing_is_nothing", 0, { NULL } },
	{ "host_is_one_address", 1, { "192.0.2.1/32" } },
	{ "ipv4_24_is_256_addresses", 256, { "192.0.2.0/24" } },
	{ "all_of_ipv4", UINT64_C(1) << 32, { "0.0.0.0/0" } },
	{ "ipv6_64_is_one", 1, { "2001:db8::/64" } },
	{ "ipv6_host_is_one", 1, { "2001:db8::1/128" } },
	{ "ipv6_63_is_two", 2, { "2001:db8::/63" } },
	{ "ipv6_48_is_65536", 65536, { "2001:db8::/48" } },
	{ "half_of_ipv6", UINT64_C(1) << 63, { "::/1" } },
	{ "all_of_ipv6_saturates", UINT64_MAX, { "::/0" } },
	{ "all_of_everything_saturates", UINT64_MAX, { "::/0", "0.0.0.0/0" } },
	{ "apart_adds_up", 256 + 128, { "192.0.2.0/24", "198.51.100.0/25" } },
	{ "families_add_up", 256 + 65536, { "192.0.2.0/24", "2001:db8::/48" } },
	{ "overlap_counts_once", 256,
	    { "192.0.2.0/25", "192.0.2.0/24", "192.0.2.128/25",
		"192.0.2.77/32" } },
	{ "inside_the_whole_counts_once", UINT64_C(1) << 32,
	    { "192.0.2.0/24", "0.0.0.0/0" } },
	{ "half_inside_the_whole_counts_once", UINT64_C(1) << 32,
	    { "128.0.0.0/1", "0.0.0.0/0" } },
	{ "twice_counts_once", 256, { "192.0.2.0/24", "192.0.2.0/24" } },
	{ "neighbours_count_both", 2, { "192.0.2.0/32", "192.0.2.1/32" } },
};

/* One row: the size of a set, and that it is what the customer is given. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct customer customer;

	customer_defaults(&customer);
	assert_int_equal(customer.space, 0);
	customer.own = prefix_set_new();
	assert_non_null(customer.own);
	for (size_t i = 0; i < PREFIXES && row->prefixes[i] != NULL; i++) {
		struct prefix prefix;

		assert_int_equal(prefix_parse(row->prefixes[i], &prefix), 0);
		assert_int_equal(prefix_set_add(customer.own, &prefix, 0), 0);
	}
	customer_measure(&customer);
	assert_true(customer.space == row->space);
	assert_true(customer_space(customer.own) == row->space);
	customer_free(&customer);
}

/* No set, and no prefix of any family, hold nothing. */
static void
nobody_owns_nothing(void **state)
{
	struct prefix prefix = { .afi = 25, .len = 3 };

	(void)state;
	assert_int_equal(customer_space(NULL), 0);
	assert_int_equal(customer_addresses(&prefix), 0);
}

/* A set of many is measured in one walk. */
static void
many_prefixes_add_up(void **state)
{
	struct prefix_set *set = prefix_set_new();
	struct prefix prefix;

	(void)state;
	assert_non_null(set);
	assert_int_equal(prefix_parse("10.0.0.0/24", &prefix), 0);
	for (unsigned i = 0; i < 65536; i++) {
		prefix.addr[1] = (uint8_t)(i >> 8);
		prefix.addr[2] = (uint8_t)i;
		assert_int_equal(prefix_set_add(set, &prefix, 0), 0);
	}
	assert_true(customer_space(set) == UINT64_C(65536) * 256);
	prefix_set_free(set);
}

int
main(void)
{
	struct CMUnitTest tests[N_OF(rows) + 2] = {
		cmocka_unit_test(nobody_owns_nothing),
		cmocka_unit_test(many_prefixes_add_up),
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		tests[2 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
