/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guard hears of a customer at once: the order, and which messages
 * promise another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/session/session.h"
#include "tests/lib/small_rule.h"

#define HEARD_MAX 130000u

/* A session of which only this part lives. */
struct scene {
	struct session session;
	int fd; /* the guard's end */
	size_t n_heard;
	char heard[HEARD_MAX]; /* see hear() */
	size_t n_octets;
	_Alignas(8) uint8_t octets[1u << 18];
};

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	(void)ctx;
	(void)head;
	(void)fd;
}

static void
on_closed(void *ctx)
{
	(void)ctx;
}

static void
on_room(void *ctx)
{
	struct scene *scene = ctx;

	tell_run(&scene->session);
	channel_flush(scene->session.guard);
}

static int
setup(void **state)
{
	static const struct channel_ops ops = {
		.on_message = on_message,
		.on_closed = on_closed,
		.on_room = on_room,
	};
	static const uint8_t key[HASH_KEY_LEN] = "a key";
	struct scene *scene = calloc(1, sizeof(*scene));
	struct session *session;
	int fds[2];

	assert_non_null(scene);
	session = &scene->session;
	session->loop = loop_new();
	assert_non_null(session->loop);
	assert_int_equal(channel_pair(fds), 0);
	scene->fd = fds[1];
	session->guard =
	    channel_open(session->loop, fds[0], PUMP_BUFFER, &ops, scene);
	session->in = adj_in_new(key);
	session->routes = routes_in_new(key);
	assert_non_null(session->guard);
	assert_non_null(session->in);
	assert_non_null(session->routes);
	adj_in_limit(session->in, 100000);
	routes_in_limit(session->routes, 100000);
	assert_int_equal(tell_init(session), 0);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;
	struct session *session = &scene->session;

	tell_fini(session);
	adj_in_free(session->in);
	routes_in_free(session->routes);
	channel_close(session->guard);
	close(scene->fd);
	loop_free(session->loop);
	free(scene);
	return 0;
}

/* ---- what is due ---- */

static void
set_tokens(struct session *session, struct pace *pace, uint32_t tokens)
{
	pace_limit(pace, 100000);
	pace_fill(pace, loop_now_ms(session->loop));
	pace->tokens = (uint64_t)tokens * 1000;
}

/* Rule n is withdrawn. */
static void
withdraw(struct session *session, unsigned n)
{
	struct rule rule;

	small_rule(n, &rule);
	adj_in_withdraw(session->in, &rule);
}

static void
announce(struct session *session, unsigned n)
{
	const struct action_set actions = small_action(1);
	struct rule rule;
	const struct adj_in_route route = {
		.rule = &rule,
		.actions = &actions,
		.family = FAMILY_IPV4_FLOWSPEC,
	};

	small_rule(2 * n, &rule);
	assert_int_equal(
	    adj_in_announce(session->in, &route, false), ADJ_IN_CHANGED);
}

static void
announce_route(struct session *session, unsigned n)
{
	const struct prefix prefix = {
		.afi = AFI_IPV4,
		.len = 24,
		.addr = { 10, 0, (uint8_t)n },
	};
	const struct route_facts facts = { .med = n };

	assert_int_equal(
	    routes_in_announce(session->routes, &prefix, &facts, false),
	    ROUTES_IN_CHANGED);
}

/* ---- what is heard ---- */

static void
note(struct scene *scene, char kind, unsigned more)
{
	assert_true(scene->n_heard + 2 < HEARD_MAX);
	scene->heard[scene->n_heard++] = kind;
	if (kind != 'R')
		scene->heard[scene->n_heard++] = more != 0 ? '+' : '.';
	scene->heard[scene->n_heard] = '\0';
}

static void
note_message(struct scene *scene, const void *msg)
{
	const struct msg_head *head = msg;
	const struct msg_rule_withdraw *withdrawal = msg;
	const struct msg_rule_announce *announcement = msg;

	if (head->kind == MSG_RULE_WITHDRAW)
		note(scene, 'W', withdrawal->more);
	else if (head->kind == MSG_RULE_ANNOUNCE)
		note(scene, 'A', announcement->more);
	else if (head->kind == MSG_UNICAST)
		note(scene, 'R', 0);
	else
		fail();
}

/* Take whole messages from what has come; false when nothing came. */
static bool
hear(struct scene *scene)
{
	size_t at = 0;
	ssize_t n;

	n = recv(scene->fd, &scene->octets[scene->n_octets],
	    sizeof(scene->octets) - scene->n_octets, MSG_DONTWAIT);
	if (n <= 0)
		return false;
	scene->n_octets += (size_t)n;
	while (scene->n_octets - at >= sizeof(struct msg_head)) {
		const struct msg_head *head = (void *)&scene->octets[at];

		if (head->len > scene->n_octets - at)
			break;
		note_message(scene, head);
		at += head->len;
	}
	scene->n_octets -= at;
	memmove(scene->octets, &scene->octets[at], scene->n_octets);
	return true;
}

