/* SPDX-License-Identifier: BSD-2-Clause */
/* The scene: loop, guard, supervisor. */
#include "tests/lib/guard_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>

#include <cmocka.h>

#include "proxy/common/log.h"
#include "tests/lib/guard_scene_unicast.h"

/* ---- running ---- */

/* Nothing waits to be written or read between the test's end of a channel and
 * the guard's. */
static bool
still(const struct channel *ours, int fd, const struct channel *guards)
{
	int in = 0, out = 0;

	if (ours == NULL)
		return true;
	assert_int_equal(ioctl(fd, FIONREAD, &in), 0);
	assert_int_equal(ioctl(fd, SIOCOUTQ, &out), 0);
	return in == 0 && out == 0 && channel_pending(ours) == 0 &&
	       (guards == NULL || channel_pending(guards) == 0);
}

static const struct channel *
peer_channel(const struct scene *scene, uint32_t number)
{
	const struct guard_peer *peer;

	if (scene->guard == NULL)
		return NULL;
	peer = peer_get(scene->guard, number);
	return peer == NULL ? NULL : peer->channel;
}

static bool
all_still(const struct scene *scene)
{
	const struct guard *guard = scene->guard;

	for (size_t i = 0; i < scene->n_sessions; i++) {
		const struct scene_session *s = &scene->sessions[i];

		if (!still(s->channel, s->fd, peer_channel(scene, s->peer)))
			return false;
	}
	if (guard != NULL && (guard->collecting || guard->n_sweeps > 0 ||
				 !link_empty(&guard->touched)))
		return false;
	for (size_t i = 0; i < scene->n_feeds; i++) {
		const struct scene_feed *f = &scene->feeds[i];

		if (!still(f->channel, f->fd, peer_channel(scene, f->peer)))
			return false;
	}
	for (size_t i = 0; i < scene->n_routers; i++) {
		const struct scene_router *r = &scene->routers[i];

		if (!r->stalled &&
		    !still(r->channel, r->fd, peer_channel(scene, r->peer)))
			return false;
	}
	if (!scene->store.stalled &&
	    !still(scene->store.channel, scene->store.fd,
		guard == NULL ? NULL : guard->store))
		return false;
	if (!scene->control_stalled &&
	    !still(scene->control, scene->control_fd,
		guard == NULL ? NULL : guard->control))
		return false;
	if (!still(scene->rpki.channel, scene->rpki.fd,
		guard == NULL ? NULL : guard->rpki))
		return false;
	return still(scene->supervisor, scene->supervisor_fd,
	    guard == NULL ? NULL : guard->supervisor);
}

static void
tick(void *ctx, int events)
{
	struct scene *scene = ctx;
	bool done =
	    scene->until != NULL ? scene->until(scene) : all_still(scene);

	(void)events;
	/* Twice in a row: the end of a turn may have sent something. */
	if (done && scene->quiet) {
		loop_stop(scene->loop);
		return;
	}
	scene->quiet = done;
}

static void
give_up(void *ctx)
{
	struct scene *scene = ctx;

	scene->timed_out = true;
	loop_stop(scene->loop);
}

void
scene_until(struct scene *scene, bool (*until)(struct scene *scene))
{
	if (scene->supervisor != NULL)
		channel_flush(scene->supervisor);
	scene->until = until;
	scene->quiet = false;
	watch_set(scene->tick, WATCH_READ);
	timer_start(scene->give_up, SCENE_WAIT_MS, 0);
	loop_run(scene->loop);
	watch_set(scene->tick, 0);
	timer_stop(scene->give_up);
	assert_false(scene->timed_out);
}

void
scene_settle(struct scene *scene)
{
	scene_until(scene, NULL);
}

void
scene_until_stopped(struct scene *scene)
{
	channel_flush(scene->supervisor);
	timer_start(scene->give_up, SCENE_WAIT_MS, 0);
	loop_run(scene->loop);
	timer_stop(scene->give_up);
	assert_false(scene->timed_out);
}

/* ---- supervisor ---- */

static void
hear(void *ctx, const struct msg_head *head, int fd)
{
	struct scene *scene = ctx;

	assert_int_equal(fd, -1);
	if (head->kind == MSG_PEER_BROKEN) {
		memcpy(&scene->blamed, head, sizeof(scene->blamed));
		return;
	}
	if (head->kind == MSG_CONFIRMED) {
		memcpy(&scene->confirmed, head, sizeof(scene->confirmed));
		scene->confirmations++;
		return;
	}
	assert_int_equal(head->kind, MSG_CFG_RESULT);
	memcpy(&scene->result, head, sizeof(scene->result));
	scene->results++;
}

static void
closed(void *ctx)
{
	(void)ctx;
}

static const struct channel_ops ops = {
	.on_message = hear,
	.on_closed = closed,
};

/* ---- the guard ---- */

void
scene_guard_start(struct scene *scene)
{
	int fds[2];

	assert_null(scene->guard);
	scene->guard = calloc(1, sizeof(*scene->guard));
	assert_non_null(scene->guard);
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(guard_open(scene->guard, scene->loop, fds[1]), 0);
	channel_close(scene->supervisor);
	scene->supervisor_fd = fds[0];
	scene->supervisor =
	    channel_open(scene->loop, fds[0], 8u << 20, &ops, scene);
	assert_non_null(scene->supervisor);
	if (scene->greet != NULL)
		scene->greet(scene);
	scene_configure(scene, scene->boot_purpose);
}

