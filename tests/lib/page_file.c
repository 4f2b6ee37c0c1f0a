/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's file of which tests change octets. */
#include "tests/lib/page_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "store/db.h"

uint64_t
page_file_u64(const struct page_file *world, size_t at)
{
	uint64_t value;

	memcpy(&value, &world->file[at], sizeof(value));
	return value;
}

uint32_t
page_file_u32(const struct page_file *world, size_t at)
{
	uint32_t value;

	memcpy(&value, &world->file[at], sizeof(value));
	return value;
}

uint16_t
page_file_u16(const struct page_file *world, size_t at)
{
	uint16_t value;

	memcpy(&value, &world->file[at], sizeof(value));
	return value;
}

void
page_file_set64(struct page_file *world, size_t at, uint64_t value)
{
	memcpy(&world->file[at], &value, sizeof(value));
}

void
page_file_set32(struct page_file *world, size_t at, uint32_t value)
{
	memcpy(&world->file[at], &value, sizeof(value));
}

void
page_file_set16(struct page_file *world, size_t at, uint16_t value)
{
	memcpy(&world->file[at], &value, sizeof(value));
}

/* Records of all sizes, some with pages of their own; rows that come and go, so
 * that there are free pages. */
static void
fill(struct db *db)
{
	static uint8_t octets[9000];

	for (uint64_t i = 0; i < ENTRIES;) {
		struct db_txn txn;

		assert_int_equal(db_begin(db, &txn, true), 0);
		for (unsigned k = 0; k < 100; k++, i++) {
			struct db_value value = { octets,
				i % 50 == 0 ? 9000 : 100 + i % 200, NULL, 0 };

			db_append(&txn, DB_LOG, i, &value);
			value.len = 8;
			db_put(&txn, DB_LIVE, i * 7919 % ENTRIES, &value);
			db_delete(&txn, DB_LIVE, i * 31 % ENTRIES);
			db_put(&txn, DB_TREE, 0, &value);
		}
		assert_int_equal(db_commit(&txn), 0);
	}
}

void
page_file_read(struct page_file *world)
{
	char name[2 * TEMP_PATH_MAX];
	struct stat st;
	FILE *file;

	(void)snprintf(name, sizeof(name), "%s/data.mdb", world->path);
	assert_int_equal(stat(name, &st), 0);
	world->len = (size_t)st.st_size;
	free(world->file);
	world->file = malloc(world->len);
	assert_non_null(world->file);
	file = fopen(name, "rb");
	assert_non_null(file);
	assert_int_equal(fread(world->file, 1, world->len, file), world->len);
	(void)fclose(file);
	world->root =
	    page_file_u64(world, 144) > page_file_u64(world, PAGE + 144) ? 0
									 : 1;
}

int
page_file_setup(void **state)
{
	struct page_file *world = calloc(1, sizeof(*world));
	struct db *db;

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	assert_int_equal(db_open(world->path, 0, &db), 0);
	fill(db);
	db_close(db);
	page_file_read(world);
	*state = world;
	return 0;
}

int
page_file_teardown(void **state)
{
	struct page_file *world = *state;

	temp_folder_remove(world->path);
	free(world->file);
	free(world);
	return 0;
}

int
page_file_check(struct page_file *world)
{
	return page_check(world->file, world->len, &world->report);
}
