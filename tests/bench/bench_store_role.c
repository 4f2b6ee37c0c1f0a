/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries per second from a guard to disk and back: a process that plays the
 * guard sends packed entries as fast as the store reads them, and the clock
 * stops when the last one is said to be durable.
 *
 *   bench_store_role [FOLDER] [ENTRIES]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proxy/common/entry_msg.h"
#include "proxy/store/guard_link.h"
#include "tests/lib/random_entry.h"
#include "tests/lib/temp_folder.h"

#define LIMIT (1u << 20)

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double
cpu_of(int who)
{
	struct rusage use;

	(void)getrusage(who, &use);
	return (double)use.ru_utime.tv_sec + (double)use.ru_stime.tv_sec +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* ---- the guard ---- */

struct sender {
	struct loop *loop;
	struct channel *channel;
	uint64_t next;
	uint64_t all;
	unsigned commits;
	double begin;
	struct entry entry;
};

static void
send_more(void *ctx)
{
	struct sender *sender = ctx;
	struct msg_entry *msg;
	size_t size;

	while (sender->next < sender->all) {
		usual_entry(sender->next, &sender->entry);
		sender->entry.live_op = LIVE_PUT;
		size = entry_msg_size(&sender->entry);
		msg = channel_reserve(sender->channel, MSG_STORE_APPEND, size);
		if (msg == NULL)
			break;
		entry_msg_pack(&sender->entry, msg);
		channel_commit(sender->channel, size);
		sender->next++;
	}
	channel_flush(sender->channel);
}

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct sender *sender = ctx;
	const struct msg_store_seq *msg = (const void *)head;

	(void)fd;
	if (head->kind == MSG_STORE_HELLO) {
		sender->begin = now();
		send_more(sender);
	} else if (head->kind == MSG_STORE_DURABLE) {
		sender->commits++;
		if (msg->seq == sender->all)
			loop_stop(sender->loop);
	}
}

static void
gone(void *ctx)
{
	(void)ctx;
	_exit(1);
}

static void
play_guard(int fd, uint64_t all)
{
	static const struct channel_ops ops = { hear, gone, send_more, NULL };
	static struct sender sender;
	double spent;

	sender.all = all;
	sender.loop = loop_new();
	sender.channel = channel_open(sender.loop, fd, LIMIT, &ops, &sender);
	if (sender.loop == NULL || sender.channel == NULL)
		_exit(1);
	loop_run(sender.loop);
	spent = now() - sender.begin;
	printf("%llu entries in %.3f s: %.0f/s, %u commits of %.0f; "
	       "guard's CPU %.2f s\n",
	    (unsigned long long)all, spent, (double)all / spent, sender.commits,
	    (double)all / sender.commits, cpu_of(RUSAGE_SELF));
	(void)fflush(stdout);
	_exit(0);
}

/* ---- the store ---- */

struct world {
	struct loop *loop;
	struct guard_link *link;
};

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	const struct world *world = ctx;

	(void)head;
	guard_link_durable(world->link);
}

static void
on_full(void *ctx, bool full)
{
	const struct world *world = ctx;

	guard_link_full(world->link, full);
}

static void
on_child(void *ctx, int signo)
{
	const struct world *world = ctx;

	(void)signo;
	loop_stop(world->loop);
}

int
main(int argc, char **argv)
{
	uint64_t all = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	struct world world = { NULL, NULL };
	const struct writer_ops ops = { on_durable, on_full, &world };
	char path[TEMP_PATH_MAX];
	struct store *store;
	struct writer *writer;
	int fds[2];
	pid_t pid;

	if (argc > 1)
		(void)setenv("TMPDIR", argv[1], 1);
	temp_folder_make(path);
	(void)signal(SIGPIPE, SIG_IGN);
	if (channel_pair(fds) != 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		play_guard(fds[1], all);
	}
	(void)close(fds[1]);
	world.loop = loop_new();
	if (pid < 0 || world.loop == NULL || store_open(path, 0, &store) != 0)
		return 1;
	writer = writer_new(world.loop, store, path, &ops);
	if (writer == NULL)
		return 1;
	world.link = guard_link_new(world.loop, store, writer);
	(void)loop_signal(world.loop, SIGCHLD, on_child, &world);
	guard_link_attach(world.link, fds[0]);
	loop_run(world.loop);
	printf("store's CPU %.2f s\n", cpu_of(RUSAGE_SELF));
	(void)waitpid(pid, NULL, 0);
	guard_link_free(world.link);
	writer_free(writer);
	store_close(store);
	loop_free(world.loop);
	temp_folder_remove(path);
	return 0;
}
