/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection with bounded buffers both ways. */
#include "proxy/control/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/control/request.h"

#define OUT_FIRST 65536u /* the output buffer's first size */

static const char too_slow[] =
    "{\"end\":{\"exit\":1,\"text\":\"the answer was cut off: it was not read "
    "fast enough\"}}\n";
static const char too_long[] =
    "{\"end\":{\"exit\":2,\"text\":\"the request is too long\"}}\n";

struct client {
	struct loop *loop;
	struct watch *watch;
	struct timer *again; /* looks at what is in the buffer already */
	const struct client_ops *ops;
	void *ctx;
	int fd;
	char in[REQUEST_LINE_MAX + 1];
	size_t in_len;
	char *out;
	size_t out_max;
	size_t out_size;
	size_t out_start;
	size_t out_end;
	uint64_t since_ms; /* idle, or without progress in writing */
	bool answering;    /* a line was handed over */
	bool eof;          /* no further lines will come */
	bool finishing;    /* closes when all is written */
	bool cut;          /* too slow: nothing more is taken */
	bool ended;        /* on_closed was called */
};

static void client_event(void *ctx, int events);
static void client_again(void *ctx);

struct client *
client_open(struct loop *loop, int fd, size_t out_max,
    const struct client_ops *ops, void *ctx)
{
	struct client *client = malloc(sizeof(*client));

	if (client == NULL) {
		(void)close(fd);
		return NULL;
	}
	/* All but the input buffer. */
	memset(client, 0, offsetof(struct client, in));
	memset(&client->in_len, 0,
	    sizeof(*client) - offsetof(struct client, in_len));
	client->loop = loop;
	client->fd = fd;
	client->ops = ops;
	client->ctx = ctx;
	client->out_max = out_max < CLIENT_OUT_MAX ? out_max : CLIENT_OUT_MAX;
	client->since_ms = loop_now_ms(loop);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	client->watch = watch_new(loop, fd, client_event, client);
	client->again = timer_new(loop, client_again, client);
	if (client->watch == NULL || client->again == NULL) {
		client_close(client);
		return NULL;
	}
	watch_set(client->watch, WATCH_READ);
	return client;
}

void
client_close(struct client *client)
{
	if (client == NULL)
		return;
	watch_free(client->watch);
	timer_free(client->again);
	(void)close(client->fd);
	free(client->out);
	free(client);
}

size_t
client_pending(const struct client *client)
{
	return client->out_end - client->out_start;
}

/* What to wait for. Input is read only as long as there is room for it. */
static void
client_watch(struct client *client)
{
	int events = 0;

	if (client->ended) {
		watch_set(client->watch, 0);
		return;
	}
	if (!client->eof && !client->finishing &&
	    client->in_len < sizeof(client->in))
		events |= WATCH_READ;
	if (client_pending(client) > 0)
		events |= WATCH_WRITE;
	watch_set(client->watch, events);
}

/* The last callback but the owner's client_close(). */
static void
client_end(struct client *client)
{
	if (client->ended)
		return;
	client->ended = true;
	client_watch(client);
	timer_stop(client->again);
	client->ops->on_closed(client->ctx);
}

/* ---- lines out ---- */

/* Room for len octets at out_end. */
static bool
out_room(struct client *client, size_t len)
{
	size_t size = client->out_size == 0 ? OUT_FIRST : client->out_size;
	size_t pending = client_pending(client);
	char *out;

	if (client->out_size - client->out_end >= len)
		return true;
	/* Moved only when at least as much has been written as is moved. */
	if (client->out_start >= pending && client->out_size - pending >= len) {
		memmove(client->out, &client->out[client->out_start], pending);
		client->out_start = 0;
		client->out_end = pending;
		return true;
	}
	while (size - client->out_end < len)
		size *= 2;
	out = realloc(client->out, size);
	if (out == NULL)
		return false;
	client->out = out;
	client->out_size = size;
	return true;
}

