/* SPDX-License-Identifier: BSD-2-Clause */
/* Loop and clocks of a world in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/common/clock.h"
#include "tests/lib/fake_world.h"

#define BEGIN_MS  UINT64_C(1000000)
#define FIRED_MAX 2000 /* in one step of time */
#define TURNS_MAX 2000 /* until nothing is ready */

struct timer {
	struct timer *next;
	void (*run)(void *ctx);
	void *ctx;
	uint64_t due_ms;
	uint64_t repeat_ms;
	bool running;
};

struct watch {
	struct watch *next;
	void (*run)(void *ctx, int events);
	void *ctx;
	int fd;
	int events;
};

struct loop {
	uint64_t now_ms;
	struct timer *timers;
	struct watch *watches;
	void (*on_turn)(void *ctx);
	void *ctx;
	bool stopped;
};

static struct loop world;

void
world_must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

void
world_reset(void)
{
	world_must(world.timers == NULL, "every timer is freed");
	world_must(world.watches == NULL, "every watch is freed");
	memset(&world, 0, sizeof(world));
	world.now_ms = BEGIN_MS;
	world_sockets_reset();
	world_channels_reset();
}

uint64_t
world_now_ms(void)
{
	return world.now_ms;
}

bool
world_stopped(void)
{
	return world.stopped;
}

void
world_turn(void)
{
	if (world.on_turn != NULL)
		world.on_turn(world.ctx);
}

/* One watch that has something to do; the list may change by it. */
static bool
run_ready(void)
{
	for (struct watch *watch = world.watches; watch != NULL;
	     watch = watch->next) {
		int ready = watch->events == 0 ? 0 : world_ready(watch->fd);

		if ((ready & watch->events) == 0)
			continue;
		watch->run(watch->ctx, ready & watch->events);
		return true;
	}
	return false;
}

void
world_settle(void)
{
	unsigned n = 0;

	do {
		world_turn();
		world_must(++n < TURNS_MAX, "the loop comes to rest");
	} while (run_ready());
}

static struct timer *
first_due(uint64_t end_ms)
{
	struct timer *first = NULL;

	for (struct timer *at = world.timers; at != NULL; at = at->next)
		if (at->running && at->due_ms <= end_ms &&
		    (first == NULL || at->due_ms < first->due_ms))
			first = at;
	return first;
}

void
world_advance(uint64_t ms)
{
	uint64_t end_ms = world.now_ms + ms;
	struct timer *timer;

	for (unsigned i = 0; i < FIRED_MAX && !world.stopped; i++) {
		timer = first_due(end_ms);
		if (timer == NULL) {
			world.now_ms = end_ms;
			break;
		}
		if (timer->due_ms > world.now_ms)
			world.now_ms = timer->due_ms;
		timer->running = timer->repeat_ms > 0;
		timer->due_ms += timer->repeat_ms;
		timer->run(timer->ctx);
		world_settle();
	}
}

/* ---- proxy/common/loop.h ---- */

struct loop *
loop_new(void)
{
	return &world;
}

void
loop_free(struct loop *loop)
{
	(void)loop;
}

void
loop_run(struct loop *loop)
{
	(void)loop;
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

uint64_t
loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

void
loop_on_turn(struct loop *loop, void (*run)(void *ctx), void *ctx)
{
	loop->on_turn = run;
	loop->ctx = ctx;
}

int
loop_signal(
    struct loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx)
{
	(void)loop;
	(void)signo;
	(void)run;
	(void)ctx;
	return 0;
}

struct timer *
timer_new(struct loop *loop, void (*run)(void *ctx), void *ctx)
{
	struct timer *timer = calloc(1, sizeof(*timer));

	world_must(timer != NULL, "memory");
	timer->run = run;
	timer->ctx = ctx;
	timer->next = loop->timers;
	loop->timers = timer;
	return timer;
}

void
timer_start(struct timer *timer, uint64_t after_ms, uint64_t repeat_ms)
{
	timer->due_ms = world.now_ms + after_ms;
	timer->repeat_ms = repeat_ms;
	timer->running = true;
}

void
timer_stop(struct timer *timer)
{
	timer->running = false;
}

void
timer_free(struct timer *timer)
{
	struct timer **at = &world.timers;

	if (timer == NULL)
		return;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	free(timer);
}

struct watch *
watch_new(
    struct loop *loop, int fd, void (*run)(void *ctx, int events), void *ctx)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	world_must(watch != NULL, "memory");
	watch->run = run;
	watch->ctx = ctx;
	watch->fd = fd;
	watch->next = loop->watches;
	loop->watches = watch;
	return watch;
}

void
watch_set(struct watch *watch, int events)
{
	watch->events = events;
}

void
watch_free(struct watch *watch)
{
	struct watch **at = &world.watches;

	if (watch == NULL)
		return;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	free(watch);
}

/* ---- proxy/common/clock.h ---- */

uint64_t
clock_boot_ms(void)
{
	return world.now_ms;
}

uint64_t
clock_boot_ns(void)
{
	return world.now_ms * 1000000;
}

uint64_t
clock_wall_ns(void)
{
	return world.now_ms * 1000000;
}

void
clock_boot_id(uint8_t out[16])
{
	memset(out, 1, 16);
}
