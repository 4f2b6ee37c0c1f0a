/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of text that grows in a buffer of fixed size. */
#include "policy/line.h"

#include <string.h>

#define NUMBER_DIGITS 10 /* of UINT32_MAX */
#define NS_PER_DAY    (UINT64_C(86400) * 1000000000)

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

void
line_hex(struct line *line, const uint8_t *octets, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		const char pair[2] = { digits[octets[i] >> 4],
			digits[octets[i] & 0x0f] };

		line_octets(line, pair, sizeof(pair));
	}
}

/* A number of two digits behind a hyphen. */
static void
line_two(struct line *line, uint32_t number)
{
	const char text[3] = { '-', (char)('0' + number / 10 % 10),
		(char)('0' + number % 10) };

	line_octets(line, text, sizeof(text));
}

void
line_date(struct line *line, uint64_t wall_ns)
{
	/* Years that begin in March end with the leap day, and 400 of them
	 * have the same number of days always. Day 0 is 0000-03-01. */
	uint32_t day = (uint32_t)(wall_ns / NS_PER_DAY) + 719468;
	uint32_t era = day / 146097;
	uint32_t of_era = day % 146097;
	uint32_t year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t march = (5 * of_year + 2) / 153; /* months since March */

	line_number(line, era * 400 + year + (march >= 10 ? 1 : 0));
	line_two(line, march < 10 ? march + 3 : march - 9);
	line_two(line, of_year - (153 * march + 2) / 5 + 1);
}
