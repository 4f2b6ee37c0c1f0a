/* SPDX-License-Identifier: BSD-2-Clause */
/* Communities of a route (RFC 1997, RFC 4360, RFC 8092), as they came. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/wire/reader.h"

/* Octets of one community, by the attribute that holds it. */
enum community_size {
	COMMUNITY_SIZE_STANDARD = 4, /* COMMUNITY, type 8 */
	COMMUNITY_SIZE_EXTENDED = 8, /* EXTENDED_COMMUNITIES, type 16 */
	COMMUNITY_SIZE_LARGE = 12,   /* LARGE_COMMUNITY, type 32 */
};

/*
 * Is one of the communities in an attribute's value this one? Each has size
 * octets (not 0) and is compared whole; octets at the end that make no whole
 * one count for nothing. An empty value holds none.
 */
bool community_in(
    struct span value, const uint8_t *community, enum community_size size);
