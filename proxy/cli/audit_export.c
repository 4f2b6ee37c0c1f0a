/* SPDX-License-Identifier: BSD-2-Clause */
/* "sluice audit export --json": entries as they come, the oldest first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/cli/audit.h"
#include "proxy/cli/offline.h"
#include "proxy/cli/text.h"
#include "proxy/common/query.h"
#include "proxy/control/view.h"
#include "store/ledger.h"
#include "store/record.h"

struct export
{
	const struct audit *audit;
	struct msg_audit_query query;
	uint64_t end;
	uint64_t removed;
	uint64_t bad;   /* not there, or not to be believed */
	uint64_t first; /* of those */
	struct entry entry;
};

static void
bad_add(struct export *export, uint64_t seq, uint64_t n)
{
	if (export->bad == 0)
		export->first = seq;
	export->bad += n;
}

static void
entry_put(struct export *export, const struct entry *entry)
{
	struct json *json;

	if (!query_wants(&export->query, entry))
		return;
	json = view_entry(entry);
	show_json_line(export->audit->show, json);
	json_free(json);
}

/* A record is believed when it agrees with the hash beside it. */
static void
record_put(struct export *export, const struct source_item *item)
{
	uint8_t leaf[SEAL_LEN];

	seal_leaf(item->record, item->len, leaf);
	memset(&export->entry, 0, sizeof(export->entry));
	if (memcmp(leaf, item->hash, SEAL_LEN) != 0 ||
	    record_decode(item->record, item->len, &export->entry) < 0 ||
	    export->entry.seq != item->seq)
		bad_add(export, item->seq, 1);
	else
		entry_put(export, &export->entry);
}

/* Whoever reads it may have gone. */
static bool
can_go_on(const struct export *export)
{
	return ferror(export->audit->show->out) == 0;
}

static int
source_put(struct export *export)
{
	struct source *source = export->audit->source;
	struct source_item item;

	if (source_range(source, 0, export->end) < 0)
		return audit_source_failed(export->audit);
	while (can_go_on(export)) {
		if (source_next(source, &item) < 0)
			return audit_source_failed(export->audit);
		if (item.what == SOURCE_END)
			break;
		if (item.what == SOURCE_RECORD)
			record_put(export, &item);
		else if (item.what == SOURCE_REMOVED)
			export->removed += LEDGER_BLOCK;
		else if (item.what == SOURCE_MISSING)
			bad_add(export, item.seq, item.to - item.seq);
		else if (item.what == SOURCE_DAMAGED)
			bad_add(export, item.seq, 1);
		audit_progress(
		    export->audit, item.seq, export->end, "exported");
	}
	return CLI_DONE;
}

/* ---- a store that is sound enough is searched with its index ---- */

static int
visit(void *ctx, const struct entry *entry)
{
	struct export *export = ctx;

	audit_progress(export->audit, entry->seq, export->end, "exported");
	entry_put(export, entry);
	return can_go_on(export) ? 0 : 1;
}

static int
ledger_put(struct export *export, struct ledger *ledger)
{
	struct index_query query;
	struct ledger_range range = { .to = export->end };
	int err = 0;

	offline_query(&export->query, &query);
	range.query = &query;
	while (range.from < range.to) {
		uint64_t seq = range.from;

		err = ledger_walk(ledger, &range, visit, export, &seq);
		if (err != DB_CORRUPT)
			break;
		bad_add(export, seq, 1);
		range.from = seq + 1;
		err = 0;
	}
	return err >= 0
		   ? CLI_DONE
		   : audit_complain(export->audit, CLI_NO, "--store %.100s: %s",
			 export->audit->args->store, db_error_text(err));
}

static int
export_end(const struct export *export, int status)
{
	audit_progress_end(export->audit);
	if (status == CLI_DONE && export->removed > 0)
		(void)audit_complain(export->audit, CLI_DONE,
		    "%" PRIu64 " entries were removed by retention",
		    export->removed);
	if (export->bad > 0)
		return audit_complain(export->audit, CLI_NO,
		    "%" PRIu64 " entries are missing or damaged, the first is "
		    "%" PRIu64 ": see sluice audit verify",
		    export->bad, export->first);
	return status;
}

static int
export_run(struct export *export)
{
	const struct audit *audit = export->audit;
	struct ledger *ledger = NULL;
	struct source_seal seal;
	char why[ARGS_WHY_MAX];
	int status;

	if (offline_filter(
		audit->args, audit->show->now_ns, &export->query, why) < 0)
		return audit_complain(audit, CLI_WRONG, "%s", why);
	if (source_seal(audit->source, UINT64_MAX, &seal) < 0)
		return audit_source_failed(audit);
	export->end = seal.end;
	if (audit->args->store != NULL &&
	    source_yield(audit->source, &ledger)) {
		status = ledger_put(export, ledger);
		source_take_back(audit->source, ledger);
	} else {
		status = source_put(export);
	}
	return export_end(export, status);
}

int
audit_export(const struct audit *audit)
{
	struct export *export = text_alloc(NULL, sizeof(*export));
	int status;

	memset(export, 0, sizeof(*export));
	export->audit = audit;
	status = export_run(export);
	free(export);
	return status;
}
