/* SPDX-License-Identifier: BSD-2-Clause */
/* bgpq4's JSON: what is taken, and what is not and why. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/loader/irr_json.h"

#define MOST 3

struct row {
	const char *name;
	const char *text;
	const char *prefixes; /* "a b", or NULL */
	const char *why;
	enum irr_status status;
};

#define P(prefix) "{ \"prefix\": \"" prefix "\", \"exact\": true }"
#define GOOD(name, text, prefixes)                                             \
	{                                                                      \
		name, text, prefixes, "", IRR_USABLE                           \
	}
#define BAD(name, text, why)                                                   \
	{                                                                      \
		name, text, "", why, IRR_BROKEN                                \
	}

static const struct row rows[] = {
	GOOD("exact_prefix_is_taken",
	    "{ \"NN\": [\n    " P("192.0.2.0\\/24") "\n] }\n", "192.0.2.0/24 "),
	GOOD("plain_slash_is_taken", "{\"NN\": [" P("192.0.2.0/24") "]}",
	    "192.0.2.0/24 "),
	GOOD("ranges_count_as_their_prefix",
	    "{\"NN\": [{\"prefix\": \"10.0.0.0\\/8\", \"exact\": false,\n"
	    "      \"greater-equal\": 9, \"less-equal\": 24 },\n"
	    "{\"prefix\": \"10.1.0.0\\/16\", \"exact\": false, "
	    "\"less-equal\": 24 }]}",
	    "10.0.0.0/8 10.1.0.0/16 "),
	GOOD("names_are_all_taken",
	    "{\"v4\": [" P("192.0.2.0/24") "], \"v6\": [" P(
		"2001:db8::/32") "]}",
	    "192.0.2.0/24 2001:db8::/32 "),
	GOOD("texts_in_a_row_are_all_taken",
	    "{\"NN\": [" P("192.0.2.0/24") "]}\n{\"NN\": [" P(
		"2001:db8::/32") "]}\n",
	    "192.0.2.0/24 2001:db8::/32 "),
	GOOD("empty_list_beside_another_is_fine",
	    "{\"v4\": [" P("192.0.2.0/24") "], \"v6\": []}", "192.0.2.0/24 "),
	GOOD("most_prefixes_are_taken",
	    "{\"a\": [" P("10.0.0.1/32") "," P("10.0.0.2/32") "," P(
		"10.0.0.3/32") "]}",
	    "10.0.0.1/32 10.0.0.2/32 10.0.0.3/32 "),
	{ "no_octet_is_empty", "", "", "no prefix in it", IRR_EMPTY },
	{ "blanks_are_empty", " \n\t", "", "no prefix in it", IRR_EMPTY },
	{ "empty_list_is_empty", "{ \"NN\": [\n] }\n", "", "no prefix in it",
	    IRR_EMPTY },
	{ "no_list_is_empty", "{}", "", "no prefix in it", IRR_EMPTY },
	BAD("one_more_than_the_most_is_refused",
	    "{\"a\": [" P("10.0.0.1/32") "," P("10.0.0.2/32") "," P(
		"10.0.0.3/32") "," P("10.0.0.4/32") "]}",
	    "more than 3 prefixes are left for it"),
	BAD("more_values_than_prefixes_take_are_refused",
	    "{\"a\": [[[[[[[[[[,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
	    ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,",
	    "more than 3 prefixes can take"),
	BAD("name_twice_is_refused",
	    "{\"a\": [" P("10.0.0.1/32") "],\n \"a\": [" P("10.0.0.2/32") "]}",
	    "line 2, column 4: duplicate object key near '\"a\"'"),
	BAD("cut_text_is_refused", "{\"a\": [\n" P("10.0.0.1/32") ",\n",
	    "line 3, column 0: ']' expected near end of file"),
	BAD("second_text_is_told_by_its_line",
	    "{\"a\": [" P("10.0.0.1/32") "]}\n{\"a\": x}",
	    "line 2, column 7: invalid token near 'x'"),
	BAD("list_at_the_top_is_refused", "[]",
	    "no object with lists of prefixes"),
	BAD("map_for_a_list_is_refused", "{\"a\": {}}", "no list under \"a\""),
	BAD("text_for_an_object_is_refused", "{\"a\": [\"10.0.0.1/32\"]}",
	    "no \"prefix\" in element 0 of \"a\""),
	BAD("number_for_a_prefix_is_refused",
	    "{\"a\": [" P("10.0.0.1/32") ", {\"prefix\": 1}]}",
	    "no \"prefix\" in element 1 of \"a\""),
	BAD("whole_family_is_refused", "{\"a\": [" P("0.0.0.0/0") "]}",
	    "no prefix, \"0.0.0.0/0\", in element 0 of \"a\""),
	BAD("address_is_refused", "{\"a\": [" P("192.0.2.1") "]}",
	    "no prefix, \"192.0.2.1\", in element 0 of \"a\""),
	BAD("bits_past_the_length_are_refused",
	    "{\"a\": [" P("192.0.2.1/24") "]}",
	    "no prefix, \"192.0.2.1/24\", in element 0 of \"a\""),
	BAD("odd_octets_are_not_repeated", "{\"\\u0007\\u00e4\": 1}",
	    "no list under \"...\""),
	BAD("error_page_is_refused", "<html>",
	    "line 1, column 1: '[' or '{' expected near '<'"),
};

/* The text gives these prefixes, or none and this reason. */
static void
text_is_taken(void **state)
{
	const struct row *row = *state;
	struct irr_json list;
	char prefixes[256] = "";
	size_t n = 0;

	assert_int_equal(
	    irr_json_parse(row->text, strlen(row->text), MOST, &list),
	    row->status);
	for (size_t i = 0; i < list.n; i++) {
		char text[PREFIX_TEXT_MAX];

		n += (size_t)snprintf(&prefixes[n], sizeof(prefixes) - n, "%s ",
		    prefix_print(&list.prefixes[i], text, sizeof(text)));
	}
	assert_string_equal(list.why, row->why);
	assert_string_equal(prefixes, row->prefixes);
	free(list.prefixes);
}

int
main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = text_is_taken,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("irr_json", tests, NULL, NULL);
}
