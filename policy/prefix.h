/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPv4 or IPv6 prefix: a plain value, always masked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Address Family Identifiers, with the numbers of RFC 4760. */
enum afi {
	AFI_NONE = 0,
	AFI_IPV4 = 1,
	AFI_IPV6 = 2,
};

#define ADDRESS_MAX     16 /* octets of the longest address */
#define PREFIX_TEXT_MAX 50 /* "ffff:…:255.255.255.255/128" and the NUL */

/*
 * A prefix. Bits past len are zero in a value made by prefix_parse or
 * prefix_mask; IPv4 uses the first four octets, the others are zero. So two
 * equal prefixes are equal byte by byte.
 */
struct prefix {
	uint8_t afi; /* enum afi */
	uint8_t len; /* bits: 0..32 or 0..128 */
	uint8_t addr[ADDRESS_MAX];
};

/* Bits of an address of this family: 32, 128, or 0 for any other number. */
unsigned afi_bits(unsigned afi);

/*
 * Parse "192.0.2.0/24" or "2001:db8::/32"; an address alone is a host prefix.
 * Returns 0, or -1 when the text is no prefix or has bits set past its length
 * (then *out is zeroed).
 */
int prefix_parse(const char *text, struct prefix *out);

/* Print to buf (size octets, PREFIX_TEXT_MAX is enough); returns buf. */
char *prefix_print(const struct prefix *prefix, char *buf, size_t size);

/* Print the address alone, without "/len"; returns buf. */
char *prefix_print_address(const struct prefix *prefix, char *buf, size_t size);

/* Clear the bits past prefix->len. */
void prefix_mask(struct prefix *prefix);

/* True when len fits the family and no bit past it is set. */
bool prefix_valid(const struct prefix *prefix);

/* Total order: family, then address, then length. <0, 0, >0. */
int prefix_cmp(const struct prefix *a, const struct prefix *b);

/* True when inner is outer or lies inside it (same family). */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);

/* True when the two share an address (one contains the other). */
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
