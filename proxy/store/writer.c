/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two buffers and a thread.
 *
 * The loop owns `filling` and everything not under the lock. It hands a buffer
 * over by putting it into shared.work; the thread gives it back by clearing
 * that, with the outcome beside it, and rings an eventfd. While work is set the
 * buffer, and the store's writing side, are the thread's.
 */
#include "proxy/store/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/store/ballast.h"
#include "store/record.h"

#define RETRY_S 1

/* In front of each record in a buffer; both are 8-aligned. */
struct item {
	uint64_t rule_id;
	uint32_t len;
	uint32_t live_op;
	uint8_t
	    leaf[SEAL_LEN]; /* made here: the other thread has enough to do */
};
#define ITEM_MAX (sizeof(struct item) + RECORD_MAX)

struct buffer {
	size_t used;
	unsigned n;
	_Alignas(8) uint8_t octets[WRITER_OCTETS];
};

struct writer {
	struct store *store;
	const char *folder;
	size_t ballast; /* octets to keep laid aside */
	struct writer_ops ops;
	struct watch *watch;
	int bell; /* eventfd: thread -> loop */
	pthread_t thread;
	bool started;
	struct buffer *filling;
	struct buffer *spare; /* NULL while a commit is under way */
	struct buffer *both[2];
	uint64_t next;           /* number of the next entry */
	struct ledger_head head; /* on disk */
	bool full;               /* as told to the owner */
	bool discarding;
	struct {
		pthread_mutex_t lock;
		pthread_cond_t cond;
		struct buffer *work; /* NULL: the thread is idle */
		struct ledger_head head;
		bool full;
		bool discard;
		bool stop;
	} shared;
};

/* ---- the thread ---- */

static int
batch_write(struct writer *writer, const struct buffer *buffer,
    struct ledger_head *head)
{
	int err = store_begin(writer->store);
	size_t at = 0;

	for (unsigned i = 0; buffer != NULL && i < buffer->n && err == 0; i++) {
		struct store_item item;
		struct item found;

		memcpy(&found, &buffer->octets[at], sizeof(found));
		item.rule_id = found.rule_id;
		item.record = &buffer->octets[at + sizeof(found)];
		item.len = found.len;
		item.live_op = (enum live_op)found.live_op;
		memcpy(item.leaf, found.leaf, sizeof(item.leaf));
		err = store_append(writer->store, &item);
		at += sizeof(found) + ((item.len + 7) & ~(size_t)7);
	}
	if (err == 0)
		return store_commit(writer->store, head);
	store_abort(writer->store);
	return err;
}

