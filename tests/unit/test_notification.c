/* SPDX-License-Identifier: BSD-2-Clause */
/* NOTIFICATION, shutdown communication and ROUTE-REFRESH. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/refresh.h"
#include "tests/lib/hex.h"

struct row {
	const char *name;
	const char *body;
	const char *words;
};

static struct row rows[] = {
	{ "words_are_printed", "0602 05 68656c6c6f", "hello" },
	{ "words_of_a_reset_are_printed", "0604 02 6869", "hi" },
	{ "utf8_is_printed", "0602 04 c3a9e282", "hex:c3a9e282" },
	{ "whole_utf8_is_printed", "0602 05 c3a9e282ac",
	    "\xc3\xa9\xe2\x82\xac" },
	{ "emoji_is_printed", "0602 04 f09f9880", "\xf0\x9f\x98\x80" },
	{ "no_words", "0602", "" },
	{ "empty_words", "0602 00", "" },
	{ "words_cut_short", "0602 05 6869", "" },
	{ "octets_behind_the_words", "0602 02 686921", "hi" },
	{ "deconfigured_has_no_words", "0603 02 6869", "" },
	{ "hold_timer_has_no_words", "0402 02 6869", "" },
	{ "escape_sequence", "0602 06 1b5b33316d78", "\\x1b[31mx" },
	{ "line_feed_and_nul", "0602 03 0a0d00", "\\x0a\\x0d\\x00" },
	{ "backslash", "0602 04 5c783162", "\\x5cx1b" },
	{ "delete", "0602 01 7f", "\\x7f" },
	{ "c1_control", "0602 02 c29b", "\\u009b" },
	{ "bidirectional_override", "0602 03 e280ae", "\\u202e" },
	{ "isolate", "0602 03 e281a6", "\\u2066" },
	{ "tag_character", "0602 04 f3a08081", "\\U000e0001" },
	{ "lone_continuation", "0602 01 80", "hex:80" },
	{ "overlong_slash", "0602 02 c0af", "hex:c0af" },
	{ "overlong_three", "0602 03 e080af", "hex:e080af" },
	{ "surrogate", "0602 03 eda080", "hex:eda080" },
	{ "above_unicode", "0602 04 f4908080", "hex:f4908080" },
	{ "octet_ff", "0602 01 ff", "hex:ff" },
	{ "octet_f8", "0602 01 f8", "hex:f8" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Words come out safe for a terminal, or as hexadecimal digits. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct notification notification;
	char text[NOTIFICATION_TEXT_MAX];
	uint8_t body[64];
	size_t len = hex_read(row->body, body, sizeof(body));

	assert_int_equal(
	    notification_decode(body, len, &notification), WIRE_OK);
	assert_string_equal(
	    notification_words(&notification, text, sizeof(text)), row->words);
}

/* The longest words in their longest form fit, and a small buffer is kept. */
static void
longest_words_fit(void **state)
{
	uint8_t body[3 + 255] = { 6, 2, 255 };
	char text[NOTIFICATION_TEXT_MAX], small[8];
	struct notification notification;

	(void)state;
	memset(&body[3], 1, 255);
	assert_int_equal(
	    notification_decode(body, sizeof(body), &notification), WIRE_OK);
	(void)notification_words(&notification, text, sizeof(text));
	assert_int_equal(strlen(text), 255 * 4);
	(void)notification_words(&notification, small, sizeof(small));
	assert_string_equal(small, "\\x01");
	(void)notification_words(&notification, small, 1);
	assert_string_equal(small, "");
}

/* A body shorter than its codes has none. */
static void
short_notification_is_a_fault(void **state)
{
	const uint8_t body[] = { 6 };
	struct notification notification;

	(void)state;
	assert_int_equal(notification_decode(body, 1, &notification),
	    FAULT_NOTIFICATION_LENGTH);
	assert_int_equal(notification_decode(body, 0, &notification),
	    FAULT_NOTIFICATION_LENGTH);
}

/* Code, subcode and data stand behind the header. */
static void
notification_is_these_octets(void **state)
{
	const uint8_t data[] = { 0xaa, 0xbb };
	uint8_t buf[64];
	char hex[129];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	notification_encode(&writer, NOTIFICATION_UPDATE, 9, data, 2);
	assert_string_equal(hex_print(buf, writer.len, hex),
	    "ffffffffffffffffffffffffffffffff0017030309aabb");
}

/* Data that would pass the longest message is cut. */
static void
long_data_is_cut_to_the_message(void **state)
{
	static uint8_t data[8192], buf[8192];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	notification_encode(
	    &writer, NOTIFICATION_UPDATE, 1, data, sizeof(data));
	assert_false(writer.failed);
	assert_int_equal(writer.len, MESSAGE_MAX);
}

/* Our own words come back as they were. */
static void
our_words_are_read_back(void **state)
{
	struct notification notification;
	char text[NOTIFICATION_TEXT_MAX];
	uint8_t buf[512];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	notification_encode_cease(
	    &writer, NOTIFICATION_CEASE_SHUTDOWN, "maintenance until 5");
	assert_int_equal(notification_decode(&buf[MESSAGE_HEADER_LEN],
			     writer.len - MESSAGE_HEADER_LEN, &notification),
	    WIRE_OK);
	assert_int_equal(notification.code, NOTIFICATION_CEASE);
	assert_string_equal(
	    notification_words(&notification, text, sizeof(text)),
	    "maintenance until 5");
}