void
scene_guard_kill(struct scene *scene)
{
	guard_close(scene->guard);
	free(scene->guard);
	scene->guard = NULL;
	/* A fake that stalled reads on and finds the end. */
	for (size_t i = 0; i < scene->n_routers; i++)
		router_stall(&scene->routers[i], false);
	disk_stall(&scene->store, false);
	scene_settle(scene);
}

void
scene_give_sessions(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_sessions; i++) {
		if (scene->sessions[i].channel == NULL)
			session_give(&scene->sessions[i]);
	}
}

void
scene_give_routers(struct scene *scene)
{
	for (size_t i = 0; i < scene->n_routers; i++)
		router_give(&scene->routers[i]);
}

void
scene_give_all(struct scene *scene)
{
	scene_give_store(scene);
	scene_give_routers(scene);
	scene_give_sessions(scene);
	scene_give_feeds(scene);
	if (scene->rpki_config.n > 0)
		scene_rpki_give(scene);
	scene_give_control(scene);
}

/* ---- life ---- */

struct scene_session *
scene_session_add(struct scene *scene, uint32_t customer)
{
	struct scene_session *s = &scene->sessions[scene->n_sessions++];

	assert_true(scene->n_sessions <= SCENE_SESSIONS);
	s->scene = scene;
	s->customer = customer;
	s->peer = (uint32_t)scene->n_sessions;
	s->families = FAMILY_FLOWSPEC;
	s->wishes = calloc(SCENE_WISHES, sizeof(*s->wishes));
	s->routes = calloc(SCENE_ROUTES, sizeof(*s->routes));
	assert_true(s->wishes != NULL && s->routes != NULL);
	s->state.state = BGP_IDLE;
	s->next_handle = UINT64_C(1) << 32;
	return s;
}

struct scene_router *
scene_router_add(struct scene *scene, uint8_t emit)
{
	struct scene_router *r = &scene->routers[scene->n_routers++];

	assert_true(scene->n_routers <= SCENE_ROUTERS);
	r->scene = scene;
	r->emit = emit;
	r->peer = 99 + (uint32_t)scene->n_routers;
	r->held = calloc(SCENE_WISHES, sizeof(*r->held));
	assert_non_null(r->held);
	return r;
}

struct scene *
scene_prepare(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	log_open("guard", LOG_ERROR);
	scene->boot_purpose = CFG_BOOT;
	scene->loop = loop_new();
	assert_non_null(scene->loop);
	/* Always readable: the loop never sleeps while it is watched. */
	scene->tick_fd = eventfd(1, EFD_CLOEXEC);
	scene->tick = watch_new(scene->loop, scene->tick_fd, tick, scene);
	scene->give_up = timer_new(scene->loop, give_up, scene);
	scene->rows = calloc(SCENE_ROWS, sizeof(*scene->rows));
	scene->paths = calloc(SCENE_ROWS, sizeof(*scene->paths));
	assert_true(scene->tick != NULL && scene->give_up != NULL &&
		    scene->rows != NULL && scene->paths != NULL);
	scene->metrics = calloc(SCENE_METRICS, sizeof(*scene->metrics));
	scene->rpki.vrps = calloc(SCENE_VRPS, sizeof(*scene->rpki.vrps));
	assert_true(scene->metrics != NULL && scene->rpki.vrps != NULL);
	scene->rpki.scene = scene;
	scene->operator_name = "olga";
	scene_config_defaults(scene);
	disk_init(scene);
	scene_customer_add(scene, "acme", "10.1.0.0/16");
	scene_customer_add(scene, "bolt", "10.2.0.0/16");
	(void)scene_session_add(scene, 0);
	(void)scene_session_add(scene, 1);
	(void)scene_router_add(scene, DIALECT_STRICT);
	return scene;
}

void
scene_start(struct scene *scene)
{
	scene_guard_start(scene);
	scene_give_all(scene);
	for (size_t i = 0; i < scene->n_sessions; i++)
		session_up(&scene->sessions[i]);
	scene_settle(scene);
	assert_true(scene->guard->loaded);
}

struct scene *
scene_new(void)
{
	struct scene *scene = scene_prepare();

	scene_start(scene);
	return scene;
}

void
scene_free(struct scene *scene)
{
	if (scene->guard != NULL)
		scene_guard_kill(scene);
	for (size_t i = 0; i < scene->n_sessions; i++) {
		channel_close(scene->sessions[i].channel);
		free(scene->sessions[i].wishes);
		free(scene->sessions[i].routes);
	}
	for (size_t i = 0; i < scene->n_routers; i++) {
		channel_close(scene->routers[i].channel);
		free(scene->routers[i].held);
	}
	for (size_t i = 0; i < scene->n_feeds; i++)
		channel_close(scene->feeds[i].channel);
	channel_close(scene->supervisor);
	channel_close(scene->control);
	channel_close(scene->rpki.channel);
	disk_free(scene);
	watch_free(scene->tick);
	(void)close(scene->tick_fd);
	timer_free(scene->give_up);
	loop_free(scene->loop);
	free(scene->rows);
	free(scene->paths);
	free(scene->metrics);
	free(scene->rpki.vrps);
	free(scene);
}
