/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of an AS_PATH (RFC 4271 4.3, RFC 5065, RFC 6793, RFC 7607). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/wire/fault.h"
#include "proxy/wire/reader.h"

struct as_path {
	uint32_t first_as;  /* left-most; 0 when none or inside a set */
	uint32_t origin_as; /* right-most; 0 likewise */
	uint16_t length;    /* as RFC 4271 9.1.2.2 counts: a set is one,
			       confederation segments none */
	uint16_t asns;      /* AS numbers of any kind of segment */
	bool has_confed;    /* AS_CONFED_SEQUENCE or AS_CONFED_SET */
	bool has_own;       /* own_asn is in it */
};

/*
 * Parse the value of an AS_PATH with AS numbers of four octets (as4) or two.
 * FAULT_ATTRIBUTE_AS_PATH for a segment of unknown type, of length 0, cut
 * short, or with AS 0; then *out is zeroed. The first and the origin AS are
 * those outside confederation segments. own_asn 0: no AS is our own.
 */
enum wire_fault as_path_decode(
    struct span value, bool as4, uint32_t own_asn, struct as_path *out);

/*
 * Merge what an AS4_PATH says into the path of a two-octet speaker (RFC 6793
 * 4.2.3): as4_path replaces the tail of *path unless it is longer.
 */
void as_path_merge(struct as_path *path, const struct as_path *as4_path);
