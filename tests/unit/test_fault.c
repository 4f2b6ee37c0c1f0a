/* SPDX-License-Identifier: BSD-2-Clause */
/* Every fault of the list has octets here that produce it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "proxy/wire/open.h"
#include "proxy/wire/refresh.h"
#include "proxy/wire/update.h"
#include "tests/lib/hex.h"

static const struct update_context outside = { FAMILY_ALL, true, true, 64500,
	65001 };

static enum wire_fault
by_message(const uint8_t *data, size_t len)
{
	size_t total;
	uint8_t type;

	return message_peek(data, len, MESSAGE_MAX, &type, &total);
}

static enum wire_fault
by_open(const uint8_t *data, size_t len)
{
	struct open open;

	return open_decode(data, len, &open);
}

static enum wire_fault
by_update(const uint8_t *data, size_t len)
{
	struct update update;

	(void)update_decode(&outside, data, len, &update);
	return update.fault;
}

static enum wire_fault
by_notification(const uint8_t *data, size_t len)
{
	struct notification notification;

	return notification_decode(data, len, &notification);
}

static enum wire_fault
by_refresh(const uint8_t *data, size_t len)
{
	struct refresh refresh;

	return refresh_decode(data, len, true, &refresh);
}

static enum wire_fault
by_rule(const uint8_t *data, size_t len)
{
	struct rule rule;

	return flowspec_decode((struct span){ data, len }, AFI_IPV6, &rule);
}

/* The session's to find: it knows what it cannot do without. */
static enum wire_fault
by_session(const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	return FAULT_OPEN_CAPABILITY;
}

#define ONES  "ffffffffffffffffffffffffffffffff"
#define OPEN  "04fde900b4c0000201"
#define REACH "800e09 0001 85 00 00 03 038106"

static struct row {
	enum wire_fault fault;
	enum wire_fault (*by)(const uint8_t *data, size_t len);
	const char *octets;
} rows[] = {
	{ FAULT_HEADER_MARKER, by_message,
	    "00ffffffffffffffffffffffffffffff 0013 04" },
	{ FAULT_HEADER_LENGTH, by_message, ONES "0012 04" },
	{ FAULT_HEADER_TYPE, by_message, ONES "0013 07" },
	{ FAULT_OPEN_MALFORMED, by_open, OPEN "01" },
	{ FAULT_OPEN_VERSION, by_open, "03fde900b4c000020100" },
	{ FAULT_OPEN_PEER_AS, by_open, "04000000b4c000020100" },
	{ FAULT_OPEN_BGP_ID, by_open, "04fde900b40000000000" },
	{ FAULT_OPEN_PARAMETER, by_open, OPEN "020300" },
	{ FAULT_OPEN_HOLD_TIME, by_open, "04fde90002c000020100" },
	{ FAULT_OPEN_CAPABILITY, by_session, "00" },
	{ FAULT_ATTRIBUTE_LIST, by_update, "0000 0001" },
	{ FAULT_ATTRIBUTE_MP_TWICE, by_update,
	    "0000 000c 800f03000185 800f03000185" },
	{ FAULT_ATTRIBUTE_OVERRUN, by_update, "0000 0003 400102" },
	{ FAULT_ATTRIBUTE_UNKNOWN, by_update, "0000 0003 40c800" },
	{ FAULT_ATTRIBUTE_MISSING, by_update, "0000 000c" REACH },
	{ FAULT_ATTRIBUTE_FLAGS, by_update, "0000 0004 80010100" },
	{ FAULT_ATTRIBUTE_LENGTH, by_update, "0000 0003 400100" },
	{ FAULT_ATTRIBUTE_ORIGIN, by_update, "0000 0004 40010103" },
	{ FAULT_ATTRIBUTE_AS_PATH, by_update, "0000 0005 4002020200" },
	{ FAULT_MP_FLAGS, by_update, "0000 0006 c00f03000185" },
	{ FAULT_MP_LENGTH, by_update, "0000 0005 800f020001" },
	{ FAULT_MP_NEXT_HOP, by_update, "0000 0008 800e050001850100" },
	{ FAULT_NLRI_FRAMING, by_update, "0000 0007 800f0400018501" },
	{ FAULT_NLRI_PREFIX, by_update, "0001 21 0000" },
	{ FAULT_REFRESH_LENGTH, by_refresh, "000100" },
	{ FAULT_NOTIFICATION_LENGTH, by_notification, "06" },
	{ FAULT_RATE_NOT_FINITE, by_update,
	    "0000 000b c01008 800600007f800000" },
	{ FAULT_FLOW_EMPTY, by_rule, "" },
	{ FAULT_FLOW_TYPE, by_rule, "0e8100" },
	{ FAULT_FLOW_ORDER, by_rule, "048150 038106" },
	{ FAULT_FLOW_DUPLICATE, by_rule, "038106 038111" },
	{ FAULT_FLOW_TRUNCATED, by_rule, "0381" },
	{ FAULT_FLOW_NO_END, by_rule, "030106" },
	{ FAULT_FLOW_PREFIX_LENGTH, by_rule, "018100" },
	{ FAULT_FLOW_OFFSET, by_rule, "014040" },
	{ FAULT_FLOW_TCP_FLAGS_WIDTH, by_rule, "09a100000002" },
	{ FAULT_FLOW_DSCP_WIDTH, by_rule, "0b910001" },
	{ FAULT_FLOW_FRAGMENT_WIDTH, by_rule, "0c910001" },
	{ FAULT_TOO_MANY_TERMS, by_rule, NULL }, /* made below */
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* These octets produce this fault. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t octets[512] = { RULE_PORT };
	size_t len = 1 + 2 * (RULE_TERMS_MAX + 1);

	if (row->octets != NULL)
		len = hex_read(row->octets, octets, sizeof(octets));
	else
		octets[len - 2] = 0x81;
	assert_string_equal(
	    fault_name(row->by(octets, len)), fault_name(row->fault));
}

