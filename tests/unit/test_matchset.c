/* SPDX-License-Identifier: BSD-2-Clause */
/* The algebra of match sets: each trap of the RFCs by hand. */
#include "policy/matchset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/lib/rule_terms.h"
#include "tests/lib/soil.h"

#define V4  .afi = AFI_IPV4
#define V6  .afi = AFI_IPV6
#define FF  RULE_FRAGMENT_FF
#define ISF RULE_FRAGMENT_ISF
#define LF  RULE_FRAGMENT_LF
#define DF  RULE_FRAGMENT_DF

struct empty_row {
	const char *name;
	struct rule rule;
	bool want;
};

static const struct empty_row empty_rows[] = {
	{ "label_in_ipv4_matches_nothing", { V4, TERMS(T(FLOW_LABEL, EQ, 1)) },
	    true },
	{ "label_in_ipv6_matches", { V6, TERMS(T(FLOW_LABEL, EQ, 1)) }, false },
	{ "destination_alone_matches", { V4, DST(32, 192, 0, 2, 1) }, false },
	{ "icmp_protocol_with_a_port_matches_nothing",
	    { V4, TERMS(T(PROTO, EQ, 1), T(PORT, EQ, 80)) }, true },
	{ "icmp_type_with_a_port_matches_nothing",
	    { V4, TERMS(T(DST_PORT, EQ, 80), T(ICMP_TYPE, EQ, 8)) }, true },
	{ "icmp_type_with_flags_matches_nothing",
	    { V4, TERMS(T(ICMP_TYPE, EQ, 8), T(TCP_FLAGS, ALL, 2)) }, true },
	{ "icmp_type_under_icmp_matches",
	    { V4, TERMS(T(PROTO, EQ, 1), T(ICMP_TYPE, EQ, 8)) }, false },
	{ "icmp_type_under_icmpv6_number_in_ipv4_matches_nothing",
	    { V4, TERMS(T(PROTO, EQ, 58), T(ICMP_TYPE, EQ, 8)) }, true },
	{ "icmp_type_under_icmpv6_matches_in_ipv6",
	    { V6, TERMS(T(PROTO, EQ, 58), T(ICMP_TYPE, EQ, 128)) }, false },
	{ "icmp_type_under_icmp_number_in_ipv6_matches_nothing",
	    { V6, TERMS(T(PROTO, EQ, 1), T(ICMP_TYPE, EQ, 8)) }, true },
	{ "ports_under_gre_match_nothing",
	    { V4, TERMS(T(PROTO, EQ, 47), T(DST_PORT, EQ, 80)) }, true },
	{ "ports_under_a_list_with_udp_match",
	    { V4, TERMS(T(PROTO, EQ, 47), T(PROTO, EQ, 17),
		      T(DST_PORT, EQ, 80)) },
	    false },
	{ "flags_under_udp_match_nothing",
	    { V4, TERMS(T(PROTO, EQ, 17), T(TCP_FLAGS, ALL, 2)) }, true },
	{ "flags_under_tcp_match",
	    { V4, TERMS(T(PROTO, EQ, 6), T(TCP_FLAGS, ALL, 2)) }, false },
	{ "flags_set_and_not_set_match_nothing",
	    { V4, TERMS(T(TCP_FLAGS, ALL, 2), T(TCP_FLAGS, AND | NOT_ANY, 2)) },
	    true },
	{ "any_of_no_flags_matches_nothing",
	    { V4, TERMS(T(TCP_FLAGS, ANY, 0)) }, true },
	{ "later_fragment_with_a_port_matches_nothing",
	    { V4, TERMS(T(DST_PORT, EQ, 53), T(FRAGMENT, ALL, ISF)) }, true },
	{ "last_fragment_with_a_port_matches_nothing",
	    { V4, TERMS(T(DST_PORT, EQ, 53), T(FRAGMENT, ANY, LF)) }, true },
	{ "first_fragment_with_a_port_matches",
	    { V4, TERMS(T(DST_PORT, EQ, 53), T(FRAGMENT, ANY, FF)) }, false },
	{ "any_fragment_with_a_port_matches",
	    { V4, TERMS(T(DST_PORT, EQ, 53), T(FRAGMENT, ANY, FF | ISF)) },
	    false },
	{ "later_fragment_with_flags_matches_nothing",
	    { V4, TERMS(T(TCP_FLAGS, ALL, 2), T(FRAGMENT, ALL, ISF)) }, true },
	{ "later_fragment_with_icmp_type_matches_nothing",
	    { V4, TERMS(T(ICMP_TYPE, EQ, 8), T(FRAGMENT, ALL, ISF)) }, true },
	{ "later_fragment_of_udp_matches",
	    { V4, TERMS(T(PROTO, EQ, 17), T(FRAGMENT, ALL, ISF)) }, false },
	{ "first_and_later_at_once_matches_nothing",
	    { V4, TERMS(T(FRAGMENT, ALL, FF | ISF)) }, true },
	{ "last_and_not_later_matches_nothing",
	    { V4,
		TERMS(T(FRAGMENT, ALL, LF), T(FRAGMENT, AND | NOT_ANY, ISF)) },
	    true },
	{ "dont_fragment_on_a_fragment_can_be",
	    { V4, TERMS(T(FRAGMENT, ALL, DF | ISF | LF)) }, false },
	{ "no_fragment_bit_is_a_whole_packet",
	    { V4, TERMS(T(FRAGMENT, NOT_ANY, DF | ISF | FF | LF)) }, false },
	{ "dont_fragment_in_ipv6_matches_nothing",
	    { V6, TERMS(T(FRAGMENT, ANY, DF)) }, true },
	{ "two_ports_at_once_match_nothing",
	    { V4, TERMS(T(DST_PORT, EQ, 80), T(DST_PORT, AND | EQ, 81)) },
	    true },
	{ "one_port_is_not_two_though_a_packet_has_two",
	    { V4, TERMS(T(PORT, EQ, 80), T(PORT, AND | EQ, 81)) }, true },
	{ "port_either_side_beside_another_destination_matches",
	    { V4, TERMS(T(PORT, EQ, 80), T(DST_PORT, EQ, 81)) }, false },
	{ "port_outside_both_sides_matches_nothing",
	    { V4, TERMS(T(PORT, EQ, 80), T(DST_PORT, EQ, 81),
		      T(SRC_PORT, EQ, 82)) },
	    true },
	{ "crossed_lengths_match_nothing",
	    { V4, TERMS(T(LENGTH, GT, 1500), T(LENGTH, AND | LT, 100)) },
	    true },
	{ "length_beyond_its_field_matches_nothing",
	    { V4, TERMS(T(LENGTH, GT, 65535)) }, true },
	{ "length_below_beyond_its_field_matches",
	    { V4, TERMS(T(LENGTH, LT, 70000)) }, false },
	{ "wide_port_is_not_cut",
	    { V4, TERMS(T(DST_PORT, EQ, (UINT64_C(1) << 32) + 179)) }, true },
	{ "protocol_beyond_its_field_matches_nothing",
	    { V4, TERMS(T(PROTO, EQ, 262)) }, true },
	{ "false_matches_nothing", { V4, TERMS(T(DSCP, NO, 0)) }, true },
	{ "true_matches", { V4, TERMS(T(DSCP, YES, 0)) }, false },
	{ "flow_label_matches_in_ipv6",
	    { V6, TERMS(T(FLOW_LABEL, EQ, 0xfffff)) }, false },
	{ "flow_label_beyond_20_bits_matches_nothing",
	    { V6, TERMS(T(FLOW_LABEL, EQ, 0x100000)) }, true },
	{ "unequal_to_each_protocol_with_ports_leaves_none_for_ports",
	    { V4, TERMS(T(PROTO, NE, 6), T(PROTO, AND | NE, 17),
		      T(PORT, GE, 0)) },
	    true },
};
#define EMPTY_ROWS (sizeof(empty_rows) / sizeof(empty_rows[0]))

