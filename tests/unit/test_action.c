/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/action.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/action.h"

#define N(rows)   (sizeof(rows) / sizeof((rows)[0]))
#define BIT(kind) ACTION_BIT(ACTION_##kind)
#define NAN_BITS  0x7fc00001u

/* A set, and whether it is valid and discards. */
struct row {
	const char *name;
	bool valid, discard;
	struct action_set set;
};

static const struct row rows[] = {
	{ "no_action_is_valid_and_no_discard", true, false, { 0 } },
	{ "rate_0_discards", true, true, { .present = BIT(RATE_BYTES) } },
	{ "packet_rate_0_discards", true, true,
	    { .present = BIT(RATE_PACKETS) } },
	{ "either_rate_0_discards", true, true,
	    { .present = BIT(RATE_BYTES) | BIT(RATE_PACKETS),
		.rate_packets = 0x3f800000 } },
	{ "smallest_rate_is_no_discard", true, false,
	    { .present = BIT(RATE_BYTES), .rate_bytes = 1 } },
	{ "discard_with_mark_and_sample", true, true,
	    { .present = BIT(RATE_BYTES) | BIT(MARK) | BIT(TRAFFIC),
		.dscp = 63,
		.flags = ACTION_SAMPLE } },
	{ "discard_and_redirect_is_no_discard", true, false,
	    { .present = BIT(RATE_BYTES) | BIT(REDIRECT),
		.redirect = { 0x80, 0x08 } } },
	{ "discard_and_nexthop_is_no_discard", true, false,
	    { .present = BIT(RATE_BYTES) | BIT(REDIRECT_NEXTHOP),
		.flags = ACTION_COPY_NEXTHOP } },
	{ "discard_at_some_interfaces_is_no_discard", true, false,
	    { .present = BIT(RATE_BYTES) | BIT(INTERFACE_SET),
		.interface_set = { 0x07, 0x02 } } },
	{ "discard_and_unknown_is_no_discard", true, false,
	    { .present = BIT(RATE_BYTES), .unknown = 1 } },
	{ "contradicting_rates_are_no_discard", true, false,
	    { .present = BIT(RATE_BYTES), .repeated = BIT(RATE_BYTES) } },
	{ "stripped_communities_do_not_matter", true, true,
	    { .present = BIT(RATE_BYTES), .stripped = 255 } },
	{ "mark_alone_is_no_discard", true, false, { .present = BIT(MARK) } },
	{ "nan_is_valid_and_no_discard", true, false,
	    { .present = BIT(RATE_BYTES), .rate_bytes = NAN_BITS } },
	{ "infinity_is_valid", true, false,
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x7f800000 } },
	{ "minus_infinity_is_refused", false, false,
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0xff800000 } },
	{ "minus_zero_is_refused", false, false,
	    { .present = BIT(RATE_BYTES), .rate_bytes = 0x80000000 } },
	{ "minus_one_is_refused", false, false,
	    { .present = BIT(RATE_PACKETS), .rate_packets = 0xbf800000 } },
	{ "kind_beyond_the_list_is_refused", false, false,
	    { .present = ACTION_BIT(ACTION_KINDS) } },
	{ "repeated_but_not_present_is_refused", false, false,
	    { .repeated = BIT(MARK) } },
	{ "rate_without_kind_is_refused", false, false,
	    { .rate_bytes = 0x3f800000 } },
	{ "packet_rate_without_kind_is_refused", false, false,
	    { .present = BIT(RATE_BYTES), .rate_packets = 1 } },
	{ "dscp_64_is_refused", false, false,
	    { .present = BIT(MARK), .dscp = 64 } },
	{ "dscp_without_kind_is_refused", false, false, { .dscp = 1 } },
	{ "sample_without_kind_is_refused", false, false,
	    { .flags = ACTION_SAMPLE } },
	{ "copy_without_kind_is_refused", false, false,
	    { .present = BIT(REDIRECT_NEXTHOP), .flags = ACTION_COPY_IP4 } },
	{ "unknown_flag_is_refused", false, false,
	    { .present = BIT(TRAFFIC), .flags = 0x80 } },
	{ "redirect_of_4_octet_as", true, false,
	    { .present = BIT(REDIRECT), .redirect = { 0x82, 0x08, 1 } } },
	{ "redirect_of_another_type_is_refused", false, false,
	    { .present = BIT(REDIRECT), .redirect = { 0x83, 0x08 } } },
	{ "redirect_of_another_subtype_is_refused", false, false,
	    { .present = BIT(REDIRECT), .redirect = { 0x80, 0x09 } } },
	{ "redirect_without_kind_is_refused", false, false,
	    { .redirect = { 0, 0, 0, 0, 0, 0, 0, 1 } } },
	{ "interface_set_non_transitive", true, false,
	    { .present = BIT(INTERFACE_SET),
		.interface_set = { 0x47, 0x02 } } },
	{ "interface_set_of_another_type_is_refused", false, false,
	    { .present = BIT(INTERFACE_SET) } },
	{ "ip4_with_its_last_octets_set_is_refused", false, false,
	    { .present = BIT(REDIRECT_IP4),
		.redirect_ip4 = { 0, 0, 0, 0, 0, 0, 0, 1 } } },
	{ "ip4_with_its_last_octet_but_one_set_is_refused", false, false,
	    { .present = BIT(REDIRECT_IP4),
		.redirect_ip4 = { 0, 0, 0, 0, 0, 0, 1 } } },
	{ "ip4_with_its_copy_bit_is_refused", false, false,
	    { .present = BIT(REDIRECT_IP4),
		.redirect_ip4 = { 0, 0, 0, 0, 0, 1 } } },
	{ "ip6_with_its_copy_bit_is_refused", false, false,
	    { .present = BIT(REDIRECT_IP6),
		.redirect_ip6 = { 0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		    0, 0, 0, 0, 0, 1 } } },
	{ "ip4_without_kind_is_refused", false, false,
	    { .redirect_ip4 = { 1 } } },
	{ "rt6", true, false,
	    { .present = BIT(REDIRECT_RT6), .redirect_rt6 = { 0, 0x0d } } },
	{ "rt6_of_another_type_is_refused", false, false,
	    { .present = BIT(REDIRECT_RT6), .redirect_rt6 = { 0, 0x0c } } },
	{ "ip6_of_another_type_is_refused", false, false,
	    { .present = BIT(REDIRECT_IP6), .redirect_ip6 = { 0, 0x0d } } },
	{ "ip6_without_kind_is_refused", false, false,
	    { .redirect_ip6 = { 0, 0x0c } } },
};

