/* SPDX-License-Identifier: BSD-2-Clause */
/* Address patterns, with and without an offset. */
#include "policy/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/lib/rule_terms.h"

#define V6(offset_, ...)                                                       \
	.afi = AFI_IPV6, .dst_offset = (offset_), DST(__VA_ARGS__)
#define V4(...) .afi = AFI_IPV4, DST(__VA_ARGS__)

struct row {
	const char *name;
	struct rule a, b;
	bool meet, a_covers_b, b_covers_a;
};

static const struct row rows[] = {
	{ "no_prefix_covers_all", { .afi = AFI_IPV4 }, { V4(24, 10, 0, 1) },
	    true, true, false },
	{ "zero_length_equals_no_prefix", { .afi = AFI_IPV4 }, { V4(0, 0) },
	    true, true, true },
	{ "shorter_covers_longer", { V4(8, 10) }, { V4(32, 10, 1, 2, 3) }, true,
	    true, false },
	{ "siblings_are_apart", { V4(25, 10, 0, 0, 0) },
	    { V4(25, 10, 0, 0, 128) }, false, false, false },
	{ "last_bit_counts", { V4(32, 10, 0, 0, 0) }, { V4(32, 10, 0, 0, 1) },
	    false, false, false },
	{ "ipv6_beyond_64_bits", { V6(0, 72, 0x20, 1, 0, 0, 0, 0, 0, 0, 1) },
	    { V6(0, 72, 0x20, 1, 0, 0, 0, 0, 0, 0, 2) }, false, false, false },
	{ "ipv6_64_bits_cover_72", { V6(0, 64, 0x20, 1) },
	    { V6(0, 72, 0x20, 1, 0, 0, 0, 0, 0, 0, 2) }, true, true, false },
	{ "ipv6_host_is_itself",
	    { V6(0, 128, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	    { V6(0, 128, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	    true, true, true },
	{ "offset_pattern_meets_any_head", { V6(16, 24, 0, 0, 7) },
	    { V6(0, 16, 0x20, 1) }, true, false, false },
	{ "offset_pattern_covers_longer_prefix", { V6(16, 24, 0, 0, 7) },
	    { V6(0, 32, 0x20, 1, 7, 9) }, true, true, false },
	{ "offset_pattern_against_other_bits", { V6(16, 24, 0, 0, 7) },
	    { V6(0, 32, 0x20, 1, 8, 9) }, false, false, false },
	{ "offset_across_the_words",
	    { V6(60, 68, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0xb0) },
	    { V6(62, 66, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x80) }, true, false,
	    true },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Patterns meet and cover as their bits say, in both directions. */
static void
row_holds(void **state)
{
	const struct row *row = *state;
	struct rule a = rule_of(&row->a);
	struct rule b = rule_of(&row->b);
	struct pattern x = pattern_dst(&a);
	struct pattern y = pattern_dst(&b);

	assert_int_equal(pattern_meets(x, y), row->meet);
	assert_int_equal(pattern_meets(y, x), row->meet);
	assert_int_equal(pattern_covers(x, y), row->a_covers_b);
	assert_int_equal(pattern_covers(y, x), row->b_covers_a);
}

/* The source has a pattern of its own. */
static void
source_is_not_destination(void **state)
{
	const struct rule row = { .afi = AFI_IPV4,
		.has = RULE_HAS_SRC,
		.src_len = 8,
		.src = { 10 } };
	struct rule rule = rule_of(&row);

	(void)state;
	assert_true(pattern_src(&rule).mask[0] == UINT64_C(0xff) << 56);
	assert_true(pattern_src(&rule).bits[0] == UINT64_C(10) << 56);
	assert_true(pattern_dst(&rule).mask[0] == 0);
}

int
main(void)
{
	static struct CMUnitTest tests[ROWS + 1] = {
		[ROWS] = cmocka_unit_test(source_is_not_destination),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = row_holds;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
