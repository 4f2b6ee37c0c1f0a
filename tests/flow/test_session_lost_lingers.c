/* SPDX-License-Identifier: BSD-2-Clause */
/* A lost session leaves its rules standing for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

#define SHORT_MS 60

/* acme with this linger, and a rule that stands and was complete. */
static struct scene *
with_linger(uint64_t ms)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].linger_ms = ms;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.0.2/32", 0);
	session_mark(&scene->sessions[0], MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	return scene;
}

static bool
nothing_inward(struct scene *scene)
{
	return scene->routers[0].n == 0;
}

/* Rules linger as such, and end with their linger. */
static void
linger_ends(void **state)
{
	struct scene *scene = with_linger(SHORT_MS);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	if (scene_known(acme, "10.1.0.1/32") != NULL)
		assert_int_equal(
		    scene_known(acme, "10.1.0.1/32")->state, STATE_LINGERING);
	scene_until(scene, nothing_inward);
	scene_settle(scene);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_LINGER_ENDED),
	    2);
	assert_int_equal(scene->guard->in.n_rules, 0);
	assert_int_equal(disk_live_count(&scene->store), 0);
	scene_free(scene);
}

/* Back and complete: what came again stays under its id, the rest ends. */
static void
back_and_complete(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id = scene_known(acme, "10.1.0.1/32")->id;

	(void)state;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->state, STATE_LINGERING);
	assert_int_equal(scene->routers[0].n, 2);

	session_up(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->state, STATE_ACCEPTED);
	assert_int_equal(scene_known(acme, "10.1.0.1/32")->id, id);
	assert_int_equal(scene->routers[0].n, 2);

	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(disk_count(&scene->store, ENTRY_WITHDRAWAL,
			     REASON_NOT_ANNOUNCED_AGAIN),
	    1);
	assert_int_equal(scene->routers[0].announced, 2);
	scene_free(scene);
}

/* Complete in one family only is not complete. */
static void
half_complete(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];
	struct msg_rib_mark mark = { .head.kind = MSG_RIB_MARK,
		.mark = MARK_COMPLETE,
		.family = FAMILY_IPV4_FLOWSPEC };

	(void)state;
	session_down(acme, DOWN_LOST);
	session_up(acme);
	assert_int_equal(
	    channel_send(acme->channel, &mark, sizeof(mark), -1), 0);
	channel_flush(acme->channel);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* The state's word that all has come runs ahead of the rules: only the mark
 * behind the last rule counts. */
static void
complete_in_the_state_sweeps_nothing(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	acme->complete = FAMILY_FLOWSPEC;
	session_up(acme);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* One budget across flaps: coming back for a moment does not renew it. */
static void
flaps_share_one_budget(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];
	struct guard_peer *peer = peer_get(scene->guard, acme->peer);
	uint64_t left = peer->linger_left_ms;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		session_down(acme, DOWN_LOST);
		scene_settle(scene);
		assert_true(peer->lingering);
		/* As if it had been gone for ten minutes. */
		peer->linger_since_ms -= 600000;
		session_up(acme);
		session_announce(acme, "10.1.0.1/32", 0);
		session_mark(acme, MARK_COMPLETE);
		scene_settle(scene);
		assert_false(peer->lingering);
		assert_true(peer->linger_left_ms <= left - 600000);
		left = peer->linger_left_ms;
	}
	/* 3,000 of 3,600 s are used up: the rest is all there is. */
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_true(customer_linger_left_ms(peer) <= 600000);
	scene_free(scene);
}

/* Whole for as long as its linger, a session has earned a new one. */
static void
stable_session_earns_a_new_budget(void **state)
{
	struct scene *scene = with_linger(SHORT_MS);
	struct scene_session *acme = &scene->sessions[0];
	struct guard_peer *peer = peer_get(scene->guard, acme->peer);

	(void)state;
	assert_true(peer->stable_since_ms != 0);
	peer->linger_left_ms = 0;
	peer->stable_since_ms -= SHORT_MS + 1;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(peer->linger_left_ms, SHORT_MS);
	scene_free(scene);
}

