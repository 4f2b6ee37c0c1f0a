/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/judge.c and its checks: a good question, spoilt in one way
 * a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "tests/lib/judge_scene.h"
#include "tests/lib/soil.h"

#define N_OF(array)     (sizeof(array) / sizeof((array)[0]))
#define QUIET_NAN       0x7fc00000u
#define INFINITE        0x7f800000u
#define SMALLEST_DENORM 0x00000001u
#define EQ              RULE_OP_EQ

/* ROW(name, check that objects, reason, state, what is done to the scene s). */
#include "tests/unit/judge_rows.h"

struct row {
	const char *name;
	uint16_t reason;
	uint8_t state;
	uint8_t check;
	void (*spoil)(struct judge_scene *s);
};

#define ROW(name, objector, why, becomes, ...)                                 \
	static void name(struct judge_scene *s)                                \
	{                                                                      \
		(void)s;                                                       \
		__VA_ARGS__;                                                   \
	}
JUDGE_ROWS(ROW)
#undef ROW

static const struct row rows[] = {
#define ROW(name, objector, why, becomes, ...)                                 \
	{ #name, REASON_##why, STATE_##becomes, CHECK_##objector, name },
	JUDGE_ROWS(ROW)
#undef ROW
};

/* One row: the verdict, its state, who objected, and that it says why. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();
	bool goes_inward = row->state == STATE_ACCEPTED;

	row->spoil(s);
	stack_soil();
	judge(&s->q, &s->verdict, s->parts);

	assert_string_equal(
	    reason_name(s->verdict.reason), reason_name(row->reason));
	assert_string_equal(
	    state_name(s->verdict.state), state_name(row->state));
	assert_int_equal(s->verdict.check, row->check);
	assert_int_equal(verdict_accepts(&s->verdict), goes_inward);
	assert_true(s->verdict.evidence[0] != '\0');
	assert_non_null(memchr(s->verdict.evidence, '\0', EVIDENCE_MAX));
	if (row->state == STATE_REFUSED)
		assert_int_equal(judge_parts(s->q.dialects, s->parts), 0);
	else
		assert_true(judge_parts(s->q.dialects, s->parts) > 0);
	judge_scene_free(s);
}

/* A person may let it pass, so later checks are asked too. */
static bool
is_hold(unsigned reason)
{
	return reason == REASON_WIDE || reason == REASON_SHADOWS ||
	       reason == REASON_APPROVAL || reason == REASON_SECOND_OPERATOR;
}

/* explain gives the verdict of judge, and the objection among its results. */
static void
explain_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();
	struct verdict plain;
	bool decided = false;
	enum check check;

	row->spoil(s);
	judge(&s->q, &plain, s->parts);
	judge_explain(&s->q, &s->verdict, s->parts, s->results);

	assert_memory_equal(&plain, &s->verdict, sizeof(plain));
	assert_int_equal(s->results[CHECK_NONE].reason, REASON_UNJUDGED);
	for (unsigned n = 0; (check = check_at(n)) != CHECK_NONE; n++) {
		const struct check_result *result = &s->results[check];

		assert_true(result->evidence[0] != '\0');
		decided = decided || check == row->check;
		if (check == row->check)
			assert_int_equal(result->reason, row->reason);
		else if (!decided && !is_hold(result->reason))
			assert_int_equal(result->reason, REASON_ACCEPTED);
	}
	assert_int_equal(decided, row->check != CHECK_NONE);
	judge_scene_free(s);
}

/* Given by a check; the others are given by the guard. */
static bool
of_a_check(unsigned reason)
{
	return (reason <= REASON_QUOTA_FLEET &&
		   reason != REASON_QUOTA_RECEIVED) ||
	       (reason >= REASON_UNICAST_UNKNOWN &&
		   reason <= REASON_MORE_SPECIFIC);
}

