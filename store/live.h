/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live rules: by rule id, the number of the log entry that holds the rule
 * as it stands. What is believed of a rule is read from the log; the table can
 * be dropped and costs only what customers will announce again.
 *
 * Beside it stands its digest, changed with it in the same transaction: four
 * independent sums, each mod 2^64, over all rows, of four numbers that are
 * mixed from rule id and seq. It tells a table that lost or gained rows, or is
 * that of another day, from what was written. It is no seal: who may write here
 * may make a new one; a cheap sum does as well as a costly one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"

#define LIVE_WORDS 4

/* The digest; zero for an empty table. */
struct live_sum {
	uint64_t word[LIVE_WORDS];
};

/*
 * In a write transaction; errors stick to it. *sum follows; it counts only when
 * it is put, by live_seal(), before the commit.
 */
void live_put(
    struct db_txn *txn, struct live_sum *sum, uint64_t rule_id, uint64_t seq);
void live_delete(struct db_txn *txn, struct live_sum *sum, uint64_t rule_id);
void live_seal(struct db_txn *txn, const struct live_sum *sum);

/* The digest as it was put: 0; NOT_FOUND in a store that was written before
 * there was one; CORRUPT. */
int live_sum_read(struct db_txn *txn, struct live_sum *sum);

/* The digest of the rows as they are. 0 or an error. */
int live_sum_make(struct db_txn *txn, struct live_sum *sum);

/* Do the two agree? 0; CORRUPT when not, or when a row is none; 0 where no
 * digest was put yet. */
int live_check(struct db_txn *txn);

/* Drop all rows, in a write transaction; errors stick to it. */
void live_clear(struct db_txn *txn);

/*
 * The blocks of log entries on which live rules stand: one bit a block below
 * n (bit block % 8 of octet block / 8), for free(). Rows that name an
 * entry past them are left out. NULL when out of memory or on an error, which
 * sticks.
 */
uint8_t *live_blocks(struct db_txn *txn, uint64_t n);

/*
 * Call visit for each live rule from id `from` on, by rising id, until it
 * returns other than 0. Returns that, 0 at the end, or an error.
 */
int live_walk(struct db_txn *txn, uint64_t from,
    int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq), void *ctx);
