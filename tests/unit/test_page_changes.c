/* SPDX-License-Identifier: BSD-2-Clause */
/* What is changed in LMDB's file at one place is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/db.h"
#include "tests/lib/page_file.h"

static void
check_says(struct page_file *world, const char *why)
{
	assert_int_equal(page_file_check(world), DB_CORRUPT);
	if (strstr(world->report.why, why) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", world->report.why, why);
}

/* Octet at which the root's field lies. */
static size_t
root_at(const struct page_file *world, size_t field)
{
	return world->root * PAGE + field;
}

/* The page of the root of the tree of tables. */
static size_t
main_page(const struct page_file *world)
{
	return page_file_u64(world, root_at(world, MAIN_AT + 40)) * PAGE;
}

/* Where the root of a table is written. */
static size_t
table_at(const struct page_file *world, const char *name)
{
	size_t page = main_page(world), n = strlen(name);
	unsigned nodes = (page_file_u16(world, page + 12) - 16u) / 2;

	for (unsigned i = 0; i < nodes; i++) {
		size_t node = page + page_file_u16(world, page + 16 + 2 * i);

		if (page_file_u16(world, node + 6) == n &&
		    memcmp(&world->file[node + 8], name, n) == 0)
			return node + 8 + n;
	}
	fail_msg("no table %s", name);
	return 0;
}

/* The first page of the log's tree of the kind: 1 branch, 2 leaf, 4 value. */
static size_t
log_page(const struct page_file *world, unsigned kind)
{
	size_t page = page_file_u64(world, table_at(world, "log") + 40) * PAGE,
	       node;

	while ((page_file_u16(world, page + 10) & kind) == 0) {
		node = page + page_file_u16(world, page + 16);
		if (page_file_u16(world, page + 10) ==
		    2) /* entry 0 has its own pages */
			page = page_file_u64(world, node + 16) * PAGE;
		else
			page = page_file_u32(world, node) * (size_t)PAGE;
	}
	return page;
}

/* A row: a change of the file, and what is said of it. */
struct change {
	const char *name;
	void (*make)(struct page_file *world);
	const char *why;
};

static void
magic(struct page_file *world)
{
	page_file_set32(world, 16, 0);
}

static void
page_size(struct page_file *world)
{
	page_file_set32(world, FREE_AT, 4095);
}

static void
page_size_of_one(struct page_file *world)
{
	page_file_set32(world, PAGE + FREE_AT, 2 * PAGE);
}

static void
no_pages(struct page_file *world)
{
	page_file_set64(world, root_at(world, MAIN_AT + 48), 0);
}

static void
map_larger_than_memory(struct page_file *world)
{
	page_file_set64(world, root_at(world, 32), UINT64_C(1) << 47);
}

static void
main_flags(struct page_file *world)
{
	page_file_set16(world, root_at(world, MAIN_AT + 4), 4);
}

/* Behind the root of a table its node is padded to an even length. */
static void
table_longer(struct page_file *world)
{
	page_file_set16(world, table_at(world, "log") - 3 - 8, 49);
}

static void
old_root_newer(struct page_file *world)
{
	size_t other = (1 - world->root) * PAGE + 144;

	page_file_set64(world, other, page_file_u64(world, other) + 4);
}

static void
root_of_other_turn(struct page_file *world)
{
	page_file_set64(world, root_at(world, 144),
	    page_file_u64(world, root_at(world, 144)) + 1);
}

static void
free_flags(struct page_file *world)
{
	page_file_set16(world, root_at(world, FREE_AT + 4), 0x0c);
}

static void
table_renamed(struct page_file *world)
{
	world->file[table_at(world, "live") - 1] ^= 1;
}

static void
table_kind(struct page_file *world)
{
	page_file_set16(world, table_at(world, "log") + 4, 4);
}

static void
table_count(struct page_file *world)
{
	page_file_set64(world, table_at(world, "log") + 32, ENTRIES - 1);
}

static void
table_depth(struct page_file *world)
{
	page_file_set16(world, table_at(world, "log") + 6, 33);
}

