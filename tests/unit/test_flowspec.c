/* SPDX-License-Identifier: BSD-2-Clause */
/* Flowspec NLRI: framing, cap, random rules. The octets of the RFCs and of
 * other implementations are in test_vectors.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/wire/flowspec.h"
#include "tests/lib/hex.h"
#include "tests/lib/random_rule.h"

struct row {
	const char *name;
	const char *value;
	unsigned afi;
	enum wire_fault fault;
};

static struct row rows[] = {
	{ "empty_value", "", AFI_IPV4, FAULT_FLOW_EMPTY },
	{ "unknown_family", "038106", 25, FAULT_FLOW_TYPE },
	{ "flow_label_in_ipv4", "0da000000055", AFI_IPV4, FAULT_FLOW_TYPE },
	{ "flow_label_of_one_octet_is_taken", "0d8155", AFI_IPV6, WIRE_OK },
	{ "type_zero_behind_a_good_component", "03810600", AFI_IPV4,
	    FAULT_FLOW_TYPE },
	{ "tcp_flags_of_four_octets", "09a100000002", AFI_IPV4,
	    FAULT_FLOW_TCP_FLAGS_WIDTH },
	{ "tcp_flags_of_eight_octets", "09b10000000000000002", AFI_IPV4,
	    FAULT_FLOW_TCP_FLAGS_WIDTH },
	{ "tcp_flags_of_two_octets_are_taken", "09910002", AFI_IPV4, WIRE_OK },
	{ "dscp_of_two_octets", "0b91002e", AFI_IPV4, FAULT_FLOW_DSCP_WIDTH },
	{ "fragment_of_four_octets", "0ca100000001", AFI_IPV6,
	    FAULT_FLOW_FRAGMENT_WIDTH },
	{ "second_value_too_wide", "0b012e 91002e", AFI_IPV4,
	    FAULT_FLOW_DSCP_WIDTH },
	{ "type_without_operator", "018006", AFI_IPV4,
	    FAULT_FLOW_PREFIX_LENGTH },
	{ "list_without_end", "0501500151", AFI_IPV4, FAULT_FLOW_NO_END },
	{ "list_cut_in_an_operator_value", "05015001", AFI_IPV4,
	    FAULT_FLOW_TRUNCATED },
	{ "lone_type", "05", AFI_IPV4, FAULT_FLOW_TRUNCATED },
	{ "offset_equal_to_length", "01404020", AFI_IPV6, FAULT_FLOW_OFFSET },
	{ "offset_without_length", "010001", AFI_IPV6, FAULT_FLOW_OFFSET },
	{ "everything_in_ipv6_is_taken", "010000", AFI_IPV6, WIRE_OK },
	{ "offset_127_is_taken", "01807f80", AFI_IPV6, WIRE_OK },
	{ "everything_in_ipv4_is_taken", "0100", AFI_IPV4, WIRE_OK },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Each value is a rule, or the fault named and no rule. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	uint8_t octets[64];
	struct span value = { octets, 0 };
	struct rule rule;

	value.len = hex_read(row->value, octets, sizeof(octets));
	assert_string_equal(fault_name(flowspec_decode(value, row->afi, &rule)),
	    fault_name(row->fault));
	if (row->fault == WIRE_OK)
		assert_true(rule_valid(&rule, rule_size(&rule)));
	else
		assert_int_equal(rule.afi, AFI_NONE);
}

/* Write a value with n terms of the type port. */
static struct span
many_ports(uint8_t *octets, unsigned n)
{
	struct span value = { octets, 1 + 2 * (size_t)n };

	octets[0] = RULE_PORT;
	for (unsigned i = 0; i < n; i++) {
		octets[1 + 2 * i] = i + 1 == n ? 0x81 : 0x01;
		octets[2 + 2 * i] = (uint8_t)i;
	}
	return value;
}

/* A rule at the cap is a rule, one term more is refused by name. */
static void
rule_beyond_the_cap_is_refused_by_name(void **state)
{
	uint8_t octets[1024];
	struct rule rule;

	(void)state;
	assert_int_equal(flowspec_decode(many_ports(octets, RULE_TERMS_MAX),
			     AFI_IPV4, &rule),
	    WIRE_OK);
	assert_int_equal(rule.n_terms, RULE_TERMS_MAX);
	assert_true(rule_valid(&rule, rule_size(&rule)));
	assert_int_equal(flowspec_decode(many_ports(octets, RULE_TERMS_MAX + 1),
			     AFI_IPV4, &rule),
	    FAULT_TOO_MANY_TERMS);
	assert_int_equal(rule.afi, AFI_NONE);
	assert_int_equal(rule.n_terms, 0);
}

