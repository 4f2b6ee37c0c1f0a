/* SPDX-License-Identifier: BSD-2-Clause */
/* A rule after which a session is lost twice is kept out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene_unicast.h"
#include "tests/lib/guard_steps.h"

#define BAD  "10.1.0.1/32"
#define GOOD "10.1.0.2/32"

/* acme's breaker is on; a rule of it has stood for long. */
static struct scene *
with_breaker(bool on)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	scene->customers[0].flap_breaker = on;
	scene->customers[1].flap_breaker = on;
	scene_start(scene);
	session_announce(acme, GOOD, 0);
	session_mark(acme, MARK_COMPLETE);
	scene_settle(scene);
	return scene;
}

/* It went active so long ago that no loss is its fault. */
static void
age(struct scene_session *session, const char *dst)
{
	step_rule(session, dst)->active_ms -= GUARD_FLAP_MS + 1;
}

static void
lose(struct scene_session *session)
{
	session_down(session, DOWN_LOST);
	scene_settle(session->scene);
}

static void
come_back(struct scene_session *session, const char *dst)
{
	session_up(session);
	session_announce(session, dst, 0);
	scene_settle(session->scene);
}

/* The session is back without it, and it is announced anew: active again. */
static void
come_back_and_anew(struct scene_session *session, const char *dst)
{
	session_up(session);
	session_announce(session, GOOD, 0);
	session_withdraw(session, dst);
	scene_settle(session->scene);
	session_announce(session, dst, 0);
	scene_settle(session->scene);
}

/* Active, lost; active again, lost. */
static struct scene *
with_broken_rule(bool on)
{
	struct scene *scene = with_breaker(on);
	struct scene_session *acme = &scene->sessions[0];

	age(acme, GOOD);
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	lose(acme);
	assert_true(
	    session_rule_is(acme, BAD, STATE_LINGERING, REASON_SESSION_LOST));
	assert_int_equal(scene->routers[0].n, 2);
	come_back_and_anew(acme, BAD);
	age(acme, GOOD);
	lose(acme);
	return scene;
}

static bool
is_kept_out(const struct scene *scene)
{
	const struct rib_rule *rule = scene_known(&scene->sessions[0], BAD);

	return rule != NULL && rule->reason == REASON_FLAP &&
	       router_holds(&scene->routers[0], BAD) == NULL;
}

/* Out, on record; and out it stays however it is announced, until an operator
 * releases it. */
static void
two_losses_keep_it_out(void **state)
{
	struct scene *scene = with_broken_rule(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	assert_true(is_kept_out(scene));
	assert_int_equal(step_rule(acme, BAD)->state, STATE_QUARANTINED);
	assert_non_null(router_holds(&scene->routers[0], GOOD));
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_FLAP), 1);
	come_back(acme, BAD);
	assert_true(is_kept_out(scene));
	session_announce(acme, BAD, 9000);
	scene_settle(scene);
	assert_true(is_kept_out(scene));
	session_withdraw(acme, BAD);
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	assert_true(is_kept_out(scene));

	step_no_id(scene, CTL_RELEASE, step_rule(acme, GOOD)->id);
	step_do_id(scene, CTL_RELEASE, step_rule(acme, BAD)->id);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	/* It is suspected of nothing any more. */
	lose(acme);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	scene_free(scene);
}

/* A new guard knows it; panic and resume let it in no more than that. */
static void
over_a_restart(void **state)
{
	struct scene *scene = with_broken_rule(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	come_back(acme, BAD);
	for (unsigned i = 0; i < 2; i++) {
		step_restart(scene);
		assert_true(is_kept_out(scene));
	}
	step_do(scene, CTL_PANIC, "");
	step_do(scene, CTL_RESUME, "");
	assert_true(is_kept_out(scene));
	scene->customers[0].max_rules = 900;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_true(is_kept_out(scene));
	step_do_id(scene, CTL_RELEASE, step_rule(acme, BAD)->id);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	step_restart(scene);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	scene_free(scene);
}

/* One loss, or two of which one was long after: it lingers. */
static void
one_loss_lingers(void **state)
{
	struct scene *scene = with_breaker(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	lose(acme);
	come_back(acme, BAD);
	session_announce(acme, GOOD, 0);
	scene_settle(scene);
	age(acme, BAD);
	age(acme, GOOD);
	lose(acme);
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(
	    session_rule_is(acme, BAD, STATE_LINGERING, REASON_SESSION_LOST));
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, REASON_FLAP), 0);
	scene_free(scene);
}

/* The attack that a rule fights may cut the session again and again: as long as
 * the rule lingers it never goes active anew. */
static void
lingering_is_no_activation(void **state)
{
	struct scene *scene = with_breaker(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	lose(acme);
	for (unsigned i = 0; i < 3; i++) {
		come_back(acme, BAD);
		age(acme, BAD);
		lose(acme);
	}
	assert_true(
	    session_rule_is(acme, BAD, STATE_LINGERING, REASON_SESSION_LOST));
	assert_non_null(router_holds(&scene->routers[0], BAD));
	scene_free(scene);
}

/* A Cease on purpose is nobody's fault. */
static void
cease_does_not_count(void **state)
{
	struct scene *scene = with_breaker(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		session_announce(acme, BAD, 0);
		scene_settle(scene);
		assert_non_null(router_holds(&scene->routers[0], BAD));
		session_down(acme, DOWN_CEASED);
		scene_settle(scene);
		session_up(acme);
	}
	come_back(acme, BAD);
	lose(acme);
	assert_non_null(router_holds(&scene->routers[0], BAD));
	scene_free(scene);
}

/* Where the breaker is off, rules linger however often. */
static void
breaker_is_off(void **state)
{
	struct scene *scene = with_broken_rule(false);

	(void)state;
	assert_int_equal(scene->routers[0].n, 2);
	assert_true(session_rule_is(
	    &scene->sessions[0], BAD, STATE_LINGERING, REASON_SESSION_LOST));
	scene_free(scene);
}

static void
router_tell(struct scene_router *router, bool up)
{
	struct msg_session_state msg = { .head.kind = MSG_SESSION_STATE,
		.peer = router->peer,
		.state = up ? BGP_ESTABLISHED : BGP_IDLE,
		.up = up,
		.down = up ? DOWN_NONE : DOWN_LOST };

	assert_int_equal(
	    channel_send(router->channel, &msg, sizeof(msg), -1), 0);
	channel_flush(router->channel);
	scene_settle(router->scene);
}

/* A router that is lost twice points at it likewise. */
static void
two_inward_losses(void **state)
{
	struct scene *scene = with_breaker(true);
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	age(acme, GOOD);
	session_announce(acme, BAD, 0);
	scene_settle(scene);
	router_tell(&scene->routers[0], false);
	assert_int_equal(step_rule(acme, BAD)->state, STATE_ACCEPTED);
	router_tell(&scene->routers[0], true);
	router_tell(&scene->routers[0], false);
	router_tell(&scene->routers[0], true);
	assert_true(is_kept_out(scene));
	assert_non_null(router_holds(&scene->routers[0], GOOD));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_losses_keep_it_out),
		cmocka_unit_test(over_a_restart),
		cmocka_unit_test(one_loss_lingers),
		cmocka_unit_test(lingering_is_no_activation),
		cmocka_unit_test(cease_does_not_count),
		cmocka_unit_test(breaker_is_off),
		cmocka_unit_test(two_inward_losses),
	};

	return cmocka_run_group_tests_name("flap breaker", tests, NULL, NULL);
}
