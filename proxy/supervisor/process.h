/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One role as a process: started with its channel at ROLE_FD, watched, and
 * started again when it ends while it is wanted.
 *
 * It has ended when the kernel says so (process_reap) and its channel has been
 * read to the end. Whichever comes second is waited for, but not long.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/supervisor/log_levels.h"
#include "proxy/supervisor/respawn.h"

#define PROCESS_NAME_MAX 96

struct process;

/* All processes of one supervisor. */
struct process_table {
	struct loop *loop;
	struct process *first;
	const struct log_levels *levels; /* NULL: as they start */
	char folder[256];                /* where the roles' programs are */
};

struct process_ops {
	/* It runs; its channel takes messages. */
	void (*on_up)(void *ctx);
	void (*on_message)(void *ctx, const struct msg_head *head, int fd);
	/* There is room in the channel again. May be NULL. */
	void (*on_room)(void *ctx);
	/* It has ended, with this wait status. Its start is scheduled if it is
	 * still wanted. May call process_free(). */
	void (*on_down)(void *ctx, int status);
};

struct process {
	struct process_table *table;
	struct process *next;
	const char *program;         /* "sluice-guard"; borrowed for ever */
	const char *option;          /* before the argument; NULL: none */
	const char *argument;        /* one, or NULL; borrowed */
	char name[PROCESS_NAME_MAX]; /* for log lines, and as argv[0] */
	size_t limit;                /* of the channel */
	bool bare;                   /* without our environment */
	bool deaf;                   /* reads nothing of its channel */
	const struct process_ops *ops;
	void *ctx;
	pid_t pid;               /* 0: does not run */
	struct channel *channel; /* NULL: none, or ended */
	struct timer *timer;     /* next start, or kill */
	struct respawn respawn;
	uint64_t started_ms;
	uint8_t told; /* enum log_class that it prints */
	bool wanted;
	bool reaped; /* ended, its channel not yet */
	int status;  /* how it ended */
};

/* Find where the roles' programs are. */
void process_table_init(struct process_table *table, struct loop *loop);

/*
 * Set up *process, which stays where it is until process_free(): program,
 * option, argument, name, limit, bare, ops and ctx are filled in, the rest
 * zero. Returns 0, or -1 when out of memory.
 */
int process_init(struct process_table *table, struct process *process);

/* Kill it if it runs, and forget it. The memory is the caller's. */
void process_free(struct process *process);

/* Start now, and again whenever it ends. */
void process_start(struct process *process);

/* No more starts, but let it run. */
void process_release(struct process *process);

/* No more starts; kill it if it still runs after_ms from now. */
void process_finish(struct process *process, uint64_t after_ms);

/* Kill now; it starts again if it is wanted. */
void process_kill(struct process *process);

/* It neither runs nor has anything left to be read. */
bool process_gone(const struct process *process);

/* Tell it what to log, if it does not know. False: there is no room now. */
bool process_level(struct process *process);

/* It runs and can be talked to. */
bool process_up(const struct process *process);

/* Collect the processes that have ended (SIGCHLD). */
void process_reap(struct process_table *table);
