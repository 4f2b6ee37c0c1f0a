/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks that judge.c asks, each in a file of its own. */
#pragma once

#include <stdbool.h>

#include "policy/judge.h"
#include "policy/line.h"
#include "policy/verdict.h"

/* One question to one check. */
struct check_ask {
	const struct question *q;
	/* What the rule would do inward: q->actions after rewriting. NULL
	 * where q->actions is. */
	const struct action_set *actions;
	struct verdict *verdict; /* for rules, cost and lifetime */
	/* By enum dialect. check_form fills it, later checks read it. */
	struct dialect_parts *parts;
	char *evidence; /* EVIDENCE_MAX octets, a string from the start */
	bool explain;   /* say on passing, too, what was looked at */
};

/*
 * Answers REASON_ACCEPTED when the check has no objection, else the objection,
 * with its evidence in ask->evidence. Pointers in the question may be NULL,
 * and no check may rely on an earlier one having passed: one that has nothing
 * to go by says REASON_UNJUDGED, which refuses.
 */
typedef enum reason (*check_run)(const struct check_ask *ask);

enum reason check_session(const struct check_ask *ask);
enum reason check_form(const struct check_ask *ask);
enum reason check_scope(const struct check_ask *ask);
enum reason check_ownership(const struct check_ask *ask);
enum reason check_validation(const struct check_ask *ask);
enum reason check_action(const struct check_ask *ask);
enum reason check_conflict(const struct check_ask *ask);
enum reason check_quota(const struct check_ask *ask);
enum reason check_protected(const struct check_ask *ask);
enum reason check_lifetime(const struct check_ask *ask);
enum reason check_approval(const struct check_ask *ask);

/* Put the evidence down (cut to fit) and return reason. */
enum reason check_say(const struct check_ask *ask, enum reason reason,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* No objection: REASON_ACCEPTED. The evidence is put down for explain only,
 * so that passing costs no formatting. */
enum reason check_pass(const struct check_ask *ask, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What follows behind the evidence of earlier checks: an accepted rule carries
 * all of it, put down without formatting. */
struct line check_line(const struct check_ask *ask);

/* The rule is there and was decoded; otherwise check_unread() says why not. */
bool check_readable(const struct check_ask *ask);
enum reason check_unread(const struct check_ask *ask);

/* Every dialect in use has parts: check_form found no objection. */
bool check_expressed(const struct check_ask *ask);

/* judge() with another table of checks; a NULL in it refuses. */
void judge_run(const check_run table[CHECK_COUNT], const struct question *q,
    struct verdict *verdict, struct dialect_parts *parts);
