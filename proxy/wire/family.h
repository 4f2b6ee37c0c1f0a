/* SPDX-License-Identifier: BSD-2-Clause */
/* The four address families that sluice speaks, as bits of a mask. */
#pragma once

#include <stdint.h>

#include "policy/prefix.h"

/* X(symbol, bit, AFI, SAFI, "name as in the configuration") */
#define FAMILY_MAP(X)                                                          \
	X(IPV4_UNICAST, 1, AFI_IPV4, SAFI_UNICAST, "ipv4-unicast")             \
	X(IPV6_UNICAST, 2, AFI_IPV6, SAFI_UNICAST, "ipv6-unicast")             \
	X(IPV4_FLOWSPEC, 4, AFI_IPV4, SAFI_FLOWSPEC, "ipv4-flowspec")          \
	X(IPV6_FLOWSPEC, 8, AFI_IPV6, SAFI_FLOWSPEC, "ipv6-flowspec")

enum safi {
	SAFI_UNICAST = 1,
	SAFI_FLOWSPEC = 133, /* RFC 8955 */
};

enum family {
	FAMILY_NONE = 0,
#define X(symbol, bit, afi, safi, name) FAMILY_##symbol = (bit),
	FAMILY_MAP(X)
#undef X
};
#define FAMILY_ALL   0x0f
#define FAMILY_COUNT 4

/* The family of a pair as received; FAMILY_NONE for any other pair. */
static inline unsigned
family_of(unsigned afi, unsigned safi)
{
#define X(symbol, bit, family_afi, family_safi, name)                          \
	if (afi == (family_afi) && safi == (family_safi))                      \
		return (bit);
	FAMILY_MAP(X)
#undef X
	return FAMILY_NONE;
}

/* AFI of one family; AFI_NONE for anything but one bit of the list. */
static inline uint8_t
family_afi(unsigned family)
{
#define X(symbol, bit, afi, safi, name)                                        \
	if (family == (bit))                                                   \
		return (afi);
	FAMILY_MAP(X)
#undef X
	return AFI_NONE;
}

/* SAFI of one family; 0 likewise. */
static inline uint8_t
family_safi(unsigned family)
{
#define X(symbol, bit, afi, safi, name)                                        \
	if (family == (bit))                                                   \
		return (safi);
	FAMILY_MAP(X)
#undef X
	return 0;
}

/* "ipv4-flowspec"; "?" for anything but one bit of the list. */
static inline const char *
family_name(unsigned family)
{
#define X(symbol, bit, afi, safi, name)                                        \
	if (family == (bit))                                                   \
		return (name);
	FAMILY_MAP(X)
#undef X
	return "?";
}
