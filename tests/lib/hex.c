/* SPDX-License-Identifier: BSD-2-Clause */
/* Octets as text. */
#include "tests/lib/hex.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	abort();
}

size_t
hex_read(const char *text, uint8_t *out, size_t size)
{
	size_t n = 0;

	while (*text != '\0') {
		if (*text == ' ') {
			text++;
			continue;
		}
		if (n == size)
			abort();
		out[n++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
	return n;
}

char *
hex_print(const uint8_t *data, size_t len, char *buf)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		buf[2 * i] = digits[data[i] >> 4];
		buf[2 * i + 1] = digits[data[i] & 15];
	}
	buf[2 * len] = '\0';
	return buf;
}
