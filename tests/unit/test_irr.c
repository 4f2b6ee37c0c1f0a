/* SPDX-License-Identifier: BSD-2-Clause */
/* IRR files: what is read when, adopted, held, confirmed and carried over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/irr.h"

#define CUSTOMERS 2

/* ---- the rule ---- */

static struct irr_list *
list_of(enum irr_status status, uint32_t n, uint8_t hash, uint64_t written_ns)
{
	struct msg_cfg_irr head = { .status = status,
		.n = n,
		.written_ns = written_ns,
		.hash = { hash } };
	struct irr_list *list = irr_list_new(&head);
	const struct prefix prefix = { .afi = AFI_IPV4, .len = 0 };

	assert_non_null(list);
	for (uint32_t i = 0; i < n; i++)
		assert_null(irr_list_add(list, &prefix));
	return list;
}

struct side {
	enum irr_status status;
	uint32_t n;
	uint8_t hash;
	uint64_t written_ns;
};

static const struct rule_row {
	const char *name;
	struct side have;
	struct side found;
	enum irr_change expected;
} rule_rows[] = {
	{ "same_file_changes_nothing", { IRR_USABLE, 10, 1, 5 },
	    { IRR_USABLE, 10, 1, 5 }, IRR_SAME },
	{ "same_octets_of_new_age_are_taken", { IRR_USABLE, 10, 1, 5 },
	    { IRR_USABLE, 10, 1, 6 }, IRR_TAKE },
	{ "larger_is_taken", { IRR_USABLE, 10, 1, 5 },
	    { IRR_USABLE, 100, 2, 6 }, IRR_TAKE },
	{ "exactly_four_fifths_are_taken", { IRR_USABLE, 10, 1, 5 },
	    { IRR_USABLE, 8, 2, 6 }, IRR_TAKE },
	{ "less_than_four_fifths_are_held", { IRR_USABLE, 10, 1, 5 },
	    { IRR_USABLE, 7, 2, 6 }, IRR_HOLD },
	{ "one_of_two_is_held", { IRR_USABLE, 2, 1, 5 },
	    { IRR_USABLE, 1, 2, 6 }, IRR_HOLD },
	{ "empty_is_kept_out", { IRR_USABLE, 1, 1, 5 }, { IRR_EMPTY, 0, 2, 6 },
	    IRR_KEEP },
	{ "missing_is_kept_out", { IRR_USABLE, 1, 1, 5 },
	    { IRR_MISSING, 0, 0, 0 }, IRR_KEEP },
	{ "broken_is_kept_out", { IRR_USABLE, 1, 1, 5 },
	    { IRR_BROKEN, 0, 2, 6 }, IRR_KEEP },
	{ "first_list_is_taken", { IRR_MISSING, 0, 0, 0 },
	    { IRR_USABLE, 1, 2, 6 }, IRR_TAKE },
	{ "other_defect_is_taken", { IRR_MISSING, 0, 0, 0 },
	    { IRR_EMPTY, 0, 2, 6 }, IRR_TAKE },
	{ "same_defect_changes_nothing", { IRR_MISSING, 0, 0, 0 },
	    { IRR_MISSING, 0, 0, 0 }, IRR_SAME },
};

static struct irr_list *
side_list(const struct side *side)
{
	return list_of(side->status, side->n, side->hash, side->written_ns);
}

static void
check_rule_row(void **state)
{
	const struct rule_row *row = *state;
	struct irr_list *have = side_list(&row->have);
	struct irr_list *found = side_list(&row->found);

	assert_int_equal(irr_list_compare(have, found), row->expected);
	irr_list_free(have);
	irr_list_free(found);
}

/* ---- the watcher ---- */

struct world {
	struct irr *irr;
	struct cfg_set set;
	_Alignas(8) struct msg_cfg_customer customers[CUSTOMERS];
	size_t at[CUSTOMERS];
	struct cfg_customer_parts parts[CUSTOMERS];
	struct irr_stat files[CUSTOMERS]; /* by the last digit of the path */
	unsigned reads;
	unsigned forgets;
	unsigned changes;
	int reading; /* file, -1: none */
	bool busy;
	bool no_reader;
};

static int
path_file(const char *path)
{
	return path[strlen(path) - 1] - '0';
}

static void
world_look(void *ctx, const char *path, struct irr_stat *out)
{
	struct world *world = ctx;

	*out = world->files[path_file(path)];
}

static int
world_read(void *ctx, const char *path)
{
	struct world *world = ctx;

	if (world->no_reader)
		return -1;
	assert_int_equal(world->reading, -1); /* one at a time */
	world->reading = path_file(path);
	world->reads++;
	return 0;
}

