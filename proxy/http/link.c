/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections, handed from one thread to another. */
#include "proxy/http/link.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/common/clock.h"

struct spare {
	int fd;
	uint64_t since_ms;
};

struct link {
	pthread_mutex_t lock; /* of what follows */
	struct spare spares[LINK_SPARE_MAX];
	unsigned n;
	bool waits;
	int offered; /* event descriptors */
	int wanted;
};

struct link *
link_new(void)
{
	struct link *link = calloc(1, sizeof(*link));
	int error;

	if (link == NULL)
		return NULL;
	(void)pthread_mutex_init(&link->lock, NULL);
	link->offered = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	link->wanted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (link->offered >= 0 && link->wanted >= 0)
		return link;
	error = errno;
	link_free(link);
	errno = error;
	return NULL;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	for (unsigned i = 0; i < link->n; i++)
		(void)close(link->spares[i].fd);
	if (link->offered >= 0)
		(void)close(link->offered);
	if (link->wanted >= 0)
		(void)close(link->wanted);
	(void)pthread_mutex_destroy(&link->lock);
	free(link);
}

static void
event_raise(int fd)
{
	uint64_t one = 1;

	(void)!write(fd, &one, sizeof(one));
}

static void
event_clear(int fd)
{
	uint64_t count;

	(void)!read(fd, &count, sizeof(count));
}

/* ---- the role's thread ---- */

int
link_wanted_fd(const struct link *link)
{
	return link->wanted;
}

bool
link_waits(struct link *link)
{
	bool waits;

	event_clear(link->wanted);
	(void)pthread_mutex_lock(&link->lock);
	waits = link->waits;
	(void)pthread_mutex_unlock(&link->lock);
	return waits;
}

/* True when there was room for it. */
static bool
spare_add(struct link *link, int fd, bool offered)
{
	bool room;

	(void)pthread_mutex_lock(&link->lock);
	room = link->n < LINK_SPARE_MAX;
	if (room)
		link->spares[link->n++] =
		    (struct spare){ .fd = fd, .since_ms = clock_boot_ms() };
	if (offered)
		link->waits = false;
	(void)pthread_mutex_unlock(&link->lock);
	return room;
}

void
link_offer(struct link *link, int fd)
{
	if (!spare_add(link, fd, true))
		(void)close(fd);
	event_raise(link->offered);
}

/* ---- the thread that asks ---- */

void
link_return(struct link *link, int fd)
{
	if (!spare_add(link, fd, false))
		(void)close(fd);
}

/* The other end is there, and has said nothing that nobody asked for. */
static bool
is_sound(const struct spare *spare)
{
	char octet;

	return clock_boot_ms() - spare->since_ms < LINK_KEEP_MS &&
	       recv(spare->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

/* The newest that is sound, or -1, and then one is waited for. */
static int
spare_take(struct link *link)
{
	int fd = -1;

	(void)pthread_mutex_lock(&link->lock);
	while (fd < 0 && link->n > 0) {
		const struct spare *spare = &link->spares[--link->n];

		if (is_sound(spare))
			fd = spare->fd;
		else
			(void)close(spare->fd);
	}
	link->waits = fd < 0;
	(void)pthread_mutex_unlock(&link->lock);
	return fd;
}

int
link_take(struct link *link, int stop_fd, uint64_t until_ms)
{
	struct pollfd fds[2] = { { .fd = link->offered, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN } };
	int fd = spare_take(link);

	while (fd < 0) {
		uint64_t now_ms = clock_boot_ms();

		event_raise(link->wanted);
		if (now_ms >= until_ms)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)(until_ms - now_ms)) < 0 &&
		    errno != EINTR)
			return -errno;
		if (fds[1].revents != 0)
			return -ECANCELED;
		event_clear(link->offered);
		fd = spare_take(link);
	}
	return fd;
}
