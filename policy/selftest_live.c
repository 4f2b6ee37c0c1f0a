/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configured customers' part of the self-test: their own limits, lists and
 * views, as they are in force, and a rule that none of them may let pass. The
 * question is as lenient as can be: the customer enforces, a person and a
 * second one have approved, there is room, and nobody is in the way.
 */
#include "policy/selftest_live.h"

#include <string.h>

#define RATE_NAN 0x7fc00000u

/* Addresses of all sorts, one of which a customer will not own. */
static const char *const candidates[] = { "192.0.2.77/32", "198.51.100.77/32",
	"203.0.113.77/32", "8.8.8.8/32", "1.1.1.1/32", "9.9.9.9/32",
	"193.0.14.129/32", "100.64.0.1/32", "17.0.0.1/32", "41.0.0.1/32",
	"133.0.0.1/32", "177.0.0.1/32", "211.0.0.1/32", "2001:db8::77/128",
	"2001:500:2f::f/128", "2620:fe::fe/128" };

/* Always protected, in every configuration. */
static const char *const always[] = { "127.0.0.1/32", "224.0.0.1/32",
	"169.254.0.1/32", "::1/128", "ff02::1/128", "fe80::1/128" };

#define ALWAYS (sizeof(always) / sizeof(always[0]))

/* The rows; protected ones come last, one for each text above. */
enum {
	ROW_FOREIGN,
	ROW_NO_DESTINATION,
	ROW_OWN_SESSION,
	ROW_RATE_NAN,
	ROW_NO_ACTION,
	ROW_NOTHING,
	ROW_CONTAINED,
	ROW_UNAUTHENTICATED,
	ROW_PROTECTED
};
_Static_assert(ROW_PROTECTED + ALWAYS == SELFTEST_LIVE_ROWS, "rows");

static bool
no_conflicts(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)actions;
	(void)evidence;
	(void)size;
	return false;
}

static bool
no_shadows(
    const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)evidence;
	(void)size;
	return false;
}

static uint64_t
no_addresses(const void *ctx, const struct prefix *destination)
{
	(void)ctx;
	(void)destination;
	return 0;
}

/* Neither registered nor in the IRR list: whatever counts, not the
 * customer's. Family NONE when it owns all candidates. */
static struct prefix
find_foreign(const struct customer *customer)
{
	static const struct prefix none;
	struct prefix prefix;

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		if (prefix_parse(candidates[i], &prefix) == 0 &&
		    prefix_set_cover(customer->own, &prefix) == NULL &&
		    prefix_set_cover(customer->irr.list, &prefix) == NULL)
			return prefix;
	}
	return none;
}

/* The first host of the first registered prefix; of a foreign one where there
 * is none (then nothing passes anyway). */
static struct prefix
find_owned(const struct customer *customer, const struct prefix *foreign)
{
	const struct prefix_entry *entry = prefix_set_at(customer->own, 0);
	struct prefix prefix = entry == NULL ? *foreign : entry->prefix;

	prefix.len = (uint8_t)afi_bits(prefix.afi);
	return prefix;
}

void
selftest_live_init(struct selftest_live *asked, const struct question *live)
{
	asked->live = live;
	asked->foreign = find_foreign(live->customer);
	asked->owned = find_owned(live->customer, &asked->foreign);
}

static void
rule_to(struct rule *rule, const struct prefix *dst)
{
	memset(rule, 0, RULE_SIZE_MIN);
	rule->afi = dst->afi;
	rule->has = RULE_HAS_DST;
	rule->dst_len = dst->len;
	memcpy(rule->dst, dst->addr, ADDRESS_MAX);
}

static void
rule_term(struct rule *rule, unsigned op, uint64_t value)
{
	struct rule_term *term = &rule->terms[rule->n_terms++];

	memset(term, 0, sizeof(*term));
	term->type = RULE_PROTO;
	term->op = (uint8_t)op;
	term->value = value;
}

