/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is looked at, in this order: the file's structure; the tree's edge
 * against the hashes that it is made of, and how many there are of each; the
 * live rules and the entries that they name; the last entries (QUICK) or all
 * of them with their nodes and indexes (FULL).
 *
 * Beside a writer, what must agree is read in one transaction, and a
 * transaction sees no more than a block or so.
 */
#include "store/inspect_look.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
#include "store/inspect_nodes.h"
#include "store/page.h"
#include "store/store.h"

/* Times that a transaction is begun until no writer was faster. */
#define TRIES 100

static int
file_fault(struct inspect_report *report, int err, const char *why)
{
	report->error = err;
	(void)snprintf(report->why, sizeof(report->why), "%s", why);
	return err;
}

/* ---- the file ---- */

struct file {
	const uint8_t *data;
	size_t len;
};

/* Map data.mdb for reading; an empty one, or none, has len 0. */
static int
file_map(const char *path, struct file *file)
{
	char name[4096];
	struct stat st;
	void *data;
	int fd, n;

	memset(file, 0, sizeof(*file));
	n = snprintf(name, sizeof(name), "%s/data.mdb", path);
	if (n < 0 || (size_t)n >= sizeof(name))
		return DB_ACCESS;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : DB_ACCESS;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return DB_ACCESS;
	}
	if (st.st_size == 0) {
		(void)close(fd);
		return 0;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (data == MAP_FAILED)
		return DB_MEMORY;
	(void)madvise(data, (size_t)st.st_size, MADV_WILLNEED);
	file->data = data;
	file->len = (size_t)st.st_size;
	return 0;
}

static void
file_unmap(struct file *file)
{
	if (file->len > 0)
		(void)munmap((void *)(uintptr_t)file->data, file->len);
	memset(file, 0, sizeof(*file));
}

/* The tree's edge as it stands below the newer root, damaged or not. */
static bool
tree_find(const struct page_roots *roots, const struct file *file,
    struct seal_tree *tree)
{
	const struct page_span span = { file->data, file->len };
	struct page_span value;

	return page_get(roots, &span, db_table_name(DB_TREE), DB_TREE_EDGE,
		   &value) == 0 &&
	       seal_tree_unpack(value.data, value.len, tree) == 0;
}

/* What may be a name of a log, as a text. */
static void
origin_find(const struct page_roots *roots, const struct file *file,
    struct inspect_report *report)
{
	const struct page_span span = { file->data, file->len };
	struct page_span value;

	if (page_get(roots, &span, db_table_name(DB_META), STORE_ORIGIN,
		&value) != 0 ||
	    value.len >= sizeof(report->origin))
		return;
	memcpy(report->origin, value.data, value.len);
	report->origin[value.len] = '\0';
	if (strlen(report->origin) != value.len ||
	    !note_name_valid(report->origin))
		memset(report->origin, 0, sizeof(report->origin));
}

/* Name, size and root are told also of a store that is damaged. */
static void
head_find(const struct file *file, struct inspect_report *report)
{
	struct page_report unused;
	struct page_roots roots;
	struct seal_tree tree;
	bool found;

	if (file->len == 0 || seal_init() != 0 ||
	    page_roots_read(file->data, file->len, &roots, &unused) != 0)
		return;
	origin_find(&roots, file, report);
	found = tree_find(&roots, file, &tree);
	if (!found || report->origin[0] == '\0') {
		/* That of the transaction before says nearly the same. */
		roots.newer ^= 1;
		if (report->origin[0] == '\0')
			origin_find(&roots, file, report);
		found = found || tree_find(&roots, file, &tree);
	}
	if (!found)
		return;
	report->size = tree.size;
	seal_tree_root(&tree, report->root);
}

/*
 * The other root is that of the transaction before, whose pages are not used
 * again yet: a log that was longer then has had its roots changed.
 */
static int
roots_compare(const struct file *file, struct page_report *pages)
{
	struct page_roots roots;
	struct seal_tree newer, older;

	if (file->len == 0 ||
	    page_roots_read(file->data, file->len, &roots, pages) != 0 ||
	    roots.txn < 2 || !tree_find(&roots, file, &newer))
		return 0;
	roots.newer ^= 1;
	if (!tree_find(&roots, file, &older) || older.size <= newer.size)
		return 0;
	(void)snprintf(pages->why, sizeof(pages->why),
	    "the older root is that of a longer log");
	return DB_CORRUPT;
}

