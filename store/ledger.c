/* SPDX-License-Identifier: BSD-2-Clause */
/* Appending, reading and checking the log. */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/record.h"

#define TREE_KEY 0
/* Entries read in one transaction, so that none is open for long. */
#define CHUNK    1024

struct ledger {
	struct db *db;
	bool owner;               /* db is closed with the log */
	struct seal_tree tree;    /* as committed; the writer's */
	struct seal_tree pending; /* and with what is in the transaction */
};

/* A log that never was written to has no edge yet. */
static int
tree_read(struct db_txn *txn, struct seal_tree *tree)
{
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_TREE, TREE_KEY, &data, &len);

	seal_tree_init(tree);
	if (err == DB_NOT_FOUND)
		return 0;
	if (err != 0)
		return err;
	return seal_tree_unpack(data, len, tree) != 0 ? DB_CORRUPT : 0;
}

/* The record and its hash as they stand, checked against each other. */
static int
record_read(
    struct db_txn *txn, uint64_t seq, const uint8_t **record, size_t *len)
{
	uint8_t leaf[SEAL_LEN];
	int err = db_get(txn, DB_LOG, seq, record, len);

	if (err != 0)
		return err;
	if (*len < SEAL_LEN)
		return DB_CORRUPT;
	*len -= SEAL_LEN;
	seal_leaf(*record, *len, leaf);
	if (memcmp(leaf, &(*record)[*len], SEAL_LEN) != 0)
		return DB_CORRUPT;
	return record_seq(*record, *len) == seq ? 0 : DB_CORRUPT;
}

static int
entry_read(struct db_txn *txn, uint64_t seq, struct entry *out)
{
	const uint8_t *record;
	size_t len;
	int err = record_read(txn, seq, &record, &len);

	if (err != 0)
		return err;
	return record_decode(record, len, out) < 0 ? DB_CORRUPT : 0;
}

/* The end is where a torn write would show. */
static int
end_check(struct db_txn *txn, const struct seal_tree *tree)
{
	const uint8_t *record;
	uint64_t count, last;
	size_t len;
	int err = db_count(txn, DB_LOG, &count, &last);

	if (err != 0)
		return err;
	if (count != tree->size || (count > 0 && last != count - 1))
		return DB_CORRUPT;
	if (count == 0)
		return 0;
	err = record_read(txn, last, &record, &len);
	if (err == 0 && (count & 1) != 0 &&
	    memcmp(&record[len], tree->node[0], SEAL_LEN) != 0)
		return DB_CORRUPT;
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

static int
ledger_load(struct ledger *ledger)
{
	struct db_txn txn;
	int err;

	if (seal_init() != 0)
		return DB_MISUSE;
	err = db_begin(ledger->db, &txn, false);
	if (err == 0)
		err = tree_read(&txn, &ledger->tree);
	if (err == 0)
		err = end_check(&txn, &ledger->tree);
	db_abort(&txn);
	ledger->pending = ledger->tree;
	return err;
}

int
ledger_open(struct db *db, struct ledger **out)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	int err;

	*out = NULL;
	if (ledger == NULL)
		return DB_MEMORY;
	ledger->db = db;
	err = ledger_load(ledger);
	if (err != 0)
		ledger_close(ledger);
	else
		*out = ledger;
	return err;
}

int
ledger_open_readonly(const char *path, struct ledger **out)
{
	struct db *db;
	int err = db_open_readonly(path, &db);

	*out = NULL;
	if (err != 0)
		return err;
	err = ledger_open(db, out);
	if (err != 0)
		db_close(db);
	else
		(*out)->owner = true;
	return err;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	if (ledger->owner)
		db_close(ledger->db);
	free(ledger);
}

int
ledger_append(struct ledger *ledger, struct db_txn *txn, const uint8_t *record,
    size_t len, const uint8_t leaf[SEAL_LEN])
{
	const struct db_value value = { record, len, leaf, SEAL_LEN };
	uint64_t seq = ledger->pending.size;

	if (len > RECORD_LEN_LIMIT || record_seq(record, len) != seq)
		return DB_MISUSE;
	db_append(txn, DB_LOG, seq, &value);
	if (txn->error == 0)
		seal_tree_add(&ledger->pending, leaf);
	return txn->error;
}

void
ledger_seal(struct ledger *ledger, struct db_txn *txn)
{
	uint8_t packed[SEAL_PACKED_MAX];
	struct db_value value = { packed, 0, NULL, 0 };

	value.len = seal_tree_pack(&ledger->pending, packed);
	db_put(txn, DB_TREE, TREE_KEY, &value);
}

