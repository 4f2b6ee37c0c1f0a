/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message channel between two roles: a stream socket pair that carries
 * framed messages (proxy/common/message.h) and descriptors.
 *
 * Writing: messages are built in place in a bounded buffer and written in
 * large batches, when CHANNEL_BATCH is reached and at channel_flush(). When
 * the other end does not read, the buffer fills, channel_reserve() returns
 * NULL and the owner keeps the *state* it wanted to send; on_room tells when
 * to go on. Nothing is ever queued without bound.
 *
 * Reading: frames are cut and checked for length and a known kind; what is
 * inside is the receiver's to check. A frame that breaks these rules closes
 * the channel: the other end is not what it claims to be.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proxy/common/loop.h"
#include "proxy/common/message.h"

#define CHANNEL_BATCH 65536u

struct channel;

struct channel_ops {
	/*
	 * One message: len octets at head (8-aligned, head->len == len), valid
	 * during the call. fd is a passed descriptor, now the callee's to
	 * close, or -1. May close this channel.
	 */
	void (*on_message)(void *ctx, const struct msg_head *head, int fd);
	/* End of file, an error, or a broken frame. Last call made. The owner
	 * calls channel_close() from here or later. */
	void (*on_closed)(void *ctx);
	/* There is room again after channel_reserve() returned NULL. May be
	 * NULL. */
	void (*on_room)(void *ctx);
	/* All messages of one read have been delivered. May be NULL. */
	void (*on_batch)(void *ctx);
};

/*
 * Take over fd (set non-blocking, closed by channel_close). limit is the most
 * octets kept for writing (at least MSG_LEN_MAX). NULL when out of memory; fd
 * is closed then too.
 */
struct channel *channel_open(struct loop *loop, int fd, size_t limit,
    const struct channel_ops *ops, void *ctx);

/* Close now; buffered messages are tried once, then dropped. NULL is fine. */
void channel_close(struct channel *channel);

/*
 * Room for one message of size octets (rounded up to 8; head filled in, the
 * rest NOT zeroed). Returns NULL when the buffer is full or the channel is
 * closed. Valid until channel_commit(), which must follow before anything else
 * is reserved; size may shrink at commit.
 */
void *channel_reserve(struct channel *channel, enum msg_kind kind, size_t size);
void channel_commit(struct channel *channel, size_t size);

/*
 * Copy one message and, with fd >= 0, pass a duplicate of the descriptor (the
 * caller keeps its own). Returns 0, or -1 when there is no room.
 */
int channel_send(struct channel *channel, const void *msg, size_t size, int fd);

/* Write what can be written now. */
void channel_flush(struct channel *channel);

/* Octets waiting to be written. */
size_t channel_pending(const struct channel *channel);

/* In on_closed and later: the other end broke the rules of framing; else it has
 * ended. */
bool channel_misused(const struct channel *channel);

/* Stop and resume reading (back-pressure towards the other end). */
void channel_pause(struct channel *channel, bool paused);

/* A connected pair of descriptors, close-on-exec, with large buffers.
 * 0 or -errno. */
int channel_pair(int fds[2]);
