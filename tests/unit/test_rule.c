/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule.h"
#include "tests/lib/any_rule.h"

#define N(rows)      (sizeof(rows) / sizeof((rows)[0]))
#define RANDOM_RULES 20000
#define SEED         0x5eed1234abcd9876u

/* IPv4 rule of 192.0.2.0/24 and the given terms. */
static struct rule
rule4(const struct rule_term *terms, unsigned n)
{
	struct rule rule;

	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV4;
	rule.has = RULE_HAS_DST;
	rule.dst_len = 24;
	memcpy(rule.dst, (const uint8_t[]){ 192, 0, 2 }, 3);
	rule.n_terms = (uint16_t)n;
	memcpy(rule.terms, terms, n * sizeof(terms[0]));
	return rule;
}

/* One term before and after rule_canonical(). */
struct canonical_row {
	const char *name;
	unsigned afi;
	struct rule_term before;
	uint64_t value;
	uint8_t op;
};

static const struct canonical_row canonical_rows[] = {
	{ "first_and_is_cleared", AFI_IPV4,
	    { .type = RULE_PORT, .op = 0x41, .value = 25 }, 25, 0x01 },
	{ "end_and_length_are_cleared", AFI_IPV4,
	    { .type = RULE_PORT, .op = 0xb1, .value = 25 }, 25, 0x01 },
	{ "reserved_numeric_bit_is_cleared", AFI_IPV4,
	    { .type = RULE_PORT, .op = 0x0f, .value = 25 }, 25, 0x07 },
	{ "reserved_bitmask_bits_are_cleared", AFI_IPV4,
	    { .type = RULE_TCP_FLAGS, .op = 0x0f, .value = 2 }, 2, 0x03 },
	{ "dscp_has_6_bits", AFI_IPV4,
	    { .type = RULE_DSCP, .op = 1, .value = 0xff }, 0x3f, 1 },
	{ "tcp_flags_have_12_bits", AFI_IPV4,
	    { .type = RULE_TCP_FLAGS, .op = 1, .value = 0xf012 }, 0x012, 1 },
	{ "fragment_has_4_bits", AFI_IPV4,
	    { .type = RULE_FRAGMENT, .op = 1, .value = 0xf5 }, 0x05, 1 },
	{ "fragment_of_ipv6_has_no_df", AFI_IPV6,
	    { .type = RULE_FRAGMENT, .op = 1, .value = 0xf5 }, 0x04, 1 },
	{ "too_large_port_stays", AFI_IPV4,
	    { .type = RULE_PORT, .op = 1, .value = 0x1000000b3 }, 0x1000000b3,
	    1 },
	{ "too_large_protocol_stays", AFI_IPV4,
	    { .type = RULE_PROTO, .op = 1, .value = 256 }, 256, 1 },
	{ "zero_octets_are_cleared", AFI_IPV4,
	    { .type = RULE_PROTO, .op = 1, .value = 6, .zero = { 1, 2, 3 } }, 6,
	    1 },
};

/* What the RFCs say to ignore is cleared, once and for all. */
static void
canonical_term(void **state)
{
	const struct canonical_row *row = *state;
	struct rule rule = rule4(&row->before, 1), again;

	rule.afi = (uint8_t)row->afi;
	rule_canonical(&rule);
	assert_true(rule.terms[0].value == row->value);
	assert_int_equal(rule.terms[0].op, row->op);
	assert_true(rule_valid(&rule, rule_size(&rule)));

	again = rule;
	rule_canonical(&again);
	assert_true(rule_equal(&rule, &again));
}

/* The AND of a later term stays, of the next component's first one goes. */
static void
and_stays_within_a_component(void **state)
{
	struct rule_term terms[] = {
		{ .type = RULE_DST_PORT, .op = 0x43, .value = 1 },
		{ .type = RULE_DST_PORT, .op = 0x45, .value = 9 },
		{ .type = RULE_SRC_PORT, .op = 0x41, .value = 5 },
	};
	struct rule rule = rule4(terms, 3);

	(void)state;
	rule_canonical(&rule);
	assert_int_equal(rule.terms[0].op, 0x03);
	assert_int_equal(rule.terms[1].op, 0x45);
	assert_int_equal(rule.terms[2].op, 0x01);
}

