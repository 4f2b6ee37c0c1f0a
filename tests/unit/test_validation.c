/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/validation.c and policy/check_validation.c: the truth table
 * of tests/lib/validation_rows.h, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "policy/validation.h"
#include "tests/lib/judge_scene.h"
#include "tests/lib/validation_rows.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Where nothing else objects: every length passes. */
static struct judge_scene *
scene_of(const struct validation_row *row)
{
	static const uint32_t behind[] = { 65010, 65020, 4200000001 };
	struct judge_scene *s = judge_scene_new();
	struct customer *customer = &s->customer;

	customer->ipv4 = (struct customer_window){ 8, 32, 8 };
	customer->ipv6 = (struct customer_window){ 32, 128, 32 };
	customer->validate = row->validate;
	if ((row->options & OPT_KEEP) != 0)
		customer->failover = FAILOVER_KEEP;
	if ((row->options & OPT_INTERNAL) != 0)
		customer->best_match = BEST_MATCH_INTERNAL;
	customer->asns = malloc(sizeof(behind));
	assert_non_null(customer->asns);
	memcpy(customer->asns, behind, sizeof(behind));
	customer->n_asns = N_OF(behind);
	if ((row->options & OPT_AS_ZERO) != 0)
		customer->asn = customer->asns[0] = 0;
	if ((row->options & OPT_OF_NOBODY) != 0) {
		prefix_set_free(customer->own);
		customer->own = NULL;
	}
	judge_scene_dst(s, row->dst);
	if ((row->options & OPT_OFFSET) != 0)
		s->rule.dst_offset = 16;
	judge_scene_routes(s, row->routes);
	s->unicast.view.known = (row->options & OPT_UNKNOWN) == 0;
	s->q.stands = (row->options & OPT_STANDS) != 0;
	return s;
}

/* What the check alone says, with its evidence in s->verdict. */
static enum reason
ask(struct judge_scene *s, bool explain)
{
	const struct check_ask one = { .q = &s->q,
		.actions = &s->actions,
		.verdict = &s->verdict,
		.parts = s->parts,
		.evidence = s->verdict.evidence,
		.explain = explain };

	memset(s->verdict.evidence, 0, sizeof(s->verdict.evidence));
	return check_validation(&one);
}

/* One row: by the check alone, explained or not, with its ground. */
static void
truth_row(void **state)
{
	const struct validation_row *row = *state;
	struct judge_scene *s = scene_of(row);

	assert_string_equal(
	    reason_name(ask(s, false)), reason_name(row->reason));
	assert_true(
	    s->verdict.evidence[0] != '\0' || row->validate == VALIDATE_OFF);
	assert_string_equal(
	    reason_name(ask(s, true)), reason_name(row->reason));
	assert_true(s->verdict.evidence[0] != '\0');
	judge_scene_free(s);
}

/* The same row before the judge: nothing else decides it. */
static void
judged_row(void **state)
{
	const struct validation_row *row = *state;
	struct judge_scene *s = scene_of(row);
	enum reason wanted = (enum reason)row->reason;

	if ((row->options & OPT_OF_NOBODY) != 0)
		wanted = REASON_NOT_REGISTERED;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    reason_name(s->verdict.reason), reason_name(wanted));
	assert_int_equal(
	    verdict_accepts(&s->verdict), wanted == REASON_ACCEPTED);
	judge_scene_free(s);
}

/* ---- what is said ---- */

struct evidence_row {
	const char *name;
	const char *of; /* the row that it is said to */
	const char *wanted;
};

