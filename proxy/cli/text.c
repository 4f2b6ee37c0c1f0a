/* SPDX-License-Identifier: BSD-2-Clause */
/* Cleaning UTF-8. */
#include "proxy/cli/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
text_alloc(void *old, size_t size)
{
	void *new = realloc(old, size > 0 ? size : 1);

	if (new == NULL) {
		(void)fputs("sluice: out of memory\n", stderr);
		exit(1);
	}
	return new;
}

/* Length of the sequence that a first octet begins; 0 when it begins none. */
static unsigned
sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The code point at text and its length; 0 octets when it is none. */
static unsigned
decode(const char *text, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned len = sequence_len((unsigned char)text[0]);

	if (len <= 1) {
		*point = (unsigned char)text[0];
		return len;
	}
	*point = (unsigned char)text[0] & (0x7fu >> len);
	for (unsigned i = 1; i < len; i++) {
		unsigned char octet = (unsigned char)text[i];

		if ((octet & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (octet & 0x3fu);
	}
	if (*point < least[len] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return len;
}

static bool
may_show(uint32_t point)
{
	static const struct {
		uint32_t from;
		uint32_t to;
	} hidden[] = {
		{ 0, 0x1f },
		{ 0x7f, 0x9f },
		{ 0xad, 0xad },
		{ 0x61c, 0x61c },
		{ 0x180e, 0x180e },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xfff0, 0xfffb },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (point >= hidden[i].from && point <= hidden[i].to)
			return false;
	}
	return true;
}

char *
text_clean(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text), used = 0;
	char *out = text_alloc(NULL, len + 1);

	for (size_t i = 0; i < len;) {
		uint32_t point;
		unsigned n = decode(&text[i], &point);

		if (n > 0 && may_show(point)) {
			memcpy(&out[used], &text[i], n);
			used += n;
		} else {
			out[used++] = '?';
		}
		i += n > 0 ? n : 1;
	}
	out[used] = '\0';
	return out;
}

size_t
text_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void
text_cut(char *clean, size_t width)
{
	size_t dots = width < 3 ? width : 3, at = 0;

	if (text_width(clean) <= width)
		return;
	/* What is cut away has more octets than the dots. */
	for (width -= dots; width > 0 && clean[at] != '\0'; width--) {
		at++;
		while (((unsigned char)clean[at] & 0xc0) == 0x80)
			at++;
	}
	memset(&clean[at], '.', dots);
	clean[at + dots] = '\0';
}
