/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program with a route reflector's unicast routes: all of them
 * reach the guard in order, or it knows that they did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "proxy/wire/notification.h"
#include "tests/lib/session_customer.h"
#include "tests/lib/session_unicast.h"

#define V4    FAMILY_IPV4_UNICAST
#define V6    FAMILY_IPV6_UNICAST
#define MANY  1000000u /* routes: more than all buffers hold */
#define ROUTE UNICAST_INSIDE, "18 c00002" /* 192.0.2.0/24 */

static int
setup(void **state)
{
	static struct scene scene;

	scene_start(&scene, SESSION_PROGRAM);
	scene.config.internal = 1;
	scene.config.peer_asn = SCENE_ASN;
	scene.config.families = FAMILY_UNICAST;
	scene.config.max_received = 0;
	scene.config.max_prefixes = 0;
	scene.families = FAMILY_UNICAST;
	*state = &scene;
	return 0;
}

static int
teardown(void **state)
{
	scene_stop(*state);
	return 0;
}

/* A new guard, which hears what is held: no rule. */
static void
new_guard(struct scene *scene)
{
	scene_guard(scene);
	free(scene_expect(&scene->guard, MSG_OUT_SYNC));
}

/* ---- routes ---- */

struct facts_row {
	const char *name;
	const char *attributes; /* besides ORIGIN and NEXT_HOP */
	struct route_facts facts;
};

#define LP "400504 000000c8"
static struct facts_row facts_rows[] = {
	{ "empty_path_is_internal", "400200" LP,
	    { .local_pref = 200, .flags = ROUTE_INTERNAL } },
	{ "path_names_neighbour_and_origin",
	    "40020e 0203 0000fde9 00000001 00000002" LP "800404 00000007",
	    { .neighbor_as = 65001,
		.origin_as = 2,
		.path_length = 3,
		.local_pref = 200,
		.med = 7 } },
	{ "confederation_alone_is_internal", "40020a 0302 0000fde9 00000001" LP,
	    { .local_pref = 200, .flags = ROUTE_INTERNAL } },
	{ "confederation_is_passed_over",
	    "40020c 0301 00000009 0201 0000fde9" LP,
	    { .neighbor_as = 65001,
		.origin_as = 65001,
		.path_length = 1,
		.local_pref = 200 } },
	{ "set_at_the_head_is_neither", "40020a 0102 00000001 00000002" LP,
	    { .path_length = 1, .local_pref = 200 } },
	{ "set_at_the_end_has_no_origin",
	    "40020c 0201 0000fde9 0101 00000002" LP,
	    { .neighbor_as = 65001, .path_length = 2, .local_pref = 200 } },
	{ "reflected_route_has_an_originator",
	    "400200" LP "800904 c0000263 800a08 00000001 00000002",
	    { .originator_id = 0xc0000263,
		.local_pref = 200,
		.flags = ROUTE_INTERNAL | ROUTE_REFLECTED,
		.cluster_length = 2 } },
};
#define FACTS_ROWS (sizeof(facts_rows) / sizeof(facts_rows[0]))

static struct facts_row *facts_row;

static int
setup_facts(void **state)
{
	facts_row = *state;
	return setup(state);
}

/* What the guard hears of a route's attributes. */
static void
facts_are_told(void **state)
{
	struct scene *scene = *state;
	struct route_facts facts;
	char attributes[256];
	int fd = scene_establish(scene);

	(void)snprintf(attributes, sizeof(attributes), "%s%s%s", UNICAST_ORIGIN,
	    UNICAST_HOP, facts_row->attributes);
	unicast_send(fd, "", attributes, "18 c00002");

	unicast_expect(scene, "+192.0.2.0/24", &facts);
	assert_memory_equal(&facts, &facts_row->facts, sizeof(facts));
	close(fd);
}

/* Withdrawals of an UPDATE come before what it announces, of both families;
 * nothing is kept: the same is told again. */
static void
updates_are_told_in_order(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	for (unsigned i = 0; i < 2; i++) {
		unicast_send(fd, "08 0a 00", UNICAST_INSIDE, "08 0a 18 c00002");
		unicast_send(fd, "",
		    UNICAST_INSIDE
		    "800e1f 0002 01 10 20010db8000000000000000000000001 00"
		    "20 20010db8 1d 20010db0"
		    "800f05 0002 01 08 30",
		    "");
		unicast_expect(scene, "-10.0.0.0/8 0.0.0.0/0", NULL);
		unicast_expect(scene, "+10.0.0.0/8 192.0.2.0/24", NULL);
		unicast_expect(scene, "-3000::/8", NULL);
		unicast_expect(scene, "+2001:db8::/32 2001:db0::/29", NULL);
	}
	close(fd);
}

struct unused_row {
	const char *name;
	const char *attributes;
};

