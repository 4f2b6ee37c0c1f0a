/* SPDX-License-Identifier: BSD-2-Clause */
/* IRR files on disk, and what a configuration says of them. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proxy/loader/config.h"
#include "proxy/loader/irr_file.h"
#include "store/seal.h"
#include "tests/lib/temp_folder.h"

#define LIST "{\"a\": [{\"prefix\": \"192.0.2.0/24\"}]}"
#define DAY  86400

/* The kernel says 4096 octets of it, and gives fewer. */
#define SHRUNK "/sys/devices/system/cpu/online"

int __real_seal_init(void);
int __wrap_seal_init(void);

static bool no_hash;

int
__wrap_seal_init(void)
{
	return no_hash ? -1 : __real_seal_init();
}

struct fixture {
	char folder[TEMP_PATH_MAX];
	char path[PATH_LEN];
	struct msg_cfg_irr msg;
	struct prefix *prefixes;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	temp_folder_make(fixture->folder);
	(void)snprintf(
	    fixture->path, sizeof(fixture->path), "%s/a.json", fixture->folder);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	free(fixture->prefixes);
	temp_folder_remove(fixture->folder);
	free(fixture);
	return 0;
}

static void
put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void
take(struct fixture *fixture)
{
	irr_file_read(fixture->path, 10, &fixture->msg, &fixture->prefixes);
	assert_string_equal(fixture->msg.path, fixture->path);
	assert_int_equal(fixture->msg.head.kind, MSG_CFG_IRR);
}

/* A good file: its prefixes, its SHA-256, its time. */
static void
good_file_is_taken(void **state)
{
	const struct timespec times[2] = { { .tv_sec = 1000 },
		{ .tv_sec = 1000, .tv_nsec = 5 } };
	struct fixture *fixture = *state;
	uint8_t hash[SEAL_LEN];

	put(fixture->path, LIST);
	assert_int_equal(utimensat(0, fixture->path, times, 0), 0);
	take(fixture);
	assert_int_equal(fixture->msg.status, IRR_USABLE);
	assert_int_equal(fixture->msg.n, 1);
	assert_int_equal(fixture->prefixes[0].len, 24);
	assert_int_equal(fixture->msg.written_ns, UINT64_C(1000000000005));
	seal_sha256(LIST, strlen(LIST), hash);
	assert_memory_equal(fixture->msg.hash, hash, sizeof(hash));
}

struct row {
	const char *name;
	const char *text; /* NULL: no file */
	uint32_t status;
	const char *why;
};

static const struct row rows[] = {
	{ "missing_file_is_told", NULL, IRR_MISSING,
	    "No such file or directory" },
	{ "empty_file_is_told", "", IRR_EMPTY, "no prefix in it" },
	{ "broken_file_is_told", "{", IRR_BROKEN,
	    "line 1, column 1: string or '}' expected near end of file" },
};

/* A file that cannot be used says why, and gives nothing. */
static void
bad_file_is_told(void **state)
{
	struct fixture *fixture;
	const struct row *row = *state;
	void *own = NULL;

	assert_int_equal(setup(&own), 0);
	fixture = own;
	if (row->text != NULL)
		put(fixture->path, row->text);
	take(fixture);
	assert_int_equal(fixture->msg.status, row->status);
	assert_string_equal(fixture->msg.why, row->why);
	assert_int_equal(fixture->msg.n, 0);
	assert_null(fixture->prefixes);
	assert_int_equal(teardown(&own), 0);
}

/* Neither a folder nor a FIFO is read. */
static void
no_regular_file_is_told(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	take(fixture);
	assert_int_equal(fixture->msg.status, IRR_MISSING);
	assert_string_equal(fixture->msg.why, "no regular file");
}

/* More than 64 MiB are not read. */
static void
huge_file_is_told(void **state)
{
	struct fixture *fixture = *state;

	put(fixture->path, LIST);
	assert_int_equal(
	    truncate(fixture->path, (off_t)CONFIG_IRR_BYTES_MAX + 1), 0);
	take(fixture);
	assert_int_equal(fixture->msg.status, IRR_MISSING);
	assert_string_equal(fixture->msg.why, "more than 64 MiB");
}

