/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a folder is. */
#include "proxy/common/owner.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* True when that has been said. */
static bool
stranger_say(const struct stat *st, const char *what, char why[OWNER_WHY_MAX])
{
	if (st->st_uid == geteuid())
		return false;
	(void)snprintf(why, OWNER_WHY_MAX,
	    "%sowned by uid %lu, this is uid %lu: chown -R %s to that user",
	    what, (unsigned long)st->st_uid, (unsigned long)geteuid(),
	    what[0] == '\0' ? "it" : "the folder");
	return true;
}

void
owner_say(const char *folder, const char *file, char why[OWNER_WHY_MAX])
{
	char path[PATH_MAX];
	char what[48];
	struct stat st;

	why[0] = '\0';
	if (stat(folder, &st) < 0) {
		(void)snprintf(why, OWNER_WHY_MAX, "%s", strerror(errno));
		return;
	}
	if (stranger_say(&st, "", why))
		return;
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)snprintf(why, OWNER_WHY_MAX,
		    "others may write to it: chmod go-w it");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	(void)snprintf(what, sizeof(what), "%.32s in it is ", file);
	if (lstat(path, &st) == 0)
		(void)stranger_say(&st, what, why);
}
