/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net/netstat: the counters of TCP MD5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/supervisor/netstat.h"

#define HEAD                                                                   \
	"TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected "              \
	"TCPMD5Failure TCPZ\n"

static struct row {
	const char *name;
	const char *text;
	bool expected;
	struct netstat_md5 out;
} rows[] = {
	{ "counters_are_found_by_name", HEAD "TcpExt: 7 1 2 3 9\n", true,
	    { 3, 2, 1 } },
	{ "other_sections_are_skipped",
	    "IpExt: TCPMD5Failure\nIpExt: 55\n" HEAD "TcpExt: 7 1 2 3 9\n",
	    true, { 3, 2, 1 } },
	{ "no_newline_at_the_end_is_fine", HEAD "TcpExt: 7 1 2 3", true,
	    { 3, 2, 1 } },
	{ "large_counters_are_taken",
	    HEAD "TcpExt: 7 1 2 1844674407370955161 9\n", true,
	    { 1844674407370955161u, 2, 1 } },
	{ "counter_that_is_missing_is_refused",
	    "TcpExt: TCPMD5NotFound TCPMD5Failure\nTcpExt: 1 2\n", false,
	    { 0 } },
	{ "fewer_values_than_names_are_refused", HEAD "TcpExt: 7 1 2\n", false,
	    { 0 } },
	{ "word_among_the_values_is_refused", HEAD "TcpExt: 7 1 x 3 9\n", false,
	    { 0 } },
	{ "names_without_values_are_refused", HEAD, false, { 0 } },
	{ "empty_text_is_refused", "", false, { 0 } },
	{ "too_many_digits_are_refused",
	    HEAD "TcpExt: 7 1 2 33333333333333333333333 9\n", false, { 0 } },
};

static void
text_is_read(void **state)
{
	const struct row *row = *state;
	struct netstat_md5 out = { 9, 9, 9 };

	assert_int_equal(
	    netstat_parse(row->text, strlen(row->text), &out), row->expected);
	assert_memory_equal(&out, &row->out, sizeof(out));
}

/* This very kernel has them, or has none: never anything between. */
static void
file_of_this_host_is_read(void **state)
{
	struct netstat_md5 out = { 9, 9, 9 };
	static const struct netstat_md5 none;

	(void)state;
	if (!netstat_read(&out))
		assert_memory_equal(&out, &none, sizeof(out));
}

#define N (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	struct CMUnitTest tests[N + 1] = { [N] = cmocka_unit_test(
					       file_of_this_host_is_read) };

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = text_is_read,
			.initial_state = &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
