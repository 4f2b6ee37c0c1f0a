/* SPDX-License-Identifier: BSD-2-Clause */
/* Further rows of test_judge.c: containment, whose a destination is, what is
 * protected, what a person must release, and the NOC. */
#pragma once

/* clang-format off */
#define CONTAINED_ROWS(ROW) \
ROW(contained_by_nobody_knows_is_refused, SESSION, UNJUDGED, REFUSED, \
	s->q.contained = REASON_UNJUDGED) \
ROW(contained_by_another_reason_is_refused, SESSION, UNJUDGED, REFUSED, \
	s->q.contained = REASON_MONITOR) \
ROW(quarantined_is_refused, SESSION, QUARANTINED, REFUSED, \
	s->q.contained = REASON_QUARANTINED) \
ROW(muted_is_refused, SESSION, MUTED, REFUSED, \
	s->q.contained = REASON_MUTED) \
ROW(frozen_is_refused, SESSION, FROZEN, REFUSED, \
	s->q.contained = REASON_FROZEN) \
ROW(panic_is_refused, SESSION, PANIC, REFUSED, \
	s->q.contained = REASON_PANIC) \
ROW(selftest_failed_is_refused, SESSION, SELFTEST, REFUSED, \
	s->q.contained = REASON_SELFTEST) \
ROW(flap_is_refused, SESSION, FLAP, REFUSED, \
	s->q.contained = REASON_FLAP) \
ROW(crash_suspect_is_refused, SESSION, CRASH_SUSPECT, REFUSED, \
	s->q.contained = REASON_CRASH_SUSPECT) \
ROW(contained_comes_before_all_else, SESSION, PANIC, REFUSED, \
	s->q.contained = REASON_PANIC; s->q.authenticated = false; \
	s->customer.mode = CUSTOMER_OFF; s->q.rule = NULL) \
ROW(contained_outweighs_approval, SESSION, QUARANTINED, REFUSED, \
	s->q.contained = REASON_QUARANTINED; s->q.approved = true; \
	s->q.stands = true) \
ROW(contained_noc_is_refused, SESSION, PANIC, REFUSED, \
	judge_scene_noc(s); s->q.contained = REASON_PANIC)

#define IRR_ROWS(ROW) \
ROW(irr_inside_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_irr(s, "203.0.113.0/24")) \
ROW(irr_outside_is_refused, OWNERSHIP, NOT_IN_IRR, REFUSED, \
	judge_scene_irr(s, "203.0.113.128/25")) \
ROW(irr_outside_with_match_any_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_irr(s, "203.0.113.128/25"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(irr_alone_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "198.51.100.7/32")) \
ROW(irr_alone_with_match_any_is_asked_the_routes, VALIDATION, NO_ROUTE, \
	REFUSED, judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "198.51.100.7/32"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(irr_alone_with_match_any_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "198.51.100.7/32"); \
	s->customer.match = OWN_MATCH_ANY; \
	s->customer.validate = VALIDATE_OFF) \
ROW(neither_list_with_match_any_is_refused, OWNERSHIP, NOT_REGISTERED, \
	REFUSED, judge_scene_irr(s, "198.51.100.0/24"); \
	judge_scene_dst(s, "192.0.2.77/32"); \
	s->customer.match = OWN_MATCH_ANY) \
ROW(match_of_unknown_kind_wants_both, OWNERSHIP, NOT_IN_IRR, REFUSED, \
	judge_scene_irr(s, "198.51.100.0/24"); s->customer.match = 9) \
ROW(irr_missing_is_refused, OWNERSHIP, IRR_UNKNOWN, REFUSED, \
	s->customer.irr.configured = true) \
ROW(irr_usable_without_a_list_is_refused, OWNERSHIP, IRR_UNKNOWN, REFUSED, \
	s->customer.irr.configured = true; s->customer.irr.usable = true) \
ROW(irr_too_old_is_refused, OWNERSHIP, IRR_UNKNOWN, REFUSED, \
	judge_scene_irr(s, "203.0.113.0/24"); s->customer.irr.usable = false) \
ROW(irr_too_old_and_foreign_is_refused, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	judge_scene_irr(s, "198.51.100.0/24"); s->q.stands = true; \
	judge_scene_dst(s, "198.51.100.7/32"); s->customer.irr.usable = false) \
ROW(standing_rule_outlives_an_old_irr_list, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_irr(s, "203.0.113.0/24"); s->customer.irr.usable = false; \
	s->q.stands = true) \
ROW(standing_rule_outlives_an_incomplete_irr_list, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_irr(s, "198.51.100.0/24"); s->customer.irr.usable = false; \
	s->q.stands = true) \
ROW(standing_rule_does_not_outlive_a_new_irr_list, OWNERSHIP, NOT_IN_IRR, \
	REFUSED, judge_scene_irr(s, "198.51.100.0/24"); s->q.stands = true) \
ROW(irr_missing_with_match_any_is_accepted_when_registered, NONE, ACCEPTED, \
	ACCEPTED, s->customer.irr.configured = true; \
	s->customer.match = OWN_MATCH_ANY) \
ROW(irr_missing_with_match_any_and_foreign_is_refused, OWNERSHIP, \
	IRR_UNKNOWN, REFUSED, s->customer.irr.configured = true; \
	s->customer.match = OWN_MATCH_ANY; \
	judge_scene_dst(s, "198.51.100.7/32"))

#define RPKI_ROWS(ROW) \
ROW(roa_of_the_customer_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 65001)) \
ROW(roa_of_another_is_refused, OWNERSHIP, RPKI_INVALID, REFUSED, \
	judge_scene_roa(s, "203.0.113.0/24", 64999)) \
