/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice status": one screen. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "policy/verdict.h"

static void
status_sluice(const struct show *show, const struct json *row)
{
	char number[SHOW_NUMBER_MAX], age[SHOW_AGE_MAX], hash[13];

	(void)snprintf(
	    hash, sizeof(hash), "%s", show_field(row, "config_hash"));
	SHOW(show, "guard      up ", show_age(show, row, "started", false, age),
	    ", configuration ", show_number(row, "generation", number), " (",
	    hash, "), ",
	    json_true_at(row, "synced") ? "live rules are loaded"
					: "LIVE RULES NOT LOADED",
	    "\n");
}

static void
status_log(const struct show *show, const struct json *row)
{
	const struct json *log = json_get(row, "log");
	char size[SHOW_NUMBER_MAX], pending[SHOW_NUMBER_MAX],
	    behind[SHOW_NUMBER_MAX];
	uint64_t n;

	SHOW(show, "log        store ", show_field(row, "store"), ", ",
	    show_number(log, "size", size),
	    strcmp(size, "1") == 0 ? " entry, " : " entries, ",
	    show_number(log, "pending", pending), " not on disk yet", "\n");
	if (json_number(log, "store_behind", &n) && n > 0)
		SHOW(show, "           ",
		    show_number(log, "store_behind", behind),
		    n == 1 ? " rule" : " rules", " refused as store-behind",
		    "\n");
}

static void
status_sessions(const struct show *show, const struct json *row)
{
	const struct json *sessions = json_get(row, "sessions");
	const struct json *inward = json_get(row, "inward");
	char a[SHOW_NUMBER_MAX], b[SHOW_NUMBER_MAX], c[SHOW_NUMBER_MAX];

	SHOW(show, "customers  ", show_number(row, "customers", a), ", ",
	    show_number(sessions, "up", b), " of ",
	    show_number(sessions, "configured", c), " sessions up", "\n");
	SHOW(show, "inward     ", show_number(inward, "up", a), " of ",
	    show_number(inward, "configured", b), " sessions up, ",
	    show_number(json_get(row, "rules"), "inward", c),
	    strcmp(c, "1") == 0 ? " rule standing" : " rules standing", "\n");
}

void
show_status(const struct show *show, const struct json *row)
{
	const struct json *rules = json_get(row, "rules");
	char number[SHOW_NUMBER_MAX];

	status_sluice(show, row);
	status_log(show, row);
	status_sessions(show, row);
	SHOW(
	    show, "rules      ", show_number(rules, "known", number), " known");
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		uint64_t n;

		if (json_number(rules, state_name(i), &n) && n > 0)
			SHOW(show, ", ",
			    show_number(rules, state_name(i), number), " ",
			    state_name(i));
	}
	SHOW(show, "\n");
}
