/* SPDX-License-Identifier: BSD-2-Clause */
/* No other owner stands with the same inward rule and another action. */
#include "policy/check.h"

/* The part was asked about already: most rules are the same in every dialect,
 * and then have one part. */
static bool
conflict_asked(const struct check_ask *ask, unsigned dialect)
{
	for (unsigned i = 0; i < dialect; i++) {
		if ((ask->q->dialects & JUDGE_DIALECT_BIT(i)) != 0 &&
		    ask->parts[i].n == 1 && ask->parts[dialect].n == 1 &&
		    rule_equal(
			&ask->parts[i].part[0], &ask->parts[dialect].part[0]))
			return true;
	}
	return false;
}

static bool
conflict_in(const struct check_ask *ask, unsigned dialect)
{
	const struct question *q = ask->q;
	const struct dialect_parts *parts = &ask->parts[dialect];

	for (unsigned i = 0; i < parts->n; i++) {
		if (q->conflicts(q->ctx, &parts->part[i], q->actions,
			ask->evidence, EVIDENCE_MAX))
			return true;
	}
	return false;
}

enum reason
check_conflict(const struct check_ask *ask)
{
	const struct question *q = ask->q;

	if (q->conflicts == NULL || q->actions == NULL)
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: no table of standing rules");
	if (!check_expressed(ask))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no inward form");
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((q->dialects & JUDGE_DIALECT_BIT(i)) == 0 ||
		    conflict_asked(ask, i))
			continue;
		if (conflict_in(ask, i))
			return REASON_CONFLICT;
	}
	return check_pass(ask, "no other owner of the same rule differs");
}
