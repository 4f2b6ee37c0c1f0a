/* SPDX-License-Identifier: BSD-2-Clause */
/* Temporary folders. */
#include "tests/lib/temp_folder.h"

#include <dirent.h>
#include <fcntl.h>
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

void
temp_folder_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	(void)rmdir(path);
}
