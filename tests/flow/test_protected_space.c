/* SPDX-License-Identifier: BSD-2-Clause */
/* Protected packets, shared space, and classes that wait for a person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/rule_text.h"
#include "tests/lib/guard_scene_unicast.h"

#define DNS "10.1.0.53/32"

static void
announce(struct scene *scene, size_t session, const char *text)
{
	struct rule_text_error error;
	struct action_set actions;
	struct rule rule;

	assert_int_equal(rule_parse(text, &rule, &actions, &error), 0);
	session_announce_rule(
	    &scene->sessions[session], &rule, &actions, REASON_ACCEPTED);
}

static bool
is(struct scene *scene, size_t session, const char *dst, enum state state,
    enum reason reason)
{
	return session_rule_is(&scene->sessions[session], dst, state, reason);
}

/* The dry run says what the reload takes out, and changes nothing. */
static void
check_reload(struct scene *scene, enum reason reason, uint32_t withdrawn)
{
	size_t stood = scene->routers[0].n;

	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, withdrawn);
	assert_int_equal(scene->n_rows, withdrawn);
	assert_int_equal(scene->rows[0].reason, reason);
	assert_int_equal(scene->routers[0].n, stood);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, withdrawn);
	assert_int_equal(scene->routers[0].n, stood - withdrawn);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_REVOCATION, reason), withdrawn);
}

/* What comes under protection by a reload takes out what meets it, by any of
 * its packets, and comes back without it. */
