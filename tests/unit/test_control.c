/* SPDX-License-Identifier: BSD-2-Clause */
/* The control role whole: its socket, with another end for each role. */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/reason.h"
#include "policy/rule_text.h"
#include "proxy/common/channel.h"
#include "proxy/control/client.h"
#include "proxy/control/control.h"
#include "tests/lib/temp_folder.h"

#define CLIENTS   (CONTROL_CLIENTS_MAX + 1)
#define WAIT_MS   20000 /* only when something is broken */
#define MANY_ROWS 40000u

struct scene {
	struct loop *loop;
	struct timer *poll;
	unsigned polls;
	struct control *control;
	struct channel *supervisor; /* other ends of control's channels */
	struct channel *guard;
	char folder[TEMP_PATH_MAX];
	char path[TEMP_PATH_MAX + 16];
	int clients[CLIENTS];
	int reader; /* index of the client that is read; -1: none */
	char *text; /* what it got */
	size_t len;
	size_t size;
	/* the guard */
	bool silent;
	uint32_t answering; /* request whose rows are being sent */
	uint32_t rows;      /* still to be sent */
	uint32_t last_request;
	unsigned taken; /* configurations, as it says */
	struct msg_ctl_rule row;
};

/* ---- the guard ---- */

static void
guard_end(struct scene *scene, uint32_t request)
{
	struct msg_ctl_end *end =
	    channel_reserve(scene->guard, MSG_CTL_END, sizeof(*end));

	assert_non_null(end);
	memset(&end->request, 0, sizeof(*end) - sizeof(end->head));
	end->request = request;
	channel_commit(scene->guard, sizeof(*end));
	channel_flush(scene->guard);
}

/* Rows as long as there is room, as the guard does. */
static void
guard_rows(void *ctx)
{
	struct scene *scene = ctx;
	size_t size =
	    offsetof(struct msg_ctl_rule, rule) + rule_size(&scene->row.rule);

	while (scene->rows > 0) {
		struct msg_ctl_rule *row;

		/* The last piece of room is for ends. */
		if (channel_pending(scene->guard) > 65536)
			break;
		row = channel_reserve(scene->guard, MSG_CTL_RULE, size);
		if (row == NULL)
			break;
		memcpy(&row->request, &scene->row.request,
		    size - offsetof(struct msg_ctl_rule, request));
		row->request = scene->answering;
		row->id = scene->rows--;
		channel_commit(scene->guard, size);
	}
	if (scene->rows == 0 && scene->answering != 0) {
		guard_end(scene, scene->answering);
		scene->answering = 0;
	}
	channel_flush(scene->guard);
}

static void
on_request(void *ctx, const struct msg_head *head, int fd)
{
	struct scene *scene = ctx;
	const struct msg_ctl_request *msg = (const void *)head;

	(void)fd;
	assert_int_equal(head->kind, MSG_CTL_REQUEST);
	scene->last_request = msg->request;
	if (scene->silent)
		return;
	if (msg->verb == CTL_RULES) {
		scene->answering = msg->request;
		scene->rows = MANY_ROWS;
		guard_rows(scene);
		return;
	}
	guard_end(scene, msg->request);
}

/* ---- the supervisor ---- */

static void
on_other(void *ctx, const struct msg_head *head, int fd)
{
	struct scene *scene = ctx;
	struct msg_reload_result result = { .head.kind = MSG_RELOAD_RESULT,
		.ok = 1 };

	(void)fd;
	if (head->kind == MSG_CONTROL_CONFIG) {
		scene->taken++;
		return;
	}
	assert_int_equal(head->kind, MSG_RELOAD);
	result.request =
	    ((const struct msg_reload *)(const void *)head)->request;
	assert_int_equal(
	    channel_send(scene->supervisor, &result, sizeof(result), -1), 0);
	channel_flush(scene->supervisor);
}

static void
on_gone(void *ctx)
{
	(void)ctx;
}

/* A new guard, made known as the supervisor does. */
static void
guard_start(struct scene *scene)
{
	static const struct channel_ops ops = { on_request, on_gone, guard_rows,
		NULL };
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_GUARD };
	int fds[2];

	channel_close(scene->guard);
	assert_int_equal(channel_pair(fds), 0);
	scene->guard = channel_open(scene->loop, fds[0], 262144, &ops, scene);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
}

/* ---- clients ---- */

