/* SPDX-License-Identifier: BSD-2-Clause */
/* Splitting of one component: numeric by intervals, bitmask by AND groups. */
#include "policy/dialect_split.h"

#include <stddef.h>
#include <string.h>

#include "policy/interval.h"

#define RANGES_MAX (DIALECT_TERMS_MAX / 2) /* a range takes two terms */
#define NOT_ANY    RULE_OP_NOT
#define NOT_ALL    (RULE_OP_NOT | RULE_OP_MATCH)
#define GROUPS_MAX (DIALECT_PARTS_MAX * DIALECT_TERMS_MAX)

static void
choice_add(
    struct dialect_choice *choice, unsigned type, unsigned op, uint64_t value)
{
	choice->terms[choice->n++] = (struct rule_term){
		.value = value,
		.type = (uint8_t)type,
		.op = (uint8_t)op,
	};
}

static bool
choice_equal(const struct dialect_choice *a, const struct dialect_choice *b)
{
	return a->n == b->n &&
	       memcmp(a->terms, b->terms, a->n * sizeof(a->terms[0])) == 0;
}

/* An empty list to fill next; NULL when there are too many already. */
static struct dialect_choice *
choices_next(struct dialect_choices *out)
{
	if (out->n == DIALECT_PARTS_MAX)
		return NULL;
	out->at[out->n].n = 0;
	return &out->at[out->n++];
}

/* Between values on both sides; anything else takes one term. */
static bool
is_range(const struct interval *interval, uint32_t max)
{
	return interval->lo != interval->hi && interval->lo != 0 &&
	       interval->hi != max;
}

static void
choice_add_interval(struct dialect_choice *choice, unsigned type,
    const struct interval *interval, uint32_t max)
{
	uint32_t lo = interval->lo;
	uint32_t hi = interval->hi;

	if (lo == hi) {
		choice_add(choice, type, RULE_OP_EQ, lo);
	} else if (hi == max) {
		choice_add(choice, type, RULE_OP_GT | RULE_OP_EQ, lo);
	} else if (lo == 0) {
		choice_add(choice, type, RULE_OP_LT | RULE_OP_EQ, hi);
	} else {
		choice_add(choice, type, RULE_OP_GT | RULE_OP_EQ, lo);
		choice_add(
		    choice, type, RULE_OP_AND | RULE_OP_LT | RULE_OP_EQ, hi);
	}
}

/* The next interval from *at on that is, or is not, a range; else n. */
static unsigned
next_of(const struct interval_set *set, unsigned at, bool range, uint32_t max)
{
	while (at < set->n && is_range(&set->at[at], max) != range)
		at++;
	return at;
}

/*
 * As many ranges as fit into each list, then single values: no packing has
 * fewer lists, for a range takes two of five terms and a value one.
 */
static enum reason
split_numeric(const struct rule_term *terms, unsigned n, uint32_t max,
    struct dialect_choices *out)
{
	struct interval_pool pool;
	struct interval_set set;
	unsigned type = terms[0].type;
	unsigned range;
	unsigned single;

	pool.used = 0;
	set = interval_of_terms(&pool, terms, n, max);
	if (set.n == 0)
		return REASON_MATCHES_NOTHING;
	range = next_of(&set, 0, true, max);
	single = next_of(&set, 0, false, max);
	while (range < set.n || single < set.n) {
		struct dialect_choice *choice = choices_next(out);
		unsigned ranges = 0;

		if (choice == NULL)
			return REASON_TOO_MANY_PARTS;
		for (; range < set.n && ranges < RANGES_MAX; ranges++) {
			choice_add_interval(choice, type, &set.at[range], max);
			range = next_of(&set, range + 1, true, max);
		}
		while (single < set.n && choice->n < DIALECT_TERMS_MAX) {
			choice_add_interval(choice, type, &set.at[single], max);
			single = next_of(&set, single + 1, false, max);
		}
	}
	return REASON_ACCEPTED;
}

/* Terms joined by AND, merged: all these bits, none of those, and the rest. */
struct bit_group {
	uint64_t all;
	uint64_t none;
	unsigned n_more;
	bool never;
	bool too_long;
	struct rule_term more[DIALECT_TERMS_MAX]; /* any or not all of many */
};

/* One list of groups, none twice; those of a single "any" or "not all" (also
 * in its one-bit forms) are gathered over the whole list. */
struct bit_groups {
	uint64_t any;
	uint64_t not_all;
	unsigned n;
	bool always;
	struct dialect_choice at[GROUPS_MAX];
};

