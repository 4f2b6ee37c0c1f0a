/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store wants recorded, and retention by it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/retention.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define WALL_NS UINT64_C(1700000000000000000) /* of usual_entry(0) */
#define HOUR_MS 3600000
#define POLLS   4000

struct notes_world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *poll;
	struct store *store;
	struct writer *writer;
	struct notes notes;
	struct retention *retention;
	uint64_t now_ms;
	uint64_t wall_ns;
	unsigned polls;
	bool (*until)(const struct notes_world *world);
	unsigned sent;
	bool away; /* the guard */
	struct msg_store_note note;
	unsigned done;
	struct entry entry;
};

/* ---- the parts' world ---- */

static int
note_send(void *ctx, const struct msg_store_note *note)
{
	struct notes_world *world = ctx;

	if (world->away)
		return -1;
	world->note = *note;
	world->sent++;
	return 0;
}

static void
note_done(void *ctx, enum notes_slot slot)
{
	struct notes_world *world = ctx;

	world->done++;
	if (slot == NOTES_RETENTION)
		retention_recorded(world->retention);
}

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct notes_world *world = ctx;

	notes_durable(&world->notes, head->size);
}

static void
on_full(void *ctx, bool full)
{
	(void)ctx;
	(void)full;
}

static void
on_poll(void *ctx)
{
	struct notes_world *world = ctx;

	world->now_ms += RETENTION_PAUSE_MS;
	retention_tick(world->retention, world->now_ms, world->wall_ns);
	notes_tick(&world->notes, world->now_ms);
	world->polls++;
	if (world->until(world) || world->polls >= POLLS)
		loop_stop(world->loop);
}

static bool
run(struct notes_world *world, bool (*until)(const struct notes_world *world))
{
	world->until = until;
	world->polls = 0;
	timer_start(world->poll, 0, 1);
	loop_run(world->loop);
	timer_stop(world->poll);
	return until(world);
}

static bool
is_idle(const struct notes_world *world)
{
	return world->polls > 20 && writer_idle(world->writer) &&
	       !retention_busy(world->retention);
}

static void
up(struct notes_world *world)
{
	const struct writer_ops ops = { on_durable, on_full, world };
	const struct notes_ops notes = { note_send, note_done, world };

	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	world->writer =
	    writer_new(world->loop, world->store, world->path, &ops);
	assert_non_null(world->writer);
	notes_init(&world->notes, &notes);
	world->retention =
	    retention_new(world->store, world->writer, &world->notes);
	assert_non_null(world->retention);
}

static void
down(struct notes_world *world)
{
	writer_free(world->writer);
	retention_free(world->retention);
	store_close(world->store);
}

static int
setup(void **state)
{
	struct notes_world *world = calloc(1, sizeof(*world));

	if (world == NULL || seal_init() != 0)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	world->poll = timer_new(world->loop, on_poll, world);
	world->now_ms = 5000000;
	world->wall_ns = WALL_NS;
	up(world);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct notes_world *world = *state;

	down(world);
	timer_free(world->poll);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

static void
append(struct notes_world *world, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		usual_entry(writer_next(world->writer), &world->entry);
		world->entry.live_op = LIVE_NONE;
		assert_int_equal(writer_add(world->writer, &world->entry), 0);
	}
	writer_kick(world->writer);
	assert_true(run(world, is_idle));
}

/* The guard records what it was asked to. */
static void
answer_note(struct notes_world *world)
{
	struct entry *entry = &world->entry;

	memset(entry, 0, sizeof(*entry));
	entry->seq = writer_next(world->writer);
	entry->wall_ns = WALL_NS;
	entry->kind = (uint8_t)world->note.kind;
	entry->count = world->note.count;
	memcpy(entry->text, world->note.text, sizeof(entry->text));
	memcpy(entry->evidence, world->note.evidence, sizeof(entry->evidence));
	assert_int_equal(writer_add(world->writer, entry), 0);
	assert_int_not_equal(notes_look(&world->notes, entry), NOTES_SLOTS);
	writer_kick(world->writer);
	assert_true(run(world, is_idle));
}