static void
client_dial(struct scene *scene, unsigned i)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, scene->path, strlen(scene->path) + 1);
	scene->clients[i] = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(scene->clients[i], (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
}

static void
client_say(const struct scene *scene, unsigned i, const char *text)
{
	assert_int_equal(
	    send(scene->clients[i], text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text));
}

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

/* Read all that is there; stops the loop at an end or at end of file. */
static void
on_poll(void *ctx)
{
	struct scene *scene = ctx;
	const char *tail;
	ssize_t n;

	if (scene->guard != NULL)
		guard_rows(scene);
	assert_true(++scene->polls < WAIT_MS);
	if (scene->reader < 0) {
		if (scene->polls >= 20)
			loop_stop(scene->loop);
		return;
	}
	do {
		if (scene->size - scene->len < 65536) {
			scene->size += 1u << 20;
			scene->text = realloc(scene->text, scene->size);
		}
		n = recv(scene->clients[scene->reader],
		    &scene->text[scene->len], 65535, MSG_DONTWAIT);
		if (n > 0)
			scene->len += (size_t)n;
	} while (n > 0);
	scene->text[scene->len] = '\0';
	/* An end is the last line and short. */
	tail = &scene->text[scene->len > 300 ? scene->len - 300 : 0];
	if (n == 0 || strstr(tail, "{\"end\":") != NULL)
		loop_stop(scene->loop);
}

static void
pump(struct scene *scene, int reader)
{
	scene->reader = reader;
	scene->polls = 0;
	scene->len = 0;
	timer_start(scene->poll, 1, 1);
	loop_run(scene->loop);
	timer_stop(scene->poll);
}

/* The answer to a line. */
static const char *
answer(struct scene *scene, unsigned i, const char *line)
{
	client_say(scene, i, line);
	pump(scene, (int)i);
	return scene->text;
}

/* ---- life ---- */

static int
setup(void **state)
{
	static const struct channel_ops ops = { on_other, on_gone, NULL, NULL };
	struct msg_control_config config = { .head.kind = MSG_CONTROL_CONFIG };
	struct scene *scene = calloc(1, sizeof(*scene));
	struct rule_text_error error;
	int fds[2];

	temp_folder_make(scene->folder);
	(void)snprintf(
	    scene->path, sizeof(scene->path), "%s/control.sock", scene->folder);
	for (unsigned i = 0; i < CLIENTS; i++)
		scene->clients[i] = -1;
	assert_int_equal(
	    rule_parse("match destination 203.0.113.7/32 protocol =17 "
		       "source-port =53 then discard",
		&scene->row.rule, &scene->row.actions, &error),
	    0);
	scene->row.family = FAMILY_IPV4_FLOWSPEC;
	scene->row.reason = REASON_ACCEPTED;
	scene->row.state = STATE_ACCEPTED;
	scene->loop = loop_new();
	scene->poll = timer_new(scene->loop, on_poll, scene);
	assert_int_equal(channel_pair(fds), 0);
	scene->control = control_new(scene->loop, fds[0]);
	scene->supervisor =
	    channel_open(scene->loop, fds[1], 65536, &ops, scene);
	memcpy(config.path, scene->path, sizeof(scene->path));
	assert_int_equal(
	    channel_send(scene->supervisor, &config, sizeof(config), -1), 0);
	guard_start(scene);
	pump(scene, -1);
	*state = scene;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	control_free(scene->control);
	assert_int_equal(access(scene->path, F_OK), -1);
	channel_close(scene->supervisor);
	channel_close(scene->guard);
	timer_free(scene->poll);
	loop_free(scene->loop);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (scene->clients[i] >= 0)
			(void)close(scene->clients[i]);
	}
	temp_folder_remove(scene->folder);
	free(scene->text);
	free(scene);
	return 0;
}

/* ---- tests ---- */