static void
world_forget(void *ctx)
{
	struct world *world = ctx;

	world->reading = -1;
	world->forgets++;
}

static bool
world_may_change(void *ctx)
{
	return !((struct world *)ctx)->busy;
}

static void
world_changed(void *ctx)
{
	((struct world *)ctx)->changes++;
}

static const struct irr_ops ops = {
	.look = world_look,
	.read = world_read,
	.forget = world_forget,
	.may_change = world_may_change,
	.changed = world_changed,
};

/* Both customers have a list of 10 prefixes, read at boot. */
static void
set_fill(struct world *world)
{
	for (uint32_t i = 0; i < CUSTOMERS; i++) {
		struct msg_cfg_customer *customer = &world->customers[i];
		struct irr_list *list = list_of(IRR_USABLE, 10, 1, 100);

		customer->customer = i + 1;
		(void)snprintf(
		    customer->name, sizeof(customer->name), "c%u", i);
		(void)snprintf(
		    list->head.path, sizeof(list->head.path), "/irr/%u", i);
		list->head.max_age_ms = 1000;
		world->at[i] = i * sizeof(*customer);
		world->parts[i].irr = list;
	}
	world->set.octets = (uint8_t *)world->customers;
	world->set.customers =
	    (struct cfg_places){ .at = world->at, .n = CUSTOMERS };
	world->set.parts = world->parts;
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	log_open("test", LOG_ERROR);
	*state = world;
	world->reading = -1;
	for (uint32_t i = 0; i < CUSTOMERS; i++)
		world->files[i] = (struct irr_stat){
			.exists = true, .size = 9, .written_ns = 100
		};
	set_fill(world);
	world->irr = irr_new(&ops, world);
	irr_watch(world->irr, &world->set);
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	irr_free(world->irr);
	for (uint32_t i = 0; i < CUSTOMERS; i++)
		irr_list_free(world->parts[i].irr);
	free(world);
	return 0;
}

/* The file is written; and it has been still for long enough to be read. */
static void
file_change(struct world *world, int file)
{
	world->files[file].written_ns++;
	world->files[file].size++;
}

static void
looks(struct world *world, unsigned n)
{
	while (n-- > 0)
		irr_look(world->irr);
}

/* The reader comes back with a list of n prefixes. */
static void
answer(struct world *world, enum irr_status status, uint32_t n, uint8_t hash)
{
	int file = world->reading;

	assert_int_not_equal(file, -1);
	world->reading = -1;
	irr_loaded(world->irr,
	    list_of(status, n, hash, world->files[file].written_ns));
}

/* What was read with the configuration is not read again. */
static void
unchanged_file_is_not_read(void **state)
{
	struct world *world = *state;

	looks(world, 5);
	assert_int_equal(world->reads, 0);
}

/* One that changes at every look is still being written. */
static void
file_being_written_is_not_read(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	for (int i = 0; i < 5; i++) {
		file_change(world, 0);
		looks(world, 1);
	}
	assert_int_equal(world->reads, 0);
	looks(world, 1);
	assert_int_equal(world->reads, 1);
}

/* One that changed while it was read is read again, and not adopted. */
static void
file_written_meanwhile_is_read_again(void **state)
{
	struct world *world = *state;
	struct irr_list *before = world->parts[0].irr;

	looks(world, 1);
	file_change(world, 0);
	looks(world, 2);
	file_change(world, 0);
	answer(world, IRR_USABLE, 20, 2);
	assert_ptr_equal(world->parts[0].irr, before);
	looks(world, 1);
	assert_int_equal(world->reads, 2);
	answer(world, IRR_USABLE, 30, 3);
	assert_int_equal(world->parts[0].irr->n, 30);
}

/* A good list goes into force; what the configuration says of it stays. */
static void
good_list_is_adopted(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	file_change(world, 0);
	looks(world, 2);
	answer(world, IRR_USABLE, 9, 2);
	assert_int_equal(world->parts[0].irr->n, 9);
	assert_true(world->parts[0].irr->dirty);
	assert_string_equal(world->parts[0].irr->head.path, "/irr/0");
	assert_int_equal(world->parts[0].irr->head.max_age_ms, 1000);
	assert_int_equal(world->changes, 1);
	assert_false(world->parts[1].irr->dirty);
	looks(world, 5);
	assert_int_equal(world->reads, 1);
}

/* Two files are read one after the other. */
static void
files_are_read_one_at_a_time(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	file_change(world, 0);
	file_change(world, 1);
	looks(world, 3);
	assert_int_equal(world->reads, 1);
	answer(world, IRR_USABLE, 11, 2);
	assert_int_equal(world->reads, 2);
	answer(world, IRR_USABLE, 12, 2);
	assert_int_equal(world->parts[0].irr->n, 11);
	assert_int_equal(world->parts[1].irr->n, 12);
}

