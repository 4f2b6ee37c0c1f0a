/* SPDX-License-Identifier: BSD-2-Clause */
/* Telling the service manager. */
#include "proxy/supervisor/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/common/log.h"

struct notify {
	struct timer *watchdog;
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t to_len;
};

static void
watchdog_feed(void *ctx)
{
	notify_send(ctx, "WATCHDOG=1");
}

/* The socket's address: a path, or "@name" for an abstract one. */
static bool
address_from(struct notify *notify, const char *text)
{
	size_t len = strlen(text);

	if (len < 2 || len >= sizeof(notify->to.sun_path) ||
	    (text[0] != '/' && text[0] != '@'))
		return false;
	notify->to.sun_family = AF_UNIX;
	memcpy(notify->to.sun_path, text, len);
	if (text[0] == '@')
		notify->to.sun_path[0] = 0;
	notify->to_len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

/* Feed the watchdog twice per period, if one is set. */
static void
watchdog_start(struct notify *notify, const char *text)
{
	char *end = NULL;
	unsigned long long period_us;

	if (text == NULL)
		return;
	errno = 0;
	period_us = strtoull(text, &end, 10);
	if (errno != 0 || *end != 0 || period_us < 2000) {
		log_line(LOG_WARN, "notify: WATCHDOG_USEC is no number");
		return;
	}
	timer_start(notify->watchdog, 0, period_us / 2000);
}

struct notify *
notify_new(struct loop *loop)
{
	struct notify *notify = calloc(1, sizeof(*notify));
	const char *path = getenv("NOTIFY_SOCKET");

	if (notify == NULL)
		return NULL;
	notify->fd = -1;
	notify->watchdog = timer_new(loop, watchdog_feed, notify);
	if (notify->watchdog == NULL) {
		free(notify);
		return NULL;
	}
	if (path != NULL && address_from(notify, path)) {
		notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		watchdog_start(notify, getenv("WATCHDOG_USEC"));
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	return notify;
}

void
notify_free(struct notify *notify)
{
	if (notify == NULL)
		return;
	timer_free(notify->watchdog);
	if (notify->fd >= 0)
		(void)close(notify->fd);
	free(notify);
}

void
notify_send(const struct notify *notify, const char *state)
{
	if (notify->fd < 0)
		return;
	if (sendto(notify->fd, state, strlen(state),
		MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&notify->to, notify->to_len) < 0)
		log_line(LOG_WARN, "notify: %s", strerror(errno));
}
