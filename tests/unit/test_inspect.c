/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that is looked at before it is believed, and set aside when it must
 * be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inspect.h"
#include "store/live.h"
#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define ENTRIES 1000u
#define TIME_NS UINT64_C(1767323045000000000) /* 2026-01-02T03:04:05Z */
#define HOUR_NS UINT64_C(3600000000000)

struct world {
	char path[TEMP_PATH_MAX];
	struct inspect_report report;
	struct entry entry;
};

static void
append(struct world *world, struct store *store, unsigned n)
{
	assert_int_equal(store_begin(store), 0);
	for (unsigned i = 0; i < n; i++) {
		usual_entry(store_next(store), &world->entry);
		world->entry.live_op = LIVE_PUT;
		assert_int_equal(store_append_entry(store, &world->entry), 0);
	}
	assert_int_equal(store_commit(store, NULL), 0);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct store *store;

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	assert_int_equal(store_open(world->path, 0, &store), 0);
	append(world, store, ENTRIES);
	store_close(store);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;
	char name[3 * TEMP_PATH_MAX];
	DIR *folder = opendir(world->path);
	struct dirent *item;

	while (folder != NULL && (item = readdir(folder)) != NULL) {
		if (strncmp(item->d_name, "aside-", 6) != 0)
			continue;
		(void)snprintf(
		    name, sizeof(name), "%s/%s", world->path, item->d_name);
		(void)chmod(name, 0700);
		temp_folder_remove(name);
	}
	if (folder != NULL)
		(void)closedir(folder);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

static void
look(struct world *world, enum inspect_depth depth)
{
	inspect_store(world->path, depth, 60000, &world->report);
}

/* Change the store by way of its own tables: LMDB's pages stay whole. */
static void
table_change(const struct world *world, enum db_table table, uint64_t key,
    size_t at, uint8_t mask)
{
	uint8_t copy[RECORD_MAX + SEAL_LEN];
	struct db_value value = { copy, 0, NULL, 0 };
	const uint8_t *data;
	struct db_txn txn;
	struct db *db;

	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	assert_int_equal(db_get(&txn, table, key, &data, &value.len), 0);
	assert_true(value.len <= sizeof(copy) && at < value.len);
	memcpy(copy, data, value.len);
	copy[at] ^= mask;
	db_put(&txn, table, key, &value);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

static void
row_delete(const struct world *world, enum db_table table, uint64_t key)
{
	struct db_txn txn;
	struct db *db;

	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_delete(&txn, table, key);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

static void
file_truncate(const struct world *world, off_t len)
{
	char name[2 * TEMP_PATH_MAX];

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	assert_int_equal(truncate(name, len), 0);
}

/* A whole store is sound at both depths; so is none at all. */
static void
whole_store_is_sound(void **state)
{
	struct world *world = *state;
	struct ledger_head head;
	struct ledger *ledger;

	assert_int_equal(ledger_open_readonly(world->path, &ledger), 0);
	assert_int_equal(ledger_head_read(ledger, &head), 0);
	ledger_close(ledger);
	for (int depth = INSPECT_QUICK; depth <= INSPECT_FULL; depth++) {
		look(world, (enum inspect_depth)depth);
		assert_string_equal(world->report.why, "");
		assert_int_equal(world->report.error, 0);
		assert_int_equal(world->report.live_bad, 0);
		assert_int_equal(world->report.size, ENTRIES);
		assert_memory_equal(world->report.root, head.root, SEAL_LEN);
		assert_true(world->report.first == UINT64_MAX);
	}
	file_truncate(world, 0);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, 0);
	assert_int_equal(world->report.size, 0);
}

/* A damaged last entry is named, with the log's head. */
static void
damaged_entry_is_named(void **state)
{
	struct world *world = *state;

	table_change(world, DB_LOG, ENTRIES - 7, 30, 1);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_CORRUPT);
	assert_int_equal(world->report.first, ENTRIES - 7);
	assert_int_equal(world->report.size, ENTRIES);
	assert_string_equal(
	    world->report.why, "entry 993: it is not what was written");
}

/* Nodes, edge, counts: each that is not what it should be is found. */
static void
damaged_hash_is_found(void **state)
{
	struct world *world = *state;
	const uint64_t node = UINT64_C(1) << 56 | 2;

	table_change(world, DB_NODE, node, 0, 1);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_CORRUPT);
	assert_int_equal(world->report.first, 0);
	table_change(world, DB_NODE, node, 0, 1);
	table_change(world, DB_TREE, 0, 40, 1);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_CORRUPT);
	table_change(world, DB_TREE, 0, 40, 1);
	look(world, INSPECT_FULL);
	assert_int_equal(world->report.error, 0);
	row_delete(world, DB_NODE, node);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_CORRUPT);
}