/* Every reason that a check can give is produced by a row above. */
static void
every_reason_is_produced(void **state)
{
	static const uint16_t reasons[] = {
#define X(symbol, number, name, text) REASON_##symbol,
		REASON_MAP(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < N_OF(reasons); i++) {
		bool seen = !of_a_check(reasons[i]);

		for (size_t j = 0; j < N_OF(rows); j++)
			seen = seen || rows[j].reason == reasons[i];
		if (!seen)
			fail_msg("no row gives %s", reason_name(reasons[i]));
	}
}

/* The evidence of what is accepted is the registered prefix and the route. */
static void
accepted_evidence_is_the_ground(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge(&s->q, &s->verdict, s->parts);

	assert_string_equal(s->verdict.evidence,
	    "inside registered 203.0.113.0/24; best match "
	    "203.0.113.0/24 to AS65001 from acme");
	s->customer.validate = VALIDATE_OFF;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    s->verdict.evidence, "inside registered 203.0.113.0/24");
	assert_int_equal(s->parts[DIALECT_STRICT].n, 1);
	assert_true(rule_equal(&s->parts[DIALECT_STRICT].part[0], &s->rule));
	judge_scene_free(s);
}

/* The evidence of a refusal names the value and the limit. */
static void
refused_evidence_names_value_and_limit(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.actions.bytes.max = 1e6;
	judge_scene_rate(s, 500);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "rate-limit: rate 500 is below the floor 8000");

	judge_scene_rate(s, 125000000);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "rate-limit: rate 125000000 is above the ceiling 1000000");

	judge_scene_dst(s, "192.0.2.9/32");
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "192.0.2.9/32 lies in none of the 2 registered prefixes of "
	    "customer acme");
	judge_scene_free(s);
}

/* What passes the form is told with its terms and its parts. */
static void
form_evidence_counts_terms_and_parts(void **state)
{
	static const struct {
		unsigned values;
		const char *evidence;
	} told[] = {
		{ 0, "0 terms; 1 part inward" },
		{ 1, "1 term; 1 part inward" },
		{ 2, "2 terms; 1 part inward" },
		{ 10, "10 terms; 2 parts inward" },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(told); i++) {
		struct judge_scene *s = judge_scene_new();

		judge_scene_list(s, RULE_DST_PORT, 1000, told[i].values);
		judge_explain(&s->q, &s->verdict, s->parts, s->results);
		assert_string_equal(
		    s->results[CHECK_FORM].evidence, told[i].evidence);
		judge_scene_free(s);
	}
}

/* The evidence names what is protected, and who waits for whom. */
static void
refused_evidence_names_what_is_protected(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge_scene_protect(s, "203.0.113.0/29", 0, PROTECTED_ANYBODY);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "matches packets to 203.0.113.0/29 (loopbacks)");

	judge_scene_dst(s, "203.0.113.77/32");
	judge_scene_src(s, "203.0.113.1/32");
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "the source is inside 203.0.113.0/29 (loopbacks)");

	judge_scene_src(s, "198.51.100.1/32");
	s->q.protect_customers = true;
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "the source is inside 198.51.100.0/24 of another customer");

	judge_scene_src(s, "192.0.2.1/32");
	prefix_parse("203.0.113.77/32", &s->remote);
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(s->verdict.evidence,
	    "matches BGP packets between 203.0.113.77 and our 192.0.2.1");
	judge_scene_free(s);
}

