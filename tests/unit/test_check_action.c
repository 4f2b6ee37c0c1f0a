/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of policy/check_action.c: what it says, a row each; which verdict
 * follows is in the rows of test_judge.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/check.h"
#include "tests/lib/judge_scene.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What is done to the scene, and what the check says then. */
struct row {
	const char *name;
	void (*spoil)(struct judge_scene *s);
	uint16_t reason;
	const char *evidence;
};

#define ALLOWED "every action is allowed"
#define ACME    " for customer acme"

/* Rates between two limits may be asked for, and this one is. */
static void
rates(struct judge_scene *s, double min, double max, double rate)
{
	s->customer.actions.bytes.min = min;
	s->customer.actions.bytes.max = max;
	judge_scene_rate(s, rate);
}

/* One action alone, which the customer may use. */
static void
alone(struct judge_scene *s, enum action_kind kind)
{
	s->actions.present = 0;
	judge_scene_allow(s, kind);
}

/* An address that targets may be inside. */
static void
target_ip(struct judge_scene *s, const char *text)
{
	struct customer_actions *may = &s->customer.actions;

	assert_int_equal(
	    prefix_parse(text, &may->targets_ip[may->n_targets_ip++]), 0);
}

/* clang-format off */
#define RATE_ROWS(ROW) \
ROW(discard_is_told, ACCEPTED, ALLOWED, (void)0) \
ROW(discard_that_is_not_allowed_is_told, ACTION_NOT_ALLOWED, \
	"rate-limit: discard is not allowed" ACME, \
	s->customer.actions.discard = false) \
ROW(ceiling_that_is_missing_is_told, ACTION_NOT_ALLOWED, \
	"rate-limit: no ceiling is set" ACME, rates(s, 0, 0, 9000)) \
ROW(ceiling_that_is_negative_is_told_as_missing, ACTION_NOT_ALLOWED, \
	"rate-limit: no ceiling is set" ACME, rates(s, 0, -1, 9000)) \
ROW(ceiling_below_one_is_told, RATE_CEILING, \
	"rate-limit: rate 2 is above the ceiling 0.0625", \
	rates(s, 0, 0.0625, 2)) \
ROW(ceiling_of_one_is_allowed, ACCEPTED, ALLOWED, rates(s, 0, 1, 1)) \
ROW(floor_is_one_at_least, RATE_FLOOR, \
	"rate-limit: rate 0.5 is below the floor 1", rates(s, 0.25, 10, 0.5)) \
ROW(floor_just_above_one_is_told, RATE_FLOOR, \
	"rate-limit: rate 1.03125 is below the floor 1.0625", \
	rates(s, 1.0625, 10, 1.03125)) \
ROW(floor_just_above_one_is_allowed, ACCEPTED, ALLOWED, \
	rates(s, 1.0625, 10, 1.0625)) \
ROW(rate_that_is_none_is_told, RATE_NOT_FINITE, \
	"rate-limit: 0x7f800000 is no rate", rates(s, 0, 10, 1); \
	s->actions.rate_bytes = 0x7f800000) \
ROW(rate_from_the_decoder_is_told, RATE_NOT_FINITE, \
	reason_text(REASON_RATE_NOT_FINITE), \
	s->q.wire_reason = REASON_RATE_NOT_FINITE)

#define TARGET_ROWS(ROW) \
ROW(redirect_is_told_in_octets, ACTION_TARGET, \
	"redirect: target 8008fbf40000029a is not listed" ACME, \
	alone(s, ACTION_REDIRECT); \
	memcpy(s->actions.redirect, "\x80\x08\xfb\xf4\0\0\x02\x9a", 8)) \
ROW(interface_set_is_told_in_octets, ACTION_TARGET, \
	"interface-set: target 07020000fbf48001 is not listed" ACME, \
	alone(s, ACTION_INTERFACE_SET); \
	memcpy(s->actions.interface_set, "\x07\x02\0\0\xfb\xf4\x80\x01", 8)) \
ROW(redirect_rt6_is_told_in_octets, ACTION_TARGET, \
	"redirect-rt6: target 000d20010db8000000000000000000000001ff64 is " \
	"not listed" ACME, \
	alone(s, ACTION_REDIRECT_RT6); \
	memcpy(s->actions.redirect_rt6, "\0\x0d\x20\x01\x0d\xb8\0\0\0\0\0\0" \
	    "\0\0\0\0\0\x01\xff\x64", 20)) \
ROW(redirect_differs_in_its_last_octet, ACTION_TARGET, \
	"redirect: target 8008fbf40000029a is not listed" ACME, \
	alone(s, ACTION_REDIRECT); s->customer.actions.n_targets = 1; \
	memcpy(s->actions.redirect, "\x80\x08\xfb\xf4\0\0\x02\x9a", 8); \
	memcpy(s->customer.actions.targets[0], \
	    "\x80\x08\xfb\xf4\0\0\x02\x9b", 8)) \
