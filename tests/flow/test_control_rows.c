/* SPDX-License-Identifier: BSD-2-Clause */
/* Long answers are given in pieces while the rules come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

#define MANY 3000

static struct scene *
with_many(void)
{
	struct scene *scene = scene_prepare();
	char dst[PREFIX_TEXT_MAX];

	scene->customers[0].max_rules = MANY;
	scene_start(scene);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(
		    dst, sizeof(dst), "10.1.%u.%u/32", i / 250, i % 250);
		session_announce(&scene->sessions[0], dst, 0);
		if (i % 500 == 0)
			scene_settle(scene);
	}
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, MANY);
	return scene;
}

static void
stall(struct scene *scene, bool stalled)
{
	scene->control_stalled = stalled;
	channel_pause(scene->control, stalled);
}

/* All of them, once. */
static void
all_rows_come(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	assert_true(scene->ended);
	assert_int_equal(scene->n_rows, MANY);
	for (size_t i = 1; i < scene->n_rows; i++)
		assert_true(scene->rows[i].id > scene->rows[i - 1].id);
	scene_free(scene);
}

/* The client does not read, and meanwhile every rule is withdrawn: the answer
 * steps over those that are gone, and ends. */
static void
rules_vanish_meanwhile(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	stall(scene, true);
	control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	assert_true(scene->guard->answers[0].busy);
	session_down(&scene->sessions[0], DOWN_CEASED);
	scene_settle(scene);
	assert_int_equal(scene->guard->in.n_rules, 0);
	stall(scene, false);
	scene_settle(scene);
	assert_true(scene->ended);
	assert_true(scene->n_rows > 0 && scene->n_rows < MANY);
	assert_false(scene->guard->answers[0].busy);
	scene_free(scene);
}

/* A short question is answered while a long answer is stuck: it has room. */
static void
short_answers_have_room(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	stall(scene, true);
	control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	control_ask(scene, CTL_STATUS, 0);
	scene_settle(scene);
	stall(scene, false);
	scene_settle(scene);
	assert_int_equal(scene->status.rules, MANY);
	assert_int_equal(scene->status.by_state[STATE_ACCEPTED], MANY);
	assert_int_equal(scene->status.sessions_up, 2);
	assert_int_equal(scene->status.inward_up, 1);
	assert_int_equal(scene->status.out, MANY);
	assert_int_equal(scene->n_rows, MANY);
	scene_free(scene);
}

/* A dry run that would end them all says how many it listed, and ends. */
static void
dry_run_of_many_ends(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	scene->customers[0].prefixes[0] = NULL;
	scene->customers[0].mode = CUSTOMER_OFF;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, MANY);
	assert_true(scene->ended);
	assert_true(scene->n_rows > 100);
	assert_int_equal(scene->routers[0].n, MANY);
	scene_free(scene);
}

/* An answer that finds no room at all is given when there is some. */
static void
answer_waits_for_room(void **state)
{
	struct scene *scene = scene_new();
	unsigned asked = 0;

	(void)state;
	stall(scene, true);
	while (scene->guard->n_ends == 0 && asked < 20000) {
		for (unsigned i = 0; i < GUARD_ENDS / 2; i++, asked++)
			control_ask(scene, CTL_RULE, 99);
		scene_settle(scene);
	}
	assert_in_range(scene->guard->n_ends, 1, GUARD_ENDS - 1);
	assert_int_not_equal(scene->end.request, scene->request);
	stall(scene, false);
	scene_settle(scene);
	assert_int_equal(scene->guard->n_ends, 0);
	assert_int_equal(scene->end.request, scene->request);
	scene_free(scene);
}

/* More long answers than the guard keeps: refused, not queued. */
static void
too_many_long_answers(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	stall(scene, true);
	for (unsigned i = 0; i <= GUARD_ANSWERS; i++)
		control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	stall(scene, false);
	scene_settle(scene);
	assert_int_equal(scene->n_rows, GUARD_ANSWERS * MANY);
	scene_free(scene);
}

/* The client goes in the middle. */
static void
client_goes(void **state)
{
	struct scene *scene = with_many();

	(void)state;
	stall(scene, true);
	control_ask(scene, CTL_RULES, 0);
	scene_settle(scene);
	scene_give_control(scene);
	scene_settle(scene);
	assert_false(scene->guard->answers[0].busy);
	control_ask(scene, CTL_SESSIONS, 0);
	scene_settle(scene);
	assert_int_equal(scene->sessions_shown, 3);
	scene_free(scene);
}

