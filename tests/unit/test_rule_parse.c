/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/rule_parse*.c: the forms that are taken, and the errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/rule_text.h"

#define N(rows)  (sizeof(rows) / sizeof((rows)[0]))
#define TEXT_MAX (RULE_TEXT_MAX + ACTION_TEXT_MAX)

/* A text and the one way in which it is printed. */
struct good_row {
	const char *name;
	const char *text;
	const char *printed;
};

static const struct good_row good_rows[] = {
	{ "printed_form",
	    "match destination 203.0.113.7/32 protocol =17 source-port =53 "
	    "then discard",
	    "match destination 203.0.113.7/32 protocol =17 source-port =53 "
	    "then discard" },
	{ "no_then_is_no_action", "match port 53",
	    "match port =53 then accept" },
	{ "accept_is_no_action", "match port 53 then accept",
	    "match port =53 then accept" },
	{ "components_in_any_order",
	    "match port =53 source 10.0.0.0/8 destination 192.0.2.0/24",
	    "match destination 192.0.2.0/24 source 10.0.0.0/8 port =53 "
	    "then accept" },
	{ "terms_keep_their_order", "match port =9 =7 &>5 dscp 3 protocol 2 1",
	    "match protocol =2 =1 port =9 =7&>5 dscp =3 then accept" },
	{ "blanks_anywhere_in_a_term", "match port >= 1024 & <= 65535 == 80",
	    "match port >=1024&<=65535 =80 then accept" },
	{ "dscp_always_with_the_largest_value", "match dscp always:63 =63",
	    "match dscp always:63 =63 then accept" },
	{ "no_blanks_in_a_list", "match port >=1024&<=65535&!=2000",
	    "match port >=1024&<=65535&!=2000 then accept" },
	{ "shell_quotes", "match port '>=1&<=5' \"=9\" then 'discard'",
	    "match port >=1&<=5 =9 then discard" },
	{ "range", "match port 80-90", "match port >=80&<=90 then accept" },
	{ "range_after_and", "match port !=85 &80-90",
	    "match port !=85&>=80&<=90 then accept" },
	{ "hexadecimal_value", "match port =0x50",
	    "match port =80 then accept" },
	{ "value_beyond_its_field", "match port =18446744073709551615",
	    "match port =18446744073709551615 then accept" },
	{ "true_and_false", "match port true &false =1",
	    "match port always&never =1 then accept" },
	{ "always_with_value", "match port always:7 &never:9",
	    "match port always:7&never:9 then accept" },
	{ "protocol_names", "match protocol TCP =udp !=icmp",
	    "match protocol =6 =17 !=1 then accept" },
	{ "icmp_names", "match icmp-type echo-request &redirect",
	    "match icmp-type =8&=5 then accept" },
	{ "dscp_names", "match dscp ef >=cs1 then mark af11",
	    "match dscp =46 >=8 then mark 10" },
	{ "tcp_letters", "match tcp-flags =SA&!=F !R FSRPAUEC",
	    "match tcp-flags =SA&!=F !R FSRPAUEC then accept" },
	{ "tcp_names", "match tcp-flags syn+ack =ACK !ece",
	    "match tcp-flags SA =A !E then accept" },
	{ "tcp_numbers", "match tcp-flags =0x102 =0 2",
	    "match tcp-flags =0x102 =0x0 S then accept" },
	{ "tcp_ns", "match tcp-flags ns", "match tcp-flags 0x100 then accept" },
	{ "fragments",
	    "match fragment =is-fragment !first-fragment+last-fragment",
	    "match fragment =is-fragment !first-fragment+last-fragment "
	    "then accept" },
	{ "fragment_numbers", "match fragment =0 !=5",
	    "match fragment =not-a-fragment "
	    "!=dont-fragment+first-fragment then accept" },
	{ "ipv6_prefix", "match destination 2001:DB8::/32",
	    "match destination 2001:db8::/32 then accept" },
	{ "address_is_a_host", "match destination 192.0.2.1",
	    "match destination 192.0.2.1/32 then accept" },
	{ "ipv6_offset_of_gobgp", "match destination ::12:0:0:0:0/64 60",
	    "match destination 0:0:0:2::/64 60 then accept" },
	{ "ipv6_offset_of_exabgp",
	    "match source ::1234:5678:9a00:0/104/64 protocol 6",
	    "match source ::1234:5678:9a00:0/104 64 protocol =6 then accept" },
	{ "ipv6_offset_0", "match destination 2001:db8::1/128/0 source ::/0 0",
	    "match destination 2001:db8::1/128 source ::/0 then accept" },
	{ "ipv6_without_prefix", "ipv6 match protocol 58",
	    "ipv6 match protocol =58 then accept" },
	{ "ipv6_said_twice", "ipv6 match destination ::/0",
	    "match destination ::/0 then accept" },
	{ "ipv4_said", "ipv4 match protocol 58",
	    "match protocol =58 then accept" },
	{ "label_is_ipv6", "match label =100", "match label =100 then accept" },
	{ "next_header_is_ipv6", "match next-header tcp",
	    "ipv6 match protocol =6 then accept" },
	{ "every_component",
	    "match destination 192.0.2.0/24 source 10.0.0.0/8 protocol =6 "
	    "port =1 destination-port =2 source-port =3 icmp-type =4 "
	    "icmp-code =5 tcp-flags =S packet-length =6 dscp =7 "
	    "fragment =is-fragment then discard",
	    "match destination 192.0.2.0/24 source 10.0.0.0/8 protocol =6 "
	    "port =1 destination-port =2 source-port =3 icmp-type =4 "
	    "icmp-code =5 tcp-flags =S packet-length =6 dscp =7 "
	    "fragment =is-fragment then discard" },
	{ "every_action",
	    "match port 1 then rate-limit 1 rate-limit-packets 2 action sample "
	    "redirect 65000:1 mark 3 redirect-rt6 ::1:2 redirect-nexthop copy "
	    "redirect-ip 192.0.2.1 redirect-ip6 ::1 copy "
	    "interface-set transitive:output:1:2",
	    "match port =1 then rate-limit 1 rate-limit-packets 2 "
	    "action sample redirect 65000:1 mark 3 redirect-rt6 ::1:2 "
	    "redirect-nexthop copy redirect-to-ip 192.0.2.1 "
	    "redirect-to-ip ::1 copy interface-set transitive:output:1:2" },
	{ "rate_0_is_discard", "match port 1 then rate-limit 0",
	    "match port =1 then discard" },
	{ "rate_with_as", "match port 1 then rate-limit 9600.5 as 65000 mark 1",
	    "match port =1 then rate-limit 9600.5 mark 1" },
	{ "nearest_float", "match port 1 then rate-limit 16777217",
	    "match port =1 then rate-limit 16777216" },
	{ "redirect_of_large_as", "match port 1 then redirect 65536:1",
	    "match port =1 then redirect 1.0:1" },
	{ "redirect_of_larger_as", "match port 1 then redirect 131072:1",
	    "match port =1 then redirect 2.0:1" },
	{ "redirect_of_ipv6_target",
	    "match port 1 then redirect 2001:db8::1:100",
	    "match port =1 then redirect-rt6 2001:db8::1:100" },
	{ "redirect_to_ip_of_both_families",
	    "match port 1 then redirect-to-ip 192.0.2.1 copy "
	    "redirect-to-ip 2001:db8::1",
	    "match port =1 then redirect-to-ip 192.0.2.1 copy "
	    "redirect-to-ip 2001:db8::1" },
	{ "exabgp_block",
	    "match { destination 10.1.0.1/32; protocol udp; "
	    "destination-port =53; } then { discard; }",
	    "match destination 10.1.0.1/32 protocol =17 destination-port =53 "
	    "then discard" },
	{ "exabgp_route",
	    "flow route optional-name {\n\tmatch {\n\t\tsource 10.0.0.0/24;\n"
	    "\t\tdestination-port [ =80 =8080 ];\n\t\tpacket-length [ "
	    ">200&<300 >400&<500 ];\n\t\tfragment [ is-fragment ];\n"
	    "\t\ttcp-flags [ SYN ];\n\t}\n\tthen {\n\t\trate-limit 9600;\n"
	    "\t}\n}\n",
	    "match source 10.0.0.0/24 destination-port =80 =8080 tcp-flags S "
	    "packet-length >200&<300 >400&<500 fragment is-fragment "
	    "then rate-limit 9600" },
	{ "exabgp_nested",
	    "flow { route name { match { port 1; } then { mark 1; } } }",
	    "match port =1 then mark 1" },
	{ "exabgp_api",
	    "announce flow route source 4.0.0.0/24 destination 127.0.0.0/24 "
	    "protocol [ udp ] source-port [ =53 ] destination-port [ =80 ] "
	    "packet-length [ =777 =1122 ] fragment [ is-fragment "
	    "dont-fragment ] rate-limit 1024",
	    "match destination 127.0.0.0/24 source 4.0.0.0/24 protocol =17 "
	    "destination-port =80 source-port =53 packet-length =777 =1122 "
	    "fragment is-fragment dont-fragment then rate-limit 1024" },
	{ "exabgp_api_braces",
	    "announce flow route { match { port 1; } then { discard; } }",
	    "match port =1 then discard" },
	{ "exabgp_ipv6_host",
	    "match { destination 2a02:b80:0:1::1/128/0; next-header [ =tcp ]; "
	    "flow-label 2013; } then { redirect 65000:100; }",
	    "match destination 2a02:b80:0:1::1/128 protocol =6 label =2013 "
	    "then redirect 65000:100" },
	{ "exabgp_nexthop", "match { port 1; } then { redirect-to-nexthop; }",
	    "match port =1 then redirect-nexthop" },
	{ "exabgp_interface_set",
	    "match { port 1; } then { interface-set [ "
	    "non-transitive:input:254:254 ]; }",
	    "match port =1 then interface-set non-transitive:input:254:254" },
	{ "junos_block",
	    "match { destination 10.0.1.1/32; protocol udp; "
	    "destination-port [ 53 80-90 ]; } then discard",
	    "match destination 10.0.1.1/32 protocol =17 "
	    "destination-port =53 >=80&<=90 then discard" },
	{ "junos_route",
	    "route block-10 { match { icmp-type echo-request; } then { "
	    "sample; next-term; routing-instance target:65000:100; } }",
	    "match icmp-type =8 then action sample-terminal "
	    "redirect 65000:100" },
	{ "junos_bits_per_second", "match port 1 then rate-limit 1m",
	    "match port =1 then rate-limit 125000" },
	{ "junos_kilobits", "match port 1 then { rate-limit 100k; }",
	    "match port =1 then rate-limit 12500" },
	{ "junos_tcp_flags", "match { tcp-flags \"syn & !ack\"; } then discard",
	    "match tcp-flags S&!A then discard" },
	{ "junos_semicolons", "match { port 1;; }; then { discard };",
	    "match port =1 then discard" },
};

