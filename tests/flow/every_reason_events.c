/* SPDX-License-Identifier: BSD-2-Clause */
/* Reasons that quotas, operators, other sessions and time have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/flow/every_reason.h"

#define HOST "match destination 10.1.0.1/32 then "

#define SHORT_MS 40u

/* ---- configurations ---- */

static void
strikes(struct scene *scene)
{
	scene->customers[0].strikes = 2;
}

static void
breaks_flaps(struct scene *scene)
{
	scene->customers[0].flap_breaker = true;
}

static void
holds_hosts(struct scene *scene)
{
	(void)scene_class_add(scene, 0, CLASS_HELD, "10.1.0.0/24");
}

static void
one_rule(struct scene *scene)
{
	scene->customers[0].max_rules = 1;
}

static void
one_unit(struct scene *scene)
{
	scene->customers[0].max_cost = 1;
}

/* Never one, so that time does not help. */
static void
no_new(struct scene *scene)
{
	scene->customers[0].new_per_second = 0;
	scene->customers[0].burst = 0;
}

static void
one_address(struct scene *scene)
{
	scene->customers[0].max_addresses = 1;
}

static void
small_fleet(struct scene *scene)
{
	scene->fleet.max_rules = 1;
}

static void
short_life(struct scene *scene)
{
	scene->customers[0].lifetime_ms = SHORT_MS;
}

static void
short_linger(struct scene *scene)
{
	scene->customers[0].linger_ms = SHORT_MS;
}

/* ---- what happens ---- */

static void
first_rule(struct scene *scene)
{
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
}

static uint64_t
id_of_rule(struct scene *scene)
{
	const struct rib_rule *rule =
	    scene_known(&scene->sessions[0], "10.1.0.1/32");

	assert_non_null(rule);
	return rule->id;
}

static void
quarantine(struct scene *scene)
{
	control_ask_of(scene, CTL_QUARANTINE, "acme");
}

static void
freeze(struct scene *scene)
{
	control_ask_of(scene, CTL_FREEZE, "");
}

static void
panic(struct scene *scene)
{
	control_ask_of(scene, CTL_PANIC, "");
}

static void
two_malformed(struct scene *scene)
{
	session_refused(&scene->sessions[0], REASON_MALFORMED);
	session_refused(&scene->sessions[0], REASON_MALFORMED);
}

/* No configuration makes its own test fail: it would be an error of ours. */
static void
unfit(struct scene *scene)
{
	scene->guard->unfit = true;
}

static void
lost_twice(struct scene *scene)
{
	struct scene_session *acme = &scene->sessions[0];

	for (unsigned i = 0; i < 2; i++) {
		session_down(acme, DOWN_LOST);
		scene_settle(scene);
		session_up(acme);
		session_announce(acme, "10.1.0.1/32", 0);
		scene_settle(scene);
	}
}

/* As if a guard had crashed of it. */
static void
suspect(struct scene *scene)
{
	struct rule rule;

	scene_rule("10.1.0.1/32", &rule);
	past_suspect_add(&scene->guard->past, 1, &rule); /* acme */
}

static void
deny(struct scene *scene)
{
	control_ask(scene, CTL_DENY, id_of_rule(scene));
}

static void
operators_rule(struct scene *scene)
{
	control_announce(scene, "10.0.0.0/8", 0, 0);
}

static void
retract(struct scene *scene)
{
	struct rule rule;

	scene_rule("10.1.0.1/32", &rule);
	control_announce(scene, "10.1.0.1/32", 0, 0);
	scene_settle(scene);
	control_ask(scene, CTL_RETRACT,
	    rib_in_find(&scene->guard->in, GUARD_PEER_NOC, &rule)->id);
}

/* More than the session would let through. */
static void
too_many(struct scene *scene)
{
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = 0; i < 400; i++) {
		(void)snprintf(
		    dst, sizeof(dst), "10.1.%u.%u/32", 2 + i / 200, i % 200);
		session_announce(&scene->sessions[0], dst, 0);
	}
	scene_settle(scene);
	scene_pass(scene, 1100); /* they are told of every second */
}

static void
pass(struct scene *scene)
{
	scene_pass(scene, 2 * SHORT_MS);
}

/* Everything but the store. */
static void
without_store(struct scene *scene)
{
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_give_sessions(scene);
	scene_give_control(scene);
	session_up(&scene->sessions[0]);
}

static void
withdraw(struct scene *scene)
{
	session_withdraw(&scene->sessions[0], "10.1.0.1/32");
}

static void
operator_withdraws(struct scene *scene)
{
	control_ask(scene, CTL_WITHDRAW, id_of_rule(scene));
}

