/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages per second over a channel between two processes. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy/common/channel.h"
#include "proxy/common/clock.h"

#define MESSAGES 10000000u
#define LIMIT    (1u << 20)

struct end {
	struct loop *loop;
	struct channel *channel;
	uint64_t n;
};

static void
sent_room(void *ctx)
{
	struct end *end = ctx;
	struct msg_cfg_target *msg;

	while (end->n < MESSAGES) {
		msg = channel_reserve(end->channel, MSG_CFG_TARGET,
		    sizeof(struct msg_cfg_target));
		if (msg == NULL)
			break;
		msg->index = (uint32_t)end->n;
		channel_commit(end->channel, sizeof(struct msg_cfg_target));
		end->n++;
	}
	channel_flush(end->channel);
	if (end->n == MESSAGES && channel_pending(end->channel) == 0)
		loop_stop(end->loop);
}

static void
received(void *ctx, const struct msg_head *head, int fd)
{
	struct end *end = ctx;

	(void)head;
	(void)fd;
	if (++end->n == MESSAGES)
		loop_stop(end->loop);
}

static void
closed(void *ctx)
{
	struct end *end = ctx;

	loop_stop(end->loop);
}

static const struct channel_ops ops = {
	.on_message = received,
	.on_closed = closed,
	.on_room = sent_room,
};

static uint64_t
run(int fd, bool sender)
{
	struct end end = { .loop = loop_new() };

	end.channel = channel_open(end.loop, fd, LIMIT, &ops, &end);
	if (end.channel == NULL)
		return 0;
	if (sender)
		sent_room(&end);
	if (!sender || end.n < MESSAGES)
		loop_run(end.loop);
	channel_close(end.channel);
	loop_free(end.loop);
	return end.n;
}

int
main(void)
{
	uint64_t begin = clock_boot_ns();
	uint64_t n;
	int fds[2];
	pid_t pid;

	if (channel_pair(fds) < 0)
		return 1;
	pid = fork();
	if (pid < 0)
		return 1;
	(void)close(fds[pid == 0]);
	n = run(fds[pid != 0], pid == 0);
	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	(void)printf("channel: %.0f messages of %zu octets a second\n",
	    (double)n * 1e9 / (double)(clock_boot_ns() - begin),
	    sizeof(struct msg_cfg_target));
	return n == MESSAGES ? 0 : 1;
}
