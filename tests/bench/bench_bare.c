/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bare LMDB (store/db.h and nothing else) committing the octets that the
 * record of one benchmark rule has: what durability costs by itself.
 *
 *   bench_bare FOLDER flood RECORDS BATCH   records a second
 *   bench_bare FOLDER pace RECORDS RATE     how long one commit takes
 *   bench_bare FOLDER sync SYNCS            how long 4 KiB and fdatasync take
 *
 * pace: a record is due every 1/RATE s; what is due goes into one transaction.
 * Timed are the transactions from begin to end and, as "record", the records
 * from due to durable: while one transaction is under way, others wait for the
 * next. One line of JSON.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/record.h"
#include "store/seal.h"
#include "tests/bench/bench_rules.h"

struct bare {
	struct db *db;
	uint64_t next;
	struct db_value value;
	uint8_t record[RECORD_MAX];
	uint8_t leaf[SEAL_LEN];
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

/* The record that the store writes for an accepted benchmark rule. */
static void
record_make(struct bare *bare)
{
	static struct entry entry;

	entry.seq = 1000000;
	entry.wall_ns = entry.mono_ns = clock_ns();
	entry.kind = ENTRY_VERDICT;
	entry.state = STATE_ACCEPTED;
	entry.reason = REASON_ACCEPTED;
	entry.rule_id = entry.seq;
	entry.live_op = LIVE_PUT;
	entry.has_rule = 1;
	entry.actions = bench_action();
	bench_rule(1, &entry.rule);
	memcpy(entry.customer, "customer0", 10);
	memcpy(entry.session, "198.18.1.1", 11);
	bare->value.data = bare->record;
	bare->value.len = (size_t)record_encode(&entry, bare->record);
	bare->value.tail = bare->leaf;
	bare->value.tail_len = SEAL_LEN;
}

static void
commit(struct bare *bare, uint64_t n)
{
	struct db_txn txn;

	must(db_begin(bare->db, &txn, true), "begin");
	for (uint64_t i = 0; i < n; i++)
		db_append(&txn, DB_LOG, bare->next++, &bare->value);
	must(db_commit(&txn), "commit");
}

static void
flood(struct bare *bare, uint64_t records, uint64_t batch)
{
	uint64_t begin = clock_ns();
	double seconds;

	for (uint64_t done = 0; done < records; done += batch)
		commit(bare, batch < records - done ? batch : records - done);
	seconds = (double)(clock_ns() - begin) / 1e9;
	printf("{\"records\": %llu, \"octets\": %zu, \"batch\": %llu, "
	       "\"per_second\": %.0f}\n",
	    (unsigned long long)records, bare->value.len + SEAL_LEN,
	    (unsigned long long)batch, (double)records / seconds);
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* "NAMEp50_us": …, */
static void
report(const char *name, uint64_t *took, uint64_t n)
{
	qsort(took, n, sizeof(took[0]), by_size);
	printf("\"%sp50_us\": %.1f, \"%sp99_us\": %.1f, \"%smax_us\": %.1f",
	    name, (double)took[(n - 1) / 2] / 1e3, name,
	    (double)took[(n - 1) * 99 / 100] / 1e3, name,
	    (double)took[n - 1] / 1e3);
}

static void
sleep_until(uint64_t ns)
{
	const struct timespec at = { (time_t)(ns / 1000000000),
		(long)(ns % 1000000000) };

	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static void
pace(struct bare *bare, uint64_t records, uint64_t rate)
{
	uint64_t *commits = calloc(records, sizeof(*commits));
	uint64_t *waits = calloc(records, sizeof(*waits));
	uint64_t begin = clock_ns(), done = 0, n = 0;

	while (commits != NULL && waits != NULL && done < records) {
		uint64_t start, due, end;

		sleep_until(begin + done * 1000000000 / rate);
		start = clock_ns();
		due = (start - begin) * rate / 1000000000 + 1;
		due = due < records ? due : records;
		commit(bare, due - done);
		end = clock_ns();
		commits[n++] = end - start;
		for (; done < due; done++)
			waits[done] = end - begin - done * 1000000000 / rate;
	}
	if (n > 0) {
		printf("{");
		report("", commits, n);
		printf(", ");
		report("record_", waits, records);
		printf("}\n");
	}
	free(commits);
	free(waits);
}

static void
sync_time(const char *folder, uint64_t n)
{
	uint64_t *took = calloc(n, sizeof(*took));
	static const uint8_t page[4096] = { 1 };
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/sync.tmp", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || took == NULL) {
		perror(path);
		exit(1);
	}
	for (uint64_t i = 0; i < n; i++) {
		uint64_t start = clock_ns();

		if (write(fd, page, sizeof(page)) < 0 || fdatasync(fd) < 0)
			perror(path);
		took[i] = clock_ns() - start;
	}
	(void)close(fd);
	(void)unlink(path);
	printf("{");
	report("", took, n);
	printf("}\n");
	free(took);
}

int
main(int argc, char **argv)
{
	static struct bare bare;
	uint64_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	uint64_t m = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;

	if (n == 0 || m == 0) {
		(void)fprintf(stderr, "usage: bench_bare FOLDER "
				      "flood|pace|sync N [BATCH|RATE]\n");
		return 2;
	}
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	if (strcmp(argv[2], "sync") == 0) {
		sync_time(argv[1], n);
		return 0;
	}
	record_make(&bare);
	must(db_open(argv[1], 0, &bare.db), argv[1]);
	if (strcmp(argv[2], "flood") == 0)
		flood(&bare, n, m);
	else
		pace(&bare, n, m);
	db_close(bare.db);
	return 0;
}
