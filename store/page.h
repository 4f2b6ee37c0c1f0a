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
