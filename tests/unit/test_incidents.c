/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What went wrong in other networks, asked through judge(): the rule of the
 * incident meets the reason that stops it, and what the customer could have
 * asked for instead passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/matchset.h"
#include "tests/lib/judge_scene.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define QUIET_NAN   0x7fc00000u

/* The NOC's own mitigation, which stands while a customer asks. */
static bool
comes_before_the_noc(
    const void *ctx, const struct rule *part, char *evidence, size_t size)
{
	/* discard all UDP to 203.0.113.0/24 */
	static const struct rule mitigation = { .afi = AFI_IPV4,
		.has = RULE_HAS_DST,
		.dst_len = 24,
		.dst = { 203, 0, 113 },
		.n_terms = 1,
		.terms = {
		    { .type = RULE_PROTO, .op = RULE_OP_EQ, .value = 17 } } };

	(void)ctx;
	if (!matchset_precedes(part, &mitigation))
		return false;
	(void)snprintf(evidence, size, "comes before rule 1 of the NOC");
	return true;
}

/* The customer may limit rates. */
static void
may_limit(struct judge_scene *s)
{
	s->customer.actions.bytes.max = 1e12;
}

/* .. and redirect into one listed VRF, and mark as scavenger. */
static void
may_redirect(struct judge_scene *s)
{
	static const uint8_t scrubber[8] = { 0x80, 0x08, 0xfb, 0xf4, 0, 0, 2,
		0x9a };

	s->customer.actions.kinds |=
	    ACTION_BIT(ACTION_REDIRECT) | ACTION_BIT(ACTION_MARK);
	memcpy(s->customer.actions.targets[0], scrubber, sizeof(scrubber));
	s->customer.actions.n_targets = 1;
	s->customer.actions.marks = UINT64_C(1) << 8;
}

/* The hijacker holds the best route to 198.51.100.0/24. */
static void
hijacked(struct judge_scene *s)
{
	static const struct fake_route routes[FAKE_ROUTES_MAX] = {
		{ "198.51.100.0/24", "65001", FAKE_SESSION, false },
		{ "203.0.113.0/24", "65001", FAKE_SESSION, false },
	};

	judge_scene_routes(s, routes);
}

#define ASK(text) judge_scene_text(s, text)
#define GOOD      ASK("match destination 203.0.113.7/32 then discard")

/* clang-format off */
/* ROW(name, check that objects, reason, state,
 *     (what holds in both), (the incident's rule), (the legal one)) */

/* 2020: wildcards where a single address was meant; the rule kept BGP from
 * coming up, and came back each time it did. */
#define WILDCARD_ROWS(ROW) \
ROW(wildcard_of_all_destinations, SCOPE, NO_DESTINATION, REFUSED, ((void)0), \
	ASK("match protocol =6 then discard"), \
	ASK("match destination 203.0.113.7/32 protocol =6 then discard")) \
ROW(wildcard_as_default_route, SCOPE, PREFIX_LENGTH, REFUSED, ((void)0), \
	ASK("match destination 0.0.0.0/0 protocol =6 then discard"), \
	ASK("match destination 203.0.113.0/25 protocol =6 then discard")) \
