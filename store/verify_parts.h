/* SPDX-License-Identifier: BSD-2-Clause */
/* What store/verify.c and store/verify_findings.c share; nobody else's. */
#pragma once

#include "store/entry.h"
#include "store/index.h"
#include "store/verify.h"

#define BLOCK_LEVEL 8
#define BLOCK_WIDTH (1u << BLOCK_LEVEL)
#define BLOCK_MASK  (BLOCK_WIDTH - 1u)

/* A tree that grows, and the hash of the block that ended last in it. */
struct growth {
	struct seal_tree tree;
	uint8_t block[SEAL_LEN];
};

struct verify {
	const struct note_key *keys;
	unsigned n_keys;
	unsigned n_present;   /* keys that have not been replaced */
	uint64_t replaced_to; /* greatest size that one has signed that was */
	unsigned n_outside;
	unsigned at_outside; /* compared, or passed by */
	unsigned n_findings;
	uint64_t total;
	/* Its size is the number of the next entry. Its root means nothing when
	 * broken, levels below a block's nothing when block_bad. */
	struct growth main;
	/* Where a hash differs from the record beside it the main tree has the
	 * hash, this one the record; what is compared next tells which is the
	 * one that was signed. */
	struct growth other;
	bool has_other;
	bool broken;
	bool block_bad;
	bool block_told;        /* it has an entry that is no good */
	bool damaged;           /* a record was not the one that was hashed */
	bool inside_differs;    /* a checkpoint of the log did not agree */
	bool outside_differs;   /* nor one from outside */
	uint64_t inside_agreed; /* size of the last checkpoint that did */
	uint64_t outside_agreed;
	struct verify_sums sums;
	struct verify_finding findings[VERIFY_FINDINGS_MAX];
	struct checkpoint outside[VERIFY_OUTSIDE_MAX];
	bool outside_replaced[VERIFY_OUTSIDE_MAX]; /* signed by one that was */
	char origin[NOTE_NAME_MAX]; /* of the log's own checkpoints */
	struct index_block index;   /* of the records of this block */
	struct entry entry;         /* what a record says: only to see if */
};

/* Put down a finding; one that carries on another of its kind makes that one
 * longer. */
__attribute__((format(printf, 5, 6))) void verify_found(struct verify *verify,
    enum verify_fault fault, uint64_t first, uint64_t last, const char *format,
    ...);

/* The most exact first. */
void verify_order(struct verify *verify);

/* The first octets of a hash, which is enough to see that two differ. */
#define VERIFY_HASH 17
const char *verify_hash(const uint8_t hash[SEAL_LEN], char out[VERIFY_HASH]);
