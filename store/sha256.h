/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of some pieces, one behind the other; no heap.
 * The only place that knows nettle. What is hashed for the log goes through
 * store/seal.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32

/* Octets that are hashed as they stand; data may be NULL where len is 0. */
struct sha256_piece {
	const void *data;
	size_t len;
};

/* Hash the n pieces. out may be where a piece lies. */
void sha256_hash(
    const struct sha256_piece *piece, unsigned n, uint8_t out[SHA256_LEN]);
