/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of test_judge.c: what is done to a good question, and what judge
 * says to it. */
#pragma once

#include "tests/unit/judge_rows_own.h"

/* clang-format off */
#define SESSION_ROWS(ROW) \
ROW(customer_missing_is_refused, SESSION, UNJUDGED, REFUSED, \
	s->q.customer = NULL) \
ROW(session_not_authenticated_is_refused, SESSION, NOT_AUTHENTICATED, REFUSED, \
	s->q.authenticated = false) \
ROW(customer_off_is_refused, SESSION, CUSTOMER_OFF, REFUSED, \
	s->customer.mode = CUSTOMER_OFF) \
ROW(customer_of_unknown_mode_is_refused, SESSION, CUSTOMER_OFF, REFUSED, \
	s->customer.mode = 9) \
ROW(first_as_of_another_is_refused, SESSION, FIRST_AS, REFUSED, \
	s->q.wire_reason = REASON_FIRST_AS) \
ROW(as_path_empty_is_refused, SESSION, AS_PATH_LENGTH, REFUSED, \
	s->q.wire_reason = REASON_AS_PATH_LENGTH) \
ROW(as_path_with_our_as_is_refused, SESSION, AS_PATH_INVALID, REFUSED, \
	s->q.wire_reason = REASON_AS_PATH_INVALID)

#define FORM_ROWS(ROW) \
ROW(wire_reason_missing_is_refused, FORM, UNJUDGED, REFUSED, \
	s->q.wire_reason = REASON_UNJUDGED) \
ROW(malformed_value_is_refused, FORM, MALFORMED, REFUSED, \
	s->q.wire_reason = REASON_MALFORMED; s->q.rule = NULL) \
ROW(malformed_attribute_is_refused, FORM, ATTRIBUTES, REFUSED, \
	s->q.wire_reason = REASON_ATTRIBUTES) \
ROW(too_many_terms_is_refused, FORM, TOO_MANY_TERMS, REFUSED, \
	s->q.wire_reason = REASON_TOO_MANY_TERMS) \
ROW(wire_reason_monitor_is_not_believed, FORM, MALFORMED, REFUSED, \
	s->q.wire_reason = REASON_MONITOR) \
ROW(wire_reason_wide_is_not_believed, FORM, MALFORMED, REFUSED, \
	s->q.wire_reason = REASON_WIDE) \
ROW(wire_reason_out_of_list_is_not_believed, FORM, MALFORMED, REFUSED, \
	s->q.wire_reason = 0xffff) \
ROW(rule_missing_is_refused, FORM, UNJUDGED, REFUSED, \
	s->q.rule = NULL) \
ROW(action_set_missing_is_refused, FORM, UNJUDGED, REFUSED, \
	s->q.actions = NULL) \
ROW(family_unknown_is_refused, FORM, MALFORMED, REFUSED, \
	s->rule.afi = 25) \
ROW(term_count_beyond_the_cap_is_refused, FORM, MALFORMED, REFUSED, \
	s->rule.n_terms = RULE_TERMS_MAX + 1) \
ROW(component_unknown_is_refused, FORM, MALFORMED, REFUSED, \
	judge_scene_term(s, 14, EQ, 1)) \
ROW(component_zero_is_refused, FORM, MALFORMED, REFUSED, \
	judge_scene_term(s, 0, EQ, 0)) \
ROW(flow_label_in_ipv4_is_refused, FORM, MALFORMED, REFUSED, \
	judge_scene_term(s, RULE_FLOW_LABEL, EQ, 0)) \
ROW(destination_offset_is_refused, FORM, IPV6_OFFSET, REFUSED, \
	judge_scene_dst(s, "2001:db8:113::/64"); s->rule.dst_offset = 8) \
ROW(source_offset_is_refused, FORM, IPV6_OFFSET, REFUSED, \
	judge_scene_dst(s, "2001:db8:113::/64"); \
	s->rule.has |= RULE_HAS_SRC; s->rule.src_len = 64; \
	s->rule.src_offset = 1) \