static const struct evidence_row evidence_rows[] = {
	{ "evidence_names_the_route", "neighbor_as_covering_route_passes",
	    "best match 203.0.113.0/24 to AS65001 from rr1" },
	{ "evidence_names_the_session", "strict_route_of_the_session_passes",
	    "best match 203.0.113.0/24 to AS65001 from acme" },
	{ "evidence_names_an_internal_route",
	    "neighbor_as_internal_route_inside_own_passes",
	    "best match 203.0.113.0/24 in our own AS from rr1" },
	{ "evidence_names_a_failover",
	    "neighbor_as_failover_of_one_behind_passes",
	    "best match 203.0.113.0/24 through AS64999, origin AS4200000001 "
	    "(failover) from rr1" },
	{ "evidence_names_a_failover_through_a_set",
	    "neighbor_as_failover_behind_as_set_passes",
	    "best match 203.0.113.0/24 through no single AS, origin AS65001 "
	    "(failover) from rr1" },
	{ "evidence_names_ipv6", "neighbor_as_ipv6_host_passes",
	    "best match 2001:db8:113::/48 to AS65001 from rr1" },
	{ "evidence_names_the_wrong_route",
	    "neighbor_as_route_through_another_is_refused",
	    "best match 203.0.113.0/24 leads to AS64999 (origin AS65001) from "
	    "rr1, not to AS65001 or those behind it" },
	{ "evidence_names_the_wrong_as",
	    "strict_left_most_as_of_one_behind_is_refused",
	    "best match 203.0.113.0/24 leads to AS65010 (origin AS65010) from "
	    "acme, not to AS65001" },
	{ "evidence_names_a_set", "strict_as_set_left_most_is_refused",
	    "best match 203.0.113.0/24 leads to no single AS (origin no single "
	    "AS) from acme, not to AS65001" },
	{ "evidence_names_the_wrong_originator",
	    "strict_route_of_a_reflector_is_refused",
	    "best match 203.0.113.0/24 leads to AS65001 (origin AS65001) from "
	    "rr1, not from the rule's own session" },
	{ "evidence_names_an_unwanted_internal_route",
	    "neighbor_as_empty_path_is_refused",
	    "best match 203.0.113.0/24 leads to our own AS from rr1, not to "
	    "AS65001 or those behind it" },
	{ "evidence_names_an_internal_route_outside",
	    "neighbor_as_internal_aggregate_is_refused",
	    "best match 203.0.112.0/23 leads to our own AS from rr1, not to "
	    "AS65001 or those behind it, and inside no registered prefix" },
	{ "evidence_names_the_more_specific",
	    "neighbor_as_more_specific_of_another_is_refused",
	    "203.0.113.0/26 inside 203.0.113.0/25 leads to AS64999 (origin "
	    "AS64999) from rr1" },
	{ "evidence_names_the_first_more_specific",
	    "neighbor_as_more_specific_below_good_is_refused",
	    "203.0.113.0/27 inside 203.0.113.0/25 leads to AS64999 (origin "
	    "AS64999) from rr1" },
	{ "evidence_names_an_internal_more_specific",
	    "strict_more_specific_internal_is_refused",
	    "203.0.113.0/26 inside 203.0.113.0/25 leads to our own AS from "
	    "rr1" },
	{ "evidence_names_the_destination",
	    "neighbor_as_no_route_at_all_is_refused",
	    "no unicast route covers 203.0.113.0/25" },
	{ "evidence_says_that_nothing_is_known",
	    "neighbor_as_unknown_is_refused",
	    "there is no complete unicast view to validate against" },
	{ "evidence_says_why_it_stands",
	    "neighbor_as_unknown_ends_nothing_that_stands",
	    "stands: no complete unicast view to validate against now" },
	{ "evidence_says_that_it_is_off", "off_passes_without_a_route",
	    "validation is off for this customer" },
	{ "evidence_says_that_nobody_said_how", "none_is_refused",
	    "customer acme has no kind of validation" },
	{ "evidence_names_the_offset", "neighbor_as_ipv6_offset_is_refused",
	    "destination offset 16: no unicast route is for a pattern" },
};

static const struct validation_row *
row_named(const char *name)
{
	for (size_t i = 0; i < N_OF(validation_rows); i++) {
		if (strcmp(validation_rows[i].name, name) == 0)
			return &validation_rows[i];
	}
	fail_msg("no row %s", name);
	return NULL;
}

/* The evidence names the route, where it leads and who says so. */
static void
evidence_row(void **state)
{
	const struct evidence_row *row = *state;
	struct judge_scene *s = scene_of(row_named(row->of));

	(void)ask(s, true);
	assert_string_equal(s->verdict.evidence, row->wanted);
	judge_scene_free(s);
}

