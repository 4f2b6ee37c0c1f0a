/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks over the log, what retention takes from it, and what stands beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/live.h"
#include "tests/lib/ledger_world.h"
#include "tests/lib/random_entry.h"

/* ---- walks ---- */

struct walk_row {
	const char *name;
	struct ledger_range range;
	uint64_t n;    /* visited */
	uint64_t rare; /* of them, by the rare customer */
	uint64_t seq;  /* where it ended */
};

/* 2,000 entries, the rare customer's are 0 and 1,500 (blocks 0 and 5), the last
 * block begins at 1,792; with the blocks 1 to 3 removed. */
static const struct index_query rare_query = {
	.customer = "rare", .rule_id = UINT64_MAX, .state = UINT8_MAX
};
static const struct index_query nobody_query = {
	.customer = "nobody", .rule_id = UINT64_MAX, .state = UINT8_MAX
};
static const struct walk_row walk_rows[] = {
	{ "walk_passes_over_removed_blocks", { .from = 0, .to = UINT64_MAX },
	    2000 - 768, 2, 2000 },
	{ "walk_backward_passes_over_removed_blocks",
	    { .from = 0, .to = UINT64_MAX, .backward = true }, 2000 - 768, 2,
	    0 },
	{ "walk_begins_in_a_removed_block", { .from = 300, .to = 1100 }, 76, 0,
	    1100 },
	{ "walk_ends_in_a_removed_block",
	    { .from = 200, .to = 300, .backward = true }, 56, 0, 200 },
	{ "search_passes_over_other_blocks",
	    { .from = 0, .to = UINT64_MAX, .query = &rare_query },
	    256 + 256 + 208, 2, 2000 },
	{ "search_backward_passes_over_other_blocks",
	    { .from = 0,
		.to = UINT64_MAX,
		.query = &rare_query,
		.backward = true },
	    256 + 256 + 208, 2, 0 },
	{ "search_keeps_to_its_part",
	    { .from = 1400, .to = 1600, .query = &rare_query }, 136, 1, 1600 },
	{ "search_for_nobody_sees_the_last_block_alone",
	    { .from = 0, .to = UINT64_MAX, .query = &nobody_query }, 208, 0,
	    2000 },
	{ "walk_looks_at_no_more_blocks_than_told",
	    { .from = 100, .to = UINT64_MAX, .blocks = 2 }, 156, 0, 512 },
	{ "search_looks_at_no_more_blocks_than_told",
	    { .from = 1024,
		.to = UINT64_MAX,
		.query = &nobody_query,
		.blocks = 2 },
	    0, 0, 1536 },
	{ "search_backward_looks_at_no_more_blocks_than_told",
	    { .from = 0,
		.to = UINT64_MAX,
		.query = &nobody_query,
		.backward = true,
		.blocks = 2 },
	    208, 0, 1536 },
};
#define WALK_ROWS (sizeof(walk_rows) / sizeof(walk_rows[0]))

/* Each row of the table. */
static void
walks_see_what_they_should(void **state)
{
	struct world *world = *state;

	world_append(world, 200, 1500, LIVE_PUT); /* block 0 stays */
	world_append(world, 1800, 1500, LIVE_NONE);
	assert_int_equal(world_prune(world, 4, 9), 3);
	for (size_t i = 0; i < WALK_ROWS; i++) {
		const struct walk_row *row = &walk_rows[i];
		struct world_count count = { 0 };
		uint64_t seq;

		print_message("%s\n", row->name);
		assert_int_equal(ledger_walk(world->log, &row->range,
				     world_count_entry, &count, &seq),
		    0);
		assert_int_equal(count.n, row->n);
		assert_int_equal(count.rare, row->rare);
		assert_int_equal(seq, row->seq);
	}
}

/* A record that is missing where nothing was removed is damage, in a log that
 * was pruned elsewhere, too. */
static void
hole_is_not_taken_for_retention(void **state)
{
	const struct ledger_range all = { .from = 0, .to = UINT64_MAX };
	struct world *world = *state;
	struct world_count count = { 0 };
	struct db_txn txn;
	struct db *db;
	uint64_t seq;

	world_append(world, 2000, 0, LIVE_NONE);
	assert_int_equal(world_prune(world, 3, 9), 2);
	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_delete(&txn, DB_LOG, 777);
	assert_int_equal(db_commit(&txn), 0);
	assert_int_equal(ledger_open(db, &world->log), DB_CORRUPT);
	/* As one who hides it from the count would leave it. */
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_put(&txn, DB_LOG, 300,
	    &(struct db_value){ (const uint8_t *)"x", 1, NULL, 0 });
	assert_int_equal(db_commit(&txn), 0);
	assert_int_equal(ledger_open(db, &world->log), 0);

	assert_int_equal(
	    ledger_get(world->log, 777, &world->entry), DB_CORRUPT);
	assert_int_equal(ledger_get(world->log, 600, &world->entry), DB_PRUNED);
	assert_int_equal(
	    ledger_walk(world->log, &all, world_count_entry, &count, &seq),
	    DB_CORRUPT);
	ledger_close(world->log);
	db_close(db);
}

