/* SPDX-License-Identifier: BSD-2-Clause */
/* The session program: what a customer asks for beside its rules, and which of
 * them come at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "proxy/wire/message.h"
#include "tests/lib/session_customer.h"
#include "tests/lib/small_rule.h"

#define ASK_HOUR ((uint32_t)SCENE_PEER << 16 | 1)
#define ASK_DRY  ((uint32_t)SCENE_PEER << 16 | 2)
#define OTHER    ((uint32_t)SCENE_PEER << 16 | 3)

static const struct wish_rules wishes = {
	.n = 2,
	.rule = {
		{ { COMMUNITY_STANDARD, { 0 }, { 0xfd, 0xe9, 0, 1 } },
		    { .lifetime_s = 3600 } },
		{ { COMMUNITY_STANDARD, { 0 }, { 0xfd, 0xe9, 0, 2 } },
		    { .dry_run = 1 } },
	},
};

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

/* ---- what the customer does ---- */

/* One UPDATE with rules first, first + 2 … and up to two communities. */
static size_t
build(
    uint8_t *octets, unsigned first, unsigned n, const uint32_t communities[2])
{
	struct update_attrs attrs = customer_attrs;
	struct update_builder builder;
	struct writer writer;
	struct rule rule;

	attrs.actions = small_action(1000);
	while (
	    attrs.n_communities < 2 && communities[attrs.n_communities] != 0) {
		attrs.communities[attrs.n_communities] =
		    communities[attrs.n_communities];
		attrs.n_communities++;
	}
	writer_init(&writer, octets, MESSAGE_MAX);
	assert_true(update_begin_reach(
	    &builder, &writer, FAMILY_IPV4_FLOWSPEC, &attrs));
	for (unsigned i = 0; i < n; i++) {
		small_rule(first + 2 * i, &rule);
		assert_true(update_add(&builder, &rule));
	}
	assert_true(update_end(&builder));
	return writer.len;
}

static void
ask(int fd, unsigned n, uint32_t community, uint32_t other)
{
	uint8_t octets[MESSAGE_MAX];
	const uint32_t communities[2] = { community, other };

	peer_send(fd, octets, build(octets, n, 1, communities));
}

static void
send_many(int fd, unsigned first, unsigned n)
{
	uint8_t octets[MESSAGE_MAX];

	peer_send(fd, octets, build(octets, first, n, (uint32_t[2]){ 0 }));
}

static void
withdraw_many(int fd, unsigned first, unsigned n)
{
	uint8_t octets[MESSAGE_MAX];
	struct update_builder builder;
	struct writer writer;
	struct rule rule;

	writer_init(&writer, octets, sizeof(octets));
	assert_true(
	    update_begin_withdraw(&builder, &writer, FAMILY_IPV4_FLOWSPEC));
	for (unsigned i = 0; i < n; i++) {
		small_rule(first + 2 * i, &rule);
		assert_true(update_add(&builder, &rule));
	}
	assert_true(update_end(&builder));
	peer_send(fd, octets, writer.len);
}

/* ---- what the guard hears ---- */

static void
expect_wish(
    struct scene *scene, unsigned n, uint32_t lifetime_s, uint8_t dry_run)
{
	struct msg_rule_announce *msg =
	    scene_expect(&scene->guard, MSG_RULE_ANNOUNCE);

	assert_true(check_rule_announce(msg, NULL));
	assert_int_equal(small_rule_number(&msg->rule), n);
	assert_int_equal(msg->wish.lifetime_s, lifetime_s);
	assert_int_equal(msg->wish.dry_run, dry_run);
	free(msg);
}

static void
announce_says(struct scene *scene, unsigned n, uint8_t more)
{
	struct msg_rule_announce *msg =
	    scene_expect(&scene->guard, MSG_RULE_ANNOUNCE);

	assert_int_equal(small_rule_number(&msg->rule), n);
	assert_int_equal(msg->more, more);
	free(msg);
}

static void
withdraw_says(struct scene *scene, unsigned n, uint8_t more)
{
	struct msg_rule_withdraw *msg =
	    scene_expect(&scene->guard, MSG_RULE_WITHDRAW);

	assert_true(check_rule_withdraw(msg));
	assert_int_equal(small_rule_number(&msg->rule), n);
	assert_int_equal(msg->more, more);
	free(msg);
}

/* ---- wishes ---- */

/* Asked for otherwise it is told again; asked for alike, or with communities
 * that mean nothing to us, it is not. */
static void
wish_is_told_with_the_rule(void **state)
{
	struct scene *scene = *state;
	int fd;

	scene->config.wishes = wishes;
	fd = scene_establish(scene);

	ask(fd, 2, ASK_HOUR, 0);
	expect_wish(scene, 2, 3600, 0);
	ask(fd, 2, ASK_DRY, ASK_HOUR);
	expect_wish(scene, 2, 3600, 1);
	ask(fd, 2, ASK_HOUR, ASK_DRY);
	ask(fd, 4, OTHER, 0);
	expect_wish(scene, 4, 0, 0);
	ask(fd, 2, 0, 0);
	expect_wish(scene, 2, 0, 0);
	close(fd);
}

