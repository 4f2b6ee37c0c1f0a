/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries per second that the store makes durable, by batch size, beside bare
 * LMDB (store/db.h, nothing else) putting the same octets in batches of the
 * same size on the same disk in the same run: with every entry a live rule,
 * encoded and hashed in the writer's thread ("alone") and, as the role does it,
 * in another ("beside"); and so without live rules ("log").
 *
 *   bench_store [FOLDER] [SECONDS]
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define BATCH_MAX 10000
#define USUAL_MAX 512 /* octets of a usual record */

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
run_alone(const char *path, unsigned size, double seconds)
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

/* Two batches: one is being made while the other is written. */
struct batch {
	struct store_item item[BATCH_MAX];
	uint8_t record[BATCH_MAX][USUAL_MAX];
	bool full;
};

struct maker {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct batch *batch; /* two */
	unsigned size;
	enum live_op op;
	bool stop;
};

static bool
maker_wait(struct maker *maker, struct batch *batch, bool full)
{
	bool stop;

	(void)pthread_mutex_lock(&maker->lock);
	while (batch->full != full && !maker->stop)
		(void)pthread_cond_wait(&maker->moved, &maker->lock);
	stop = maker->stop;
	(void)pthread_mutex_unlock(&maker->lock);
	return !stop;
}

static void
maker_tell(struct maker *maker, bool *what, bool value)
{
	(void)pthread_mutex_lock(&maker->lock);
	*what = value;
	(void)pthread_cond_broadcast(&maker->moved);
	(void)pthread_mutex_unlock(&maker->lock);
}

static void *
maker_run(void *ctx)
{
	static struct entry made;
	struct maker *maker = ctx;
	uint64_t seq = 0;

	for (unsigned n = 0;; n ^= 1) {
		struct batch *batch = &maker->batch[n];

		if (!maker_wait(maker, batch, false))
			return NULL;
		for (unsigned i = 0; i < maker->size; i++, seq++) {
			struct store_item *item = &batch->item[i];
			uint8_t record[RECORD_MAX];

			usual_entry(seq, &made);
			item->len = (size_t)record_encode(&made, record);
			if (item->len > USUAL_MAX)
				abort();
			memcpy(batch->record[i], record, item->len);
			item->record = batch->record[i];
			item->rule_id = seq;
			item->live_op = maker->op;
			seal_leaf(record, item->len, item->leaf);
		}
		maker_tell(maker, &batch->full, true);
	}
}

static void
batch_write(struct store *store, const struct batch *batch, unsigned size)
{
	must(store_begin(store), "begin");
	for (unsigned i = 0; i < size; i++)
		must(store_append(store, &batch->item[i]), "append");
	must(store_commit(store, NULL), "commit");
}

static double
run_beside(const char *path, unsigned size, double seconds, enum live_op op)
{
	struct maker maker = { .size = size, .op = op };
	double begin, spent;
	unsigned long done = 0;
	struct store *store;
	pthread_t thread;

	maker.batch = calloc(2, sizeof(*maker.batch));
	if (maker.batch == NULL)
		abort();
	(void)pthread_mutex_init(&maker.lock, NULL);
	(void)pthread_cond_init(&maker.moved, NULL);
	must(store_open(path, 0, &store), path);
	begin = now();
	(void)pthread_create(&thread, NULL, maker_run, &maker);
	for (unsigned n = 0; (spent = now() - begin) < seconds; n ^= 1) {
		(void)maker_wait(&maker, &maker.batch[n], true);
		batch_write(store, &maker.batch[n], size);
		maker_tell(&maker, &maker.batch[n].full, false);
		done += size;
	}
	maker_tell(&maker, &maker.stop, true);
	(void)pthread_join(thread, NULL);
	store_close(store);
	free(maker.batch);
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

static double
run(const char *what, unsigned size, double seconds)
{
	char path[TEMP_PATH_MAX];
	double rate;

	temp_folder_make(path);
	if (strcmp(what, "alone") == 0)
		rate = run_alone(path, size, seconds);
	else if (strcmp(what, "bare") == 0)
		rate = run_bare(path, size, seconds);
	else
		rate = run_beside(path, size, seconds,
		    strcmp(what, "log") == 0 ? LIVE_NONE : LIVE_PUT);
	temp_folder_remove(path);
	return rate;
}

int
main(int argc, char **argv)
{
	static const unsigned sizes[] = { 1, 10, 100, 1000, BATCH_MAX };
	static const char *const ways[] = { "alone", "beside", "log" };
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	static uint8_t record[RECORD_MAX];

	if (argc > 1)
		(void)setenv("TMPDIR", argv[1], 1);
	if (seal_init() != 0)
		abort();
	usual_entry(1000000, &entry);
	printf("record of %d octets; entries/s, and times bare LMDB's\n",
	    record_encode(&entry, record));
	printf("%8s %10s", "batch", "bare LMDB");
	for (unsigned w = 0; w < 3; w++)
		printf(" %17s", ways[w]);
	printf("\n");
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double bare = run("bare", sizes[i], seconds);

		printf("%8u %10.0f", sizes[i], bare);
		for (unsigned w = 0; w < 3; w++) {
			double ours = run(ways[w], sizes[i], seconds);

			printf(" %10.0f %6.2f", ours, ours / bare);
		}
		printf("\n");
	}
	return 0;
}
