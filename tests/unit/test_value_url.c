/* SPDX-License-Identifier: BSD-2-Clause */
/* Places on the web and amounts of octets: what is taken and what refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/loader/value.h"

#define HTTPS "https://"

static const struct row {
	const char *name;
	const char *text;
	const char *url; /* NULL: refused */
} rows[] = {
	{ "name_is_taken", HTTPS "a.example", HTTPS "a.example" },
	{ "http_is_taken", "http://a", "http://a" },
	{ "last_slashes_are_cut", HTTPS "a//", HTTPS "a" },
	{ "port_is_taken", HTTPS "a:8443/x", HTTPS "a:8443/x" },
	{ "last_port_is_taken", HTTPS "a:65535", HTTPS "a:65535" },
	{ "ipv6_is_taken", HTTPS "[2001:db8::1]:80", HTTPS "[2001:db8::1]:80" },
	{ "path_with_marks_is_taken", HTTPS "a/~b%20c;d", HTTPS "a/~b%20c;d" },
	{ "other_scheme_is_refused", "ftp://a", NULL },
	{ "no_host_is_refused", HTTPS, NULL },
	{ "path_alone_is_refused", HTTPS "/x", NULL },
	{ "hyphen_first_is_refused", HTTPS "-a", NULL },
	{ "dot_first_is_refused", HTTPS ".a", NULL },
	{ "user_is_refused", HTTPS "a@b", NULL },
	{ "open_bracket_is_refused", HTTPS "[2001:db8::1", NULL },
	{ "empty_brackets_are_refused", HTTPS "[]", NULL },
	{ "ipv4_in_brackets_is_refused", HTTPS "[192.0.2.1]", NULL },
	{ "name_in_brackets_is_refused", HTTPS "[a.example]", NULL },
	{ "zone_is_refused", HTTPS "[fe80::1%lo]", NULL },
	{ "long_brackets_are_refused",
	    HTTPS "[0000000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000000000000000000000000000000000]",
	    NULL },
	{ "empty_port_is_refused", HTTPS "a:", NULL },
	{ "empty_port_before_path_is_refused", HTTPS "a:/", NULL },
	{ "port_zero_is_refused", HTTPS "a:0", NULL },
	{ "port_past_the_last_is_refused", HTTPS "a:65536", NULL },
	{ "port_of_six_digits_is_refused", HTTPS "a:123456", NULL },
	{ "port_of_letters_is_refused", HTTPS "a:http", NULL },
	{ "space_in_path_is_refused", HTTPS "a/b c", NULL },
	{ "query_is_refused", HTTPS "a/?q", NULL },
	{ "fragment_is_refused", HTTPS "a/#f", NULL },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The text becomes the place of its row, or is refused. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	char url[URL_LEN];

	if (row->url == NULL) {
		assert_int_equal(value_url(row->text, url), -1);
		return;
	}
	assert_int_equal(value_url(row->text, url), 0);
	assert_string_equal(url, row->url);
}

/* Places are as long as there is room for, hosts as long as names can be. */
static void
length_is_bounded(void **state)
{
	char text[2 * URL_LEN] = HTTPS "a/";
	char url[URL_LEN];
	size_t n = strlen(text);

	(void)state;
	memset(&text[n], 'x', URL_LEN - 1 - n);
	assert_int_equal(value_url(text, url), 0);
	assert_string_equal(url, text);
	text[URL_LEN - 1] = 'x';
	assert_int_equal(value_url(text, url), -1);
	memset(text, 0, sizeof(text));
	(void)snprintf(text, sizeof(text), "%s%0254d", HTTPS, 0);
	assert_int_equal(value_url(text, url), -1);
}

/* Amounts are bounded in digits and in value. */
static void
octets_are_bounded(void **state)
{
	uint64_t octets;

	(void)state;
	assert_int_equal(value_octets("3G", &octets), 0);
	assert_int_equal(octets, UINT64_C(3) << 30);
	assert_int_equal(value_octets("999999999999999999", &octets), 0);
	assert_int_equal(value_octets("1000000000000000000", &octets), -1);
	assert_int_equal(value_octets("8388608T", &octets), -1);
	assert_int_equal(value_octets("00000000000000000001", &octets), -1);
	assert_int_equal(value_octets("00000000000000000001K", &octets), -1);
	assert_int_equal(value_octets("K", &octets), -1);
	assert_int_equal(value_octets("1k", &octets), -1);
	assert_int_equal(value_octets("", &octets), -1);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 2] = {
		[ROWS] = cmocka_unit_test(length_is_bounded),
		[ROWS + 1] = cmocka_unit_test(octets_are_bounded),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("value_url", tests, NULL, NULL);
}
