/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on messages: a sound one passes, each single fault does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"

/* dst 192.0.2.1/32 proto =17 */
static void
rule_fill(struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->afi = AFI_IPV4;
	rule->has = RULE_HAS_DST;
	rule->dst_len = 32;
	memcpy(rule->dst, (const uint8_t[4]){ 192, 0, 2, 1 }, 4);
	rule->n_terms = 1;
	rule->terms[0].type = RULE_PROTO;
	rule->terms[0].op = RULE_OP_EQ;
	rule->terms[0].value = 17;
}

static void
announce_fill(struct msg_rule_announce *msg)
{
	memset(msg, 0, sizeof(*msg));
	rule_fill(&msg->rule);
	msg->family = FAMILY_IPV4_FLOWSPEC;
	msg->wire_reason = REASON_ACCEPTED;
	msg->head.kind = MSG_RULE_ANNOUNCE;
	msg->head.len = (uint32_t)(offsetof(struct msg_rule_announce, rule) +
				   rule_size(&msg->rule));
}

struct row {
	const char *name;
	void (*spoil)(struct msg_rule_announce *msg);
};

static void
as_it_is(struct msg_rule_announce *msg)
{
	(void)msg;
}
static void
other_family(struct msg_rule_announce *msg)
{
	msg->family = FAMILY_IPV6_FLOWSPEC;
}
static void
unicast_family(struct msg_rule_announce *msg)
{
	msg->family = FAMILY_IPV4_UNICAST;
}
static void
two_families(struct msg_rule_announce *msg)
{
	msg->family = FAMILY_FLOWSPEC;
}
static void
unjudged_reason(struct msg_rule_announce *msg)
{
	msg->wire_reason = REASON_UNJUDGED;
}
static void
unknown_reason(struct msg_rule_announce *msg)
{
	msg->wire_reason = 9999;
}
static void
padding_set(struct msg_rule_announce *msg)
{
	msg->zero[1] = 1;
}
static void
unknown_action(struct msg_rule_announce *msg)
{
	msg->actions.present = 0x8000;
}
static void
more_terms_than_octets(struct msg_rule_announce *msg)
{
	msg->rule.n_terms = 2;
}
static void
more_terms_than_ever(struct msg_rule_announce *msg)
{
	msg->rule.n_terms = UINT16_MAX;
}
static void
fewer_terms_than_octets(struct msg_rule_announce *msg)
{
	msg->rule.n_terms = 0;
}
static void
more_raw_than_octets(struct msg_rule_announce *msg)
{
	msg->raw_len = 1;
}
static void
more_raw_than_ever(struct msg_rule_announce *msg)
{
	msg->raw_len = UINT16_MAX;
}
static void
rule_cut_off(struct msg_rule_announce *msg)
{
	msg->head.len = offsetof(struct msg_rule_announce, rule) + 8;
}
static void
rule_not_canonical(struct msg_rule_announce *msg)
{
	msg->rule.terms[0].op |= RULE_OP_AND;
}

static const struct row rows[] = {
	{ "sound_announcement_passes", as_it_is },
	{ "other_family", other_family },
	{ "unicast_family", unicast_family },
	{ "two_families", two_families },
	{ "unjudged_reason", unjudged_reason },
	{ "unknown_reason", unknown_reason },
	{ "padding_set", padding_set },
	{ "unknown_action", unknown_action },
	{ "more_terms_than_octets", more_terms_than_octets },
	{ "more_terms_than_ever", more_terms_than_ever },
	{ "fewer_terms_than_octets", fewer_terms_than_octets },
	{ "more_raw_than_octets", more_raw_than_octets },
	{ "more_raw_than_ever", more_raw_than_ever },
	{ "rule_cut_off", rule_cut_off },
	{ "rule_not_canonical", rule_not_canonical },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct msg_rule_announce msg;
	struct msg_rule_announce *exact;
	size_t len;

	announce_fill(&msg);
	len = msg.head.len;
	row->spoil(&msg);
	/* Exactly the octets that came, so that a read too far is seen. */
	exact = malloc(len);
	memcpy(exact, &msg, len);

	assert_int_equal(
	    check_rule_announce(exact, NULL), row->spoil == as_it_is);
	free(exact);
}

