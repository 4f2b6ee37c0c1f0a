/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and sentences of the reasons. */
#include "policy/reason.h"

#include <stddef.h>
#include <string.h>

struct row {
	unsigned number;
	const char *name;
	const char *text;
};

static const struct row rows[] = {
#define X(symbol, number, name, text) { (number), (name), (text) },
	REASON_MAP(X)
#undef X
};

static const struct row *
row_of(unsigned reason)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].number == reason)
			return &rows[i];
	}
	return NULL;
}

const char *
reason_name(unsigned reason)
{
	const struct row *row = row_of(reason);

	return row == NULL ? "?" : row->name;
}

const char *
reason_text(unsigned reason)
{
	const struct row *row = row_of(reason);

	return row == NULL ? "?" : row->text;
}

bool
reason_holds(unsigned reason)
{
	return reason == REASON_WIDE || reason == REASON_SHADOWS ||
	       reason == REASON_APPROVAL || reason == REASON_SECOND_OPERATOR;
}

int
reason_from_name(const char *name, unsigned *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*out = rows[i].number;
			return 1;
		}
	}
	return 0;
}