/* With faults everywhere the first check decides, and explain shows all. */
static void
first_objection_decides_and_explain_shows_all(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->q.authenticated = false;
	s->q.rules_held = 50;
	s->foreign = "owner beta";
	judge_scene_dst(s, "192.0.2.0/25");
	s->customer.ipv4.min_len = 28;
	s->customer.ipv4.hold_from = 28;
	judge_scene_rate(s, 9000);
	judge_explain(&s->q, &s->verdict, s->parts, s->results);

	assert_int_equal(s->verdict.reason, REASON_NOT_AUTHENTICATED);
	assert_int_equal(s->results[CHECK_FORM].reason, REASON_ACCEPTED);
	assert_int_equal(s->results[CHECK_SCOPE].reason, REASON_PREFIX_LENGTH);
	assert_int_equal(
	    s->results[CHECK_OWNERSHIP].reason, REASON_NOT_REGISTERED);
	assert_int_equal(s->results[CHECK_VALIDATION].reason, REASON_NO_ROUTE);
	assert_int_equal(
	    s->results[CHECK_ACTION].reason, REASON_ACTION_NOT_ALLOWED);
	assert_int_equal(s->results[CHECK_CONFLICT].reason, REASON_CONFLICT);
	assert_string_equal(s->results[CHECK_CONFLICT].evidence, "owner beta");
	assert_int_equal(s->results[CHECK_QUOTA].reason, REASON_QUOTA_RULES);
	judge_scene_free(s);
}

/* A check without ground says so, instead of passing or guessing. */
static void
check_without_ground_says_unjudged(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->q.wire_reason = REASON_MALFORMED;
	judge_explain(&s->q, &s->verdict, s->parts, s->results);

	assert_int_equal(s->results[CHECK_FORM].reason, REASON_MALFORMED);
	for (unsigned i = CHECK_SCOPE; i < CHECK_COUNT; i++) {
		/* Actions came in another attribute, and how long it may live
		 * is not the rule's to say. */
		if (i == CHECK_ACTION || i == CHECK_LIFETIME)
			continue;
		assert_int_equal(s->results[i].reason, REASON_UNJUDGED);
		assert_memory_equal(s->results[i].evidence, "not asked", 9);
	}
	assert_int_equal(s->asked, 0);
	judge_scene_free(s);
}

/* A zeroed customer may ask for nothing: no check of its own lets pass. */
static void
zero_customer_is_refused_by_every_limit(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	customer_free(&s->customer);
	judge_explain(&s->q, &s->verdict, s->parts, s->results);

	assert_int_equal(s->verdict.state, STATE_REFUSED);
	assert_int_equal(s->results[CHECK_SESSION].reason, REASON_CUSTOMER_OFF);
	assert_int_equal(s->results[CHECK_SCOPE].reason, REASON_PREFIX_LENGTH);
	assert_int_equal(
	    s->results[CHECK_OWNERSHIP].reason, REASON_NOT_REGISTERED);
	assert_int_equal(s->results[CHECK_VALIDATION].reason, REASON_UNJUDGED);
	assert_int_equal(
	    s->results[CHECK_ACTION].reason, REASON_ACTION_NOT_ALLOWED);
	assert_int_equal(s->results[CHECK_QUOTA].reason, REASON_QUOTA_RULES);

	/* Not even a destination of length 0. */
	judge_scene_dst(s, "0.0.0.0/0");
	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	assert_int_equal(s->results[CHECK_SCOPE].reason, REASON_PREFIX_LENGTH);
	judge_scene_free(s);
}

/* A zeroed question is refused, and nothing is read through its pointers. */
static void
zero_question_is_refused(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct question zero;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	judge_explain(&zero, &s->verdict, s->parts, s->results);

	assert_int_equal(s->verdict.reason, REASON_UNJUDGED);
	assert_int_equal(s->verdict.state, STATE_REFUSED);
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		assert_int_equal(s->results[i].reason, REASON_UNJUDGED);
	judge_scene_free(s);
}

static enum reason
agree(const struct check_ask *ask)
{
	(void)ask;
	return REASON_ACCEPTED;
}

/* An action of a kind beyond the list is unknown, whatever bits the customer
 * has. */
static void
action_kind_out_of_list_is_unknown(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->actions.present |= 0x8000;
	s->customer.actions.kinds = UINT32_MAX;
	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	assert_int_equal(
	    s->results[CHECK_ACTION].reason, REASON_ACTION_UNKNOWN);
	judge_scene_free(s);
}

static enum reason
action_reason(struct judge_scene *s)
{
	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	return s->results[CHECK_ACTION].reason;
}

