/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits by setrlimit(2). */
#include "proxy/sandbox/limits.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SESSION_FILES 128 /* two sockets, two channels, the loop's own */
#define FEW_FILES     256
#define SERVER_FILES  1024

/* What a role is content with. */
struct limits {
	rlim_t files; /* descriptors; 0: as it was */
	bool alone;   /* starts neither processes nor threads */
	bool reader;  /* writes to no file */
};

static const struct limits limits[ROLE_COUNT] = {
	[ROLE_SESSION] = { SESSION_FILES, true, true },
	[ROLE_GUARD] = { 0, true, true }, /* a channel for each session */
	[ROLE_STORE] = { FEW_FILES, false, false },
	[ROLE_CONTROL] = { FEW_FILES, true, true },
	[ROLE_LOADER] = { FEW_FILES, true, true },
	[ROLE_RPKI] = { FEW_FILES, false, true },
	[ROLE_HTTP] = { FEW_FILES, false, true },
	[ROLE_SIGNER] = { FEW_FILES, true, false },
	[ROLE_WITNESS] = { SERVER_FILES, false, true },
};

static int
limit_lower(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -errno;
	if (limit.rlim_max < most)
		most = limit.rlim_max;
	limit.rlim_cur = most;
	limit.rlim_max = most;
	return setrlimit(resource, &limit) < 0 ? -errno : 0;
}

int
limits_begin(void)
{
	return limit_lower(RLIMIT_CORE, 0);
}

/* The log may go to a file. */
static bool
is_logged_to_file(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) < 0 || S_ISREG(st.st_mode);
}

void
limits_enter(enum role role, bool threads)
{
	const struct limits *of = &limits[role];

	if (of->files > 0)
		(void)limit_lower(RLIMIT_NOFILE, of->files);
	if (of->alone && !threads)
		(void)limit_lower(RLIMIT_NPROC, 0);
	if (of->reader && !is_logged_to_file())
		(void)limit_lower(RLIMIT_FSIZE, 0);
}
