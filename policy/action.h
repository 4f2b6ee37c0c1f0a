/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a rule asks routers to do: the traffic filtering actions of RFC 8955
 * section 7, RFC 8956 section 6 and the drafts in use, one of each kind.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One row per kind: X(symbol, bit number, "name"). */
#define ACTION_MAP(X)                                                          \
	X(RATE_BYTES, 0, "rate-limit")           /* 8006; rate 0 is discard */ \
	X(RATE_PACKETS, 1, "rate-limit-packets") /* 800c */                    \
	X(TRAFFIC, 2, "action")                  /* 8007: sample, terminal */  \
	X(REDIRECT, 3, "redirect")               /* 8008 8108 8208 */          \
	X(MARK, 4, "mark")                       /* 8009 */                    \
	X(REDIRECT_RT6, 5, "redirect-rt6")       /* 000d in attribute 25 */    \
	X(REDIRECT_NEXTHOP, 6, "redirect-nexthop") /* 0800, Simpson draft */   \
	X(REDIRECT_IP4, 7, "redirect-ip")          /* 010c */                  \
	X(REDIRECT_IP6, 8, "redirect-ip6")         /* 000c in attribute 25 */  \
	X(INTERFACE_SET, 9, "interface-set")       /* 0702 4702 */
enum action_kind {
#define X(symbol, bit, name) ACTION_##symbol = (bit),
	ACTION_MAP(X)
#undef X
	ACTION_KINDS
};
#define ACTION_BIT(kind) (1u << (kind))
#define ACTION_TEXT_MAX  512

/* Bits of action_set.flags. */
enum action_flag {
	ACTION_SAMPLE = 0x01,   /* 8007 S */
	ACTION_CONTINUE = 0x02, /* 8007 T set: later rules are evaluated too */
	ACTION_COPY_NEXTHOP = 0x04,
	ACTION_COPY_IP4 = 0x08,
	ACTION_COPY_IP6 = 0x10,
};

/*
 * The set. Fields of kinds that are not present are zero, so equal sets are
 * equal byte by byte. Zero is "no action", which routers read as accept
 * (RFC 8955 7) and sluice refuses.
 */
struct action_set {
	uint16_t present;    /* ACTION_BIT of each kind that came */
	uint16_t repeated;   /* kinds that came twice with different values */
	uint8_t flags;       /* enum action_flag */
	uint8_t dscp;        /* MARK, 0..63 */
	uint8_t unknown;     /* action communities of types not listed here */
	uint8_t stripped;    /* other communities that came and go no further */
	uint32_t rate_bytes; /* IEEE 754 bits, octets a second; never -0 or
				negative (RFC 8955 7.1: treated as 0) */
	uint32_t rate_packets;    /* the same, packets a second */
	uint8_t redirect[8];      /* 8008/8108/8208 community as on the wire */
	uint8_t interface_set[8]; /* 0702/4702 community as on the wire */
	uint8_t redirect_ip4[8];  /* address(4), local(2), zero(2) */
	uint8_t redirect_rt6[20]; /* attribute 25 value as on the wire */
	uint8_t redirect_ip6[20]; /* the same; in both redirect-ip forms the
				     copy bit of local is 0: see flags */
};

/* Name of a kind ("rate-limit"); "?" for a number out of range. */
const char *action_name(unsigned kind);

/* Rates as numbers; exact for every finite float. */
double action_rate(uint32_t bits);
/* Bits of the float nearest to rate (>= 0, finite). */
uint32_t action_rate_bits(double rate);
/* NaN or infinity: cannot be decoded (RFC 8955 7.1, 10). */
bool action_rate_finite(uint32_t bits);

/* Rate 0 in bytes or packets, and nothing that lets the packet live. */
bool action_is_discard(const struct action_set *set);

bool action_equal(const struct action_set *a, const struct action_set *b);

/*
 * Check a value that came from another process: bits known, fields of absent
 * kinds zero, dscp in range, communities of the types listed, no rate below
 * zero. A rate that is not finite passes: refusing it is for the checks.
 */
bool action_valid(const struct action_set *set);
