/* SPDX-License-Identifier: BSD-2-Clause */
/* One component rewritten into lists that are short enough for the dialect. */
#pragma once

#include "policy/dialect.h"

/* A list of terms for one component, as a part of the rule will hold it. */
struct dialect_choice {
	unsigned n;
	struct rule_term terms[DIALECT_TERMS_MAX];
};

/* Lists that together match exactly the values of the component. */
struct dialect_choices {
	unsigned n;
	struct dialect_choice at[DIALECT_PARTS_MAX];
};

/*
 * Rewrite the n terms of a component into as few lists as possible, of single
 * values and ranges inside the field (numeric), or of its AND groups (bitmask).
 * A component that is true of the whole field still is one afterwards: it is
 * the packet's having the field that it asks for.
 *
 * Returns REASON_ACCEPTED and fills *out; or REASON_MATCHES_NOTHING,
 * REASON_TOO_MANY_PARTS, REASON_NOT_EXPRESSIBLE or REASON_VALUE_RANGE, and
 * *out is not to be read.
 */
enum reason dialect_split(const struct rule_term *terms, unsigned n,
    unsigned afi, struct dialect_choices *out);
