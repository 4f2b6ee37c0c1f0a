/* SPDX-License-Identifier: BSD-2-Clause */
/* The guard tests its checks: at the start, and before each reload. */
#include "proxy/guard/proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "proxy/common/log.h"

bool
proof_run(struct guard *guard, const struct config *config,
    struct selftest_result *result)
{
	struct rpki_view rpki;
	struct question live;

	*result = (struct selftest_result){ 0 };
	guard_ask_live(guard, config, NULL, &live, &rpki);
	selftest_run(&live, guard->parts, result);
	for (size_t i = 0; i < config->n_customers; i++) {
		guard_ask_live(
		    guard, config, &config->customers[i], &live, &rpki);
		selftest_run(&live, guard->parts, result);
	}
	if (result->failed == 0)
		return true;
	log_line(LOG_ERROR,
	    "SELF-TEST FAILED: %" PRIu32 " of %" PRIu32 " bad rules passed; "
	    "nothing goes inward: %s",
	    result->failed, result->asked, result->text);
	return false;
}

void
proof_record(struct guard *guard, const struct selftest_result *result)
{
	struct entry *e = &guard->entry;

	guard_entry_begin(guard, ENTRY_SELFTEST);
	e->reason = result->failed == 0 ? REASON_ACCEPTED : REASON_SELFTEST;
	e->state = result->failed == 0 ? STATE_ACCEPTED : STATE_REFUSED;
	(void)snprintf(e->evidence, sizeof(e->evidence), "%s", result->text);
	(void)snprintf(e->text, sizeof(e->text),
	    "self-test: %" PRIu32 " rules that must not pass, %" PRIu32
	    " passed",
	    result->asked, result->failed);
	(void)guard_entry_append(guard, NULL);
}