void
ledger_settle(struct ledger *ledger, bool committed)
{
	if (committed)
		ledger->tree = ledger->pending;
	else
		ledger->pending = ledger->tree;
}

uint64_t
ledger_next(const struct ledger *ledger)
{
	return ledger->pending.size;
}

void
ledger_written(const struct ledger *ledger, struct ledger_head *out)
{
	out->size = ledger->tree.size;
	seal_tree_root(&ledger->tree, out->root);
}

int
ledger_head_read(struct ledger *ledger, struct ledger_head *out)
{
	struct seal_tree tree;
	struct db_txn txn;
	int err;

	memset(out, 0, sizeof(*out));
	err = db_begin(ledger->db, &txn, false);
	if (err == 0)
		err = tree_read(&txn, &tree);
	db_abort(&txn);
	if (err != 0)
		return err;
	out->size = tree.size;
	seal_tree_root(&tree, out->root);
	return 0;
}

int
ledger_get(struct ledger *ledger, uint64_t seq, struct entry *out)
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	if (err == 0)
		err = entry_read(&txn, seq, out);
	db_abort(&txn);
	return err;
}

/* Where a walk stands: what is left to visit is from..to-1. */
struct walk {
	struct ledger *ledger;
	uint64_t from;
	uint64_t to;
	bool backward;
	int (*visit)(void *ctx, const struct entry *entry);
	void *ctx;
	struct entry entry;
};

/* An entry that is missing inside the log's size is damage, not its end. */
static int
walk_step(struct walk *walk, struct db_txn *txn)
{
	uint64_t seq = walk->backward ? walk->to - 1 : walk->from;
	int err = entry_read(txn, seq, &walk->entry);

	if (err != 0)
		return err == DB_NOT_FOUND ? DB_CORRUPT : err;
	if (walk->backward)
		walk->to--;
	else
		walk->from++;
	return walk->visit(walk->ctx, &walk->entry);
}

static int
walk_chunk(struct walk *walk)
{
	struct db_txn txn;
	int err = db_begin(walk->ledger->db, &txn, false);

	for (unsigned n = 0; n < CHUNK && err == 0 && walk->from < walk->to;
	     n++)
		err = walk_step(walk, &txn);
	db_abort(&txn);
	return err;
}

int
ledger_walk(struct ledger *ledger, const struct ledger_range *range,
    int (*visit)(void *ctx, const struct entry *entry), void *ctx,
    uint64_t *seq)
{
	struct walk *walk;
	struct ledger_head head;
	int err = ledger_head_read(ledger, &head);

	if (seq != NULL)
		*seq = range->from;
	if (err != 0)
		return err;
	walk = malloc(sizeof(*walk)); /* 7 KiB: not on the stack */
	if (walk == NULL)
		return DB_MEMORY;
	walk->ledger = ledger;
	walk->from = range->from;
	walk->to = range->to < head.size ? range->to : head.size;
	walk->backward = range->backward;
	walk->visit = visit;
	walk->ctx = ctx;
	while (err == 0 && walk->from < walk->to)
		err = walk_chunk(walk);
	if (seq != NULL && range->backward)
		*seq = err < 0 ? walk->to - 1 : walk->to;
	else if (seq != NULL)
		*seq = walk->from;
	free(walk);
	return err;
}

static int
verify_chunk(struct ledger *ledger, struct seal_tree *tree, uint64_t size)
{
	const uint8_t *record;
	struct db_txn txn;
	size_t len;
	int err = db_begin(ledger->db, &txn, false);

	for (unsigned n = 0; n < CHUNK && err == 0 && tree->size < size; n++) {
		err = record_read(&txn, tree->size, &record, &len);
		if (err == 0)
			seal_tree_add(tree, &record[len]);
	}
	db_abort(&txn);
	return err == DB_NOT_FOUND ? DB_CORRUPT : err;
}

int
ledger_verify(struct ledger *ledger, uint64_t *seq)
{
	struct seal_tree tree;
	struct ledger_head head;
	uint8_t root[SEAL_LEN];
	int err = ledger_head_read(ledger, &head);

	seal_tree_init(&tree);
	while (err == 0 && tree.size < head.size)
		err = verify_chunk(ledger, &tree, head.size);
	*seq = tree.size;
	if (err != 0)
		return err;
	seal_tree_root(&tree, root);
	return memcmp(root, head.root, SEAL_LEN) == 0 ? 0 : DB_CORRUPT;
}
