/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking the store's folder. */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"

int
folder_error(int code)
{
	switch (code) {
	case 0:
		return DB_OK;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return DB_FULL;
	case ENOMEM:
		return DB_MEMORY;
	case EACCES:
	case EPERM:
	case EROFS:
	case ENOENT:
	case ENOTDIR:
	case EEXIST:
		return DB_ACCESS;
	case EAGAIN:
		return DB_BUSY;
	default: /* EIO … */
		return DB_IO;
	}
}

/* Nobody else can put files there: those that we open by name are ours. */
static bool
folder_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	       (st.st_uid == geteuid() || st.st_uid == 0);
}

int
folder_open(struct folder *folder, const char *path)
{
	folder->owner = -1;
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder->fd < 0 ? folder_error(errno) : 0;
}

int
folder_take(struct folder *folder, const char *path)
{
	int err;

	folder->fd = -1;
	folder->owner = -1;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return folder_error(errno);
	err = folder_open(folder, path);
	if (err != 0)
		return err;
	if (!folder_is_ours(folder->fd))
		return DB_ACCESS;
	folder->owner = openat(folder->fd, "owner.lock",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (folder->owner < 0)
		return folder_error(errno);
	if (flock(folder->owner, LOCK_EX | LOCK_NB) != 0)
		return folder_error(errno);
	return 0;
}

void
folder_close(struct folder *folder)
{
	if (folder->owner >= 0)
		(void)close(folder->owner);
	if (folder->fd >= 0)
		(void)close(folder->fd);
	folder->owner = -1;
	folder->fd = -1;
}

bool
folder_full(const struct folder *folder, const char *name, size_t size)
{
	struct stat st;
	bool full;
	int fd;

	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	fd = openat(folder->fd, "room.tmp",
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return folder_error(errno) == DB_FULL;
	full = fallocate(fd, 0, st.st_size, (off_t)size) != 0 &&
	       folder_error(errno) == DB_FULL;
	(void)close(fd);
	(void)unlinkat(folder->fd, "room.tmp", 0);
	return full;
}

uint64_t
folder_size(const struct folder *folder, const char *name)
{
	struct stat st;

	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_size < 0)
		return 0;
	return (uint64_t)st.st_size;
}