static void
lost(struct scene *scene)
{
	session_down(&scene->sessions[0], DOWN_LOST);
}

static void
lost_for_long(struct scene *scene)
{
	lost(scene);
	scene_settle(scene);
	pass(scene);
}

static void
ceased(struct scene *scene)
{
	session_down(&scene->sessions[0], DOWN_CEASED);
}

static void
removed(struct scene *scene)
{
	scene->customers[0].removed = true;
	scene_configure(scene, CFG_APPLY);
}

static void
back_without_it(struct scene *scene)
{
	session_mark(&scene->sessions[0], MARK_COMPLETE);
	scene_settle(scene);
	lost(scene);
	scene_settle(scene);
	session_up(&scene->sessions[0]);
	session_mark(&scene->sessions[0], MARK_COMPLETE);
}

static void
replaced(struct scene *scene)
{
	session_announce(&scene->sessions[0], "10.1.0.1/32", 9600);
}

static void
less_space(struct scene *scene)
{
	scene->customers[0].prefixes[0] = "10.9.0.0/16";
	scene->customers[0].prefixes[1] = NULL;
	scene_configure(scene, CFG_APPLY);
}

const struct producer event_rows[] = {
	{ .reason = REASON_QUARANTINED,
	    .before = quarantine,
	    .rule = HOST "discard" },
	{ .reason = REASON_MUTED,
	    .prepare = strikes,
	    .before = two_malformed,
	    .rule = HOST "discard" },
	{ .reason = REASON_FROZEN, .before = freeze, .rule = HOST "discard" },
	{ .reason = REASON_PANIC, .before = panic, .rule = HOST "discard" },
	{ .reason = REASON_SELFTEST, .before = unfit, .rule = HOST "discard" },
	{ .reason = REASON_FLAP,
	    .prepare = breaks_flaps,
	    .rule = HOST "discard",
	    .after = lost_twice },
	{ .reason = REASON_CRASH_SUSPECT,
	    .before = suspect,
	    .rule = HOST "discard" },
	{ .reason = REASON_DENIED,
	    .prepare = holds_hosts,
	    .rule = HOST "discard",
	    .after = deny },
	{ .reason = REASON_APPROVAL,
	    .prepare = holds_hosts,
	    .rule = HOST "discard" },
	{ .reason = REASON_SECOND_OPERATOR, .after = operators_rule },
	{ .reason = REASON_QUOTA_RULES,
	    .prepare = one_rule,
	    .before = first_rule,
	    .rule = HOST "discard" },
	{ .reason = REASON_QUOTA_RECEIVED,
	    .prepare = one_rule,
	    .after = too_many },
	{ .reason = REASON_QUOTA_COST,
	    .prepare = one_unit,
	    .before = first_rule,
	    .rule = HOST "discard" },
	{ .reason = REASON_QUOTA_RATE,
	    .prepare = no_new,
	    .rule = HOST "discard" },
	{ .reason = REASON_QUOTA_ADDRESSES,
	    .prepare = one_address,
	    .before = first_rule,
	    .rule = HOST "discard" },
	{ .reason = REASON_QUOTA_FLEET,
	    .prepare = small_fleet,
	    .before = first_rule,
	    .rule = HOST "discard" },
	{ .reason = REASON_EXPIRED,
	    .prepare = short_life,
	    .rule = HOST "discard",
	    .after = pass },
	{ .reason = REASON_RETRACTED, .after = retract },
	{ .reason = REASON_STORE_BEHIND,
	    .before = without_store,
	    .rule = HOST "discard",
	    .unstarted = true },
	{ .reason = REASON_WITHDRAWN,
	    .rule = HOST "discard",
	    .after = withdraw },
	{ .reason = REASON_OPERATOR,
	    .rule = HOST "discard",
	    .after = operator_withdraws },
	{ .reason = REASON_SESSION_LOST,
	    .rule = HOST "discard",
	    .after = lost },
	{ .reason = REASON_LINGER_ENDED,
	    .prepare = short_linger,
	    .rule = HOST "discard",
	    .after = lost_for_long },
	{ .reason = REASON_SESSION_CEASED,
	    .rule = HOST "discard",
	    .after = ceased },
	{ .reason = REASON_CUSTOMER_REMOVED,
	    .rule = HOST "discard",
	    .after = removed },
	{ .reason = REASON_NOT_ANNOUNCED_AGAIN,
	    .rule = HOST "discard",
	    .after = back_without_it },
	{ .reason = REASON_REPLACED,
	    .rule = HOST "discard",
	    .after = replaced },
	{ .reason = REASON_CONFIGURATION,
	    .rule = HOST "discard",
	    .after = less_space },
};
const size_t event_count = sizeof(event_rows) / sizeof(event_rows[0]);
