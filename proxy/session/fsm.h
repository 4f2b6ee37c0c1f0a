/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BGP finite state machine (RFC 4271 8) as a pure table: (state, event)
 * gives the next state and what is to be done. One machine runs per
 * connection: a peer has two until a collision is resolved (8.2.1).
 *
 * Idle, Connect and Active have no connection; Active waits: for the retry
 * timer, for the peer, or for both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/message.h"

/* X(symbol, "name", "number in RFC 4271 8.1 or the RFC that added it") */
#define FSM_EVENT_MAP(X)                                                       \
	X(START, "start", "1, 3")                                              \
	X(START_PASSIVE, "start passive", "4, 5")                              \
	X(STOP, "stop", "2, 8")                                                \
	X(RETRY, "connect-retry timer", "9")                                   \
	X(HOLD, "hold timer", "10")                                            \
	X(KEEPALIVE_DUE, "keepalive timer", "11")                              \
	X(SEND_HOLD, "send-hold timer", "RFC 9687")                            \
	X(TCP_UP, "connected", "16, 17")                                       \
	X(TCP_DOWN, "connection lost", "18")                                   \
	X(OPEN, "OPEN", "19")                                                  \
	X(HEADER_FAULT, "header fault", "21")                                  \
	X(OPEN_FAULT, "OPEN fault", "22")                                      \
	X(COLLISION, "collision", "23")                                        \
	X(NOTIFICATION, "NOTIFICATION", "24, 25")                              \
	X(KEEPALIVE, "KEEPALIVE", "26")                                        \
	X(UPDATE, "UPDATE", "27")                                              \
	X(UPDATE_FAULT, "UPDATE fault", "28")                                  \
	X(REFRESH, "ROUTE-REFRESH", "RFC 2918")                                \
	X(REFRESH_FAULT, "ROUTE-REFRESH fault", "RFC 7313")
enum fsm_event {
#define X(symbol, name, number) FSM_EV_##symbol,
	FSM_EVENT_MAP(X)
#undef X
	FSM_EVENTS
};

/*
 * What is to be done, in this order. X(symbol, bit, "name")
 *
 * NOTIFY: the step's code, or with code 0 the one that the event brings.
 */
#define FSM_EFFECT_MAP(X)                                                      \
	X(DOWN, 0x0001, "down")               /* the session ended */          \
	X(NOTIFY, 0x0002, "notify")           /* send a NOTIFICATION */        \
	X(CLOSE, 0x0004, "close")             /* end the connection */         \
	X(RETRY_STOP, 0x0008, "retry-stop")   /* stop dialling */              \
	X(RETRY_START, 0x0010, "retry-start") /* back-off, then RETRY */       \
	X(IDLE_HOLD, 0x0020, "idle-hold")     /* back-off, then START */       \
	X(DIAL, 0x0040, "dial")               /* ask for a connection */       \
	X(SEND_OPEN, 0x0080, "send-open")                                      \
	X(OPEN_WAIT, 0x0100, "open-wait") /* hold timer, large value */        \
	X(SEND_KEEPALIVE, 0x0200, "send-keepalive")                            \
	X(KEEPALIVE_START, 0x0400, "keepalive-start")                          \
	X(HOLD_START, 0x0800, "hold-start") /* negotiated value */             \
	X(UP, 0x1000, "up")                 /* the session is there */         \
	X(UPDATE, 0x2000, "update")         /* take the UPDATE */              \
	X(REFRESH, 0x4000, "refresh")       /* take the ROUTE-REFRESH */
enum fsm_effect {
#define X(symbol, bit, name) FSM_##symbol = (bit),
	FSM_EFFECT_MAP(X)
#undef X
};

#define FSM_STATES (BGP_ESTABLISHED + 1)

struct fsm_step {
	uint8_t next; /* enum bgp_state */
	uint8_t code; /* of the NOTIFICATION; 0: the event's */
	uint8_t subcode;
	uint8_t listed;   /* 0: the pair is a protocol error */
	uint32_t effects; /* enum fsm_effect */
};

/*
 * One step. A pair that the table does not list is a finite state machine
 * error (RFC 4271 6.6, subcodes of RFC 6608): tell, close, Idle. Numbers out
 * of range give the same, without anyone to tell.
 */
struct fsm_step fsm_step(unsigned state, unsigned event);

const char *fsm_state_name(unsigned state); /* "OpenSent"; "?" */
const char *fsm_event_name(unsigned event); /* "hold timer"; "?" */

/* Print the whole table, a line per pair, to buf (size octets with the NUL);
 * returns what it would take without the NUL. */
size_t fsm_print(char *buf, size_t size);
