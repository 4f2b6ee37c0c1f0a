/* SPDX-License-Identifier: BSD-2-Clause */
/* Password files. */
#include "proxy/supervisor/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What speaks against the file's kind or size, NULL when nothing does. */
static const char *
stat_fault(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "is accessible to group or others, mode 0400 is wanted";
	if (st->st_size > PASSWORD_MAX + 1)
		return "is longer than 80 octets";
	return NULL;
}

static bool
is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Why it cannot be opened, and whose it is when that is the cause. */
static void
open_fault(const char *path, int error, char *why)
{
	struct stat st;

	if (error == EACCES && stat(path, &st) == 0)
		(void)snprintf(why, PASSWORD_WHY_MAX,
		    "cannot be opened: %s: it belongs to uid %ju, wanted uid "
		    "%ju, mode 0400",
		    strerror(error), (uintmax_t)st.st_uid,
		    (uintmax_t)geteuid());
	else
		(void)snprintf(why, PASSWORD_WHY_MAX, "cannot be opened: %s",
		    strerror(error));
}

/* Read up to size octets; the number read, or -1. */
static ssize_t
read_all(int fd, uint8_t *out, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, &out[used], size - used);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

/* Fill *out from fd. NULL, or what is wrong. */
static const char *
password_fill(int fd, struct password *out)
{
	uint8_t octets[PASSWORD_MAX + 2];
	ssize_t n = read_all(fd, octets, sizeof(octets));
	const char *why = NULL;

	if (n < 0)
		return "cannot be read";
	if (n > 0 && octets[n - 1] == '\n')
		n--;
	if (n == 0)
		why = "is empty";
	else if (n > PASSWORD_MAX)
		why = "is longer than 80 octets";
	if (why == NULL) {
		out->len = (size_t)n;
		memcpy(out->octets, octets, out->len);
	}
	explicit_bzero(octets, sizeof(octets));
	return why;
}

/* Read from fd, whose status is *st. 0, or -1 with why. */
static int
password_take(int fd, struct stat *st, struct password *out, char *why)
{
	const char *fault;

	if (fstat(fd, st) < 0) {
		(void)snprintf(why, PASSWORD_WHY_MAX, "cannot be looked at: %s",
		    strerror(errno));
		return -1;
	}
	fault = stat_fault(st);
	if (fault == NULL && !is_ours(st)) {
		(void)snprintf(why, PASSWORD_WHY_MAX,
		    "belongs to uid %ju, wanted uid %ju or root",
		    (uintmax_t)st->st_uid, (uintmax_t)geteuid());
		return -1;
	}
	if (fault == NULL)
		fault = password_fill(fd, out);
	if (fault == NULL)
		return 0;
	(void)snprintf(why, PASSWORD_WHY_MAX, "%s", fault);
	return -1;
}

int
password_read(const char *path, struct password *out, char *why)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int status;

	memset(out, 0, sizeof(*out));
	if (fd < 0) {
		open_fault(path, errno, why);
		return -1;
	}
	status = password_take(fd, &st, out, why);
	(void)close(fd);
	if (status < 0)
		return -1;
	out->id = (struct password_id){
		.dev = st.st_dev,
		.ino = st.st_ino,
		.size = (uint64_t)st.st_size,
		.changed_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			      (uint64_t)st.st_mtim.tv_nsec,
	};
	return 0;
}

void
password_wipe(struct password *password)
{
	explicit_bzero(password, sizeof(*password));
}

bool
password_id_equal(const struct password_id *a, const struct password_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed_ns == b->changed_ns;
}