ROW(redirect_rt6_differs_in_its_last_octet, ACTION_TARGET, \
	"redirect-rt6: target 0000000000000000000000000000000000000001 is " \
	"not listed" ACME, \
	alone(s, ACTION_REDIRECT_RT6); s->actions.redirect_rt6[19] = 1; \
	s->customer.actions.n_targets_rt6 = 1) \
ROW(redirect_in_the_last_place_is_allowed, ACCEPTED, ALLOWED, \
	alone(s, ACTION_REDIRECT); s->actions.redirect[0] = 0x80; \
	s->customer.actions.n_targets = CUSTOMER_TARGETS_MAX; \
	s->customer.actions.targets[CUSTOMER_TARGETS_MAX - 1][0] = 0x80) \
ROW(redirect_rt6_in_the_last_place_is_allowed, ACCEPTED, ALLOWED, \
	alone(s, ACTION_REDIRECT_RT6); s->actions.redirect_rt6[1] = 0x0d; \
	s->customer.actions.n_targets_rt6 = CUSTOMER_TARGETS_RT6_MAX; \
	s->customer.actions.targets_rt6[CUSTOMER_TARGETS_RT6_MAX - 1][1] = \
	    0x0d) \
ROW(more_redirects_rt6_than_fit_allow_nothing, ACTION_TARGET, \
	"redirect-rt6: target 0000000000000000000000000000000000000000 is " \
	"not listed" ACME, \
	alone(s, ACTION_REDIRECT_RT6); \
	s->customer.actions.n_targets_rt6 = CUSTOMER_TARGETS_RT6_MAX + 1) \
ROW(redirect_ip_is_told, ACTION_TARGET, \
	"redirect-ip: target 192.0.2.9 is not listed" ACME, \
	alone(s, ACTION_REDIRECT_IP4); target_ip(s, "192.0.2.8/32"); \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x09", 4)) \
ROW(redirect_ip6_is_told, ACTION_TARGET, \
	"redirect-ip6: target 2001:db8::1 is not listed" ACME, \
	alone(s, ACTION_REDIRECT_IP6); target_ip(s, "2001:db8::/128"); \
	memcpy(s->actions.redirect_ip6, "\0\x0c\x20\x01\x0d\xb8", 6); \
	s->actions.redirect_ip6[17] = 1) \
ROW(redirect_ip_behind_the_last_is_not_listed, ACTION_TARGET, \
	"redirect-ip: target 192.0.2.8 is not listed" ACME, \
	alone(s, ACTION_REDIRECT_IP4); target_ip(s, "192.0.2.8/32"); \
	s->customer.actions.n_targets_ip = 0; \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x08", 4)) \
ROW(redirect_behind_the_last_is_not_listed, ACTION_TARGET, \
	"redirect: target 8008000000000000 is not listed" ACME, \
	alone(s, ACTION_REDIRECT); s->customer.actions.n_targets = 1; \
	memcpy(s->actions.redirect, "\x80\x08", 2); \
	memcpy(s->customer.actions.targets[1], "\x80\x08", 2)) \
