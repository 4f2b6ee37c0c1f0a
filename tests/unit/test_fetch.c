/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking control. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
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

/* A connection with a control of ours. */
static struct link *
linked(struct fake_control *fake)
{
	struct link *link = link_new();

	assert_non_null(link);
	fake_control_start(fake);
	link_offer(link, fake_control_dial(fake));
	return link;
}

/* What comes back, by what control says. */
static void
test_fetch(void **state)
{
	const struct row *row = *state;
	struct fake_control fake;
	struct link *link = linked(&fake);
	struct rows got;

	fake.mood = row->mood;
	assert_int_equal(
	    fetch(link, -1, row->verb, row->max, &got), row->status);
	if (row->status == 0) {
		assert_int_equal(got.n, row->n);
		assert_int_equal(got.truncated, row->truncated);
	}
	rows_fini(&got);
	link_free(link);
	fake_control_stop(&fake);
}

/* A row is what stands in its line, no more and no less. */
static void
row_is_the_json_inside_the_line(void **state)
{
	struct fake_control fake;
	struct link *link = linked(&fake);
	const char *text;
	struct rows got;
	size_t len;

	(void)state;
	assert_int_equal(fetch(link, -1, "metrics", 10, &got), 0);
	text = rows_at(&got, 0, &len);
	assert_string_equal(
	    text, "{\"customer\":null,\"reason\":\"accepted\",\"count\":7}");
	assert_int_equal(len, strlen(text));
	text = rows_at(&got, 1, &len);
	assert_int_equal(len, strlen(text));
	rows_fini(&got);
	link_free(link);
	fake_control_stop(&fake);
}

/* No connection is offered, control may be down. */
static void
no_connection_is_an_error(void **state)
{
	struct link *link = link_new();
	struct rows got;

	(void)state;
	assert_int_equal(fetch(link, -1, "status", 1, &got), -ETIMEDOUT);
	assert_true(link_waits(link));
	rows_fini(&got);
	link_free(link);
}

/* What was answered to its end leaves a connection for the next question. */
static void
connection_is_used_again(void **state)
{
	struct fake_control fake;
	struct link *link = linked(&fake);
	struct rows got;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fetch(link, -1, "sessions", 10, &got), 0);
		assert_int_equal(got.n, 2);
		rows_fini(&got);
	}
	assert_int_equal(fake.asked, 3);
	link_free(link);
	fake_control_stop(&fake);
}

/* An answer that was cut, or that came wrong, leaves none. */
static void
connection_with_octets_on_it_is_not(void **state)
{
	struct fake_control fake;
	struct link *link = linked(&fake);
	struct rows got;

	(void)state;
	assert_int_equal(fetch(link, -1, "sessions", 1, &got), 0);
	assert_true(got.truncated);
	rows_fini(&got);
	assert_int_equal(link_take(link, -1, 0), -ETIMEDOUT);
	link_free(link);
	fake_control_stop(&fake);
}

/* The other end of what was kept is gone: another one is waited for. */
static void
dead_connection_is_not_taken(void **state)
{
	struct link *link = link_new();
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	link_offer(link, fds[0]);
	assert_false(link_waits(link));
	(void)close(fds[1]);
	assert_int_equal(link_take(link, -1, 0), -ETIMEDOUT);
	assert_true(link_waits(link));
	link_free(link);
}

/* More connections than are kept are closed. */
static void
connections_are_bounded(void **state)
{
	struct link *link = link_new();
	unsigned standing = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * LINK_SPARE_MAX; i++) {
		int fds[2];
		char octet;

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		link_offer(link, fds[0]);
		standing += recv(fds[1], &octet, 1, MSG_DONTWAIT) < 0;
		(void)close(fds[1]);
	}
	assert_int_equal(standing, LINK_SPARE_MAX);
	link_free(link);
}

/* Who is told to stop does not wait for control. */
static void
stop_ends_the_wait(void **state)
{
	uint64_t one = 1;
	int stop_fd = eventfd(0, 0);
	struct fake_control fake;
	struct link *link = linked(&fake);
	struct rows got;

	(void)state;
	fake.mood = FAKE_SILENT;
	assert_int_equal(write(stop_fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(fetch(link, stop_fd, "status", 1, &got), -ECANCELED);
	rows_fini(&got);
	link_free(link);
	(void)close(stop_fd);
	fake_control_stop(&fake);
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 7] = {
		[N] = cmocka_unit_test(row_is_the_json_inside_the_line),
		[N + 1] = cmocka_unit_test(no_connection_is_an_error),
		[N + 2] = cmocka_unit_test(stop_ends_the_wait),
		[N + 3] = cmocka_unit_test(connection_is_used_again),
		[N + 4] = cmocka_unit_test(connection_with_octets_on_it_is_not),
		[N + 5] = cmocka_unit_test(dead_connection_is_not_taken),
		[N + 6] = cmocka_unit_test(connections_are_bounded),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, test_fetch, NULL,
			NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