ROW(protocol_256_is_refused, FORM, VALUE_RANGE, REFUSED, \
	judge_scene_term(s, RULE_PROTO, EQ, 256)) \
ROW(port_65536_is_refused, FORM, VALUE_RANGE, REFUSED, \
	judge_scene_term(s, RULE_DST_PORT, EQ, 65536)) \
ROW(length_65536_is_refused, FORM, VALUE_RANGE, REFUSED, \
	judge_scene_term(s, RULE_LENGTH, RULE_OP_LT, 65536)) \
ROW(value_of_64_bits_is_refused, FORM, VALUE_RANGE, REFUSED, \
	judge_scene_term(s, RULE_SRC_PORT, RULE_OP_GT, UINT64_MAX)) \
ROW(second_value_out_of_range_is_refused, FORM, VALUE_RANGE, REFUSED, \
	judge_scene_list(s, RULE_ICMP_TYPE, 254, 2)) \
ROW(contradiction_is_refused, FORM, MATCHES_NOTHING, REFUSED, \
	judge_scene_term(s, RULE_LENGTH, RULE_OP_GT, 900); \
	judge_scene_term(s, RULE_LENGTH, RULE_OP_AND | RULE_OP_LT, 800)) \
ROW(port_of_protocol_without_ports_is_refused, FORM, MATCHES_NOTHING, REFUSED, \
	judge_scene_term(s, RULE_PROTO, EQ, 47); \
	judge_scene_term(s, RULE_DST_PORT, EQ, 53)) \
ROW(icmp_type_with_port_is_refused, FORM, ICMP_WITH_PORTS, REFUSED, \
	judge_scene_term(s, RULE_PORT, EQ, 53); \
	judge_scene_term(s, RULE_ICMP_TYPE, EQ, 8)) \
ROW(icmp_code_with_source_port_is_refused, FORM, ICMP_WITH_PORTS, REFUSED, \
	judge_scene_term(s, RULE_SRC_PORT, EQ, 53); \
	judge_scene_term(s, RULE_ICMP_CODE, EQ, 0)) \
ROW(long_list_with_rate_is_refused, FORM, NOT_EXPRESSIBLE, REFUSED, \
	s->customer.actions.bytes.max = 1e6; judge_scene_rate(s, 9000); \
	judge_scene_list(s, RULE_DST_PORT, 1000, 12)) \
ROW(no_dialect_in_use_is_refused, FORM, NOT_EXPRESSIBLE, REFUSED, \
	s->q.dialects = 0) \
ROW(dialect_unknown_is_refused, FORM, NOT_EXPRESSIBLE, REFUSED, \
	s->q.dialects |= JUDGE_DIALECT_BIT(DIALECT_COUNT)) \
ROW(dialect_none_in_use_is_refused, FORM, NOT_EXPRESSIBLE, REFUSED, \
	s->q.dialects |= JUDGE_DIALECT_BIT(DIALECT_NONE)) \
ROW(action_kind_out_of_list_is_refused, FORM, NOT_EXPRESSIBLE, REFUSED, \
	s->actions.present |= 0x8000; s->customer.actions.kinds = UINT32_MAX) \
ROW(very_long_list_is_refused, FORM, TOO_MANY_PARTS, REFUSED, \
	judge_scene_list(s, RULE_DST_PORT, 1000, 120))

#define SCOPE_ROWS(ROW) \
ROW(no_destination_is_refused, SCOPE, NO_DESTINATION, REFUSED, \
	s->rule.has = 0; s->rule.dst_len = 0; \
	memset(s->rule.dst, 0, ADDRESS_MAX); \
	judge_scene_term(s, RULE_PROTO, EQ, 17)) \