/* Either form is the same rule, printed in one way, which parses to it. */
static void
text_is_taken(void **state)
{
	const struct good_row *row = *state;
	struct rule_text_error error;
	struct action_set set, set_back;
	struct rule rule, rule_back;
	char text[TEXT_MAX];

	if (rule_parse(row->text, &rule, &set, &error) != 0)
		fail_msg("column %zu: %s, wanted %s", error.column, error.found,
		    error.wanted);
	assert_true(rule_valid(&rule, rule_size(&rule)));
	assert_true(action_valid(&set));
	(void)rule_print(&rule, &set, text, sizeof(text));
	assert_string_equal(text, row->printed);
	assert_int_equal(rule_parse(text, &rule_back, &set_back, &error), 0);
	assert_true(rule_equal(&rule, &rule_back));
	assert_true(action_equal(&set, &set_back));
}

/* A text that is refused, where, what stood there and what was wanted. */
struct bad_row {
	const char *text;
	size_t column;
	const char *found, *wanted;
};

static const struct bad_row bad_rows[] = {
	{ "", 1, "end of text", "a component" },
	{ "match", 6, "end of text", "a component" },
	{ "then discard", 13, "end of text", "a component" },
	{ "match then discard", 19, "end of text", "a component" },
	{ "deny port 1", 1, "deny", "\"match\"" },
	{ "match colour 1", 7, "colour", "a component or \"then\"" },
	{ "match port", 11, "end of text", "a value" },
	{ "match port then discard", 12, "then", "a value" },
	{ "match port http", 12, "http", "a number" },
	{ "match port =http", 13, "http", "a number" },
	{ "match port &1", 12, "&1", "a value" },
	{ "match port 1 &&2", 15, "&2", "a value" },
	{ "match port 1 &", 15, "end of text", "a value" },
	{ "match port 1 >=", 16, "end of text", "a value" },
	{ "match port > = 1", 14, "=", "an operator: = < <= > >= !=" },
	{ "match port =>1", 12, "=>1", "an operator: = < <= > >= !=" },
	{ "match port !1", 12, "!1", "an operator: = < <= > >= !=" },
	{ "match port =80=443", 13, "80=443", "a number" },
	{ "match port 90-80", 12, "90-80", "a number" },
	{ "match port >80-90", 13, "80-90", "a number" },
	{ "match port =true", 13, "true", "a number" },
	{ "match port true:x", 17, "x", "a number" },
	{ "match port 18446744073709551616", 12, "18446744073709551616",
	    "a number" },
	{ "match port [ 1 2", 17, "end of text", "]" },
	{ "match port [ ] then discard", 14, "]", "a value" },
	{ "match port [ [ 1 ] ]", 14, "[", "a value" },
	{ "match port 1 port 2", 14, "port", "each component once" },
	{ "match next-header 1 protocol 2", 21, "protocol",
	    "each component once" },
	{ "match dscp 64", 12, "64", "a DSCP, 0 to 63 or a name" },
	{ "match dscp always:64", 19, "64", "a DSCP, 0 to 63 or a name" },
	{ "match tcp-flags Q", 17, "Q",
	    "TCP flags: letters of FSRPAUEC, names, or 0 to 0xfff" },
	{ "match tcp-flags 0x1000", 17, "0x1000",
	    "TCP flags: letters of FSRPAUEC, names, or 0 to 0xfff" },
	{ "match tcp-flags syn+", 21, "end of text",
	    "TCP flags: letters of FSRPAUEC, names, or 0 to 0xfff" },
	{ "match fragment <1", 16, "<1", "an operator: = ! !=" },
	{ "match fragment 16", 16, "16", "a kind of fragment, or 0 to 15" },
	{ "match destination 10.0.0.1/24", 19, "10.0.0.1/24",
	    "a prefix, ADDRESS/LENGTH, with no bit set past its length" },
	{ "match destination ; port 1", 19, ";", "a prefix" },
	{ "match destination 10.0.0.0/8/0 port 1", 29, "/0",
	    "no offset in IPv4" },
	{ "match destination ::/64/64", 25, "64",
	    "an offset below the prefix length" },
	{ "match destination ::/64 64", 25, "64",
	    "an offset below the prefix length" },
	{ "match destination ::/0 source 10.0.0.0/8", 31, "10.0.0.0/8",
	    "one address family" },
	{ "match destination 10.0.0.0/8 label 1", 36, "1",
	    "one address family" },
	{ "match destination 10.0.0.0/8 next-header 6", 30, "next-header",
	    "one address family" },
	{ "ipv6 match destination 10.0.0.0/8", 24, "10.0.0.0/8",
	    "one address family" },
	{ "match destination ::/0 fragment dont-fragment then discard", 33,
	    "dont-fragment",
	    "what there is in IPv6 (no dont-fragment, no ICMP names)" },
	{ "match icmp-type redirect destination ::/0", 17, "redirect",
	    "what there is in IPv6 (no dont-fragment, no ICMP names)" },
	{ "match port 1 then", 18, "end of text", "an action" },
	{ "match port 1 then {}", 20, "}", "an action" },
	{ "match port 1 then drop", 19, "drop", "an action" },
	{ "match port 1 then discard port 2", 27, "port", "an action" },
	{ "match port 1 then discard rate-limit 5", 27, "rate-limit",
	    "each action once" },
	{ "match port 1 then rate-limit", 29, "end of text",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit -1", 30, "-1",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit 1e9", 30, "1e9",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit nan", 30, "nan",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit 1.2.3", 30, "1.2.3",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit .5", 30, ".5",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit 0x80000000", 30, "0x80000000",
	    "a rate, as 9600 or 9600.5" },
	{ "match port 1 then rate-limit "
	  "400000000000000000000000000000000000000",
	    30, "400000000000000000000000000000000000000",
	    "a rate that a float holds" },
	{ "match port 1 then rate-limit 5 as 65536", 35, "65536",
	    "an AS number, 0 to 65535" },
	{ "match port 1 then action stop", 26, "stop",
	    "sample, terminal, sample-terminal or none" },
	{ "match port 1 then mark 64", 24, "64", "a DSCP, 0 to 63 or a name" },
	{ "match port 1 then redirect 192.0.2.1", 28, "192.0.2.1",
	    "a route target: 65000:100, 192.0.2.1:100 or 1.10:100" },
	{ "match port 1 then redirect 65536:65536", 28, "65536:65536",
	    "a route target: 65000:100, 192.0.2.1:100 or 1.10:100" },
	{ "match port 1 then redirect 4294967296:1", 28, "4294967296:1",
	    "a route target: 65000:100, 192.0.2.1:100 or 1.10:100" },
	{ "match port 1 then redirect-rt6 ::1", 32, "::1",
	    "IPV6-ADDRESS:NUMBER" },
	{ "match port 1 then redirect-to-ip x", 34, "x", "an address" },
	{ "match port 1 then redirect-to-ip ::1 local x", 44, "x",
	    "an even number, 0 to 65534 (odd ones say \"copy\")" },
	{ "match port 1 then redirect-to-ip ::1 local 3", 44, "3",
	    "an even number, 0 to 65534 (odd ones say \"copy\")" },
	{ "match port 1 then interface-set transitive:up:1:1", 33,
	    "transitive:up:1:1", "an interface set, transitive:input:65000:1" },
	{ "match port 1 then interface-set transitive:input:1:16384", 33,
	    "transitive:input:1:16384",
	    "an interface set, transitive:input:65000:1" },
	{ "match { port 1; ", 17, "end of text", "}" },
	{ "match { port 1; then { discard; }", 17, "then", "a component or }" },
	{ "match { port 1; discard; }", 17, "discard", "a component or }" },
	{ "match port 1 }", 14, "}", "no brace: none is open" },
	{ "match { port 1; } discard", 19, "discard", "\"then\"" },
	{ "match { port 1; } then { discard; } mark 1", 37, "mark", "the end" },
	{ "match { port 1; } match { port 2; }", 19, "match", "\"then\"" },
	{ "match port 1 { }", 14, "{", "a component or \"then\"" },
	{ "{ match port 1 }", 1, "{", "\"match\"" },
	{ "flow route x { route y { match { port 1; } } }", 16, "route",
	    "\"match\"" },
	{ "match port ~1", 12, "~1", "a number" },
	{ "match port 1 then \x1b[2J", 19, "?", "an action" },
};