/* Customer 0's file shrinks to n prefixes (0: is emptied). */
static void
file_shrink(struct world *world, uint32_t n)
{
	looks(world, 1);
	file_change(world, 0);
	looks(world, 2);
	answer(world, n > 0 ? IRR_USABLE : IRR_EMPTY, n, 9);
}

/* A much smaller one waits until a person confirms it. */
static void
smaller_list_waits_for_a_person(void **state)
{
	struct world *world = *state;

	file_shrink(world, 5);
	assert_int_equal(world->parts[0].irr->n, 10);
	assert_false(world->parts[0].irr->dirty);
	assert_int_equal(world->parts[0].irr->found->n, 5);
	assert_int_equal(world->parts[0].irr->told, IRR_TOLD_STALE);
	irr_confirm(world->irr, 2, "anna");
	assert_int_equal(world->parts[0].irr->n, 10);
	irr_confirm(world->irr, 1, "anna");
	assert_int_equal(world->parts[0].irr->n, 5);
	assert_true(world->parts[0].irr->dirty);
	assert_null(world->parts[0].irr->found);
}

/* All that wait are confirmed at once when asked so. */
static void
all_lists_are_confirmed(void **state)
{
	struct world *world = *state;

	file_shrink(world, 5);
	irr_confirm(world->irr, UINT32_MAX, "anna");
	assert_int_equal(world->parts[0].irr->n, 5);
}

/* An empty file cannot be confirmed, only replaced. */
static void
empty_list_cannot_be_confirmed(void **state)
{
	struct world *world = *state;

	file_shrink(world, 0);
	irr_confirm(world->irr, UINT32_MAX, "anna");
	assert_int_equal(world->parts[0].irr->n, 10);
	assert_non_null(world->parts[0].irr->found);
	file_change(world, 0);
	looks(world, 2);
	answer(world, IRR_USABLE, 10, 4);
	assert_null(world->parts[0].irr->found);
	assert_true(world->parts[0].irr->dirty);
}

/* What waits is replaced by what the file holds later. */
static void
later_file_replaces_what_waits(void **state)
{
	struct world *world = *state;

	file_shrink(world, 5);
	file_change(world, 0);
	looks(world, 2);
	answer(world, IRR_USABLE, 3, 4);
	assert_int_equal(world->parts[0].irr->found->n, 3);
	irr_confirm(world->irr, 1, "anna");
	assert_int_equal(world->parts[0].irr->n, 3);
}

/* While lists are on their way nothing is replaced; later it is. */
static void
nothing_changes_under_a_feed(void **state)
{
	struct world *world = *state;

	world->busy = true;
	file_shrink(world, 20);
	assert_int_equal(world->parts[0].irr->n, 10);
	file_change(world, 1);
	looks(world, 3);
	assert_int_equal(world->reads, 1); /* that is one list that waits */
	world->busy = false;
	irr_continue(world->irr);
	assert_int_equal(world->parts[0].irr->n, 20);
	assert_int_equal(world->reads, 2);
}

/* A confirmation that comes while a set is fed is not lost. */
static void
confirmation_under_a_feed_is_kept(void **state)
{
	struct world *world = *state;

	file_shrink(world, 5);
	world->busy = true;
	irr_confirm(world->irr, 1, "anna");
	assert_int_equal(world->parts[0].irr->n, 10);
	world->busy = false;
	irr_continue(world->irr);
	assert_int_equal(world->parts[0].irr->n, 5);
}

/* A loader that failed is run again, but not at once. */
static void
failed_loader_is_tried_later(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	file_change(world, 0);
	looks(world, 2);
	world->reading = -1;
	irr_loaded(world->irr, NULL);
	looks(world, IRR_RETRY_LOOKS - 1);
	assert_int_equal(world->reads, 1);
	looks(world, 2);
	assert_int_equal(world->reads, 2);
}

/* A loader that cannot be started is tried at a later look. */
static void
reader_may_be_missing(void **state)
{
	struct world *world = *state;

	world->no_reader = true;
	looks(world, 1);
	file_change(world, 0);
	looks(world, 3);
	world->no_reader = false;
	looks(world, 1);
	assert_int_equal(world->reads, 1);
}

/* A file that goes away is read as missing, once. */
static void
missing_file_is_noticed_once(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	world->files[0] = (struct irr_stat){ 0 };
	looks(world, 2);
	answer(world, IRR_MISSING, 0, 0);
	looks(world, 5);
	assert_int_equal(world->reads, 1);
	assert_int_equal(world->parts[0].irr->n, 10);
	assert_non_null(world->parts[0].irr->found);
}

