/* SPDX-License-Identifier: BSD-2-Clause */
/* sluice route: the unicast view of a prefix and the rules that rest on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/check.h"
#include "tests/lib/guard_scene_unicast.h"

static void
mixed(struct scene *scene)
{
	(void)scene_feed_add(scene);
	scene->sessions[0].families = FAMILY_ALL;
}

/* acme's own route, two feeds' for the same prefix, a more-specific through
 * itself and one through another AS. */
static struct scene *
with_routes(void)
{
	struct scene *scene = scene_with_feed(mixed);
	struct scene_session *acme = &scene->sessions[0];
	struct route_facts longer = scene_facts(64998, 64999);
	struct prefix prefix;

	feed_up(&scene->feeds[1]);
	assert_int_equal(prefix_parse("10.1.0.0/16", &prefix), 0);
	feed_route_facts(&scene->feeds[1], &prefix, &longer);
	session_route(acme, "10.1.0.0/16");
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.64.1/32", 0);
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	feed_route(scene->feeds, "10.1.64.0/24", scene_asn(0));
	feed_route(scene->feeds, "10.1.128.0/24", 64999);
	scene_settle(scene);
	return scene;
}

static void
ask(struct scene *scene, const char *prefix)
{
	control_ask_prefix(scene, CTL_ROUTE, prefix);
	scene_settle(scene);
	assert_true(scene->ended);
	for (size_t i = 0; i < scene->n_paths; i++)
		assert_true(check_ctl_route(&scene->paths[i]));
}

static void
check_path(const struct msg_ctl_route *path, enum ctl_route_kind kind,
    const char *prefix, const char *source)
{
	char text[PREFIX_TEXT_MAX];

	assert_int_equal(path->kind, kind);
	assert_string_equal(
	    prefix_print(&path->prefix, text, sizeof(text)), prefix);
	assert_string_equal(path->source, source);
}

/* All paths, the best first and why; more-specifics of other ASes; the rules
 * at, above and below. */
static void
paths_and_rules(void **state)
{
	struct scene *scene = with_routes();

	(void)state;
	ask(scene, "10.1.0.0/16");
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->n_paths, 4);
	check_path(
	    &scene->paths[0], CTL_ROUTE_PATH, "10.1.0.0/16", "192.0.2.1");
	assert_string_equal(scene->paths[0].customer, "acme");
	assert_int_equal(scene->paths[0].external, 1);
	assert_int_equal(scene->paths[0].known, 1);
	assert_int_equal(scene->paths[0].peer_asn, scene_asn(0));
	assert_string_equal(
	    scene->paths[0].why, route_step_name(ROUTE_STEP_EXTERNAL));
	check_path(&scene->paths[1], CTL_ROUTE_PATH, "10.1.0.0/16", "peer200");
	assert_int_equal(scene->paths[1].external, 0);
	assert_string_equal(scene->paths[1].customer, "");
	assert_int_equal(scene->paths[1].peer_asn, SCENE_ASN);
	assert_string_equal(
	    scene->paths[1].why, route_step_name(ROUTE_STEP_EXTERNAL));
	check_path(&scene->paths[2], CTL_ROUTE_PATH, "10.1.0.0/16", "peer201");
	assert_int_equal(scene->paths[2].facts.neighbor_as, 64998);
	assert_string_equal(
	    scene->paths[2].why, route_step_name(ROUTE_STEP_PATH_LENGTH));
	check_path(
	    &scene->paths[3], CTL_ROUTE_MORE, "10.1.128.0/24", "peer200");
	assert_int_equal(scene->n_rows, 2);
	scene_free(scene);
}

/* An address: its best match, and the rules that rest on that. */
static void
address_inside(void **state)
{
	struct scene *scene = with_routes();

	(void)state;
	ask(scene, "10.1.64.9/32");
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->n_paths, 1);
	check_path(&scene->paths[0], CTL_ROUTE_PATH, "10.1.64.0/24", "peer200");
	assert_string_equal(
	    scene->paths[0].why, route_step_name(ROUTE_STEP_ONLY));
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(scene->rows[0].state, STATE_ACCEPTED);
	scene_free(scene);
}

/* Nothing covers it: the answer is no, and says so; what lies inside and leads
 * anywhere is shown, and the rules. */
static void
no_route(void **state)
{
	struct scene *scene = with_routes();

	(void)state;
	ask(scene, "10.77.0.0/24");
	assert_int_equal(scene->end.exit_code, 1);
	assert_string_equal(scene->end.text, "no unicast route covers it");
	assert_int_equal(scene->n_paths, 0);
	assert_int_equal(scene->n_rows, 0);
	ask(scene, "10.0.0.0/8");
	assert_int_equal(scene->end.exit_code, 1);
	assert_int_equal(scene->n_paths, 4);
	assert_int_equal(scene->paths[0].kind, CTL_ROUTE_MORE);
	assert_int_equal(scene->n_rows, 3);
	ask(scene, "2001:db8::/32");
	assert_int_equal(scene->end.exit_code, 1);
	scene_free(scene);
}

/* A lost session's route is shown as stale; a view that is not complete as
 * such. */
static void
stale_and_unknown(void **state)
{
	struct scene *scene = with_routes();

	(void)state;
	session_down(&scene->sessions[0], DOWN_LOST);
	feed_down(&scene->feeds[0]);
	scene_settle(scene);
	ask(scene, "10.1.0.0/16");
	assert_int_equal(scene->n_paths, 2);
	check_path(&scene->paths[0], CTL_ROUTE_PATH, "10.1.0.0/16", "peer201");
	assert_int_equal(scene->paths[0].known, 0);
	check_path(
	    &scene->paths[1], CTL_ROUTE_PATH, "10.1.0.0/16", "192.0.2.1");
	assert_int_equal(scene->paths[1].stale, 1);
	assert_string_equal(
	    scene->paths[1].why, route_step_name(ROUTE_STEP_STALE));
	scene_free(scene);
}

/* More more-specifics than are shown are counted. */
static void
many_more_specifics(void **state)
{
	struct scene *scene = with_routes();
	struct route_facts alien = scene_facts(64999, 64999);

	(void)state;
	feed_many(&scene->feeds[0], 0x0a01c000u, 150, 1, &alien);
	scene_settle(scene);
	ask(scene, "10.1.0.0/16");
	assert_int_equal(scene->end.exit_code, 0);
	assert_int_equal(scene->n_paths, 3 + 100);
	assert_string_equal(
	    scene->end.text, "51 more-specific routes are not shown");
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_and_rules),
		cmocka_unit_test(address_inside),
		cmocka_unit_test(no_route),
		cmocka_unit_test(stale_and_unknown),
		cmocka_unit_test(many_more_specifics),
	};

	return cmocka_run_group_tests_name("route is shown", tests, NULL, NULL);
}