/* An index that does not tell of its entries: only the full look reads it. */
static void
damaged_index_is_found_by_a_full_look(void **state)
{
	struct world *world = *state;

	table_change(world, DB_INDEX, 1, 20, 1);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, 0);
	look(world, INSPECT_FULL);
	assert_int_equal(world->report.error, DB_CORRUPT);
	assert_int_equal(world->report.first, 256);
}

struct note_row {
	const char *origin;
	uint64_t size;
	bool other_root;
	int octet; /* of the note that is changed behind its signing; -1: none
		    */
	const char *why; /* NULL: sound */
};

static const struct note_row note_rows[] = {
	{ "log/1", 300, false, -1, NULL },
	{ "log/2", 300, false, -1, "checkpoint of 300: it is another log's" },
	{ "log/1", 300, true, -1,
	    "checkpoint of 300: its root is not the log's" },
	{ "log/1", 300, false, 11,
	    "checkpoint of 300: it is not what was signed" },
	{ "log/1", ENTRIES + 1, false, -1, "the log is shorter" },
};

/* Write the row's checkpoint, with a good one after it where there is room. */
static void
note_write(const struct world *world, const struct note_row *row,
    struct seal_key *secret)
{
	struct checkpoint checkpoint = { .size = row->size };
	uint8_t public_key[SEAL_PUBLIC_LEN];
	char note[NOTE_MAX];
	struct note_key key;
	struct store *store;
	size_t len;

	seal_key_public(secret, public_key);
	assert_int_equal(
	    note_key_make(&key, "log/1", NOTE_ED25519, public_key), 0);
	assert_int_equal(store_open(world->path, 0, &store), 0);
	(void)snprintf(checkpoint.origin, NOTE_NAME_MAX, "%s", row->origin);
	if (row->size <= ENTRIES)
		assert_int_equal(ledger_root(store_ledger(store), row->size,
				     checkpoint.root),
		    0);
	checkpoint.root[5] ^= row->other_root;
	len = (size_t)checkpoint_print(&checkpoint, note, sizeof(note));
	assert_int_equal(
	    note_sign(note, sizeof(note), &len, len, &key, secret, 0), 0);
	if (row->octet >= 0)
		note[row->octet] = note[row->octet] == 'A' ? 'B' : 'A';
	assert_int_equal(store_begin(store), 0);
	store_meta_put(store, STORE_ORIGIN, "log/1", 5);
	store_meta_put(store, STORE_KEY, public_key, sizeof(public_key));
	store_note_put(store, row->size, note, len);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
}

/* Checkpoints are read by the full look alone. */
static void
damaged_checkpoint_is_found_by_a_full_look(void **state)
{
	struct world *world = *state;
	struct seal_key *secret = seal_key_make();

	assert_non_null(secret);
	for (size_t i = 0; i < sizeof(note_rows) / sizeof(note_rows[0]); i++) {
		const char *why = note_rows[i].why;

		note_write(world, &note_rows[i], secret);
		look(world, INSPECT_FULL);
		assert_int_equal(
		    world->report.error, why == NULL ? 0 : DB_CORRUPT);
		if (why != NULL)
			assert_non_null(strstr(world->report.why, why));
	}
	seal_key_free(secret);
}

/* An entry that is missing is not one that retention removed. */
static void
missing_entry_is_found(void **state)
{
	struct world *world = *state;

	row_delete(world, DB_LOG, 3);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_CORRUPT);
}

static uint64_t
live_count(const struct world *world)
{
	struct store *store;
	uint64_t n;

	assert_int_equal(store_open(world->path, 0, &store), 0);
	assert_int_equal(store_live_count(store, &n), 0);
	store_close(store);
	return n;
}

/* A live rule that was lost, or leads elsewhere: the table is dropped and the
 * log stays. */
static void
damaged_live_rules_are_dropped(void **state)
{
	struct world *world = *state;

	row_delete(world, DB_LIVE, 5);
	for (unsigned i = 0; i < 2; i++) {
		look(world, INSPECT_QUICK);
		assert_int_equal(world->report.error, 0);
		assert_int_equal(world->report.live_bad, 1);
		assert_string_equal(world->report.why,
		    "the table of live rules is not what was written");
		if (i == 0)
			table_change(world, DB_LIVE, 9, 7, 1);
	}
	assert_int_equal(inspect_drop_live(world->path), 0);
	look(world, INSPECT_FULL);
	assert_int_equal(world->report.error, 0);
	assert_int_equal(world->report.live_bad, 0);
	assert_int_equal(world->report.size, ENTRIES);
	assert_int_equal(live_count(world), 0);
}

/* A file that ends too early is told as such, with what is known of it. */
static void
truncated_store_is_short(void **state)
{
	struct world *world = *state;

	file_truncate(world, 40960);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_SHORT);
	assert_non_null(strstr(world->report.why, "missing at the end"));
}

