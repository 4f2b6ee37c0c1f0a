/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of live rules. */
#include "store/live.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_LEN 8
#define SUM_LEN   (8 * LIVE_WORDS)
/* Log entries in a block (store/ledger.h). */
#define BLOCK     256u

static void
number_write(uint8_t *out, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t
number_read(const uint8_t *octets)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | octets[i];
	return value;
}

/* ---- the digest ---- */

/* Persisted: the digest of a row follows from it. */
static uint64_t
mix(uint64_t word)
{
	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

static void
sum_change(struct live_sum *sum, uint64_t rule_id, uint64_t seq, bool add)
{
	static const uint64_t seeds[LIVE_WORDS] = {
		UINT64_C(0x9e3779b97f4a7c15),
		UINT64_C(0x3c6ef372fe94f82a),
		UINT64_C(0xdaa66d2c7ddf743f),
		UINT64_C(0x78dde6e5fd29f054),
	};

	for (unsigned i = 0; i < LIVE_WORDS; i++) {
		uint64_t word = mix(mix(rule_id + seeds[i]) ^ seq);

		sum->word[i] += add ? word : 0 - word;
	}
}

/* What stood there is no more; a row that is none counts as nothing, so the
 * digest keeps telling of it. */
static void
sum_forget(
    struct live_sum *sum, uint64_t rule_id, const uint8_t *data, size_t len)
{
	if (data != NULL && len == VALUE_LEN)
		sum_change(sum, rule_id, number_read(data), false);
}

void
live_seal(struct db_txn *txn, const struct live_sum *sum)
{
	uint8_t octets[SUM_LEN];
	const struct db_value value = { octets, SUM_LEN, NULL, 0 };

	for (unsigned i = 0; i < LIVE_WORDS; i++)
		number_write(&octets[(size_t)8 * i], sum->word[i]);
	db_put(txn, DB_TREE, DB_TREE_LIVE, &value);
}

int
live_sum_read(struct db_txn *txn, struct live_sum *sum)
{
	const uint8_t *data;
	size_t len;
	int err = db_get(txn, DB_TREE, DB_TREE_LIVE, &data, &len);

	memset(sum, 0, sizeof(*sum));
	if (err != 0)
		return err;
	if (len != SUM_LEN)
		return DB_CORRUPT;
	for (unsigned i = 0; i < LIVE_WORDS; i++)
		sum->word[i] = number_read(&data[(size_t)8 * i]);
	return 0;
}

static int
sum_row(void *ctx, uint64_t rule_id, uint64_t seq)
{
	sum_change(ctx, rule_id, seq, true);
	return 0;
}

int
live_sum_make(struct db_txn *txn, struct live_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	return live_walk(txn, 0, sum_row, sum);
}

int
live_check(struct db_txn *txn)
{
	struct live_sum was, is;
	int err = live_sum_read(txn, &was);

	if (err == DB_NOT_FOUND)
		return 0;
	if (err == 0)
		err = live_sum_make(txn, &is);
	if (err == 0 && memcmp(&was, &is, sizeof(was)) != 0)
		err = DB_CORRUPT;
	return err;
}

/* ---- rows ---- */

void
live_put(
    struct db_txn *txn, struct live_sum *sum, uint64_t rule_id, uint64_t seq)
{
	uint8_t octets[VALUE_LEN];
	const struct db_value value = { octets, VALUE_LEN, NULL, 0 };
	const uint8_t *data;
	size_t len;

	number_write(octets, seq);
	if (!db_insert(txn, DB_LIVE, rule_id, &value, &data, &len)) {
		sum_forget(sum, rule_id, data, len);
		db_put(txn, DB_LIVE, rule_id, &value);
	}
	sum_change(sum, rule_id, seq, true);
}

void
live_delete(struct db_txn *txn, struct live_sum *sum, uint64_t rule_id)
{
	const uint8_t *data;
	size_t len;

	if (db_get(txn, DB_LIVE, rule_id, &data, &len) != 0)
		return;
	sum_forget(sum, rule_id, data, len);
	db_delete(txn, DB_LIVE, rule_id);
}

void
live_clear(struct db_txn *txn)
{
	const struct live_sum none = { { 0 } };
	const uint8_t *data;
	uint64_t key;
	size_t len;

	while (db_find_first(txn, DB_LIVE, 0, &key, &data, &len) == 0)
		db_delete(txn, DB_LIVE, key);
	live_seal(txn, &none);
}

struct walk {
	int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq);
	void *ctx;
};

static int
visit_row(void *ctx, uint64_t rule_id, const uint8_t *data, size_t len)
{
	const struct walk *walk = ctx;

	if (len != VALUE_LEN)
		return DB_CORRUPT;
	return walk->visit(walk->ctx, rule_id, number_read(data));
}

int
live_walk(struct db_txn *txn, uint64_t from,
    int (*visit)(void *ctx, uint64_t rule_id, uint64_t seq), void *ctx)
{
	struct walk walk = { visit, ctx };

	return db_walk(txn, DB_LIVE, from, visit_row, &walk);
}

/* ---- which blocks of the log they need ---- */

struct blocks {
	uint8_t *bits;
	uint64_t n;
};

static int
mark_block(void *ctx, uint64_t rule_id, uint64_t seq)
{
	struct blocks *blocks = ctx;
	uint64_t block = seq / BLOCK;

	(void)rule_id;
	if (block < blocks->n)
		blocks->bits[block / 8] |= (uint8_t)(1u << block % 8);
	return 0;
}

uint8_t *
live_blocks(struct db_txn *txn, uint64_t n)
{
	struct blocks blocks = { NULL, n };
	int err;

	if (n > SIZE_MAX - 8)
		return NULL;
	blocks.bits = calloc(1, (size_t)(n / 8) + 1);
	if (blocks.bits == NULL)
		return NULL;
	err = live_walk(txn, 0, mark_block, &blocks);
	if (err == 0)
		return blocks.bits;
	if (txn->error == 0)
		txn->error = err; /* a row that is none */
	free(blocks.bits);
	return NULL;
}
