/* SPDX-License-Identifier: BSD-2-Clause */
/* A store and its model. */
#include "tests/lib/ledger_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/record.h"
#include "tests/lib/random_entry.h"

void
world_open(struct world *world)
{
	store_close(world->store);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	world->log = store_ledger(world->store);
}

int
world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	*state = world;
	world_open(world);
	return 0;
}

int
world_teardown(void **state)
{
	struct world *world = *state;

	store_close(world->store);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

/* ---- steps on both ---- */

void
world_append_one(struct world *world, enum live_op op, uint64_t rule_id)
{
	struct store_item item = { .rule_id = rule_id, .live_op = op };
	uint64_t seq = world->model.size;
	uint8_t record[RECORD_MAX];

	assert_true(seq < MODEL_MAX);
	world->entry.rule_id = rule_id;
	item.record = record;
	item.len = (size_t)record_encode(&world->entry, record);
	seal_leaf(record, item.len, item.leaf);
	assert_int_equal(store_append(world->store, &item), 0);
	memcpy(world->model.leaf[seq], item.leaf, SEAL_LEN);
	if (op == LIVE_PUT)
		world->model.live[rule_id] = seq + 1;
	else if (op == LIVE_DELETE)
		world->model.live[rule_id] = 0;
	world->model.size++;
}

void
world_append(struct world *world, uint64_t n, uint64_t rare, enum live_op op)
{
	assert_int_equal(store_begin(world->store), 0);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t seq = world->model.size;

		usual_entry(seq, &world->entry);
		if (rare != 0 && seq % rare == 0)
			(void)snprintf(world->entry.customer,
			    sizeof(world->entry.customer), "rare");
		world_append_one(world, op, seq);
	}
	assert_int_equal(store_commit(world->store, NULL), 0);
}

uint32_t
world_prune(struct world *world, uint64_t before, uint32_t max)
{
	uint32_t removed;

	assert_int_equal(store_begin(world->store), 0);
	assert_int_equal(
	    store_prune(world->store, before, max, NULL, &removed), 0);
	assert_int_equal(store_commit(world->store, NULL), 0);
	return removed;
}

int
world_count_entry(void *ctx, const struct entry *entry)
{
	struct world_count *count = ctx;

	if (count->model != NULL)
		assert_false(count->model->gone[entry->seq / LEDGER_BLOCK]);
	count->n++;
	count->rare += strcmp(entry->customer, "rare") == 0;
	count->last = entry->seq;
	return 0;
}