static void
table_swapped(struct page_file *world)
{
	page_file_set64(world, table_at(world, "live") + 40,
	    page_file_u64(world, table_at(world, "log") + 40));
}

static void
page_number(struct page_file *world)
{
	page_file_set64(world, log_page(world, 2), 1);
}

static void
page_kind(struct page_file *world)
{
	page_file_set16(world, log_page(world, 1) + 10, 2);
}

static void
page_dup(struct page_file *world)
{
	page_file_set16(world, log_page(world, 2) + 10, 0x22);
}

static void
page_bounds_crossed(struct page_file *world)
{
	page_file_set16(world, log_page(world, 2) + 12, 4000);
	page_file_set16(world, log_page(world, 2) + 14, 100);
}

static void
page_empty(struct page_file *world)
{
	page_file_set16(world, log_page(world, 2) + 12, 16);
}

static void
node_same(struct page_file *world)
{
	size_t page = log_page(world, 2);

	page_file_set16(world, page + 16, page_file_u16(world, page + 18));
}

static void
node_longer(struct page_file *world)
{
	size_t page = log_page(world, 2),
	       node = page + page_file_u16(world, page + 18);

	page_file_set16(
	    world, node, (uint16_t)(page_file_u16(world, node) + 2));
}

static void
node_outside(struct page_file *world)
{
	page_file_set16(world, log_page(world, 2) + 16, 4094);
}

static void
node_unknown(struct page_file *world)
{
	size_t page = log_page(world, 2),
	       node = page + page_file_u16(world, page + 18);

	page_file_set16(world, node + 4, 4);
}

static void
keys_swapped(struct page_file *world)
{
	size_t page = log_page(world, 2);
	uint16_t one = page_file_u16(world, page + 18);

	page_file_set16(world, page + 18, page_file_u16(world, page + 20));
	page_file_set16(world, page + 20, one);
}

/* The last key of the first leaf, beyond that of the next. */
static void
key_past_bound(struct page_file *world)
{
	size_t page = log_page(world, 2);
	unsigned nodes = (page_file_u16(world, page + 12) - 16u) / 2;
	size_t node =
	    page + page_file_u16(world, page + 14 + 2 * (size_t)nodes);

	world->file[node + 8 + 6] = 0x7f;
}

static void
key_length(struct page_file *world)
{
	size_t page = log_page(world, 2),
	       node = page + page_file_u16(world, page + 18);

	page_file_set16(
	    world, node + 6, (uint16_t)(page_file_u16(world, node + 6) - 2));
	page_file_set16(
	    world, node, (uint16_t)(page_file_u16(world, node) + 2));
}

/* Two children of a branch are the same page. */
static void
child_twice(struct page_file *world)
{
	size_t page = log_page(world, 1);

	page_file_set32(world, page + page_file_u16(world, page + 18),
	    page_file_u32(world, page + page_file_u16(world, page + 16)));
}

static void
child_far(struct page_file *world)
{
	size_t page = log_page(world, 1);

	page_file_set16(world, page + page_file_u16(world, page + 18) + 4, 1);
}

static void
child_itself(struct page_file *world)
{
	size_t page = log_page(world, 1);

	page_file_set32(world, page + page_file_u16(world, page + 16),
	    (uint32_t)(page / PAGE));
}

static void
value_pages(struct page_file *world)
{
	page_file_set32(world, log_page(world, 4) + 12, 1);
}

static void
value_pages_many(struct page_file *world)
{
	page_file_set32(world, log_page(world, 4) + 12, 4);
}

/* The first list of free pages, in its leaf. */
static size_t
free_list(const struct page_file *world)
{
	size_t page = page_file_u64(world, root_at(world, FREE_AT + 40)) * PAGE;

	assert_int_equal(page_file_u16(world, page + 10), 2);
	return page + page_file_u16(world, page + 16) + 16;
}

static void
free_longer(struct page_file *world)
{
	page_file_set64(world, free_list(world), 500);
}

/* The length of its value stands at the beginning of its node. */
static void
free_odd(struct page_file *world)
{
	size_t len = free_list(world) - 16;

	page_file_set16(world, len, (uint16_t)(page_file_u16(world, len) - 1));
}

