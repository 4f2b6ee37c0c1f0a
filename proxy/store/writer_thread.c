/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer's thread: one transaction and one sync for all that waits. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/store/ballast.h"
#include "proxy/store/contained.h"
#include "proxy/store/writer_parts.h"

static int
entries_put(struct store *store, const struct writer_buffer *buffer)
{
	size_t at = 0;
	int err = 0;

	for (unsigned i = 0; i < buffer->n && err == 0; i++) {
		struct store_item item;
		struct writer_item found;

		memcpy(&found, &buffer->octets[at], sizeof(found));
		item.rule_id = found.rule_id;
		item.record = &buffer->octets[at + sizeof(found)];
		item.len = found.len;
		item.live_op = (enum live_op)found.live_op;
		item.has_last = true;
		memcpy(item.leaf, found.leaf, sizeof(item.leaf));
		memcpy(item.last, found.last, sizeof(item.last));
		err = store_append(store, &item);
		at += sizeof(found) + ((item.len + 7) & ~(size_t)7);
	}
	for (unsigned i = 0; i < buffer->n_metas && err == 0; i++)
		store_meta_put(store, (enum store_meta)buffer->meta[i].meta,
		    buffer->meta[i].data, buffer->meta[i].len);
	return err;
}

static int
jobs_run(struct store *store, const struct writer_buffer *buffer)
{
	int err = 0;

	for (unsigned i = 0; i < buffer->n_jobs && err == 0; i++)
		err = buffer->job[i].run(buffer->job[i].ctx, store);
	return err;
}

/* One transaction; *tried says that it came to a commit. buffer may be NULL. */
static int
batch_once(struct writer *writer, const struct writer_buffer *buffer,
    bool with_jobs, struct ledger_head *head, bool *tried)
{
	int err = store_begin(writer->store);

	*tried = false;
	if (err == 0 && buffer != NULL)
		err = entries_put(writer->store, buffer);
	if (err == 0 && with_jobs)
		err = jobs_run(writer->store, buffer);
	if (err == 0) {
		*tried = true;
		return store_commit(writer->store, head);
	}
	store_abort(writer->store);
	return err;
}

/* Jobs go along; a batch that fails with them is tried without. */
static int
batch_write(struct writer *writer, struct writer_buffer *buffer,
    struct ledger_head *head)
{
	bool tried;
	int err;

	if (buffer != NULL && buffer->n_jobs > 0 && !buffer->jobs_over) {
		err = batch_once(writer, buffer, true, head, &tried);
		buffer->jobs_over = true;
		buffer->jobs_err = err;
		if (err == 0 || (tried && err != DB_FULL))
			return err;
	}
	if (buffer != NULL && buffer->n == 0)
		return 0;
	return batch_once(writer, buffer, false, head, &tried);
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
	at.tv_nsec += WRITER_RETRY_MS * 1000000L;
	at.tv_sec += at.tv_nsec / 1000000000L;
	at.tv_nsec %= 1000000000L;
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
	if (!writer->shared.full || writer->shared.held == dropped) {
		writer->shared.full = true;
		writer->shared.held = !dropped;
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
batch_try(struct writer *writer, struct writer_buffer *buffer,
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
work_wait(struct writer *writer, struct writer_buffer **work)
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
	writer->shared.held = false;
	writer->shared.discard = false;
	bell_ring(writer);
	(void)pthread_mutex_unlock(&writer->shared.lock);
}

/* Before anybody is told that such an act is durable it is so twice. What could
 * not be written is tried again with the next batch. */
static bool
contained_keep(struct writer *writer, bool owed)
{
	if (!owed || contained_write(writer->folder, writer->store) == 0)
		return false;
	log_line(LOG_ERROR, "log: acts in force cannot be kept beside it: %s",
	    strerror(errno));
	return true;
}

/* began_ns: 0, or when it was begun while debug lines were wanted. */
static void
batch_trace(const struct writer_buffer *work, uint64_t began_ns, int err)
{
	if (began_ns != 0 && work != NULL)
		log_line(LOG_DEBUG,
		    "batch %s: entries=%u jobs=%u octets=%zu us=%" PRIu64,
		    err == 0 ? "durable" : "not written", work->n, work->n_jobs,
		    work->used, (clock_boot_ns() - began_ns) / 1000);
}

void *
writer_thread(void *ctx)
{
	struct writer *writer = ctx;
	struct ledger_head head = writer->shared.head;
	struct writer_buffer *work;
	bool contained_owed = false;

	while (work_wait(writer, &work)) {
		uint64_t began_ns = log_wants(LOG_DEBUG) ? clock_boot_ns() : 0;
		int err = batch_try(writer, work, &head);

		batch_trace(work, began_ns, err);
		while (work != NULL && err == DB_FULL && full_wait(writer))
			err = batch_try(writer, work, &head);
		/* Jobs that were given up prove nothing of the disk. */
		if (work != NULL && work->n == 0 && work->jobs_err != 0)
			err = work->jobs_err;
		if (work != NULL) {
			contained_owed = contained_keep(writer,
			    contained_owed || (work->contains && err == 0));
			work_done(writer, &head);
		}
		if (err == 0 && is_full(writer))
			full_end(writer);
	}
	return NULL;
}
