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

bool
entry_is_of_rule(const struct entry *entry)
{
	switch ((enum entry_kind)entry->kind) {
	case ENTRY_VERDICT:
	case ENTRY_WITHDRAWAL:
	case ENTRY_REVOCATION:
	case ENTRY_EXPIRY:
	case ENTRY_LINGER:
		return true;
	case ENTRY_NONE:
	case ENTRY_OPERATOR:
	case ENTRY_CONFIG:
	case ENTRY_START:
	case ENTRY_STOP:
	case ENTRY_SESSION:
	case ENTRY_SUMMARY:
	case ENTRY_SELFTEST:
	case ENTRY_KEY:
	case ENTRY_FEED:
	case ENTRY_EMERGENCY:
	case ENTRY_COUNT:
		break;
	}
	return entry->has_rule != 0;
}
