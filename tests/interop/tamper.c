/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tampers with a store, as somebody would who may write to its file and knows
 * its format: tamper KIND FOLDER SEED. Prints what was done, for the test that
 * then asks whether it is found: {"kind":"edit","first":N,"size":N}, first
 * being the first entry that is not what it was.
 */
#include "tests/interop/tamper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one record ---- */

/* An octet changed, beside the hash that stands there. */
static int
kind_edit(struct tamper *t)
{
	struct row *row = &t->row;

	t->first = random_below(&t->random, t->size);
	if (tamper_get(t, t->first, row) != 0)
		return -1;
	/* Not in the number: that is another kind. */
	size_t at = random_below(&t->random, row->len - 8);
	row->record[at < 8 ? at : at + 8] ^=
	    (uint8_t)(1u << random_below(&t->random, 8));
	return tamper_put(t, t->first, row);
}

/* The hash changed. */
static int
kind_leaf(struct tamper *t)
{
	struct row *row = &t->row;

	t->first = random_below(&t->random, t->size);
	if (tamper_get(t, t->first, row) != 0)
		return -1;
	row->leaf[random_below(&t->random, SEAL_LEN)] ^=
	    (uint8_t)(1u << random_below(&t->random, 8));
	return tamper_put(t, t->first, row);
}

/* Another story, told as a whole record with its proper hash. */
static int
story_change(struct tamper *t)
{
	static struct entry entry;
	struct row *row = &t->row;
	int len;

	t->first = random_below(&t->random, t->size);
	if (tamper_get(t, t->first, row) != 0 ||
	    record_decode(row->record, row->len, &entry) < 0)
		return -1;
	switch (random_below(&t->random, 3)) {
	case 0:
		entry.wall_ns += 1 + random_below(&t->random, 1000000000);
		break;
	case 1:
		(void)snprintf(entry.operator_name, sizeof(entry.operator_name),
		    "nobody%" PRIu64, random_below(&t->random, 1000));
		break;
	default:
		(void)snprintf(entry.customer, sizeof(entry.customer),
		    "another%" PRIu64, random_below(&t->random, 1000));
		break;
	}
	len = record_encode(&entry, row->record);
	if (len < 0)
		return -1;
	row->len = (size_t)len;
	return 0;
}

static int
kind_edit_leaf(struct tamper *t)
{
	if (story_change(t) != 0)
		return -1;
	seal_leaf(t->row.record, t->row.len, t->row.leaf);
	return tamper_put(t, t->first, &t->row);
}

/* All hashes made anew; signed checkpoints that tell are gone, or stay. */
static int
kind_rewrite(struct tamper *t)
{
	if (kind_edit_leaf(t) != 0 || tamper_rebuild(t) != 0)
		return -1;
	if (random_below(&t->random, 2) == 0)
		tamper_forget_notes(t, t->first);
	return 0;
}

/* ---- entries that go, or change places ---- */

static int
kind_drop(struct tamper *t)
{
	t->first = random_below(&t->random, t->size);
	db_delete(&t->txn, DB_LOG, t->first);
	return 0;
}

/* One goes, all behind it take the number of the one before them, and every
 * hash is made anew. */
static int
kind_drop_close(struct tamper *t)
{
	uint64_t back = 1 + random_below(&t->random, t->size < 300 ? 1 : 300);

	t->first = t->size - back;
	for (uint64_t seq = t->first; seq + 1 < t->size; seq++)
		if (tamper_get(t, seq + 1, &t->row) != 0 ||
		    tamper_renumber(&t->row, seq) != 0 ||
		    tamper_put(t, seq, &t->row) != 0)
			return -1;
	db_delete(&t->txn, DB_LOG, --t->size);
	tamper_forget_notes(t, t->first);
	return tamper_rebuild(t);
}

static int
kind_swap(struct tamper *t)
{
	static struct row one, other;
	uint64_t a, b;

	if (t->size < 2)
		return -1;
	a = random_below(&t->random, t->size - 1);
	b = a + 1 + random_below(&t->random, t->size - a - 1);
	t->first = a;
	if (tamper_get(t, a, &one) != 0 || tamper_get(t, b, &other) != 0)
		return -1;
	return tamper_put(t, a, &other) != 0 || tamper_put(t, b, &one) != 0 ? -1
									    : 0;
}

/* The same, but the records bear the numbers of their new places, and every
 * hash is made anew. */
static int
kind_swap_numbered(struct tamper *t)
{
	static struct row one, other;
	uint64_t a, b;

	if (t->size < 2)
		return -1;
	a = random_below(&t->random, t->size - 1);
	b = a + 1 + random_below(&t->random, t->size - a - 1);
	t->first = a;
	if (tamper_get(t, a, &one) != 0 || tamper_get(t, b, &other) != 0 ||
	    tamper_renumber(&one, b) != 0 || tamper_renumber(&other, a) != 0 ||
	    tamper_put(t, a, &other) != 0 || tamper_put(t, b, &one) != 0)
		return -1;
	tamper_forget_notes(t, t->first);
	return tamper_rebuild(t);
}

