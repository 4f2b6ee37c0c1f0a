/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice customers": a table, or one in full. */
#include <string.h>

#include "policy/verdict.h"
#include "proxy/cli/show.h"
#include "proxy/cli/table.h"
#include "proxy/control/when.h"

#define SHARE_MAX ((size_t)2 * SHOW_NUMBER_MAX)
#define FLAGS_MAX 64

/* "41/50", "41" without a limit. */
static const char *
share(const struct json *object, const char *part, const char *all,
    char buf[SHARE_MAX])
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];
	uint64_t limit;

	(void)show_number(object, part, a);
	if (json_number(object, all, &limit))
		(void)snprintf(
		    buf, SHARE_MAX, "%s/%s", a, show_number(object, all, b));
	else
		(void)snprintf(buf, SHARE_MAX, "%s", a);
	return buf;
}

/* The mode, and what keeps its rules out. */
static const char *
mode_words(const struct json *row, char buf[FLAGS_MAX])
{
	(void)snprintf(buf, FLAGS_MAX, "%.16s%s%s%s", show_field(row, "mode"),
	    json_true_at(row, "quarantined") ? " QUARANTINED" : "",
	    json_true_at(row, "frozen") ? " FROZEN" : "",
	    json_true_at(row, "muted") ? " MUTED" : "");
	return buf;
}

static const char *
irr_words(const struct json *row)
{
	const struct json *irr = json_get(row, "irr");

	return json_text(irr, "state");
}

static void
customer_add(struct table *table, const struct json *row)
{
	const struct json *quota = json_get(row, "quota");
	char asn[SHOW_NUMBER_MAX], flags[FLAGS_MAX], sessions[SHARE_MAX],
	    rules[SHARE_MAX], cost[SHARE_MAX], waiting[SHOW_NUMBER_MAX];
	const char *cells[] = {
		show_field(row, "customer"),
		show_number(row, "asn", asn),
		mode_words(row, flags),
		share(json_get(row, "sessions"), "up", "configured", sessions),
		share(quota, "rules", "rules_max", rules),
		share(quota, "cost", "cost_max", cost),
		show_number(json_get(row, "rules"), "waiting", waiting),
		show_field(row, "rpki"),
		irr_words(row),
	};

	table_add(table, cells, NULL, NULL);
}

void
show_customers(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "CUSTOMER", "AS", "MODE",
		"SESSIONS", "RULES", "COST", "WAIT", "RPKI", "IRR" };
	struct table *table =
	    table_new(heads, sizeof(heads) / sizeof(heads[0]), NULL, 0x7a);

	if (answer->n_rows == 0) {
		SHOW(show, "no customers", "\n");
		table_free(table);
		return;
	}
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		customer_add(table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, false);
	table_free(table);
}

/* ---- one in full ---- */

/* "41 of 50", "41, no limit". */
static void
line_share(const struct show *show, const char *label,
    const struct json *object, const char *part, const char *all)
{
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];
	uint64_t limit;
	bool bound = json_number(object, all, &limit);

	SHOW(show, label, show_number(object, part, a),
	    bound ? " of " : ", no limit",
	    bound ? show_number(object, all, b) : "", "\n");
}

static void
customer_contained(const struct show *show, const struct json *row)
{
	char age[SHOW_AGE_MAX];

	if (json_true_at(row, "quarantined"))
		SHOW(show, "  QUARANTINED  nothing of it goes inward", "\n");
	if (json_true_at(row, "frozen"))
		SHOW(show, "  FROZEN       no new rule is let in", "\n");
	if (json_true_at(row, "muted"))
		SHOW(show,
		    "  MUTED        it sent too much that is malformed: ",
		    "no new rule is let in", "\n");
	if (json_text(row, "contained_by") != NULL)
		SHOW(show, "  by           ", show_field(row, "contained_by"),
		    ", ", show_age(show, row, "contained_since", false, age),
		    " ago", "\n");
}

static void
customer_rules(const struct show *show, const struct json *row)
{
	const struct json *rules = json_get(row, "rules");
	char number[SHOW_NUMBER_MAX];
	uint64_t n;

	SHOW(show, "  rules        ", show_number(rules, "known", number),
	    " known");
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		if (json_number(rules, state_name(i), &n) && n > 0)
			SHOW(show, ", ",
			    show_number(rules, state_name(i), number), " ",
			    state_name(i));
	}
	SHOW(show, "\n");
	if (json_number(rules, "waiting", &n) && n > 0)
		SHOW(show, "               ",
		    show_number(rules, "waiting", number), " wait for room",
		    "\n");
	if (json_number(rules, "ending", &n) && n > 0)
		SHOW(show, "               ",
		    show_number(rules, "ending", number),
		    n == 1 ? " ends" : " end", " within the hour", "\n");
}

static void
customer_quota(const struct show *show, const struct json *row)
{
	const struct json *quota = json_get(row, "quota");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX];
	uint64_t n;

	line_share(show, "  rules used   ", quota, "rules", "rules_max");
	line_share(show, "  cost used    ", quota, "cost", "cost_max");
	if (json_number(quota, "addresses_max", &n))
		line_share(show, "  addresses    ", quota, "addresses",
		    "addresses_max");
	if (json_number(quota, "new_per_second", &n))
		SHOW(show, "  new rules    ",
		    show_number(quota, "new_per_second", a), " a second, ",
		    show_number(quota, "new_left", b), " may come now", "\n");
	line_share(show, "  strikes      ", quota, "strikes", "strikes_max");
}

static void
customer_own(const struct show *show, const struct json *row)
{
	const struct json *irr = json_get(row, "irr");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX];

	SHOW(show, "  owns         ", show_number(row, "registered", a),
	    strcmp(a, "1") == 0 ? " registered prefix" : " registered prefixes",
	    "; rpki ", show_field(row, "rpki"), ", validate ",
	    show_field(row, "validate"), "\n");
	if (json_text(irr, "state") == NULL)
		return;
	SHOW(show, "  irr          ", show_field(irr, "state"), ", ",
	    show_number(irr, "prefixes", a), " prefixes, written ",
	    show_age(show, irr, "written", false, age), " ago", "\n");
	if (strcmp(show_field(irr, "state"), "held") == 0)
		SHOW(show, "               the new file has ",
		    show_number(irr, "found", b),
		    strcmp(b, "0") == 0
			? ": it is not taken; a better file will be"
			: "; `sluice confirm irr` takes it",
		    "\n");
}

void
show_customer(const struct show *show, const struct json *row)
{
	const struct json *sessions = json_get(row, "sessions");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX];
	bool noc = json_true_at(row, "noc");
	uint64_t seconds;

	SHOW(show, show_field(row, "customer"), noc ? "" : "  AS",
	    noc ? "  (the operators' own rules)" : show_number(row, "asn", a),
	    "  mode ", show_field(row, "mode"), "\n");
	customer_contained(show, row);
	if (!noc)
		SHOW(show, "  sessions     ", show_number(sessions, "up", a),
		    " of ", show_number(sessions, "configured", b), " up",
		    "\n");
	customer_rules(show, row);
	customer_quota(show, row);
	if (!noc)
		customer_own(show, row);
	if (json_number(row, "lifetime", &seconds))
		SHOW(show, "  lifetime     at most ",
		    when_age(seconds < UINT32_MAX ? seconds * 1000 : 0, age,
			sizeof(age)),
		    "\n");
	else
		SHOW(show, "  lifetime     no end", "\n");
}