ROW(wildcard_over_a_router, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.1/32", 0, PROTECTED_ANYBODY), \
	ASK("match destination 203.0.113.0/25 protocol =6 then discard"), \
	ASK("match destination 203.0.113.128/25 protocol =6 then discard")) \
ROW(wildcard_over_ports_of_bgp, PROTECTED, PROTECTED, REFUSED, \
	judge_scene_protect(s, "203.0.113.1/32", 179, PROTECTED_ANYBODY), \
	ASK("match destination 203.0.113.1/32 destination-port >=0 " \
	    "then discard"), \
	ASK("match destination 203.0.113.1/32 destination-port >=1024 " \
	    "source-port =53 then discard")) \
ROW(wildcard_over_its_own_session, PROTECTED, OWN_SESSION, REFUSED, \
	prefix_parse("203.0.113.1/32", &s->remote), \
	ASK("match destination 203.0.113.0/25 then discard"), \
	ASK("match destination 203.0.113.0/25 protocol =17 then discard")) \
ROW(wildcard_that_comes_back_with_the_session, SESSION, FLAP, REFUSED, \
	((void)0), s->q.contained = REASON_FLAP; GOOD, GOOD) \
ROW(wildcard_after_everything_was_withdrawn, SESSION, PANIC, REFUSED, \
	((void)0), s->q.contained = REASON_PANIC; GOOD, GOOD) \
ROW(wildcard_of_the_noc_itself, APPROVAL, SECOND_OPERATOR, HELD, \
	judge_scene_noc(s), \
	ASK("match source-port =19 protocol =17 then discard"), \
	ASK("match destination 203.0.113.7/32 source-port =19 protocol =17 " \
	    "then discard"))

/* 2013: lengths that no packet has took the routers down. */
#define LENGTH_ROWS(ROW) \
ROW(length_beyond_every_packet, FORM, VALUE_RANGE, REFUSED, ((void)0), \
	GOOD; judge_scene_term(s, RULE_LENGTH, \
	    RULE_OP_GT | RULE_OP_EQ, 99971); \
	judge_scene_term(s, RULE_LENGTH, \
	    RULE_OP_AND | RULE_OP_LT | RULE_OP_EQ, 99985), \
	ASK("match destination 203.0.113.7/32 packet-length >=512&<=1500 " \
	    "then discard")) \
ROW(length_that_contradicts_itself, FORM, MATCHES_NOTHING, REFUSED, \
	((void)0), \
	ASK("match destination 203.0.113.7/32 packet-length >=1500&<=512 " \
	    "then discard"), \
	ASK("match destination 203.0.113.7/32 packet-length <=512 " \
	    "then discard"))

/* Legal rules that some routers refuse, misread or fall over. */
#define DIALECT_ROWS(ROW) \
ROW(list_too_long_to_be_said_narrowly, FORM, NOT_EXPRESSIBLE, REFUSED, \
	may_limit(s), \
	ASK("match destination 203.0.113.7/32 destination-port " \
	    "=1 =3 =5 =7 =9 =11 =13 then rate-limit 9600"), \
	ASK("match destination 203.0.113.7/32 destination-port " \
	    "=1 =3 =5 =7 =9 then rate-limit 9600"))

/* Capacity: what a TCAM cannot hold, and floods of rules. */
#define CAPACITY_ROWS(ROW) \
ROW(ranges_that_multiply, QUOTA, QUOTA_COST, REFUSED, \
	s->q.cost_profile = COST_NCS5500, \
	ASK("match destination 203.0.113.7/32 source-port >=1&<=65534 " \
	    "packet-length >=1&<=65534 then discard"), \
	ASK("match destination 203.0.113.7/32 source-port >=1024 " \
	    "packet-length >=1024 then discard")) \
ROW(rules_faster_than_agreed, QUOTA, QUOTA_RATE, REFUSED, GOOD, \
	s->q.new_room = 0, s->q.new_room = 1) \
ROW(rules_more_than_agreed, QUOTA, QUOTA_RULES, REFUSED, GOOD, \
	s->q.rules_held = s->customer.limits.rules, \
	s->q.rules_held = s->customer.limits.rules - 1) \
ROW(rules_more_than_all_routers_hold, QUOTA, QUOTA_FLEET, REFUSED, \
	GOOD; s->q.fleet.max_rules = 100; s->q.fleet.max_cost = 100, \
	s->q.fleet.rules = s->q.fleet.cost = 100, \
	s->q.fleet.rules = s->q.fleet.cost = 99)

/* Another's space, taken over. */
#define HIJACK_ROWS(ROW) \
ROW(hijack_of_space_never_registered, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	((void)0), ASK("match destination 198.51.100.7/32 then discard"), \
	GOOD) \
ROW(hijack_with_the_best_route_won, OWNERSHIP, NOT_REGISTERED, REFUSED, \
	((void)0), ASK("match destination 198.51.100.7/32 then discard"); \
	hijacked(s), \
	GOOD) \
ROW(hijack_of_what_leads_elsewhere_now, VALIDATION, NEIGHBOR_AS, REFUSED, \
	GOOD, s->unicast.routes[0].facts.neighbor_as = 64999, ((void)0)) \
ROW(hijack_against_the_holders_roa, OWNERSHIP, RPKI_INVALID, REFUSED, \
	GOOD; judge_scene_roa(s, "203.0.112.0/22", 64999), ((void)0), \
	judge_scene_roa(s, "203.0.113.0/24", 65001)) \
ROW(hijack_of_what_the_irr_does_not_say, OWNERSHIP, NOT_IN_IRR, REFUSED, \
	GOOD; judge_scene_irr(s, "192.0.2.0/24"), ((void)0), \
	judge_scene_irr(s, "203.0.113.0/24"))

/* Actions that reach further than the rule. */
#define ACTION_ROWS(ROW) \
ROW(redirect_into_anothers_table, ACTION, ACTION_TARGET, REFUSED, \
	may_redirect(s), \
	ASK("match destination 203.0.113.7/32 then redirect 64500:667"), \
	ASK("match destination 203.0.113.7/32 then redirect 64500:666")) \
ROW(redirect_by_who_may_not, ACTION, ACTION_NOT_ALLOWED, REFUSED, ((void)0), \
	ASK("match destination 203.0.113.7/32 then redirect 64500:666"), \
	GOOD) \
ROW(mark_as_a_better_class, ACTION, ACTION_TARGET, REFUSED, may_redirect(s), \
	ASK("match destination 203.0.113.7/32 then mark 46"), \
	ASK("match destination 203.0.113.7/32 then mark 8")) \
ROW(no_action_which_is_accept, ACTION, ACTION_MISSING, REFUSED, ((void)0), \
	ASK("match destination 203.0.113.7/32 then accept"), GOOD) \
ROW(rate_that_is_no_number, ACTION, RATE_NOT_FINITE, REFUSED, may_limit(s), \
	GOOD; s->actions.rate_bytes = QUIET_NAN, \
	ASK("match destination 203.0.113.7/32 then rate-limit 9600")) \
ROW(rate_that_is_as_good_as_none, ACTION, RATE_CEILING, REFUSED, \
	s->customer.actions.bytes.max = 1e6, \
	ASK("match destination 203.0.113.7/32 then rate-limit 1000000000000"), \
	ASK("match destination 203.0.113.7/32 then rate-limit 1000000")) \
ROW(rate_that_is_as_good_as_discard, ACTION, RATE_FLOOR, REFUSED, \
	may_limit(s), \
	ASK("match destination 203.0.113.7/32 then rate-limit 1"), \
	ASK("match destination 203.0.113.7/32 then rate-limit 8000")) \
ROW(rate_before_the_nocs_mitigation, CONFLICT, SHADOWS, HELD, \
	may_limit(s); s->q.shadows = comes_before_the_noc, \
	ASK("match destination 203.0.113.7/32 then rate-limit 100000000000"), \
	ASK("match destination 203.0.113.7/32 protocol =6 " \
	    "then rate-limit 100000000000"))

/* Controllers gone wild: broken octets, loops, rules that nobody tried. */
#define CONTROLLER_ROWS(ROW) \
ROW(controller_that_sends_garbage, SESSION, MUTED, REFUSED, GOOD, \
	s->q.contained = REASON_MUTED, ((void)0)) \
ROW(controller_that_an_operator_stopped, SESSION, QUARANTINED, REFUSED, \
	GOOD, s->q.contained = REASON_QUARANTINED, ((void)0)) \
ROW(rule_that_was_to_be_tried_first, NONE, DRY_RUN, MONITORED, GOOD, \
	s->wish.dry_run = 1, ((void)0)) \
ROW(path_that_loops_through_us, SESSION, AS_PATH_INVALID, REFUSED, GOOD, \
	s->q.wire_reason = REASON_AS_PATH_INVALID, ((void)0))

#define ROWS(ROW) \
WILDCARD_ROWS(ROW) LENGTH_ROWS(ROW) DIALECT_ROWS(ROW) CAPACITY_ROWS(ROW) \
HIJACK_ROWS(ROW) ACTION_ROWS(ROW) CONTROLLER_ROWS(ROW)
/* clang-format on */

struct row {
	const char *name;
	uint16_t reason;
	uint8_t state;
	uint8_t check;
	void (*both)(struct judge_scene *s);
	void (*incident)(struct judge_scene *s);
	void (*legal)(struct judge_scene *s);
};

#define ROW(name, objector, why, becomes, all, bad, good)                      \
	static void name##_both(struct judge_scene *s)                         \
	{                                                                      \
		(void)s;                                                       \
		all;                                                           \
	}                                                                      \
	static void name##_incident(struct judge_scene *s)                     \
	{                                                                      \
		(void)s;                                                       \
		bad;                                                           \
	}                                                                      \
	static void name##_legal(struct judge_scene *s)                        \
	{                                                                      \
		(void)s;                                                       \
		good;                                                          \
	}
ROWS(ROW)
#undef ROW

static const struct row rows[] = {
#define ROW(name, objector, why, becomes, all, bad, good)                      \
	{ #name, REASON_##why, STATE_##becomes, CHECK_##objector, name##_both, \
		name##_incident, name##_legal },
	ROWS(ROW)
#undef ROW
};

/* One row: the incident's rule, then the customer's legal equivalent. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();

	row->both(s);
	row->incident(s);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    reason_name(s->verdict.reason), reason_name(row->reason));
	assert_string_equal(
	    state_name(s->verdict.state), state_name(row->state));
	assert_int_equal(s->verdict.check, row->check);
	assert_false(verdict_accepts(&s->verdict));
	judge_scene_free(s);

	s = judge_scene_new();
	row->both(s);
	row->legal(s);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    reason_name(s->verdict.reason), reason_name(REASON_ACCEPTED));
	assert_true(verdict_accepts(&s->verdict));
	judge_scene_free(s);
}

/* A list of unequals, which half of a network refused and the other half took,
 * goes inward as ranges that all read alike. */
static void
unequals_go_inward_as_ranges(void **state)
{
	struct judge_scene *s = judge_scene_new();
	const struct dialect_parts *parts = &s->parts[DIALECT_STRICT];

	(void)state;
	ASK("match destination 203.0.113.7/32 protocol =6 "
	    "destination-port !=80&!=443 then discard");
	judge(&s->q, &s->verdict, s->parts);

	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(parts->n, 1);
	for (unsigned i = 0; i < parts->part[0].n_terms; i++)
		assert_int_not_equal(
		    parts->part[0].terms[i].op & (RULE_OP_LT | RULE_OP_GT),
		    RULE_OP_LT | RULE_OP_GT);
	assert_true(matchset_equal(&parts->part[0], &s->rule));
	judge_scene_free(s);
}

/* More than five operators a component, where a decoder wrote past its array,
 * are never said inward at once. */
static void
long_lists_go_inward_in_short_ones(void **state)
{
	struct judge_scene *s = judge_scene_new();
	const struct dialect_parts *parts = &s->parts[DIALECT_STRICT];

	(void)state;
	ASK("match destination 203.0.113.7/32 destination-port "
	    "=1 =3 =5 =7 =9 =11 =13 =15 =17 =19 =21 then discard");
	judge(&s->q, &s->verdict, s->parts);

	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(parts->n, 3);
	for (unsigned i = 0; i < parts->n; i++)
		assert_true(parts->part[i].n_terms <= DIALECT_TERMS_MAX);
	judge_scene_free(s);
}

int
main(void)
{
	static const struct CMUnitTest stories[] = {
		cmocka_unit_test(unequals_go_inward_as_ranges),
		cmocka_unit_test(long_lists_go_inward_in_short_ones),
	};
	struct CMUnitTest tests[N_OF(stories) + N_OF(rows)];

	memset(tests, 0, sizeof(tests));
	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < N_OF(rows); i++) {
		tests[N_OF(stories) + i].name = rows[i].name;
		tests[N_OF(stories) + i].test_func = check_row;
		tests[N_OF(stories) + i].initial_state =
		    (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("incidents", tests, NULL, NULL);
}
