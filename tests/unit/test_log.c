/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: one write, escaped, by class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "tests/lib/temp_folder.h"

struct row {
	const char *name;
	const char *text;
	const char *line; /* how it ends */
};

static const struct row rows[] = {
	{ "plain_text", "session rr1: up", "session rr1: up\n" },
	{ "newline_forges_nothing", "a\nb", "a\\x0ab\n" },
	{ "escape_sequence", "\x1b[2J", "\\x1b[2J\n" },
	{ "delete", "a\x7f", "a\\x7f\n" },
	{ "backslash_is_doubled", "\\x0a", "\\\\x0a\n" },
	{ "letters_of_others", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f\n" },
	{ "broken_utf8", "\xc3(", "\\xc3(\n" },
	{ "cut_utf8", "\xe2\x82", "\\xe2\\x82\n" },
	{ "overlong_utf8", "\xc0\x8a", "\\xc0\\x8a\n" },
	{ "surrogate_utf8", "\xed\xa0\x80", "\\xed\\xa0\\x80\n" },
	{ "beyond_unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80\n" },
	{ "control_of_c1", "\xc2\x9b", "\\xc2\\x9b\n" },
};

/* What log_line writes for text, NUL-terminated in out. */
static void
capture(enum log_class class, const char *text, char *out, size_t size)
{
	int saved = dup(STDERR_FILENO);
	int fds[2];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	(void)dup2(fds[1], STDERR_FILENO);
	(void)close(fds[1]);
	log_line(class, "%s", text);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	n = read(fds[0], out, size - 1);
	out[n < 0 ? 0 : n] = 0;
	(void)close(fds[0]);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	char out[4096], end[64];
	size_t len;

	(void)snprintf(end, sizeof(end), " warn unit: %s", row->line);
	log_open("unit", LOG_INFO);
	capture(LOG_WARN, row->text, out, sizeof(out));

	len = strlen(out);
	assert_true(len > strlen(end));
	assert_string_equal(&out[len - strlen(end)], end);
}

/* What is less than the least class is not written. */
static void
lesser_classes_are_silent(void **state)
{
	char out[256];

	(void)state;
	log_open("unit", LOG_REMOTE);
	capture(LOG_INFO, "x", out, sizeof(out));
	assert_string_equal(out, "");
	capture(LOG_REMOTE, "x", out, sizeof(out));
	assert_string_not_equal(out, "");
}

/* A text beyond all bounds is cut, and still one line. */
static void
long_text_is_one_line(void **state)
{
	static char text[20000], out[20000];

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	log_open("unit", LOG_INFO);
	capture(LOG_INFO, text, out, sizeof(out));
	assert_ptr_equal(strchr(out, '\n'), &out[strlen(out) - 1]);
}

/* systemd's journal at the other end of standard error: a listening socket at
 * path; what it gets of a line is in out. */
static void
capture_journal(const char *path, enum log_class class, char *out, size_t size)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int saved = dup(STDERR_FILENO);
	int journal = socket(AF_UNIX, SOCK_STREAM, 0);
	int ours = socket(AF_UNIX, SOCK_STREAM, 0);
	int theirs;
	ssize_t n;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(journal, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(journal, 1), 0);
	assert_int_equal(connect(ours, (struct sockaddr *)&at, sizeof(at)), 0);
	theirs = accept(journal, NULL, NULL);
	(void)dup2(ours, STDERR_FILENO);
	log_open("unit", LOG_DEBUG);
	log_line(class, "x=%d", 1);
	(void)dup2(saved, STDERR_FILENO);
	n = read(theirs, out, size - 1);
	out[n < 0 ? 0 : n] = 0;
	(void)close(saved);
	(void)close(ours);
	(void)close(theirs);
	(void)close(journal);
	(void)unlink(path);
}

/* The journal has the time, and takes the class as priority; another socket is
 * none. */
static void
journal_takes_priorities(void **state)
{
	static const char *const lines[LOG_CLASSES] = {
		[LOG_ERROR] = "<3>error unit: x=1\n",
		[LOG_WARN] = "<4>warn unit: x=1\n",
		[LOG_REMOTE] = "<5>remote unit: x=1\n",
		[LOG_INFO] = "<6>info unit: x=1\n",
		[LOG_DEBUG] = "<7>debug unit: x=1\n",
	};
	char folder[TEMP_PATH_MAX], path[TEMP_PATH_MAX + 64], out[256];

	(void)state;
	temp_folder_make(folder);
	(void)snprintf(path, sizeof(path), "%s/systemd", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/systemd/journal.ours", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(
	    path, sizeof(path), "%s/systemd/journal.ours/stdout", folder);
	for (unsigned i = 0; i < LOG_CLASSES; i++) {
		capture_journal(path, i, out, sizeof(out));
		assert_string_equal(out, lines[i]);
	}
	(void)snprintf(path, sizeof(path), "%s/stdout", folder);
	capture_journal(path, LOG_WARN, out, sizeof(out));
	assert_non_null(strstr(out, " warn unit: x=1\n"));
	assert_true(out[0] != '<');
	temp_folder_remove(folder);
}

/* errno survives. */
static void
errno_survives(void **state)
{
	char out[256];

	(void)state;
	errno = 0;
	capture(LOG_ERROR, "x", out, sizeof(out));
	errno = EXDEV;
	log_line(LOG_DEBUG, "x");
	assert_int_equal(errno, EXDEV);
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 4] = {
		cmocka_unit_test(lesser_classes_are_silent),
		cmocka_unit_test(journal_takes_priorities),
		cmocka_unit_test(long_text_is_one_line),
		cmocka_unit_test(errno_survives),
	};

	for (size_t i = 0; i < N; i++)
		tests[4 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
