/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard proves its guards: rules that must not pass, asked through judge()
 * with what is in force now. Pure.
 *
 * Each row spoils one thing of a question that would otherwise pass, and names
 * the reason it must meet. Rows are asked for a customer of our own, which
 * meets every reason, and (those that no configuration may let pass) for each
 * configured customer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/judge.h"

#define SELFTEST_TEXT_MAX 192

struct selftest_result {
	uint32_t asked;
	uint32_t failed;
	/* The first failure: "not-registered: passed as accepted for acme" */
	char text[SELFTEST_TEXT_MAX];
};

/*
 * Ask all rows. live is a question as the guard would ask for any rule of a
 * customer in force: its customer (NULL: the one of our own alone), protected
 * set, views, dialects and fleet figures are used; rule, actions and all that
 * a row spoils are not. parts as for judge(). Adds to *result, which was zeroed
 * before the first call; that first one asks for our own customer too.
 */
void selftest_run(const struct question *live, struct dialect_parts *parts,
    struct selftest_result *result);

/* judge(), or a judge with a flaw that must be noticed. */
typedef void (*selftest_judge)(const struct question *q,
    struct verdict *verdict, struct dialect_parts *parts);
void selftest_run_with(selftest_judge judge_with, const struct question *live,
    struct dialect_parts *parts, struct selftest_result *result);

/* Is there a row that must meet this reason? */
bool selftest_covers(unsigned reason);
