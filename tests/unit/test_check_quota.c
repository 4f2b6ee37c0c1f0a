/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/check_quota.c: each limit at its edge, and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "tests/lib/judge_scene.h"
#include "tests/lib/soil.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))
#define EQ          RULE_OP_EQ

/* "not 0..7999" in a field of 16 bits takes 6 entries. */
static void
six_entries(struct judge_scene *s)
{
	s->q.cost_profile = COST_NCS5500;
	judge_scene_term(
	    s, RULE_LENGTH, RULE_OP_GT | RULE_OP_EQ, UINT64_C(1024));
}

static void
fleet(struct judge_scene *s, uint32_t guaranteed, uint32_t max_rules,
    uint32_t max_cost)
{
	s->q.fleet.guaranteed = guaranteed;
	s->q.fleet.max_rules = max_rules;
	s->q.fleet.max_cost = max_cost;
}

/* ROW(name, reason, what is done to the scene s) */
/* clang-format off */
#define ROWS(ROW) \
ROW(last_rule_is_accepted, ACCEPTED, s->q.rules_held = 49) \
ROW(rule_too_many_is_refused, QUOTA_RULES, s->q.rules_held = 50) \
ROW(no_rules_allowed_is_refused, QUOTA_RULES, s->customer.limits.rules = 0) \
ROW(rules_without_limit_are_accepted, ACCEPTED, \
	s->customer.limits.rules = UINT32_MAX; s->q.rules_held = UINT32_MAX) \
ROW(rules_do_not_overflow, QUOTA_RULES, \
	s->customer.limits.rules = UINT32_MAX - 1; \
	s->q.rules_held = UINT32_MAX) \
ROW(last_entries_are_accepted, ACCEPTED, six_entries(s); \
	s->q.cost_held = 194) \
ROW(entry_too_many_is_refused, QUOTA_COST, six_entries(s); \
	s->q.cost_held = 195) \
ROW(no_entries_allowed_is_refused, QUOTA_COST, s->customer.limits.cost = 0) \
ROW(entries_without_limit_are_accepted, ACCEPTED, \
	s->customer.limits.cost = UINT32_MAX; s->q.cost_held = UINT32_MAX) \
ROW(unknown_profile_is_refused, QUOTA_COST, s->q.cost_profile = 77) \
ROW(unknown_profile_without_limits_is_accepted, ACCEPTED, \
	s->q.cost_profile = 77; s->customer.limits.cost = UINT32_MAX) \
ROW(rules_object_before_entries, QUOTA_RULES, s->q.rules_held = 50; \
	s->q.cost_held = 200) \
ROW(no_room_for_a_new_rule_is_refused, QUOTA_RATE, s->q.new_room = 0) \
ROW(room_for_one_new_rule_is_accepted, ACCEPTED, s->q.new_room = 1) \
ROW(standing_rule_is_no_new_rule, ACCEPTED, s->q.new_room = 0; \
	s->q.stands = true) \
ROW(standing_rule_counts_for_all_else, QUOTA_RULES, s->q.rules_held = 50; \
	s->q.stands = true) \
ROW(addresses_at_the_limit_are_accepted, ACCEPTED, \
	s->customer.limits.addresses = 10; s->addresses = 10) \
ROW(addresses_over_the_limit_are_refused, QUOTA_ADDRESSES, \
	s->customer.limits.addresses = 10; s->addresses = 11) \
ROW(no_addresses_allowed_is_refused, QUOTA_ADDRESSES, \
	s->customer.limits.addresses = 0; s->addresses = 1) \
ROW(addresses_that_nobody_counts_are_refused, UNJUDGED, \
	s->customer.limits.addresses = 10; s->q.addresses = NULL) \
ROW(addresses_without_limit_need_no_count, ACCEPTED, \
	s->q.addresses = NULL; s->addresses = UINT64_MAX) \