ROW(roa_of_both_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 64999); \
	judge_scene_roa(s, "203.0.112.0/23", 64998); \
	judge_scene_roa(s, "203.0.113.0/25", 65001)) \
ROW(roa_of_an_as_behind_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 65009); \
	s->customer.asns = calloc(3, sizeof(uint32_t)); \
	s->customer.n_asns = 3; s->customer.asns[0] = 65002; \
	s->customer.asns[1] = 65007; s->customer.asns[2] = 65009) \
ROW(roa_between_those_behind_is_refused, OWNERSHIP, RPKI_INVALID, REFUSED, \
	judge_scene_roa(s, "203.0.113.0/24", 65008); \
	s->customer.asns = calloc(2, sizeof(uint32_t)); \
	s->customer.n_asns = 2; s->customer.asns[0] = 65007; \
	s->customer.asns[1] = 65009) \
ROW(roa_of_as_0_names_nobody, OWNERSHIP, RPKI_INVALID, REFUSED, \
	judge_scene_roa(s, "203.0.113.0/24", 0); s->customer.pa = true; \
	s->q.local_asn = 0; s->customer.asn = 0) \
ROW(roa_of_ours_for_their_space_is_refused, OWNERSHIP, RPKI_INVALID, REFUSED, \
	judge_scene_roa(s, "203.0.113.0/24", 64500)) \
ROW(roa_of_ours_for_our_space_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 64500); s->customer.pa = true) \
ROW(roa_with_short_max_length_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 65001); s->vrps[0].max_len = 24) \
ROW(no_roa_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "198.51.100.0/24", 64999)) \
ROW(roa_inside_the_destination_does_not_cover_it, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_dst(s, "203.0.113.0/25"); \
	judge_scene_roa(s, "203.0.113.0/32", 64999)) \
