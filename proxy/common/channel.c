/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Channels over a stream socket pair.
 *
 * A frame with a descriptor is written by a sendmsg(2) of its own and says so
 * by a bit in its head (FRAME_FD), which no receiver of messages ever sees.
 * recvmsg(2) returns the descriptors of at most one such write, in order, so
 * a short queue matches them to their frames.
 *
 * The write buffer has twice the limit of room: what is pending is moved to
 * its front, once, only after at least as much has been written.
 */
#include "proxy/common/channel.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/role.h"

#define FRAME_FD    1u /* in msg_head.zero, on the wire only */
#define RX_SIZE     (65536u + MSG_LEN_MAX)
#define RX_FDS      4  /* received, their frames not yet complete */
#define TX_FDS      64 /* waiting to be written */
#define CONTROL_FDS 8  /* taken from one recvmsg; the kernel closes more */

/* A descriptor to pass with the frame that begins at octet at of all that
 * was ever written. */
struct tx_fd {
	uint64_t at;
	int fd;
};

struct channel {
	struct loop *loop;
	struct watch *watch;
	struct timer *resume; /* delivers what a pause left in rx */
	const struct channel_ops *ops;
	void *ctx;
	int fd;

	uint8_t *tx;
	size_t tx_limit;
	size_t tx_start; /* first octet not written */
	size_t tx_end;
	uint64_t tx_written;
	size_t reserved; /* octets at tx_end, 0: none */
	struct tx_fd tx_fds[TX_FDS];
	unsigned n_tx_fds;

	uint8_t *rx;
	size_t rx_len;
	int rx_fds[RX_FDS];
	unsigned n_rx_fds;
	bool paused;
	bool resuming;  /* what a pause left in rx comes before a read */
	bool blocked;   /* the kernel's buffer is full */
	bool want_room; /* a reservation failed */
	bool broken;    /* nothing can be written any more */
	bool ended;     /* on_closed has been called */
	bool misused;   /* for the other end broke the rules */
	bool busy;      /* inside a callback of ours */
	bool closed;    /* by the owner, while busy */
};

/* ---- descriptors ---- */

static void
fds_close(struct channel *channel)
{
	for (unsigned i = 0; i < channel->n_tx_fds; i++)
		(void)close(channel->tx_fds[i].fd);
	for (unsigned i = 0; i < channel->n_rx_fds; i++) {
		if (channel->rx_fds[i] >= 0)
			(void)close(channel->rx_fds[i]);
	}
	channel->n_tx_fds = 0;
	channel->n_rx_fds = 0;
}

/* The oldest received descriptor, now the caller's; -1 when there is none. */
static int
rx_fd_take(struct channel *channel)
{
	int fd;

	if (channel->n_rx_fds == 0)
		return -1;
	fd = channel->rx_fds[0];
	memmove(&channel->rx_fds[0], &channel->rx_fds[1],
	    --channel->n_rx_fds * sizeof(channel->rx_fds[0]));
	return fd;
}

/* Queue what came with one read: one descriptor or none is what a channel
 * sends. Returns 0, -1 when the other end does not keep to that. */
