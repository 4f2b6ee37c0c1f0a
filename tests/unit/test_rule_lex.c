/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule_lex.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule_lex.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Words end at blanks, quotes and punctuation; each token has its place. */
static void
tokens_and_their_places(void **state)
{
	static const struct {
		enum rule_token token;
		size_t start, end;
	} wanted[] = {
		{ RULE_TOKEN_WORD, 1, 6 },
		{ RULE_TOKEN_OPEN, 6, 7 },
		{ RULE_TOKEN_LIST_OPEN, 8, 9 },
		{ RULE_TOKEN_WORD, 10, 13 },
		{ RULE_TOKEN_LIST_CLOSE, 14, 15 },
		{ RULE_TOKEN_SEMICOLON, 15, 16 },
		{ RULE_TOKEN_CLOSE, 18, 19 },
		{ RULE_TOKEN_END, 20, 20 },
		{ RULE_TOKEN_END, 20, 20 },
	};
	struct rule_text_error error;
	struct rule_lex lex;

	(void)state;
	assert_int_equal(
	    rule_lex_start(&lex, " match{ [\"=80'];\t\n} ", &error), 0);
	for (size_t i = 0; i < N(wanted); i++) {
		assert_int_equal(lex.token, wanted[i].token);
		assert_int_equal(lex.start, wanted[i].start);
		assert_int_equal(lex.end, wanted[i].end);
		rule_lex_next(&lex);
	}
}

/* A number as text; NULL for false. */
struct number_row {
	const char *name;
	const char *text;
	uint64_t max;
	bool is_number;
	uint64_t value;
};

static const struct number_row number_rows[] = {
	{ "zero", "0", 9, true, 0 },
	{ "at_the_maximum", "65535", 65535, true, 65535 },
	{ "above_the_maximum", "65536", 65535, false, 0 },
	{ "largest", "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ "one_too_large", "18446744073709551616", UINT64_MAX, false, 0 },
	{ "much_too_large", "99999999999999999999999999", UINT64_MAX, false,
	    0 },
	{ "hexadecimal", "0xfF", 255, true, 255 },
	{ "largest_hexadecimal", "0xffffffffffffffff", UINT64_MAX, true,
	    UINT64_MAX },
	{ "too_large_hexadecimal", "0x10000000000000000", UINT64_MAX, false,
	    0 },
	{ "hexadecimal_without_digits", "0x", 255, false, 0 },
	{ "letters", "12a", 255, false, 0 },
	{ "sign", "-1", 255, false, 0 },
	{ "plus", "+1", 255, false, 0 },
	{ "point", "1.5", 255, false, 0 },
};

/* Only digits within bounds are a number. */
static void
number_of_word(void **state)
{
	const struct number_row *row = *state;
	struct rule_text_error error;
	struct rule_lex lex;
	uint64_t value;

	assert_int_equal(rule_lex_start(&lex, row->text, &error), 0);
	assert_int_equal(
	    rule_lex_number(&lex, 0, rule_lex_len(&lex), row->max, &value),
	    row->is_number);
	if (row->is_number)
		assert_true(value == row->value);
}

/* Nothing is taken from before, past or between the ends of the token. */
static void
parts_stay_inside_the_token(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct rule_text_error error;
	struct rule_lex lex;
	uint64_t value;

	(void)state;
	assert_int_equal(rule_lex_start(&lex, "1234 5678", &error), 0);
	assert_int_equal(rule_lex_at(&lex, 4), '\0');
	assert_int_equal(rule_lex_find(&lex, 0, '5'), 4);
	assert_int_equal(rule_lex_find(&lex, 99, '1'), 4);
	assert_false(rule_lex_number(&lex, 0, 0, 9999, &value));
	assert_false(rule_lex_number(&lex, 0, 5, 99999, &value));
	assert_false(rule_lex_number(&lex, 3, 2, 9999, &value));
	assert_true(rule_lex_copy(&lex, 1, 3, text));
	assert_string_equal(text, "23");
	assert_false(rule_lex_copy(&lex, 3, 2, text));
	assert_false(rule_lex_copy(&lex, 0, 9, text));
	assert_string_equal(text, "");
	assert_false(rule_lex_take(&lex, "123"));
	assert_false(rule_lex_take(&lex, "12345"));
	assert_true(rule_lex_take(&lex, "1234"));
	assert_true(rule_lex_is(&lex, "5678"));
}

/* An error names the column, and shows no control character. */
static void
errors_are_fit_for_a_terminal(void **state)
{
	struct rule_text_error error;
	struct rule_lex lex;

	(void)state;
	assert_int_equal(rule_lex_start(&lex, "  \x1b[31m\xc3\xa4", &error), 0);
	assert_int_equal(rule_lex_fail(&lex, "a word"), -1);
	assert_int_equal(error.column, 3);
	assert_string_equal(error.found, "?");
	assert_string_equal(error.wanted, "a word");
	rule_lex_next(&lex);
	rule_lex_next(&lex);
	assert_int_equal(rule_lex_fail_at(&lex, 1, "a word"), -1);
	assert_int_equal(error.column, 6);
	assert_string_equal(error.found, "1m??");
	rule_lex_next(&lex);
	assert_int_equal(rule_lex_fail(&lex, "a word"), -1);
	assert_string_equal(error.found, "end of text");
}

/* A longer text than the printer writes is refused before it is read. */
static void
overlong_text_is_refused(void **state)
{
	char *text = malloc(RULE_LEX_MAX + 2);
	struct rule_text_error error;
	struct rule_lex lex;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', RULE_LEX_MAX + 1);
	text[RULE_LEX_MAX + 1] = '\0';
	assert_int_equal(rule_lex_start(&lex, text, &error), -1);
	assert_int_equal(error.column, RULE_LEX_MAX + 1);
	text[RULE_LEX_MAX] = '\0';
	assert_int_equal(rule_lex_start(&lex, text, &error), 0);
	assert_int_equal(rule_lex_fail(&lex, "less"), -1);
	assert_int_equal(strlen(error.found), sizeof(error.found) - 1);
	free(text);
}

int
main(void)
{
	struct CMUnitTest numbers[N(number_rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_and_their_places),
		cmocka_unit_test(parts_stay_inside_the_token),
		cmocka_unit_test(errors_are_fit_for_a_terminal),
		cmocka_unit_test(overlong_text_is_refused),
	};

	for (size_t i = 0; i < N(number_rows); i++) {
		numbers[i].name = number_rows[i].name;
		numbers[i].test_func = number_of_word;
		numbers[i].initial_state = (void *)(uintptr_t)&number_rows[i];
	}
	return cmocka_run_group_tests_name("numbers", numbers, NULL, NULL) +
	       cmocka_run_group_tests_name("rule_lex", tests, NULL, NULL);
}