/* Another set in force: what was being read is forgotten. */
static void
other_set_forgets_the_read(void **state)
{
	struct world *world = *state;

	looks(world, 1);
	file_change(world, 0);
	looks(world, 2);
	irr_watch(world->irr, &world->set);
	assert_int_equal(world->forgets, 1);
	irr_loaded(world->irr, list_of(IRR_USABLE, 99, 7, 7));
	assert_int_equal(world->parts[0].irr->n, 10);
	looks(world, 2); /* and it is read again */
	assert_int_equal(world->reads, 2);
}

/* ---- another set ---- */

static const struct carry_row {
	const char *name;
	struct side loaded;
	const char *path;
	bool with_lists;
	uint32_t in_force; /* prefixes */
	bool waits;
} carry_rows[] = {
	{ "reload_takes_a_good_list", { IRR_USABLE, 9, 2, 200 }, "/irr/0",
	    false, 9, false },
	{ "reload_holds_a_smaller_list", { IRR_USABLE, 5, 2, 200 }, "/irr/0",
	    false, 10, true },
	{ "reload_keeps_an_empty_list_out", { IRR_EMPTY, 0, 2, 200 }, "/irr/0",
	    false, 10, true },
	{ "reload_keeps_a_missing_list_out", { IRR_MISSING, 0, 0, 0 }, "/irr/9",
	    false, 10, true },
	{ "rollback_takes_the_newer_list", { IRR_USABLE, 99, 2, 50 }, "/irr/0",
	    true, 10, false },
	{ "rollback_to_another_file_takes_its_list", { IRR_USABLE, 3, 2, 50 },
	    "/irr/9", true, 3, false },
};

static void
check_carry_row(void **state)
{
	const struct carry_row *row = *state;
	struct world old = { 0 };
	struct irr_list *loaded = side_list(&row->loaded);
	_Alignas(8) struct msg_cfg_customer moved = { .customer = 1 };
	size_t at = 0;
	struct cfg_customer_parts parts = { .irr = loaded };
	struct cfg_set set = { .octets = (uint8_t *)&moved,
		.customers = { .at = &at, .n = 1 },
		.parts = &parts };

	log_open("test", LOG_ERROR);
	(void)snprintf(
	    loaded->head.path, sizeof(loaded->head.path), "%s", row->path);
	set_fill(&old);
	assert_int_equal(irr_carry(&set, &old.set, row->with_lists), 0);
	assert_int_equal(parts.irr->n, row->in_force);
	assert_int_equal(parts.irr->found != NULL, row->waits);
	assert_string_equal(parts.irr->head.path, row->path);
	if (row->waits) {
		assert_int_equal(parts.irr->found->n, row->loaded.n);
		assert_int_equal(parts.irr->told, IRR_TOLD_STALE);
	}
	irr_list_free(parts.irr);
	for (uint32_t i = 0; i < CUSTOMERS; i++)
		irr_list_free(old.parts[i].irr);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct CMUnitTest stories[] = {
	TEST(unchanged_file_is_not_read),
	TEST(file_being_written_is_not_read),
	TEST(file_written_meanwhile_is_read_again),
	TEST(good_list_is_adopted),
	TEST(files_are_read_one_at_a_time),
	TEST(smaller_list_waits_for_a_person),
	TEST(all_lists_are_confirmed),
	TEST(empty_list_cannot_be_confirmed),
	TEST(later_file_replaces_what_waits),
	TEST(nothing_changes_under_a_feed),
	TEST(confirmation_under_a_feed_is_kept),
	TEST(failed_loader_is_tried_later),
	TEST(reader_may_be_missing),
	TEST(missing_file_is_noticed_once),
	TEST(other_set_forgets_the_read),
};

int
main(void)
{
	enum {
		RULES = COUNT(rule_rows),
		CARRIES = COUNT(carry_rows),
		STORIES = COUNT(stories)
	};
	struct CMUnitTest tests[RULES + CARRIES + STORIES];
	size_t n = 0;

	for (size_t i = 0; i < STORIES; i++)
		tests[n++] = stories[i];
	for (size_t i = 0; i < RULES; i++)
		tests[n++] = (struct CMUnitTest){ .name = rule_rows[i].name,
			.test_func = check_rule_row,
			.initial_state = (void *)(uintptr_t)&rule_rows[i] };
	for (size_t i = 0; i < CARRIES; i++)
		tests[n++] = (struct CMUnitTest){ .name = carry_rows[i].name,
			.test_func = check_carry_row,
			.initial_state = (void *)(uintptr_t)&carry_rows[i] };
	return cmocka_run_group_tests_name("irr", tests, NULL, NULL);
}
