/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints what a question to the match-set algebra, to the dialect and to the
 * judge costs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "policy/dialect.h"
#include "policy/judge.h"
#include "policy/matchset.h"
#include "tests/lib/random_rule.h"
#include "tests/lib/rule_terms.h"

#define ROUNDS 500000u
#define RULES  1024u

static const struct action_set discard = { .present =
					       ACTION_BIT(ACTION_RATE_BYTES) };

static uint64_t
now_ns(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void
report(const char *rules, const char *what, uint64_t since, unsigned yes)
{
	printf("%-10s %-12s %7.1f ns  (%u of %u)\n", rules, what,
	    (double)(now_ns() - since) / ROUNDS, yes, ROUNDS);
}

static void
measure(const char *name, const struct rule *rules)
{
	struct dialect_parts parts;
	unsigned yes = 0;
	uint64_t since = now_ns();

	for (unsigned i = 0; i < ROUNDS; i++)
		yes += matchset_empty(&rules[i % RULES]);
	report(name, "empty", since, yes);
	yes = 0;
	since = now_ns();
	for (unsigned i = 0; i < ROUNDS; i++)
		yes += matchset_intersects(
		    &rules[i % RULES], &rules[(i + i / RULES + 1) % RULES]);
	report(name, "intersects", since, yes);
	yes = 0;
	since = now_ns();
	for (unsigned i = 0; i < ROUNDS; i++)
		yes += matchset_contains(
		    &rules[i % RULES], &rules[(i + i / RULES + 1) % RULES]);
	report(name, "contains", since, yes);
	yes = 0;
	since = now_ns();
	for (unsigned i = 0; i < ROUNDS; i++)
		yes += dialect_express(DIALECT_STRICT, &rules[i % RULES],
			   &discard, &parts) == REASON_ACCEPTED;
	report(name, "express", since, yes);
}

/* A view of one covering route, so that what is measured is the judge's part
 * and not the table's. */
static bool
one_best(const void *ctx, const struct prefix *dst, struct unicast_route *out)
{
	(void)dst;
	*out = *(const struct unicast_route *)ctx;
	return true;
}

static bool
no_more(const void *ctx, const struct prefix *dst, unicast_objects objects,
    const void *judge, struct unicast_route *out)
{
	(void)ctx;
	(void)dst;
	(void)objects;
	(void)judge;
	(void)out;
	return false;
}

static bool
no_conflict(const void *ctx, const struct rule *part,
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
no_shadow(const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)evidence;
	(void)size;
	return false;
}

/* Accepted rules: the path that is asked most. */
static void
measure_judge(const char *name, const struct rule *rules, unsigned validate)
{
	static struct dialect_parts parts[DIALECT_COUNT];
	struct unicast_route route = { .facts = { .neighbor_as = 65001 },
		.source = "rr1" };
	const struct unicast_view view = { true, &route, one_best, no_more };
	struct protected_set *protected = protected_new();
	struct customer customer;
	struct question q = { .customer = &customer,
		.actions = &discard,
		.conflicts = no_conflict,
		.shadows = no_shadow,
		.unicast = &view,
		.protected = protected,
		.fleet = { .max_rules = 3000, .max_cost = 2800 },
		.new_room = 1,
		.contained = REASON_ACCEPTED,
		.cost_profile = COST_NCS5500,
		.wire_reason = REASON_ACCEPTED,
		.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT),
		.authenticated = true };
	struct verdict verdict;
	unsigned yes = 0;
	uint64_t since;

	customer_defaults(&customer);
	customer.asn = 65001;
	customer.mode = CUSTOMER_ENFORCE;
	customer.validate = (uint8_t)validate;
	customer.own = prefix_set_new();
	if (customer.own == NULL ||
	    prefix_parse("192.0.2.0/24", &route.prefix) < 0 ||
	    prefix_set_add(customer.own, &route.prefix, 0) < 0 ||
	    protected == NULL || protected_add_always(protected) < 0 ||
	    protected_seal(protected) < 0)
		return;
	since = now_ns();
	for (unsigned i = 0; i < ROUNDS; i++) {
		q.rule = &rules[i % RULES];
		judge(&q, &verdict, parts);
		yes += verdict_accepts(&verdict);
	}
	report(name, validate == VALIDATE_OFF ? "judge" : "judge+route", since,
	    yes);
	customer_free(&customer);
	protected_free(protected);
}

/* What customers send: a host, UDP or TCP, one port list. */
static void
typical(struct random *random, struct rule *rule, bool one_host)
{
	static const struct rule base = { .afi = AFI_IPV4,
		DST(32, 192, 0, 2, 1),
		TERMS(T(PROTO, EQ, 17), T(SRC_PORT, EQ, 53),
		    T(SRC_PORT, EQ, 123), T(LENGTH, GE, 512)) };

	*rule = rule_of(&base);
	rule->terms[0].value = random_one_in(random, 2) ? 17 : 6;
	rule->terms[2].value = 100 + random_below(random, 60000);
	if (!one_host)
		rule->dst[3] = (uint8_t)random_next(random);
}

int
main(void)
{
	static struct rule rules[RULES];
	struct random random = { 5 };

	for (unsigned i = 0; i < RULES; i++)
		typical(&random, &rules[i], false);
	measure("typical", rules);
	measure_judge("typical", rules, VALIDATE_OFF);
	measure_judge("typical", rules, VALIDATE_NEIGHBOR_AS);
	for (unsigned i = 0; i < RULES; i++)
		typical(&random, &rules[i], true);
	measure("one-host", rules);
	for (unsigned i = 0; i < RULES; i++)
		random_rule(&random, AFI_IPV4, &rules[i]);
	measure("random", rules);
	for (unsigned i = 0; i < RULES; i++) {
		memset(&rules[i], 0, sizeof(rules[i]));
		rules[i].afi = AFI_IPV4;
		rules[i].n_terms = RULE_TERMS_MAX;
		for (unsigned k = 0; k < RULE_TERMS_MAX; k++) {
			rules[i].terms[k] = (struct rule_term)T(
			    DST_PORT, k == 0 ? NE : (unsigned)AND | NE, 0);
			rules[i].terms[k].value = random_below(&random, 65536);
		}
	}
	measure("128-holes", rules);
	return 0;
}
