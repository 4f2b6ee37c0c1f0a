/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/judge.c: holds, rewriting, dry runs, and what a verdict says
 * beside its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "tests/lib/judge_scene.h"

static void
assert_verdict(struct judge_scene *s, enum reason reason, enum state state,
    enum check check)
{
	judge(&s->q, &s->verdict, s->parts);
	assert_string_equal(
	    reason_name(s->verdict.reason), reason_name(reason));
	assert_string_equal(state_name(s->verdict.state), state_name(state));
	assert_int_equal(s->verdict.check, check);
	assert_non_null(memchr(s->verdict.evidence, '\0', EVIDENCE_MAX));
	if (state == STATE_REFUSED) {
		assert_int_equal(judge_parts(s->q.dialects, s->parts), 0);
		assert_int_equal(s->verdict.rules, 0);
		assert_int_equal(s->verdict.cost, 0);
		assert_int_equal(s->verdict.lifetime_ms, 0);
	} else {
		assert_int_equal(
		    s->verdict.rules, judge_parts(s->q.dialects, s->parts));
		assert_true(s->verdict.rules > 0);
		assert_true(s->verdict.cost >= s->verdict.rules);
		assert_true(s->verdict.lifetime_ms == s->customer.lifetime_ms);
	}
}

/* Nothing in the way: what it takes and how long it lives are said. */
static void
accepted_rule_says_what_it_takes(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->q.cost_profile = COST_NCS5500;
	judge_scene_term(s, RULE_LENGTH, RULE_OP_GT | RULE_OP_EQ, 512);
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	assert_int_equal(s->verdict.rules, 1);
	assert_int_equal(s->verdict.cost, 7);
	s->wish.lifetime_s = 60;
	judge(&s->q, &s->verdict, s->parts);
	assert_int_equal(s->verdict.lifetime_ms, 60000);
	assert_memory_equal(&s->emitted, &s->actions, sizeof(s->actions));
	judge_scene_free(s);
}

/* A rule that shadows another's waits; a person lets it pass. */
static void
shadowing_rule_is_held(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->shadowed = "rule 7 of the NOC";
	assert_verdict(s, REASON_SHADOWS, STATE_HELD, CHECK_CONFLICT);
	assert_string_equal(s->verdict.evidence, "rule 7 of the NOC");
	s->q.approved = true;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	judge_scene_free(s);
}

/* Of several holds the first is told, with its own evidence. */
static void
first_hold_is_told(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge_scene_dst(s, "203.0.113.0/24");
	s->shadowed = "rule 7 of the NOC";
	judge_scene_class(s, CLASS_HELD);
	assert_verdict(s, REASON_WIDE, STATE_HELD, CHECK_SCOPE);
	assert_string_equal(
	    s->verdict.evidence, "destination /24 is wider than /25");
	judge_scene_dst(s, "203.0.113.0/25");
	assert_verdict(s, REASON_SHADOWS, STATE_HELD, CHECK_CONFLICT);
	s->shadowed = NULL;
	assert_verdict(s, REASON_APPROVAL, STATE_HELD, CHECK_APPROVAL);
	s->q.approved = true;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	judge_scene_free(s);
}

/* A refusal by a later check outweighs any hold. */
static void
later_refusal_outweighs_a_hold(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->shadowed = "rule 7 of the NOC";
	s->q.new_room = 0;
	assert_verdict(s, REASON_QUOTA_RATE, STATE_REFUSED, CHECK_QUOTA);
	assert_null(strstr(s->verdict.evidence, "rule 7"));
	judge_scene_dst(s, "203.0.113.0/24");
	assert_verdict(s, REASON_QUOTA_RATE, STATE_REFUSED, CHECK_QUOTA);
	judge_scene_free(s);
}

/* A wide rule of the NOC waits for a second operator. */
static void
second_operator_releases_the_noc(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge_scene_noc(s);
	s->customer.ipv4 = (struct customer_window){ 8, 32, 8 };
	judge_scene_dst(s, "203.0.0.0/16");
	s->q.approved = true;
	assert_verdict(s, REASON_SECOND_OPERATOR, STATE_HELD, CHECK_APPROVAL);
	s->q.seconded = true;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	judge_scene_free(s);
}

