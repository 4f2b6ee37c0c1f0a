/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules put into the inward dialect: kept, rewritten, split or refused. */
#include "policy/dialect.h"

#include <assert.h>
#include <string.h>

#include "policy/dialect_split.h"
#include "policy/matchset.h"

#define STRICT_OCTETS_MAX 239 /* NLRI with a one-octet length, RFC 8955 4.1 */
#define FULL_OCTETS_MAX   4095

/*
 * The longest NLRI of short lists of values inside their fields: two IPv6
 * prefixes, 11 types, 5 components of one-octet values, 5 of two octets, and
 * the flow label in four. So the octet limits never bind.
 */
#define SHORT_OCTETS_MAX                                                       \
	(2 * (3 + ADDRESS_MAX) + 11 +                                          \
	    DIALECT_TERMS_MAX * (5 * (1 + 1) + 5 * (1 + 2) + (1 + 4)))
static_assert(SHORT_OCTETS_MAX <= STRICT_OCTETS_MAX, "a part fits");
static_assert(RULE_KEY_MAX <= FULL_OCTETS_MAX, "any rule fits");

/* The relations < > = >= <=; not false, != and true. */
#define RELATIONS                                                              \
	(1u << RULE_OP_LT | 1u << RULE_OP_GT | 1u << RULE_OP_EQ |              \
	    1u << (RULE_OP_LT | RULE_OP_EQ) | 1u << (RULE_OP_GT | RULE_OP_EQ))
#define RELATION_MASK (RULE_OP_LT | RULE_OP_GT | RULE_OP_EQ)

/* The redirect of the Simpson draft points to the next hop of the UPDATE,
 * which is empty inward. */
#define ACTIONS_STRICT                                                         \
	(ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_RATE_PACKETS) |     \
	    ACTION_BIT(ACTION_TRAFFIC) | ACTION_BIT(ACTION_REDIRECT) |         \
	    ACTION_BIT(ACTION_MARK) | ACTION_BIT(ACTION_REDIRECT_RT6) |        \
	    ACTION_BIT(ACTION_REDIRECT_IP4) |                                  \
	    ACTION_BIT(ACTION_REDIRECT_IP6) |                                  \
	    ACTION_BIT(ACTION_INTERFACE_SET))
/* FRR 8.4 has no code for 800c and reads 8007 from the wrong octet. */
#define ACTIONS_FRR                                                            \
	(ACTIONS_STRICT &                                                      \
	    ~(ACTION_BIT(ACTION_RATE_PACKETS) | ACTION_BIT(ACTION_TRAFFIC)))

/* FULL differs in the match part; no next hop goes inward there either. */
#define ACTIONS_FULL ACTIONS_STRICT

