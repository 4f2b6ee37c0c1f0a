/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries that wait for a full disk, as lines. */
#include "proxy/store/spill.h"

#include <stdio.h>
#include <string.h>

#include "store/record.h"

#define LOOK_MAX 4096 /* entries a tick */

struct spill_walk {
	struct spill *spill;
	struct syslog *log;
};

/* Does it take a rule away, or did a person act? */
static bool
cannot_wait(const struct entry *entry)
{
	switch ((enum entry_kind)entry->kind) {
	case ENTRY_WITHDRAWAL:
	case ENTRY_REVOCATION:
	case ENTRY_EXPIRY:
	case ENTRY_OPERATOR:
	case ENTRY_EMERGENCY:
		return true;
	case ENTRY_NONE:
	case ENTRY_VERDICT:
	case ENTRY_LINGER:
	case ENTRY_CONFIG:
	case ENTRY_START:
	case ENTRY_STOP:
	case ENTRY_SESSION:
	case ENTRY_SUMMARY:
	case ENTRY_SELFTEST:
	case ENTRY_KEY:
	case ENTRY_FEED:
	case ENTRY_COUNT:
		break;
	}
	return false;
}

static void
tell(struct spill *spill, struct syslog *log)
{
	const struct entry *entry = &spill->entry;
	char line[512];

	if (spill->lines >= SPILL_LINES) {
		spill->missed++;
		return;
	}
	(void)snprintf(line, sizeof(line),
	    "waiting entry %llu %s rule=%llu customer=%s operator=%s "
	    "reason=%u",
	    (unsigned long long)entry->seq, entry_kind_name(entry->kind),
	    (unsigned long long)entry->rule_id, entry->customer,
	    entry->operator_name, (unsigned)entry->reason);
	(void)syslog_line(log, line);
	spill->lines++;
}

static void
visit(void *ctx, const uint8_t *record, size_t len)
{
	struct spill_walk *walk = ctx;
	struct spill *spill = walk->spill;

	if (record_decode(record, len, &spill->entry) < 0)
		return;
	if (cannot_wait(&spill->entry))
		tell(spill, walk->log);
}

void
spill_tick(struct spill *spill, const struct writer *writer, struct syslog *log,
    uint64_t now_ms)
{
	struct spill_walk walk = { spill, log };
	struct writer_range range;
	char line[128];

	if (now_ms - spill->since_ms >= 1000) {
		if (spill->missed > 0) {
			(void)snprintf(line, sizeof(line),
			    "waiting entries that were not told of: %llu",
			    (unsigned long long)spill->missed);
			(void)syslog_line(log, line);
		}
		spill->since_ms = now_ms;
		spill->lines = 0;
		spill->missed = 0;
	}
	if (!writer_held(writer))
		return;
	if (spill->next > writer_next(writer))
		spill->next = 0; /* they were taken back, others have come */
	if (spill->next < writer_head(writer)->size)
		spill->next = writer_head(writer)->size;
	range.from = spill->next;
	range.to = writer_next(writer);
	if (range.to - range.from > LOOK_MAX)
		range.to = range.from + LOOK_MAX;
	writer_waiting(writer, &range, visit, &walk);
	spill->next = range.to;
}
