/* SPDX-License-Identifier: BSD-2-Clause */
/* Two buffers and a thread: the loop's side. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "proxy/common/log.h"
#include "proxy/store/ballast.h"
#include "proxy/store/writer_parts.h"

static void
buffer_clear(struct writer_buffer *buffer)
{
	buffer->used = 0;
	buffer->n = 0;
	buffer->n_metas = 0;
	buffer->n_jobs = 0;
	buffer->jobs_over = false;
	buffer->contains = false;
	buffer->jobs_err = 0;
}

static struct writer_buffer *
other_buffer(const struct writer *writer)
{
	return writer->filling == writer->both[0] ? writer->both[1]
						  : writer->both[0];
}

void
writer_kick(struct writer *writer)
{
	struct writer_buffer *buffer = writer->filling;

	if (writer->spare == NULL || (buffer->n == 0 && writer->n_jobs == 0))
		return;
	memcpy(buffer->job, writer->job, sizeof(buffer->job));
	buffer->n_jobs = writer->n_jobs;
	writer->n_jobs = 0;
	(void)pthread_mutex_lock(&writer->shared.lock);
	writer->shared.work = buffer;
	(void)pthread_cond_signal(&writer->shared.cond);
	(void)pthread_mutex_unlock(&writer->shared.lock);
	writer->filling = writer->spare;
	buffer_clear(writer->filling);
	writer->filling->before = writer->tree;
	writer->spare = NULL;
}

/* Take back what was added and is not on disk: batches, whole ones. */
static void
discard(struct writer *writer)
{
	const struct writer_buffer *buffer = writer->filling;

	log_line(LOG_WARN,
	    "log: disk full: %u waiting entries given back to the guard",
	    (unsigned)(writer->next - writer->head.size));
	if (buffer->before.size != writer->head.size)
		buffer = other_buffer(writer);
	if (buffer->before.size != writer->head.size) {
		log_line(LOG_ERROR, "log: lost count of entries; ending");
		_exit(EXIT_FAILURE);
	}
	writer->discarding = false;
	writer->next = writer->head.size;
	writer->tree = buffer->before;
	buffer_clear(writer->filling);
	writer->filling->before = writer->tree;
}

/* The batch is done, or was given up. */
static void
batch_end(struct writer *writer)
{
	struct writer_job job[WRITER_JOBS];
	unsigned n_jobs;
	int err;

	writer->spare = other_buffer(writer);
	n_jobs = writer->spare->n_jobs;
	err = writer->spare->jobs_over ? writer->spare->jobs_err : DB_FULL;
	memcpy(job, writer->spare->job, sizeof(job));
	buffer_clear(writer->spare);
	if (writer->discarding)
		discard(writer);
	writer_kick(writer);
	writer->ops.durable(writer->ops.ctx, &writer->head);
	for (unsigned i = 0; i < n_jobs; i++)
		job[i].done(job[i].ctx, err);
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
	writer->held = writer->shared.held;
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
	err = pthread_create(&writer->thread, NULL, writer_thread, writer);
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
	ledger_edge(store_ledger(store), &writer->tree);
	writer->filling->before = writer->spare->before = writer->tree;
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
	       writer->filling->used + WRITER_ITEM_MAX <= WRITER_OCTETS;
}

int
writer_add(struct writer *writer, const struct entry *entry)
{
	struct writer_buffer *buffer = writer->filling;
	struct writer_item item = { .rule_id = entry->rule_id,
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
	seal_tree_add(&writer->tree, item.leaf);
	memcpy(item.last, seal_tree_last(&writer->tree), sizeof(item.last));
	memcpy(&buffer->octets[buffer->used], &item, sizeof(item));
	buffer->used += sizeof(item) + (((size_t)item.len + 7) & ~(size_t)7);
	buffer->n++;
	if (entry->kind == ENTRY_EMERGENCY && entry->live_op != LIVE_NONE)
		buffer->contains = true;
	writer->next++;
	return 0;
}

void
writer_meta(
    struct writer *writer, enum store_meta meta, const void *data, size_t len)
{
	struct writer_buffer *buffer = writer->filling;
	unsigned i = 0;

	if (buffer->n == 0 || len > sizeof(buffer->meta[0].data))
		return;
	while (i < buffer->n_metas && buffer->meta[i].meta != meta)
		i++;
	if (i == WRITER_METAS)
		return;
	buffer->meta[i].meta = meta;
	buffer->meta[i].len = (uint32_t)len;
	memcpy(buffer->meta[i].data, data, len);
	if (i == buffer->n_metas)
		buffer->n_metas++;
}

int
writer_job(struct writer *writer, const struct writer_job *job)
{
	if (writer->n_jobs == WRITER_JOBS)
		return -1;
	writer->job[writer->n_jobs++] = *job;
	writer_kick(writer);
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
	return writer->spare != NULL && writer->filling->n == 0 &&
	       writer->n_jobs == 0;
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

bool
writer_held(const struct writer *writer)
{
	return writer->held;
}

/* The entries from..to - 1 of a buffer whose first is number first. */
static void
buffer_walk(const struct writer_buffer *buffer, uint64_t first,
    const struct writer_range *range,
    void (*visit)(void *ctx, const uint8_t *record, size_t len), void *ctx)
{
	size_t at = 0;

	for (unsigned i = 0; i < buffer->n; i++) {
		struct writer_item item;

		memcpy(&item, &buffer->octets[at], sizeof(item));
		if (first + i >= range->from && first + i < range->to)
			visit(
			    ctx, &buffer->octets[at + sizeof(item)], item.len);
		at += sizeof(item) + (((size_t)item.len + 7) & ~(size_t)7);
	}
}

void
writer_waiting(const struct writer *writer, const struct writer_range *range,
    void (*visit)(void *ctx, const uint8_t *record, size_t len), void *ctx)
{
	const struct writer_buffer *other = other_buffer(writer);
	uint64_t first = writer->next - writer->filling->n;

	/* Neither thread writes to what the other one has. */
	if (writer->spare == NULL)
		buffer_walk(other, first - other->n, range, visit, ctx);
	buffer_walk(writer->filling, first, range, visit, ctx);
}
