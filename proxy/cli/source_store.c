/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log read from the folder of its store. It reads the tables themselves,
 * for a log that has been tampered with is not opened by store/ledger.h; that
 * makes the proofs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/cli/args.h"
#include "proxy/cli/offline.h"
#include "proxy/cli/source.h"
#include "store/db.h"
#include "store/entry.h"
#include "store/ledger.h"
#include "store/record.h"
#include "store/store.h"

/* Items read in one transaction, so that none is open for long. */
#define CHUNK 1024u

struct store_source {
	struct source source; /* first */
	struct db *db;
	struct db_txn txn;
	int error;    /* of the last change between source and ledger */
	bool reading; /* txn is open */
	bool block_due;
	bool index_due;
	bool spare_due; /* the end of all entries is to be looked behind */
	unsigned left;  /* items until it is opened anew */
	uint64_t at;
	uint64_t to;
	uint64_t end;
	uint64_t removed; /* blocks from this one on were not removed */
	char path[];
};

static struct store_source *
of(struct source *source)
{
	return (struct store_source *)(void *)source;
}

static int
fail(struct store_source *self, int err)
{
	return source_fail(&self->source, CLI_NO, "--store %.100s: %s",
	    self->path, db_error_text(err));
}

static void
reading_end(struct store_source *self)
{
	if (self->reading)
		db_abort(&self->txn);
	self->reading = false;
}

static int
reading_begin(struct store_source *self)
{
	int err;

	if (self->reading && self->left > 0 && self->txn.error == 0)
		return 0;
	reading_end(self);
	if (self->db == NULL)
		return self->error != 0 ? self->error : DB_MISUSE;
	err = db_begin(self->db, &self->txn, false);
	if (err != 0) {
		db_abort(&self->txn);
		return err;
	}
	self->reading = true;
	self->left = CHUNK;
	return 0;
}

static uint64_t
number_of(const uint8_t *octets, size_t len)
{
	uint64_t number = 0;

	for (size_t i = 0; i < len && i < 8; i++)
		number = number << 8 | octets[i];
	return number;
}

/* The first block that retention has not come to: no more than there are
 * hashes of blocks. */
static uint64_t
removed_read(struct db_txn *txn)
{
	const uint8_t *data;
	uint64_t first, nodes, last;
	size_t len;

	if (db_get(txn, DB_META, STORE_PRUNED, &data, &len) != 0 || len != 16 ||
	    db_count(txn, DB_NODE, &nodes, &last) != 0)
		return 0;
	first = number_of(&data[8], 8);
	return first < nodes ? first : nodes;
}

/* Behind the last entry. */
static int
end_read(struct store_source *self)
{
	const uint8_t *data;
	uint64_t last;
	size_t len;
	int err;

	self->removed = removed_read(&self->txn);
	self->end = self->removed * LEDGER_BLOCK;
	err = db_find_last(&self->txn, DB_LOG, UINT64_MAX, &last, &data, &len);
	if (err == 0 && last < UINT64_MAX && last + 1 > self->end)
		self->end = last + 1;
	return err == DB_NOT_FOUND ? 0 : err;
}

static int
head_read(struct store_source *self, struct source_seal *out)
{
	struct seal_tree tree;
	const uint8_t *data;
	size_t len;
	int err = db_get(&self->txn, DB_TREE, DB_TREE_EDGE, &data, &len);

	seal_tree_init(&tree);
	if (err != 0 && err != DB_NOT_FOUND)
		return err;
	/* An edge that is none is found by what it leaves out: the root. */
	out->has_root = err != 0 || seal_tree_unpack(data, len, &tree) == 0;
	out->log_size = out->has_root ? tree.size : number_of(data, len);
	seal_tree_root(&tree, out->root);
	return 0;
}

/* ---- entries ---- */

static int
folder_range(struct source *source, uint64_t from, uint64_t to)
{
	struct store_source *self = of(source);
	int err;

	err = reading_begin(self);
	if (err == 0)
		err = end_read(self);
	if (err != 0)
		return fail(self, err);
	self->at = from;
	self->to = to < self->end ? to : self->end;
	self->block_due = self->index_due = false;
	self->spare_due = to >= self->end;
	return 0;
}

static bool
node_read(struct store_source *self, uint64_t block, uint8_t out[SEAL_LEN])
{
	const uint8_t *data;
	size_t len;

	if (db_get(&self->txn, DB_NODE, db_node_key(1, block), &data, &len) !=
		0 ||
	    len != SEAL_LEN)
		return false;
	memcpy(out, data, SEAL_LEN);
	return true;
}

/* No entry stands at this place: was its block removed, and how far is it to
 * the next? */
