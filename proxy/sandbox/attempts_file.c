/* SPDX-License-Identifier: BSD-2-Clause */
/* Attempts at files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/sandbox/attempts.h"

static int
opened(int fd)
{
	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int
done(int status)
{
	return status < 0 ? -errno : 0;
}

static int
try_read(const char *path)
{
	char octet;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = done((int)read(fd, &octet, 1));
	(void)close(fd);
	return err;
}

static int
try_read_in(const char *folder, const char *name)
{
	char path[STAGE_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return try_read(path);
}

static int
try_write_in(const char *folder, const char *name)
{
	char path[STAGE_PATH_MAX + 16];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlink(path);
	return opened(fd);
}

int
try_passwd(const struct stage *stage)
{
	(void)stage;
	return try_read("/etc/passwd");
}

int
try_shadow(const struct stage *stage)
{
	(void)stage;
	return try_read("/etc/shadow");
}

int
try_secret(const struct stage *stage)
{
	return try_read(stage->secret);
}

int
try_log_list(const struct stage *stage)
{
	return opened(open(stage->log, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
try_log_read(const struct stage *stage)
{
	return try_read_in(stage->log, "data.mdb");
}

int
try_log_write(const struct stage *stage)
{
	return try_write_in(stage->log, "renew.new");
}

int
try_keys_read(const struct stage *stage)
{
	return try_read_in(stage->keys, "key");
}

int
try_keys_write(const struct stage *stage)
{
	return try_write_in(stage->keys, "key.new");
}

int
try_etc_write(const struct stage *stage)
{
	(void)stage;
	return try_write_in("/etc", "sluice-selftest");
}

int
try_temp_write(const struct stage *stage)
{
	return try_write_in(stage->folder, "written");
}

static int
try_memory_of(pid_t pid)
{
	char path[STAGE_PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/%ld/mem", (long)pid);
	return opened(open(path, O_RDWR | O_CLOEXEC));
}

int
try_memory_other(const struct stage *stage)
{
	return try_memory_of(stage->other);
}

int
try_memory_supervisor(const struct stage *stage)
{
	return try_memory_of(stage->supervisor);
}

int
try_device(const struct stage *stage)
{
	(void)stage;
	return opened(open("/dev/mem", O_RDONLY | O_CLOEXEC));
}

static const char *
new_name(const struct stage *stage, char *path, size_t size)
{
	(void)snprintf(path, size, "%s/new", stage->folder);
	return path;
}

int
try_mkdir(const struct stage *stage)
{
	char path[STAGE_PATH_MAX + 16];
	int err = done(mkdir(new_name(stage, path, sizeof(path)), 0700));

	if (err == 0)
		(void)rmdir(path);
	return err;
}

/* Whatever name it got is taken away again. */
static int
made(int status, const char *path)
{
	int err = done(status);

	if (err == 0)
		(void)unlink(path);
	return err;
}

int
try_link(const struct stage *stage)
{
	char path[STAGE_PATH_MAX + 16];

	return made(
	    link(stage->secret, new_name(stage, path, sizeof(path))), path);
}

int
try_symlink(const struct stage *stage)
{
	char path[STAGE_PATH_MAX + 16];

	return made(symlink("/etc", new_name(stage, path, sizeof(path))), path);
}

int
try_fifo(const struct stage *stage)
{
	char path[STAGE_PATH_MAX + 16];

	return made(mkfifo(new_name(stage, path, sizeof(path)), 0600), path);
}

int
try_chmod(const struct stage *stage)
{
	return done(fchmodat(AT_FDCWD, stage->secret, 0400, 0));
}

int
try_chown(const struct stage *stage)
{
	return done(chown(stage->secret, (uid_t)-1, (gid_t)-1));
}

int
try_mount(const struct stage *stage)
{
	return done(mount("none", stage->folder, "tmpfs", 0, NULL));
}

int
try_chroot(const struct stage *stage)
{
	return done(chroot(stage->folder));
}

int
try_handle(const struct stage *stage)
{
	struct {
		struct file_handle handle;
		unsigned char octets[8];
	} place = { .handle = { .handle_bytes = 8, .handle_type = 1 } };

	(void)stage;
	return opened(open_by_handle_at(AT_FDCWD, &place.handle, O_RDONLY));
}