/* Prefix bits outside offset..length, and all of an absent prefix, go. */
static void
pattern_bits_outside_are_cleared(void **state)
{
	struct rule rule;

	(void)state;
	memset(&rule, 0, sizeof(rule));
	memset(rule.dst, 0xff, sizeof(rule.dst));
	memset(rule.src, 0xff, sizeof(rule.src));
	rule.afi = AFI_IPV6;
	rule.has = RULE_HAS_DST | 0xf0;
	rule.dst_len = 21;
	rule.dst_offset = 3;
	rule.src_len = 40;
	rule.src_offset = 7;
	rule_canonical(&rule);
	assert_int_equal(rule.has, RULE_HAS_DST);
	assert_memory_equal(
	    rule.dst, ((const uint8_t[16]){ 0x1f, 0xff, 0xf8 }), 16);
	assert_memory_equal(rule.src, ((const uint8_t[16]){ 0 }), 16);
	assert_int_equal(rule.src_len, 0);
	assert_int_equal(rule.src_offset, 0);
	assert_true(rule_valid(&rule, rule_size(&rule)));
}

/* A change to a good rule (of three terms), after which it is none. */
struct bad_row {
	const char *name;
	void (*spoil)(struct rule *rule);
};

#define SPOIL(name, statement)                                                 \
	static void name(struct rule *rule)                                    \
	{                                                                      \
		statement;                                                     \
	}
SPOIL(no_family_is_refused, rule->afi = 0)
SPOIL(strange_family_is_refused, rule->afi = 25)
SPOIL(unknown_has_bit_is_refused, rule->has |= 4)
SPOIL(length_33_is_refused, rule->dst_len = 33)
SPOIL(offset_in_ipv4_is_refused, rule->dst_offset = 1)
SPOIL(host_bits_are_refused, rule->dst[3] = 1)
SPOIL(octets_past_ipv4_are_refused, rule->dst[15] = 1)
SPOIL(length_of_absent_source_is_refused, rule->src_len = 8)
SPOIL(address_of_absent_source_is_refused, rule->src[0] = 10)
SPOIL(absent_destination_with_data_is_refused, rule->has = 0)
SPOIL(type_2_term_is_refused, rule->terms[0].type = RULE_SRC)
SPOIL(type_0_term_is_refused, rule->terms[0].type = 0)
SPOIL(type_14_term_is_refused, rule->terms[2].type = 14)
SPOIL(flow_label_in_ipv4_is_refused, rule->terms[2].type = RULE_FLOW_LABEL)
SPOIL(descending_types_are_refused, rule->terms[2].type = RULE_PROTO)
SPOIL(first_and_is_refused, rule->terms[0].op |= RULE_OP_AND)
SPOIL(end_bit_is_refused, rule->terms[2].op |= 0x80)
SPOIL(length_bits_are_refused, rule->terms[2].op |= 0x10)
SPOIL(reserved_bit_is_refused, rule->terms[1].op |= 0x08)
SPOIL(lt_in_a_bitmask_is_refused, rule->terms[2].op |= RULE_OP_LT)
SPOIL(tcp_flags_above_12_bits_are_refused, rule->terms[2].value = 0x1000)
SPOIL(zero_octets_set_are_refused, rule->terms[1].zero[5] = 1)
#undef SPOIL

