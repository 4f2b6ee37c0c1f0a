/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON: what is read, and that what is written is one plain line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/control/json.h"

struct read_row {
	const char *name;
	const char *text;
	bool good;
};

static const struct read_row read_rows[] = {
	{ "empty_object", "{}", true },
	{ "blanks_around", " {\"a\" : [1, true]}\r", true },
	{ "eight_levels", "{\"a\":[[[[[[[]]]]]]]}", true },
	{ "brackets_in_a_string", "{\"a\":\"[[[[[[[[[[[[\\\"[[\"}", true },
	{ "nine_levels", "{\"a\":[[[[[[[[]]]]]]]]}", false },
	{ "list", "[]", false },
	{ "number", "1", false },
	{ "nothing", "", false },
	{ "two_objects", "{}{}", false },
	{ "name_twice", "{\"a\":1,\"a\":2}", false },
	{ "nul_in_a_string", "{\"a\":\"\\u0000\"}", false },
	{ "half_a_surrogate", "{\"a\":\"\\ud800\"}", false },
	{ "invalid_utf8", "{\"a\":\"\xc3(\"}", false },
	{ "huge_number", "{\"a\":99999999999999999999}", false },
	{ "comment", "{}//", false },
	{ "open", "{\"a\":", false },
};

/* A text is read or refused, and a refusal says why. */
static void
reads(void **state)
{
	const struct read_row *row = *state;
	char why[64] = "";
	struct json *json =
	    json_read(row->text, strlen(row->text), why, sizeof(why));

	assert_true((json != NULL) == row->good);
	assert_true((why[0] == '\0') == row->good);
	json_free(json);
}

/* A line is ASCII without control characters, whatever is put in. */
static void
line_is_plain(void **state)
{
	struct json *json = json_new();
	size_t len;
	char *text;

	(void)state;
	json_put_text(json, "a", "\x1b[2J\n\x7f\xc2\x9b");
	json_put_text(json, "b", "no \xff utf-8 \x1b");
	json_put_number(json, "c", UINT64_MAX);
	json_put_number(json, "d", INT64_MAX);
	text = json_print(json, &len);
	assert_string_equal(text, "{\"a\":\"\\u001B[2J\\n?\\u009B\","
				  "\"b\":\"no ? utf-8 \\u001B\",\"c\":null,"
				  "\"d\":9223372036854775807}");
	assert_int_equal(len, strlen(text));
	free(text);
	json_free(json);
}

/* A member of another type is not there. */
static void
types_are_kept_apart(void **state)
{
	static const char text[] =
	    "{\"s\":\"x\",\"n\":5,\"m\":-5,\"r\":5.0,\"t\":true,\"z\":null}";
	char why[64];
	struct json *json = json_read(text, strlen(text), why, sizeof(why));
	uint64_t n;

	(void)state;
	assert_string_equal(json_text(json, "s"), "x");
	assert_null(json_text(json, "n"));
	assert_null(json_text(json, "nobody"));
	assert_true(json_number(json, "n", &n) && n == 5);
	assert_false(json_number(json, "m", &n));
	assert_false(json_number(json, "r", &n));
	assert_false(json_number(json, "s", &n));
	assert_true(json_true_at(json, "t"));
	assert_true(json_bool_at(json, "t"));
	assert_false(json_true_at(json, "z"));
	assert_false(json_bool_at(json, "z"));
	assert_int_equal(json_length(json_get(json, "s")), 0);
	assert_null(json_get(NULL, "s"));
	json_free(json);
}

/* A member that is taken is not there any more; one that is copied is. */
static void
members_are_taken_or_copied(void **state)
{
	static const char text[] = "{\"a\":{\"b\":1},\"c\":2}";
	char why[64];
	struct json *json = json_read(text, strlen(text), why, sizeof(why));
	struct json *copy = json_copy_of(json, "a");
	struct json *taken = json_take(json, "a");
	uint64_t n;

	(void)state;
	assert_null(json_get(json, "a"));
	assert_true(json_number(json, "c", &n) && n == 2);
	assert_null(json_take(json, "a"));
	assert_null(json_copy_of(json, "a"));
	assert_null(json_take(NULL, "a"));
	json_free(json);
	assert_true(json_number(taken, "b", &n) && n == 1);
	json_put_number(taken, "b", 3);
	assert_true(json_number(copy, "b", &n) && n == 1);
	json_free(taken);
	json_free(copy);
}

int
main(void)
{
	enum {
		READS = sizeof(read_rows) / sizeof(read_rows[0])
	};
	struct CMUnitTest tests[READS + 3] = {
		cmocka_unit_test(line_is_plain),
		cmocka_unit_test(members_are_taken_or_copied),
		cmocka_unit_test(types_are_kept_apart),
	};

	for (size_t i = 0; i < READS; i++) {
		tests[3 + i] = (struct CMUnitTest){ read_rows[i].name, reads,
			NULL, NULL, (void *)(uintptr_t)&read_rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
