/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounded builder of octets, network byte order, in the caller's buffer. The
 * first write that does not fit fails it for good and writes nothing; from
 * then on every write does nothing. So a builder writes all and asks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer {
	uint8_t *data; /* borrowed */
	size_t len;    /* octets written so far */
	size_t size;   /* octets of data */
	bool failed;
};

static inline void
writer_init(struct writer *writer, uint8_t *data, size_t size)
{
	writer->data = data;
	writer->len = 0;
	writer->size = size;
	writer->failed = false;
}

/* Octets that still fit. */
static inline size_t
writer_room(const struct writer *writer)
{
	return writer->failed ? 0 : writer->size - writer->len;
}

/* Reserve n octets to be filled by the caller; NULL when they do not fit. */
static inline uint8_t *
writer_take(struct writer *writer, size_t n)
{
	uint8_t *at;

	if (writer->failed || writer->size - writer->len < n) {
		writer->failed = true;
		return NULL;
	}
	at = &writer->data[writer->len];
	writer->len += n;
	return at;
}

static inline void
writer_u8(struct writer *writer, unsigned value)
{
	uint8_t *at = writer_take(writer, 1);

	if (at != NULL)
		at[0] = (uint8_t)value;
}

static inline void
writer_u16(struct writer *writer, unsigned value)
{
	uint8_t *at = writer_take(writer, 2);

	if (at == NULL)
		return;
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void
writer_u32(struct writer *writer, uint32_t value)
{
	uint8_t *at = writer_take(writer, 4);

	if (at == NULL)
		return;
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline void
writer_bytes(struct writer *writer, const uint8_t *data, size_t n)
{
	uint8_t *at = writer_take(writer, n);

	if (at != NULL && n > 0)
		memcpy(at, data, n);
}

/* Leave room for a length; returns its place for writer_patch_*. */
size_t writer_hold_u8(struct writer *writer);
size_t writer_hold_u16(struct writer *writer);

/*
 * Fill the length held at place with the octets written after it. Fails the
 * writer when they are more than the length can say.
 */
void writer_patch_u8(struct writer *writer, size_t place);
void writer_patch_u16(struct writer *writer, size_t place);

/* Forget what was written from len on, and any failure with it. */
void writer_rewind(struct writer *writer, size_t len);