static const char *
approval_evidence(struct judge_scene *s)
{
	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	return s->results[CHECK_APPROVAL].evidence;
}

/* Why a rule waits, or need not, is told. */
static void
approval_tells_its_ground(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	assert_string_equal(
	    approval_evidence(s), "no class of rules that wait is met");
	judge_scene_class(s, CLASS_APPROVED);
	judge_scene_class(s, CLASS_HELD);
	assert_string_equal(approval_evidence(s),
	    "meets class 2 of customer acme, which waits");
	s->q.approved = true;
	assert_string_equal(approval_evidence(s), "approved by a person");

	judge_scene_noc(s);
	judge_scene_dst(s, "203.0.112.0/23");
	assert_string_equal(approval_evidence(s),
	    "the destination is wider than one operator may");
	s->rule.has = 0;
	s->rule.dst_len = 0;
	memset(s->rule.dst, 0, ADDRESS_MAX);
	assert_string_equal(
	    approval_evidence(s), "the rule matches every destination");
	judge_scene_src(s, "192.0.2.77/32");
	assert_string_equal(
	    approval_evidence(s), "the rule matches every destination");
	s->q.seconded = true;
	assert_string_equal(approval_evidence(s), "approved by a person");
	judge_scene_free(s);
}

/* The dialect with the most parts counts, of those in use. */
static void
parts_are_the_most_of_a_dialect_in_use(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->parts[DIALECT_STRICT].n = 3;
	s->parts[DIALECT_FRR].n = 7;
	s->parts[DIALECT_FULL].n = 1;
	assert_int_equal(judge_parts(0, s->parts), 0);
	assert_int_equal(judge_parts(JUDGE_DIALECT_BIT(DIALECT_STRICT) |
					 JUDGE_DIALECT_BIT(DIALECT_FULL),
			     s->parts),
	    3);
	assert_int_equal(
	    judge_parts(JUDGE_DIALECT_BIT(DIALECT_FULL), s->parts), 1);
	assert_int_equal(judge_parts(JUDGE_DIALECT_BIT(DIALECT_FRR) |
					 JUDGE_DIALECT_BIT(DIALECT_FULL),
			     s->parts),
	    7);
	judge_scene_free(s);
}

/* What was changed leads the evidence, and is what goes inward. */
static void
rewritten_rule_is_accepted_modified(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.actions.bytes.max = 1e6;
	judge_scene_rate(s, 500);
	assert_verdict(s, REASON_RATE_FLOOR, STATE_REFUSED, CHECK_ACTION);
	s->customer.rewrite.raise_rates = true;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED_MODIFIED, CHECK_NONE);
	assert_true(verdict_accepts(&s->verdict));
	assert_string_equal(s->verdict.evidence,
	    "rate-limit raised from 500 to the floor 8000; inside registered "
	    "203.0.113.0/24; best match 203.0.113.0/24 to AS65001 from acme");
	assert_int_equal(s->emitted.rate_bytes, action_rate_bits(8000));
	assert_int_equal(s->actions.rate_bytes, action_rate_bits(500));
	/* Nobody wants to know: the verdict is the same. */
	s->q.emitted = NULL;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED_MODIFIED, CHECK_NONE);
	/* Where nothing is changed, nothing is said. */
	judge_scene_rate(s, 9000);
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	/* In monitor mode it is said, too. */
	judge_scene_rate(s, 500);
	s->customer.mode = CUSTOMER_MONITOR;
	assert_verdict(s, REASON_MONITOR, STATE_MONITORED, CHECK_NONE);
	assert_non_null(strstr(s->verdict.evidence, "raised"));
	judge_scene_free(s);
}

