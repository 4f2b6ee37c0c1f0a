/* SPDX-License-Identifier: BSD-2-Clause */
/* The NOTIFICATION message, both ways. */
#include "proxy/wire/notification.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proxy/wire/message.h"

enum wire_fault
notification_decode(const uint8_t *body, size_t len, struct notification *out)
{
	struct reader reader;

	memset(out, 0, sizeof(*out));
	reader_init(&reader, body, len);
	out->code = reader_u8(&reader);
	out->subcode = reader_u8(&reader);
	out->data = reader_rest(&reader);
	return reader.failed ? FAULT_NOTIFICATION_LENGTH : WIRE_OK;
}

void
notification_encode(struct writer *writer, unsigned code, unsigned subcode,
    const uint8_t *data, size_t len)
{
	size_t message = message_begin(writer, MESSAGE_NOTIFICATION);
	size_t most = MESSAGE_MAX - MESSAGE_HEADER_LEN - 2;

	writer_u8(writer, code);
	writer_u8(writer, subcode);
	writer_bytes(writer, data, len < most ? len : most);
	message_end(writer, message);
}

/* RFC 9003 2: these two carry words. */
static bool
has_words(unsigned code, unsigned subcode)
{
	return code == NOTIFICATION_CEASE &&
	       (subcode == NOTIFICATION_CEASE_SHUTDOWN ||
		   subcode == NOTIFICATION_CEASE_RESET);
}

void
notification_encode_cease(
    struct writer *writer, unsigned subcode, const char *words)
{
	uint8_t data[1 + NOTIFICATION_WORDS_MAX];
	size_t len;

	if (words == NULL || !has_words(NOTIFICATION_CEASE, subcode)) {
		notification_encode(
		    writer, NOTIFICATION_CEASE, subcode, NULL, 0);
		return;
	}
	len = strnlen(words, NOTIFICATION_WORDS_MAX + 1);
	if (len > NOTIFICATION_WORDS_MAX) {
		/* Never in the middle of a character. */
		len = NOTIFICATION_WORDS_MAX;
		while (len > 0 && ((uint8_t)words[len] & 0xc0) == 0x80)
			len--;
	}
	data[0] = (uint8_t)len;
	memcpy(&data[1], words, len);
	notification_encode(writer, NOTIFICATION_CEASE, subcode, data, 1 + len);
}

/* Read one character of strict UTF-8 (RFC 3629: no overlong form, surrogate
 * or number above 10ffff); fails the reader. */
static uint32_t
utf8_next(struct reader *reader)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned lead = reader_u8(reader), more = 0;
	uint32_t character = lead;

	if (lead >= 0xf0 && lead < 0xf8) {
		more = 3;
		character = lead & 0x07;
	} else if (lead >= 0xe0 && lead < 0xf0) {
		more = 2;
		character = lead & 0x0f;
	} else if (lead >= 0xc0 && lead < 0xe0) {
		more = 1;
		character = lead & 0x1f;
	} else if (lead >= 0x80) {
		reader->failed = true;
	}
	for (unsigned i = 0; i < more; i++) {
		unsigned next = reader_u8(reader);

		if ((next & 0xc0) != 0x80)
			reader->failed = true;
		character = character << 6 | (next & 0x3f);
	}
	if (character < least[more] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		reader->failed = true;
	return character;
}

static bool
utf8_valid(struct span text)
{
	struct reader reader;

	reader_init(&reader, text.data, text.len);
	while (!reader.failed && reader.left > 0)
		(void)utf8_next(&reader);
	return !reader.failed;
}

/* What could steer a terminal or reorder a log line. */
static bool
is_unsafe(uint32_t character)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
		{ 0x00, 0x1f },     /* C0 */
		{ '\\', '\\' },     /* our own escape */
		{ 0x7f, 0x9f },     /* DEL, C1 */
		{ 0xad, 0xad },     /* soft hyphen */
		{ 0x61c, 0x61c },   /* bidirectional marks … */
		{ 0x200b, 0x200f }, /* … and zero widths */
		{ 0x2028, 0x202e }, /* separators, embeddings, overrides */
		{ 0x2060, 0x206f }, /* isolates, invisibles */
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xffff },
		{ 0xe0000, 0x10ffff }, /* tags, private use */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	}
	return false;
}

static void
write_escaped(struct writer *writer, uint32_t character)
{
	unsigned number = (unsigned)character;
	char unit[12]; /* "\U0010ffff" */
	int n;

	if (number < 0x80)
		n = snprintf(unit, sizeof(unit), "\\x%02x", number);
	else if (number < 0x10000)
		n = snprintf(unit, sizeof(unit), "\\u%04x", number);
	else
		n = snprintf(unit, sizeof(unit), "\\U%08x", number);
	if (n > 0)
		writer_bytes(writer, (const uint8_t *)unit, (size_t)n);
}

static void
write_text(struct writer *writer, struct span text)
{
	struct reader reader;

	reader_init(&reader, text.data, text.len);
	while (reader.left > 0) {
		const uint8_t *start = reader.at;
		size_t left = reader.left;
		uint32_t character = utf8_next(&reader);

		if (is_unsafe(character))
			write_escaped(writer, character);
		else
			writer_bytes(writer, start, left - reader.left);
	}
}

static void
write_hex(struct writer *writer, struct span text)
{
	static const char digits[] = "0123456789abcdef";

	writer_bytes(writer, (const uint8_t *)"hex:", 4);
	for (size_t i = 0; i < text.len; i++) {
		writer_u8(writer, (uint8_t)digits[text.data[i] >> 4]);
		writer_u8(writer, (uint8_t)digits[text.data[i] & 0x0f]);
	}
}

char *
notification_words(
    const struct notification *notification, char *buf, size_t size)
{
	struct reader reader;
	struct writer writer;
	struct span text;

	assert(size > 0);
	writer_init(&writer, (uint8_t *)buf, size - 1);
	reader_init(&reader, notification->data.data, notification->data.len);
	if (has_words(notification->code, notification->subcode) &&
	    reader.left > 0) {
		text = reader_span(&reader, reader_u8(&reader));
		if (utf8_valid(text))
			write_text(&writer, text);
		else
			write_hex(&writer, text);
	}
	buf[writer.len] = '\0';
	return buf;
}

const char *
notification_code_name(unsigned code)
{
	switch (code) {
#define X(symbol, number, name)                                                \
	case (number):                                                         \
		return (name);
		NOTIFICATION_CODE_MAP(X)
#undef X
	default:
		return "?";
	}
}

const char *
notification_subcode_name(unsigned code, unsigned subcode)
{
	if (subcode == 0)
		return "";
	switch (code << 8 | subcode) {
#define X(symbol, number, subnumber, name)                                     \
	case ((number) << 8 | (subnumber)):                                    \
		return (name);
		NOTIFICATION_SUBCODE_MAP(X)
#undef X
	default:
		return "?";
	}
}