/* Each kind with a target passes the action check only with it listed: the
 * whole community, or an address inside the prefix. */
static void
targets_of_every_kind_must_be_listed(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct customer_actions *may = &s->customer.actions;

	(void)state;
	s->actions.present = 0;
	judge_scene_allow(s, ACTION_REDIRECT);
	memcpy(s->actions.redirect, "\x80\x08\xfb\xf4\0\0\x02\x9a", 8);
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	memcpy(may->targets[may->n_targets++], s->actions.redirect, 8);
	assert_int_equal(action_reason(s), REASON_ACCEPTED);

	judge_scene_allow(s, ACTION_INTERFACE_SET);
	memcpy(s->actions.interface_set, "\x07\x02\0\0\xfb\xf4\x80\x01", 8);
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	memcpy(may->targets[may->n_targets++], s->actions.interface_set, 8);
	assert_int_equal(action_reason(s), REASON_ACCEPTED);

	judge_scene_allow(s, ACTION_REDIRECT_RT6);
	memcpy(s->actions.redirect_rt6, "\0\x0d\x20\x01\x0d\xb8", 6);
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	memcpy(may->targets_rt6[may->n_targets_rt6++], s->actions.redirect_rt6,
	    20);
	assert_int_equal(action_reason(s), REASON_ACCEPTED);

	judge_scene_allow(s, ACTION_REDIRECT_IP4);
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x09", 4);
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	prefix_parse("192.0.2.8/31", &may->targets_ip[may->n_targets_ip++]);
	assert_int_equal(action_reason(s), REASON_ACCEPTED);

	judge_scene_allow(s, ACTION_REDIRECT_IP6);
	memcpy(s->actions.redirect_ip6, "\0\x0c\x20\x01\x0d\xb8", 6);
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	prefix_parse("2001:db8::/64", &may->targets_ip[may->n_targets_ip++]);
	assert_int_equal(action_reason(s), REASON_ACCEPTED);
	judge_scene_free(s);
}

/* A list length beyond the list is not believed. */
static void
target_count_beyond_the_list_is_refused(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->actions.present = 0;
	judge_scene_allow(s, ACTION_REDIRECT);
	s->customer.actions.n_targets = CUSTOMER_TARGETS_MAX + 1;
	assert_int_equal(action_reason(s), REASON_ACTION_TARGET);
	judge_scene_free(s);
}

/* A table with a check missing refuses, wherever the gap is. */
static void
table_with_a_gap_is_refused(void **state)
{
	struct judge_scene *s = judge_scene_new();
	check_run table[CHECK_COUNT] = { 0 };

	(void)state;
	judge_run(table, &s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.reason, REASON_UNJUDGED);
	assert_int_equal(s->verdict.state, STATE_REFUSED);

	for (unsigned gap = CHECK_NONE + 1; gap < CHECK_COUNT; gap++) {
		for (unsigned i = 0; i < CHECK_COUNT; i++)
			table[i] = i == gap ? NULL : agree;
		judge_run(table, &s->q, &s->verdict, s->parts);
		assert_int_equal(s->verdict.reason, REASON_UNJUDGED);
		assert_int_equal(s->verdict.check, gap);
		assert_false(verdict_accepts(&s->verdict));
	}
	judge_scene_free(s);
}

/* Even when all checks agree, no customer and no mode means no. */
static void
agreeing_checks_do_not_replace_a_customer(void **state)
{
	struct judge_scene *s = judge_scene_new();
	check_run table[CHECK_COUNT];

	(void)state;
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		table[i] = agree;
	judge_run(table, &s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));

	s->customer.mode = CUSTOMER_OFF;
	judge_run(table, &s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.reason, REASON_UNJUDGED);
	s->q.customer = NULL;
	judge_run(table, &s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.reason, REASON_UNJUDGED);
	assert_int_equal(s->verdict.state, STATE_REFUSED);
	judge_scene_free(s);
}

