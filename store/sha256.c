/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 by nettle, which uses a processor's own instructions for it. */
#include "store/sha256.h"

#include <nettle/sha2.h>

_Static_assert(SHA256_LEN == SHA256_DIGEST_SIZE, "SHA-256");

void
sha256_hash(
    const struct sha256_piece *piece, unsigned n, uint8_t out[SHA256_LEN])
{
	struct sha256_ctx state;

	sha256_init(&state);
	for (unsigned i = 0; i < n; i++)
		if (piece[i].len > 0)
			sha256_update(&state, piece[i].len, piece[i].data);
	sha256_digest(&state, SHA256_LEN, out);
}