/* One pass, and the guard hears all of it. */
static void
tell(struct scene *scene)
{
	tell_run(&scene->session);
	do
		channel_flush(scene->session.guard);
	while (hear(scene));
}

/* ---- one pass ---- */

struct row {
	const char *name;
	unsigned withdrawals;
	unsigned routes; /* each in a message of its own */
	unsigned announces;
	uint32_t tokens; /* of rules */
	uint32_t route_tokens;
	const char *heard; /* R: a route; W, A: + another follows */
};

static const struct row rows[] = {
	{ "nothing_is_nothing", 0, 0, 0, 9, 9, "" },
	{ "one_withdrawal", 1, 0, 0, 9, 9, "W." },
	{ "withdrawals_follow", 3, 0, 0, 9, 9, "W+W+W." },
	{ "one_announcement", 0, 0, 1, 9, 9, "A." },
	{ "announcements_follow", 0, 0, 3, 9, 9, "A+A+A." },
	{ "replacement_follows", 2, 0, 2, 9, 9, "W+W+A+A." },
	{ "withdrawals_need_no_token", 2, 0, 0, 0, 0, "W+W." },
	{ "replacement_without_a_token", 2, 0, 2, 0, 9, "W+W." },
	{ "last_token_promises_nothing", 1, 0, 3, 2, 9, "W+A+A." },
	{ "routes_may_take_long", 2, 2, 2, 9, 9, "W+W.RRA+A." },
	{ "routes_without_tokens", 2, 2, 2, 9, 1, "W+W.R" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* No pass ends with a promise. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct scene *scene;
	void *made = NULL;

	assert_int_equal(setup(&made), 0);
	scene = made;
	set_tokens(&scene->session, &scene->session.pace, row->tokens);
	set_tokens(
	    &scene->session, &scene->session.route_pace, row->route_tokens);
	for (unsigned i = 0; i < row->announces; i++)
		announce(&scene->session, i);
	for (unsigned i = 0; i < row->routes; i++)
		announce_route(&scene->session, i);
	for (unsigned i = 0; i < row->withdrawals; i++)
		withdraw(&scene->session, 2 * (1000 + i));

	tell(scene);

	assert_string_equal(scene->heard, row->heard);
	(void)teardown(&made);
}

/* ---- passes without room ---- */

#define MANY    60000u /* more than a socket takes */
#define WAIT_MS 20000u

static void
on_readable(void *ctx, int events)
{
	struct scene *scene = ctx;

	(void)events;
	(void)hear(scene);
	if (scene->n_heard == 2 * MANY)
		loop_stop(scene->session.loop);
}

static void
on_late(void *ctx)
{
	struct scene *scene = ctx;

	loop_stop(scene->session.loop);
}

/* What finds no room in the channel follows later, as was promised. */
static void
promise_is_kept_when_there_is_room(void **state)
{
	struct scene *scene = *state;
	struct loop *loop = scene->session.loop;
	struct watch *watch = watch_new(loop, scene->fd, on_readable, scene);
	struct timer *late = timer_new(loop, on_late, scene);

	set_tokens(&scene->session, &scene->session.pace, MANY + 1);
	for (unsigned i = 0; i < MANY; i++)
		announce(&scene->session, i);

	tell_run(&scene->session);
	assert_true(adj_in_next(scene->session.in, &(struct adj_in_item){ 0 }));
	channel_flush(scene->session.guard);
	watch_set(watch, WATCH_READ);
	timer_start(late, WAIT_MS, 0);
	loop_run(loop);

	assert_int_equal(scene->n_heard, 2 * MANY);
	for (size_t i = 0; i + 1 < MANY; i++)
		assert_int_equal(scene->heard[2 * i + 1], '+');
	assert_int_equal(scene->heard[2 * MANY - 1], '.');
	timer_free(late);
	watch_free(watch);
}

int
main(void)
{
	struct CMUnitTest tests[ROWS] = { 0 };
	const struct CMUnitTest others[] = {
		cmocka_unit_test_setup_teardown(
		    promise_is_kept_when_there_is_room, setup, teardown),
	};
	int failed;

	for (size_t i = 0; i < ROWS; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check_row;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	failed = cmocka_run_group_tests_name("tell", tests, NULL, NULL);
	return failed +
	       cmocka_run_group_tests_name("tell, room", others, NULL, NULL);
}
