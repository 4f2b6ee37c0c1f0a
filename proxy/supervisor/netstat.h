/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel has counted of TCP MD5 (RFC 2385): of the whole host, since
 * it counts them by no address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Segments that were dropped. */
struct netstat_md5 {
	uint64_t bad;         /* the signature is wrong */
	uint64_t unknown;     /* there is one, and no password here */
	uint64_t unsigned_in; /* there is none, and one was due */
};

/* Find them in the len octets of /proc/net/netstat. False, and zero, when they
 * are not all there. */
bool netstat_parse(const char *text, size_t len, struct netstat_md5 *out);

/* Read the file. False when it cannot be read, or does not have them. */
bool netstat_read(struct netstat_md5 *out);
