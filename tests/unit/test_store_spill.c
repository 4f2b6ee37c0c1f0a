/* SPDX-License-Identifier: BSD-2-Clause */
/* A disk without room, and no ballast left: what waits is told to the system
 * log, within bounds; jobs are given up and entries are not. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/ballast.h"
#include "proxy/store/spill.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/store_scene.h"

#define ROOM (1 << 18)

struct spill_world {
	struct world *world;
	struct timer *poll;
	struct syslog *log;
	struct spill spill;
	char path[108];
	int fd;
	struct rlimit before;
	bool (*until)(const struct spill_world *spill);
	unsigned polls;
	unsigned ran; /* the job */
	unsigned done;
	int err;
};

static void
on_poll(void *ctx)
{
	struct spill_world *spill = ctx;

	spill->polls++;
	if (spill->until(spill) || spill->polls > 4000)
		loop_stop(spill->world->loop);
}

static bool
run(struct spill_world *spill, bool (*until)(const struct spill_world *spill))
{
	spill->until = until;
	spill->polls = 0;
	timer_start(spill->poll, 0, 2);
	loop_run(spill->world->loop);
	timer_stop(spill->poll);
	return until(spill);
}

static bool
is_held(const struct spill_world *spill)
{
	return writer_held(spill->world->writer);
}

static bool
is_idle(const struct spill_world *spill)
{
	return writer_idle(spill->world->writer);
}

static bool
is_done(const struct spill_world *spill)
{
	return spill->done > 0;
}

/* A file size limit is a full disk. */
static void
fill_disk(struct spill_world *spill)
{
	struct rlimit limit;

	(void)ballast_drop(spill->world->path);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &spill->before), 0);
	limit = spill->before;
	limit.rlim_cur = ROOM;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
make_room(struct spill_world *spill)
{
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &spill->before), 0);
}

static void
add(struct spill_world *spill, unsigned n, enum entry_kind kind)
{
	struct world *world = spill->world;

	for (unsigned i = 0; i < n; i++) {
		usual_entry(writer_next(world->writer), &world->entry);
		world->entry.kind = (uint8_t)kind;
		world->entry.live_op = LIVE_NONE;
		assert_int_equal(writer_add(world->writer, &world->entry), 0);
	}
	writer_kick(world->writer);
}

static int
setup(void **state)
{
	struct spill_world *spill = calloc(1, sizeof(*spill));
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	void *scene = NULL;

	if (spill == NULL || scene_setup(&scene) != 0)
		return -1;
	spill->world = scene;
	spill->poll = timer_new(spill->world->loop, on_poll, spill);
	spill->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	(void)snprintf(
	    spill->path, sizeof(spill->path), "%.90s/log", spill->world->path);
	memcpy(address.sun_path, spill->path, strlen(spill->path));
	assert_int_equal(
	    bind(spill->fd, (const struct sockaddr *)&address, sizeof(address)),
	    0);
	spill->log = syslog_new();
	syslog_configure(spill->log, spill->path);
	*state = spill;
	return 0;
}

static int
teardown(void **state)
{
	struct spill_world *spill = *state;
	void *scene = spill->world;

	syslog_free(spill->log);
	timer_free(spill->poll);
	(void)close(spill->fd);
	free(spill);
	return scene_teardown(&scene);
}

/* Read what was told: lines that begin so; *last is the last of them. */
static unsigned
lines_take(struct spill_world *spill, const char *begin, char *last)
{
	char line[1024];
	unsigned n = 0;
	ssize_t got;

	while ((got = recv(spill->fd, line, sizeof(line) - 1, 0)) > 0) {
		const char *at;

		line[got] = '\0';
		at = strstr(line, "]: ");
		assert_non_null(at);
		if (strncmp(at + 3, begin, strlen(begin)) != 0)
			continue;
		(void)snprintf(last, 256, "%.255s", at + 3);
		n++;
	}
	return n;
}

/* The socket's queue is shorter than a second's lines: read as they come. */
static unsigned
tick(struct spill_world *spill, uint64_t now_ms, const char *begin, char *last)
{
	spill_tick(&spill->spill, spill->world->writer, spill->log, now_ms);
	return lines_take(spill, begin, last);
}

/* Withdrawals that wait are told one by one, verdicts are not; while there is
 * room nothing is. */
