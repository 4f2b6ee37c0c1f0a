/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/prefix.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/prefix.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Text and what it prints as; NULL: it is no prefix. */
struct text_row {
	const char *name;
	const char *text;
	const char *printed;
};

static const struct text_row text_rows[] = {
	{ "v4_prefix", "192.0.2.0/24", "192.0.2.0/24" },
	{ "v4_default", "0.0.0.0/0", "0.0.0.0/0" },
	{ "v4_host_by_length", "192.0.2.1/32", "192.0.2.1/32" },
	{ "v4_address_is_a_host", "192.0.2.1", "192.0.2.1/32" },
	{ "v6_prefix", "2001:db8::/32", "2001:db8::/32" },
	{ "v6_default", "::/0", "::/0" },
	{ "v6_address_is_a_host", "2001:DB8::1", "2001:db8::1/128" },
	{ "v6_odd_length", "2001:db8:8000::/33", "2001:db8:8000::/33" },
	{ "v6_mapped", "::ffff:192.0.2.1/128", "::ffff:192.0.2.1/128" },
	{ "v6_compatible", "::192.0.2.1/128", "::192.0.2.1/128" },
	{ "v6_low_group_alone", "::2/128", "::2/128" },
	{ "v6_run_in_the_middle", "2001:db8:0:0:1:0:0:1/128",
	    "2001:db8::1:0:0:1/128" },
	{ "v6_longer_run_later", "2001:0:0:1:0:0:0:1/128",
	    "2001:0:0:1::1/128" },
	{ "v6_single_zero_stays", "1:0:3:4:5:6:7:8/128",
	    "1:0:3:4:5:6:7:8/128" },
	{ "v6_run_at_the_end", "1:2:3:4:5:6::/96", "1:2:3:4:5:6::/96" },
	{ "v6_longest", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
	{ "empty_is_refused", "", NULL },
	{ "slash_alone_is_refused", "/", NULL },
	{ "no_length_is_refused", "192.0.2.0/", NULL },
	{ "no_address_is_refused", "/24", NULL },
	{ "no_address_of_no_length_is_refused", "/0", NULL },
	{ "endless_address_of_no_length_is_refused",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/0",
	    NULL },
	{ "v4_length_33_is_refused", "192.0.2.0/33", NULL },
	{ "v6_length_129_is_refused", "::/129", NULL },
	{ "length_beyond_int_is_refused", "::/4294967296", NULL },
	{ "leading_zero_is_refused", "192.0.2.0/024", NULL },
	{ "sign_is_refused", "192.0.2.0/+24", NULL },
	{ "negative_length_is_refused", "192.0.2.0/-1", NULL },
	{ "blank_is_refused", "192.0.2.0/24 ", NULL },
	{ "second_slash_is_refused", "2001:db8::/32/0", NULL },
	{ "host_bits_are_refused", "192.0.2.1/24", NULL },
	{ "last_host_bit_is_refused", "192.0.2.1/31", NULL },
	{ "v6_host_bits_are_refused", "2001:db8:1::/32", NULL },
	{ "three_octets_are_refused", "192.0.2/24", NULL },
	{ "octet_256_is_refused", "192.0.2.256/32", NULL },
	{ "zone_is_refused", "fe80::1%eth0", NULL },
	{ "overlong_is_refused",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/0",
	    NULL },
};

/* A text is parsed and printed back, or refused with *out zeroed. */
static void
parse_row(void **state)
{
	const struct text_row *row = *state;
	const struct prefix zero = { 0 };
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	if (row->printed == NULL) {
		assert_int_equal(prefix_parse(row->text, &prefix), -1);
		assert_memory_equal(&prefix, &zero, sizeof(zero));
		return;
	}
	assert_int_equal(prefix_parse(row->text, &prefix), 0);
	assert_true(prefix_valid(&prefix));
	assert_ptr_equal(prefix_print(&prefix, text, sizeof(text)), text);
	assert_string_equal(text, row->printed);
}

/* How two prefixes stand: contains 1, is inside 2, equal 3, apart 0. */
struct pair_row {
	const char *name;
	const char *a, *b;
	unsigned relation;
	int order;
};

static const struct pair_row pair_rows[] = {
	{ "equal", "192.0.2.0/24", "192.0.2.0/24", 3, 0 },
	{ "wider_contains", "192.0.2.0/24", "192.0.2.128/25", 1, -1 },
	{ "longer_is_inside", "192.0.2.0/25", "192.0.2.0/24", 2, 1 },
	{ "neighbours_are_apart", "192.0.2.0/25", "192.0.2.128/25", 0, -1 },
	{ "odd_bits_apart", "192.0.2.0/31", "192.0.2.2/31", 0, -1 },
	{ "default_contains", "0.0.0.0/0", "192.0.2.0/24", 1, -1 },
	{ "families_are_apart", "0.0.0.0/0", "::/0", 0, -1 },
	{ "v6_contains_host", "2001:db8::/33", "2001:db8:7fff::1", 1, -1 },
	{ "v6_host_outside", "2001:db8::/33", "2001:db8:8000::1", 0, -1 },
	{ "v6_hosts_differ_in_last_bit", "2001:db8::", "2001:db8::1", 0, -1 },
	{ "v6_default_contains", "ffff::/16", "::/0", 2, 1 },
};

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

/* Containment, overlap and order agree, both ways round. */
static void
pair_relation(void **state)
{
	const struct pair_row *row = *state;
	struct prefix a, b;

	assert_int_equal(prefix_parse(row->a, &a), 0);
	assert_int_equal(prefix_parse(row->b, &b), 0);

	assert_int_equal(prefix_contains(&a, &b), (row->relation & 1) != 0);
	assert_int_equal(prefix_contains(&b, &a), (row->relation & 2) != 0);
	assert_int_equal(prefix_overlaps(&a, &b), row->relation != 0);
	assert_int_equal(prefix_overlaps(&b, &a), row->relation != 0);
	assert_int_equal(sign(prefix_cmp(&a, &b)), row->order);
	assert_int_equal(sign(prefix_cmp(&b, &a)), -row->order);
}

/* Masking clears the bits past the length, and unused octets of IPv4. */
static void
mask_clears_what_is_past_the_length(void **state)
{
	struct prefix prefix = { .afi = AFI_IPV4, .len = 13 };
	char text[PREFIX_TEXT_MAX];

	(void)state;
	memset(prefix.addr, 0xff, sizeof(prefix.addr));
	assert_false(prefix_valid(&prefix));
	prefix_mask(&prefix);
	assert_true(prefix_valid(&prefix));
	assert_string_equal(
	    prefix_print(&prefix, text, sizeof(text)), "255.248.0.0/13");
	prefix.addr[15] = 1;
	assert_false(prefix_valid(&prefix));
}

/* Lengths beyond the family and unknown families are not valid. */
static void
values_out_of_range_are_not_valid(void **state)
{
	struct prefix prefix = { .afi = AFI_IPV4, .len = 33 };
	struct prefix v6 = { .afi = AFI_IPV6, .len = 129 };
	struct prefix none = { .afi = AFI_NONE };
	struct prefix strange = { .afi = 25, .len = 200 };

	(void)state;
	assert_false(prefix_valid(&prefix));
	assert_false(prefix_valid(&v6));
	assert_false(prefix_valid(&none));
	assert_false(prefix_valid(&strange));
	prefix_mask(&strange);
	assert_false(prefix_overlaps(&strange, &strange));
}

/* A small generator of our own, so that a failure comes back. */
static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* What does not fit is cut, with its NUL; no room at all writes nothing. */
static void
print_never_passes_its_buffer(void **state)
{
	struct prefix prefix;
	char buf[8] = "unhurt!";

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/24", &prefix), 0);
	assert_string_equal(prefix_print(&prefix, buf, 5), "192.");
	assert_string_equal(&buf[5], "t!");
	(void)prefix_print(&prefix, buf, 0);
	assert_string_equal(buf, "192.");
	assert_string_equal(prefix_print(&prefix, buf, 1), "");
	assert_string_equal(&buf[1], "92.");
	assert_string_equal(prefix_print_address(&prefix, buf, 8), "192.0.2");
	prefix.afi = 77;
	assert_string_equal(prefix_print(&prefix, buf, 8), "?/24");
}

/* An address prints as inet_ntop() has it, with few bits or with many. */
static void
print_agrees_with_the_library(void **state)
{
	uint32_t seed = 771;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		struct prefix prefix = { .afi =
					     i % 2 == 0 ? AFI_IPV4 : AFI_IPV6 };
		unsigned n = afi_bits(prefix.afi) / 8;
		char text[PREFIX_TEXT_MAX], wanted[PREFIX_TEXT_MAX];
		uint32_t bits = next(&seed);

		for (unsigned k = 0; k < n; k++) {
			if ((bits >> k / 2 & 1) != 0)
				prefix.addr[k] = (uint8_t)next(&seed);
		}
		if (bits >> 28 == 0)
			memset(&prefix.addr[10], 0xff, 2);
		(void)inet_ntop(i % 2 == 0 ? AF_INET : AF_INET6, prefix.addr,
		    wanted, sizeof(wanted));
		assert_string_equal(
		    prefix_print_address(&prefix, text, sizeof(text)), wanted);
		prefix.len = (uint8_t)(bits >> 20);
		(void)snprintf(wanted + strlen(wanted), 5, "/%u", prefix.len);
		assert_string_equal(
		    prefix_print(&prefix, text, sizeof(text)), wanted);
	}
}

