/* SPDX-License-Identifier: BSD-2-Clause */
/* How many addresses prefixes cover together: by hand, and against a model that
 * looks at each address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/guard/coverage.h"
#include "tests/lib/failing_alloc.h"
#include "tests/lib/small_rule.h"

static int
setup(void **state)
{
	*state = coverage_new();
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)failing_alloc_end();
	coverage_free(*state);
	return 0;
}

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

/* What is said of a prefix before it is added holds then. */
static void
add(struct coverage *coverage, const char *text)
{
	const struct prefix prefix = prefix_of(text);
	uint64_t with = coverage_with(coverage, &prefix);

	assert_int_equal(coverage_add(coverage, &prefix), 0);
	assert_true(coverage_total(coverage) == with);
}

/* ---- by hand ---- */

#define P64 (UINT64_C(1) << 32) /* /64s of a /32 */

struct row {
	const char *name;
	const char *prefixes[5];
	uint64_t total;
};

static const struct row rows[] = {
	{ "nothing", { NULL }, 0 },
	{ "one_address", { "192.0.2.1/32" }, 1 },
	{ "one_prefix", { "192.0.2.0/24" }, 256 },
	{ "neighbours_add_up", { "192.0.2.0/25", "192.0.2.128/25" }, 256 },
	{ "twice_is_once", { "192.0.2.0/24", "192.0.2.0/24" }, 256 },
	{ "inside_counts_once", { "192.0.2.0/24", "192.0.2.64/26" }, 256 },
	{ "around_counts_once",
	    { "192.0.2.64/26", "192.0.2.0/32", "192.0.2.0/24" }, 256 },
	{ "far_apart_add_up", { "0.0.0.0/32", "255.255.255.255/32" }, 2 },
	{ "all_of_ipv4", { "0.0.0.0/0", "10.0.0.0/8" }, UINT64_C(1) << 32 },
	{ "long_ipv6_is_its_64", { "2001:db8::1/128" }, 1 },
	{ "two_in_a_64_are_one",
	    { "2001:db8::1/128", "2001:db8::/127", "2001:db8::/64" }, 1 },
	{ "two_64s_are_two", { "2001:db8::1/128", "2001:db8:0:1::1/128" }, 2 },
	{ "ipv6_in_64s", { "2001:db8::/32" }, P64 },
	{ "families_add_up", { "192.0.2.0/24", "2001:db8::/56" }, 512 },
	{ "same_bits_of_two_families", { "32.1.0.0/16", "2001::/16" },
	    65536 + (UINT64_C(1) << 48) },
	{ "half_of_ipv6", { "8000::/1" }, UINT64_C(1) << 63 },
	{ "all_of_ipv6_has_no_number", { "::/0" }, UINT64_MAX },
	{ "all_of_ipv6_in_parts", { "8000::/1", "::/1" }, UINT64_MAX },
	{ "all_of_both", { "::/0", "0.0.0.0/0" }, UINT64_MAX },
	{ "default_and_part", { "::/0", "4000::/2", "::/1" }, UINT64_MAX },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* In any order of coming and going. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct coverage *coverage = coverage_new();
	unsigned n = 0;

	assert_non_null(coverage);
	for (; n < 5 && row->prefixes[n] != NULL; n++)
		add(coverage, row->prefixes[n]);
	assert_true(coverage_total(coverage) == row->total);
	for (unsigned i = 0; i < n; i++) {
		const struct prefix prefix = prefix_of(row->prefixes[i]);

		assert_true(coverage_remove(coverage, &prefix));
	}
	assert_true(coverage_total(coverage) == 0);
	while (n-- > 0)
		add(coverage, row->prefixes[n]);
	assert_true(coverage_total(coverage) == row->total);
	coverage_free(coverage);
}

/* Added twice it has to go twice. */
static void
each_is_counted(void **state)
{
	const struct prefix prefix = prefix_of("192.0.2.0/24");

	add(*state, "192.0.2.0/24");
	add(*state, "192.0.2.0/24");
	assert_true(coverage_remove(*state, &prefix));
	assert_true(coverage_total(*state) == 256);
	assert_true(coverage_remove(*state, &prefix));
	assert_true(coverage_total(*state) == 0);
	assert_false(coverage_remove(*state, &prefix));
}

/* What is not there, also where the tree forks, cannot go. */
static void
unknown_cannot_be_removed(void **state)
{
	const struct prefix fork = prefix_of("192.0.2.0/24");
	const struct prefix inside = prefix_of("192.0.2.0/30");
	const struct prefix none = { 0 };

	add(*state, "192.0.2.0/25");
	add(*state, "192.0.2.128/25");

	assert_false(coverage_remove(*state, &fork));
	assert_false(coverage_remove(*state, &inside));
	assert_false(coverage_remove(*state, &none));
	assert_true(coverage_total(*state) == 256);
}

/* A rule without a destination is no prefix. */
static void
no_prefix_covers_nothing(void **state)
{
	const struct prefix none = { 0 };

	add(*state, "192.0.2.0/24");
	assert_int_equal(coverage_add(*state, &none), 0);
	assert_true(coverage_total(*state) == 256);
	assert_true(coverage_with(*state, &none) == 256);
}

/* ---- memory ---- */

