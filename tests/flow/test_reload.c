/* SPDX-License-Identifier: BSD-2-Clause */
/* A new configuration: what it would do, and what it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/guard_scene.h"

static struct scene *
with_rules(void)
{
	struct scene *scene = scene_new();

	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.9.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.7.0.1/32", 0); /* foreign */
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	return scene;
}

/* A dry run lists what would end and why, and changes nothing. */
static void
dry_run_changes_nothing(void **state)
{
	struct scene *scene = with_rules();
	size_t entries = scene->store.durable;

	(void)state;
	scene->customers[0].prefixes[1] = NULL;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.ok, 1);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->result.kept, 2);
	assert_int_equal(scene->n_rows, 1);
	assert_int_equal(scene->rows[0].reason, REASON_NOT_REGISTERED);
	assert_int_equal(scene->rows[0].id,
	    scene_known(&scene->sessions[0], "10.9.0.1/32")->id);
	assert_true(scene->ended);
	assert_int_equal(scene->routers[0].n, 3);
	assert_int_equal(scene->store.durable, entries);
	scene_free(scene);
}

/* Applied, what no longer passes is revoked, under its id and on record. */
static void
lost_ground_is_revoked(void **state)
{
	struct scene *scene = with_rules();
	const struct rib_rule *rule =
	    scene_known(&scene->sessions[0], "10.9.0.1/32");
	const struct msg_entry *entry;

	(void)state;
	scene->customers[0].prefixes[1] = NULL;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 2);
	assert_int_equal(rule->state, STATE_REVOKED);
	entry = disk_last(&scene->store, ENTRY_REVOCATION, "10.9.0.1/32");
	assert_int_equal(entry->rule_id, rule->id);
	assert_int_equal(entry->reason, REASON_NOT_REGISTERED);
	assert_int_equal(entry->state, STATE_REVOKED);
	assert_int_equal(disk_live_count(&scene->store), 2);
	assert_non_null(disk_last(&scene->store, ENTRY_CONFIG, NULL));

	/* And passes again with the ground. */
	scene->customers[0].prefixes[1] = "10.9.0.0/16";
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(rule->state, STATE_ACCEPTED);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* What passes now is let in. */
static void
new_ground_promotes(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->customers[0].prefixes[1] = "10.0.0.0/8";
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 4);
	assert_int_equal(scene->result.kept, 3);
	scene_free(scene);
}

/* A dry run lists what would come in, too: what was held back by the mode,
 * and what was refused; and in the numbers of the real one. */
static void
dry_run_says_what_would_come_in(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene->customers[0].mode = CUSTOMER_MONITOR;
	scene_start(scene);
	session_announce(&scene->sessions[0], "10.1.0.1/32", 0);
	session_announce(&scene->sessions[0], "10.7.0.1/32", 0); /* foreign */
	session_announce(&scene->sessions[1], "10.2.0.1/32", 0);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	scene->customers[0].mode = CUSTOMER_ENFORCE;
	scene->customers[0].prefixes[1] = "10.7.0.0/16";
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	assert_int_equal(scene->result.admitted, 2);
	assert_int_equal(scene->result.kept, 1);
	assert_int_equal(scene->n_rows, 2);
	assert_int_equal(scene->rows[0].state, STATE_ACCEPTED);
	assert_string_equal(scene->end.text,
	    "0 rules would be withdrawn, 2 would newly go inward, 1 kept");
	assert_int_equal(scene->routers[0].n, 1);

	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	assert_int_equal(scene->result.admitted, 2);
	assert_int_equal(scene->result.kept, 1);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* Less room: as many end as must, the first seen stay; the dry run says the
 * same number. */
static void
less_room_ends_the_youngest(void **state)
{
	struct scene *scene = scene_new();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	session_announce(acme, "10.1.0.3/32", 0);
	scene_settle(scene);
	scene->customers[0].max_rules = 2;
	scene_configure(scene, CFG_DRY_RUN);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 1);
	assert_int_equal(scene->routers[0].n, 2);
	assert_null(router_holds(&scene->routers[0], "10.1.0.3/32"));

	/* More room: it comes back. */
	scene->customers[0].max_rules = 3;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 3);
	scene_free(scene);
}

/* A rule that was seen first and passes only now does not push out one that
 * stands. */
static void
newcomers_take_no_room(void **state)
{
	struct scene *scene = scene_prepare();
	struct scene_session *acme = &scene->sessions[0];

	(void)state;
	scene->customers[0].max_rules = 2;
	scene_start(scene);
	session_announce(acme, "10.7.0.1/32", 0); /* foreign */
	session_announce(acme, "10.1.0.1/32", 0);
	session_announce(acme, "10.1.0.2/32", 0);
	scene_settle(scene);
	scene->customers[0].prefixes[1] = "10.0.0.0/8";
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->result.withdrawn, 0);
	assert_non_null(router_holds(&scene->routers[0], "10.1.0.2/32"));
	assert_int_equal(
	    scene_known(acme, "10.7.0.1/32")->reason, REASON_QUOTA_RULES);
	scene_free(scene);
}

/* A customer that is no longer there: all of it ends, waiting or not, and
 * what its session still says is nothing. */