/* Explained: every check says its word; nothing changes. */
static void
explain_changes_nothing(void **state)
{
	struct scene *scene = scene_new();
	size_t entries = scene->store.durable;

	(void)state;
	control_explain(scene, "acme", "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(scene->rows[0].state, STATE_ACCEPTED);
	assert_int_equal(scene->checks, CHECK_COUNT - 1);

	control_explain(scene, "acme", "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(
	    scene->check[CHECK_OWNERSHIP].reason, REASON_NOT_REGISTERED);

	control_explain(scene, "nobody", "10.1.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(scene->n_rows, 0);
	assert_int_equal(scene->guard->in.n_rules, 0);
	assert_int_equal(scene->store.durable, entries);
	scene_free(scene);
}

/* A name that nobody has is a mistake, not an empty answer. */
static void
unknown_names_are_refused(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	control_ask_of(scene, CTL_RULES, "nobody");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	assert_string_equal(scene->end.text, "no such customer");
	control_ask_of(scene, CTL_SESSIONS, "nobody");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 1);
	control_ask_of(scene, CTL_RULES, "acme");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	control_ask_of(scene, CTL_SESSIONS, "acme");
	scene_settle(scene);
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->sessions_shown, 1);
	scene_free(scene);
}

/* acme's process ends after a session with one host, and the next has the
 * beginning of one with another; what is shown then. */
static void
succeed(struct scene *scene, uint8_t host, uint8_t next)
{
	struct scene_session *acme = &scene->sessions[0];

	acme->state.code = 6;
	acme->state.subcode = 4;
	acme->state.sent_last = 1;
	acme->state.remote =
	    (struct address){ .afi = AFI_IPV4, .addr = { 192, 0, 2, host } };
	(void)snprintf(acme->state.text, sizeof(acme->state.text),
	    "stopped: configuration changed");
	session_down(acme, DOWN_LOST);
	scene_settle(scene);
	session_die(acme);
	acme->state.state = BGP_CONNECT;
	if (next != 0)
		acme->state.remote = (struct address){ .afi = AFI_IPV4,
			.addr = { 192, 0, 2, next } };
	session_tell(acme);
	scene_settle(scene);
	control_ask_of(scene, CTL_SESSIONS, "acme");
	scene_settle(scene);
	assert_int_equal(scene->shown.state.up, 0);
	assert_int_equal(scene->shown.state.down, DOWN_NONE);
}

/* How a session ended is shown until its next one ends, whatever process that
 * is; whether it is up is the new one's word. */
static void
last_end_outlives_its_process(void **state)
{
	static const uint8_t next[] = { 0, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(next); i++) {
		struct scene *scene = scene_new();

		succeed(scene, 1, next[i]);
		assert_int_equal(scene->shown.state.code, 6);
		assert_int_equal(scene->shown.state.subcode, 4);
		assert_string_equal(
		    scene->shown.state.text, "stopped: configuration changed");
		scene_free(scene);
	}
}

/* But not as that of somebody else who has its place now. */
static void
last_end_is_not_its_successor_s(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	succeed(scene, 1, 2);
	assert_int_equal(scene->shown.state.code, 0);
	assert_string_equal(scene->shown.state.text, "");
	scene_free(scene);
}

/* One rule in full. */
static void
one_rule_in_full(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	scene_settle(scene);
	control_ask(scene, CTL_RULE,
	    scene_known(&scene->sessions[0], "10.1.0.1/32")->id);
	scene_settle(scene);
	assert_int_equal(scene->n_rows, 1);
	assert_true(scene->rows[0].announced);
	assert_true(scene->rows[0].durable);
	assert_int_equal(scene->rows[0].cost, 1);
	assert_string_equal(scene->rows[0].customer, "acme");
	assert_string_equal(scene->rows[0].neighbor, "192.0.2.1");
	assert_int_equal(scene->checks, CHECK_COUNT - 1);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_rows_come),
		cmocka_unit_test(rules_vanish_meanwhile),
		cmocka_unit_test(short_answers_have_room),
		cmocka_unit_test(dry_run_of_many_ends),
		cmocka_unit_test(answer_waits_for_room),
		cmocka_unit_test(too_many_long_answers),
		cmocka_unit_test(client_goes),
		cmocka_unit_test(explain_changes_nothing),
		cmocka_unit_test(unknown_names_are_refused),
		cmocka_unit_test(last_end_outlives_its_process),
		cmocka_unit_test(last_end_is_not_its_successor_s),
		cmocka_unit_test(one_rule_in_full),
	};

	return cmocka_run_group_tests_name("control rows", tests, NULL, NULL);
}
