/* SPDX-License-Identifier: BSD-2-Clause */
/* Log and live rules over a real LMDB in a folder of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

struct world {
	char path[TEMP_PATH_MAX];
	struct store *store;
	struct entry entry; /* scratch */
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	*state = world;
	return store_open(world->path, 0, &world->store);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	store_close(world->store);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

static void
reopen(struct world *world)
{
	store_close(world->store);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
}

/* Append n usual entries, each a live rule when live says so. */
static void
append(struct world *world, unsigned n, enum live_op op)
{
	assert_int_equal(store_begin(world->store), 0);
	for (unsigned i = 0; i < n; i++) {
		usual_entry(store_next(world->store), &world->entry);
		world->entry.live_op = (uint8_t)op;
		assert_int_equal(
		    store_append_entry(world->store, &world->entry), 0);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
}

/* One entry about an older rule. */
static void
append_about(struct world *world, uint64_t rule_id, enum live_op op)
{
	assert_int_equal(store_begin(world->store), 0);
	usual_entry(store_next(world->store), &world->entry);
	world->entry.rule_id = rule_id;
	world->entry.live_op = (uint8_t)op;
	assert_int_equal(store_append_entry(world->store, &world->entry), 0);
	assert_int_equal(store_commit(world->store, NULL), 0);
}

/* What was committed is there after closing and opening. */
static void
entries_stay(void **state)
{
	struct world *world = *state;
	struct random_state random = { 5 };
	struct ledger_head head, again;
	static struct entry wrote[20], read;

	assert_int_equal(store_begin(world->store), 0);
	for (unsigned i = 0; i < 20; i++) {
		random_entry(&random, &wrote[i]);
		wrote[i].seq = i;
		assert_int_equal(
		    store_append_entry(world->store, &wrote[i]), 0);
	}
	assert_int_equal(store_commit(world->store, &head), 0);
	reopen(world);

	assert_int_equal(store_next(world->store), 20);
	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &again), 0);
	assert_int_equal(head.size, 20);
	assert_memory_equal(&head, &again, sizeof(head));
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(
		    ledger_get(store_ledger(world->store), i, &read), 0);
		assert_memory_equal(
		    &read, &wrote[i], offsetof(struct entry, rule));
		if (read.has_rule)
			assert_true(rule_equal(&read.rule, &wrote[i].rule));
	}
	assert_int_equal(
	    ledger_get(store_ledger(world->store), 20, &read), DB_NOT_FOUND);
}

/* The folder and its files are their owner's alone. */
static void
files_are_private(void **state)
{
	static const char *const names[] = { "data.mdb", "lock.mdb",
		"owner.lock" };
	struct world *world = *state;
	char path[2 * TEMP_PATH_MAX];
	struct stat st;

	store_close(world->store);
	world->store = NULL;
	temp_folder_remove(world->path);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);

	assert_int_equal(stat(world->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	for (unsigned i = 0; i < 3; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", world->path, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

/* A dropped batch leaves no trace, and numbers go on where they were. */
static void
dropped_batch_leaves_no_trace(void **state)
{
	struct world *world = *state;
	struct ledger_head before, after;

	append(world, 5, LIVE_PUT);
	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &before), 0);
	assert_int_equal(store_begin(world->store), 0);
	usual_entry(5, &world->entry);
	assert_int_equal(store_append_entry(world->store, &world->entry), 0);
	store_abort(world->store);

	assert_int_equal(store_next(world->store), 5);
	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &after), 0);
	assert_memory_equal(&before, &after, sizeof(before));
	append(world, 1, LIVE_NONE);
	assert_int_equal(
	    ledger_get(store_ledger(world->store), 5, &world->entry), 0);
}

/* A number out of turn spoils the whole batch. */
static void
gap_spoils_the_batch(void **state)
{
	struct world *world = *state;

	assert_int_equal(store_begin(world->store), 0);
	usual_entry(0, &world->entry);
	assert_int_equal(store_append_entry(world->store, &world->entry), 0);
	usual_entry(2, &world->entry);
	assert_int_equal(
	    store_append_entry(world->store, &world->entry), DB_MISUSE);
	usual_entry(1, &world->entry);
	assert_int_equal(
	    store_append_entry(world->store, &world->entry), DB_MISUSE);
	assert_int_equal(store_commit(world->store, NULL), DB_MISUSE);

	assert_int_equal(store_next(world->store), 0);
	append(world, 1, LIVE_NONE);
}