/* A malformed rule is malformed however long it is. */
static void
long_malformed_rule_is_malformed(void **state)
{
	uint8_t octets[1024];
	struct span value = many_ports(octets, 300);
	struct rule rule;

	(void)state;
	value.len--;
	assert_int_equal(
	    flowspec_decode(value, AFI_IPV4, &rule), FAULT_FLOW_TRUNCATED);
	octets[1 + 2 * 299] = 0x01;
	value.len++;
	assert_int_equal(
	    flowspec_decode(value, AFI_IPV4, &rule), FAULT_FLOW_NO_END);
}

/* Octets of the rule beyond those in use are not touched. */
static void
only_the_used_part_is_written(void **state)
{
	static const uint8_t octets[] = { 3, 0x81, 6 };
	struct rule rule;
	size_t used;

	(void)state;
	memset(&rule, 0xee, sizeof(rule));
	assert_int_equal(
	    flowspec_decode((struct span){ octets, 3 }, AFI_IPV4, &rule),
	    WIRE_OK);
	used = rule_size(&rule);
	assert_int_equal(used, RULE_SIZE_MIN + sizeof(rule.terms[0]));
	for (size_t i = used; i < sizeof(rule); i++)
		assert_int_equal(((const uint8_t *)&rule)[i], 0xee);
}

/* Lengths: 239 in one octet, 240 in two, either form of a small one. */
static void
both_length_forms_are_framed(void **state)
{
	static uint8_t octets[5000];
	static const struct {
		uint8_t first;
		uint8_t second;
		size_t head;
		size_t len;
	} forms[] = { { 0xef, 0, 1, 239 }, { 0xf0, 0xf0, 2, 240 },
		{ 0xff, 0xff, 2, 4095 }, { 0xf0, 0x0b, 2, 11 },
		{ 0xf0, 0x00, 2, 0 }, { 0x00, 0, 1, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct reader reader;
		struct span value;

		octets[0] = forms[i].first;
		octets[1] = forms[i].second;
		reader_init(&reader, octets, forms[i].head + forms[i].len);
		assert_int_equal(flowspec_next(&reader, &value), WIRE_OK);
		assert_int_equal(value.len, forms[i].len);
		assert_true(reader_done(&reader));
		if (forms[i].head + forms[i].len < 2)
			continue;
		reader_init(&reader, octets, forms[i].head + forms[i].len - 1);
		assert_int_equal(
		    flowspec_next(&reader, &value), FAULT_NLRI_FRAMING);
		assert_int_equal(reader.left, 0);
	}
}

/* What is encoded is decoded to the same value, and encoded the same again. */
static void
random_rules_survive_the_wire(void **state)
{
	static struct rule rule, again;
	struct random random = { 20260101 };
	uint8_t octets[FLOWSPEC_NLRI_MAX], twice[FLOWSPEC_NLRI_MAX];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned afi = i % 2 == 0 ? AFI_IPV4 : AFI_IPV6;
		struct writer writer, second;
		struct reader reader;
		struct span value;

		random_rule_wild(&random, afi, &rule);
		writer_init(&writer, octets, sizeof(octets));
		flowspec_encode(&rule, &writer);
		assert_false(writer.failed);
		reader_init(&reader, octets, writer.len);
		assert_int_equal(flowspec_next(&reader, &value), WIRE_OK);
		assert_true(reader_done(&reader));
		assert_int_equal(flowspec_decode(value, afi, &again), WIRE_OK);
		assert_true(rule_equal(&rule, &again));

		writer_init(&second, twice, sizeof(twice));
		flowspec_encode(&again, &second);
		assert_int_equal(second.len, writer.len);
		assert_memory_equal(octets, twice, writer.len);
	}
}

/* A rule that does not fit leaves the writer as it was. */
static void
rule_that_does_not_fit_writes_nothing(void **state)
{
	static const uint8_t octets[] = { 3, 0x81, 6 };
	uint8_t buf[4] = { 0 };
	struct writer writer;
	struct rule rule;

	(void)state;
	assert_int_equal(
	    flowspec_decode((struct span){ octets, 3 }, AFI_IPV4, &rule),
	    WIRE_OK);
	writer_init(&writer, buf, 3);
	flowspec_encode(&rule, &writer);
	assert_true(writer.failed);
	assert_int_equal(writer.len, 0);
	assert_int_equal(buf[0], 0);
}

#define SINGLE 6

int
main(void)
{
	struct CMUnitTest tests[ROWS + SINGLE] = {
		cmocka_unit_test(rule_beyond_the_cap_is_refused_by_name),
		cmocka_unit_test(long_malformed_rule_is_malformed),
		cmocka_unit_test(only_the_used_part_is_written),
		cmocka_unit_test(both_length_forms_are_framed),
		cmocka_unit_test(random_rules_survive_the_wire),
		cmocka_unit_test(rule_that_does_not_fit_writes_nothing),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[SINGLE + i].name = rows[i].name;
		tests[SINGLE + i].test_func = check_row;
		tests[SINGLE + i].initial_state = &rows[i];
	}
	return cmocka_run_group_tests_name("flowspec", tests, NULL, NULL);
}
