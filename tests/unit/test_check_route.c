/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on what passes between control and guard about routes: a sound message
 * passes, each single fault does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"

static void
route_fill(struct msg_ctl_route *msg)
{
	memset(msg, 0, sizeof(*msg));
	msg->kind = CTL_ROUTE_MORE;
	msg->stale = msg->external = msg->known = 1;
	(void)prefix_parse("203.0.113.0/24", &msg->prefix);
	msg->facts.origin = ROUTE_INCOMPLETE;
	msg->facts.flags = ROUTE_FLAGS;
	msg->facts.originator_id = UINT32_MAX;
	memset(msg->source, 'x', sizeof(msg->source) - 1);
	memset(msg->customer, 'x', sizeof(msg->customer) - 1);
	memset(msg->why, 'x', sizeof(msg->why) - 1);
}

struct row {
	const char *name;
	void (*spoil)(struct msg_ctl_route *msg);
};

static void
as_it_is(struct msg_ctl_route *msg)
{
	(void)msg;
}
static void
no_kind(struct msg_ctl_route *msg)
{
	msg->kind = 0;
}
static void
unknown_kind(struct msg_ctl_route *msg)
{
	msg->kind = CTL_ROUTE_MORE + 1;
}
static void
stale_twice(struct msg_ctl_route *msg)
{
	msg->stale = 2;
}
static void
external_twice(struct msg_ctl_route *msg)
{
	msg->external = 2;
}
static void
known_twice(struct msg_ctl_route *msg)
{
	msg->known = 2;
}
static void
no_prefix(struct msg_ctl_route *msg)
{
	memset(&msg->prefix, 0, sizeof(msg->prefix));
}
static void
host_bits(struct msg_ctl_route *msg)
{
	msg->prefix.addr[3] = 1;
}
static void
pad_set(struct msg_ctl_route *msg)
{
	msg->pad[5] = 1;
}
static void
zero_set(struct msg_ctl_route *msg)
{
	msg->zero[0] = 1;
}
static void
unknown_origin(struct msg_ctl_route *msg)
{
	msg->facts.origin = ROUTE_INCOMPLETE + 1;
}
static void
unknown_flag(struct msg_ctl_route *msg)
{
	msg->facts.flags |= 0x80;
}
static void
padding_of_facts_set(struct msg_ctl_route *msg)
{
	msg->facts.zero[2] = 1;
}
static void
originator_of_nobody(struct msg_ctl_route *msg)
{
	msg->facts.flags = ROUTE_INTERNAL;
}
static void
neighbor_as_inside(struct msg_ctl_route *msg)
{
	msg->facts.neighbor_as = 65001;
}
static void
source_without_end(struct msg_ctl_route *msg)
{
	msg->source[sizeof(msg->source) - 1] = 'x';
}
static void
customer_without_end(struct msg_ctl_route *msg)
{
	msg->customer[sizeof(msg->customer) - 1] = 'x';
}
static void
why_without_end(struct msg_ctl_route *msg)
{
	msg->why[sizeof(msg->why) - 1] = 'x';
}

static const struct row rows[] = {
	{ "sound_route_passes", as_it_is },
	{ "no_kind", no_kind },
	{ "unknown_kind", unknown_kind },
	{ "stale_twice", stale_twice },
	{ "external_twice", external_twice },
	{ "known_twice", known_twice },
	{ "no_prefix", no_prefix },
	{ "host_bits", host_bits },
	{ "pad_set", pad_set },
	{ "zero_set", zero_set },
	{ "unknown_origin", unknown_origin },
	{ "unknown_flag", unknown_flag },
	{ "padding_of_facts_set", padding_of_facts_set },
	{ "originator_of_nobody", originator_of_nobody },
	{ "neighbor_as_inside", neighbor_as_inside },
	{ "source_without_end", source_without_end },
	{ "customer_without_end", customer_without_end },
	{ "why_without_end", why_without_end },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct msg_ctl_route msg;

	route_fill(&msg);
	row->spoil(&msg);
	assert_int_equal(check_ctl_route(&msg), row->spoil == as_it_is);
}

/* Who asks about a route names a prefix; who confirms needs none. */
static void
route_needs_a_prefix(void **state)
{
	static struct msg_ctl_request msg;

	(void)state;
	msg.head.len = offsetof(struct msg_ctl_request, rule);
	msg.state = UINT8_MAX;
	msg.verb = CTL_ROUTE;
	assert_false(check_ctl_request(&msg));
	assert_int_equal(prefix_parse("::/0", &msg.prefix), 0);
	assert_true(check_ctl_request(&msg));
	msg.prefix.addr[0] = 1;
	assert_false(check_ctl_request(&msg));
	memset(&msg.prefix, 0, sizeof(msg.prefix));
	msg.verb = CTL_CONFIRM;
	assert_true(check_ctl_request(&msg));
	msg.verb = CTL_RETRACT + 1;
	assert_false(check_ctl_request(&msg));
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0])
	};
	struct CMUnitTest tests[ROWS + 1] = {
		cmocka_unit_test(route_needs_a_prefix),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[1 + i] = (struct CMUnitTest){ rows[i].name, check_row,
			NULL, NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests_name("check_route", tests, NULL, NULL);
}
