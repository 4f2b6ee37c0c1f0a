/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary folders. */
#include "tests/lib/temp_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
temp_folder_make(char path[TEMP_PATH_MAX])
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(path, TEMP_PATH_MAX, "%s/sluice-test-XXXXXX",
	    base != NULL ? base : "/tmp");
	if (mkdtemp(path) == NULL) {
		perror(path);
		exit(1);
	}
}

static int
take_out(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
temp_folder_remove(const char *path)
{
	(void)nftw(path, take_out, 8, FTW_DEPTH | FTW_PHYS);
}
