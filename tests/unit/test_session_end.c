/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program: how it ends, and what a new guard hears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "tests/lib/session_customer.h"
#include "tests/lib/small_rule.h"

static int
setup(void **state)
{
	static struct scene scene;

	scene_start(&scene, SESSION_PROGRAM);
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	scene_stop(*state);
	return 0;
}

/* ---- ends ---- */

struct end_row {
	const char *name;
	uint8_t code;
	uint8_t subcode;
	uint8_t down;
};

static struct end_row end_rows[] = {
	{ "shutdown_ends_the_rules", 6, 2, DOWN_CEASED },
	{ "deconfigured_ends_the_rules", 6, 3, DOWN_CEASED },
	{ "hard_reset_ends_the_rules", 6, 9, DOWN_CEASED },
	{ "administrative_reset_loses_the_session", 6, 4, DOWN_LOST },
	{ "hold_timer_of_the_peer_loses_the_session", 4, 0, DOWN_LOST },
	{ "unknown_code_loses_the_session", 99, 99, DOWN_LOST },
};
#define END_ROWS (sizeof(end_rows) / sizeof(end_rows[0]))

static struct end_row *end_row;

static int
setup_end(void **state)
{
	end_row = *state;
	return setup(state);
}

/* What a NOTIFICATION means for the rules. */
static void
peer_says_goodbye(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_notification(fd, end_row->code, end_row->subcode);

	expect_down(scene, end_row->down);
	assert_int_equal(scene->state.code, end_row->code);
	assert_int_equal(scene->state.subcode, end_row->subcode);
	assert_int_equal(scene->state.sent_last, 0);
	close(fd);
	expect_socket_closed(scene, 1);
}

/* A stream that is no BGP is told so and closed in good order. */
static void
garbage_is_1_1(void **state)
{
	struct scene *scene = *state;
	uint8_t garbage[5000];
	int fd = scene_establish(scene);

	memset(garbage, 0x5a, sizeof(garbage));
	customer_hear_ends(fd);
	peer_send(fd, garbage, sizeof(garbage));

	peer_expect_notification(fd, 1, 1);
	close(fd);
	expect_down(scene, DOWN_LOST);
	expect_socket_closed(scene, 1);
}

/* A lost connection is lost, and the next one is taken. */
static void
lost_session_comes_back(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	close(fd);
	expect_down(scene, DOWN_LOST);
	fd = scene_establish_again(scene);

	assert_int_equal(scene->state.established, 2);
	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	close(fd);
}

/* RFC 4271 6.5: a peer that says nothing for the hold time is told 4/0. */
static void
silent_peer_is_4_0(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->config.hold_s = 3;
	fd = scene_establish(scene);
	customer_hear_ends(fd);

	peer_expect_notification(fd, NOTIFICATION_HOLD_TIMER, 0);
	close(fd);
	expect_down(scene, DOWN_LOST);
}

/* The guard closes the session; the rules end. */
static void
guard_can_close_the_session(void **state)
{
	struct scene *scene = *state;
	struct msg_peer_cease cease = { .subcode = 2, .text = "too loud" };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	scene_tell(&scene->guard, &cease, sizeof(cease), MSG_PEER_CEASE);

	peer_expect(fd, MESSAGE_NOTIFICATION, buf, &len);
	assert_int_equal(buf[19], NOTIFICATION_CEASE);
	assert_int_equal(buf[21], 8);
	assert_memory_equal(&buf[22], "too loud", 8);
	close(fd);
	expect_down(scene, DOWN_CLOSED);
}

/* The supervisor ends it: Cease with its words, the guard knows, exit 0. */
static void
stop_says_goodbye(void **state)
{
	struct scene *scene = *state;
	struct msg_stop stop = { .subcode = 2, .text = "maintenance" };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	scene_tell(&scene->supervisor, &stop, sizeof(stop), MSG_STOP);

	peer_expect(fd, MESSAGE_NOTIFICATION, buf, &len);
	assert_int_equal(buf[20], NOTIFICATION_CEASE_SHUTDOWN);
	assert_memory_equal(&buf[22], "maintenance", 11);
	close(fd);
	expect_down(scene, DOWN_SHUTDOWN);
	assert_int_equal(scene_wait_exit(scene), 0);
}

/* De-configured: the guard hears that the rules end. */
static void
removal_is_reported(void **state)
{
	struct scene *scene = *state;
	struct msg_stop stop = { .subcode = 3 };
	int fd = scene_establish(scene);

	scene_tell(&scene->supervisor, &stop, sizeof(stop), MSG_STOP);

	expect_down(scene, DOWN_REMOVED);
	close(fd);
	assert_int_equal(scene_wait_exit(scene), 0);
}

/* Another hold time in the configuration needs another OPEN. */
static void
changed_configuration_resets_the_session(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	scene->config.max_received = 5;
	scene_configure(scene);
	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	scene->config.hold_s = 30;
	scene_configure(scene);

	peer_expect_notification(
	    fd, NOTIFICATION_CEASE, NOTIFICATION_CEASE_CONFIGURATION);
	close(fd);
	expect_down(scene, DOWN_LOST);
	fd = scene_establish_again(scene);
	assert_int_equal(scene->state.hold_s, 30);
	close(fd);
}