/* Validity and discard of each set. */
static void
set_is(void **state)
{
	const struct row *row = *state;

	assert_int_equal(action_valid(&row->set), row->valid);
	if (row->valid)
		assert_int_equal(action_is_discard(&row->set), row->discard);
}

/* Every kind has its own name; a number beyond has none. */
static void
kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(action_name(ACTION_RATE_BYTES), "rate-limit");
	assert_string_equal(action_name(ACTION_INTERFACE_SET), "interface-set");
	for (unsigned i = 0; i < ACTION_KINDS; i++)
		assert_string_not_equal(action_name(i), "?");
	assert_string_equal(action_name(ACTION_KINDS), "?");
	assert_string_equal(action_name(UINT32_MAX), "?");
}

/* Numbers become the nearest float, never one below zero or beyond finite. */
static void
rates_become_floats(void **state)
{
	(void)state;
	assert_int_equal(action_rate_bits(0), 0);
	assert_int_equal(action_rate_bits(-0.0), 0);
	assert_int_equal(action_rate_bits(-5), 0);
	assert_int_equal(action_rate_bits((double)NAN), 0);
	assert_int_equal(action_rate_bits(1), 0x3f800000);
	assert_int_equal(action_rate_bits(9600), 0x46160000);
	assert_int_equal(action_rate_bits(16777217), 0x4b800000);
	assert_int_equal(action_rate_bits(1e-45), 1);
	assert_int_equal(action_rate_bits(1e300), 0x7f7fffff);
	assert_int_equal(action_rate_bits((double)INFINITY), 0x7f7fffff);
	assert_true(action_rate(0x46160000) == 9600);
}

/* Only NaN and infinity are not finite. */
static void
finite_rates(void **state)
{
	(void)state;
	assert_true(action_rate_finite(0));
	assert_true(action_rate_finite(0x7f7fffff));
	assert_true(action_rate_finite(1));
	assert_false(action_rate_finite(0x7f800000));
	assert_false(action_rate_finite(0xff800000));
	assert_false(action_rate_finite(NAN_BITS));
}

/* Sets are equal when every octet is. */
static void
equal_sets(void **state)
{
	struct action_set a, b;

	(void)state;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	assert_true(action_equal(&a, &b));
	b.stripped = 1;
	assert_false(action_equal(&a, &b));
}

/* Equality octet by octet needs a struct without padding. */
static void
set_has_no_padding(void **state)
{
	(void)state;
	assert_int_equal(
	    sizeof(struct action_set), 2 * 2 + 4 * 1 + 2 * 4 + 3 * 8 + 2 * 20);
}

int
main(void)
{
	struct CMUnitTest sets[N(rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(rates_become_floats),
		cmocka_unit_test(finite_rates),
		cmocka_unit_test(equal_sets),
		cmocka_unit_test(set_has_no_padding),
	};

	for (size_t i = 0; i < N(rows); i++) {
		sets[i].name = rows[i].name;
		sets[i].test_func = set_is;
		sets[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("sets", sets, NULL, NULL) +
	       cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
