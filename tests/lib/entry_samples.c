/* SPDX-License-Identifier: BSD-2-Clause */
/* Fixed entries of the log, filled in by hand. */
#include "tests/lib/entry_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/check.h"
#include "policy/reason.h"
#include "policy/rule_text.h"
#include "tests/lib/ctl_samples.h"

#define TEXT(array, text) ((void)snprintf((array), sizeof(array), "%s", (text)))

static void
rule_of_text(const char *text, struct entry *entry)
{
	struct rule_text_error error;

	if (rule_parse(text, &entry->rule, &entry->actions, &error) == 0)
		return;
	(void)fprintf(stderr, "not a rule: %s\n", text);
	abort();
}

static void
entry_base(struct entry *entry, uint64_t seq)
{
	memset(entry, 0, sizeof(*entry));
	entry->seq = seq;
	entry->wall_ns = SAMPLE_NOW_NS + seq * 1000000;
	entry->mono_ns = seq;
	memset(entry->boot_id, 0xb0, sizeof(entry->boot_id));
	memset(entry->config_hash, 0xc0, sizeof(entry->config_hash));
}

void
sample_entry(struct entry *entry)
{
	entry_base(entry, 4711);
	entry->kind = ENTRY_VERDICT;
	entry->rule_id = 4711;
	entry->state = STATE_REFUSED;
	entry->check = CHECK_SCOPE;
	entry->reason = REASON_PREFIX_LENGTH;
	entry->has_rule = 1;
	TEXT(entry->customer, "acme");
	TEXT(entry->session, "198.51.100.2");
	TEXT(entry->evidence, "/16 is outside /25 to /32");
	rule_of_text(
	    "match destination 203.0.0.0/16 then rate-limit 125000", entry);
	entry->raw_len = 5;
	memcpy(entry->raw, "\x04\x01\x10\xcb\x00", 5);
}

void
sample_entry_operator(struct entry *entry)
{
	entry_base(entry, 4712);
	entry->kind = ENTRY_OPERATOR;
	entry->rule_id = 17;
	entry->state = STATE_HELD;
	entry->reason = REASON_WIDE;
	entry->has_rule = 1;
	TEXT(entry->customer, "acme");
	TEXT(entry->session, "198.51.100.2");
	TEXT(entry->operator_name, "root");
	TEXT(entry->evidence, "approve");
	TEXT(entry->text, "called back, it is theirs");
	rule_of_text("match destination 203.0.113.0/24 then discard", entry);
}

void
sample_entry_wish(struct entry *entry)
{
	sample_entry(entry);
	entry->state = STATE_MONITORED;
	entry->check = CHECK_NONE;
	entry->reason = REASON_DRY_RUN;
	entry->lifetime_ms = 5400000;
	entry->wish.lifetime_s = 5400;
	entry->wish.dry_run = 1;
	TEXT(entry->evidence, "");
}

void
sample_entry_start(struct entry *entry)
{
	entry_base(entry, 0);
	entry->kind = ENTRY_START;
	TEXT(entry->text, "guard started");
}

void
sample_entry_retention(struct entry *entry)
{
	entry_base(entry, 4713);
	entry->kind = ENTRY_SUMMARY;
	entry->count = 512;
	TEXT(entry->text, "retention");
	TEXT(entry->evidence,
	    "entries 0 to 511 are removed, but those of blocks on which a "
	    "rule stands; age=31536000000ms size=0");
}

void
sample_entry_clock(struct entry *entry)
{
	entry_base(entry, 4714);
	entry->kind = ENTRY_FEED;
	TEXT(entry->text, "wall clock stepped by -3600.250 s");
}

void
sample_entry_key(struct entry *entry)
{
	entry_base(entry, 1);
	entry->kind = ENTRY_KEY;
	TEXT(entry->text,
	    "public key q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=");
}

void
sample_entry_key_forged(struct entry *entry)
{
	entry_base(entry, 4715);
	entry->kind = ENTRY_KEY;
	TEXT(entry->text,
	    "public key AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= after "
	    "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k= until 1798761600");
	TEXT(entry->evidence,
	    "signed by new AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
	    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ== by old "
	    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
	    "EBAQEBAQEBAQEBAQEBAQ==");
}
