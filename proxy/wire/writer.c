/* SPDX-License-Identifier: BSD-2-Clause */
/* Lengths that are known only after what they count was written. */
#include "proxy/wire/writer.h"

#include <assert.h>

size_t
writer_hold_u8(struct writer *writer)
{
	size_t place = writer->len;

	writer_u8(writer, 0);
	return place;
}

size_t
writer_hold_u16(struct writer *writer)
{
	size_t place = writer->len;

	writer_u16(writer, 0);
	return place;
}

void
writer_patch_u8(struct writer *writer, size_t place)
{
	size_t n;

	if (writer->failed)
		return;
	assert(place + 1 <= writer->len);
	n = writer->len - place - 1;
	if (n > UINT8_MAX) {
		writer->failed = true;
		return;
	}
	writer->data[place] = (uint8_t)n;
}

void
writer_patch_u16(struct writer *writer, size_t place)
{
	size_t n;

	if (writer->failed)
		return;
	assert(place + 2 <= writer->len);
	n = writer->len - place - 2;
	if (n > UINT16_MAX) {
		writer->failed = true;
		return;
	}
	writer->data[place] = (uint8_t)(n >> 8);
	writer->data[place + 1] = (uint8_t)n;
}

void
writer_rewind(struct writer *writer, size_t len)
{
	assert(len <= writer->len);
	writer->len = len;
	writer->failed = false;
}
