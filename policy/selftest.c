/* SPDX-License-Identifier: BSD-2-Clause */
/* Known-bad rules are put to the judge; each must meet its reason. */
#include "policy/selftest.h"

#include <stdio.h>
#include <string.h>

#include "policy/selftest_live.h"
#include "policy/selftest_rows.h"

static void
result_failed(struct selftest_result *result, const char *reason,
    const char *what, const char *name)
{
	if (result->failed++ == 0)
		(void)snprintf(result->text, sizeof(result->text),
		    "%s: %s for %s", reason, what, name);
}

/* The state that belongs to a reason. */
static enum state
state_of(unsigned reason)
{
	switch (reason) {
	case REASON_ACCEPTED:
		return STATE_ACCEPTED;
	case REASON_MONITOR:
	case REASON_DRY_RUN:
		return STATE_MONITORED;
	case REASON_WIDE:
	case REASON_SHADOWS:
	case REASON_APPROVAL:
	case REASON_SECOND_OPERATOR:
		return STATE_HELD;
	default:
		return STATE_REFUSED;
	}
}

/* The customer of our own meets just this reason. */
static void
row_of_our_own(const struct selftest_row *row, const struct verdict *verdict,
    struct selftest_result *result)
{
	char what[SELFTEST_TEXT_MAX / 2];

	result->asked++;
	if (verdict->reason == row->reason &&
	    verdict->state == state_of(row->reason))
		return;
	(void)snprintf(what, sizeof(what), "%s as %s",
	    verdict_accepts(verdict) ? "passed" : "met",
	    reason_name(verdict->reason));
	result_failed(result, reason_name(row->reason), what, "the self-test");
}

static void
run_our_own(selftest_judge judge_with, struct dialect_parts *parts,
    struct selftest_result *result)
{
	struct selftest_stage stage;
	const struct selftest_row *row;
	struct verdict verdict;

	if (selftest_stage_init(&stage) != 0) {
		result->asked++;
		result_failed(
		    result, "unjudged", "memory is out", "the self-test");
		selftest_stage_fini(&stage);
		return;
	}
	for (unsigned i = 0; (row = selftest_rows_at(i)) != NULL; i++) {
		selftest_stage_reset(&stage);
		row->spoil(&stage, row->arg);
		judge_with(&stage.q, &verdict, parts);
		row_of_our_own(row, &verdict, result);
	}
	selftest_stage_fini(&stage);
}

/* A configured customer may be refused for another reason, but not pass. */
static void
run_configured(selftest_judge judge_with, const struct question *live,
    struct dialect_parts *parts, struct selftest_result *result)
{
	struct selftest_live asked;
	struct verdict verdict;

	selftest_live_init(&asked, live);
	for (unsigned i = 0; i < SELFTEST_LIVE_ROWS; i++) {
		enum reason reason = selftest_live_row(&asked, i);

		if (reason == REASON_ACCEPTED)
			continue; /* there is no such rule for this customer */
		judge_with(&asked.q, &verdict, parts);
		result->asked++;
		if (verdict_accepts(&verdict))
			result_failed(result, reason_name(reason),
			    "passed as accepted", live->customer->name);
	}
}

void
selftest_run_with(selftest_judge judge_with, const struct question *live,
    struct dialect_parts *parts, struct selftest_result *result)
{
	if (live->customer == NULL || result->asked == 0)
		run_our_own(judge_with, parts, result);
	if (live->customer != NULL)
		run_configured(judge_with, live, parts, result);
}

void
selftest_run(const struct question *live, struct dialect_parts *parts,
    struct selftest_result *result)
{
	selftest_run_with(judge, live, parts, result);
}

bool
selftest_covers(unsigned reason)
{
	const struct selftest_row *row;

	for (unsigned i = 0; (row = selftest_rows_at(i)) != NULL; i++) {
		if (row->reason == reason)
			return true;
	}
	return false;
}