/* ---- retention ---- */

/* Whatever the clock says now. */
static int
old_at_any_time(struct ledger *ledger, uint64_t from_ns, uint64_t octets,
    const struct ledger_pins *pins, struct ledger_old *out)
{
	const struct ledger_bounds bounds = { UINT64_MAX, from_ns, octets };

	return ledger_old(ledger, &bounds, pins, out);
}

/* Old blocks are told by age, past those that live rules keep. */
static void
age_tells_what_may_go(void **state)
{
	struct world *world = *state;
	uint64_t base = UINT64_C(1700000000000000000);
	struct ledger_old old;

	world_append(world, 300, 0, LIVE_PUT); /* 0 and 1 stay */
	world_append(world, 3000, 0, LIVE_NONE);
	assert_int_equal(old_at_any_time(world->log, 0, 0, NULL, &old), 0);
	assert_int_equal(old.before, 0);
	assert_int_equal(old.blocks, 0);
	/* usual_entry() has one every microsecond. */
	assert_int_equal(old_at_any_time(world->log,
			     base + 5 * LEDGER_BLOCK * 1000, 0, NULL, &old),
	    0);
	assert_int_equal(old.first, 2);
	assert_int_equal(old.before, 5);
	assert_int_equal(old.blocks, 3);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.before, 3300 / LEDGER_BLOCK);
	assert_int_equal(old.blocks, 3300 / LEDGER_BLOCK - 2);
	assert_int_equal(world_prune(world, old.before, 1000), old.blocks);
	assert_int_equal(world_prune(world, old.before, 1000), 0);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.blocks, 0);
}

/* Blocks go until the tables are as small as was asked for. */
static void
size_tells_what_may_go(void **state)
{
	struct world *world = *state;
	uint64_t limit = 1 << 20;
	struct ledger_old old, again;
	struct ledger_pruned pruned;

	world_append(world, 300, 0, LIVE_PUT);
	world_append(world, 9700, 0, LIVE_NONE);
	assert_int_equal(old_at_any_time(world->log, 0, limit, NULL, &old), 0);
	assert_true(old.before > 10 && old.before < 38);
	assert_int_equal(world_prune(world, old.before, 1000), old.before - 2);
	assert_int_equal(
	    old_at_any_time(world->log, 0, limit, NULL, &again), 0);
	assert_true(again.blocks <= 1);
	assert_int_equal(ledger_pruned(world->log, &pruned), 0);
	assert_int_equal(pruned.blocks, old.before - 2);
	assert_int_equal(pruned.first, 0);
}

/* The block of the last checkpoint stays: the next one is proven from it. */
static void
last_checkpoint_keeps_its_block(void **state)
{
	struct world *world = *state;
	struct ledger_old old;

	world_append(world, 3000, 0, LIVE_NONE);
	assert_int_equal(store_begin(world->store), 0);
	store_note_put(world->store, 1000, "note", 4);
	assert_int_equal(store_commit(world->store, NULL), 0);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.before, 3);
	assert_int_equal(world_prune(world, 11, 1000), 2);
}

static void
key_append(struct world *world)
{
	assert_int_equal(store_begin(world->store), 0);
	usual_entry(world->model.size, &world->entry);
	world->entry.kind = ENTRY_KEY;
	world_append_one(world, LIVE_NONE, world->model.size);
	assert_int_equal(store_commit(world->store, NULL), 0);
}

/* What leads from one key to the next stays, and what names the log. */
static void
entries_of_keys_and_the_first_stay(void **state)
{
	struct world *world = *state;
	struct ledger_old old;

	world_append(world, 700, 0, LIVE_NONE);
	key_append(world); /* in block 2 */
	world_append(world, 800, 0, LIVE_NONE);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.first, 1);
	assert_int_equal(old.before, 5);
	assert_int_equal(old.blocks, 3);
	assert_int_equal(world_prune(world, UINT64_MAX, 1000), 3);
	assert_int_equal(ledger_get(world->log, 0, &world->entry), 0);
	assert_int_equal(ledger_get(world->log, 256, &world->entry), DB_PRUNED);
	assert_int_equal(ledger_get(world->log, 700, &world->entry), 0);
	assert_int_equal(world->entry.kind, ENTRY_KEY);
	assert_int_equal(ledger_get(world->log, 768, &world->entry), DB_PRUNED);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.blocks, 0);
}