/* Words over 255 octets are cut, but never inside a character. */
static void
long_words_are_cut_at_a_character(void **state)
{
	char words[600];
	uint8_t buf[512];
	struct writer writer;

	(void)state;
	memset(words, 'a', 254);
	memcpy(&words[254], "\xe2\x82\xac tail", 9);
	writer_init(&writer, buf, sizeof(buf));
	notification_encode_cease(&writer, NOTIFICATION_CEASE_RESET, words);
	assert_false(writer.failed);
	assert_int_equal(buf[MESSAGE_HEADER_LEN + 2], 254);
	assert_int_equal(writer.len, MESSAGE_HEADER_LEN + 3 + 254);
}

/* Other subcodes carry no words, and no words are no data. */
static void
other_ceases_carry_no_words(void **state)
{
	uint8_t buf[64];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	notification_encode_cease(
	    &writer, NOTIFICATION_CEASE_DECONFIGURED, "bye");
	assert_int_equal(writer.len, 21);
	notification_encode_cease(&writer, NOTIFICATION_CEASE_SHUTDOWN, NULL);
	assert_int_equal(writer.len, 42);
}

/* Codes have the names of the RFCs. */
static void
codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(notification_code_name(6), "cease");
	assert_string_equal(notification_code_name(0), "?");
	assert_string_equal(
	    notification_subcode_name(6, 7), "connection collision resolution");
	assert_string_equal(notification_subcode_name(4, 0), "");
	assert_string_equal(notification_subcode_name(6, 200), "?");
	assert_string_equal(notification_subcode_name(2, 11), "role mismatch");
}

/* Requests, beginnings and ends are read back as they were written. */
static void
refresh_is_read_back(void **state)
{
	struct refresh refresh;
	struct writer writer;
	uint8_t buf[32];

	(void)state;
	for (unsigned subtype = REFRESH_REQUEST; subtype <= REFRESH_END;
	     subtype++) {
		writer_init(&writer, buf, sizeof(buf));
		refresh_encode(&writer, FAMILY_IPV6_FLOWSPEC, subtype);
		assert_int_equal(writer.len, 23);
		assert_int_equal(
		    refresh_decode(&buf[19], 4, true, &refresh), WIRE_OK);
		assert_int_equal(refresh.family, FAMILY_IPV6_FLOWSPEC);
		assert_int_equal(refresh.subtype, subtype);
	}
}

/* Without RFC 7313 the subtype octet is reserved and means nothing. */
static void
reserved_octet_of_a_plain_refresh_is_ignored(void **state)
{
	const uint8_t body[] = { 0, 1, 2, 133 };
	struct refresh refresh;

	(void)state;
	assert_int_equal(refresh_decode(body, 4, false, &refresh), WIRE_OK);
	assert_int_equal(refresh.subtype, REFRESH_REQUEST);
	assert_int_equal(refresh.family, FAMILY_IPV4_FLOWSPEC);
}

/* A family that we do not speak is named by its numbers only. */
static void
refresh_of_a_foreign_family_has_none(void **state)
{
	const uint8_t body[] = { 0, 25, 7, 70 };
	struct refresh refresh;

	(void)state;
	assert_int_equal(refresh_decode(body, 4, true, &refresh), WIRE_OK);
	assert_int_equal(refresh.family, FAMILY_NONE);
	assert_int_equal(refresh.afi, 25);
	assert_int_equal(refresh.safi, 70);
	assert_int_equal(refresh.subtype, 7);
}

/* Lengths other than four: 7/1 where RFC 7313 is negotiated, else 1/2. */
static void
refresh_of_other_length_is_a_fault(void **state)
{
	const uint8_t body[8] = { 0, 1, 0, 133 };
	struct refresh refresh;

	(void)state;
	for (size_t len = 0; len <= 8; len++) {
		if (len == 4)
			continue;
		assert_int_equal(refresh_decode(body, len, true, &refresh),
		    FAULT_REFRESH_LENGTH);
		assert_int_equal(refresh_decode(body, len, false, &refresh),
		    FAULT_HEADER_LENGTH);
	}
}

#define SINGLE 12

int
main(void)
{
	struct CMUnitTest tests[ROWS + SINGLE] = {
		cmocka_unit_test(longest_words_fit),
		cmocka_unit_test(short_notification_is_a_fault),
		cmocka_unit_test(notification_is_these_octets),
		cmocka_unit_test(long_data_is_cut_to_the_message),
		cmocka_unit_test(our_words_are_read_back),
		cmocka_unit_test(long_words_are_cut_at_a_character),
		cmocka_unit_test(other_ceases_carry_no_words),
		cmocka_unit_test(codes_have_names),
		cmocka_unit_test(refresh_is_read_back),
		cmocka_unit_test(reserved_octet_of_a_plain_refresh_is_ignored),
		cmocka_unit_test(refresh_of_a_foreign_family_has_none),
		cmocka_unit_test(refresh_of_other_length_is_a_fault),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[SINGLE + i].name = rows[i].name;
		tests[SINGLE + i].test_func = check_row;
		tests[SINGLE + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("notification", tests, NULL, NULL);
}
