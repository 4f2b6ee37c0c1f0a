/* SPDX-License-Identifier: BSD-2-Clause */
/* The log's nodes, indexes and proofs, beside a plain model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "store/live.h"
#include "store/record.h"
#include "tests/lib/ledger_world.h"
#include "tests/lib/random_entry.h"

/* ---- what must hold ---- */

static void
root_of(const struct model *model, uint64_t size, uint8_t out[SEAL_LEN])
{
	struct seal_tree tree;

	seal_tree_init(&tree);
	for (uint64_t i = 0; i < size; i++)
		seal_tree_add(&tree, model->leaf[i]);
	seal_tree_root(&tree, out);
}

/* Are all leaves of this block there? */
static bool
block_there(const struct model *model, uint64_t block)
{
	return !model->gone[block];
}

static void
check_inclusion(struct world *world, uint64_t seq, uint64_t size)
{
	const struct model *model = &world->model;
	uint64_t end = (size - 1) / LEDGER_BLOCK;
	uint8_t root[SEAL_LEN], told[SEAL_LEN];
	struct proof proof;
	int err = ledger_inclusion(world->log, seq, size, &proof);

	/* What is needed of removed blocks is their hash, but for that of the
	 * entry, and of the last one when the tree ends inside it. */
	if (!block_there(model, seq / LEDGER_BLOCK) ||
	    (size % LEDGER_BLOCK != 0 && !block_there(model, end))) {
		assert_true(err == DB_PRUNED || (err == 0 && proof.n == 0));
		return;
	}
	assert_int_equal(err, 0);
	root_of(model, size, root);
	assert_int_equal(ledger_root(world->log, size, told), 0);
	assert_memory_equal(root, told, SEAL_LEN);
	assert_true(
	    proof_check_inclusion(&proof, seq, size, model->leaf[seq], root));
}

static void
check_consistency(struct world *world, uint64_t old_size, uint64_t size)
{
	uint8_t root[SEAL_LEN], old_root[SEAL_LEN];
	struct proof proof;
	int err = ledger_consistency(world->log, old_size, size, &proof);

	if (err == DB_PRUNED) {
		assert_true(
		    !block_there(&world->model, old_size / LEDGER_BLOCK) ||
		    !block_there(&world->model, size / LEDGER_BLOCK));
		return;
	}
	assert_int_equal(err, 0);
	root_of(&world->model, old_size, old_root);
	root_of(&world->model, size, root);
	assert_true(
	    proof_check_consistency(&proof, old_size, old_root, size, root));
}

static void
check_random_proofs(struct world *world, struct random_state *random)
{
	uint64_t all = world->model.size;

	if (all == 0)
		return;
	for (unsigned i = 0; i < 3; i++) {
		uint64_t size = 1 + random_below(random, all);

		check_inclusion(world, random_below(random, size), size);
		check_consistency(world, random_below(random, size + 1), size);
		check_consistency(world, size, all);
		check_inclusion(world, random_below(random, all), all);
	}
}

static void
check_reading(struct world *world, struct random_state *random)
{
	static uint8_t record[RECORD_LEN_LIMIT];
	const struct model *model = &world->model;
	uint8_t leaf[SEAL_LEN], hash[SEAL_LEN];
	size_t len;
	bool pruned;

	for (unsigned i = 0; i < 20 && model->size > 0; i++) {
		uint64_t seq = random_below(random, model->size);
		bool gone = model->gone[seq / LEDGER_BLOCK];

		assert_int_equal(ledger_get(world->log, seq, &world->entry),
		    gone ? DB_PRUNED : 0);
		assert_int_equal(
		    ledger_raw(world->log, seq, record, &len, leaf),
		    gone ? DB_PRUNED : 0);
		if (!gone)
			assert_memory_equal(leaf, model->leaf[seq], SEAL_LEN);
		if (seq / LEDGER_BLOCK < model->size / LEDGER_BLOCK) {
			assert_int_equal(ledger_block(world->log,
					     seq / LEDGER_BLOCK, hash, &pruned),
			    0);
			assert_int_equal(pruned, gone);
		}
	}
	assert_int_equal(
	    ledger_get(world->log, model->size, &world->entry), DB_NOT_FOUND);
}

