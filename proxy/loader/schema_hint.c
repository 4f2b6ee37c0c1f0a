/* SPDX-License-Identifier: BSD-2-Clause */
/* What may have been meant by a key that there is not. */
#include "proxy/loader/schema.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 32u

/* Edits (insert, drop, change a letter) between two words; both shorter than
 * WORD_MAX. */
static unsigned
edits(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	unsigned n = (unsigned)strlen(b);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 0; a[i] != '\0'; i++) {
		unsigned corner = row[0];

		row[0] = i + 1;
		for (unsigned j = 0; j < n; j++) {
			unsigned change = corner + (a[i] != b[j]);
			unsigned best =
			    row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;

			corner = row[j + 1];
			row[j + 1] = change < best ? change : best;
		}
	}
	return row[n];
}

void
schema_hint(enum section section, const char *name, char *buf, size_t size)
{
	const struct schema_key *near = NULL;
	size_t best = 4; /* more edits than that is another word */
	unsigned n;
	const struct schema_key *rows = schema_rows(section, &n);
	size_t len;

	for (unsigned i = 0; i < n && strlen(name) < WORD_MAX; i++) {
		size_t distance;

		if (rows[i].shape == SHAPE_LATER)
			continue;
		distance = edits(name, rows[i].name);
		/* The beginning of a key: "password". */
		if (strlen(name) > 3 &&
		    strncmp(name, rows[i].name, strlen(name)) == 0)
			distance = 1;
		if (distance < best && 2 * distance <= strlen(rows[i].name)) {
			best = distance;
			near = &rows[i];
		}
	}
	if (near != NULL) {
		(void)snprintf(buf, size, "a key of %s, perhaps %s",
		    schema_section(section)->name, near->name);
		return;
	}
	len = (size_t)snprintf(
	    buf, size, "a key of %s:", schema_section(section)->name);
	for (unsigned i = 0; i < n && len < size; i++) {
		if (rows[i].shape != SHAPE_LATER)
			len += (size_t)snprintf(
			    &buf[len], size - len, " %s", rows[i].name);
	}
}