/* Entries that may not stand in the log, and calls out of turn, are refused. */
static void
misuse_is_refused(void **state)
{
	struct world *world = *state;

	usual_entry(0, &world->entry);
	assert_int_equal(
	    store_append_entry(world->store, &world->entry), DB_MISUSE);
	assert_int_equal(store_commit(world->store, NULL), DB_MISUSE);
	assert_int_equal(store_begin(world->store), 0);
	assert_int_equal(store_begin(world->store), DB_MISUSE);
	world->entry.kind = 0;
	assert_int_equal(
	    store_append_entry(world->store, &world->entry), DB_MISUSE);
	usual_entry(0, &world->entry);
	world->entry.live_op = LIVE_PUT;
	world->entry.has_rule = 0;
	assert_int_equal(
	    store_append_entry(world->store, &world->entry), DB_MISUSE);
	store_abort(world->store);
}

/* ---- walking ---- */

struct seen {
	unsigned n;
	unsigned stop_after;
	uint64_t first;
	uint64_t last;
	uint64_t ids[64];
};

static int
see(void *ctx, const struct entry *entry)
{
	struct seen *seen = ctx;

	if (seen->n == 0)
		seen->first = entry->seq;
	seen->last = entry->seq;
	if (seen->n < 64)
		seen->ids[seen->n] = entry->rule_id;
	seen->n++;
	return seen->n == seen->stop_after ? 7 : 0;
}

struct walk_row {
	const char *name;
	struct ledger_range range;
	unsigned stop_after;
	int wanted;
	unsigned n;
	uint64_t first, last, seq;
};

/* Over a log of 3,000 entries, which is more than one transaction's worth. */
static const struct walk_row walk_rows[] = {
	{ "walk_of_all_sees_all",
	    { .from = 0, .to = UINT64_MAX, .backward = false }, 0, 0, 3000, 0,
	    2999, 3000 },
	{ "walk_of_a_part_sees_the_part",
	    { .from = 1000, .to = 1010, .backward = false }, 0, 0, 10, 1000,
	    1009, 1010 },
	{ "walk_past_the_end_sees_nothing",
	    { .from = 3000, .to = 4000, .backward = false }, 0, 0, 0, 0, 0,
	    3000 },
	{ "walk_backward_begins_at_the_end",
	    { .from = 0, .to = UINT64_MAX, .backward = true }, 0, 0, 3000, 2999,
	    0, 0 },
	{ "walk_backward_keeps_to_its_part",
	    { .from = 10, .to = 20, .backward = true }, 0, 0, 10, 19, 10, 10 },
	{ "walk_stops_when_told", { .from = 5, .to = 100, .backward = false },
	    3, 7, 3, 5, 7, 8 },
	{ "walk_backward_stops_when_told",
	    { .from = 5, .to = 100, .backward = true }, 3, 7, 3, 99, 97, 97 },
	{ "walk_of_an_empty_part_sees_nothing",
	    { .from = 20, .to = 10, .backward = true }, 0, 0, 0, 0, 0, 10 },
};
#define WALK_ROWS (sizeof(walk_rows) / sizeof(walk_rows[0]))

/* Each row of the table. */
static void
walks_see_what_they_should(void **state)
{
	struct world *world = *state;

	append(world, 3000, LIVE_NONE);
	for (size_t i = 0; i < WALK_ROWS; i++) {
		const struct walk_row *row = &walk_rows[i];
		struct seen seen = { .stop_after = row->stop_after };
		uint64_t seq;

		print_message("%s\n", row->name);
		assert_int_equal(ledger_walk(store_ledger(world->store),
				     &row->range, see, &seen, &seq),
		    row->wanted);
		assert_int_equal(seen.n, row->n);
		assert_int_equal(seen.first, row->first);
		assert_int_equal(seen.last, row->last);
		assert_int_equal(seq, row->seq);
	}
}

