/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that LMDB wrote, in memory, to be changed: test_page's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/page.h"
#include "tests/lib/temp_folder.h"

#define PAGE    4096u
#define ENTRIES 3000u
#define FREE_AT 40u /* root of the list of free pages, in a root page */
#define MAIN_AT 88u

struct page_file {
	char path[TEMP_PATH_MAX];
	uint8_t *file;
	size_t len;
	uint64_t root; /* number of the newer root's page */
	struct page_report report;
};

/* Make a store in a folder and read its file; cmocka's *state is it. */
int page_file_setup(void **state);
int page_file_teardown(void **state);

/* Read the file again. */
void page_file_read(struct page_file *world);

/* page_check() of it, into world->report. */
int page_file_check(struct page_file *world);

/* Numbers in it. */
uint64_t page_file_u64(const struct page_file *world, size_t at);
uint32_t page_file_u32(const struct page_file *world, size_t at);
uint16_t page_file_u16(const struct page_file *world, size_t at);
void page_file_set64(struct page_file *world, size_t at, uint64_t value);
void page_file_set32(struct page_file *world, size_t at, uint32_t value);
void page_file_set16(struct page_file *world, size_t at, uint16_t value);
