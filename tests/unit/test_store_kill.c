/* SPDX-License-Identifier: BSD-2-Clause */
/* kill -9 at random moments: what was acknowledged is there. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/live.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define KILLS 30

static struct entry entry; /* scratch */

/* Every entry is a live rule; every third batch ends the one before it. */
static int
batch(struct store *store, uint64_t n)
{
	int err = store_begin(store);

	for (uint64_t i = 0; i < n && err == 0; i++) {
		uint64_t seq = store_next(store);

		usual_entry(seq, &entry);
		entry.live_op = LIVE_PUT;
		if (seq % 3 == 2) {
			entry.rule_id = seq - 1;
			entry.live_op = LIVE_DELETE;
		}
		err = store_append_entry(store, &entry);
	}
	return err != 0 ? err : store_commit(store, NULL);
}

/* Live rules stand on every block: all stay, and so the log is whole. */
static int
batch_prune(struct store *store)
{
	uint32_t removed;
	int err = store_begin(store);

	if (err == 0)
		err = store_prune(store, UINT64_MAX, 2, NULL, &removed);
	return err != 0 ? err : store_commit(store, NULL);
}

/* Commits for ever, and says after each commit how far it is durable. */
static void
child_run(const char *path, int out, uint64_t seed)
{
	struct random_state random = { seed };
	struct store *store;

	if (store_open(path, 0, &store) != 0)
		_exit(1);
	for (;;) {
		uint64_t next;

		if (batch(store, 1 + random_below(&random, 3000)) != 0)
			_exit(2);
		if (batch_prune(store) != 0)
			_exit(4);
		next = store_next(store);
		if (write(out, &next, sizeof(next)) != sizeof(next))
			_exit(3);
	}
}

/* Returns the last number acknowledged, or 0. */
static uint64_t
kill_once(const char *path, struct random_state *random)
{
	uint64_t acked = 0, next;
	struct timespec wait = { 0, 0 };
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		child_run(path, fds[1], random_below(random, UINT32_MAX));
	}
	(void)close(fds[1]);
	wait.tv_nsec = (long)random_below(random, 60 * 1000 * 1000);
	(void)nanosleep(&wait, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(fds[0], &next, sizeof(next)) == sizeof(next))
		acked = next;
	(void)close(fds[0]);
	return acked;
}

struct live {
	uint64_t n;
	uint64_t next; /* id that should come */
};

static int
see_live(void *ctx, const struct entry *found)
{
	struct live *live = ctx;

	assert_int_equal(found->rule_id, live->next);
	assert_int_equal(found->seq, live->next);
	live->n++;
	/* 0 1 stay, 2 ends 1: so 0, 3, 6 … */
	live->next += 3;
	return 0;
}

/* The table of live rules is the one that its digest was made of. */
static void
check_digest(const char *path)
{
	struct db_txn txn;
	struct db *db;

	assert_int_equal(db_open(path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, false), 0);
	assert_int_equal(live_check(&txn), 0);
	db_abort(&txn);
	db_close(db);
}

static uint64_t
check_after_kill(const char *path, uint64_t acked)
{
	struct store *store;
	struct live live = { 0, 0 };
	const struct store_live_ops ops = { see_live, NULL, &live };
	uint64_t seq, size;

	check_digest(path);
	assert_int_equal(store_open(path, 0, &store), 0);
	size = store_next(store);
	assert_true(size >= acked);
	assert_int_equal(ledger_verify(store_ledger(store), &seq), 0);
	/* End on a multiple of 3, so that the live rules are known. */
	if (size % 3 != 0)
		assert_int_equal(batch(store, 3 - size % 3), 0);
	size = store_next(store);
	assert_int_equal(store_live(store, 0, &ops), 0);
	assert_int_equal(live.n, size / 3);
	store_close(store);
	return size;
}

/* Thirty kills: nothing acknowledged is lost, nothing is half there. */
static void
nothing_acknowledged_is_lost(void **state)
{
	struct random_state random = { (uint64_t)time(NULL) };
	char path[TEMP_PATH_MAX];
	uint64_t size = 0;
	unsigned before_any = 0;

	(void)state;
	print_message("seed %llu\n", (unsigned long long)random.word);
	temp_folder_make(path);
	for (unsigned i = 0; i < KILLS; i++) {
		uint64_t acked = kill_once(path, &random);

		if (acked == 0)
			before_any++;
		size = check_after_kill(path, acked > size ? acked : size);
	}
	print_message("%u kills, %u of them before the first commit, %llu "
		      "entries\n",
	    KILLS, before_any, (unsigned long long)size);
	temp_folder_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_acknowledged_is_lost),
	};

	return cmocka_run_group_tests_name("store_kill", tests, NULL, NULL);
}