static bool
is_one_bit(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

static void
group_add_more(struct bit_group *group, const struct rule_term *term)
{
	unsigned op = term->op & NOT_ALL;

	for (unsigned i = 0; i < group->n_more; i++) {
		if (group->more[i].op == op &&
		    group->more[i].value == term->value)
			return;
	}
	if (group->n_more == DIALECT_TERMS_MAX) {
		group->too_long = true;
		return;
	}
	group->more[group->n_more] = *term;
	group->more[group->n_more++].op = (uint8_t)op;
}

static void
group_add(struct bit_group *group, const struct rule_term *term)
{
	uint64_t value = term->value;

	switch (term->op & NOT_ALL) {
	case RULE_OP_MATCH:
		group->all |= value;
		return;
	case NOT_ANY:
		group->none |= value;
		return;
	case NOT_ALL:
		if (is_one_bit(value))
			group->none |= value;
		else if (value != 0)
			group_add_more(group, term);
		else
			group->never = true; /* "all of nothing" is true */
		return;
	default: /* any */
		if (is_one_bit(value))
			group->all |= value;
		else if (value != 0)
			group_add_more(group, term);
		else
			group->never = true;
		return;
	}
}

static struct dialect_choice
group_terms(const struct bit_group *group, unsigned type)
{
	struct dialect_choice terms;

	terms.n = 0;
	if (group->all != 0)
		choice_add(&terms, type, RULE_OP_MATCH, group->all);
	if (group->none != 0)
		choice_add(&terms, type, NOT_ANY, group->none);
	for (unsigned i = 0; i < group->n_more; i++)
		choice_add(
		    &terms, type, group->more[i].op, group->more[i].value);
	for (unsigned i = 1; i < terms.n; i++)
		terms.terms[i].op |= RULE_OP_AND;
	return terms;
}

/* A single "any", "not all", or one bit asked for: gathered, not listed. */
static bool
groups_gather(struct bit_groups *groups, const struct rule_term *term)
{
	unsigned op = term->op & NOT_ALL;

	if ((op == RULE_OP_MATCH || op == NOT_ANY) && !is_one_bit(term->value))
		return false;
	if ((op & RULE_OP_NOT) != 0)
		groups->not_all |= term->value;
	else
		groups->any |= term->value;
	return true;
}

/* Put a group into the list; the reason when that cannot be. */
static enum reason
groups_add(
    struct bit_groups *groups, const struct bit_group *group, unsigned type)
{
	unsigned n = group->n_more + (group->all != 0) + (group->none != 0);
	struct dialect_choice terms;

	if (group->never || (group->all & group->none) != 0)
		return REASON_ACCEPTED;
	if (group->too_long || n > DIALECT_TERMS_MAX)
		return REASON_NOT_EXPRESSIBLE;
	terms = group_terms(group, type);
	groups->always |= n == 0;
	if (n == 0 || (n == 1 && groups_gather(groups, &terms.terms[0])))
		return REASON_ACCEPTED;
	for (unsigned i = 0; i < groups->n; i++) {
		if (choice_equal(&groups->at[i], &terms))
			return REASON_ACCEPTED;
	}
	if (groups->n == GROUPS_MAX)
		return REASON_TOO_MANY_PARTS;
	groups->at[groups->n++] = terms;
	return REASON_ACCEPTED;
}

static enum reason
groups_fill(
    struct bit_groups *groups, const struct rule_term *terms, unsigned n)
{
	enum reason reason = REASON_ACCEPTED;
	unsigned end;

	for (unsigned i = 0; i < n && reason == REASON_ACCEPTED; i = end) {
		struct bit_group group;

		group.all = 0;
		group.none = 0;
		group.n_more = 0;
		group.never = false;
		group.too_long = false;
		group_add(&group, &terms[i]);
		for (end = i + 1; end < n && (terms[end].op & RULE_OP_AND) != 0;
		     end++)
			group_add(&group, &terms[end]);
		reason = groups_add(groups, &group, terms[0].type);
	}
	return reason;
}

/* Append a group to the first list with room for it. */
static enum reason
choices_place(struct dialect_choices *out, const struct dialect_choice *group)
{
	struct dialect_choice *choice = NULL;

	for (unsigned i = 0; i < out->n && choice == NULL; i++) {
		if (out->at[i].n + group->n <= DIALECT_TERMS_MAX)
			choice = &out->at[i];
	}
	if (choice == NULL)
		choice = choices_next(out);
	if (choice == NULL)
		return REASON_TOO_MANY_PARTS;
	memcpy(&choice->terms[choice->n], group->terms,
	    group->n * sizeof(group->terms[0]));
	choice->n += group->n;
	return REASON_ACCEPTED;
}

static enum reason
choices_place_one(
    struct dialect_choices *out, unsigned type, unsigned op, uint64_t value)
{
	struct dialect_choice group;

	group.n = 0;
	if (value == 0)
		return REASON_ACCEPTED;
	choice_add(&group, type, op, value);
	return choices_place(out, &group);
}

static enum reason
split_bitmask(
    const struct rule_term *terms, unsigned n, struct dialect_choices *out)
{
	unsigned type = terms[0].type;
	struct bit_groups groups;
	enum reason reason;

	groups.any = 0;
	groups.not_all = 0;
	groups.n = 0;
	groups.always = false;
	reason = groups_fill(&groups, terms, n);
	if (reason == REASON_ACCEPTED && groups.always) {
		/* A bit set or not: plainer to routers than a value of 0. */
		groups.n = 0;
		groups.any = RULE_FRAGMENT_ISF;
		groups.not_all = RULE_FRAGMENT_ISF;
	}
	if (reason == REASON_ACCEPTED)
		reason = choices_place_one(out, type, 0, groups.any);
	if (reason == REASON_ACCEPTED)
		reason = choices_place_one(out, type, NOT_ALL, groups.not_all);
	for (unsigned i = 0; i < groups.n && reason == REASON_ACCEPTED; i++)
		reason = choices_place(out, &groups.at[i]);
	if (reason == REASON_ACCEPTED && out->n == 0)
		return REASON_MATCHES_NOTHING;
	return reason;
}

enum reason
dialect_split(const struct rule_term *terms, unsigned n, unsigned afi,
    struct dialect_choices *out)
{
	uint64_t max = rule_field_max(terms[0].type, afi);

	out->n = 0;
	if (!rule_type_is_bitmask(terms[0].type))
		return split_numeric(terms, n, (uint32_t)max, out);
	for (unsigned i = 0; i < n; i++) {
		if (terms[i].value > max)
			return REASON_VALUE_RANGE; /* not canonical */
	}
	return split_bitmask(terms, n, out);
}
