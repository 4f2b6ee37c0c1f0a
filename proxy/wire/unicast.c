/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast NLRI, both ways. */
#include "proxy/wire/unicast.h"

#include <string.h>

enum wire_fault
unicast_next(struct reader *reader, unsigned afi, struct prefix *out)
{
	const uint8_t *at;
	size_t octets;

	memset(out, 0, sizeof(*out));
	out->afi = (uint8_t)afi;
	out->len = reader_u8(reader);
	if (out->len > afi_bits(afi))
		reader->failed = true;
	octets = (out->len + 7u) / 8;
	at = reader_take(reader, octets);
	if (reader->failed) {
		memset(out, 0, sizeof(*out));
		return FAULT_NLRI_PREFIX;
	}
	if (octets == 0 || at == NULL)
		return WIRE_OK;
	memcpy(out->addr, at, octets);
	if (out->len % 8 != 0)
		out->addr[octets - 1] &= (uint8_t)(0xff00u >> out->len % 8);
	return WIRE_OK;
}

void
unicast_encode(const struct prefix *prefix, struct writer *writer)
{
	size_t octets = (prefix->len + 7u) / 8;
	uint8_t *at = writer_take(writer, 1 + octets);

	if (at == NULL)
		return;
	at[0] = prefix->len;
	memcpy(&at[1], prefix->addr, octets);
}