ROW(share_at_the_limit_is_accepted, ACCEPTED, s->customer.space = 1000; \
	s->customer.limits.addresses_percent = 5; s->addresses = 50) \
ROW(share_over_the_limit_is_refused, QUOTA_ADDRESSES, \
	s->customer.space = 1000; \
	s->customer.limits.addresses_percent = 5; s->addresses = 51) \
ROW(share_is_rounded_down, QUOTA_ADDRESSES, s->customer.space = 1099; \
	s->customer.limits.addresses_percent = 5; s->addresses = 55) \
ROW(share_of_the_rest_counts, ACCEPTED, s->customer.space = 1080; \
	s->customer.limits.addresses_percent = 5; s->addresses = 54) \
ROW(share_of_everything_does_not_overflow, ACCEPTED, \
	s->customer.space = UINT64_MAX; \
	s->customer.limits.addresses_percent = 99; \
	s->addresses = UINT64_MAX / 100 * 99) \
ROW(share_of_99_percent_is_a_limit, QUOTA_ADDRESSES, \
	s->customer.space = 100; \
	s->customer.limits.addresses_percent = 99; s->addresses = 100) \
ROW(share_of_100_percent_is_none, ACCEPTED, s->customer.space = 1; \
	s->customer.limits.addresses_percent = 100; s->addresses = 5) \
ROW(share_of_nothing_is_refused, QUOTA_ADDRESSES, s->customer.space = 0; \
	s->customer.limits.addresses_percent = 50; s->addresses = 1) \
ROW(smaller_of_count_and_share_counts, QUOTA_ADDRESSES, \
	s->customer.space = 1000; s->customer.limits.addresses = 20; \
	s->customer.limits.addresses_percent = 5; s->addresses = 21) \
ROW(addresses_object_before_the_rate, QUOTA_ADDRESSES, \
	s->customer.limits.addresses = 10; s->addresses = 11; \
	s->q.new_room = 0) \
ROW(fleet_rules_to_the_last_are_accepted, ACCEPTED, fleet(s, 0, 100, 100); \
	s->q.fleet.rules = 90; s->q.fleet.reserved_rules = 9) \
ROW(fleet_rules_over_are_refused, QUOTA_FLEET, fleet(s, 0, 100, 100); \
	s->q.fleet.rules = 90; s->q.fleet.reserved_rules = 10) \
ROW(fleet_cost_to_the_last_is_accepted, ACCEPTED, fleet(s, 0, 100, 100); \
	s->q.fleet.cost = 90; s->q.fleet.reserved_cost = 9) \
ROW(fleet_cost_over_is_refused, QUOTA_FLEET, fleet(s, 0, 100, 100); \
	s->q.fleet.cost = 90; s->q.fleet.reserved_cost = 10) \
ROW(fleet_does_not_overflow, QUOTA_FLEET, fleet(s, 0, UINT32_MAX - 1, 9); \
	s->q.fleet.rules = UINT32_MAX; \
	s->q.fleet.reserved_rules = UINT32_MAX) \
ROW(fleet_without_limits_is_accepted, ACCEPTED, \
	fleet(s, 0, UINT32_MAX, UINT32_MAX); \
	s->q.fleet.rules = UINT32_MAX; s->q.fleet.cost = UINT32_MAX) \
ROW(fleet_of_nothing_is_refused, QUOTA_FLEET, \
	memset(&s->q.fleet, 0, sizeof(s->q.fleet))) \
ROW(guaranteed_share_is_always_there, ACCEPTED, fleet(s, 10, 100, 100); \
	s->q.fleet.rules = 100; s->q.fleet.cost = 100; \
	s->q.fleet.own_rules = 9; s->q.fleet.own_cost = 9) \
ROW(monitored_rules_take_no_guaranteed_share, ACCEPTED, \
	fleet(s, 10, 100, 100); s->q.fleet.rules = 100; \
	s->q.fleet.cost = 100; s->q.rules_held = 10; s->q.cost_held = 10) \
