/* SPDX-License-Identifier: BSD-2-Clause */
/* Unicast NLRI <-> struct prefix (RFC 4271 4.3, RFC 4760 5). */
#pragma once

#include "policy/prefix.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/writer.h"

/*
 * Read the next prefix of afi; call while reader->left > 0. Bits past its
 * length are cleared. FAULT_NLRI_PREFIX when it is longer than its address or
 * cut short; the reader has then failed.
 */
enum wire_fault unicast_next(
    struct reader *reader, unsigned afi, struct prefix *out);

/*
 * The same for IPv4 with the address as a number (host order): a full table
 * comes this way.
 */
static inline enum wire_fault
unicast_next4(struct reader *reader, uint32_t *addr, uint8_t *len)
{
	unsigned bits = reader_u8(reader);
	unsigned octets = (bits + 7) / 8;
	const uint8_t *at = reader_take(reader, octets);
	uint32_t value = 0;

	*addr = 0;
	*len = 0;
	if (reader->failed || bits > 32) {
		reader->failed = true;
		reader->left = 0;
		return FAULT_NLRI_PREFIX;
	}
	for (unsigned i = 0; at != NULL && i < octets; i++)
		value |= (uint32_t)at[i] << (24 - 8 * i);
	*addr = value & (uint32_t)(UINT64_C(0xffffffff00000000) >> bits);
	*len = (uint8_t)bits;
	return WIRE_OK;
}

/* Write one prefix. */
void unicast_encode(const struct prefix *prefix, struct writer *writer);
