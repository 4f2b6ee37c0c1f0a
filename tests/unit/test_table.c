/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: widths, the tail that is never cut, notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proxy/cli/table.h"

struct row {
	const char *name;
	size_t width;
	bool backward;
	const char *text;
};

static const struct row rows[] = {
	{ "tail_fits_without_limit", 0, false,
	    "ID  NAME  RULE\n"
	    " 7  a     match destination 203.0.113.7/32 then discard\n"
	    "12  -     short\n"
	    "    by root: why\n" },
	{ "long_tail_gets_its_own_line", 20, false,
	    "ID  NAME  RULE\n"
	    " 7  a\n"
	    "    match destination 203.0.113.7/32 then discard\n"
	    "12  -     short\n"
	    "    by root: why\n" },
	{ "backward", 0, true,
	    "ID  NAME  RULE\n"
	    "12  -     short\n"
	    "    by root: why\n"
	    " 7  a     match destination 203.0.113.7/32 then discard\n" },
};

/* Two rows look as written. */
static void
looks(void **state)
{
	static const char *const heads[] = { "ID", "NAME" };
	static const char *const first[] = { "7", "a" };
	static const char *const second[] = { "12", "" };
	const struct row *row = *state;
	struct table *table = table_new(heads, 2, "RULE", 0x1);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	table_add(table, first, "match destination 203.0.113.7/32 then discard",
	    NULL);
	table_add(table, second, "short", "by root: why");
	table_print(table, out, row->width, row->backward);
	table_free(table);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, row->text);
	free(text);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){ rows[i].name, looks, NULL, NULL,
			(void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