/* The table of standing rules is asked once for a rule that is the same in
 * every dialect, and for each part of a split one. */
static void
conflicts_are_asked_once_a_part(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->q.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT) |
			JUDGE_DIALECT_BIT(DIALECT_FRR) |
			JUDGE_DIALECT_BIT(DIALECT_FULL);
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(s->asked, 1);
	assert_int_equal(s->asked_shadows, 1);

	s->asked = s->asked_shadows = 0;
	s->q.dialects = JUDGE_DIALECT_BIT(DIALECT_STRICT);
	judge_scene_list(s, RULE_DST_PORT, 1000, 12);
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_true(s->parts[DIALECT_STRICT].n > 1);
	assert_int_equal(s->asked, s->parts[DIALECT_STRICT].n);
	assert_int_equal(s->asked_shadows, s->parts[DIALECT_STRICT].n);

	/* "not 80" differs between dialects: all of its forms are asked. */
	s->asked = s->asked_shadows = 0;
	s->q.dialects |= JUDGE_DIALECT_BIT(DIALECT_FULL);
	s->rule.n_terms = 0;
	judge_scene_term(s, RULE_DST_PORT, RULE_OP_LT | RULE_OP_GT, 80);
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	assert_int_equal(
	    s->asked, s->parts[DIALECT_STRICT].n + s->parts[DIALECT_FULL].n);
	assert_int_equal(s->asked_shadows, s->asked);
	judge_scene_free(s);
}

/* A split rule counts for all its parts: the last place holds one part. */
static void
quota_counts_parts(void **state)
{
	struct judge_scene *s = judge_scene_new();
	unsigned parts;

	(void)state;
	judge_scene_list(s, RULE_DST_PORT, 1000, 12);
	judge(&s->q, &s->verdict, s->parts);
	parts = judge_parts(s->q.dialects, s->parts);
	assert_true(parts > 1);

	s->q.rules_held = 50 - parts;
	judge(&s->q, &s->verdict, s->parts);
	assert_true(verdict_accepts(&s->verdict));
	s->q.rules_held++;
	judge(&s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.reason, REASON_QUOTA_RULES);
	judge_scene_free(s);
}

static const struct CMUnitTest stories[] = {
	cmocka_unit_test(every_reason_is_produced),
	cmocka_unit_test(accepted_evidence_is_the_ground),
	cmocka_unit_test(refused_evidence_names_value_and_limit),
	cmocka_unit_test(form_evidence_counts_terms_and_parts),
	cmocka_unit_test(refused_evidence_names_what_is_protected),
	cmocka_unit_test(first_objection_decides_and_explain_shows_all),
	cmocka_unit_test(check_without_ground_says_unjudged),
	cmocka_unit_test(zero_customer_is_refused_by_every_limit),
	cmocka_unit_test(zero_question_is_refused),
	cmocka_unit_test(action_kind_out_of_list_is_unknown),
	cmocka_unit_test(targets_of_every_kind_must_be_listed),
	cmocka_unit_test(target_count_beyond_the_list_is_refused),
	cmocka_unit_test(table_with_a_gap_is_refused),
	cmocka_unit_test(agreeing_checks_do_not_replace_a_customer),
	cmocka_unit_test(conflicts_are_asked_once_a_part),
	cmocka_unit_test(quota_counts_parts),
};

/* Every row is a test of judge and a test of explain. */
int
main(void)
{
	struct CMUnitTest tests[N_OF(stories) + 2 * N_OF(rows)];
	size_t n = 0;

	memset(tests, 0, sizeof(tests));
	for (size_t i = 0; i < N_OF(stories); i++)
		tests[n++] = stories[i];
	for (size_t i = 0; i < 2 * N_OF(rows); i++) {
		const struct row *row = &rows[i % N_OF(rows)];

		tests[n].name = row->name;
		tests[n].test_func = i < N_OF(rows) ? check_row : explain_row;
		tests[n].initial_state = (void *)(uintptr_t)row;
		n++;
	}
	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