ROW(no_roa_where_one_is_required_is_refused, OWNERSHIP, RPKI_NOT_FOUND, \
	REFUSED, judge_scene_roa(s, "198.51.100.0/24", 65001); \
	s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(roa_where_one_is_required_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 65001); \
	s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(roa_of_another_where_one_is_required_is_refused, OWNERSHIP, RPKI_INVALID, \
	REFUSED, judge_scene_roa(s, "203.0.113.0/24", 64999); \
	s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(rpki_of_unknown_kind_requires, OWNERSHIP, RPKI_NOT_FOUND, REFUSED, \
	judge_scene_roa(s, "198.51.100.0/24", 65001); s->customer.rpki = 9) \
ROW(rpki_off_does_not_look, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_roa(s, "203.0.113.0/24", 64999); \
	s->customer.rpki = OWN_RPKI_OFF) \
ROW(required_roa_without_a_cache_is_refused, OWNERSHIP, RPKI_UNKNOWN, \
	REFUSED, s->customer.rpki = OWN_RPKI_REQUIRE; s->q.stands = true) \
ROW(required_roa_while_loading_is_refused, OWNERSHIP, RPKI_UNKNOWN, REFUSED, \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_LOADING) \
ROW(required_roa_while_expired_is_refused, OWNERSHIP, RPKI_UNKNOWN, REFUSED, \
	judge_scene_roa(s, "203.0.113.0/24", 65001); \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_EXPIRED) \
ROW(standing_rule_outlives_expired_roas, NONE, ACCEPTED, ACCEPTED, \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_EXPIRED; \
	s->q.stands = true) \
ROW(standing_rule_waits_for_loading_roas, NONE, ACCEPTED, ACCEPTED, \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_LOADING; \
	s->q.stands = true) \
ROW(standing_rule_ends_with_gone_roas, OWNERSHIP, RPKI_UNKNOWN, REFUSED, \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_GONE; \
	s->q.stands = true) \
ROW(standing_rule_ends_with_its_roa, OWNERSHIP, RPKI_NOT_FOUND, REFUSED, \
	s->customer.rpki = OWN_RPKI_REQUIRE; s->rpki.state = RPKI_FRESH; \
	s->q.stands = true) \
ROW(rpki_view_missing_is_refused_where_required, OWNERSHIP, RPKI_UNKNOWN, \
	REFUSED, s->q.rpki = NULL; s->customer.rpki = OWN_RPKI_REQUIRE; \
	s->q.stands = true) \
ROW(rpki_view_that_cannot_be_asked_is_refused_where_required, OWNERSHIP, \
	RPKI_UNKNOWN, REFUSED, s->rpki.state = RPKI_FRESH; \
	s->rpki.covering = NULL; s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(rpki_state_out_of_list_is_refused_where_required, OWNERSHIP, \
	RPKI_UNKNOWN, REFUSED, s->rpki.state = 200; s->q.stands = true; \
	s->customer.rpki = OWN_RPKI_REQUIRE) \
ROW(rpki_view_missing_vetoes_nothing, NONE, ACCEPTED, ACCEPTED, \
	s->q.rpki = NULL)

#define PROTECTED_ROWS(ROW) \
ROW(protected_set_missing_is_refused, PROTECTED, UNJUDGED, REFUSED, \
	s->q.protected = NULL) \
ROW(protected_set_not_sealed_is_refused, PROTECTED, UNJUDGED, REFUSED, \
	protected_add_always(s->protected)) \
ROW(protected_destination_is_refused, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.7/32", 0, PROTECTED_ANYBODY)) \
ROW(protected_inside_the_destination_is_refused, PROTECTED, PROTECTED, \
	REFUSED, judge_scene_dst(s, "203.0.113.0/25"); \
	judge_scene_protect(s, "203.0.113.9/32", 0, PROTECTED_ANYBODY)) \
ROW(protected_around_the_destination_is_refused, PROTECTED, PROTECTED, \
	REFUSED, judge_scene_protect(s, "203.0.112.0/23", 0, 2)) \
ROW(protected_beside_the_destination_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "203.0.113.6/32", 0, PROTECTED_ANYBODY)) \
ROW(protected_from_others_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "203.0.113.7/32", 0, 1)) \
ROW(approval_does_not_unprotect, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.7/32", 0, 2); s->q.approved = true; \
	s->q.seconded = true; s->q.stands = true) \
ROW(protected_port_is_refused_without_ports, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.7/32", 179, 2)) \
ROW(protected_port_is_refused_as_source_port, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.7/32", 179, 2); \
	judge_scene_term(s, RULE_SRC_PORT, EQ, 179)) \
ROW(protected_port_is_refused_by_a_list_of_unequals, PROTECTED, PROTECTED, \
	REFUSED, judge_scene_protect(s, "203.0.113.7/32", 179, 2); \
	judge_scene_term(s, RULE_DST_PORT, RULE_OP_LT | RULE_OP_GT, 80)) \
ROW(protected_port_beside_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "203.0.113.7/32", 179, 2); \
	judge_scene_term(s, RULE_DST_PORT, EQ, 53); \
	judge_scene_term(s, RULE_SRC_PORT, EQ, 80)) \
