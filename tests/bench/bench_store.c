/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the store makes durable, beside bare LMDB (store/db.h, nothing else)
 * putting the same records in batches of the same size on the same disk, in
 * turns in the same minute.
 *
 *   bench_store FOLDER flood BATCH SECONDS TURNS   entries a second
 *   bench_store FOLDER pace RATE SECONDS TURNS     how long one commit takes
 *
 * flood: "bare"; "log", entries without live rules; "live", each of them a live
 * rule; both encoded and hashed in a thread beside the writer's, as the role
 * does it; "alone", as "live" but all in one thread. pace: an entry is due
 * every 1/RATE s, what is due goes into one transaction; timed from its begin
 * to its end. SECONDS are those of one way in one turn; a ratio is the median
 * of the turns' ratios. One line of JSON.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "store/record.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define BATCH_MAX 10000
#define USUAL_MAX 512 /* octets of a usual record */
#define TURNS_MAX 64
#define TIMES_MAX 1000000

enum way {
	BARE,
	LOG,
	LIVE,
	ALONE,
	WAYS
};

static const char *const way_names[WAYS] = { "bare", "log", "live", "alone" };

/* Durations in ns, of one way in all turns. */
struct times {
	uint64_t *ns;
	size_t n;
};

/* Two batches: one is being made while the other is written. */
struct batch {
	struct store_item item[BATCH_MAX];
	uint8_t record[BATCH_MAX][USUAL_MAX];
	unsigned n;
	bool full;
};

struct maker {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	struct batch *batch; /* two */
	struct seal_tree tree;
	unsigned size;
	enum live_op op;
	bool stop;
	struct entry entry;
};

/* What a way writes to. */
struct soil {
	enum way way;
	struct store *store;
	struct db *db;
	uint64_t next;
};

static uint64_t
clock_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void
must(int err, const char *what)
{
	if (err == 0)
		return;
	(void)fprintf(stderr, "%s: %s\n", what, db_error_text(err));
	exit(1);
}

static void *
room(size_t n, size_t size)
{
	void *out = calloc(n, size);

	if (out == NULL)
		abort();
	return out;
}

static void
times_add(struct times *times, uint64_t ns)
{
	if (times->n < TIMES_MAX)
		times->ns[times->n++] = ns;
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Sorts them. */
static double
times_us(struct times *times, unsigned percent)
{
	if (times->n == 0)
		return 0;
	qsort(times->ns, times->n, sizeof(times->ns[0]), by_size);
	return (double)times->ns[(times->n - 1) * percent / 100] / 1e3;
}

/* ---- making ---- */

static void
item_make(struct maker *maker, struct batch *batch)
{
	struct store_item *item = &batch->item[batch->n];
	uint64_t seq = maker->tree.size;
	uint8_t record[RECORD_MAX];

	usual_entry(seq, &maker->entry);
	item->len = (size_t)record_encode(&maker->entry, record);
	if (item->len > USUAL_MAX)
		abort();
	memcpy(batch->record[batch->n], record, item->len);
	item->record = batch->record[batch->n];
	item->rule_id = seq;
	item->live_op = maker->op;
	item->has_last = true;
	seal_leaf(record, item->len, item->leaf);
	seal_tree_add(&maker->tree, item->leaf);
	memcpy(item->last, seal_tree_last(&maker->tree), SEAL_LEN);
	batch->n++;
}

static void
batch_make(struct maker *maker, struct batch *batch, unsigned n)
{
	batch->n = 0;
	while (batch->n < n)
		item_make(maker, batch);
}

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
	struct maker *maker = ctx;

	for (unsigned n = 0;; n ^= 1) {
		struct batch *batch = &maker->batch[n];

		if (!maker_wait(maker, batch, false))
			return NULL;
		batch_make(maker, batch, maker->size);
		maker_tell(maker, &batch->full, true);
	}
}

static struct maker *
maker_new(unsigned size, enum live_op op)
{
	struct maker *maker = room(1, sizeof(*maker));

	maker->batch = room(2, sizeof(*maker->batch));
	maker->size = size;
	maker->op = op;
	(void)pthread_mutex_init(&maker->lock, NULL);
	(void)pthread_cond_init(&maker->moved, NULL);
	return maker;
}

