/* SPDX-License-Identifier: BSD-2-Clause */
/* Before the store is opened, and a log's first entry. */
#include "proxy/store/begin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/owner.h"
#include "proxy/store/ballast.h"
#include "proxy/store/contained.h"
#include "store/inspect.h"

/* Of the processor's time: only who goes round in circles takes so much. */
#define LOOK_LIMIT_MS 600000
#define LOOK_PACE     10000 /* octets in a millisecond, at least */

static const char marker[] = "renew";
static const char marker_new[] = "renew.new";

/* ---- the operator's marker ---- */

static int
folder_open(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What cannot be printed, or would end a line, becomes a blank. */
static void
text_clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = ' ';
}

/* Cut a line off text: what follows it. */
static char *
line_cut(char *text)
{
	char *end = strchr(text, '\n');

	if (end == NULL)
		return strchr(text, '\0');
	*end = '\0';
	return end + 1;
}

/* Read the marker: operator and reason, a line each. One that cannot be read is
 * nobody's wish, but is said. */
static bool
marker_read(const char *path, struct begin *begin, char *reason, size_t size)
{
	char text[256];
	struct stat st;
	ssize_t len = -1;
	int err, folder = folder_open(path);
	/* A pipe would be waited for. */
	int fd = folder < 0
		     ? -1
		     : openat(folder, marker,
			   O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd >= 0) {
		errno = EINVAL;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			len = read(fd, text, sizeof(text) - 1);
		err = errno;
		(void)close(fd);
		errno = err;
	}
	if (folder >= 0 && len < 0 && errno != ENOENT)
		log_line(LOG_ERROR,
		    "log: the wish for a new one cannot be read, the log goes "
		    "on: %s/%s: %s",
		    begin->shown, marker, strerror(errno));
	if (folder >= 0)
		(void)close(folder);
	if (len < 0)
		return false;
	text[len] = '\0';
	if (text[strspn(text, " \t\r")] == '\n' ||
	    text[strspn(text, " \t\r")] == '\0') {
		log_line(LOG_ERROR,
		    "log: a wish for a new one of nobody's is passed over, the "
		    "log goes on: %s/%s",
		    begin->shown, marker);
		return false;
	}
	(void)snprintf(reason, size, "%s", line_cut(text));
	(void)line_cut(reason);
	(void)snprintf(begin->operator_name, sizeof(begin->operator_name),
	    "%.*s", (int)sizeof(begin->operator_name) - 1, text);
	text_clean(begin->operator_name);
	text_clean(reason);
	return true;
}

