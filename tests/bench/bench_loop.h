/* SPDX-License-Identifier: BSD-2-Clause */
/* What the load programs share: a clock, an epoll set of speakers, pauses in
 * which somebody else looks at what is measured. */
#pragma once

#include <stdint.h>

#include "tests/bench/bench_peer.h"

#define BENCH_RELAY        0xc6120001u /* 198.18.0.1 */
#define BENCH_ROUTER       0xc6120003u
#define BENCH_CUSTOMER     0xc6120101u
#define BENCH_RELAY_ASN    65000u
#define BENCH_PATIENCE     UINT64_C(60000000000) /* ns */
#define BENCH_CUSTOMER_ASN 65001u

struct bench_loop {
	int epoll;
	uint64_t now_ns; /* when what is read now came */
};

/* Also makes timers exact to a nanosecond. */
void bench_loop_init(struct bench_loop *loop);

/* CLOCK_MONOTONIC. */
uint64_t bench_clock_ns(void);

_Noreturn void bench_die(const char *what, const char *why);

/* Dial the relay from this address (host order); ends the program when that
 * fails. peer's families, on_update and ctx are set before. */
void bench_loop_dial(struct bench_loop *loop, struct bench_peer *peer,
    uint32_t from, uint32_t asn);

/* Serve what is ready for at most so long. Ends the program when a session is
 * lost. */
void bench_loop_serve(struct bench_loop *loop, uint64_t ns);

/* Serve for so long. */
void bench_loop_rest(struct bench_loop *loop, uint64_t ns);

/* Begin to write these octets (borrowed); bench_loop_serve() goes on. */
void bench_loop_send(struct bench_loop *loop, struct bench_peer *peer,
    const uint8_t *octets, size_t len);
/* Of the same octets, write further ones, up to len. */
void bench_loop_more(
    struct bench_loop *loop, struct bench_peer *peer, size_t len);
/* Write what is left of them, and until the other end has taken it all. */
void bench_loop_flush(struct bench_loop *loop, struct bench_peer *peer);

/* Say a word, and wait until a line or the end of file answers. */
void bench_pause(const char *word);

/* A decimal up to max; ends the program on anything else. */
uint32_t bench_number(const char *text, unsigned long max);

/* Sort, and look: the percentile in microseconds. */
void bench_sort(uint64_t *ns, uint32_t n);
double bench_us(const uint64_t *sorted, uint32_t n, unsigned percent);
