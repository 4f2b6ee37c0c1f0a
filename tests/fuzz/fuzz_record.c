/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records from anywhere: what decodes is canonical (it encodes to the same
 * octets, up to fields of later versions), its values are in range, and a
 * flipped bit is another leaf.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"
#include "store/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int holds)
{
	if (!holds)
		abort();
}

static void
check_entry(const struct entry *entry)
{
	check(entry->kind != ENTRY_NONE && entry->kind < ENTRY_COUNT);
	check(entry->state < STATE_COUNT && entry->check < CHECK_COUNT);
	check(entry->raw_len <= ENTRY_RAW_MAX);
	check(memchr(entry->customer, 0, sizeof(entry->customer)) != NULL);
	check(memchr(entry->session, 0, sizeof(entry->session)) != NULL);
	check(memchr(entry->evidence, 0, sizeof(entry->evidence)) != NULL);
	check(memchr(entry->text, 0, sizeof(entry->text)) != NULL);
	if (entry->has_rule == 0)
		return;
	check(rule_valid(&entry->rule, rule_size(&entry->rule)));
	check(action_valid(&entry->actions));
}

/* What a search looks at, of any octets: inside them, and where the whole
 * record is read the same as it says. */
static void
check_peek(const uint8_t *data, size_t size, const struct entry *entry)
{
	struct record_peek peek;

	if (record_peek(data, size, &peek) != 0) {
		check(entry == NULL);
		return;
	}
	check(peek.customer == NULL ||
	      (peek.customer >= data &&
		  peek.customer + peek.customer_len <= data + size));
	check(peek.operator_name == NULL ||
	      (peek.operator_name >= data &&
		  peek.operator_name + peek.operator_len <= data + size));
	if (entry == NULL)
		return;
	check(peek.wall_ns == entry->wall_ns && peek.kind == entry->kind);
	check(peek.rule_id == entry->rule_id && peek.reason == entry->reason);
	check(strlen(entry->customer) == peek.customer_len);
}

/* In the stored form a bit can be flipped in record or hash: both show. */
static void
check_flip(const uint8_t *data, size_t size)
{
	uint8_t leaf[SEAL_LEN], other[SEAL_LEN];
	uint8_t *copy = malloc(size);
	size_t at = data[size / 2] % size;

	if (copy == NULL)
		return;
	memcpy(copy, data, size);
	copy[at] ^= (uint8_t)(1u << data[0] % 8);
	seal_leaf(data, size, leaf);
	seal_leaf(copy, size, other);
	check(memcmp(leaf, other, SEAL_LEN) != 0);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct entry entry;
	static uint8_t again[RECORD_MAX];
	uint8_t *exact;
	int skipped, len;

	if (size == 0 || seal_init() != 0)
		return 0;
	exact = malloc(size);
	if (exact == NULL)
		return 0;
	memcpy(exact, data, size);
	(void)record_seq(exact, size);
	skipped = record_decode(exact, size, &entry);
	check_peek(exact, size, skipped >= 0 ? &entry : NULL);
	if (skipped >= 0) {
		check_entry(&entry);
		len = record_encode(&entry, again);
		check(len > 0 && (size_t)len <= size);
		check((skipped == 0) == ((size_t)len == size));
		check(memcmp(again, exact, (size_t)len) == 0);
		check(record_seq(exact, size) == entry.seq);
	}
	check_flip(exact, size);
	free(exact);
	return 0;
}