/* One look at the structure; *moved: somebody wrote meanwhile, so that what
 * was found says nothing. */
static int
pages_look_once(const struct file *file, struct page_report *pages, bool *moved)
{
	struct page_roots roots, after;
	struct page_report unused;
	int err;

	*moved = false;
	if (file->len == 0)
		return 0;
	err = page_roots_read(file->data, file->len, &roots, pages);
	if (err != 0)
		return err;
	err = page_check_roots(&roots, file->data, file->len, pages);
	if (err != 0)
		*moved = page_roots_read(
			     file->data, file->len, &after, &unused) != 0 ||
			 after.txn != roots.txn;
	return err;
}

/* Beside a writer: with a transaction that keeps the pages as they are. */
static int
pages_look_held(const char *path, struct file *file, struct page_report *pages)
{
	struct page_roots before, roots;
	struct page_report unused;
	struct db_txn txn;
	struct db *db;
	int err = db_open_readonly(path, &db);

	if (err != 0)
		return err;
	for (unsigned i = 0; i < TRIES; i++) {
		err = page_roots_read(file->data, file->len, &before, &unused);
		if (err == 0)
			err = db_begin(db, &txn, false);
		if (err != 0)
			break;
		/* It has grown, maybe. */
		file_unmap(file);
		err = file_map(path, file);
		if (err == 0)
			err = page_roots_read(
			    file->data, file->len, &roots, pages);
		if (err == 0 && roots.txn == before.txn) {
			err = page_check_roots(
			    &roots, file->data, file->len, pages);
			db_abort(&txn);
			break;
		}
		db_abort(&txn);
		if (err != 0)
			break;
	}
	db_close(db);
	return err;
}

static int
pages_look(const char *path, enum inspect_depth depth,
    struct inspect_report *report, bool *empty)
{
	struct page_report pages;
	struct file file;
	bool moved = false;
	int err;

	memset(&pages, 0, sizeof(pages));
	err = file_map(path, &file);
	*empty = file.len == 0;
	if (err == 0)
		err = pages_look_once(&file, &pages, &moved);
	if (err != 0 && moved && depth != INSPECT_QUICK)
		err = pages_look_held(path, &file, &pages);
	if (err == 0 && depth == INSPECT_QUICK)
		err = roots_compare(&file, &pages);
	if (err == 0 || err == DB_CORRUPT || err == DB_SHORT)
		head_find(&file, report);
	file_unmap(&file);
	if (err != 0)
		(void)file_fault(report, err,
		    pages.why[0] != '\0' ? pages.why : db_error_text(err));
	return err;
}

/* ---- what is in it ---- */

void
inspect_fault(
    struct inspect_state *look, int err, uint64_t seq, const char *why)
{
	struct inspect_report *report = look->report;

	if (report->error != 0)
		return;
	report->error = err;
	report->first = seq;
	if (err != DB_CORRUPT)
		why = db_error_text(err);
	if (seq == UINT64_MAX)
		(void)snprintf(report->why, sizeof(report->why), "%s", why);
	else
		(void)snprintf(report->why, sizeof(report->why),
		    "entry %" PRIu64 ": %s", seq, why);
}

/* Read what the rest goes by. */
static int
tree_look(struct inspect_state *look, struct db_txn *txn)
{
	uint64_t last, rows;
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_TREE, DB_TREE_EDGE, &data, &len);

	seal_tree_init(&look->tree);
	if (err == 0 && seal_tree_unpack(data, len, &look->tree) != 0)
		err = DB_CORRUPT;
	if (err != 0 && err != DB_NOT_FOUND) {
		inspect_fault(look, err, UINT64_MAX, "the tree's edge is none");
		return err;
	}
	look->report->size = look->tree.size;
	if (look->tree.size > 0)
		seal_tree_root(&look->tree, look->report->root);
	/* Nodes are made before the digest is, and no other row is ever. */
	err = db_get(txn, DB_TREE, DB_TREE_LIVE, &data, &len);
	look->old = err == DB_NOT_FOUND;
	if (err == 0 || err == DB_NOT_FOUND)
		err = db_count(txn, DB_TREE, &rows, &last);
	if (err == 0 && last > DB_TREE_LIVE)
		err = DB_CORRUPT;
	if (err != 0)
		inspect_fault(look, err, UINT64_MAX, "the tree's row is none");
	return err;
}