ROW(destination_too_wide_is_refused, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "203.0.112.0/23")) \
ROW(default_route_is_refused, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "0.0.0.0/0")) \
ROW(destination_too_narrow_is_refused, SCOPE, PREFIX_LENGTH, REFUSED, \
	s->customer.ipv4.max_len = 30) \
ROW(destination6_too_wide_is_refused, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "2001:db8:112::/47")) \
ROW(component_not_allowed_is_refused, SCOPE, COMPONENT, REFUSED, \
	s->customer.components &= ~(1u << RULE_PROTO); \
	judge_scene_term(s, RULE_PROTO, EQ, 17)) \
ROW(destination_not_allowed_is_refused, SCOPE, COMPONENT, REFUSED, \
	s->customer.components &= ~(1u << RULE_DST)) \
ROW(source_not_allowed_is_refused, SCOPE, COMPONENT, REFUSED, \
	s->customer.components &= ~(1u << RULE_SRC); \
	s->rule.has |= RULE_HAS_SRC) \
ROW(wide_destination_is_held, SCOPE, WIDE, HELD, \
	judge_scene_dst(s, "203.0.113.0/24")) \
ROW(wide_destination6_is_held, SCOPE, WIDE, HELD, \
	judge_scene_dst(s, "2001:db8:113::/48")) \
ROW(wide_destination_in_monitor_mode_is_held, SCOPE, WIDE, HELD, \
	judge_scene_dst(s, "203.0.113.0/24"); \
	s->customer.mode = CUSTOMER_MONITOR) \
ROW(wide_destination_approved_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->q.approved = true) \
ROW(approval_does_not_widen_the_window, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "203.0.112.0/23"); s->q.approved = true) \
ROW(window_without_hold_refuses_wide, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->customer.ipv4.hold_from = 25) \
ROW(wide_and_foreign_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	judge_scene_dst(s, "198.51.100.0/24")) \
ROW(wide_and_over_quota_is_refused, QUOTA, QUOTA_RULES, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->q.rules_held = 50) \
ROW(denied_wide_rule_is_refused, SCOPE, DENIED, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->q.denied = true) \
ROW(denied_outweighs_approved, SCOPE, DENIED, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->q.denied = true; \
	s->q.approved = true)

#define OWNERSHIP_ROWS(ROW) \
ROW(owner_of_foreign_prefix_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	judge_scene_dst(s, "203.0.114.7/32")) \
ROW(owner_without_prefixes_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	prefix_set_free(s->customer.own); s->customer.own = NULL) \
ROW(owner_of_part_of_the_destination_is_refused, OWNERSHIP, NOT_REGISTERED, \
	REFUSED, judge_scene_dst(s, "203.0.112.0/23"); \
	s->customer.ipv4.min_len = 8) \
ROW(owner_of_other_family_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	judge_scene_dst(s, "cb00:7107::/64"))

#define VALIDATION_ROWS(ROW) \
ROW(no_view_is_refused, VALIDATION, UNICAST_UNKNOWN, REFUSED, \
	s->q.unicast = NULL) \
ROW(incomplete_view_is_refused, VALIDATION, UNICAST_UNKNOWN, REFUSED, \
	s->unicast.view.known = false) \
ROW(zeroed_view_is_refused, VALIDATION, UNICAST_UNKNOWN, REFUSED, \
	memset(&s->unicast.view, 0, sizeof(s->unicast.view))) \
ROW(view_that_cannot_be_asked_is_refused, VALIDATION, UNICAST_UNKNOWN, \
	REFUSED, s->unicast.view.best = NULL) \
ROW(view_without_more_specifics_is_refused, VALIDATION, UNICAST_UNKNOWN, \
	REFUSED, s->unicast.view.more = NULL) \
ROW(destination_without_route_is_refused, VALIDATION, NO_ROUTE, REFUSED, \
	s->unicast.n = 0) \
ROW(route_of_another_as_is_refused, VALIDATION, NEIGHBOR_AS, REFUSED, \
	s->unicast.routes[0].facts.neighbor_as = 64999) \
