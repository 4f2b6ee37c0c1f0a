/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the checks in their order. There is one place that accepts, after the
 * last check; everything before it only refuses.
 */
#include "policy/judge.h"

#include <string.h>

#include "policy/check.h"

static const check_run checks[CHECK_COUNT] = {
	[CHECK_SESSION] = check_session,
	[CHECK_FORM] = check_form,
	[CHECK_SCOPE] = check_scope,
	[CHECK_OWNERSHIP] = check_ownership,
	[CHECK_VALIDATION] = check_validation,
	[CHECK_ACTION] = check_action,
	[CHECK_CONFLICT] = check_conflict,
	[CHECK_QUOTA] = check_quota,
};

unsigned
judge_parts(uint8_t dialects, const struct dialect_parts *parts)
{
	unsigned most = 0;

	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((dialects & JUDGE_DIALECT_BIT(i)) != 0 && parts[i].n > most)
			most = parts[i].n;
	}
	return most;
}

/* Nothing to say inward. The parts themselves are left as they are: large. */
static void
parts_clear(uint8_t dialects, struct dialect_parts *parts)
{
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((dialects & JUDGE_DIALECT_BIT(i)) != 0)
			parts[i].n = 0;
	}
}

static enum reason
ask_one(check_run run, const struct check_ask *ask)
{
	return run == NULL ? REASON_UNJUDGED : run(ask);
}

/* Every check was asked and none objected. */
static void
pass(const struct question *q, struct verdict *verdict)
{
	if (q->customer == NULL)
		return;
	if (q->customer->mode == CUSTOMER_ENFORCE) {
		verdict->reason = REASON_ACCEPTED;
		verdict->state = STATE_ACCEPTED;
	} else if (q->customer->mode == CUSTOMER_MONITOR) {
		verdict->reason = REASON_MONITOR;
		verdict->state = STATE_MONITORED;
	}
}

void
judge_run(const check_run table[CHECK_COUNT], const struct question *q,
    struct verdict *verdict, struct dialect_parts *parts)
{
	struct check_ask ask = { q, parts, verdict->evidence, false };
	struct verdict held;
	bool is_held = false;
	enum check check;

	memset(verdict, 0, sizeof(*verdict)); /* unjudged, refused */
	parts_clear(q->dialects, parts);
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		enum reason reason = ask_one(table[check], &ask);

		if (reason == REASON_ACCEPTED)
			continue;
		verdict->check = (uint8_t)check;
		verdict->reason = (uint16_t)reason;
		if (reason != REASON_WIDE) {
			parts_clear(q->dialects, parts);
			return;
		}
		held = *verdict;
		is_held = true;
	}
	if (!is_held) {
		pass(q, verdict);
		return;
	}
	*verdict = held;
	verdict->state = STATE_HELD;
}

void
judge(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts)
{
	judge_run(checks, q, verdict, parts);
}

void
judge_explain(const struct question *q, struct verdict *verdict,
    struct dialect_parts *parts, struct check_result results[CHECK_COUNT])
{
	enum check check;

	memset(results, 0, CHECK_COUNT * sizeof(*results));
	parts_clear(q->dialects, parts);
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		struct check_ask ask = { q, parts, results[check].evidence,
			true };

		results[check].reason = (uint16_t)ask_one(checks[check], &ask);
	}
	judge(q, verdict, parts);
}
