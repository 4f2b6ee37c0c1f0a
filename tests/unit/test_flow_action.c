/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions on the wire: repeats, strangers, rates, random sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/flow_action.h"
#include "tests/lib/hex.h"
#include "tests/lib/random_rule.h"

#define BYTES    ACTION_BIT(ACTION_RATE_BYTES)
#define REDIRECT ACTION_BIT(ACTION_REDIRECT)

struct row {
	const char *name;
	const char *value;
	enum wire_fault fault;
	unsigned present;
	unsigned repeated;
	unsigned unknown;
	unsigned stripped;
	uint32_t rate_bytes;
};

static struct row rows[] = {
	{ "empty_attribute", "", FAULT_ATTRIBUTE_LENGTH, 0, 0, 0, 0, 0 },
	{ "seven_octets", "80060000000000", FAULT_ATTRIBUTE_LENGTH, 0, 0, 0, 0,
	    0 },
	{ "nine_octets", "800600000000000000", FAULT_ATTRIBUTE_LENGTH, 0, 0, 0,
	    0, 0 },
	{ "discard", "8006000000000000", WIRE_OK, BYTES, 0, 0, 0, 0 },
	{ "minus_zero_is_zero", "8006000080000000", WIRE_OK, BYTES, 0, 0, 0,
	    0 },
	{ "negative_rate_is_zero", "80060000c6160000", WIRE_OK, BYTES, 0, 0, 0,
	    0 },
	{ "denormal_rate_is_kept", "8006000000000001", WIRE_OK, BYTES, 0, 0, 0,
	    1 },
	{ "infinite_rate", "800600007f800000", FAULT_RATE_NOT_FINITE, 0, 0, 0,
	    0, 0 },
	{ "minus_infinite_rate", "80060000ff800000", FAULT_RATE_NOT_FINITE, 0,
	    0, 0, 0, 0 },
	{ "nan_rate", "800600007fc00000", FAULT_RATE_NOT_FINITE, 0, 0, 0, 0,
	    0 },
	{ "negative_nan_rate", "80060000ffc00000", FAULT_RATE_NOT_FINITE, 0, 0,
	    0, 0, 0 },
	{ "nan_packet_rate", "800c00007f800001", FAULT_RATE_NOT_FINITE, 0, 0, 0,
	    0, 0 },
	{ "nan_behind_a_good_rate", "8006000000000000 800600007fc00000",
	    FAULT_RATE_NOT_FINITE, 0, 0, 0, 0, 0 },
	{ "same_rate_twice_is_one", "8006000046160000 8006fde946160000",
	    WIRE_OK, BYTES, 0, 0, 0, 0x46160000 },
	{ "zero_and_minus_zero_are_one", "8006000000000000 8006000080000000",
	    WIRE_OK, BYTES, 0, 0, 0, 0 },
	{ "two_rates_contradict", "8006000046160000 8006000000000000", WIRE_OK,
	    BYTES, BYTES, 0, 0, 0x46160000 },
	{ "two_targets_contradict", "8008fde900000077 8108fde900000077",
	    WIRE_OK, REDIRECT, REDIRECT, 0, 0, 0 },
	{ "two_marks_contradict", "8009000000000000 800900000000002e", WIRE_OK,
	    ACTION_BIT(ACTION_MARK), ACTION_BIT(ACTION_MARK), 0, 0, 0 },
	{ "two_samples_contradict", "8007000000000000 8007000000000002",
	    WIRE_OK, ACTION_BIT(ACTION_TRAFFIC), ACTION_BIT(ACTION_TRAFFIC), 0,
	    0, 0 },
	{ "reserved_local_bits_are_ignored",
	    "010cc0000209fffe 010cc00002090000", WIRE_OK,
	    ACTION_BIT(ACTION_REDIRECT_IP4), 0, 0, 0, 0 },
	{ "copy_and_no_copy_contradict", "010cc00002090000 010cc00002090001",
	    WIRE_OK, ACTION_BIT(ACTION_REDIRECT_IP4),
	    ACTION_BIT(ACTION_REDIRECT_IP4), 0, 0, 0 },
	{ "old_redirect_is_unknown", "800b20010db80000", WIRE_OK, 0, 0, 1, 0,
	    0 },
	{ "unknown_experimental_action",
	    "80ff000000000000 8106000000000000 "
	    "8206000000000000",
	    WIRE_OK, 0, 0, 3, 0, 0 },
	{ "unknown_flowspec_types",
	    "0701000000000000 4703000000000000 "
	    "0801000000000000 0900000000000000",
	    WIRE_OK, 0, 0, 4, 0, 0 },
	{ "route_targets_are_stripped",
	    "0002fde900000064 0102c00002010064 "
	    "4004fde900000000",
	    WIRE_OK, 0, 0, 0, 3, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each attribute says this, or is malformed. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct action_set set;
	uint8_t octets[256];
	struct span value = { octets, 0 };

	memset(&set, 0, sizeof(set));
	value.len = hex_read(row->value, octets, sizeof(octets));
	assert_string_equal(fault_name(flow_action_decode(value, &set)),
	    fault_name(row->fault));
	if (row->fault != WIRE_OK)
		return;
	assert_int_equal(set.present, row->present);
	assert_int_equal(set.repeated, row->repeated);
	assert_int_equal(set.unknown, row->unknown);
	assert_int_equal(set.stripped, row->stripped);
	assert_int_equal(set.rate_bytes, row->rate_bytes);
	assert_true(action_valid(&set));
}

/* Of a redirect to an address only the address and "copy" are kept: reserved
 * bits would be a customer's own octets on their way inward. */
static void
reserved_local_bits_are_cleared(void **state)
{
	static const uint8_t octets[] = { 0x01, 0x0c, 192, 0, 2, 9, 0xff,
		0xff };
	static const uint8_t wanted[8] = { 192, 0, 2, 9 };
	struct action_set set;

	(void)state;
	memset(&set, 0, sizeof(set));
	assert_int_equal(
	    flow_action_decode((struct span){ octets, sizeof(octets) }, &set),
	    WIRE_OK);
	assert_memory_equal(set.redirect_ip4, wanted, sizeof(wanted));
	assert_int_equal(set.flags, ACTION_COPY_IP4);
}

/* Counters stop at their end instead of starting over. */
static void
counters_stop_at_their_end(void **state)
{
	static uint8_t octets[8 * 600];
	struct action_set set;

	(void)state;
	memset(&set, 0, sizeof(set));
	for (size_t i = 0; i < 300; i++)
		octets[8 * i] = 0x80; /* 8000: unknown; the rest is 0000 */
	assert_int_equal(
	    flow_action_decode((struct span){ octets, sizeof(octets) }, &set),
	    WIRE_OK);
	assert_int_equal(set.unknown, 255);
	assert_int_equal(set.stripped, 255);
}

/* Values of attribute 25: the two redirects, strangers, bad lengths. */
static void
ipv6_values_are_read(void **state)
{
	uint8_t octets[80];
	size_t n = hex_read("000d20010db8000000000000000000000001 0064"
			    "000c20010db8000000000000000000000002 0001"
			    "0002000000000000000000000000000000000000"
			    "800b000000000000000000000000000000000000",
	    octets, sizeof(octets));
	struct action_set set;

	(void)state;
	memset(&set, 0, sizeof(set));
	assert_int_equal(
	    flow_action_decode6((struct span){ octets, n }, &set), WIRE_OK);
	assert_int_equal(set.present,
	    ACTION_BIT(ACTION_REDIRECT_RT6) | ACTION_BIT(ACTION_REDIRECT_IP6));
	assert_int_equal(set.flags, ACTION_COPY_IP6);
	assert_int_equal(set.stripped, 1);
	assert_int_equal(set.unknown, 1);
	assert_true(action_valid(&set));
	for (size_t cut = 0; cut < n; cut++) {
		if (cut % 20 != 0 || cut == 0)
			assert_int_equal(
			    flow_action_decode6(
				(struct span){ octets, cut }, &set),
			    FAULT_ATTRIBUTE_LENGTH);
	}
}

/* Any set of actions of ours survives the wire. */
static void
random_actions_survive_the_wire(void **state)
{
	struct random random = { 7 };
	uint8_t octets[512];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct action_set set, again;
		struct writer writer;
		size_t n;

		random_actions(&random, &set);
		memset(&again, 0, sizeof(again));
		writer_init(&writer, octets, sizeof(octets));
		(void)flow_action_encode(&set, &writer);
		n = writer.len;
		(void)flow_action_encode6(&set, &writer);
		assert_false(writer.failed);
		if (n > 0)
			assert_int_equal(
			    flow_action_decode(
				(struct span){ octets, n }, &again),
			    WIRE_OK);
		if (writer.len > n)
			assert_int_equal(
			    flow_action_decode6(
				(struct span){ &octets[n], writer.len - n },
				&again),
			    WIRE_OK);
		assert_true(action_equal(&set, &again));
	}
}