static void
bell_ring(const struct writer *writer)
{
	const uint64_t one = 1;

	while (write(writer->bell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static struct timespec
retry_at(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += RETRY_S;
	return at;
}

/* Say it, give up the ballast or wait a little. Returns false when the batch
 * is to be given up. */
static bool
full_wait(struct writer *writer)
{
	bool dropped = ballast_drop(writer->folder), go_on;
	struct timespec until = retry_at();

	(void)pthread_mutex_lock(&writer->shared.lock);
	if (!writer->shared.full) {
		writer->shared.full = true;
		bell_ring(writer);
	}
	while (!dropped && !writer->shared.discard && !writer->shared.stop) {
		if (pthread_cond_timedwait(&writer->shared.cond,
			&writer->shared.lock, &until) == ETIMEDOUT)
			break;
	}
	go_on = !writer->shared.discard && !writer->shared.stop;
	(void)pthread_mutex_unlock(&writer->shared.lock);
	return go_on;
}

static bool
is_full(struct writer *writer)
{
	bool full;

	(void)pthread_mutex_lock(&writer->shared.lock);
	full = writer->shared.full;
	(void)pthread_mutex_unlock(&writer->shared.lock);
	return full;
}

/* 0 when batch or, without one, an empty transaction has become durable. */
static int
batch_try(struct writer *writer, const struct buffer *buffer,
    struct ledger_head *head)
{
	int err = batch_write(writer, buffer, head);

	/* On a full disk room may have been made between the write that fell
	 * short and the look for room: then this was no defect. */
	if (err == DB_IO && is_full(writer))
		err = batch_write(writer, buffer, head);
	if (err != 0 && err != DB_FULL) {
		log_line(LOG_ERROR, "log: cannot write: %s; ending",
		    db_error_text(err));
		_exit(EXIT_FAILURE);
	}
	return err;
}

/* Everything is well again when entries can be written and the ballast, where
 * there was one, is back. */
static void
full_end(struct writer *writer)
{
	if (ballast_spent(writer->folder) &&
	    !ballast_take(writer->folder, writer->ballast))
		return;
	(void)pthread_mutex_lock(&writer->shared.lock);
	writer->shared.full = false;
	bell_ring(writer);
	(void)pthread_mutex_unlock(&writer->shared.lock);
}

/* The next batch, NULL when none came in time, which only matters on a full
 * disk. Returns false at the end. */
static bool
work_wait(struct writer *writer, const struct buffer **work)
{
	struct timespec until = retry_at();
	bool stop;
	int err = 0;

	(void)pthread_mutex_lock(&writer->shared.lock);
	while (
	    writer->shared.work == NULL && !writer->shared.stop && err == 0) {
		if (writer->shared.full)
			err = pthread_cond_timedwait(
			    &writer->shared.cond, &writer->shared.lock, &until);
		else
			err = pthread_cond_wait(
			    &writer->shared.cond, &writer->shared.lock);
	}
	*work = writer->shared.work;
	stop = writer->shared.stop;
	(void)pthread_mutex_unlock(&writer->shared.lock);
	return *work != NULL || !stop;
}

static void
work_done(struct writer *writer, const struct ledger_head *head)
{
	(void)pthread_mutex_lock(&writer->shared.lock);
	writer->shared.head = *head;
	writer->shared.work = NULL;
	writer->shared.discard = false;
	bell_ring(writer);
	(void)pthread_mutex_unlock(&writer->shared.lock);
}

static void *
thread_run(void *ctx)
{
	struct writer *writer = ctx;
	struct ledger_head head = writer->shared.head;
	const struct buffer *work;

	while (work_wait(writer, &work)) {
		int err = batch_try(writer, work, &head);

		while (work != NULL && err == DB_FULL && full_wait(writer))
			err = batch_try(writer, work, &head);
		if (work != NULL)
			work_done(writer, &head);
		if (err == 0 && is_full(writer))
			full_end(writer);
	}
	return NULL;
}

/* ---- the loop's side ---- */

static void
buffer_clear(struct buffer *buffer)
{
	buffer->used = 0;
	buffer->n = 0;
}

static struct buffer *
other_buffer(const struct writer *writer)
{
	return writer->filling == writer->both[0] ? writer->both[1]
						  : writer->both[0];
}

void
writer_kick(struct writer *writer)
{
	if (writer->spare == NULL || writer->filling->n == 0)
		return;
	(void)pthread_mutex_lock(&writer->shared.lock);
	writer->shared.work = writer->filling;
	(void)pthread_cond_signal(&writer->shared.cond);
	(void)pthread_mutex_unlock(&writer->shared.lock);
	writer->filling = writer->spare;
	buffer_clear(writer->filling);
	writer->spare = NULL;
}

/* The batch is done, or was given up. */
static void
batch_end(struct writer *writer)
{
	writer->spare = other_buffer(writer);
	if (writer->discarding) {
		log_line(LOG_WARN,
		    "log: disk full: %u waiting entries "
		    "given back to the guard",
		    (unsigned)(writer->next - writer->head.size));
		writer->discarding = false;
		writer->next = writer->head.size;
		buffer_clear(writer->filling);
	}
	writer_kick(writer);
	writer->ops.durable(writer->ops.ctx, &writer->head);
}

static void
bell_rung(void *ctx, int events)
{
	struct writer *writer = ctx;
	struct ledger_head head;
	uint64_t times;
	bool full, idle;

	(void)events;
	if (read(writer->bell, &times, sizeof(times)) < 0)
		return;
	(void)pthread_mutex_lock(&writer->shared.lock);
	idle = writer->shared.work == NULL;
	head = writer->shared.head;
	full = writer->shared.full;
	(void)pthread_mutex_unlock(&writer->shared.lock);
	if (full != writer->full) {
		writer->full = full;
		writer->ops.full(writer->ops.ctx, full);
	}
	writer->head = head;
	if (idle && writer->spare == NULL)
		batch_end(writer);
}

/* The thread takes no signals: they are the loop's. */
static int
thread_start(struct writer *writer)
{
	sigset_t all, before;
	int err;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&writer->thread, NULL, thread_run, writer);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	writer->started = err == 0;
	return err;
}

static void
shared_init(struct writer *writer)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&writer->shared.lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&writer->shared.cond, &attr);
	(void)pthread_condattr_destroy(&attr);
}