/* What is no file is not waited for. */
static void
pipe_in_place_of_the_file_is_refused(void **state)
{
	struct world *world = *state;
	char name[2 * TEMP_PATH_MAX];

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkfifo(name, 0600), 0);
	look(world, INSPECT_QUICK);
	assert_int_equal(world->report.error, DB_ACCESS);
}

/* The full look goes on beside a writer, and sees nothing but whole states. */
static void
full_look_beside_a_writer(void **state)
{
	struct world *world = *state;
	struct store *store;
	int fd, status;
	pid_t pid;

	assert_int_equal(store_open(world->path, 0, &store), 0);
	for (unsigned i = 0; i < 5; i++) {
		struct inspect_report report;

		pid = inspect_start(world->path, &fd);
		assert_true(pid > 0);
		for (unsigned k = 0; k < 30; k++)
			append(world, store, 1 + k * 7 % 90);
		assert_int_equal(
		    read(fd, &report, sizeof(report)), sizeof(report));
		assert_string_equal(report.why, "");
		assert_int_equal(report.error, 0);
		assert_int_equal(report.live_bad, 0);
		assert_true(report.size >= ENTRIES);
		(void)close(fd);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	store_close(store);
}

/* Its parent gone, or it killed: the pipe ends without a report. */
static void
killed_look_leaves_no_report(void **state)
{
	struct world *world = *state;
	struct inspect_report report;
	int fd, status;
	pid_t pid = inspect_start(world->path, &fd);

	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		assert_int_equal(read(fd, &report, sizeof(report)), 0);
	(void)close(fd);
}

/* What is set aside is whole, for reading only and for its owner only; a new
 * store begins where it was. */
static void
files_are_set_aside(void **state)
{
	struct world *world = *state;
	char name[NAME_MAX_LEN], path[2 * TEMP_PATH_MAX];
	char file[3 * TEMP_PATH_MAX];
	struct ledger_head head;
	struct ledger *ledger;
	struct store *store;
	struct stat st;

	assert_int_equal(inspect_aside(world->path, TIME_NS, name), 0);
	assert_string_equal(name, "aside-20260102T030405Z-1");
	(void)snprintf(path, sizeof(path), "%s/%s", world->path, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0500);
	(void)snprintf(file, sizeof(file), "%s/data.mdb", path);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);

	assert_int_equal(store_open(world->path, 0, &store), 0);
	assert_int_equal(store_next(store), 0);
	store_close(store);
	assert_int_equal(ledger_open_readonly(path, &ledger), 0);
	assert_int_equal(ledger_head_read(ledger, &head), 0);
	assert_int_equal(head.size, ENTRIES);
	ledger_close(ledger);
}

/* Four within a day, whatever way the clock goes; then no more. */
static void
asides_of_a_day_are_limited(void **state)
{
	static const char *const names[] = { "aside-20260102T030405Z-1",
		"aside-20260102T030405Z-2", "aside-20260102T030405Z-3",
		"aside-20260102T060405Z-1" };
	struct world *world = *state;
	char name[NAME_MAX_LEN];

	for (unsigned i = 0; i < INSPECT_ASIDE_MAX; i++) {
		assert_int_equal(
		    inspect_aside(world->path,
			TIME_NS + (i == 3 ? 3 * HOUR_NS : 0), name),
		    0);
		assert_string_equal(name, names[i]);
	}
	assert_int_equal(
	    inspect_aside(world->path, TIME_NS + HOUR_NS, name), DB_FULL);
	assert_int_equal(
	    inspect_aside(world->path, TIME_NS - 20 * HOUR_NS, name), DB_FULL);
	assert_int_equal(
	    inspect_aside(world->path, TIME_NS + 25 * HOUR_NS, name), 0);
}

/* A store that a daemon has is not touched. */
static void
store_in_use_is_left_alone(void **state)
{
	struct world *world = *state;
	char name[NAME_MAX_LEN];
	struct store *store;

	assert_int_equal(store_open(world->path, 0, &store), 0);
	assert_int_equal(inspect_aside(world->path, TIME_NS, name), DB_BUSY);
	assert_string_equal(name, "");
	store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whole_store_is_sound),
		TEST(damaged_entry_is_named),
		TEST(damaged_hash_is_found),
		TEST(damaged_index_is_found_by_a_full_look),
		TEST(damaged_checkpoint_is_found_by_a_full_look),
		TEST(missing_entry_is_found),
		TEST(damaged_live_rules_are_dropped),
		TEST(truncated_store_is_short),
		TEST(pipe_in_place_of_the_file_is_refused),
		TEST(full_look_beside_a_writer),
		TEST(killed_look_leaves_no_report),
		TEST(files_are_set_aside),
		TEST(asides_of_a_day_are_limited),
		TEST(store_in_use_is_left_alone),
	};

	return cmocka_run_group_tests_name("inspect", tests, NULL, NULL);
}
