/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop: timers, descriptors, signals. The only place that knows
 * libuv. One loop per process, single-threaded; callbacks never nest.
 */
#pragma once

#include <stdint.h>

struct loop;
struct timer;
struct watch;

enum watch_event {
	WATCH_READ = 1,
	WATCH_WRITE = 2,
};

/* A new loop; NULL when out of memory. loop_free() after everything that
 * hangs on it has been freed and loop_run() has returned. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Run until loop_stop() or nothing is left to wait for. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Monotonic milliseconds as of this turn of the loop. */
uint64_t loop_now_ms(const struct loop *loop);

/*
 * Called once at the end of each turn in which something happened, after all
 * other callbacks: the place where batches are flushed. One per loop;
 * replaces the one before.
 */
void loop_on_turn(struct loop *loop, void (*run)(void *ctx), void *ctx);

/*
 * A timer, stopped. run(ctx) is called when it ends. timer_start() on a
 * running timer sets it anew; repeat_ms 0 is once. timer_free() may be called
 * from its own callback; NULL is fine.
 */
struct timer *timer_new(struct loop *loop, void (*run)(void *ctx), void *ctx);
void timer_start(struct timer *timer, uint64_t after_ms, uint64_t repeat_ms);
void timer_stop(struct timer *timer);
void timer_free(struct timer *timer);

/*
 * Watch a descriptor (level-triggered). run(ctx, events) gets the events that
 * are ready; an error or hang-up shows as readable. watch_set() with 0 pauses.
 * watch_free() does not close the descriptor (close it after); it may be called
 * from its own callback, which is then not called again; NULL is fine.
 */
struct watch *watch_new(
    struct loop *loop, int fd, void (*run)(void *ctx, int events), void *ctx);
void watch_set(struct watch *watch, int events);
void watch_free(struct watch *watch);

/* Call run(ctx, signo) from the loop when the signal comes. 0 or -errno. */
int loop_signal(
    struct loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx);
