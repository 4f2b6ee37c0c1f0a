/* SPDX-License-Identifier: BSD-2-Clause */
/* The OPEN message (RFC 4271 4.2) and what its capabilities say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/wire/family.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/writer.h"

#define OPEN_VERSION 4
#define AS_TRANS     23456 /* RFC 6793 */

/* RFC 9234 4.1 */
enum open_role {
	OPEN_ROLE_PROVIDER = 0,
	OPEN_ROLE_RS = 1,
	OPEN_ROLE_RS_CLIENT = 2,
	OPEN_ROLE_CUSTOMER = 3,
	OPEN_ROLE_PEER = 4,
};

struct open {
	uint8_t version;
	uint16_t asn2;    /* "My Autonomous System" as received */
	uint32_t asn;     /* of capability 65 when it came, else asn2 */
	uint16_t hold_s;  /* 0 or at least 3 */
	uint32_t bgp_id;  /* host byte order, never 0 */
	uint8_t families; /* enum family bits; unknown pairs are left out. With
			     no capability 1 at all: IPv4 unicast (RFC 4760) */
	bool has_multiprotocol;    /* capability 1 came at least once */
	bool has_as4;              /* 65, RFC 6793 */
	bool has_refresh;          /* 2, RFC 2918 */
	bool has_enhanced_refresh; /* 70, RFC 7313 */
	bool has_extended_message; /* 6, RFC 8654 */
	bool has_graceful_restart; /* 64, RFC 4724; last instance */
	bool gr_restarting;        /* its R bit */
	uint16_t gr_time_s;        /* 0..4095 */
	uint8_t gr_families;       /* families named in it */
	uint8_t gr_forwarding;     /* those with the F bit */
	bool has_role;             /* 9, RFC 9234 */
	uint8_t role;              /* as received: enum open_role or not */
};

/*
 * Decode the body of an OPEN, len octets. Whether the AS, identifier or
 * families are those expected is the session's to judge; here 2/1 version,
 * 2/2 AS 0 (RFC 7607), 2/3 identifier 0, 2/4 unknown optional parameter, 2/6
 * hold time 1 or 2, 2/0 what is malformed (RFC 5492, RFC 9072). Unknown
 * capabilities are ignored. On a fault *out is what was read so far and only
 * good for a log.
 */
enum wire_fault open_decode(const uint8_t *body, size_t len, struct open *out);

/*
 * Write our OPEN as a whole message: families (one capability 1 each),
 * has_refresh, has_enhanced_refresh, has_as4 and has_graceful_restart (with
 * gr_restarting, gr_time_s, never a family) are taken from *open, with asn,
 * hold_s and bgp_id. Nothing else is advertised.
 */
void open_encode(const struct open *open, struct writer *writer);

/* The data of the NOTIFICATION for an OPEN fault: the version that we speak
 * for 2/1, else nothing. Returns its octets. */
size_t open_fault_data(enum wire_fault fault, uint8_t out[2]);