ROW(redirect_ip_with_a_local_part_is_told, ACTION_TARGET, \
	"redirect-ip: the local part is not 0", \
	alone(s, ACTION_REDIRECT_IP4); target_ip(s, "192.0.2.0/24"); \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x09\x01", 6)) \
ROW(redirect_ip_with_a_low_local_part_is_told, ACTION_TARGET, \
	"redirect-ip: the local part is not 0", \
	alone(s, ACTION_REDIRECT_IP4); target_ip(s, "192.0.2.0/24"); \
	memcpy(s->actions.redirect_ip4, "\xc0\0\x02\x09\0\x02", 6)) \
ROW(redirect_ip6_with_a_local_part_is_told, ACTION_TARGET, \
	"redirect-ip6: the local part is not 0", \
	alone(s, ACTION_REDIRECT_IP6); target_ip(s, "::/0"); \
	s->actions.redirect_ip6[19] = 2) \
ROW(redirect_nexthop_is_allowed, ACCEPTED, ALLOWED, \
	alone(s, ACTION_REDIRECT_NEXTHOP)) \
ROW(mark_is_told, ACTION_TARGET, "mark: DSCP 46 is not listed" ACME, \
	alone(s, ACTION_MARK); s->actions.dscp = 46; \
	s->customer.actions.marks = ~(UINT64_C(1) << 46)) \
ROW(largest_mark_is_allowed, ACCEPTED, ALLOWED, \
	alone(s, ACTION_MARK); s->actions.dscp = 63; \
	s->customer.actions.marks = UINT64_C(1) << 63)

#define SET_ROWS(ROW) \
ROW(nothing_is_told, ACTION_MISSING, \
	"nothing that stops or changes a packet; 3 unknown", \
	s->actions.present = 0; s->actions.unknown = 3) \
ROW(sampling_alone_is_nothing, ACTION_MISSING, \
	"nothing that stops or changes a packet; 0 unknown", \
	alone(s, ACTION_TRAFFIC); s->actions.flags = ACTION_SAMPLE) \
ROW(repeated_kind_is_told, ACTION_REPEATED, \
	"mark came twice with different values", \
	s->actions.repeated = ACTION_BIT(ACTION_MARK)) \
ROW(first_repeated_kind_is_told, ACTION_REPEATED, \
	"rate-limit came twice with different values", \
	s->actions.repeated = \
	    ACTION_BIT(ACTION_RATE_BYTES) | ACTION_BIT(ACTION_MARK)) \
ROW(repeated_kind_beyond_the_list_is_unknown, ACTION_UNKNOWN, \
	"0 action communities of unknown type", \
	s->actions.repeated = ACTION_BIT(ACTION_KINDS)) \
ROW(kind_beyond_the_list_is_unknown, ACTION_UNKNOWN, \
	"0 action communities of unknown type", \
	s->customer.actions.kinds = UINT32_MAX; \
	s->actions.present |= ACTION_BIT(ACTION_KINDS)) \
ROW(unknown_ones_are_counted, ACTION_UNKNOWN, \
	"1 action communities of unknown type", s->actions.unknown = 1) \
ROW(kind_that_is_not_allowed_is_told, ACTION_NOT_ALLOWED, \
	"mark: not allowed" ACME, \
	s->actions.present |= ACTION_BIT(ACTION_MARK)) \
ROW(flags_that_are_not_allowed_are_told, ACTION_NOT_ALLOWED, \
	"flags 0x03, allowed 0x01", judge_scene_allow(s, ACTION_TRAFFIC); \
	s->actions.flags = ACTION_SAMPLE | ACTION_CONTINUE; \
	s->customer.actions.flags = ACTION_SAMPLE) \
ROW(flags_that_are_allowed_are_passed, ACCEPTED, ALLOWED, \
	judge_scene_allow(s, ACTION_TRAFFIC); \
	s->actions.flags = s->customer.actions.flags = ACTION_SAMPLE) \
ROW(no_attributes_are_not_asked, UNJUDGED, \
	"not asked: no action was decoded", \
	s->q.wire_reason = REASON_ATTRIBUTES) \
ROW(no_customer_is_not_asked, UNJUDGED, "not asked: no action was decoded", \
	s->q.customer = NULL) \
ROW(malformed_rule_is_asked, ACCEPTED, ALLOWED, \
	s->q.wire_reason = REASON_MALFORMED)

#define ROWS(ROW) RATE_ROWS(ROW) TARGET_ROWS(ROW) SET_ROWS(ROW)
/* clang-format on */

#define ROW(name, why, words, ...)                                             \
	static void name(struct judge_scene *s)                                \
	{                                                                      \
		(void)s;                                                       \
		__VA_ARGS__;                                                   \
	}
ROWS(ROW)
#undef ROW

/* The check alone, explained, on these actions. */
static enum reason
ask(struct judge_scene *s, const struct action_set *actions)
{
	const struct check_ask one = { .q = &s->q,
		.actions = actions,
		.verdict = &s->verdict,
		.parts = s->parts,
		.evidence = s->verdict.evidence,
		.explain = true };

	return check_action(&one);
}

/* One row: by the check alone. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct judge_scene *s = judge_scene_new();

	row->spoil(s);
	assert_string_equal(
	    reason_name(ask(s, &s->actions)), reason_name(row->reason));
	assert_string_equal(s->verdict.evidence, row->evidence);
	judge_scene_free(s);
}

/* What was rewritten is judged, and said to be so. */
static void
rewritten_actions_are_told(void **state)
{
	struct judge_scene *s = judge_scene_new();
	struct action_set other = { .present = ACTION_BIT(ACTION_MARK) };

	(void)state;
	assert_int_equal(ask(s, NULL), REASON_UNJUDGED);
	assert_int_equal(ask(s, &other), REASON_ACTION_NOT_ALLOWED);
	other = s->actions;
	assert_int_equal(ask(s, &other), REASON_ACCEPTED);
	assert_string_equal(s->verdict.evidence, ALLOWED ", as rewritten");
	judge_scene_free(s);
}

int
main(void)
{
	const struct row rows[] = {
#define ROW(name, why, words, ...) { #name, name, REASON_##why, words },
		ROWS(ROW)
#undef ROW
	};
	struct CMUnitTest tests[N_OF(rows) + 1] = {
		cmocka_unit_test(rewritten_actions_are_told),
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		tests[1 + i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("check_action", tests, NULL, NULL);
}
