/* SPDX-License-Identifier: BSD-2-Clause */
/* Framing: the header of a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/message.h"
#include "tests/lib/hex.h"

struct row {
	const char *name;
	unsigned length; /* as the header says */
	unsigned type;
	size_t there; /* octets that have come */
	enum wire_fault fault;
	size_t total;
};

static struct row rows[] = {
	{ "keepalive_is_ready", 19, 4, 19, WIRE_OK, 19 },
	{ "head_cut_short_waits", 19, 4, 18, WIRE_OK, 0 },
	{ "nothing_waits", 19, 4, 0, WIRE_OK, 0 },
	{ "update_without_its_end_waits", 100, 2, 99, WIRE_OK, 0 },
	{ "update_is_ready", 100, 2, 100, WIRE_OK, 100 },
	{ "update_with_more_behind_is_ready", 100, 2, 4096, WIRE_OK, 100 },
	{ "longest_update_is_ready", 4096, 2, 4096, WIRE_OK, 4096 },
	{ "open_of_29_is_ready", 29, 1, 29, WIRE_OK, 29 },
	{ "notification_of_21_is_ready", 21, 3, 21, WIRE_OK, 21 },
	{ "refresh_is_ready", 23, 5, 23, WIRE_OK, 23 },
	{ "keepalive_with_a_body", 20, 4, 20, FAULT_HEADER_LENGTH, 0 },
	{ "length_18", 18, 4, 19, FAULT_HEADER_LENGTH, 0 },
	{ "length_0", 0, 4, 19, FAULT_HEADER_LENGTH, 0 },
	{ "length_4097", 4097, 2, 19, FAULT_HEADER_LENGTH, 0 },
	{ "length_65535", 65535, 2, 4096, FAULT_HEADER_LENGTH, 0 },
	{ "open_of_28", 28, 1, 28, FAULT_HEADER_LENGTH, 0 },
	{ "update_of_22", 22, 2, 22, FAULT_HEADER_LENGTH, 0 },
	{ "notification_of_20", 20, 3, 20, FAULT_HEADER_LENGTH, 0 },
	{ "type_0", 19, 0, 19, FAULT_HEADER_TYPE, 0 },
	{ "type_6", 19, 6, 19, FAULT_HEADER_TYPE, 0 },
	{ "type_255", 19, 255, 19, FAULT_HEADER_TYPE, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each header is ready, waits, or is the fault named. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t buf[MESSAGE_MAX], type;
	size_t total;

	memset(buf, 0xff, sizeof(buf));
	buf[16] = (uint8_t)(row->length >> 8);
	buf[17] = (uint8_t)row->length;
	buf[18] = (uint8_t)row->type;
	assert_int_equal(
	    message_peek(buf, row->there, MESSAGE_MAX, &type, &total),
	    row->fault);
	assert_int_equal(total, row->total);
	if (row->there >= MESSAGE_HEADER_LEN)
		assert_int_equal(type, row->type);
}

/* Any octet of the marker that is not all ones is not synchronized. */
static void
each_marker_octet_is_checked(void **state)
{
	uint8_t buf[64], type;
	struct writer writer;
	size_t total;

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		writer_init(&writer, buf, sizeof(buf));
		message_keepalive(&writer);
		buf[i] = 0xfe;
		assert_int_equal(
		    message_peek(buf, writer.len, MESSAGE_MAX, &type, &total),
		    FAULT_HEADER_MARKER);
	}
}

/* The NOTIFICATION for a bad header quotes the field (RFC 4271 6.1). */
static void
fault_data_quotes_the_field(void **state)
{
	uint8_t buf[19] = { 0 }, out[2];

	(void)state;
	buf[16] = 0x12;
	buf[17] = 0x34;
	buf[18] = 0x56;
	assert_int_equal(message_fault_data(buf, FAULT_HEADER_LENGTH, out), 2);
	assert_int_equal(out[0] << 8 | out[1], 0x1234);
	assert_int_equal(message_fault_data(buf, FAULT_HEADER_TYPE, out), 1);
	assert_int_equal(out[0], 0x56);
	assert_int_equal(message_fault_data(buf, FAULT_HEADER_MARKER, out), 0);
}

/* A KEEPALIVE is the header alone. */
static void
keepalive_is_nineteen_octets(void **state)
{
	uint8_t buf[32];
	char hex[65];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	message_keepalive(&writer);
	assert_string_equal(hex_print(buf, writer.len, hex),
	    "ffffffffffffffffffffffffffffffff001304");
}

/* We never write a message over 4096 octets. */
static void
message_over_4096_fails(void **state)
{
	static uint8_t buf[8192];
	struct writer writer;
	size_t place;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	place = message_begin(&writer, MESSAGE_UPDATE);
	assert_non_null(writer_take(&writer, 4096 - 19));
	message_end(&writer, place);
	assert_false(writer.failed);
	writer_u8(&writer, 0);
	message_end(&writer, place);
	assert_true(writer.failed);
}

/* Types have names, other numbers a question mark. */
static void
types_have_names(void **state)
{
	(void)state;
	assert_string_equal(message_name(MESSAGE_UPDATE), "UPDATE");
	assert_string_equal(message_name(5), "ROUTE-REFRESH");
	assert_string_equal(message_name(0), "?");
	assert_string_equal(message_name(6), "?");
}

int
main(void)
{
	struct CMUnitTest tests[ROWS + 5] = {
		cmocka_unit_test(each_marker_octet_is_checked),
		cmocka_unit_test(fault_data_quotes_the_field),
		cmocka_unit_test(keepalive_is_nineteen_octets),
		cmocka_unit_test(message_over_4096_fails),
		cmocka_unit_test(types_have_names),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[5 + i].name = rows[i].name;
		tests[5 + i].test_func = check_row;
		tests[5 + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
