/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the control socket. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/http/fetch.h"
#include "tests/lib/fake_control.h"

struct row {
	const char *name;
	enum fake_mood mood;
	const char *verb;
	size_t max;
	int status;
	size_t n; /* rows, where status is 0 */
	bool truncated;
};

static struct row rows[] = {
	{ "all_rows_are_kept", FAKE_FINE, "sessions", 10, 0, 2, false },
	{ "as_many_as_wanted_are_all", FAKE_FINE, "sessions", 2, 0, 2, false },
	{ "more_than_wanted_are_cut", FAKE_FINE, "sessions", 1, 0, 1, true },
	{ "many_rows_are_kept", FAKE_MANY, "rules", SIZE_MAX, 0, 20050, false },
	{ "no_rows_are_an_answer", FAKE_FINE, "nothing", 10, 0, 0, false },
	{ "no_is_no_answer", FAKE_NO, "status", 10, -EAGAIN, 0, false },
	{ "garbage_is_no_answer", FAKE_GARBAGE, "status", 10, -EPROTO, 0,
	    false },
	{ "half_an_answer_is_none", FAKE_HANGS_UP, "status", 10, -ECONNRESET, 0,
	    false },
	{ "a_line_without_an_end_is_no_answer", FAKE_ENDLESS, "status", 10,
	    -EPROTO, 0, false },
	{ "silence_ends", FAKE_SILENT, "status", 10, -ETIMEDOUT, 0, false },
};

/* What comes back, by what control says. */
static void
test_fetch(void **state)
{
	const struct row *row = *state;
	struct fake_control fake;
	struct rows got;

	fake_control_start(&fake);
	fake.mood = row->mood;
	assert_int_equal(
	    fetch(fake.path, -1, row->verb, row->max, &got), row->status);
	if (row->status == 0) {
		assert_int_equal(got.n, row->n);
		assert_int_equal(got.truncated, row->truncated);
	}
	rows_fini(&got);
	fake_control_stop(&fake);
}

/* A row is what stands in its line, no more and no less. */
static void
row_is_the_json_inside_the_line(void **state)
{
	struct fake_control fake;
	const char *text;
	struct rows got;
	size_t len;

	(void)state;
	fake_control_start(&fake);
	assert_int_equal(fetch(fake.path, -1, "metrics", 10, &got), 0);
	text = rows_at(&got, 0, &len);
	assert_string_equal(
	    text, "{\"customer\":null,\"reason\":\"accepted\",\"count\":7}");
	assert_int_equal(len, strlen(text));
	text = rows_at(&got, 1, &len);
	assert_int_equal(len, strlen(text));
	rows_fini(&got);
	fake_control_stop(&fake);
}

/* Nobody listens. */
static void
no_socket_is_an_error(void **state)
{
	struct rows got;

	(void)state;
	assert_int_equal(
	    fetch("/nowhere/socket", -1, "status", 1, &got), -ENOENT);
	rows_fini(&got);
}

/* Who is told to stop does not wait for control. */
static void
stop_ends_the_wait(void **state)
{
	uint64_t one = 1;
	int stop_fd = eventfd(0, 0);
	struct fake_control fake;
	struct rows got;

	(void)state;
	fake_control_start(&fake);
	fake.mood = FAKE_SILENT;
	assert_int_equal(write(stop_fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(
	    fetch(fake.path, stop_fd, "status", 1, &got), -ECANCELED);
	rows_fini(&got);
	(void)close(stop_fd);
	fake_control_stop(&fake);
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 3] = {
		[N] = cmocka_unit_test(row_is_the_json_inside_the_line),
		[N + 1] = cmocka_unit_test(no_socket_is_an_error),
		[N + 2] = cmocka_unit_test(stop_ends_the_wait),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_fetch, NULL,
			NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
