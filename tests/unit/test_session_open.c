/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program: how it comes up, and when it does not. */
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

/* ---- coming up ---- */

/* The guard hears what was negotiated; the customer gets End-of-RIBs. */
static void
session_comes_up(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	assert_true(check_session_state(&scene->state));
	assert_int_equal(scene->state.state, BGP_ESTABLISHED);
	assert_int_equal(scene->state.peer, 5);
	assert_int_equal(
	    scene->state.families, FAMILY_FLOWSPEC | FAMILY_IPV4_UNICAST);
	assert_int_equal(scene->state.refresh, 2);
	assert_int_equal(scene->state.hold_s, 90);
	assert_int_equal(scene->state.authenticated, 1); /* no key asked */
	assert_int_equal(scene->state.established, 1);
	customer_hear_ends(fd);
	close(fd);
}

/* A key is configured, but this connection does not use one. */
static void
missing_key_is_reported(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->config.authenticated = 1;
	fd = scene_establish(scene);

	assert_int_equal(scene->state.authenticated, 0);
	close(fd);
}

struct open_row {
	const char *name;
	void (*spoil)(struct open *open);
	bool internal;
	uint8_t code;
	uint8_t subcode;
};

static void
spoil_as(struct open *open)
{
	open->asn++;
}

static void
spoil_id(struct open *open)
{
	open->bgp_id = 0xc0000201;
}

static void
spoil_families(struct open *open)
{
	open->families = FAMILY_IPV6_UNICAST;
}

static void
spoil_hold(struct open *open)
{
	open->hold_s = 2;
}

static struct open_row open_rows[] = {
	{ "open_with_another_as_is_refused", spoil_as, false, 2, 2 },
	{ "internal_open_with_our_identifier_is_refused", spoil_id, true, 2,
	    3 },
	{ "open_without_common_family_is_refused", spoil_families, false, 2,
	    7 },
	{ "open_with_two_seconds_hold_time_is_refused", spoil_hold, false, 2,
	    6 },
};
#define OPEN_ROWS (sizeof(open_rows) / sizeof(open_rows[0]))

static struct open_row *open_row;

static int
setup_row(void **state)
{
	open_row = *state;
	return setup(state);
}

/* Each OPEN that we cannot live with gets its NOTIFICATION. */
static void
spoiled_open(void **state)
{
	struct scene *scene = *state;
	struct open open;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd;

	if (open_row->internal) {
		scene->config.internal = 1;
		scene->config.peer_asn = SCENE_ASN;
		scene->config.max_received = 0;
	}
	scene_configure(scene);
	fd = scene_connect(scene, SOCKET_PASSIVE);
	peer_expect(fd, MESSAGE_OPEN, buf, &len);
	open = scene_open(scene);
	open_row->spoil(&open);
	peer_send_open(fd, &open);

	peer_expect_notification(fd, open_row->code, open_row->subcode);
	close(fd);
	expect_socket_closed(scene, 1);
}

/* RFC 6608: an UPDATE before the OPEN is a state machine error. */
static void
update_before_open_is_5_1(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd;

	scene_configure(scene);
	fd = scene_connect(scene, SOCKET_PASSIVE);
	peer_expect(fd, MESSAGE_OPEN, buf, &len);
	customer_announce(fd, 2, 0);

	peer_expect_notification(fd, NOTIFICATION_FSM, 1);
	close(fd);
}

/* Where we may dial we ask the supervisor at once, and again when it failed. */
static void
dials_and_dials_again(void **state)
{
	struct scene *scene = *state;
	struct msg_dial failed = { .error = 111 };

	scene->config.passive = 0;
	scene_configure(scene);
	free(scene_expect(&scene->supervisor, MSG_DIAL));
	scene_tell(
	    &scene->supervisor, &failed, sizeof(failed), MSG_DIAL_FAILED);

	free(scene_expect(&scene->supervisor, MSG_DIAL));
}

/* The peer, whose connection is to stay, answers both with this OPEN. */
static void
collide(struct scene *scene, const struct open *open)
{
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int dialled;
	int accepted;

	scene->config.passive = 0;
	scene_configure(scene);
	scene_guard(scene);
	dialled = scene_connect(scene, SOCKET_ACTIVE);
	accepted = scene_connect(scene, SOCKET_PASSIVE);
	peer_expect(dialled, MESSAGE_OPEN, buf, &len);
	peer_expect(accepted, MESSAGE_OPEN, buf, &len);
	peer_send_open(dialled, open);
	peer_expect(dialled, MESSAGE_KEEPALIVE, buf, &len);
	peer_send_open(accepted, open);

	peer_expect_notification(
	    dialled, NOTIFICATION_CEASE, NOTIFICATION_CEASE_COLLISION);
	peer_send_keepalive(accepted);
	free(scene_find(&scene->guard, MSG_RIB_MARK));
	while (scene->state.up == 0)
		free(scene_find(&scene->guard, MSG_SESSION_STATE));
	close(dialled);
	close(accepted);
}

/* RFC 4271 6.8: of two connections the one of the higher identifier stays;
 * the peer's is higher, so the one that it opened. */
static void
collision_keeps_the_peers_connection(void **state)
{
	struct open open = scene_open(*state);

	collide(*state, &open);
}

/* RFC 6286 2.3: over eBGP the identifiers may be equal; then the one that the
 * higher AS opened stays, which is the peer's. */
static void
collision_of_equal_identifiers_goes_by_as(void **state)
{
	struct open open = scene_open(*state);

	spoil_id(&open);
	collide(*state, &open);
}

/* An Established session is not disturbed by another connection. */
static void
second_connection_is_refused(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);
	int second = scene_connect(scene, SOCKET_PASSIVE);

	peer_expect_notification(
	    second, NOTIFICATION_CEASE, NOTIFICATION_CEASE_COLLISION);
	close(second);
	expect_socket_closed(scene, 2);
	customer_announce(fd, 2, 0);
	expect_announce(scene, 2, REASON_ACCEPTED);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest stories[] = {
	TEST(session_comes_up),
	TEST(missing_key_is_reported),
	TEST(update_before_open_is_5_1),
	TEST(dials_and_dials_again),
	TEST(collision_keeps_the_peers_connection),
	TEST(collision_of_equal_identifiers_goes_by_as),
	TEST(second_connection_is_refused),
};
#define STORIES (sizeof(stories) / sizeof(stories[0]))

int
main(void)
{
	static struct CMUnitTest tests[STORIES + OPEN_ROWS];

	memcpy(tests, stories, sizeof(stories));
	for (size_t i = 0; i < OPEN_ROWS; i++)
		tests[STORIES + i] = (struct CMUnitTest){ open_rows[i].name,
			spoiled_open, setup_row, teardown, &open_rows[i] };
	return cmocka_run_group_tests_name("session_open", tests, NULL, NULL);
}
