/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LMDB's file as a whole: its roots, the trees below them, what is free.
 *
 * The first two pages are roots, written in turn: transaction n writes page n
 * modulo 2, so that the other one is the transaction before, and LMDB goes by
 * either of both facts. A root holds two trees, the list of free pages and the
 * names of tables; each name's value is the root of that table's tree.
 */
#include "store/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "store/page_tree.h"

#define ROOT_MAGIC   UINT32_C(0xBEEFC0DE)
#define ROOT_VERSION 1u
#define MAP_MOST     (UINT64_C(1) << 46) /* octets of address space */
#define FREE_FLAGS   0x08u /* its keys are the machine's numbers */

/* Where things lie in a root page. */
enum root_field {
	ROOT_FLAGS = 10,
	ROOT_MAGIC_AT = 16,
	ROOT_VERSION_AT = 20,
	ROOT_MAP = 32,
	ROOT_FREE = 40,
	ROOT_MAIN = 88,
	ROOT_LAST = 136,
	ROOT_TXN = 144,
};

static int
root_copy(const uint8_t *file, size_t len, unsigned which,
    struct page_roots *out, struct page_scan *scan)
{
	size_t at = which * (size_t)out->size;
	uint8_t *page = out->page[which];

	if (len < at + PAGE_ROOT_LEN) {
		(void)page_fault(scan, which, "the file ends in its roots");
		return DB_SHORT;
	}
	memcpy(page, &file[at], PAGE_ROOT_LEN);
	if (page_u64(page) != which ||
	    page_u16(&page[ROOT_FLAGS]) != PAGE_META ||
	    page_u32(&page[ROOT_MAGIC_AT]) != ROOT_MAGIC ||
	    page_u32(&page[ROOT_VERSION_AT]) != ROOT_VERSION)
		return page_fault(scan, which, "is no root");
	return 0;
}

/* Of two that follow each other the one with the greater number holds; a new
 * file has none yet. */
static int
roots_choose(struct page_roots *roots, struct page_scan *scan)
{
	uint64_t one = page_u64(&roots->page[0][ROOT_TXN]);
	uint64_t two = page_u64(&roots->page[1][ROOT_TXN]);

	roots->newer = two > one;
	roots->txn = two > one ? two : one;
	if (one == 0 && two == 0)
		return 0;
	if ((roots->txn & 1) != roots->newer ||
	    roots->txn - 1 != (two > one ? one : two))
		return page_fault(scan, roots->newer,
		    "is a root that does not follow the other");
	return 0;
}

int
page_roots_read(const void *file, size_t len, struct page_roots *out,
    struct page_report *report)
{
	struct page_scan scan = { .report = report };
	uint32_t size;
	int err;

	memset(out, 0, sizeof(*out));
	memset(report, 0, sizeof(*report));
	err = root_copy(file, len, 0, out, &scan);
	if (err != 0)
		return err;
	size = page_u32(&out->page[0][ROOT_FREE]);
	if (size < PAGE_SIZE_MIN || size > PAGE_SIZE_MAX ||
	    (size & (size - 1)) != 0)
		return page_fault(&scan, 0, "has a page size that cannot be");
	out->size = size;
	err = root_copy(file, len, 1, out, &scan);
	if (err == 0 && page_u32(&out->page[1][ROOT_FREE]) != size)
		err = page_fault(&scan, 1, "has another page size");
	if (err == 0)
		err = roots_choose(out, &scan);
	if (err != 0)
		out->size = 0;
	return err;
}

/* A file as the newer root describes it. */
struct look {
	struct page_scan scan;
	const uint8_t *root;
	uint64_t txn;
	uint64_t beyond; /* free pages past the end of the file */
	unsigned n;
	struct page_db table[DB_TABLES];
};

