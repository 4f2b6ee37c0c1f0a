/* SPDX-License-Identifier: BSD-2-Clause */
/* A session that a stranger took over costs the guard little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

#define RULES 10

/* The guard is new and not told by the store yet what stands; customers may
 * have 2 * RULES rules in all, which a router may hold twice. */
static struct scene *
before_the_store(void)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].max_rules = RULES;
	scene->customers[1].max_rules = RULES;
	scene->noc.max_rules = 0;
	scene_start(scene);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_give_routers(scene);
	scene_settle(scene);
	return scene;
}

static void
report(struct scene *scene, unsigned n)
{
	struct scene_router *r = &scene->routers[0];
	char dst[PREFIX_TEXT_MAX];

	for (unsigned i = 0; i < n; i++) {
		struct msg_out_rule msg = { .head.kind = MSG_OUT_HELD,
			.customer = 1,
			.family = FAMILY_IPV4_FLOWSPEC,
			.actions = scene_rate(0) };

		(void)snprintf(
		    dst, sizeof(dst), "10.1.%u.%u/32", i / 250, i % 250);
		scene_rule(dst, &msg.rule);
		(void)channel_send(r->channel, &msg,
		    offsetof(struct msg_out_rule, rule) + rule_size(&msg.rule),
		    -1);
	}
	channel_flush(r->channel);
	scene_settle(scene);
}

/* A router may hold all that customers may have, before and after a
 * replacement. */
static void
what_a_router_may_hold_is_taken(void **state)
{
	struct scene *scene = before_the_store();

	(void)state;
	report(scene, GUARD_HELD_MORE + 4 * RULES);
	assert_non_null(scene->guard->peers[100]->channel);
	assert_int_equal(scene->guard->out[DIALECT_STRICT].n_entries,
	    GUARD_HELD_MORE + 4 * RULES);
	scene_give_all(scene);
	scene_settle(scene);
	scene_free(scene);
}

/* One that reports more is none of ours: it is cut off. */
static void
more_than_a_router_may_hold_ends_its_session(void **state)
{
	struct scene *scene = before_the_store();

	(void)state;
	report(scene, GUARD_HELD_MORE + 4 * RULES + 1);
	assert_null(scene->guard->peers[100]->channel);
	assert_int_equal(scene->guard->out[DIALECT_STRICT].n_entries,
	    GUARD_HELD_MORE + 4 * RULES);
	scene_give_all(scene);
	scene_settle(scene);
	scene_free(scene);
}

/* The marks of a refresh are heard, those of the next at once are not; nor is
 * an end without a beginning. What is not heard ends no rule. */
static void
refreshes_in_a_row_are_not_heard(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	session_mark(acme, MARK_REFRESH_END);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);

	session_mark(acme, MARK_REFRESH_BEGIN);
	session_mark(acme, MARK_REFRESH_END);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);

	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	session_mark(acme, MARK_REFRESH_BEGIN);
	session_mark(acme, MARK_REFRESH_END);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* Octets that are no frame end a session's channel, and its process is
 * replaced. */
static void
broken_frame_is_blamed(void **state)
{
	struct scene *scene = scene_new();
	static const uint64_t octets[2] = { UINT64_MAX, UINT64_MAX };
	int fd = scene->sessions[0].fd;

	(void)state;
	assert_int_equal(write(fd, octets, sizeof(octets)), sizeof(octets));
	scene_settle(scene);
	assert_null(scene->guard->peers[1]->channel);
	assert_int_equal(scene->blamed.role, ROLE_SESSION);
	assert_int_equal(scene->blamed.peer, 1);
	scene_free(scene);
}

/* So is a store that speaks out of turn, and control. */
static void
store_and_control_are_blamed(void **state)
{
	struct scene *scene = scene_new();
	struct msg_stop stop = { .head.kind = MSG_STOP };

	(void)state;
	assert_int_equal(
	    channel_send(scene->store.channel, &stop, sizeof(stop), -1), 0);
	channel_flush(scene->store.channel);
	scene_settle(scene);
	assert_null(scene->guard->store);
	assert_int_equal(scene->blamed.role, ROLE_STORE);
	assert_int_equal(
	    channel_send(scene->control, &stop, sizeof(stop), -1), 0);
	channel_flush(scene->control);
	scene_settle(scene);
	assert_null(scene->guard->control);
	assert_int_equal(scene->blamed.role, ROLE_CONTROL);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_router_may_hold_is_taken),
		cmocka_unit_test(more_than_a_router_may_hold_ends_its_session),
		cmocka_unit_test(refreshes_in_a_row_are_not_heard),
		cmocka_unit_test(broken_frame_is_blamed),
		cmocka_unit_test(store_and_control_are_blamed),
	};

	return cmocka_run_group_tests_name(
	    "hostile_session", tests, NULL, NULL);
}
