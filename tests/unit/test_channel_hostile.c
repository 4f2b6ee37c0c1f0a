/* SPDX-License-Identifier: BSD-2-Clause */
/* A channel whose other end does not keep to the rules: it is closed, and
 * nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/channel.h"

#define FRAME_FD   1 /* the bit of a frame that has a descriptor */
#define GIVE_UP_MS 20000

struct end {
	struct loop *loop;
	struct channel *channel;
	unsigned messages;
	unsigned closed;
	bool misused;
	bool gave_up;
};

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	(void)head;
	((struct end *)ctx)->messages++;
	if (fd >= 0)
		(void)close(fd);
}

static void
on_closed(void *ctx)
{
	struct end *end = ctx;

	end->closed++;
	end->misused = channel_misused(end->channel);
	channel_close(end->channel);
	end->channel = NULL;
	loop_stop(end->loop);
}

static const struct channel_ops ops = {
	.on_message = on_message,
	.on_closed = on_closed,
};

static void
give_up(void *ctx)
{
	struct end *end = ctx;

	end->gave_up = true;
	loop_stop(end->loop);
}

/* Descriptors of this process that are open. */
static unsigned
fds_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		n++;
	(void)closedir(folder);
	return n;
}

struct row {
	const char *name;
	struct msg_head head;
	unsigned octets;   /* written of the frame, then the end of file */
	unsigned fds;      /* passed with it */
	unsigned messages; /* delivered */
	bool fair;         /* it ended, but kept to the rules */
};

/* Whatever is written, the channel ends once and no descriptor stays. */
static const struct row rows[] = {
	{ "nothing_then_the_end", { 0, 0, 0 }, 0, 0, 0, true },
	{ "end_inside_a_head", { 16, MSG_RULE_ACK, 0 }, 4, 0, 0, true },
	{ "end_inside_a_frame", { 16, MSG_RULE_ACK, 0 }, 12, 0, 0, true },
	{ "a_good_frame", { 16, MSG_RULE_ACK, 0 }, 16, 0, 1, true },
	{ "kind_zero", { 16, MSG_NONE, 0 }, 16, 0, 0, false },
	{ "unknown_kind", { 16, MSG_KINDS, 0 }, 16, 0, 0, false },
	{ "highest_kind", { 16, UINT16_MAX, 0 }, 16, 0, 0, false },
	{ "length_zero", { 0, MSG_RULE_ACK, 0 }, 16, 0, 0, false },
	{ "length_below_the_kind", { 8, MSG_RULE_ACK, 0 }, 16, 0, 0, false },
	{ "length_beyond_the_kind", { 24, MSG_RULE_ACK, 0 }, 24, 0, 0, false },
	{ "length_of_a_whole_buffer", { 65536, MSG_RULE_ACK, 0 }, 16, 0, 0,
	    false },
	{ "length_wraps", { UINT32_MAX - 7, MSG_RULE_ACK, 0 }, 16, 0, 0,
	    false },
	{ "length_not_of_eights", { 130, MSG_RULE_WITHDRAW, 0 }, 136, 0, 0,
	    false },
	{ "unknown_flag", { 16, MSG_RULE_ACK, 2 }, 16, 0, 0, false },
	{ "flag_on_a_kind_without", { 16, MSG_RULE_ACK, FRAME_FD }, 16, 1, 0,
	    false },
	{ "descriptor_nobody_claims", { 16, MSG_RULE_ACK, 0 }, 16, 1, 1,
	    false },
	{ "descriptor_missing", { 16, MSG_CHANNEL, FRAME_FD }, 16, 0, 0,
	    false },
	{ "flag_missing", { 16, MSG_CHANNEL, 0 }, 16, 1, 0, false },
	{ "with_its_descriptor", { 16, MSG_CHANNEL, FRAME_FD }, 16, 1, 1,
	    true },
	{ "two_descriptors", { 16, MSG_CHANNEL, FRAME_FD }, 16, 2, 0, false },
	{ "more_descriptors_than_looked_at", { 16, MSG_CHANNEL, FRAME_FD }, 16,
	    60, 0, false },
	{ "descriptor_of_half_a_frame", { 16, MSG_CHANNEL, FRAME_FD }, 12, 1, 0,
	    true },
};

/* Write the row's octets and descriptors, then close. */
static void
write_row(int fd, const struct row *row)
{
	uint8_t octets[256] = { 0 };
	union {
		char octets[CMSG_SPACE(64 * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec iov = { octets, row->octets };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(octets, &row->head, sizeof(row->head));
	if (row->fds > 0) {
		struct cmsghdr *cmsg;
		int fds[64] = { 0 }; /* standard input, many times */

		msg.msg_control = control.octets;
		msg.msg_controllen = CMSG_SPACE(row->fds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(row->fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, row->fds * sizeof(int));
	}
	if (row->octets > 0)
		assert_int_equal(sendmsg(fd, &msg, 0), row->octets);
	(void)close(fd);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct end end = { .loop = loop_new() };
	unsigned before;
	int fds[2];
	struct timer *timer = timer_new(end.loop, give_up, &end);

	before = fds_open();
	assert_int_equal(channel_pair(fds), 0);
	end.channel = channel_open(end.loop, fds[0], MSG_LEN_MAX, &ops, &end);
	timer_start(timer, GIVE_UP_MS, 0);
	write_row(fds[1], row);

	loop_run(end.loop);
	timer_stop(timer);
	loop_run(end.loop); /* closing callbacks */

	assert_false(end.gave_up);
	assert_int_equal(end.closed, 1);
	assert_int_equal(end.misused, !row->fair);
	assert_int_equal(end.messages, row->messages);
	assert_int_equal(fds_open(), before);
	timer_free(timer);
	loop_free(end.loop);
}

int
main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];
	size_t n = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	/* A channel needs its descriptors from 3 on. */
	(void)fcntl(0, F_GETFD);
	return cmocka_run_group_tests_name(
	    "channel_hostile", tests, NULL, NULL);
}
