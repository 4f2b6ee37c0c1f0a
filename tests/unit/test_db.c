/* SPDX-License-Identifier: BSD-2-Clause */
/* Which folders the key-value file is opened in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/db.h"
#include "tests/lib/temp_folder.h"

static int
setup(void **state)
{
	static char path[TEMP_PATH_MAX];

	temp_folder_make(path);
	*state = path;
	return 0;
}

static int
teardown(void **state)
{
	temp_folder_remove(*state);
	return 0;
}

static int
open_with_mode(const char *path, mode_t mode)
{
	struct db *db;
	int err;

	assert_int_equal(chmod(path, mode), 0);
	err = db_open(path, 0, &db);
	if (err != 0)
		assert_null(db);
	db_close(db);
	return err;
}

/* A folder that others can put files into is not used: they could make us
 * write through a link of theirs. */
static void
folder_that_others_write_to_is_refused(void **state)
{
	assert_int_equal(open_with_mode(*state, 0777), DB_ACCESS);
	assert_int_equal(open_with_mode(*state, 01777), DB_ACCESS);
	assert_int_equal(open_with_mode(*state, 0770), DB_ACCESS);
	assert_int_equal(open_with_mode(*state, 0755), 0);
	assert_int_equal(open_with_mode(*state, 0700), 0);
}

/* A link in the place of the lock file is not followed. */
static void
linked_lock_file_is_refused(void **state)
{
	char link[2 * TEMP_PATH_MAX];
	struct db *db;

	(void)snprintf(
	    link, sizeof(link), "%s/owner.lock", (const char *)*state);
	assert_int_equal(symlink("/dev/null", link), 0);

	assert_int_not_equal(db_open(*state, 0, &db), 0);
	assert_null(db);
}

/* Fill the log with n values of 3,000 octets, which have pages of their own,
 * and take out every rule put in before but the last. */
static void
fill(struct db *db, uint64_t n)
{
	static const uint8_t octets[3000] = { 1 };
	const struct db_value value = { octets, sizeof(octets), NULL, 0 };
	const struct db_value seq = { octets, 8, NULL, 0 };

	for (uint64_t i = 1; i <= n; i++) {
		struct db_txn txn;

		assert_int_equal(db_begin(db, &txn, true), 0);
		db_append(&txn, DB_LOG, i, &value);
		db_put(&txn, DB_LIVE, i, &seq);
		db_delete(&txn, DB_LIVE, i - 1);
		assert_int_equal(db_commit(&txn), 0);
	}
}

static off_t
data_size(const char *path, char file[2 * TEMP_PATH_MAX])
{
	struct stat st;

	(void)snprintf(file, 2 * TEMP_PATH_MAX, "%s/data.mdb", path);
	assert_int_equal(stat(file, &st), 0);
	return st.st_size;
}

/* A file whose end is missing is told by name, wherever it was cut: to read it
 * would be a signal. So it is to one who only reads. */
static void
truncated_file_is_refused(void **state)
{
	char file[2 * TEMP_PATH_MAX];
	struct db *db;
	off_t size;

	assert_int_equal(db_open(*state, 0, &db), 0);
	fill(db, 100);
	db_close(db);
	size = data_size(*state, file);
	assert_int_equal(db_open(*state, 0, &db), 0);
	db_close(db);
	for (off_t cut = size - 50001; cut >= 8192; cut -= 50001) {
		assert_int_equal(truncate(file, cut), 0);
		assert_int_equal(db_open(*state, 0, &db), DB_SHORT);
		assert_null(db);
		assert_int_equal(db_open_readonly(*state, &db), DB_SHORT);
		assert_null(db);
		assert_int_equal(data_size(*state, file), cut);
	}
	assert_int_equal(truncate(file, 5000), 0);
	assert_int_equal(db_open(*state, 0, &db), DB_SHORT);
}

/* Pages at the end that nothing refers to need not be there. */
static void
file_without_unused_pages_is_whole(void **state)
{
	char file[2 * TEMP_PATH_MAX];
	struct db_txn txn;
	struct db *db;
	off_t size;

	assert_int_equal(db_open(*state, 0, &db), 0);
	fill(db, 100);
	assert_int_equal(db_begin(db, &txn, true), 0);
	for (uint64_t i = 50; i <= 100; i++)
		db_delete(&txn, DB_LOG, i);
	assert_int_equal(db_commit(&txn), 0);
	/* Two transactions on, all goes to the first pages that are free. */
	for (unsigned i = 1; i <= 4; i++) {
		assert_int_equal(db_begin(db, &txn, true), 0);
		db_delete(&txn, DB_LOG, i);
		assert_int_equal(db_commit(&txn), 0);
	}
	db_close(db);
	size = data_size(*state, file);
	assert_int_equal(truncate(file, size - 4096), 0);

	assert_int_equal(db_open(*state, 0, &db), 0);
	db_close(db);
}

/* A folder that was used and has no data now is told from a new one. */
static void
lost_data_is_noticed(void **state)
{
	char file[2 * TEMP_PATH_MAX];
	struct db *db;

	assert_int_equal(db_open(*state, 0, &db), 0);
	assert_false(db_begun_anew(db));
	db_close(db);
	assert_int_equal(db_open(*state, 0, &db), 0);
	assert_false(db_begun_anew(db));
	db_close(db);
	(void)data_size(*state, file);
	assert_int_equal(truncate(file, 0), 0);
	assert_int_equal(db_open(*state, 0, &db), 0);
	assert_true(db_begun_anew(db));
	db_close(db);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(db_open(*state, 0, &db), 0);
	assert_true(db_begun_anew(db));
	db_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folder_that_others_write_to_is_refused),
		TEST(linked_lock_file_is_refused),
		TEST(truncated_file_is_refused),
		TEST(file_without_unused_pages_is_whole),
		TEST(lost_data_is_noticed),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
