/* SPDX-License-Identifier: BSD-2-Clause */
/* Before a store is opened: wishes are fulfilled, damage is set aside, a new
 * log says what was before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/begin.h"
#include "store/inspect.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

struct begin_world {
	char path[TEMP_PATH_MAX];
	char origin[NOTE_NAME_MAX];
	struct store *store;
	struct begin begin;
	struct entry entry;
};

/* As the role does it. */
static void
start(struct begin_world *world)
{
	assert_int_equal(
	    begin_look(world->path, world->path, &world->begin), 0);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	assert_int_equal(begin_origin(world->store, "example.net/log",
			     &world->begin, world->origin),
	    0);
	begin_end(world->path, &world->begin);
}

static void
fill(struct begin_world *world, unsigned n)
{
	assert_int_equal(store_begin(world->store), 0);
	for (unsigned i = 0; i < n; i++) {
		usual_entry(store_next(world->store), &world->entry);
		world->entry.live_op = LIVE_PUT;
		assert_int_equal(
		    store_append_entry(world->store, &world->entry), 0);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
}

static void
stop(struct begin_world *world)
{
	store_close(world->store);
	world->store = NULL;
}

static int
setup(void **state)
{
	struct begin_world *world = calloc(1, sizeof(*world));

	if (world == NULL || seal_init() != 0)
		return -1;
	temp_folder_make(world->path);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct begin_world *world = *state;
	char command[TEMP_PATH_MAX + 16];

	stop(world);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", world->path);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

static void
assert_first_entry(struct begin_world *world, const char *evidence)
{
	char text[ENTRY_TEXT_MAX];

	assert_int_equal(
	    ledger_get(store_ledger(world->store), 0, &world->entry), 0);
	(void)snprintf(text, sizeof(text), "log %s begun", world->origin);
	assert_int_equal(world->entry.kind, ENTRY_START);
	assert_string_equal(world->entry.text, text);
	assert_non_null(strstr(world->entry.evidence, evidence));
}

/* A new log has a name of its own and an entry that says so; both stay. */
static void
new_log_gets_name_and_entry(void **state)
{
	struct begin_world *world = *state;
	char first[NOTE_NAME_MAX];

	start(world);
	assert_int_equal(store_next(world->store), 1);
	assert_first_entry(world, "before: nothing");
	assert_int_equal(strlen(world->origin), strlen("example.net/log/") + 8);
	memcpy(first, world->origin, sizeof(first));
	fill(world, 10);
	stop(world);

	start(world);
	assert_int_equal(store_next(world->store), 11);
	assert_string_equal(world->origin, first);
}

/* A log from before there were names gets one, and no entry. */
static void
old_log_gets_a_name_only(void **state)
{
	struct begin_world *world = *state;

	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	fill(world, 10);
	stop(world);
	start(world);
	assert_int_equal(store_next(world->store), 10);
	assert_memory_equal(world->origin, "example.net/log/", 16);
}

/* What an operator wants is done once, and told in the new log. */
static void
renew_begins_another_log(void **state)
{
	struct begin_world *world = *state;
	char first[NOTE_NAME_MAX];

	start(world);
	fill(world, 10);
	memcpy(first, world->origin, sizeof(first));
	stop(world);
	assert_int_equal(
	    begin_renew(world->path, "alice", "restored\nbackup"), 0);

	start(world);
	assert_string_not_equal(world->origin, first);
	assert_int_equal(store_next(world->store), 1);
	assert_first_entry(world, "renewed by alice: restored backup");
	assert_non_null(strstr(world->entry.evidence, "size 11"));
	assert_memory_equal(world->entry.evidence, "before: log ", 12);
	assert_memory_equal(&world->entry.evidence[12], first, strlen(first));
	assert_string_equal(world->entry.operator_name, "alice");
	fill(world, 1);
	stop(world);
	start(world);
	assert_int_equal(store_next(world->store), 2);
}

/* Overwrite the file's pages from the third on. */
static void
damage(const struct begin_world *world)
{
	static const char junk[4096] = "junk";
	char name[TEMP_PATH_MAX + 16];
	struct stat st;
	int fd;

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	fd = open(name, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 8192; at < st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), 4096);
	assert_int_equal(close(fd), 0);
}

/* Change a letter of a name wherever it stands in the file. */
static void
damage_record(const struct begin_world *world)
{
	const char *word = world->entry.customer;
	char name[TEMP_PATH_MAX + 16];
	uint8_t *data, *at;
	struct stat st;
	FILE *file;

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	file = fopen(name, "r+b");
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	data = malloc((size_t)st.st_size);
	assert_non_null(data);
	assert_int_equal(fread(data, (size_t)st.st_size, 1, file), 1);
	at = memmem(data, (size_t)st.st_size, word, strlen(word));
	assert_non_null(at);
	assert_int_equal(fseek(file, at - data, SEEK_SET), 0);
	assert_int_equal(fputc(*at ^ 1, file), *at ^ 1);
	assert_int_equal(fclose(file), 0);
	free(data);
}

/* Damage is set aside, and the new log says so; too often a day is too often.
 */
static void
damage_is_set_aside_for_a_while(void **state)
{
	struct begin_world *world = *state;
	int err = 0;
	unsigned n = 0;

	while (err == 0 && n < 10) {
		start(world);
		assert_int_equal(store_next(world->store), 1);
		assert_first_entry(
		    world, n == 0 ? "before: nothing" : "folder aside-");
		fill(world, 300);
		stop(world);
		damage(world);
		n++;
		if (n > 4)
			err =
			    begin_look(world->path, world->path, &world->begin);
	}
	assert_int_equal(err, -1);
	assert_int_equal(n, 5);
}

/* A damaged record leaves the log's name readable: entry 0 of the next one has
 * it. */
static void
damaged_log_is_named(void **state)
{
	struct begin_world *world = *state;
	char first[NOTE_NAME_MAX + 64];

	start(world);
	(void)snprintf(first, sizeof(first), "before: log %s folder aside-",
	    world->origin);
	fill(world, 3000);
	stop(world);
	damage_record(world);
	start(world);
	assert_int_equal(store_next(world->store), 1);
	assert_first_entry(world, first);
}

/* A wish that is no file that can be read is nobody's: the log goes on. */
static void
unreadable_wish_is_passed_over(void **state)
{
	struct begin_world *world = *state;
	char name[TEMP_PATH_MAX + 16];
	char first[NOTE_NAME_MAX];

	start(world);
	fill(world, 10);
	memcpy(first, world->origin, sizeof(first));
	stop(world);
	(void)snprintf(name, sizeof(name), "%s/renew", world->path);
	assert_int_equal(symlink("data.mdb", name), 0);
	start(world);
	assert_string_equal(world->origin, first);
	stop(world);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkdir(name, 0700), 0);
	start(world);
	assert_string_equal(world->origin, first);
	assert_int_equal(store_next(world->store), 11);
}