/* An accepted rule carries both grounds; a refused one only the objection. */
static void
verdict_carries_the_route_behind_the_ground(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_covering_route_passes"));

	(void)state;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "inside registered 203.0.113.0/24; best match 203.0.113.0/24 to "
	    "AS65001 from rr1");

	s->unicast.view.known = false;
	s->q.stands = true;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "inside registered 203.0.113.0/24; stands: no complete unicast "
	    "view to validate against now");

	s->unicast.n = 0;
	s->unicast.view.known = true;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    s->verdict.evidence, "no unicast route covers 203.0.113.0/25");

	s->customer.validate = VALIDATE_OFF;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    s->verdict.evidence, "inside registered 203.0.113.0/24");
	judge_scene_free(s);
}

/* The longest names and prefixes are cut where the evidence ends. */
static void
longest_evidence_is_cut(void **state)
{
	static const char host[] =
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128";
	static const struct fake_route routes[FAKE_ROUTES_MAX] = {
		{ host, "4294967295 4200000001",
		    "sixty-three-octets-of-a-name-that-somebody-took-the-time-"
		    "to-see",
		    false },
	};
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_failover_of_one_behind_passes"));
	struct prefix prefix;

	(void)state;
	assert_int_equal(strlen(routes[0].source), ROUTE_SOURCE_MAX - 1);
	assert_int_equal(prefix_parse(host, &prefix), 0);
	assert_int_equal(prefix_set_add(s->customer.own, &prefix, 0), 0);
	judge_scene_dst(s, host);
	judge_scene_routes(s, routes);
	s->rpki.state = RPKI_LOADING; /* which is told too */
	memset(s->verdict.evidence, 'x', sizeof(s->verdict.evidence));
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(strlen(s->verdict.evidence), EVIDENCE_MAX - 1);
	assert_non_null(
	    strstr(s->verdict.evidence, "(failover) from sixty-three"));

	s->customer.failover = FAILOVER_REVOKE;
	judge(&s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.reason, REASON_NEIGHBOR_AS);
	assert_non_null(strstr(s->verdict.evidence, ", not to AS65001"));
	judge_scene_free(s);
}

/* A route whose source nobody named is no reason to crash. */
static void
nameless_source_is_said_so(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_covering_route_passes"));

	(void)state;
	s->unicast.routes[0].source = NULL;
	assert_int_equal(ask(s, false), REASON_ACCEPTED);
	assert_string_equal(
	    s->verdict.evidence, "best match 203.0.113.0/24 to AS65001 from ?");
	judge_scene_free(s);
}

/* Who was looked for is told as it was: with those behind the customer only
 * where there are any, and with what is registered only where it counts. */
static void
refusal_tells_who_was_looked_for(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_route_of_another_is_refused"));

	(void)state;
	s->customer.n_asns = 1;
	assert_int_equal(ask(s, false), REASON_NEIGHBOR_AS);
	assert_string_equal(s->verdict.evidence,
	    "best match 203.0.113.0/24 leads to AS64999 (origin AS64999) from "
	    "rr1, not to AS65001 or those behind it");
	s->customer.n_asns = 0;
	assert_int_equal(ask(s, false), REASON_NEIGHBOR_AS);
	assert_string_equal(s->verdict.evidence,
	    "best match 203.0.113.0/24 leads to AS64999 (origin AS64999) from "
	    "rr1, not to AS65001");

	/* Another's aggregate: not ours, so what is registered has no say. */
	s->customer.best_match = BEST_MATCH_INTERNAL;
	s->unicast.routes[0].prefix.len = 16;
	prefix_mask(&s->unicast.routes[0].prefix);
	assert_int_equal(ask(s, false), REASON_NEIGHBOR_AS);
	assert_string_equal(s->verdict.evidence,
	    "best match 203.0.0.0/16 leads to AS64999 (origin AS64999) from "
	    "rr1, not to AS65001");
	judge_scene_free(s);
}

/* Ours over the customer's own session: refused, though it is inside what is
 * registered, which is not said then. */
