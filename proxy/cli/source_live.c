/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log read from a daemon, over its control socket: records in pieces, each
 * asked for when the one before has been used.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/cli/ask.h"
#include "proxy/cli/source.h"
#include "proxy/cli/text.h"
#include "store/entry.h"
#include "store/ledger.h"
#include "store/record.h"

#define PIECE  1024u /* entries asked for at once */
#define STRIDE 4096u

struct live_source {
	struct source source; /* first */
	struct ask_stream *stream;
	bool asking; /* lines of a piece are to come */
	uint64_t at; /* next entry */
	uint64_t to;
	uint64_t asked_at; /* where the piece that is asked for began */
	uint64_t block_at; /* the last block whose hash came ended before it */
	uint64_t index_at; /* the same of its index */
	uint8_t record[RECORD_LEN_LIMIT];
	char path[];
};

static struct live_source *
of(struct source *source)
{
	return (struct live_source *)(void *)source;
}

static int
fail(struct live_source *self, int status, const char *text)
{
	ask_close(self->stream);
	self->stream = NULL;
	self->asking = false;
	return source_fail(
	    &self->source, status, "%.100s: %s", self->path, text);
}

static int
fail_errno(struct live_source *self, int err)
{
	if (err == -ECONNRESET)
		return fail(
		    self, CLI_NOT_THERE, "the daemon ended before its answer");
	if (err == -ENOENT || err == -ECONNREFUSED)
		return fail(
		    self, CLI_NOT_THERE, "nobody answers; is sluiced running?");
	if (err == -EPROTO)
		return fail(self, CLI_NO, "this is no answer");
	return fail(self, CLI_NOT_THERE, strerror(-err));
}

/* Send a request; its arguments are taken. On a connection that is still owed
 * an answer a new one is opened. */
static int
request(struct live_source *self, const char *verb, struct json *arguments)
{
	struct json *json = json_new();
	int err = 0;
	size_t len;
	char *text;

	json_put_text(json, "verb", verb);
	json_put(json, "args", arguments);
	text = json_print(json, &len);
	json_free(json);
	if (self->asking || self->stream == NULL) {
		ask_close(self->stream);
		self->stream = NULL;
		err = ask_stream_open(self->path, &self->stream);
	}
	self->asking = false;
	if (err == 0)
		err = ask_send(self->stream, text, len);
	free(text);
	return err == 0 ? 0 : fail_errno(self, err);
}

/* The next line: 1 with *row (the caller's to free), 0 at the end, -1. */
static int
row_next(struct live_source *self, struct json **row)
{
	const char *text, *line;
	char why[128];
	uint64_t code;
	struct json *json;
	size_t len;
	int err = ask_line(self->stream, ASK_SILENCE_MS, &line, &len);

	*row = NULL;
	if (err < 0)
		return fail_errno(self, err);
	json = json_read(line, len, why, sizeof(why));
	if (json_object_at(json, "row")) {
		*row = json_take(json, "row");
		json_free(json);
		return 1;
	}
	text = json_text(json_get(json, "end"), "text");
	if (!json_number(json_get(json, "end"), "exit", &code) || text == NULL)
		err = fail_errno(self, -EPROTO);
	else if (code != 0)
		err = fail(self, code <= CLI_WRONG ? (int)code : CLI_NO, text);
	json_free(json);
	return err;
}