/* Whatever allocation fails, what was counted stays right. */
static void
out_of_memory_changes_nothing(void **state)
{
	struct prefix prefix = { .afi = AFI_IPV4, .len = 32 };
	uint64_t known = 0;
	unsigned failed = 0;

	for (unsigned i = 0; i < 5000; i++) {
		prefix.addr[0] = (uint8_t)(i * 37);
		prefix.addr[1] = (uint8_t)(i >> 8);
		prefix.addr[2] = (uint8_t)i;
		failing_alloc_begin(i % 7 == 0 ? 1 : 0, UINT64_MAX);
		if (coverage_add(*state, &prefix) < 0)
			failed++;
		else
			known++;
		assert_true(coverage_total(*state) == known);
	}
	assert_in_range(failed, 1, 200);
}

/* Coming and going leaves no memory behind. */
static void
memory_is_used_again(void **state)
{
	size_t octets = 0;

	for (unsigned round = 0; round < 20; round++) {
		struct prefix prefix = { .afi = AFI_IPV6 };

		for (unsigned i = 0; i < 2000; i++) {
			prefix.len = (uint8_t)(33 + i % 32);
			prefix.addr[2] = (uint8_t)(i >> 8);
			prefix.addr[3] = (uint8_t)i;
			if (i % 2 == round % 2)
				assert_int_equal(
				    coverage_add(*state, &prefix), 0);
		}
		for (unsigned i = 0; i < 2000; i++) {
			prefix.len = (uint8_t)(33 + i % 32);
			prefix.addr[2] = (uint8_t)(i >> 8);
			prefix.addr[3] = (uint8_t)i;
			if (i % 2 == round % 2)
				assert_true(coverage_remove(*state, &prefix));
		}
		assert_true(coverage_total(*state) == 0);
		if (round == 1)
			octets = coverage_memory(*state);
	}
	assert_true(coverage_memory(*state) <= octets);
}

/* ---- against a model ---- */

#define SPACE 4096u /* addresses: 10.1.0.0/20, or 2001:db8::/52 in /64s */
#define LIVE  64u

struct model {
	struct coverage *coverage;
	struct prefix live[LIVE];
	unsigned n;
	uint64_t random;
	bool v6;
};

static uint16_t hits[SPACE];

/* The address n of the space. */
static void
put_address(struct model *model, struct prefix *prefix, unsigned n)
{
	static const uint8_t base4[] = { 10, 1 };
	static const uint8_t base6[] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0 };

	memset(prefix, 0, sizeof(*prefix));
	prefix->afi = model->v6 ? AFI_IPV6 : AFI_IPV4;
	if (model->v6)
		memcpy(prefix->addr, base6, sizeof(base6));
	else
		memcpy(prefix->addr, base4, sizeof(base4));
	prefix->addr[model->v6 ? 6 : 2] = (uint8_t)(n >> 8);
	prefix->addr[model->v6 ? 7 : 3] = (uint8_t)n;
}

/* Nested ones often: short and long, near each other. */
static struct prefix
any_prefix(struct model *model)
{
	unsigned longest = model->v6 ? 70 : 32;
	unsigned shortest = model->v6 ? 52 : 20;
	struct prefix prefix;

	put_address(model, &prefix,
	    small_random(&model->random) % SPACE &
		small_random(&model->random));
	prefix.len = (uint8_t)(shortest + small_random(&model->random) %
					      (longest - shortest + 1));
	prefix_mask(&prefix);
	return prefix;
}

static uint64_t
count_naively(struct model *model, const struct prefix *also)
{
	uint64_t total = 0;
	struct prefix address;

	memset(hits, 0, sizeof(hits));
	for (unsigned i = 0; i < SPACE; i++) {
		put_address(model, &address, i);
		address.len = model->v6 ? 64 : 32;
		if (also != NULL)
			hits[i] = prefix_overlaps(also, &address);
		for (unsigned k = 0; k < model->n && hits[i] == 0; k++)
			hits[i] = prefix_overlaps(&model->live[k], &address);
		total += hits[i];
	}
	return total;
}

static void
one_step(struct model *model)
{
	struct prefix prefix = any_prefix(model);
	bool full = model->n == LIVE;
	unsigned i;

	assert_true(coverage_with(model->coverage, &prefix) ==
		    count_naively(model, &prefix));
	if (!full && small_random(&model->random) % 100 < 55) {
		assert_int_equal(coverage_add(model->coverage, &prefix), 0);
		model->live[model->n++] = prefix;
	} else if (model->n > 0) {
		i = small_random(&model->random) % model->n;
		assert_true(coverage_remove(model->coverage, &model->live[i]));
		model->live[i] = model->live[--model->n];
	}
	assert_true(
	    coverage_total(model->coverage) == count_naively(model, NULL));
}

/* Each address is counted once, whatever came and went. */
static void
agrees_with_a_model(void **state)
{
	for (unsigned v6 = 0; v6 < 2; v6++) {
		struct model model = {
			.coverage = *state,
			.random = 88172645463325252u,
			.v6 = v6 != 0,
		};

		for (unsigned i = 0; i < 400; i++)
			one_step(&model);
		while (model.n > 0)
			assert_true(
			    coverage_remove(*state, &model.live[--model.n]));
		assert_true(coverage_total(*state) == 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	struct CMUnitTest tests[ROWS] = { 0 };
	const struct CMUnitTest others[] = {
		TEST(each_is_counted),
		TEST(unknown_cannot_be_removed),
		TEST(no_prefix_covers_nothing),
		TEST(out_of_memory_changes_nothing),
		TEST(memory_is_used_again),
		TEST(agrees_with_a_model),
	};
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	failed = cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
	return failed + cmocka_run_group_tests_name(
			    "coverage, at random", others, NULL, NULL);
}