ROW(route_of_another_originator_is_refused, VALIDATION, ORIGINATOR, REFUSED, \
	s->customer.validate = VALIDATE_STRICT; \
	s->unicast.routes[0].same_originator = false) \
ROW(more_specific_of_another_as_is_refused, VALIDATION, MORE_SPECIFIC, \
	REFUSED, judge_scene_dst(s, "203.0.113.0/25"); \
	s->unicast.routes[1] = s->unicast.routes[0]; \
	s->unicast.routes[1].prefix.len = 32; \
	s->unicast.routes[1].facts.neighbor_as = 64999) \
ROW(validation_of_no_kind_is_refused, VALIDATION, UNJUDGED, REFUSED, \
	s->customer.validate = VALIDATE_NONE) \
ROW(validation_of_unknown_kind_is_refused, VALIDATION, UNJUDGED, REFUSED, \
	s->customer.validate = 200) \
ROW(wide_and_without_route_is_refused, VALIDATION, NO_ROUTE, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->unicast.n = 0) \
ROW(approval_does_not_replace_a_route, VALIDATION, NO_ROUTE, REFUSED, \
	judge_scene_dst(s, "203.0.113.0/24"); s->q.approved = true; \
	s->unicast.n = 0) \
ROW(action_is_asked_behind_validation, VALIDATION, NO_ROUTE, REFUSED, \
	s->unicast.n = 0; s->actions.unknown = 1; s->q.rules_held = 50) \
ROW(foreign_prefix_is_refused_before_validation, OWNERSHIP, NOT_REGISTERED, \
	REFUSED, s->unicast.n = 0; judge_scene_dst(s, "203.0.114.7/32"))

#define ACTION_ROWS(ROW) \
ROW(no_action_is_refused, ACTION, ACTION_MISSING, REFUSED, \
	memset(&s->actions, 0, sizeof(s->actions))) \
ROW(sample_alone_is_refused, ACTION, ACTION_MISSING, REFUSED, \
	memset(&s->actions, 0, sizeof(s->actions)); \
	judge_scene_allow(s, ACTION_TRAFFIC); \
	s->actions.flags = ACTION_SAMPLE; \
	s->customer.actions.flags = ACTION_SAMPLE) \
ROW(repeated_action_is_refused, ACTION, ACTION_REPEATED, REFUSED, \
	s->actions.repeated = ACTION_BIT(ACTION_RATE_BYTES)) \
ROW(unknown_action_beside_a_good_one_is_refused, ACTION, ACTION_UNKNOWN, \
	REFUSED, s->actions.unknown = 1) \
ROW(discard_not_allowed_is_refused, ACTION, ACTION_NOT_ALLOWED, REFUSED, \
	s->customer.actions.discard = false) \
ROW(discard_in_packets_not_allowed_is_refused, ACTION, ACTION_NOT_ALLOWED, \
	REFUSED, s->actions.present = 0; s->customer.actions.discard = false; \
	judge_scene_allow(s, ACTION_RATE_PACKETS)) \
ROW(rate_without_ceiling_is_refused, ACTION, ACTION_NOT_ALLOWED, REFUSED, \
	judge_scene_rate(s, 9000)) \
ROW(kind_not_allowed_is_refused, ACTION, ACTION_NOT_ALLOWED, REFUSED, \
	s->actions.present |= ACTION_BIT(ACTION_MARK); \
	s->customer.actions.marks = UINT64_MAX) \
ROW(flag_not_allowed_is_refused, ACTION, ACTION_NOT_ALLOWED, REFUSED, \
	judge_scene_allow(s, ACTION_TRAFFIC); \
	s->actions.flags = ACTION_SAMPLE | ACTION_CONTINUE; \
	s->customer.actions.flags = ACTION_SAMPLE) \