ROW(protected_port_of_another_protocol_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "203.0.113.7/32", 179, 2); \
	judge_scene_term(s, RULE_PROTO, EQ, 1)) \
ROW(protected_port_is_not_in_later_fragments, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "203.0.113.7/32", 179, 2); \
	judge_scene_term(s, RULE_FRAGMENT, RULE_OP_MATCH, RULE_FRAGMENT_ISF)) \
ROW(protected_address_is_refused_for_later_fragments, PROTECTED, PROTECTED, \
	REFUSED, judge_scene_protect(s, "203.0.113.7/32", 0, 2); \
	judge_scene_term(s, RULE_FRAGMENT, RULE_OP_MATCH, RULE_FRAGMENT_ISF)) \
ROW(protected_source_is_refused, PROTECTED, PROTECTED_SOURCE, REFUSED, \
	judge_scene_protect(s, "192.0.2.0/24", 0, 2); \
	judge_scene_src(s, "192.0.2.77/32")) \
ROW(protected_inside_the_source_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "192.0.2.77/32", 0, 2); \
	judge_scene_src(s, "192.0.2.0/24")) \
ROW(protected_source_of_others_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_protect(s, "192.0.2.0/24", 0, 1); \
	judge_scene_src(s, "192.0.2.77/32")) \
ROW(customer_source_is_refused, PROTECTED, CUSTOMER_SOURCE, REFUSED, \
	s->q.protect_customers = true; judge_scene_src(s, "198.51.100.9/32")) \
ROW(customer_source_is_accepted_where_nobody_minds, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_src(s, "198.51.100.9/32")) \
ROW(customer_source_of_its_own_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->q.protect_customers = true; judge_scene_src(s, "203.0.113.9/32")) \
ROW(customer_source_of_nobody_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->q.protect_customers = true; judge_scene_src(s, "192.0.2.77/32")) \
ROW(customer_source_around_anothers_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->q.protect_customers = true; judge_scene_src(s, "198.51.100.0/23")) \
ROW(customer_source_without_a_list_is_refused, PROTECTED, UNJUDGED, REFUSED, \
	s->q.protect_customers = true; s->q.others = NULL) \
ROW(own_session_to_its_router_is_refused, PROTECTED, OWN_SESSION, REFUSED, \
	prefix_parse("203.0.113.7/32", &s->remote)) \
ROW(own_session_from_our_source_is_refused, PROTECTED, OWN_SESSION, REFUSED, \
	prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_src(s, "192.0.2.1/32")) \
ROW(own_session_to_our_address_is_refused, PROTECTED, OWN_SESSION, REFUSED, \
	prefix_parse("203.0.113.7/32", &s->local); \
	judge_scene_term(s, RULE_PROTO, EQ, 6)) \
ROW(own_session_by_its_source_port_is_refused, PROTECTED, OWN_SESSION, \
	REFUSED, prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_term(s, RULE_SRC_PORT, EQ, 179)) \
ROW(own_session_by_its_port_is_refused, PROTECTED, OWN_SESSION, REFUSED, \
	prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_term(s, RULE_PORT, EQ, 179)) \
ROW(own_session_before_its_address_is_known_is_refused, PROTECTED, \
	OWN_SESSION, REFUSED, prefix_parse("203.0.113.7/32", &s->remote); \
	memset(&s->local, 0, sizeof(s->local))) \
ROW(own_session_inside_a_wide_destination_is_refused, PROTECTED, OWN_SESSION, \
	REFUSED, prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_dst(s, "203.0.113.0/25")) \
ROW(own_session6_is_refused, PROTECTED, OWN_SESSION, REFUSED, \
	judge_scene_dst(s, "2001:db8:113::2/128"); \
	prefix_parse("2001:db8:113::2/128", &s->remote); \
	prefix_parse("2001:db8:113::1/128", &s->local)) \
ROW(own_router_without_bgp_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_term(s, RULE_PROTO, EQ, 17)) \
ROW(own_router_from_another_source_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	prefix_parse("203.0.113.7/32", &s->remote); \
	judge_scene_src(s, "192.0.2.99/32")) \
