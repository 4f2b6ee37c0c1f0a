/* SPDX-License-Identifier: BSD-2-Clause */
/* The OPEN message, both ways. */
#include "proxy/wire/open.h"

#include <string.h>

#include "proxy/wire/capability.h"
#include "proxy/wire/message.h"
#include "proxy/wire/reader.h"

#define PARAMETER_CAPABILITIES 2   /* RFC 5492 */
#define PARAMETER_EXTENDED     255 /* RFC 9072 */

/* The fields before the optional parameters, RFC 4271 6.2. */
static enum wire_fault
decode_head(struct reader *reader, struct open *out)
{
	out->version = reader_u8(reader);
	out->asn2 = reader_u16(reader);
	out->hold_s = reader_u16(reader);
	out->bgp_id = reader_u32(reader);
	out->asn = out->asn2;
	if (reader->failed)
		return FAULT_OPEN_MALFORMED;
	if (out->version != OPEN_VERSION)
		return FAULT_OPEN_VERSION;
	if (out->asn2 == 0) /* RFC 7607 */
		return FAULT_OPEN_PEER_AS;
	/* RFC 4271 4.2: either zero or at least three seconds. */
	if (out->hold_s == 1 || out->hold_s == 2)
		return FAULT_OPEN_HOLD_TIME;
	if (out->bgp_id == 0) /* RFC 6286 */
		return FAULT_OPEN_BGP_ID;
	return WIRE_OK;
}

/*
 * Carve the parameters out. RFC 9072 2: with the first type 255 a two-octet
 * length follows, and each parameter's length has two octets; the one-octet
 * length should be 255 but any value other than 0 is to be taken.
 */
static enum wire_fault
open_parameters(
    struct reader *reader, struct reader *parameters, bool *extended)
{
	struct reader look;
	size_t length = reader_u8(reader);

	look = *reader;
	*extended = length > 0 && reader_u8(&look) == PARAMETER_EXTENDED &&
		    !look.failed;
	if (*extended) {
		*reader = look;
		length = reader_u16(reader);
	}
	reader_sub(reader, length, parameters);
	if (!reader_done(reader))
		return FAULT_OPEN_MALFORMED;
	return WIRE_OK;
}

static enum wire_fault
decode_parameters(struct reader *parameters, bool extended, struct open *out)
{
	while (parameters->left > 0) {
		struct reader value;
		unsigned type = reader_u8(parameters);
		size_t length =
		    extended ? reader_u16(parameters) : reader_u8(parameters);
		enum wire_fault fault;

		reader_sub(parameters, length, &value);
		if (parameters->failed)
			return FAULT_OPEN_MALFORMED;
		if (type != PARAMETER_CAPABILITIES)
			return FAULT_OPEN_PARAMETER;
		fault = capability_decode(&value, out);
		if (fault != WIRE_OK)
			return fault;
	}
	return WIRE_OK;
}

enum wire_fault
open_decode(const uint8_t *body, size_t len, struct open *out)
{
	struct reader reader, parameters;
	enum wire_fault fault;
	bool extended;

	memset(out, 0, sizeof(*out));
	reader_init(&reader, body, len);
	fault = decode_head(&reader, out);
	if (fault != WIRE_OK)
		return fault;
	fault = open_parameters(&reader, &parameters, &extended);
	if (fault != WIRE_OK)
		return fault;
	fault = decode_parameters(&parameters, extended, out);
	if (fault != WIRE_OK)
		return fault;
	if (out->asn == 0)
		return FAULT_OPEN_PEER_AS;
	if (!out->has_multiprotocol)
		out->families = FAMILY_IPV4_UNICAST;
	return WIRE_OK;
}

void
open_encode(const struct open *open, struct writer *writer)
{
	size_t message = message_begin(writer, MESSAGE_OPEN);
	size_t parameters, value;

	writer_u8(writer, OPEN_VERSION);
	writer_u16(writer, open->asn > UINT16_MAX ? AS_TRANS : open->asn);
	writer_u16(writer, open->hold_s);
	writer_u32(writer, open->bgp_id);
	parameters = writer_hold_u8(writer);
	writer_u8(writer, PARAMETER_CAPABILITIES);
	value = writer_hold_u8(writer);
	capability_encode(open, writer);
	writer_patch_u8(writer, value);
	writer_patch_u8(writer, parameters);
	message_end(writer, message);
}

size_t
open_fault_data(enum wire_fault fault, uint8_t out[2])
{
	if (fault != FAULT_OPEN_VERSION)
		return 0;
	out[0] = 0;
	out[1] = OPEN_VERSION;
	return 2;
}
