/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers as text for an engineer, or as JSON. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "proxy/cli/answer.h"
#include "proxy/cli/args.h"

/* Where it goes. */
struct show {
	FILE *out;
	FILE *err;
	size_t width;    /* columns; 0: no terminal, any */
	uint64_t now_ns; /* CLOCK_REALTIME */
};

/* Show an answer as args want it. Returns the exit status of the command. */
int show_answer(const struct show *show, const struct args *args,
    const struct answer *answer);

/* ---- one function a verb: rows as text ---- */

void show_status(const struct show *show, const struct json *row);
/* One line: is all well? Returns whether nothing needs a person. */
bool show_status_check(
    const struct show *show, const struct json *row, bool json);
/* What is unusual, a line each. */
void show_notices(const struct show *show, const struct json *row);
void show_customers(const struct show *show, const struct answer *answer);
void show_customer(const struct show *show, const struct json *row);
void show_sessions(const struct show *show, const struct answer *answer);
void show_levels(const struct show *show, const struct answer *answer);
void show_session(const struct show *show, const struct json *row);
/* The row is a place of a range that nobody has, and not the one in whose place
 * the range is shown: there is nothing to show. */
bool show_session_hidden(const struct json *row);
void show_rules(const struct show *show, const struct answer *answer);
void show_rule(const struct show *show, const struct json *row, bool explain);
void show_entries(const struct show *show, const struct answer *answer);

/* Returns whether the sentence at the answer's end is among what was shown. */
bool show_route(const struct show *show, const struct args *args,
    const struct answer *answer);

/* The answer about a route as one object, the caller's to free. */
struct json *show_route_json(
    const struct args *args, const struct answer *answer);

/* ---- parts ---- */

struct table;

/* The table of rules, still empty; the caller frees it. Then a rule of it. */
struct table *show_rules_table(void);
void show_rules_add(
    const struct show *show, struct table *table, const struct json *row);

#define SHOW_AGE_MAX    24
#define SHOW_NUMBER_MAX 24

/* A text of an object, "" when there is none. */
const char *show_field(const struct json *object, const char *key);

/* A number of an object as text, "-" when there is none. Returns buf. */
const char *show_number(
    const struct json *object, const char *key, char buf[SHOW_NUMBER_MAX]);

/* How long ago (or, with left, how long to go) the time in an object is; "-"
 * when there is none. Returns buf. */
const char *show_age(const struct show *show, const struct json *object,
    const char *key, bool left, char buf[SHOW_AGE_MAX]);

/* Time to the end of a rule's state, ground or lifetime: the soonest. */
const char *show_left(
    const struct show *show, const struct json *rule, char buf[SHOW_AGE_MAX]);

#define SHOW_GROUND_MAX 64

/* What became of the route that a rule rests on, in words; "" when it is fine.
 * Returns buf. */
const char *show_ground(const struct show *show, const struct json *rule,
    char buf[SHOW_GROUND_MAX]);

/* The sentence at the end of an answer; where it is that nothing was found,
 * with what was asked for. The caller frees it. */
char *show_end(const struct args *args, const struct answer *answer);

/* A value as one line. */
void show_json_line(const struct show *show, const struct json *json);

/* Print pieces (ended by NULL) one behind the other, cleaned. */
void show_text(const struct show *show, const char *const *pieces);
#define SHOW(show, ...)                                                        \
	show_text((show), (const char *const[]){ __VA_ARGS__, NULL })