/* A target is judged after it was replaced. */
static void
replaced_redirect_is_judged_as_emitted(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->actions.present = 0;
	judge_scene_allow(s, ACTION_REDIRECT);
	memset(s->actions.redirect, 'a', 8);
	memset(s->customer.actions.targets[0], 'b', 8);
	s->customer.actions.n_targets = 1;
	assert_verdict(s, REASON_ACTION_TARGET, STATE_REFUSED, CHECK_ACTION);
	s->customer.rewrite.n_redirects = 1;
	memset(s->customer.rewrite.redirects[0].from, 'a', 8);
	memset(s->customer.rewrite.redirects[0].to, 'b', 8);
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED_MODIFIED, CHECK_NONE);
	assert_int_equal(s->emitted.redirect[0], 'b');
	/* To where the customer may not: refused as what it would become. */
	memset(s->customer.rewrite.redirects[0].to, 'c', 8);
	assert_verdict(s, REASON_ACTION_TARGET, STATE_REFUSED, CHECK_ACTION);
	assert_non_null(strstr(s->verdict.evidence, "6363636363636363"));
	judge_scene_free(s);
}

/* A full list of targets is used to its last, and nothing behind its end. */
static void
full_list_of_targets_is_used_to_its_end(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct customer_actions *may = &s->customer.actions;

	(void)state;
	s->actions.present = 0;
	judge_scene_allow(s, ACTION_REDIRECT);
	for (unsigned i = 0; i < CUSTOMER_TARGETS_MAX; i++)
		memset(may->targets[i], (int)i + 1, 8);
	memset(s->actions.redirect, CUSTOMER_TARGETS_MAX, 8);
	may->n_targets = CUSTOMER_TARGETS_MAX;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	may->n_targets = CUSTOMER_TARGETS_MAX - 1;
	assert_verdict(s, REASON_ACTION_TARGET, STATE_REFUSED, CHECK_ACTION);

	s->actions.present = 0;
	memset(s->actions.redirect, 0, sizeof(s->actions.redirect));
	judge_scene_allow(s, ACTION_REDIRECT_RT6);
	for (unsigned i = 0; i < CUSTOMER_TARGETS_RT6_MAX; i++)
		memset(may->targets_rt6[i], (int)i + 1, 20);
	memset(s->actions.redirect_rt6, CUSTOMER_TARGETS_RT6_MAX, 20);
	may->n_targets_rt6 = CUSTOMER_TARGETS_RT6_MAX;
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	may->n_targets_rt6 = CUSTOMER_TARGETS_RT6_MAX - 1;
	assert_verdict(s, REASON_ACTION_TARGET, STATE_REFUSED, CHECK_ACTION);
	may->n_targets_rt6 = CUSTOMER_TARGETS_RT6_MAX + 1;
	assert_verdict(s, REASON_ACTION_TARGET, STATE_REFUSED, CHECK_ACTION);
	judge_scene_free(s);
}

/* The evidence names the component that is not allowed, and no other. */
static void
component_not_allowed_is_named(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.components &= ~(1u << RULE_LENGTH);
	judge_scene_term(s, RULE_PROTO, RULE_OP_EQ, 17);
	judge_scene_term(s, RULE_LENGTH, RULE_OP_EQ, 99);
	assert_verdict(s, REASON_COMPONENT, STATE_REFUSED, CHECK_SCOPE);
	assert_non_null(strstr(s->verdict.evidence, "component 10 "));
	judge_scene_free(s);
}

/* A source that is the customer's own is nobody else's. */
static void
own_source_beside_others_is_accepted(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct prefix shared;

	(void)state;
	s->q.protect_customers = true;
	judge_scene_src(s, "203.0.113.9/32");
	/* Another registered more of it: shared space. */
	assert_int_equal(prefix_parse("203.0.113.9/32", &shared), 0);
	assert_int_equal(prefix_set_add(s->others, &shared, 2), 0);
	assert_verdict(s, REASON_ACCEPTED, STATE_ACCEPTED, CHECK_NONE);
	judge_scene_free(s);
}

static struct action_set asked_about;

static bool
conflicts_remember(const void *ctx, const struct rule *part,
    const struct action_set *actions, char *evidence, size_t size)
{
	(void)ctx;
	(void)part;
	(void)evidence;
	(void)size;
	asked_about = *actions;
	return false;
}