struct pair_row {
	const char *name;
	struct rule a, b;
	bool meet, a_contains_b, b_contains_a;
};

static const struct pair_row pair_rows[] = {
	{ "families_share_no_packet", { V4, TERMS(T(PROTO, EQ, 6)) },
	    { V6, TERMS(T(PROTO, EQ, 6)) }, false, false, false },
	{ "empty_lies_in_everything", { V4, DST(32, 192, 0, 2, 1) },
	    { V4, DST(32, 198, 51, 100, 1), TERMS(T(PROTO, NO, 0)) }, false,
	    true, false },
	{ "destinations_nest", { V4, DST(24, 192, 0, 2) },
	    { V4, DST(32, 192, 0, 2, 7) }, true, true, false },
	{ "destinations_apart", { V4, DST(32, 192, 0, 2, 6) },
	    { V4, DST(32, 192, 0, 2, 7) }, false, false, false },
	{ "spelled_otherwise_is_the_same", { V4, TERMS(T(DST_PORT, NE, 80)) },
	    { V4, TERMS(T(DST_PORT, LE, 79), T(DST_PORT, GE, 81)) }, true, true,
	    true },
	{ "any_port_asks_for_tcp_or_udp", { V4, TERMS(T(PORT, GE, 0)) },
	    { V4, TERMS(T(PROTO, EQ, 6), T(PROTO, EQ, 17),
		      T(FRAGMENT, NOT_ANY, ISF)) },
	    true, true, true },
	{ "no_component_is_more_than_any_port", { V4, DST(8, 10) },
	    { V4, DST(8, 10), TERMS(T(PORT, GE, 0)) }, true, true, false },
	{ "any_flag_value_asks_for_tcp", { V4, TERMS(T(TCP_FLAGS, ALL, 0)) },
	    { V4, TERMS(T(PROTO, EQ, 6), T(FRAGMENT, NOT_ANY, ISF)) }, true,
	    true, true },
	{ "any_icmp_code_asks_for_icmp", { V4, TERMS(T(ICMP_CODE, GE, 0)) },
	    { V4, TERMS(T(PROTO, EQ, 1), T(FRAGMENT, NOT_ANY, ISF)) }, true,
	    true, true },
	{ "tcp_and_udp_are_apart", { V4, TERMS(T(PROTO, EQ, 6)) },
	    { V4, TERMS(T(PROTO, EQ, 17)) }, false, false, false },
	{ "either_port_holds_the_destination_port",
	    { V4, TERMS(T(PORT, EQ, 53)) }, { V4, TERMS(T(DST_PORT, EQ, 53)) },
	    true, true, false },
	{ "either_port_holds_the_source_port", { V4, TERMS(T(PORT, EQ, 53)) },
	    { V4, TERMS(T(SRC_PORT, EQ, 53)) }, true, true, false },
	{ "two_either_ports_meet_crosswise", { V4, TERMS(T(PORT, EQ, 53)) },
	    { V4, TERMS(T(PORT, EQ, 123)) }, true, false, false },
	{ "two_either_ports_with_one_side_fixed_are_apart",
	    { V4, TERMS(T(PORT, EQ, 53), T(DST_PORT, EQ, 99)) },
	    { V4, TERMS(T(PORT, EQ, 123)) }, false, false, false },
	{ "three_ports_on_two_sides_are_apart",
	    { V4, TERMS(T(PORT, EQ, 53), T(DST_PORT, EQ, 99)) },
	    { V4, TERMS(T(PORT, EQ, 123), T(SRC_PORT, NE, 123)) }, false, false,
	    false },
	{ "either_port_of_two_lists_is_not_contained",
	    { V4, TERMS(T(PORT, EQ, 53)) },
	    { V4, TERMS(T(PORT, EQ, 53), T(PORT, EQ, 123)) }, true, false,
	    true },
	{ "either_port_forced_to_one_side_lies_in_it",
	    { V4, TERMS(T(SRC_PORT, EQ, 53)) },
	    { V4, TERMS(T(PORT, EQ, 53), T(DST_PORT, EQ, 80)) }, true, true,
	    false },
	{ "either_port_forced_to_one_side_equals_it",
	    { V4, TERMS(T(SRC_PORT, EQ, 53), T(DST_PORT, EQ, 80)) },
	    { V4, TERMS(T(PORT, EQ, 53), T(DST_PORT, EQ, 80)) }, true, true,
	    true },
	{ "flags_nest", { V4, TERMS(T(TCP_FLAGS, ALL, 2)) },
	    { V4, TERMS(T(TCP_FLAGS, ALL, 0x12)) }, true, true, false },
	{ "flags_apart", { V4, TERMS(T(TCP_FLAGS, ALL, 2)) },
	    { V4, TERMS(T(TCP_FLAGS, NOT_ANY, 2)) }, false, false, false },
	{ "one_flag_any_is_all", { V4, TERMS(T(TCP_FLAGS, ANY, 2)) },
	    { V4, TERMS(T(TCP_FLAGS, ALL, 2)) }, true, true, true },
	{ "flags_apart_where_udp_would_do",
	    { V4, TERMS(T(PORT, EQ, 53), T(TCP_FLAGS, ALL, 2)) },
	    { V4, TERMS(T(PROTO, EQ, 17), T(PORT, EQ, 53)) }, false, false,
	    false },
	{ "fragments_and_ports_are_apart", { V4, TERMS(T(PORT, EQ, 53)) },
	    { V4, TERMS(T(PROTO, EQ, 17), T(FRAGMENT, ALL, ISF)) }, false,
	    false, false },
	{ "last_fragment_is_a_later_one", { V4, TERMS(T(FRAGMENT, ALL, ISF)) },
	    { V4, TERMS(T(FRAGMENT, ALL, LF)) }, true, true, false },
	{ "first_and_later_fragments_are_apart",
	    { V4, TERMS(T(FRAGMENT, ALL, ISF)) },
	    { V4, TERMS(T(FRAGMENT, ALL, FF)) }, false, false, false },
	{ "lengths_touch_at_one_value", { V4, TERMS(T(LENGTH, LE, 512)) },
	    { V4, TERMS(T(LENGTH, GE, 512)) }, true, false, false },
	{ "lengths_just_apart", { V4, TERMS(T(LENGTH, LT, 512)) },
	    { V4, TERMS(T(LENGTH, GE, 512)) }, false, false, false },
	{ "codes_apart", { V4, TERMS(T(DSCP, EQ, 46)) },
	    { V4, TERMS(T(DSCP, EQ, 8)) }, false, false, false },
	{ "full_field_is_no_narrower", { V4, DST(8, 10) },
	    { V4, DST(8, 10), TERMS(T(DSCP, LE, 63)) }, true, true, true },
	{ "flags_set_or_not_are_all_but_in_later_fragments",
	    { V4, TERMS(T(PROTO, EQ, 6), T(TCP_FLAGS, ALL, 2),
		      T(TCP_FLAGS, NOT_ANY, 2)) },
	    { V4, TERMS(T(PROTO, EQ, 6)) }, true, false, true },
	{ "flags_set_or_not_are_all_of_whole_packets",
	    { V4, TERMS(T(PROTO, EQ, 6), T(TCP_FLAGS, ALL, 2),
		      T(TCP_FLAGS, NOT_ANY, 2), T(FRAGMENT, NOT_ANY, 0x0e)) },
	    { V4, TERMS(T(PROTO, EQ, 6), T(FRAGMENT, NOT_ANY, 0x0e)) }, true,
	    true, true },
	{ "flags_set_are_not_all_of_whole_packets",
	    { V4, TERMS(T(PROTO, EQ, 6), T(TCP_FLAGS, ALL, 2),
		      T(FRAGMENT, NOT_ANY, 0x0e)) },
	    { V4, TERMS(T(PROTO, EQ, 6), T(FRAGMENT, NOT_ANY, 0x0e)) }, true,
	    false, true },
	{ "labels_apart", { V6, TERMS(T(FLOW_LABEL, EQ, 1)) },
	    { V6, TERMS(T(FLOW_LABEL, EQ, 2)) }, false, false, false },
	{ "offset_pattern_crosses_a_prefix",
	    { V6, .dst_offset = 64, DST(72, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	    { V6, DST(64, 0x20, 1, 0x0d, 0xb8) }, true, false, false },
	{ "offset_pattern_holds_a_host",
	    { V6, .dst_offset = 64, DST(72, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	    { V6, DST(128, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 1) }, true, true,
	    false },
	{ "offset_pattern_misses_a_host",
	    { V6, .dst_offset = 64, DST(72, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	    { V6, DST(128, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 2) }, false, false,
	    false },
};
#define PAIR_ROWS (sizeof(pair_rows) / sizeof(pair_rows[0]))

/* A rule is empty just when the row says that no packet can match. */
static void
emptiness_is(void **state)
{
	const struct empty_row *row = *state;
	struct rule rule = rule_of(&row->rule);

	assert_int_equal(matchset_empty(&rule), row->want);
	assert_int_equal(matchset_intersects(&rule, &rule), !row->want);
	assert_true(matchset_equal(&rule, &rule));
}

/* Two rules relate as the row says, whichever is named first. */
static void
relation_is(void **state)
{
	const struct pair_row *row = *state;
	struct rule a = rule_of(&row->a);
	struct rule b = rule_of(&row->b);

	assert_int_equal(matchset_intersects(&a, &b), row->meet);
	assert_int_equal(matchset_intersects(&b, &a), row->meet);
	stack_soil();
	assert_int_equal(matchset_contains(&a, &b), row->a_contains_b);
	stack_soil();
	assert_int_equal(matchset_contains(&b, &a), row->b_contains_a);
	assert_int_equal(
	    matchset_equal(&a, &b), row->a_contains_b && row->b_contains_a);
}

/* The more specific destination precedes, but not itself and not a stranger. */
static void
precedence_needs_a_shared_packet(void **state)
{
	static const struct rule host = { V4, DST(32, 192, 0, 2, 7) };
	static const struct rule net = { V4, DST(24, 192, 0, 2) };
	static const struct rule other = { V4, DST(24, 198, 51, 100) };

	(void)state;
	assert_true(matchset_precedes(&host, &net));
	assert_false(matchset_precedes(&net, &host));
	assert_false(matchset_precedes(&host, &host));
	assert_false(matchset_precedes(&host, &other));
	assert_false(matchset_precedes(&other, &host));
}

int
main(void)
{
	static struct CMUnitTest tests[EMPTY_ROWS + PAIR_ROWS + 1] = {
		[EMPTY_ROWS + PAIR_ROWS] =
		    cmocka_unit_test(precedence_needs_a_shared_packet),
	};

	for (size_t i = 0; i < EMPTY_ROWS; i++) {
		tests[i].name = empty_rows[i].name;
		tests[i].test_func = emptiness_is;
		tests[i].initial_state = (void *)(uintptr_t)&empty_rows[i];
	}
	for (size_t i = 0; i < PAIR_ROWS; i++) {
		struct CMUnitTest *test = &tests[EMPTY_ROWS + i];

		test->name = pair_rows[i].name;
		test->test_func = relation_is;
		test->initial_state = (void *)(uintptr_t)&pair_rows[i];
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
