/* SPDX-License-Identifier: BSD-2-Clause */
/* The event loop over libuv: the only file that includes uv.h. */
#include "proxy/common/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

struct signal {
	uv_signal_t uv; /* first: libuv's handle is ours */
	void (*run)(void *ctx, int signo);
	void *ctx;
	struct signal *next;
};

struct loop {
	uv_loop_t uv;
	uv_prepare_t turn;
	void (*run)(void *ctx);
	void *ctx;
	struct signal *signals;
	bool busy; /* something happened since the last end of turn */
};

struct timer {
	uv_timer_t uv;
	struct loop *loop;
	void (*run)(void *ctx);
	void *ctx;
};

struct watch {
	uv_poll_t uv;
	struct loop *loop;
	void (*run)(void *ctx, int events);
	void *ctx;
	int events; /* wanted */
};

static void
turn_end(struct loop *loop)
{
	if (!loop->busy)
		return;
	loop->busy = false;
	if (loop->run != NULL)
		loop->run(loop->ctx);
}

/*
 * A turn is: poll, closing handles, timers. libuv runs prepare handles after
 * these and right before it polls again, which is where our turn ends.
 */
static void
turn_prepare(uv_prepare_t *prepare)
{
	turn_end(prepare->data);
}

/* libuv takes no for an answer from all but realloc(), where it aborts. */
static void *
realloc_or_end(void *old, size_t size)
{
	void *grown = realloc(old, size);

	if (grown == NULL && size > 0) {
		(void)fputs("loop: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return grown;
}

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (loop == NULL)
		return NULL;
	(void)uv_replace_allocator(malloc, realloc_or_end, calloc, free);
	if (uv_loop_init(&loop->uv) < 0) {
		free(loop);
		return NULL;
	}
	loop->busy = true;
	(void)uv_prepare_init(&loop->uv, &loop->turn);
	loop->turn.data = loop;
	(void)uv_prepare_start(&loop->turn, turn_prepare);
	uv_unref((uv_handle_t *)&loop->turn);
	return loop;
}

static void
free_handle(uv_handle_t *handle)
{
	free(handle);
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	loop->run = NULL;
	uv_close((uv_handle_t *)&loop->turn, NULL);
	while (loop->signals != NULL) {
		struct signal *signal = loop->signals;

		loop->signals = signal->next;
		uv_close((uv_handle_t *)&signal->uv, free_handle);
	}
	/* Closing callbacks only: nothing active is left. */
	(void)uv_run(&loop->uv, UV_RUN_NOWAIT);
	(void)uv_loop_close(&loop->uv);
	free(loop);
}

void
loop_run(struct loop *loop)
{
	(void)uv_run(&loop->uv, UV_RUN_DEFAULT);
	/* loop_stop() leaves before the prepare handles are run. */
	turn_end(loop);
}

void
loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

uint64_t
loop_now_ms(const struct loop *loop)
{
	return uv_now(&loop->uv);
}

void
loop_on_turn(struct loop *loop, void (*run)(void *ctx), void *ctx)
{
	loop->run = run;
	loop->ctx = ctx;
}

struct timer *
timer_new(struct loop *loop, void (*run)(void *ctx), void *ctx)
{
	struct timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	(void)uv_timer_init(&loop->uv, &timer->uv);
	timer->loop = loop;
	timer->run = run;
	timer->ctx = ctx;
	return timer;
}

static void
timer_ended(uv_timer_t *uv)
{
	struct timer *timer = (struct timer *)uv;

	timer->loop->busy = true;
	timer->run(timer->ctx);
}

void
timer_start(struct timer *timer, uint64_t after_ms, uint64_t repeat_ms)
{
	(void)uv_timer_start(&timer->uv, timer_ended, after_ms, repeat_ms);
}

void
timer_stop(struct timer *timer)
{
	(void)uv_timer_stop(&timer->uv);
}

void
timer_free(struct timer *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)&timer->uv, free_handle);
}

struct watch *
watch_new(
    struct loop *loop, int fd, void (*run)(void *ctx, int events), void *ctx)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	if (uv_poll_init(&loop->uv, &watch->uv, fd) < 0) {
		free(watch);
		return NULL;
	}
	watch->loop = loop;
	watch->run = run;
	watch->ctx = ctx;
	return watch;
}

static void watch_arm(struct watch *watch);

static void
watch_ready(uv_poll_t *uv, int status, int ready)
{
	struct watch *watch = (struct watch *)uv;
	int events = 0;

	watch->loop->busy = true;
	if (status < 0) {
		/* libuv has stopped the handle: an error is on the socket,
		 * which whatever is tried next will return. */
		events = watch->events | WATCH_READ;
		watch_arm(watch);
	}
	if ((ready & UV_READABLE) != 0)
		events |= WATCH_READ;
	if ((ready & UV_WRITABLE) != 0)
		events |= WATCH_WRITE;
	watch->run(watch->ctx, events);
}

static void
watch_arm(struct watch *watch)
{
	int events = 0;

	if ((watch->events & WATCH_READ) != 0)
		events |= UV_READABLE;
	if ((watch->events & WATCH_WRITE) != 0)
		events |= UV_WRITABLE;
	if (events == 0)
		(void)uv_poll_stop(&watch->uv);
	else
		(void)uv_poll_start(&watch->uv, events, watch_ready);
}

void
watch_set(struct watch *watch, int events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	watch_arm(watch);
}

void
watch_free(struct watch *watch)
{
	if (watch != NULL)
		uv_close((uv_handle_t *)&watch->uv, free_handle);
}

static void
signal_came(uv_signal_t *uv, int signo)
{
	struct signal *signal = (struct signal *)uv;

	((struct loop *)uv->data)->busy = true;
	signal->run(signal->ctx, signo);
}

int
loop_signal(
    struct loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx)
{
	struct signal *signal = calloc(1, sizeof(*signal));
	int err;

	if (signal == NULL)
		return -ENOMEM;
	err = uv_signal_init(&loop->uv, &signal->uv);
	if (err < 0) {
		free(signal);
		return err;
	}
	signal->uv.data = loop;
	signal->run = run;
	signal->ctx = ctx;
	signal->next = loop->signals;
	loop->signals = signal;
	err = uv_signal_start(&signal->uv, signal_came, signo);
	uv_unref((uv_handle_t *)&signal->uv);
	return err;
}
