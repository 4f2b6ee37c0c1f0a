/* SPDX-License-Identifier: BSD-2-Clause */
/* What each process logs, and until when: a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/supervisor/log_levels.h"

#define ACME  "sluice-session acme/198.51.100.2"
#define RANGE "sluice-session acme/198.51.100.0/28#3"
#define RR1   "sluice-session rr1"

struct name_row {
	const char *title;
	const char *name;
	const char *process;
	bool meant;
};

static const struct name_row name_rows[] = {
	{ "no_name_means_the_guard", "", "sluice-guard", true },
	{ "no_name_means_a_session", "", ACME, true },
	{ "role_is_meant", "guard", "sluice-guard", true },
	{ "other_role_is_not_meant", "guard", "sluice-store", false },
	{ "supervisor_is_meant", "supervisor", "supervisor", true },
	{ "all_sessions_are_meant", "session", ACME, true },
	{ "inward_session_is_one", "session", RR1, true },
	{ "customer_is_meant", "acme", ACME, true },
	{ "customer_with_a_slash_is_meant", "acme/", ACME, true },
	{ "role_is_no_customer", "guard/", "sluice-guard", false },
	{ "slash_alone_means_nobody", "/", ACME, false },
	{ "neighbour_is_meant", "acme/198.51.100.2", ACME, true },
	{ "address_is_meant", "198.51.100.2", ACME, true },
	{ "start_of_a_name_is_not_meant", "acm", ACME, false },
	{ "longer_name_is_not_meant", "acme2", ACME, false },
	{ "start_of_an_address_is_not_meant", "198.51.100", ACME, false },
	{ "other_address_is_not_meant", "acme/198.51.100.20", ACME, false },
	{ "inward_neighbour_is_meant", "rr1", RR1, true },
	{ "place_of_a_range_is_meant", "acme/198.51.100.0/28#3", RANGE, true },
	{ "range_is_meant", "acme/198.51.100.0/28", RANGE, true },
	{ "range_without_its_customer_is_meant", "198.51.100.0/28", RANGE,
	    true },
	{ "other_place_of_a_range_is_not_meant", "acme/198.51.100.0/28#31",
	    RANGE, false },
	{ "program_is_no_name", "sluice-guard", "sluice-guard", false },
};

/* A name means these processes and no others. */
static void
name_means(void **state)
{
	const struct name_row *row = *state;

	assert_int_equal(log_levels_mean(row->name, row->process), row->meant);
}

static int
set(struct log_levels *levels, const char *name, enum log_class class,
    uint32_t for_s)
{
	struct msg_log_ask ask = { .set = 1,
		.class = (uint8_t) class,
		.for_s = for_s,
		.operator_name = "root" };

	(void)snprintf(ask.name, sizeof(ask.name), "%s", name);
	assert_true(check_log_ask(&ask));
	return log_levels_set(levels, &ask, 1000);
}

/* Without a wish everybody logs what sluiced was started with. */
static void
base_counts_without_a_wish(void **state)
{
	struct log_levels levels = { .base = LOG_DEBUG };

	(void)state;
	assert_int_equal(log_levels_of(&levels, "sluice-guard"), LOG_DEBUG);
	assert_int_equal(log_levels_of(&levels, ACME), LOG_DEBUG);
}

/* Of several that mean a process the closest counts, in whatever order. */
static void
closest_name_counts(void **state)
{
	struct log_levels levels = { .base = LOG_INFO };

	(void)state;
	assert_int_equal(set(&levels, "", LOG_ERROR, 10), 0);
	assert_int_equal(set(&levels, "198.51.100.2", LOG_DEBUG, 10), 0);
	assert_int_equal(set(&levels, "acme", LOG_REMOTE, 10), 0);
	assert_int_equal(set(&levels, "session", LOG_WARN, 10), 0);
	assert_int_equal(log_levels_of(&levels, ACME), LOG_DEBUG);
	assert_int_equal(log_levels_of(&levels, RANGE), LOG_REMOTE);
	assert_int_equal(log_levels_of(&levels, RR1), LOG_WARN);
	assert_int_equal(log_levels_of(&levels, "sluice-guard"), LOG_ERROR);
}

