/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice rules": a table, two lines a rule where the terminal is narrow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/action.h"
#include "policy/rule.h"
#include "policy/verdict.h"
#include "proxy/cli/show.h"
#include "proxy/cli/table.h"
#include "proxy/cli/text.h"
#include "proxy/control/when.h"

/* What became of its route, and what that was seen by. */
#define NOTE_MAX (SHOW_GROUND_MAX + EVIDENCE_MAX)

const char *
show_ground(
    const struct show *show, const struct json *rule, char buf[SHOW_GROUND_MAX])
{
	const char *ground = show_field(rule, "ground");
	char left[SHOW_AGE_MAX];

	(void)show_age(show, rule, "expires", true, left);
	if (strcmp(ground, ground_name(GROUND_GONE)) == 0)
		(void)snprintf(
		    buf, SHOW_GROUND_MAX, "best match gone, %s left", left);
	else if (strcmp(ground, ground_name(GROUND_REST)) == 0)
		(void)snprintf(
		    buf, SHOW_GROUND_MAX, "revoked, judged anew in %s", left);
	else if (strcmp(ground, ground_name(GROUND_BRAKED)) == 0)
		(void)snprintf(
		    buf, SHOW_GROUND_MAX, "braked, waits for sluice confirm");
	else if (strcmp(ground, ground_name(GROUND_DOOMED)) == 0)
		(void)snprintf(buf, SHOW_GROUND_MAX,
		    "lost its right, revoked in a moment");
	else
		(void)snprintf(buf, SHOW_GROUND_MAX, "%.32s", ground);
	return buf;
}

const char *
show_left(
    const struct show *show, const struct json *rule, char buf[SHOW_AGE_MAX])
{
	const char *ends = json_text(rule, "ends");
	const char *expires = json_text(rule, "expires");
	bool sooner;
	uint64_t a, b;

	sooner =
	    ends != NULL &&
	    (expires == NULL || (when_parse(ends, 0, &a) == 0 &&
				    when_parse(expires, 0, &b) == 0 && a < b));
	return show_age(show, rule, sooner ? "ends" : "expires", true, buf);
}

struct table *
show_rules_table(void)
{
	static const char *const heads[] = { "ID", "CUSTOMER", "STATE",
		"REASON", "FOR", "LEFT", "COST" };

	return table_new(heads, sizeof(heads) / sizeof(heads[0]), "RULE", 0x71);
}

/* On a terminal, cut to a line. */
static void
note_print(const struct show *show, struct table *table,
    const char *const *cells, const char *rule, const char *note)
{
	char *clean = text_clean(note);

	if (show->width > TABLE_INDENT)
		text_cut(clean, show->width - TABLE_INDENT);
	table_add(table, cells, rule, clean);
	free(clean);
}

void
show_rules_add(
    const struct show *show, struct table *table, const struct json *row)
{
	const char *rule = show_field(row, "rule");
	char id[SHOW_NUMBER_MAX], cost[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX],
	    left[SHOW_AGE_MAX], ground[SHOW_GROUND_MAX], note[NOTE_MAX],
	    line[RULE_TEXT_MAX + ACTION_TEXT_MAX + NOTE_MAX];
	const char *evidence = show_field(row, "evidence");
	const char *cells[] = {
		show_number(row, "id", id),
		show_field(row, "customer"),
		show_field(row, "state"),
		show_field(row, "reason"),
		show_age(show, row, "since", false, age),
		show_left(show, row, left),
		show_number(row, "cost", cost),
	};

	(void)show_ground(show, row, ground);
	if (ground[0] == '\0') {
		table_add(table, cells, rule, NULL);
		return;
	}
	(void)snprintf(note, sizeof(note), "%s%s%s", ground,
	    evidence[0] != '\0' ? "; " : "", evidence);
	if (show->width > 0) {
		note_print(show, table, cells, rule, note);
		return;
	}
	/* Into a pipe every rule is one line. */
	(void)snprintf(line, sizeof(line), "%s (%s)", rule, note);
	table_add(table, cells, line, NULL);
}

void
show_rules(const struct show *show, const struct answer *answer)
{
	struct table *table;

	if (answer->n_rows == 0) {
		SHOW(show, "no rules", "\n");
		return;
	}
	table = show_rules_table();
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		show_rules_add(show, table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}
