/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice sessions": a table, or one in full. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "proxy/cli/table.h"

static bool
is_inward(const struct json *row)
{
	return json_text(row, "customer") == NULL;
}

/* "41/50": used of allowed, or inward held of what should be. */
static void
used(const struct json *row, char *buf, size_t size)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];

	(void)snprintf(buf, size, "%s/%s", show_number(row, "accepted", a),
	    show_number(row, is_inward(row) ? "rules" : "max_rules", b));
}

static void
session_add(
    const struct show *show, struct table *table, const struct json *row)
{
	char asn[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX], known[SHOW_NUMBER_MAX],
	    malformed[SHOW_NUMBER_MAX], share[2 * SHOW_NUMBER_MAX];
	const char *cells[] = {
		is_inward(row) ? "(inward)" : show_field(row, "customer"),
		show_field(row, "neighbor"),
		show_number(row, "asn", asn),
		show_field(row, "state"),
		show_age(show, row, "since", false, age),
		share,
		is_inward(row) ? "-" : show_number(row, "rules", known),
		show_number(row, "malformed", malformed),
	};

	used(row, share, sizeof(share));
	table_add(table, cells, NULL,
	    json_true_at(row, "up") ? NULL : show_field(row, "text"));
}

void
show_sessions(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "CUSTOMER", "NEIGHBOR", "AS",
		"STATE", "FOR", "USED", "KNOWN", "BAD" };
	struct table *table =
	    table_new(heads, sizeof(heads) / sizeof(heads[0]), NULL, 0xf4);

	if (answer->n_rows == 0) {
		SHOW(show, "no sessions", "\n");
		table_free(table);
		return;
	}
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		session_add(show, table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}

/* A list of names, with blanks between. */
static void
names_print(const struct show *show, const struct json *list)
{
	if (json_length(list) == 0)
		SHOW(show, "none");
	for (size_t i = 0; i < json_length(list); i++) {
		const char *name = json_text_at(list, i);

		SHOW(show, i > 0 ? " " : "", name != NULL ? name : "?");
	}
	SHOW(show, "\n");
}

static void
session_down(const struct show *show, const struct json *row)
{
	const struct json *last = json_get(row, "notification");
	const char *down = show_field(row, "down");
	char code[SHOW_NUMBER_MAX], subcode[SHOW_NUMBER_MAX];

	if (show_field(row, "text")[0] != '\0')
		SHOW(show, "  last end     ",
		    strcmp(down, "none") == 0 ? "" : down,
		    strcmp(down, "none") == 0 ? "" : ": ",
		    show_field(row, "text"), "\n");
	if (json_object_at(row, "notification"))
		SHOW(show, "  notification ", show_number(last, "code", code),
		    "/", show_number(last, "subcode", subcode), ", sent by ",
		    show_field(last, "by"), "\n");
}

static void
session_counters(const struct show *show, const struct json *row)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX],
	    d[SHOW_NUMBER_MAX];

	SHOW(show, "  updates      ", show_number(row, "updates_in", a),
	    " in, ", show_number(row, "updates_out", b), " out; established ",
	    show_number(row, "established", c),
	    strcmp(c, "1") == 0 ? " time" : " times", "\n");
	if (is_inward(row))
		return;
	SHOW(show, "  rules in     ", show_number(row, "rules_in", a),
	    " announced, ", show_number(row, "malformed", b), " malformed, ",
	    show_number(row, "overflow", c), " beyond the bound", "\n");
	SHOW(show, "  unicast      ", show_number(row, "unicast_in", d),
	    " routes seen and not used", "\n");
}

/* With a key: does the kernel check it now? */
static const char *
key_words(const struct json *row)
{
	const char *key = show_field(row, "key");

	if (strcmp(key, "none") == 0)
		return "no key";
	if (strcmp(key, "checked") == 0)
		return "key checked";
	return json_true_at(row, "up") ? "key configured, NOT checked"
				       : "key configured, not up";
}

static const char *
address(const struct json *row, const char *key)
{
	const char *text = json_text(row, key);

	return text != NULL ? text : "not known";
}

/* What was agreed on; what a session that is down does not have is left out. */
static void
session_terms(const struct show *show, const struct json *row)
{
	bool inward = is_inward(row), up = json_true_at(row, "up");
	char hold[SHOW_NUMBER_MAX];

	if (json_text(row, "local") != NULL || json_text(row, "remote") != NULL)
		SHOW(show, "  addresses    ", address(row, "local"), " to ",
		    address(row, "remote"), up ? ", router id " : "",
		    up ? address(row, "router_id") : "", "\n");
	SHOW(show, "  session      ");
	if (up)
		SHOW(show, "hold time ", show_number(row, "hold_time", hold),
		    " s, refresh ", show_field(row, "refresh"), ", ");
	SHOW(show, key_words(row), inward ? ", emit " : ", mode ",
	    show_field(row, inward ? "emit" : "mode"), "\n");
	if (!up)
		return;
	SHOW(show, "  families     ");
	names_print(show, json_get(row, "families"));
	SHOW(show, "  complete     ");
	names_print(show, json_get(row, "complete"));
}

void
show_session(const struct show *show, const struct json *row)
{
	bool inward = is_inward(row);
	char asn[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX],
	    share[2 * SHOW_NUMBER_MAX];

	used(row, share, sizeof(share));
	SHOW(show, inward ? "inward" : show_field(row, "customer"), " ",
	    show_field(row, "neighbor"), "  AS", show_number(row, "asn", asn),
	    "  ", show_field(row, "state"), " for ",
	    show_age(show, row, "since", false, age), "\n");
	session_terms(show, row);
	SHOW(show, "  used         ", share,
	    inward ? " (rules that it has, of what it should have)"
		   : " (cost of its rules, of what is allowed)",
	    "\n");
	session_counters(show, row);
	session_down(show, row);
}
