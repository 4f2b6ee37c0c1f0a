/* SPDX-License-Identifier: BSD-2-Clause */
/* Roles: what the groups of a process make of it. */
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/control/access.h"

#define OWN 990 /* the user that sluice runs as */

/* viewer is group 10, noc 20, admin 30. */
static const struct access_rules grouped = {
	.own = OWN,
	.groups = {
		[ACCESS_VIEWER] = { true, true, 10 },
		[ACCESS_NOC] = { true, true, 20 },
		[ACCESS_ADMIN] = { true, true, 30 },
	},
};
static const struct access_rules open_to_all = { .open = true, .own = OWN };
static const struct access_rules noc_only = {
	.own = OWN,
	.groups[ACCESS_NOC] = { true, true, 20 },
};
/* A name that no group has: its number says nothing. */
static const struct access_rules misspelt = {
	.own = OWN,
	.groups[ACCESS_ADMIN] = { true, false, 0 },
};

struct row {
	const char *name;
	const struct access_rules *rules;
	struct access_peer peer;
	enum access access;
};

static const struct row rows[] = {
	{ "root_is_admin", &grouped, { .uid = 0 }, ACCESS_ADMIN },
	{ "own_user_is_admin", &grouped, { .uid = OWN, .gid = 99 },
	    ACCESS_ADMIN },
	{ "no_group_is_nobody", &grouped, { .uid = 1000, .gid = 99 },
	    ACCESS_NONE },
	{ "primary_group_counts", &grouped, { .uid = 1000, .gid = 10 },
	    ACCESS_VIEWER },
	{ "supplementary_group_counts", &grouped,
	    { .uid = 1000, .gid = 99, .n_groups = 2, .groups = { 98, 20 } },
	    ACCESS_NOC },
	{ "highest_role_counts", &grouped,
	    { .uid = 1000, .gid = 10, .n_groups = 3, .groups = { 10, 30, 20 } },
	    ACCESS_ADMIN },
	{ "group_behind_the_last_does_not_count", &grouped,
	    { .uid = 1000, .gid = 99, .n_groups = 1, .groups = { 98, 30 } },
	    ACCESS_NONE },
	{ "without_rules_all_are_admin", &open_to_all,
	    { .uid = 1000, .gid = 99 }, ACCESS_ADMIN },
	{ "one_rule_closes_to_the_rest", &noc_only, { .uid = 1000, .gid = 99 },
	    ACCESS_NONE },
	{ "one_rule_is_enough", &noc_only, { .uid = 1000, .gid = 20 },
	    ACCESS_NOC },
	{ "unknown_group_gives_nothing", &misspelt, { .uid = 1000, .gid = 0 },
	    ACCESS_NONE },
	{ "unknown_group_leaves_root", &misspelt, { .uid = 0 }, ACCESS_ADMIN },
};

/* A process has the role of its row. */
static void
role_of_peer(void **state)
{
	const struct row *row = *state;

	assert_int_equal(access_of(row->rules, &row->peer), row->access);
}

/* Names of groups become numbers; a name that no group has gives nothing. */
static void
names_are_looked_up(void **state)
{
	struct msg_control_config config = { .viewer = "no such group" };
	const struct group *group = getgrgid(0);
	struct access_rules rules;

	(void)state;
	access_rules_make(&rules, &config);
	assert_false(rules.open);
	assert_true(rules.own == geteuid());
	assert_true(rules.groups[ACCESS_VIEWER].named);
	assert_false(rules.groups[ACCESS_VIEWER].known);
	assert_false(rules.groups[ACCESS_NOC].named);
	if (group == NULL)
		skip();
	(void)snprintf(config.noc, sizeof(config.noc), "%s", group->gr_name);
	access_rules_make(&rules, &config);
	assert_true(rules.groups[ACCESS_NOC].known);
	assert_true(rules.groups[ACCESS_NOC].gid == 0);
}

/* Without a name whoever can connect may do all. */
static void
no_names_are_no_rules(void **state)
{
	static const struct msg_control_config config;
	struct access_rules rules;

	(void)state;
	access_rules_make(&rules, &config);
	assert_true(rules.open);
}

/* The kernel says who is at the other end: here, this process. */
static void
peer_is_this_process(void **state)
{
	static struct access_peer peer;
	gid_t groups[ACCESS_GROUPS_MAX];
	int n = getgroups(ACCESS_GROUPS_MAX, groups), fds[2];

	(void)state;
	assert_true(n >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(access_look_peer(fds[0], &peer), 0);
	assert_true(peer.uid == geteuid());
	assert_true(peer.gid == getegid());
	assert_int_equal(peer.n_groups, n);
	for (int i = 0; i < n; i++)
		assert_true(peer.groups[i] == groups[i]);
	(void)close(fds[0]);
	(void)close(fds[1]);
	assert_true(access_look_peer(fds[0], &peer) < 0);
}

int
main(void)
{
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FIRST = 3
	};
	struct CMUnitTest tests[FIRST + ROWS] = {
		cmocka_unit_test(names_are_looked_up),
		cmocka_unit_test(no_names_are_no_rules),
		cmocka_unit_test(peer_is_this_process),
	};

	for (size_t i = 0; i < ROWS; i++) {
		tests[FIRST + i] = (struct CMUnitTest){ rows[i].name,
			role_of_peer, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
