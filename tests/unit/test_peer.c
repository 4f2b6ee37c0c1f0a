/* SPDX-License-Identifier: BSD-2-Clause */
/* What a session may make the supervisor do for it, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/supervisor.h"
#include "tests/lib/temp_folder.h"

#define GIVE_UP_MS 20000
#define LOOK_MS    10

struct world {
	struct supervisor supervisor;
	struct peer *peer;
	struct timer *look;
	unsigned looks;
	char folder[TEMP_PATH_MAX];
};

static void
child_ended(void *ctx, int signo)
{
	(void)signo;
	process_reap(&((struct world *)ctx)->supervisor.processes);
}

/* Until the session's process has ended. */
static void
look(void *ctx)
{
	struct world *world = ctx;

	if (world->peer->process.status != 0)
		loop_stop(world->supervisor.loop);
	else if (++world->looks > GIVE_UP_MS / LOOK_MS)
		fail_msg("the session does not end");
}

/* A session that runs these lines of shell; "ask" asks to dial. */
static void
session_write(const struct world *world, const char *lines)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/sluice-session", world->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fprintf(file,
	    "#!/bin/sh\nask() { printf "
	    "'\\%03o\\0\\0\\0\\%03o\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >&3; }\n"
	    "%s\n",
	    (unsigned)sizeof(struct msg_dial), (unsigned)MSG_DIAL, lines);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, S_IRWXU), 0);
}

static int
setup(void **state)
{
	static const struct setup neighbor = {
		.neighbor = { .remote = { .afi = AFI_IPV4,
				  .port = 1,
				  .addr = { 127, 0, 0, 1 } },
		    .name = "acme/127.0.0.1" },
		.session = { .head.kind = MSG_SESSION_CONFIG },
	};
	struct world *world = calloc(1, sizeof(*world));
	struct loop *loop = loop_new();

	*state = world;
	log_open("test", LOG_ERROR);
	temp_folder_make(world->folder);
	world->supervisor.loop = loop;
	process_table_init(&world->supervisor.processes, loop);
	(void)snprintf(world->supervisor.processes.folder,
	    sizeof(world->supervisor.processes.folder), "%s", world->folder);
	world->peer = peer_new(&world->supervisor, &neighbor);
	world->look = timer_new(loop, look, world);
	timer_start(world->look, LOOK_MS, LOOK_MS);
	return loop_signal(loop, SIGCHLD, child_ended, world);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	peer_free(world->peer);
	timer_free(world->look);
	loop_free(world->supervisor.loop);
	temp_folder_remove(world->folder);
	free(world);
	return 0;
}

/* A session that asks to dial without end is ended. */
static void
haste_ends_a_session(void **state)
{
	struct world *world = *state;

	session_write(world, "while :; do ask; done");
	process_start(&world->peer->process);
	loop_run(world->supervisor.loop);

	assert_true(WIFSIGNALED(world->peer->process.status));
	assert_int_equal(WTERMSIG(world->peer->process.status), SIGKILL);
}

/* One that asks again when the last attempt has failed is let live. */
static void
patience_is_served(void **state)
{
	struct world *world = *state;

	session_write(
	    world, "for i in 1 2 3; do ask; sleep 0.25; done; exit 7");
	process_start(&world->peer->process);
	loop_run(world->supervisor.loop);

	assert_true(WIFEXITED(world->peer->process.status));
	assert_int_equal(WEXITSTATUS(world->peer->process.status), 7);
}

/* One that breaks the framing of its channel is ended, too. */
static void
broken_frame_ends_a_session(void **state)
{
	struct world *world = *state;

	session_write(world, "printf 'AAAAAAAAAAAAAAAA' >&3; exec sleep 30");
	process_start(&world->peer->process);
	loop_run(world->supervisor.loop);

	assert_true(WIFSIGNALED(world->peer->process.status));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(haste_ends_a_session),
		TEST(patience_is_served),
		TEST(broken_frame_ends_a_session),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