/* The error says where, what is there and what should be; nothing is kept. */
static void
text_is_refused(void **state)
{
	const struct bad_row *row = *state;
	struct rule_text_error error;
	struct action_set set, none;
	struct rule rule;

	memset(&none, 0, sizeof(none));
	assert_int_equal(rule_parse(row->text, &rule, &set, &error), -1);
	assert_string_equal(error.wanted, row->wanted);
	assert_string_equal(error.found, row->found);
	assert_int_equal(error.column, row->column);
	assert_int_equal(rule.afi, AFI_NONE);
	assert_int_equal(rule.n_terms, 0);
	assert_true(action_equal(&set, &none));
}

/* 128 values are a rule, one more is not. */
static void
too_many_values_are_refused(void **state)
{
	struct rule_text_error error;
	struct action_set set;
	struct rule rule;
	char text[TEXT_MAX] = "match port";

	(void)state;
	for (unsigned i = 0; i < RULE_TERMS_MAX; i++)
		memcpy(&text[10 + 3 * i], " =1", 4);
	assert_int_equal(rule_parse(text, &rule, &set, &error), 0);
	assert_int_equal(rule.n_terms, RULE_TERMS_MAX);
	memcpy(&text[10 + 3 * RULE_TERMS_MAX], " =1", 4);
	assert_int_equal(rule_parse(text, &rule, &set, &error), -1);
	assert_string_equal(error.wanted, "at most 128 values in all");
}

