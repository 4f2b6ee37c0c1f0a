/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this log what it was? Takes a log from its first entry to its last, from
 * wherever it comes, computes every hash anew, and compares with what else is
 * known: leaf hashes, block hashes, signed checkpoints from inside the log, and
 * those that an auditor brings from outside, which alone can show that a whole
 * log has been put in the place of another.
 *
 * Streaming: needs the same memory for ten entries and for ten million.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/note.h"
#include "store/seal.h"

/* X(symbol, "name", "sentence") */
#define VERIFY_MAP(X)                                                          \
	X(EDITED, "edited", "a record is not the one that was hashed")         \
	X(MISSING, "missing", "entries are missing")                           \
	X(MISPLACED, "misplaced", "a record stands in another's place")        \
	X(UNREADABLE, "unreadable", "a record cannot be read")                 \
	X(SHORT, "short",                                                      \
	    "the log is shorter than a checkpoint: truncated or rolled back")  \
	X(FORKED, "forked", "the log is not the one that was signed")          \
	X(FOREIGN, "foreign", "a checkpoint is not signed by the log's key")   \
	X(HASHES, "hashes", "stored hashes do not agree with the records")     \
	X(INDEX, "index", "the search index does not agree with the records")
enum verify_fault {
	VERIFY_SOUND = 0,
#define X(symbol, name, text) VERIFY_##symbol,
	VERIFY_MAP(X)
#undef X
	VERIFY_FAULTS
};
const char *verify_fault_name(unsigned fault);
const char *verify_fault_text(unsigned fault);

/* first..last: the entries among which the first bad one is; last UINT64_MAX:
 * to the end. SHORT: from the first that no signature confirms. */
struct verify_finding {
	uint8_t fault; /* enum verify_fault */
	uint64_t first;
	uint64_t last;
	char text[192]; /* what was compared with what */
};
#define VERIFY_FINDINGS_MAX 64 /* kept; the rest are counted */

struct verify;

/* keys (borrowed): whose signatures count, of the log and of witnesses; without
 * any, the checkpoints' signatures are not looked at. NULL when out of memory.
 */
struct verify *verify_new(const struct note_key *keys, unsigned n_keys);

/*
 * Keys from number first on have been replaced, and may have been lost since:
 * what only they have signed proves something as far as a checkpoint of another
 * key reaches, and is FOREIGN beyond. Before the first entry.
 */
void verify_replaced(struct verify *verify, unsigned first);
void verify_free(struct verify *verify);

/*
 * A checkpoint from outside: before the first entry, by rising size. -1 when
 * the note is none or carries no good signature by a key (why: at least 128
 * octets).
 */
#define VERIFY_OUTSIDE_MAX 64
int verify_outside(
    struct verify *verify, const char *note, size_t len, char *why);

/* The next record. leaf: the hash that stands beside it, NULL: none. */
void verify_record(struct verify *verify, uint64_t seq, const uint8_t *record,
    size_t len, const uint8_t *leaf);

/* A whole block whose records were removed. */
void verify_block(
    struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN]);

/* The hash that the log keeps of the block that has just ended. */
void verify_node(
    struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN]);

/*
 * SHA-256 of what the log keeps to search the block by (store/index.h) that has
 * just ended, behind verify_node(); or, behind the last entry, of one that is
 * not whole, which should have none. One that a block lacks hides nothing.
 */
void verify_index(
    struct verify *verify, uint64_t block, const uint8_t hash[SEAL_LEN]);

/* Entries from..to - 1 are not there, or cannot be read. */
void verify_gap(
    struct verify *verify, uint64_t from, uint64_t to, enum verify_fault fault);

/* A checkpoint that the log itself keeps: when as many entries were given. */
void verify_inside(struct verify *verify, const char *note, size_t len);

/* That was all; size and root are what the log says of itself. */
void verify_end(struct verify *verify, uint64_t size, const uint8_t *root);

/*
 * The findings, the most exact first when verify_end() has been called: entries
 * that are named, ranges (the narrowest first), signatures. *total counts those
 * that were not kept, too.
 */
const struct verify_finding *verify_findings(
    const struct verify *verify, unsigned *n, uint64_t *total);

struct verify_sums {
	uint64_t entries; /* given */
	uint64_t pruned;  /* entries of removed blocks */
	uint64_t inside;  /* checkpoints compared */
	uint64_t outside;
	uint64_t passed; /* checkpoints from outside that could not be compared:
			    they lie in a removed block, or behind a gap */
	uint64_t signed_to; /* greatest size that a good checkpoint confirms */
	uint8_t root[SEAL_LEN]; /* computed */
};
void verify_sums(const struct verify *verify, struct verify_sums *out);