ROW(own_session_of_nobody_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->q.local = NULL; s->q.remote = NULL)

#define HELD_ROWS(ROW) \
ROW(shadow_is_held, CONFLICT, SHADOWS, HELD, \
	s->shadowed = "comes before rule 9 of the NOC") \
ROW(shadow_approved_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	s->shadowed = "comes before rule 9 of the NOC"; s->q.approved = true) \
ROW(shadow_and_conflict_is_refused, CONFLICT, CONFLICT, REFUSED, \
	s->shadowed = "comes before rule 9 of the NOC"; \
	s->foreign = "rule 17 of customer beta discards") \
ROW(nobody_to_ask_for_shadows_is_refused, CONFLICT, UNJUDGED, REFUSED, \
	s->q.shadows = NULL) \
ROW(nobody_to_ask_for_shadows_is_refused_though_approved, CONFLICT, UNJUDGED, \
	REFUSED, s->q.shadows = NULL; s->q.approved = true) \
ROW(wide_shadow_is_told_as_wide, SCOPE, WIDE, HELD, \
	judge_scene_dst(s, "203.0.113.0/24"); s->shadowed = "rule 9") \
ROW(shadow_over_quota_is_refused, QUOTA, QUOTA_RULES, REFUSED, \
	s->shadowed = "rule 9"; s->q.rules_held = 50) \
ROW(class_held_is_held, APPROVAL, APPROVAL, HELD, \
	judge_scene_class(s, CLASS_HELD)) \
ROW(class_held_is_met_by_a_part, APPROVAL, APPROVAL, HELD, \
	judge_scene_class(s, CLASS_HELD); \
	judge_scene_dst(s, "203.0.113.0/25")) \
ROW(class_held_elsewhere_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_class(s, CLASS_HELD); \
	judge_scene_dst(s, "203.0.113.8/32")) \
ROW(class_held_approved_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_class(s, CLASS_HELD); s->q.approved = true) \
ROW(class_held_is_not_for_the_second_operator, APPROVAL, APPROVAL, HELD, \
	judge_scene_class(s, CLASS_HELD); s->q.seconded = true) \
ROW(class_of_unknown_kind_is_held, APPROVAL, APPROVAL, HELD, \
	judge_scene_class(s, 77)) \
ROW(class_approved_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_dst(s, "203.0.113.0/24"); \
	judge_scene_class(s, CLASS_APPROVED); \
	judge_scene_term(s, RULE_PROTO, EQ, 17)) \
ROW(class_approved_is_not_for_what_goes_beyond, SCOPE, WIDE, HELD, \
	judge_scene_dst(s, "203.0.113.0/24"); \
	judge_scene_term(s, RULE_PROTO, EQ, 17); \
	judge_scene_class(s, CLASS_APPROVED); s->rule.n_terms = 0) \
ROW(class_approved_does_not_widen_the_window, SCOPE, PREFIX_LENGTH, REFUSED, \
	judge_scene_dst(s, "203.0.112.0/23"); \
	judge_scene_class(s, CLASS_APPROVED)) \
ROW(class_held_outweighs_class_approved, APPROVAL, APPROVAL, HELD, \
	judge_scene_dst(s, "203.0.113.0/24"); \
	judge_scene_class(s, CLASS_APPROVED); \
	judge_scene_class(s, CLASS_HELD))

#define NOC_ROWS(ROW) \
ROW(noc_rule_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); judge_scene_dst(s, "198.51.100.7/32"); \
	s->q.unicast = NULL; s->q.rpki = NULL) \
ROW(noc_rule_of_24_bits_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); judge_scene_dst(s, "198.51.100.0/24")) \
ROW(noc_rule6_of_48_bits_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); judge_scene_dst(s, "2001:db8:7::/48")) \
ROW(noc_rule_of_23_bits_waits, APPROVAL, SECOND_OPERATOR, HELD, \
	judge_scene_noc(s); judge_scene_dst(s, "198.51.100.0/23")) \
ROW(noc_rule6_of_47_bits_waits, APPROVAL, SECOND_OPERATOR, HELD, \
	judge_scene_noc(s); judge_scene_dst(s, "2001:db8:6::/47")) \