/* Address bits by family; other numbers have none. */
static void
afi_bits_of_families(void **state)
{
	(void)state;
	assert_int_equal(afi_bits(AFI_IPV4), 32);
	assert_int_equal(afi_bits(AFI_IPV6), 128);
	assert_int_equal(afi_bits(AFI_NONE), 0);
	assert_int_equal(afi_bits(25), 0);
}

/* Of all ones, as many stay as the length says, at every length. */
static void
mask_keeps_the_length_at_every_length(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 128; len++) {
		struct prefix prefix = { .afi = AFI_IPV6, .len = (uint8_t)len };

		memset(prefix.addr, 0xff, sizeof(prefix.addr));
		prefix_mask(&prefix);
		for (unsigned bit = 0; bit < 128; bit++)
			assert_int_equal(
			    prefix.addr[bit / 8] >> (7 - bit % 8) & 1,
			    bit < len);
	}
}

int
main(void)
{
	struct CMUnitTest texts[N(text_rows)] = { 0 };
	struct CMUnitTest pairs[N(pair_rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mask_clears_what_is_past_the_length),
		cmocka_unit_test(mask_keeps_the_length_at_every_length),
		cmocka_unit_test(values_out_of_range_are_not_valid),
		cmocka_unit_test(print_never_passes_its_buffer),
		cmocka_unit_test(print_agrees_with_the_library),
		cmocka_unit_test(afi_bits_of_families),
	};

	for (size_t i = 0; i < N(text_rows); i++) {
		texts[i].name = text_rows[i].name;
		texts[i].test_func = parse_row;
		texts[i].initial_state = (void *)(uintptr_t)&text_rows[i];
	}
	for (size_t i = 0; i < N(pair_rows); i++) {
		pairs[i].name = pair_rows[i].name;
		pairs[i].test_func = pair_relation;
		pairs[i].initial_state = (void *)(uintptr_t)&pair_rows[i];
	}
	return cmocka_run_group_tests_name("text", texts, NULL, NULL) +
	       cmocka_run_group_tests_name("pairs", pairs, NULL, NULL) +
	       cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