static struct unused_row unused_rows[] = {
	{ "own_originator_withdraws", UNICAST_INSIDE "800904 c0000201" },
	{ "ignored_originator_withdraws", UNICAST_INSIDE "800904 0a000001" },
	{ "loop_withdraws",
	    UNICAST_ORIGIN UNICAST_HOP "400206 0201 0000fbf4" LP },
	{ "missing_local_pref_withdraws", UNICAST_ORIGIN UNICAST_HOP "400200" },
};
#define UNUSED_ROWS (sizeof(unused_rows) / sizeof(unused_rows[0]))

static struct unused_row *unused_row;

static int
setup_unused(void **state)
{
	unused_row = *state;
	return setup(state);
}

/* What is not used withdraws what was there. */
static void
unused_route_withdraws(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->config.ignore.n_originators = 1;
	scene->config.ignore.originator[0] = 0x0a000001;
	fd = scene_establish(scene);
	unicast_send(fd, "", UNICAST_INSIDE "800904 0a000002", "18 c00002");
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	unicast_send(fd, "", unused_row->attributes, "18 c00002");

	unicast_expect(scene, "-192.0.2.0/24", NULL);
	close(fd);
}

/* The smallest NLRI there are make the largest messages. */
static void
update_full_of_short_prefixes_is_told(void **state)
{
	static char reach[MESSAGE_MAX * 2];
	struct scene *scene = *state;
	unsigned n = 0;
	int fd = scene_establish(scene);

	/* MP_REACH of 4000 octets: default routes. */
	(void)snprintf(reach, sizeof(reach), "%s%s", UNICAST_INSIDE,
	    "900e0fa0 0002 01 10 20010db8000000000000000000000001 00");
	for (unsigned i = 21; i < 4000; i++)
		(void)memcpy(&reach[strlen(reach)], "00", 3);
	unicast_send(fd, "", reach, "");

	while (n < 4000 - 21) {
		struct msg_unicast *msg =
		    scene_expect(&scene->guard, MSG_UNICAST);

		assert_true(check_unicast(msg));
		assert_int_equal(msg->family, V6);
		n += msg->n;
		free(msg);
	}
	assert_int_equal(n, 4000 - 21);
	close(fd);
}

/* ---- completeness ---- */

/* End-of-RIB stands behind its routes, and is told by the state only then. */
static void
end_of_rib_is_told_behind_its_routes(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_send(fd, "", ROUTE);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	assert_int_equal(scene->state.complete, 0);
	unicast_end_of_rib(fd, V4);

	expect_mark(scene, MARK_COMPLETE, V4);
	while (scene->state.complete != V4)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	close(fd);
}

/* RFC 7313: a refresh of the peer's is framed. */
static void
refresh_is_framed(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_end_of_rib(fd, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_refresh(fd, V4, REFRESH_BEGIN);
	unicast_send(fd, "", ROUTE);
	unicast_refresh(fd, V4, REFRESH_END);

	expect_mark(scene, MARK_REFRESH_BEGIN, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REFRESH_END, V4);
	close(fd);
}

/* A new guard has nothing: the peer is asked, and only then it has all. */
static void
new_guard_hears_all_by_refresh(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	unicast_send(fd, "", ROUTE);
	unicast_end_of_rib(fd, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_COMPLETE, V4);
	new_guard(scene);
	assert_int_equal(scene->state.up, 1);
	assert_int_equal(scene->state.complete, 0);
	unicast_expect_asked(fd, V4);
	unicast_refresh(fd, V4, REFRESH_BEGIN);
	unicast_send(fd, "", ROUTE);
	unicast_refresh(fd, V4, REFRESH_END);

	expect_mark(scene, MARK_REFRESH_BEGIN, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REFRESH_END, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	while (scene->state.complete != V4)
		free(scene_expect(&scene->guard, MSG_SESSION_STATE));
	close(fd);
}

/* Without RFC 7313 silence tells that all has come. */
static void
plain_refresh_ends_in_silence(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->refresh = 1;
	fd = scene_establish(scene);
	unicast_send(fd, "", ROUTE);
	unicast_end_of_rib(fd, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_COMPLETE, V4);
	new_guard(scene);
	unicast_expect_asked(fd, V4);
	unicast_send(fd, "", ROUTE);

	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_COMPLETE, V4);
	close(fd);
}

/* A peer that cannot be asked begins anew. */
static void
peer_without_refresh_is_reset(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->refresh = 0;
	fd = scene_establish(scene);
	unicast_send(fd, "", ROUTE);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	new_guard(scene);

	for (unsigned i = 0; i < 2; i++)
		peer_expect(fd, MESSAGE_UPDATE, (uint8_t[MESSAGE_MAX]){ 0 },
		    &(size_t){ 0 });
	peer_expect_notification(
	    fd, NOTIFICATION_CEASE, NOTIFICATION_CEASE_RESET);
	close(fd);
	expect_down(scene, DOWN_LOST);
	fd = scene_establish_again(scene);
	unicast_send(fd, "", ROUTE);
	unicast_end_of_rib(fd, V4);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_COMPLETE, V4);
	close(fd);
}