static int
buffers_init(struct writer *writer)
{
	for (unsigned i = 0; i < 2; i++) {
		/* Pages that are never filled cost nothing. */
		writer->both[i] = malloc(sizeof(*writer->both[i]));
		if (writer->both[i] == NULL)
			return -1;
		buffer_clear(writer->both[i]);
	}
	writer->filling = writer->both[0];
	writer->spare = writer->both[1];
	return 0;
}

/*
 * Lay the ballast aside; where there is no room for one, there is none. When
 * one was given up before we started, the disk is still full: what room there
 * is was kept for what cannot wait.
 */
static void
ballast_begin(struct writer *writer)
{
	bool spent = ballast_spent(writer->folder);

	writer->ballast = ballast_size(writer->folder);
	if (!ballast_take(writer->folder, writer->ballast) && spent)
		writer->full = writer->shared.full = true;
}

struct writer *
writer_new(struct loop *loop, struct store *store, const char *folder,
    const struct writer_ops *ops)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	writer->store = store;
	writer->folder = folder;
	writer->ops = *ops;
	shared_init(writer);
	writer->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (writer->bell < 0 || buffers_init(writer) != 0)
		goto failed;
	writer->watch = watch_new(loop, writer->bell, bell_rung, writer);
	if (writer->watch == NULL ||
	    ledger_head_read(store_ledger(store), &writer->head) != 0)
		goto failed;
	watch_set(writer->watch, WATCH_READ);
	writer->next = writer->head.size;
	writer->shared.head = writer->head;
	ballast_begin(writer);
	if (thread_start(writer) != 0)
		goto failed;
	return writer;
failed:
	writer_free(writer);
	return NULL;
}

void
writer_free(struct writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->started) {
		(void)pthread_mutex_lock(&writer->shared.lock);
		writer->shared.stop = true;
		(void)pthread_cond_signal(&writer->shared.cond);
		(void)pthread_mutex_unlock(&writer->shared.lock);
		(void)pthread_join(writer->thread, NULL);
	}
	watch_free(writer->watch);
	if (writer->bell >= 0)
		(void)close(writer->bell);
	(void)pthread_cond_destroy(&writer->shared.cond);
	(void)pthread_mutex_destroy(&writer->shared.lock);
	free(writer->both[0]);
	free(writer->both[1]);
	free(writer);
}

bool
writer_room(const struct writer *writer)
{
	return writer->filling->n < WRITER_ENTRIES &&
	       writer->filling->used + ITEM_MAX <= WRITER_OCTETS;
}

int
writer_add(struct writer *writer, const struct entry *entry)
{
	struct buffer *buffer = writer->filling;
	struct item item = { .rule_id = entry->rule_id,
		.live_op = entry->live_op };
	int len;

	if (entry->seq != writer->next || !writer_room(writer) ||
	    entry->live_op > LIVE_DELETE ||
	    (entry->live_op == LIVE_PUT && !entry_may_live(entry)))
		return -1;
	len =
	    record_encode(entry, &buffer->octets[buffer->used + sizeof(item)]);
	if (len < 0)
		return -1;
	item.len = (uint32_t)len;
	seal_leaf(
	    &buffer->octets[buffer->used + sizeof(item)], item.len, item.leaf);
	memcpy(&buffer->octets[buffer->used], &item, sizeof(item));
	buffer->used += sizeof(item) + (((size_t)item.len + 7) & ~(size_t)7);
	buffer->n++;
	writer->next++;
	return 0;
}

uint64_t
writer_next(const struct writer *writer)
{
	return writer->next;
}

const struct ledger_head *
writer_head(const struct writer *writer)
{
	return &writer->head;
}

bool
writer_idle(const struct writer *writer)
{
	return writer->spare != NULL && writer->filling->n == 0;
}

bool
writer_full(const struct writer *writer)
{
	return writer->full;
}

void
writer_discard(struct writer *writer)
{
	if (!writer->full || writer_idle(writer))
		return;
	writer->discarding = true;
	if (writer->spare != NULL) {
		batch_end(writer);
		return;
	}
	(void)pthread_mutex_lock(&writer->shared.lock);
	writer->shared.discard = writer->shared.work != NULL;
	(void)pthread_cond_signal(&writer->shared.cond);
	(void)pthread_mutex_unlock(&writer->shared.lock);
}
