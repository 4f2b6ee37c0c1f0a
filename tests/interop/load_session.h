/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One of many small BGP speakers: it dials, greets, keeps the session alive,
 * writes octets that it is given, and measures how long the other side is
 * silent. Ended sessions are dialled anew, without end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_RELAY    0xc6120001u /* 198.18.0.1 */
#define LOAD_RX       8192
#define LOAD_CODES    10 /* of NOTIFICATIONs, subcodes too: 15 is all above */
#define LOAD_SUBCODES 16
#define LOAD_GAPS     2000 /* of 10 ms each; the last: all above */

enum load_state {
	LOAD_CLOSED = 0, /* dials at wake_ns */
	LOAD_DIALLING,
	LOAD_GREETING,
	LOAD_UP, /* sends a KEEPALIVE at wake_ns, unless it has other work */
};

/* How a session is dropped. */
enum load_drop {
	LOAD_DROP_RESET = 0, /* TCP RST */
	LOAD_DROP_FIN,       /* closed without a word */
	LOAD_DROP_RESTART,   /* Cease, administrative reset: 6/4 */
	LOAD_DROP_SHUTDOWN,  /* Cease, administrative shutdown: 6/2 */
	LOAD_DROPS,
};

/* What all of them have seen and done. */
struct load_counts {
	uint64_t dialled;
	uint64_t established;
	uint64_t lost;    /* sessions, for whatever reason */
	uint64_t refused; /* connections that never became a session */
	uint64_t ended[LOAD_CODES][LOAD_SUBCODES]; /* by a NOTIFICATION */
	uint64_t heard;                            /* messages */
	uint64_t late;   /* gaps of more than late_ms */
	uint64_t gap_ns; /* the longest */
	uint64_t gaps[LOAD_GAPS];
};

struct load_session;

struct load_ops {
	/* The session is up; may set out. */
	void (*on_up)(struct load_session *session);
	/* All of out has been written; may set it again. */
	void (*on_written)(struct load_session *session);
};

/* What they share. */
struct load_pool {
	int epoll;
	uint64_t now_ns;
	uint16_t hold_s;
	uint8_t families;
	uint32_t late_ms;
	uint32_t redial_ms; /* from the end of one to the next dialling */
	const struct load_ops *ops;
	struct load_counts counts;
};

struct load_session {
	struct load_pool *pool;
	uint32_t number;
	uint32_t from; /* address, host order */
	uint32_t asn;
	int fd;
	enum load_state state;
	uint32_t watched; /* epoll's events */
	uint64_t wake_ns;
	uint64_t drop_ns; /* 0: never; the owner's */
	uint64_t heard_ns;
	const uint8_t *out; /* borrowed; whole messages */
	size_t out_len;
	size_t out_at;
	void *own; /* the owner's */
	size_t rx_len;
	uint8_t rx[LOAD_RX];
};

/* Dial, or send a KEEPALIVE, when it is time. */
void load_session_tick(struct load_session *session);

/* epoll has events for it. */
void load_session_ready(struct load_session *session, uint32_t events);

/* Begin to write len octets. */
void load_session_send(
    struct load_session *session, const uint8_t *octets, size_t len);

/* End it from this side. */
void load_session_drop(struct load_session *session, enum load_drop how);

/* How long the other side has been silent counts now as well. */
void load_session_gap(struct load_session *session);