static const struct {
	const char *name;
	unsigned actions; /* ACTION_BIT of what it can say */
} dialects[DIALECT_COUNT] = {
#define X(symbol, number, text)                                                \
	[DIALECT_##symbol] = { (text), ACTIONS_##symbol },
	DIALECT_MAP(X)
#undef X
};

const char *
dialect_name(unsigned dialect)
{
	if (dialect == DIALECT_NONE || dialect >= DIALECT_COUNT)
		return "?";
	return dialects[dialect].name;
}

unsigned
dialect_from_name(const char *name)
{
	for (unsigned i = DIALECT_NONE + 1; i < DIALECT_COUNT; i++) {
		if (strcmp(dialects[i].name, name) == 0)
			return i;
	}
	return DIALECT_NONE;
}

static bool
values_fit(const struct rule *rule)
{
	for (unsigned i = 0; i < rule->n_terms; i++) {
		const struct rule_term *term = &rule->terms[i];

		if (term->value > rule_field_max(term->type, rule->afi))
			return false;
	}
	return true;
}

/* The n terms of one component are as the narrow dialect wants them. */
static bool
component_fits(const struct rule_term *terms, unsigned n, unsigned afi)
{
	uint64_t max = rule_field_max(terms[0].type, afi);
	bool bitmask = rule_type_is_bitmask(terms[0].type);

	if (n > DIALECT_TERMS_MAX)
		return false;
	for (unsigned i = 0; i < n; i++) {
		unsigned relation = terms[i].op & RELATION_MASK;

		if (terms[i].value > max)
			return false;
		if (!bitmask && (RELATIONS >> relation & 1) == 0)
			return false;
		/* True or false by another name: no bit is asked for. */
		if (bitmask && terms[i].value == 0)
			return false;
	}
	return true;
}

/* Terms from first on that are of one component. */
static unsigned
component_len(const struct rule *rule, unsigned first)
{
	unsigned end = first + 1;

	while (end < rule->n_terms &&
	       rule->terms[end].type == rule->terms[first].type)
		end++;
	return end - first;
}

static bool
components_fit(const struct rule *rule)
{
	unsigned n;

	for (unsigned i = 0; i < rule->n_terms; i += n) {
		n = component_len(rule, i);
		if (!component_fits(&rule->terms[i], n, rule->afi))
			return false;
	}
	return true;
}

bool
dialect_holds(enum dialect dialect, const struct rule *rule)
{
	if (rule->dst_offset != 0 || rule->src_offset != 0)
		return false;
	switch (dialect) {
	case DIALECT_STRICT:
	case DIALECT_FRR:
		return components_fit(rule);
	case DIALECT_FULL:
		return values_fit(rule);
	case DIALECT_NONE:
	case DIALECT_COUNT:
	default:
		return false;
	}
}

/*
 * Whether several rules with these actions do what one does. Not with a rate:
 * each would have a policer of its own. Nor where a packet that two parts
 * match goes on to the second (port lists overlap in one packet's two ports):
 * it would be sampled or copied twice. Other actions done twice are the same
 * as done once, and without "continue" the first part that matches ends it.
 */
static bool
actions_may_split(const struct action_set *actions)
{
	unsigned twice = ACTION_SAMPLE | ACTION_COPY_NEXTHOP | ACTION_COPY_IP4 |
			 ACTION_COPY_IP6;

	if (actions->rate_bytes != 0 || actions->rate_packets != 0)
		return false;
	return (actions->flags & ACTION_CONTINUE) == 0 ||
	       (actions->flags & twice) == 0;
}

/* A rule in the making: for each component the lists it may have. */
struct rewriting {
	unsigned n;
	unsigned n_parts; /* product of the numbers of lists */
	struct dialect_choices components[RULE_TYPE_MAX - RULE_SRC];
};

static void
choices_of_one(
    struct dialect_choices *out, const struct rule_term *terms, unsigned n)
{
	assert(n <= DIALECT_TERMS_MAX);
	out->n = 1;
	out->at[0].n = n;
	memcpy(out->at[0].terms, terms, n * sizeof(*terms));
}

static enum reason
rewriting_add(struct rewriting *rewriting, const struct rule_term *terms,
    unsigned n, unsigned afi)
{
	struct dialect_choices *choices;
	enum reason reason = REASON_ACCEPTED;

	if (rewriting->n == RULE_TYPE_MAX - RULE_SRC)
		return REASON_NOT_EXPRESSIBLE;
	choices = &rewriting->components[rewriting->n++];
	if (component_fits(terms, n, afi))
		choices_of_one(choices, terms, n);
	else
		reason = dialect_split(terms, n, afi, choices);
	if (reason != REASON_ACCEPTED)
		return reason;
	rewriting->n_parts *= choices->n;
	if (rewriting->n_parts > DIALECT_PARTS_MAX)
		return REASON_TOO_MANY_PARTS;
	return REASON_ACCEPTED;
}

/* Part number i: a digit in each component's number of lists. */
static void
part_build(struct rule *part, const struct rule *rule,
    const struct rewriting *rewriting, unsigned i)
{
	memcpy(part, rule, RULE_SIZE_MIN);
	part->n_terms = 0;
	for (unsigned c = 0; c < rewriting->n; c++) {
		const struct dialect_choices *choices =
		    &rewriting->components[c];
		const struct dialect_choice *choice =
		    &choices->at[i % choices->n];

		i /= choices->n;
		memcpy(&part->terms[part->n_terms], choice->terms,
		    choice->n * sizeof(choice->terms[0]));
		part->n_terms = (uint16_t)(part->n_terms + choice->n);
	}
}

static enum reason
rewrite(const struct rule *rule, const struct action_set *actions,
    struct dialect_parts *parts)
{
	struct rewriting rewriting;
	enum reason reason;
	unsigned n;

	rewriting.n = 0;
	rewriting.n_parts = 1;
	for (unsigned i = 0; i < rule->n_terms; i += n) {
		n = component_len(rule, i);
		reason =
		    rewriting_add(&rewriting, &rule->terms[i], n, rule->afi);
		if (reason != REASON_ACCEPTED)
			return reason;
	}
	for (unsigned i = 0; i < rewriting.n_parts; i++) {
		struct rule *part = &parts->part[parts->n];

		part_build(part, rule, &rewriting, i);
		/* Protocol ICMP, say, apart from the ports of the rest. */
		if (!matchset_empty(part))
			parts->n++;
	}
	if (parts->n == 0)
		return REASON_MATCHES_NOTHING;
	if (parts->n > 1 && !actions_may_split(actions))
		return REASON_NOT_EXPRESSIBLE;
	return REASON_ACCEPTED;
}

enum reason
dialect_express(enum dialect dialect, const struct rule *rule,
    const struct action_set *actions, struct dialect_parts *parts)
{
	enum reason reason;

	parts->n = 0;
	if (dialect == DIALECT_NONE || dialect >= DIALECT_COUNT)
		return REASON_NOT_EXPRESSIBLE;
	if (rule->dst_offset != 0 || rule->src_offset != 0)
		return REASON_IPV6_OFFSET;
	if ((actions->present & ~dialects[dialect].actions) != 0)
		return REASON_NOT_EXPRESSIBLE;
	if (dialect_holds(dialect, rule)) {
		memcpy(&parts->part[0], rule, rule_size(rule));
		parts->n = 1;
		return REASON_ACCEPTED;
	}
	if (dialect == DIALECT_FULL)
		return REASON_VALUE_RANGE;
	reason = rewrite(rule, actions, parts);
	if (reason != REASON_ACCEPTED)
		parts->n = 0;
	return reason;
}