/* Its time over, one is taken out once, and the others stay. */
static void
each_ends_by_itself(void **state)
{
	struct log_levels levels = { .base = LOG_INFO };
	struct log_keep over;

	(void)state;
	assert_int_equal(set(&levels, "acme", LOG_DEBUG, 2), 0);
	assert_int_equal(set(&levels, "guard", LOG_DEBUG, 86400), 0);
	assert_false(log_levels_expire(&levels, 2999, &over));
	assert_true(log_levels_expire(&levels, 3000, &over));
	assert_string_equal(over.name, "acme");
	assert_string_equal(over.operator_name, "root");
	assert_false(log_levels_expire(&levels, 3000, &over));
	assert_int_equal(log_levels_of(&levels, ACME), LOG_INFO);
	assert_int_equal(log_levels_of(&levels, "sluice-guard"), LOG_DEBUG);
	assert_false(log_levels_expire(&levels, 86400999, &over));
	assert_true(log_levels_expire(&levels, 86401000, &over));
	assert_int_equal(levels.n, 0);
}

/* The class that sluiced started with, for everybody, ends all. */
static void
base_for_everybody_ends_all(void **state)
{
	struct log_levels levels = { .base = LOG_INFO };

	(void)state;
	assert_int_equal(set(&levels, "acme", LOG_DEBUG, 10), 0);
	assert_int_equal(set(&levels, "", LOG_DEBUG, 10), 0);
	assert_int_equal(levels.n, 1);
	assert_int_equal(set(&levels, "", LOG_INFO, 10), 0);
	assert_int_equal(levels.n, 0);
}

/* The same for a name ends its own, and holds it out of what all others do. */
static void
base_for_a_name_is_an_exception(void **state)
{
	struct log_levels levels = { .base = LOG_INFO };

	(void)state;
	assert_int_equal(set(&levels, "acme", LOG_DEBUG, 10), 0);
	assert_int_equal(set(&levels, "acme", LOG_INFO, 10), 0);
	assert_int_equal(levels.n, 0);
	assert_int_equal(set(&levels, "", LOG_DEBUG, 10), 0);
	assert_int_equal(set(&levels, "acme", LOG_INFO, 10), 0);
	assert_int_equal(log_levels_of(&levels, ACME), LOG_INFO);
	assert_int_equal(log_levels_of(&levels, RR1), LOG_DEBUG);
}

/* A wish for the same name replaces, and too many are refused. */
static void
number_is_bounded(void **state)
{
	struct log_levels levels = { .base = LOG_INFO };
	char name[NAME_MAX_LEN];

	(void)state;
	for (unsigned i = 0; i < LOG_SETTINGS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "c%u", i);
		assert_int_equal(set(&levels, name, LOG_DEBUG, 10), 0);
	}
	assert_int_equal(set(&levels, "more", LOG_DEBUG, 10), -1);
	assert_int_equal(set(&levels, "c3", LOG_WARN, 10), 0);
	assert_int_equal(levels.n, LOG_SETTINGS_MAX);
	assert_int_equal(log_levels_of(&levels, "sluice-session c3"), LOG_WARN);
	assert_int_equal(set(&levels, "", LOG_DEBUG, 10), 0);
	assert_int_equal(levels.n, 1);
}

int
main(void)
{
	enum {
		ROWS = sizeof(name_rows) / sizeof(name_rows[0]),
		FIRST = 6
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
		cmocka_unit_test(base_counts_without_a_wish),
		cmocka_unit_test(closest_name_counts),
		cmocka_unit_test(each_ends_by_itself),
		cmocka_unit_test(base_for_everybody_ends_all),
		cmocka_unit_test(base_for_a_name_is_an_exception),
		cmocka_unit_test(number_is_bounded),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[FIRST + i] =
		    (struct CMUnitTest){ name_rows[i].title, name_means, NULL,
			    NULL, (void *)(uintptr_t)&name_rows[i] };
	return cmocka_run_group_tests_name("log_levels", tests, NULL, NULL);
}
