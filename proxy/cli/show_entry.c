/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit show": one entry, all that it says. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/audit.h"

/* In this order; those that are there. */
static const struct {
	const char *key;
	const char *label;
} texts[] = {
	{ "time", "time" },
	{ "kind", "kind" },
	{ "customer", "customer" },
	{ "session", "neighbour" },
	{ "operator", "operator" },
	{ "id", "rule" },
	{ "family", "family" },
	{ "rule", "says" },
	{ "nlri", "nlri" },
	{ "raw", "as received" },
	{ "state", "state" },
	{ "reason", "reason" },
	{ "detail", "" },
	{ "check", "check" },
	{ "evidence", "evidence" },
	{ "text", "text" },
	{ "count", "count" },
	{ "lifetime", "lifetime" },
	{ "boot_id", "boot" },
	{ "config_hash", "configuration" },
	{ "leaf", "leaf hash" },
	{ "record", "record" },
};

static void
line(const struct show *show, const char *label, const char *text,
    const char *unit)
{
	(void)fprintf(show->out, "%-14s", label);
	SHOW(show, text, unit, "\n");
}

void
show_entry(const struct show *show, const struct json *row)
{
	const struct json *wish = json_get(row, "wish");
	char number[SHOW_NUMBER_MAX];
	uint64_t value;

	(void)fprintf(show->out, "entry %s\n", show_number(row, "seq", number));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *key = texts[i].key, *text = json_text(row, key);

		if (text != NULL)
			line(show, texts[i].label, text, "");
		else if (json_number(row, key, &value))
			line(show, texts[i].label,
			    show_number(row, key, number),
			    strcmp(key, "lifetime") == 0 ? " s" : "");
	}
	if (json_true_at(row, "approved"))
		line(show, "approved", "by an operator", "");
	if (json_number(wish, "lifetime", &value))
		line(show, "asked for", show_number(wish, "lifetime", number),
		    " s");
	if (json_true_at(wish, "dry_run"))
		line(show, "asked for", "a dry run", "");
}