static const struct bad_row bad_rows[] = {
#define ROW(name)                                                              \
	{                                                                      \
#name, name                                                    \
	}
	ROW(no_family_is_refused),
	ROW(strange_family_is_refused),
	ROW(unknown_has_bit_is_refused),
	ROW(length_33_is_refused),
	ROW(offset_in_ipv4_is_refused),
	ROW(host_bits_are_refused),
	ROW(octets_past_ipv4_are_refused),
	ROW(length_of_absent_source_is_refused),
	ROW(address_of_absent_source_is_refused),
	ROW(absent_destination_with_data_is_refused),
	ROW(type_2_term_is_refused),
	ROW(type_0_term_is_refused),
	ROW(type_14_term_is_refused),
	ROW(flow_label_in_ipv4_is_refused),
	ROW(descending_types_are_refused),
	ROW(first_and_is_refused),
	ROW(end_bit_is_refused),
	ROW(length_bits_are_refused),
	ROW(reserved_bit_is_refused),
	ROW(lt_in_a_bitmask_is_refused),
	ROW(tcp_flags_above_12_bits_are_refused),
	ROW(zero_octets_set_are_refused),
#undef ROW
};

static struct rule
good_rule(void)
{
	static const struct rule_term terms[] = {
		{ .type = RULE_DST_PORT, .op = 0x03, .value = 1024 },
		{ .type = RULE_DST_PORT, .op = 0x45, .value = 2048 },
		{ .type = RULE_TCP_FLAGS, .op = 0x01, .value = 0x02 },
	};

	return rule4(terms, N(terms));
}

/* One thing wrong and the value is no rule. */
static void
spoilt_rule(void **state)
{
	const struct bad_row *row = *state;
	struct rule rule = good_rule();

	assert_true(rule_valid(&rule, rule_size(&rule)));
	row->spoil(&rule);
	assert_false(rule_valid(&rule, rule_size(&rule)));
}

/* The size must be that of the terms, whatever count the value claims. */
static void
size_must_fit_the_count(void **state)
{
	struct rule rule = good_rule();
	size_t size = rule_size(&rule);

	(void)state;
	assert_int_equal(size, RULE_SIZE_MIN + 3 * sizeof(rule.terms[0]));
	for (size_t i = 0; i < size; i++)
		assert_false(rule_valid(&rule, i));
	assert_false(rule_valid(&rule, size + 1));
	assert_false(rule_valid(&rule, size + sizeof(rule.terms[0])));
	assert_false(rule_valid(&rule, RULE_SIZE_MAX + 1));
	assert_false(rule_valid(&rule, SIZE_MAX));
	rule.n_terms = RULE_TERMS_MAX + 1;
	assert_int_equal(rule_size(&rule), RULE_SIZE_MAX);
	assert_false(rule_valid(&rule, RULE_SIZE_MAX));
	rule.n_terms = UINT16_MAX;
	assert_int_equal(rule_size(&rule), RULE_SIZE_MAX);
	assert_false(rule_valid(&rule, RULE_SIZE_MAX));
}

/* A rule without any component is none. */
static void
rule_without_component_is_refused(void **state)
{
	struct rule rule;

	(void)state;
	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV4;
	assert_false(rule_valid(&rule, rule_size(&rule)));
	rule.has = RULE_HAS_DST; /* 0.0.0.0/0 is one */
	assert_true(rule_valid(&rule, rule_size(&rule)));
}

/* IPv6 offsets are below the length, or both are zero (RFC 8956 3.1). */
static void
ipv6_offset_is_below_length(void **state)
{
	struct rule rule;

	(void)state;
	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV6;
	rule.has = RULE_HAS_SRC;
	assert_true(rule_valid(&rule, rule_size(&rule)));
	rule.src_offset = 1;
	assert_false(rule_valid(&rule, rule_size(&rule)));
	rule.src_len = 1;
	assert_false(rule_valid(&rule, rule_size(&rule)));
	rule.src_len = 2;
	assert_true(rule_valid(&rule, rule_size(&rule)));
	rule.src_len = 128;
	rule.src_offset = 127;
	assert_true(rule_valid(&rule, rule_size(&rule)));
	rule.src_len = 129;
	assert_false(rule_valid(&rule, rule_size(&rule)));
}

/* A value may stand at any address, and nothing past its size is read. */
static void
valid_reads_only_its_size(void **state)
{
	struct rule rule = good_rule();
	size_t size = rule_size(&rule);
	uint8_t *block = malloc(size + 1);

	(void)state;
	assert_non_null(block);
	memcpy(&block[1], &rule, size);
	assert_true(rule_valid((const void *)&block[1], size));
	free(block);
}

