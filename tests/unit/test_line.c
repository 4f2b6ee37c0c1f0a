/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/line.c: a line grows, and is cut where its buffer ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/line.h"

/* Texts, numbers and prefixes follow each other. */
static void
line_grows(void **state)
{
	struct prefix prefix;
	struct line line;
	char buf[64];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	line = line_new(buf, sizeof(buf));
	assert_string_equal(buf, "");
	line_text(&line, "AS");
	line_number(&line, 0);
	line_text(&line, "");
	line_text(&line, " ");
	line_number(&line, UINT32_MAX);
	line_text(&line, " ");
	assert_int_equal(prefix_parse("2001:db8::/32", &prefix), 0);
	line_prefix(&line, &prefix);
	assert_string_equal(buf, "AS0 4294967295 2001:db8::/32");
	assert_int_equal(line.len, strlen(buf));
}

/* A line goes on where the buffer's string ends. */
static void
line_goes_on_at_the_end(void **state)
{
	char buf[16] = "begun";
	struct line line = line_at_end(buf, sizeof(buf));

	(void)state;
	assert_int_equal(line.len, 5);
	line_text(&line, ", ended");
	assert_string_equal(buf, "begun, ended");
}

/* What does not fit is cut, for every size of buffer, and nothing behind the
 * buffer is touched. */
static void
line_is_cut_where_it_ends(void **state)
{
	static const char whole[] = "AS4294967295 192.0.2.0/24 end";
	struct prefix prefix;

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/24", &prefix), 0);
	for (size_t size = 1; size <= sizeof(whole); size++) {
		char buf[sizeof(whole) + 1];
		struct line line;

		memset(buf, 'x', sizeof(buf));
		line = line_new(buf, size);
		line_text(&line, "AS");
		line_number(&line, UINT32_MAX);
		line_text(&line, " ");
		line_prefix(&line, &prefix);
		line_text(&line, " end");
		assert_int_equal(strlen(buf), size - 1);
		assert_memory_equal(buf, whole, size - 1);
		assert_int_equal(buf[size], 'x');
	}
}

/* A buffer without an end becomes a string, and takes no more. */
static void
line_in_a_buffer_without_end_is_full(void **state)
{
	char buf[5] = "xxxxx";
	struct line line = line_at_end(buf, 4);

	(void)state;
	line_text(&line, "more");
	assert_string_equal(buf, "xxx");
	assert_int_equal(buf[4], 'x');
}

/* Octets are two digits each, and days follow the calendar of the Gregorian
 * year, leap days and centuries too. */
static void
line_tells_octets_and_days(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} days[] = {
		{ 0, "1970-01-01" },
		{ 86399, "1970-01-01" },
		{ 86400, "1970-01-02" },
		{ 951782400, "2000-02-29" },
		{ 951868800, "2000-03-01" },
		{ 1709164799, "2024-02-28" },
		{ 1709164800, "2024-02-29" },
		{ 1709251200, "2024-03-01" },
		{ 1735689599, "2024-12-31" },
		{ 1735689600, "2025-01-01" },
		{ 4107542400, "2100-03-01" },
		{ 4107542399, "2100-02-28" },
		{ 18446744073, "2554-07-21" },
	};
	static const uint8_t octets[] = { 0x00, 0x0f, 0xf0, 0xa9 };
	char buf[32];
	struct line line = line_new(buf, sizeof(buf));

	(void)state;
	line_hex(&line, octets, sizeof(octets));
	assert_string_equal(buf, "000ff0a9");
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		line = line_new(buf, sizeof(buf));
		line_date(&line, days[i].seconds * 1000000000u);
		assert_string_equal(buf, days[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_grows),
		cmocka_unit_test(line_goes_on_at_the_end),
		cmocka_unit_test(line_is_cut_where_it_ends),
		cmocka_unit_test(line_in_a_buffer_without_end_is_full),
		cmocka_unit_test(line_tells_octets_and_days),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
