/* SPDX-License-Identifier: BSD-2-Clause */
/* The text form of a proof (C2SP tlog-proof v1), with the record in it. */
#include "store/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "c2sp.org/tlog-proof@v1"
#define HASH_LINE  SEAL_BASE64_LEN(SEAL_LEN)
#define DIGITS_MAX 20

/* ---- print ---- */

struct output {
	char *buf;
	size_t size;
	size_t len;
	bool full;
};

static void
put(struct output *out, const char *text, size_t len)
{
	if (out->full || len >= out->size - out->len) {
		out->full = true;
		return;
	}
	memcpy(&out->buf[out->len], text, len);
	out->len += len;
}

static void
put_base64(struct output *out, const uint8_t *data, size_t len)
{
	int n = -1;

	if (!out->full)
		n = seal_base64(
		    data, len, &out->buf[out->len], out->size - out->len);
	if (n < 0)
		out->full = true;
	else
		out->len += (size_t)n;
	put(out, "\n", 1);
}

int
proof_file_print(const struct proof_file *file, char *buf, size_t size)
{
	struct output out = { buf, size, 0, size == 0 };
	char line[sizeof("index \n") + DIGITS_MAX];

	put(&out, FIRST_LINE "\n", strlen(FIRST_LINE "\n"));
	if (file->record_len > 0) {
		put(&out, "extra ", 6);
		put_base64(&out, file->record, file->record_len);
	}
	(void)snprintf(line, sizeof(line), "index %" PRIu64 "\n", file->index);
	put(&out, line, strlen(line));
	for (uint32_t i = 0; i < file->proof.n && i < PROOF_MAX; i++)
		put_base64(&out, file->proof.hash[i], SEAL_LEN);
	put(&out, "\n", 1);
	put(&out, file->note, file->note_len);
	if (out.full || out.len > PROOF_TEXT_MAX)
		return -1;
	buf[out.len] = '\0';
	return (int)out.len;
}

/* ---- parse ---- */

struct input {
	const char *text;
	size_t len;
	size_t at;
};

struct line {
	const char *text;
	size_t len;
};

/* The next line without its newline; false at the end or without one. */
static bool
next_line(struct input *in, struct line *line)
{
	const char *start = &in->text[in->at];
	const char *end = memchr(start, '\n', in->len - in->at);

	if (end == NULL)
		return false;
	line->text = start;
	line->len = (size_t)(end - start);
	in->at += line->len + 1;
	return true;
}

/* What follows on a line that begins with word. */
static bool
cut_word(struct line *line, const char *word)
{
	size_t len = strlen(word);

	if (line->len < len || memcmp(line->text, word, len) != 0)
		return false;
	line->text = &line->text[len];
	line->len -= len;
	return true;
}

/* No sign, no leading zero; a log's numbers fit 63 bits. */
static bool
parse_index(const struct line *line, uint64_t *index)
{
	*index = 0;
	if (line->len == 0 || (line->len > 1 && line->text[0] == '0'))
		return false;
	for (size_t i = 0; i < line->len; i++) {
		unsigned digit = (unsigned)(unsigned char)line->text[i] - '0';

		if (digit > 9 || *index > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		*index = *index * 10 + digit;
	}
	return true;
}

static bool
parse_hashes(struct input *in, struct proof *proof)
{
	struct line line;

	proof->n = 0;
	proof->zero = 0;
	while (next_line(in, &line)) {
		if (line.len == 0)
			return true;
		if (line.len != HASH_LINE || proof->n == PROOF_MAX ||
		    seal_base64_decode(line.text, line.len,
			proof->hash[proof->n], SEAL_LEN) != SEAL_LEN)
			return false;
		proof->n++;
	}
	return false;
}

static bool
parse_record(const struct line *line, struct proof_file *file, uint8_t *record,
    size_t record_size)
{
	int n = seal_base64_decode(line->text, line->len, record, record_size);

	if (n <= 0)
		return false;
	file->record = record;
	file->record_len = (size_t)n;
	return true;
}

int
proof_file_parse(const char *text, size_t len, struct proof_file *file,
    uint8_t *record, size_t record_size)
{
	struct input in = { text, len, 0 };
	struct checkpoint checkpoint;
	struct line line;
	size_t text_len;

	memset(file, 0, sizeof(*file));
	if (len > PROOF_TEXT_MAX || !next_line(&in, &line) ||
	    !cut_word(&line, FIRST_LINE) || line.len != 0 ||
	    !next_line(&in, &line))
		return -1;
	if (cut_word(&line, "extra ") &&
	    (!parse_record(&line, file, record, record_size) ||
		!next_line(&in, &line)))
		return -1;
	if (!cut_word(&line, "index ") || !parse_index(&line, &file->index) ||
	    !parse_hashes(&in, &file->proof))
		return -1;
	file->note = &text[in.at];
	file->note_len = len - in.at;
	return checkpoint_parse(
	    file->note, file->note_len, &checkpoint, &text_len);
}

const char *
proof_file_check(const struct proof_file *file, const struct note_key *key,
    struct checkpoint *checkpoint)
{
	uint8_t leaf[SEAL_LEN];
	size_t text_len;

	if (checkpoint_parse(
		file->note, file->note_len, checkpoint, &text_len) != 0)
		return "there is no checkpoint in it";
	if (file->record == NULL || file->record_len == 0)
		return "there is no record in it";
	if (key->algorithm != NOTE_ED25519 ||
	    strcmp(checkpoint->origin, key->name) != 0)
		return "its checkpoint is another log's";
	if (!note_verify(file->note, file->note_len, key, NULL))
		return "its checkpoint is not signed by the key";
	if (file->index >= checkpoint->size)
		return "its checkpoint is older than the record";
	seal_leaf(file->record, file->record_len, leaf);
	if (!proof_check_inclusion(&file->proof, file->index, checkpoint->size,
		leaf, checkpoint->root))
		return "the record is not the one in the log";
	return NULL;
}