static int
rx_fds_add(struct channel *channel, struct msghdr *msg)
{
	int fds[CONTROL_FDS];
	size_t n = 0;
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

	if (cmsg != NULL && cmsg->cmsg_level == SOL_SOCKET &&
	    cmsg->cmsg_type == SCM_RIGHTS && cmsg->cmsg_len > CMSG_LEN(0)) {
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(fds[0]);
		n = n < CONTROL_FDS ? n : CONTROL_FDS;
		memcpy(fds, CMSG_DATA(cmsg), n * sizeof(fds[0]));
	}
	/* No room in our table of descriptors: its frame comes without it. */
	if (n == 0 && (msg->msg_flags & MSG_CTRUNC) != 0) {
		fds[0] = -1;
		n = 1;
	}
	if (n == 0)
		return 0;
	if (n == 1 && channel->n_rx_fds < RX_FDS) {
		channel->rx_fds[channel->n_rx_fds++] = fds[0];
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
	return -1;
}

/* ---- life ---- */

static void
channel_free(struct channel *channel)
{
	watch_free(channel->watch);
	timer_free(channel->resume);
	fds_close(channel);
	if (channel->fd >= 0)
		(void)close(channel->fd);
	free(channel->tx);
	free(channel->rx);
	free(channel);
}

static void channel_ready(void *ctx, int events);
static void channel_resume(void *ctx);
static void channel_watch(struct channel *channel);

struct channel *
channel_open(struct loop *loop, int fd, size_t limit,
    const struct channel_ops *ops, void *ctx)
{
	struct channel *channel = calloc(1, sizeof(*channel));

	assert(limit >= MSG_LEN_MAX);
	if (channel == NULL) {
		(void)close(fd);
		return NULL;
	}
	channel->loop = loop;
	channel->ops = ops;
	channel->ctx = ctx;
	channel->fd = fd;
	channel->tx_limit = limit & ~(size_t)7;
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	channel->tx = malloc(2 * channel->tx_limit);
	channel->rx = malloc(RX_SIZE);
	channel->resume = timer_new(loop, channel_resume, channel);
	channel->watch = watch_new(loop, fd, channel_ready, channel);
	if (channel->tx == NULL || channel->rx == NULL ||
	    channel->resume == NULL || channel->watch == NULL) {
		channel_free(channel);
		return NULL;
	}
	channel_watch(channel);
	return channel;
}

void
channel_close(struct channel *channel)
{
	if (channel == NULL || channel->closed)
		return;
	channel->blocked = false;
	channel_flush(channel);
	if (channel->busy)
		channel->closed = true;
	else
		channel_free(channel);
}

/* After a callback, before which busy was set: the owner may have closed the
 * channel in it. Returns false when the channel is no more. */
static bool
leave(struct channel *channel)
{
	channel->busy = false;
	if (!channel->closed)
		return true;
	channel_free(channel);
	return false;
}

/* The channel has ended, through the other end's doing. Called while busy. */
static void
channel_end(struct channel *channel, bool misused)
{
	channel->misused = misused;
	channel->broken = true;
	channel->ended = true;
	channel->tx_start = channel->tx_end = 0;
	channel->rx_len = 0;
	fds_close(channel);
	watch_set(channel->watch, 0);
	timer_stop(channel->resume);
	if (!channel->closed)
		channel->ops->on_closed(channel->ctx);
}

static void
channel_watch(struct channel *channel)
{
	int events = 0;

	if (!channel->ended && !channel->paused && !channel->resuming)
		events |= WATCH_READ;
	if (!channel->broken && (channel->blocked || channel->want_room))
		events |= WATCH_WRITE;
	watch_set(channel->watch, events);
}

/* ---- writing ---- */

/* Octets to write at once, and with which descriptor (-1: none): up to the
 * next frame that has one, or that frame alone. */
static size_t
tx_span(const struct channel *channel, int *fd)
{
	size_t pending = channel->tx_end - channel->tx_start;
	const struct msg_head *head =
	    (const void *)&channel->tx[channel->tx_start];
	uint64_t ahead;

	*fd = -1;
	if (channel->n_tx_fds == 0)
		return pending;
	ahead = channel->tx_fds[0].at - channel->tx_written;
	if (ahead > 0)
		return (size_t)ahead;
	*fd = channel->tx_fds[0].fd;
	return head->len;
}

/* The descriptor of the first pending frame has gone. */
static void
tx_fd_gone(struct channel *channel)
{
	(void)close(channel->tx_fds[0].fd);
	channel->n_tx_fds--;
	memmove(&channel->tx_fds[0], &channel->tx_fds[1],
	    channel->n_tx_fds * sizeof(channel->tx_fds[0]));
}

static ssize_t
tx_write(struct channel *channel, size_t len, int fd)
{
	union {
		char octets[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec iov = { &channel->tx[channel->tx_start], len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;

	if (fd >= 0) {
		msg.msg_control = control.octets;
		msg.msg_controllen = sizeof(control.octets);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	return sendmsg(channel->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* One write failed. Not an end yet: what the other end wrote before it went
 * is still to be read, and then the end of file shows. */
static void
tx_failed(struct channel *channel, int error)
{
	if (error == EINTR)
		return;
	if (error == EAGAIN || error == ENOBUFS || error == ENOMEM ||
	    error == ETOOMANYREFS) {
		channel->blocked = true;
		return;
	}
	channel->broken = true;
	channel->tx_start = channel->tx_end = 0;
}

void
channel_flush(struct channel *channel)
{
	while (!channel->blocked && !channel->broken &&
	       channel->tx_start < channel->tx_end) {
		int fd;
		size_t len = tx_span(channel, &fd);
		ssize_t n = tx_write(channel, len, fd);

		if (n < 0) {
			tx_failed(channel, errno);
			continue;
		}
		if (fd >= 0 && n > 0)
			tx_fd_gone(channel);
		channel->tx_start += (size_t)n;
		channel->tx_written += (size_t)n;
	}
	if (channel->tx_start == channel->tx_end && channel->reserved == 0)
		channel->tx_start = channel->tx_end = 0;
	channel_watch(channel);
}

size_t
channel_pending(const struct channel *channel)
{
	return channel->tx_end - channel->tx_start;
}

/* Room for size octets at tx_end. */
static bool
tx_room(struct channel *channel, size_t size)
{
	size_t pending = channel_pending(channel);

	if (channel->broken || channel->closed ||
	    pending + size > channel->tx_limit)
		return false;
	if (channel->tx_end + size > 2 * channel->tx_limit) {
		memmove(channel->tx, &channel->tx[channel->tx_start], pending);
		channel->tx_start = 0;
		channel->tx_end = pending;
	}
	return true;
}

void *
channel_reserve(struct channel *channel, enum msg_kind kind, size_t size)
{
	struct msg_head *head;
	size_t rounded = (size + 7) & ~(size_t)7;

	assert(channel->reserved == 0);
	assert(rounded >= sizeof(*head) && rounded <= MSG_LEN_MAX);
	if (!tx_room(channel, rounded)) {
		channel->want_room = true;
		channel_watch(channel);
		return NULL;
	}
	channel->reserved = rounded;
	head = (void *)&channel->tx[channel->tx_end];
	*head = (struct msg_head){ .len = (uint32_t)rounded,
		.kind = (uint16_t)kind };
	return head;
}

void
channel_commit(struct channel *channel, size_t size)
{
	struct msg_head *head = (void *)&channel->tx[channel->tx_end];
	size_t rounded = (size + 7) & ~(size_t)7;

	assert(rounded <= channel->reserved && channel->reserved > 0);
	assert(rounded >= msg_len_min(head->kind) &&
	       rounded <= msg_len_max(head->kind));
	memset(&channel->tx[channel->tx_end + size], 0, rounded - size);
	head->len = (uint32_t)rounded;
	channel->tx_end += rounded;
	channel->reserved = 0;
	if (channel_pending(channel) >= CHANNEL_BATCH && !channel->blocked)
		channel_flush(channel);
}

int
channel_send(struct channel *channel, const void *msg, size_t size, int fd)
{
	const struct msg_head *from = msg;
	struct msg_head *head;
	int copy = -1;

	if (fd >= 0) {
		if (channel->n_tx_fds < TX_FDS)
			copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (copy < 0) {
			channel->want_room = true;
			channel_watch(channel);
			return -1;
		}
	}
	head = channel_reserve(channel, from->kind, size);
	if (head == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return -1;
	}
	memcpy(head + 1, from + 1, size - sizeof(*head));
	if (copy >= 0) {
		head->zero = FRAME_FD;
		channel->tx_fds[channel->n_tx_fds].fd = copy;
		channel->tx_fds[channel->n_tx_fds++].at =
		    channel->tx_written + channel_pending(channel);
	}
	channel_commit(channel, size);
	return 0;
}

/* ---- reading ---- */

/* Only these carry a descriptor, and always do. */
static bool
kind_has_fd(unsigned kind)
{
	return kind == MSG_CHANNEL || kind == MSG_SOCKET ||
	       kind == MSG_GUARD_PAST;
}

/* Frame head of a message such as a role may send. */
static bool
frame_valid(const struct msg_head *head)
{
	uint32_t max = msg_len_max(head->kind);

	return max != 0 && head->len <= max &&
	       head->len >= msg_len_min(head->kind) && head->len % 8 == 0 &&
	       head->zero == (kind_has_fd(head->kind) ? FRAME_FD : 0);
}

/* Hand over the frame. Returns false when it may not be. */
static bool
frame_deliver(struct channel *channel, struct msg_head *head)
{
	int fd = -1;

	if (head->zero != 0) {
		if (channel->n_rx_fds == 0)
			return false;
		fd = rx_fd_take(channel);
		head->zero = 0;
	}
	/* For every role alike; on any other channel it is out of turn. */
	if (head->kind == MSG_LOG_LEVEL && channel->fd == ROLE_FD)
		role_log_level((const void *)head);
	else
		channel->ops->on_message(channel->ctx, head, fd);
	return true;
}

/*
 * Deliver the whole frames in rx, as long as the owner wants them. Returns
 * false when the other end broke the rules. Called while busy.
 */
static bool
frames_deliver(struct channel *channel)
{
	size_t at = 0;
	bool good = true;

	while (!channel->closed && !channel->paused &&
	       channel->rx_len - at >= sizeof(struct msg_head)) {
		struct msg_head *head = (void *)&channel->rx[at];

		good = frame_valid(head);
		if (!good || head->len > channel->rx_len - at)
			break;
		at += head->len;
		good = frame_deliver(channel, head);
		if (!good)
			break;
	}
	/* A descriptor without a frame: nothing is left that could claim it. */
	if (at == channel->rx_len && channel->n_rx_fds > 0)
		good = false;
	memmove(channel->rx, &channel->rx[at], channel->rx_len - at);
	channel->rx_len -= at;
	return good;
}

/* Deliver and end the batch. Returns false when the channel is no more. */
static bool
channel_deliver(struct channel *channel)
{
	channel->busy = true;
	if (!frames_deliver(channel))
		channel_end(channel, true);
	else if (!channel->closed && channel->ops->on_batch != NULL)
		channel->ops->on_batch(channel->ctx);
	return leave(channel);
}

static void
channel_resume(void *ctx)
{
	struct channel *channel = ctx;

	channel->resuming = false;
	if (channel->paused || channel->ended)
		return;
	if (channel_deliver(channel))
		channel_watch(channel);
}

/* One read. Returns false when the channel is no more. */
static bool
channel_read(struct channel *channel)
{
	union {
		char octets[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { &channel->rx[channel->rx_len],
		RX_SIZE - channel->rx_len };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.octets,
		.msg_controllen = sizeof(control.octets) };
	ssize_t n = recvmsg(channel->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
		return true;
	if (n > 0 && rx_fds_add(channel, &msg) == 0) {
		channel->rx_len += (size_t)n;
		return channel_deliver(channel);
	}
	channel->busy = true;
	channel_end(channel, n > 0);
	return leave(channel);
}

static void
channel_ready(void *ctx, int events)
{
	struct channel *channel = ctx;

	if ((events & WATCH_WRITE) != 0) {
		channel->blocked = false;
		channel_flush(channel);
		if (channel->want_room && !channel->broken &&
		    channel_pending(channel) <= channel->tx_limit / 2) {
			channel->want_room = false;
			channel->busy = true;
			if (channel->ops->on_room != NULL)
				channel->ops->on_room(channel->ctx);
			if (!leave(channel))
				return;
			channel_watch(channel);
		}
	}
	/* rx holds less than a frame then, so there is room to read into. */
	if ((events & WATCH_READ) != 0 && !channel->paused &&
	    !channel->resuming && !channel->ended)
		(void)channel_read(channel);
}

bool
channel_misused(const struct channel *channel)
{
	return channel->misused;
}

void
channel_pause(struct channel *channel, bool paused)
{
	if (channel->paused == paused)
		return;
	channel->paused = paused;
	if (channel->ended || channel->closed)
		return;
	if (!paused && channel->rx_len > 0) {
		channel->resuming = true;
		timer_start(channel->resume, 0, 0);
	}
	channel_watch(channel);
}
