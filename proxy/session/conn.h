/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP connection to a peer: bounded buffers, framing of messages, and an
 * orderly end. Knows no BGP state.
 *
 * Writing: messages are built in place. What the socket does not take waits in
 * a buffer of fixed size; nobody may build more than fits. UPDATEs are built
 * only while the buffer is empty and leave room for a NOTIFICATION.
 *
 * The end: close() on a socket with unread input sends a reset that can destroy
 * what was written last, and the peer then keeps our rules as after a crash. So
 * the input is drained, our direction is shut, and the peer gets a moment.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "proxy/common/message_base.h"
#include "proxy/wire/fault.h"
#include "proxy/wire/writer.h"

#define CONN_RX_SIZE   32768u /* octets read in one turn at most */
#define CONN_TX_SIZE   24576u
#define CONN_LINGER_MS 1000u /* for the peer to close its side */

struct conn;

struct conn_ops {
	/* A whole message, valid during the call; the connection may be
	 * finished from it. */
	void (*on_message)(void *ctx, struct conn *conn, uint8_t type,
	    const uint8_t *body, size_t len);
	/* The stream is no BGP; data (0 to 2 octets) is what the NOTIFICATION
	 * carries. Nothing more will be read. */
	void (*on_fault)(void *ctx, struct conn *conn, enum wire_fault fault,
	    const uint8_t *data, size_t len);
	/* The peer closed (error 0) or the socket failed. */
	void (*on_lost)(void *ctx, struct conn *conn, int error);
	/* Everything has been written: UPDATEs may be built. */
	void (*on_room)(void *ctx, struct conn *conn);
	/* After conn_finish(): the descriptor is closed. Call conn_free(). */
	void (*on_finished)(void *ctx, struct conn *conn);
};

/*
 * Take over a connected socket; id is the supervisor's number for it. Reading
 * begins at conn_start(). NULL when out of memory; fd is closed then too.
 */
struct conn *conn_new(struct loop *loop, int fd, uint32_t id,
    const struct conn_ops *ops, void *ctx);

/* Free; closes the descriptor when it is still open. NULL is fine. */
void conn_free(struct conn *conn);

void conn_start(struct conn *conn);

uint32_t conn_id(const struct conn *conn);

/* What its kernel has counted of TCP-AO, and which keys are in use: all of
 * *out but the kind. False: the socket is without. */
bool conn_auth(const struct conn *conn, struct auth_state *out);

/* One message other than an UPDATE: prepare *writer over the free room (at
 * least MESSAGE_MAX octets unless the peer does not read), then commit. */
void conn_write_begin(struct conn *conn, struct writer *writer);

/* The same for UPDATEs: false unless all that came before is written. */
bool conn_update_begin(struct conn *conn, struct writer *writer);

/* Send what was written; a failed writer sends nothing. */
void conn_write_end(struct conn *conn, struct writer *writer);

/* Octets waiting for the socket. */
size_t conn_pending(const struct conn *conn);

/* Monotonic milliseconds when the socket last took octets, or had all. */
uint64_t conn_progress_ms(const struct conn *conn);

/* There are octets that were not read or not handed out yet. */
bool conn_unread(const struct conn *conn);

/*
 * Stop and go on reading: back-pressure towards the peer. From on_message no
 * further message is handed out; what has been read already waits. Going on
 * hands it out at once, so do that from elsewhere only.
 */
void conn_pause(struct conn *conn);
void conn_resume(struct conn *conn);

/*
 * End: write what is left, shut, drain, close, then call on_finished, at once
 * or after up to CONN_LINGER_MS. No other callback is made from here on.
 */
void conn_finish(struct conn *conn);