ROW(above_the_guaranteed_rules_is_refused, QUOTA_FLEET, \
	fleet(s, 10, 100, 100); s->q.fleet.rules = 100; \
	s->q.fleet.own_rules = 10) \
ROW(above_the_guaranteed_cost_is_refused, QUOTA_FLEET, \
	fleet(s, 10, 100, 100); s->q.fleet.cost = 100; \
	s->q.fleet.own_cost = 10) \
ROW(fleet_objects_before_the_rate, QUOTA_FLEET, fleet(s, 0, 0, 0); \
	s->q.new_room = 0) \
ROW(noc_has_no_share, ACCEPTED, s->customer.noc = true; \
	s->customer.limits.addresses_percent = 1; s->addresses = 99) \
ROW(noc_has_a_count, QUOTA_ADDRESSES, s->customer.noc = true; \
	s->customer.limits.addresses = 1; s->addresses = 2)
/* clang-format on */

struct row {
	const char *name;
	uint16_t reason;
	void (*spoil)(struct judge_scene *s);
};

#define ROW(name, why, ...)                                                    \
	static void name(struct judge_scene *s)                                \
	{                                                                      \
		__VA_ARGS__;                                                   \
	}
ROWS(ROW)
#undef ROW

static const struct row rows[] = {
#define ROW(name, why, ...) { #name, REASON_##why, name },
	ROWS(ROW)
#undef ROW
};

/* The check alone, on a rule that has its inward form. */
static enum reason
ask(struct judge_scene *s)
{
	const struct check_ask one = { .q = &s->q,
		.actions = &s->actions,
		.verdict = &s->verdict,
		.parts = s->parts,
		.evidence = s->verdict.evidence,
		.explain = true };

	memset(&s->verdict, 0, sizeof(s->verdict));
	if (s->parts[DIALECT_STRICT].n == 0)
		assert_int_equal(check_form(&one), REASON_ACCEPTED);
	return check_quota(&one);
}

/* One row: what the check says, and that it says why. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();

	row->spoil(s);
	assert_string_equal(reason_name(ask(s)), reason_name(row->reason));
	assert_true(s->verdict.evidence[0] != '\0');
	judge_scene_free(s);
}

/* The evidence holds what there is, the limit, and what the rule takes. */
static void
evidence_has_the_numbers(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	six_entries(s);
	s->q.rules_held = 3;
	s->q.cost_held = 190;
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_string_equal(
	    s->verdict.evidence, "4 of 50 rules; cost 196 of 200");
	s->q.cost_held = 195;
	(void)ask(s);
	assert_string_equal(
	    s->verdict.evidence, "cost: 195 of 200, this rule takes 6");
	s->q.rules_held = 50;
	(void)ask(s);
	assert_string_equal(
	    s->verdict.evidence, "rules: 50 of 50, this rule takes 1");
	s->q.rules_held = s->q.cost_held = 0;
	s->customer.limits.addresses = 7;
	s->addresses = 9;
	(void)ask(s);
	assert_string_equal(
	    s->verdict.evidence, "addresses: 9 with this rule, allowed 7");
	s->addresses = 7;
	fleet(s, 5, 100, 100);
	s->q.fleet.cost = 90;
	s->q.fleet.reserved_cost = 8;
	(void)ask(s);
	assert_string_equal(s->verdict.evidence,
	    "all routers' cost: 90 of 100, 8 guaranteed to others, this rule "
	    "takes 6");
	fleet(s, 0, UINT32_MAX, UINT32_MAX);
	s->q.new_room = 0;
	(void)ask(s);
	assert_string_equal(s->verdict.evidence,
	    "10 new rules a second, 20 at once: no room for one more now");
	s->q.new_room = 1;
	s->customer.limits.rules = s->customer.limits.cost = UINT32_MAX;
	stack_soil();
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_string_equal(s->verdict.evidence, "1 rules; cost 6");
	judge_scene_free(s);
}

