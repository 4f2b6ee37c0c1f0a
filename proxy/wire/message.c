/* SPDX-License-Identifier: BSD-2-Clause */
/* The header of a BGP message, both ways. */
#include "proxy/wire/message.h"

#include <assert.h>
#include <string.h>

#include "proxy/wire/reader.h"

#define MARKER_LEN 16

static const uint8_t marker[MARKER_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* RFC 4271 4.2 to 4.5; ROUTE-REFRESH is judged with its body (RFC 7313 5). */
static const struct row {
	const char *name;
	size_t shortest;
	size_t longest; /* 0: max_len */
} rows[] = {
	[MESSAGE_OPEN] = { "OPEN", 29, MESSAGE_MAX },
	[MESSAGE_UPDATE] = { "UPDATE", 23, 0 },
	[MESSAGE_NOTIFICATION] = { "NOTIFICATION", 21, 0 },
	[MESSAGE_KEEPALIVE] = { "KEEPALIVE", 19, 19 },
	[MESSAGE_ROUTE_REFRESH] = { "ROUTE-REFRESH", 19, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

enum wire_fault
message_peek(const uint8_t *buf, size_t len, size_t max_len, uint8_t *type,
    size_t *total)
{
	struct reader reader;
	const uint8_t *head;
	size_t length;

	*type = 0;
	*total = 0;
	if (len < MESSAGE_HEADER_LEN)
		return WIRE_OK;
	reader_init(&reader, buf, len);
	head = reader_take(&reader, MARKER_LEN);
	length = reader_u16(&reader);
	*type = reader_u8(&reader);

	if (head == NULL || memcmp(head, marker, MARKER_LEN) != 0)
		return FAULT_HEADER_MARKER;
	if (length < MESSAGE_HEADER_LEN || length > max_len)
		return FAULT_HEADER_LENGTH;
	if (*type >= ROWS || rows[*type].name == NULL)
		return FAULT_HEADER_TYPE;
	if (length < rows[*type].shortest ||
	    (rows[*type].longest != 0 && length > rows[*type].longest))
		return FAULT_HEADER_LENGTH;
	if (length <= len)
		*total = length;
	return WIRE_OK;
}

size_t
message_fault_data(const uint8_t *buf, enum wire_fault fault, uint8_t out[2])
{
	if (fault == FAULT_HEADER_LENGTH) {
		memcpy(out, &buf[MARKER_LEN], 2);
		return 2;
	}
	if (fault == FAULT_HEADER_TYPE) {
		out[0] = buf[MARKER_LEN + 2];
		return 1;
	}
	return 0;
}

size_t
message_begin(struct writer *writer, enum message_type type)
{
	size_t place = writer->len;

	writer_bytes(writer, marker, MARKER_LEN);
	writer_u16(writer, 0);
	writer_u8(writer, type);
	return place;
}

void
message_end(struct writer *writer, size_t place)
{
	size_t length;

	if (writer->failed)
		return;
	assert(place + MESSAGE_HEADER_LEN <= writer->len);
	length = writer->len - place;
	if (length > MESSAGE_MAX) {
		writer->failed = true;
		return;
	}
	writer->data[place + MARKER_LEN] = (uint8_t)(length >> 8);
	writer->data[place + MARKER_LEN + 1] = (uint8_t)length;
}

void
message_keepalive(struct writer *writer)
{
	message_end(writer, message_begin(writer, MESSAGE_KEEPALIVE));
}

const char *
message_name(unsigned type)
{
	if (type >= ROWS || rows[type].name == NULL)
		return "?";
	return rows[type].name;
}
