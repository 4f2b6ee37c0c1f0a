/* SPDX-License-Identifier: BSD-2-Clause */
/* Unix sockets. */
#include "proxy/control/listen.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/control/filter.h"

#define BACKLOG 16

static int
address_fill(const char *path, struct sockaddr_un *address)
{
	size_t len = strnlen(path, sizeof(address->sun_path));

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (len == 0)
		return -EINVAL;
	if (len == sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, len);
	return 0;
}

static int
socket_new(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	return fd;
}

/* Remove what an earlier run left at the address. 0 when the way is free. */
static int
stale_remove(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, error = 0;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	fd = socket_new();
	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		error = errno;
	(void)close(fd);
	if (error != ECONNREFUSED)
		return error == 0 || error == EAGAIN ? -EADDRINUSE : -error;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

static int
folder_make(const char *path, enum listen_to to)
{
	const char *slash = strrchr(path, '/');
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	size_t len;

	if (slash == NULL || slash == path)
		return 0;
	len = (size_t)(slash - path);
	memcpy(folder, path, len);
	folder[len] = '\0';
	if (mkdir(folder, to == LISTEN_ALL ? 0755 : 0750) < 0 &&
	    errno != EEXIST)
		return -errno;
	return 0;
}

/* Bind with the mode from the start, so that nobody else gets in between. */
static int
bind_listen(int fd, const struct sockaddr_un *address, enum listen_to to,
    struct listen_mark *mark)
{
	mode_t others = to == LISTEN_ALL ? S_IXOTH : S_IRWXO;
	mode_t before = umask(S_IXUSR | S_IXGRP | others);
	int status =
	    bind(fd, (const struct sockaddr *)address, sizeof(*address));
	int error = errno;
	struct stat st;

	(void)umask(before);
	if (status < 0)
		return -error;
	if (lstat(address->sun_path, &st) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	mark->dev = st.st_dev;
	mark->ino = st.st_ino;
	return 0;
}

int
listen_open(const char *path, enum listen_to to, struct listen_mark *mark)
{
	struct sockaddr_un address;
	int status = address_fill(path, &address);
	int fd;

	*mark = (struct listen_mark){ 0 };
	if (status == 0)
		status = folder_make(path, to);
	if (status == 0)
		status = stale_remove(&address);
	if (status < 0)
		return status;
	fd = socket_new();
	if (fd < 0)
		return fd;
	status = bind_listen(fd, &address, to, mark);
	if (status < 0) {
		(void)close(fd);
		return status;
	}
	return fd;
}

/* Still what listen_open() made. */
static bool
is_ours(const char *path, const struct listen_mark *mark)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	       st.st_dev == mark->dev && st.st_ino == mark->ino;
}

void
listen_close(int fd, const char *path, const struct listen_mark *mark)
{
	if (fd < 0)
		return;
	(void)close(fd);
	if (is_ours(path, mark))
		(void)unlink(path);
}

int
listen_accept(int fd)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	return client < 0 ? -errno : client;
}

int
listen_peer(int fd, char *name, size_t size)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct passwd entry, *found = NULL;
	char buf[4096];

	memset(name, 0, size);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	if (getpwuid_r(cred.uid, &entry, buf, sizeof(buf), &found) == 0 &&
	    found != NULL && filter_copy(found->pw_name, name, size))
		return 0;
	memset(name, 0, size);
	(void)snprintf(name, size, "uid %lu", (unsigned long)cred.uid);
	return 0;
}
