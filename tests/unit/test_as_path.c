/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of AS_PATHs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/as_path.h"
#include "tests/lib/hex.h"

#define OWN 64500 /* 0xfbf4 */

struct row {
	const char *name;
	const char *value;
	bool as2;
	enum wire_fault fault;
	struct as_path path; /* first, origin, length, asns, confed, own */
};

#define BAD FAULT_ATTRIBUTE_AS_PATH
static struct row rows[] = {
	{ "empty_path", "", false, WIRE_OK, { 0, 0, 0, 0, false, false } },
	{ "one_as", "0201 0000fde9", false, WIRE_OK,
	    { 65001, 65001, 1, 1, false, false } },
	{ "two_octet_numbers", "0202 fde9 0064", true, WIRE_OK,
	    { 65001, 100, 2, 2, false, false } },
	{ "own_as_in_the_middle", "0203 00000001 0000fbf4 00000002", false,
	    WIRE_OK, { 1, 2, 3, 3, false, true } },
	{ "set_at_the_end_counts_one",
	    "0202 00000001 00000002 0102 00000003"
	    " 00000004",
	    false, WIRE_OK, { 1, 0, 3, 4, false, false } },
	{ "set_at_the_head_has_no_first", "0101 00000003 0201 00000004", false,
	    WIRE_OK, { 0, 4, 2, 2, false, false } },
	{ "two_sequences", "0201 00000001 0201 00000002", false, WIRE_OK,
	    { 1, 2, 2, 2, false, false } },
	{ "confederation_counts_nothing",
	    "0302 00000009 00000008 0201 00000001", false, WIRE_OK,
	    { 1, 1, 1, 3, true, false } },
	{ "confederation_set", "0401 00000009", false, WIRE_OK,
	    { 0, 0, 0, 1, true, false } },
	{ "own_as_in_a_set", "0101 0000fbf4", false, WIRE_OK,
	    { 0, 0, 1, 1, false, true } },
	{ "segment_of_length_0", "0200", false, BAD, { 0 } },
	{ "empty_segment_behind_a_good_one", "0201 00000001 0200", false, BAD,
	    { 0 } },
	{ "segment_type_0", "0001 00000001", false, BAD, { 0 } },
	{ "segment_type_5", "0501 00000001", false, BAD, { 0 } },
	{ "segment_cut_short", "0202 00000001", false, BAD, { 0 } },
	{ "number_cut_short", "0201 000000", false, BAD, { 0 } },
	{ "segment_header_cut_short", "0201 00000001 02", false, BAD, { 0 } },
	{ "as_0", "0202 00000001 00000000", false, BAD, { 0 } },
	{ "four_octet_path_of_a_two_octet_speaker", "0201 0000fde9", true, BAD,
	    { 0 } },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each path says this, or is malformed. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t octets[64];
	struct span value = { octets, 0 };
	struct as_path path;

	value.len = hex_read(row->value, octets, sizeof(octets));
	assert_int_equal(
	    as_path_decode(value, !row->as2, OWN, &path), row->fault);
	assert_int_equal(path.first_as, row->path.first_as);
	assert_int_equal(path.origin_as, row->path.origin_as);
	assert_int_equal(path.length, row->path.length);
	assert_int_equal(path.asns, row->path.asns);
	assert_int_equal(path.has_confed, row->path.has_confed);
	assert_int_equal(path.has_own, row->path.has_own);
}

/* With no AS of our own, no path holds it. */
static void
zero_own_as_is_in_no_path(void **state)
{
	const uint8_t octets[] = { 2, 1, 0, 0, 0, 1 };
	struct as_path path;

	(void)state;
	assert_int_equal(
	    as_path_decode((struct span){ octets, 6 }, true, 0, &path),
	    WIRE_OK);
	assert_false(path.has_own);
}

/* The longest possible path is counted without overflow. */
static void
longest_path_is_counted(void **state)
{
	static uint8_t octets[65535];
	struct as_path path;
	size_t n = 0;

	(void)state;
	while (n + 2 + 255 * 2 <= sizeof(octets)) {
		octets[n] = 2;
		octets[n + 1] = 255;
		memset(&octets[n + 2], 1, 255 * 2);
		n += 2 + 255 * 2;
	}
	assert_int_equal(
	    as_path_decode((struct span){ octets, n }, false, 0, &path),
	    WIRE_OK);
	assert_int_equal(path.asns, n / 512 * 255);
	assert_int_equal(path.length, path.asns);
}

/* AS4_PATH replaces the tail of a two-octet path, unless it is longer. */
static void
as4_path_replaces_the_tail(void **state)
{
	struct as_path path = { 100, 23456, 3, 3, false, false };
	const struct as_path tail = { 70000, 70001, 2, 2, false, true };
	const struct as_path longer = { 1, 2, 4, 4, false, true };
	const struct as_path none = { 0, 0, 0, 0, false, false };

	(void)state;
	as_path_merge(&path, &longer);
	as_path_merge(&path, &none);
	assert_int_equal(path.origin_as, 23456);
	assert_false(path.has_own);
	as_path_merge(&path, &tail);
	assert_int_equal(path.first_as, 100);
	assert_int_equal(path.origin_as, 70001);
	assert_true(path.has_own);
	path.length = 2;
	as_path_merge(&path, &tail);
	assert_int_equal(path.first_as, 70000);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 3] = {
		cmocka_unit_test(zero_own_as_is_in_no_path),
		cmocka_unit_test(longest_path_is_counted),
		cmocka_unit_test(as4_path_replaces_the_tail),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[3 + i].name = rows[i].name;
		tests[3 + i].test_func = check_row;
		tests[3 + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("as_path", tests, NULL, NULL);
}
