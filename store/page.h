/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is the file data.mdb whole? Reads LMDB 0.9's file format by itself, every
 * access checked: the roots, each page that they lead to, the list of free
 * pages. LMDB trusts its pages; what has passed here it may trust.
 *
 * Whole means: a valid root page; each page where it is referred to of the kind
 * and number that it should be, its nodes inside it, its keys ascending and
 * between those of its parent; each page used or free, never both or twice;
 * depths, counts of entries and pages as the roots say. What stands in records
 * is not looked at.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct page_report {
	uint64_t pages; /* of the file, as its root says */
	uint64_t used;
	uint64_t free;
	uint64_t lost;  /* neither used nor free: harmless, told */
	uint64_t fault; /* number of the page at fault */
	char why[96];   /* "" when whole */
};

/*
 * Look at the len octets of a file that nobody writes to. Returns 0, or
 * DB_CORRUPT, DB_SHORT (the file ends before its pages do), DB_MEMORY. An empty
 * file (len 0) is whole. Needs a bit a page.
 */
int page_check(const void *file, size_t len, struct page_report *report);

/* The roots of a file at one moment: its first two pages, as far as needed. */
#define PAGE_ROOT_LEN 152
struct page_roots {
	uint8_t page[2][PAGE_ROOT_LEN];
	uint32_t size;  /* of a page; 0: the roots cannot be read */
	uint32_t newer; /* the one that holds */
	uint64_t txn;   /* its number */
};

/* Copy them out. 0, DB_CORRUPT, DB_SHORT; report as for page_check(). */
int page_roots_read(const void *file, size_t len, struct page_roots *out,
    struct page_report *report);

/* page_check() of a file that may be written to meanwhile, as long as the
 * reader holds off the use of pages that belong to these roots. */
int page_check_roots(const struct page_roots *roots, const void *file,
    size_t len, struct page_report *report);

/*
 * Whether the file is as long as its roots say, or what it lacks is free: 0,
 * DB_SHORT, else as page_check(), which this costs when the file is shorter.
 */
int page_length_check(const void *file, size_t len, struct page_report *report);

struct page_span {
	const uint8_t *data;
	size_t len;
};

/*
 * The value of a number in a table of a file that may be damaged, below the
 * newer of the roots: as it stands there, inside the file. NOT_FOUND, CORRUPT,
 * SHORT, MEMORY.
 */
int page_get(const struct page_roots *roots, const struct page_span *file,
    const char *table, uint64_t key, struct page_span *out);

/* Call visit for the values of a table by rising number, until it returns other
 * than 0: that, or 0 at the end. Ends with an error at the first page at fault,
 * behind those before it. NOT_FOUND: there is no such table. */
typedef int (*page_visit)(void *ctx, uint64_t key, const struct page_span *);
int page_walk(const struct page_roots *roots, const struct page_span *file,
    const char *table, page_visit visit, void *ctx);
