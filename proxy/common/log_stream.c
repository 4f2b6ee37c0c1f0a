/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard error: what is at its other end. */
#include "proxy/common/log_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Its socket is /run/systemd/journal/stdout, that of a namespace
 * /run/systemd/journal.NAME/stdout. JOURNAL_STREAM says as much, but roles have
 * no environment. */
bool
log_stream_is_journal(int fd)
{
	static const char end[] = "/stdout";
	struct sockaddr_un to = { 0 };
	socklen_t len = sizeof(to);
	char path[sizeof(to.sun_path) + 1] = "";
	size_t n;

	if (getpeername(fd, (struct sockaddr *)&to, &len) < 0 ||
	    to.sun_family != AF_UNIX)
		return false;
	memcpy(path, to.sun_path, sizeof(to.sun_path));
	n = strlen(path);
	return strstr(path, "/systemd/journal") != NULL && n >= strlen(end) &&
	       strcmp(&path[n - strlen(end)], end) == 0;
}

static int
open_anew(int fd)
{
	char path[32];
	int anew, error = 0;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	anew = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (anew < 0)
		return -errno;
	if (dup2(anew, fd) < 0)
		error = -errno;
	(void)close(anew);
	return error;
}

static int
flag_set(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int
log_stream_unblock(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISSOCK(st.st_mode))
		return flag_set(fd);
	if (S_ISCHR(st.st_mode))
		return open_anew(fd);
	if (!S_ISFIFO(st.st_mode))
		return 0;
	/* Another user's pipe cannot be opened. */
	return open_anew(fd) == 0 ? 0 : flag_set(fd);
}
