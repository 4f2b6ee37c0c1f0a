/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing beside and renaming. */
/* syncfs() */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "proxy/cli/tile_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROOM 128

struct tile_files {
	int fd; /* the folder */
	char why[512];
	char last[PATH_ROOM]; /* folder that is known to be there */
	char root[256];
};

struct tile_files *
tile_files_open(const char *path)
{
	struct tile_files *files = calloc(1, sizeof(*files));
	int error;

	if (files == NULL)
		return NULL;
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		files->fd = -1;
	else
		files->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(files->root, sizeof(files->root), "%s", path);
	if (files->fd >= 0)
		return files;
	error = errno;
	free(files);
	errno = error;
	return NULL;
}

void
tile_files_close(struct tile_files *files)
{
	if (files == NULL)
		return;
	(void)close(files->fd);
	free(files);
}

const char *
tile_files_why(const struct tile_files *files)
{
	return files->why;
}

static int
failed(struct tile_files *files, const char *path, int error)
{
	(void)snprintf(files->why, sizeof(files->why), "%s%s%s: %s",
	    files->root, path[0] != '\0' ? "/" : "", path, strerror(error));
	return -1;
}

/* Made, or there already; a link to one elsewhere is none. */
static int
folder_make(int fd, const char *path)
{
	struct stat st;

	if (mkdirat(fd, path, 0777) == 0)
		return 0;
	if (errno != EEXIST || fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? 0 : -1;
}

/* The folders on the way to a file; copied, for they are cut off one by one. */
static int
folders_make(struct tile_files *files, const char *path)
{
	char folder[PATH_ROOM];
	size_t len = strlen(path);

	if (len >= sizeof(folder))
		return -ENAMETOOLONG;
	memcpy(folder, path, len + 1);
	while (len > 0 && folder[len] != '/')
		len--;
	folder[len] = '\0';
	if (len == 0 || strcmp(folder, files->last) == 0)
		return 0;
	for (size_t i = 1; i <= len; i++) {
		char c = folder[i];

		if (c != '/' && c != '\0')
			continue;
		folder[i] = '\0';
		if (folder_make(files->fd, folder) < 0)
			return -errno;
		folder[i] = c;
	}
	memcpy(files->last, folder, len + 1);
	return 0;
}

/* 0 or -errno. */
static int
octets_write(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
tile_files_put(
    struct tile_files *files, const char *path, const void *data, size_t len)
{
	char beside[PATH_ROOM + 8];
	int error = folders_make(files, path), fd;

	if (error < 0)
		return failed(files, path, -error);
	(void)snprintf(beside, sizeof(beside), "%s.new", path);
	if (unlinkat(files->fd, beside, 0) < 0 && errno != ENOENT)
		return failed(files, beside, errno);
	fd = openat(files->fd, beside,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return failed(files, beside, errno);
	error = octets_write(fd, data, len);
	if (close(fd) < 0 && error == 0)
		error = -errno;
	if (error == 0 && renameat(files->fd, beside, files->fd, path) < 0)
		error = -errno;
	if (error == 0)
		return 0;
	(void)unlinkat(files->fd, beside, 0);
	return failed(files, path, -error);
}

long
tile_files_read(
    struct tile_files *files, const char *path, void *out, size_t size)
{
	/* A pipe would be waited for; a file always has an end. */
	int fd = openat(
	    files->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t *to = out;
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;
	int error = errno;

	while (n > 0 && len < size) {
		n = read(fd, &to[len], size - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
		else if (n < 0)
			error = errno;
	}
	/* One octet more would be one too many. */
	if (n > 0 && len == size) {
		uint8_t more;

		n = read(fd, &more, 1);
		error = n < 0 ? errno : EFBIG;
		n = n == 0 ? 0 : -1;
	}
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0)
		return (long)len;
	(void)failed(files, path, error);
	return -error;
}

int
tile_files_get(
    struct tile_files *files, const char *path, void *out, size_t len)
{
	long n = tile_files_read(files, path, out, len);

	if (n < 0)
		return -1;
	return (size_t)n == len ? 0 : failed(files, path, EINVAL);
}

int
tile_files_sync(struct tile_files *files)
{
	return syncfs(files->fd) < 0 ? failed(files, "", errno) : 0;
}
