/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule_print.c, and that what it prints parses to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule_text.h"
#include "tests/lib/any_rule.h"

#define N(rows)   (sizeof(rows) / sizeof((rows)[0]))
#define TEXT_MAX  (RULE_TEXT_MAX + ACTION_TEXT_MAX)
#define BIT(kind) ACTION_BIT(ACTION_##kind)
#define RULES     200000
#define RATES     100000
#define SEED      0x9e3779b97f4a7c15u

/* A set and its text. */
struct action_row {
	const char *text;
	struct action_set set;
};

static const struct action_row action_rows[] = {
	{ "accept", { 0 } },
	{ "discard", { .present = BIT(RATE_BYTES) } },
	{ "rate-limit 9600",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x46160000 } },
	{ "rate-limit 0.1",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x3dcccccd } },
	{ "rate-limit 9600.5",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x46160200 } },
	{ "rate-limit 16777216",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x4b800000 } },
	{ "rate-limit 10000000000",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x501502f9 } },
	{ "rate-limit 340282350000000000000000000000000000000",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x7f7fffff } },
	{ "rate-limit 0.000000000000000000000000000000000000000000001",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 1 } },
	{ "rate-limit 0x7f800000",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x7f800000 } },
	{ "rate-limit 0xffc00000",
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0xffc00000 } },
	{ "rate-limit-packets 0", { .present = BIT(RATE_PACKETS) } },
	{ "action none", { .present = BIT(TRAFFIC) } },
	{ "action sample",
	    { .present = BIT(TRAFFIC), .flags = ACTION_SAMPLE } },
	{ "action terminal",
	    { .present = BIT(TRAFFIC), .flags = ACTION_CONTINUE } },
	{ "action sample-terminal",
	    { .present = BIT(TRAFFIC),
		.flags = ACTION_SAMPLE | ACTION_CONTINUE } },
	{ "redirect 65000:4294967295",
	    { .present = BIT(REDIRECT),
		.redirect = { 0x80, 8, 0xfd, 0xe8, 255, 255, 255, 255 } } },
	{ "redirect 10.0.0.1:100",
	    { .present = BIT(REDIRECT),
		.redirect = { 0x81, 8, 10, 0, 0, 1, 0, 100 } } },
	{ "redirect 1.10:100",
	    { .present = BIT(REDIRECT),
		.redirect = { 0x82, 8, 0, 1, 0, 10, 0, 100 } } },
	{ "redirect 0.100:100",
	    { .present = BIT(REDIRECT),
		.redirect = { 0x82, 8, 0, 0, 0, 100, 0, 100 } } },
	{ "mark 63", { .present = BIT(MARK), .dscp = 63 } },
	{ "redirect-rt6 2001:db8::1:100",
	    { .present = BIT(REDIRECT_RT6),
		.redirect_rt6 = { 0, 0x0d, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
		    0, 0, 0, 0, 0, 0, 0, 1, 0, 100 } } },
	{ "redirect-nexthop", { .present = BIT(REDIRECT_NEXTHOP) } },
	{ "redirect-nexthop copy", { .present = BIT(REDIRECT_NEXTHOP),
				       .flags = ACTION_COPY_NEXTHOP } },
	{ "redirect-to-ip 192.0.2.1", { .present = BIT(REDIRECT_IP4),
					  .redirect_ip4 = { 192, 0, 2, 1 } } },
	{ "redirect-to-ip 192.0.2.1 local 258 copy",
	    { .present = BIT(REDIRECT_IP4),
		.flags = ACTION_COPY_IP4,
		.redirect_ip4 = { 192, 0, 2, 1, 1, 2 } } },
	{ "redirect-to-ip 2001:db8:: copy",
	    { .present = BIT(REDIRECT_IP6),
		.flags = ACTION_COPY_IP6,
		.redirect_ip6 = { 0, 0x0c, 0x20, 0x01, 0x0d, 0xb8 } } },
	{ "interface-set transitive:input:65000:1",
	    { .present = BIT(INTERFACE_SET),
		.interface_set = { 7, 2, 0, 0, 0xfd, 0xe8, 0x40, 1 } } },
	{ "interface-set non-transitive:input-output:4294967295:16383",
	    { .present = BIT(INTERFACE_SET),
		.interface_set = { 0x47, 2, 255, 255, 255, 255, 255, 255 } } },
	{ "rate-limit-packets 1 action sample mark 0",
	    { .present = BIT(RATE_PACKETS) | BIT(TRAFFIC) | BIT(MARK),
		.flags = ACTION_SAMPLE,
		.rate_packets = 0x3f800000 } },
};

