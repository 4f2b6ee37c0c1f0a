/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice rules": a table, two lines a rule where the terminal is narrow. */
#include <inttypes.h>

#include "proxy/cli/show.h"
#include "proxy/cli/table.h"

static void
rule_add(const struct show *show, struct table *table, const struct json *row)
{
	char id[SHOW_NUMBER_MAX], cost[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX],
	    left[SHOW_AGE_MAX];
	const char *cells[] = {
		show_number(row, "id", id),
		show_field(row, "customer"),
		show_field(row, "state"),
		show_field(row, "reason"),
		show_age(show, row, "since", false, age),
		show_age(show, row, "expires", true, left),
		show_number(row, "cost", cost),
	};

	table_add(table, cells, show_field(row, "rule"), NULL);
}

void
show_rules(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "ID", "CUSTOMER", "STATE",
		"REASON", "FOR", "LEFT", "COST" };
	struct table *table;

	if (answer->n_rows == 0) {
		SHOW(show, "no rules", "\n");
		return;
	}
	table =
	    table_new(heads, sizeof(heads) / sizeof(heads[0]), "RULE", 0x71);
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		rule_add(show, table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}