/* ---- notes ---- */

/* Until the entry is seen it is asked for every ten seconds. */
static void
note_is_sent_until_it_is_seen(void **state)
{
	struct notes_world *world = *state;
	const struct msg_store_note note = { .kind = ENTRY_KEY,
		.text = "public key x" };

	world->away = true;
	notes_want(&world->notes, NOTES_KEY, &note);
	notes_tick(&world->notes, 1000);
	assert_int_equal(world->sent, 0);
	world->away = false;
	notes_tick(&world->notes, 1001);
	notes_tick(&world->notes, 1001 + NOTES_AGAIN_MS - 1);
	assert_int_equal(world->sent, 1);
	notes_tick(&world->notes, 1001 + NOTES_AGAIN_MS);
	assert_int_equal(world->sent, 2);
	answer_note(world);
	assert_int_equal(world->done, 1);
	assert_false(notes_wanted(&world->notes, NOTES_KEY));
	notes_tick(&world->notes, 99000000);
	assert_int_equal(world->sent, 2);
}

/* An entry that was seen and lost with its guard is asked for again. */
static void
note_is_sent_again_to_another_guard(void **state)
{
	struct notes_world *world = *state;
	struct msg_store_note note = { .kind = ENTRY_KEY,
		.text = "public key" };

	notes_want(&world->notes, NOTES_KEY, &note);
	notes_tick(&world->notes, 1);
	world->entry.kind = ENTRY_KEY;
	world->entry.seq = 40;
	memcpy(world->entry.text, note.text, sizeof(world->entry.text));
	world->entry.evidence[0] = '\0';
	world->entry.count = 1;
	assert_int_equal(notes_look(&world->notes, &world->entry), NOTES_SLOTS);
	world->entry.count = 0;
	assert_int_equal(notes_look(&world->notes, &world->entry), NOTES_KEY);
	notes_durable(&world->notes, 40);
	assert_int_equal(world->done, 0);
	notes_greeted(&world->notes, 40);
	notes_tick(&world->notes, 2);
	assert_int_equal(world->sent, 2);
	assert_int_equal(notes_look(&world->notes, &world->entry), NOTES_KEY);
	notes_greeted(&world->notes, 41);
	assert_int_equal(world->done, 1);
}

/* ---- retention ---- */

static uint64_t
pruned(const struct notes_world *world)
{
	struct ledger_pruned found;

	assert_int_equal(ledger_pruned(store_ledger(world->store), &found), 0);
	return found.blocks;
}

static bool
is_asked(const struct notes_world *world)
{
	return world->sent > 0;
}

/* The clock and what it brings, to the first look. */
static void
reach_look(struct notes_world *world)
{
	retention_tick(world->retention, world->now_ms, world->wall_ns);
	world->now_ms += RETENTION_FIRST_MS;
	world->wall_ns += RETENTION_FIRST_MS * UINT64_C(1000000);
}

/* Old blocks go when the entry about it is on disk, and never before. */
static void
old_blocks_go_after_their_entry(void **state)
{
	struct notes_world *world = *state;
	struct ledger_head head;

	append(world, 20 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 1000, 0);
	reach_look(world);
	assert_true(run(world, is_asked));
	assert_int_equal(world->note.kind, ENTRY_SUMMARY);
	assert_string_equal(world->note.text, "retention");
	assert_int_equal(world->note.count, 19 * LEDGER_BLOCK);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 0);

	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 19);
	assert_int_equal(
	    ledger_get(store_ledger(world->store), LEDGER_BLOCK, &world->entry),
	    DB_PRUNED);
	assert_int_equal(
	    ledger_head_read(store_ledger(world->store), &head), 0);
	assert_int_equal(head.size, 20 * LEDGER_BLOCK + 8);
}

