/* SPDX-License-Identifier: BSD-2-Clause */
/* LMDB's file format read without LMDB: what it writes is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/db.h"
#include "tests/lib/page_file.h"

#define LAST_AT 136u /* number of the last page, in a root page */
#define TXN_AT  144u

/* What LMDB wrote is whole, and nothing of it is lost. */
static void
what_was_written_is_whole(void **state)
{
	struct page_file *world = *state;

	assert_int_equal(page_file_check(world), 0);
	assert_string_equal(world->report.why, "");
	assert_int_equal(world->report.pages, world->len / PAGE);
	assert_int_equal(world->report.lost, 0);
	assert_true(world->report.free > 0);
	assert_int_equal(
	    world->report.used + world->report.free, world->report.pages);
	assert_int_equal(page_check(NULL, 0, &world->report), 0);
}

/* It stays whole at every step of a life with commits of all sizes. */
static void
each_commit_leaves_it_whole(void **state)
{
	static uint8_t octets[30000];
	struct page_file *world = *state;
	struct db *db;

	assert_int_equal(db_open(world->path, 0, &db), 0);
	for (unsigned i = 0; i < 200; i++) {
		struct db_txn txn;
		struct db_value value = { octets, i * 149 % 30000, NULL, 0 };

		assert_int_equal(db_begin(db, &txn, true), 0);
		for (unsigned k = 0; k < i % 17; k++)
			db_put(&txn, DB_LIVE, i * 7u + k * 131u, &value);
		for (unsigned k = 0; k < i % 23 * 20; k++)
			db_delete(&txn, DB_LOG, i * 13u + k);
		db_put(&txn, DB_NODE, i % 3, &value);
		assert_int_equal(db_commit(&txn), 0);
		page_file_read(world);
		if (page_file_check(world) != 0)
			fail_msg("step %u: %s", i, world->report.why);
		assert_int_equal(world->report.lost, 0);
	}
	db_close(db);
}

/* A file that ends before its pages do is told as such, wherever it ends. */
static void
short_file_is_told(void **state)
{
	struct page_file *world = *state;
	size_t whole = world->len;

	for (size_t len = PAGE; len < whole; len += 3 * PAGE + 1) {
		world->len = len;
		assert_int_equal(page_file_check(world), DB_SHORT);
		assert_int_equal(
		    page_length_check(world->file, world->len, &world->report),
		    DB_SHORT);
	}
	world->len = 100;
	assert_int_equal(page_file_check(world), DB_SHORT);
	world->len = whole;
	assert_int_equal(
	    page_length_check(world->file, world->len, &world->report), 0);
}

/* A number's value is found without LMDB, long ones too. */
static void
values_are_found(void **state)
{
	struct page_file *world = *state;
	const struct page_span file = { world->file, world->len };
	const struct page_span head = { world->file, 5000 };
	struct page_roots roots;
	struct page_span value;

	assert_int_equal(
	    page_roots_read(world->file, world->len, &roots, &world->report),
	    0);
	assert_int_equal(page_get(&roots, &file, "log", 50, &value), 0);
	assert_int_equal(value.len, 9000);
	assert_int_equal(page_get(&roots, &file, "log", 2999, &value), 0);
	assert_int_equal(value.len, 100 + 2999 % 200);
	assert_int_equal(
	    page_get(&roots, &file, "log", ENTRIES, &value), DB_NOT_FOUND);
	assert_int_equal(
	    page_get(&roots, &file, "fog", 1, &value), DB_NOT_FOUND);
	assert_int_equal(page_get(&roots, &head, "log", 1, &value), DB_SHORT);
}

/* Pages that the root counts and nobody has are missing, few or many. */
static void
missing_pages_are_told(void **state)
{
	struct page_file *world = *state;
	size_t last = world->root * PAGE + LAST_AT;
	uint64_t pages = page_file_u64(world, last);

	page_file_set64(world, last, pages + 1);
	assert_int_equal(page_file_check(world), DB_SHORT);
	assert_non_null(strstr(world->report.why, "is missing"));
	page_file_set64(world, last, pages + world->len);
	assert_int_equal(page_file_check(world), DB_SHORT);
	assert_non_null(strstr(world->report.why, "is missing"));
}

/* A root that cannot be is told by each who goes by it. */
static void
impossible_root_is_told_to_all(void **state)
{
	struct page_file *world = *state;
	const struct page_span file = { world->file, world->len };
	struct page_roots roots;
	struct page_span value;

	page_file_set64(world, world->root * PAGE + LAST_AT, UINT64_MAX);
	assert_int_equal(
	    page_roots_read(world->file, world->len, &roots, &world->report),
	    0);
	assert_int_equal(
	    page_check_roots(&roots, world->file, world->len, &world->report),
	    DB_CORRUPT);
	assert_int_equal(
	    page_get(&roots, &file, "log", 50, &value), DB_CORRUPT);
	assert_int_equal(
	    page_length_check(world->file, world->len, &world->report),
	    DB_CORRUPT);
}

/* Of a file without a transaction the roots are fine, and so is no file. */
static void
new_file_has_its_roots(void **state)
{
	struct page_file *world = *state;
	struct page_roots roots;

	page_file_set64(world, TXN_AT, 0);
	page_file_set64(world, PAGE + TXN_AT, 0);
	assert_int_equal(
	    page_roots_read(world->file, world->len, &roots, &world->report),
	    0);
	assert_int_equal(roots.txn, 0);
	assert_int_equal(roots.size, PAGE);
	assert_int_equal(page_length_check(NULL, 0, &world->report), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, page_file_setup, page_file_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_whole),
		TEST(each_commit_leaves_it_whole),
		TEST(short_file_is_told),
		TEST(values_are_found),
		TEST(missing_pages_are_told),
		TEST(impossible_root_is_told_to_all),
		TEST(new_file_has_its_roots),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
