/* SPDX-License-Identifier: BSD-2-Clause */
/* SipHash-1-3, as described by Aumasson and Bernstein (2012). */
#include "policy/hash.h"

#include <string.h>

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t
load_le64(const uint8_t *p)
{
	uint64_t x = 0;

	for (unsigned i = 0; i < 8; i++)
		x |= (uint64_t)p[i] << (8 * i);
	return x;
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

uint64_t
hash_sip(const uint8_t key[HASH_KEY_LEN], const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t k0 = load_le64(key), k1 = load_le64(key + 8);
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
		k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };
	uint8_t tail[8] = { 0 };
	size_t whole = len & ~(size_t)7;
	uint64_t word;

	for (size_t i = 0; i < whole; i += 8) {
		word = load_le64(&p[i]);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	if (len > whole)
		memcpy(tail, &p[whole], len - whole);
	tail[7] = (uint8_t)len;
	word = load_le64(tail);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (unsigned i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
