/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice rules ID" and "sluice explain": one rule and every check on it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "proxy/control/when.h"

#define CHECK_INDENT "       "
#define STATE_INDENT "              "

/* The mark of a verdict; what is not known is no. */
static const char *
mark(const char *verdict)
{
	if (strcmp(verdict, "pass") == 0)
		return "ok  ";
	return strcmp(verdict, "held") == 0 ? "HOLD" : "NO  ";
}

static void
check_print(const struct show *show, const struct json *check)
{
	const char *verdict = show_field(check, "verdict");
	const char *evidence = show_field(check, "evidence");
	char name[16]; /* as wide as the longest: "validation" */

	(void)snprintf(
	    name, sizeof(name), "%-10.10s", show_field(check, "name"));
	SHOW(show, "  ", mark(verdict), " ", name, " ");
	if (strcmp(verdict, "pass") == 0) {
		SHOW(show, evidence, "\n");
		return;
	}
	SHOW(show, show_field(check, "reason"), "\n");
	SHOW(show, CHECK_INDENT, show_field(check, "detail"), "\n");
	if (evidence[0] != '\0')
		SHOW(show, CHECK_INDENT, evidence, "\n");
}

static void
checks_print(const struct show *show, const struct json *row)
{
	const struct json *checks = json_get(row, "checks");

	for (size_t i = 0; i < json_length(checks); i++)
		check_print(show, json_at(checks, i));
}

/* What was asked for beside the rule; who announced it. */
static void
rule_wish(const struct show *show, const struct json *row)
{
	const struct json *wish = json_get(row, "wish");
	char age[SHOW_AGE_MAX];
	uint64_t seconds;
	bool dry = json_true_at(wish, "dry_run");

	if (json_number(wish, "lifetime", &seconds))
		SHOW(show, "  asked for   at most ",
		    when_age(seconds < UINT32_MAX ? seconds * 1000 : 0, age,
			sizeof(age)),
		    dry ? ", a dry run" : "", "\n");
	else if (dry)
		SHOW(show, "  asked for   a dry run", "\n");
	if (json_text(row, "operator") != NULL)
		SHOW(show, "  operator    ", show_field(row, "operator"), "\n");
}

/* When and where. */
static void
rule_facts(const struct show *show, const struct json *row)
{
	char age[SHOW_AGE_MAX], cost[SHOW_NUMBER_MAX], seq[SHOW_NUMBER_MAX],
	    parts[SHOW_NUMBER_MAX];

	SHOW(show, "  since       ", show_field(row, "since"), " (",
	    show_age(show, row, "since", false, age), ")", "\n");
	SHOW(show, "  first seen  ", show_field(row, "first_seen"), " (",
	    show_age(show, row, "first_seen", false, age), ")", "\n");
	if (json_text(row, "expires") != NULL)
		SHOW(show, "  until       ", show_field(row, "expires"),
		    " (in ", show_age(show, row, "expires", true, age), ")",
		    "\n");
	if (json_text(row, "ends") != NULL)
		SHOW(show, "  lifetime    ends ", show_field(row, "ends"),
		    " (in ", show_age(show, row, "ends", true, age), ")", "\n");
	rule_wish(show, row);
	SHOW(show, "  inward      ",
	    json_true_at(row, "announced") ? "announced" : "not announced",
	    ", cost ", show_number(row, "cost", cost), ", parts ",
	    show_number(row, "parts", parts), "\n");
	SHOW(show, "  record      ", show_number(row, "seq", seq),
	    json_true_at(row, "durable") ? ", on disk" : ", not on disk yet",
	    json_true_at(row, "approved") ? ", approved by an operator" : "",
	    "\n");
	SHOW(show, "  nlri        ", show_field(row, "nlri"), "\n");
}

/* "refused by ownership, not-registered (12)", the sentence, the evidence. */
static void
rule_verdict(const struct show *show, const struct json *row, bool explain)
{
	const char *check = json_text(row, "check");
	const char *evidence = show_field(row, "evidence");
	char number[SHOW_NUMBER_MAX], ground[SHOW_GROUND_MAX];

	bool same =
	    strcmp(show_field(row, "state"), show_field(row, "reason")) == 0;

	SHOW(show, explain ? "verdict: " : "  state       ",
	    show_field(row, "state"), check != NULL ? " by " : "",
	    check != NULL ? check : "", same ? "" : ", ",
	    same ? "" : show_field(row, "reason"), " (",
	    show_number(row, "reason_number", number), ")", "\n");
	if (explain)
		return;
	SHOW(show, STATE_INDENT, show_field(row, "detail"), "\n");
	/* With a ground the evidence is about that. */
	if (show_ground(show, row, ground)[0] != '\0')
		SHOW(show, "  route       ", ground, "\n");
	if (evidence[0] != '\0')
		SHOW(show, STATE_INDENT, evidence, "\n");
}

void
show_rule(const struct show *show, const struct json *row, bool explain)
{
	const char *neighbor = show_field(row, "neighbor");
	char id[SHOW_NUMBER_MAX];

	if (explain)
		SHOW(show, "as if customer ", show_field(row, "customer"),
		    neighbor[0] != '\0' ? " announced over " : " announced it",
		    neighbor, "\n");
	else
		SHOW(show, "rule ", show_number(row, "id", id), " of ",
		    show_field(row, "customer"),
		    neighbor[0] != '\0' ? " from " : "", neighbor, "\n");
	SHOW(show, "  ", show_field(row, "rule"), "\n", "\n");
	if (!explain) {
		rule_verdict(show, row, false);
		rule_facts(show, row);
		SHOW(show, "\n");
	}
	checks_print(show, row);
	if (explain) {
		SHOW(show, "\n");
		rule_verdict(show, row, true);
	}
}