/* Many rows reach a client that reads, each once and in order. */
static void
all_rows_reach_a_reader(void **state)
{
	struct scene *scene = *state;
	const char *at;
	char row[64];

	client_dial(scene, 0);
	at = answer(scene, 0, "{\"verb\":\"rules\"}\n");
	for (unsigned i = MANY_ROWS; i > 0; i--) {
		(void)snprintf(row, sizeof(row), "{\"row\":{\"id\":%u,", i);
		if (strncmp(at, row, strlen(row)) != 0)
			fail_msg("row %u: %.80s", i, at);
		at = strchr(at, '\n') + 1;
	}
	assert_string_equal(at, "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* One that does not read is cut off, and others are answered meanwhile. */
static void
slow_client_blocks_nobody(void **state)
{
	struct scene *scene = *state;

	client_dial(scene, 0);
	client_dial(scene, 1);
	client_say(scene, 0, "{\"verb\":\"rules\"}\n");
	assert_string_equal(answer(scene, 1, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	while (scene->rows > 0)
		pump(scene, -1);
	assert_string_equal(answer(scene, 1, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	pump(scene, 0);
	assert_non_null(strstr(scene->text, "the answer was cut off"));
	assert_true(scene->len < 2 * CLIENT_OUT_MAX);
}

/* A guard that dies ends what it was asked; its successor is asked then. */
static void
successor_of_the_guard_is_asked(void **state)
{
	struct scene *scene = *state;

	client_dial(scene, 0);
	scene->silent = true;
	client_say(scene, 0, "{\"verb\":\"status\"}\n");
	pump(scene, -1);
	assert_int_not_equal(scene->last_request, 0);
	channel_close(scene->guard);
	scene->guard = NULL;
	pump(scene, 0);
	assert_string_equal(scene->text,
	    "{\"end\":{\"exit\":1,\"text\":\"the guard went away before it "
	    "answered\"}}\n");
	assert_string_equal(answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"the guard is not there\"}}\n");
	assert_string_equal(answer(scene, 0, "{\"verb\":\"audit\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"the store is not there\"}}\n");
	scene->silent = false;
	guard_start(scene);
	pump(scene, -1);
	assert_string_equal(answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* An answer to somebody who has gone is nobody else's. */
static void
late_answer_is_dropped(void **state)
{
	struct scene *scene = *state;

	client_dial(scene, 0);
	scene->silent = true;
	client_say(scene, 0, "{\"verb\":\"status\"}\n");
	pump(scene, -1);
	(void)close(scene->clients[0]);
	scene->clients[0] = -1;
	client_dial(scene, 1);
	client_say(scene, 1, "{\"verb\":\"status\"}\n");
	pump(scene, -1);
	guard_end(scene, scene->last_request - 1);
	guard_end(scene, 77777);
	guard_end(scene, 0);
	pump(scene, -1);
	assert_int_equal(
	    recv(scene->clients[1], scene->text, 1, MSG_DONTWAIT), -1);
	guard_end(scene, scene->last_request);
	pump(scene, 1);
	assert_string_equal(
	    scene->text, "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* One client too many is told so; a place that is free again is given away. */
static void
clients_are_bounded(void **state)
{
	struct scene *scene = *state;

	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		client_dial(scene, i);
		if (i % 8 == 7) /* more than the kernel's queue would wait */
			pump(scene, -1);
	}
	client_dial(scene, CONTROL_CLIENTS_MAX);
	pump(scene, CONTROL_CLIENTS_MAX);
	assert_non_null(strstr(scene->text, "too many programs"));
	(void)close(scene->clients[3]);
	pump(scene, -1);
	client_dial(scene, 3);
	assert_string_equal(answer(scene, 3, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* Nonsense gets an answer, and the next line is read. */
static void
nonsense_is_answered(void **state)
{
	struct scene *scene = *state;

	client_dial(scene, 0);
	assert_non_null(strstr(
	    answer(scene, 0, "GET / HTTP/1.1\n"), "{\"end\":{\"exit\":2,"));
	assert_non_null(strstr(answer(scene, 0, "\n"), "\"exit\":2"));
	assert_string_equal(answer(scene, 0, "{\"verb\":\"status\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
}

/* A reload goes to the supervisor. */
static void
reload_is_answered_by_the_supervisor(void **state)
{
	struct scene *scene = *state;

	client_dial(scene, 0);
	assert_string_equal(answer(scene, 0, "{\"verb\":\"reload\"}\n"),
	    "{\"end\":{\"exit\":0,\"text\":\"0 rules withdrawn, 0 newly "
	    "inward, 0 kept\",\"withdrawn\":0,\"admitted\":0,\"kept\":0}}\n");
}

/* A configuration in which this group has the role noc. */
static void
noc_is(struct scene *scene, const char *group)
{
	struct msg_control_config config = { .head.kind = MSG_CONTROL_CONFIG };

	memcpy(config.path, scene->path, sizeof(scene->path));
	(void)snprintf(config.noc, sizeof(config.noc), "%s", group);
	assert_int_equal(
	    channel_send(scene->supervisor, &config, sizeof(config), -1), 0);
	channel_flush(scene->supervisor);
	pump(scene, -1);
}

/* Of no group: told so and closed. Of one: as far as its role goes. The next
 * configuration counts for those who connect then. */
static void
groups_decide_who_may_do_what(void **state)
{
	static const char panic[] =
	    "{\"verb\":\"panic\",\"args\":{\"reason\":\"x\"}}\n";
	const struct group *group = getgrgid(0);
	struct scene *scene = *state;
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
	client_dial(scene, 0);
	pump(scene, 0);
	assert_string_equal(scene->text,
	    "{\"end\":{\"exit\":1,\"text\":\"you are in none of the groups "
	    "viewer, noc, admin\"}}\n");
	pump(scene, 0);
	assert_int_equal(scene->len, 0);
	assert_int_equal(recv(scene->clients[0], scene->text, 1, 0), 0);
	peer_gid = 0;
	client_dial(scene, 1);
	assert_string_equal(
	    answer(scene, 1, panic), "{\"end\":{\"exit\":0,\"text\":\"\"}}\n");
	scene->last_request = 0;
	assert_string_equal(answer(scene, 1, "{\"verb\":\"reload\"}\n"),
	    "{\"end\":{\"exit\":1,\"text\":\"reload needs the role admin; "
	    "you are noc\"}}\n");
	noc_is(scene, "");
	peer_gid = 1000000;
	client_dial(scene, 2);
	assert_non_null(
	    strstr(answer(scene, 2, "{\"verb\":\"reload\"}\n"), "\"exit\":0"));
	assert_non_null(
	    strstr(answer(scene, 1, "{\"verb\":\"reload\"}\n"), "\"exit\":1"));
}

/* ---- http ---- */

/* A connection that the supervisor has made, for http. */
static int
http_link(struct scene *scene)
{
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_HTTP };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
	pump(scene, -1);
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
	struct scene *scene = *state;

	scene->clients[0] = http_link(scene);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text;

		scene->last_request = 0;
		text = answer(scene, 0, rows[i].line);
		assert_int_equal(
		    strstr(text, "you are viewer") == NULL, rows[i].may);
		assert_int_equal(scene->last_request != 0, rows[i].may);
	}
}

/* However many connections it has made for it, http takes few seats. */
static void
http_takes_few_seats(void **state)
{
	struct scene *scene = *state;
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
	client_dial(scene, 0);
	assert_non_null(
	    strstr(answer(scene, 0, "{\"verb\":\"status\"}\n"), "\"exit\":0"));
}

/* When the supervisor goes, control goes. */
static void
end_of_the_supervisor_is_our_end(void **state)
{
	struct scene *scene = *state;

	channel_close(scene->supervisor);
	scene->supervisor = NULL;
	loop_run(scene->loop);
	assert_false(control_failed(scene->control));
}

/* A guard whose octets are no frames is not linked with us again: we end, and
 * the next control is. One that has merely died is waited for. */
static void
broken_frame_of_the_guard_is_our_end(void **state)
{
	static const uint64_t octets[2] = { UINT64_MAX, UINT64_MAX };
	struct scene *scene = *state;
	struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = ROLE_GUARD };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(scene->supervisor, &msg, sizeof(msg), fds[1]), 0);
	(void)close(fds[1]);
	channel_flush(scene->supervisor);
	pump(scene, -1);
	assert_false(control_failed(scene->control));
	assert_int_equal(write(fds[0], octets, sizeof(octets)), sizeof(octets));
	loop_run(scene->loop);
	assert_true(control_failed(scene->control));
	(void)close(fds[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(all_rows_reach_a_reader),
		TEST(slow_client_blocks_nobody),
		TEST(successor_of_the_guard_is_asked),
		TEST(late_answer_is_dropped),
		TEST(clients_are_bounded),
		TEST(nonsense_is_answered),
		TEST(reload_is_answered_by_the_supervisor),
		TEST(groups_decide_who_may_do_what),
		TEST(http_looks_only),
		TEST(http_takes_few_seats),
		TEST(end_of_the_supervisor_is_our_end),
		TEST(broken_frame_of_the_guard_is_our_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
