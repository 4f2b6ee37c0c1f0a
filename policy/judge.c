/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the checks in their order. There is one place that accepts, after the
 * last check; everything before it only refuses.
 */
#include "policy/judge.h"

#include <string.h>

#include "policy/check.h"
#include "policy/line.h"
#include "policy/rewrite.h"

#define REWRITE_WORDS_MAX 128

static const check_run checks[CHECK_COUNT] = {
	[CHECK_SESSION] = check_session,
	[CHECK_FORM] = check_form,
	[CHECK_SCOPE] = check_scope,
	[CHECK_OWNERSHIP] = check_ownership,
	[CHECK_VALIDATION] = check_validation,
	[CHECK_PROTECTED] = check_protected,
	[CHECK_ACTION] = check_action,
	[CHECK_CONFLICT] = check_conflict,
	[CHECK_QUOTA] = check_quota,
	[CHECK_LIFETIME] = check_lifetime,
	[CHECK_APPROVAL] = check_approval,
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

/* The actions as they would go inward. */
struct rewritten {
	bool changed;
	char words[REWRITE_WORDS_MAX]; /* where they were changed */
	struct action_set set;         /* where nobody else keeps them */
};

/* Most customers rewrite nothing: then what came is what goes inward. */
static const struct action_set *
rewrite(const struct question *q, struct rewritten *rewritten)
{
	struct action_set *out =
	    q->emitted == NULL ? &rewritten->set : q->emitted;

	rewritten->changed = false;
	if (q->actions != NULL && q->customer != NULL &&
	    (q->customer->rewrite.raise_rates ||
		q->customer->rewrite.n_redirects != 0))
		rewritten->changed = rewrite_actions(q->customer, q->actions,
		    out, rewritten->words, sizeof(rewritten->words));
	else if (q->emitted != NULL && q->actions != NULL)
		*q->emitted = *q->actions;
	else if (q->emitted != NULL)
		memset(q->emitted, 0, sizeof(*q->emitted));
	return rewritten->changed ? out : q->actions;
}

/* Put words before what the evidence says. */
static void
evidence_lead(struct verdict *verdict, const char *words)
{
	char rest[EVIDENCE_MAX];
	struct line line;

	memcpy(rest, verdict->evidence, sizeof(rest));
	line = line_new(verdict->evidence, sizeof(verdict->evidence));
	line_text(&line, words);
	if (rest[0] != '\0')
		line_text(&line, "; ");
	line_text(&line, rest);
}

/* Every check was asked and none objected. */
static void
pass(const struct question *q, const struct rewritten *rewritten,
    struct verdict *verdict)
{
	if (q->customer == NULL)
		return;
	if (q->customer->mode == CUSTOMER_ENFORCE) {
		verdict->reason = REASON_ACCEPTED;
		verdict->state = rewritten->changed ? STATE_ACCEPTED_MODIFIED
						    : STATE_ACCEPTED;
	} else if (q->customer->mode == CUSTOMER_MONITOR) {
		verdict->reason = REASON_MONITOR;
		verdict->state = STATE_MONITORED;
	}
	if (rewritten->changed)
		evidence_lead(verdict, rewritten->words);
}

/* A person must let it pass. */
struct hold {
	enum reason reason; /* ACCEPTED: no hold */
	enum check check;
	char evidence[EVIDENCE_MAX];
};

static void
hold_keep(struct hold *hold, enum reason reason, enum check check,
    struct verdict *verdict)
{
	if (hold->reason == REASON_ACCEPTED) {
		hold->reason = reason;
		hold->check = check;
		memcpy(
		    hold->evidence, verdict->evidence, sizeof(hold->evidence));
	}
	/* What later checks put down is not about the hold. */
	memset(verdict->evidence, 0, sizeof(verdict->evidence));
}

static void
hold_tell(const struct hold *hold, struct verdict *verdict)
{
	verdict->reason = (uint16_t)hold->reason;
	verdict->check = (uint8_t)hold->check;
	verdict->state = STATE_HELD;
	memcpy(verdict->evidence, hold->evidence, sizeof(hold->evidence));
}

/* It would be accepted, monitored or held; but only a verdict was wished. */
static void
dry_run(struct verdict *verdict)
{
	char words[REWRITE_WORDS_MAX];
	struct line line = line_new(words, sizeof(words));

	line_text(&line, "dry run: ");
	line_text(&line, verdict->state == STATE_HELD ? "would be held as "
						      : "would pass as ");
	line_text(&line, reason_name(verdict->reason));
	evidence_lead(verdict, words);
	verdict->reason = REASON_DRY_RUN;
	verdict->state = STATE_MONITORED;
	verdict->check = CHECK_NONE;
}

/* Nothing of it goes inward. */
static void
refuse(const struct question *q, enum reason reason, enum check check,
    struct verdict *verdict, struct dialect_parts *parts)
{
	verdict->check = (uint8_t)check;
	verdict->reason = (uint16_t)reason;
	verdict->rules = 0;
	verdict->cost = 0;
	verdict->lifetime_ms = 0;
	parts_clear(q->dialects, parts);
}

void
judge_run(const check_run table[CHECK_COUNT], const struct question *q,
    struct verdict *verdict, struct dialect_parts *parts)
{
	struct rewritten rewritten;
	struct hold hold;
	struct check_ask ask = { .q = q,
		.actions = rewrite(q, &rewritten),
		.verdict = verdict,
		.parts = parts,
		.evidence = verdict->evidence };
	enum check check;

	memset(verdict, 0, sizeof(*verdict)); /* unjudged, refused */
	parts_clear(q->dialects, parts);
	hold.reason = REASON_ACCEPTED;
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		enum reason reason = ask_one(table[check], &ask);

		if (reason_holds(reason)) {
			hold_keep(&hold, reason, check, verdict);
		} else if (reason != REASON_ACCEPTED) {
			refuse(q, reason, check, verdict, parts);
			return;
		}
	}
	if (hold.reason == REASON_ACCEPTED)
		pass(q, &rewritten, verdict);
	else
		hold_tell(&hold, verdict);
	if (verdict->state == STATE_REFUSED)
		refuse(q, REASON_UNJUDGED, CHECK_NONE, verdict, parts);
	else if (q->wish != NULL && q->wish->dry_run != 0)
		dry_run(verdict);
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
	struct rewritten rewritten;
	const struct action_set *actions = rewrite(q, &rewritten);
	enum check check;

	memset(results, 0, CHECK_COUNT * sizeof(*results));
	parts_clear(q->dialects, parts);
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		struct check_ask ask = { .q = q,
			.actions = actions,
			.verdict = verdict,
			.parts = parts,
			.evidence = results[check].evidence,
			.explain = true };

		results[check].reason = (uint16_t)ask_one(checks[check], &ask);
	}
	judge(q, verdict, parts);
}
