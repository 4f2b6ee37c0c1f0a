/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded cursor over received octets, network byte order. It never reads
 * past its end; the first read that would fails it for good, and every read
 * from then on gives zero. So a parser reads a whole structure and asks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed octets: valid as long as the buffer that they were read from. */
struct span {
	const uint8_t *data;
	size_t len;
};

struct reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

/* Start at data; the reader borrows it. data may be NULL when len is 0. */
static inline void
reader_init(struct reader *reader, const uint8_t *data, size_t len)
{
	reader->at = data;
	reader->left = len;
	reader->failed = false;
}

/* True when n octets are there to be read; false fails the reader. */
static inline bool
reader_need(struct reader *reader, size_t n)
{
	if (reader->failed || reader->left < n) {
		reader->failed = true;
		reader->left = 0;
		return false;
	}
	return true;
}

/* Borrow the next n octets; NULL (and failed) when there are fewer. */
static inline const uint8_t *
reader_take(struct reader *reader, size_t n)
{
	const uint8_t *at = reader->at;

	if (!reader_need(reader, n))
		return NULL;
	if (n > 0)
		reader->at = at + n;
	reader->left -= n;
	return at;
}

static inline uint8_t
reader_u8(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 1);

	return at == NULL ? 0 : at[0];
}

static inline uint16_t
reader_u16(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 2);

	if (at == NULL)
		return 0;
	return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t
reader_u32(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 4);

	if (at == NULL)
		return 0;
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t
reader_u64(struct reader *reader)
{
	uint64_t high;

	if (!reader_need(reader, 8))
		return 0;
	high = reader_u32(reader);
	return high << 32 | reader_u32(reader);
}

/* Copy n octets to out; on failure out is zeroed and false returned. */
bool reader_bytes(struct reader *reader, uint8_t *out, size_t n);

/* Borrow n octets; an empty span on failure. */
struct span reader_span(struct reader *reader, size_t n);

/* Borrow all that is left; the reader is then at its end. */
struct span reader_rest(struct reader *reader);

/*
 * Carve the next n octets into a reader of their own, so that what parses
 * them cannot leave them. On failure sub is empty and failed, too.
 */
void reader_sub(struct reader *reader, size_t n, struct reader *sub);

/* Nothing failed and nothing is left. */
static inline bool
reader_done(const struct reader *reader)
{
	return !reader->failed && reader->left == 0;
}
