/* SPDX-License-Identifier: BSD-2-Clause */
/* A full disk, a full map, a file size limit: said by name, nothing half
 * done, and the store goes on when there is room again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define BATCH    200
#define MOST     1000 /* batches; far more than fit */
#define MAP_FOUR ((size_t)4 << 20)

static struct entry entry; /* scratch */

static int
batch(struct store *store)
{
	int err = store_begin(store);

	if (err != 0)
		return err;
	for (unsigned i = 0; i < BATCH; i++) {
		usual_entry(store_next(store), &entry);
		entry.live_op = LIVE_PUT;
		(void)store_append_entry(store, &entry);
	}
	return store_commit(store, NULL);
}

/* Fill until a batch fails; returns the entries that are durable. */
static uint64_t
fill(struct store *store, int *err)
{
	*err = 0;
	for (unsigned i = 0; i < MOST && *err == 0; i++)
		*err = batch(store);
	return store_next(store);
}

/* All that was durable is there and in order; nothing else is. */
static void
assert_whole(struct store *store, uint64_t size)
{
	struct ledger_head head;
	uint64_t seq;

	assert_int_equal(ledger_head_read(store_ledger(store), &head), 0);
	assert_int_equal(head.size, size);
	assert_int_equal(ledger_verify(store_ledger(store), &seq), 0);
	assert_int_equal(store_next(store), size);
}

/* The map is full: FULL, nothing happened; a larger map takes it. */
static void
full_map_is_said_and_survived(void **state)
{
	char path[TEMP_PATH_MAX];
	struct store *store;
	uint64_t size;
	int err;

	(void)state;
	temp_folder_make(path);
	assert_int_equal(store_open(path, MAP_FOUR, &store), 0);

	size = fill(store, &err);
	assert_int_equal(err, DB_FULL);
	assert_true(size >= BATCH);
	assert_whole(store, size);
	assert_int_equal(batch(store), DB_FULL);
	assert_whole(store, size);
	store_close(store);

	assert_int_equal(store_open(path, MAP_FOUR, &store), 0);
	assert_int_equal(batch(store), 0);
	assert_whole(store, size + BATCH);
	store_close(store);
	temp_folder_remove(path);
}

/* The disk is full: the same, and the same batch passes once there is room. */
static void
full_disk_is_said_and_survived(void **state)
{
	char path[TEMP_PATH_MAX], ballast[2 * TEMP_PATH_MAX];
	struct store *store;
	uint64_t size;
	int err, fd;

	(void)state;
	temp_folder_make(path);
	if (mount("tmpfs", path, "tmpfs", 0, "size=4m,mode=700") != 0) {
		(void)fprintf(stderr,
		    "SKIPPED: no leave to mount a small tmpfs here, so the "
		    "full disk was NOT tested\n");
		temp_folder_remove(path);
		skip();
	}
	(void)snprintf(ballast, sizeof(ballast), "%s/ballast", path);
	fd = open(ballast, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(posix_fallocate(fd, 0, 1 << 20), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(store_open(path, 0, &store), 0);

	size = fill(store, &err);
	assert_int_equal(err, DB_FULL);
	assert_true(size >= BATCH);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(batch(store), DB_FULL);
		assert_whole(store, size);
	}
	assert_int_equal(unlink(ballast), 0);
	assert_int_equal(batch(store), 0);
	assert_whole(store, size + BATCH);
	store_close(store);

	assert_int_equal(store_open(path, 0, &store), 0);
	assert_whole(store, size + BATCH);
	store_close(store);
	assert_int_equal(umount(path), 0);
	temp_folder_remove(path);
}

/* A file size limit is no defect of the disk either. */
static void
file_size_limit_is_said_and_survived(void **state)
{
	struct rlimit limit, lower;
	char path[TEMP_PATH_MAX];
	struct store *store;
	uint64_t size;
	int err;

	(void)state;
	temp_folder_make(path);
	assert_int_equal(store_open(path, 0, &store), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	lower = limit;
	lower.rlim_cur = (2 << 20) + 1234; /* in the middle of a page */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &lower), 0);

	size = fill(store, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(err, DB_FULL);
	assert_whole(store, size);
	assert_int_equal(batch(store), 0);
	assert_whole(store, size + BATCH);
	store_close(store);
	temp_folder_remove(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_map_is_said_and_survived),
		cmocka_unit_test(full_disk_is_said_and_survived),
		cmocka_unit_test(file_size_limit_is_said_and_survived),
	};

	/* As every role does; the limit's signal would end us. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests_name("store_full", tests, NULL, NULL);
}
