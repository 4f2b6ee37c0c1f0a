/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbours of whom only the range is known: their rules, their own sessions,
 * what records call them, and what the kernel counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "tests/lib/guard_scene.h"
#include "tests/lib/guard_steps.h"

static void
come_from(struct scene_session *s, uint8_t host)
{
	s->state.remote.afi = AFI_IPV4;
	memcpy(s->state.remote.addr, (const uint8_t[]){ 10, 1, 5, host }, 4);
	s->state.local.afi = AFI_IPV4;
	memcpy(s->state.local.addr, (const uint8_t[]){ 192, 0, 2, 200 }, 4);
	session_tell(s);
	scene_settle(s->scene);
}

/* acme is anywhere in 10.1.5.0/24, which is its own; its session is the first
 * place there. */
static struct scene *
with_range(void)
{
	struct scene *scene = scene_prepare();

	assert_int_equal(
	    prefix_parse("10.1.5.0/24", &scene->sessions[0].range), 0);
	scene->sessions[0].authenticated = AUTH_AO;
	scene_start(scene);
	return scene;
}

/* The live entry of the rule has this session. */
static void
recorded_as(struct scene *scene, const char *dst, const char *session)
{
	struct entry entry;

	assert_int_equal(
	    entry_msg_unpack(step_live_entry(scene, dst), &entry), 0);
	assert_string_equal(entry.session, session);
}

/* The record says which address it was, the row of the session which place. */
static void
record_names_who_came(void **state)
{
	struct scene *scene = with_range();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	come_from(acme, 7);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	recorded_as(scene, "10.1.0.1/32", "10.1.5.7#1");
	control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	assert_string_equal(scene->row.neighbor, "10.1.5.7#1");
	control_ask_of(scene, CTL_SESSIONS, "acme");
	scene_settle(scene);
	assert_string_equal(scene->shown.name, "10.1.5.0/24#1");
	assert_int_equal(scene->shown.keyed, AUTH_AO);
	scene_free(scene);
}

/* A new guard finds the place again, and the rule stays what it was. */
static void
place_is_found_after_a_restart(void **state)
{
	struct scene *scene = with_range();
	struct scene_session *acme = &scene->sessions[0];
	uint64_t id;

	(void)state;
	come_from(acme, 7);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	id = step_rule(acme, "10.1.0.1/32")->id;
	step_restart(scene);
	assert_int_equal(step_rule(acme, "10.1.0.1/32")->id, id);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.1/32"));
	assert_int_equal(scene->routers[0].withdrawn, 0);
	scene_free(scene);
}

/* As long as nobody came, all of the range may be the session's end; then its
 * address is. */
static void
own_session_is_not_filtered(void **state)
{
	struct scene *scene = with_range();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.5.9/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.5.9/32")->reason, REASON_OWN_SESSION);

	come_from(acme, 7);
	session_announce(acme, "10.1.5.8/32", 0);
	session_announce(acme, "10.1.5.7/32", 0);
	scene_settle(scene);
	assert_int_equal(
	    scene_known(acme, "10.1.5.8/32")->reason, REASON_ACCEPTED);
	assert_int_equal(
	    scene_known(acme, "10.1.5.7/32")->reason, REASON_OWN_SESSION);
	scene_free(scene);
}

static void
auth_tell(struct scene *scene, uint32_t peer, struct auth_state auth)
{
	struct msg_peer_auth msg = { .peer = peer, .auth = auth };

	scene_tell(scene, &msg, MSG_PEER_AUTH, sizeof(msg));
	scene_settle(scene);
}

static const struct msg_ctl_session *
acme_row(struct scene *scene)
{
	control_ask_of(scene, CTL_SESSIONS, "acme");
	scene_settle(scene);
	assert_int_equal(scene->sessions_shown, 1);
	return &scene->shown;
}

/* What the kernel counted at the listeners is shown, and never goes down. */
static void
counts_of_segments_only_grow(void **state)
{
	struct scene *scene = with_range();
	const struct auth_state first = {
		.kind = AUTH_AO, .good = 9, .bad = 5, .unknown = 3
	};
	const struct msg_ctl_session *row;

	(void)state;
	auth_tell(scene, 1, first);
	row = acme_row(scene);
	assert_int_equal(row->auth.kind, AUTH_AO);
	assert_int_equal(row->auth.good, 9);
	assert_int_equal(row->auth.bad, 5);
	assert_int_equal(row->auth.unknown, 3);
	auth_tell(scene, 1,
	    (struct auth_state){
		.kind = AUTH_AO, .good = 8, .bad = 6, .unsigned_in = 1 });
	row = acme_row(scene);
	assert_int_equal(row->auth.good, 9);
	assert_int_equal(row->auth.bad, 6);
	assert_int_equal(row->auth.unknown, 3);
	assert_int_equal(row->auth.unsigned_in, 1);
	scene_free(scene);
}