/* Live rules come by rising id, each as its last entry has it. */
static void
live_rules_are_the_last_word(void **state)
{
	struct world *world = *state;
	struct seen seen = { 0 };
	const struct store_live_ops ops = { see, NULL, &seen };

	append(world, 10, LIVE_PUT);         /* rules 0..9 */
	append_about(world, 3, LIVE_DELETE); /* 10 */
	append_about(world, 7, LIVE_PUT);    /* 11 */
	append_about(world, 3, LIVE_DELETE); /* 12: is gone already */
	append_about(world, 8, LIVE_NONE);   /* 13 */
	reopen(world);

	assert_int_equal(store_live(world->store, 0, &ops), 0);
	assert_int_equal(seen.n, 9);
	assert_int_equal(seen.ids[3], 4);
	assert_int_equal(seen.ids[8], 9);
	seen.n = 0;
	assert_int_equal(store_live(world->store, 7, &ops), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.first, 11);
	assert_int_equal(seen.ids[0], 7);
}

/* More live rules than are looked up at a time are all shown. */
static void
many_live_rules_are_all_shown(void **state)
{
	struct world *world = *state;
	struct seen seen = { 0 };
	const struct store_live_ops ops = { see, NULL, &seen };

	append(world, 1024, LIVE_PUT);
	assert_int_equal(store_live(world->store, 0, &ops), 0);
	assert_int_equal(seen.n, 1024);
	assert_int_equal(seen.last, 1023);
}

/* ---- damage ---- */

/* Change a bit of what wherever the data file has it: pages are copied when
 * they change, and an old copy may be nobody's. */
