/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: cells are kept until all widths are known. */
#include "proxy/cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/cli/text.h"

#define GAP 2

struct row {
	char *cells[TABLE_COLUMNS_MAX];
	char *tail;
	char *note;
};

struct table {
	const char *heads[TABLE_COLUMNS_MAX];
	const char *tail;
	size_t n_columns;
	uint32_t right;
	size_t widths[TABLE_COLUMNS_MAX];
	struct row *rows;
	size_t n_rows;
	size_t max_rows;
};

struct table *
table_new(const char *const *heads, size_t n, const char *tail, uint32_t right)
{
	struct table *table = text_alloc(NULL, sizeof(*table));

	*table = (struct table){ .tail = tail,
		.n_columns = n < TABLE_COLUMNS_MAX ? n : TABLE_COLUMNS_MAX,
		.right = right };
	for (size_t i = 0; i < table->n_columns; i++) {
		table->heads[i] = heads[i];
		table->widths[i] = text_width(heads[i]);
	}
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t j = 0; j < table->n_columns; j++)
			free(table->rows[i].cells[j]);
		free(table->rows[i].tail);
		free(table->rows[i].note);
	}
	free(table->rows);
	free(table);
}

void
table_add(struct table *table, const char *const *cells, const char *tail,
    const char *note)
{
	struct row *row;

	if (table->n_rows == table->max_rows) {
		table->max_rows =
		    table->max_rows == 0 ? 64 : 2 * table->max_rows;
		table->rows = text_alloc(
		    table->rows, table->max_rows * sizeof(*table->rows));
	}
	row = &table->rows[table->n_rows++];
	*row =
	    (struct row){ .tail = text_clean(tail), .note = text_clean(note) };
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t width;

		row->cells[i] = text_clean(
		    cells[i] == NULL || cells[i][0] == '\0' ? "-" : cells[i]);
		width = text_width(row->cells[i]);
		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

static void
spaces(FILE *out, size_t n)
{
	for (; n > 0; n--)
		(void)fputc(' ', out);
}

/* One row's cells; blanks behind the last one only when something follows. */
static void
cells_print(
    const struct table *table, FILE *out, const char *const *cells, bool more)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		size_t pad = table->widths[i] - text_width(cells[i]);
		bool right = (table->right >> i & 1) != 0;

		if (i > 0)
			spaces(out, GAP);
		if (right)
			spaces(out, pad);
		(void)fputs(cells[i], out);
		if (!right && (more || i + 1 < table->n_columns))
			spaces(out, pad);
	}
}

static size_t
cells_width(const struct table *table)
{
	size_t width = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		width += table->widths[i] + GAP;
	return width;
}

static void
row_print(
    const struct table *table, FILE *out, const struct row *row, size_t width)
{
	bool tail = row->tail[0] != '\0';
	bool fits =
	    width == 0 || cells_width(table) + text_width(row->tail) <= width;

	cells_print(table, out, (const char *const *)row->cells, tail && fits);
	if (tail) {
		if (!fits)
			(void)fputc('\n', out);
		spaces(out, fits ? GAP : TABLE_INDENT);
		(void)fputs(row->tail, out);
	}
	(void)fputc('\n', out);
	if (row->note[0] != '\0') {
		spaces(out, TABLE_INDENT);
		(void)fprintf(out, "%s\n", row->note);
	}
}

void
table_print(const struct table *table, FILE *out, size_t width, bool backward)
{
	bool tail = table->tail != NULL && table->tail[0] != '\0';

	cells_print(table, out, table->heads, tail);
	if (tail) {
		spaces(out, GAP);
		(void)fputs(table->tail, out);
	}
	(void)fputc('\n', out);
	for (size_t i = 0; i < table->n_rows; i++)
		row_print(table, out,
		    &table->rows[backward ? table->n_rows - 1 - i : i], width);
}