/* Without such a configuration communities ask for nothing. */
static void
unknown_wish_is_none(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	ask(fd, 2, ASK_HOUR, ASK_DRY);

	expect_wish(scene, 2, 0, 0);
	close(fd);
}

/* Another meaning of communities: the peer is asked to send again, and the
 * session stays. */
static void
other_wishes_are_asked_for_again(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	ask(fd, 2, ASK_HOUR, 0);
	expect_wish(scene, 2, 0, 0);
	scene->config.wishes = wishes;
	scene_configure(scene);

	customer_hear_ends(fd);
	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[20], 1);   /* IPv4 */
	assert_int_equal(buf[22], 133); /* Flowspec */
	ask(fd, 2, ASK_HOUR, 0);
	expect_wish(scene, 2, 3600, 0);
	close(fd);
}

/* The same configuration again asks for nothing. */
static void
same_wishes_are_not_asked_for_again(void **state)
{
	struct scene *scene = *state;
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	int fd;

	scene->config.wishes = wishes;
	fd = scene_establish(scene);
	ask(fd, 2, ASK_HOUR, 0);
	expect_wish(scene, 2, 3600, 0);
	scene_configure(scene);
	customer_hear_ends(fd);
	/* An answer that comes behind what the configuration would cause. */
	customer_refresh(fd, REFRESH_REQUEST);

	peer_expect(fd, MESSAGE_ROUTE_REFRESH, buf, &len);
	assert_int_equal(buf[21], REFRESH_BEGIN);
	close(fd);
}

/* Wishes that no supervisor would send change nothing. */
static void
hostile_wishes_are_refused(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	scene->config.wishes = wishes;
	scene->config.wishes.n = WISH_RULES_MAX + 1;
	scene_configure(scene);
	ask(fd, 2, ASK_HOUR, 0);

	expect_wish(scene, 2, 0, 0);
	close(fd);
}

/* ---- what comes at once ---- */

/* The rules of one UPDATE come at once; the last says that it is. */
static void
last_rule_of_an_update_says_so(void **state)
{
	struct scene *scene = *state;
	int fd = scene_establish(scene);

	send_many(fd, 2, 3);
	announce_says(scene, 2, 1);
	announce_says(scene, 4, 1);
	announce_says(scene, 6, 0);
	withdraw_many(fd, 2, 2);
	withdraw_says(scene, 2, 1);
	withdraw_says(scene, 4, 0);
	close(fd);
}

/* What comes in place of what goes is announced with it. */
static void
replacement_comes_at_once(void **state)
{
	struct scene *scene = *state;
	uint8_t octets[(size_t)2 * MESSAGE_MAX];
	size_t len;
	int fd = scene_establish(scene);

	send_many(fd, 2, 1);
	announce_says(scene, 2, 0);
	len = customer_update(octets, 2, 0, true);
	len += customer_update(&octets[len], 4, 0, false);
	peer_send(fd, octets, len);

	withdraw_says(scene, 2, 1);
	announce_says(scene, 4, 0);
	close(fd);
}

/* The guard hears of n rules; the last of them. */
static uint8_t
hear_many(struct scene *scene, unsigned n)
{
	struct msg_rule_announce *msg;
	uint8_t more = 1;

	while (n-- > 0) {
		msg = scene_expect(&scene->guard, MSG_RULE_ANNOUNCE);
		more = msg->more;
		free(msg);
	}
	return more;
}

/* However many come, and although more come at once than their pace allows, the
 * last that is told never promises another. */
static void
flood_ends_without_a_promise(void **state)
{
	/* Others make it another announcement. */
	static const uint32_t communities[][2] = { { 0 }, { OTHER },
		{ OTHER, OTHER + 1 } };
	struct scene *scene = *state;
	uint8_t octets[MESSAGE_MAX];
	int fd;

	scene->config.max_received = 500; /* 1000 at once */
	fd = scene_establish(scene);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 5; i++)
			peer_send(fd, octets,
			    build(
				octets, 2 + 200 * i, 100, communities[round]));
		assert_int_equal(hear_many(scene, 500), 0);
	}
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wish_is_told_with_the_rule),
		TEST(unknown_wish_is_none),
		TEST(other_wishes_are_asked_for_again),
		TEST(same_wishes_are_not_asked_for_again),
		TEST(hostile_wishes_are_refused),
		TEST(last_rule_of_an_update_says_so),
		TEST(replacement_comes_at_once),
		TEST(flood_ends_without_a_promise),
	};

	return cmocka_run_group_tests_name("session wish", tests, NULL, NULL);
}