/* Of a split rule all parts count, and of several dialects the costliest. */
static void
costliest_dialect_counts(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge_scene_list(s, RULE_DST_PORT, 1000, 12); /* three parts */
	s->q.cost_profile = COST_PLAIN;
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.rules, 3);
	assert_int_equal(s->verdict.cost, 3);
	s->q.cost_profile = COST_NCS5500;
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.cost, 12);
	judge_scene_free(s);

	/* Five values a part, as many as there can be. */
	s = judge_scene_new();
	judge_scene_list(s, RULE_DST_PORT, 1000, 10);
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.rules, 2);
	judge_scene_free(s);

	/* "not 80" is two ranges in strict, and one rule in full. */
	s = judge_scene_new();
	judge_scene_term(s, RULE_DST_PORT, RULE_OP_LT | RULE_OP_GT, 80);
	s->q.cost_profile = COST_PLAIN;
	s->q.dialects =
	    JUDGE_DIALECT_BIT(DIALECT_FULL) | JUDGE_DIALECT_BIT(DIALECT_STRICT);
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.cost, judge_parts(s->q.dialects, s->parts));
	/* What is not in use does not count. */
	s->q.dialects = JUDGE_DIALECT_BIT(DIALECT_FULL);
	s->parts[DIALECT_STRICT].n = DIALECT_PARTS_MAX;
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.cost, 1);
	judge_scene_free(s);
}

/* The cost of many costly parts stays at the largest number. */
static void
cost_of_parts_saturates(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	judge_scene_list(s, RULE_DST_PORT, 1000, 12);
	s->q.cost_profile = COST_NONE;
	s->customer.limits.cost = UINT32_MAX;
	assert_int_equal(ask(s), REASON_ACCEPTED);
	assert_int_equal(s->verdict.cost, UINT32_MAX);
	judge_scene_free(s);
}

/* Nothing to go by: no customer, no inward form. */
static void
nothing_to_go_by_is_refused(void **state)
{
	struct judge_scene *s = judge_scene_new();
	const struct check_ask one = { .q = &s->q,
		.verdict = &s->verdict,
		.parts = s->parts,
		.evidence = s->verdict.evidence };
	const struct check_ask none = {
		.q = &s->q, .parts = s->parts, .evidence = s->verdict.evidence
	};

	(void)state;
	assert_int_equal(check_quota(&one), REASON_UNJUDGED);
	s->parts[DIALECT_STRICT].n = 1;
	s->parts[DIALECT_STRICT].part[0] = s->rule;
	assert_int_equal(check_quota(&one), REASON_ACCEPTED);
	assert_int_equal(check_quota(&none), REASON_UNJUDGED);
	s->q.customer = NULL;
	assert_int_equal(check_quota(&one), REASON_UNJUDGED);
	judge_scene_free(s);
}

/* A rule without destination, as the NOC may have one, covers everything. */
static void
no_destination_covers_every_address(void **state)
{
	struct judge_scene *s = judge_scene_new();

	(void)state;
	s->customer.noc = true;
	s->rule.has = 0;
	s->rule.dst_len = 0;
	memset(s->rule.dst, 0, sizeof(s->rule.dst));
	assert_int_equal(ask(s), REASON_ACCEPTED);
	s->customer.limits.addresses = UINT64_MAX - 1;
	assert_int_equal(ask(s), REASON_QUOTA_ADDRESSES);
	judge_scene_free(s);
}

int
main(void)
{
	struct CMUnitTest tests[N_OF(rows) + 5] = {
		cmocka_unit_test(evidence_has_the_numbers),
		cmocka_unit_test(costliest_dialect_counts),
		cmocka_unit_test(cost_of_parts_saturates),
		cmocka_unit_test(nothing_to_go_by_is_refused),
		cmocka_unit_test(no_destination_covers_every_address),
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
