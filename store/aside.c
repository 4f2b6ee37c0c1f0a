/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting a store's files aside, and dropping its live rules. */
#include "store/inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/entry.h"
#include "store/folder.h"
#include "store/live.h"

#define PREFIX     "aside-"
#define PREFIX_LEN 6
#define TIME_LEN   16 /* 20260102T030405Z */
#define DAY_S      86400
#define TRIES      100

/* The data first: a crash in between leaves a lock file without data, which the
 * next start notices. */
static const char *const files[] = { "data.mdb", "lock.mdb" };

/* n digits as a number, -1 when there are others. */
static int
digits(const char *text, unsigned n)
{
	int value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* The time in a folder's name; -1 when it is not one of ours. */
static int64_t
aside_time(const char *name)
{
	const char *text;
	struct tm tm = { 0 };

	if (strncmp(name, PREFIX, PREFIX_LEN) != 0 ||
	    strlen(name) < PREFIX_LEN + TIME_LEN + 1)
		return -1;
	text = &name[PREFIX_LEN];
	if (text[8] != 'T' || text[15] != 'Z' || text[16] != '-')
		return -1;
	tm.tm_year = digits(text, 4) - 1900;
	tm.tm_mon = digits(&text[4], 2) - 1;
	tm.tm_mday = digits(&text[6], 2);
	tm.tm_hour = digits(&text[9], 2);
	tm.tm_min = digits(&text[11], 2);
	tm.tm_sec = digits(&text[13], 2);
	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mday < 0 ||
	    tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0)
		return -1;
	return (int64_t)timegm(&tm);
}

/* How many were set aside within a day of now, before or (the clock may have
 * been set back) after; negative: an error. */
static int
aside_count(int folder, int64_t now)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *item;
	int n = 0;

	if (dir == NULL) {
		int err = folder_error(errno);

		if (fd >= 0)
			(void)close(fd);
		return err;
	}
	while ((item = readdir(dir)) != NULL) {
		int64_t when = aside_time(item->d_name);

		if (when >= 0 && when > now - DAY_S && when < now + DAY_S)
			n++;
	}
	(void)closedir(dir);
	return n;
}

/* Make the new folder; its descriptor, or an error. */
static int
aside_make(int folder, int64_t now, char *out)
{
	time_t seconds = (time_t)now;
	char stamp[TIME_LEN + 1];
	struct tm tm;
	int fd;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) != TIME_LEN)
		return DB_MISUSE;
	for (unsigned n = 1; n < TRIES; n++) {
		(void)snprintf(out, NAME_MAX_LEN, PREFIX "%s-%u", stamp, n);
		if (mkdirat(folder, out, 0700) == 0) {
			fd = openat(folder, out,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
			return fd < 0 ? folder_error(errno) : fd;
		}
		if (errno != EEXIST)
			return folder_error(errno);
	}
	return DB_FULL;
}

/* One file, if it is there: moved, then read-only. A disk that does not do the
 * latter has still moved it. */
static int
file_move(int folder, int aside, const char *name)
{
	int fd;

	if (renameat(folder, name, aside, name) != 0)
		return errno == ENOENT ? 0 : folder_error(errno);
	fd =
	    openat(aside, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return 0;
	(void)fchmod(fd, 0400);
	(void)fsync(fd);
	(void)close(fd);
	return 0;
}

/* Once the data has moved there is no way back: the next log begins, and must
 * say where this one is. */
static int
files_move(int folder, int aside)
{
	int err = file_move(folder, aside, files[0]);

	if (err != 0)
		return err;
	for (unsigned i = 1; i < sizeof(files) / sizeof(files[0]); i++)
		(void)file_move(folder, aside, files[i]);
	(void)fsync(aside);
	(void)fchmod(aside, 0500);
	(void)fsync(folder);
	return 0;
}

int
inspect_aside(const char *path, uint64_t wall_ns, char *out)
{
	int64_t now = (int64_t)(wall_ns / 1000000000u);
	struct folder folder;
	int n, aside, err = folder_take(&folder, path);

	out[0] = '\0';
	if (err != 0)
		goto out;
	n = aside_count(folder.fd, now);
	err = n >= INSPECT_ASIDE_MAX ? DB_FULL : n < 0 ? n : 0;
	if (err != 0)
		goto out;
	aside = aside_make(folder.fd, now, out);
	if (aside < 0) {
		err = aside;
		goto out;
	}
	err = files_move(folder.fd, aside);
	(void)close(aside);
out:
	folder_close(&folder);
	return err;
}

int
inspect_aside_last(const char *path, char *out)
{
	struct folder folder;
	const struct dirent *item;
	DIR *dir;

	out[0] = '\0';
	if (folder_open(&folder, path) != 0)
		return DB_NOT_FOUND;
	dir = fdopendir(folder.fd);
	if (dir == NULL) {
		folder_close(&folder);
		return DB_NOT_FOUND;
	}
	while ((item = readdir(dir)) != NULL)
		if (aside_time(item->d_name) >= 0 &&
		    strlen(item->d_name) < NAME_MAX_LEN &&
		    strcmp(item->d_name, out) > 0)
			(void)snprintf(
			    out, NAME_MAX_LEN, "%.63s", item->d_name);
	(void)closedir(dir);
	return out[0] != '\0' ? 0 : DB_NOT_FOUND;
}

int
inspect_drop_live(const char *path)
{
	struct db_txn txn;
	struct db *db;
	int err = db_open(path, 0, &db);

	if (err != 0)
		return err;
	if (db_begin(db, &txn, true) == 0)
		live_clear(&txn);
	err = db_commit(&txn);
	db_close(db);
	return err;
}