static void
maker_free(struct maker *maker)
{
	(void)pthread_cond_destroy(&maker->moved);
	(void)pthread_mutex_destroy(&maker->lock);
	free(maker->batch);
	free(maker);
}

/* ---- writing ---- */

static void
soil_open(struct soil *soil, const char *path)
{
	if (soil->way == BARE)
		must(db_open(path, 0, &soil->db), path);
	else
		must(store_open(path, 0, &soil->store), path);
}

static void
soil_close(struct soil *soil)
{
	db_close(soil->db);
	store_close(soil->store);
}

/* The same octets, and no more. */
static void
write_bare(struct soil *soil, const struct batch *batch)
{
	struct db_txn txn;

	must(db_begin(soil->db, &txn, true), "begin");
	for (unsigned i = 0; i < batch->n; i++) {
		const struct store_item *item = &batch->item[i];
		const struct db_value value = { item->record, item->len,
			item->leaf, SEAL_LEN };

		db_append(&txn, DB_LOG, soil->next++, &value);
	}
	must(db_commit(&txn), "commit");
}

static void
write_store(struct soil *soil, const struct batch *batch)
{
	must(store_begin(soil->store), "begin");
	for (unsigned i = 0; i < batch->n; i++)
		must(store_append(soil->store, &batch->item[i]), "append");
	must(store_commit(soil->store, NULL), "commit");
}

static void
batch_write(struct soil *soil, const struct batch *batch, struct times *times)
{
	uint64_t begin = clock_ns();

	if (soil->way == BARE)
		write_bare(soil, batch);
	else
		write_store(soil, batch);
	times_add(times, clock_ns() - begin);
}

/* ---- flood ---- */

/* Bare LMDB gets one batch, made before, again and again. */
static uint64_t
flood_alone(
    struct soil *soil, struct maker *maker, uint64_t ns, struct times *times)
{
	uint64_t begin = clock_ns(), done = 0;

	for (; clock_ns() - begin < ns; done += maker->size) {
		if (soil->way != BARE || done == 0)
			batch_make(maker, &maker->batch[0], maker->size);
		batch_write(soil, &maker->batch[0], times);
	}
	return done;
}

static uint64_t
flood_beside(
    struct soil *soil, struct maker *maker, uint64_t ns, struct times *times)
{
	uint64_t begin = clock_ns(), done = 0;
	pthread_t thread;

	(void)pthread_create(&thread, NULL, maker_run, maker);
	for (unsigned n = 0; clock_ns() - begin < ns; n ^= 1) {
		(void)maker_wait(maker, &maker->batch[n], true);
		batch_write(soil, &maker->batch[n], times);
		maker_tell(maker, &maker->batch[n].full, false);
		done += maker->size;
	}
	maker_tell(maker, &maker->stop, true);
	(void)pthread_join(thread, NULL);
	return done;
}

/* Entries a second. */
static double
flood(enum way way, unsigned size, double seconds, struct times *times)
{
	struct maker *maker =
	    maker_new(size, way == LOG ? LIVE_NONE : LIVE_PUT);
	uint64_t ns = (uint64_t)(seconds * 1e9), begin, done;
	struct soil soil = { .way = way };
	char path[TEMP_PATH_MAX];
	double rate;

	temp_folder_make(path);
	soil_open(&soil, path);
	begin = clock_ns();
	done = way == BARE || way == ALONE
		   ? flood_alone(&soil, maker, ns, times)
		   : flood_beside(&soil, maker, ns, times);
	rate = (double)done / ((double)(clock_ns() - begin) / 1e9);
	soil_close(&soil);
	temp_folder_remove(path);
	maker_free(maker);
	return rate;
}