/* Far too long, or far too deep, is refused. */
static void
overlong_text_is_refused(void **state)
{
	struct rule_text_error error;
	struct action_set set;
	struct rule rule;
	char *text = malloc(100001);

	(void)state;
	assert_non_null(text);
	memset(text, '{', 100000);
	text[100000] = '\0';
	assert_int_equal(rule_parse(text, &rule, &set, &error), -1);
	assert_string_equal(error.wanted, "a shorter text");
	text[1000] = '\0';
	assert_int_equal(rule_parse(text, &rule, &set, &error), -1);
	free(text);
}

int
main(void)
{
	static struct CMUnitTest goods[N(good_rows)];
	static struct CMUnitTest bads[N(bad_rows)];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_many_values_are_refused),
		cmocka_unit_test(overlong_text_is_refused),
	};

	for (size_t i = 0; i < N(good_rows); i++) {
		goods[i].name = good_rows[i].name;
		goods[i].test_func = text_is_taken;
		goods[i].initial_state = (void *)(uintptr_t)&good_rows[i];
	}
	for (size_t i = 0; i < N(bad_rows); i++) {
		bads[i].name = bad_rows[i].text;
		bads[i].test_func = text_is_refused;
		bads[i].initial_state = (void *)(uintptr_t)&bad_rows[i];
	}
	return cmocka_run_group_tests_name("taken", goods, NULL, NULL) +
	       cmocka_run_group_tests_name("refused", bads, NULL, NULL) +
	       cmocka_run_group_tests_name("rule_parse", tests, NULL, NULL);
}
