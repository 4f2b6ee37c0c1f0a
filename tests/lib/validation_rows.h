/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The truth table of validation: the best routes that there are, how the
 * customer's rules are validated, a rule's destination, and what is said to it.
 * The customer is AS 65001 with 65010, 65020 and 4200000001 behind it, owns
 * 203.0.113.0/24 and 2001:db8:113::/48, and its rule comes over the session
 * FAKE_SESSION; 64999 is somebody else.
 */
#pragma once

#include "policy/customer.h"
#include "policy/reason.h"
#include "tests/lib/fake_unicast.h"

enum validation_option {
	OPT_KEEP = 0x01,      /* failover: keep */
	OPT_INTERNAL = 0x02,  /* best_match: internal */
	OPT_UNKNOWN = 0x04,   /* the table is not complete */
	OPT_STANDS = 0x08,    /* the rule stands already */
	OPT_OFFSET = 0x10,    /* the destination has an offset */
	OPT_AS_ZERO = 0x20,   /* the customer and one behind it are AS 0 */
	OPT_OF_NOBODY = 0x40, /* the customer owns nothing */
};

struct validation_row {
	const char *name;
	uint8_t validate; /* enum customer_validate */
	uint8_t options;  /* enum validation_option */
	uint16_t reason;
	const char *dst;
	struct fake_route routes[FAKE_ROUTES_MAX];
};

#define HALF  "203.0.113.0/25"
#define HALF6 "2001:db8:113::/56"
/* A route over the rule's own session, one from a route reflector, and one
 * over another customer's session. */
#define OWN(prefix, path)                                                      \
	{                                                                      \
		prefix, path, FAKE_SESSION, false                              \
	}
#define RR(prefix, path)                                                       \
	{                                                                      \
		prefix, path, "rr1", false                                     \
	}
#define BETA(prefix, path)                                                     \
	{                                                                      \
		prefix, path, "beta", false                                    \
	}
#define REFLECT(prefix, path)                                                  \
	{                                                                      \
		prefix, path, FAKE_SESSION, true                               \
	}

