/* SPDX-License-Identifier: BSD-2-Clause */
/* No other owner stands with the same inward rule and another action, or with
 * one that this rule would come before. */
#include "policy/check.h"

/* The part was asked about already: most rules are the same in every dialect,
 * and then have one part. */
static bool
part_asked(const struct check_ask *ask, unsigned dialect)
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
		if (q->conflicts(q->ctx, &parts->part[i], ask->actions,
			ask->evidence, EVIDENCE_MAX))
			return true;
	}
	return false;
}

static bool
shadow_in(const struct check_ask *ask, unsigned dialect)
{
	const struct question *q = ask->q;
	const struct dialect_parts *parts = &ask->parts[dialect];

	for (unsigned i = 0; i < parts->n; i++) {
		if (q->shadows(
			q->ctx, &parts->part[i], ask->evidence, EVIDENCE_MAX))
			return true;
	}
	return false;
}

/* Does it hold for a part of any dialect in use? */
static bool
holds_in_any(const struct check_ask *ask,
    bool (*holds)(const struct check_ask *ask, unsigned dialect))
{
	for (unsigned i = 0; i < DIALECT_COUNT; i++) {
		if ((ask->q->dialects & JUDGE_DIALECT_BIT(i)) != 0 &&
		    !part_asked(ask, i) && holds(ask, i))
			return true;
	}
	return false;
}

enum reason
check_conflict(const struct check_ask *ask)
{
	const struct question *q = ask->q;
	bool noc = q->customer != NULL && q->customer->noc;

	if (q->conflicts == NULL || ask->actions == NULL ||
	    (q->shadows == NULL && !noc))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: no table of standing rules");
	if (!check_expressed(ask))
		return check_say(ask, REASON_UNJUDGED,
		    "not asked: the rule has no inward form");
	if (holds_in_any(ask, conflict_in))
		return REASON_CONFLICT;
	/* The NOC comes before whom it wants, and a person may let others. */
	if (!noc && !q->approved && holds_in_any(ask, shadow_in))
		return REASON_SHADOWS;
	return check_pass(ask, "no other owner of the same rule differs%s",
	    noc || q->approved ? "" : ", and it comes before nobody's");
}