/* After a crash between entry and removal it is asked for anew. */
static void
crash_before_removal_asks_again(void **state)
{
	struct notes_world *world = *state;

	append(world, 5 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 1000, 0);
	reach_look(world);
	assert_true(run(world, is_asked));
	down(world);
	up(world);
	world->sent = 0;
	assert_int_equal(pruned(world), 0);
	retention_configure(world->retention, 1000, 0);
	reach_look(world);
	assert_true(run(world, is_asked));
	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 4);
}

/* A wall clock that is set forward makes nothing old. */
static void
clock_set_forward_removes_nothing(void **state)
{
	struct notes_world *world = *state;

	append(world, 5 * LEDGER_BLOCK);
	retention_configure(world->retention, 24 * (uint64_t)HOUR_MS, 0);
	reach_look(world);
	world->wall_ns += UINT64_C(365) * 24 * HOUR_MS * 1000000;
	assert_true(run(world, is_idle));
	assert_int_equal(world->sent, 0);
}

/* Nor does one that had been set forward before we began, for a day. */
static void
clock_ahead_at_the_start_waits_a_day(void **state)
{
	struct notes_world *world = *state;

	append(world, 5 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 24 * (uint64_t)HOUR_MS, 0);
	world->wall_ns += UINT64_C(365) * 24 * HOUR_MS * 1000000;
	reach_look(world);
	for (unsigned i = 0; i < 23; i++) {
		assert_true(run(world, is_idle));
		world->now_ms += RETENTION_EVERY_MS;
		world->wall_ns += RETENTION_EVERY_MS * UINT64_C(1000000);
	}
	assert_int_equal(world->sent, 0);
	world->now_ms += RETENTION_EVERY_MS;
	assert_true(run(world, is_asked));
}

/* Nor after another start, when entries tell the new time. */
static void
jump_between_entries_waits_a_day(void **state)
{
	struct notes_world *world = *state;

	append(world, 5 * LEDGER_BLOCK + 7);
	world->wall_ns += UINT64_C(365) * 24 * HOUR_MS * 1000000;
	usual_entry(writer_next(world->writer), &world->entry);
	world->entry.live_op = LIVE_NONE;
	world->entry.wall_ns = world->wall_ns;
	assert_int_equal(writer_add(world->writer, &world->entry), 0);
	writer_kick(world->writer);
	retention_configure(world->retention, 24 * (uint64_t)HOUR_MS, 0);
	assert_true(run(world, is_idle));
	reach_look(world);
	assert_true(run(world, is_idle));
	assert_int_equal(world->sent, 0);
}

/* Blocks from the future are no end: what lies behind them goes, and they with
 * it. */
static void
future_blocks_do_not_stop_retention(void **state)
{
	struct notes_world *world = *state;

	append(world, 2 * LEDGER_BLOCK);
	for (unsigned i = 0; i < LEDGER_BLOCK; i++) {
		usual_entry(writer_next(world->writer), &world->entry);
		world->entry.live_op = LIVE_NONE;
		world->entry.wall_ns += UINT64_C(365) * 24 * HOUR_MS * 1000000;
		assert_int_equal(writer_add(world->writer, &world->entry), 0);
	}
	append(world, 2 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 1000, 0);
	reach_look(world);
	assert_true(run(world, is_asked));
	assert_int_equal(world->note.count, 4 * LEDGER_BLOCK);
	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 4);
}

/* Nor does one that is set back between two looks make anything young for good,
 * or old: what was not old stays, and goes when the clock says so. */