/* ---- a new guard ---- */

/* Everything is told to a new guard, with what is complete. */
static void
new_guard_hears_everything(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_announce(fd, 2, 0);
	customer_announce(fd, 4, 0);
	customer_end_of_rib(fd, FAMILY_IPV4_FLOWSPEC);
	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_announce(scene, 4, REASON_ACCEPTED);
	expect_mark(scene, MARK_COMPLETE, FAMILY_IPV4_FLOWSPEC);
	customer_withdraw(fd, 2);
	expect_withdraw(scene, 2);

	scene_guard(scene);

	memset(&scene->state, 0, sizeof(scene->state));
	expect_withdraw(scene, 2);
	assert_int_equal(scene->state.up, 1);
	expect_announce(scene, 4, REASON_ACCEPTED);
	expect_mark(scene, MARK_REPLAY_END, FAMILY_IPV4_FLOWSPEC);
	close(fd);
}

/* Without a guard BGP goes on; what happened is told to the next one. */
static void
session_lives_without_a_guard(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	channel_close(scene->guard.channel);
	scene->guard.channel = NULL;
	customer_announce(fd, 2, 0);
	customer_announce(fd, 4, 0);
	customer_withdraw(fd, 4);
	customer_refresh(fd, REFRESH_REQUEST);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	scene_guard(scene);

	expect_withdraw(scene, 4);
	expect_announce(scene, 2, REASON_ACCEPTED);
	expect_mark(scene, MARK_REPLAY_END, 0);
	close(fd);
}

/* A guard that does not read costs no memory and no withdrawal: of a flood of
 * changes it hears the last state of each rule. */
static void
flood_past_a_stalled_guard_is_last_wish(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	bool stands[50] = { false };
	int fd;

	fd = scene_establish(scene);
	customer_hear_ends(fd);
	channel_pause(scene->guard.channel, true);
	for (unsigned round = 0; round < 1000; round++)
		for (unsigned n = 0; n < 50; n++)
			customer_announce(fd, n, round);
	for (unsigned n = 1; n < 50; n++)
		customer_withdraw(fd, n);
	/* The session has read all when it answers this. */
	customer_refresh(fd, REFRESH_REQUEST);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	channel_pause(scene->guard.channel, false);
	customer_end_of_rib(fd, FAMILY_IPV4_FLOWSPEC);

	for (;;) {
		struct msg_head *head =
		    scene_find(&scene->guard, MSG_RULE_ANNOUNCE);
		struct msg_rule_announce *msg = (void *)head;

		stands[small_rule_number(&msg->rule)] = true;
		if (small_rule_number(&msg->rule) == 0 &&
		    (unsigned)action_rate(msg->actions.rate_bytes) == 999) {
			free(head);
			break;
		}
		free(head);
	}
	assert_true(stands[0]);
	expect_mark(scene, MARK_COMPLETE, FAMILY_IPV4_FLOWSPEC);
	close(fd);
}

/* Keys have moved: the peer gets something signed at once, and only then. */
static void
nudge_sends_a_keepalive(void **state)
{
	struct scene *scene = *state;
	struct msg_head nudge = { 0 };
	uint8_t octets[MESSAGE_MAX];
	size_t len;
	int fd;

	/* Not up: nothing to do. */
	scene_tell(&scene->supervisor, &nudge, sizeof(nudge), MSG_NUDGE);
	fd = scene_establish(scene);
	scene_tell(&scene->supervisor, &nudge, sizeof(nudge), MSG_NUDGE);
	/* Behind End-of-RIB; the timer's are due in 20 s and more. */
	while (peer_read(fd, octets, &len) == MESSAGE_UPDATE)
		continue;
	assert_int_equal(octets[18], MESSAGE_KEEPALIVE);
	assert_int_equal(scene->state.auth.kind, AUTH_NONE);
	close(fd);
}

/* The supervisor's end is the end. */
static void
end_of_the_supervisor_ends_the_session(void **state)
{
	int fd = scene_establish(*state);

	close(fd); /* teardown closes the channel and checks the exit code */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest stories[] = {
	TEST(garbage_is_1_1),
	TEST(lost_session_comes_back),
	TEST(silent_peer_is_4_0),
	TEST(guard_can_close_the_session),
	TEST(stop_says_goodbye),
	TEST(removal_is_reported),
	TEST(changed_configuration_resets_the_session),
	TEST(new_guard_hears_everything),
	TEST(session_lives_without_a_guard),
	TEST(flood_past_a_stalled_guard_is_last_wish),
	TEST(nudge_sends_a_keepalive),
	TEST(end_of_the_supervisor_ends_the_session),
};
#define STORIES (sizeof(stories) / sizeof(stories[0]))

int
main(void)
{
	static struct CMUnitTest tests[STORIES + END_ROWS];

	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < END_ROWS; i++)
		tests[STORIES + i] = (struct CMUnitTest){ end_rows[i].name,
			peer_says_goodbye, setup_end, teardown, &end_rows[i] };
	return cmocka_run_group_tests_name("session_end", tests, NULL, NULL);
}
