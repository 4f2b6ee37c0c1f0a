/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit list": entries come newest first and are shown newest last. */
#include <inttypes.h>
#include <string.h>

#include "proxy/cli/show.h"
#include "proxy/cli/table.h"
#include "proxy/control/when.h"
#include "proxy/signer/rollover.h"
#include "store/entry.h"

#define NOTE_SIZE 768
#define WHEN_MAX  32
#define NS        UINT64_C(1000000000)

/* "2026-01-31 03:04:05" of an RFC 3339 time. */
static const char *
time_short(const char *text, char buf[20])
{
	(void)snprintf(buf, 20, "%s", text);
	if (strlen(buf) > 10 && buf[10] == 'T')
		buf[10] = ' ';
	return buf;
}

/* Who did what and why, or what the verdict rests on. */
static void
note_make(const struct json *row, bool has_rule, char *buf, size_t size)
{
	const char *name = show_field(row, "operator");
	const char *evidence = show_field(row, "evidence");
	const char *text = has_rule ? show_field(row, "text") : "";

	if (name[0] != '\0')
		(void)snprintf(buf, size, "%s%sby %s%s%s", evidence,
		    evidence[0] != '\0' ? " " : "", name,
		    text[0] != '\0' ? ": " : "", text);
	else
		(void)snprintf(buf, size, "%s%s%s", evidence,
		    evidence[0] != '\0' && text[0] != '\0' ? "; " : "", text);
}

/* Behind it, what was asked for and how long it may live. */
static void
note_lifetime(const struct json *row, char *buf, size_t size)
{
	size_t used = strlen(buf);
	char age[SHOW_AGE_MAX];
	uint64_t seconds;

	if (json_number(row, "lifetime", &seconds) && used < size)
		(void)snprintf(&buf[used], size - used, "%sfor %s",
		    used > 0 ? "; " : "",
		    when_age(seconds < UINT32_MAX ? seconds * 1000 : 0, age,
			sizeof(age)));
	used = strlen(buf);
	if (json_true_at(json_get(row, "wish"), "dry_run") && used < size)
		(void)snprintf(
		    &buf[used], size - used, "%sdry run", used > 0 ? ", " : "");
}

/* A change of key, without its signatures: whether they are good is said. */
static bool
key_say(const struct json *row, char *tail, size_t size, char *note)
{
	char key[SEAL_BASE64_LEN(SEAL_PUBLIC_LEN) + 1], until[WHEN_MAX];
	struct rollover rollover;

	if (strcmp(show_field(row, "kind"), entry_kind_name(ENTRY_KEY)) != 0 ||
	    rollover_read(show_field(row, "text"), show_field(row, "evidence"),
		&rollover) < 0)
		return false;
	(void)seal_base64(
	    rollover.new_key, sizeof(rollover.new_key), key, sizeof(key));
	(void)snprintf(tail, size, ROLLOVER_FIRST " %s", key);
	(void)seal_base64(
	    rollover.old_key, sizeof(rollover.old_key), key, sizeof(key));
	if (rollover.until_s < UINT64_MAX / NS)
		(void)when_print(rollover.until_s * NS, until, sizeof(until));
	else
		(void)snprintf(until, sizeof(until), "no time that there is");
	(void)snprintf(note, size, "after %s, which signs, too, until %s; %s",
	    key, until,
	    rollover_verify(&rollover)
		? "signed by both"
		: "NOT signed by both: this counts for nothing");
	return true;
}

/* What stands in an entry that is not about a rule. */
static void
text_say(const struct json *row, char *tail, size_t size)
{
	char number[SHOW_NUMBER_MAX];
	const char *text = show_field(row, "text");
	bool summary = strcmp(show_field(row, "kind"),
			   entry_kind_name(ENTRY_SUMMARY)) == 0;

	if (summary && strcmp(text, "retention") == 0)
		(void)snprintf(tail, size, "%s: %s entries", text,
		    show_number(row, "count", number));
	else
		(void)snprintf(tail, size, "%s", text);
}

static void
entry_add(struct table *table, const struct json *row)
{
	char seq[SHOW_NUMBER_MAX], id[SHOW_NUMBER_MAX], when[20],
	    note[NOTE_SIZE];
	char tail[NOTE_SIZE];
	const char *rule = json_text(row, "rule");
	const char *session = show_field(row, "session");
	const char *customer = show_field(row, "customer");
	const char *cells[] = {
		show_number(row, "seq", seq),
		time_short(show_field(row, "time"), when),
		show_field(row, "kind"),
		customer[0] != '\0' ? customer : session,
		show_number(row, "id", id),
		show_field(row, "state"),
		show_field(row, "reason"),
	};

	if (!key_say(row, tail, sizeof(tail), note)) {
		text_say(row, tail, sizeof(tail));
		note_make(row, rule != NULL, note, sizeof(note));
		note_lifetime(row, note, sizeof(note));
	}
	table_add(table, cells, rule != NULL ? rule : tail, note);
}

void
show_entries(const struct show *show, const struct answer *answer)
{
	static const char *const heads[] = { "SEQ", "TIME (UTC)", "KIND",
		"CUSTOMER", "RULE", "STATE", "REASON" };
	struct table *table;

	if (answer->n_rows == 0) {
		SHOW(show, "no entries", "\n");
		return;
	}
	table = table_new(heads, sizeof(heads) / sizeof(heads[0]), "", 0x11);
	for (size_t i = 0; i < answer->n_rows; i++) {
		struct json *line = answer_row(answer, i);

		entry_add(table, json_get(line, "row"));
		json_free(line);
	}
	table_print(table, show->out, show->width, true);
	table_free(table);
}
