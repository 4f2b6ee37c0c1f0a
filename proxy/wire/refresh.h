/* SPDX-License-Identifier: BSD-2-Clause */
/* The ROUTE-REFRESH message (RFC 2918) and its subtypes (RFC 7313). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/family.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/writer.h"

enum refresh_subtype {
	REFRESH_REQUEST = 0,
	REFRESH_BEGIN = 1, /* BoRR */
	REFRESH_END = 2,   /* EoRR */
};

struct refresh {
	uint16_t afi;
	uint8_t safi;
	uint8_t family;  /* FAMILY_NONE for a pair that we do not speak */
	uint8_t subtype; /* as received: above REFRESH_END is to be ignored */
};

/*
 * Decode the body, len octets. enhanced: RFC 7313 is negotiated; without it
 * the subtype octet is reserved and read as REFRESH_REQUEST. A body of other
 * than four octets is 7/1 with enhanced, else 1/2.
 */
enum wire_fault refresh_decode(
    const uint8_t *body, size_t len, bool enhanced, struct refresh *out);

/* Write a whole ROUTE-REFRESH for one family. */
void refresh_encode(
    struct writer *writer, unsigned family, enum refresh_subtype subtype);