/* The one row of an answer, then its end. NULL when there is none. */
static struct json *
row_only(struct live_source *self)
{
	struct json *row, *more;
	int status = row_next(self, &row);

	if (status <= 0) {
		if (status == 0)
			(void)fail(self, CLI_NO, "the answer is empty");
		return NULL;
	}
	status = row_next(self, &more);
	json_free(more);
	if (status == 0)
		return row;
	json_free(row);
	if (status > 0)
		(void)fail_errno(self, -EPROTO);
	return NULL;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
hash_read(const char *text, uint8_t out[SEAL_LEN])
{
	if (text == NULL || strlen(text) != 2 * SEAL_LEN)
		return false;
	for (size_t i = 0; i < SEAL_LEN; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* ---- entries ---- */

static int
live_range(struct source *source, uint64_t from, uint64_t to)
{
	struct live_source *self = of(source);

	self->at = from;
	self->to = to;
	self->block_at = UINT64_MAX;
	self->index_at = UINT64_MAX;
	if (self->asking) {
		ask_close(self->stream);
		self->stream = NULL;
		self->asking = false;
	}
	return 0;
}

static int
piece_ask(struct live_source *self)
{
	uint64_t to = self->to - self->at > PIECE ? self->at + PIECE : self->to;
	struct json *arguments = json_new();

	json_put_number(arguments, "from", self->at);
	json_put_number(arguments, "to", to);
	self->asked_at = self->at;
	if (request(self, "audit-raw", arguments) < 0)
		return -1;
	self->asking = true;
	return 0;
}

static bool
item_record(
    struct live_source *self, const struct json *row, struct source_item *item)
{
	const char *raw = json_text(row, "raw");
	int len;

	if (raw == NULL || !json_number(row, "seq", &item->seq) ||
	    item->seq != self->at ||
	    !hash_read(json_text(row, "hash"), item->hash))
		return false;
	len = seal_base64_decode(
	    raw, strlen(raw), self->record, sizeof(self->record));
	item->what = SOURCE_RECORD;
	item->record = self->record;
	item->len = len < 0 ? 0 : (size_t)len;
	self->at++;
	return len >= 0;
}

/* A hash of the block that ends here; once. */
static bool
item_block(struct live_source *self, const struct json *row,
    struct source_item *item, uint64_t *told)
{
	if (item->seq != self->at || self->at % LEDGER_BLOCK != 0 ||
	    *told == self->at)
		return false;
	*told = self->at;
	return hash_read(json_text(row, "hash"), item->hash);
}

/* A row is an item at the place that has been reached, or no answer. */
static bool
item_read(
    struct live_source *self, const struct json *row, struct source_item *item)
{
	if (json_number(row, "missing", &item->seq)) {
		item->what = SOURCE_MISSING;
		item->to = item->seq + 1;
		return item->seq == self->at++;
	}
	if (json_number(row, "block", &item->seq)) {
		item->what = SOURCE_BLOCK;
		return item_block(self, row, item, &self->block_at);
	}
	if (json_number(row, "index", &item->seq)) {
		item->what = SOURCE_INDEX;
		return item_block(self, row, item, &self->index_at);
	}
	if (json_number(row, "pruned", &item->seq)) {
		item->what = SOURCE_REMOVED;
		if (item->seq != self->at || self->at % LEDGER_BLOCK != 0)
			return false;
		self->at += LEDGER_BLOCK;
		return hash_read(json_text(row, "hash"), item->hash);
	}
	return item_record(self, row, item);
}

static int
live_next(struct source *source, struct source_item *item)
{
	struct live_source *self = of(source);
	struct json *row;
	int status;

	for (;;) {
		if (!self->asking && self->at >= self->to)
			return 0;
		if (!self->asking && piece_ask(self) < 0)
			return -1;
		status = row_next(self, &row);
		if (status != 0)
			break;
		self->asking = false;
		if (self->at == self->asked_at) {
			/* It has nothing more: its end, or the log shrank. */
			self->to = self->at;
			return 0;
		}
	}
	if (status > 0 && !item_read(self, row, item))
		status = fail_errno(self, -EPROTO);
	json_free(row);
	return status < 0 ? -1 : 0;
}

/* ---- seal and proofs ---- */

static void
text_copy(const struct json *row, const char *key, char *out, size_t size)
{
	const char *text = json_text(row, key);

	(void)snprintf(out, size, "%s", text != NULL ? text : "");
}

static int
live_seal(struct source *source, uint64_t at_most, struct source_seal *out)
{
	struct live_source *self = of(source);
	struct json *arguments = json_new(), *row;

	/* Without a number: the last one. */
	if (at_most <= INT64_MAX)
		json_put_number(arguments, "at_most", at_most);
	if (request(self, "audit-seal", arguments) < 0)
		return -1;
	self->to = self->at;
	row = row_only(self);
	if (row == NULL)
		return -1;
	text_copy(row, "note", out->note, sizeof(out->note));
	out->note_len = strlen(out->note);
	text_copy(row, "vkey", out->vkey, sizeof(out->vkey));
	text_copy(row, "old_vkey", out->old_vkey, sizeof(out->old_vkey));
	text_copy(row, "cosigner", out->cosigner, sizeof(out->cosigner));
	text_copy(row, "state", out->state, sizeof(out->state));
	text_copy(row, "text", out->text, sizeof(out->text));
	if (!json_number(row, "log_size", &out->log_size)) {
		json_free(row);
		return fail_errno(self, -EPROTO);
	}
	(void)json_number(row, "size", &out->size);
	out->end = out->log_size;
	json_free(row);
	return 0;
}

static int
live_proof(struct source *source, uint64_t index, uint64_t size,
    bool consistency, struct proof *out)
{
	struct live_source *self = of(source);
	struct json *arguments = json_new(), *row;
	const struct json *hashes;
	size_t n;

	json_put_number(arguments, "index", index);
	json_put_number(arguments, "size", size);
	json_put_bool(arguments, "consistency", consistency);
	if (request(self, "audit-proof", arguments) < 0)
		return -1;
	self->to = self->at;
	row = row_only(self);
	if (row == NULL)
		return -1;
	hashes = json_get(row, "hashes");
	n = json_length(hashes);
	for (size_t i = 0; n <= PROOF_MAX && i < n; i++) {
		if (!hash_read(json_text_at(hashes, i), out->hash[i]))
			n = PROOF_MAX + 1;
	}
	out->n = (uint32_t)n;
	json_free(row);
	return n <= PROOF_MAX ? 0 : fail_errno(self, -EPROTO);
}

static int
live_keys(struct source *source, source_key visit, void *ctx)
{
	struct live_source *self = of(source);
	struct json *arguments = json_new(), *row;
	int status;

	json_put_text(arguments, "kind", entry_kind_name(ENTRY_KEY));
	json_put_number(arguments, "n", SOURCE_KEYS_MAX);
	if (request(self, "audit", arguments) < 0)
		return -1;
	self->to = self->at;
	while ((status = row_next(self, &row)) > 0) {
		const char *text = json_text(row, "text");
		const char *evidence = json_text(row, "evidence");

		if (text != NULL)
			visit(ctx, text, evidence != NULL ? evidence : "");
		json_free(row);
	}
	return status;
}

static void
live_close(struct source *source)
{
	struct live_source *self = of(source);

	ask_close(self->stream);
	free(self);
}

static const struct source_ops ops = {
	.range = live_range,
	.next = live_next,
	.seal = live_seal,
	.proof = live_proof,
	.keys = live_keys,
	.close = live_close,
};

struct source *
source_live_open(const char *path, char why[SOURCE_WHY_MAX], int *status)
{
	size_t len = strlen(path) + 1;
	struct live_source *self = text_alloc(NULL, sizeof(*self) + len);
	int err;

	memset(self, 0, sizeof(*self));
	memcpy(self->path, path, len);
	self->source.ops = &ops;
	self->source.stride = STRIDE;
	err = ask_stream_open(path, &self->stream);
	if (err == 0)
		return &self->source;
	(void)fail_errno(self, err);
	*status = self->source.status;
	memcpy(why, self->source.why, SOURCE_WHY_MAX);
	free(self);
	return NULL;
}