static int
gap_read(struct store_source *self, struct source_item *item)
{
	uint64_t block = self->at / LEDGER_BLOCK, next;
	uint64_t behind = (block + 1) * LEDGER_BLOCK;
	const uint8_t *data;
	size_t len;
	int err =
	    db_find_first(&self->txn, DB_LOG, self->at, &next, &data, &len);

	if (err != 0 && err != DB_NOT_FOUND)
		return err;
	if (err == DB_NOT_FOUND || next > self->end)
		next = self->end;
	if (block < self->removed && self->at % LEDGER_BLOCK == 0 &&
	    next >= behind && node_read(self, block, item->hash)) {
		item->what = SOURCE_REMOVED;
		self->at = behind;
		return 0;
	}
	item->what = SOURCE_MISSING;
	item->to = block < self->removed && behind < next ? behind : next;
	self->at = item->to;
	return 0;
}

static int
entry_read(struct store_source *self, struct source_item *item)
{
	int err =
	    db_get(&self->txn, DB_LOG, self->at, &item->record, &item->len);

	item->seq = self->at;
	if (err == DB_NOT_FOUND)
		return gap_read(self, item);
	self->at++;
	self->block_due = self->index_due = self->at % LEDGER_BLOCK == 0;
	if (err != 0 && err != DB_CORRUPT)
		return err;
	if (err != 0 || item->len < SEAL_LEN) {
		item->what = SOURCE_DAMAGED;
		self->left = 0; /* the error sticks to the transaction */
		return 0;
	}
	item->what = SOURCE_RECORD;
	item->len -= SEAL_LEN;
	memcpy(item->hash, &item->record[item->len], SEAL_LEN);
	return 0;
}

/* The hashes of the block that has just ended; false: they were given. */
static bool
block_read(struct store_source *self, struct source_item *item)
{
	uint64_t block = self->at / LEDGER_BLOCK - 1;
	const uint8_t *data;
	size_t len;

	item->seq = self->at;
	if (self->block_due) {
		self->block_due = false;
		item->what = SOURCE_BLOCK;
		if (node_read(self, block, item->hash))
			return true;
	}
	if (self->index_due) {
		self->index_due = false;
		item->what = SOURCE_INDEX;
		if (db_get(&self->txn, DB_INDEX, block, &data, &len) == 0) {
			seal_sha256(data, len, item->hash);
			return true;
		}
	}
	memset(item, 0, sizeof(*item));
	return false;
}

/* Behind the last entry: the index of a block that is not whole, even now that
 * a daemon may have written to it. */
static void
spare_read(struct store_source *self, struct source_item *item)
{
	struct source_seal seal = { 0 };
	const uint8_t *data;
	uint64_t block;
	size_t len;

	self->spare_due = false;
	if (end_read(self) != 0 || head_read(self, &seal) != 0)
		return;
	if (seal.log_size < self->end)
		seal.log_size = self->end;
	if (db_find_first(&self->txn, DB_INDEX, seal.log_size / LEDGER_BLOCK,
		&block, &data, &len) != 0 ||
	    block >= UINT64_MAX / LEDGER_BLOCK)
		return;
	item->what = SOURCE_INDEX;
	item->seq = (block + 1) * LEDGER_BLOCK;
	seal_sha256(data, len, item->hash);
}

static int
folder_next(struct source *source, struct source_item *item)
{
	struct store_source *self = of(source);
	int err = reading_begin(self);

	if (err != 0)
		return fail(self, err);
	if (block_read(self, item))
		return 0;
	if (self->at >= self->to) {
		if (self->spare_due)
			spare_read(self, item);
		return 0;
	}
	self->left--;
	err = entry_read(self, item);
	return err == 0 ? 0 : fail(self, err);
}

static void
range_end(struct store_source *self)
{
	self->to = self->at;
	self->block_due = self->index_due = self->spare_due = false;
}

/* ---- keys ---- */

static void
key_read(struct store_source *self, uint64_t seq, struct entry *entry,
    source_key visit, void *ctx)
{
	struct record_peek peek;
	const uint8_t *data;
	size_t len;

	if (db_get(&self->txn, DB_LOG, seq, &data, &len) != 0 ||
	    len < SEAL_LEN || record_peek(data, len - SEAL_LEN, &peek) != 0 ||
	    peek.kind != ENTRY_KEY ||
	    record_decode(data, len - SEAL_LEN, entry) < 0)
		return;
	visit(ctx, entry->text, entry->evidence);
}

/* May a block have such an entry? Should its index have been changed, a key
 * stays unknown, which is on the safe side. */
static bool
keys_may_be(struct store_source *self, uint64_t block)
{
	static const struct index_query query = {
		.rule_id = UINT64_MAX, .kind = ENTRY_KEY, .state = UINT8_MAX
	};
	const uint8_t *data;
	size_t len;

	return db_get(&self->txn, DB_INDEX, block, &data, &len) != 0 ||
	       index_may_hold(data, len, &query);
}

