/* SPDX-License-Identifier: BSD-2-Clause */
/* What is old is asked for once an hour, and removed in slices. */
#include "proxy/store/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/log.h"

enum retention_state {
	RETENTION_IDLE = 0,
	RETENTION_ASKED, /* the guard, for its entry */
	RETENTION_REMOVING,
};

struct retention {
	struct store *store;
	struct writer *writer;
	struct notes *notes;
	uint64_t retain_ms;
	uint64_t retain_octets;
	enum retention_state state;
	bool started;
	bool slice_under_way; /* then before and removed are the thread's */
	uint64_t start_ms;
	uint64_t start_ns;
	uint64_t due_ms;
	uint64_t slice_ms;
	uint64_t before;  /* block; those below are to go */
	uint64_t done_to; /* .. and have been looked at */
	uint64_t total;   /* blocks removed in this round */
	uint32_t removed; /* by the slice */
	/* What stays beside; kept is the thread's like before. */
	void (*pins)(const void *ctx, struct ledger_pins *out);
	const void *pins_ctx;
	struct ledger_pins kept;
};

struct retention *
retention_new(struct store *store, struct writer *writer, struct notes *notes)
{
	struct retention *retention = calloc(1, sizeof(*retention));

	if (retention == NULL)
		return NULL;
	retention->store = store;
	retention->writer = writer;
	retention->notes = notes;
	return retention;
}

void
retention_free(struct retention *retention)
{
	free(retention);
}

void
retention_configure(
    struct retention *retention, uint64_t retain_ms, uint64_t retain_octets)
{
	retention->retain_ms = retain_ms;
	retention->retain_octets = retain_octets;
}

void
retention_pins(struct retention *retention,
    void (*pins)(const void *ctx, struct ledger_pins *out), const void *ctx)
{
	retention->pins = pins;
	retention->pins_ctx = ctx;
}

static void
pins_take(struct retention *retention)
{
	retention->kept.n = 0;
	if (retention->pins != NULL)
		retention->pins(retention->pins_ctx, &retention->kept);
}

/* The first block that stays; 0: all. */
static int
keep_from(const struct retention *retention, uint64_t now_ms, uint64_t wall_ns,
    uint64_t *block)
{
	uint64_t steady = retention->start_ns +
			  (now_ms - retention->start_ms) * UINT64_C(1000000);
	uint64_t now_ns = wall_ns < steady ? wall_ns : steady;
	uint64_t from_ns = 0;

	if (retention->retain_ms > 0 &&
	    retention->retain_ms < now_ns / UINT64_C(1000000))
		from_ns = now_ns - retention->retain_ms * UINT64_C(1000000);
	*block = 0;
	if (from_ns == 0 && retention->retain_octets == 0)
		return 0;
	return ledger_keep_from(store_ledger(retention->store), from_ns,
	    retention->retain_octets, &retention->kept, block);
}

static void
ask(struct retention *retention, uint64_t block, uint64_t first)
{
	struct msg_store_note note = { .kind = ENTRY_SUMMARY };

	retention->before = block;
	note.count = (block - first) * LEDGER_BLOCK;
	(void)snprintf(note.text, sizeof(note.text), "retention");
	(void)snprintf(note.evidence, sizeof(note.evidence),
	    "entries %llu to %llu are removed, but those of blocks on which a "
	    "rule stands or a witness waits; age=%llums size=%llu",
	    (unsigned long long)(first * LEDGER_BLOCK),
	    (unsigned long long)(block * LEDGER_BLOCK - 1),
	    (unsigned long long)retention->retain_ms,
	    (unsigned long long)retention->retain_octets);
	notes_want(retention->notes, NOTES_RETENTION, &note);
	retention->state = RETENTION_ASKED;
}

static void
look(struct retention *retention, uint64_t now_ms, uint64_t wall_ns)
{
	struct ledger_pruned pruned;
	uint64_t block = 0;
	int err;

	pins_take(retention);
	err = keep_from(retention, now_ms, wall_ns, &block);

	if (err == 0)
		err = ledger_pruned(store_ledger(retention->store), &pruned);
	if (err != 0) {
		log_line(LOG_ERROR, "log: retention cannot look: %s",
		    db_error_text(err));
		return;
	}
	if (retention->done_to < pruned.first)
		retention->done_to = pruned.first;
	if (block > retention->done_to)
		ask(retention, block, retention->done_to);
}

void
retention_recorded(struct retention *retention)
{
	if (retention->state != RETENTION_ASKED)
		return;
	retention->state = RETENTION_REMOVING;
	retention->total = 0;
}

bool
retention_busy(const struct retention *retention)
{
	return retention->state == RETENTION_REMOVING;
}

/* ---- removing ---- */

static int
slice_run(void *ctx, struct store *store)
{
	struct retention *retention = ctx;

	retention->removed = 0;
	return store_prune(store, retention->before, RETENTION_SLICE,
	    &retention->kept, &retention->removed);
}

static void
slice_done(void *ctx, int err)
{
	struct retention *retention = ctx;

	retention->slice_under_way = false;
	if (err == 0 && retention->removed > 0) {
		retention->total += retention->removed;
		return;
	}
	if (err != 0)
		log_line(LOG_ERROR, "log: retention stops for now: %s",
		    db_error_text(err));
	else
		retention->done_to = retention->before;
	log_line(LOG_INFO, "log: retention: entries removed=%llu below=%llu",
	    (unsigned long long)(retention->total * LEDGER_BLOCK),
	    (unsigned long long)(retention->before * LEDGER_BLOCK));
	retention->state = RETENTION_IDLE;
}

static void
slice(struct retention *retention, uint64_t now_ms)
{
	const struct writer_job job = { slice_run, slice_done, retention };

	if (retention->slice_under_way || now_ms < retention->slice_ms)
		return;
	retention->slice_ms = now_ms + RETENTION_PAUSE_MS;
	pins_take(retention);
	/* Set first: nothing is called before we are back in the loop. */
	retention->slice_under_way = true;
	if (writer_job(retention->writer, &job) != 0)
		retention->slice_under_way = false;
}

void
retention_tick(struct retention *retention, uint64_t now_ms, uint64_t wall_ns)
{
	if (!retention->started) {
		retention->started = true;
		retention->start_ms = now_ms;
		retention->start_ns = wall_ns;
		retention->due_ms = now_ms + RETENTION_FIRST_MS;
	}
	if (retention->state == RETENTION_REMOVING)
		slice(retention, now_ms);
	if (now_ms < retention->due_ms)
		return;
	retention->due_ms = now_ms + RETENTION_EVERY_MS;
	if (retention->state == RETENTION_IDLE)
		look(retention, now_ms, wall_ns);
}