static int
look_begin(struct look *look, const struct page_roots *roots, const void *file,
    size_t len, struct page_report *report)
{
	struct page_scan *scan = &look->scan;

	memset(look, 0, sizeof(*look));
	memset(report, 0, sizeof(*report));
	scan->file = file;
	scan->len = len;
	scan->size = roots->size;
	scan->pages = len / roots->size;
	scan->report = report;
	look->root = roots->page[roots->newer];
	look->txn = roots->txn;
	scan->last = page_u64(&look->root[ROOT_LAST]);
	report->pages = scan->last + 1;
	if (scan->last < 1 || scan->last > UINT64_MAX / PAGE_SIZE_MAX - 1 ||
	    page_u64(&look->root[ROOT_MAP]) > MAP_MOST)
		return page_fault(scan, roots->newer, "has sizes too large");
	/* Each page that is missing must be listed, in 8 octets. */
	if (scan->last >= scan->pages &&
	    scan->last - scan->pages >= len / sizeof(uint64_t)) {
		(void)page_fault(
		    scan, scan->pages, "is missing at the end of the file");
		return DB_SHORT;
	}
	return 0;
}

/* A name: that of one of our tables, and the root of its tree. */
static int
name_visit(void *ctx, const struct page_value *value)
{
	struct look *look = ctx;
	unsigned table = 0;

	while (table < DB_TABLES &&
	       (strlen(db_table_name(table)) != value->key.len ||
		   memcmp(db_table_name(table), value->key.data,
		       value->key.len) != 0))
		table++;
	if (table == DB_TABLES || look->n == DB_TABLES)
		return page_fault(
		    &look->scan, 0, "a table has a name of no table");
	if (value->len != PAGE_DB_LEN)
		return page_fault(&look->scan, 0, "a table has no root");
	page_db_read(value->data, &look->table[look->n]);
	if (look->table[look->n].flags != 0)
		return page_fault(&look->scan, 0, "a table is of another kind");
	look->n++;
	return 0;
}

/* Pages that a transaction gave back: how many, then their numbers, falling. */
static int
free_visit(void *ctx, const struct page_value *value)
{
	struct look *look = ctx;
	struct page_scan *scan = &look->scan;
	uint64_t n, page, before = UINT64_MAX, txn = page_u64(value->key.data);
	int err = 0;

	if (txn == 0 || txn > look->txn)
		return page_fault(scan, 0, "pages were freed in no time");
	if (value->len < sizeof(n) || value->len % sizeof(n) != 0)
		return page_fault(scan, 0, "a list of free pages has no end");
	n = page_u64(value->data);
	if (n > value->len / sizeof(n) - 1)
		return page_fault(scan, 0, "a list of free pages is too long");
	for (uint64_t i = 1; i <= n && err == 0; i++) {
		page = page_u64(&value->data[i * sizeof(n)]);
		if (page < 2 || page > scan->last || page >= before)
			return page_fault(
			    scan, page, "is no page that can be free");
		err = page_take(scan, page, 1);
		before = page;
		scan->report->free++;
		look->beyond += page >= scan->pages;
	}
	return err;
}

static int
free_walk(struct look *look)
{
	struct page_tree tree = {
		.keys = PAGE_KEYS_NATIVE, .visit = free_visit, .ctx = look
	};

	page_db_read(&look->root[ROOT_FREE], &tree.db);
	if (tree.db.flags != FREE_FLAGS)
		return page_fault(
		    &look->scan, 0, "the list of free pages is none");
	return page_tree_walk(&look->scan, &tree);
}

static int
main_walk(struct look *look)
{
	struct page_tree tree = {
		.keys = PAGE_KEYS_NAME, .visit = name_visit, .ctx = look
	};

	page_db_read(&look->root[ROOT_MAIN], &tree.db);
	if (tree.db.flags != 0)
		return page_fault(&look->scan, 0, "the list of tables is none");
	return page_tree_walk(&look->scan, &tree);
}

static int
look_at_all(struct look *look)
{
	struct page_scan *scan = &look->scan;
	struct page_report *report = scan->report;
	struct page_tree tree = { .keys = PAGE_KEYS_NUMBER };
	int err = page_take(scan, 0, 2);

	report->used = 2;
	if (err == 0)
		err = main_walk(look);
	for (unsigned i = 0; i < look->n && err == 0; i++) {
		tree.db = look->table[i];
		err = page_tree_walk(scan, &tree);
	}
	if (err == 0)
		err = free_walk(look);
	if (err != 0)
		return err;
	report->lost = report->pages - report->used - report->free;
	/* LMDB need not write pages at the end that it took and gave back in
	 * one transaction; all others must be there. */
	if (scan->last >= scan->pages &&
	    look->beyond != scan->last - scan->pages + 1) {
		(void)page_fault(
		    scan, scan->pages, "is missing at the end of the file");
		return DB_SHORT;
	}
	return 0;
}

