/* SPDX-License-Identifier: BSD-2-Clause */
/* add-checkpoint's text: line by line, each with its newline. */
#include "proxy/witness/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proxy/witness/hash64.h"

#define OLD       "old "
#define SIGNATURE "\xe2\x80\x94 " /* U+2014 and a space */

/* What is left to read. Once failed, there are no more lines. */
struct lines {
	const char *text;
	size_t len;
	size_t at;
	bool failed;
};

struct line {
	const char *text;
	size_t len; /* without the newline */
};

static bool
lines_end(const struct lines *lines)
{
	return lines->failed || lines->at == lines->len;
}

/* The next line; an empty one after the last, or where there is no newline or a
 * control character before it, and then failed is set. */
static struct line
lines_next(struct lines *lines)
{
	const char *text = &lines->text[lines->at];
	size_t left = lines->len - lines->at;
	size_t n = 0;

	while (!lines->failed && n < left && (unsigned char)text[n] >= ' ' &&
	       text[n] != '\x7f')
		n++;
	if (lines->failed || n == left || text[n] != '\n') {
		lines->failed = true;
		return (struct line){ "", 0 };
	}
	lines->at += n + 1;
	return (struct line){ text, n };
}

/* No sign, no zero in front, no overflow. */
static int
number_parse(const char *text, size_t len, uint64_t *number)
{
	uint64_t value = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return -1;
		value = value * 10 + digit;
	}
	*number = value;
	return 0;
}

static bool
is_signature(struct line line)
{
	size_t len = strlen(SIGNATURE);

	return line.len > len && memcmp(line.text, SIGNATURE, len) == 0;
}

static int
old_parse(struct lines *lines, uint64_t *size)
{
	struct line line = lines_next(lines);
	size_t len = strlen(OLD);

	if (line.len <= len || memcmp(line.text, OLD, len) != 0)
		return -1;
	return number_parse(&line.text[len], line.len - len, size);
}

/* Up to the empty line. */
static int
proof_parse(struct lines *lines, struct proof *proof)
{
	struct line line = lines_next(lines);

	while (line.len > 0) {
		if (proof->n == REQUEST_HASHES_MAX || line.len != HASH64_LEN ||
		    hash64_parse(line.text, proof->hash[proof->n]) < 0)
			return -1;
		proof->n++;
		line = lines_next(lines);
	}
	return lines->failed ? -1 : 0;
}

/* Origin, size, root, whatever else; an empty line; signatures. */
static bool
is_note(struct lines lines)
{
	struct line origin = lines_next(&lines);
	struct line size = lines_next(&lines);
	struct line root = lines_next(&lines);
	uint8_t hash[SEAL_LEN];
	uint64_t number;

	if (origin.len == 0 || number_parse(size.text, size.len, &number) < 0 ||
	    root.len != HASH64_LEN || hash64_parse(root.text, hash) < 0)
		return false;
	while (lines_next(&lines).len > 0)
		;
	return !lines.failed && request_is_signatures(&lines.text[lines.at],
				    lines.len - lines.at);
}

int
request_parse(const char *text, size_t len, struct request *request)
{
	struct lines lines = { .text = text, .len = len };

	request->proof.n = 0;
	request->proof.zero = 0;
	if (old_parse(&lines, &request->old_size) < 0 ||
	    proof_parse(&lines, &request->proof) < 0)
		return -1;
	request->note = &text[lines.at];
	request->note_len = len - lines.at;
	return request->note_len <= NOTE_MAX && is_note(lines) ? 0 : -1;
}

int
request_print(const struct request *request, char *buf, size_t size)
{
	int head = snprintf(buf, size, OLD "%" PRIu64 "\n", request->old_size);
	size_t len;

	if (head < 0 || request->proof.n > REQUEST_HASHES_MAX ||
	    request->note_len > NOTE_MAX)
		return -1;
	len = (size_t)head;
	if (len + request->proof.n * (HASH64_LEN + 1) + 1 + request->note_len >
	    size)
		return -1;
	for (uint32_t i = 0; i < request->proof.n; i++) {
		hash64_print(request->proof.hash[i], &buf[len]);
		buf[len + HASH64_LEN] = '\n';
		len += HASH64_LEN + 1;
	}
	buf[len++] = '\n';
	memcpy(&buf[len], request->note, request->note_len);
	return (int)(len + request->note_len);
}

int
request_parse_size(const char *text, size_t len, uint64_t *size)
{
	if (len < 2 || text[len - 1] != '\n')
		return -1;
	return number_parse(text, len - 1, size);
}

bool
request_is_signatures(const char *text, size_t len)
{
	struct lines lines = { .text = text, .len = len };
	bool good = len > 0;

	while (good && !lines_end(&lines))
		good = is_signature(lines_next(&lines));
	return good;
}
