/* SPDX-License-Identifier: BSD-2-Clause */
/* Retention: old blocks lose their records; their hashes stay. */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"
#include "store/live.h"
#include "store/store.h"

#define NOTES_SLICE 1024 /* checkpoints in one transaction */

static void
pruned_put(struct db_txn *txn, const struct ledger_pruned *pruned)
{
	uint8_t octets[16];
	const struct db_value value = { octets, sizeof(octets), NULL, 0 };

	for (unsigned i = 0; i < 8; i++) {
		octets[i] = (uint8_t)(pruned->blocks >> (56 - 8 * i));
		octets[8 + i] = (uint8_t)(pruned->first >> (56 - 8 * i));
	}
	db_put(txn, DB_META, STORE_PRUNED, &value);
}

/* The first block that may not go: that of the last entry, and that of the last
 * checkpoint, from which the next one is proven. */
static int
prune_limit(struct db_txn *txn, uint64_t size, uint64_t *limit)
{
	const uint8_t *data;
	uint64_t noted;
	size_t len;
	int err = db_find_last(txn, DB_NOTE, UINT64_MAX, &noted, &data, &len);

	*limit = size == 0 ? 0 : (size - 1) / LEDGER_BLOCK;
	if (err == 0 && noted / LEDGER_BLOCK < *limit)
		*limit = noted / LEDGER_BLOCK;
	return err == DB_NOT_FOUND ? 0 : err;
}

/* Only a block whose hash is kept may go. */
static int
block_remove(struct db_txn *txn, uint64_t block)
{
	uint8_t hash[SEAL_LEN];
	int err = ledger_node_read(txn, 1, block, hash);

	if (err != 0)
		return err == DB_NOT_FOUND ? DB_CORRUPT : err;
	for (unsigned i = 0; i < LEDGER_BLOCK; i++)
		db_delete(txn, DB_LOG, block * LEDGER_BLOCK + i);
	db_delete(txn, DB_INDEX, block);
	return txn->error;
}

/* The first block from `from` on that has records; `end` when there is none
 * before it. */
static int
block_next(struct db_txn *txn, uint64_t from, uint64_t end, uint64_t *block)
{
	const uint8_t *data;
	uint64_t key = 0;
	size_t len;
	int err =
	    db_find_first(txn, DB_LOG, from * LEDGER_BLOCK, &key, &data, &len);

	*block = end;
	if (err == 0 && key / LEDGER_BLOCK < end)
		*block = key / LEDGER_BLOCK;
	return err == DB_NOT_FOUND ? 0 : err;
}

bool
ledger_pinned(const struct ledger_pins *pins, uint64_t block)
{
	for (unsigned i = 0; pins != NULL && i < pins->n; i++)
		if (pins->block[i] == block)
			return true;
	return false;
}

/* Those of sizes below `before`, a bounded number of them; the rest goes with
 * the next blocks. The last one is of no such size: see prune_limit(). */
static void
notes_remove(struct db_txn *txn, uint64_t before)
{
	const uint8_t *data;
	uint64_t size;
	size_t len;

	for (unsigned n = 0; n < NOTES_SLICE; n++) {
		if (db_find_first(txn, DB_NOTE, 0, &size, &data, &len) != 0 ||
		    size >= before)
			break;
		db_delete(txn, DB_NOTE, size);
	}
}

int
ledger_prune(struct ledger *ledger, struct db_txn *txn, uint64_t before,
    uint32_t max, bool (*keep)(void *ctx, uint64_t block), void *ctx,
    uint32_t *removed)
{
	struct ledger_pruned pruned;
	uint64_t block, limit, first = UINT64_MAX;
	int err = ledger_pruned_read(txn, &pruned);

	*removed = 0;
	if (err == 0)
		err = prune_limit(txn, ledger->pending.size, &limit);
	if (err != 0)
		return err;
	if (before > limit)
		before = limit;
	block = pruned.first;
	while (*removed < max) {
		err = block_next(txn, block, before, &block);
		if (err != 0 || block >= before)
			break;
		if (keep != NULL && keep(ctx, block)) {
			if (first == UINT64_MAX)
				first = block;
		} else {
			err = block_remove(txn, block);
			if (err != 0)
				break;
			(*removed)++;
		}
		block++;
	}
	if (err != 0 || *removed == 0)
		return err;
	pruned.blocks += *removed;
	pruned.first = first < block ? first : block;
	pruned_put(txn, &pruned);
	notes_remove(txn, pruned.first * LEDGER_BLOCK);
	return txn->error;
}

