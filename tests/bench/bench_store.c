/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries per second that the store makes durable, by batch size, beside bare
 * LMDB (store/db.h, nothing else) putting the same octets in batches of the
 * same size on the same disk in the same run.
 *
 *   bench_store [FOLDER] [SECONDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

static struct entry entry;

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
must(int err, const char *what)
{
	if (err == 0)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, db_error_text(err));
	exit(1);
}

/* Encode, hash, append, make live, commit. */
static double
run_store(const char *path, unsigned size, double seconds)
{
	struct store *store;
	double begin = now(), spent;
	unsigned long done = 0;

	must(store_open(path, 0, &store), path);
	do {
		must(store_begin(store), "begin");
		for (unsigned i = 0; i < size; i++) {
			usual_entry(store_next(store), &entry);
			entry.live_op = LIVE_PUT;
			must(store_append_entry(store, &entry), "append");
		}
		must(store_commit(store, NULL), "commit");
		done += size;
		spent = now() - begin;
	} while (spent < seconds);
	store_close(store);
	return (double)done / spent;
}

/* The same octets, and no more. */
static double
run_bare(const char *path, unsigned size, double seconds)
{
	uint8_t record[RECORD_MAX] = { 0 }, leaf[SEAL_LEN] = { 0 };
	struct db_value value = { record, 0, leaf, SEAL_LEN };
	double begin = now(), spent;
	unsigned long done = 0;
	struct db_txn txn;
	struct db *db;

	usual_entry(1000000, &entry);
	value.len = (size_t)record_encode(&entry, record);
	must(db_open(path, 0, &db), path);
	do {
		must(db_begin(db, &txn, true), "begin");
		for (unsigned i = 0; i < size; i++)
			db_append(&txn, DB_LOG, done + i, &value);
		must(db_commit(&txn), "commit");
		done += size;
		spent = now() - begin;
	} while (spent < seconds);
	db_close(db);
	return (double)done / spent;
}

int
main(int argc, char **argv)
{
	static const unsigned sizes[] = { 1, 10, 100, 1000, 10000 };
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	char path[TEMP_PATH_MAX];
	uint8_t record[RECORD_MAX];

	if (argc > 1)
		(void)setenv("TMPDIR", argv[1], 1);
	usual_entry(1000000, &entry);
	printf("record of %d octets\n", record_encode(&entry, record));
	printf(
	    "%8s %14s %14s %7s\n", "batch", "store/s", "bare LMDB/s", "ratio");
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double ours, bare;

		temp_folder_make(path);
		ours = run_store(path, sizes[i], seconds);
		temp_folder_remove(path);
		temp_folder_make(path);
		bare = run_bare(path, sizes[i], seconds);
		temp_folder_remove(path);
		printf("%8u %14.0f %14.0f %7.2f\n", sizes[i], ours, bare,
		    ours / bare);
	}
	return 0;
}
