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
	uint64_t held_ms; /* until then nothing goes by age */
	uint64_t due_ms;
	uint64_t slice_ms;
	uint64_t before;  /* block; those below are to go */
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

static int
old_find(const struct retention *retention, uint64_t now_ms, uint64_t wall_ns,
    struct ledger_old *old)
{
	uint64_t steady = retention->start_ns +
			  (now_ms - retention->start_ms) * UINT64_C(1000000);
	uint64_t now_ns = wall_ns < steady ? wall_ns : steady;
	struct ledger_bounds bounds = { now_ns, 0, retention->retain_octets };

	if (retention->retain_ms > 0 && now_ms >= retention->held_ms &&
	    retention->retain_ms < now_ns / UINT64_C(1000000))
		bounds.from_ns =
		    now_ns - retention->retain_ms * UINT64_C(1000000);
	if (bounds.from_ns == 0 && bounds.octets == 0)
		return 0;
	return ledger_old(
	    store_ledger(retention->store), &bounds, &retention->kept, old);
}

static void
ask(struct retention *retention, const struct ledger_old *old)
{
	struct msg_store_note note = { .kind = ENTRY_SUMMARY };

	retention->before = old->before;
	note.count = old->blocks * LEDGER_BLOCK;
	(void)snprintf(note.text, sizeof(note.text), "retention");
	(void)snprintf(note.evidence, sizeof(note.evidence),
	    "entries %llu to %llu are removed, but those of blocks on which a "
	    "rule stands or a witness waits, or that tell of a key; "
	    "age=%llums size=%llu",
	    (unsigned long long)(old->first * LEDGER_BLOCK),
	    (unsigned long long)(old->before * LEDGER_BLOCK - 1),
	    (unsigned long long)retention->retain_ms,
	    (unsigned long long)retention->retain_octets);
	notes_want(retention->notes, NOTES_RETENTION, &note);
	retention->state = RETENTION_ASKED;
}

static void
look(struct retention *retention, uint64_t now_ms, uint64_t wall_ns)
{
	struct ledger_old old = { 0 };
	int err;

	pins_take(retention);
	err = old_find(retention, now_ms, wall_ns, &old);
	if (err != 0)
		log_line(LOG_ERROR, "log: retention cannot look: %s",
		    db_error_text(err));
	else if (old.blocks > 0)
		ask(retention, &old);
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

/* ---- a clock that has jumped ---- */

struct jump {
	uint64_t later_ns; /* of the entry behind, at first the clock's */
	uint64_t seq;      /* of that one */
	uint64_t start_ns;
	unsigned seen;
	bool found;
};

/* From the newest back, as far as to those of a day before the start. */
static int
jump_visit(void *ctx, const struct entry *entry)
{
	struct jump *jump = ctx;

	/* Not across what has been removed. */
	if ((jump->seen == 0 || entry->seq + 1 == jump->seq) &&
	    jump->later_ns > entry->wall_ns &&
	    jump->later_ns - entry->wall_ns > RETENTION_JUMP_NS)
		jump->found = true;
	jump->later_ns = entry->wall_ns;
	jump->seq = entry->seq;
	jump->seen++;
	return jump->found || jump->seen == RETENTION_SEEN ||
	       (entry->wall_ns < jump->start_ns &&
		   jump->start_ns - entry->wall_ns > RETENTION_JUMP_NS);
}

static void
start(struct retention *retention, uint64_t now_ms, uint64_t wall_ns)
{
	const struct ledger_range range = { .to = UINT64_MAX,
		.backward = true };
	struct jump jump = { .later_ns = wall_ns, .start_ns = wall_ns };

	retention->started = true;
	retention->start_ms = now_ms;
	retention->start_ns = wall_ns;
	retention->due_ms = now_ms + RETENTION_FIRST_MS;
	/* An entry that cannot be read is others' to tell of. */
	(void)ledger_walk(
	    store_ledger(retention->store), &range, jump_visit, &jump, NULL);
	if (!jump.found)
		return;
	retention->held_ms = now_ms + RETENTION_HOLD_MS;
	if (retention->retain_ms > 0)
		log_line(LOG_WARN,
		    "log: retention by age waits for a day: the clock is more "
		    "than a day ahead of the entries before");
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
	if (!retention->started)
		start(retention, now_ms, wall_ns);
	if (retention->state == RETENTION_REMOVING)
		slice(retention, now_ms);
	if (now_ms < retention->due_ms)
		return;
	retention->due_ms = now_ms + RETENTION_EVERY_MS;
	if (retention->state == RETENTION_IDLE)
		look(retention, now_ms, wall_ns);
}