/* NLRI of RFC 8955 4.3 and RFC 8956 3.8, and values at each width. */
struct key_row {
	const char *name;
	struct rule rule;
	const char *hex;
};

#define V4_24 .afi = AFI_IPV4, .has = 1, .dst_len = 24, .dst = { 192, 0, 2 }
#define T(t, o, v)                                                             \
	{                                                                      \
		.type = (t), .op = (o), .value = (v)                           \
	}
static const struct key_row key_rows[] = {
	{ "rfc8955_4_3_1",
	    { V4_24, .n_terms = 2,
		.terms = { T(RULE_PROTO, 1, 6), T(RULE_PORT, 1, 25) } },
	    "0118c00002038106048119" },
	{ "rfc8955_4_3_2",
	    { .afi = AFI_IPV4,
		.has = 3,
		.dst_len = 24,
		.dst = { 192, 0, 2 },
		.src_len = 24,
		.src = { 203, 0, 113 },
		.n_terms = 3,
		.terms = { T(RULE_PORT, 3, 137), T(RULE_PORT, 0x45, 139),
		    T(RULE_PORT, 1, 8080) } },
	    "0118c000020218cb0071040389458b911f90" },
	{ "rfc8955_4_3_3",
	    { .afi = AFI_IPV4,
		.has = 1,
		.dst_len = 32,
		.dst = { 192, 0, 2, 1 },
		.n_terms = 1,
		.terms = { T(RULE_FRAGMENT, 0, 5) } },
	    "0120c00002010c8005" },
	{ "rfc8956_3_8_1",
	    { .afi = AFI_IPV6,
		.has = 3,
		.dst_len = 32,
		.dst = { 0x20, 0x01, 0x0d, 0xb8 },
		.src_len = 104,
		.src_offset = 64,
		.src = { 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x9a },
		.n_terms = 1,
		.terms = { T(RULE_PROTO, 1, 6) } },
	    "01200020010db8026840123456789a038106" },
	{ "rfc8956_3_8_2",
	    { .afi = AFI_IPV6,
		.has = 3,
		.dst_len = 32,
		.dst = { 0x20, 0x01, 0x0d, 0xb8 },
		.src_len = 104,
		.src_offset = 65,
		.src = { 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78,
		    0x9a } },
	    "01200020010db80268412468acf134" },
	{ "pattern_that_ends_at_the_last_bit",
	    { .afi = AFI_IPV6,
		.has = 1,
		.dst_len = 128,
		.dst_offset = 121,
		.dst = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x55 } },
	    "018079aa" },
	{ "default_prefixes", { .afi = AFI_IPV6, .has = 3 }, "010000020000" },
	{ "widths_1_2_4_8",
	    { .afi = AFI_IPV4,
		.n_terms = 6,
		.terms = { T(RULE_PORT, 1, 255), T(RULE_PORT, 1, 256),
		    T(RULE_PORT, 1, 65535), T(RULE_PORT, 1, 65536),
		    T(RULE_PORT, 1, 0xffffffff),
		    T(RULE_PORT, 0x41, 0x100000000) } },
	    "0401ff11010011ffff210001000021fffffffff10000000100000000" },
	{ "flow_label_has_4_octets",
	    { .afi = AFI_IPV6,
		.n_terms = 3,
		.terms = { T(RULE_FLOW_LABEL, 1, 1),
		    T(RULE_FLOW_LABEL, 1, 0xffffffff),
		    T(RULE_FLOW_LABEL, 1, 0x100000000) } },
	    "0d210000000121ffffffffb10000000100000000" },
	{ "tcp_flags_have_1_or_2_octets",
	    { .afi = AFI_IPV4,
		.n_terms = 2,
		.terms = { T(RULE_TCP_FLAGS, 1, 0xff),
		    T(RULE_TCP_FLAGS, 0x42, 0x100) } },
	    "0901ffd20100" },
	{ "end_bit_in_each_component",
	    { .afi = AFI_IPV4,
		.n_terms = 3,
		.terms = { T(RULE_DST_PORT, 1, 1), T(RULE_SRC_PORT, 1, 1),
		    T(RULE_DSCP, 1, 46) } },
	    "0581010681010b812e" },
};

