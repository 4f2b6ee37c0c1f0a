/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live rules: by rule id, the number of the log entry that holds the rule
 * as it stands. What is believed of a rule is read from the log, so this table
 * has nothing to hash; it can be dropped and costs only what customers will
 * announce again.
 */
#pragma once

#include <stdint.h>

#include "store/db.h"

/* In a write transaction; errors stick to it. */
void live_put(struct db_txn *txn, uint64_t rule_id, uint64_t seq);
void live_delete(struct db_txn *txn, uint64_t rule_id);

/*
 * Call visit for each live rule from id `from` on, by rising id, until it
 * returns other than 0. Returns that, 0 at the end, or an error.
 */
int live_walk(struct db_txn *txn, uint64_t from,
    int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq), void *ctx);