/* The octets as received are found behind the rule. */
static void
raw_is_behind_the_rule(void **state)
{
	union {
		struct msg_rule_announce msg;
		uint8_t octets[sizeof(struct msg_rule_announce) + 16];
	} both;
	const uint8_t *raw = NULL;
	size_t at;

	(void)state;
	announce_fill(&both.msg);
	at = both.msg.head.len;
	memcpy(&both.octets[at], "\x05\x01\x20", 3);
	both.msg.raw_len = 3;
	both.msg.head.len += 8;

	assert_true(check_rule_announce(&both.msg, &raw));
	assert_ptr_equal(raw, &both.octets[at]);
}

struct address_row {
	const char *name;
	struct address address;
	bool any; /* may be any */
	bool good;
};

static const struct address_row address_rows[] = {
	{ "any_where_it_may_be", { .afi = 0 }, true, true },
	{ "any_where_it_may_not", { .afi = 0 }, false, false },
	{ "ipv4", { .afi = AFI_IPV4, .addr = { 192, 0, 2, 1 } }, false, true },
	{ "ipv4_with_a_tail", { .afi = AFI_IPV4, .addr = { [4] = 1 } }, false,
	    false },
	{ "ipv4_with_a_scope", { .afi = AFI_IPV4, .scope = 1 }, false, false },
	{ "ipv6_with_a_scope",
	    { .afi = AFI_IPV6, .scope = 1, .addr = { 0xfe, 0x80, [15] = 1 } },
	    false, true },
	{ "unknown_family", { .afi = 3 }, true, false },
	{ "any_with_octets", { .addr = { 1 } }, true, false },
	{ "padding_of_address_set", { .afi = AFI_IPV4, .zero = 1 }, true,
	    false },
};

static void
check_address_row(void **state)
{
	const struct address_row *row = *state;

	assert_int_equal(check_address(&row->address, row->any), row->good);
}

/* A request to explain needs a rule; others go without. */
static void
explain_needs_a_rule(void **state)
{
	static struct msg_ctl_request msg;

	(void)state;
	msg.head.len = sizeof(msg);
	msg.state = UINT8_MAX;
	msg.verb = CTL_RULES;
	assert_true(check_ctl_request(&msg));
	msg.verb = CTL_EXPLAIN;
	assert_false(check_ctl_request(&msg));
	msg.has_rule = 1;
	rule_fill(&msg.rule);
	assert_false(check_ctl_request(&msg)); /* length does not add up */
	msg.head.len = (uint32_t)(offsetof(struct msg_ctl_request, rule) +
				  rule_size(&msg.rule));
	assert_true(check_ctl_request(&msg));
	memset(msg.text, 'x', sizeof(msg.text));
	assert_false(check_ctl_request(&msg));
}

/* A ground that there is none of is refused, as a filter and in an answer. */
static void
ground_past_the_last_is_refused(void **state)
{
	static struct msg_ctl_request request;
	static struct msg_ctl_rule msg;

	(void)state;
	request.head.len = sizeof(request);
	request.verb = CTL_RULES;
	request.ground = GROUND_COUNT - 1;
	assert_true(check_ctl_request(&request));
	request.ground = GROUND_COUNT;
	assert_false(check_ctl_request(&request));
	rule_fill(&msg.rule);
	msg.family = (uint8_t)family_of(msg.rule.afi, SAFI_FLOWSPEC);
	msg.head.len = (uint32_t)(offsetof(struct msg_ctl_rule, rule) +
				  rule_size(&msg.rule));
	msg.ground = GROUND_COUNT - 1;
	assert_true(check_ctl_rule(&msg));
	msg.ground = GROUND_COUNT;
	assert_false(check_ctl_rule(&msg));
}

#define N(array) (sizeof(array) / sizeof((array)[0]))

int
main(void)
{
	struct CMUnitTest tests[N(rows) + N(address_rows) + 3] = {
		cmocka_unit_test(raw_is_behind_the_rule),
		cmocka_unit_test(explain_needs_a_rule),
		cmocka_unit_test(ground_past_the_last_is_refused),
	};
	size_t n = 3;

	for (size_t i = 0; i < N(rows); i++)
		tests[n++] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < N(address_rows); i++)
		tests[n++] = (struct CMUnitTest){ .name = address_rows[i].name,
			.test_func = check_address_row,
			.initial_state = (void *)(uintptr_t)&address_rows[i] };
	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
