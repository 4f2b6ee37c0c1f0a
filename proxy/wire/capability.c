/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities, both ways. */
#include "proxy/wire/capability.h"

/* RFC 4760 8: AFI, reserved, SAFI. */
static void
decode_multiprotocol(struct reader *reader, struct open *out)
{
	unsigned afi = reader_u16(reader);

	(void)reader_u8(reader);
	out->families |= (uint8_t)family_of(afi, reader_u8(reader));
	out->has_multiprotocol = true;
}

/* RFC 4724 3: R, reserved, 12 bits of time; then AFI, SAFI, F. */
static void
decode_graceful_restart(struct reader *reader, struct open *out)
{
	unsigned head = reader_u16(reader);

	out->has_graceful_restart = true;
	out->gr_restarting = (head & 0x8000) != 0;
	out->gr_time_s = (uint16_t)(head & 0x0fff);
	out->gr_families = 0;
	out->gr_forwarding = 0;
	while (reader->left > 0) {
		unsigned afi = reader_u16(reader);
		unsigned family = family_of(afi, reader_u8(reader));

		out->gr_families |= (uint8_t)family;
		if ((reader_u8(reader) & 0x80) != 0)
			out->gr_forwarding |= (uint8_t)family;
	}
}

/* The value must be consumed whole, or the capability is malformed. */
static void
decode_value(unsigned code, struct reader *reader, struct open *out)
{
	switch (code) {
	case CAPABILITY_MULTIPROTOCOL:
		decode_multiprotocol(reader, out);
		break;
	case CAPABILITY_REFRESH:
		out->has_refresh = true;
		break;
	case CAPABILITY_EXTENDED_MESSAGE:
		out->has_extended_message = true;
		break;
	case CAPABILITY_ROLE:
		out->role = reader_u8(reader);
		out->has_role = true;
		break;
	case CAPABILITY_GRACEFUL_RESTART:
		decode_graceful_restart(reader, out);
		break;
	case CAPABILITY_AS4:
		out->asn = reader_u32(reader);
		out->has_as4 = true;
		break;
	case CAPABILITY_ENHANCED_REFRESH:
		out->has_enhanced_refresh = true;
		break;
	default: /* RFC 5492 3: ignored */
		(void)reader_rest(reader);
		break;
	}
}

enum wire_fault
capability_decode(struct reader *reader, struct open *out)
{
	while (reader->left > 0) {
		struct reader value;
		unsigned code = reader_u8(reader);

		reader_sub(reader, reader_u8(reader), &value);
		if (reader->failed)
			return FAULT_OPEN_MALFORMED;
		decode_value(code, &value, out);
		if (!reader_done(&value))
			return FAULT_OPEN_MALFORMED;
	}
	return WIRE_OK;
}

static void
encode_flag(struct writer *writer, enum capability_code code, bool on)
{
	if (!on)
		return;
	writer_u8(writer, code);
	writer_u8(writer, 0);
}

static void
encode_multiprotocol(struct writer *writer, unsigned family)
{
	writer_u8(writer, CAPABILITY_MULTIPROTOCOL);
	writer_u8(writer, 4);
	writer_u16(writer, family_afi(family));
	writer_u8(writer, 0);
	writer_u8(writer, family_safi(family));
}

void
capability_encode(const struct open *open, struct writer *writer)
{
	for (unsigned bit = 1; bit <= FAMILY_ALL; bit <<= 1) {
		if ((open->families & bit) != 0)
			encode_multiprotocol(writer, bit);
	}
	encode_flag(writer, CAPABILITY_REFRESH, open->has_refresh);
	if (open->has_graceful_restart) {
		writer_u8(writer, CAPABILITY_GRACEFUL_RESTART);
		writer_u8(writer, 2);
		writer_u16(writer, (open->gr_time_s & 0x0fffu) |
				       (open->gr_restarting ? 0x8000u : 0u));
	}
	if (open->has_as4) {
		writer_u8(writer, CAPABILITY_AS4);
		writer_u8(writer, 4);
		writer_u32(writer, open->asn);
	}
	encode_flag(
	    writer, CAPABILITY_ENHANCED_REFRESH, open->has_enhanced_refresh);
}