/* The key is the NLRI value of the RFC, and the rule is valid. */
static void
key_of_rule(void **state)
{
	const struct key_row *row = *state;
	uint8_t key[RULE_KEY_MAX];
	char hex[2 * RULE_KEY_MAX + 1];
	size_t len = rule_key(&row->rule, key);

	assert_true(rule_valid(&row->rule, rule_size(&row->rule)));
	for (size_t i = 0; i < len; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", key[i]);
	assert_string_equal(hex, row->hex);
}

/* The longest rule fills RULE_KEY_MAX to the last octet. */
static void
longest_key(void **state)
{
	struct rule rule;
	uint8_t *key = malloc(RULE_KEY_MAX);
	unsigned first = RULE_TERMS_MAX - 10;

	(void)state;
	assert_non_null(key);
	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV6;
	rule.has = 3;
	rule.dst_len = rule.src_len = 128;
	rule.n_terms = RULE_TERMS_MAX;
	for (unsigned i = 0; i < RULE_TERMS_MAX; i++) {
		rule.terms[i].type = (uint8_t)(i < first ? 3 : 4 + (i - first));
		rule.terms[i].value = UINT64_MAX;
	}
	rule_canonical(&rule);
	assert_true(rule_valid(&rule, rule_size(&rule)));
	/* Three components hold at most 2 octets. */
	assert_int_equal(rule_key(&rule, key), RULE_KEY_MAX - 6 - 7 - 7);
	free(key);
}

/* Rules that are equal have equal keys, others other keys; keys read back. */
static void
random_rules_and_keys_agree(void **state)
{
	uint64_t seed = SEED;
	uint8_t octets[ANY_SOURCE_MAX];
	struct rule before;
	uint8_t key_before[RULE_KEY_MAX], key[RULE_KEY_MAX];
	size_t len_before = 0;

	(void)state;
	memset(&before, 0, sizeof(before));
	for (unsigned i = 0; i < RANDOM_RULES; i++) {
		struct any_source source = { octets, sizeof(octets), 0 };
		struct rule rule, back;
		size_t len;

		any_fill(&seed, octets, sizeof(octets));
		any_rule(&source, &rule);
		assert_true(rule_valid(&rule, rule_size(&rule)));
		len = rule_key(&rule, key);
		assert_in_range(len, 1, RULE_KEY_MAX);
		assert_int_equal(rule_from_key(rule.afi, key, len, &back), 0);
		assert_true(rule_equal(&rule, &back));
		assert_int_equal(rule_equal(&rule, &before),
		    rule.afi == before.afi && len == len_before &&
			memcmp(key, key_before, len) == 0);
		before = rule;
		memcpy(key_before, key, len);
		len_before = len;
	}
}

/* Whatever octets a value has: canonical form is reached at once, and no
 * check or size reaches past the value. */
static void
hostile_values_stay_in_bounds(void **state)
{
	uint64_t seed = SEED;
	struct rule *rule = malloc(sizeof(*rule)), again;

	(void)state;
	assert_non_null(rule);
	for (unsigned i = 0; i < RANDOM_RULES; i++) {
		any_fill(&seed, (uint8_t *)rule, sizeof(*rule));
		assert_in_range(rule_size(rule), RULE_SIZE_MIN, RULE_SIZE_MAX);
		(void)rule_valid(rule, sizeof(*rule));
		(void)rule_valid(rule, rule_size(rule));
		rule_canonical(rule);
		again = *rule;
		rule_canonical(&again);
		assert_memory_equal(rule, &again, sizeof(again));
	}
	free(rule);
}

/* A prefix with an offset, or none, is no prefix. */
static void
prefixes_of_rules(void **state)
{
	struct rule rule = good_rule();
	struct prefix prefix;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	assert_true(rule_dst_prefix(&rule, &prefix));
	assert_string_equal(
	    prefix_print(&prefix, text, sizeof(text)), "192.0.2.0/24");
	assert_true(prefix_valid(&prefix));
	assert_false(rule_src_prefix(&rule, &prefix));
	memset(&rule, 0, sizeof(rule));
	rule.afi = AFI_IPV6;
	rule.has = RULE_HAS_SRC;
	rule.src_len = 8;
	rule.src[0] = 0x20;
	assert_true(rule_src_prefix(&rule, &prefix));
	assert_string_equal(
	    prefix_print(&prefix, text, sizeof(text)), "2000::/8");
	rule.src_offset = 1;
	assert_false(rule_src_prefix(&rule, &prefix));
}

/* What the fields can hold, by component and family. */
static void
field_maxima(void **state)
{
	(void)state;
	assert_int_equal(rule_field_max(RULE_PROTO, AFI_IPV4), 255);
	assert_int_equal(rule_field_max(RULE_ICMP_CODE, AFI_IPV6), 255);
	assert_int_equal(rule_field_max(RULE_PORT, AFI_IPV4), 65535);
	assert_int_equal(rule_field_max(RULE_LENGTH, AFI_IPV4), 65535);
	assert_int_equal(rule_field_max(RULE_TCP_FLAGS, AFI_IPV4), 0xfff);
	assert_int_equal(rule_field_max(RULE_DSCP, AFI_IPV4), 63);
	assert_int_equal(rule_field_max(RULE_FRAGMENT, AFI_IPV4), 0x0f);
	assert_int_equal(rule_field_max(RULE_FRAGMENT, AFI_IPV6), 0x0e);
	assert_int_equal(rule_field_max(RULE_FLOW_LABEL, AFI_IPV6), 0xfffff);
	assert_int_equal(rule_field_max(RULE_FLOW_LABEL, AFI_IPV4), 0);
	assert_int_equal(rule_field_max(RULE_DST, AFI_IPV4), 0);
	assert_int_equal(rule_field_max(14, AFI_IPV6), 0);
}

/* The value has no padding and whole words: it is compared by octets. */
static void
rule_has_no_padding(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct rule_term), 16);
	assert_int_equal(RULE_SIZE_MIN, 8 + 2 * ADDRESS_MAX);
	assert_int_equal(RULE_SIZE_MAX, RULE_SIZE_MIN + 16 * RULE_TERMS_MAX);
}

