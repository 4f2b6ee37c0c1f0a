/* SPDX-License-Identifier: BSD-2-Clause */
/* A search in the log: from the operator's words to a query. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proxy/common/message.h"

#define FILTER_MAX_DEFAULT 50u
#define FILTER_MAX_LIMIT   100000u /* entries of one answer */

/* What was said; NULL: nothing. */
struct filter_words {
	const char *customer;
	const char *since; /* as when_parse() reads */
	const char *until;
	const char *prefix; /* entries about destinations that touch it */
	const char *state;
	const char *reason; /* name or number */
	const char *kind;
	const char *operator_name;
};

/*
 * Fill the filters of a query (everything but head, request, max and
 * direction), rule_id with "any". Returns 0, or -1 when one of the words is not
 * understood, with why (size octets): which, what was found, what is wanted.
 */
int filter_parse(const struct filter_words *words, uint64_t now_ns,
    struct msg_audit_query *query, char *why, size_t size);

/* Copy text to out (size octets, padded with zeros); false when it is too long
 * or has control characters. */
bool filter_copy(const char *text, char *out, size_t size);

/* Where a refusal is written. */
struct filter_why {
	char *text;
	size_t size;
};
/* NAME: found "VALUE", wanted WANTED. The value is cut when it is long. */
void filter_refuse(struct filter_why *why, const char *name, const char *value,
    const char *wanted);

extern const char filter_states[];   /* what is wanted of a state */
extern const char filter_prefixes[]; /* and of a prefix */
extern const char filter_grounds[];

/* Number of a state by its name; false when there is none. */
bool filter_state(const char *name, uint8_t *out);

/* The same of a ground, but fine; filter_grounds is what is wanted. */
bool filter_ground(const char *name, uint8_t *out);
