/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables for a terminal. The columns are as wide as what stands in them. The
 * last one, the tail, is never cut: where it does not fit on its row it stands
 * on a line of its own below, indented.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 10
#define TABLE_INDENT      4

struct table;

/* n headings, and the tail's; bit i of right aligns column i to the right.
 * Headings are borrowed for the table's life. */
struct table *table_new(
    const char *const *heads, size_t n, const char *tail, uint32_t right);
void table_free(struct table *table);

/* Add a row of n cells (NULL is "-"), its tail and a note that gets a line of
 * its own; NULL or "" is none. All are copied and cleaned. */
void table_add(struct table *table, const char *const *cells, const char *tail,
    const char *note);

/* Print for a terminal of width columns; 0: as wide as needed. */
void table_print(
    const struct table *table, FILE *out, size_t width, bool backward);
