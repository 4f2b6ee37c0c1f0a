/* SPDX-License-Identifier: BSD-2-Clause */
/* The ROUTE-REFRESH message, both ways. */
#include "proxy/wire/refresh.h"

#include <string.h>

#include "proxy/wire/message.h"
#include "proxy/wire/reader.h"

enum wire_fault
refresh_decode(
    const uint8_t *body, size_t len, bool enhanced, struct refresh *out)
{
	struct reader reader;

	memset(out, 0, sizeof(*out));
	reader_init(&reader, body, len);
	out->afi = reader_u16(&reader);
	out->subtype = reader_u8(&reader);
	out->safi = reader_u8(&reader);
	if (!reader_done(&reader))
		return enhanced ? FAULT_REFRESH_LENGTH : FAULT_HEADER_LENGTH;
	out->family = (uint8_t)family_of(out->afi, out->safi);
	if (!enhanced)
		out->subtype = REFRESH_REQUEST;
	return WIRE_OK;
}

void
refresh_encode(
    struct writer *writer, unsigned family, enum refresh_subtype subtype)
{
	size_t message = message_begin(writer, MESSAGE_ROUTE_REFRESH);

	writer_u16(writer, family_afi(family));
	writer_u8(writer, subtype);
	writer_u8(writer, family_safi(family));
	message_end(writer, message);
}
