/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader's less frequent reads. */
#include "proxy/wire/reader.h"

#include <string.h>

bool
reader_bytes(struct reader *reader, uint8_t *out, size_t n)
{
	const uint8_t *at = reader_take(reader, n);

	if (n == 0)
		return !reader->failed;
	if (at == NULL) {
		memset(out, 0, n);
		return false;
	}
	memcpy(out, at, n);
	return true;
}

struct span
reader_span(struct reader *reader, size_t n)
{
	struct span span = { reader_take(reader, n), n };

	if (reader->failed)
		span.len = 0;
	return span;
}

struct span
reader_rest(struct reader *reader)
{
	return reader_span(reader, reader->left);
}

void
reader_sub(struct reader *reader, size_t n, struct reader *sub)
{
	struct span span = reader_span(reader, n);

	reader_init(sub, span.data, span.len);
	sub->failed = reader->failed;
}