/* ---- how far ---- */

struct plan {
	struct db_txn *txn;
	const uint8_t *live; /* bit per block */
	const struct ledger_pins *pins;
	uint64_t limit;
	uint64_t from_ns;
	uint64_t surplus; /* blocks to go for their size */
	uint64_t block;   /* first to stay, so far */
};

/* A damaged index is made anew from the records. */
static int
block_newest(struct plan *plan, uint64_t block, const uint8_t *data, size_t len,
    uint64_t *to_ns)
{
	struct index_block index;
	uint64_t from_ns;
	int err;

	if (index_span(data, len, &from_ns, to_ns) == 0)
		return 0;
	err = ledger_index_make(plan->txn, block, LEDGER_BLOCK, &index);
	*to_ns = index.to_ns;
	return err;
}

/* By rising number, until the first that is to stay. */
static int
plan_block(void *ctx, uint64_t block, const uint8_t *data, size_t len)
{
	struct plan *plan = ctx;
	uint64_t to_ns;
	int err;

	if (block >= plan->limit)
		return 1;
	if ((plan->live[block / 8] >> block % 8 & 1) != 0 ||
	    ledger_pinned(plan->pins, block))
		return 0; /* stays in any case */
	err = block_newest(plan, block, data, len, &to_ns);
	if (err != 0)
		return err;
	if (plan->surplus == 0 && to_ns >= plan->from_ns)
		return 1;
	if (plan->surplus > 0)
		plan->surplus--;
	plan->block = block + 1;
	return 0;
}

static uint64_t
octets_read(struct db_txn *txn)
{
	return db_octets(txn, DB_LOG) + db_octets(txn, DB_INDEX) +
	       db_octets(txn, DB_NODE) + db_octets(txn, DB_NOTE);
}

int
ledger_octets(struct ledger *ledger, uint64_t *out)
{
	struct db_txn txn;
	int err = db_begin(ledger->db, &txn, false);

	*out = err == 0 ? octets_read(&txn) : 0;
	if (err == 0)
		err = txn.error;
	db_abort(&txn);
	return err;
}

/* How many blocks of the usual size are too many. */
static int
surplus_read(struct db_txn *txn, uint64_t octets, uint64_t *surplus)
{
	uint64_t total = octets_read(txn);
	uint64_t blocks, last, each;
	int err = db_count(txn, DB_INDEX, &blocks, &last);

	*surplus = 0;
	if (err != 0 || octets == 0 || total <= octets || blocks == 0)
		return err;
	each = db_octets(txn, DB_LOG) / blocks + 1;
	*surplus = (total - octets + each - 1) / each;
	return txn->error;
}

static int
plan_make(struct plan *plan, uint64_t octets)
{
	struct ledger_pruned pruned;
	struct seal_tree tree;
	uint8_t *live;
	int err = ledger_tree_read(plan->txn, &tree);

	if (err == 0)
		err = ledger_pruned_read(plan->txn, &pruned);
	if (err == 0)
		err = prune_limit(plan->txn, tree.size, &plan->limit);
	if (err == 0)
		err = surplus_read(plan->txn, octets, &plan->surplus);
	if (err != 0)
		return err;
	live = live_blocks(plan->txn, plan->limit);
	if (live == NULL)
		return plan->txn->error != 0 ? plan->txn->error : DB_MEMORY;
	plan->live = live;
	plan->block = pruned.first;
	err = db_walk(plan->txn, DB_INDEX, pruned.first, plan_block, plan);
	free(live);
	return err < 0 ? err : 0;
}

int
ledger_keep_from(struct ledger *ledger, uint64_t from_ns, uint64_t octets,
    const struct ledger_pins *pins, uint64_t *block)
{
	struct db_txn txn;
	struct plan plan = { .txn = &txn, .pins = pins, .from_ns = from_ns };
	int err = db_begin(ledger->db, &txn, false);

	if (err == 0)
		err = plan_make(&plan, octets);
	db_abort(&txn);
	*block = err == 0 ? plan.block : 0;
	return err;
}
