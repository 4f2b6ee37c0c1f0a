/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing to a store past its own rules, for tests. */
#include <stdlib.h>
#include <string.h>

#include "tests/interop/tamper.h"

#define NOTES_MAX 4096

int
tamper_begin(struct tamper *t, const char *folder)
{
	static struct seal_tree tree;
	const uint8_t *data;
	size_t len;
	int err = db_open(folder, 0, &t->db);

	if (err != 0)
		return err;
	err = db_begin(t->db, &t->txn, true);
	if (err == 0)
		err = db_get(&t->txn, DB_TREE, 0, &data, &len);
	if (err == 0 && seal_tree_unpack(data, len, &tree) != 0)
		err = DB_CORRUPT;
	t->size = tree.size;
	/* Less than this, and some kinds have nothing to bite on. */
	return err == 0 && t->size < 2 * LEDGER_BLOCK ? DB_MISUSE : err;
}

int
tamper_get(struct tamper *t, uint64_t seq, struct row *row)
{
	const uint8_t *data;
	size_t len;

	if (db_get(&t->txn, DB_LOG, seq, &data, &len) != 0 || len < SEAL_LEN ||
	    len - SEAL_LEN > sizeof(row->record))
		return -1;
	row->len = len - SEAL_LEN;
	memcpy(row->record, data, row->len);
	memcpy(row->leaf, &data[row->len], SEAL_LEN);
	return 0;
}

int
tamper_put(struct tamper *t, uint64_t seq, const struct row *row)
{
	const struct db_value value = { row->record, row->len, row->leaf,
		SEAL_LEN };

	db_put(&t->txn, DB_LOG, seq, &value);
	return t->txn.error == 0 ? 0 : -1;
}

static int
row_encode(struct row *row, const struct entry *entry)
{
	int len = record_encode(entry, row->record);

	if (len < 0)
		return -1;
	row->len = (size_t)len;
	seal_leaf(row->record, row->len, row->leaf);
	return 0;
}

int
tamper_renumber(struct row *row, uint64_t seq)
{
	static struct entry entry;

	if (record_decode(row->record, row->len, &entry) < 0)
		return -1;
	entry.seq = seq;
	return row_encode(row, &entry);
}

int
tamper_invent(struct tamper *t, uint64_t seq)
{
	static struct entry entry;

	random_entry(&t->random, &entry);
	entry.seq = seq;
	return row_encode(&t->row, &entry) != 0 ? -1
						: tamper_put(t, seq, &t->row);
}

void
tamper_cut(struct tamper *t, uint64_t size)
{
	for (uint64_t seq = size; seq < t->size; seq++)
		db_delete(&t->txn, DB_LOG, seq);
	for (unsigned level = 1; level < 8; level++) {
		uint64_t from = size >> (8 * level);
		uint64_t to = t->size >> (8 * level);

		for (uint64_t i = from; i < to; i++)
			db_delete(&t->txn, DB_NODE, (uint64_t)level << 56 | i);
	}
	for (uint64_t i = size / LEDGER_BLOCK; i < t->size / LEDGER_BLOCK; i++)
		db_delete(&t->txn, DB_INDEX, i);
	tamper_forget_notes(t, size);
	t->size = size;
}

/* ---- hashes anew ---- */

static void
put_octets(struct tamper *t, enum db_table table, uint64_t key,
    const uint8_t *data, size_t len)
{
	const struct db_value value = { data, len, NULL, 0 };

	db_put(&t->txn, table, key, &value);
}

/* The node over what a tree of 256 of the level below has in it. */
static void
put_node(struct tamper *t, unsigned level, uint64_t index,
    struct seal_tree *below, struct seal_tree *above)
{
	uint8_t root[SEAL_LEN];

	seal_tree_root(below, root);
	put_octets(t, DB_NODE, (uint64_t)level << 56 | index, root, SEAL_LEN);
	seal_tree_add(above, root);
	seal_tree_init(below);
}

