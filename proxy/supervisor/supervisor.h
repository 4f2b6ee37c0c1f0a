/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor: what it holds. supervisor.c is the place to begin: it
 * starts the roles and introduces them to each other.
 *
 *   supervisor.c  boot, the guard, the store and control, links between them
 *   peer.c        one neighbour: its session process and its sockets
 *   adopt.c       a configuration comes into force: listeners, keys, peers
 *   reload.c      a new one, from the file over the guard to there
 *   stop.c        the way down
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "proxy/supervisor/cfg_set.h"
#include "proxy/supervisor/dial.h"
#include "proxy/supervisor/feed.h"
#include "proxy/supervisor/listen.h"
#include "proxy/supervisor/load.h"
#include "proxy/supervisor/names.h"
#include "proxy/supervisor/notify.h"
#include "proxy/supervisor/process.h"
#include "proxy/supervisor/setup.h"

#define PEER_SOCKETS_MAX 2 /* passed at a time, RFC 4271 6.8 */

struct supervisor;

/* A duplicate of a socket that a session has. */
struct peer_socket {
	uint32_t id; /* 0: free */
	int fd;
};

enum peer_state {
	PEER_RUNNING,
	PEER_CHANGING, /* its process ends, one with the new setup follows */
	PEER_LEAVING,  /* its process ends, then the peer is freed */
};

struct peer {
	struct supervisor *supervisor;
	struct setup setup;
	struct process process;
	struct peer_socket sockets[PEER_SOCKETS_MAX];
	struct dial *dial;
	uint64_t asked_ms;    /* to dial, last, not in haste */
	uint32_t hasty;       /* asked again too soon, since */
	uint64_t key_told_ms; /* that the password file is bad; 0: never */
	uint64_t refused_ms;  /* last said */
	uint32_t refused;     /* connections since */
	enum peer_state state;
	bool linked; /* with the guard */
};

/* One of the three roles there is one of. */
struct part {
	struct supervisor *supervisor;
	struct process process;
	bool ready; /* has its configuration, may be linked */
};

enum phase {
	PHASE_BOOT, /* the file is being read */
	PHASE_RUN,
	PHASE_STOP_GUARD,
	PHASE_STOP_SESSIONS,
	PHASE_STOP_REST,
};

/* A reload under way. */
struct reload {
	struct load *load;    /* reading the file */
	struct cfg_set *set;  /* the guard is being asked */
	struct setup *setups; /* of the set's neighbours */
	uint64_t generation;
	uint32_t request; /* control's; 0: by signal */
	bool by_control;
	bool dry_run;
	char operator_name[32];
	struct timer *timer;
};

struct supervisor {
	struct loop *loop;
	const char *file;
	struct process_table processes;
	struct notify *notify;
	struct names *customers;
	struct names *names; /* of peers */
	struct cfg_set *set; /* in force */
	uint64_t set_generation;
	uint64_t generation; /* the last one used */
	struct load *load;   /* at boot */
	struct listeners *listeners;
	struct part store;
	struct part guard;
	struct part control;
	struct feed feed; /* to the guard */
	struct peer **peers;
	uint32_t n_peers;
	uint32_t room_peers;
	uint32_t next_socket; /* id */
	bool guard_store;     /* linked */
	bool guard_control;
	bool control_store;
	bool told_ready; /* the service manager */
	struct reload reload;
	enum phase phase;
	int exit_code;
};

/* Boot, run and stop with this configuration file; returns the exit code: 0
 * stopped, 1 could not run, 2 the configuration is wrong. */
int supervisor_run(const char *file);

/* Make every link that is missing and possible. */
void supervisor_link(struct supervisor *supervisor);

/* Feed the guard the configuration in force, as after its start. */
void supervisor_feed_boot(struct supervisor *supervisor);

/* Connect two processes: each gets MSG_CHANNEL with the other's role (and
 * peer). True when both have been told. */
bool supervisor_connect(struct process *a, enum role role_a, struct process *b,
    enum role role_b, uint32_t peer_b);

/* ---- peer.c ---- */

/* A peer, its process not yet started; NULL when out of memory. */
struct peer *peer_new(struct supervisor *supervisor, const struct setup *setup);

/* Forget it at once: process killed, sockets shut down. */
void peer_free(struct peer *peer);

/* A connection from its address: passed on, or reset. fd is the callee's. */
void peer_accept(struct peer *peer, int fd);

/* Take a new setup: told, or started anew. The key has been seen to. */
void peer_change(struct peer *peer, const struct setup *setup);

/* No longer configured: Cease, end, freed. */
void peer_remove(struct peer *peer);

/* sluice stops: Cease, end within ms. */
void peer_shutdown(struct peer *peer, uint64_t ms);

/* Take it out of the supervisor's table and free it. */
void peer_drop(struct peer *peer);

/* ---- reload.c ---- */

/* Read the file again. msg is control's request, NULL for a signal. */
void reload_start(struct supervisor *supervisor, const struct msg_reload *msg);

/* The guard's answer; or it has gone, and answers no more. */
void reload_result(
    struct supervisor *supervisor, const struct msg_cfg_result *msg);
void reload_guard_gone(struct supervisor *supervisor);

/* Give up what is under way, silently. */
void reload_abort(struct supervisor *supervisor);

/* ---- adopt.c ---- */

/*
 * Number the set and make the setups of all its neighbours, to be freed. NULL
 * and *problem filled in when something is wrong: an address twice, a password
 * file that is not good, memory out.
 */
struct setup *adopt_prepare(struct supervisor *supervisor, struct cfg_set *set,
    struct msg_cfg_error *problem);

/*
 * Make set (now the supervisor's) the one in force: listeners, keys, peers.
 * setups has one row per neighbour. Returns 0, or the number of addresses
 * that could not be bound.
 */
int adopt_set(struct supervisor *supervisor, struct cfg_set *set,
    const struct setup *setups);

/* ---- stop.c ---- */

/* Begin to stop, or hurry up when that has begun. */
void stop_start(struct supervisor *supervisor);

/* A process has ended: go on to the next phase when it was the last. */
void stop_progress(struct supervisor *supervisor);
