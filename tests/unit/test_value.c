/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration values: what is taken, what it becomes, what is refused. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/loader/value.h"

#define REFUSED "refused"

/* One text through one parser; its value as text. */
struct row {
	const char *name;
	void (*print)(const char *text, char *buf, size_t size);
	const char *text;
	const char *wanted;
};

static void
number(const char *text, char *buf, size_t size)
{
	uint64_t value;

	if (value_number(text, 5, 4294967295, &value) == 0)
		(void)snprintf(buf, size, "%" PRIu64, value);
}

static void
seconds(const char *text, char *buf, size_t size)
{
	uint64_t value;

	if (value_seconds(text, false, &value) == 0)
		(void)snprintf(buf, size, "%" PRIu64, value);
}

static void
plain(const char *text, char *buf, size_t size)
{
	uint64_t value;

	if (value_seconds(text, true, &value) == 0)
		(void)snprintf(buf, size, "%" PRIu64, value);
}

static void
point(const char *text, char *buf, size_t size)
{
	uint64_t value;
	char again[VALUE_TEXT_MAX];

	if (value_time(text, &value) < 0)
		return;
	value_print_time(value, again, sizeof(again));
	(void)snprintf(buf, size, "%" PRIu64 " %s", value, again);
}

static void
rate(const char *text, char *buf, size_t size)
{
	double value;

	if (value_rate(text, &value) == 0)
		(void)snprintf(buf, size, "%.17g", value);
}

static void
address(const char *text, char *buf, size_t size)
{
	struct address value = { 0 };

	if (value_address(text, &value) == 0)
		value_print_address(&value, buf, size);
}

static void
router_id(const char *text, char *buf, size_t size)
{
	uint32_t value;

	if (value_router_id(text, &value) == 0)
		(void)snprintf(buf, size, "%08" PRIx32, value);
}

static void
asn(const char *text, char *buf, size_t size)
{
	uint32_t value;

	if (value_asn(text, &value) == 0)
		(void)snprintf(buf, size, "%" PRIu32, value);
}

static void
name(const char *text, char *buf, size_t size)
{
	if (value_name_ok(text))
		(void)snprintf(buf, size, "fine");
}

static void
octets(const uint8_t *value, size_t n, char *buf, size_t size)
{
	for (size_t i = 0; i < n && 2 * i + 3 <= size; i++)
		(void)snprintf(&buf[2 * i], 3, "%02x", value[i]);
}

static void
target(const char *text, char *buf, size_t size)
{
	struct value_target value;
	char printed[VALUE_TEXT_MAX];

	if (value_target(text, &value) < 0)
		return;
	(void)snprintf(buf, size, "%u ", value.form);
	octets(value.octets, sizeof(value.octets), &buf[2], size - 2);
	value_print_target(&value, printed, sizeof(printed));
	assert_string_equal(printed, text);
}

static void
tag(const char *text, char *buf, size_t size)
{
	struct community value;
	char printed[VALUE_TEXT_MAX];

	if (value_tag(text, &value) < 0)
		return;
	(void)snprintf(buf, size, "%u ", value.kind);
	octets(value.value, sizeof(value.value), &buf[2], size - 2);
	value_print_tag(&value, printed, sizeof(printed));
	assert_string_equal(printed, text);
}