ROW(rate_below_floor_is_refused, ACTION, RATE_FLOOR, REFUSED, \
	s->customer.actions.bytes.max = 1e6; judge_scene_rate(s, 7999)) \
ROW(rate_denormal_is_refused, ACTION, RATE_FLOOR, REFUSED, \
	s->customer.actions.bytes.max = 1e6; \
	s->actions.rate_bytes = SMALLEST_DENORM) \
ROW(rate_denormal_without_floor_is_refused, ACTION, RATE_FLOOR, REFUSED, \
	s->customer.actions.bytes.max = 1e6; s->customer.actions.bytes.min = 0; \
	s->actions.rate_bytes = SMALLEST_DENORM) \
ROW(packet_rate_below_floor_is_refused, ACTION, RATE_FLOOR, REFUSED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_RATE_PACKETS); \
	s->customer.actions.packets.max = 1e6; \
	s->actions.rate_bytes = 0; \
	s->actions.rate_packets = action_rate_bits(9)) \
ROW(rate_above_ceiling_is_refused, ACTION, RATE_CEILING, REFUSED, \
	s->customer.actions.bytes.max = 1e6; judge_scene_rate(s, 1000001)) \
ROW(rate_above_a_ceiling_below_one_is_refused, ACTION, RATE_CEILING, REFUSED, \
	s->customer.actions.bytes.min = 0; \
	s->customer.actions.bytes.max = 0.0625; judge_scene_rate(s, 2)) \
ROW(rate_nan_from_the_decoder_is_refused, ACTION, RATE_NOT_FINITE, REFUSED, \
	s->q.wire_reason = REASON_RATE_NOT_FINITE) \
ROW(rate_nan_is_refused, ACTION, RATE_NOT_FINITE, REFUSED, \
	s->customer.actions.bytes.max = 1e6; \
	s->actions.rate_bytes = QUIET_NAN) \
ROW(rate_infinite_is_refused, ACTION, RATE_NOT_FINITE, REFUSED, \
	s->customer.actions.bytes.max = 1e300; \
	s->actions.rate_bytes = INFINITE) \
ROW(rate_negative_is_refused, ACTION, RATE_NOT_FINITE, REFUSED, \
	s->customer.actions.bytes.max = 1e6; \
	s->actions.rate_bytes = 0xc5fa0000u) \
ROW(mark_unlisted_is_refused, ACTION, ACTION_TARGET, REFUSED, \
	judge_scene_allow(s, ACTION_MARK); s->actions.dscp = 46; \
	s->customer.actions.marks = 1u << 8) \
ROW(mark_out_of_range_is_refused, ACTION, ACTION_TARGET, REFUSED, \
	judge_scene_allow(s, ACTION_MARK); s->actions.dscp = 64; \
	s->customer.actions.marks = UINT64_MAX) \
ROW(redirect_unlisted_is_refused, ACTION, ACTION_TARGET, REFUSED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_REDIRECT); \
	memcpy(s->actions.redirect, "\x80\x08\xfb\xf4\0\0\x02\x9a", 8); \
	memcpy(s->customer.actions.targets[0], \
	    "\x80\x08\xfb\xf4\0\0\x02\x9b", 8); \
	s->customer.actions.n_targets = 1) \
ROW(redirect_ip_unlisted_is_refused, ACTION, ACTION_TARGET, REFUSED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_REDIRECT_IP4); \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x09", 4); \
	assert_int_equal(prefix_parse("192.0.2.8/32", \
	    &s->customer.actions.targets_ip[0]), 0); \
	s->customer.actions.n_targets_ip = 1) \
ROW(redirect_ip_with_a_local_part_is_refused, ACTION, ACTION_TARGET, REFUSED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_REDIRECT_IP4); \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x08\x01", 5); \
	assert_int_equal(prefix_parse("192.0.2.8/32", \
	    &s->customer.actions.targets_ip[0]), 0); \
	s->customer.actions.n_targets_ip = 1)

