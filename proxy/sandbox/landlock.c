/* SPDX-License-Identifier: BSD-2-Clause */
/* Landlock by its system calls: the headers of a C library are often older than
 * the kernel. */
#include "proxy/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

/* As in the kernel's linux/landlock.h. */
#define ASK_VERSION 1u
/* The first one lets nobody move a file to another folder, as the store does
 * with a log that is set aside. */
#define ABI_MIN     2
#define RULE_PATH   1
#define RULE_PORT   2

enum fs_right {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,  /* ABI 3 */
	FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
};

#define FS_READ (FS_READ_FILE | FS_READ_DIR)
#define FS_KEEP                                                                \
	(FS_READ | FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG |                 \
	    FS_REMOVE_FILE | FS_MAKE_DIR | FS_REMOVE_DIR | FS_REFER)
/* Of what is no folder the others would be refused. */
#define FS_OF_FILE                                                             \
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

#define TCP_BIND            1u
#define TCP_CONNECT         2u
#define SCOPE_ABSTRACT_UNIX 1u
#define SCOPE_SIGNAL        2u

struct ruleset_attr {
	uint64_t fs;
	uint64_t net;   /* ABI 4 */
	uint64_t scope; /* ABI 6 */
};

/* The kernel's is packed. */
#pragma pack(push, 1)
struct path_attr {
	uint64_t allowed;
	int32_t fd;
};
#pragma pack(pop)

struct port_attr {
	uint64_t allowed;
	uint64_t port;
};

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);

	return abi < ABI_MIN ? 0 : (int)abi;
}

/* All file rights that this ABI knows. */
static uint64_t
fs_known(int abi)
{
	uint64_t rights = FS_TRUNCATE - 1;

	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

/* What the role has no more, but for the rules that follow. The supervisor's
 * stays with all roles, and a new configuration may name any folder: it gives
 * up what none of them ever needs. */
static struct ruleset_attr
handled(enum role role, int abi)
{
	struct ruleset_attr attr = { .fs = fs_known(abi) };

	/* Moves between folders no set of rules allows that does not say so. */
	if (role == ROLE_SUPERVISOR) {
		attr.fs = FS_EXECUTE | FS_MAKE_CHAR | FS_MAKE_BLOCK |
			  FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER;
		return attr;
	}
	if (abi >= 4)
		attr.net = TCP_BIND | TCP_CONNECT;
	if (abi >= 6)
		attr.scope = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
	return attr;
}

static size_t
attr_size(int abi)
{
	if (abi >= 6)
		return sizeof(struct ruleset_attr);
	return abi >= 4 ? offsetof(struct ruleset_attr, scope)
			: offsetof(struct ruleset_attr, net);
}

static int
path_add(int rules, const char *path, uint64_t rights)
{
	struct path_attr attr = { .fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int err = 0;

	if (attr.fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES
			   ? 0
			   : -errno;
	if (fstat(attr.fd, &st) < 0)
		err = -errno;
	if (err == 0 && !S_ISDIR(st.st_mode))
		rights &= FS_OF_FILE;
	attr.allowed = rights;
	if (err == 0 && rights != 0 &&
	    syscall(SYS_landlock_add_rule, rules, RULE_PATH, &attr, 0) < 0)
		err = -errno;
	(void)close(attr.fd);
	return err;
}

static int
paths_add(int rules, const char *const *paths, size_t n, uint64_t rights)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = path_add(rules, paths[i], rights);
	return err;
}

static int
ports_add(int rules, const struct sandbox_wants *wants)
{
	for (size_t i = 0; i < wants->n_connect; i++) {
		const struct port_attr attr = { TCP_CONNECT,
			wants->connect[i] };

		if (syscall(SYS_landlock_add_rule, rules, RULE_PORT, &attr, 0) <
		    0)
			return -errno;
	}
	return 0;
}

int
landlock_prepare(enum role role, const struct sandbox_wants *wants, int abi)
{
	struct ruleset_attr attr = handled(role, abi);
	/* Control takes its socket away, and makes nothing. */
	uint64_t keep = role == ROLE_CONTROL ? FS_REMOVE_FILE : FS_KEEP;
	int fd =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(abi), 0);
	int err;

	if (fd < 0)
		return -errno;
	err = paths_add(fd, wants->write, wants->n_write, keep & attr.fs);
	if (err == 0)
		err = paths_add(
		    fd, wants->read, wants->n_read, FS_READ & attr.fs);
	if (err == 0)
		err = paths_add(fd, wants->run, wants->n_run,
		    (FS_EXECUTE | FS_READ) & attr.fs);
	if (err == 0 && role == ROLE_SUPERVISOR)
		err = path_add(fd, "/", FS_REFER);
	if (err == 0 && attr.net != 0)
		err = ports_add(fd, wants);
	if (err < 0) {
		(void)close(fd);
		return err;
	}
	return fd;
}

int
landlock_enter(int fd)
{
	int err = syscall(SYS_landlock_restrict_self, fd, 0) < 0 ? -errno : 0;

	(void)close(fd);
	return err;
}
