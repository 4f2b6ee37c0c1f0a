/* SPDX-License-Identifier: BSD-2-Clause */
/* The store role's fixture: what the far end hears, and the store's life. */
#include "tests/lib/store_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/common/entry_msg.h"
#include "proxy/store/ballast.h"
#include "tests/lib/random_entry.h"

#define LIMIT      (128u << 20)
#define GIVE_UP_MS 120000 /* valgrind is slow */

/* ---- the other end ---- */

static void
hear_entry(struct world *world, const struct msg_head *head)
{
	assert_int_equal(
	    entry_msg_unpack((const void *)head, &world->entry), 0);
	if (head->kind == MSG_STORE_LIVE) {
		world->ids[world->lives % 300] = world->entry.rule_id;
		world->lives++;
	} else {
		world->ids[world->entries % 300] = world->entry.seq;
		world->entries++;
	}
}

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct world *world = ctx;
	const void *msg = head;

	assert_int_equal(fd, -1);
	switch (head->kind) {
	case MSG_STORE_HELLO:
		world->hellos++;
		world->hello_seq =
		    ((const struct msg_store_hello *)msg)->next_seq;
		break;
	case MSG_STORE_DURABLE:
		assert_true(
		    ((const struct msg_store_seq *)msg)->seq >= world->durable);
		world->durable = ((const struct msg_store_seq *)msg)->seq;
		break;
	case MSG_STORE_LOADED:
		world->loaded = 1 + ((const struct msg_store_seq *)msg)->seq;
		break;
	case MSG_STORE_STATUS:
		world->status = ((const struct msg_store_status *)msg)->status;
		world->was_full |= world->status == STORE_FULL;
		break;
	case MSG_AUDIT_END:
		world->ends++;
		memcpy(&world->end, msg, sizeof(world->end));
		break;
	default:
		hear_entry(world, head);
	}
}

static void
heard_batch(void *ctx)
{
	struct world *world = ctx;

	if (world->until != NULL && world->until(world))
		loop_stop(world->loop);
}

static void
far_closed(void *ctx)
{
	struct world *world = ctx;

	world->closed = true;
	loop_stop(world->loop);
}

static void
give_up(void *ctx)
{
	struct world *world = ctx;

	(void)fprintf(stderr, "what should have come did not\n");
	world->until = NULL;
	loop_stop(world->loop);
}

bool
scene_run(struct world *world, bool (*until)(const struct world *world))
{
	world->until = until;
	if (world->far != NULL)
		channel_flush(world->far);
	timer_start(world->give_up, GIVE_UP_MS, 0);
	if (until == NULL || !until(world))
		loop_run(world->loop);
	timer_stop(world->give_up);
	return until == NULL || until(world);
}

static const struct channel_ops far_ops = { hear, far_closed, NULL,
	heard_batch };

bool
scene_is_greeted(const struct world *world)
{
	return world->hellos > 0;
}

bool
scene_is_durable(const struct world *world)
{
	return world->durable >= world->target;
}

bool
scene_is_closed(const struct world *world)
{
	return world->closed;
}

bool
scene_is_loaded(const struct world *world)
{
	return world->loaded > 0;
}

bool
scene_is_answered(const struct world *world)
{
	return world->ends >= world->target;
}

bool
scene_is_full(const struct world *world)
{
	return world->status == STORE_FULL;
}

bool
scene_is_fine(const struct world *world)
{
	return world->status == STORE_FINE;
}

void
scene_connect_guard(struct world *world)
{
	int fds[2];

	channel_close(world->far);
	world->hellos = 0;
	world->closed = false;
	assert_int_equal(channel_pair(fds), 0);
	guard_link_attach(world->guard, fds[0]);
	world->far = channel_open(world->loop, fds[1], LIMIT, &far_ops, world);
	assert_non_null(world->far);
}

void
scene_connect_control(struct world *world)
{
	int fds[2];

	channel_close(world->far);
	world->closed = false;
	assert_int_equal(channel_pair(fds), 0);
	audit_link_attach(world->audit, fds[0]);
	world->far = channel_open(world->loop, fds[1], LIMIT, &far_ops, world);
	assert_non_null(world->far);
}

void
scene_send_entry(struct world *world, const struct entry *entry)
{
	size_t size = entry_msg_size(entry);
	struct msg_entry *msg =
	    channel_reserve(world->far, MSG_STORE_APPEND, size);

	assert_non_null(msg);
	entry_msg_pack(entry, msg);
	channel_commit(world->far, size);
}

void
scene_send_usual(struct world *world, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq < to; seq++) {
		usual_entry(seq, &world->entry);
		world->entry.live_op = LIVE_PUT;
		scene_send_entry(world, &world->entry);
	}
}

/* Send from..to-1 and wait until they are on disk. */
void
scene_record(struct world *world, uint64_t from, uint64_t to)
{
	scene_send_usual(world, from, to);
	world->target = to;
	assert_true(scene_run(world, scene_is_durable));
	assert_int_equal(world->durable, to);
}

/* ---- the world ---- */

static void
on_durable(void *ctx, const struct ledger_head *head)
{
	struct world *world = ctx;

	(void)head;
	guard_link_durable(world->guard);
}

static void
on_full(void *ctx, bool full)
{
	struct world *world = ctx;

	guard_link_full(world->guard, full);
}

void
scene_store_up(struct world *world)
{
	const struct writer_ops ops = { on_durable, on_full, world };

	assert_int_equal(store_open(world->path, 0, &world->store), 0);
	world->writer =
	    writer_new(world->loop, world->store, world->path, &ops);
	assert_non_null(world->writer);
	world->guard = guard_link_new(world->loop, world->store, world->writer);
	world->audit = audit_link_new(world->loop, world->store);
	assert_non_null(world->guard);
	assert_non_null(world->audit);
}

void
scene_store_down(struct world *world)
{
	audit_link_free(world->audit);
	guard_link_free(world->guard);
	writer_free(world->writer);
	store_close(world->store);
}

int
scene_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	if (world == NULL)
		return -1;
	temp_folder_make(world->path);
	world->loop = loop_new();
	assert_non_null(world->loop);
	world->give_up = timer_new(world->loop, give_up, world);
	scene_store_up(world);
	*state = world;
	return 0;
}

int
scene_teardown(void **state)
{
	struct world *world = *state;

	channel_close(world->far);
	scene_store_down(world);
	timer_free(world->give_up);
	loop_free(world->loop);
	temp_folder_remove(world->path);
	free(world);
	return 0;
}