/* ---- the end of the log ---- */

static int
kind_truncate(struct tamper *t)
{
	t->first = 1 + random_below(&t->random, t->size - 1);
	tamper_cut(t, t->first);
	return tamper_rebuild(t);
}

/* Another end: shorter than it was, as long, or longer. */
static int
kind_fork(struct tamper *t)
{
	uint64_t size = t->size;
	uint64_t back = 1 + random_below(&t->random, size / 2);

	t->first = size - back;
	tamper_cut(t, t->first);
	switch (random_below(&t->random, 3)) {
	case 0:
		size = t->first + 1 + random_below(&t->random, back);
		break;
	case 1:
		size += 1 + random_below(&t->random, 600);
		break;
	default:
		break;
	}
	for (uint64_t seq = t->first; seq < size; seq++)
		if (tamper_invent(t, seq) != 0)
			return -1;
	t->size = size;
	return tamper_rebuild(t);
}

/* ---- signatures ---- */

/* Every checkpoint in the store signed by a key that is not the log's. */
static int
kind_resign(struct tamper *t)
{
	t->first = 0;
	return tamper_resign(t);
}

/* The whole story made anew and signed by another key. */
static int
kind_resign_rewrite(struct tamper *t)
{
	if (kind_edit_leaf(t) != 0 || tamper_rebuild(t) != 0)
		return -1;
	return tamper_resign(t);
}

/* ---- hashes and index ---- */

static int
flip_somewhere(struct tamper *t, enum db_table table, uint64_t key)
{
	static uint8_t copy[1u << 16];
	const uint8_t *data;
	struct db_value value = { copy, 0, NULL, 0 };

	if (db_get(&t->txn, table, key, &data, &value.len) != 0 ||
	    value.len == 0 || value.len > sizeof(copy))
		return -1;
	memcpy(copy, data, value.len);
	/* Of the tree's edge, not the size: that is a truncation. */
	size_t from = table == DB_TREE ? 8 : 0;
	copy[from + random_below(&t->random, value.len - from)] ^=
	    (uint8_t)(1u << random_below(&t->random, 8));
	db_put(&t->txn, table, key, &value);
	return t->txn.error;
}

static int
kind_node(struct tamper *t)
{
	uint64_t block = random_below(&t->random, t->size / LEDGER_BLOCK);

	t->first = block * LEDGER_BLOCK;
	return flip_somewhere(t, DB_NODE, (uint64_t)1 << 56 | block);
}

static int
kind_index(struct tamper *t)
{
	uint64_t block = random_below(&t->random, t->size / LEDGER_BLOCK);

	t->first = block * LEDGER_BLOCK;
	return flip_somewhere(t, DB_INDEX, block);
}

static int
kind_edge(struct tamper *t)
{
	t->first = t->size;
	return flip_somewhere(t, DB_TREE, 0);
}

static const struct kind {
	const char *name;
	int (*act)(struct tamper *t);
} kinds[] = {
	{ "edit", kind_edit },
	{ "leaf", kind_leaf },
	{ "edit-leaf", kind_edit_leaf },
	{ "rewrite", kind_rewrite },
	{ "drop", kind_drop },
	{ "drop-close", kind_drop_close },
	{ "swap", kind_swap },
	{ "swap-numbered", kind_swap_numbered },
	{ "truncate", kind_truncate },
	{ "fork", kind_fork },
	{ "resign", kind_resign },
	{ "resign-rewrite", kind_resign_rewrite },
	{ "node", kind_node },
	{ "index", kind_index },
	{ "edge", kind_edge },
};

static int
tamper_with(const struct kind *kind, const char *folder, uint64_t seed)
{
	static struct tamper t;
	int err;

	t.random.word = seed;
	err = tamper_begin(&t, folder);
	if (err == 0 && kind->act(&t) != 0)
		err = t.txn.error != 0 ? t.txn.error : DB_MISUSE;
	if (err == 0)
		err = db_commit(&t.txn);
	else
		db_abort(&t.txn);
	db_close(t.db);
	if (err == 0)
		(void)printf("{\"kind\":\"%s\",\"first\":%" PRIu64
			     ",\"size\":%" PRIu64 "}\n",
		    kind->name, t.first, t.size);
	else
		(void)fprintf(
		    stderr, "tamper: %s: %s\n", kind->name, db_error_text(err));
	return err == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (seal_init() != 0)
		return 1;
	for (size_t i = 0; argc == 4 && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			return tamper_with(
			    &kinds[i], argv[2], strtoull(argv[3], NULL, 10));
	for (size_t i = 0; argc == 1 && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		(void)puts(kinds[i].name);
	if (argc == 1)
		return 0;
	(void)fprintf(stderr, "usage: tamper [KIND FOLDER SEED]\n");
	return 2;
}