static int
by_value(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static double
median(double *value, unsigned n)
{
	qsort(value, n, sizeof(value[0]), by_value);
	return value[n / 2];
}

struct plan {
	unsigned n; /* batch or rate */
	double seconds;
	unsigned turns;
};

static void
flood_all(const struct plan *plan)
{
	static double rate[WAYS][TURNS_MAX], ratio[WAYS][TURNS_MAX];
	struct times times[WAYS] = { 0 };

	for (unsigned w = 0; w < WAYS; w++)
		times[w].ns = room(TIMES_MAX, sizeof(uint64_t));
	for (unsigned t = 0; t < plan->turns; t++) {
		for (unsigned w = 0; w < WAYS; w++)
			rate[w][t] = flood(
			    (enum way)w, plan->n, plan->seconds, &times[w]);
		for (unsigned w = 0; w < WAYS; w++)
			ratio[w][t] = rate[w][t] / rate[BARE][t];
	}
	printf("{\"batch\": %u", plan->n);
	for (unsigned w = 0; w < WAYS; w++) {
		printf(", \"%s\": {\"per_second\": %.0f, \"ratio\": %.3f, "
		       "\"p50_us\": %.1f, \"p99_us\": %.1f}",
		    way_names[w], median(rate[w], plan->turns),
		    median(ratio[w], plan->turns), times_us(&times[w], 50),
		    times_us(&times[w], 99));
		free(times[w].ns);
	}
	printf("}\n");
}

/* ---- pace ---- */

static void
sleep_until(uint64_t ns)
{
	const struct timespec at = { (time_t)(ns / 1000000000),
		(long)(ns % 1000000000) };

	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

/* One turn of one way, on from where it was. */
static void
pace(struct soil *soil, struct maker *maker, const struct plan *plan,
    struct times *times)
{
	uint64_t begin = clock_ns(), done = 0;
	uint64_t all = (uint64_t)(plan->seconds * plan->n);

	while (done < all) {
		uint64_t due;

		sleep_until(begin + done * 1000000000 / plan->n);
		due = (clock_ns() - begin) * plan->n / 1000000000 + 1;
		due = due < all ? due : all;
		if (due - done > BATCH_MAX)
			due = done + BATCH_MAX;
		batch_make(maker, &maker->batch[0], (unsigned)(due - done));
		batch_write(soil, &maker->batch[0], times);
		done = due;
	}
}

static void
pace_all(const struct plan *plan)
{
	static const enum way ways[] = { BARE, LIVE };
	struct maker *maker[2];
	struct soil soil[2] = { { .way = BARE }, { .way = LIVE } };
	struct times times[2] = { 0 };
	char path[2][TEMP_PATH_MAX];

	for (unsigned i = 0; i < 2; i++) {
		times[i].ns = room(TIMES_MAX, sizeof(uint64_t));
		maker[i] = maker_new(1, LIVE_PUT);
		temp_folder_make(path[i]);
		soil_open(&soil[i], path[i]);
	}
	for (unsigned t = 0; t < 2 * plan->turns; t++)
		pace(&soil[t % 2], maker[t % 2], plan, &times[t % 2]);
	printf("{\"rate\": %u", plan->n);
	for (unsigned i = 0; i < 2; i++) {
		printf(", \"%s\": {\"commits\": %zu, \"p50_us\": %.1f, "
		       "\"p99_us\": %.1f}",
		    way_names[ways[i]], times[i].n, times_us(&times[i], 50),
		    times_us(&times[i], 99));
		soil_close(&soil[i]);
		temp_folder_remove(path[i]);
		maker_free(maker[i]);
		free(times[i].ns);
	}
	printf("}\n");
}

int
main(int argc, char **argv)
{
	struct plan plan = { 0, 0, 0 };
	bool floods = argc == 6 && strcmp(argv[2], "flood") == 0;

	if (argc == 6) {
		plan.n = (unsigned)strtoul(argv[3], NULL, 10);
		plan.seconds = strtod(argv[4], NULL);
		plan.turns = (unsigned)strtoul(argv[5], NULL, 10);
	}
	if (plan.n == 0 || plan.turns == 0 || plan.turns > TURNS_MAX ||
	    (floods && plan.n > BATCH_MAX)) {
		(void)fprintf(stderr,
		    "usage: bench_store FOLDER flood|pace BATCH|RATE "
		    "SECONDS TURNS\n");
		return 2;
	}
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	(void)setenv("TMPDIR", argv[1], 1);
	if (seal_init() != 0)
		abort();
	if (floods)
		flood_all(&plan);
	else
		pace_all(&plan);
	return 0;
}
