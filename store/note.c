/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed notes, checkpoints, cosignatures. */
#include "store/note.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DASH         "\xe2\x80\x94 " /* U+2014, with the space after it */
#define DASH_LEN     4
#define ROOT_CHARS   ((size_t)SEAL_BASE64_LEN(SEAL_LEN))
#define ID_CHARS     ((size_t)2 * NOTE_ID_LEN)
#define TIME_LEN     8
#define BLOB_MAX     (NOTE_ID_LEN + TIME_LEN + SEAL_SIGNATURE_LEN)
/* Octets behind a key's name in a line may be another algorithm's; they are
 * bounded by the note. */
#define ANY_BLOB_MAX (NOTE_MAX / 4 * 3)
#define COSIGN_HEAD  64

/* ---- text ---- */

/* Length of the UTF-8 character at the head of text, and which; 0: it is none
 * (RFC 3629: no surrogates, no longer form than needed). */
static size_t
utf8_next(const unsigned char *text, size_t len, uint32_t *code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = text[0] < 0x80   ? 1
		   : text[0] < 0xc2 ? 0
		   : text[0] < 0xe0 ? 2
		   : text[0] < 0xf0 ? 3
		   : text[0] < 0xf5 ? 4
				    : 0;

	if (n == 0 || n > len)
		return 0;
	*code = n == 1 ? text[0] : text[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

static bool
is_space(uint32_t code)
{
	return code == ' ' || code == 0xa0 || code == 0x1680 ||
	       (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	       code == 0x2029 || code == 0x202f || code == 0x205f ||
	       code == 0x3000;
}

static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* What a key may be called. */
static bool
name_chars(const char *name, size_t len)
{
	uint32_t code = 0;

	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_next(
		    (const unsigned char *)&name[at], len - at, &code);
		if (n == 0 || is_space(code) || is_control(code) || code == '+')
			return false;
	}
	return len > 0 && len < NOTE_NAME_MAX;
}

/* UTF-8, newlines, and no ASCII control character beside. */
static bool
note_chars(const char *text, size_t len)
{
	uint32_t code = 0;

	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_next(
		    (const unsigned char *)&text[at], len - at, &code);
		if (n == 0 || (code < 0x20 && code != '\n'))
			return false;
	}
	return true;
}

bool
note_name_valid(const char *name)
{
	return name_chars(name, strnlen(name, NOTE_NAME_MAX));
}

struct line {
	const char *text;
	size_t len; /* without its newline */
};

/* The line at *at; moves on. False at the end, or when there is no newline. */
static bool
next_line(const char *text, size_t len, size_t *at, struct line *line)
{
	const char *end = memchr(&text[*at], '\n', len - *at);

	if (end == NULL)
		return false;
	line->text = &text[*at];
	line->len = (size_t)(end - line->text);
	*at += line->len + 1;
	return true;
}

/* Decimal without a leading zero, of at most 63 bits: beyond that Go's
 * verifiers cannot follow. */
static bool
parse_number(const struct line *line, uint64_t *number)
{
	*number = 0;
	if (line->len == 0 || (line->len > 1 && line->text[0] == '0'))
		return false;
	for (size_t i = 0; i < line->len; i++) {
		unsigned digit = (unsigned)(unsigned char)line->text[i] - '0';

		if (digit > 9 || *number > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/* ---- keys ---- */

static bool
algorithm_is_ours(unsigned algorithm)
{
	return algorithm == NOTE_ED25519 || algorithm == NOTE_COSIGNED;
}

int
note_key_make(struct note_key *key, const char *name,
    enum note_algorithm algorithm, const uint8_t public_key[SEAL_PUBLIC_LEN])
{
	uint8_t text[NOTE_NAME_MAX + 2 + SEAL_PUBLIC_LEN];
	uint8_t hash[SEAL_LEN];
	size_t len = strnlen(name, NOTE_NAME_MAX);

	memset(key, 0, sizeof(*key));
	if (!name_chars(name, len) || !algorithm_is_ours(algorithm))
		return -1;
	memcpy(key->name, name, len);
	key->algorithm = (uint8_t)algorithm;
	memcpy(key->public_key, public_key, SEAL_PUBLIC_LEN);
	memcpy(text, name, len);
	text[len] = '\n';
	text[len + 1] = (uint8_t)algorithm;
	memcpy(&text[len + 2], public_key, SEAL_PUBLIC_LEN);
	seal_sha256(text, len + 2 + SEAL_PUBLIC_LEN, hash);
	memcpy(key->id, hash, NOTE_ID_LEN);
	return 0;
}

static void
print_id(const uint8_t id[NOTE_ID_LEN], char out[ID_CHARS + 1])
{
	(void)snprintf(
	    out, ID_CHARS + 1, "%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

int
note_key_parse(const char *text, struct note_key *key)
{
	uint8_t blob[1 + SEAL_PUBLIC_LEN];
	char name[NOTE_NAME_MAX] = "", id[ID_CHARS + 1];
	size_t len = strnlen(text, NOTE_VKEY_MAX);
	const char *plus = memchr(text, '+', len);
	size_t at = plus == NULL ? len : (size_t)(plus - text);

	memset(key, 0, sizeof(*key));
	if (plus == NULL || at >= sizeof(name) || len == NOTE_VKEY_MAX ||
	    len - at != 1 + ID_CHARS + 1 + SEAL_BASE64_LEN(sizeof(blob)))
		return -1;
	memcpy(name, text, at);
	at += 1 + ID_CHARS;
	if (text[at] != '+' ||
	    seal_base64_decode(&text[at + 1], len - at - 1, blob,
		sizeof(blob)) != sizeof(blob) ||
	    !algorithm_is_ours(blob[0]) ||
	    note_key_make(key, name, blob[0], &blob[1]) != 0)
		return -1;
	print_id(key->id, id);
	if (memcmp(id, &text[at - ID_CHARS], ID_CHARS) == 0)
		return 0;
	memset(key, 0, sizeof(*key));
	return -1;
}

int
note_key_print(const struct note_key *key, char *buf, size_t size)
{
	uint8_t blob[1 + SEAL_PUBLIC_LEN];
	char id[ID_CHARS + 1], base64[SEAL_BASE64_LEN(sizeof(blob)) + 1];
	int len;

	blob[0] = key->algorithm;
	memcpy(&blob[1], key->public_key, SEAL_PUBLIC_LEN);
	print_id(key->id, id);
	(void)seal_base64(blob, sizeof(blob), base64, sizeof(base64));
	len = snprintf(buf, size, "%s+%s+%s", key->name, id, base64);
	return len < 0 || (size_t)len >= size ? -1 : len;
}

/* ---- signature lines ---- */

/* A signature line, taken apart. */
struct signature {
	struct line name;
	size_t len;              /* of what follows the id */
	uint8_t id[NOTE_ID_LEN]; /* then, in the same array: */
	uint8_t data[ANY_BLOB_MAX - NOTE_ID_LEN];
};

static bool
parse_signature(const struct line *line, struct signature *out)
{
	uint8_t blob[ANY_BLOB_MAX];
	const char *space;
	size_t start;
	int n;

	if (line->len <= DASH_LEN || line->len >= NOTE_MAX ||
	    memcmp(line->text, DASH, DASH_LEN) != 0)
		return false;
	out->name.text = &line->text[DASH_LEN];
	space = memchr(out->name.text, ' ', line->len - DASH_LEN);
	if (space == NULL)
		return false;
	out->name.len = (size_t)(space - out->name.text);
	start = DASH_LEN + out->name.len + 1;
	n = seal_base64_decode(
	    &line->text[start], line->len - start, blob, sizeof(blob));
	if (n <= NOTE_ID_LEN)
		return false;
	out->len = (size_t)n - NOTE_ID_LEN;
	memcpy(out->id, blob, NOTE_ID_LEN);
	memcpy(out->data, &blob[NOTE_ID_LEN], out->len);
	return name_chars(out->name.text, out->name.len);
}

static bool
is_by(const struct signature *signature, const struct note_key *key)
{
	return signature->name.len == strlen(key->name) &&
	       memcmp(signature->name.text, key->name, signature->name.len) ==
		   0 &&
	       memcmp(signature->id, key->id, NOTE_ID_LEN) == 0;
}

/* C2SP tlog-cosignature: what a witness signs. Returns the length, or -1. */
static int
cosigned_text(char buf[COSIGN_HEAD + NOTE_MAX], const char *text, size_t len,
    uint64_t time)
{
	int head = snprintf(
	    buf, COSIGN_HEAD, "cosignature/v1\ntime %" PRIu64 "\n", time);

	if (head < 0 || head >= COSIGN_HEAD || len > NOTE_MAX ||
	    time > INT64_MAX)
		return -1;
	memcpy(&buf[head], text, len);
	return head + (int)len;
}

static bool
cosignature_verify(const struct note_key *key, const char *text, size_t len,
    const struct signature *signature, uint64_t *time)
{
	char message[COSIGN_HEAD + NOTE_MAX];
	uint64_t at = 0;
	int n;

	if (signature->len != TIME_LEN + SEAL_SIGNATURE_LEN)
		return false;
	for (unsigned i = 0; i < TIME_LEN; i++)
		at = at << 8 | signature->data[i];
	n = cosigned_text(message, text, len, at);
	*time = at;
	return n > 0 && seal_verify(key->public_key, message, (size_t)n,
			    &signature->data[TIME_LEN]);
}

static bool
signature_verify(const struct note_key *key, const char *text, size_t len,
    const struct signature *signature, uint64_t *time)
{
	*time = 0;
	if (key->algorithm == NOTE_COSIGNED)
		return cosignature_verify(key, text, len, signature, time);
	return key->algorithm == NOTE_ED25519 &&
	       signature->len == SEAL_SIGNATURE_LEN &&
	       seal_verify(key->public_key, text, len, signature->data);
}

/* The signed text, and the lines under it. */
struct parts {
	struct line text;  /* its last newline included */
	struct line lines; /* likewise */
};

/* At the last empty line. The whole note must have the form of one. */
static bool
split(const char *note, size_t len, struct parts *parts)
{
	struct signature signature;
	struct line line;
	size_t at = 0, end = 0;

	if (len < 2 || len > NOTE_MAX || note[len - 1] != '\n' ||
	    !note_chars(note, len))
		return false;
	for (size_t i = 0; i + 1 < len; i++) {
		if (note[i] == '\n' && note[i + 1] == '\n')
			end = i + 1;
	}
	if (end == 0 || end + 1 >= len)
		return false;
	parts->text = (struct line){ note, end };
	parts->lines = (struct line){ &note[end + 1], len - end - 1 };
	while (at < parts->lines.len) {
		if (!next_line(
			parts->lines.text, parts->lines.len, &at, &line) ||
		    !parse_signature(&line, &signature))
			return false;
	}
	return true;
}

/*
 * The line of key in lines: 1 when there is a good one, 0 when there is none,
 * -1 when one does not verify. Lines that are no signatures are passed over.
 */
static int
find_line(const struct parts *parts, const struct note_key *key,
    struct line *found, uint64_t *time)
{
	struct signature signature;
	struct line line;
	size_t at = 0;
	uint64_t when;
	int result = 0;

	while (next_line(parts->lines.text, parts->lines.len, &at, &line)) {
		if (!parse_signature(&line, &signature) ||
		    !is_by(&signature, key))
			continue;
		if (!signature_verify(key, parts->text.text, parts->text.len,
			&signature, &when))
			return -1;
		if (result == 0) {
			*found = line;
			*time = when;
		}
		result = 1;
	}
	return result;
}

bool
note_verify(
    const char *note, size_t len, const struct note_key *key, uint64_t *time)
{
	struct parts parts;
	struct line line;
	uint64_t when = 0;
	bool good = split(note, len, &parts) &&
		    find_line(&parts, key, &line, &when) == 1;

	if (time != NULL)
		*time = good ? when : 0;
	return good;
}

bool
note_refuted(const char *note, size_t len, const struct note_key *key)
{
	struct parts parts;
	struct line line;
	uint64_t when;

	return split(note, len, &parts) &&
	       find_line(&parts, key, &line, &when) < 0;
}

/* Append one line; the empty line before the first. */
static int
append_line(char *buf, size_t size, size_t *len, size_t text_len,
    const struct line *line)
{
	size_t gap = *len == text_len ? 1 : 0;

	if (size > NOTE_MAX)
		size = NOTE_MAX;
	if (*len > size || line->len + 1 + gap > size - *len)
		return -1;
	if (gap > 0)
		buf[(*len)++] = '\n';
	memcpy(&buf[*len], line->text, line->len);
	*len += line->len;
	buf[(*len)++] = '\n';
	return 0;
}

int
note_add(char *buf, size_t size, size_t *len, size_t text_len, const char *text,
    const struct note_key *key)
{
	struct parts parts = { { buf, text_len }, { text, 0 } };
	size_t n = strnlen(text, NOTE_MAX);
	struct line line;
	uint64_t time;

	if (note_verify(buf, *len, key, NULL))
		return 1;
	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] == '\n' && text[i + 1] == '\n')
			parts.lines.text = &text[i + 2];
	}
	parts.lines.len = n - (size_t)(parts.lines.text - text);
	if (find_line(&parts, key, &line, &time) != 1)
		return 0;
	return append_line(buf, size, len, text_len, &line) == 0 ? 1 : -1;
}

/* ---- sign ---- */

/* id, time where there is one, signature. Returns the octets, or -1. */
static int
sign(const char *text, size_t text_len, const struct note_key *key,
    struct seal_key *secret, uint64_t time, uint8_t blob[BLOB_MAX])
{
	char message[COSIGN_HEAD + NOTE_MAX];
	int n;

	memcpy(blob, key->id, NOTE_ID_LEN);
	if (key->algorithm == NOTE_ED25519) {
		seal_sign(secret, text, text_len, &blob[NOTE_ID_LEN]);
		return NOTE_ID_LEN + SEAL_SIGNATURE_LEN;
	}
	n = cosigned_text(message, text, text_len, time);
	if (n < 0)
		return -1;
	for (unsigned i = 0; i < TIME_LEN; i++)
		blob[NOTE_ID_LEN + i] = (uint8_t)(time >> (56 - 8 * i));
	seal_sign(secret, message, (size_t)n, &blob[NOTE_ID_LEN + TIME_LEN]);
	return BLOB_MAX;
}

int
note_sign(char *buf, size_t size, size_t *len, size_t text_len,
    const struct note_key *key, struct seal_key *secret, uint64_t time)
{
	uint8_t blob[BLOB_MAX], public_key[SEAL_PUBLIC_LEN];
	char base64[SEAL_BASE64_LEN(BLOB_MAX) + 1], text[NOTE_LINE_MAX];
	struct line line = { text, 0 };
	int n;

	seal_key_public(secret, public_key);
	if (text_len == 0 || text_len > *len || text_len > NOTE_MAX ||
	    buf[text_len - 1] != '\n' || !algorithm_is_ours(key->algorithm) ||
	    memcmp(public_key, key->public_key, SEAL_PUBLIC_LEN) != 0)
		return -1;
	n = sign(buf, text_len, key, secret, time, blob);
	if (n < 0)
		return -1;
	(void)seal_base64(blob, (size_t)n, base64, sizeof(base64));
	n = snprintf(text, sizeof(text), DASH "%s %s", key->name, base64);
	if (n < 0 || (size_t)n >= sizeof(text))
		return -1;
	line.len = (size_t)n;
	return append_line(buf, size, len, text_len, &line);
}

/* ---- checkpoints ---- */

/* One line of text. A log may be called what a key may not. */
static bool
origin_chars(const char *text, size_t len)
{
	return len > 0 && len < NOTE_NAME_MAX && note_chars(text, len) &&
	       memchr(text, '\n', len) == NULL;
}

int
checkpoint_print(const struct checkpoint *checkpoint, char *buf, size_t size)
{
	char root[ROOT_CHARS + 1];
	int len;

	if (!origin_chars(checkpoint->origin,
		strnlen(checkpoint->origin, NOTE_NAME_MAX)) ||
	    checkpoint->size > INT64_MAX)
		return -1;
	(void)seal_base64(checkpoint->root, SEAL_LEN, root, sizeof(root));
	len = snprintf(buf, size, "%s\n%" PRIu64 "\n%s\n", checkpoint->origin,
	    checkpoint->size, root);
	return len < 0 || (size_t)len >= size ? -1 : len;
}

int
checkpoint_parse(const char *note, size_t len, struct checkpoint *checkpoint,
    size_t *text_len)
{
	struct parts parts;
	struct line line;
	size_t at = 0;

	memset(checkpoint, 0, sizeof(*checkpoint));
	*text_len = 0;
	if (!split(note, len, &parts) ||
	    !next_line(note, parts.text.len, &at, &line) ||
	    !origin_chars(line.text, line.len))
		return -1;
	memcpy(checkpoint->origin, line.text, line.len);
	if (!next_line(note, parts.text.len, &at, &line) ||
	    !parse_number(&line, &checkpoint->size) ||
	    !next_line(note, parts.text.len, &at, &line) ||
	    line.len != ROOT_CHARS ||
	    seal_base64_decode(
		line.text, line.len, checkpoint->root, SEAL_LEN) != SEAL_LEN)
		goto none;
	while (next_line(note, parts.text.len, &at, &line)) {
		if (line.len == 0)
			goto none;
	}
	*text_len = parts.text.len;
	return 0;
none:
	memset(checkpoint, 0, sizeof(*checkpoint));
	return -1;
}