/* Ours carry no AS in a rate and nothing in reserved octets. */
static void
our_actions_are_these_octets(void **state)
{
	struct action_set set;
	uint8_t in[64], out[64];
	char hex[129];
	struct writer writer;
	size_t n = hex_read("8006fde900000000 8007ffffffffffff "
			    "8009ffffffffffff",
	    in, sizeof(in));

	(void)state;
	memset(&set, 0, sizeof(set));
	assert_int_equal(
	    flow_action_decode((struct span){ in, n }, &set), WIRE_OK);
	writer_init(&writer, out, sizeof(out));
	assert_int_equal(flow_action_encode(&set, &writer), 3);
	assert_string_equal(hex_print(out, writer.len, hex),
	    "8006000000000000"
	    "8007000000000003"
	    "800900000000003f");
}

#define SINGLE 5

int
main(void)
{
	struct CMUnitTest tests[ROWS + SINGLE] = {
		cmocka_unit_test(reserved_local_bits_are_cleared),
		cmocka_unit_test(counters_stop_at_their_end),
		cmocka_unit_test(ipv6_values_are_read),
		cmocka_unit_test(random_actions_survive_the_wire),
		cmocka_unit_test(our_actions_are_these_octets),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[SINGLE + i].name = rows[i].name;
		tests[SINGLE + i].test_func = check_row;
		tests[SINGLE + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("flow_action", tests, NULL, NULL);
}