/* A file that became shorter while it was read is not taken in part. */
static void
shrunk_file_is_told(void **state)
{
	struct fixture *fixture = *state;

	if (access(SHRUNK, R_OK) != 0)
		skip();
	(void)snprintf(fixture->path, sizeof(fixture->path), "%s", SHRUNK);
	take(fixture);
	assert_int_equal(fixture->msg.status, IRR_MISSING);
	assert_string_equal(fixture->msg.why, "it could not be read whole");
	assert_null(fixture->prefixes);
}

/* Without a hash of it no list is taken. */
static void
list_without_hash_is_not_taken(void **state)
{
	struct fixture *fixture = *state;

	put(fixture->path, LIST);
	no_hash = true;
	take(fixture);
	no_hash = false;
	assert_int_equal(fixture->msg.status, IRR_MISSING);
	assert_string_equal(fixture->msg.why, "no hash function");
	assert_null(fixture->prefixes);
}

static struct config *
config_of(struct fixture *fixture, const char *name)
{
	struct config *config = config_new();
	char path[PATH_LEN];
	char text[512];

	(void)snprintf(path, sizeof(path), "%s/main.yaml", fixture->folder);
	(void)snprintf(text, sizeof(text),
	    "router: {asn: 64500, router_id: 192.0.2.1}\n"
	    "store: {path: s}\ncontrol: {socket: c}\n"
	    "customers:\n"
	    "- {name: a, asn: 65001, own: {irr: %s, match: any, "
	    "irr_max_age: 24h}}\n",
	    name);
	put(path, text);
	assert_non_null(config);
	assert_int_equal(config_load(config, path), 0);
	return config;
}

/* How many warnings, and the text of the last. */
static unsigned
warnings(const struct config *config, struct config_warning *last)
{
	struct config_warning warning;
	size_t at = 0;
	unsigned n = 0;

	for (; config_warning_next(config, &at, &warning); n++)
		*last = warning;
	return n;
}

/* A list that is fine and young is not warned of. */
static void
young_list_is_not_warned_of(void **state)
{
	struct fixture *fixture = *state;
	struct config_warning warning;
	struct config *config;

	put(fixture->path, LIST);
	config = config_of(fixture, "a.json");
	assert_int_equal(warnings(config, &warning), 0);
	config_free(config);
}

/* One older than irr_max_age is, and it is no error. */
static void
old_list_is_warned_of(void **state)
{
	const struct timespec times[2] = { { .tv_sec = time(NULL) },
		{ .tv_sec = time(NULL) - DAY - 60 } };
	struct fixture *fixture = *state;
	struct config_warning warning;
	struct config *config;

	put(fixture->path, LIST);
	assert_int_equal(utimensat(0, fixture->path, times, 0), 0);
	config = config_of(fixture, "a.json");
	assert_int_equal(warnings(config, &warning), 1);
	assert_non_null(strstr(warning.text, "older than irr_max_age"));
	config_free(config);
}

/* One that is missing is warned of at its key. */
static void
missing_list_is_warned_of(void **state)
{
	struct fixture *fixture = *state;
	struct config_warning warning;
	struct config *config = config_of(fixture, "nowhere.json");

	assert_int_equal(warnings(config, &warning), 1);
	assert_int_equal(warning.line, 5);
	assert_int_equal(warning.column, 36);
	assert_string_equal(warning.key, "customers[0].own.irr");
	assert_non_null(strstr(warning.text, "No such file"));
	config_free(config);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ROWS    (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	const struct CMUnitTest fixed[] = {
		TEST(good_file_is_taken),
		TEST(no_regular_file_is_told),
		TEST(huge_file_is_told),
		TEST(shrunk_file_is_told),
		TEST(list_without_hash_is_not_taken),
		TEST(young_list_is_not_warned_of),
		TEST(old_list_is_warned_of),
		TEST(missing_list_is_warned_of),
	};
	struct CMUnitTest all[sizeof(fixed) / sizeof(fixed[0]) + ROWS];

	memcpy(all, fixed, sizeof(fixed));
	for (size_t i = 0; i < ROWS; i++)
		all[sizeof(fixed) / sizeof(fixed[0]) + i] =
		    (struct CMUnitTest){ .name = rows[i].name,
			    .test_func = bad_file_is_told,
			    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("irr_file", all, NULL, NULL);
}