/* Everything that the model knows. */
static void
check_all(struct world *world, struct random_state *random)
{
	const struct model *model = &world->model;
	const struct ledger_range range = { .from = 0, .to = UINT64_MAX };
	struct world_count count = { .model = model };
	uint64_t left = 0, live = 0, rows, seq;
	struct ledger_head head;
	uint8_t root[SEAL_LEN];

	for (uint64_t i = 0; i < model->size; i++) {
		left += !model->gone[i / LEDGER_BLOCK];
		live += model->live[i] != 0;
	}
	root_of(model, model->size, root);
	assert_int_equal(ledger_head_read(world->log, &head), 0);
	assert_int_equal(head.size, model->size);
	assert_memory_equal(head.root, root, SEAL_LEN);
	assert_int_equal(ledger_verify(world->log, &seq), 0);
	assert_int_equal(seq, model->size);
	assert_int_equal(
	    ledger_walk(world->log, &range, world_count_entry, &count, &seq),
	    0);
	assert_int_equal(count.n, left);
	assert_int_equal(seq, model->size);
	assert_int_equal(store_live_count(world->store, &rows), 0);
	assert_int_equal(rows, live);
	check_reading(world, random);
	check_random_proofs(world, random);
}

/* ---- what stands in the tables ---- */

struct rows {
	struct db_txn *txn;
	unsigned n;
};

/* An index is the one that its records make. */
static int
check_index(void *ctx, uint64_t block, const uint8_t *data, size_t len)
{
	struct rows *rows = ctx;
	struct index_block index;
	uint8_t packed[INDEX_PACKED];

	index_init(&index);
	for (unsigned i = 0; i < LEDGER_BLOCK; i++) {
		const uint8_t *record;
		size_t record_len;

		assert_int_equal(
		    db_get(rows->txn, DB_LOG, block * LEDGER_BLOCK + i, &record,
			&record_len),
		    0);
		index_add(&index, record, record_len - SEAL_LEN);
	}
	assert_int_equal(index_pack(&index, packed), len);
	assert_memory_equal(packed, data, len);
	rows->n++;
	return 0;
}

static void
check_tables(struct world *world)
{
	struct db_txn txn;
	struct rows rows = { &txn, 0 };
	unsigned left = 0;
	struct db *db;

	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, false), 0);
	assert_int_equal(db_walk(&txn, DB_INDEX, 0, check_index, &rows), 0);
	for (uint64_t i = 0; i < world->model.size / LEDGER_BLOCK; i++)
		left += !world->model.gone[i];
	assert_int_equal(rows.n, left);
	assert_int_equal(live_check(&txn), 0);
	db_abort(&txn);
	db_close(db);
	world_open(world);
}

/* ---- the model ---- */

static void
step_append(struct world *world, struct random_state *random, bool drop)
{
	uint64_t n = 1 + random_below(random, 700), was = world->model.size;
	static uint64_t live[MODEL_MAX];

	memcpy(live, world->model.live, sizeof(live));
	assert_int_equal(store_begin(world->store), 0);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t seq = world->model.size, id = seq;
		unsigned what = (unsigned)random_below(random, 100);

		if (random_below(random, 8) == 0)
			random_entry(random, &world->entry);
		else
			usual_entry(seq, &world->entry);
		/* Blocks with one stay: that has a test of its own. */
		if (world->entry.kind == ENTRY_KEY)
			world->entry.kind = ENTRY_SUMMARY;
		world->entry.seq = seq;
		if (what < 60)
			id = random_below(random, seq + 1);
		world_append_one(world,
		    what < 2    ? LIVE_PUT
		    : what < 60 ? LIVE_DELETE
		    : what < 62 ? LIVE_PUT
				: LIVE_NONE,
		    id);
	}
	if (!drop) {
		assert_int_equal(store_commit(world->store, NULL), 0);
		return;
	}
	store_abort(world->store);
	memcpy(world->model.live, live, sizeof(live));
	world->model.size = was;
}

