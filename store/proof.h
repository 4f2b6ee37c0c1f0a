/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proofs over the Merkle tree (RFC 6962 sections 2.1.1 and 2.1.2; checked as
 * RFC 9162 sections 2.1.3.2 and 2.1.4.2 say), and their text form (C2SP
 * tlog-proof v1). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/note.h"
#include "store/seal.h"

#define PROOF_MAX 64 /* hashes; a consistency proof of 2^62 leaves has 63 */

struct proof {
	uint32_t n;
	uint32_t zero;
	uint8_t hash[PROOF_MAX][SEAL_LEN];
};

/*
 * Root of the perfect subtree over the leaves index << level .. (index + 1) <<
 * level - 1, all of which are in the log. 0, or an error (enum db_error), which
 * the functions here return.
 */
typedef int proof_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[SEAL_LEN]);

/* That leaf index is in the tree of the first size leaves (index < size). */
int proof_inclusion(struct proof *proof, uint64_t index, uint64_t size,
    proof_node *node, void *ctx);

/* That the tree of size leaves begins with that of old_size (<= size). Empty
 * for old_size 0 and for equal sizes. */
int proof_consistency(struct proof *proof, uint64_t old_size, uint64_t size,
    proof_node *node, void *ctx);

/* Root of the tree of the first size leaves. */
int proof_root(
    uint64_t size, proof_node *node, void *ctx, uint8_t out[SEAL_LEN]);

bool proof_check_inclusion(const struct proof *proof, uint64_t index,
    uint64_t size, const uint8_t leaf[SEAL_LEN], const uint8_t root[SEAL_LEN]);

/* old_size 0: any root, by an empty proof. */
bool proof_check_consistency(const struct proof *proof, uint64_t old_size,
    const uint8_t old_root[SEAL_LEN], uint64_t size,
    const uint8_t root[SEAL_LEN]);

/* ---- text ---- */

#define PROOF_TEXT_MAX (100u << 10) /* with a record of 65,535 octets */

/* One event, provable offline: the record itself is the extra data. */
struct proof_file {
	uint64_t index;
	struct proof proof;
	const uint8_t
	    *record; /* borrowed; in the caller's buffer when parsed */
	size_t record_len;
	const char *note; /* borrowed */
	size_t note_len;
};

/* Returns the length without the NUL, or -1 when size is too small. */
int proof_file_print(const struct proof_file *file, char *buf, size_t size);

/* record (of record_size octets) takes the record. -1: it is none. */
int proof_file_parse(const char *text, size_t len, struct proof_file *file,
    uint8_t *record, size_t record_size);

/*
 * Is the record in a log whose checkpoint is signed by key? NULL when so, else
 * what is wrong (borrowed for ever). *checkpoint is what it rests on.
 */
const char *proof_file_check(const struct proof_file *file,
    const struct note_key *key, struct checkpoint *checkpoint);
