/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding and running the loader. */
#include "proxy/cli/check_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOADER "sluice-loader"

static void
run(const char *program, const char *path, bool json)
{
	if (json)
		(void)execl(
		    program, LOADER, "--check", "--json", path, (char *)NULL);
	else
		(void)execl(program, LOADER, "--check", path, (char *)NULL);
}

int
check_file(const char *path, bool json)
{
	char program[PATH_MAX + sizeof(LOADER)], from_here[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, PATH_MAX - 1);
	char *slash = NULL;

	if (n > 0) {
		program[n] = '\0';
		slash = strrchr(program, '/');
	}
	if (slash != NULL) {
		memcpy(slash + 1, LOADER, sizeof(LOADER));
		run(program, path, json);
	}
	(void)snprintf(
	    from_here, sizeof(from_here), "%s/%s", SLUICE_LIBEXEC, LOADER);
	run(from_here, path, json);
	return -errno;
}
