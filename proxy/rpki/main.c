/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sluice-rpki: asks the RPKI caches, and tells the guard. Started by sluiced.
 *
 *   caches --RTRlib--> rtr --> rpki --> guard_link --> guard
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proxy/common/check.h"
#include "proxy/common/clock.h"
#include "proxy/common/log.h"
#include "proxy/common/role.h"
#include "proxy/rpki/rpki.h"
#include "proxy/rpki/rtr.h"
#include "proxy/rpki/vrp_set.h"
#include "proxy/sandbox/sandbox.h"

#define SUPERVISOR_LIMIT (64u << 10)
#define TICK_MS          500
/* RTRlib keeps what a cache sends before its End of Data, however much that is:
 * this is where it ends. Four million VRPs take about half of it. */
#define MEMORY_MAX       (4ull << 30)

struct role_rpki {
	struct loop *loop;
	struct channel *supervisor;
	struct timer *tick;
	struct rpki *rpki;
	struct rtr_caches *caches;  /* NULL: none are asked */
	struct sandbox_wants wants; /* of the sandbox */
	bool contained;
	bool failed;
};

static void
end(struct role_rpki *role, bool failed)
{
	role->failed |= failed;
	loop_stop(role->loop);
}

/* ---- RTRlib ---- */

static void
on_vrp(void *ctx, unsigned cache, const struct vrp *vrp, bool announce)
{
	const struct role_rpki *role = ctx;

	rpki_heard(role->rpki, cache, vrp, announce);
}

static void
on_sync(void *ctx, const struct rpki_sync *sync)
{
	const struct role_rpki *role = ctx;

	rpki_synced(role->rpki, sync, clock_boot_ms());
}

static void
on_trouble(void *ctx, unsigned cache, const char *what)
{
	const struct role_rpki *role = ctx;

	rpki_trouble(role->rpki, cache, what);
}

static int
caches_start(void *ctx, const struct msg_cfg_rpki *config)
{
	struct role_rpki *role = ctx;
	const struct rtr_ops ops = { on_vrp, on_sync, on_trouble, role };

	role->caches = rtr_caches_open(role->loop, config, &ops);
	return role->caches == NULL ? -1 : 0;
}

static void
caches_stop(void *ctx)
{
	struct role_rpki *role = ctx;

	rtr_caches_close(role->caches);
	role->caches = NULL;
}

/* ---- supervisor ---- */

/* Caches have addresses, no names. */
static void
wants_take(struct sandbox_wants *wants, const struct msg_cfg_rpki *msg)
{
	*wants = (struct sandbox_wants){ 0 };
	for (uint32_t i = 0; i < msg->n; i++)
		wants->connect[wants->n_connect++] = msg->cache[i].address.port;
}

static bool
is_wanted(const struct sandbox_wants *wants, uint16_t port)
{
	for (size_t i = 0; i < wants->n_connect; i++) {
		if (wants->connect[i] == port)
			return true;
	}
	return false;
}

/* Once; a cache at a port that was not named then is another process's. */
static bool
contain(struct role_rpki *role, const struct msg_cfg_rpki *msg)
{
	if (!role->contained) {
		role->contained = true;
		wants_take(&role->wants, msg);
		if (sandbox_enter(ROLE_RPKI, &role->wants, NULL) == 0)
			return true;
		end(role, true);
		return false;
	}
	for (uint32_t i = 0; i < msg->n; i++) {
		if (is_wanted(&role->wants, msg->cache[i].address.port))
			continue;
		log_line(LOG_INFO, "caches: another port: starting anew");
		end(role, false);
		return false;
	}
	return true;
}

static void
take_config(struct role_rpki *role, const struct msg_cfg_rpki *msg)
{
	if (!check_cfg_rpki(msg))
		end(role, true);
	else if (contain(role, msg))
		rpki_configure(role->rpki, msg, clock_boot_ms());
}

static void
on_message(void *ctx, const struct msg_head *head, int fd)
{
	struct role_rpki *role = ctx;
	const void *msg = head;
	const struct msg_channel *channel = msg;

	if (head->kind == MSG_CHANNEL && channel->role == ROLE_GUARD &&
	    fd >= 0) {
		rpki_attach(role->rpki, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (head->kind == MSG_RPKI_CONFIG)
		take_config(role, msg);
	else if (head->kind == MSG_STOP)
		end(role, false);
}

/* The supervisor is gone, and all of us with it. */
static void
on_closed(void *ctx)
{
	end(ctx, false);
}

/* ---- time ---- */

static void
on_tick(void *ctx)
{
	const struct role_rpki *role = ctx;

	rpki_tick(role->rpki, clock_boot_ms());
}

static void
on_turn(void *ctx)
{
	struct role_rpki *role = ctx;

	rpki_tick(role->rpki, clock_boot_ms());
	if (rpki_failed(role->rpki))
		end(role, true);
}

/* ---- life ---- */

static int
role_run(struct role_rpki *role)
{
	static const struct channel_ops ops = { .on_message = on_message,
		.on_closed = on_closed };
	const struct rpki_source source = { caches_start, caches_stop, role };

	role->loop = loop_new();
	if (role->loop == NULL)
		return -1;
	role->rpki = rpki_new(role->loop, &source, VRP_SET_MAX);
	role->tick = timer_new(role->loop, on_tick, role);
	role->supervisor =
	    channel_open(role->loop, ROLE_FD, SUPERVISOR_LIMIT, &ops, role);
	if (role->rpki == NULL || role->tick == NULL ||
	    role->supervisor == NULL)
		return -1;
	timer_start(role->tick, TICK_MS, TICK_MS);
	loop_on_turn(role->loop, on_turn, role);
	loop_run(role->loop);
	return role->failed ? -1 : 0;
}

/* An instrumented program has taken more than this before it begins: the limit
 * is for the others. */
static void
limit_memory(void)
{
	const struct rlimit limit = { MEMORY_MAX, MEMORY_MAX };
	unsigned long long pages;
	char line[128] = "";
	FILE *file = fopen("/proc/self/statm", "re");
	long page = sysconf(_SC_PAGESIZE);

	if (file == NULL)
		return;
	(void)!fgets(line, sizeof(line), file);
	(void)fclose(file);
	pages = strtoull(line, NULL, 10);
	if (pages > 0 && page > 0 &&
	    pages < MEMORY_MAX / (unsigned long long)page)
		(void)setrlimit(RLIMIT_AS, &limit);
}

/* RTRlib's threads are not waited for: one of them may be asleep. */
int
main(void)
{
	struct role_rpki role = { 0 };

	if (role_init("sluice-rpki") != 0) {
		(void)fprintf(
		    stderr, "sluice-rpki is started by sluiced, not by hand\n");
		return 2;
	}
	log_open("rpki", LOG_INFO);
	if (sandbox_begin(ROLE_RPKI) < 0)
		_exit(EXIT_FAILURE);
	limit_memory();
	rtr_be_quiet();
	_exit(role_run(&role) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