/* A wish beyond what a day allows is dropped; the log that there is goes on. */
static void
wish_beyond_the_limit_keeps_the_log(void **state)
{
	struct begin_world *world = *state;
	char last[NOTE_NAME_MAX];

	for (unsigned n = 0; n <= INSPECT_ASIDE_MAX; n++) {
		start(world);
		memcpy(last, world->origin, sizeof(last));
		stop(world);
		assert_int_equal(begin_renew(world->path, "bob", "again"), 0);
	}
	for (unsigned n = 0; n < 2; n++) {
		start(world);
		assert_string_equal(world->origin, last);
		assert_int_equal(store_next(world->store), 1);
		assert_false(world->begin.renewed);
		stop(world);
	}
}

static void
name_of(const struct begin_world *world, const char *file,
    char name[TEMP_PATH_MAX + 16])
{
	(void)snprintf(name, TEMP_PATH_MAX + 16, "%s/%s", world->path, file);
}

/* An empty file, and one without an operator, are nobody's wish. */
static void
wish_of_nobody_is_passed_over(void **state)
{
	static const char *const texts[] = { "", "\n", " \nwhy\n" };
	struct begin_world *world = *state;
	char name[TEMP_PATH_MAX + 16], first[NOTE_NAME_MAX];
	FILE *file;

	start(world);
	memcpy(first, world->origin, sizeof(first));
	stop(world);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		name_of(world, "renew", name);
		file = fopen(name, "w");
		assert_non_null(file);
		assert_true(fputs(texts[i], file) >= 0);
		assert_int_equal(fclose(file), 0);
		start(world);
		assert_string_equal(world->origin, first);
		assert_false(world->begin.renewed);
		assert_int_equal(access(name, F_OK), 0);
		stop(world);
	}
	start(world);
}

/* A wish that is a pipe is not waited for, and none. */
static void
pipe_is_no_wish(void **state)
{
	struct begin_world *world = *state;
	char name[TEMP_PATH_MAX + 16], first[NOTE_NAME_MAX];

	start(world);
	memcpy(first, world->origin, sizeof(first));
	stop(world);
	name_of(world, "renew", name);
	assert_int_equal(mkfifo(name, 0600), 0);
	start(world);
	assert_string_equal(world->origin, first);
}

/* Data in another place is neither judged nor set aside. */
static void
data_elsewhere_is_left_alone(void **state)
{
	struct begin_world *world = *state;
	char name[TEMP_PATH_MAX + 16], other[TEMP_PATH_MAX + 16];
	struct stat st;

	start(world);
	fill(world, 10);
	stop(world);
	name_of(world, "data.mdb", name);
	name_of(world, "elsewhere", other);
	assert_int_equal(rename(name, other), 0);
	assert_int_equal(symlink(other, name), 0);
	assert_int_equal(
	    begin_look(world->path, world->path, &world->begin), -1);
	assert_int_equal(lstat(name, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

/* A store that was ended when the log had been set aside, and no other had
 * begun, leaves the next one to say so. */
static void
end_between_two_logs_is_told(void **state)
{
	struct begin_world *world = *state;
	char folder[NAME_MAX_LEN];

	start(world);
	fill(world, 10);
	stop(world);
	assert_int_equal(
	    inspect_aside(world->path, UINT64_C(1782864000000000000), folder),
	    0);
	start(world);
	assert_first_entry(world, folder);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(new_log_gets_name_and_entry),
		T(old_log_gets_a_name_only),
		T(renew_begins_another_log),
		T(damaged_log_is_named),
		T(unreadable_wish_is_passed_over),
		T(wish_beyond_the_limit_keeps_the_log),
		T(damage_is_set_aside_for_a_while),
		T(pipe_is_no_wish),
		T(wish_of_nobody_is_passed_over),
		T(data_elsewhere_is_left_alone),
		T(end_between_two_logs_is_told),
	};

	return cmocka_run_group_tests_name("store_begin", tests, NULL, NULL);
}
