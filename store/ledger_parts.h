/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the ledger share: its value, and steps inside a transaction
 * of the caller's. For store/ledger*.c and
 * store/inspect_nodes.c alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/index.h"
#include "store/ledger.h"
#include "store/seal.h"

/* Entries, or blocks passed over, of one transaction, so that none is open for
 * long. */
#define LEDGER_CHUNK  1024
#define LEDGER_LEVELS 7 /* tile levels above the leaves: 256^8 entries */

struct ledger {
	struct db *db;
	bool owner;               /* db is closed with the log */
	struct seal_tree tree;    /* as committed; the writer's */
	struct seal_tree pending; /* and with what is in the transaction */
	struct index_block saved; /* of the unfinished block, likewise */
	struct index_block block;
};

/* A log that never was written to has no edge yet: empty. */
int ledger_tree_read(struct db_txn *txn, struct seal_tree *tree);

/* The record and its hash as they stand, checked against each other; the hash
 * stands behind the record. NOT_FOUND, CORRUPT. */
int ledger_record(
    struct db_txn *txn, uint64_t seq, const uint8_t **record, size_t *len);

int ledger_pruned_read(struct db_txn *txn, struct ledger_pruned *out);

/* 1: the records of a whole block have been removed; 0: not; or an error. */
int ledger_is_pruned(struct db_txn *txn, uint64_t block);

/* Look into the n records of a block; NOT_FOUND when one is missing. */
int ledger_index_make(
    struct db_txn *txn, uint64_t block, unsigned n, struct index_block *out);
void ledger_index_put(
    struct db_txn *txn, uint64_t block, const struct index_block *index);

/* The hash at a tile level from 1 on; NOT_FOUND. */
int ledger_node_read(
    struct db_txn *txn, unsigned level, uint64_t index, uint8_t out[SEAL_LEN]);

/* Put the nodes that are whole when leaf is added to the tree next; errors
 * stick. */
void ledger_nodes_put(struct db_txn *txn, const struct seal_tree *tree,
    const uint8_t leaf[SEAL_LEN]);

/* Compare them with what is kept, when a hash of a tile level (0: a leaf, 1: a
 * block) is added next: CORRUPT. What is not kept is fine. */
int ledger_nodes_check(struct db_txn *txn, const struct seal_tree *tree,
    unsigned level, const uint8_t hash[SEAL_LEN]);

/* Add a whole block by its hash to a tree of whole blocks. */
void ledger_tree_block(struct seal_tree *tree, const uint8_t hash[SEAL_LEN]);

/* In a log opened for writing: make the nodes and indexes that are missing, and
 * compare the nodes with the tree's edge. */
int ledger_complete(struct ledger *ledger);