static const struct row rows[] = {
	{ "number_at_its_floor", number, "5", "5" },
	{ "number_at_its_ceiling", number, "4294967295", "4294967295" },
	{ "number_below_its_floor_is_refused", number, "4", REFUSED },
	{ "number_above_its_ceiling_is_refused", number, "4294967296",
	    REFUSED },
	{ "number_that_would_wrap_is_refused", number, "18446744073709551621",
	    REFUSED },
	{ "number_with_leading_zero_is_refused", number, "012", REFUSED },
	{ "number_with_sign_is_refused", number, "+12", REFUSED },
	{ "number_with_blank_is_refused", number, " 12", REFUSED },
	{ "number_in_hexadecimal_is_refused", number, "0x10", REFUSED },
	{ "number_of_no_digits_is_refused", number, "", REFUSED },

	{ "time_in_utc", point, "2026-12-01T00:00:00Z",
	    "1796083200 2026-12-01T00:00:00Z" },
	{ "time_east_of_utc", point, "2026-12-01T01:00:00+01:00",
	    "1796083200 2026-12-01T00:00:00Z" },
	{ "time_west_of_utc", point, "2026-11-30T19:45:00-04:15",
	    "1796083200 2026-12-01T00:00:00Z" },
	{ "time_on_a_leap_day", point, "2400-02-29T23:59:59Z",
	    "13574649599 2400-02-29T23:59:59Z" },
	{ "time_first_of_all", point, "1970-01-01T00:00:01Z",
	    "1 1970-01-01T00:00:01Z" },
	{ "time_last_of_all", point, "9998-12-31T23:59:59-23:59",
	    "253370851139 9999-01-01T23:58:59Z" },
	{ "time_past_four_digits_of_year_is_refused", point,
	    "9999-12-31T23:59:59-00:01", REFUSED },
	{ "time_zero_is_refused", point, "1970-01-01T00:00:00Z", REFUSED },
	{ "time_before_all_is_refused", point, "1970-01-01T00:59:59+01:00",
	    REFUSED },
	{ "time_on_no_leap_day_is_refused", point, "2100-02-29T00:00:00Z",
	    REFUSED },
	{ "time_in_a_leap_second_is_refused", point, "2016-12-31T23:59:60Z",
	    REFUSED },
	{ "time_without_zone_is_refused", point, "2026-12-01T00:00:00",
	    REFUSED },
	{ "time_with_a_fraction_is_refused", point, "2026-12-01T00:00:00.0Z",
	    REFUSED },
	{ "time_with_a_blank_is_refused", point, "2026-12-01 00:00:00Z",
	    REFUSED },
	{ "time_in_small_letters_is_refused", point, "2026-12-01t00:00:00z",
	    REFUSED },
	{ "time_cut_short_is_refused", point, "2026-12-01T00:00", REFUSED },
	{ "time_with_a_short_zone_is_refused", point, "2026-12-01T00:00:00+1",
	    REFUSED },
	{ "time_with_more_is_refused", point, "2026-12-01T00:00:00+01:00 ",
	    REFUSED },
	{ "time_of_no_hour_is_refused", point, "2026-12-01T24:00:00Z",
	    REFUSED },
	{ "time_of_nothing_is_refused", point, "", REFUSED },

	{ "seconds_of_nothing", seconds, "0", "0" },
	{ "seconds_in_seconds", seconds, "10s", "10" },
	{ "seconds_in_minutes", seconds, "30m", "1800" },
	{ "seconds_in_hours", seconds, "24h", "86400" },
	{ "seconds_in_days", seconds, "7d", "604800" },
	{ "seconds_without_unit_are_refused", seconds, "30", REFUSED },
	{ "seconds_without_number_are_refused", seconds, "m", REFUSED },
	{ "seconds_in_capitals_are_refused", seconds, "30M", REFUSED },
	{ "seconds_in_two_units_are_refused", seconds, "1h30m", REFUSED },
	{ "seconds_of_ten_digits_are_refused", seconds, "1000000000d",
	    REFUSED },
	{ "seconds_of_no_text_are_refused", seconds, "", REFUSED },
	{ "plain_seconds_need_no_unit", plain, "180", "180" },
	{ "plain_seconds_may_have_a_unit", plain, "3m", "180" },

	{ "rate_of_one", rate, "1", "1" },
	{ "rate_with_fraction", rate, "9600.5", "9600.5" },
	{ "rate_with_exponent", rate, "1.25e8", "125000000" },
	{ "rate_at_its_ceiling", rate, "1e12", "1000000000000" },
	{ "rate_below_one_is_refused", rate, "0.99", REFUSED },
	{ "rate_above_its_ceiling_is_refused", rate, "1.1e12", REFUSED },
	{ "rate_beyond_doubles_is_refused", rate, "1e999", REFUSED },
	{ "rate_of_not_a_number_is_refused", rate, "nan", REFUSED },
	{ "rate_of_infinity_is_refused", rate, "inf", REFUSED },
	{ "rate_in_hexadecimal_is_refused", rate, "0x10", REFUSED },
	{ "rate_below_zero_is_refused", rate, "-8000", REFUSED },
	{ "rate_with_unit_is_refused", rate, "10M", REFUSED },
	{ "rate_with_two_points_is_refused", rate, "1.2.3", REFUSED },
	{ "rate_of_no_text_is_refused", rate, "", REFUSED },

	{ "router_id_is_in_host_order", router_id, "192.0.2.1", "c0000201" },
	{ "router_id_of_all_ones", router_id, "255.255.255.255", "ffffffff" },
	{ "router_id_of_zero_is_refused", router_id, "0.0.0.0", REFUSED },
	{ "router_id_as_number_is_refused", router_id, "3221225985", REFUSED },
	{ "router_id_of_ipv6_is_refused", router_id, "::1", REFUSED },
	{ "router_id_of_no_text_is_refused", router_id, "", REFUSED },
	{ "address_of_ipv4", address, "192.0.2.1", "192.0.2.1" },
	{ "address_of_ipv6", address, "2001:DB8:0::1", "2001:db8::1" },
	{ "address_of_a_link_keeps_its_interface", address, "fe80::1%7",
	    "fe80::1%7" },
	{ "address_of_a_link_alone_is_refused", address, "fe80::1", REFUSED },
	{ "address_of_a_link_at_interface_zero_is_refused", address,
	    "fe80::1%0", REFUSED },
	{ "address_of_an_unknown_interface_is_refused", address,
	    "fe80::1%no-such-one", REFUSED },
	{ "address_of_an_endless_interface_is_refused", address,
	    "fe80::1%abcdefghijklmnopqrstuvwxyz", REFUSED },
	{ "address_with_interface_but_global_is_refused", address,
	    "2001:db8::1%1", REFUSED },
	{ "address_of_ipv4_in_ipv6_is_refused", address, "::ffff:192.0.2.1",
	    REFUSED },
	{ "address_with_length_is_refused", address, "192.0.2.1/32", REFUSED },
	{ "address_with_octal_is_refused", address, "192.0.2.010", REFUSED },
	{ "address_by_name_is_refused", address, "localhost", REFUSED },
	{ "address_of_no_text_is_refused", address, "", REFUSED },
	{ "address_far_too_long_is_refused", address,
	    "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
	    REFUSED },

	{ "asn_of_two_octets", asn, "64500", "64500" },
	{ "asn_of_four_octets", asn, "4294967294", "4294967294" },
	{ "asn_zero_is_refused", asn, "0", REFUSED },
	{ "asn_trans_is_refused", asn, "23456", REFUSED },
	{ "asn_last_of_two_octets_is_refused", asn, "65535", REFUSED },
	{ "asn_last_of_four_octets_is_refused", asn, "4294967295", REFUSED },
	{ "asn_with_dot_is_refused", asn, "1.0", REFUSED },

	{ "name_of_letters", name, "Acme_1.b-c", "fine" },
	{ "name_of_nothing_is_refused", name, "", REFUSED },
	{ "name_with_blank_is_refused", name, "a b", REFUSED },
	{ "name_with_slash_is_refused", name, "a/b", REFUSED },
	{ "name_hidden_is_refused", name, ".acme", REFUSED },
	{ "name_like_an_option_is_refused", name, "-acme", REFUSED },
	{ "name_of_63_octets", name,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "fine" },
	{ "name_of_64_octets_is_refused", name,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    REFUSED },

	{ "target_of_a_short_as", target, "64500:666", "0 fbf40000029a" },
	{ "target_of_a_short_as_and_large_value", target, "1:4294967295",
	    "0 0001ffffffff" },
	{ "target_of_an_address", target, "10.0.0.1:65535", "1 0a000001ffff" },
	{ "target_of_a_long_as", target, "4200000000:7", "2 fa56ea000007" },
	{ "target_of_a_short_as_written_long", target, "64500L:7",
	    "2 0000fbf40007" },
	{ "target_of_a_long_as_with_large_value_is_refused", target,
	    "65536:65536", REFUSED },
	{ "target_of_an_address_with_large_value_is_refused", target,
	    "10.0.0.1:65536", REFUSED },
	{ "target_of_one_part_is_refused", target, "64500", REFUSED },
	{ "target_of_three_parts_is_refused", target, "1:2:3", REFUSED },
	{ "target_of_an_empty_part_is_refused", target, "64500:", REFUSED },
	{ "target_of_a_lone_mark_is_refused", target, "L:1", REFUSED },
	{ "target_of_a_long_part_is_refused", target, "1:00000000000000000001",
	    REFUSED },
	{ "target_beyond_four_octets_is_refused", target, "4294967296:1",
	    REFUSED },

	{ "tag_standard", tag, "64500:100", "1 fbf400640000000000000000" },
	{ "tag_large", tag, "64500:1:4294967295",
	    "3 0000fbf400000001ffffffff" },
	{ "tag_extended", tag, "rt:64500:100",
	    "2 0002fbf4000000640000"
	    "0000" },
	{ "tag_extended_of_an_address", tag, "rt:10.0.0.1:1",
	    "2 01020a000001000100000000" },
	{ "tag_standard_of_a_large_value_is_refused", tag, "64500:65536",
	    REFUSED },
	{ "tag_large_of_a_larger_value_is_refused", tag, "1:2:4294967296",
	    REFUSED },
	{ "tag_of_four_parts_is_refused", tag, "1:2:3:4", REFUSED },
	{ "tag_of_one_part_is_refused", tag, "100", REFUSED },
	{ "tag_by_name_is_refused", tag, "no-export", REFUSED },
	{ "tag_extended_of_nothing_is_refused", tag, "rt:", REFUSED },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The text becomes the value of its row, or is refused. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	char got[VALUE_TEXT_MAX] = REFUSED;

	row->print(row->text, got, sizeof(got));
	assert_string_equal(got, row->wanted);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