int
page_check_roots(const struct page_roots *roots, const void *file, size_t len,
    struct page_report *report)
{
	struct look look;
	int err = look_begin(&look, roots, file, len, report);

	if (err != 0)
		return err;
	look.scan.seen = calloc(look.scan.last / 8 + 1, 1);
	if (look.scan.seen == NULL)
		return DB_MEMORY;
	err = look_at_all(&look);
	free(look.scan.seen);
	return err;
}

int
page_check(const void *file, size_t len, struct page_report *report)
{
	struct page_roots roots;
	int err;

	memset(report, 0, sizeof(*report));
	if (len == 0)
		return 0;
	err = page_roots_read(file, len, &roots, report);
	if (err != 0)
		return err;
	return page_check_roots(&roots, file, len, report);
}

int
page_length_check(const void *file, size_t len, struct page_report *report)
{
	struct page_roots roots;
	struct look look;
	int err;

	memset(report, 0, sizeof(*report));
	if (len == 0)
		return 0;
	err = page_roots_read(file, len, &roots, report);
	if (err == 0)
		err = look_begin(&look, &roots, file, len, report);
	if (err != 0 || look.scan.last < look.scan.pages)
		return err;
	return page_check_roots(&roots, file, len, report);
}

/* A table that is looked for, and where its root was found. */
struct search {
	const char *table;
	const uint8_t *root;
};

/* Ends a walk that has found what it was for. */
#define FOUND 1

static int
table_search(void *ctx, const struct page_value *value)
{
	struct search *search = ctx;

	if (strlen(search->table) != value->key.len ||
	    memcmp(search->table, value->key.data, value->key.len) != 0 ||
	    value->len != PAGE_DB_LEN)
		return 0;
	search->root = value->data;
	return FOUND;
}

struct table_walk {
	page_visit visit;
	void *ctx;
};

static int
value_visit(void *ctx, const struct page_value *value)
{
	const struct table_walk *walk = ctx;
	const struct page_span span = { value->data, value->len };
	uint64_t key = 0;

	for (unsigned i = 0; i < sizeof(key); i++)
		key = key << 8 | value->key.data[i];
	return walk->visit(walk->ctx, key, &span);
}

static int
table_walk(struct look *look, const char *table, struct table_walk *walk)
{
	struct search search = { .table = table };
	struct page_tree tree = {
		.keys = PAGE_KEYS_NAME, .visit = table_search, .ctx = &search
	};
	int err;

	page_db_read(&look->root[ROOT_MAIN], &tree.db);
	err = page_tree_walk(&look->scan, &tree);
	if (err != FOUND)
		return err < 0 ? err : DB_NOT_FOUND;
	page_db_read(search.root, &tree.db);
	tree.keys = PAGE_KEYS_NUMBER;
	tree.visit = value_visit;
	tree.ctx = walk;
	return page_tree_walk(&look->scan, &tree);
}

int
page_walk(const struct page_roots *roots, const struct page_span *file,
    const char *table, page_visit visit, void *ctx)
{
	struct table_walk walk = { visit, ctx };
	struct page_report report;
	struct look look;
	int err = look_begin(&look, roots, file->data, file->len, &report);

	if (err != 0)
		return err;
	/* Pages are not counted here: as many as the file has, at most. */
	look.scan.seen = calloc(look.scan.last / 8 + 1, 1);
	if (look.scan.seen == NULL)
		return DB_MEMORY;
	err = table_walk(&look, table, &walk);
	free(look.scan.seen);
	return err;
}

struct wanted {
	uint64_t key;
	struct page_span *value;
};

static int
key_search(void *ctx, uint64_t key, const struct page_span *value)
{
	const struct wanted *wanted = ctx;

	if (key != wanted->key)
		return 0;
	*wanted->value = *value;
	return FOUND;
}

int
page_get(const struct page_roots *roots, const struct page_span *file,
    const char *table, uint64_t key, struct page_span *out)
{
	struct wanted wanted = { key, out };
	int err;

	memset(out, 0, sizeof(*out));
	err = page_walk(roots, file, table, key_search, &wanted);
	if (err == FOUND)
		return 0;
	return err < 0 ? err : DB_NOT_FOUND;
}