static void
internal_route_inside_own_is_told_without_registry(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_internal_route_inside_own_passes"));

	(void)state;
	s->unicast.routes[0].same_originator = true;
	assert_int_equal(ask(s, false), REASON_NEIGHBOR_AS);
	assert_string_equal(s->verdict.evidence,
	    "best match 203.0.113.0/24 leads to our own AS from rr1, not to "
	    "AS65001 or those behind it");
	judge_scene_free(s);
}

/* ---- without ground ---- */

/* No customer, no rule or no destination: unjudged, whatever else is there. */
static void
nothing_to_go_by_is_unjudged(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_covering_route_passes"));

	(void)state;
	s->q.customer = NULL;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->q.customer = &s->customer;
	s->q.wire_reason = REASON_MALFORMED;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->q.wire_reason = REASON_ACCEPTED;
	s->q.rule = NULL;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->q.rule = &s->rule;
	assert_int_equal(ask(s, false), REASON_ACCEPTED);

	s->rule.has = 0;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->rule.has = RULE_HAS_DST;
	s->rule.dst_len = 33;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	s->rule.dst_len = 24;
	s->rule.dst[3] = 1; /* past the length */
	assert_int_equal(ask(s, false), REASON_UNJUDGED);

	/* Nor does switching validation off make a rule of it. */
	s->customer.validate = VALIDATE_OFF;
	s->rule.has = 0;
	assert_int_equal(ask(s, false), REASON_UNJUDGED);
	judge_scene_free(s);
}

static bool
too_many(const void *ctx, const struct prefix *dst, unicast_objects objects,
    const void *judge, struct unicast_route *out)
{
	(void)ctx;
	(void)dst;
	(void)objects;
	(void)judge;
	memset(out, 0, sizeof(*out));
	return true;
}

/* More routes than the view looks at object without a name. */
static void
more_than_are_looked_at_are_refused(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_covering_route_passes"));

	(void)state;
	s->unicast.view.more = too_many;
	assert_int_equal(ask(s, false), REASON_MORE_SPECIFIC);
	assert_non_null(strstr(s->verdict.evidence,
	    "more routes than are looked at inside 203.0.113."));
	judge_scene_free(s);
}

/* A view that does not say that it is known, or cannot be asked, is none. */
static void
view_that_cannot_be_asked_is_unknown(void **state)
{
	struct judge_scene *s =
	    scene_of(row_named("neighbor_as_covering_route_passes"));
	const struct unicast_view whole = s->unicast.view;

	(void)state;
	s->q.unicast = NULL;
	assert_int_equal(ask(s, false), REASON_UNICAST_UNKNOWN);
	s->q.unicast = &s->unicast.view;
	s->unicast.view.best = NULL;
	assert_int_equal(ask(s, false), REASON_UNICAST_UNKNOWN);
	s->unicast.view = whole;
	s->unicast.view.more = NULL;
	assert_int_equal(ask(s, false), REASON_UNICAST_UNKNOWN);
	s->q.stands = true;
	assert_int_equal(ask(s, false), REASON_ACCEPTED);
	judge_scene_free(s);
}

/* ---- policy/validation.c by itself ---- */

/* *failed_over is set when nothing but failover: keep lets the route stand. */
static void
failover_is_told_apart(void **state)
{
	static const struct {
		const char *of;
		bool failed_over;
	} rows[] = {
		{ "neighbor_as_failover_through_another_passes", true },
		{ "neighbor_as_failover_more_specific_passes", false },
		{ "neighbor_as_failover_of_another_origin_is_refused", false },
		{ "neighbor_as_route_of_another_is_refused", false },
		{ "strict_failover_through_another_passes", true },
		{ "strict_failover_over_another_session_passes", true },
		{ "strict_failover_more_specific_passes", false },
		{ "strict_failover_of_another_origin_is_refused", false },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct validation_row *row = row_named(rows[i].of);
		struct judge_scene *s = scene_of(row);
		bool failed_over = !rows[i].failed_over;
		enum reason reason = validation_best(
		    &s->customer, &s->unicast.routes[0], &failed_over);

		assert_int_equal(reason, row->reason);
		assert_int_equal(failed_over, rows[i].failed_over);
		assert_int_equal(
		    validation_best(&s->customer, &s->unicast.routes[0], NULL),
		    reason);
		judge_scene_free(s);
	}
}

