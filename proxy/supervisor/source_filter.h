/* SPDX-License-Identifier: BSD-2-Clause */
/* A classic BPF program for listening sockets: segments of nobody we know are
 * dropped, as are those from too far away (RFC 5082), without an answer. */
#pragma once

#include <linux/filter.h>
#include <stdint.h>

#include "proxy/common/message.h"

#define SOURCE_FILTER_MAX 4096 /* instructions that the kernel takes */

/* Who is let through. */
struct source_row {
	uint8_t addr[ADDRESS_MAX];
	uint8_t len;   /* bits of it that count, 1 to 32 or 128 */
	uint8_t least; /* TTL or hop limit; 0: any will do */
};

/*
 * Write the program for one family into code (SOURCE_FILTER_MAX instructions).
 * The longest prefix that contains the source decides; of rows with the same
 * prefix the one that asks for less. Sorts and masks the rows (n <= 65536).
 *
 * Addresses of IPv4, and of IPv6 that share their first 96 bits, take one
 * instruction each and a little: 3,800 fit. An IPv6 address that shares
 * nothing with any other takes 12 or 13: at least 320 fit.
 *
 * Returns the number of instructions, -EINVAL for another family or length,
 * -E2BIG when they are too many, or -ENOMEM.
 */
int source_filter_build(unsigned afi, struct source_row *rows, uint32_t n,
    struct sock_filter *code);