int
tamper_rebuild(struct tamper *t)
{
	static struct seal_tree all, level[4];
	static struct index_block block;
	uint8_t packed[SEAL_PACKED_MAX], bloom[INDEX_PACKED];

	seal_tree_init(&all);
	for (unsigned i = 0; i < 4; i++)
		seal_tree_init(&level[i]);
	index_init(&block);
	for (uint64_t seq = 0; seq < t->size; seq++) {
		uint64_t done = seq + 1;

		if (tamper_get(t, seq, &t->row) != 0)
			return -1;
		seal_tree_add(&all, t->row.leaf);
		seal_tree_add(&level[0], t->row.leaf);
		index_add(&block, t->row.record, t->row.len);
		if (done % LEDGER_BLOCK == 0) {
			put_octets(t, DB_INDEX, seq / LEDGER_BLOCK, bloom,
			    index_pack(&block, bloom));
			index_init(&block);
		}
		for (unsigned i = 1;
		     i < 4 && done % ((uint64_t)1 << 8 * i) == 0; i++)
			put_node(t, i, seq >> 8 * i, &level[i - 1], &level[i]);
	}
	put_octets(t, DB_TREE, 0, packed, seal_tree_pack(&all, packed));
	return t->txn.error == 0 ? 0 : -1;
}

/* ---- signed checkpoints ---- */

struct sizes {
	uint64_t size[NOTES_MAX];
	unsigned n;
	char origin[NOTE_NAME_MAX];
};

static int
visit_note(void *ctx, uint64_t key, const uint8_t *data, size_t len)
{
	struct sizes *sizes = ctx;
	struct checkpoint checkpoint;
	size_t text_len;

	if (sizes->n == NOTES_MAX)
		return 1;
	sizes->size[sizes->n++] = key;
	if (checkpoint_parse((const char *)data, len, &checkpoint, &text_len) ==
	    0)
		memcpy(sizes->origin, checkpoint.origin, NOTE_NAME_MAX);
	return 0;
}

void
tamper_forget_notes(struct tamper *t, uint64_t size)
{
	static struct sizes sizes;

	sizes.n = 0;
	(void)db_walk(&t->txn, DB_NOTE, size + 1, visit_note, &sizes);
	for (unsigned i = 0; i < sizes.n; i++)
		db_delete(&t->txn, DB_NOTE, sizes.size[i]);
}

static int
sign_anew(struct tamper *t, const struct checkpoint *checkpoint,
    const struct note_key *key, struct seal_key *secret)
{
	char note[NOTE_MAX];
	int text_len = checkpoint_print(checkpoint, note, sizeof(note));
	size_t len;

	if (text_len < 0)
		return -1;
	len = (size_t)text_len;
	if (note_sign(note, sizeof(note), &len, len, key, secret, 0) != 0)
		return -1;
	put_octets(t, DB_NOTE, checkpoint->size, (const uint8_t *)note, len);
	return 0;
}

/* The tree's root at every size of a signed checkpoint, signed by key. */
static int
sign_all(struct tamper *t, const struct sizes *sizes,
    const struct note_key *key, struct seal_key *secret)
{
	static struct seal_tree tree;
	struct checkpoint checkpoint = { .size = 0 };
	unsigned i = 0;

	memcpy(checkpoint.origin, sizes->origin, NOTE_NAME_MAX);
	seal_tree_init(&tree);
	for (uint64_t seq = 0; i < sizes->n; seq++) {
		if (tree.size == sizes->size[i]) {
			checkpoint.size = tree.size;
			seal_tree_root(&tree, checkpoint.root);
			if (sign_anew(t, &checkpoint, key, secret) != 0)
				return -1;
			i++;
		}
		if (i < sizes->n && tamper_get(t, seq, &t->row) != 0)
			return -1;
		seal_tree_add(&tree, t->row.leaf);
	}
	return 0;
}

int
tamper_resign(struct tamper *t)
{
	static struct sizes sizes;
	struct seal_key *secret = seal_key_make();
	uint8_t public_key[SEAL_PUBLIC_LEN];
	struct note_key key;
	int err = -1;

	sizes.n = 0;
	(void)db_walk(&t->txn, DB_NOTE, 0, visit_note, &sizes);
	if (secret != NULL && sizes.n > 0) {
		seal_key_public(secret, public_key);
		if (note_key_make(
			&key, sizes.origin, NOTE_ED25519, public_key) == 0)
			err = sign_all(t, &sizes, &key, secret);
	}
	seal_key_free(secret);
	return err == 0 && t->txn.error == 0 ? 0 : -1;
}
