/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon answered: rows, then an end. */
#pragma once

#include <stddef.h>

#include "proxy/control/json.h"

#define ANSWER_LINE_MAX (1u << 20)        /* octets */
#define ANSWER_MAX      ((size_t)1 << 30) /* of all lines */

/* Rows are kept as the lines that came: an answer may have many. */
struct answer {
	char *text;
	size_t len;
	size_t size;
	size_t *rows; /* where each row's line begins; a NUL ends it */
	size_t n_rows;
	size_t max_rows;
	struct json *end; /* NULL: did not come yet */
};

/*
 * Take one line of len octets. Returns 0, or -1 when it is not one that the
 * daemon sends, or is too much.
 */
int answer_add(struct answer *answer, const char *line, size_t len);

/* Add a row; row is taken. For answers that are not the daemon's. */
int answer_add_row(struct answer *answer, struct json *row);

/* The line of row i, {"row":…}, the caller's to free; NULL when it is none. */
struct json *answer_row(const struct answer *answer, size_t i);

/* Exit status and text of the end; 1 and "" where there is none. */
unsigned answer_exit(const struct answer *answer);
const char *answer_text(const struct answer *answer);

void answer_fini(struct answer *answer);