/* A customer of whom nobody said how it is validated has no good route. */
static void
zeroed_customer_has_no_route(void **state)
{
	const struct customer zero = { 0 };
	const struct customer kept = { .asn = 65001,
		.failover = FAILOVER_KEEP };
	const struct unicast_route none = { 0 };
	const struct unicast_route own = { .facts = { .neighbor_as = 65001,
					       .origin_as = 65001 } };
	bool failed_over = true;

	(void)state;
	assert_int_equal(
	    validation_best(&zero, &none, &failed_over), REASON_UNJUDGED);
	assert_false(failed_over);
	assert_int_equal(
	    validation_best(&kept, &own, &failed_over), REASON_UNJUDGED);
	assert_false(failed_over);
	assert_true(validation_objects(&zero, &none, &none));
	assert_false(customer_has_asn(&zero, 0));
	assert_false(customer_has_asn(&zero, 65001));
}

/* As many ASNs as there may be: each is found, and none between them. */
static void
every_asn_is_found(void **state)
{
	struct customer customer = { .asn = 7 };

	(void)state;
	customer.asns = calloc(CUSTOMER_ASNS_MAX, sizeof(*customer.asns));
	assert_non_null(customer.asns);
	for (uint32_t n = 0; n <= CUSTOMER_ASNS_MAX; n = n * 3 + 1) {
		customer.n_asns = n;
		for (uint32_t i = 0; i < n; i++)
			customer.asns[i] = 1000 + 1000000 * i;
		for (uint32_t i = 0; i < CUSTOMER_ASNS_MAX; i++) {
			uint32_t asn = 1000 + 1000000 * i;

			assert_int_equal(
			    customer_has_asn(&customer, asn), i < n);
			assert_false(customer_has_asn(&customer, asn - 1));
			assert_false(customer_has_asn(&customer, asn + 1));
		}
		assert_true(customer_has_asn(&customer, 7));
		assert_false(customer_has_asn(&customer, 0));
		assert_false(customer_has_asn(&customer, UINT32_MAX));
	}
	customer_free(&customer);
}

static int
run_rows(const char *group, void (*run)(void **state))
{
	struct CMUnitTest tests[N_OF(validation_rows)] = { 0 };

	for (size_t i = 0; i < N_OF(validation_rows); i++) {
		tests[i].name = validation_rows[i].name;
		tests[i].test_func = run;
		tests[i].initial_state = (void *)(uintptr_t)&validation_rows[i];
	}
	return cmocka_run_group_tests_name(group, tests, NULL, NULL);
}

int
main(void)
{
	struct CMUnitTest evidence[N_OF(evidence_rows)] = { 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdict_carries_the_route_behind_the_ground),
		cmocka_unit_test(longest_evidence_is_cut),
		cmocka_unit_test(nameless_source_is_said_so),
		cmocka_unit_test(refusal_tells_who_was_looked_for),
		cmocka_unit_test(
		    internal_route_inside_own_is_told_without_registry),
		cmocka_unit_test(nothing_to_go_by_is_unjudged),
		cmocka_unit_test(more_than_are_looked_at_are_refused),
		cmocka_unit_test(view_that_cannot_be_asked_is_unknown),
		cmocka_unit_test(failover_is_told_apart),
		cmocka_unit_test(zeroed_customer_has_no_route),
		cmocka_unit_test(every_asn_is_found),
	};

	for (size_t i = 0; i < N_OF(evidence_rows); i++) {
		evidence[i].name = evidence_rows[i].name;
		evidence[i].test_func = evidence_row;
		evidence[i].initial_state =
		    (void *)(uintptr_t)&evidence_rows[i];
	}
	return run_rows("truth", truth_row) + run_rows("judged", judged_row) +
	       cmocka_run_group_tests_name("evidence", evidence, NULL, NULL) +
	       cmocka_run_group_tests_name("validation", tests, NULL, NULL);
}