/* clang-format off */
#define ROW(name, how, options, why, dst, ...) \
	{ name, VALIDATE_##how, options, REASON_##why, dst, { __VA_ARGS__ } },
#define NEAR(name, why, dst, ...) \
	ROW("neighbor_as_" name, NEIGHBOR_AS, 0, why, dst, __VA_ARGS__)
#define NEAR_OPT(name, options, why, dst, ...) \
	ROW("neighbor_as_" name, NEIGHBOR_AS, options, why, dst, __VA_ARGS__)
#define STRICT(name, why, dst, ...) \
	ROW("strict_" name, STRICT, 0, why, dst, __VA_ARGS__)
#define STRICT_OPT(name, options, why, dst, ...) \
	ROW("strict_" name, STRICT, options, why, dst, __VA_ARGS__)

static const struct validation_row validation_rows[] = {
/* The best match: which it is, and its left-most AS. */
NEAR("route_of_the_customer_passes", ACCEPTED, HALF, RR(HALF, "65001"))
NEAR("covering_route_passes", ACCEPTED, HALF, RR("203.0.113.0/24", "65001"))
NEAR("route_through_the_customer_passes", ACCEPTED, HALF,
	RR("203.0.113.0/24", "65001 64999"))
NEAR("route_of_one_behind_passes", ACCEPTED, HALF,
	RR("203.0.113.0/24", "65010 64999"))
NEAR("route_of_large_asn_behind_passes", ACCEPTED, HALF,
	RR("203.0.113.0/24", "4200000001"))
NEAR("route_of_as_trans_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "23456"))
NEAR("route_of_another_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "64999"))
NEAR("route_through_another_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "64999 65001"))
NEAR("own_session_is_no_ground", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "64999 65001"))
NEAR("does_not_ask_for_the_originator", ACCEPTED, HALF,
	BETA("203.0.113.0/24", "65001"))
NEAR("reflected_route_passes", ACCEPTED, HALF,
	REFLECT("203.0.113.0/24", "65001"))
NEAR("longer_route_of_another_wins", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "65001"), RR(HALF, "64999"))
NEAR("longer_route_of_the_customer_wins", ACCEPTED, HALF,
	RR("203.0.113.0/24", "64999"), OWN(HALF, "65001"))
NEAR("no_route_at_all_is_refused", NO_ROUTE, HALF, { 0 })
NEAR("route_beside_is_no_route", NO_ROUTE, HALF,
	OWN("203.0.112.0/24", "65001"), OWN("203.0.113.128/25", "65001"))
NEAR("route_inside_is_no_cover", NO_ROUTE, HALF,
	OWN("203.0.113.0/26", "65001"), OWN("203.0.113.64/26", "65001"))
NEAR("route_of_other_family_is_no_route", NO_ROUTE, HALF,
	OWN("::/0", "65001"), OWN("cb00:7100::/24", "65001"))
NEAR("default_route_through_another_is_refused", NEIGHBOR_AS, HALF,
	RR("0.0.0.0/0", "64999"))
NEAR("default_route_through_the_customer_passes", ACCEPTED, HALF,
	RR("0.0.0.0/0", "65001"))
NEAR("default_route_does_not_outweigh_a_cover", NEIGHBOR_AS, HALF,
	RR("0.0.0.0/0", "65001"), RR("203.0.0.0/8", "64999"))

/* Segments: AS_SETs, confederations, nothing. */
NEAR("as_set_left_most_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "{65001,65010}"))
NEAR("as_set_of_the_customer_alone_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "{65001} 65001"))
NEAR("as_set_behind_the_customer_passes", ACCEPTED, HALF,
	RR("203.0.113.0/24", "65001 {64999,65020}"))
NEAR("confederation_before_the_customer_passes", ACCEPTED, HALF,
	RR("203.0.113.0/24", "(65100 65101) 65001"))
NEAR("confederation_before_another_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "(65001) 64999"))
NEAR("confederation_alone_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "(65001)"))
NEAR("confederation_before_as_set_is_refused", NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "(65100) {65001}"))
NEAR("empty_path_is_refused", NEIGHBOR_AS, HALF, RR("203.0.113.0/24", ""))
NEAR("empty_path_over_ebgp_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", ""))

/* best_match: internal. */
NEAR_OPT("internal_route_inside_own_passes", OPT_INTERNAL, ACCEPTED, HALF,
	RR("203.0.113.0/24", ""))
NEAR_OPT("internal_reflected_route_passes", OPT_INTERNAL, ACCEPTED, HALF,
	{ HALF, "", "rr1", true })
NEAR_OPT("internal_confederation_route_passes", OPT_INTERNAL, ACCEPTED, HALF,
	RR("203.0.113.0/24", "(65100 65101)"))
NEAR_OPT("internal_aggregate_is_refused", OPT_INTERNAL, NEIGHBOR_AS, HALF,
	RR("203.0.112.0/23", ""))
NEAR_OPT("internal_default_route_is_refused", OPT_INTERNAL, NEIGHBOR_AS, HALF,
	RR("0.0.0.0/0", ""))
NEAR_OPT("internal_route_of_an_owner_of_nothing_is_refused",
	OPT_INTERNAL | OPT_OF_NOBODY, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", ""))
NEAR_OPT("internal_empty_path_over_ebgp_is_refused", OPT_INTERNAL,
	NEIGHBOR_AS, HALF, OWN("203.0.113.0/24", ""))
NEAR_OPT("internal_as_set_is_refused", OPT_INTERNAL, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "{65001}"))
NEAR_OPT("internal_route_of_another_is_refused", OPT_INTERNAL, NEIGHBOR_AS,
	HALF, RR("203.0.113.0/24", "64999"))
NEAR_OPT("internal_route_of_the_customer_passes", OPT_INTERNAL, ACCEPTED, HALF,
	RR("203.0.112.0/20", "65001"))
NEAR_OPT("internal_more_specific_passes", OPT_INTERNAL, ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.64/26", ""))
NEAR_OPT("internal_more_specific_over_ebgp_is_refused", OPT_INTERNAL,
	MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), OWN("203.0.113.64/26", ""))
NEAR_OPT("internal_more_specific_of_another_is_refused", OPT_INTERNAL,
	MORE_SPECIFIC, HALF,
	RR("203.0.113.0/24", ""), RR("203.0.113.64/26", "64999"))

/* More-specifics (RFC 8955 6 c). */
NEAR("more_specific_of_the_customer_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), OWN("203.0.113.0/26", "65001"))
NEAR("more_specific_of_one_behind_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "65020"))
NEAR("more_specific_through_the_customer_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "65001 64999"))
NEAR("more_specific_of_another_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"))
NEAR("more_specific_through_another_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999 65001"))
NEAR("more_specific_internal_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", ""))
NEAR("more_specific_confederation_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "(65001)"))
NEAR("more_specific_as_set_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "{65001}"))
NEAR("more_specific_host_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.66/32", "64999"))
NEAR("more_specific_last_address_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.127/32", "64999"))
NEAR("more_specific_first_address_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/32", "64999"))
NEAR("more_specific_below_good_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), OWN("203.0.113.0/26", "65001"),
	RR("203.0.113.0/27", "64999"))
NEAR("more_specific_above_good_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"),
	OWN("203.0.113.0/27", "65001"), OWN("203.0.113.32/27", "65001"))
NEAR("more_specific_beside_good_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), OWN("203.0.113.0/26", "65001"),
	RR("203.0.113.64/26", "64999"))
NEAR("equal_length_beside_is_no_more_specific", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.128/25", "64999"))
NEAR("more_specific_outside_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.128/26", "64999"),
	RR("203.0.113.128/32", "64999"), RR("203.0.112.255/32", "64999"))
NEAR("more_specific_of_the_best_match_alone_passes", ACCEPTED,
	"203.0.113.7/32", OWN("203.0.113.0/24", "65001"),
	RR("203.0.113.8/32", "64999"), RR("203.0.113.6/32", "64999"))
NEAR("cover_of_another_above_the_best_match_passes", ACCEPTED, HALF,
	RR("203.0.112.0/20", "64999"), OWN("203.0.113.0/24", "65001"))

/* failover, by neighbor-as. */
NEAR_OPT("failover_through_another_passes", OPT_KEEP, ACCEPTED, HALF,
	RR("203.0.113.0/24", "64999 65001"))
NEAR_OPT("failover_of_one_behind_passes", OPT_KEEP, ACCEPTED, HALF,
	RR("203.0.113.0/24", "64999 64998 4200000001"))
NEAR_OPT("failover_behind_as_set_passes", OPT_KEEP, ACCEPTED, HALF,
	RR("203.0.113.0/24", "{64998,64999} 65001"))
NEAR_OPT("failover_of_another_origin_is_refused", OPT_KEEP, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "64999"))
NEAR_OPT("failover_through_the_customer_midway_is_refused", OPT_KEEP,
	NEIGHBOR_AS, HALF, RR("203.0.113.0/24", "64999 65001 64998"))
NEAR_OPT("failover_origin_in_as_set_is_refused", OPT_KEEP, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "64999 {65001,65010}"))
NEAR_OPT("failover_of_internal_route_is_refused", OPT_KEEP, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", ""))
NEAR_OPT("failover_more_specific_passes", OPT_KEEP, ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999 65010"))
NEAR_OPT("failover_more_specific_of_another_is_refused", OPT_KEEP,
	MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"))
NEAR_OPT("failover_more_specific_of_the_carrier_is_refused", OPT_KEEP,
	MORE_SPECIFIC, HALF,
	RR("203.0.113.0/24", "64999 65001"), RR("203.0.113.0/26", "64999"))

/* strict: b.1 by originator, RFC 9117 4.2, c. */
STRICT("route_of_the_session_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"))
STRICT("route_through_the_session_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001 64999"))
STRICT("route_of_a_reflector_is_refused", ORIGINATOR, HALF,
	RR("203.0.113.0/24", "65001"))
STRICT("route_of_another_session_is_refused", ORIGINATOR, HALF,
	BETA("203.0.113.0/24", "65001"))
STRICT("route_with_originator_id_is_refused", ORIGINATOR, HALF,
	REFLECT("203.0.113.0/24", "65001"))
STRICT("longer_route_of_a_reflector_wins", ORIGINATOR, HALF,
	OWN("203.0.113.0/24", "65001"), RR(HALF, "65001"))
STRICT("longer_route_of_the_session_wins", ACCEPTED, HALF,
	RR("203.0.113.0/24", "64999"), OWN(HALF, "65001"))
STRICT("no_route_at_all_is_refused", NO_ROUTE, HALF, { 0 })
STRICT("default_route_of_the_session_passes", ACCEPTED, HALF,
	OWN("0.0.0.0/0", "65001"))
STRICT("default_route_of_a_reflector_is_refused", ORIGINATOR, HALF,
	RR("0.0.0.0/0", "64999"))
STRICT("left_most_as_of_another_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "64999 65001"))
STRICT("left_most_as_of_one_behind_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "65010"))
STRICT("as_set_left_most_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "{65001}"))
STRICT("confederation_alone_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "(65001)"))
STRICT("empty_path_over_ebgp_is_refused", NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", ""))
STRICT_OPT("does_not_know_best_match_internal", OPT_INTERNAL, ORIGINATOR, HALF,
	RR("203.0.113.0/24", ""))
STRICT_OPT("empty_path_over_ebgp_stays_refused", OPT_INTERNAL, NEIGHBOR_AS,
	HALF, OWN("203.0.113.0/24", ""))
STRICT("more_specific_of_the_session_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), OWN("203.0.113.0/26", "65001"))
STRICT("more_specific_of_the_same_as_elsewhere_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "65001 64999"))
STRICT("more_specific_of_another_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"))
STRICT("more_specific_of_one_behind_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "65010"))
STRICT("more_specific_internal_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", ""))
STRICT_OPT("more_specific_internal_stays_refused", OPT_INTERNAL,
	MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", ""))
STRICT("more_specific_as_set_is_refused", MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "{65001}"))
STRICT("more_specific_outside_passes", ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.192/26", "64999"))

/* failover, by strict. */
STRICT_OPT("failover_through_another_passes", OPT_KEEP, ACCEPTED, HALF,
	RR("203.0.113.0/24", "64999 65001"))
STRICT_OPT("failover_over_another_session_passes", OPT_KEEP, ACCEPTED, HALF,
	BETA("203.0.113.0/24", "65001"))
STRICT("failover_revoked_is_refused", ORIGINATOR, HALF,
	RR("203.0.113.0/24", "64999 65001"))
STRICT_OPT("failover_of_another_origin_is_refused", OPT_KEEP, ORIGINATOR, HALF,
	RR("203.0.113.0/24", "64999"))
STRICT_OPT("failover_on_the_session_of_another_origin_is_refused", OPT_KEEP,
	NEIGHBOR_AS, HALF, OWN("203.0.113.0/24", "64998 64999"))
STRICT_OPT("failover_more_specific_passes", OPT_KEEP, ACCEPTED, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999 65001"))
STRICT_OPT("failover_more_specific_of_another_is_refused", OPT_KEEP,
	MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"))
STRICT_OPT("failover_more_specific_of_the_carrier_is_refused", OPT_KEEP,
	MORE_SPECIFIC, HALF,
	RR("203.0.113.0/24", "64999 65001"), RR("203.0.113.0/26", "64999"))
STRICT_OPT("failover_more_specific_of_foreign_origin_is_refused", OPT_KEEP,
	MORE_SPECIFIC, HALF,
	RR("203.0.113.0/24", "64999 65001"),
	RR("203.0.113.0/26", "65001 64998"))

/* IPv6 (RFC 8956 5). */
NEAR("ipv6_route_of_the_customer_passes", ACCEPTED, HALF6,
	RR("2001:db8:113::/48", "65001"))
NEAR("ipv6_route_of_another_is_refused", NEIGHBOR_AS, HALF6,
	RR("2001:db8:113::/48", "64999"))
NEAR("ipv6_host_passes", ACCEPTED, "2001:db8:113::7/128",
	RR("2001:db8:113::/48", "65001"), RR("2001:db8:113::8/128", "64999"))
NEAR("ipv6_more_specific_of_another_is_refused", MORE_SPECIFIC, HALF6,
	RR("2001:db8:113::/48", "65001"),
	RR("2001:db8:113:ff:ffff:ffff:ffff:ffff/128", "64999"))
NEAR("ipv6_more_specific_outside_passes", ACCEPTED, HALF6,
	RR("2001:db8:113::/48", "65001"), RR("2001:db8:113:100::/64", "64999"))
NEAR("ipv6_default_route_of_another_is_refused", NEIGHBOR_AS, HALF6,
	RR("::/0", "64999"))
NEAR("ipv6_route_of_other_family_is_no_route", NO_ROUTE, HALF6,
	RR("0.0.0.0/0", "65001"))
NEAR_OPT("ipv6_internal_route_inside_own_passes", OPT_INTERNAL, ACCEPTED,
	HALF6, RR("2001:db8:113::/52", ""))
STRICT("ipv6_route_of_the_session_passes", ACCEPTED, HALF6,
	OWN("2001:db8:113::/48", "65001"))
STRICT("ipv6_route_of_a_reflector_is_refused", ORIGINATOR, HALF6,
	RR("2001:db8:113::/48", "65001"))
NEAR_OPT("ipv6_offset_is_refused", OPT_OFFSET, IPV6_OFFSET, HALF6,
	RR("2001:db8:113::/48", "65001"), RR("::/0", "65001"))
STRICT_OPT("ipv6_offset_is_refused", OPT_OFFSET, IPV6_OFFSET, HALF6,
	OWN("2001:db8:113::/48", "65001"))
NEAR_OPT("ipv6_offset_that_stands_is_refused",
	OPT_OFFSET | OPT_STANDS | OPT_UNKNOWN, IPV6_OFFSET, HALF6, { 0 })
ROW("off_ipv6_offset_is_refused", OFF, OPT_OFFSET, IPV6_OFFSET, HALF6,
	RR("2001:db8:113::/48", "65001"))

/* Nothing known, and what stands. */
NEAR_OPT("unknown_is_refused", OPT_UNKNOWN, UNICAST_UNKNOWN, HALF,
	RR("203.0.113.0/24", "65001"))
STRICT_OPT("unknown_is_refused", OPT_UNKNOWN, UNICAST_UNKNOWN, HALF,
	OWN("203.0.113.0/24", "65001"))
NEAR_OPT("unknown_ends_nothing_that_stands", OPT_UNKNOWN | OPT_STANDS,
	ACCEPTED, HALF, { 0 })
STRICT_OPT("unknown_ends_nothing_that_stands", OPT_UNKNOWN | OPT_STANDS,
	ACCEPTED, HALF, RR("203.0.113.0/24", "64999"))
NEAR_OPT("standing_is_no_route", OPT_STANDS, NO_ROUTE, HALF, { 0 })
NEAR_OPT("standing_does_not_outweigh_a_takeover", OPT_STANDS, NEIGHBOR_AS,
	HALF, RR(HALF, "64999"))
NEAR_OPT("standing_does_not_outweigh_a_more_specific", OPT_STANDS,
	MORE_SPECIFIC, HALF,
	OWN("203.0.113.0/24", "65001"), RR("203.0.113.0/26", "64999"))
STRICT_OPT("standing_does_not_outweigh_the_originator", OPT_STANDS,
	ORIGINATOR, HALF, RR(HALF, "65001"))

/* off, and nobody said how. */
ROW("off_passes_without_a_route", OFF, 0, ACCEPTED, HALF, { 0 })
ROW("off_passes_without_a_view", OFF, OPT_UNKNOWN, ACCEPTED, HALF, { 0 })
ROW("off_passes_through_another", OFF, 0, ACCEPTED, HALF, RR(HALF, "64999"))
ROW("none_is_refused", NONE, 0, UNJUDGED, HALF,
	OWN("203.0.113.0/24", "65001"))
ROW("none_that_stands_is_refused", NONE, OPT_STANDS | OPT_UNKNOWN, UNJUDGED,
	HALF, OWN("203.0.113.0/24", "65001"))
{ "out_of_range_is_refused", VALIDATE_OFF + 1, OPT_STANDS | OPT_KEEP,
	REASON_UNJUDGED, HALF, { OWN("203.0.113.0/24", "65001") } },

/* AS 0 is nobody, not a customer of AS 0. */
NEAR_OPT("zero_is_not_an_as_set", OPT_AS_ZERO, NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "{65010}"))
NEAR_OPT("zero_is_not_born_inside", OPT_AS_ZERO, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", ""))
NEAR_OPT("zero_originates_nothing", OPT_AS_ZERO | OPT_KEEP, NEIGHBOR_AS, HALF,
	RR("203.0.113.0/24", "64999 {65010}"))
STRICT_OPT("zero_is_not_an_as_set", OPT_AS_ZERO, NEIGHBOR_AS, HALF,
	OWN("203.0.113.0/24", "{65010}"))
STRICT_OPT("zero_originates_nothing", OPT_AS_ZERO | OPT_KEEP, ORIGINATOR,
	HALF, RR("203.0.113.0/24", "{65010}"))
};
/* clang-format on */

#undef ROW
#undef NEAR
#undef NEAR_OPT
#undef STRICT
#undef STRICT_OPT
#undef OWN
#undef RR
#undef BETA
#undef REFLECT
