/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program with a customer's unicast routes: which are used, what
 * the guard hears of them, and the bound. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "tests/lib/session_customer.h"
#include "tests/lib/session_unicast.h"

#define V4 FAMILY_IPV4_UNICAST

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

/* Wait until the session's counters say so. */
static void
expect_ignored(struct scene *scene, unsigned ignored)
{
	while (scene->state.unicast_ignored != ignored)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
}

/* ---- routes ---- */

/* Announced, announced alike, changed, withdrawn. */
static void
route_is_told_once_and_withdrawn(void **state)
{
	struct scene *scene = *state;
	struct route_facts facts;
	int fd = scene_establish(scene);

	unicast_send(fd, "", UNICAST_OK, "18 c00002 14 c63360");
	unicast_expect(scene, "+192.0.2.0/24 198.51.96.0/20", &facts);
	assert_int_equal(facts.neighbor_as, SCENE_PEER);
	assert_int_equal(facts.origin_as, SCENE_PEER);
	assert_int_equal(facts.path_length, 1);
	assert_int_equal(facts.flags, 0);
	unicast_send(fd, "", UNICAST_OK, "18 c00002");
	unicast_send(fd, "", UNICAST_OK "800404 00000007", "18 c00002");
	unicast_expect(scene, "+192.0.2.0/24", &facts);
	assert_int_equal(facts.med, 7);
	unicast_send(fd, "18 c00002", "", "");
	unicast_expect(scene, "-192.0.2.0/24", NULL);
	while (scene->state.prefixes != 1)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	assert_int_equal(scene->state.unicast_in, 4);
	close(fd);
}

/* RFC 7606 7.5, 7.9, 7.10: what only routers inside may say says nothing. */
static void
forged_inside_attributes_say_nothing(void **state)
{
	struct scene *scene = *state;
	struct route_facts facts;
	int fd = scene_establish(scene);

	unicast_send(fd, "",
	    UNICAST_OK "400504 000003e8 800904 c0000263 800a04 c0000263",
	    "18 c00002");

	unicast_expect(scene, "+192.0.2.0/24", &facts);
	assert_int_equal(facts.flags, 0);
	assert_int_equal(facts.originator_id, 0);
	assert_int_equal(facts.local_pref, 0);
	assert_int_equal(facts.cluster_length, 0);
	close(fd);
}

struct unused_row {
	const char *name;
	const char *attributes; /* besides those that are well */
	bool ignored;
};

#define PATH_ELSE UNICAST_ORIGIN UNICAST_HOP
static struct unused_row unused_rows[] = {
	{ "ignored_community_withdraws", UNICAST_OK "c00808 fde90001 ffff029a",
	    true },
	{ "ignored_large_community_withdraws",
	    UNICAST_OK "c0200c 0000fde9 00000001 00000002", true },
	{ "ignored_extended_community_withdraws",
	    UNICAST_OK "c01008 0002fde9 00000001", true },
	{ "malformed_attribute_withdraws", UNICAST_OK "c00803 ffff02", false },
	{ "own_as_in_the_path_withdraws",
	    PATH_ELSE "40020a 0202 0000fde9 0000fbf4", false },
	{ "foreign_first_as_withdraws", PATH_ELSE "400206 0201 0000fdea",
	    false },
	{ "empty_path_withdraws", PATH_ELSE "400200", false },
};
#define UNUSED_ROWS (sizeof(unused_rows) / sizeof(unused_rows[0]))

static struct unused_row *unused_row;

static int
setup_unused(void **state)
{
	unused_row = *state;
	return setup(state);
}

static void
ignore_some(struct scene *scene)
{
	static const struct ignore ignore = {
		.n_communities = 3,
		.community = {
			{ COMMUNITY_STANDARD, { 0 },
			    { 0xff, 0xff, 0x02, 0x9a } },
			{ COMMUNITY_EXTENDED, { 0 },
			    { 0, 2, 0xfd, 0xe9, 0, 0, 0, 1 } },
			{ COMMUNITY_LARGE, { 0 },
			    { 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 0, 0, 0, 2 } },
		},
	};

	scene->config.ignore = ignore;
}

/* A route that is not to be used takes the one before it away. */
static void
unused_route_withdraws(void **state)
{
	struct scene *scene = *state;
	int fd;

	ignore_some(scene);
	fd = scene_establish(scene);
	unicast_send(fd, "",
	    UNICAST_OK "c00808 fde90001 ffff029b"
		       "c0200c 0000fde9 00000001 00000003"
		       "c01008 0002fde9 00000002",
	    "18 c00002");
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	unicast_send(fd, "", unused_row->attributes, "18 c00002");

	unicast_expect(scene, "-192.0.2.0/24", NULL);
	expect_ignored(scene, unused_row->ignored);
	close(fd);
}

