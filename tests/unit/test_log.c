/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: one write, escaped, by class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/common/log_stream.h"
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

/* ---- readers that stand still ---- */

/* Standard error is fd for a while. */
static int
stderr_take(int fd)
{
	int saved = dup(STDERR_FILENO);

	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	return saved;
}

/* Lines until none is taken any more; how many that were. */
static unsigned
fill(void)
{
	struct pollfd room = { STDERR_FILENO, POLLOUT, 0 };
	unsigned n = 0;

	while (poll(&room, 1, 0) == 1 && n++ < 100000)
		log_line(LOG_INFO, "x");
	return n;
}

/* All that there is to read, NUL-terminated; the last octets of it. */
static const char *
drain(int fd, char *out, size_t size)
{
	struct pollfd there = { fd, POLLIN, 0 };
	size_t used = 0;

	while (poll(&there, 1, 0) == 1) {
		ssize_t n;

		if (used > size / 2) {
			memmove(out, &out[used - 256], 256);
			used = 256;
		}
		n = read(fd, &out[used], size - 1 - used);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	out[used] = 0;
	return out;
}

/* Nobody waits; the next that is taken says how many were not. */
static void
check_stall(int fds[2])
{
	static char out[65536];
	const char *lost, *line;
	int saved = stderr_take(fds[1]);

	(void)alarm(60); /* a write that waits would do so for ever */
	assert_int_equal(log_stream_unblock(STDERR_FILENO), 0);
	log_open("unit", LOG_INFO);
	assert_true(fill() > 10);
	for (unsigned i = 0; i < 1000; i++)
		log_line(LOG_INFO, "not taken");
	(void)drain(fds[0], out, sizeof(out));
	log_line(LOG_INFO, "taken again");
	log_line(LOG_INFO, "and again");
	(void)stderr_take(saved);
	(void)close(saved);
	(void)alarm(0);
	(void)drain(fds[0], out, sizeof(out));
	lost = strstr(out, " warn unit: log: lines lost: n=");
	assert_non_null(lost);
	/* Some still found room in the last page. */
	assert_in_range(strtoul(strchr(lost, '=') + 1, NULL, 10), 500, 1001);
	line = strstr(lost, "taken again\n");
	assert_non_null(line);
	assert_null(strstr(line, "lost"));
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
full_pipe_loses_lines(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	check_stall(fds);
}

static void
full_socket_loses_lines(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	check_stall(fds);
}

/* Flags of a pipe or terminal are of all who have it open: others still wait.
 */
static void
others_flags_are_left_alone(void **state)
{
	int fds[2], saved;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	saved = stderr_take(fds[1]);
	assert_int_equal(log_stream_unblock(STDERR_FILENO), 0);
	assert_true((fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) != 0);
	assert_int_equal(stderr_take(saved) > 0, 1);
	assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	(void)close(saved);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* A file is written where the one before us stopped. */
static void
file_goes_on(void **state)
{
	FILE *file = tmpfile();
	char out[256] = { 0 };
	int saved;

	(void)state;
	assert_non_null(file);
	assert_int_equal(write(fileno(file), "before\n", 7), 7);
	saved = stderr_take(fileno(file));
	assert_int_equal(log_stream_unblock(STDERR_FILENO), 0);
	log_open("unit", LOG_INFO);
	log_line(LOG_INFO, "after");
	(void)stderr_take(saved);
	(void)close(saved);
	assert_true(pread(fileno(file), out, sizeof(out) - 1, 0) > 7);
	assert_memory_equal(out, "before\n", 7);
	assert_non_null(strstr(out, " info unit: after\n"));
	(void)fclose(file);
}

/* Debug lines of which a peer decides how many there are. */
static void
debug_lines_are_bounded(void **state)
{
	FILE *file = tmpfile();
	char line[256];
	unsigned n = 0, said = 0;
	int saved;

	(void)state;
	assert_non_null(file);
	saved = stderr_take(fileno(file));
	log_open("unit", LOG_DEBUG);
	for (unsigned i = 0; i < 100000; i++)
		log_line(LOG_DEBUG, "x");
	log_line(LOG_INFO, "never left out");
	(void)sleep(1);
	log_line(LOG_DEBUG, "the next second");
	(void)stderr_take(saved);
	(void)close(saved);
	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		n++;
		said += strstr(line, "debug lines not printed: n=") != NULL;
	}
	assert_true(n < 50000); /* however slow this machine is */
	assert_true(said >= 1);
	assert_non_null(strstr(line, "the next second"));
	(void)fclose(file);
}

/* A line that is longer than a pipe takes whole is cut, between characters. */
static void
line_fits_a_pipe(void **state)
{
	static char text[1024], name[96];
	char out[8192];
	size_t len;

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	memset(name, 1, sizeof(name) - 1);
	log_open(name, LOG_INFO);
	capture(LOG_INFO, text, out, sizeof(out));
	len = strlen(out);
	assert_int_equal(len, PIPE_BUF);
	assert_int_equal(out[len - 1], '\n');
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
		N = sizeof(rows) / sizeof(rows[0]),
		FIRST = 10
	};
	struct CMUnitTest tests[FIRST + N] = {
		cmocka_unit_test(lesser_classes_are_silent),
		cmocka_unit_test(journal_takes_priorities),
		cmocka_unit_test(full_pipe_loses_lines),
		cmocka_unit_test(full_socket_loses_lines),
		cmocka_unit_test(others_flags_are_left_alone),
		cmocka_unit_test(file_goes_on),
		cmocka_unit_test(debug_lines_are_bounded),
		cmocka_unit_test(line_fits_a_pipe),
		cmocka_unit_test(long_text_is_one_line),
		cmocka_unit_test(errno_survives),
	};

	for (size_t i = 0; i < N; i++)
		tests[FIRST + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