/* No fault of the list is without a row above. */
static void
every_fault_is_produced(void **state)
{
	(void)state;
	assert_int_equal(ROWS, FAULT_COUNT - 1);
	for (unsigned fault = 1; fault < FAULT_COUNT; fault++)
		assert_int_equal(rows[fault - 1].fault, fault);
}

/* Names are stable, different, and of letters, digits and hyphens. */
static void
names_are_words_of_their_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < FAULT_COUNT; a++) {
		const char *name = fault_name(a);

		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
		    strlen(name));
		assert_int_equal(name[strlen(fault_name(a)) - 1] == '-', 0);
		assert_true(strlen(fault_text(a)) >= strlen("ok"));
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(name, fault_name(b));
	}
	assert_string_equal(fault_name(FAULT_COUNT), "?");
	assert_string_equal(fault_text(FAULT_COUNT), "?");
}

/* A framed rule never ends a session, whatever is in it. */
static void
rule_faults_never_end_a_session(void **state)
{
	uint8_t code, subcode;

	(void)state;
	for (unsigned fault = FAULT_FLOW_EMPTY; fault <= FAULT_TOO_MANY_TERMS;
	     fault++)
		assert_false(fault_notification(fault, &code, &subcode));
	assert_false(fault_notification(WIRE_OK, &code, &subcode));
	assert_false(fault_notification(FAULT_COUNT, &code, &subcode));
	assert_int_equal(code, 0);
}

/* The codes of RFC 4271, RFC 5492, RFC 7313. */
static void
faults_have_the_codes_of_the_rfcs(void **state)
{
	static const uint8_t codes[][3] = { { FAULT_HEADER_LENGTH, 1, 2 },
		{ FAULT_OPEN_HOLD_TIME, 2, 6 }, { FAULT_OPEN_CAPABILITY, 2, 7 },
		{ FAULT_ATTRIBUTE_LIST, 3, 1 }, { FAULT_NLRI_FRAMING, 3, 9 },
		{ FAULT_NLRI_PREFIX, 3, 10 }, { FAULT_REFRESH_LENGTH, 7, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		uint8_t code, subcode;

		assert_true(fault_notification(codes[i][0], &code, &subcode));
		assert_int_equal(code, codes[i][1]);
		assert_int_equal(subcode, codes[i][2]);
	}
}

#define SINGLE 4

int
main(void)
{
	static char names[ROWS][64];
	struct CMUnitTest tests[SINGLE + ROWS] = {
		cmocka_unit_test(every_fault_is_produced),
		cmocka_unit_test(names_are_words_of_their_own),
		cmocka_unit_test(rule_faults_never_end_a_session),
		cmocka_unit_test(faults_have_the_codes_of_the_rfcs),
	};

	for (size_t i = 0; i < ROWS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%s_is_produced",
		    fault_name(rows[i].fault));
		tests[SINGLE + i].name = names[i];
		tests[SINGLE + i].test_func = check_row;
		tests[SINGLE + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