ROW(noc_rule_without_destination_waits, APPROVAL, SECOND_OPERATOR, HELD, \
	judge_scene_noc(s); s->rule.has = 0; s->rule.dst_len = 0; \
	memset(s->rule.dst, 0, ADDRESS_MAX); \
	judge_scene_term(s, RULE_DST_PORT, EQ, 11211)) \
ROW(noc_rule_seconded_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); s->rule.has = 0; s->rule.dst_len = 0; \
	memset(s->rule.dst, 0, ADDRESS_MAX); s->q.seconded = true; \
	judge_scene_term(s, RULE_DST_PORT, EQ, 11211)) \
ROW(noc_rule_approved_by_one_waits, APPROVAL, SECOND_OPERATOR, HELD, \
	judge_scene_noc(s); judge_scene_dst(s, "198.51.100.0/23"); \
	s->q.approved = true) \
ROW(noc_rule_denied_is_refused, SCOPE, DENIED, REFUSED, \
	judge_scene_noc(s); s->q.denied = true; s->q.seconded = true) \
ROW(noc_rule_longer_than_its_window_is_refused, SCOPE, PREFIX_LENGTH, \
	REFUSED, judge_scene_noc(s); s->customer.ipv4.max_len = 31) \
ROW(noc_rule_of_a_component_not_allowed_is_refused, SCOPE, COMPONENT, \
	REFUSED, judge_scene_noc(s); s->customer.components = 1u << RULE_DST; \
	judge_scene_term(s, RULE_PROTO, EQ, 17)) \
ROW(noc_rule_to_what_is_protected_is_refused, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_noc(s); s->q.seconded = true; \
	judge_scene_protect(s, "203.0.113.7/32", 0, 1)) \
ROW(noc_rule_without_destination_meets_all_that_is_protected, PROTECTED, \
	PROTECTED, REFUSED, judge_scene_noc(s); s->q.seconded = true; \
	judge_scene_protect(s, "192.0.2.1/32", 179, 2); s->rule.has = 0; \
	s->rule.dst_len = 0; memset(s->rule.dst, 0, ADDRESS_MAX); \
	judge_scene_term(s, RULE_PROTO, EQ, 6)) \
ROW(noc_rule_by_a_customers_source_is_accepted, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); s->q.protect_customers = true; \
	judge_scene_src(s, "198.51.100.9/32")) \
ROW(noc_rule_may_come_before_customers, NONE, ACCEPTED, ACCEPTED, \
	judge_scene_noc(s); s->shadowed = "rule 9"; s->q.shadows = NULL) \
ROW(noc_rule_in_conflict_is_refused, CONFLICT, CONFLICT, REFUSED, \
	judge_scene_noc(s); s->foreign = "rule 17 of customer beta discards")

#define LIMIT_ROWS(ROW) \
ROW(dry_run_is_monitored, NONE, DRY_RUN, MONITORED, s->wish.dry_run = 1) \
ROW(dry_run_that_would_be_refused_is_refused, OWNERSHIP, NOT_REGISTERED, \
	REFUSED, s->wish.dry_run = 1; judge_scene_dst(s, "203.0.114.7/32")) \
ROW(cost_used_up_is_refused, QUOTA, QUOTA_COST, REFUSED, \
	s->q.cost_held = 200) \
ROW(new_rules_too_fast_are_refused, QUOTA, QUOTA_RATE, REFUSED, \
	s->q.new_room = 0) \
ROW(addresses_used_up_are_refused, QUOTA, QUOTA_ADDRESSES, REFUSED, \
	s->customer.limits.addresses = 10; s->addresses = 11) \
ROW(fleet_without_room_is_refused, QUOTA, QUOTA_FLEET, REFUSED, \
	s->q.fleet.max_cost = 100; s->q.fleet.cost = 100)

#define JUDGE_OWN_ROWS(ROW) \
CONTAINED_ROWS(ROW) IRR_ROWS(ROW) RPKI_ROWS(ROW) PROTECTED_ROWS(ROW) \
HELD_ROWS(ROW) NOC_ROWS(ROW) LIMIT_ROWS(ROW)
/* clang-format on */