static int
out_add(struct client *client, const char *text, size_t len, bool newline)
{
	if (!out_room(client, len + 1))
		return -1;
	if (client_pending(client) == 0)
		client->since_ms = loop_now_ms(client->loop);
	memcpy(&client->out[client->out_end], text, len);
	client->out_end += len;
	if (newline)
		client->out[client->out_end++] = '\n';
	return 0;
}

int
client_write(struct client *client, const char *line, size_t len)
{
	if (client->ended || client->cut)
		return -1;
	if (client_pending(client) + len + 1 <= client->out_max &&
	    out_add(client, line, len, true) == 0) {
		if (client_pending(client) == len + 1)
			client_watch(client);
		return 0;
	}
	client->cut = true;
	(void)out_add(client, too_slow, sizeof(too_slow) - 1, false);
	client->finishing = true;
	client_watch(client);
	return -1;
}

/* The buffer is empty. */
static void
out_empty(struct client *client)
{
	client->out_start = client->out_end = 0;
	if (client->out_size > OUT_FIRST) {
		free(client->out);
		client->out = NULL;
		client->out_size = 0;
	}
}

void
client_flush(struct client *client)
{
	while (!client->ended && client_pending(client) > 0) {
		ssize_t n = send(client->fd, &client->out[client->out_start],
		    client_pending(client), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break;
		if (n < 0) {
			client_end(client);
			return;
		}
		client->out_start += (size_t)n;
		client->since_ms = loop_now_ms(client->loop);
	}
	if (client->ended)
		return;
	if (client_pending(client) > 0) {
		client_watch(client);
		return;
	}
	out_empty(client);
	client_watch(client);
	if (client->finishing)
		client_end(client);
}

void
client_finish(struct client *client)
{
	client->finishing = true;
	client_watch(client);
	timer_start(client->again, 0, 0);
}

/* ---- lines in ---- */

/* Hand over the first line that is there, if the owner wants one. */
static void
client_next(struct client *client)
{
	const char *newline = NULL;
	size_t len;

	if (client->answering || client->finishing || client->ended)
		return;
	if (client->in_len > 0)
		newline = memchr(client->in, '\n', client->in_len);
	if (newline == NULL && client->in_len == sizeof(client->in)) {
		(void)out_add(client, too_long, sizeof(too_long) - 1, false);
		client_finish(client);
		return;
	}
	if (newline == NULL) {
		if (client->eof)
			client_finish(client);
		return;
	}
	len = (size_t)(newline - client->in);
	client->answering = true;
	client->ops->on_line(client->ctx, client->in, len);
	client->in_len -= len + 1;
	memmove(client->in, &client->in[len + 1], client->in_len);
	client_watch(client);
}

void
client_ready(struct client *client)
{
	client->answering = false;
	client->since_ms = loop_now_ms(client->loop);
	timer_start(client->again, 0, 0);
}

static void
client_again(void *ctx)
{
	struct client *client = ctx;

	if (client->finishing)
		client_flush(client);
	if (!client->ended && client->finishing && client_pending(client) == 0)
		client_end(client);
	else
		client_next(client);
}

static void
client_read(struct client *client)
{
	ssize_t n = recv(client->fd, &client->in[client->in_len],
	    sizeof(client->in) - client->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		client_end(client);
		return;
	}
	if (n == 0)
		client->eof = true;
	client->in_len += (size_t)n;
	client_watch(client);
	client_next(client);
}

static void
client_event(void *ctx, int events)
{
	struct client *client = ctx;

	if ((events & WATCH_WRITE) != 0)
		client_flush(client);
	/* Above, the owner may at most have been told that this has ended. */
	if ((events & WATCH_READ) != 0 && !client->ended && !client->eof &&
	    client->in_len < sizeof(client->in))
		client_read(client);
}

void
client_tick(struct client *client)
{
	uint64_t idle_ms = loop_now_ms(client->loop) - client->since_ms;

	if (client->ended)
		return;
	if (client_pending(client) > 0 ? idle_ms >= CLIENT_STUCK_MS
	    : client->answering        ? false
				       : idle_ms >= CLIENT_IDLE_MS)
		client_end(client);
}
