/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For LD_PRELOAD: a disk that stands still, or fails, when a test wants it.
 *
 *   STALL_BELOW  folders, with colons between: only files below them
 *   STALL_WHILE  a file: as long as it is there, whoever wants to write to
 *                such a file, or have it synced, waits; where the file holds
 *                a number, syncing fails at once with this errno instead
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The names that programs built for 64-bit offsets call. */
EXPORT ssize_t pwrite64(int fd, const void *data, size_t len, off_t at);
EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int n, off_t at);
EXPORT int ftruncate64(int fd, off_t len);
EXPORT int fallocate64(int fd, int mode, off_t at, off_t len);

static bool
path_below(const char *path)
{
	const char *one = getenv("STALL_BELOW");

	while (one != NULL && *one != '\0') {
		size_t len = strcspn(one, ":");

		if (strncmp(path, one, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
		one += len + (one[len] == ':');
	}
	return false;
}

static bool
fd_below(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return path_below(path);
}

/* Whose file is mapped at this address? */
static bool
address_below(const void *address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128], *path;
	unsigned long from, to;
	bool below = false;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 ||
		    (uintptr_t)address < from || (uintptr_t)address >= to)
			continue;
		line[strcspn(line, "\n")] = '\0';
		path = strchr(line, '/');
		below = path != NULL && path_below(path);
	}
	if (maps != NULL)
		(void)fclose(maps);
	return below;
}

/* 0 when there is nothing (any more), -1 while it stands still, an errno. */
static int
trouble(void)
{
	const char *path = getenv("STALL_WHILE");
	char text[16] = "";
	int number, fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	(void)close(fd);
	number = (int)strtol(text, NULL, 10);
	return number > 0 ? number : -1;
}

static void
wait_for(bool below)
{
	const struct timespec nap = { 0, 5000000 };
	int saved = errno;

	while (below && trouble() == -1)
		(void)nanosleep(&nap, NULL);
	errno = saved;
}

/* Before a sync: 0, or -1 with errno. */
static int
sync_fails(bool below)
{
	int number;

	wait_for(below);
	number = below ? trouble() : 0;
	if (number <= 0)
		return 0;
	errno = number;
	return -1;
}

EXPORT int
fdatasync(int fd)
{
	return sync_fails(fd_below(fd)) < 0 ? -1
					    : (int)syscall(SYS_fdatasync, fd);
}

EXPORT int
fsync(int fd)
{
	return sync_fails(fd_below(fd)) < 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

EXPORT int
msync(void *address, size_t len, int flags)
{
	return sync_fails(address_below(address)) < 0
		   ? -1
		   : (int)syscall(SYS_msync, address, len, flags);
}

EXPORT ssize_t
write(int fd, const void *data, size_t len)
{
	wait_for(fd_below(fd));
	return syscall(SYS_write, fd, data, len);
}

EXPORT ssize_t
writev(int fd, const struct iovec *parts, int n)
{
	wait_for(fd_below(fd));
	return syscall(SYS_writev, fd, parts, n);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t len, off_t at)
{
	wait_for(fd_below(fd));
	return syscall(SYS_pwrite64, fd, data, len, at);
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return pwrite64(fd, data, len, at);
}

EXPORT ssize_t
pwritev64(int fd, const struct iovec *parts, int n, off_t at)
{
	wait_for(fd_below(fd));
	return syscall(SYS_pwritev, fd, parts, n, at, 0L);
}

EXPORT ssize_t
pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
	return pwritev64(fd, parts, n, at);
}

EXPORT int
ftruncate64(int fd, off_t len)
{
	wait_for(fd_below(fd));
	return (int)syscall(SYS_ftruncate, fd, len);
}

EXPORT int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

EXPORT int
fallocate64(int fd, int mode, off_t at, off_t len)
{
	wait_for(fd_below(fd));
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

EXPORT int
fallocate(int fd, int mode, off_t at, off_t len)
{
	return fallocate64(fd, mode, at, len);
}
