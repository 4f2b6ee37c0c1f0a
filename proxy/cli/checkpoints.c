/* SPDX-License-Identifier: BSD-2-Clause */
/* Checkpoints that an auditor kept: notes, and lines of syslog. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/text.h"

#define LINE_MAX_OCTETS (2u * NOTE_MAX)

struct kept {
	uint64_t size;
	size_t len;
	char note[NOTE_MAX + 1];
};

/* When all places are taken every second one is freed, and from then on only
 * each stride-th is kept; the last place is that of the greatest. */
struct checkpoints {
	unsigned n;
	uint64_t seen;
	uint64_t stride;
	const struct note_key *keys; /* n_keys 0: any */
	unsigned n_keys;
	bool has_greatest;
	struct kept greatest;
	struct kept kept[CHECKPOINTS_MAX - 1];
};

struct checkpoints *
checkpoints_new(void)
{
	struct checkpoints *list = calloc(1, sizeof(*list));

	if (list != NULL)
		list->stride = 1;
	return list;
}

void
checkpoints_free(struct checkpoints *list)
{
	free(list);
}

void
checkpoints_keys(
    struct checkpoints *list, const struct note_key *keys, unsigned n)
{
	list->keys = keys;
	list->n_keys = n;
}

static void
thin_out(struct checkpoints *list)
{
	unsigned left = 0;

	for (unsigned i = 0; i < list->n; i += 2)
		list->kept[left++] = list->kept[i];
	list->n = left;
	list->stride *= 2;
}

static void
keep(struct kept *kept, const char *note, size_t len, uint64_t size)
{
	kept->size = size;
	kept->len = len;
	memcpy(kept->note, note, len);
	kept->note[len] = '\0';
}

static void
keep_one_of_many(
    struct checkpoints *list, const char *note, size_t len, uint64_t size)
{
	if (list->seen++ % list->stride != 0)
		return;
	if (list->n == CHECKPOINTS_MAX - 1)
		thin_out(list);
	keep(&list->kept[list->n++], note, len, size);
}

/* Returns whether it is a checkpoint. */
static bool
add(struct checkpoints *list, const char *note, size_t len)
{
	struct checkpoint checkpoint;
	size_t text_len;

	if (len > NOTE_MAX ||
	    checkpoint_parse(note, len, &checkpoint, &text_len) < 0)
		return false;
	if (list->has_greatest && checkpoint.size <= list->greatest.size) {
		keep_one_of_many(list, note, len, checkpoint.size);
		return true;
	}
	if (list->has_greatest)
		keep_one_of_many(list, list->greatest.note, list->greatest.len,
		    list->greatest.size);
	keep(&list->greatest, note, len, checkpoint.size);
	list->has_greatest = true;
	return true;
}

/* ---- lines ---- */

/* The next word; its length, 0 at the end. */
static size_t
word_next(const char *line, size_t len, size_t *at, const char **word)
{
	size_t from;

	while (*at < len && line[*at] == ' ')
		(*at)++;
	from = *at;
	while (*at < len && line[*at] != ' ')
		(*at)++;
	*word = &line[from];
	return *at - from;
}

struct text {
	char *buf;
	size_t size;
	size_t len;
	bool full;
};

static void
put(struct text *text, const char *octets, size_t len)
{
	if (text->full || len >= text->size - text->len) {
		text->full = true;
		return;
	}
	memcpy(&text->buf[text->len], octets, len);
	text->len += len;
	text->buf[text->len] = '\0';
}

/* Where the words behind "checkpoint " begin; 0: nowhere. */
static size_t
line_start(const char *line, size_t len)
{
	static const char mark[] = "checkpoint ";
	const size_t n = sizeof(mark) - 1;

	for (size_t i = 0; i + n <= len; i++) {
		if ((i == 0 || line[i - 1] == ' ') &&
		    memcmp(&line[i], mark, n) == 0)
			return i + n;
	}
	return 0;
}

int
checkpoints_line(const char *line, size_t len, char *note, size_t size)
{
	struct text text = { note, size, 0, size == 0 };
	size_t at, n;
	const char *word;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	at = line_start(line, len);
	if (at == 0)
		return -1;
	for (unsigned i = 0; i < 3; i++) {
		n = word_next(line, len, &at, &word);
		put(&text, word, n);
		put(&text, "\n", 1);
	}
	put(&text, "\n", 1);
	while ((n = word_next(line, len, &at, &word)) > 0) {
		put(&text, "\xe2\x80\x94 ", 4);
		put(&text, word, n);
		n = word_next(line, len, &at, &word);
		put(&text, " ", 1);
		put(&text, word, n);
		put(&text, "\n", 1);
	}
	return text.full ? -1 : (int)text.len;
}

/* ---- files ---- */

static bool
is_wanted(const struct checkpoints *list, const char *note, size_t len)
{
	for (unsigned i = 0; i < list->n_keys; i++)
		if (note_verify(note, len, &list->keys[i], NULL))
			return true;
	return list->n_keys == 0;
}

static long
line_take(struct checkpoints *list, const char *line, size_t len)
{
	char note[NOTE_MAX + 1];
	int n = checkpoints_line(line, len, note, sizeof(note));

	return n > 0 && is_wanted(list, note, (size_t)n) &&
		       add(list, note, (size_t)n)
		   ? 1
		   : 0;
}

long
checkpoints_take(struct checkpoints *list, const char *text, size_t len)
{
	long n = 0;

	if (add(list, text, len))
		return 1;
	for (size_t at = 0; at < len;) {
		const char *newline = memchr(&text[at], '\n', len - at);
		size_t line =
		    newline != NULL ? (size_t)(newline - &text[at]) : len - at;

		n += line_take(list, &text[at], line);
		at += line + 1;
	}
	return n;
}

/* One line; what is longer than can be one is passed over. False at the end. */
static bool
line_read(FILE *file, char buf[LINE_MAX_OCTETS], size_t *len)
{
	int c;

	*len = 0;
	while ((c = getc(file)) != EOF && c != '\n') {
		if (*len < LINE_MAX_OCTETS)
			buf[(*len)++] = (char)c;
	}
	return c != EOF || *len > 0;
}

long
checkpoints_read(struct checkpoints *list, const char *path)
{
	char line[LINE_MAX_OCTETS];
	FILE *file = fopen(path, "re");
	size_t len;
	long n = 0;

	if (file == NULL)
		return -errno;
	/* A note is short; a syslog may have any length. */
	len = fread(line, 1, sizeof(line), file);
	if (len < sizeof(line)) {
		n = ferror(file) != 0 ? -EIO
				      : checkpoints_take(list, line, len);
	} else {
		rewind(file);
		while (line_read(file, line, &len)) {
			if (len < sizeof(line))
				n += line_take(list, line, len);
		}
		if (ferror(file) != 0)
			n = -EIO;
	}
	(void)fclose(file);
	return n;
}

unsigned
checkpoints_count(const struct checkpoints *list)
{
	return list->n + list->has_greatest;
}

const char *
checkpoints_at(const struct checkpoints *list, unsigned i, size_t *len)
{
	const struct kept *kept =
	    i < list->n ? &list->kept[i] : &list->greatest;

	*len = kept->len;
	return kept->note;
}