static void
free_used(struct page_file *world)
{
	page_file_set64(world, free_list(world) + 8, main_page(world) / PAGE);
}

static void
free_root(struct page_file *world)
{
	page_file_set64(world,
	    free_list(world) + 8 * page_file_u64(world, free_list(world)), 1);
}

static void
free_later(struct page_file *world)
{
	page_file_set64(world, free_list(world) - 8, UINT64_C(1) << 40);
}

static const struct change changes[] = {
	{ "root_without_magic", magic, "is no root" },
	{ "odd_page_size", page_size, "page size" },
	{ "older_root_made_newer", old_root_newer, "does not follow" },
	{ "root_of_the_other_turn", root_of_other_turn, "does not follow" },
	{ "flags_of_free_list", free_flags, "free pages is none" },
	{ "renamed_table", table_renamed, "name" },
	{ "table_of_another_kind", table_kind, "another kind" },
	{ "count_of_entries", table_count, "other counts" },
	{ "depth_of_a_tree", table_depth, "depth" },
	{ "root_of_another_table", table_swapped, "counts" },
	{ "number_of_a_page", page_number, "another number" },
	{ "kind_of_a_page", page_kind, "another kind" },
	{ "page_of_duplicates", page_dup, "another kind" },
	{ "bounds_of_a_page", page_bounds_crossed, "bounds" },
	{ "empty_page", page_empty, "too few" },
	{ "one_node_twice", node_same, "overlap" },
	{ "longer_node", node_longer, "overlap" },
	{ "node_outside_its_page", node_outside, "overlap" },
	{ "node_of_another_kind", node_unknown, "no known kind" },
	{ "swapped_keys", keys_swapped, "out of order" },
	{ "key_past_that_of_the_branch", key_past_bound, "out of order" },
	{ "key_of_another_length", key_length, "another length" },
	{ "child_of_two", child_twice, "" },
	{ "child_past_the_end", child_far, "no page" },
	{ "branch_that_leads_to_itself", child_itself, "" },
	{ "value_on_too_few_pages", value_pages, "length" },
	{ "value_on_too_many_pages", value_pages_many, "" },
	{ "another_page_size", page_size_of_one, "another page size" },
	{ "no_pages", no_pages, "sizes too large" },
	{ "map_larger_than_memory", map_larger_than_memory, "too large" },
	{ "list_of_tables_of_another_kind", main_flags, "tables is none" },
	{ "root_of_a_table_of_another_length", table_longer, "has no root" },
	{ "free_list_of_half_a_number", free_odd, "has no end" },
	{ "free_list_longer_than_it_is", free_longer, "too long" },
	{ "free_page_in_use", free_used, "" },
	{ "root_listed_free", free_root, "can be free" },
	{ "freed_in_the_future", free_later, "no time" },
};
#define CHANGES (sizeof(changes) / sizeof(changes[0]))

struct row {
	struct page_file *world;
	const struct change *change;
};

static int
row_setup(void **state)
{
	const struct change *change = *state;
	struct row *row = calloc(1, sizeof(*row));
	void *world;
	int err;

	if (row == NULL)
		return -1;
	err = page_file_setup(&world);
	row->world = world;
	row->change = change;
	*state = row;
	return err;
}

static int
row_teardown(void **state)
{
	struct row *row = *state;
	void *world = row->world;

	(void)page_file_teardown(&world);
	free(row);
	return 0;
}

/* A change at one place is found, and what is wrong is said. */
static void
change_is_found(void **state)
{
	struct row *row = *state;

	row->change->make(row->world);
	check_says(row->world, row->change->why);
}

int
main(void)
{
	struct CMUnitTest rows[CHANGES];

	for (unsigned i = 0; i < CHANGES; i++) {
		struct change *change = (struct change *)(uintptr_t)&changes[i];

		rows[i] = (struct CMUnitTest){ changes[i].name, change_is_found,
			row_setup, row_teardown, change };
	}
	return cmocka_run_group_tests_name("page changes", rows, NULL, NULL);
}
