/* SPDX-License-Identifier: BSD-2-Clause */
/* Pace and form of what is told. */
#include "proxy/store/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/signer/rollover.h"

struct publish {
	struct syslog *log;
	uint64_t next_ms;
	size_t len; /* of the note that waits; 0: none */
	char note[NOTE_MAX];
	char line[SYSLOG_LINE_MAX]; /* scratch */
	char sent[SYSLOG_LINE_MAX]; /* last checkpoint that was taken */
};

struct publish *
publish_new(void)
{
	struct publish *publish = calloc(1, sizeof(*publish));

	if (publish == NULL)
		return NULL;
	publish->log = syslog_new();
	if (publish->log == NULL) {
		free(publish);
		return NULL;
	}
	return publish;
}

void
publish_free(struct publish *publish)
{
	if (publish == NULL)
		return;
	syslog_free(publish->log);
	free(publish);
}

void
publish_configure(struct publish *publish, const char *syslog_path)
{
	syslog_configure(publish->log, syslog_path);
}

struct syslog *
publish_log(struct publish *publish)
{
	return publish->log;
}

static void
send_note(struct publish *publish, const char *note, size_t len)
{
	if (syslog_checkpoint(note, len, publish->line, sizeof(publish->line)) <
		0 ||
	    strcmp(publish->line, publish->sent) == 0)
		return;
	if (syslog_line(publish->log, publish->line))
		memcpy(publish->sent, publish->line, sizeof(publish->sent));
}

void
publish_note(
    struct publish *publish, const char *note, size_t len, uint64_t now_ms)
{
	struct checkpoint next, waits;
	size_t text;

	if (len > sizeof(publish->note) ||
	    checkpoint_parse(note, len, &next, &text) != 0)
		return;
	/* A late cosignature of an older one does not take its place. */
	if (publish->len > 0 &&
	    checkpoint_parse(publish->note, publish->len, &waits, &text) == 0 &&
	    next.size < waits.size)
		return;
	memcpy(publish->note, note, len);
	publish->len = len;
	publish_tick(publish, now_ms);
}

void
publish_tick(struct publish *publish, uint64_t now_ms)
{
	if (publish->len == 0 || now_ms < publish->next_ms)
		return;
	send_note(publish, publish->note, publish->len);
	publish->len = 0;
	publish->next_ms = now_ms + PUBLISH_EVERY_MS;
}

void
publish_now(struct publish *publish, const struct sealing *sealing)
{
	size_t len;
	const char *note = sealing_note(sealing, &len);

	publish->len = 0;
	if (len > 0)
		send_note(publish, note, len);
}

static const char *
refusal_text(enum seal_state state)
{
	switch (state) {
#define X(symbol, number, name, text)                                          \
	case SEAL_##symbol:                                                    \
		return name ": " text;
		SEAL_STATE_MAP(X)
#undef X
	}
	return "?";
}

void
publish_refusal(struct publish *publish, const struct sealing *sealing,
    enum seal_state state)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "refused %s", refusal_text(state));
	(void)syslog_line(publish->log, line);
	publish->sent[0] = '\0';
	publish_now(publish, sealing);
}

bool
publish_key(struct notes *notes, struct store *store,
    const struct msg_signer_hello *hello, const char *by)
{
	struct msg_store_note note = { .kind = ENTRY_KEY };
	char text[SEAL_BASE64_LEN(SEAL_PUBLIC_LEN) + 1];
	struct rollover rollover;
	uint8_t told[STORE_META_MAX];
	size_t len;

	if (store_meta_get(store, STORE_KEY, told, &len) == 0 &&
	    len == SEAL_PUBLIC_LEN && memcmp(told, hello->public_key, len) == 0)
		return false;
	(void)seal_base64(
	    hello->public_key, SEAL_PUBLIC_LEN, text, sizeof(text));
	(void)snprintf(
	    note.text, sizeof(note.text), ROLLOVER_FIRST " %s", text);
	if (hello->has_old) {
		(void)snprintf(
		    note.operator_name, sizeof(note.operator_name), "%s", by);
		rollover_of_hello(hello, &rollover);
		rollover_tell(&rollover, note.text, note.evidence);
	}
	notes_want(notes, NOTES_KEY, &note);
	return true;
}
