/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes over the log: the Merkle tree of RFC 6962 section 2.1, with SHA-256
 * (store/sha256.h); signatures. The only place that knows libsodium.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEAL_LEN    32 /* octets of a hash */
#define SEAL_LEVELS 64

/*
 * The right edge of a tree, which is all that is needed to add leaves and to
 * tell the root: the roots of the perfect subtrees that size is the sum of.
 * A plain value; node[k] means something where bit k of size is set.
 */
struct seal_tree {
	uint64_t size; /* leaves */
	uint8_t node[SEAL_LEVELS][SEAL_LEN];
};

/* Longest packed tree: its size and one hash per level. */
#define SEAL_PACKED_MAX (8 + SEAL_LEVELS * SEAL_LEN)

/* Before anything else here; may be called again, from any thread. Returns 0,
 * or -1 when the library cannot start. */
int seal_init(void);

/* Plain SHA-256 of len octets (a file's; never a leaf's or a node's). */
void seal_sha256(const void *data, size_t len, uint8_t out[SEAL_LEN]);

/* Leaf hash: SHA-256(0x00 || record). */
void seal_leaf(const uint8_t *record, size_t len, uint8_t out[SEAL_LEN]);

/* Inner node: SHA-256(0x01 || left || right). out may be left or right. */
void seal_node(const uint8_t left[SEAL_LEN], const uint8_t right[SEAL_LEN],
    uint8_t out[SEAL_LEN]);

/* The empty tree. */
void seal_tree_init(struct seal_tree *tree);

/* Add the next leaf by its hash. */
void seal_tree_add(struct seal_tree *tree, const uint8_t leaf[SEAL_LEN]);

/* Hash of the greatest perfect subtree that ends with the last leaf; of a tree
 * that is not empty. Borrowed until the next leaf. */
const uint8_t *seal_tree_last(const struct seal_tree *tree);

/* Add the next leaf by that hash, where somebody else has made it. */
void seal_tree_take(struct seal_tree *tree, const uint8_t last[SEAL_LEN]);

/* Root of the tree as it is, MTH(D[size]); SHA-256("") when empty. */
void seal_tree_root(const struct seal_tree *tree, uint8_t out[SEAL_LEN]);

/*
 * Size, big-endian, then the hashes in use, those of the largest subtrees
 * first (left to right). Returns the octets written.
 */
size_t seal_tree_pack(
    const struct seal_tree *tree, uint8_t out[SEAL_PACKED_MAX]);

/* Back again. 0, or -1 when len does not fit the size (tree is empty then). */
int seal_tree_unpack(const uint8_t *data, size_t len, struct seal_tree *tree);

/* ---- Ed25519 (RFC 8032) ---- */

#define SEAL_SEED_LEN      32
#define SEAL_PUBLIC_LEN    32
#define SEAL_SIGNATURE_LEN 64

/* A secret key: in memory that is locked, lies between guard pages and cannot
 * be read but while it signs. */
struct seal_key;

/* A new one; one from its seed (which the caller wipes). NULL when memory
 * cannot be had or locked. */
struct seal_key *seal_key_make(void);
struct seal_key *seal_key_load(const uint8_t seed[SEAL_SEED_LEN]);
void seal_key_free(struct seal_key *key); /* wiped; NULL is fine */

/* Its seed, to be written to a file once; the caller wipes it. */
void seal_key_seed(struct seal_key *key, uint8_t out[SEAL_SEED_LEN]);
void seal_key_public(const struct seal_key *key, uint8_t out[SEAL_PUBLIC_LEN]);

void seal_sign(struct seal_key *key, const void *data, size_t len,
    uint8_t out[SEAL_SIGNATURE_LEN]);
bool seal_verify(const uint8_t public_key[SEAL_PUBLIC_LEN], const void *data,
    size_t len, const uint8_t signature[SEAL_SIGNATURE_LEN]);

void seal_random(void *out, size_t len);
void seal_wipe(void *data, size_t len); /* not left out by a compiler */

/* ---- base64 (RFC 4648 section 4, with padding) ---- */

#define SEAL_BASE64_LEN(octets) (((octets) + 2) / 3 * 4) /* without NUL */

/* Returns the characters written, without the NUL, or -1 when size (with NUL)
 * is too small. */
int seal_base64(const void *data, size_t len, char *out, size_t size);

/* Only what seal_base64() writes is taken. Returns the octets written, or -1:
 * other characters, other padding, or more than size octets. */
int seal_base64_decode(const char *text, size_t len, void *out, size_t size);