/* Owners conflict over what goes inward, not over what came. */
static void
conflict_is_asked_about_what_is_emitted(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.actions.bytes.max = 1e6;
	s->customer.rewrite.raise_rates = true;
	judge_scene_rate(s, 500);
	s->q.conflicts = conflicts_remember;
	judge(&s->q, &s->verdict, s->parts);
	assert_int_equal(asked_about.rate_bytes, action_rate_bits(8000));
	judge_scene_free(s);
}

/* No customer or no actions: what is emitted is nothing. */
static void
nothing_came_and_nothing_is_emitted(void **state)
{
	static const struct action_set nothing;
	struct judge_scene *s = judge_scene_new();

	(void)state;
	memset(&s->emitted, 0xff, sizeof(s->emitted));
	s->q.actions = NULL;
	judge(&s->q, &s->verdict, s->parts);
	assert_false(verdict_accepts(&s->verdict));
	assert_memory_equal(&s->emitted, &nothing, sizeof(nothing));
	s->q.actions = &s->actions;
	s->q.customer = NULL;
	judge(&s->q, &s->verdict, s->parts);
	assert_memory_equal(&s->emitted, &s->actions, sizeof(s->actions));
	judge_scene_free(s);
}

/* A wish for a verdict never goes inward, whatever it would be. */
static void
dry_run_is_monitored(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->wish.dry_run = 1;
	assert_verdict(s, REASON_DRY_RUN, STATE_MONITORED, CHECK_NONE);
	assert_false(verdict_accepts(&s->verdict));
	assert_string_equal(s->verdict.evidence,
	    "dry run: would pass as accepted; inside registered "
	    "203.0.113.0/24; best match 203.0.113.0/24 to AS65001 from acme");
	s->customer.mode = CUSTOMER_MONITOR;
	assert_verdict(s, REASON_DRY_RUN, STATE_MONITORED, CHECK_NONE);
	assert_non_null(strstr(s->verdict.evidence, "would pass as monitor; "));
	s->shadowed = "rule 7 of the NOC";
	assert_verdict(s, REASON_DRY_RUN, STATE_MONITORED, CHECK_NONE);
	assert_string_equal(s->verdict.evidence,
	    "dry run: would be held as shadows; rule 7 of the NOC");
	s->q.new_room = 0;
	assert_verdict(s, REASON_QUOTA_RATE, STATE_REFUSED, CHECK_QUOTA);
	judge_scene_free(s);
}

/* The question for no more than a verdict says what was changed, too. */
static void
dry_run_of_a_rewritten_rule_says_both(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->wish.dry_run = 1;
	s->customer.validate = VALIDATE_OFF;
	s->customer.actions.bytes.max = 1e6;
	s->customer.rewrite.raise_rates = true;
	judge_scene_rate(s, 500);
	assert_verdict(s, REASON_DRY_RUN, STATE_MONITORED, CHECK_NONE);
	assert_string_equal(s->verdict.evidence,
	    "dry run: would pass as accepted; rate-limit raised from 500 to "
	    "the floor 8000; inside registered 203.0.113.0/24");
	judge_scene_free(s);
}