/* Where there is no ORIGINATOR_ID the neighbour is the originator. */
static void
ignored_neighbour_is_not_heard(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->config.ignore.n_originators = 1;
	scene->config.ignore.originator[0] = 0xc6336402;
	fd = scene_establish(scene);
	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_send(fd, "", UNICAST_OK, "18 c00002");

	expect_ignored(scene, 1);
	assert_true(scene_quiet(scene));
	close(fd);
}

/* What is ignored is another matter of asking the customer again. */
static void
changed_ignore_asks_again(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	ignore_some(scene);
	scene_configure(scene);

	unicast_expect_asked(fd, V4);
	close(fd);
}

/* ---- order ---- */

/* A rule that follows its route finds it at the guard, whatever came first; a
 * withdrawn rule waits for nothing. */
static void
routes_come_before_announced_rules(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	channel_close(scene->guard.channel);
	scene->guard.channel = NULL;
	customer_announce(fd, 4, 0);
	unicast_send(fd, "", UNICAST_OK, "08 0a");
	customer_withdraw(fd, 2);
	unicast_send(fd, "", UNICAST_OK "800404 00000007", "08 0b 08 0c");
	unicast_refresh(fd, V4, REFRESH_REQUEST);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	scene_guard(scene);

	expect_withdraw(scene, 2);
	for (unsigned i = 0; i < 2; i++)
		free(scene_expect(&scene->guard, MSG_UNICAST));
	expect_announce(scene, 4, REASON_ACCEPTED);
	expect_mark(scene, MARK_REPLAY_END, 0);
	close(fd);
}

/* 500 routes that change all the time. */
static void
flap(int fd, unsigned rounds)
{
	static char nlri[500 * 8 + 1];

	for (unsigned i = 0; i < 500; i++)
		(void)snprintf(
		    &nlri[i * 8], 9, "180a%02x%02x", i >> 8 & 0xff, i & 0xff);
	for (unsigned i = 0; i < rounds; i++)
		unicast_send(fd, "",
		    i % 2 == 0 ? UNICAST_OK : UNICAST_OK "800404 00000007",
		    nlri);
}

/* More changes than the pace allows hold no rule's withdrawal up, and its
 * announcement not for long. */
static void
flapping_routes_hold_no_rule_up(void **state)
{
	struct scene *scene = *state;
	pid_t pid;
	int fd;

	scene->config.max_prefixes = 500;
	fd = scene_establish(scene);
	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		flap(fd, 40);
		customer_withdraw(fd, 2);
		customer_announce(fd, 4, 0);
		for (;;)
			flap(fd, 2);
	}
	free(scene_find(&scene->guard, MSG_RULE_WITHDRAW));
	free(scene_find(&scene->guard, MSG_RULE_ANNOUNCE));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fd);
}

/* ---- refresh and the guard ---- */

/* A new guard hears every route, and no withdrawal. */
static void
new_guard_hears_every_route(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_send(fd, "", UNICAST_OK, "18 c00002 08 0a");
	unicast_expect(scene, "+192.0.2.0/24 10.0.0.0/8", NULL);
	unicast_send(fd, "08 0a", "", "");
	unicast_expect(scene, "-10.0.0.0/8", NULL);
	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	scene_guard(scene);

	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REPLAY_END, V4);
	assert_int_equal(scene->state.prefixes, 1);
	close(fd);
}

/* The guard asks for routes: the customer is not bothered. */
static void
guard_gets_routes_again_from_here(void **state)
{
	struct scene *scene = *state;
	struct msg_refresh ask = { .families = V4 | FAMILY_IPV4_FLOWSPEC };
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	customer_hear_ends(fd);
	unicast_send(fd, "", UNICAST_OK, "18 c00002");
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	scene_tell(&scene->guard, &ask, sizeof(ask), MSG_REFRESH);

	expect_mark(scene, MARK_REFRESH_BEGIN, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REFRESH_END, V4);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[22], SAFI_FLOWSPEC);
	close(fd);
}

