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
#include "store/inspect.h"

/* Structure only; ten million entries take seconds on a slow disk. */
#define LOOK_LIMIT_MS 600000

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

/* Read the marker: operator and reason, a line each. */
static bool
marker_read(const char *path, struct begin *begin, char *reason, size_t size)
{
	char text[256];
	ssize_t len = -1;
	int folder = folder_open(path);
	int fd = folder < 0 ? -1
			    : openat(folder, marker,
				  O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0) {
		len = read(fd, text, sizeof(text) - 1);
		(void)close(fd);
	}
	if (folder >= 0)
		(void)close(folder);
	if (len < 0)
		return false;
	text[len] = '\0';
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

static bool
has_data(const char *path)
{
	struct stat st;
	int folder = folder_open(path);
	bool has;

	if (folder < 0)
		return false;
	has = fstatat(folder, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	      st.st_size > 0;
	(void)close(folder);
	return has;
}

/* Where it went, what it was, why: as much as an entry holds. */
static void
evidence_print(char *out, const struct inspect_report *report,
    const char *folder, const char *why)
{
	char root[2 * sizeof(report->root) + 1];

	for (size_t i = 0; i < sizeof(report->root); i++)
		(void)snprintf(&root[2 * i], 3, "%02x", report->root[i]);
	(void)snprintf(out, EVIDENCE_MAX,
	    "before: folder %s size %llu root %s: %.80s", folder,
	    (unsigned long long)report->size, root, why);
	text_clean(out);
}

static int
set_aside(const char *path, const struct inspect_report *report,
    const char *why, struct begin *begin)
{
	char folder[NAME_MAX_LEN] = { 0 };
	int err = inspect_aside(path, clock_wall_ns(), folder);

	if (err != 0) {
		log_line(LOG_ERROR,
		    "log: cannot be set aside, the store stays down: "
		    "path=%s: %s",
		    path,
		    err == DB_FULL ? "that was done too often today, look at "
				     "the disk; or it is full"
				   : db_error_text(err));
		return -1;
	}
	evidence_print(begin->evidence, report, folder, why);
	log_line(LOG_WARN,
	    "log: set aside, a new log begins: path=%s folder=%s entries=%llu: "
	    "%s",
	    path, folder, (unsigned long long)report->size, why);
	return 0;
}

/* The log is sound, what stands in it is known; only which rules stood is not.
 */
static int
drop_live(const char *path, const struct inspect_report *report)
{
	int err = inspect_drop_live(path);

	if (err != 0) {
		log_line(LOG_ERROR,
		    "log: damaged live rules cannot be dropped, the store "
		    "stays down: path=%s: %s",
		    path, db_error_text(err));
		return -1;
	}
	log_line(LOG_ERROR,
	    "log: live rules are damaged and dropped, customers announce them "
	    "anew; the log is whole: path=%s: %s",
	    path, report->why);
	return 0;
}

static int
judge(
    const char *path, const struct inspect_report *report, struct begin *begin)
{
	if (report->error == DB_CORRUPT || report->error == DB_SHORT) {
		log_line(LOG_ERROR, "log: damaged: path=%s entry=%lld: %s",
		    path,
		    report->first == UINT64_MAX ? -1LL
						: (long long)report->first,
		    report->why);
		return set_aside(path, report, report->why, begin);
	}
	if (report->error != 0) {
		log_line(LOG_ERROR,
		    "log: cannot be inspected, the store stays down: path=%s: "
		    "%s: %s",
		    path, db_error_text(report->error), report->why);
		return -1;
	}
	return report->live_bad ? drop_live(path, report) : 0;
}

int
begin_look(const char *path, struct begin *begin)
{
	struct inspect_report report = { 0 };
	char reason[128];
	char why[192];

	memset(begin, 0, sizeof(*begin));
	begin->renewed = marker_read(path, begin, reason, sizeof(reason));
	if (begin->renewed)
		(void)snprintf(why, sizeof(why), "renewed by %s: %s",
		    begin->operator_name, reason);
	if (!has_data(path)) {
		if (begin->renewed)
			(void)snprintf(
			    begin->evidence, EVIDENCE_MAX, "%s", why);
		return 0;
	}
	inspect_store(path, INSPECT_QUICK, LOOK_LIMIT_MS, &report);
	report.why[sizeof(report.why) - 1] = '\0';
	log_line(LOG_INFO, "log: inspected: path=%s entries=%llu ms=%llu: %s",
	    path, (unsigned long long)report.size,
	    (unsigned long long)report.ms,
	    report.error == 0 && !report.live_bad ? "sound" : report.why);
	if (begin->renewed)
		return set_aside(path, &report, why, begin);
	return judge(path, &report, begin);
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
