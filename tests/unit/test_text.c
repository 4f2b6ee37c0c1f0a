/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing in a text may steer the terminal that it is shown on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/cli/text.h"

struct row {
	const char *name;
	const char *text;
	const char *clean;
	size_t width;
};

static const struct row rows[] = {
	{ "nothing", NULL, "", 0 },
	{ "plain", "match destination", "match destination", 17 },
	{ "umlaut", "f\xc3\xbcr", "f\xc3\xbcr", 3 },
	{ "escape_sequence", "\x1b[2Jx", "?[2Jx", 5 },
	{ "newline_and_tab", "a\nb\tc\r", "a?b?c?", 6 },
	{ "delete", "a\x7f", "a?", 2 },
	{ "c1_csi_in_utf8",
	    "\xc2\x9b"
	    "2J",
	    "?2J", 3 },
	{ "c1_csi_alone",
	    "\x9b"
	    "2J",
	    "?2J", 3 },
	{ "right_to_left_override",
	    "a\xe2\x80\xae"
	    "b",
	    "a?b", 3 },
	{ "zero_width_space",
	    "a\xe2\x80\x8b"
	    "b",
	    "a?b", 3 },
	{ "line_separator",
	    "a\xe2\x80\xa8"
	    "b",
	    "a?b", 3 },
	{ "byte_order_mark",
	    "\xef\xbb\xbf"
	    "a",
	    "?a", 2 },
	{ "cut_sequence", "a\xe2\x80", "a??", 3 },
	{ "overlong_escape", "\xc0\x9b", "??", 2 },
	{ "overlong_escape_of_three", "\xe0\x80\x9b", "???", 3 },
	{ "surrogate", "\xed\xa0\x80", "???", 3 },
	{ "beyond_unicode", "\xf4\x90\x80\x80", "????", 4 },
	{ "four_octets", "\xf0\x9f\x94\xa5", "\xf0\x9f\x94\xa5", 1 },
};

/* A text is shown as the row says. */
static void
cleans(void **state)
{
	const struct row *row = *state;
	char *clean = text_clean(row->text);

	assert_string_equal(clean, row->clean);
	assert_int_equal(text_width(clean), row->width);
	free(clean);
}

/* A cut text takes as many columns as it may, and ends at a whole character. */
static void
long_text_is_cut_to_the_width(void **state)
{
	static const struct {
		const char *text;
		size_t width;
		const char *cut;
	} cuts[] = {
		{ "abcdef", 6, "abcdef" },
		{ "abcdef", 5, "ab..." },
		{ "abcdef", 3, "..." },
		{ "abcdef", 1, "." },
		{ "abcdef", 0, "" },
		{ "", 0, "" },
		{ "f\xc3\xbcr alle", 5, "f\xc3\xbc..." },
		{ "\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5", 1, "." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		char *text = text_clean(cuts[i].text);

		text_cut(text, cuts[i].width);
		assert_string_equal(text, cuts[i].cut);
		free(text);
	}
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS + 1] = {
		[ROWS] = cmocka_unit_test(long_text_is_cut_to_the_width),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){ rows[i].name, cleans, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