static void
step_prune(struct world *world, struct random_state *random)
{
	struct model *model = &world->model;
	uint64_t last = model->size == 0 ? 0 : (model->size - 1) / LEDGER_BLOCK;
	uint64_t before = random_below(random, last + 2);
	uint32_t max = (uint32_t)random_below(random, 5), removed = 0;

	static bool needed[BLOCKS_MAX];

	memset(needed, 0, sizeof(needed));
	needed[0] = true;
	for (uint64_t i = 0; i < model->size; i++)
		if (model->live[i] != 0)
			needed[(model->live[i] - 1) / LEDGER_BLOCK] = true;
	for (uint64_t b = 0; b < before && b < last && removed < max; b++) {
		if (needed[b] || model->gone[b])
			continue;
		model->gone[b] = true;
		removed++;
	}
	assert_int_equal(world_prune(world, before, max), removed);
}

/* Batches written and dropped, blocks removed, closing and opening, in any
 * order: the log is what the model says, and proves it. */
static void
log_is_as_the_model(void **state)
{
	struct random_state random = { (uint64_t)time(NULL) };
	struct world *world = *state;

	print_message("seed %llu\n", (unsigned long long)random.word);
	for (unsigned i = 0; i < 60; i++) {
		unsigned what = (unsigned)random_below(&random, 10);

		if (what < 5)
			step_append(world, &random, false);
		else if (what < 7)
			step_append(world, &random, true);
		else if (what < 9)
			step_prune(world, &random);
		else
			world_open(world);
		if (i % 6 == 5)
			check_all(world, &random);
		if (i % 20 == 19)
			check_tables(world);
	}
}

/* Past 65,536 entries there is a second level; a store that is opened anew has
 * all of it. */
static void
second_level_is_made(void **state)
{
	struct random_state random = { 11 };
	struct world *world = *state;
	uint8_t root[SEAL_LEN], made[SEAL_LEN];

	while (world->model.size < 66000)
		world_append(world, 3000, 0, LIVE_NONE);
	world_open(world);
	check_random_proofs(world, &random);
	root_of(&world->model, 65536, root);
	assert_int_equal(ledger_root(world->log, 65536, made), 0);
	assert_memory_equal(made, root, SEAL_LEN);
}

static void
rows_drop(struct world *world, enum db_table table, uint64_t from)
{
	struct db_txn txn;
	const uint8_t *data;
	struct db *db;
	uint64_t key;
	size_t len;

	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	while (db_find_first(&txn, table, from, &key, &data, &len) == 0)
		db_delete(&txn, table, key);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);
}

/* A store written without nodes, indexes and digest gets them when opened. */
static void
older_store_is_completed(void **state)
{
	struct random_state random = { 12 };
	struct world *world = *state;

	world_append(world, 5000, 0, LIVE_PUT);
	rows_drop(world, DB_NODE, 0);
	rows_drop(world, DB_INDEX, 0);
	rows_drop(world, DB_TREE, 1);
	world_open(world);
	check_all(world, &random);
	check_tables(world);
	rows_drop(world, DB_INDEX, 7);
	world_open(world);
	world_append(world, 300, 0, LIVE_PUT);
	check_tables(world);
}

/* Who only reads such a store gets the same proofs, slowly. */
static void
older_store_is_proven_without_nodes(void **state)
{
	struct random_state random = { 13 };
	struct world *world = *state;

	world_append(world, 3000, 0, LIVE_NONE);
	rows_drop(world, DB_NODE, 0);
	assert_int_equal(ledger_open_readonly(world->path, &world->log), 0);
	check_random_proofs(world, &random);
	ledger_close(world->log);
}

/* A node that does not agree with the tree's edge is found at once. */
static void
changed_node_does_not_open(void **state)
{
	static const uint8_t octets[SEAL_LEN] = { 1 };
	const struct db_value value = { octets, SEAL_LEN, NULL, 0 };
	struct world *world = *state;
	struct db_txn txn;
	struct db *db;

	world_append(world, 3000, 0, LIVE_NONE);
	store_close(world->store);
	world->store = NULL;
	assert_int_equal(db_open(world->path, 0, &db), 0);
	assert_int_equal(db_begin(db, &txn, true), 0);
	db_put(&txn, DB_NODE, UINT64_C(1) << 56 | 5, &value);
	assert_int_equal(db_commit(&txn), 0);
	db_close(db);

	assert_int_equal(store_open(world->path, 0, &world->store), DB_CORRUPT);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(log_is_as_the_model),
		T(second_level_is_made),
		T(older_store_is_completed),
		T(older_store_is_proven_without_nodes),
		T(changed_node_does_not_open),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