/* Nobody knows what a block holds whose index is damaged: it stays. */
static void
block_with_a_damaged_index_stays(void **state)
{
	const struct db_value value = { (const uint8_t *)"x", 1, NULL, 0 };
	struct world *world = *state;
	struct ledger_old old;
	struct db_txn txn;
	struct db *db;

	world_append(world, 1500, 0, LIVE_NONE);
	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_put(&txn, DB_INDEX, 3, &value);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
	world_open(world);
	assert_int_equal(
	    old_at_any_time(world->log, UINT64_MAX, 0, NULL, &old), 0);
	assert_int_equal(old.before, 5);
	assert_int_equal(old.blocks, 3);
	assert_int_equal(world_prune(world, UINT64_MAX, 1000), 3);
	assert_int_equal(ledger_get(world->log, 800, &world->entry), 0);
}

/* ---- notes and meta ---- */

/* The last note up to a size is found, and one takes the place of another of
 * its size. */
static void
notes_are_found_by_size(void **state)
{
	struct world *world = *state;
	char note[NOTE_MAX];
	uint64_t size;
	size_t len;

	assert_int_equal(ledger_note(world->log, UINT64_MAX, &size, note, &len),
	    DB_NOT_FOUND);
	assert_int_equal(store_begin(world->store), 0);
	store_note_put(world->store, 10, "ten", 3);
	store_note_put(world->store, 20, "other", 5);
	store_note_put(world->store, 20, "twenty", 6);
	assert_int_equal(store_commit(world->store, NULL), 0);

	assert_int_equal(
	    ledger_note(world->log, 9, &size, note, &len), DB_NOT_FOUND);
	assert_int_equal(ledger_note(world->log, 19, &size, note, &len), 0);
	assert_int_equal(size, 10);
	assert_int_equal(len, 3);
	assert_int_equal(
	    ledger_note(world->log, UINT64_MAX, &size, note, &len), 0);
	assert_int_equal(size, 20);
	assert_int_equal(len, 6);
	assert_memory_equal(note, "twenty", 6);
}

/* What is remembered beside the log comes and goes with its batch. */
static void
meta_goes_with_its_batch(void **state)
{
	struct world *world = *state;
	uint8_t out[STORE_META_MAX];
	size_t len;

	assert_int_equal(store_begin(world->store), 0);
	store_meta_put(world->store, STORE_ORIGIN, "a/b", 3);
	store_abort(world->store);
	assert_int_equal(store_meta_get(world->store, STORE_ORIGIN, out, &len),
	    DB_NOT_FOUND);
	assert_int_equal(store_begin(world->store), 0);
	store_meta_put(world->store, STORE_ORIGIN, "a/b", 3);
	assert_int_equal(store_commit(world->store, NULL), 0);
	world_open(world);
	assert_int_equal(
	    store_meta_get(world->store, STORE_ORIGIN, out, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(out, "a/b", 3);
	assert_int_equal(store_begin(world->store), 0);
	store_meta_put(world->store, STORE_PRUNED, out, 16);
	assert_int_equal(store_commit(world->store, NULL), DB_MISUSE);
}

/* A row of the live rules that changed behind our back is told. */
static void
changed_live_rule_is_told(void **state)
{
	static const uint8_t octets[8] = { 0, 0, 0, 0, 0, 0, 0, 3 };
	const struct db_value value = { octets, 8, NULL, 0 };
	struct world *world = *state;
	struct db_txn txn;
	struct db *db;

	world_append(world, 10, 0, LIVE_PUT);
	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	assert_int_equal(live_check(&txn), 0);
	db_put(&txn, DB_LIVE, 4, &value);
	assert_int_equal(live_check(&txn), DB_CORRUPT);
	live_clear(&txn);
	assert_int_equal(live_check(&txn), 0);
	db_abort(&txn);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_delete(&txn, DB_LIVE, 9);
	assert_int_equal(live_check(&txn), DB_CORRUPT);
	db_abort(&txn);
	db_close(db);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(walks_see_what_they_should),
		T(hole_is_not_taken_for_retention),
		T(age_tells_what_may_go),
		T(size_tells_what_may_go),
		T(entries_of_keys_and_the_first_stay),
		T(block_with_a_damaged_index_stays),
		T(last_checkpoint_keeps_its_block),
		T(notes_are_found_by_size),
		T(meta_goes_with_its_batch),
		T(changed_live_rule_is_told),
	};

	return cmocka_run_group_tests_name("ledger_walk", tests, NULL, NULL);
}
