/* SPDX-License-Identifier: BSD-2-Clause */
/* A damaged store's log, by walks over its tables. */
#include "proxy/cli/torn.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
#include "store/entry.h"
#include "store/ledger.h"
#include "store/page.h"
#include "store/record.h"
#include "store/store.h"

/* Checkpoints that are compared; of more than so many, every second one. */
#define NOTES_MAX 1024u

struct note {
	uint64_t size;
	struct page_span text;
};

struct torn {
	struct page_span file;
	struct page_roots roots;
	uint64_t log_size; /* that it says; 0: it cannot be told */
	unsigned n_notes;
	unsigned at_note;
	uint64_t seen; /* notes */
	uint64_t stride;
	struct note notes[NOTES_MAX];
	/* While it is walked: */
	struct verify *verify;
	source_key visit;
	void *ctx;
	uint64_t next; /* entry */
	uint64_t to;   /* that was read */
	struct entry entry;
};

static int
file_map(const char *path, struct page_span *file)
{
	char name[4096];
	struct stat st;
	void *data = MAP_FAILED;
	int fd, n = snprintf(name, sizeof(name), "%s/data.mdb", path);

	if (n < 0 || (size_t)n >= sizeof(name))
		return -1;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		data = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (data == MAP_FAILED)
		return -1;
	file->data = data;
	file->len = (size_t)st.st_size;
	return 0;
}

struct torn *
torn_open(const char *path)
{
	struct torn *torn = calloc(1, sizeof(*torn));
	struct page_report report;
	struct seal_tree tree;
	struct page_span edge;

	if (torn == NULL)
		return NULL;
	if (file_map(path, &torn->file) < 0 ||
	    page_roots_read(
		torn->file.data, torn->file.len, &torn->roots, &report) != 0) {
		torn_close(torn);
		return NULL;
	}
	if (page_get(&torn->roots, &torn->file, db_table_name(DB_TREE),
		DB_TREE_EDGE, &edge) == 0 &&
	    seal_tree_unpack(edge.data, edge.len, &tree) == 0)
		torn->log_size = tree.size;
	return torn;
}

void
torn_close(struct torn *torn)
{
	if (torn != NULL && torn->file.len > 0)
		(void)munmap(
		    (void *)(uintptr_t)torn->file.data, torn->file.len);
	free(torn);
}

static int
walk(struct torn *torn, enum db_table table, page_visit visit)
{
	return page_walk(
	    &torn->roots, &torn->file, db_table_name(table), visit, torn);
}

/* ---- seal and keys ---- */

static int
meta(struct torn *torn, enum store_meta key, struct page_span *out)
{
	return page_get(
	    &torn->roots, &torn->file, db_table_name(DB_META), key, out);
}

void
torn_seal(struct torn *torn, struct source_seal *out)
{
	char origin[NOTE_NAME_MAX] = "";
	struct page_span name, public_key;
	struct note_key key;

	memset(out, 0, sizeof(*out));
	out->log_size = out->end = torn->log_size;
	if (meta(torn, STORE_ORIGIN, &name) != 0 ||
	    name.len >= sizeof(origin) ||
	    meta(torn, STORE_KEY, &public_key) != 0 ||
	    public_key.len != SEAL_PUBLIC_LEN)
		return;
	memcpy(origin, name.data, name.len);
	if (note_key_make(&key, origin, NOTE_ED25519, public_key.data) < 0 ||
	    note_key_print(&key, out->vkey, sizeof(out->vkey)) < 0)
		out->vkey[0] = '\0';
}

static int
key_look(void *ctx, uint64_t seq, const struct page_span *value)
{
	struct torn *torn = ctx;
	struct record_peek peek;

	(void)seq;
	if (value->len > SEAL_LEN &&
	    record_peek(value->data, value->len - SEAL_LEN, &peek) == 0 &&
	    peek.kind == ENTRY_KEY &&
	    record_decode(value->data, value->len - SEAL_LEN, &torn->entry) >=
		0)
		torn->visit(torn->ctx, torn->entry.text, torn->entry.evidence);
	return 0;
}

void
torn_keys(struct torn *torn, source_key visit, void *ctx)
{
	torn->visit = visit;
	torn->ctx = ctx;
	(void)walk(torn, DB_LOG, key_look);
}

/* ---- entries ---- */

static int
note_keep(void *ctx, uint64_t size, const struct page_span *value)
{
	struct torn *torn = ctx;
	unsigned left = 0;

	if (torn->seen++ % torn->stride != 0)
		return 0;
	if (torn->n_notes == NOTES_MAX) {
		for (unsigned i = 0; i < NOTES_MAX; i += 2)
			torn->notes[left++] = torn->notes[i];
		torn->n_notes = left;
		torn->stride *= 2;
	}
	torn->notes[torn->n_notes++] = (struct note){ size, *value };
	return 0;
}

/* The hash of a block that was removed, where no record stands. */
static int
block_give(void *ctx, uint64_t key, const struct page_span *value)
{
	struct torn *torn = ctx;
	uint64_t block = torn->next / LEDGER_BLOCK;

	if (key < db_node_key(1, block))
		return 0;
	if (key != db_node_key(1, block) || value->len != SEAL_LEN ||
	    torn->to - torn->next < LEDGER_BLOCK)
		return 1;
	verify_block(torn->verify, block, value->data);
	torn->next += LEDGER_BLOCK;
	return 0;
}

static void
notes_give(struct torn *torn)
{
	for (; torn->at_note < torn->n_notes &&
	       torn->notes[torn->at_note].size <= torn->next;
	     torn->at_note++) {
		const struct note *note = &torn->notes[torn->at_note];

		if (note->size == torn->next)
			verify_inside(torn->verify,
			    (const char *)note->text.data, note->text.len);
	}
}

static int
entry_give(void *ctx, uint64_t seq, const struct page_span *value)
{
	struct torn *torn = ctx;
	size_t len = value->len - SEAL_LEN;

	if (seq == UINT64_MAX)
		return 1;
	torn->to = seq;
	if (seq > torn->next && torn->next % LEDGER_BLOCK == 0)
		(void)walk(torn, DB_NODE, block_give);
	if (value->len < SEAL_LEN)
		verify_gap(torn->verify, seq, seq + 1, VERIFY_UNREADABLE);
	else
		verify_record(
		    torn->verify, seq, value->data, len, &value->data[len]);
	torn->next = seq + 1;
	notes_give(torn);
	return 0;
}

void
torn_verify(struct torn *torn, struct verify *verify)
{
	torn->verify = verify;
	torn->stride = 1;
	torn->seen = torn->next = 0;
	torn->n_notes = torn->at_note = 0;
	(void)walk(torn, DB_NOTE, note_keep);
	(void)walk(torn, DB_LOG, entry_give);
	verify_gap(verify, torn->next, torn->log_size, VERIFY_UNREADABLE);
	verify_end(verify,
	    torn->log_size > torn->next ? torn->log_size : torn->next, NULL);
}