static void
clock_set_back_removes_nothing_early(void **state)
{
	struct notes_world *world = *state;
	const uint64_t hour_ns = HOUR_MS * UINT64_C(1000000);

	append(world, 5 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 2 * (uint64_t)HOUR_MS, 0);
	reach_look(world);
	assert_true(run(world, is_idle));
	world->wall_ns -= 10 * 365 * 24 * hour_ns;
	for (unsigned i = 0; i < 5; i++) {
		world->now_ms += RETENTION_EVERY_MS;
		assert_true(run(world, is_idle));
	}
	assert_int_equal(world->sent, 0);
	world->wall_ns = WALL_NS + 3 * hour_ns;
	world->now_ms += RETENTION_EVERY_MS;
	assert_true(run(world, is_asked));
	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 4);
}

static void
pin(const void *ctx, struct ledger_pins *out)
{
	(void)ctx;
	out->n = 1;
	out->block[0] = 3;
}

/* A block that is pinned stays, those around it go; once it is not it goes with
 * the next. */
static void
pinned_block_stays(void **state)
{
	struct notes_world *world = *state;
	struct ledger *ledger = store_ledger(world->store);

	append(world, 9 * LEDGER_BLOCK + 7);
	retention_configure(world->retention, 1000, 0);
	retention_pins(world->retention, pin, NULL);
	reach_look(world);
	assert_true(run(world, is_asked));
	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 7);
	assert_int_equal(
	    ledger_get(ledger, 3 * LEDGER_BLOCK, &world->entry), 0);
	assert_int_equal(
	    ledger_get(ledger, 4 * LEDGER_BLOCK, &world->entry), DB_PRUNED);

	/* A restart does not ask for what is there no more. */
	down(world);
	up(world);
	world->sent = 0;
	retention_configure(world->retention, 1000, 0);
	retention_pins(world->retention, pin, NULL);
	reach_look(world);
	assert_true(run(world, is_idle));
	assert_int_equal(world->sent, 0);
	retention_pins(world->retention, NULL, NULL);
	world->now_ms += RETENTION_EVERY_MS;
	assert_true(run(world, is_asked));
	assert_int_equal(world->note.count, LEDGER_BLOCK);
	answer_note(world);
	assert_true(run(world, is_idle));
	assert_int_equal(pruned(world), 8);
}

static bool
has_note(const struct notes_world *world, uint64_t size)
{
	char note[NOTE_MAX];
	uint64_t found;
	size_t len;

	return ledger_note(
		   store_ledger(world->store), size, &found, note, &len) == 0 &&
	       found == size;
}

/* Checkpoints of what was removed go with it, the last one never. */
static void
old_checkpoints_go_with_their_blocks(void **state)
{
	static const uint64_t sizes[] = { 1, 300, 2 * LEDGER_BLOCK, 1500,
		2000 };
	struct notes_world *world = *state;

	append(world, 20 * LEDGER_BLOCK);
	assert_int_equal(store_begin(world->store), 0);
	for (unsigned i = 0; i < 5; i++)
		store_note_put(world->store, sizes[i], "note", 4);
	assert_int_equal(store_commit(world->store, NULL), 0);
	retention_configure(world->retention, 1000, 0);
	reach_look(world);
	assert_true(run(world, is_asked));
	answer_note(world);
	assert_true(run(world, is_idle));
	/* 1 is inside of the first block, 2000 of the first one after it that
	 * stays. */
	assert_int_equal(pruned(world), 2000 / LEDGER_BLOCK - 1);
	assert_true(has_note(world, 1));
	for (unsigned i = 1; i < 4; i++)
		assert_false(has_note(world, sizes[i]));
	assert_true(has_note(world, 2000));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(note_is_sent_until_it_is_seen),
		T(note_is_sent_again_to_another_guard),
		T(old_blocks_go_after_their_entry),
		T(crash_before_removal_asks_again),
		T(clock_set_forward_removes_nothing),
		T(clock_ahead_at_the_start_waits_a_day),
		T(jump_between_entries_waits_a_day),
		T(future_blocks_do_not_stop_retention),
		T(clock_set_back_removes_nothing_early),
		T(pinned_block_stays),
		T(old_checkpoints_go_with_their_blocks),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_notes", tests, NULL, NULL);
}
