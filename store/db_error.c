/* SPDX-License-Identifier: BSD-2-Clause */
/* What the errors and tables of the key-value file are called. */
#include "store/db.h"

const char *
db_error_text(int error)
{
	switch (error) {
	case DB_OK:
		return "no error";
#define X(symbol, number, text)                                                \
	case DB_##symbol:                                                      \
		return text;
		DB_ERROR_MAP(X)
#undef X
	default:
		return "?";
	}
}

static const char *const names[DB_TABLES] = {
	[DB_LOG] = "log",
	[DB_LIVE] = "live",
	[DB_TREE] = "tree",
	[DB_NODE] = "node",
	[DB_INDEX] = "index",
	[DB_NOTE] = "note",
	[DB_META] = "meta",
};

const char *
db_table_name(unsigned table)
{
	return table < DB_TABLES ? names[table] : NULL;
}
