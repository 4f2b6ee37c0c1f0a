/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer by itself: what is given back on a full disk leaves no trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/store/writer.h"
#include "store/store.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define MAP ((size_t)1 << 19) /* the disk */

struct world {
	struct loop *loop;
	struct store *store;
	struct writer *writer;
	uint64_t durable;
	bool full;
	char path[TEMP_PATH_MAX];
};

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct world *world = ctx;

	world->durable = head->size;
	loop_stop(world->loop);
}

static void
on_full(void *ctx, bool full)
{
	struct world *world = ctx;

	world->full = full;
	loop_stop(world->loop);
}

static int
setup(void **state)
{
	static struct world world;
	const struct writer_ops ops = { on_durable, on_full, &world };

	memset(&world, 0, sizeof(world));
	temp_folder_make(world.path);
	world.loop = loop_new();
	assert_non_null(world.loop);
	assert_int_equal(store_open(world.path, MAP, &world.store), 0);
	world.writer = writer_new(world.loop, world.store, world.path, &ops);
	assert_non_null(world.writer);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	writer_free(world->writer);
	store_close(world->store);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	return 0;
}

/* Take n entries that differ, by odd, from others of the same
 * number. */
static void
add(struct world *world, unsigned n, unsigned odd)
{
	static struct entry entry;

	for (unsigned i = 0; i < n; i++) {
		usual_entry(writer_next(world->writer), &entry);
		entry.rule_id += odd;
		entry.live_op = LIVE_PUT;
		assert_int_equal(writer_add(world->writer, &entry), 0);
	}
}

static void
until_durable(struct world *world, uint64_t size)
{
	writer_kick(world->writer);
	while (world->durable != size)
		loop_run(world->loop);
}

/* The log is one that fits its hashes, block ends included. */
static void
whole(struct world *world, uint64_t size)
{
	uint64_t seq = 0;

	assert_int_equal(ledger_verify(store_ledger(world->store), &seq), 0);
	assert_int_equal(seq, size);
}

/* The batch on its way to a full disk and the one that is being filled are both
 * dropped; what comes in their place has their numbers, and other hashes. */
static void
entries_given_back_leave_the_tree_as_it_was(void **state)
{
	struct world *world = *state;

	add(world, 100, 0);
	until_durable(world, 100);
	add(world, 5000, 1);
	writer_kick(world->writer);
	add(world, 50, 2);
	while (!world->full)
		loop_run(world->loop);
	world->durable = 0;
	writer_discard(world->writer);
	while (!writer_idle(world->writer))
		loop_run(world->loop);
	assert_int_equal(writer_next(world->writer), 100);

	add(world, 500, 3);
	until_durable(world, 600);
	whole(world, 600);
}

/* Batches of any size, one being filled while another is written. */
static void
batches_hang_together(void **state)
{
	struct world *world = *state;
	uint64_t all = 0;

	for (unsigned n = 1; all < 900; n = n * 5 % 97) {
		add(world, n, 0);
		writer_kick(world->writer);
		all += n;
	}
	until_durable(world, all);
	whole(world, all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    entries_given_back_leave_the_tree_as_it_was, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    batches_hang_together, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
