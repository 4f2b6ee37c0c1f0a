/* SPDX-License-Identifier: BSD-2-Clause */
/* Dialling. */
#include "proxy/supervisor/dial.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/endpoint.h"
#include "proxy/supervisor/tcp.h"

struct dial {
	struct watch *watch;
	struct timer *timer; /* the time-out, or 0 for an error at once */
	void (*done)(void *ctx, int fd, int error);
	void *ctx;
	int fd;
	int error; /* what the timer reports */
};

void
dial_free(struct dial *dial)
{
	if (dial == NULL)
		return;
	watch_free(dial->watch);
	timer_free(dial->timer);
	if (dial->fd >= 0)
		(void)close(dial->fd);
	free(dial);
}

/* Everything up to a connection under way: 0 or an errno. */
static int
dial_connect(struct dial *dial, const struct msg_cfg_neighbor *neighbor,
    int (*secure)(void *ctx, int fd))
{
	uint16_t port =
	    neighbor->remote.port == 0 ? BGP_PORT : neighbor->remote.port;
	struct sockaddr_storage to, from;
	socklen_t len = endpoint_sockaddr(&neighbor->remote, port, &to);
	socklen_t from_len = endpoint_sockaddr(&neighbor->local, 0, &from);
	int err;

	dial->fd = tcp_open(&neighbor->remote);
	if (dial->fd < 0)
		return -dial->fd;
	err = tcp_ttl_for(dial->fd, neighbor);
	if (err == 0 && secure != NULL)
		err = secure(dial->ctx, dial->fd);
	if (err < 0)
		return -err;
	if (from_len > 0 &&
	    bind(dial->fd, (const struct sockaddr *)&from, from_len) < 0)
		return errno;
	if (connect(dial->fd, (const struct sockaddr *)&to, len) < 0 &&
	    errno != EINPROGRESS)
		return errno;
	return 0;
}

static void
dial_ready(void *ctx, int events)
{
	struct dial *dial = ctx;
	int error = 0;
	socklen_t len = sizeof(error);
	int fd = dial->fd;

	(void)events;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == 0) {
		watch_free(dial->watch);
		dial->watch = NULL;
		dial->fd = -1;
	} else {
		fd = -1;
	}
	dial->done(dial->ctx, fd, error);
}

static void
dial_expired(void *ctx)
{
	struct dial *dial = ctx;

	dial->done(dial->ctx, -1, dial->error);
}

struct dial *
dial_start(struct loop *loop, const struct msg_cfg_neighbor *neighbor,
    int (*secure)(void *ctx, int fd),
    void (*done)(void *ctx, int fd, int error), void *ctx)
{
	struct dial *dial = calloc(1, sizeof(*dial));

	if (dial == NULL)
		return NULL;
	dial->fd = -1;
	dial->done = done;
	dial->ctx = ctx;
	dial->timer = timer_new(loop, dial_expired, dial);
	if (dial->timer == NULL) {
		dial_free(dial);
		return NULL;
	}
	dial->error = dial_connect(dial, neighbor, secure);
	if (dial->error == 0) {
		dial->watch = watch_new(loop, dial->fd, dial_ready, dial);
		if (dial->watch == NULL)
			dial->error = ENOMEM;
	}
	if (dial->error != 0) {
		timer_start(dial->timer, 0, 0);
		return dial;
	}
	watch_set(dial->watch, WATCH_WRITE);
	dial->error = ETIMEDOUT;
	timer_start(dial->timer, DIAL_TIMEOUT_MS, 0);
	return dial;
}
