/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes of roles: started, missed, started again, finished. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "proxy/supervisor/process.h"

#define GIVE_UP_MS 20000

struct world {
	struct process_table table;
	struct process process;
	struct timer *give_up;
	int ups;
	int downs;
	int status;
	int stop_at; /* downs */
};

static void
on_up(void *ctx)
{
	((struct world *)ctx)->ups++;
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	(void)ctx;
	(void)head;
	if (fd >= 0)
		(void)close(fd);
}

static void
on_down(void *ctx, int status)
{
	struct world *world = ctx;

	world->status = status;
	if (++world->downs >= world->stop_at)
		loop_stop(world->table.loop);
}

static const struct process_ops ops = {
	.on_up = on_up,
	.on_message = on_message,
	.on_down = on_down,
};

static void
give_up(void *ctx)
{
	(void)ctx;
	fail_msg("nothing happens any more");
}

static void
child_ended(void *ctx, int signo)
{
	(void)signo;
	process_reap(&((struct world *)ctx)->table);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct loop *loop = loop_new();

	*state = world;
	log_open("test", LOG_ERROR);
	process_table_init(&world->table, loop);
	(void)snprintf(
	    world->table.folder, sizeof(world->table.folder), "/bin");
	world->process.limit = MSG_LEN_MAX;
	world->process.ops = &ops;
	world->process.ctx = world;
	(void)snprintf(
	    world->process.name, sizeof(world->process.name), "a role");
	world->give_up = timer_new(loop, give_up, world);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	return loop_signal(loop, SIGCHLD, child_ended, world) +
	       process_init(&world->table, &world->process);
}

static int
teardown(void **state)
{
	struct world *world = *state;

	process_free(&world->process);
	timer_free(world->give_up);
	loop_free(world->table.loop);
	free(world);
	return 0;
}

/* What ends is started again while it is wanted. */
static void
ended_is_started_again(void **state)
{
	struct world *world = *state;

	world->process.program = "true";
	world->stop_at = 3;
	process_start(&world->process);
	loop_run(world->table.loop);

	assert_int_equal(world->ups, 3);
	assert_true(WIFEXITED(world->status));
}

/* A process is told what to log when it starts, each one anew, and when that
 * has changed; one that reads nothing is not. */
static void
level_is_told_at_each_start(void **state)
{
	struct world *world = *state;
	struct log_levels levels = { .base = LOG_DEBUG };

	world->table.levels = &levels;
	world->process.program = "sleep";
	world->process.argument = "100";
	world->stop_at = 1;
	process_start(&world->process);
	assert_int_equal(world->process.told, LOG_DEBUG);
	levels.base = LOG_WARN;
	assert_true(process_level(&world->process));
	assert_int_equal(world->process.told, LOG_WARN);
	process_kill(&world->process);
	loop_run(world->table.loop);
	world->process.deaf = true;
	process_start(&world->process);
	assert_true(process_up(&world->process));
	assert_int_equal(world->process.told, LOG_INFO);
	world->table.levels = NULL;
}

/* What is not wanted any more is killed in time, and stays down. */
static void
finished_is_killed_and_stays_down(void **state)
{
	struct world *world = *state;

	world->process.program = "sleep";
	world->process.argument = "100";
	world->stop_at = 1;
	process_start(&world->process);
	assert_true(process_up(&world->process));
	process_finish(&world->process, 10);
	loop_run(world->table.loop);

	assert_true(WIFSIGNALED(world->status));
	assert_int_equal(WTERMSIG(world->status), SIGKILL);
	assert_true(process_gone(&world->process));
	assert_int_equal(world->ups, 1);
}

/* A killed one that is wanted comes back. */
static void
killed_comes_back(void **state)
{
	struct world *world = *state;
	pid_t first;

	world->process.program = "sleep";
	world->process.argument = "100";
	world->stop_at = 1;
	process_start(&world->process);
	first = world->process.pid;
	process_kill(&world->process);
	loop_run(world->table.loop);
	world->stop_at = 2;
	process_start(&world->process);

	assert_int_equal(world->ups, 2);
	assert_true(process_up(&world->process));
	assert_int_not_equal(world->process.pid, first);
}

/* A program that is not there counts as one that ends at once. */
static void
absent_program_is_tried_again(void **state)
{
	struct world *world = *state;

	world->process.program = "no-such-program";
	world->stop_at = 2;
	log_open("test", LOG_ERROR);
	process_start(&world->process);
	loop_run(world->table.loop);

	assert_int_equal(world->ups, 0);
	assert_int_equal(world->downs, 2);
}

/* The new process has its channel at 3 and none of our descriptors. */
static void
descriptors_do_not_leak(void **state)
{
	struct world *world = *state;
	char path[64], target[64] = { 0 };
	int fds[2];

	assert_int_equal(channel_pair(fds), 0);
	world->process.program = "sleep";
	world->process.argument = "100";
	process_start(&world->process);
	(void)snprintf(
	    path, sizeof(path), "/proc/%ld/fd/3", (long)world->process.pid);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	assert_int_equal(strncmp(target, "socket:", 7), 0);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%ld/fd/%d",
		    (long)world->process.pid, fds[i]);
		assert_true(fds[i] == 3 || access(path, F_OK) < 0);
		(void)close(fds[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ended_is_started_again),
		TEST(level_is_told_at_each_start),
		TEST(finished_is_killed_and_stays_down),
		TEST(killed_comes_back),
		TEST(absent_program_is_tried_again),
		TEST(descriptors_do_not_leak),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
