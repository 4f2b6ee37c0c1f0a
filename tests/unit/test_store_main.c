/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's program as the supervisor runs it: what comes in which order, and
 * what operators have done through its channels. */
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/channel.h"
#include "proxy/common/message.h"
#include "store/store.h"
#include "tests/lib/temp_folder.h"

#define LIMIT     (4u << 20)
#define POLL_MS   5
#define POLLS_MAX 6000

enum far {
	FAR_SUPERVISOR,
	FAR_GUARD,
	FAR_CONTROL,
	FAR_SIGNER,
	FAR_WITNESS,
	FAR_COUNT
};

struct role_world;

struct far_end {
	struct role_world *world;
	struct channel *channel; /* NULL: none, or closed by the store */
	bool closed;
};

struct role_world {
	char path[TEMP_PATH_MAX];
	struct loop *loop;
	struct timer *poll;
	pid_t pid; /* 0: it has ended */
	int status;
	struct far_end far[FAR_COUNT];
	bool (*until)(const struct role_world *world);
	unsigned polls;
	unsigned hellos;
	struct msg_store_hello hello;
	unsigned acts;
	struct msg_audit_acted acted;
	unsigned seals;
	struct msg_audit_seal seal;
	unsigned rotations;
	uint32_t broken; /* enum role that is to be started anew; 0: none */
	uint32_t request;
};

/* ---- what is heard ---- */

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct role_world *world = ((struct far_end *)ctx)->world;
	const void *msg = head;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_STORE_HELLO) {
		memcpy(&world->hello, msg, sizeof(world->hello));
		world->hellos++;
	} else if (head->kind == MSG_AUDIT_ACTED) {
		memcpy(&world->acted, msg, sizeof(world->acted));
		world->acts++;
	} else if (head->kind == MSG_AUDIT_SEAL) {
		memcpy(&world->seal, msg, sizeof(world->seal));
		world->seals++;
	} else if (head->kind == MSG_ROTATE) {
		world->rotations++;
	} else if (head->kind == MSG_PEER_BROKEN) {
		const struct msg_peer_broken *broken = msg;

		world->broken = broken->role;
	}
}

static void
closed(void *ctx)
{
	struct far_end *far = ctx;

	far->closed = true;
	channel_close(far->channel);
	far->channel = NULL;
}

static const struct channel_ops ops = { hear, closed, NULL, NULL };

static void
on_poll(void *ctx)
{
	struct role_world *world = ctx;

	world->polls++;
	if (world->pid > 0 &&
	    waitpid(world->pid, &world->status, WNOHANG) == world->pid)
		world->pid = 0;
	if (world->until(world) || world->polls >= POLLS_MAX)
		loop_stop(world->loop);
}

static bool
run(struct role_world *world, bool (*until)(const struct role_world *world))
{
	world->until = until;
	world->polls = 0;
	timer_start(world->poll, 0, POLL_MS);
	loop_run(world->loop);
	timer_stop(world->poll);
	return until(world);
}

static bool
is_greeted(const struct role_world *world)
{
	return world->hellos > 0;
}

static bool
is_acted(const struct role_world *world)
{
	return world->acts > 0;
}

static bool
is_told(const struct role_world *world)
{
	return world->seals > 0;
}

static bool
is_over(const struct role_world *world)
{
	return world->pid == 0;
}

static bool
is_rotated(const struct role_world *world)
{
	return world->rotations > 0;
}

static bool
is_said_broken(const struct role_world *world)
{
	return world->broken != ROLE_NONE;
}

static bool
is_guard_closed(const struct role_world *world)
{
	return world->far[FAR_GUARD].closed;
}

/* ---- the supervisor ---- */

extern char **environ;

