/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what the guard tells control of itself, of customers and of rules:
 * a sound message passes, each single fault does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/customer.h"
#include "proxy/common/check.h"
#include "tests/lib/ctl_samples.h"

union answer {
	struct msg_ctl_status status;
	struct msg_ctl_customer customer;
	struct msg_ctl_metric metric;
	struct msg_ctl_rule rule;
	struct msg_ctl_request request;
};

static void
status_fill(union answer *msg)
{
	sample_status_unusual(&msg->status);
}
static bool
status_check(const union answer *msg)
{
	return check_ctl_status(&msg->status);
}
static void
customer_fill(union answer *msg)
{
	sample_customer_contained(&msg->customer);
}
static bool
customer_check(const union answer *msg)
{
	return check_ctl_customer(&msg->customer);
}
static void
metric_fill(union answer *msg)
{
	sample_metric(&msg->metric);
}
static bool
metric_check(const union answer *msg)
{
	return check_ctl_metric(&msg->metric);
}
static void
rule_fill(union answer *msg)
{
	sample_rule_noc(&msg->rule);
}
static bool
rule_check(const union answer *msg)
{
	return check_ctl_rule(&msg->rule);
}
static void
request_fill(union answer *msg)
{
	memset(msg, 0, offsetof(struct msg_ctl_request, rule) + RULE_SIZE_MIN);
	msg->request.head.len = offsetof(struct msg_ctl_request, rule);
	msg->request.verb = CTL_CONFIRM;
	msg->request.what = CONFIRM_RELOAD;
	msg->request.state = UINT8_MAX;
	msg->request.lifetime_ms = CTL_LIFETIME_MAX_MS;
}
static bool
request_check(const union answer *msg)
{
	return check_ctl_request(&msg->request);
}

/* One octet, of a field of size octets at at, becomes value: the last one where
 * the field is a text, which has no end then. */
struct row {
	const char *name;
	void (*fill)(union answer *msg);
	bool (*check)(const union answer *msg);
	size_t at;
	size_t size;
	uint8_t value;
	bool sound;
};

#define ROW(name, what, type, field, value, sound)                             \
	{                                                                      \
		name, what##_fill, what##_check, offsetof(type, field),        \
		    sizeof(((type *)NULL)->field), value, sound                \
	}
#define STATUS(name, field, value)                                             \
	ROW(name, status, struct msg_ctl_status, field, value, false)
#define CUSTOMER(name, field, value)                                           \
	ROW(name, customer, struct msg_ctl_customer, field, value, false)
#define RULE(name, field, value)                                               \
	ROW(name, rule, struct msg_ctl_rule, field, value, false)

static const struct row rows[] = {
	ROW("sound_status", status, struct msg_ctl_status, panic, 1, true),
	STATUS("panic_twice", panic, 2),
	STATUS("frozen_twice", frozen, 2),
	STATUS("selftest_twice", selftest_ok, 2),
	STATUS("rpki_held_twice", rpki_held, 2),
	STATUS("unknown_rpki_state", rpki, RPKI_GONE + 1),
	STATUS("selftest_text_without_end", selftest_text, 'x'),
	STATUS("panic_by_without_end", panic_by, 'x'),
	STATUS("cache_without_end", rpki_cache, 'x'),
	ROW("sound_customer", customer, struct msg_ctl_customer, irr, 3, true),
	CUSTOMER("unknown_mode", mode, CUSTOMER_ENFORCE + 1),
	CUSTOMER("noc_twice", noc, 2),
	CUSTOMER("quarantined_twice", quarantined, 2),
	CUSTOMER("customer_frozen_twice", frozen, 2),
	CUSTOMER("muted_twice", muted, 2),
	CUSTOMER("unknown_validate", validate, VALIDATE_OFF + 1),
	CUSTOMER("unknown_rpki", rpki, OWN_RPKI_OFF + 1),
	CUSTOMER("unknown_irr", irr, 4),
	CUSTOMER("name_without_end", name, 'x'),
	CUSTOMER("contained_by_without_end", contained_by, 'x'),
	ROW("sound_metric", metric, struct msg_ctl_metric, zero, 0, true),
	ROW("unknown_reason", metric, struct msg_ctl_metric, reason, 0xff,
	    false),
	ROW("metric_zero_set", metric, struct msg_ctl_metric, zero, 1, false),
	ROW("metric_name_without_end", metric, struct msg_ctl_metric, customer,
	    'x', false),
	ROW("sound_rule", rule, struct msg_ctl_rule, approved, 1, true),
	RULE("wish_of_ages", wish.lifetime_s, 0xff),
	RULE("dry_run_twice", wish.dry_run, 2),
	RULE("wish_zero_set", wish.zero, 1),
	RULE("rule_zero_set", zero, 1),
	RULE("operator_without_end", operator_name, 'x'),
	ROW("sound_request", request, struct msg_ctl_request, what,
	    CONFIRM_RELOAD, true),
	ROW("rule_twice", request, struct msg_ctl_request, has_rule, 2, false),
	ROW("confirms_what_is_unknown", request, struct msg_ctl_request, what,
	    CONFIRM_RELOAD + 1, false),
	ROW("lifetime_too_long", request, struct msg_ctl_request, lifetime_ms,
	    1, false),
	ROW("request_zero_set", request, struct msg_ctl_request, zero, 1,
	    false),
};

/* The message passes its check, or does not, as its row says. */
static void
check_row(void **state)
{
	static union answer msg;
	const struct row *row = *state;

	row->fill(&msg);
	assert_true(row->check(&msg));
	/* The text is full but for what is set here. */
	if (row->value == 'x')
		memset((uint8_t *)&msg + row->at, 'y', row->size - 1);
	if (row->value == 'x')
		assert_true(row->check(&msg));
	((uint8_t *)&msg)[row->at + row->size - 1] = row->value;
	assert_int_equal(row->check(&msg), row->sound);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++) {
		tests[i] = (struct CMUnitTest){ rows[i].name, check_row, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
