/* SPDX-License-Identifier: BSD-2-Clause */
/* Password files: what is read and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/supervisor/password.h"
#include "tests/lib/temp_folder.h"

#define A80                                                                    \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaa"                                                                 \
	"aaaaaaaa"

struct row {
	const char *name;
	const char *text;
	mode_t mode;
	int len; /* of the password, -1: refused */
};

static const struct row rows[] = {
	{ "secret_is_read", "secret", 0400, 6 },
	{ "newline_is_cut", "secret\n", 0600, 6 },
	{ "only_one_newline_is_cut", "secret\n\n", 0400, 7 },
	{ "spaces_are_kept", " secret ", 0400, 8 },
	{ "eighty_octets_are_read", A80, 0400, 80 },
	{ "eighty_octets_and_newline", A80 "\n", 0400, 80 },
	{ "eighty_one_octets_are_refused", A80 "a", 0400, -1 },
	{ "eighty_one_and_newline_are_refused", A80 "a\n", 0400, -1 },
	{ "empty_is_refused", "", 0400, -1 },
	{ "newline_alone_is_refused", "\n", 0400, -1 },
	{ "group_may_read_is_refused", "secret", 0440, -1 },
	{ "others_may_read_is_refused", "secret", 0404, -1 },
	{ "group_may_write_is_refused", "secret", 0420, -1 },
	{ "others_may_execute_is_refused", "secret", 0401, -1 },
};

static char folder[TEMP_PATH_MAX];
static char path[TEMP_PATH_MAX + 16];

static void
file_write(const char *text, mode_t mode)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct password password;
	char why[PASSWORD_WHY_MAX] = "";
	int err;

	file_write(row->text, row->mode);
	err = password_read(path, &password, why);

	assert_int_equal(err, row->len < 0 ? -1 : 0);
	if (row->len >= 0) {
		assert_int_equal(password.len, row->len);
		assert_memory_equal(password.octets, row->text, password.len);
	} else {
		assert_true(why[0] != '\0');
		assert_int_equal(password.len, 0);
	}
}

/* What is no file is refused, and never waited for. */
static void
no_regular_file_is_refused(void **state)
{
	struct password password;
	char why[PASSWORD_WHY_MAX];
	char fifo[sizeof(path)];

	(void)state;
	assert_int_equal(password_read(folder, &password, why), -1);
	assert_int_equal(password_read("/dev/null", &password, why), -1);
	assert_int_equal(password_read("/nowhere", &password, why), -1);
	assert_string_equal(why, "cannot be opened: No such file or directory");
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0400), 0);
	assert_int_equal(password_read(fifo, &password, why), -1);
	(void)unlink(fifo);
}

/* A file of somebody else is refused, and whose it is is said. */
static void
file_of_another_is_refused(void **state)
{
	struct password password;
	char why[PASSWORD_WHY_MAX];

	(void)state;
	file_write("secret", 0400);
	if (chown(path, 4711, (gid_t)-1) < 0)
		skip(); /* only root can give files away */
	assert_int_equal(password_read(path, &password, why), -1);
	assert_non_null(strstr(why, "belongs to uid 4711, wanted uid "));
}

/* What may not be opened is refused, and whose it is is said. */
static void
file_that_may_not_be_opened_is_refused(void **state)
{
	struct password password;
	char why[PASSWORD_WHY_MAX];
	int err;

	(void)state;
	if (geteuid() != 0)
		skip(); /* others cannot make such a file */
	file_write("secret", 0400);
	assert_int_equal(chmod(folder, 0755), 0);
	(void)setfsuid(4711);
	err = password_read(path, &password, why);
	(void)setfsuid(0);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(err, -1);
	assert_non_null(strstr(why, "Permission denied: it belongs to uid 0"));
}

/* What fails when it is read is refused: nothing lies at the beginning of a
 * process's memory. */
static void
file_that_cannot_be_read_is_refused(void **state)
{
	struct password password;
	char why[PASSWORD_WHY_MAX];

	(void)state;
	assert_int_equal(password_read("/proc/self/mem", &password, why), -1);
	assert_string_equal(why, "cannot be read");
	assert_int_equal(password.len, 0);
}

/* Nothing of a secret stays when it is wiped. */
static void
wiped_secret_is_gone(void **state)
{
	static const struct password none;
	struct password password;
	char why[PASSWORD_WHY_MAX];

	(void)state;
	file_write("secret", 0400);
	assert_int_equal(password_read(path, &password, why), 0);
	password_wipe(&password);
	assert_memory_equal(&password, &none, sizeof(none));
}

/* New contents show without the secret being kept. */
static void
change_of_contents_shows(void **state)
{
	struct password one, two;
	char why[PASSWORD_WHY_MAX];

	(void)state;
	file_write("one", 0400);
	assert_int_equal(password_read(path, &one, why), 0);
	assert_int_equal(password_read(path, &two, why), 0);
	assert_true(password_id_equal(&one.id, &two.id));
	file_write("three", 0400);
	assert_int_equal(password_read(path, &two, why), 0);
	assert_false(password_id_equal(&one.id, &two.id));
}

static int
setup(void **state)
{
	(void)state;
	temp_folder_make(folder);
	(void)snprintf(path, sizeof(path), "%s/password", folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	temp_folder_remove(folder);
	return 0;
}

int
main(void)
{
	enum {
		N = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[N + 6] = {
		cmocka_unit_test(no_regular_file_is_refused),
		cmocka_unit_test(change_of_contents_shows),
		cmocka_unit_test(file_of_another_is_refused),
		cmocka_unit_test(file_that_may_not_be_opened_is_refused),
		cmocka_unit_test(file_that_cannot_be_read_is_refused),
		cmocka_unit_test(wiped_secret_is_gone),
	};

	for (size_t i = 0; i < N; i++)
		tests[6 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("password", tests, setup, teardown);
}