#define FILL(tests, rows, function)                                            \
	for (size_t i = 0; i < N(rows); i++) {                                 \
		(tests)[i].name = (rows)[i].name;                              \
		(tests)[i].test_func = (function);                             \
		(tests)[i].initial_state = (void *)(uintptr_t) & (rows)[i];    \
	}

int
main(void)
{
	static struct CMUnitTest canonicals[N(canonical_rows)];
	static struct CMUnitTest bads[N(bad_rows)];
	static struct CMUnitTest keys[N(key_rows)];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(and_stays_within_a_component),
		cmocka_unit_test(pattern_bits_outside_are_cleared),
		cmocka_unit_test(size_must_fit_the_count),
		cmocka_unit_test(rule_without_component_is_refused),
		cmocka_unit_test(ipv6_offset_is_below_length),
		cmocka_unit_test(valid_reads_only_its_size),
		cmocka_unit_test(longest_key),
		cmocka_unit_test(random_rules_and_keys_agree),
		cmocka_unit_test(hostile_values_stay_in_bounds),
		cmocka_unit_test(prefixes_of_rules),
		cmocka_unit_test(field_maxima),
		cmocka_unit_test(rule_has_no_padding),
	};

	FILL(canonicals, canonical_rows, canonical_term)
	FILL(bads, bad_rows, spoilt_rule)
	FILL(keys, key_rows, key_of_rule)
	return cmocka_run_group_tests_name(
		   "canonical", canonicals, NULL, NULL) +
	       cmocka_run_group_tests_name("valid", bads, NULL, NULL) +
	       cmocka_run_group_tests_name("key", keys, NULL, NULL) +
	       cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
