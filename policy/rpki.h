/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Validated ROA payloads as ownership sees them (RFC 6811): plain values.
 * maxLength is kept for a person to see; it does not count, for a rule's /32 is
 * no announcement.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/prefix.h"

/* No padding: equal VRPs are equal octet by octet. */
struct vrp {
	struct prefix prefix; /* 18 octets */
	uint8_t max_len;
	uint8_t zero;
	uint32_t asn;
};
_Static_assert(sizeof(struct vrp) == 24, "no padding");

enum rpki_state {
	RPKI_NONE = 0, /* no cache is configured */
	RPKI_LOADING,  /* nothing complete has come yet */
	RPKI_FRESH,    /* complete, and by the RTR timers good (RFC 8210 6) */
	RPKI_EXPIRED,  /* past Expire, within our grace: holds what stands */
	RPKI_GONE,     /* past that too */
};
const char *rpki_state_name(unsigned state); /* "fresh"; "?" */

#define RPKI_CACHE_MAX 64 /* octets of a cache's name with its NUL */

/* Borrowed for the call. */
struct rpki_view {
	uint8_t state; /* enum rpki_state */
	uint16_t session;
	uint32_t serial;
	const char *cache; /* "127.0.0.1:3323"; never NULL */
	const void *ctx;
	/* Call visit for each VRP that covers prefix, until it returns true;
	 * then true. */
	bool (*covering)(const void *ctx, const struct prefix *prefix,
	    bool (*visit)(void *visitor, const struct vrp *vrp), void *visitor);
};
