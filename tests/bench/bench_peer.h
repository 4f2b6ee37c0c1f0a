/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A BGP speaker for load: it dials, greets, takes UPDATEs, and writes octets
 * that it is given. It sends no KEEPALIVE after the first: its runs are shorter
 * than any hold time.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_PEER_RX ((size_t)256 << 10)

struct bench_peer {
	int fd;
	uint32_t asn;
	uint8_t families; /* enum family; 0: IPv4 Flowspec */
	bool up;          /* Established */
	bool broken;      /* closed, or a NOTIFICATION came */
	uint8_t code, subcode;
	const uint8_t *out; /* to be written; borrowed */
	size_t out_len;
	size_t out_at;
	/* each UPDATE's body */
	void (*on_update)(void *ctx, const uint8_t *body, size_t len);
	void *ctx;
	size_t rx_len;
	uint8_t *rx;
};

struct bench_address {
	struct in_addr from;
	struct in_addr to;
	uint16_t port;
};

/* Dial and send OPEN: peer->families, graceful restart (so End-of-RIB is to be
 * waited for), this AS. 0 or -errno. */
int bench_peer_dial(
    struct bench_peer *peer, const struct bench_address *at, uint32_t asn);
void bench_peer_close(struct bench_peer *peer);

/* Take what has come. Call when the socket is readable. */
void bench_peer_read(struct bench_peer *peer);

/* Write what the socket takes of out. True when all has gone. */
bool bench_peer_write(struct bench_peer *peer);
