/* SPDX-License-Identifier: BSD-2-Clause */
/* The token bucket: how much in how long, at any clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/guard/bucket.h"

struct row {
	const char *name;
	uint32_t rate;
	uint32_t burst;
	uint64_t emptied_ms; /* all that is there is taken then */
	uint64_t now_ms;
	uint32_t level;
	uint32_t wait_ms;
};

static const struct row rows[] = {
	{ "empty_just_after", 10, 20, 5000, 5000, 0, 100 },
	{ "part_of_a_token_is_none", 10, 20, 5000, 5099, 0, 1 },
	{ "one_after_its_time", 10, 20, 5000, 5100, 1, 0 },
	{ "tokens_add_up", 10, 20, 5000, 6050, 10, 0 },
	{ "no_more_than_the_burst", 10, 20, 5000, 7001, 20, 0 },
	{ "long_rest_is_one_burst", 10, 20, 5000, UINT64_MAX, 20, 0 },
	{ "one_a_second", 1, 1, 5000, 5001, 0, 999 },
	{ "rate_that_divides_badly", 3, 5, 5000, 5000, 0, 334 },
	{ "clock_that_stands", 10, 20, 5000, 5000, 0, 100 },
	{ "clock_that_went_back", 10, 20, 5000, 4900, 0, 200 },
	{ "clock_that_went_far_back", 10, 20, 5000, 0, 0, 1000 },
	{ "high_rate", UINT32_MAX - 1, UINT32_MAX - 1, 0, 500,
	    (UINT32_MAX - 1) / 2, 0 },
	{ "high_rate_at_rest", UINT32_MAX - 1, UINT32_MAX - 1, 0, UINT64_MAX,
	    UINT32_MAX - 1, 0 },
	{ "low_rate_of_a_high_burst", 1, UINT32_MAX - 1, 0, 7000, 7, 0 },
	{ "no_limit", BUCKET_UNLIMITED, 20, 5000, 5000, UINT32_MAX, 0 },
	{ "no_bound_of_the_burst", 10, BUCKET_UNLIMITED, 5000, 5000, UINT32_MAX,
	    0 },
	{ "no_rate_is_none_ever", 0, 20, 0, UINT64_MAX, 0, 1000 },
	{ "no_burst_is_none_ever", 10, 0, 0, UINT64_MAX, 0, 1000 },
	{ "nothing_outweighs_no_limit", BUCKET_UNLIMITED, 0, 0, 9, 0, 1000 },
	{ "nothing_of_no_bound", 0, BUCKET_UNLIMITED, 0, 9, 0, 1000 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct bucket bucket = { 0 };
	uint32_t all;

	bucket_limit(&bucket, row->rate, row->burst);
	all = bucket_level(&bucket, row->emptied_ms);
	(void)bucket_take(&bucket, row->emptied_ms, all);

	assert_int_equal(bucket_level(&bucket, row->now_ms), row->level);
	assert_int_equal(bucket_wait_ms(&bucket, row->now_ms), row->wait_ms);
	if (row->level != BUCKET_UNLIMITED)
		assert_false(bucket_take(&bucket, row->now_ms, row->level + 1));
	assert_true(bucket_take(&bucket, row->now_ms, row->level));
}

/* What has no limit yet lets nothing pass. */
static void
zeroed_bucket_refuses(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	assert_int_equal(bucket_level(&bucket, 12345), 0);
	assert_false(bucket_take(&bucket, 12345, 1));
	assert_true(bucket_take(&bucket, 12345, 0));
}

/* A new bucket is full, whatever the clock says. */
static void
new_bucket_is_full(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	bucket_limit(&bucket, 10, 20);

	assert_int_equal(bucket_level(&bucket, 0), 20);
	assert_true(bucket_take(&bucket, 0, 20));
	assert_false(bucket_take(&bucket, 0, 1));
}

/* All or none are taken. */
static void
too_many_take_none(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	bucket_limit(&bucket, 10, 20);

	assert_false(bucket_take(&bucket, 1, 21));
	assert_int_equal(bucket_level(&bucket, 1), 20);
	assert_false(bucket_take(&bucket, 1, UINT32_MAX));
	assert_true(bucket_take(&bucket, 1, 20));
}

/* Other limits do not fill it again; lower ones take back. */
static void
other_limits_keep_what_was_taken(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	bucket_limit(&bucket, 10, 20);
	assert_true(bucket_take(&bucket, 1000, 15));

	bucket_limit(&bucket, 10, 20);
	assert_int_equal(bucket_level(&bucket, 1000), 5);
	bucket_limit(&bucket, 10, 100);
	assert_int_equal(bucket_level(&bucket, 1000), 5);
	assert_int_equal(bucket_level(&bucket, 60000), 100);
	assert_true(bucket_take(&bucket, 60000, 10));
	bucket_limit(&bucket, 10, 20);
	assert_int_equal(bucket_level(&bucket, 60000), 20);
}

/* Where there was no limit nothing was taken. */
static void
limit_after_none_is_full(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	bucket_limit(&bucket, BUCKET_UNLIMITED, BUCKET_UNLIMITED);
	assert_true(bucket_take(&bucket, 1000, UINT32_MAX));

	bucket_limit(&bucket, 10, 20);
	assert_int_equal(bucket_level(&bucket, 1000), 20);
}

/* To look often loses nothing: parts of tokens are kept. */
static void
steps_of_a_millisecond_add_up(void **state)
{
	struct bucket bucket = { 0 };
	unsigned taken = 0;

	(void)state;
	bucket_limit(&bucket, 7, 5);
	assert_true(bucket_take(&bucket, 1000, 5));
	for (uint64_t now_ms = 1000; now_ms <= 11000; now_ms++) {
		(void)bucket_level(&bucket, now_ms);
		while (bucket_take(&bucket, now_ms, 1))
			taken++;
	}

	assert_int_equal(taken, 70);
}

/* After the wait that is told there is one, and not before. */
static void
wait_is_exact(void **state)
{
	(void)state;
	for (uint32_t rate = 1; rate <= 1500; rate++) {
		struct bucket bucket = { 0 };
		uint32_t wait_ms;

		bucket_limit(&bucket, rate, 1);
		assert_true(bucket_take(&bucket, 77, 1));
		wait_ms = bucket_wait_ms(&bucket, 77);
		assert_in_range(wait_ms, 1, 1000);
		assert_int_equal(bucket_level(&bucket, 77 + wait_ms - 1), 0);
		assert_int_equal(bucket_level(&bucket, 77 + wait_ms), 1);
	}
}

int
main(void)
{
	struct CMUnitTest tests[ROWS] = { 0 };
	const struct CMUnitTest others[] = {
		cmocka_unit_test(zeroed_bucket_refuses),
		cmocka_unit_test(new_bucket_is_full),
		cmocka_unit_test(too_many_take_none),
		cmocka_unit_test(other_limits_keep_what_was_taken),
		cmocka_unit_test(limit_after_none_is_full),
		cmocka_unit_test(steps_of_a_millisecond_add_up),
		cmocka_unit_test(wait_is_exact),
	};
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	failed = cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("bucket, edges", others, NULL, NULL);
}