/* A place without a session and without rules is nobody's: it is shown as free
 * and counts in no sum; one whose rules linger is still somebody's. */
static void
free_place_is_no_session(void **state)
{
	struct scene *scene = with_range();
	struct scene_session *acme = &scene->sessions[0];
	const struct msg_ctl_session *row;
	unsigned all;

	(void)state;
	come_from(acme, 7);
	row = acme_row(scene);
	assert_int_equal(row->free, 0);
	assert_int_equal(row->places, 1);
	assert_int_equal(row->taken, 1);
	step_status(scene);
	all = scene->status.sessions;

	acme->state.state = BGP_ACTIVE;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	row = acme_row(scene);
	assert_int_equal(row->free, 1);
	assert_int_equal(row->places, 1);
	assert_int_equal(row->taken, 0);
	step_status(scene);
	assert_int_equal(scene->status.sessions, all - 1);

	session_up(acme);
	session_announce(acme, "10.1.0.1/32", 0);
	scene_settle(scene);
	acme->state.state = BGP_ACTIVE;
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	assert_int_equal(acme_row(scene)->free, 0);
	step_status(scene);
	assert_int_equal(scene->status.sessions, all);
	scene_free(scene);
}

/* Segments that came lately are told of a session with MD5 that is down; what
 * the kernel had counted before the guard began is not lately. */
static void
md5_session_that_is_down_tells_the_host_s_segments(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];
	const struct msg_ctl_session *row;

	(void)state;
	acme->authenticated = AUTH_MD5;
	scene_start(scene);
	auth_tell(scene, 0,
	    (struct auth_state){
		.kind = AUTH_MD5, .bad = 1000, .unsigned_in = 7 });
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	row = acme_row(scene);
	assert_int_equal(row->md5_bad, 0);
	assert_int_equal(row->md5_unsigned, 0);
	auth_tell(scene, 0,
	    (struct auth_state){
		.kind = AUTH_MD5, .bad = 1060, .unsigned_in = 7 });
	auth_tell(scene, 0,
	    (struct auth_state){
		.kind = AUTH_MD5, .bad = 1067, .unsigned_in = 9 });
	row = acme_row(scene);
	assert_int_equal(row->md5_bad, 67);
	assert_int_equal(row->md5_unsigned, 2);
	session_up(acme);
	scene_settle(scene);
	assert_int_equal(acme_row(scene)->md5_bad, 0);
	scene_free(scene);
}

/* Peer 0 is the whole host, of which MD5 alone is known. */
static void
counts_of_the_host_are_in_the_status(void **state)
{
	struct scene *scene = with_range();

	(void)state;
	auth_tell(scene, 0,
	    (struct auth_state){ .kind = AUTH_MD5, .bad = 4, .unknown = 2 });
	auth_tell(scene, 0, (struct auth_state){ .kind = AUTH_MD5, .bad = 3 });
	step_status(scene);
	assert_int_equal(scene->status.md5.bad, 4);
	assert_int_equal(scene->status.md5.unknown, 2);
	assert_int_equal(scene->status.md5.unsigned_in, 0);
	scene_free(scene);
}

/* Counts of nobody, or of a kind that there is not, change nothing. */
static void
bad_counts_are_left(void **state)
{
	struct scene *scene = with_range();

	(void)state;
	auth_tell(scene, 1, (struct auth_state){ .kind = 3, .bad = 1 });
	auth_tell(scene, 1,
	    (struct auth_state){ .kind = AUTH_AO, .zero = { 1 }, .bad = 1 });
	auth_tell(scene, 77, (struct auth_state){ .kind = AUTH_AO, .bad = 1 });
	auth_tell(scene, UINT32_MAX,
	    (struct auth_state){ .kind = AUTH_AO, .bad = 1 });
	assert_int_equal(acme_row(scene)->auth.bad, 0);
	assert_int_equal(acme_row(scene)->auth.kind, AUTH_NONE);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_names_who_came),
		cmocka_unit_test(place_is_found_after_a_restart),
		cmocka_unit_test(own_session_is_not_filtered),
		cmocka_unit_test(counts_of_segments_only_grow),
		cmocka_unit_test(free_place_is_no_session),
		cmocka_unit_test(
		    md5_session_that_is_down_tells_the_host_s_segments),
		cmocka_unit_test(counts_of_the_host_are_in_the_status),
		cmocka_unit_test(bad_counts_are_left),
	};

	return cmocka_run_group_tests_name(
	    "range of neighbours", tests, NULL, NULL);
}