static int
folder_keys(struct source *source, source_key visit, void *ctx)
{
	struct store_source *self = of(source);
	struct entry *entry = calloc(1, sizeof(*entry));
	uint64_t at = 0, end;
	const uint8_t *data;
	size_t len;
	int err = entry == NULL ? DB_MEMORY : 0;

	range_end(self);
	while (err == 0) {
		self->left = 0; /* a block a transaction */
		err = reading_begin(self);
		if (err == 0)
			err = db_find_first(
			    &self->txn, DB_LOG, at, &at, &data, &len);
		if (err != 0 || at > UINT64_MAX - LEDGER_BLOCK)
			break;
		end = (at / LEDGER_BLOCK + 1) * LEDGER_BLOCK;
		if (!keys_may_be(self, at / LEDGER_BLOCK))
			at = end;
		for (; at < end; at++)
			key_read(self, at, entry, visit, ctx);
	}
	free(entry);
	return err == 0 || err == DB_NOT_FOUND ? 0 : fail(self, err);
}

/* ---- seal ---- */

/* The key that the log's last entry about keys told of. */
static void
vkey_read(struct store_source *self, char vkey[NOTE_VKEY_MAX])
{
	char origin[NOTE_NAME_MAX] = "";
	struct note_key key;
	const uint8_t *data;
	size_t len;

	if (db_get(&self->txn, DB_META, STORE_ORIGIN, &data, &len) != 0 ||
	    len >= sizeof(origin))
		return;
	memcpy(origin, data, len);
	if (db_get(&self->txn, DB_META, STORE_KEY, &data, &len) != 0 ||
	    len != SEAL_PUBLIC_LEN ||
	    note_key_make(&key, origin, NOTE_ED25519, data) < 0 ||
	    note_key_print(&key, vkey, NOTE_VKEY_MAX) < 0)
		vkey[0] = '\0';
}

static int
folder_seal(struct source *source, uint64_t at_most, struct source_seal *out)
{
	struct store_source *self = of(source);
	const uint8_t *data;
	uint64_t size;
	size_t len;
	int err;

	range_end(self);
	err = reading_begin(self);
	if (err == 0)
		err = head_read(self, out);
	if (err == 0)
		err = end_read(self);
	if (err != 0)
		return fail(self, err);
	out->end = self->end;
	vkey_read(self, out->vkey);
	err = db_find_last(&self->txn, DB_NOTE, at_most, &size, &data, &len);
	if (err != 0 && err != DB_NOT_FOUND)
		return fail(self, err);
	if (err == 0) {
		out->size = size;
		out->note_len = len < NOTE_MAX ? len : NOTE_MAX;
		memcpy(out->note, data, out->note_len);
	}
	return 0;
}

/* ---- proofs, and the folder ---- */

static int
folder_open(struct store_source *self)
{
	return db_open_readonly(self->path, &self->db);
}

/* One process may have the folder open but once. */
bool
source_yield(struct source *source, struct ledger **out)
{
	struct store_source *self = of(source);

	reading_end(self);
	db_close(self->db);
	self->db = NULL;
	self->error = ledger_open_readonly(self->path, out);
	if (self->error == 0)
		return true;
	source_take_back(source, NULL);
	return false;
}

void
source_take_back(struct source *source, struct ledger *ledger)
{
	struct store_source *self = of(source);
	int err;

	ledger_close(ledger);
	err = folder_open(self);
	if (self->error == 0)
		self->error = err;
}

static int
folder_proof(struct source *source, uint64_t index, uint64_t size,
    bool consistency, struct proof *out)
{
	struct store_source *self = of(source);
	struct ledger *ledger = NULL;
	int err;

	if (!source_yield(source, &ledger))
		return fail(self, self->error);
	err = consistency ? ledger_consistency(ledger, index, size, out)
			  : ledger_inclusion(ledger, index, size, out);
	source_take_back(source, ledger);
	return err == 0 ? 0 : fail(self, err);
}

static void
folder_close(struct source *source)
{
	struct store_source *self = of(source);

	reading_end(self);
	db_close(self->db);
	free(self);
}

static const struct source_ops ops = {
	.range = folder_range,
	.next = folder_next,
	.seal = folder_seal,
	.proof = folder_proof,
	.keys = folder_keys,
	.close = folder_close,
};

struct source *
source_store_open(const char *path, char why[SOURCE_WHY_MAX], int *status)
{
	size_t len = strlen(path) + 1;
	struct store_source *self;
	int err;

	*status = offline_look(path, why, SOURCE_WHY_MAX);
	if (*status != 0)
		return NULL;
	self = calloc(1, sizeof(*self) + len);
	err = self == NULL || seal_init() != 0 ? DB_MEMORY : 0;
	if (err == 0) {
		memcpy(self->path, path, len);
		self->source.ops = &ops;
		self->source.stride = LEDGER_BLOCK;
		err = folder_open(self);
	}
	if (err == 0)
		return &self->source;
	*status = CLI_WRONG;
	(void)snprintf(why, SOURCE_WHY_MAX, "--store %.100s: %s", path,
	    access(path, R_OK | X_OK) < 0 ? strerror(errno)
					  : db_error_text(err));
	free(self);
	return NULL;
}
