/* SPDX-License-Identifier: BSD-2-Clause */
/* What keeps rules out goes on doing so in the log that follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/store/contained.h"
#include "tests/lib/temp_folder.h"

#define PANIC      1u
#define FREEZE     2u
#define QUARANTINE 3u

struct world {
	char path[TEMP_PATH_MAX];
	struct store *store;
	unsigned acts;
	unsigned freezes;
	struct entry last;
	struct entry entry; /* scratch */
};

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	temp_folder_make(world->path);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	store_close(world->store);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}

static void
act(struct world *world, uint64_t verb, const char *customer)
{
	struct entry *e = &world->entry;

	memset(e, 0, sizeof(*e));
	e->kind = ENTRY_EMERGENCY;
	e->seq = e->rule_id = store_next(world->store);
	e->count = verb;
	e->wall_ns = 77;
	e->live_op = LIVE_PUT;
	(void)snprintf(e->customer, sizeof(e->customer), "%s", customer);
	(void)snprintf(e->operator_name, sizeof(e->operator_name), "alice");
	(void)snprintf(e->text, sizeof(e->text), "why");
	assert_int_equal(store_begin(world->store), 0);
	assert_int_equal(store_append_entry(world->store, e), 0);
	assert_int_equal(store_commit(world->store, NULL), 0);
}

static int
count(void *ctx, const struct entry *entry)
{
	struct world *world = ctx;

	assert_int_equal(entry->kind, ENTRY_EMERGENCY);
	world->acts++;
	world->freezes += entry->count == FREEZE;
	memcpy(&world->last, entry, offsetof(struct entry, rule));
	return 0;
}

static void
look(struct world *world)
{
	const struct store_live_ops ops = { count, NULL, world };

	world->acts = world->freezes = 0;
	assert_int_equal(store_live(world->store, 0, &ops), 0);
}

/* The log is taken away, and another begun in its place. */
static void
begin_anew(struct world *world)
{
	char file[TEMP_PATH_MAX + 16];

	store_close(world->store);
	(void)snprintf(file, sizeof(file), "%s/data.mdb", world->path);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(store_open(world->path, 0, &world->store), 0);
}

static void
file_set(struct world *world, const char *name, const char *text)
{
	char path[TEMP_PATH_MAX + 32];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", world->path, name);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_true(fseek(file, 12, SEEK_SET) == 0 && fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static bool
is_there(const struct world *world, const char *name)
{
	char path[TEMP_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", world->path, name);
	return access(path, F_OK) == 0;
}

/* Each act, by whom and since when. */
static void
acts_are_carried_over(void **state)
{
	struct world *world = *state;

	act(world, PANIC, "");
	act(world, QUARANTINE, "acme");
	assert_int_equal(contained_write(world->path, world->store), 0);
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 2);
	assert_string_equal(world->last.customer, "acme");
	assert_string_equal(world->last.operator_name, "alice");
	assert_int_equal(world->last.wall_ns, 77);
	assert_non_null(strstr(world->last.evidence, "carried over"));
	assert_false(is_there(world, "contained.carry"));
}

/* And from the log after that. */
static void
acts_are_carried_over_again(void **state)
{
	struct world *world = *state;

	acts_are_carried_over(state);
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 2);
}

/* A start that did not come to its end has recorded some: not twice. */
static void
what_is_in_force_is_not_recorded_twice(void **state)
{
	struct world *world = *state;

	act(world, PANIC, "");
	act(world, QUARANTINE, "acme");
	assert_int_equal(contained_write(world->path, world->store), 0);
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	act(world, QUARANTINE, "acme");
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 2);
}

/* Claimed twice: what was claimed first is not lost. */
static void
second_claim_keeps_the_first(void **state)
{
	struct world *world = *state;

	act(world, PANIC, "");
	assert_int_equal(contained_write(world->path, world->store), 0);
	assert_int_equal(contained_claim(world->path), 0);
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 1);
	assert_int_equal(world->freezes, 0);
}

/* Nothing was forbidden: nothing is. */
static void
nothing_is_carried_over(void **state)
{
	struct world *world = *state;

	assert_int_equal(contained_write(world->path, world->store), 0);
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 0);
}

/* Nobody knows what was forbidden: nothing new. */
static void
lost_file_freezes(void **state)
{
	struct world *world = *state;

	act(world, QUARANTINE, "acme");
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 1);
	assert_int_equal(world->freezes, 1);
	assert_non_null(strstr(world->last.text, "sluice thaw"));
}

static void
damaged_file_freezes(void **state)
{
	struct world *world = *state;

	act(world, QUARANTINE, "acme");
	assert_int_equal(contained_write(world->path, world->store), 0);
	file_set(world, "contained", "x");
	assert_int_equal(contained_claim(world->path), 0);
	begin_anew(world);
	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->freezes, 1);
}

/* A first start finds nothing, and makes nothing of it. */
static void
without_a_claim_nothing_happens(void **state)
{
	struct world *world = *state;

	assert_int_equal(contained_carry(world->path, world->store), 0);
	look(world);
	assert_int_equal(world->acts, 0);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(acts_are_carried_over),
		ROW(acts_are_carried_over_again),
		ROW(what_is_in_force_is_not_recorded_twice),
		ROW(second_claim_keeps_the_first),
		ROW(nothing_is_carried_over),
		ROW(lost_file_freezes),
		ROW(damaged_file_freezes),
		ROW(without_a_claim_nothing_happens),
	};

	return cmocka_run_group_tests_name("contained", tests, NULL, NULL);
}
