/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of text that grows in a buffer of fixed size. */
#include "policy/line.h"

#include <string.h>

#define NUMBER_DIGITS 10 /* of UINT32_MAX */

struct line
line_new(char *buf, size_t size)
{
	buf[0] = '\0';
	return (struct line){ buf, size, 0 };
}

struct line
line_at_end(char *buf, size_t size)
{
	const char *end = memchr(buf, '\0', size);

	if (end == NULL) /* no string: cut it to one */
		end = &buf[size - 1];
	buf[end - buf] = '\0';
	return (struct line){ buf, size, (size_t)(end - buf) };
}

static void
line_octets(struct line *line, const char *octets, size_t n)
{
	size_t room = line->size - 1 - line->len;

	if (n > room)
		n = room;
	memcpy(line->buf + line->len, octets, n);
	line->len += n;
	line->buf[line->len] = '\0';
}

void
line_text(struct line *line, const char *text)
{
	line_octets(line, text, strlen(text));
}

void
line_number(struct line *line, uint32_t number)
{
	char digits[NUMBER_DIGITS];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	line_octets(line, &digits[at], sizeof(digits) - at);
}

void
line_prefix(struct line *line, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];

	line_text(line, prefix_print(prefix, text, sizeof(text)));
}
