/* SPDX-License-Identifier: BSD-2-Clause */
/* One TCP connection to a peer. */
#include "proxy/session/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/tcp_ao_abi.h"
#include "proxy/wire/message.h"

struct conn {
	struct loop *loop;
	const struct conn_ops *ops;
	void *ctx;
	struct watch *watch;
	struct timer *linger;
	int fd;
	uint32_t id;
	bool finishing;
	bool busy;    /* handing out: the end waits for the end of that */
	bool freed;   /* by the owner, while busy */
	bool blocked; /* the socket took less than all */
	bool failed;  /* .. for good: that shows when it is read */
	bool shut;    /* our direction is closed */
	bool paused;  /* nothing is read or handed out */
	uint64_t progress_ms;
	size_t rx_len;
	size_t tx_at; /* first octet not written yet */
	size_t tx_len;
	uint8_t rx[CONN_RX_SIZE];
	uint8_t tx[CONN_TX_SIZE];
};

static void on_ready(void *ctx, int events);
static void on_linger(void *ctx);

/* A peer may negotiate the hold timer away (RFC 4271 4.2). One that dies
 * without a word is then missed by TCP: after KEEP_IDLE_S, KEEP_TRIES more
 * tries, KEEP_EVERY_S apart. */
#define KEEP_IDLE_S  60
#define KEEP_EVERY_S 20
#define KEEP_TRIES   6

static void
keep_alive(int fd)
{
	const int on = 1, idle = KEEP_IDLE_S, every = KEEP_EVERY_S;
	const int tries = KEEP_TRIES;

	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
}

struct conn *
conn_new(struct loop *loop, int fd, uint32_t id, const struct conn_ops *ops,
    void *ctx)
{
	const int on = 1;
	struct conn *conn = malloc(sizeof(*conn));

	if (conn == NULL) {
		close(fd);
		return NULL;
	}
	/* Not the buffers: their pages are touched when they are used. */
	memset(conn, 0, offsetof(struct conn, rx));
	conn->loop = loop;
	conn->ops = ops;
	conn->ctx = ctx;
	conn->fd = fd;
	conn->id = id;
	conn->progress_ms = loop_now_ms(loop);
	conn->watch = watch_new(loop, fd, on_ready, conn);
	conn->linger = timer_new(loop, on_linger, conn);
	if (conn->watch == NULL || conn->linger == NULL) {
		conn_free(conn);
		return NULL;
	}
	/* A rule must not wait for the peer's delayed acknowledgement. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	keep_alive(fd);
	return conn;
}

static void
close_fd(struct conn *conn)
{
	watch_free(conn->watch);
	conn->watch = NULL;
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
}

void
conn_free(struct conn *conn)
{
	if (conn == NULL)
		return;
	conn->finishing = true;
	conn->freed = true;
	if (conn->busy)
		return;
	close_fd(conn);
	timer_free(conn->linger);
	free(conn);
}

static void
watch_again(struct conn *conn)
{
	int events = 0;

	if (conn->watch == NULL)
		return;
	if (!conn->paused || conn->finishing)
		events |= WATCH_READ;
	/* One that failed is ready for ever: while paused, that would spin. */
	if (conn->tx_len > conn->tx_at && !conn->failed)
		events |= WATCH_WRITE;
	watch_set(conn->watch, events);
}

void
conn_start(struct conn *conn)
{
	watch_again(conn);
}

uint32_t
conn_id(const struct conn *conn)
{
	return conn->id;
}

/* The keys themselves are not read here. */
bool
conn_auth(const struct conn *conn, struct auth_state *out)
{
	struct ao_info info = { 0 };
	socklen_t len = sizeof(info);

	if (conn->fd < 0 ||
	    getsockopt(conn->fd, IPPROTO_TCP, AO_INFO, &info, &len) < 0)
		return false;
	out->current = info.current;
	out->next = info.rnext;
	out->good = info.good;
	out->bad = info.bad;
	out->unknown = info.key_not_found;
	out->unsigned_in = info.ao_required;
	return true;
}

