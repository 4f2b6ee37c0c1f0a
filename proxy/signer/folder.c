/* SPDX-License-Identifier: BSD-2-Clause */
/* Private files, replaced whole. */
#include "proxy/signer/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/owner.h"

#define DIR_FLAGS  (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define READ_FLAGS (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
#define NEW_FLAGS  (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define FILE_MODE  0400
#define WIPE_CHUNK 256

#define TEMP_SUFFIX ".new"
#define TEMP_MAX    (FOLDER_NAME_MAX + sizeof(TEMP_SUFFIX))

/* Why it cannot be opened: whose it is, or errno's text. */
static void
unopened_say(const char *path, char *why, size_t size)
{
	const char *text = strerror(errno);
	char whose[OWNER_WHY_MAX];

	owner_say(path, "key", whose);
	(void)snprintf(why, size, "the keys' folder cannot be opened: %s",
	    whose[0] != '\0' ? whose : text);
}

/* NULL when it is as it must be. */
static const char *
folder_fault(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return strerror(errno);
	if (stat.st_uid != geteuid())
		return "the keys' folder belongs to somebody else";
	if ((stat.st_mode & 077) != 0)
		return "others may use the keys' folder: its mode must be 0700";
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return "another process uses the keys' folder";
	return NULL;
}

/* So that a folder just made is there after a loss of power. */
static void
flush_parent(int fd)
{
	int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (parent < 0)
		return;
	(void)fsync(parent);
	(void)close(parent);
}

int
folder_open(const char *path, char *why, size_t size)
{
	bool made = mkdir(path, 0700) == 0;
	const char *fault;
	int fd;

	if (!made && errno != EEXIST) {
		(void)snprintf(why, size, "the keys' folder cannot be made: %s",
		    strerror(errno));
		return -1;
	}
	fd = open(path, DIR_FLAGS);
	if (fd < 0) {
		unopened_say(path, why, size);
		return -1;
	}
	fault = folder_fault(fd);
	if (fault != NULL) {
		(void)snprintf(why, size, "%s", fault);
		(void)close(fd);
		return -1;
	}
	if (made)
		flush_parent(fd);
	return fd;
}

static int
read_all(int fd, uint8_t *buf, size_t size, size_t *len)
{
	ssize_t n = 1;

	*len = 0;
	while (n > 0 && *len < size) {
		n = read(fd, &buf[*len], size - *len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return -errno;
		else
			*len += (size_t)n;
	}
	return 0;
}

int
folder_read(int folder, const char *name, void *buf, size_t size, size_t *len)
{
	int fd = openat(folder, name, READ_FLAGS);
	struct stat stat;
	int err = 0;

	*len = 0;
	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &stat) < 0)
		err = -errno;
	else if (!S_ISREG(stat.st_mode) || stat.st_uid != geteuid() ||
		 (stat.st_mode & 07777 & ~(mode_t)FILE_MODE) != 0)
		err = -EPERM;
	else if (stat.st_size < 0 || (uintmax_t)stat.st_size > size)
		err = -EFBIG;
	else
		err = read_all(fd, buf, size, len);
	(void)close(fd);
	return err;
}

static int
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		data = &data[n];
		len -= (size_t)n;
	}
	return 0;
}

static int
write_new(int folder, const char *name, const void *data, size_t len)
{
	int fd, err;

	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(folder, name, NEW_FLAGS, FILE_MODE);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (err == 0 && fsync(fd) < 0)
		err = -errno;
	if (close(fd) < 0 && err == 0)
		err = -errno;
	return err;
}

static void
temp_name(const char *name, char temp[TEMP_MAX])
{
	(void)snprintf(temp, TEMP_MAX, "%s" TEMP_SUFFIX, name);
}

int
folder_keep(int folder, const char *name, const void *data, size_t len)
{
	char temp[TEMP_MAX];
	int err;

	temp_name(name, temp);
	err = write_new(folder, temp, data, len);
	if (err == 0 && renameat(folder, temp, folder, name) < 0)
		err = -errno;
	if (err != 0) {
		(void)unlinkat(folder, temp, 0);
		return err;
	}
	return fsync(folder) < 0 ? -errno : 0;
}

static int
overwrite(int fd)
{
	static const uint8_t zeroes[WIPE_CHUNK];
	struct stat stat;
	off_t left;
	int err = 0;

	if (fstat(fd, &stat) < 0)
		return -errno;
	for (left = stat.st_size; left > 0 && err == 0; left -= WIPE_CHUNK)
		err = write_all(
		    fd, zeroes, left < WIPE_CHUNK ? (size_t)left : WIPE_CHUNK);
	if (err == 0 && fsync(fd) < 0)
		err = -errno;
	return err;
}

int
folder_wipe(int folder, const char *name)
{
	int fd, err = 0;

	if (fchmodat(folder, name, 0600, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = overwrite(fd);
	(void)close(fd);
	if (unlinkat(folder, name, 0) < 0)
		return -errno;
	(void)fsync(folder);
	return err;
}

int
folder_wipe_replaced(int folder, const char *name)
{
	char temp[TEMP_MAX];

	/* After a loss of power it may be back under its name, unless the
	 * change of places is on the disk. */
	if (fsync(folder) < 0)
		return -errno;
	temp_name(name, temp);
	return folder_wipe(folder, temp);
}

/* The two change places, so that there is always one of that name, and what is
 * replaced can still be reached. */
int
folder_keep_secret(
    int folder, const char *name, const void *data, size_t len, bool *left)
{
	char temp[TEMP_MAX];
	int err = folder_wipe_replaced(folder, name);

	temp_name(name, temp);
	if (err == 0)
		err = write_new(folder, temp, data, len);
	if (err == 0 &&
	    renameat2(folder, temp, folder, name, RENAME_EXCHANGE) < 0 &&
	    renameat(folder, temp, folder, name) < 0)
		err = -errno;
	if (err == 0 && fsync(folder) < 0)
		return -errno;
	if (folder_wipe_replaced(folder, name) != 0 && left != NULL)
		*left = true;
	return err;
}

int
folder_walk(int folder, const char *prefix,
    int (*visit)(void *ctx, const char *name), void *ctx)
{
	int fd = openat(folder, ".", DIR_FLAGS);
	const struct dirent *entry;
	DIR *dir;
	int result = 0;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return -ENOMEM;
	}
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    strlen(entry->d_name) < FOLDER_NAME_MAX)
			result = visit(ctx, entry->d_name);
	}
	(void)closedir(dir);
	return result;
}
