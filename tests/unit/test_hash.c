/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/hash.c against values of other implementations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/hash.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* hash() of bytes(range(len)) in CPython 3.11 with PYTHONHASHSEED=0. */
struct row {
	const char *name;
	size_t len;
	uint64_t hash;
};

static const struct row rows[] = {
	{ "one_octet", 1, 0x68a914128e01e473 },
	{ "seven_octets", 7, 0x2f098ab0c751325a },
	{ "one_word", 8, 0xead411e67ebe2eea },
	{ "word_and_an_octet", 9, 0x75927f9d95124362 },
	{ "fifteen_octets", 15, 0xf30eb725bb91c9ea },
	{ "two_words", 16, 0x8972188433a5c5b7 },
	{ "thirty_one_octets", 31, 0x169739443111d49b },
	{ "sixty_three_octets", 63, 0x385d3e39e5f37359 },
};

/* The zero key, data in a block of exactly its size and not aligned. */
static void
known_hash(void **state)
{
	static const uint8_t key[HASH_KEY_LEN];
	const struct row *row = *state;
	uint8_t *block = malloc(row->len + 1);

	assert_non_null(block);
	for (size_t i = 0; i < row->len; i++)
		block[i + 1] = (uint8_t)i;
	assert_true(hash_sip(key, &block[1], row->len) == row->hash);
	free(block);
}

/* SipHash-1-3 of nothing with the key 00 01 … 0f, as Rust's tests have it. */
static void
hash_of_nothing(void **state)
{
	uint8_t key[HASH_KEY_LEN];

	(void)state;
	for (unsigned i = 0; i < HASH_KEY_LEN; i++)
		key[i] = (uint8_t)i;
	assert_true(hash_sip(key, "", 0) == 0xabac0158050fc4dc);
	assert_true(hash_sip(key, NULL, 0) == 0xabac0158050fc4dc);
}

/* Every bit of the key and of the data changes the hash. */
static void
every_bit_counts(void **state)
{
	uint8_t key[HASH_KEY_LEN] = { 0 }, data[24] = { 0 };
	uint64_t before;

	(void)state;
	before = hash_sip(key, data, sizeof(data));
	for (unsigned i = 0; i < 8 * sizeof(key); i++) {
		key[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(hash_sip(key, data, sizeof(data)) == before);
		key[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (unsigned i = 0; i < 8 * sizeof(data); i++) {
		data[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(hash_sip(key, data, sizeof(data)) == before);
		data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_false(hash_sip(key, data, sizeof(data) - 1) == before);
}

int
main(void)
{
	struct CMUnitTest known[N(rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_of_nothing),
		cmocka_unit_test(every_bit_counts),
	};

	for (size_t i = 0; i < N(rows); i++) {
		known[i].name = rows[i].name;
		known[i].test_func = known_hash;
		known[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("known", known, NULL, NULL) +
	       cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