static int
marker_write(int folder, const char *text, size_t len)
{
	int fd = openat(folder, marker_new,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool written;

	if (fd < 0)
		return -1;
	written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (close(fd) != 0 || !written)
		return -1;
	return renameat(folder, marker_new, folder, marker) == 0 &&
		       fsync(folder) == 0
		   ? 0
		   : -1;
}

int
begin_renew(const char *path, const char *operator_name, const char *reason)
{
	char who[32];
	char why[160];
	char text[200];
	int folder = folder_open(path);
	int err;
	int len;

	if (folder < 0)
		return -1;
	(void)snprintf(who, sizeof(who), "%s", operator_name);
	(void)snprintf(why, sizeof(why), "%s", reason);
	text_clean(who);
	text_clean(why);
	len = snprintf(text, sizeof(text), "%s\n%s\n", who, why);
	err = marker_write(folder, text, (size_t)len);
	/* On a full disk what was laid aside makes room. */
	if (err != 0 && errno == ENOSPC && ballast_drop(path))
		err = marker_write(folder, text, (size_t)len);
	if (err != 0)
		(void)unlinkat(folder, marker_new, 0);
	(void)close(folder);
	return err;
}

void
begin_end(const char *path, const struct begin *begin)
{
	int folder;

	if (!begin->renewed)
		return;
	folder = folder_open(path);
	if (folder < 0)
		return;
	(void)unlinkat(folder, marker, 0);
	(void)fsync(folder);
	(void)close(folder);
}

/* ---- what there is ---- */

/* Octets of data, 0: none; -1: it is no plain file, which would be looked at in
 * one place and set aside in another. */
static int64_t
data_size(const char *path)
{
	struct stat st;
	int folder = folder_open(path);
	int err;

	if (folder < 0)
		return 0;
	err = fstatat(folder, "data.mdb", &st, AT_SYMLINK_NOFOLLOW);
	(void)close(folder);
	if (err != 0)
		return 0;
	return S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

/* Where there is none, and no trace of one that should be there: a store may
 * have been ended between setting it aside and beginning the next. */
static void
aside_recall(const char *path, struct begin *begin)
{
	char folder[NAME_MAX_LEN];
	int fd = folder_open(path);
	bool gone;

	if (fd < 0)
		return;
	gone = faccessat(fd, "lock.mdb", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(fd);
	if (!gone && begin->evidence[0] == '\0' &&
	    inspect_aside_last(path, folder) == 0)
		(void)snprintf(begin->evidence, EVIDENCE_MAX,
		    "before: nothing here; set aside last: folder %s", folder);
}

/* Which log it was, where it went, what it was, why: as much as an entry
 * holds. */
static void
evidence_print(char *out, const struct inspect_report *report,
    const char *folder, const char *why)
{
	char root[2 * sizeof(report->root) + 1];
	char line[512];

	for (size_t i = 0; i < sizeof(report->root); i++)
		(void)snprintf(&root[2 * i], 3, "%02x", report->root[i]);
	(void)snprintf(line, sizeof(line),
	    "before: log %s folder %s size %llu root %s: %.80s",
	    report->origin[0] != '\0' ? report->origin : "unknown", folder,
	    (unsigned long long)report->size, root, why);
	(void)snprintf(out, EVIDENCE_MAX, "%.*s", EVIDENCE_MAX - 1, line);
	text_clean(out);
}

/* What keeps rules out must do so when its log no longer counts. */
static int
contain(const char *path, const struct begin *begin)
{
	if (contained_claim(path) == 0)
		return 0;
	log_line(LOG_ERROR,
	    "log: the acts that are in force cannot be carried over: path=%s: "
	    "%s",
	    begin->shown, strerror(errno));
	return DB_IO;
}

static int
set_aside(const char *path, const struct inspect_report *report,
    const char *why, struct begin *begin)
{
	char folder[NAME_MAX_LEN] = { 0 };
	int err = contain(path, begin);

	if (err == 0)
		err = inspect_aside(path, clock_wall_ns(), folder);
	if (err == DB_FULL && begin->renewed)
		return err;
	if (err != 0) {
		log_line(LOG_ERROR,
		    "log: cannot be set aside, the store stays down: "
		    "path=%s: %s",
		    begin->shown,
		    err == DB_FULL ? "that was done too often today, look at "
				     "the disk; or it is full"
				   : db_error_text(err));
		return -1;
	}
	evidence_print(begin->evidence, report, folder, why);
	log_line(LOG_WARN,
	    "log: set aside, a new log begins: path=%s folder=%s entries=%llu: "
	    "%s",
	    begin->shown, folder, (unsigned long long)report->size, why);
	return 0;
}

/* The log is sound, what stands in it is known; only which rules stood is not.
 */
static int
drop_live(const char *path, const struct inspect_report *report,
    const struct begin *begin)
{
	int err = contain(path, begin);

	if (err == 0)
		err = inspect_drop_live(path);
	if (err != 0) {
		log_line(LOG_ERROR,
		    "log: damaged live rules cannot be dropped, the store "
		    "stays down: path=%s: %s",
		    begin->shown, db_error_text(err));
		return -1;
	}
	log_line(LOG_ERROR,
	    "log: live rules are damaged and dropped, customers announce them "
	    "anew; the log is whole: path=%s: %s",
	    begin->shown, report->why);
	return 0;
}

static int
judge(
    const char *path, const struct inspect_report *report, struct begin *begin)
{
	if (report->error == DB_CORRUPT || report->error == DB_SHORT) {
		log_line(LOG_ERROR, "log: damaged: path=%s entry=%lld: %s",
		    begin->shown,
		    report->first == UINT64_MAX ? -1LL
						: (long long)report->first,
		    report->why);
		return set_aside(path, report, report->why, begin);
	}
	if (report->error != 0) {
		log_line(LOG_ERROR,
		    "log: cannot be inspected, the store stays down: path=%s: "
		    "%s: %s",
		    begin->shown, db_error_text(report->error), report->why);
		return -1;
	}
	return report->live_bad ? drop_live(path, report, begin) : 0;
}

/* An operator's wish is no reason to stay down: the log that there is may go
 * on, if it is sound. */
static int
renew(const char *path, const struct inspect_report *report, const char *why,
    struct begin *begin)
{
	int err = set_aside(path, report, why, begin);

	if (err != DB_FULL)
		return err;
	log_line(LOG_ERROR,
	    "log: not %s: logs were set aside too often today, or the disk is "
	    "full; the old one goes on: path=%s",
	    why, begin->shown);
	begin_end(path, begin);
	*begin = (struct begin){ .shown = begin->shown };
	return judge(path, report, begin);
}

static void
look_say(const void *ctx, uint64_t ms)
{
	const struct begin *begin = ctx;

	log_line(LOG_WARN,
	    "log: is still being inspected: path=%s seconds=%llu", begin->shown,
	    (unsigned long long)(ms / 1000));
}

/* There has been a log here. */
static bool
is_trace_left(const char *path)
{
	int fd = folder_open(path);
	bool left;

	if (fd < 0)
		return false;
	left = faccessat(fd, "lock.mdb", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       faccessat(fd, "contained", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(fd);
	return left;
}

/* As long as it takes: a slow disk is no damage. */
static struct inspect_report
look(const char *path, uint64_t size, const struct begin *begin)
{
	const struct inspect_wait wait = { LOOK_LIMIT_MS + size / LOOK_PACE,
		look_say, begin };
	struct inspect_report report;

	inspect_store_wait(path, INSPECT_QUICK, &wait, &report);
	return report;
}

int
begin_look(const char *path, const char *shown, struct begin *begin)
{
	struct inspect_report report = { 0 };
	char reason[128];
	char why[192];
	int64_t size = data_size(path);

	*begin = (struct begin){ .shown = shown };
	if (size < 0) {
		log_line(LOG_ERROR,
		    "log: data.mdb is no plain file, the store stays down: "
		    "path=%s",
		    shown);
		return -1;
	}
	begin->renewed = marker_read(path, begin, reason, sizeof(reason));
	if (begin->renewed)
		(void)snprintf(why, sizeof(why), "renewed by %s: %s",
		    begin->operator_name, reason);
	if (size == 0) {
		if (begin->renewed)
			(void)snprintf(
			    begin->evidence, EVIDENCE_MAX, "%s", why);
		aside_recall(path, begin);
		return is_trace_left(path) && contain(path, begin) != 0 ? -1
									: 0;
	}
	report = look(path, (uint64_t)size, begin);
	report.why[sizeof(report.why) - 1] = '\0';
	report.origin[sizeof(report.origin) - 1] = '\0';
	log_line(LOG_INFO, "log: inspected: path=%s entries=%llu ms=%llu: %s",
	    shown, (unsigned long long)report.size,
	    (unsigned long long)report.ms,
	    report.error == 0 && !report.live_bad ? "sound" : report.why);
	if (begin->renewed)
		return renew(path, &report, why, begin);
	return judge(path, &report, begin);
}

void
begin_fail(const char *path, const char *shown, int err)
{
	char why[OWNER_WHY_MAX] = "";

	if (err == DB_ACCESS)
		owner_say(path, "data.mdb", why);
	log_line(LOG_ERROR, "log: cannot open %s: %s", shown,
	    why[0] != '\0' ? why : db_error_text(err));
}

/* ---- a new log ---- */

static void
origin_make(const char *name, char *origin)
{
	uint8_t octets[4];

	seal_random(octets, sizeof(octets));
	(void)snprintf(origin, NOTE_NAME_MAX, "%.*s/%02x%02x%02x%02x",
	    NOTE_NAME_MAX - 10, name, octets[0], octets[1], octets[2],
	    octets[3]);
}

static void
entry_begin(struct entry *entry, const struct store *store,
    const struct begin *begin, const char *origin)
{
	const char *before = begin->evidence;

	if (before[0] == '\0')
		before = store_begun_anew(store) ? "before: its data was gone"
						 : "before: nothing";
	entry->wall_ns = clock_wall_ns();
	entry->mono_ns = clock_boot_ns();
	clock_boot_id(entry->boot_id);
	entry->kind = ENTRY_START;
	(void)snprintf(
	    entry->text, sizeof(entry->text), "log %s begun", origin);
	(void)snprintf(entry->evidence, sizeof(entry->evidence), "%s", before);
	(void)snprintf(entry->operator_name, sizeof(entry->operator_name), "%s",
	    begin->operator_name);
}

static int
origin_put(struct store *store, const struct begin *begin, const char *origin)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	int err = entry == NULL ? DB_MEMORY : store_begin(store);

	if (err != 0) {
		free(entry);
		return err;
	}
	store_meta_put(store, STORE_ORIGIN, origin, strlen(origin));
	if (store_next(store) == 0) {
		entry_begin(entry, store, begin, origin);
		err = store_append_entry(store, entry);
	}
	free(entry);
	if (err == 0)
		return store_commit(store, NULL);
	store_abort(store);
	return err;
}

int
begin_origin(struct store *store, const char *name, const struct begin *begin,
    char *origin)
{
	uint8_t found[STORE_META_MAX];
	size_t len;
	int err = store_meta_get(store, STORE_ORIGIN, found, &len);

	if (err == DB_NOT_FOUND) {
		origin_make(name, origin);
		return note_name_valid(origin)
			   ? origin_put(store, begin, origin)
			   : DB_MISUSE;
	}
	if (err != 0)
		return err;
	if (len == 0 || len >= NOTE_NAME_MAX ||
	    memchr(found, '\0', len) != NULL)
		return DB_CORRUPT;
	memcpy(origin, found, len);
	origin[len] = '\0';
	return note_name_valid(origin) ? 0 : DB_CORRUPT;
}