/* Discard what goes to an address of the customer's. */
static void
question_reset(struct selftest_live *asked)
{
	struct question *q = &asked->q;

	asked->customer = *asked->live->customer;
	asked->customer.mode = CUSTOMER_ENFORCE;
	rule_to(&asked->rule, &asked->owned);
	memset(&asked->actions, 0, sizeof(asked->actions));
	asked->actions.present = ACTION_BIT(ACTION_RATE_BYTES);
	*q = *asked->live;
	q->customer = &asked->customer;
	q->rule = &asked->rule;
	q->actions = &asked->actions;
	q->conflicts = no_conflicts;
	q->shadows = no_shadows;
	q->addresses = no_addresses;
	q->wish = NULL;
	q->emitted = NULL;
	q->cost_held = 0;
	q->rules_held = 0;
	q->new_room = UINT32_MAX;
	q->contained = REASON_ACCEPTED;
	q->wire_reason = REASON_ACCEPTED;
	q->authenticated = true;
	q->approved = true;
	q->seconded = true;
	q->denied = false;
	q->stands = false;
}

static enum reason
row_foreign(struct selftest_live *asked)
{
	/* The NOC owns nothing, and may filter what is anybody's. */
	if (asked->customer.noc || asked->foreign.afi == AFI_NONE)
		return REASON_ACCEPTED;
	rule_to(&asked->rule, &asked->foreign);
	return REASON_NOT_REGISTERED;
}

static enum reason
row_no_destination(struct selftest_live *asked)
{
	if (asked->customer.noc)
		return REASON_ACCEPTED;
	memset(&asked->rule, 0, RULE_SIZE_MIN);
	asked->rule.afi = asked->owned.afi;
	rule_term(&asked->rule, RULE_OP_EQ, 17);
	return REASON_NO_DESTINATION;
}

/* As the NOC, who need not own it: nothing but the check in question is in
 * the way. */
static enum reason
row_own_session(struct selftest_live *asked)
{
	const struct prefix *remote = asked->q.remote;
	const struct prefix *local = asked->q.local;

	if (remote == NULL || local == NULL || !prefix_valid(remote) ||
	    local->afi != remote->afi)
		return REASON_ACCEPTED;
	asked->customer.noc = true;
	rule_to(&asked->rule, remote);
	return REASON_OWN_SESSION;
}

static enum reason
row_protected(struct selftest_live *asked, const char *text)
{
	struct prefix prefix;

	(void)prefix_parse(text, &prefix);
	asked->customer.noc = true;
	rule_to(&asked->rule, &prefix);
	return REASON_PROTECTED;
}

static enum reason
row_nothing(struct selftest_live *asked)
{
	rule_term(&asked->rule, RULE_OP_EQ, 6);
	rule_term(&asked->rule, RULE_OP_AND | RULE_OP_EQ, 17);
	return REASON_MATCHES_NOTHING;
}

enum reason
selftest_live_row(struct selftest_live *asked, unsigned i)
{
	question_reset(asked);
	switch (i) {
	case ROW_FOREIGN:
		return row_foreign(asked);
	case ROW_NO_DESTINATION:
		return row_no_destination(asked);
	case ROW_OWN_SESSION:
		return row_own_session(asked);
	case ROW_RATE_NAN:
		asked->actions.rate_bytes = RATE_NAN;
		return REASON_RATE_NOT_FINITE;
	case ROW_NO_ACTION:
		asked->actions.present = 0;
		return REASON_ACTION_MISSING;
	case ROW_NOTHING:
		return row_nothing(asked);
	case ROW_CONTAINED:
		asked->q.contained = REASON_PANIC;
		return REASON_PANIC;
	case ROW_UNAUTHENTICATED:
		asked->q.authenticated = false;
		return REASON_NOT_AUTHENTICATED;
	default:
		return row_protected(asked, always[i - ROW_PROTECTED]);
	}
}
