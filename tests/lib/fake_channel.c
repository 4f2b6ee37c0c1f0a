/* SPDX-License-Identifier: BSD-2-Clause */
/* Channels of a world in memory. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/fake_world.h"

#define LIMIT_MAX ((size_t)4 * CHANNEL_BATCH)

struct channel {
	const struct channel_ops *ops;
	void *ctx;
	int fd;
	size_t limit;
	size_t waiting; /* octets that stand before all others, none of ours */
	size_t len;
	size_t reserved;
	bool open;
	bool stalled;
	bool broken;
	bool want_room;
	_Alignas(8) uint8_t tx[LIMIT_MAX];
};

static struct channel channels[WORLD_CHANNELS];
static unsigned used;

static struct channel *
at(int fd)
{
	unsigned i = (unsigned)fd - WORLD_CHANNEL0;

	world_must(i < used, "a descriptor of a channel");
	return &channels[i % WORLD_CHANNELS];
}

void
world_channels_reset(void)
{
	for (unsigned i = 0; i < used; i++)
		world_must(!channels[i].open, "every channel is closed");
	used = 0;
}

int
world_channel_fd(void)
{
	if (used == WORLD_CHANNELS)
		return -1;
	memset(&channels[used], 0, offsetof(struct channel, tx));
	return WORLD_CHANNEL0 + (int)used++;
}

bool
world_channel_is_open(int fd)
{
	return fd >= 0 && at(fd)->open && !at(fd)->broken;
}

void
world_tell(int fd, void *msg, size_t size, int passed)
{
	struct channel *channel = at(fd);
	size_t rounded = (size + 7) & ~(size_t)7;
	struct msg_head *head = msg;
	struct msg_head *copy;

	if (!world_channel_is_open(fd) || rounded < msg_len_min(head->kind) ||
	    rounded > msg_len_max(head->kind))
		return;
	/* Exactly as long: a read one octet too far is seen. */
	copy = calloc(1, rounded);
	world_must(copy != NULL, "memory");
	memcpy(copy, msg, size);
	copy->len = (uint32_t)rounded;
	copy->zero = 0;
	channel->ops->on_message(channel->ctx, copy, passed);
	free(copy);
	if (channel->open && channel->ops->on_batch != NULL)
		channel->ops->on_batch(channel->ctx);
	world_settle();
}

void
world_channel_end(int fd)
{
	struct channel *channel = at(fd);

	if (!world_channel_is_open(fd))
		return;
	channel->broken = true;
	channel->len = 0;
	channel->ops->on_closed(channel->ctx);
	world_settle();
}

void
world_channel_stall(int fd, size_t waiting)
{
	struct channel *channel = at(fd);

	if (channel->stalled || !channel->open)
		return;
	channel->stalled = true;
	channel->waiting =
	    waiting < channel->limit ? waiting & ~(size_t)7 : channel->limit;
}

void
world_channel_read(int fd)
{
	struct channel *channel = at(fd);

	if (!world_channel_is_open(fd) || !channel->stalled)
		return;
	channel->stalled = false;
	channel->waiting = 0;
	channel_flush(channel);
	if (channel->want_room) {
		channel->want_room = false;
		if (channel->ops->on_room != NULL)
			channel->ops->on_room(channel->ctx);
	}
	world_settle();
}

/* ---- proxy/common/channel.h ---- */

struct channel *
channel_open(struct loop *loop, int fd, size_t limit,
    const struct channel_ops *ops, void *ctx)
{
	struct channel *channel = at(fd);

	(void)loop;
	world_must(limit >= MSG_LEN_MAX && limit <= LIMIT_MAX, "a limit");
	channel->ops = ops;
	channel->ctx = ctx;
	channel->fd = fd;
	channel->limit = limit;
	channel->open = true;
	return channel;
}

void
channel_close(struct channel *channel)
{
	if (channel == NULL)
		return;
	world_must(channel->open, "closed once");
	channel_flush(channel);
	channel->open = false;
}

void
channel_flush(struct channel *channel)
{
	size_t from = 0;

	world_must(channel->open && channel->reserved == 0, "may be flushed");
	if (channel->stalled || channel->broken)
		return;
	while (from < channel->len) {
		struct msg_head *head = (void *)&channel->tx[from];

		from += head->len;
		world_on_message(channel->fd, head);
	}
	world_must(from == channel->len, "whole messages");
	channel->len = 0;
}

size_t
channel_pending(const struct channel *channel)
{
	return channel->waiting + channel->len;
}

void *
channel_reserve(struct channel *channel, enum msg_kind kind, size_t size)
{
	struct msg_head *head = (void *)&channel->tx[channel->len];
	size_t rounded = (size + 7) & ~(size_t)7;

	world_must(channel->open && channel->reserved == 0, "one at a time");
	world_must(rounded >= sizeof(*head) && rounded <= MSG_LEN_MAX, "size");
	if (channel->broken ||
	    channel_pending(channel) + rounded > channel->limit) {
		channel->want_room = true;
		return NULL;
	}
	channel->reserved = rounded;
	/* What is not written shows. */
	memset(head, 0xa5, rounded);
	*head = (struct msg_head){ .len = (uint32_t)rounded,
		.kind = (uint16_t)kind };
	return head;
}

void
channel_commit(struct channel *channel, size_t size)
{
	struct msg_head *head = (void *)&channel->tx[channel->len];
	size_t rounded = (size + 7) & ~(size_t)7;

	world_must(
	    rounded <= channel->reserved && rounded >= msg_len_min(head->kind),
	    "what was reserved");
	memset(&channel->tx[channel->len + size], 0, rounded - size);
	head->len = (uint32_t)rounded;
	channel->len += rounded;
	channel->reserved = 0;
	if (channel_pending(channel) >= CHANNEL_BATCH)
		channel_flush(channel);
}

int
channel_send(struct channel *channel, const void *msg, size_t size, int fd)
{
	const struct msg_head *from = msg;
	struct msg_head *head = channel_reserve(channel, from->kind, size);

	world_must(fd < 0, "a session passes no descriptor");
	if (head == NULL)
		return -1;
	memcpy(head + 1, from + 1, size - sizeof(*head));
	channel_commit(channel, size);
	return 0;
}

bool
channel_misused(const struct channel *channel)
{
	(void)channel;
	return false;
}

void
channel_pause(struct channel *channel, bool paused)
{
	(void)channel;
	(void)paused;
}

int
channel_pair(int fds[2])
{
	fds[0] = fds[1] = -1;
	return -1;
}