static void
waiting_withdrawals_are_told(void **state)
{
	struct spill_world *spill = *state;
	char last[256] = "", want[64];

	add(spill, 100, ENTRY_WITHDRAWAL);
	assert_true(run(spill, is_idle));
	assert_int_equal(tick(spill, 1000, "", last), 0);
	fill_disk(spill);
	add(spill, 2000, ENTRY_VERDICT);
	assert_true(run(spill, is_held));
	add(spill, 5, ENTRY_WITHDRAWAL);
	(void)snprintf(want, sizeof(want), "waiting entry %llu withdrawal rule",
	    (unsigned long long)writer_next(spill->world->writer) - 1);
	assert_int_equal(tick(spill, 1200, "waiting entry ", last), 5);
	assert_memory_equal(last, want, strlen(want));
	assert_non_null(strstr(last, " customer=acme "));
	assert_int_equal(tick(spill, 1400, "", last), 0);
	make_room(spill);
	assert_true(run(spill, is_idle));
	assert_int_equal(tick(spill, 5000, "", last), 0);
	assert_int_equal(writer_head(spill->world->writer)->size, 2105);
}

/* No more than so many a second; how many were not told of is. */
static void
told_lines_are_bounded(void **state)
{
	struct spill_world *spill = *state;
	char last[256] = "";
	unsigned told = 0;

	fill_disk(spill);
	add(spill, 2000, ENTRY_VERDICT);
	assert_true(run(spill, is_held));
	for (unsigned i = 0; i < 20; i++) {
		add(spill, 8, ENTRY_REVOCATION);
		told += tick(spill, 1000 + i, "waiting entry ", last);
	}
	assert_int_equal(told, SPILL_LINES);
	assert_int_equal(tick(spill, 2500, "waiting entries ", last), 1);
	assert_string_equal(last, "waiting entries that were not told of: 60");
	add(spill, 8, ENTRY_OPERATOR);
	assert_int_equal(tick(spill, 2501, "waiting entry ", last), 8);
	make_room(spill);
	assert_true(run(spill, is_idle));
}

/* ---- jobs ---- */

static int
job_run(void *ctx, struct store *store)
{
	struct spill_world *spill = ctx;

	spill->ran++;
	store_note_put(store, 1, "a note", 6);
	return 0;
}

static void
job_done(void *ctx, int err)
{
	struct spill_world *spill = ctx;

	spill->done++;
	spill->err = err;
}

static bool
has_note(const struct spill_world *spill)
{
	char note[NOTE_MAX];
	uint64_t size;
	size_t len;

	return ledger_note(store_ledger(spill->world->store), UINT64_MAX, &size,
		   note, &len) == 0;
}

/* A job alone fails on a full disk and is told so; the next one, when there is
 * room, is done. */
static void
job_on_a_full_disk_is_told_so(void **state)
{
	struct spill_world *spill = *state;
	const struct writer_job job = { job_run, job_done, spill };

	add(spill, 10, ENTRY_VERDICT);
	assert_true(run(spill, is_idle));
	fill_disk(spill);
	add(spill, 2000, ENTRY_VERDICT);
	assert_true(run(spill, is_held));
	assert_int_equal(writer_job(spill->world->writer, &job), 0);
	make_room(spill);
	assert_true(run(spill, is_done));
	assert_int_equal(spill->err, 0);
	assert_true(has_note(spill));
	assert_true(run(spill, is_idle));
	assert_int_equal(writer_head(spill->world->writer)->size, 2010);
}

/* No more jobs wait than there is place for: the next is refused, not lost. */
static void
too_many_jobs_are_refused(void **state)
{
	struct spill_world *spill = *state;
	const struct writer_job job = { job_run, job_done, spill };
	unsigned taken = 0;

	fill_disk(spill);
	add(spill, 2000, ENTRY_VERDICT);
	assert_true(run(spill, is_held));
	while (writer_job(spill->world->writer, &job) == 0)
		taken++;
	assert_int_equal(taken, WRITER_JOBS);
	make_room(spill);
	assert_true(run(spill, is_idle));
	assert_int_equal(spill->done, taken);
	assert_int_equal(spill->err, 0);
}

static int
job_fail(void *ctx, struct store *store)
{
	(void)store;
	((struct spill_world *)ctx)->ran++;
	return DB_FULL;
}

/* Entries go without a job that finds no room, and it is told. */
static void
entries_go_without_a_job_that_fails(void **state)
{
	struct spill_world *spill = *state;
	const struct writer_job job = { job_fail, job_done, spill };

	add(spill, 10, ENTRY_VERDICT);
	assert_int_equal(writer_job(spill->world->writer, &job), 0);
	add(spill, 10, ENTRY_VERDICT);
	assert_true(run(spill, is_done));
	assert_int_equal(spill->err, DB_FULL);
	assert_true(run(spill, is_idle));
	assert_int_equal(spill->done, 1);
	assert_int_equal(writer_head(spill->world->writer)->size, 20);
	assert_false(has_note(spill));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(waiting_withdrawals_are_told),
		T(told_lines_are_bounded),
		T(job_on_a_full_disk_is_told_so),
		T(too_many_jobs_are_refused),
		T(entries_go_without_a_job_that_fails),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_spill", tests, NULL, NULL);
}