/* A guard that comes before the first route hears it all. */
static void
early_guard_needs_no_refresh(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->refresh = 0;
	fd = scene_establish(scene);
	new_guard(scene);
	unicast_send(fd, "", ROUTE);
	unicast_end_of_rib(fd, V4);

	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_COMPLETE, V4);
	close(fd);
}

/* ---- back-pressure ---- */

/* A guard that is slow for a moment makes the session stop reading, and loses
 * nothing. */
static void
slow_guard_loses_nothing(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);
	pid_t pid;

	channel_pause(scene->guard.channel, true);
	pid = unicast_flood(fd, 0, MANY);
	unicast_wait_stuck(fd, pid);
	channel_pause(scene->guard.channel, false);

	unicast_expect_flood(scene, 0, MANY);
	expect_mark(scene, MARK_COMPLETE, V4);
	unicast_flooded(pid);
	close(fd);
}

/* One that hangs does not stop BGP; when it is back everything comes again. */
static void
hanging_guard_is_fed_again(void **state)
{
	struct scene *scene = *state;
	struct msg_rib_mark *mark;
	int fd = scene_establish(scene);

	channel_pause(scene->guard.channel, true);
	unicast_flooded(unicast_flood(fd, 0, MANY));
	channel_pause(scene->guard.channel, false);
	/* Some of the flood comes, and then that this was not all. */
	while (scene->state.unicast_in != MANY)
		free(scene_find(&scene->guard, MSG_SESSION_STATE));
	unicast_expect_asked(fd, V4);
	unicast_refresh(fd, V4, REFRESH_BEGIN);
	unicast_send(fd, "", ROUTE);
	unicast_refresh(fd, V4, REFRESH_END);

	mark = scene_find(&scene->guard, MSG_RIB_MARK);
	assert_int_equal(mark->mark, MARK_REFRESH_BEGIN);
	free(mark);
	assert_int_equal(scene->state.complete, 0);
	unicast_expect(scene, "+192.0.2.0/24", NULL);
	expect_mark(scene, MARK_REFRESH_END, V4);
	expect_mark(scene, MARK_COMPLETE, V4);
	close(fd);
}

/* Without a guard routes are read and dropped, and asked for later. */
static void
routes_without_a_guard_are_asked_for(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	channel_close(scene->guard.channel);
	scene->guard.channel = NULL;
	unicast_flooded(unicast_flood(fd, 0, MANY));
	unicast_refresh(fd, V4, REFRESH_REQUEST);
	for (unsigned i = 0; i < 2; i++)
		peer_expect(fd, MESSAGE_UPDATE, (uint8_t[MESSAGE_MAX]){ 0 },
		    &(size_t){ 0 });
	for (unsigned i = 0; i < 2; i++)
		peer_expect(fd, MESSAGE_ROUTE_REFRESH,
		    (uint8_t[MESSAGE_MAX]){ 0 }, &(size_t){ 0 });
	new_guard(scene);

	unicast_expect_asked(fd, V4);
	assert_int_equal(scene->state.unicast_in, MANY);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest stories[] = {
	TEST(updates_are_told_in_order),
	TEST(update_full_of_short_prefixes_is_told),
	TEST(end_of_rib_is_told_behind_its_routes),
	TEST(refresh_is_framed),
	TEST(new_guard_hears_all_by_refresh),
	TEST(plain_refresh_ends_in_silence),
	TEST(peer_without_refresh_is_reset),
	TEST(early_guard_needs_no_refresh),
	TEST(slow_guard_loses_nothing),
	TEST(hanging_guard_is_fed_again),
	TEST(routes_without_a_guard_are_asked_for),
};
#define STORIES (sizeof(stories) / sizeof(stories[0]))

int
main(void)
{
	static struct CMUnitTest tests[STORIES + FACTS_ROWS + UNUSED_ROWS];
	struct CMUnitTest *at = &tests[STORIES];

	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < FACTS_ROWS; i++)
		*at++ = (struct CMUnitTest){ facts_rows[i].name, facts_are_told,
			setup_facts, teardown, &facts_rows[i] };
	for (size_t i = 0; i < UNUSED_ROWS; i++)
		*at++ = (struct CMUnitTest){ unused_rows[i].name,
			unused_route_withdraws, setup_unused, teardown,
			&unused_rows[i] };
	return cmocka_run_group_tests_name("session_feed", tests, NULL, NULL);
}
