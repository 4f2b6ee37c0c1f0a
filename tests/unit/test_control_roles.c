/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role whole: who may do what, and what http may. */
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/control_scene.h"

/* ---- groups ---- */

/* Who connects: looked up here, for the kernel would say that it is us. */
static gid_t peer_gid;

static int
peer_look(int fd, struct access_peer *out)
{
	(void)fd;
	out->uid = 1000000; /* nobody that sluice runs as */
	out->gid = peer_gid;
	out->n_groups = 0;
	return 0;
}

/* A configuration in which this group has the role noc. */
static void
noc_is(struct control_scene *scene, const char *group)
{
	struct msg_control_config config = { .head.kind = MSG_CONTROL_CONFIG };

	memcpy(config.path, scene->path, sizeof(scene->path));
	(void)snprintf(config.noc, sizeof(config.noc), "%s", group);
	assert_int_equal(
	    channel_send(scene->supervisor, &config, sizeof(config), -1), 0);
	channel_flush(scene->supervisor);
	control_scene_pump(scene, -1);
}

/* Of no group: told so and closed. Of one: as far as its role goes. The next
 * configuration counts for those who connect then. */
static void
groups_decide_who_may_do_what(void **state)
{
	static const char panic[] =
	    "{\"verb\":\"panic\",\"args\":{\"reason\":\"x\"}}\n";
	const struct group *group = getgrgid(0);
	struct control_scene *scene = *state;
	unsigned taken;

	if (group == NULL)
		skip();
	control_look(scene->control, peer_look);
	taken = scene->taken;
	noc_is(scene, group->gr_name);
	assert_int_equal(scene->taken, taken + 1);
	/* To let others in is the supervisor's. */
	assert_int_equal(chmod(scene->path, 0666), 0);
	peer_gid = 1000000;
	control_scene_dial(scene, 0);
	control_scene_pump(scene, 0);
	assert_string_equal(scene->text,
	    "{\"end\":{\"exit\":1,\"text\":\"you are in none of the groups "
	    "viewer, noc, admin\"}}\n");
	control_scene_pump(scene, 0);
	assert_int_equal(scene->len, 0);
	assert_int_equal(recv(scene->clients[0], scene->text, 1, 0), 0);
	peer_gid = 0;
	control_scene_dial(scene, 1);
	assert_string_equal(control_scene_answer(scene, 1, panic),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	scene->last_request = 0;
	assert_string_equal(
	    control_scene_answer(scene, 1, "{\"verb\":\"reload\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"reload needs the role admin; "
	    "you are noc\"}}\n");
	noc_is(scene, "");
	peer_gid = 1000000;
	control_scene_dial(scene, 2);
	assert_non_null(
	    strstr(control_scene_answer(scene, 2, "{\"verb\":\"reload\"}\n"),
		"\"exit\":0"));
	assert_non_null(
	    strstr(control_scene_answer(scene, 1, "{\"verb\":\"reload\"}\n"),
		"\"exit\":1"));
}

/* ---- http ---- */

/* A connection that the supervisor has made, for http. */
static int
http_link(struct control_scene *scene)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_HTTP };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
	control_scene_pump(scene, -1);
	return fds[0];
}

/* http looks and does not act, though it is of our user, and no group is named:
 * whoever else connects so may do all. */
static void
http_looks_only(void **state)
{
	static const struct {
		const char *line;
		bool may;
	} rows[] = {
		{ "{\"verb\":\"status\"}\n", true },
		{ "{\"verb\":\"withdraw\",\"args\":{\"id\":7,\"reason\":\"x\"}}"
		  "\n",
		    false },
		{ "{\"verb\":\"panic\",\"args\":{\"reason\":\"x\"}}\n", false },
		{ "{\"verb\":\"reload\"}\n", false },
	};
	struct control_scene *scene = *state;

	scene->clients[0] = http_link(scene);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text;

		scene->last_request = 0;
		text = control_scene_answer(scene, 0, rows[i].line);
		assert_int_equal(
		    strstr(text, "you are viewer") == NULL, rows[i].may);
		assert_int_equal(scene->last_request != 0, rows[i].may);
	}
}

/* However many connections it has made for it, http takes few seats. */
static void
http_takes_few_seats(void **state)
{
	struct control_scene *scene = *state;
	unsigned standing = 0;
	int fds[16];
	char octet;

	for (unsigned i = 0; i < 16; i++)
		fds[i] = http_link(scene);
	for (unsigned i = 0; i < 16; i++) {
		standing += recv(fds[i], &octet, 1, MSG_DONTWAIT) < 0;
		(void)close(fds[i]);
	}
	assert_int_equal(standing, 4);
	control_scene_dial(scene, 0);
	assert_non_null(
	    strstr(control_scene_answer(scene, 0, "{\"verb\":\"status\"}\n"),
		"\"exit\":0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, control_scene_setup, control_scene_teardown)
		TEST(groups_decide_who_may_do_what),
		TEST(http_looks_only),
		TEST(http_takes_few_seats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
