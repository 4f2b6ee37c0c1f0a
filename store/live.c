/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of live rules. */
#include "store/live.h"

#define VALUE_LEN 8

void
live_put(struct db_txn *txn, uint64_t rule_id, uint64_t seq)
{
	uint8_t octets[VALUE_LEN];
	const struct db_value value = { octets, VALUE_LEN, NULL, 0 };

	for (unsigned i = 0; i < VALUE_LEN; i++)
		octets[i] = (uint8_t)(seq >> (56 - 8 * i));
	db_put(txn, DB_LIVE, rule_id, &value);
}

void
live_delete(struct db_txn *txn, uint64_t rule_id)
{
	db_delete(txn, DB_LIVE, rule_id);
}

struct walk {
	int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq);
	void *ctx;
};

static int
visit_row(void *ctx, uint64_t rule_id, const uint8_t *data, size_t len)
{
	const struct walk *walk = ctx;
	uint64_t seq = 0;

	if (len != VALUE_LEN)
		return DB_CORRUPT;
	for (unsigned i = 0; i < VALUE_LEN; i++)
		seq = seq << 8 | data[i];
	return walk->visit(walk->ctx, rule_id, seq);
}

int
live_walk(struct db_txn *txn, uint64_t from,
    int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq), void *ctx)
{
	struct walk walk = { visit, ctx };

	return db_walk(txn, DB_LIVE, from, visit_row, &walk);
}
