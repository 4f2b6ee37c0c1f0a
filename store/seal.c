/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6962 hashes and the incremental tree. */
#include "store/seal.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

/* RFC 6962 2.1: leaves and nodes differ in their first octet. */
static const uint8_t leaf_mark = 0x00;
static const uint8_t node_mark = 0x01;

_Static_assert(SEAL_LEN == crypto_hash_sha256_BYTES, "SHA-256");

int
seal_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

void
seal_sha256(const void *data, size_t len, uint8_t out[SEAL_LEN])
{
	(void)crypto_hash_sha256(out, data, len);
}

void
seal_leaf(const uint8_t *record, size_t len, uint8_t out[SEAL_LEN])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, &leaf_mark, 1);
	(void)crypto_hash_sha256_update(&state, record, len);
	(void)crypto_hash_sha256_final(&state, out);
}

void
seal_node(const uint8_t left[SEAL_LEN], const uint8_t right[SEAL_LEN],
    uint8_t out[SEAL_LEN])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, &node_mark, 1);
	(void)crypto_hash_sha256_update(&state, left, SEAL_LEN);
	(void)crypto_hash_sha256_update(&state, right, SEAL_LEN);
	(void)crypto_hash_sha256_final(&state, out);
}

void
seal_tree_init(struct seal_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
}

/* As in adding one to a binary number: each carry joins two equal subtrees. */
void
seal_tree_add(struct seal_tree *tree, const uint8_t leaf[SEAL_LEN])
{
	uint8_t carry[SEAL_LEN];
	unsigned level = 0;

	memcpy(carry, leaf, SEAL_LEN);
	for (; level < SEAL_LEVELS - 1 && (tree->size >> level & 1); level++)
		seal_node(tree->node[level], carry, carry);
	memcpy(tree->node[level], carry, SEAL_LEN);
	tree->size++;
}

/* RFC 6962 2.1 splits at the largest power of two below the size, so the
 * smaller subtrees hang together on the right. */
void
seal_tree_root(const struct seal_tree *tree, uint8_t out[SEAL_LEN])
{
	bool first = true;

	if (tree->size == 0) {
		(void)crypto_hash_sha256(out, (const uint8_t *)"", 0);
		return;
	}
	for (unsigned level = 0; level < SEAL_LEVELS; level++) {
		if ((tree->size >> level & 1) == 0)
			continue;
		if (first)
			memcpy(out, tree->node[level], SEAL_LEN);
		else
			seal_node(tree->node[level], out, out);
		first = false;
	}
}

size_t
seal_tree_pack(const struct seal_tree *tree, uint8_t out[SEAL_PACKED_MAX])
{
	size_t at = 8;

	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(tree->size >> (56 - 8 * i));
	for (unsigned level = SEAL_LEVELS; level-- > 0;) {
		if ((tree->size >> level & 1) == 0)
			continue;
		memcpy(&out[at], tree->node[level], SEAL_LEN);
		at += SEAL_LEN;
	}
	return at;
}

int
seal_tree_unpack(const uint8_t *data, size_t len, struct seal_tree *tree)
{
	uint64_t size = 0;
	size_t at = 8;

	seal_tree_init(tree);
	if (len < 8)
		return -1;
	for (unsigned i = 0; i < 8; i++)
		size = size << 8 | data[i];
	for (unsigned level = SEAL_LEVELS; level-- > 0;) {
		if ((size >> level & 1) == 0)
			continue;
		if (len - at < SEAL_LEN)
			goto broken;
		memcpy(tree->node[level], &data[at], SEAL_LEN);
		at += SEAL_LEN;
	}
	if (at != len)
		goto broken;
	tree->size = size;
	return 0;
broken:
	seal_tree_init(tree);
	return -1;
}