/* The rows of the live rules, a few at a time. */
#define CHUNK 512

struct live_rows {
	struct inspect_state *look;
	struct db_txn *txn;
	uint64_t next;
	unsigned n;
};

/* A rule's row: its entry is whole, and about it. Damage of the entry is the
 * log's, a row that names another entry is the table's. */
static int
live_visit(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct live_rows *rows = ctx;
	struct inspect_state *look = rows->look;
	const struct entry *entry = look->entry;
	int err = inspect_record(look, rows->txn, seq, NULL);

	rows->next = rule_id + 1;
	rows->n++;
	if (err != 0 && err != DB_NOT_FOUND)
		return err;
	if (err == DB_NOT_FOUND || !entry_may_live(entry) ||
	    entry->rule_id != rule_id) {
		look->report->live_bad = 1;
		return 1;
	}
	return rows->n == CHUNK;
}

static int
live_rows_look(struct inspect_state *look)
{
	struct live_rows rows = { look, NULL, 0, 0 };
	struct db_txn txn;
	int err;

	rows.txn = &txn;
	do {
		rows.n = 0;
		err = db_begin(look->db, &txn, false);
		if (err == 0)
			err = live_walk(&txn, rows.next, live_visit, &rows);
		db_abort(&txn);
	} while (err == 1 && look->report->live_bad == 0 && rows.next != 0);
	if (err > 0)
		return 0;
	/* A row whose value is not one of the table's. */
	if (err == DB_CORRUPT && look->report->error == 0) {
		look->report->live_bad = 1;
		return 0;
	}
	return err;
}

static int
live_look(struct inspect_state *look)
{
	struct db_txn txn;
	int err = db_begin(look->db, &txn, false);

	if (err == 0)
		err = live_check(&txn);
	db_abort(&txn);
	if (err == DB_CORRUPT) {
		look->report->live_bad = 1;
		return 0;
	}
	if (err == 0)
		err = live_rows_look(look);
	if (err != 0)
		inspect_fault(look, err, UINT64_MAX,
		    "the table of live rules cannot be read");
	return err;
}

/* What must agree at one moment. */
static int
moment_look(struct inspect_state *look)
{
	struct db_txn txn;
	int err = db_begin(look->db, &txn, false);

	if (err != 0)
		inspect_fault(look, err, UINT64_MAX, "it cannot be read");
	if (err == 0)
		err = tree_look(look, &txn);
	if (err == 0)
		err = inspect_counts(look, &txn);
	if (err == 0)
		err = inspect_edge(look, &txn);
	db_abort(&txn);
	return err;
}

static void
content_look(struct inspect_state *look, enum inspect_depth depth)
{
	int err = moment_look(look);

	if (err == 0)
		err = inspect_origin(look);
	if (err == 0)
		err = live_look(look);
	if (err == 0 && depth == INSPECT_QUICK)
		err = inspect_tail(look);
	else if (err == 0)
		err = inspect_blocks(look);
	if (err == 0 && depth == INSPECT_FULL)
		err = inspect_notes(look);
	if (err != 0)
		inspect_fault(look, err, UINT64_MAX, "it is damaged");
	if (look->report->error != 0)
		look->report->live_bad = 0;
	else if (look->report->live_bad != 0)
		(void)snprintf(look->report->why, sizeof(look->report->why),
		    "the table of live rules is not what was written");
}

void
inspect_look(const char *path, enum inspect_depth depth,
    struct inspect_report *report, inspect_told told, void *ctx)
{
	struct inspect_state look = { .report = report };
	bool empty;
	int err;

	memset(report, 0, sizeof(*report));
	report->first = UINT64_MAX;
	err = pages_look(path, depth, report, &empty);
	if (err != 0 || empty || depth == INSPECT_PAGES)
		return;
	if (told != NULL)
		told(ctx, report);
	look.entry = malloc(sizeof(*look.entry));
	if (look.entry == NULL)
		err = DB_MEMORY;
	if (err == 0 && seal_init() != 0)
		err = DB_MISUSE;
	if (err == 0)
		err = db_open_readonly(path, &look.db);
	if (err != 0)
		(void)file_fault(report, err, db_error_text(err));
	else
		content_look(&look, depth);
	db_close(look.db);
	free(look.entry);
}