/* A set prints as its text, which parses back to the set. */
static void
set_prints(void **state)
{
	const struct action_row *row = *state;
	char text[TEXT_MAX], whole[TEXT_MAX];
	struct rule_text_error error;
	struct action_set back;
	struct rule rule, rule_back;

	assert_true(action_valid(&row->set));
	assert_int_equal(
	    action_print(&row->set, text, sizeof(text)), strlen(row->text));
	assert_string_equal(text, row->text);

	assert_int_equal(rule_parse("match port =1", &rule, &back, &error), 0);
	(void)rule_print(&rule, &row->set, whole, sizeof(whole));
	assert_memory_equal(whole, "match port =1 then ", 19);
	assert_string_equal(&whole[19], row->text);
	assert_int_equal(rule_parse(whole, &rule_back, &back, &error), 0);
	assert_true(action_equal(&row->set, &back));
}

/* Print, parse, compare; returns the length of the text. */
static size_t
same_again(const struct rule *rule, const struct action_set *set)
{
	char text[TEXT_MAX];
	struct rule_text_error error;
	struct action_set set_back;
	struct rule rule_back;
	size_t len = rule_print(rule, set, text, sizeof(text));

	assert_int_equal(len, strlen(text));
	assert_true(len + 1 < sizeof(text));
	if (rule_parse(text, &rule_back, &set_back, &error) != 0)
		fail_msg("%s: column %zu: %s, wanted %s", text, error.column,
		    error.found, error.wanted);
	if (!rule_equal(rule, &rule_back) || !action_equal(set, &set_back))
		fail_msg("%s: another rule", text);
	return len;
}

/* Every rule and every action set parses to itself. */
static void
random_rules_parse_to_themselves(void **state)
{
	uint64_t seed = SEED;
	uint8_t octets[ANY_SOURCE_MAX];
	struct action_set set;
	struct rule rule;

	(void)state;
	for (unsigned i = 0; i < RULES; i++) {
		struct any_source source = { octets, sizeof(octets), 0 };
		/* Few rules have the terms for all these octets. */
		size_t n = i % 16 == 0 ? sizeof(octets) : 256;

		any_fill(&seed, octets, n);
		source.len = n;
		any_rule(&source, &rule);
		any_actions(&source, &set);
		assert_true(rule_valid(&rule, rule_size(&rule)));
		assert_true(action_valid(&set));
		(void)same_again(&rule, &set);
	}
}

/* Every rate parses to the same float. */
static void
random_rates_parse_to_themselves(void **state)
{
	uint64_t seed = SEED;
	struct rule_text_error error;
	struct action_set none;
	struct rule rule;

	(void)state;
	assert_int_equal(rule_parse("match port =1", &rule, &none, &error), 0);
	for (unsigned i = 0; i < RATES; i++) {
		struct action_set set = { .present = BIT(RATE_BYTES) };

		any_fill(&seed, (uint8_t *)&set.rate_bytes, 4);
		set.rate_bytes &= 0x7fffffff;
		(void)same_again(&rule, &set);
	}
}

/* 128 terms of one type, each as long as can be. */
static struct rule
long_rule(unsigned type, unsigned op, uint64_t value)
{
	struct rule rule;

	memset(&rule, 0, sizeof(rule));
	rule.afi = type == RULE_FLOW_LABEL ? AFI_IPV6 : AFI_IPV4;
	if (type == RULE_FLOW_LABEL) {
		rule.has = RULE_HAS_DST | RULE_HAS_SRC;
		rule.dst_len = rule.src_len = 128;
		rule.dst_offset = rule.src_offset = 100;
		memset(rule.dst, 0xff, ADDRESS_MAX);
		memset(rule.src, 0xff, ADDRESS_MAX);
	}
	rule.n_terms = RULE_TERMS_MAX;
	for (unsigned i = 0; i < RULE_TERMS_MAX; i++) {
		rule.terms[i].type = (uint8_t)type;
		rule.terms[i].op = (uint8_t)(op | RULE_OP_AND);
		rule.terms[i].value = value;
	}
	rule_canonical(&rule);
	return rule;
}

/* RULE_TEXT_MAX and ACTION_TEXT_MAX hold the longest that there can be. */
static void
longest_texts_fit(void **state)
{
	struct action_set set;
	uint8_t octets[ANY_SOURCE_MAX];
	struct any_source source = { octets, sizeof(octets), 0 };
	char text[TEXT_MAX];

	(void)state;
	memset(octets, 0xff, sizeof(octets));
	any_actions(&source, &set);
	set.present = ACTION_BIT(ACTION_KINDS) - 1;
	set.rate_bytes = set.rate_packets = 0x00400001;
	memset(set.redirect, 0xff, sizeof(set.redirect));
	memset(set.redirect_ip4, 0xfe, 6);
	memset(set.interface_set, 0xff, sizeof(set.interface_set));
	set.redirect[0] = 0x80;
	set.redirect[1] = 0x08;
	set.interface_set[0] = 0x47;
	set.interface_set[1] = 0x02;
	assert_true(action_valid(&set));
	assert_in_range(action_print(&set, text, sizeof(text)), 1,
	    ACTION_TEXT_MAX - strlen(" then ") - 1);

	for (unsigned type = RULE_PROTO; type <= RULE_FLOW_LABEL; type++) {
		for (unsigned op = 0; op < 8; op++) {
			struct rule rule = long_rule(type, op, UINT64_MAX);

			assert_in_range(
			    rule_print(&rule, NULL, text, sizeof(text)), 1,
			    RULE_TEXT_MAX - 1);
			(void)same_again(&rule, &set);
		}
	}
}