static void
removed_customer_ends(void **state)
{
	struct scene *scene = with_rules();
	struct scene_session *acme = &scene->sessions[0];
	const struct guard_customer *c =
	    scene->guard->peers[acme->peer]->customer;

	(void)state;
	session_announce(acme, "10.2.0.1/32", 9000); /* foreign, too */
	scene->customers[0].removed = true;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(scene->routers[0].n, 1);
	assert_int_equal(c->rules, 0);
	assert_int_equal(c->known, 0);
	session_announce(acme, "10.1.0.9/32", 0);
	scene_settle(scene);
	assert_int_equal(c->known, 0);
	channel_close(acme->channel);
	acme->channel = NULL;
	scene_settle(scene);
	assert_int_equal(scene->guard->in.n_rules, 1);
	scene_free(scene);
}

/* Other tags: the routers get the attributes anew, and no rule changes. */
static void
tags_change(void **state)
{
	struct scene *scene = with_rules();
	struct scene_router *rr = &scene->routers[0];

	(void)state;
	rr->withdrawn = 0;
	rr->attrs = 0;
	scene->customers[1].tag = 0x0102030405060708;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(rr->attrs, 2);
	assert_int_equal(rr->last_attrs.customer, 2);
	assert_int_equal(rr->last_attrs.n, 3);
	assert_memory_equal(
	    &rr->last_attrs.community[2].value[4], &scene->customers[1].tag, 8);
	assert_int_equal(rr->withdrawn, 0);
	assert_int_equal(rr->n, 3);
	scene_free(scene);
}

/* A router of a dialect that was not spoken before gets its own table; when
 * it is gone, nothing of it is left to stand in anybody's way. */
static void
dialect_comes_and_goes(void **state)
{
	struct scene *scene = with_rules();
	struct scene_router *frr;

	(void)state;
	frr = scene_router_add(scene, DIALECT_FRR);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	router_give(frr);
	session_announce(&scene->sessions[0], "10.1.0.5/32", 0);
	scene_settle(scene);
	assert_int_equal(frr->n, 4);
	assert_int_equal(scene->routers[0].n, 4);

	/* 2. It is strict now, as the other one: its cursor moves. */
	frr->emit = DIALECT_STRICT;
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_int_equal(frr->n, 4);
	assert_int_equal(scene->guard->out[DIALECT_FRR].n_entries, 0);

	/* 3. Replaced, and then another's: no ghost is in its way. */
	session_announce(&scene->sessions[0], "10.9.0.1/32", 9000);
	scene_settle(scene);
	session_announce(&scene->sessions[1], "10.9.0.1/32", 9000);
	scene_settle(scene);
	assert_int_equal(scene_known(&scene->sessions[1], "10.9.0.1/32")->state,
	    STATE_ACCEPTED);
	scene_free(scene);
}

/* A replacement whose verdict is not on disk when a configuration comes into
 * force: the old rule stands, the new one waits for the disk all the same. */
static void
reload_does_not_overtake_the_disk(void **state)
{
	struct scene *scene = with_rules();
	const struct scene_router *rr = &scene->routers[0];
	const struct action_set old = scene_rate(0);
	const struct action_set new = scene_rate(9000);

	(void)state;
	scene->store.lazy = true;
	session_announce(&scene->sessions[0], "10.1.0.1/32", 9000);
	scene_settle(scene);
	scene_configure(scene, CFG_APPLY);
	scene_settle(scene);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &old));
	scene->store.lazy = false;
	disk_commit(&scene->store);
	scene_settle(scene);
	assert_true(
	    action_equal(&router_holds(rr, "10.1.0.1/32")->actions, &new));
	scene_free(scene);
}

/* A dry run is never put in force, also by a guard that has nothing yet; and
 * purposes that nobody knows are refused. */
static void
dry_run_before_the_first_is_refused(void **state)
{
	struct scene *scene = scene_prepare();

	(void)state;
	scene_guard_start(scene);
	scene->boot_purpose = CFG_DRY_RUN;
	scene_settle(scene);
	scene_guard_kill(scene);
	scene_guard_start(scene);
	scene_settle(scene);
	assert_null(scene->guard->config);
	assert_int_equal(scene->results, 1);
	assert_int_equal(scene->result.ok, 0);
	scene_configure(scene, (enum cfg_purpose)9);
	scene_settle(scene);
	assert_null(scene->guard->config);
	assert_int_equal(scene->result.ok, 0);
	scene_free(scene);
}

/* A neighbour that changes sides: the guard would rather start anew. */
static void
peer_never_changes_sides(void **state)
{
	struct scene *scene = with_rules();

	(void)state;
	scene->sessions[0].customer = 1;
	scene_configure(scene, CFG_APPLY);
	scene_until_stopped(scene);
	assert_int_equal(scene->results, 0);
	scene->sessions[0].customer = 0;
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dry_run_changes_nothing),
		cmocka_unit_test(lost_ground_is_revoked),
		cmocka_unit_test(new_ground_promotes),
		cmocka_unit_test(dry_run_says_what_would_come_in),
		cmocka_unit_test(less_room_ends_the_youngest),
		cmocka_unit_test(newcomers_take_no_room),
		cmocka_unit_test(removed_customer_ends),
		cmocka_unit_test(tags_change),
		cmocka_unit_test(dialect_comes_and_goes),
		cmocka_unit_test(reload_does_not_overtake_the_disk),
		cmocka_unit_test(dry_run_before_the_first_is_refused),
		cmocka_unit_test(peer_never_changes_sides),
	};

	return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
