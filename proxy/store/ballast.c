/* SPDX-License-Identifier: BSD-2-Clause */
/* The file "ballast" in the store's folder. */
#include "proxy/store/ballast.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char name[] = "ballast";

static int
folder_open(const char *folder)
{
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

size_t
ballast_size(const char *folder)
{
	struct statvfs st;
	uint64_t size;

	if (statvfs(folder, &st) != 0)
		return 0;
	size = (uint64_t)st.f_blocks / 16 * st.f_frsize;
	return size < BALLAST_MAX ? (size_t)size : BALLAST_MAX;
}

static bool
much_free(int fd, size_t size)
{
	struct statvfs st;

	return fstatvfs(fd, &st) == 0 && st.f_frsize > 0 &&
	       st.f_bavail / 4 >= size / st.f_frsize;
}

static bool
is_there(int folder, size_t size)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_size >= 0 && (size_t)st.st_size >= size &&
	       (size_t)st.st_blocks * 512 >= size;
}

static bool
make(int folder, size_t size)
{
	bool spent = faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	int fd = openat(
	    folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool made;

	if (fd < 0)
		return false;
	made = fallocate(fd, 0, 0, (off_t)size) == 0;
	/* Not half of it; and what says that it is spent goes on to do so. */
	if (!made && (!spent || ftruncate(fd, 0) != 0))
		(void)unlinkat(folder, name, 0);
	(void)close(fd);
	return made;
}

bool
ballast_take(const char *folder, size_t size)
{
	int fd = folder_open(folder);
	bool there;

	if (fd < 0)
		return false;
	there = is_there(fd, size) || (much_free(fd, size) && make(fd, size));
	(void)close(fd);
	return there;
}

/* Octets of the file; -1 when there is none. */
static off_t
octets(int folder)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return st.st_size;
}

bool
ballast_drop(const char *folder)
{
	int fd = folder_open(folder);
	int file;
	bool dropped = false;

	if (fd < 0)
		return false;
	file = openat(fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (file >= 0 && octets(fd) > 0)
		dropped = ftruncate(file, 0) == 0 || unlinkat(fd, name, 0) == 0;
	if (file >= 0)
		(void)close(file);
	(void)close(fd);
	return dropped;
}

bool
ballast_spent(const char *folder)
{
	int fd = folder_open(folder);
	bool spent;

	if (fd < 0)
		return false;
	spent = octets(fd) == 0;
	(void)close(fd);
	return spent;
}