/* RFC 7313: what is not named between BoRR and EoRR is withdrawn. */
static void
refresh_sweeps_what_was_not_named(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_send(fd, "", UNICAST_OK, "18 c00002 08 0a");
	unicast_expect(scene, "+192.0.2.0/24 10.0.0.0/8", NULL);
	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_refresh(fd, V4, REFRESH_BEGIN);
	expect_mark(scene, MARK_REFRESH_BEGIN, V4);
	unicast_send(fd, "", UNICAST_OK, "08 0a");
	unicast_expect(scene, "+10.0.0.0/8", NULL);
	unicast_refresh(fd, V4, REFRESH_END);

	unicast_expect(scene, "-192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REFRESH_END, V4);
	close(fd);
}

/* What the guard may hold from the session before is withdrawn, too, until the
 * peer has sent all. */
static void
lingering_route_can_be_withdrawn(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_send(fd, "", UNICAST_OK, "18 c00002");
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	close(fd);
	expect_down(scene, DOWN_LOST);
	fd = scene_establish_again(scene);
	unicast_send(fd, "18 c00002", "", "");
	unicast_expect(scene, "-192.0.2.0/24", NULL);
	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_send(fd, "08 0a", "", "");
	unicast_send(fd, "", UNICAST_OK, "08 0b");

	unicast_expect(scene, "+11.0.0.0/8", NULL);
	close(fd);
}

/* ---- the bound ---- */

static int
establish_with_two(struct scene *scene)
{
	int fd;

	scene->config.max_prefixes = 2;
	fd = scene_establish(scene);
	unicast_send(fd, "", UNICAST_OK, "18 c00002 08 0a");
	unicast_expect(scene, "+192.0.2.0/24 10.0.0.0/8", NULL);
	return fd;
}

/* As many as may be, again and again, are fine. */
static void
bound_counts_what_stands(void **state)
{
	struct scene *scene = *state;
	int fd = establish_with_two(scene);

	unicast_send(fd, "", UNICAST_OK "800404 00000007", "18 c00002 08 0a");
	unicast_expect(scene, "+192.0.2.0/24 10.0.0.0/8", NULL);
	unicast_send(fd, "08 0a", UNICAST_OK, "08 0b");

	unicast_expect(scene, "-10.0.0.0/8", NULL);
	unicast_expect(scene, "+11.0.0.0/8", NULL);
	close(fd);
}

/* RFC 4486 4: one more is Cease 6/1 with the bound, and then rest. */
static void
one_more_is_6_1_and_idle(void **state)
{
	static const uint8_t data[] = { 6, 1, 0, 1, 1, 0, 0, 0, 2 };
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = establish_with_two(scene);

	customer_hear_ends(fd);
	unicast_send(fd, "", UNICAST_OK, "08 0b");

	peer_expect(fd, MESSAGE_NOTIFICATION, buf, &len);
	assert_int_equal(len, MESSAGE_HEADER_LEN + sizeof(data));
	assert_memory_equal(&buf[MESSAGE_HEADER_LEN], data, sizeof(data));
	close(fd);
	expect_down(scene, DOWN_CLOSED);
	assert_non_null(
	    strstr(scene->state.text, "2 prefixes of ipv4-unicast"));
	expect_socket_closed(scene, 1);
	fd = scene_connect(scene, SOCKET_PASSIVE);
	peer_expect_notification(
	    fd, NOTIFICATION_CEASE, NOTIFICATION_CEASE_MAX_PREFIXES);
	close(fd);
}

/* A higher bound ends the rest. */
static void
other_bound_ends_the_rest(void **state)
{
	struct scene *scene = *state;
	int fd = establish_with_two(scene);

	unicast_send(fd, "", UNICAST_OK, "08 0b");
	expect_down(scene, DOWN_CLOSED);
	close(fd);
	scene->config.max_prefixes = 3;
	scene_configure(scene);
	fd = scene_establish_again(scene);
	unicast_send(fd, "", UNICAST_OK, "18 c00002 08 0a 08 0b");

	unicast_expect(scene, "+192.0.2.0/24 10.0.0.0/8 11.0.0.0/8", NULL);
	close(fd);
}

/* Routes that are not used are not counted. */
static void
ignored_routes_are_not_bounded(void **state)
{
	struct scene *scene = *state;
	int fd;

	ignore_some(scene);
	fd = establish_with_two(scene);
	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_send(fd, "", UNICAST_OK "c00804 ffff029a", "08 0b 08 0c 08 0d");
	expect_ignored(scene, 3);
	assert_int_equal(scene->state.up, 1);
	assert_int_equal(scene->state.prefixes, 2);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest stories[] = {
	TEST(route_is_told_once_and_withdrawn),
	TEST(forged_inside_attributes_say_nothing),
	TEST(ignored_neighbour_is_not_heard),
	TEST(changed_ignore_asks_again),
	TEST(routes_come_before_announced_rules),
	TEST(flapping_routes_hold_no_rule_up),
	TEST(new_guard_hears_every_route),
	TEST(guard_gets_routes_again_from_here),
	TEST(refresh_sweeps_what_was_not_named),
	TEST(lingering_route_can_be_withdrawn),
	TEST(bound_counts_what_stands),
	TEST(one_more_is_6_1_and_idle),
	TEST(other_bound_ends_the_rest),
	TEST(ignored_routes_are_not_bounded),
};
#define STORIES (sizeof(stories) / sizeof(stories[0]))

int
main(void)
{
	static struct CMUnitTest tests[STORIES + UNUSED_ROWS];

	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < UNUSED_ROWS; i++)
		tests[STORIES + i] = (struct CMUnitTest){ unused_rows[i].name,
			unused_route_withdraws, setup_unused, teardown,
			&unused_rows[i] };
	return cmocka_run_group_tests_name(
	    "session_unicast", tests, NULL, NULL);
}