/* Evidence that is as long as it can be stays a string with a lead. */
static void
long_evidence_is_cut(void **state)
{
	struct judge_scene *s = judge_scene_new();
	char text[EVIDENCE_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	s->shadowed = text;
	s->wish.dry_run = 1;
	assert_verdict(s, REASON_DRY_RUN, STATE_MONITORED, CHECK_NONE);
	assert_int_equal(strlen(s->verdict.evidence), EVIDENCE_MAX - 1);
	judge_scene_free(s);
}

static unsigned order[CHECK_COUNT];
static unsigned n_order;

#define NOTE(check)                                                            \
	static enum reason note_##check(const struct check_ask *ask)           \
	{                                                                      \
		(void)ask;                                                     \
		order[n_order++] = CHECK_##check;                              \
		return REASON_ACCEPTED;                                        \
	}
NOTE(SESSION)
NOTE(FORM)
NOTE(SCOPE)
NOTE(OWNERSHIP)
NOTE(VALIDATION)
NOTE(PROTECTED)
NOTE(ACTION)
NOTE(CONFLICT)
NOTE(QUOTA)
NOTE(LIFETIME)
NOTE(APPROVAL)

/* Every check is asked once, in the order that is promised. */
static void
checks_are_asked_in_their_order(void **state)
{
	static const check_run table[CHECK_COUNT] = {
		[CHECK_SESSION] = note_SESSION,
		[CHECK_FORM] = note_FORM,
		[CHECK_SCOPE] = note_SCOPE,
		[CHECK_OWNERSHIP] = note_OWNERSHIP,
		[CHECK_VALIDATION] = note_VALIDATION,
		[CHECK_PROTECTED] = note_PROTECTED,
		[CHECK_ACTION] = note_ACTION,
		[CHECK_CONFLICT] = note_CONFLICT,
		[CHECK_QUOTA] = note_QUOTA,
		[CHECK_LIFETIME] = note_LIFETIME,
		[CHECK_APPROVAL] = note_APPROVAL,
	};
	static const unsigned promised[] = { CHECK_SESSION, CHECK_FORM,
		CHECK_SCOPE, CHECK_OWNERSHIP, CHECK_VALIDATION, CHECK_PROTECTED,
		CHECK_ACTION, CHECK_CONFLICT, CHECK_QUOTA, CHECK_LIFETIME,
		CHECK_APPROVAL };
	struct judge_scene *s = judge_scene_new();

	(void)state;
	n_order = 0;
	judge_run(table, &s->q, &s->verdict, s->parts);
	assert_int_equal(n_order, sizeof(promised) / sizeof(promised[0]));
	assert_memory_equal(order, promised, sizeof(promised));
	assert_true(verdict_accepts(&s->verdict));
	judge_scene_free(s);
}

/* explain shows the hold beside what passes, and the same verdict. */
static void
explain_shows_holds_and_lifetime(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->shadowed = "rule 7 of the NOC";
	s->wish.lifetime_s = 3600;
	judge_explain(&s->q, &s->verdict, s->parts, s->results);
	assert_int_equal(s->verdict.reason, REASON_SHADOWS);
	assert_int_equal(s->results[CHECK_CONFLICT].reason, REASON_SHADOWS);
	assert_int_equal(s->results[CHECK_LIFETIME].reason, REASON_ACCEPTED);
	assert_string_equal(
	    s->results[CHECK_LIFETIME].evidence, "24 h; asked for 1 h");
	assert_string_equal(
	    s->results[CHECK_QUOTA].evidence, "1 of 50 rules; cost 1 of 200");
	judge_scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_rule_says_what_it_takes),
		cmocka_unit_test(shadowing_rule_is_held),
		cmocka_unit_test(first_hold_is_told),
		cmocka_unit_test(later_refusal_outweighs_a_hold),
		cmocka_unit_test(second_operator_releases_the_noc),
		cmocka_unit_test(approval_tells_its_ground),
		cmocka_unit_test(parts_are_the_most_of_a_dialect_in_use),
		cmocka_unit_test(rewritten_rule_is_accepted_modified),
		cmocka_unit_test(replaced_redirect_is_judged_as_emitted),
		cmocka_unit_test(full_list_of_targets_is_used_to_its_end),
		cmocka_unit_test(component_not_allowed_is_named),
		cmocka_unit_test(own_source_beside_others_is_accepted),
		cmocka_unit_test(conflict_is_asked_about_what_is_emitted),
		cmocka_unit_test(nothing_came_and_nothing_is_emitted),
		cmocka_unit_test(dry_run_is_monitored),
		cmocka_unit_test(dry_run_of_a_rewritten_rule_says_both),
		cmocka_unit_test(long_evidence_is_cut),
		cmocka_unit_test(checks_are_asked_in_their_order),
		cmocka_unit_test(explain_shows_holds_and_lifetime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
