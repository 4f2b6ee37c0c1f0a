/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB files from anywhere. Whatever is in them, the look at them stays inside
 * the file; what it calls whole, LMDB itself reads and writes without harm, and
 * it is still whole afterwards.
 *
 * So that inputs are small, the file is given in pieces on zeros: its pages (1
 * octet), octets cut off its end (2); then pieces of page (1), offset (2),
 * length (2), octets.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
#include "store/page.h"
#include "tests/lib/temp_folder.h"

#define PAGE  4096u
#define PAGES 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int holds)
{
	if (!holds)
		abort();
}

static size_t
u16(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* The file, for free(). */
static uint8_t *
file_make(const uint8_t *data, size_t size, size_t *len)
{
	size_t whole = (1 + data[0] % PAGES) * (size_t)PAGE, at = 3;
	uint8_t *file = calloc(whole, 1), *cut;

	if (file == NULL)
		return NULL;
	while (size - at >= 5) {
		size_t to = data[at] * (size_t)PAGE + u16(&data[at + 1]);
		size_t n = u16(&data[at + 3]);

		at += 5;
		if (n > size - at)
			n = size - at;
		if (to < whole)
			memcpy(&file[to], &data[at],
			    n < whole - to ? n : whole - to);
		at += n;
	}
	/* An exact block: a read past its end is seen. */
	*len = whole - u16(&data[1]) % whole;
	cut = realloc(file, *len);
	return cut != NULL ? cut : file;
}

static int
touch(void *ctx, uint64_t key, const uint8_t *data, size_t len)
{
	uint64_t *sum = ctx;

	for (size_t i = 0; i < len; i++)
		*sum += data[i] ^ key;
	return 0;
}

static void
db_use(const char *path)
{
	static const uint8_t octets[3000] = { 1 };
	const struct db_value value = { octets, sizeof(octets), NULL, 0 };
	struct db_txn txn;
	struct db *db;
	uint64_t sum = 0;

	if (db_open(path, 0, &db) != 0)
		return;
	check(db_begin(db, &txn, false) == 0);
	for (unsigned i = 0; i < DB_TABLES; i++)
		check(db_walk(&txn, i, 0, touch, &sum) == 0);
	db_abort(&txn);
	for (uint64_t i = 0; i < 3; i++) {
		check(db_begin(db, &txn, true) == 0);
		for (unsigned k = 0; k < DB_TABLES; k++) {
			db_delete(&txn, k, 2 * i);
			db_put(&txn, k, i, &value);
		}
		check(db_commit(&txn) == 0);
	}
	db_close(db);
}

static void
file_write(const char *name, const uint8_t *file, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, file, len) == (ssize_t)len);
	(void)close(fd);
}

static void
file_check(const char *name)
{
	static uint8_t again[8 * 1024 * 1024];
	struct page_report report;
	int fd = open(name, O_RDONLY);
	ssize_t len = read(fd, again, sizeof(again));

	check(fd >= 0 && len > 0);
	(void)close(fd);
	check(page_check(again, (size_t)len, &report) == 0);
}

/* LMDB agrees. */
static void
whole_check(const uint8_t *file, size_t len)
{
	char folder[TEMP_PATH_MAX], name[2 * TEMP_PATH_MAX];

	temp_folder_make(folder);
	(void)snprintf(name, sizeof(name), "%s/data.mdb", folder);
	file_write(name, file, len);
	db_use(folder);
	file_check(name);
	temp_folder_remove(folder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct page_report report, again;
	struct page_roots roots;
	struct page_span span, value;
	uint8_t *file;
	size_t len;
	int err;

	if (size < 3)
		return 0;
	file = file_make(data, size, &len);
	if (file == NULL)
		return 0;
	err = page_check(file, len, &report);
	check(err == 0 || err == DB_CORRUPT || err == DB_SHORT);
	check((err == 0) == (report.why[0] == '\0'));
	check(page_check(file, len, &again) == err);
	check(memcmp(&report, &again, sizeof(report)) == 0);
	span.data = file;
	span.len = len;
	if (page_roots_read(file, len, &roots, &again) == 0 &&
	    page_get(&roots, &span, "tree", 0, &value) == 0)
		check(value.data >= file && value.len <= len &&
		      (size_t)(value.data - file) <= len - value.len);
	if (err == 0) {
		check(report.used + report.free + report.lost == report.pages);
		whole_check(file, len);
	}
	free(file);
	return 0;
}
