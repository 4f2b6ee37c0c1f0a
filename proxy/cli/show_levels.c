/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice log-level": what the log tells, of whom, and for how long. */
#include "proxy/cli/show.h"
#include "proxy/cli/table.h"

static void
level_add(const struct show *show, struct table *table, const struct json *row)
{
	const char *name = json_text(row, "name");
	char left[SHOW_AGE_MAX];
	const char *cells[] = {
		name != NULL ? name : "everybody",
		show_field(row, "class"),
		show_age(show, row, "until", true, left),
		json_text(row, "operator"),
	};

	table_add(table, cells, NULL, NULL);
}

void
show_levels(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "OF", "CLASS", "LEFT", "BY" };
	struct table *table =
	    table_new(heads, sizeof(heads) / sizeof(heads[0]), NULL, 0);

	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		level_add(show, table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}
