/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the kinds of entry. */
#include "store/entry.h"

static const char *const names[ENTRY_COUNT] = {
#define X(symbol, number, name) [number] = (name),
	ENTRY_MAP(X)
#undef X
};

const char *
entry_kind_name(unsigned kind)
{
	if (kind == ENTRY_NONE || kind >= ENTRY_COUNT)
		return "?";
	return names[kind];
}