static void
damage(struct world *world, const char *what)
{
	char path[2 * TEMP_PATH_MAX];
	static uint8_t data[1 << 22];
	size_t len = strlen(what), n;
	unsigned changed = 0;
	uint8_t *at;
	FILE *file;

	store_close(world->store);
	world->store = NULL;
	(void)snprintf(path, sizeof(path), "%s/data.mdb", world->path);
	file = fopen(path, "r+b");
	assert_non_null(file);
	n = fread(data, 1, sizeof(data), file);
	while ((at = memmem(data, n, what, len)) != NULL) {
		*at ^= 1;
		changed++;
	}
	assert_true(changed > 0);
	rewind(file);
	assert_int_equal(fwrite(data, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void
append_marked(struct world *world, const char *mark, enum live_op op)
{
	assert_int_equal(store_begin(world->store), 0);
	usual_entry(store_next(world->store), &world->entry);
	world->entry.live_op = (uint8_t)op;
	(void)snprintf(
	    world->entry.text, sizeof(world->entry.text), "%s", mark);
	assert_int_equal(store_append_entry(world->store, &world->entry), 0);
	assert_int_equal(store_commit(world->store, NULL), 0);
}

/* A record that was changed on disk is not believed, and named. */
static void
changed_record_is_named(void **state)
{
	const struct ledger_range all = {
		.from = 0, .to = UINT64_MAX, .backward = false
	};
	const struct ledger_range all_backward = {
		.from = 0, .to = UINT64_MAX, .backward = true
	};
	struct world *world = *state;
	struct seen seen = { 0 };
	uint64_t seq;

	append(world, 5, LIVE_NONE);
	append_marked(world, "here it is", LIVE_NONE);
	append(world, 5, LIVE_NONE);
	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, 11);
	damage(world, "here it is");
	assert_int_equal(store_open(world->path, 0, &world->store), 0);

	assert_int_equal(
	    ledger_get(store_ledger(world->store), 5, &world->entry),
	    DB_CORRUPT);
	assert_int_equal(
	    ledger_get(store_ledger(world->store), 4, &world->entry), 0);
	assert_int_equal(
	    ledger_walk(store_ledger(world->store), &all, see, &seen, &seq),
	    DB_CORRUPT);
	assert_int_equal(seen.n, 5);
	assert_int_equal(seq, 5);
	assert_int_equal(ledger_walk(store_ledger(world->store), &all_backward,
			     see, &seen, &seq),
	    DB_CORRUPT);
	assert_int_equal(seq, 5);
	assert_int_equal(
	    ledger_verify(store_ledger(world->store), &seq), DB_CORRUPT);
	assert_int_equal(seq, 5);
}

/* A store whose last record is damaged does not open. */
static void
damaged_end_does_not_open(void **state)
{
	struct world *world = *state;

	append(world, 3, LIVE_NONE);
	append_marked(world, "the end", LIVE_NONE);
	damage(world, "the end");

	assert_int_equal(store_open(world->path, 0, &world->store), DB_CORRUPT);
}

static void
count_bad(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct seen *seen = ctx;

	assert_int_equal(rule_id, 2);
	assert_int_equal(seq, 2);
	seen->stop_after++;
}

/* A live rule whose entry is damaged is left out, the others come. */
static void
damaged_live_rule_is_left_out(void **state)
{
	struct world *world = *state;
	struct seen seen = { 0 };
	const struct store_live_ops ops = { see, count_bad, &seen };

	append(world, 2, LIVE_PUT);
	append_marked(world, "a rule no more", LIVE_PUT);
	append(world, 2, LIVE_PUT);
	damage(world, "a rule no more");
	assert_int_equal(store_open(world->path, 0, &world->store), 0);

	assert_int_equal(store_live(world->store, 0, &ops), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.stop_after, 1);
}

/* A file that is no store is refused. */
static void
foreign_file_is_refused(void **state)
{
	struct world *world = *state;
	char path[2 * TEMP_PATH_MAX];
	FILE *file;

	store_close(world->store);
	world->store = NULL;
	(void)snprintf(path, sizeof(path), "%s/data.mdb", world->path);
	file = fopen(path, "wb");
	assert_non_null(file);
	for (unsigned i = 0; i < 20000; i++)
		(void)fputs("not a database ", file);
	assert_int_equal(fclose(file), 0);

	assert_int_equal(store_open(world->path, 0, &world->store), DB_CORRUPT);
}

/* ---- more than one process ---- */

/* In a child, for a folder may be opened only once in a process. */
static int
in_child(int (*run)(const char *path), const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(path));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
open_again(const char *path)
{
	struct store *store;

	return -store_open(path, 0, &store);
}

/* A second daemon does not get the store. */
static void
second_writer_is_refused(void **state)
{
	struct world *world = *state;

	append(world, 1, LIVE_NONE);
	assert_int_equal(in_child(open_again, world->path), -DB_BUSY);
	append(world, 1, LIVE_NONE);
}

static int
read_beside(const char *path)
{
	const struct ledger_range all = {
		.from = 0, .to = UINT64_MAX, .backward = false
	};
	struct seen seen = { 0 };
	struct ledger *log;

	if (ledger_open_readonly(path, &log) != 0)
		return 100;
	if (ledger_walk(log, &all, see, &seen, NULL) != 0)
		return 101;
	ledger_close(log);
	return (int)seen.n;
}

/* A reader works beside the writer. */
static void
reader_works_beside_the_writer(void **state)
{
	struct world *world = *state;

	append(world, 10, LIVE_NONE);
	assert_int_equal(in_child(read_beside, world->path), 10);
	append(world, 10, LIVE_NONE);
	assert_int_equal(in_child(read_beside, world->path), 20);
}

/* Reading a copy of the data file alone leaves nothing beside it. */
static void
copy_is_read_without_a_trace(void **state)
{
	struct world *world = *state;
	char path[2 * TEMP_PATH_MAX];

	append(world, 10, LIVE_NONE);
	store_close(world->store);
	world->store = NULL;
	(void)snprintf(path, sizeof(path), "%s/lock.mdb", world->path);
	assert_int_equal(unlink(path), 0);

	assert_int_equal(in_child(read_beside, world->path), 10);
	assert_int_equal(access(path, F_OK), -1);
}

/* Reading where there is no store is an error, and makes none. */
static void
missing_store_is_not_made_by_reading(void **state)
{
	struct world *world = *state;
	char path[2 * TEMP_PATH_MAX];
	struct ledger *log;

	(void)snprintf(path, sizeof(path), "%s/none", world->path);
	assert_int_equal(ledger_open_readonly(path, &log), DB_ACCESS);
	assert_null(log);
	assert_int_equal(access(path, F_OK), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(entries_stay),
		T(files_are_private),
		T(dropped_batch_leaves_no_trace),
		T(gap_spoils_the_batch),
		T(misuse_is_refused),
		T(walks_see_what_they_should),
		T(live_rules_are_the_last_word),
		T(many_live_rules_are_all_shown),
		T(changed_record_is_named),
		T(damaged_end_does_not_open),
		T(damaged_live_rule_is_left_out),
		T(foreign_file_is_refused),
		T(second_writer_is_refused),
		T(reader_works_beside_the_writer),
		T(copy_is_read_without_a_trace),
		T(missing_store_is_not_made_by_reading),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
