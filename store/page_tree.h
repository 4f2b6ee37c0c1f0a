/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One tree of LMDB's file, walked and checked page by page: what store/page.c
 * is built of, and nobody else uses.
 *
 * Numbers in the file are of the machine that wrote it. A page begins with its
 * number (8 octets), padding, flags, and where its free room begins and ends (2
 * octets each); then the offsets of its nodes, by rising key; the nodes
 * themselves fill it from the end, without gaps.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/page.h"

#define PAGE_HEAD     16u
#define PAGE_SIZE_MIN 4096u
#define PAGE_SIZE_MAX 32768u
#define PAGE_NONE     UINT64_MAX /* root of an empty tree */
#define PAGE_DEPTH    32u        /* LMDB's own bound */

/* Flags of a page: exactly one. */
#define PAGE_BRANCH   0x01u
#define PAGE_LEAF     0x02u
#define PAGE_OVERFLOW 0x04u
#define PAGE_META     0x08u

/* Flags of a node in a leaf. */
#define NODE_BIG  0x01u /* the value has pages of its own */
#define NODE_TREE 0x02u /* the value is the root of a tree */

/* The root of a tree as it is written. */
#define PAGE_DB_LEN 48u
struct page_db {
	uint32_t pad; /* of the free list's tree: size of a page */
	uint16_t flags;
	uint16_t depth;
	uint64_t branch; /* pages */
	uint64_t leaf;
	uint64_t overflow;
	uint64_t entries;
	uint64_t root; /* PAGE_NONE: empty */
};

/* What its keys are. */
enum page_keys {
	PAGE_KEYS_NAME,   /* octets, compared as such */
	PAGE_KEYS_NUMBER, /* 8 octets, likewise */
	PAGE_KEYS_NATIVE, /* 8 octets, a number of the machine's */
};

struct page_key {
	const uint8_t *data; /* NULL: none */
	uint32_t len;
};

/* A node of a leaf, as it is shown. len octets at data, in the file. */
struct page_value {
	struct page_key key;
	const uint8_t *data;
	size_t len;
	unsigned flags;
};

/* A look at one file. */
struct page_scan {
	const uint8_t *file;
	size_t len;
	uint64_t pages; /* whole ones in the file */
	uint64_t last;  /* greatest number in use */
	uint32_t size;  /* of a page */
	uint8_t *seen;  /* a bit a page; NULL: not kept */
	struct page_report *report;
};

struct page_tree {
	struct page_db db;
	enum page_keys keys;
	/* For each node of the leaves, by rising key; other than 0 ends the
	 * walk. NULL: none, and no value is read. */
	int (*visit)(void *ctx, const struct page_value *value);
	void *ctx;
};

uint16_t page_u16(const uint8_t *at);
uint32_t page_u32(const uint8_t *at);
uint64_t page_u64(const uint8_t *at);

/* PAGE_DB_LEN octets. */
void page_db_read(const uint8_t *at, struct page_db *out);

/* Put down what is wrong with a page. Returns DB_CORRUPT. */
int page_fault(struct page_scan *scan, uint64_t page, const char *why);

/* Take count pages, which nobody must have taken yet. The numbers are at most
 * scan->last. */
int page_take(struct page_scan *scan, uint64_t page, uint64_t count);

/* Walk a tree; every page of it is checked and taken. Returns 0, what visit
 * returned, or an error. */
int page_tree_walk(struct page_scan *scan, const struct page_tree *tree);
