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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_grows),
		cmocka_unit_test(line_goes_on_at_the_end),
		cmocka_unit_test(line_is_cut_where_it_ends),
		cmocka_unit_test(line_in_a_buffer_without_end_is_full),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