/* A text is cut to its room, ends in its NUL, and no octet past is touched. */
static void
print_never_passes_its_buffer(void **state)
{
	struct rule_text_error error;
	struct action_set set;
	struct rule rule;
	char whole[TEXT_MAX];
	size_t len;

	(void)state;
	assert_int_equal(rule_parse("match destination 2001:db8::/32 protocol "
				    "=6 tcp-flags =S fragment !is-fragment "
				    "then rate-limit 0.5 mark 7",
			     &rule, &set, &error),
	    0);
	len = rule_print(&rule, &set, whole, sizeof(whole));
	for (size_t size = 0; size <= len + 2; size++) {
		char *block = malloc(size > 0 ? size : 1);
		size_t cut = len < size ? len : size - 1;

		assert_non_null(block);
		if (size == 0)
			cut = 0;
		assert_int_equal(rule_print(&rule, &set, block, size), cut);
		assert_memory_equal(block, whole, cut);
		if (size > 0)
			assert_int_equal(block[cut], '\0');
		free(block);
	}
}

/* Bits go by name, all of them together too; a value with more has none. */
static void
bits_print_by_name_as_far_as_they_have_one(void **state)
{
	static const struct {
		uint64_t value;
		uint8_t type;
		const char *text;
	} told[] = {
		{ 0x0, RULE_FRAGMENT, "match fragment not-a-fragment" },
		{ 0x1, RULE_FRAGMENT, "match fragment dont-fragment" },
		{ 0x8, RULE_FRAGMENT, "match fragment last-fragment" },
		{ 0xf, RULE_FRAGMENT,
		    "match fragment dont-fragment+is-fragment+first-fragment"
		    "+last-fragment" },
		{ 0x10, RULE_FRAGMENT, "match fragment 0x10" },
		{ 0x0, RULE_TCP_FLAGS, "match tcp-flags 0x0" },
		{ 0xff, RULE_TCP_FLAGS, "match tcp-flags FSRPAUEC" },
		{ 0x100, RULE_TCP_FLAGS, "match tcp-flags 0x100" },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < N(told); i++) {
		struct rule rule = { .afi = AFI_IPV4, .n_terms = 1 };

		rule.terms[0].type = told[i].type;
		rule.terms[0].value = told[i].value;
		(void)rule_print(&rule, NULL, text, sizeof(text));
		assert_string_equal(text, told[i].text);
	}
}

/* Either half is left out on demand. */
static void
halves_print_alone(void **state)
{
	struct rule_text_error error;
	struct action_set set;
	struct rule rule;
	char text[64];

	(void)state;
	assert_int_equal(
	    rule_parse("match port =53 then discard", &rule, &set, &error), 0);
	(void)rule_print(&rule, NULL, text, sizeof(text));
	assert_string_equal(text, "match port =53");
	(void)rule_print(NULL, &set, text, sizeof(text));
	assert_string_equal(text, "then discard");
	assert_int_equal(rule_print(NULL, NULL, text, sizeof(text)), 0);
	assert_string_equal(text, "");
}

/* Values that passed no check print without harm. */
static void
hostile_values_print(void **state)
{
	uint64_t seed = SEED;
	struct action_set set;
	struct rule rule;
	char text[256];

	(void)state;
	for (unsigned i = 0; i < RULES / 20; i++) {
		any_fill(&seed, (uint8_t *)&rule, sizeof(rule));
		any_fill(&seed, (uint8_t *)&set, sizeof(set));
		assert_in_range(rule_print(&rule, &set, text, i % sizeof(text)),
		    0, sizeof(text) - 1);
	}
}

int
main(void)
{
	struct CMUnitTest sets[N(action_rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_rules_parse_to_themselves),
		cmocka_unit_test(random_rates_parse_to_themselves),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(print_never_passes_its_buffer),
		cmocka_unit_test(bits_print_by_name_as_far_as_they_have_one),
		cmocka_unit_test(halves_print_alone),
		cmocka_unit_test(hostile_values_print),
	};

	for (size_t i = 0; i < N(action_rows); i++) {
		sets[i].name = action_rows[i].text;
		sets[i].test_func = set_prints;
		sets[i].initial_state = (void *)(uintptr_t)&action_rows[i];
	}
	return cmocka_run_group_tests_name("actions", sets, NULL, NULL) +
	       cmocka_run_group_tests_name("rule_print", tests, NULL, NULL);
}