#define LAST_ROWS(ROW) \
ROW(conflict_is_refused, CONFLICT, CONFLICT, REFUSED, \
	s->foreign = "rule 17 of customer beta discards") \
ROW(nobody_to_ask_for_conflicts_is_refused, CONFLICT, UNJUDGED, REFUSED, \
	s->q.conflicts = NULL) \
ROW(quota_used_up_is_refused, QUOTA, QUOTA_RULES, REFUSED, \
	s->q.rules_held = 50) \
ROW(quota_does_not_overflow, QUOTA, QUOTA_RULES, REFUSED, \
	s->q.rules_held = UINT32_MAX)

#define GOOD_ROWS(ROW) \
ROW(good_rule_is_accepted, NONE, ACCEPTED, ACCEPTED, (void)0) \
ROW(last_place_in_quota_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->q.rules_held = 49) \
ROW(monitor_mode_is_monitored, NONE, MONITOR, MONITORED, \
	s->customer.mode = CUSTOMER_MONITOR) \
ROW(shortest_allowed_destination_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_dst(s, "203.0.113.128/25")) \
ROW(good_rule6_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_dst(s, "2001:db8:113::7/128")) \
ROW(largest_values_are_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_term(s, RULE_LENGTH, EQ, 65535); \
	judge_scene_term(s, RULE_DSCP, EQ, 63)) \
ROW(icmp_type_alone_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_term(s, RULE_ICMP_TYPE, EQ, 8)) \
ROW(icmp_code_alone_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_term(s, RULE_ICMP_CODE, EQ, 0)) \
ROW(flags_before_a_larger_length_are_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_list(s, RULE_TCP_FLAGS, 1, 6); \
	judge_scene_term(s, RULE_LENGTH, EQ, 9000)) \
ROW(component_not_allowed_and_not_there_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.components = 1u << RULE_DST) \
ROW(rate_at_floor_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.actions.bytes.max = 1e6; judge_scene_rate(s, 8000)) \
ROW(rate_at_ceiling_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.actions.bytes.max = 1e6; judge_scene_rate(s, 1e6)) \
ROW(rate_at_a_ceiling_of_one_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.actions.bytes.min = 0; s->customer.actions.bytes.max = 1; \
	judge_scene_rate(s, 1)) \
ROW(rate_at_ceiling_that_rounds_up_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.actions.bytes.max = 123456789; \
	judge_scene_rate(s, 123456789)) \
ROW(rate_at_floor_that_rounds_down_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.actions.bytes.min = 16777217; \
	s->customer.actions.bytes.max = 1e9; judge_scene_rate(s, 16777217)) \
ROW(strictly_validated_rule_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.validate = VALIDATE_STRICT) \
ROW(rule_without_validation_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->customer.validate = VALIDATE_OFF; s->q.unicast = NULL) \
ROW(standing_rule_outlives_the_view, NONE, ACCEPTED, ACCEPTED, \
	s->q.stands = true; s->unicast.view.known = false) \
ROW(mark_listed_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_MARK); \
	s->actions.dscp = 46; s->customer.actions.marks = UINT64_C(1) << 46) \
ROW(redirect_listed_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->actions.present = 0; judge_scene_allow(s, ACTION_REDIRECT); \
	memcpy(s->actions.redirect, "\x80\x08\xfb\xf4\0\0\x02\x9a", 8); \
	memcpy(s->customer.actions.targets[1], s->actions.redirect, 8); \
	s->customer.actions.n_targets = 2)

#define JUDGE_ROWS(ROW) \
SESSION_ROWS(ROW) FORM_ROWS(ROW) SCOPE_ROWS(ROW) OWNERSHIP_ROWS(ROW) \
VALIDATION_ROWS(ROW) ACTION_ROWS(ROW) LAST_ROWS(ROW) GOOD_ROWS(ROW) \
JUDGE_OWN_ROWS(ROW)
/* clang-format on */
