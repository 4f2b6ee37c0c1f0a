/* SPDX-License-Identifier: BSD-2-Clause */
/* What of TCP MD5 went wrong on this host lately. */
#pragma once

#include <stdint.h>

/* Growth of the host's MD5 counts by tens of seconds, of the last minute. */
#define PLACE_MD5_PARTS 6
struct place_md5 {
	uint64_t part[PLACE_MD5_PARTS]; /* which ten seconds this is of */
	uint32_t bad[PLACE_MD5_PARTS];
	uint32_t unsigned_in[PLACE_MD5_PARTS];
};
