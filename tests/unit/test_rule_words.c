/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule_words.c: the tables hold together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule.h"
#include "policy/rule_words.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct rule_word *const tables[] = { rule_words_type,
	rule_words_protocol, rule_words_icmp, rule_words_dscp,
	rule_words_tcp_flag, rule_words_fragment };

/* Every name is found, with its own number: no name stands twice. */
static void
every_name_is_found(void **state)
{
	(void)state;
	for (size_t t = 0; t < N(tables); t++) {
		for (size_t i = 0; tables[t][i].name != NULL; i++) {
			const char *name = tables[t][i].name;
			unsigned number;

			assert_true(rule_words_find(
			    tables[t], name, strlen(name), &number));
			assert_int_equal(number, tables[t][i].number);
		}
	}
}

/* Every component type has a word to be printed with. */
static void
every_type_has_a_word(void **state)
{
	(void)state;
	for (unsigned type = RULE_DST; type <= RULE_TYPE_MAX; type++)
		assert_non_null(rule_words_name(rule_words_type, type));
	assert_null(rule_words_name(rule_words_type, 0));
	assert_null(rule_words_name(rule_words_type, RULE_TYPE_MAX + 1));
}

/* Letters of either case are equal; a part of a name is not the name. */
static void
names_are_whole_and_of_any_case(void **state)
{
	unsigned number = 99;

	(void)state;
	assert_true(rule_words_find(rule_words_protocol, "UdP", 3, &number));
	assert_int_equal(number, 17);
	assert_false(rule_words_find(rule_words_protocol, "ud", 2, &number));
	assert_false(rule_words_find(rule_words_protocol, "udp6", 4, &number));
	assert_false(rule_words_find(rule_words_protocol, "", 0, &number));
}

/* No set of flag letters in their printed order is the name of a flag. */
static void
letters_are_no_names(void **state)
{
	(void)state;
	for (unsigned flags = 1; flags < 256; flags++) {
		char letters[9];
		size_t n = 0;
		unsigned number;

		for (unsigned bit = 0; bit < 8; bit++) {
			if (flags >> bit & 1)
				letters[n++] = RULE_WORDS_TCP_LETTERS[bit];
		}
		assert_false(
		    rule_words_find(rule_words_tcp_flag, letters, n, &number));
	}
}

/* The numbers are IANA's: protocols, and ICMP types. */
static void
numbers_are_those_of_iana(void **state)
{
	static const struct rule_word protocols[] = { { "icmp", 1 },
		{ "igmp", 2 }, { "tcp", 6 }, { "egp", 8 }, { "igp", 9 },
		{ "udp", 17 }, { "rsvp", 46 }, { "gre", 47 }, { "esp", 50 },
		{ "ah", 51 }, { "icmp6", 58 }, { "icmpv6", 58 },
		{ "ipv6-icmp", 58 }, { "ospf", 89 }, { "pim", 103 },
		{ "vrrp", 112 }, { "sctp", 132 } };
	static const struct rule_word types[] = { { "echo-reply", 0 },
		{ "unreachable", 3 }, { "source-quench", 4 }, { "redirect", 5 },
		{ "echo-request", 8 }, { "router-advertisement", 9 },
		{ "router-solicit", 10 }, { "time-exceeded", 11 },
		{ "parameter-problem", 12 }, { "timestamp", 13 },
		{ "timestamp-reply", 14 }, { "info-request", 15 },
		{ "info-reply", 16 }, { "mask-request", 17 },
		{ "mask-reply", 18 } };
	unsigned number;

	(void)state;
	for (size_t i = 0; i < N(protocols); i++) {
		assert_true(rule_words_find(rule_words_protocol,
		    protocols[i].name, strlen(protocols[i].name), &number));
		assert_int_equal(number, protocols[i].number);
	}
	for (size_t i = 0; i < N(types); i++) {
		assert_true(rule_words_find(rule_words_icmp, types[i].name,
		    strlen(types[i].name), &number));
		assert_int_equal(number, types[i].number);
	}
}

/* RFC 2474: class n is 8 n; RFC 2597: class x of drop precedence y is 8 x + 2
 * y. */
static void
dscp_numbers_follow_their_names(void **state)
{
	unsigned number;

	(void)state;
	for (unsigned class = 0; class < 8; class ++) {
		char cs[] = { 'c', 's', (char)('0' + class) };

		assert_true(
		    rule_words_find(rule_words_dscp, cs, sizeof(cs), &number));
		assert_int_equal(number, 8 * class);
	}
	for (unsigned i = 0; i < 12; i++) {
		unsigned class = 1 + i / 3;
		unsigned drop = 1 + i % 3;
		char af[] = { 'a', 'f', (char)('0' + class),
			(char)('0' + drop) };

		assert_true(
		    rule_words_find(rule_words_dscp, af, sizeof(af), &number));
		assert_int_equal(number, 8 * class + 2 * drop);
	}
	assert_true(rule_words_find(rule_words_dscp, "ef", 2, &number));
	assert_int_equal(number, 46);
	assert_true(rule_words_find(rule_words_dscp, "be", 2, &number));
	assert_int_equal(number, 0);
}

/* TCP's flags are numbered as they stand in its octets (RFC 9293 3.1, NS as in
 * RFC 3540), fragments as RFC 8955 4.2.2.12 does. */
static void
flag_numbers_are_those_of_the_header(void **state)
{
	static const struct rule_word flags[] = { { "fin", 0x01 },
		{ "syn", 0x02 }, { "rst", 0x04 }, { "psh", 0x08 },
		{ "push", 0x08 }, { "ack", 0x10 }, { "urg", 0x20 },
		{ "urgent", 0x20 }, { "ece", 0x40 }, { "cwr", 0x80 },
		{ "ns", 0x100 } };
	static const struct rule_word fragments[] = { { "not-a-fragment", 0 },
		{ "dont-fragment", 1 }, { "is-fragment", 2 },
		{ "first-fragment", 4 }, { "last-fragment", 8 } };
	unsigned number;

	(void)state;
	for (size_t i = 0; i < N(flags); i++) {
		assert_true(rule_words_find(rule_words_tcp_flag, flags[i].name,
		    strlen(flags[i].name), &number));
		assert_int_equal(number, flags[i].number);
	}
	for (size_t i = 0; i < N(fragments); i++) {
		assert_true(rule_words_find(rule_words_fragment,
		    fragments[i].name, strlen(fragments[i].name), &number));
		assert_int_equal(number, fragments[i].number);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found),
		cmocka_unit_test(every_type_has_a_word),
		cmocka_unit_test(names_are_whole_and_of_any_case),
		cmocka_unit_test(letters_are_no_names),
		cmocka_unit_test(numbers_are_those_of_iana),
		cmocka_unit_test(dscp_numbers_follow_their_names),
		cmocka_unit_test(flag_numbers_are_those_of_the_header),
	};

	return cmocka_run_group_tests_name("rule_words", tests, NULL, NULL);
}
