/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6962 hashes and the incremental tree; Ed25519; base64. */
#include "store/seal.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "store/sha256.h"

/* RFC 6962 2.1: leaves and nodes differ in their first octet. */
static const uint8_t leaf_mark = 0x00;
static const uint8_t node_mark = 0x01;

_Static_assert(SEAL_LEN == SHA256_LEN, "SHA-256");

int
seal_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

void
seal_sha256(const void *data, size_t len, uint8_t out[SEAL_LEN])
{
	const struct sha256_piece piece = { data, len };

	sha256_hash(&piece, 1, out);
}

void
seal_leaf(const uint8_t *record, size_t len, uint8_t out[SEAL_LEN])
{
	const struct sha256_piece piece[] = { { &leaf_mark, 1 },
		{ record, len } };

	sha256_hash(piece, 2, out);
}

void
seal_node(const uint8_t left[SEAL_LEN], const uint8_t right[SEAL_LEN],
    uint8_t out[SEAL_LEN])
{
	const struct sha256_piece piece[] = { { &node_mark, 1 },
		{ left, SEAL_LEN }, { right, SEAL_LEN } };

	sha256_hash(piece, 3, out);
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

/* Of a size that is not zero: the level where its last carry came to rest. */
static unsigned
last_level(uint64_t size)
{
	unsigned level = 0;

	while (level < SEAL_LEVELS - 1 && (size >> level & 1) == 0)
		level++;
	return level;
}

const uint8_t *
seal_tree_last(const struct seal_tree *tree)
{
	return tree->node[last_level(tree->size)];
}

void
seal_tree_take(struct seal_tree *tree, const uint8_t last[SEAL_LEN])
{
	tree->size++;
	memcpy(tree->node[last_level(tree->size)], last, SEAL_LEN);
}

/* RFC 6962 2.1 splits at the largest power of two below the size, so the
 * smaller subtrees hang together on the right. */
void
seal_tree_root(const struct seal_tree *tree, uint8_t out[SEAL_LEN])
{
	bool first = true;

	if (tree->size == 0) {
		sha256_hash(NULL, 0, out);
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

/* ---- Ed25519 ---- */

_Static_assert(SEAL_SEED_LEN == crypto_sign_SEEDBYTES, "Ed25519");
_Static_assert(SEAL_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(SEAL_SIGNATURE_LEN == crypto_sign_BYTES, "Ed25519");

struct seal_key {
	uint8_t *secret; /* sodium_malloc()'s, seed and public key */
	uint8_t public_key[SEAL_PUBLIC_LEN];
};

/* sodium_malloc() tries to lock, but does not say when it could not. */
static struct seal_key *
key_room(void)
{
	struct seal_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	key->secret = sodium_malloc(crypto_sign_SECRETKEYBYTES);
	if (key->secret != NULL &&
	    sodium_mlock(key->secret, crypto_sign_SECRETKEYBYTES) == 0)
		return key;
	sodium_free(key->secret);
	free(key);
	return NULL;
}

static struct seal_key *
key_shut(struct seal_key *key)
{
	if (sodium_mprotect_noaccess(key->secret) == 0)
		return key;
	seal_key_free(key);
	return NULL;
}

struct seal_key *
seal_key_make(void)
{
	struct seal_key *key = key_room();

	if (key == NULL)
		return NULL;
	(void)crypto_sign_keypair(key->public_key, key->secret);
	return key_shut(key);
}

struct seal_key *
seal_key_load(const uint8_t seed[SEAL_SEED_LEN])
{
	struct seal_key *key = key_room();

	if (key == NULL)
		return NULL;
	(void)crypto_sign_seed_keypair(key->public_key, key->secret, seed);
	return key_shut(key);
}

void
seal_key_free(struct seal_key *key)
{
	if (key == NULL)
		return;
	sodium_free(key->secret); /* opens, wipes, unlocks */
	free(key);
}

void
seal_key_seed(struct seal_key *key, uint8_t out[SEAL_SEED_LEN])
{
	(void)sodium_mprotect_readonly(key->secret);
	(void)crypto_sign_ed25519_sk_to_seed(out, key->secret);
	(void)sodium_mprotect_noaccess(key->secret);
}

void
seal_key_public(const struct seal_key *key, uint8_t out[SEAL_PUBLIC_LEN])
{
	memcpy(out, key->public_key, SEAL_PUBLIC_LEN);
}

void
seal_sign(struct seal_key *key, const void *data, size_t len,
    uint8_t out[SEAL_SIGNATURE_LEN])
{
	(void)sodium_mprotect_readonly(key->secret);
	(void)crypto_sign_detached(out, NULL, data, len, key->secret);
	(void)sodium_mprotect_noaccess(key->secret);
}

bool
seal_verify(const uint8_t public_key[SEAL_PUBLIC_LEN], const void *data,
    size_t len, const uint8_t signature[SEAL_SIGNATURE_LEN])
{
	return crypto_sign_verify_detached(signature, data, len, public_key) ==
	       0;
}

void
seal_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

void
seal_wipe(void *data, size_t len)
{
	sodium_memzero(data, len);
}

/* ---- base64 ---- */

int
seal_base64(const void *data, size_t len, char *out, size_t size)
{
	if (len > INT32_MAX / 2 || size <= SEAL_BASE64_LEN(len))
		return -1;
	(void)sodium_bin2base64(
	    out, size, data, len, sodium_base64_VARIANT_ORIGINAL);
	return (int)SEAL_BASE64_LEN(len);
}

/* Takes no bits behind the last octet that are not zero, no character that is
 * not of the alphabet, and no padding but the right one: nothing of which there
 * are two forms. */
int
seal_base64_decode(const char *text, size_t len, void *out, size_t size)
{
	size_t octets = 0;
	unsigned high = 0;

	if (len % 4 != 0 || len > INT32_MAX)
		return -1;
	/* The library takes 0xaf for '/' where char is signed. */
	for (size_t i = 0; i < len; i++)
		high |= (unsigned char)text[i];
	if (high > 0x7f)
		return -1;
	if (sodium_base642bin(out, size, text, len, NULL, &octets, NULL,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return -1;
	return (int)octets;
}
