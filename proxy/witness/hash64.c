/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 of 32 octets: ten groups of three and one of two. */
#include "proxy/witness/hash64.h"

#include <stddef.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789+/";

/* The three octets of a group as a number; behind the last octet stand zeroes.
 */
static uint32_t
group_of(const uint8_t hash[SEAL_LEN], size_t i)
{
	uint32_t value = 0;

	for (size_t k = 3 * i; k < 3 * i + 3; k++)
		value = value << 8 | (k < SEAL_LEN ? hash[k] : 0u);
	return value;
}

void
hash64_print(const uint8_t hash[SEAL_LEN], char out[HASH64_LEN])
{
	for (size_t i = 0; i < HASH64_LEN / 4; i++) {
		uint32_t value = group_of(hash, i);

		for (size_t k = 0; k < 4; k++)
			out[4 * i + k] = alphabet[value >> (18 - 6 * k) & 63];
	}
	out[HASH64_LEN - 1] = '=';
}

int
hash64_parse(const char text[HASH64_LEN], uint8_t hash[SEAL_LEN])
{
	uint8_t octets[HASH64_LEN / 4 * 3] = { 0 };

	for (size_t i = 0; i < HASH64_LEN; i++) {
		const char *at =
		    text[i] == '\0' ? NULL : strchr(alphabet, text[i]);
		uint32_t value;

		if (i == HASH64_LEN - 1 && text[i] == '=')
			at = alphabet;
		else if (at == NULL || i == HASH64_LEN - 1)
			return -1;
		value = (uint32_t)(at - alphabet) << (18 - 6 * (i % 4));
		octets[i / 4 * 3] |= (uint8_t)(value >> 16);
		octets[i / 4 * 3 + 1] |= (uint8_t)(value >> 8);
		octets[i / 4 * 3 + 2] |= (uint8_t)value;
	}
	/* Bits that stand for nothing are zero: one hash, one text. */
	if (octets[SEAL_LEN] != 0)
		return -1;
	memcpy(hash, octets, SEAL_LEN);
	return 0;
}
