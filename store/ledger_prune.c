/* SPDX-License-Identifier: BSD-2-Clause */
/* Retention: old blocks lose their records; their hashes stay. */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_parts.h"
#include "store/live.h"
#include "store/store.h"

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

/* Checkpoints of sizes inside of the block: their roots can no longer be made.
 * The last one is of no such size: see prune_limit(). */
static void
notes_remove(struct db_txn *txn, uint64_t block)
{
	const uint64_t end = (block + 1) * LEDGER_BLOCK;
	uint64_t size = block * LEDGER_BLOCK;
	const uint8_t *data;
	size_t len;

	while (db_find_first(txn, DB_NOTE, size, &size, &data, &len) == 0 &&
	       size < end)
		db_delete(txn, DB_NOTE, size);
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
	notes_remove(txn, block);
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

/*
 * What later looks need, whatever its age: the first entry names the log and
 * what was before it, and those of key changes lead from each key to the next.
 * An index that is damaged, or has gone, does not say that there are none.
 */
static bool
is_lasting(uint64_t block, const uint8_t *index, size_t len)
{
	static const struct index_query keys = {
		.kind = ENTRY_KEY, .rule_id = UINT64_MAX, .state = UINT8_MAX
	};

	return block == 0 || index_may_hold(index, len, &keys);
}

static bool
block_lasts(struct db_txn *txn, uint64_t block)
{
	const uint8_t *index;
	size_t len;

	return db_get(txn, DB_INDEX, block, &index, &len) != 0 ||
	       is_lasting(block, index, len);
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
		if (block_lasts(txn, block) ||
		    (keep != NULL && keep(ctx, block))) {
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
	return txn->error;
}

/* ---- how far ---- */

struct plan {
	struct db_txn *txn;
	const uint8_t *live; /* bit per block */
	const struct ledger_pins *pins;
	uint64_t limit;
	uint64_t now_ns;
	uint64_t from_ns;
	uint64_t surplus;   /* blocks to go for their size */
	uint64_t undecided; /* blocks from the future, since the last to go */
	uint64_t first;     /* of them */
	struct ledger_old old;
};

/* A block goes, and those before it of which that was not known. */
static void
plan_take(struct plan *plan, uint64_t block)
{
	uint64_t n = plan->undecided;

	plan->surplus -= plan->surplus < n ? plan->surplus : n;
	if (plan->old.blocks == 0)
		plan->old.first = plan->first;
	plan->old.blocks += n;
	plan->old.before = block + 1;
	plan->undecided = 0;
}

/* By rising number, until the first that is to stay. */
static int
plan_block(void *ctx, uint64_t block, const uint8_t *data, size_t len)
{
	struct plan *plan = ctx;
	uint64_t from_ns, to_ns;

	if (block >= plan->limit)
		return 1;
	if ((plan->live[block / 8] >> block % 8 & 1) != 0 ||
	    ledger_pinned(plan->pins, block) || is_lasting(block, data, len) ||
	    index_span(data, len, &from_ns, &to_ns) != 0)
		return 0; /* stays in any case */
	if (plan->undecided++ == 0)
		plan->first = block;
	if (plan->surplus == 0 && to_ns > plan->now_ns)
		return 0;
	if (plan->surplus == 0 && to_ns >= plan->from_ns)
		return 1;
	plan_take(plan, block);
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
	err = db_walk(plan->txn, DB_INDEX, pruned.first, plan_block, plan);
	free(live);
	return err < 0 ? err : 0;
}

int
ledger_old(struct ledger *ledger, const struct ledger_bounds *bounds,
    const struct ledger_pins *pins, struct ledger_old *out)
{
	struct db_txn txn;
	struct plan plan = { .txn = &txn,
		.pins = pins,
		.now_ns = bounds->now_ns,
		.from_ns = bounds->from_ns };
	int err = db_begin(ledger->db, &txn, false);

	if (err == 0)
		err = plan_make(&plan, bounds->octets);
	db_abort(&txn);
	*out = err == 0 ? plan.old : (struct ledger_old){ 0 };
	return err;
}
