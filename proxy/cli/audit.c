/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit": which verb, and what they share. */
#include "proxy/cli/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/text.h"
#include "proxy/control/view.h"
#include "store/record.h"

#define PROGRESS_EVERY 65536u

int
audit_complain(const struct audit *audit, int status, const char *format, ...)
{
	char text[1024], *clean;
	va_list list;

	audit_progress_end(audit);
	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	clean = text_clean(text);
	(void)fprintf(audit->show->err, "sluice: %s\n", clean);
	free(clean);
	return status;
}

int
audit_source_failed(const struct audit *audit)
{
	return audit_complain(
	    audit, audit->source->status, "%s", source_why(audit->source));
}

void
audit_progress(
    const struct audit *audit, uint64_t at, uint64_t end, const char *what)
{
	if (!audit->progress || at % PROGRESS_EVERY != 0)
		return;
	(void)fprintf(audit->show->err,
	    "\r%s %" PRIu64 " of %" PRIu64 " entries\033[K", what, at, end);
	(void)fflush(audit->show->err);
}

void
audit_progress_end(const struct audit *audit)
{
	if (audit->progress)
		(void)fputs("\r\033[K", audit->show->err);
}

struct json *
audit_record_json(
    const uint8_t *record, size_t len, const uint8_t *leaf, bool raw)
{
	struct entry *entry = text_alloc(NULL, sizeof(*entry));
	char hash[2 * SEAL_LEN + 1], *octets;
	struct json *json = NULL;

	memset(entry, 0, sizeof(*entry));
	if (record_decode(record, len, entry) >= 0) {
		json = view_entry(entry);
		if (leaf != NULL) {
			view_hex(leaf, SEAL_LEN, hash);
			json_put_text(json, "leaf", hash);
		}
	}
	if (json != NULL && raw) {
		octets = text_alloc(NULL, 2 * len + 1);
		view_hex(record, len, octets);
		json_put_text(json, "record", octets);
		free(octets);
	}
	free(entry);
	return json;
}

char *
audit_file_read(const char *path, size_t max, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text;
	int error;

	if (file == NULL)
		return NULL;
	text = text_alloc(NULL, max + 2);
	*len = fread(text, 1, max + 1, file);
	error = ferror(file) != 0 ? EIO : *len > max ? EFBIG : 0;
	(void)fclose(file);
	text[*len] = '\0';
	if (error == 0)
		return text;
	free(text);
	errno = error;
	return NULL;
}

/* ---- one entry ---- */

static int
entry_shown(const struct audit *audit, const struct source_item *item)
{
	const struct args *args = audit->args;
	uint8_t leaf[SEAL_LEN];
	struct json *row;
	bool agrees;

	seal_leaf(item->record, item->len, leaf);
	agrees = memcmp(leaf, item->hash, SEAL_LEN) == 0;
	row = audit_record_json(item->record, item->len, leaf, args->raw);
	if (row == NULL)
		return audit_complain(audit, CLI_NO,
		    "entry %" PRIu64 ": its %zu octets are no record", args->id,
		    item->len);
	if (args->json)
		show_json_line(audit->show, row);
	else
		show_entry(audit->show, row);
	json_free(row);
	if (!agrees)
		return audit_complain(audit, CLI_NO,
		    "entry %" PRIu64 " is not the one whose hash stands "
		    "beside it",
		    args->id);
	return CLI_DONE;
}

static int
entry_show(const struct audit *audit)
{
	uint64_t id = audit->args->id;
	struct source_item item;

	if (source_range(audit->source, id, id + 1) < 0 ||
	    source_next(audit->source, &item) < 0)
		return audit_source_failed(audit);
	if (item.what == SOURCE_RECORD)
		return entry_shown(audit, &item);
	return audit_complain(audit, CLI_NO,
	    item.what == SOURCE_REMOVED ? "entry %" PRIu64
					  " was removed by retention"
	    : item.what == SOURCE_DAMAGED ? "entry %" PRIu64 " is damaged"
					  : "there is no entry %" PRIu64,
	    id);
}

/* ---- which ---- */

static int
verb_run(const struct audit *audit)
{
	static int (*const verbs[ARGS_AUDITS])(const struct audit *audit) = {
		[ARGS_AUDIT_SHOW] = entry_show,
		[ARGS_AUDIT_VERIFY] = audit_verify,
		[ARGS_AUDIT_EXPORT] = audit_export,
		[ARGS_AUDIT_CHECKPOINT] = audit_checkpoint,
		[ARGS_AUDIT_PROOF] = audit_proof,
	};

	if (audit->args->tiles != NULL)
		return audit_tiles(audit);
	return verbs[audit->args->audit](audit);
}

/* What can be read of a torn file can be verified. */
static int
source_not(const struct audit *audit, int status, const char *why)
{
	const struct args *args = audit->args;

	if (args->store != NULL && args->audit == ARGS_AUDIT_VERIFY &&
	    status == CLI_NO)
		return audit_verify_torn(audit, why);
	return audit_complain(audit, status, "%s", why);
}

int
audit_run(const struct args *args, const struct show *show, const char *socket,
    bool progress)
{
	struct audit audit = {
		.args = args, .show = show, .progress = progress
	};
	char why[SOURCE_WHY_MAX] = "";
	int status = CLI_NO;

	if (seal_init() != 0)
		return audit_complain(&audit, CLI_NO, "libsodium: no start");
	if (args->proof != NULL)
		return audit_verify_proof(&audit);
	audit.source = args->store != NULL
			   ? source_store_open(args->store, why, &status)
			   : source_live_open(socket, why, &status);
	if (audit.source == NULL)
		return source_not(&audit, status, why);
	status = verb_run(&audit);
	source_close(audit.source);
	return status;
}
