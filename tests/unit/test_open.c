/* SPDX-License-Identifier: BSD-2-Clause */
/* OPEN and capabilities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/message.h"
#include "proxy/wire/open.h"
#include "tests/lib/hex.h"

/* Version 4, AS 65001, hold time 180, identifier 192.0.2.1. */
#define HEAD "04 fde9 00b4 c0000201 "

struct row {
	const char *name;
	const char *body;
	enum wire_fault fault;
};

static struct row rows[] = {
	{ "plain_open_is_taken", HEAD "00", WIRE_OK },
	{ "hold_time_0_is_taken", "04 fde9 0000 c0000201 00", WIRE_OK },
	{ "hold_time_3_is_taken", "04 fde9 0003 c0000201 00", WIRE_OK },
	{ "hold_time_1", "04 fde9 0001 c0000201 00", FAULT_OPEN_HOLD_TIME },
	{ "hold_time_2", "04 fde9 0002 c0000201 00", FAULT_OPEN_HOLD_TIME },
	{ "version_3", "03 fde9 00b4 c0000201 00", FAULT_OPEN_VERSION },
	{ "version_5", "05 fde9 00b4 c0000201 00", FAULT_OPEN_VERSION },
	{ "as_0", "04 0000 00b4 c0000201 00", FAULT_OPEN_PEER_AS },
	{ "identifier_0", "04 fde9 00b4 00000000 00", FAULT_OPEN_BGP_ID },
	{ "head_cut_short", "04 fde9 00b4 c00002", FAULT_OPEN_MALFORMED },
	{ "parameters_missing", "04 fde9 00b4 c0000201", FAULT_OPEN_MALFORMED },
	{ "parameters_cut_short", HEAD "02 02", FAULT_OPEN_MALFORMED },
	{ "octets_behind_the_parameters", HEAD "00 00", FAULT_OPEN_MALFORMED },
	{ "authentication_parameter", HEAD "02 0100", FAULT_OPEN_PARAMETER },
	{ "unknown_parameter", HEAD "03 080100", FAULT_OPEN_PARAMETER },
	{ "parameter_header_cut_short", HEAD "01 02", FAULT_OPEN_MALFORMED },
	{ "parameter_overruns", HEAD "03 020200", FAULT_OPEN_MALFORMED },
	{ "empty_capability_parameter_is_taken", HEAD "02 0200", WIRE_OK },
	{ "capability_overruns", HEAD "04 0202 0204", FAULT_OPEN_MALFORMED },
	{ "capability_header_cut_short", HEAD "03 0201 02",
	    FAULT_OPEN_MALFORMED },
	{ "unknown_capability_is_ignored", HEAD "07 0205 8003aabbcc", WIRE_OK },
	{ "refresh_with_a_value", HEAD "05 0203 020100", FAULT_OPEN_MALFORMED },
	{ "multiprotocol_of_3", HEAD "07 0205 0103 000100",
	    FAULT_OPEN_MALFORMED },
	{ "multiprotocol_of_5", HEAD "09 0207 0105 0001008500",
	    FAULT_OPEN_MALFORMED },
	{ "as4_of_2", HEAD "06 0204 4102 fde9", FAULT_OPEN_MALFORMED },
	{ "as4_of_zero", HEAD "08 0206 4104 00000000", FAULT_OPEN_PEER_AS },
	{ "restart_of_1", HEAD "05 0203 4001 80", FAULT_OPEN_MALFORMED },
	{ "restart_tuple_cut_short", HEAD "09 0207 4005 0078 000185",
	    FAULT_OPEN_MALFORMED },
	{ "role_of_2", HEAD "06 0204 0902 0303", FAULT_OPEN_MALFORMED },
	{ "unknown_role_is_taken", HEAD "05 0203 0901 63", WIRE_OK },
	{ "extended_length_is_taken", HEAD "ff ff 0005 020002 0200", WIRE_OK },
	{ "extended_length_with_small_first_length_is_taken",
	    HEAD "08 ff 0005 020002 0200", WIRE_OK },
	{ "extended_length_overruns", HEAD "ff ff 0006 020002 0200",
	    FAULT_OPEN_MALFORMED },
	{ "extended_length_cut_short", HEAD "ff ff 00", FAULT_OPEN_MALFORMED },
	{ "extended_parameter_overruns", HEAD "ff ff 0005 020003 0200",
	    FAULT_OPEN_MALFORMED },
	{ "extended_unknown_parameter", HEAD "ff ff 0003 080000",
	    FAULT_OPEN_PARAMETER },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static enum wire_fault
decode(const char *body, struct open *open)
{
	uint8_t octets[4096];
	size_t len = hex_read(body, octets, sizeof(octets));
	uint8_t *data = malloc(len);
	enum wire_fault fault;

	assert_non_null(data);
	memcpy(data, octets, len);
	fault = open_decode(data, len, open);
	free(data);
	return fault;
}

/* Each OPEN is taken, or ends the session with the fault named. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct open open;

	assert_string_equal(
	    fault_name(decode(row->body, &open)), fault_name(row->fault));
}

/* Without capabilities a peer speaks IPv4 unicast with two-octet numbers. */
static void
plain_open_means_ipv4_unicast(void **state)
{
	struct open open;

	(void)state;
	assert_int_equal(decode(HEAD "00", &open), WIRE_OK);
	assert_int_equal(open.asn, 65001);
	assert_int_equal(open.hold_s, 180);
	assert_int_equal(open.bgp_id, 0xc0000201);
	assert_int_equal(open.families, FAMILY_IPV4_UNICAST);
	assert_false(open.has_multiprotocol);
	assert_false(open.has_as4);
	assert_false(open.has_refresh);
}

/* Capabilities add up over several parameters; repeated codes are legal, the
 * last graceful restart wins (RFC 4724 3). */
static void
capabilities_add_up_over_parameters(void **state)
{
	struct open open;

	(void)state;
	assert_int_equal(decode("04 5ba0 00b4 c0000201 4b"
				" 0206 0104 00010085"
				" 020c 0104 00020085 0104 00010086"
				" 0206 4104 00010000"
				" 0206 0200 0600 4600"
				" 0203 0901 03"
				" 0208 4006 8078 00018580"
				" 0208 4006 0fff 00028500"
				" 020a 4202 abcd 0104 00010001",
			     &open),
	    WIRE_OK);
	assert_int_equal(open.asn2, AS_TRANS);
	assert_int_equal(open.asn, 65536);
	assert_true(open.has_as4);
	assert_int_equal(open.families,
	    FAMILY_IPV4_FLOWSPEC | FAMILY_IPV6_FLOWSPEC | FAMILY_IPV4_UNICAST);
	assert_true(open.has_refresh);
	assert_true(open.has_extended_message);
	assert_true(open.has_enhanced_refresh);
	assert_true(open.has_role);
	assert_int_equal(open.role, OPEN_ROLE_CUSTOMER);
	assert_true(open.has_graceful_restart);
	assert_false(open.gr_restarting);
	assert_int_equal(open.gr_time_s, 4095);
	assert_int_equal(open.gr_families, FAMILY_IPV6_FLOWSPEC);
	assert_int_equal(open.gr_forwarding, 0);
}

/* A peer of foreign families only has none of ours. */
static void
foreign_families_leave_none(void **state)
{
	struct open open;

	(void)state;
	assert_int_equal(decode(HEAD "08 0206 0104 00010080", &open), WIRE_OK);
	assert_true(open.has_multiprotocol);
	assert_int_equal(open.families, FAMILY_NONE);
}

/* More than 255 octets of capabilities, as RFC 9072 carries them. */
static void
extended_parameters_carry_long_capabilities(void **state)
{
	uint8_t body[512];
	size_t n = hex_read(HEAD "ff ff 0108 020105 80ff", body, sizeof(body));
	struct open open;

	(void)state;
	memset(&body[n], 0xaa, 255);
	n += 255;
	n += hex_read("0200 4600", &body[n], sizeof(body) - n);
	assert_int_equal(open_decode(body, n, &open), WIRE_OK);
	assert_true(open.has_refresh);
	assert_true(open.has_enhanced_refresh);
}

/* What we advertise is what was asked for, and nothing else. */
static void
our_open_is_these_octets(void **state)
{
	const struct open ours = { .asn = 4200000000,
		.hold_s = 180,
		.bgp_id = 0xc0000201,
		.families = FAMILY_IPV4_FLOWSPEC | FAMILY_IPV6_FLOWSPEC,
		.has_as4 = true,
		.has_refresh = true,
		.has_enhanced_refresh = true,
		.has_extended_message = true,
		.has_graceful_restart = true,
		.gr_families = FAMILY_ALL };
	uint8_t buf[128];
	char hex[257];
	struct writer writer;

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	open_encode(&ours, &writer);
	assert_false(writer.failed);
	assert_string_equal(hex_print(buf, writer.len, hex),
	    "ffffffffffffffffffffffffffffffff003901"
	    "045ba000b4c00002011c021a"
	    "0104000100850104000200850200400200004104fa56ea004600");
}

/* What we send we also read. */
static void
our_open_is_read_back(void **state)
{
	const struct open ours = { .asn = 64500,
		.hold_s = 9,
		.bgp_id = 1,
		.families = FAMILY_ALL,
		.has_as4 = true,
		.has_graceful_restart = true,
		.gr_restarting = true,
		.gr_time_s = 120 };
	struct writer writer;
	struct open open;
	uint8_t buf[128];

	(void)state;
	writer_init(&writer, buf, sizeof(buf));
	open_encode(&ours, &writer);
	assert_int_equal(open_decode(&buf[MESSAGE_HEADER_LEN],
			     writer.len - MESSAGE_HEADER_LEN, &open),
	    WIRE_OK);
	assert_int_equal(open.asn, 64500);
	assert_int_equal(open.asn2, 64500);
	assert_int_equal(open.families, FAMILY_ALL);
	assert_true(open.gr_restarting);
	assert_int_equal(open.gr_time_s, 120);
	assert_int_equal(open.gr_families, 0);
	assert_false(open.has_refresh);
}

/* An unsupported version is answered with ours (RFC 4271 6.2). */
static void
version_fault_names_our_version(void **state)
{
	uint8_t out[2];

	(void)state;
	assert_int_equal(open_fault_data(FAULT_OPEN_VERSION, out), 2);
	assert_int_equal(out[0] << 8 | out[1], 4);
	assert_int_equal(open_fault_data(FAULT_OPEN_PEER_AS, out), 0);
}

#define SINGLE 7

int
main(void)
{
	struct CMUnitTest tests[ROWS + SINGLE] = {
		cmocka_unit_test(plain_open_means_ipv4_unicast),
		cmocka_unit_test(capabilities_add_up_over_parameters),
		cmocka_unit_test(foreign_families_leave_none),
		cmocka_unit_test(extended_parameters_carry_long_capabilities),
		cmocka_unit_test(our_open_is_these_octets),
		cmocka_unit_test(our_open_is_read_back),
		cmocka_unit_test(version_fault_names_our_version),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[SINGLE + i].name = rows[i].name;
		tests[SINGLE + i].test_func = check_row;
		tests[SINGLE + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
