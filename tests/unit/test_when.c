/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time and ages, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/control/when.h"

#define S   UINT64_C(1000000000)
#define NOW (UINT64_C(1769828645) * S) /* 2026-01-31T03:04:05Z */

struct parse_row {
	const char *name;
	const char *text;
	int status;
	uint64_t ns;
};

static const struct parse_row parse_rows[] = {
	{ "rfc3339", "2026-01-31T03:04:05Z", 0, NOW },
	{ "fraction", "2026-01-31T03:04:05.678Z", 0, NOW + 678000000 },
	{ "tenth_digit_says_nothing", "2026-01-31T03:04:05.1234567899Z", 0,
	    NOW + 123456789 },
	{ "offset_east", "2026-01-31T04:04:05+01:00", 0, NOW },
	{ "offset_west", "2026-01-30T22:04:05-05:00", 0, NOW },
	{ "space_and_small_letters", "2026-01-31 03:04:05z", 0, NOW },
	{ "day_alone", "2026-01-31", 0, UINT64_C(1769817600) * S },
	{ "leap_day", "2024-02-29T00:00:00Z", 0, UINT64_C(1709164800) * S },
	{ "leap_second_counts_as_the_one_before", "2016-12-31T23:59:60Z", 0,
	    UINT64_C(1483228799) * S },
	{ "minutes_ago", "10m", 0, NOW - 600 * S },
	{ "mixed_ago", "1d2h3m4s", 0, NOW - 93784 * S },
	{ "before_the_epoch_is_the_epoch", "36000d", 0, 0 },
	{ "no_leap_day", "2025-02-29", -1, 0 },
	{ "month_13", "2026-13-01", -1, 0 },
	{ "day_0", "2026-01-00", -1, 0 },
	{ "hour_24", "2026-01-31T24:00:00Z", -1, 0 },
	{ "no_zone", "2026-01-31T03:04:05", -1, 0 },
	{ "dot_alone", "2026-01-31T03:04:05.Z", -1, 0 },
	{ "rest", "2026-01-31T03:04:05Zx", -1, 0 },
	{ "year_1969", "1969-12-31", -1, 0 },
	{ "before_the_epoch_by_offset", "1970-01-01T00:00:00+01:00", -1, 0 },
	{ "empty", "", -1, 0 },
	{ "number_alone", "10", -1, 0 },
	{ "unit_alone", "m", -1, 0 },
	{ "unit_twice", "1m2m", -1, 0 },
	{ "units_rising", "1s1m", -1, 0 },
	{ "unknown_unit", "3w", -1, 0 },
	{ "negative", "-3m", -1, 0 },
	{ "huge", "99999999999999999999d", -1, 0 },
};

/* Each text is the moment that the row says, or none. */
static void
parses(void **state)
{
	const struct parse_row *row = *state;
	uint64_t ns = 1;

	assert_int_equal(when_parse(row->text, NOW, &ns), row->status);
	assert_true(ns == row->ns);
}

struct age_row {
	const char *name;
	uint64_t ms;
	const char *text;
};

static const struct age_row age_rows[] = {
	{ "age_0", 0, "0s" },
	{ "age_59s", 59999, "59s" },
	{ "age_1m", 60000, "1m00s" },
	{ "age_3m12s", 192000, "3m12s" },
	{ "age_1h", 3600000, "1h00m" },
	{ "age_23h", 86399999, "23h59m" },
	{ "age_4d", UINT64_C(356400000), "4d03h" },
	{ "age_412d", UINT64_C(412) * 86400000, "412d" },
	{ "age_longest", UINT64_MAX, "213503982334d" },
};

/* Each duration reads as the row says. */
static void
ages(void **state)
{
	const struct age_row *row = *state;
	char buf[32];

	assert_string_equal(when_age(row->ms, buf, sizeof(buf)), row->text);
}

/* What is printed parses to the same millisecond. */
static void
printed_time_parses(void **state)
{
	char buf[WHEN_TEXT_MAX];
	uint64_t ns;

	(void)state;
	(void)when_print(NOW + 7 * 1000000 + 999, buf, sizeof(buf));
	assert_string_equal(buf, "2026-01-31T03:04:05.007Z");
	assert_int_equal(when_parse(buf, 0, &ns), 0);
	assert_true(ns == NOW + 7 * 1000000);
	(void)when_print(UINT64_MAX, buf, sizeof(buf));
	assert_string_equal(buf, "2554-07-21T23:34:33.709Z");
}

int
main(void)
{
	enum {
		PARSES = sizeof(parse_rows) / sizeof(parse_rows[0]),
		AGES = sizeof(age_rows) / sizeof(age_rows[0])
	};
	struct CMUnitTest tests[PARSES + AGES + 1] = {
		cmocka_unit_test(printed_time_parses),
	};

	for (size_t i = 0; i < PARSES; i++) {
		tests[1 + i] = (struct CMUnitTest){ parse_rows[i].name, parses,
			NULL, NULL, (void *)(uintptr_t)&parse_rows[i] };
	}
	for (size_t i = 0; i < AGES; i++) {
		tests[1 + PARSES + i] = (struct CMUnitTest){ age_rows[i].name,
			ages, NULL, NULL, (void *)(uintptr_t)&age_rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