static void
reload_protects(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	session_announce(&scene->sessions[0], DNS, 0);
	session_announce(&scene->sessions[0], "10.1.0.0/26", 0);
	session_announce(&scene->sessions[0], "10.1.0.64/26", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	(void)scene_protect(scene, "dns", DNS);
	check_reload(scene, REASON_PROTECTED, 2);
	assert_true(
	    disk_says(disk_last(&scene->store, ENTRY_REVOCATION, DNS), "dns"));

	scene->n_protected = 0;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* Only some packets of a host: a rule beside them passes. */
static void
by_packets(void **state)
{
	struct scene *scene = scene_prepare();
	struct rule *rule = scene_protect(scene, "dns", DNS);

	(void)state;
	rule->n_terms = 1;
	rule->terms[0] = (struct rule_term){
		.type = RULE_DST_PORT, .op = RULE_OP_EQ, .value = 53
	};
	rule_canonical(rule);
	scene_start(scene);
	announce(scene, 0,
	    "match destination 10.1.0.53/32 destination-port =80 "
	    "then discard");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	announce(scene, 0,
	    "match destination 10.1.0.53/32 destination-port >=50&<=60 "
	    "then discard");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(
	    disk_count(&scene->store, ENTRY_VERDICT, REASON_PROTECTED), 1);
	scene_free(scene);
}

/* From a reload on, nobody names another customer's space as a source. */
static void
reload_protects_customers(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	announce(scene, 0,
	    "match destination 10.1.0.1/32 source 10.2.0.0/24 then discard");
	announce(scene, 0,
	    "match destination 10.1.0.1/32 source 10.1.0.0/24 then discard");
	announce(scene, 0,
	    "match destination 10.1.0.1/32 source 198.51.100.0/24 "
	    "then discard");
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene->fleet.protect_customers = 1;
	check_reload(scene, REASON_CUSTOMER_SOURCE, 1);
	scene_free(scene);
}

/* Peers' addresses are protected from all others. */
static void
neighbours_are_protected(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].prefixes[1] = "192.0.2.0/24";
	scene_start(scene);
	session_announce(&scene->sessions[0], "192.0.2.2/32", 0);   /* bolt's */
	session_announce(&scene->sessions[0], "192.0.2.100/32", 0); /* rr */
	session_announce(&scene->sessions[0], "192.0.2.1/32", 0);   /* acme's */
	announce(scene, 0,
	    "match destination 192.0.2.1/32 protocol =17 then discard");
	scene_settle(scene);
	assert_true(
	    is(scene, 0, "192.0.2.2/32", STATE_REFUSED, REASON_PROTECTED));
	assert_true(
	    is(scene, 0, "192.0.2.100/32", STATE_REFUSED, REASON_PROTECTED));
	assert_true(
	    is(scene, 0, "192.0.2.1/32", STATE_REFUSED, REASON_OWN_SESSION));
	assert_int_equal(scene->routers[0].n, 1);
	scene_free(scene);
}

/* ---- shared space ---- */

static struct scene *
sharing(void)
{
	struct scene *scene = scene_prepare();

	scene->customers[0].shared = true;
	scene->customers[1].shared = true;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.9.0.0/25", 0);
	scene_settle(scene);
	return scene;
}

/* It would come before another owner's and take its packets: held, until a
 * person lets it in. */
static void
shadow_is_held(void **state)
{
	struct scene *scene = sharing();

	(void)state;
	session_announce(&scene->sessions[1], "10.9.0.1/32", 9600);
	scene_settle(scene);
	assert_true(is(scene, 1, "10.9.0.1/32", STATE_HELD, REASON_SHADOWS));
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(disk_says(
	    disk_last(&scene->store, ENTRY_VERDICT, "10.9.0.1/32"), "acme"));
	control_ask(scene, CTL_APPROVE,
	    scene_known(&scene->sessions[1], "10.9.0.1/32")->id);
	scene_settle(scene);
	assert_true(
	    is(scene, 1, "10.9.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* Behind it, beside it, or one's own: nobody's packets are taken. */
static void
what_is_no_shadow(void **state)
{
	struct scene *scene = sharing();

	(void)state;
	session_announce(&scene->sessions[0], "10.9.0.1/32", 0);
	scene_settle(scene);
	session_announce(&scene->sessions[1], "10.9.0.128/25", 0);
	announce(scene, 1,
	    "match destination 10.9.0.2/32 then discard"); /* before */
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	assert_true(is(scene, 1, "10.9.0.2/32", STATE_HELD, REASON_SHADOWS));
	assert_true(
	    is(scene, 0, "10.9.0.1/32", STATE_ACCEPTED, REASON_ACCEPTED));
	scene_free(scene);
}

/* ---- classes ---- */

/* Of this class a person releases each; what does not meet it passes. */
static void
class_is_held(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	(void)scene_class_add(scene, 0, CLASS_HELD, "10.1.1.0/24");
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.1.1/32", 0);
	session_announce(&scene->sessions[0], "10.1.2.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_true(is(scene, 0, "10.1.1.1/32", STATE_HELD, REASON_APPROVAL));
	control_ask(scene, CTL_APPROVE,
	    scene_known(&scene->sessions[0], "10.1.1.1/32")->id);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 2);
	scene_free(scene);
}

/* Wide ones inside it are approved beforehand; others wait as ever. */
static void
class_is_approved(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	(void)scene_class_add(scene, 0, CLASS_APPROVED, "10.1.8.0/21");
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.9.0/24", 0);
	session_announce(&scene->sessions[0], "10.1.1.0/24", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_non_null(router_holds(&scene->routers[0], "10.1.9.0/24"));
	assert_true(is(scene, 0, "10.1.1.0/24", STATE_HELD, REASON_WIDE));

	/* The class is gone: what stood by it goes. */
	scene->n_classes = 0;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 0);
	assert_true(is(scene, 0, "10.1.9.0/24", STATE_HELD, REASON_WIDE));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reload_protects),
		cmocka_unit_test(by_packets),
		cmocka_unit_test(reload_protects_customers),
		cmocka_unit_test(neighbours_are_protected),
		cmocka_unit_test(shadow_is_held),
		cmocka_unit_test(what_is_no_shadow),
		cmocka_unit_test(class_is_held),
		cmocka_unit_test(class_is_approved),
	};

	return cmocka_run_group_tests_name(
	    "protected space", tests, NULL, NULL);
}
