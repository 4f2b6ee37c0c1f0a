/* SPDX-License-Identifier: BSD-2-Clause */
/* Two channels on one loop: order, bounds, descriptors, ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proxy/common/channel.h"

#define LIMIT      65536u
#define MANY       500000u
#define GIVE_UP_MS 20000

/* One end, and what it has seen. */
struct end {
	struct world *world;
	struct channel *channel;
	uint64_t next; /* handle expected next */
	uint64_t batches;
	unsigned rooms;
	unsigned fds;   /* descriptors received */
	unsigned other; /* of them, those that are not the file of ours */
	unsigned closed;
	uint64_t stop_at; /* stop the loop at so many messages */
	bool close_at_once;
	bool pause_at_once;
};

struct world {
	struct loop *loop;
	struct timer *give_up;
	struct end a, b;
	ino_t ino; /* of the file whose descriptor is passed */
};

static bool
is_our_file(const struct world *world, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == world->ino;
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct end *end = ctx;
	const struct msg_rule_ack *ack = (const void *)head;

	assert_int_equal((uintptr_t)head % 8, 0);
	if (head->kind == MSG_RULE_ACK) {
		assert_int_equal(fd, -1);
		assert_int_equal(ack->handle, end->next);
	}
	assert_int_equal(head->zero, 0);
	end->next++;
	if (fd >= 0) {
		end->fds++;
		end->other += !is_our_file(end->world, fd);
		(void)close(fd);
	}
	if (end->close_at_once) {
		channel_close(end->channel);
		end->channel = NULL;
	}
	if (end->pause_at_once)
		channel_pause(end->channel, true);
	if (end->next == end->stop_at || end->close_at_once)
		loop_stop(end->world->loop);
}

static void
on_closed(void *ctx)
{
	struct end *end = ctx;

	end->closed++;
	channel_close(end->channel);
	end->channel = NULL;
	loop_stop(end->world->loop);
}

static void
on_room(void *ctx)
{
	struct end *end = ctx;

	end->rooms++;
	loop_stop(end->world->loop);
}

static void
on_batch(void *ctx)
{
	((struct end *)ctx)->batches++;
}

static const struct channel_ops ops = {
	.on_message = on_message,
	.on_closed = on_closed,
	.on_room = on_room,
	.on_batch = on_batch,
};

static void
give_up(void *ctx)
{
	(void)ctx;
	fail_msg("nothing happens any more");
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	int fds[2];

	*state = world;
	if (world == NULL || channel_pair(fds) < 0)
		return -1;
	world->loop = loop_new();
	world->a.world = world->b.world = world;
	world->a.channel =
	    channel_open(world->loop, fds[0], LIMIT, &ops, &world->a);
	world->b.channel =
	    channel_open(world->loop, fds[1], LIMIT, &ops, &world->b);
	world->give_up = timer_new(world->loop, give_up, world);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	channel_close(world->a.channel);
	channel_close(world->b.channel);
	timer_free(world->give_up);
	loop_free(world->loop);
	free(world);
	return 0;
}

/* Send acks with handles from *at on until there is no room, or up to end. */
static void
send_acks(struct channel *channel, uint64_t *at, uint64_t end)
{
	for (; *at < end; (*at)++) {
		struct msg_rule_ack *ack =
		    channel_reserve(channel, MSG_RULE_ACK, sizeof(*ack));

		if (ack == NULL)
			break;
		ack->handle = *at;
		channel_commit(channel, sizeof(*ack));
	}
	channel_flush(channel);
}

/* What was sent arrives once, in order, in few batches. */
static void
messages_arrive_in_order(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	world->b.stop_at = 1000;
	send_acks(world->a.channel, &at, 1000);

	loop_run(world->loop);

	assert_int_equal(world->b.next, 1000);
	assert_true(world->b.batches < 10);
}

/* The write buffer has a bound; when the reader catches up, on_room tells,
 * and nothing has been lost in between. */
static void
full_buffer_refuses_then_has_room(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	world->b.stop_at = MANY;
	channel_pause(world->b.channel, true);
	send_acks(world->a.channel, &at, UINT64_MAX);
	assert_true(channel_pending(world->a.channel) > LIMIT - 64);
	assert_true(channel_pending(world->a.channel) <= LIMIT);
	assert_null(channel_reserve(world->a.channel, MSG_RULE_ACK, 16));

	channel_pause(world->b.channel, false);
	while (world->b.next < MANY) {
		loop_run(world->loop);
		send_acks(world->a.channel, &at, MANY);
	}

	assert_true(world->a.rooms > 0);
	assert_int_equal(world->b.next, MANY);
}