/* Write what the socket takes. False when it failed. */
static bool
flush(struct conn *conn)
{
	while (conn->tx_at < conn->tx_len) {
		ssize_t n = send(conn->fd, &conn->tx[conn->tx_at],
		    conn->tx_len - conn->tx_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		conn->failed = n < 0 && errno != EAGAIN;
		if (n < 0)
			return !conn->failed;
		conn->tx_at += (size_t)n;
		conn->progress_ms = loop_now_ms(conn->loop);
	}
	conn->tx_at = 0;
	conn->tx_len = 0;
	return true;
}

void
conn_write_begin(struct conn *conn, struct writer *writer)
{
	if (conn->tx_at > 0) {
		memmove(conn->tx, &conn->tx[conn->tx_at],
		    conn->tx_len - conn->tx_at);
		conn->tx_len -= conn->tx_at;
		conn->tx_at = 0;
	}
	writer_init(writer, &conn->tx[conn->tx_len],
	    conn->finishing ? 0 : CONN_TX_SIZE - conn->tx_len);
}

bool
conn_update_begin(struct conn *conn, struct writer *writer)
{
	if (conn->finishing || conn->fd < 0 || conn->tx_len > conn->tx_at)
		return false;
	conn_write_begin(conn, writer);
	writer->size -= MESSAGE_MAX;
	return true;
}

void
conn_write_end(struct conn *conn, struct writer *writer)
{
	if (writer->failed || writer->len == 0 || conn->fd < 0)
		return;
	if (conn->tx_len == 0)
		conn->progress_ms = loop_now_ms(conn->loop);
	conn->tx_len += writer->len;
	/* A failing socket shows when it is read. */
	(void)flush(conn);
	conn->blocked = conn->tx_len > 0;
	watch_again(conn);
}

size_t
conn_pending(const struct conn *conn)
{
	return conn->tx_len - conn->tx_at;
}

uint64_t
conn_progress_ms(const struct conn *conn)
{
	if (conn->tx_len == conn->tx_at)
		return loop_now_ms(conn->loop);
	return conn->progress_ms;
}

bool
conn_unread(const struct conn *conn)
{
	int n = 0;

	if (conn->paused && conn->rx_len > 0)
		return true;
	return conn->fd >= 0 && ioctl(conn->fd, FIONREAD, &n) == 0 && n > 0;
}

/* Hand out the whole messages of the buffer; false when the owner ended the
 * connection or the stream is broken. */
static bool
deliver(struct conn *conn)
{
	size_t at = 0;

	while (!conn->finishing && !conn->paused) {
		size_t total = 0;
		uint8_t type = 0;
		uint8_t data[2];
		enum wire_fault fault = message_peek(&conn->rx[at],
		    conn->rx_len - at, MESSAGE_MAX, &type, &total);

		if (fault != WIRE_OK) {
			size_t len =
			    message_fault_data(&conn->rx[at], fault, data);

			conn->ops->on_fault(conn->ctx, conn, fault, data, len);
			return false;
		}
		if (total == 0)
			break;
		conn->ops->on_message(conn->ctx, conn, type,
		    &conn->rx[at + MESSAGE_HEADER_LEN],
		    total - MESSAGE_HEADER_LEN);
		at += total;
	}
	if (conn->finishing)
		return false;
	if (at > 0)
		memmove(conn->rx, &conn->rx[at], conn->rx_len - at);
	conn->rx_len -= at;
	return true;
}

/* One read a turn, so that a flood does not starve the timers. */
static void
read_some(struct conn *conn)
{
	ssize_t n = recv(conn->fd, &conn->rx[conn->rx_len],
	    CONN_RX_SIZE - conn->rx_len, MSG_DONTWAIT);
	int error = n < 0 ? errno : 0;

	if (error == EINTR || error == EAGAIN)
		return;
	if (n <= 0) {
		watch_set(conn->watch, 0);
		conn->ops->on_lost(conn->ctx, conn, error);
		return;
	}
	conn->rx_len += (size_t)n;
	if (!deliver(conn) && !conn->finishing)
		watch_set(conn->watch, 0);
}

static void
finished(struct conn *conn)
{
	timer_stop(conn->linger);
	close_fd(conn);
	conn->ops->on_finished(conn->ctx, conn);
}

static void
on_linger(void *ctx)
{
	finished(ctx);
}

/* Throw away what still comes; true when nothing more will. */
static bool
drain(struct conn *conn)
{
	for (unsigned i = 0; i < 64; i++) {
		ssize_t n =
		    recv(conn->fd, conn->rx, CONN_RX_SIZE, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0)
			return true;
	}
	return false;
}

static void
finish_step(struct conn *conn)
{
	if (!flush(conn)) {
		finished(conn);
		return;
	}
	if (conn->tx_len == 0 && !conn->shut) {
		(void)shutdown(conn->fd, SHUT_WR);
		conn->shut = true;
	}
	if (drain(conn)) {
		finished(conn);
		return;
	}
	watch_again(conn);
}

void
conn_finish(struct conn *conn)
{
	bool first = !conn->finishing;

	conn->finishing = true;
	if (first)
		timer_start(conn->linger, CONN_LINGER_MS, 0);
	/* While messages are handed out the buffer is in use. */
	if (!conn->busy)
		finish_step(conn);
}

static void
write_more(struct conn *conn)
{
	bool was_blocked = conn->blocked;

	(void)flush(conn);
	conn->blocked = conn->tx_len > 0;
	watch_again(conn);
	if (was_blocked && !conn->blocked)
		conn->ops->on_room(conn->ctx, conn);
}

/* After busy: what had to wait for its end. */
static void
leave(struct conn *conn)
{
	conn->busy = false;
	if (conn->freed)
		conn_free(conn);
	else if (conn->finishing)
		finish_step(conn);
}

static void
on_ready(void *ctx, int events)
{
	struct conn *conn = ctx;

	conn->busy = true;
	if (!conn->finishing && (events & WATCH_WRITE) != 0)
		write_more(conn);
	if (!conn->finishing && !conn->paused && (events & WATCH_READ) != 0)
		read_some(conn);
	leave(conn);
}

void
conn_pause(struct conn *conn)
{
	conn->paused = true;
	watch_again(conn);
}

void
conn_resume(struct conn *conn)
{
	if (!conn->paused || conn->finishing || conn->busy)
		return;
	conn->paused = false;
	conn->busy = true;
	if (deliver(conn))
		watch_again(conn);
	leave(conn);
}