static void
start(struct role_world *world)
{
	char name[] = "sluice-store";
	char *const argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(
	    posix_spawn_file_actions_adddup2(&actions, fds[1], ROLE_FD), 0);
	assert_int_equal(posix_spawn(&world->pid, STORE_PROGRAM, &actions, NULL,
			     argv, environ),
	    0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(fds[1]);
	for (unsigned i = 0; i < FAR_COUNT; i++)
		world->far[i].world = world;
	world->far[FAR_SUPERVISOR].channel = channel_open(
	    world->loop, fds[0], LIMIT, &ops, &world->far[FAR_SUPERVISOR]);
	world->hellos = 0;
}

static void
tell(struct role_world *world, enum far far, const void *msg, size_t size)
{
	assert_int_equal(
	    channel_send(world->far[far].channel, msg, size, -1), 0);
	channel_flush(world->far[far].channel);
}

static void
tell_config(struct role_world *world)
{
	struct msg_store_config msg = { .head.kind = MSG_STORE_CONFIG };

	(void)snprintf(msg.path, sizeof(msg.path), "%s", world->path);
	tell(world, FAR_SUPERVISOR, &msg, sizeof(msg));
}

static void
tell_log(struct role_world *world, const char *name)
{
	struct msg_cfg_log msg = { .head.kind = MSG_STORE_LOG };

	(void)snprintf(msg.name, sizeof(msg.name), "%s", name);
	tell(world, FAR_SUPERVISOR, &msg, sizeof(msg));
}

static void
link_up(struct role_world *world, enum far far, enum role role)
{
	const struct msg_channel msg = { .head.kind = MSG_CHANNEL,
		.role = role };
	struct channel *supervisor = world->far[FAR_SUPERVISOR].channel;
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(
	    channel_send(supervisor, &msg, sizeof(msg), fds[1]), 0);
	channel_flush(supervisor);
	(void)close(fds[1]);
	world->far[far].closed = false;
	world->far[far].channel =
	    channel_open(world->loop, fds[0], LIMIT, &ops, &world->far[far]);
}

static void
links_down(struct role_world *world)
{
	for (unsigned i = 0; i < FAR_COUNT; i++) {
		channel_close(world->far[i].channel);
		world->far[i].channel = NULL;
	}
}

/* A store with a guard, greeted. */
static void
start_all(struct role_world *world)
{
	start(world);
	tell_config(world);
	tell_log(world, "example.net/log");
	link_up(world, FAR_GUARD, ROLE_GUARD);
	link_up(world, FAR_CONTROL, ROLE_CONTROL);
	assert_true(run(world, is_greeted));
}

/* It ends by itself, well or not. */
static void
assert_ends(struct role_world *world, int code)
{
	assert_true(run(world, is_over));
	assert_true(WIFEXITED(world->status));
	assert_int_equal(WEXITSTATUS(world->status), code);
	links_down(world);
}

static void
stop(struct role_world *world)
{
	const struct msg_stop msg = { .head.kind = MSG_STOP };

	channel_close(world->far[FAR_GUARD].channel);
	world->far[FAR_GUARD].channel = NULL;
	tell(world, FAR_SUPERVISOR, &msg, sizeof(msg));
	assert_ends(world, 0);
}

static int
setup(void **state)
{
	struct role_world *world = calloc(1, sizeof(*world));

	if (world == NULL || seal_init() != 0)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	world->poll = timer_new(world->loop, on_poll, world);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct role_world *world = *state;
	char command[TEMP_PATH_MAX + 16];

	if (world->pid > 0) {
		(void)kill(world->pid, SIGKILL);
		(void)waitpid(world->pid, NULL, 0);
	}
	links_down(world);
	timer_free(world->poll);
	loop_free(world->loop);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", world->path);
	assert_int_equal(system(command), 0);
	free(world);
	return 0;
}

/* ---- the order of things ---- */

/* It opens the log when it knows both where it is and what it is called. */
static void
either_configuration_may_come_first(void **state)
{
	struct role_world *world = *state;

	for (unsigned i = 0; i < 2; i++) {
		start(world);
		if (i == 0)
			tell_config(world);
		tell_log(world, "example.net/log");
		if (i == 1)
			tell_config(world);
		link_up(world, FAR_GUARD, ROLE_GUARD);
		assert_true(run(world, is_greeted));
		assert_int_equal(world->hello.next_seq, 1);
		assert_memory_equal(
		    world->hello.origin, "example.net/log/", 16);
		stop(world);
	}
}

/* With one of the two nothing is begun; a channel that comes so early is
 * closed, and one that comes later is not. */
static void
channel_before_the_configuration_is_closed(void **state)
{
	struct role_world *world = *state;

	start(world);
	link_up(world, FAR_GUARD, ROLE_GUARD);
	assert_true(run(world, is_guard_closed));
	tell_log(world, "example.net/log");
	link_up(world, FAR_GUARD, ROLE_GUARD);
	assert_true(run(world, is_guard_closed));
	assert_int_equal(world->hellos, 0);
	tell_config(world);
	link_up(world, FAR_GUARD, ROLE_GUARD);
	assert_true(run(world, is_greeted));
	stop(world);
}

/* Told again, also with another name or path, the log is the same one. */
static void
second_configuration_changes_no_log(void **state)
{
	struct role_world *world = *state;
	char first[NOTE_NAME_MAX];
	char path[TEMP_PATH_MAX];

	start_all(world);
	memcpy(first, world->hello.origin, sizeof(first));
	memcpy(path, world->path, sizeof(path));
	tell_log(world, "example.org/other");
	memcpy(world->path, "/nowhere", 9);
	tell_config(world);
	memcpy(world->path, path, sizeof(path));
	world->hellos = 0;
	link_up(world, FAR_SIGNER, ROLE_GUARD);
	assert_true(run(world, is_greeted));
	assert_string_equal(world->hello.origin, first);
	channel_close(world->far[FAR_SIGNER].channel);
	world->far[FAR_SIGNER].channel = NULL;
	stop(world);
}

/* A name that is none ends it. */
static void
malformed_name_ends_it(void **state)
{
	struct role_world *world = *state;

	start(world);
	tell_config(world);
	tell_log(world, "no name");
	assert_ends(world, EXIT_FAILURE);
}

/* ---- operators ---- */

static void
act(struct role_world *world, enum audit_act what)
{
	struct msg_audit_act msg = { .head.kind = MSG_AUDIT_ACT,
		.request = ++world->request,
		.act = what,
		.operator_name = "carol",
		.text = "because" };

	world->acts = 0;
	tell(world, FAR_CONTROL, &msg, sizeof(msg));
	assert_true(run(world, is_acted));
	assert_int_equal(world->acted.request, world->request);
}

static void
ask_seal(struct role_world *world)
{
	const struct msg_audit_seal_ask msg = { .head.kind = MSG_AUDIT_SEAL_ASK,
		.request = ++world->request,
		.at_most = UINT64_MAX };

	world->seals = 0;
	tell(world, FAR_CONTROL, &msg, sizeof(msg));
	assert_true(run(world, is_told));
}

/* Another key is the signer's to make; without one that is said. */
static void
rotation_is_asked_of_the_signer(void **state)
{
	struct role_world *world = *state;

	start_all(world);
	act(world, AUDIT_ROTATE);
	assert_int_equal(world->acted.ok, 0);
	assert_string_equal(world->acted.text, "the signer is not there");
	link_up(world, FAR_SIGNER, ROLE_SIGNER);
	ask_seal(world); /* behind it */
	do
		act(world, AUDIT_ROTATE);
	while (!world->acted.ok);
	assert_true(run(world, is_rotated));
	stop(world);
}

static void
say_nonsense(struct role_world *world, enum far far)
{
	const struct msg_rotate msg = { .head.kind = MSG_ROTATE };

	world->broken = ROLE_NONE;
	tell(world, far, &msg, sizeof(msg));
	assert_true(run(world, is_said_broken));
}

/* A link is made once for a pair of processes: so whoever breaks its rules is
 * to be replaced, or nothing would be signed ever after. */
static void
broken_signer_and_witness_are_reported(void **state)
{
	struct role_world *world = *state;

	start_all(world);
	link_up(world, FAR_SIGNER, ROLE_SIGNER);
	say_nonsense(world, FAR_SIGNER);
	assert_int_equal(world->broken, ROLE_SIGNER);
	link_up(world, FAR_WITNESS, ROLE_WITNESS);
	say_nonsense(world, FAR_WITNESS);
	assert_int_equal(world->broken, ROLE_WITNESS);
	stop(world);
}

/* A full look is begun at once, and its outcome is told. */
static void
look_is_begun_and_told(void **state)
{
	struct role_world *world = *state;

	start_all(world);
	ask_seal(world);
	assert_int_equal(world->seal.scrub_ns, 0);
	assert_int_equal(world->seal.log_size, 1);
	assert_int_not_equal(world->seal.begun_ns, 0);
	assert_string_equal(world->seal.begun_text, "");
	assert_true(world->seal.octets > 0);
	act(world, AUDIT_SCRUB);
	assert_int_equal(world->acted.ok, 1);
	for (unsigned i = 0; i < 5000 && world->seal.scrub_ns == 0; i++)
		ask_seal(world);
	assert_int_not_equal(world->seal.scrub_ns, 0);
	assert_int_equal(world->seal.damaged, 0);
	assert_string_equal(world->seal.scrub_text, "");
	stop(world);
}

/* A wish for another log is answered, ends the store, and is fulfilled by the
 * next; once. */
static void
renewal_ends_the_store_and_begins_a_log(void **state)
{
	struct role_world *world = *state;
	char first[NOTE_NAME_MAX];
	struct entry entry;
	struct ledger *log;

	start_all(world);
	memcpy(first, world->hello.origin, sizeof(first));
	act(world, AUDIT_RENEW);
	assert_int_equal(world->acted.ok, 1);
	assert_non_null(strstr(world->acted.text, first));
	assert_ends(world, 0);

	start_all(world);
	assert_string_not_equal(world->hello.origin, first);
	ask_seal(world);
	assert_int_equal(world->seal.renewed, 1);
	assert_non_null(strstr(world->seal.begun_text, first));
	stop(world);
	assert_int_equal(ledger_open_readonly(world->path, &log), 0);
	assert_int_equal(ledger_get(log, 0, &entry), 0);
	ledger_close(log);
	assert_non_null(strstr(entry.evidence, first));
	assert_non_null(strstr(entry.evidence, "renewed by carol: because"));
	memcpy(first, world->hello.origin, sizeof(first));
	start_all(world);
	assert_string_equal(world->hello.origin, first);
	stop(world);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(either_configuration_may_come_first),
		T(channel_before_the_configuration_is_closed),
		T(second_configuration_changes_no_log),
		T(malformed_name_ends_it),
		T(rotation_is_asked_of_the_signer),
		T(broken_signer_and_witness_are_reported),
		T(look_is_begun_and_told),
		T(renewal_ends_the_store_and_begins_a_log),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("store_main", tests, NULL, NULL);
}