/* Pass a descriptor, n times, acks before and after each. */
static void
send_with_fds(struct world *world, int fd, unsigned n)
{
	struct msg_channel msg = { .head = { .kind = MSG_CHANNEL } };

	for (unsigned i = 0; i < n; i++) {
		struct msg_rule_ack ack = { .head = { .kind = MSG_RULE_ACK },
			.handle = 2 * i };

		assert_int_equal(
		    channel_send(world->a.channel, &ack, sizeof(ack), -1), 0);
		assert_int_equal(
		    channel_send(world->a.channel, &msg, sizeof(msg), fd), 0);
	}
	channel_flush(world->a.channel);
}

/* Each descriptor comes with its own message, though all are read at once. */
static void
descriptors_keep_their_messages(void **state)
{
	struct world *world = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	world->ino = st.st_ino;
	world->b.stop_at = 100;
	send_with_fds(world, fd, 50);
	(void)close(fd);

	loop_run(world->loop);

	assert_int_equal(world->b.next, 100);
	assert_int_equal(world->b.fds, 50);
	assert_int_equal(world->b.other, 0);
}

/* Descriptors that cannot be written yet are bounded as well. */
static void
waiting_descriptors_are_bounded(void **state)
{
	struct world *world = *state;
	struct msg_channel msg = { .head = { .kind = MSG_CHANNEL } };
	uint64_t at = 0;
	unsigned n = 0;

	channel_pause(world->b.channel, true);
	send_acks(world->a.channel, &at, 40000);
	while (n < 100000 &&
	       channel_send(world->a.channel, &msg, sizeof(msg), 0) == 0)
		n++;

	assert_true(n < 100000);
}

/* A receiver may close the channel in the middle of a batch. */
static void
receiver_closes_itself(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	world->b.close_at_once = true;
	send_acks(world->a.channel, &at, 1000);

	loop_run(world->loop);

	assert_int_equal(world->b.next, 1);
	assert_int_equal(world->b.closed, 0);
}

/* A pause holds at the very next message; nothing is lost when it ends. */
static void
pause_holds_at_once(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	world->b.pause_at_once = true;
	world->b.stop_at = 1;
	send_acks(world->a.channel, &at, 1000);
	loop_run(world->loop);
	assert_int_equal(world->b.next, 1);

	world->b.pause_at_once = false;
	world->b.stop_at = 1000;
	channel_pause(world->b.channel, false);
	loop_run(world->loop);

	assert_int_equal(world->b.next, 1000);
}

/* What was sent before the sender went is delivered, then the end. */
static void
last_words_are_heard(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	send_acks(world->a.channel, &at, 500);
	channel_close(world->a.channel);
	world->a.channel = NULL;

	loop_run(world->loop);

	assert_int_equal(world->b.next, 500);
	assert_int_equal(world->b.closed, 1);
}

/* A writer whose reader has gone gets no room, and the end of file. */
static void
writer_sees_the_end(void **state)
{
	struct world *world = *state;
	uint64_t at = 0;

	channel_close(world->b.channel);
	world->b.channel = NULL;
	send_acks(world->a.channel, &at, 10);
	assert_null(channel_reserve(world->a.channel, MSG_RULE_ACK, 16));

	loop_run(world->loop);

	assert_int_equal(world->a.closed, 1);
}

/* A reservation may shrink when it is committed. */
static void
commit_shrinks(void **state)
{
	struct world *world = *state;
	uint64_t at = 1;
	struct msg_rule_ack *ack =
	    channel_reserve(world->a.channel, MSG_RULE_ACK, 4096);

	assert_non_null(ack);
	ack->handle = 0;
	channel_commit(world->a.channel, sizeof(*ack));
	world->b.stop_at = 2;
	send_acks(world->a.channel, &at, 2);

	loop_run(world->loop);

	assert_int_equal(world->b.next, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_arrive_in_order),
		TEST(full_buffer_refuses_then_has_room),
		TEST(descriptors_keep_their_messages),
		TEST(waiting_descriptors_are_bounded),
		TEST(receiver_closes_itself),
		TEST(pause_holds_at_once),
		TEST(last_words_are_heard),
		TEST(writer_sees_the_end),
		TEST(commit_shrinks),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