/* Linger 0: lost is gone. */
static void
no_linger(void **state)
{
	struct scene *scene = with_linger(0);

	(void)state;
	session_down(&scene->sessions[0], DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(scene->guard->in.n_rules, 0);
	scene_free(scene);
}

/* Ceased on purpose: the rules end at once. */
static void
cease_ends_at_once(void **state)
{
	struct scene *scene = with_linger(3600000);

	(void)state;
	session_down(&scene->sessions[0], DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_WITHDRAWAL, REASON_SESSION_CEASED),
	    2);
	scene_free(scene);
}

/* The session's process dies: its rules linger likewise. */
static void
death_of_the_process_lingers(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_die(acme);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->state, STATE_LINGERING);
	session_up(acme);
	session_announce(acme, "10.1.0.2/32", 0);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* Enhanced refresh: what does not come between the marks ends; counters that
 * move in between (a state) end nothing. */
static void
refresh_sweeps(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_mark(acme, MARK_REFRESH_BEGIN);
	acme->state.updates_in++;
	session_tell(acme);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	session_announce(acme, "10.1.0.2/32", 0);
	session_mark(acme, MARK_REFRESH_END);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.2/32"));
	scene_free(scene);
}

/* That all has come, in the middle of a refresh, ends nothing of what the
 * refresh has still to repeat. */
static void
complete_inside_a_refresh(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_LOST);
	session_up(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	session_mark(acme, MARK_REFRESH_BEGIN);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_mark(acme, MARK_REFRESH_END);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* Handles are the process's own: what the dead one waited for is not told to
 * its successor, who may use the same for something else. */
static void
handles_die_with_the_process(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];
	size_t first, all;

	(void)state;
	scene->store.lazy = true;
	session_withdraw(acme, "10.1.0.1/32");
	scene_settle(scene);
	first = scene->store.n;
	session_die(acme);
	session_up(acme);
	session_announce(acme, "10.1.0.7/32", 0);
	session_withdraw(acme, "10.1.0.7/32");
	scene_settle(scene);
	assert_int_equal(acme->acks, 0);

	/* 2. On disk is the dead one's withdrawal only. */
	all = scene->store.n;
	scene->store.n = first;
	disk_commit(&scene->store);
	scene->store.n = all;
	scene_settle(scene);
	assert_int_equal(acme->acks, 0);
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_int_equal(acme->acks, 1);
	scene_free(scene);
}

/* A rule refused because its session was not authenticated passes when it is
 * announced over one that is, and the other way round. */
static void
authentication_is_asked_again(void **state)
{
	struct scene *scene = with_linger(3600000);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_down(acme, DOWN_LOST);
	session_up(acme);
	acme->state.authenticated = 0;
	session_tell(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->reason, REASON_NOT_AUTHENTICATED);
	assert_null(router_holds(&scene->routers[0], "10.1.0.1/32"));

	acme->state.authenticated = 1;
	session_tell(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.0.1/32")->state, STATE_ACCEPTED);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linger_ends),
		cmocka_unit_test(back_and_complete),
		cmocka_unit_test(half_complete),
		cmocka_unit_test(complete_in_the_state_sweeps_nothing),
		cmocka_unit_test(flaps_share_one_budget),
		cmocka_unit_test(stable_session_earns_a_new_budget),
		cmocka_unit_test(no_linger),
		cmocka_unit_test(cease_ends_at_once),
		cmocka_unit_test(death_of_the_process_lingers),
		cmocka_unit_test(refresh_sweeps),
		cmocka_unit_test(complete_inside_a_refresh),
		cmocka_unit_test(handles_die_with_the_process),
		cmocka_unit_test(authentication_is_asked_again),
	};

	return cmocka_run_group_tests_name(
	    "session lost lingers", tests, NULL, NULL);
}
