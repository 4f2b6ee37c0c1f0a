/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder that root made, or is to make, becomes its role's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/sandbox/sandbox.h"
#include "proxy/sandbox/user.h"

#define NAMES_MAX 10

/* What is in the folders that we take: nothing else is touched, whatever
 * somebody has put there, or wherever a configuration points. A name that ends
 * in '-' or '.' is the beginning of several. */
static const char *const names[ROLE_COUNT][NAMES_MAX] = {
	[ROLE_STORE] = { "data.mdb", "lock.mdb", "owner.lock", "ballast",
	    "room.tmp", "renew", "renew.", "contained", "contained.",
	    "aside-" },
	[ROLE_SIGNER] = { "key", "key.", "cosigner-key", "cosigner-key.",
	    "own-", "for-" },
};

static bool
is_ours(enum role role, const char *name)
{
	for (size_t i = 0; i < NAMES_MAX && names[role][i] != NULL; i++) {
		const char *known = names[role][i];
		size_t len = strlen(known);
		char last = known[len - 1];

		if (last == '-' || last == '.' ? strncmp(name, known, len) == 0
					       : strcmp(name, known) == 0)
			return true;
	}
	return false;
}

static bool
is_nothing(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	       strcmp(name, "lost+found") == 0;
}

/* One file, held by a descriptor, so that what is looked at is what is taken.
 * One with a second name may be somebody else's too. */
static int
file_own(int folder, const char *name, uid_t id)
{
	struct stat st;
	int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0 ||
	    (S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == 0 &&
		fchownat(fd, "", id, id, AT_EMPTY_PATH) < 0))
		err = -errno;
	(void)close(fd);
	return err;
}

/* A folder that has other things in it, and nothing of ours, is another
 * folder than was meant. */
static int
files_own(int folder, enum role role, uid_t id)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool ours = false, others = false;
	const struct dirent *entry;
	int err = 0;

	if (dir == NULL) {
		err = -errno;
		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	while (err == 0 && (entry = readdir(dir)) != NULL) {
		if (is_ours(role, entry->d_name)) {
			ours = true;
			err = file_own(folder, entry->d_name, id);
		} else if (!is_nothing(entry->d_name)) {
			others = true;
		}
	}
	(void)closedir(dir);
	return err == 0 && others && !ours ? -ENOTEMPTY : err;
}

static int
folder_own(int folder, enum role role)
{
	uid_t id = sandbox_uid(role, 0);
	struct stat st;
	int err;

	if (fstat(folder, &st) < 0)
		return -errno;
	if (st.st_uid != 0 && st.st_uid != id)
		return -EACCES;
	err = files_own(folder, role, id);
	if (err == 0 && fchown(folder, id, id) < 0)
		err = -errno;
	/* A folder above it may be closed to the role: it is at home here. */
	if (err == 0 && fchdir(folder) < 0)
		err = -errno;
	return err;
}

int
sandbox_own(const char *folder, enum role role)
{
	int fd, err;

	if (role <= ROLE_NONE || role >= ROLE_COUNT || names[role][0] == NULL)
		return -EINVAL;
	/* Also where it stays ours: rules are for what is there. */
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (!user_separate())
		return 0;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = folder_own(fd, role);
	(void)close(fd);
	return err;
}
