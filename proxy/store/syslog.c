/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams to a Unix socket. */
#include "proxy/store/syslog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/log.h"

#define PRIORITY 85 /* authpriv (10) * 8 + notice (5) */

struct syslog {
	int fd;    /* -1: not open */
	bool said; /* that it is not there */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
};

struct syslog *
syslog_new(void)
{
	struct syslog *log = calloc(1, sizeof(*log));

	if (log != NULL)
		log->fd = -1;
	return log;
}

static void
socket_close(struct syslog *log)
{
	if (log->fd >= 0)
		(void)close(log->fd);
	log->fd = -1;
}

void
syslog_free(struct syslog *log)
{
	if (log == NULL)
		return;
	socket_close(log);
	free(log);
}

static void
say(struct syslog *log, int error)
{
	if (log->said)
		return;
	log->said = true;
	log_line(LOG_WARN, "syslog: checkpoints do not get to it: path=%s: %s",
	    log->path, strerror(error));
}

void
syslog_configure(struct syslog *log, const char *path)
{
	if (strcmp(log->path, path) == 0)
		return;
	socket_close(log);
	log->said = false;
	log->path[0] = '\0';
	if (strlen(path) < sizeof(log->path))
		(void)snprintf(log->path, sizeof(log->path), "%s", path);
	else
		log_line(LOG_WARN, "syslog: path is too long: %s", path);
}

static bool
socket_open(struct syslog *log)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	log->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (log->fd < 0)
		return false;
	memcpy(address.sun_path, log->path, sizeof(address.sun_path));
	if (connect(log->fd, (const struct sockaddr *)&address,
		sizeof(address)) == 0)
		return true;
	socket_close(log);
	return false;
}

static int
head_print(char *buf, size_t size)
{
	char when[32] = "Jan  1 00:00:00";
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	return snprintf(
	    buf, size, "<%d>%s sluice[%ld]: ", PRIORITY, when, (long)getpid());
}

bool
syslog_line(struct syslog *log, const char *line)
{
	char buf[SYSLOG_LINE_MAX + 64];
	int head = head_print(buf, sizeof(buf));
	size_t len;

	if (log->path[0] == '\0' || head < 0)
		return false;
	(void)snprintf(&buf[head], sizeof(buf) - (size_t)head, "%s", line);
	len = strlen(buf);
	for (size_t i = (size_t)head; i < len; i++)
		if ((unsigned char)buf[i] < ' ' || buf[i] == 0x7f)
			buf[i] = ' ';
	/* Once more over a new socket: the other end may have been restarted.
	 */
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		if (log->fd < 0 && !socket_open(log))
			break;
		if (send(log->fd, buf, len, MSG_NOSIGNAL) == (ssize_t)len) {
			log->said = false;
			return true;
		}
		if (errno == EAGAIN)
			break;
		socket_close(log);
	}
	say(log, errno);
	return false;
}

/* One signature line ("— NAME SIGNATURE") as two words. Returns the length of
 * what was written, or -1. */
static int
signature_print(const char *line, size_t len, char *out, size_t size)
{
	static const char dash[] = "\xe2\x80\x94 ";
	const size_t skip = sizeof(dash) - 1;
	int n;

	if (len <= skip || memcmp(line, dash, skip) != 0)
		return -1;
	n = snprintf(out, size, " %.*s", (int)(len - skip), &line[skip]);
	return n < 0 || (size_t)n >= size ? -1 : n;
}

int
syslog_checkpoint(const char *note, size_t len, char *out, size_t size)
{
	struct checkpoint checkpoint;
	char root[SEAL_BASE64_LEN(SEAL_LEN) + 1];
	size_t at;
	int used, n;

	if (checkpoint_parse(note, len, &checkpoint, &at) != 0 ||
	    seal_base64(checkpoint.root, SEAL_LEN, root, sizeof(root)) < 0)
		return -1;
	used = snprintf(out, size, "checkpoint %s %llu %s", checkpoint.origin,
	    (unsigned long long)checkpoint.size, root);
	if (used < 0 || (size_t)used >= size)
		return -1;
	/* The empty line, then signatures. */
	for (at++; at < len; at++) {
		const char *end = memchr(&note[at], '\n', len - at);
		size_t line =
		    end == NULL ? len - at : (size_t)(end - &note[at]);

		n = signature_print(
		    &note[at], line, &out[used], size - (size_t)used);
		if (n < 0)
			return -1;
		used += n;
		at += line;
	}
	return used;
}
