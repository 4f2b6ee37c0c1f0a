/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a log is read from: the folder of a store, or a daemon's socket. What
 * comes is believed by nobody: records and hashes as they stand, for others to
 * check. Needs the same memory for any number of entries.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/note.h"
#include "store/proof.h"
#include "store/seal.h"

#define SOURCE_WHY_MAX  256
#define SOURCE_KEYS_MAX 1000 /* the last entries about keys */

enum source_what {
	SOURCE_END = 0,
	SOURCE_RECORD = 1,  /* entry seq */
	SOURCE_BLOCK = 2,   /* hash of the block that ends before seq */
	SOURCE_REMOVED = 3, /* the block from seq on was removed; hash: its */
	SOURCE_MISSING = 4, /* there is no entry seq */
	SOURCE_DAMAGED = 5, /* entry seq is there and cannot be read */
	SOURCE_INDEX = 6,   /* hash of what is kept to search the block by that
			       ends before seq; behind the last entry: of one
			       that is not whole, where there should be none */
};

struct source_item {
	uint8_t what; /* enum source_what */
	uint64_t seq;
	uint64_t to; /* MISSING: the first that may be there again; this may lie
			past the range */
	const uint8_t *record; /* borrowed until the next call */
	size_t len;
	uint8_t hash[SEAL_LEN]; /* RECORD: the leaf hash beside it */
};

/* What the log says of itself. */
struct source_seal {
	uint64_t log_size; /* entries now */
	uint64_t end;      /* behind the last that there is: log_size, unless
			      the log is damaged */
	bool has_root;
	uint8_t root[SEAL_LEN]; /* of them */
	uint64_t size;          /* of the checkpoint; note_len 0: none */
	size_t note_len;
	char note[NOTE_MAX + 1];  /* with a NUL */
	char vkey[NOTE_VKEY_MAX]; /* of the log's key; "": not known */
	char old_vkey[NOTE_VKEY_MAX];
	char cosigner[NOTE_VKEY_MAX];
	char state[16]; /* a daemon's: of the seal (SEAL_STATE_MAP), and what */
	char text[256]; /* is wrong with it; "": not known, nothing */
};

struct source;

/* What an entry about keys says. */
typedef void (*source_key)(void *ctx, const char *text, const char *evidence);

/* One of the two kinds; all return 0, or -1 with a reason in source_why(). */
struct source_ops {
	int (*range)(struct source *source, uint64_t from, uint64_t to);
	int (*next)(struct source *source, struct source_item *item);
	int (*seal)(
	    struct source *source, uint64_t at_most, struct source_seal *out);
	int (*proof)(struct source *source, uint64_t index, uint64_t size,
	    bool consistency, struct proof *out);
	int (*keys)(struct source *source, source_key visit, void *ctx);
	void (*close)(struct source *source);
};
struct source {
	const struct source_ops *ops;
	uint64_t stride; /* entries between which a look at the checkpoints
			    that the log keeps costs little */
	int status;      /* enum cli_exit that suits the last error */
	char why[SOURCE_WHY_MAX];
};

/* A store's folder, beside a daemon or without; a daemon's socket. NULL with
 * why (SOURCE_WHY_MAX octets) and an exit status. */
struct source *source_store_open(
    const char *path, char why[SOURCE_WHY_MAX], int *status);
struct source *source_live_open(
    const char *path, char why[SOURCE_WHY_MAX], int *status);

void source_close(struct source *source); /* NULL is fine */

/* What went wrong last. */
const char *source_why(const struct source *source);

/* Begin to read entries from..to - 1. A range that was begun before ends. */
int source_range(struct source *source, uint64_t from, uint64_t to);

/* The next item of the range, by rising number; SOURCE_END at its end. */
int source_next(struct source *source, struct source_item *item);

/* The log's size, and its signed checkpoint of the greatest size <= at_most.
 * Ends a range. */
int source_seal(
    struct source *source, uint64_t at_most, struct source_seal *out);

/* That entry index is in the tree of size entries; with consistency, that this
 * tree grows out of that of index entries. Ends a range. */
int source_proof(struct source *source, uint64_t index, uint64_t size,
    bool consistency, struct proof *out);

/* Call visit for the entries about keys, in any order; what they say is only to
 * be believed for the signatures in it. Ends a range. */
int source_keys(struct source *source, source_key visit, void *ctx);

/*
 * The store of a source as a ledger, to be searched with its index, until it is
 * given back; meanwhile the source cannot be used. False when it is none that
 * store/ledger.h opens.
 */
struct ledger;
bool source_yield(struct source *source, struct ledger **out);
void source_take_back(struct source *source, struct ledger *ledger);

/* For the kinds: say why, return -1. */
__attribute__((format(printf, 3, 4))) int source_fail(
    struct source *source, int status, const char *format, ...);
