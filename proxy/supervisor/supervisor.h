/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor: what it holds. supervisor.c is the place to begin: it
 * starts the roles and introduces them to each other.
 *
 *   supervisor.c  boot, the guard, links between the roles
 *   parts.c       the other roles there is one of
 *   parts_log.c   of these, the signer and the witness
 *   peer.c        one neighbour: its session process and its sockets
 *   ranges.c      whose connection it is; the places of dynamic neighbours
 *   keys.c        keys on the listeners
 *   auth_watch.c  keys on connections that stay, and what does not fit them
 *   adopt.c       a configuration comes into force: listeners, keys, peers
 *   reload.c      a new one, from the file over the guard to there
 *   trial.c       one that is taken back unless it is confirmed
 *   waits.c       IRR lists, and what waits for a person
 *   crash.c       what guards crashed of
 *   levels.c      what the log tells, and of whom
 *   stop.c        the way down
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/common/loop.h"
#include "proxy/sandbox/sandbox.h"
#include "proxy/supervisor/auth.h"
#include "proxy/supervisor/cfg_set.h"
#include "proxy/supervisor/dial.h"
#include "proxy/supervisor/feed.h"
#include "proxy/supervisor/irr.h"
#include "proxy/supervisor/irr_load.h"
#include "proxy/supervisor/listen.h"
#include "proxy/supervisor/load.h"
#include "proxy/supervisor/names.h"
#include "proxy/supervisor/netstat.h"
#include "proxy/supervisor/notify.h"
#include "proxy/supervisor/crash.h"
#include "proxy/supervisor/process.h"
#include "proxy/supervisor/setup.h"

#define PEER_SOCKETS_MAX 2 /* passed at a time, RFC 4271 6.8 */

struct supervisor;

/* A duplicate of a socket that a session has. */
struct peer_socket {
	uint32_t id; /* 0: free */
	int fd;
	struct auth_roll roll; /* TCP-AO */
};

/* What auth_watch.c knows of one peer. */
struct peer_auth {
	uint32_t taken;     /* keys of its chain that listeners have */
	bool lapsed;        /* no key's time, and that has been said */
	uint64_t seen_good; /* the listeners' counters, when last read */
	uint64_t seen_bad;
	struct auth_state total; /* at the listeners, since the start */
	struct auth_state told;  /* of that, the guard */
	uint64_t bad;            /* segments that nobody has told of yet */
	uint64_t unknown;
	uint64_t unsigned_in;
	uint64_t told_ms; /* when that was; 0: never */
};

enum peer_state {
	PEER_RUNNING,
	PEER_CHANGING, /* its process ends, one with the new setup follows */
	PEER_LEAVING,  /* its process ends, then the peer is freed */
};

struct peer {
	struct supervisor *supervisor;
	struct setup setup;
	struct address remote; /* whose place it is now: the neighbour's, or (of
				  a range) who came; afi 0: nobody yet */
	struct process process;
	struct peer_socket sockets[PEER_SOCKETS_MAX];
	struct dial *dial;
	uint64_t idle_ms;  /* its last connection went */
	uint64_t asked_ms; /* to dial, last, not in haste */
	uint32_t hasty;    /* asked again too soon, since */
	struct peer_auth auth;
	uint64_t key_told_ms; /* that its keys are bad; 0: never */
	uint64_t refused_ms;  /* last said */
	uint32_t refused;     /* connections since */
	enum peer_state state;
	bool linked; /* with the guard */
};

/* One of the roles there is one of. */
struct part {
	struct supervisor *supervisor;
	struct process process;
	bool ready; /* has its configuration, may be linked */
};

/* Connections with control that http asks for. */
struct http_asks {
	uint64_t since_ms;
	uint32_t n;  /* since then */
	bool wanted; /* one is to be made */
};

enum phase {
	PHASE_BOOT, /* the file is being read */
	PHASE_RUN,
	PHASE_STOP_GUARD,
	PHASE_STOP_SESSIONS,
	PHASE_STOP_REST,
	PHASE_STOP_SEAL,
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
	bool rollback;      /* it is the set of before, back again */
	uint32_t confirm_s; /* taken back then unless confirmed; 0: no */
	char operator_name[32];
	struct reload_sessions sessions; /* what it does to them */
	struct timer *timer;
};

/* TCP's signatures, all peers'. */
struct auth_watch {
	struct timer *timer;
	uint64_t due_ms;     /* the timer's; 0: it does not run */
	uint64_t counted_ms; /* when counters were read last */
	uint64_t guard_ms;   /* start of the guard that has been told */
	bool counting;       /* md5 says something */
	bool md5_said;       /* the guard has been told of it */
	struct netstat_md5 md5;
	struct netstat_md5 md5_told;   /* the guard */
	struct netstat_md5 md5_logged; /* .. and in the log */
	uint64_t md5_told_ms;          /* when that was; 0: never */
	uint64_t listen_unknown;       /* TCP-AO, at all listeners */
	uint64_t listen_unsigned;
	uint64_t listen_told_ms;
};

/* A configuration in force that a person has to confirm. */
struct trial {
	bool waits;             /* until it is confirmed, or taken back */
	struct cfg_set *before; /* to go back to; NULL: going */
	struct timer *timer;
	uint64_t until_ns; /* wall */
	uint8_t told;      /* enum irr_told: the guard knows that it waits */
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
	struct tcp_ao ao; /* the kernel's, or a test's */
	struct auth_watch auth;
	uint64_t full_ms; /* last said that a range is full */
	uint32_t full;    /* connections refused for it since */
	struct part store;
	struct part guard;
	struct part control;
	struct part rpki; /* wanted with caches */
	struct part http; /* wanted with an address */
	struct http_asks http_asks;
	struct part signer;
	struct part witness; /* wanted with a witness or an address */
	/* What these have been told. */
	struct msg_control_config control_config;
	struct msg_cfg_rpki rpki_config;
	struct msg_http_config http_config;
	struct msg_cfg_log log_config; /* store, signer and witness */
	struct feed feed;              /* to the guard */
	struct crash crash;
	struct irr *irr;
	struct irr_load *irr_load;
	struct timer *irr_timer;
	bool waits_due; /* the guard has to be told of lists or waits */
	struct trial trial;
	struct log_levels levels;
	struct timer *levels_timer;
	uint64_t levels_since_ms;
	uint32_t levels_n; /* set since then */
	struct peer **peers;
	uint32_t n_peers;
	uint32_t room_peers;
	uint32_t next_socket; /* id */
	bool guard_store;     /* linked */
	bool guard_control;
	bool guard_rpki;
	bool control_store;
	bool store_signer;
	bool store_witness;
	bool witness_signer;
	bool answers;    /* control: has listened, or ended */
	bool told_ready; /* the service manager */
	struct reload reload;
	enum phase phase;
	int exit_code;
};

/* Boot, run and stop with this configuration file; enter ends what even the
 * supervisor does not need. Returns the exit code: 0 stopped, 1 could not run,
 * 2 the configuration is wrong. */
int supervisor_run(const char *file, sandbox_entry *enter);

/* Make every link that is missing and possible. */
void supervisor_link(struct supervisor *supervisor);

/* Tell the service manager, once: everything is there. */
void supervisor_tell_ready(struct supervisor *supervisor);

/* Feed the guard the configuration in force, as after its start. */
void supervisor_feed_boot(struct supervisor *supervisor);

/* Connect two processes: each gets MSG_CHANNEL with the other's role (and
 * peer). True when both have been told. */
bool supervisor_connect(struct process *a, enum role role_a, struct process *b,
    enum role role_b, uint32_t peer_b);

/* ---- parts.c ---- */

/* Set up a part whose program and ops are borrowed for ever; its context is
 * the part. 0, or -1 when out of memory. */
int part_init(struct supervisor *supervisor, struct part *part,
    const char *program, const struct process_ops *ops);
void part_fini(struct part *part); /* also of one that was not set up */

/* MSG_STOP, then the kill; not started again. */
void part_stop(struct part *part);

/* Its configuration; it is ready then. */
void part_config(struct part *part, const void *msg, size_t size);

/* A message that it does not send: it is killed, fd closed. */
void part_unexpected(struct part *part, const struct msg_head *head, int fd);

/* Start or stop it. One that still ends is started when it has. */
void part_want(struct part *part, bool wanted);

/* It has ended: because it was told to, and is wanted (again) meanwhile? */
void part_down(struct part *part, bool wanted);

/* All but the guard. */
int parts_init(struct supervisor *supervisor); /* 0, or -1: out of memory */
void parts_fini(struct supervisor *supervisor);

/* Start those that are always there, with the set in force. */
void parts_start(struct supervisor *supervisor);

/* Another set is in force: tell, start and stop what depends on it. */
void parts_update(struct supervisor *supervisor);

/* Make every missing link between two of them and with the guard. */
void parts_link(struct supervisor *supervisor);

/* The way down: no more starts; then, of all but signer and witness: stop;
 * kill; all have ended. */
void parts_release(struct supervisor *supervisor);
void parts_stop(struct supervisor *supervisor);
void parts_kill(struct supervisor *supervisor);
bool parts_gone(const struct supervisor *supervisor);

/* ---- parts_log.c ---- */

/* Signer and witness: as those of parts.c, which call all but the last three.
 */
int log_parts_init(struct supervisor *supervisor);
void log_parts_fini(struct supervisor *supervisor);
void log_parts_start(struct supervisor *supervisor);
void log_parts_update(struct supervisor *supervisor);
void log_parts_link(struct supervisor *supervisor);
void log_parts_release(struct supervisor *supervisor);

/* The store, which wants a last checkpoint of them, has ended. */
void log_parts_stop(struct supervisor *supervisor);
void log_parts_kill(struct supervisor *supervisor);
bool log_parts_gone(const struct supervisor *supervisor);

/* Tell a part of the log's configuration, behind what it has been told. */
void log_parts_tell(struct part *part, enum msg_kind kind);

/* ---- waits.c ---- */

int waits_init(struct supervisor *supervisor); /* 0, or -1: out of memory */
void waits_fini(struct supervisor *supervisor);

/* Another set is in force: watch its IRR files. */
void waits_update(struct supervisor *supervisor);

/* Tell the guard what it does not know yet of lists and of what waits, as far
 * as there is room. */
void waits_send(struct supervisor *supervisor);

/* A new guard knows nothing but the set it is fed. */
void waits_forget(struct supervisor *supervisor);

/* The guard says that a person has confirmed something. */
void waits_confirmed(
    struct supervisor *supervisor, const struct msg_confirm *msg);

/* ---- trial.c ---- */

#define TRIAL_MAX_S 86400u

int trial_init(struct supervisor *supervisor); /* 0, or -1: out of memory */
void trial_fini(struct supervisor *supervisor);

/* The set in force has replaced before (taken) and has to be confirmed. */
void trial_start(
    struct supervisor *supervisor, struct cfg_set *before, uint32_t confirm_s);

void trial_confirm(struct supervisor *supervisor, const char *operator_name);

/* It has been taken back, or that has failed. */
void trial_end(struct supervisor *supervisor);

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

/* Its chain, as of now: borrowed from the peer. Only with TCP-AO. */
struct auth_chain peer_chain(const struct peer *peer);

/* Let its session send something: what it signs with has changed. */
void peer_nudge(struct peer *peer);

/* It has a connection. */
bool peer_connected(const struct peer *peer);

/* ---- keys.c ---- */

/*
 * The set in force brings these setups, rows as of adopt.c (1 + the row of
 * each peer number, 0: none): keys that nobody has any more go from the
 * listeners, all others are put there, also on listeners that are new.
 */
void keys_update(struct supervisor *supervisor, const struct setup *setups,
    const uint32_t *rows);

/* Time has passed: the same for one peer with TCP-AO. */
void keys_tick(struct peer *peer, uint64_t now_s);

/* ---- auth_watch.c ---- */

int auth_watch_init(struct supervisor *supervisor); /* 0, -1: out of memory */
void auth_watch_fini(struct supervisor *supervisor);

/* Chains or connections are others than before: look soon. */
void auth_watch_soon(struct supervisor *supervisor);

/* ---- levels.c ---- */

/* What sluiced prints now is what it goes back to. 0, or -1: out of memory. */
int levels_init(struct supervisor *supervisor);
void levels_fini(struct supervisor *supervisor);

/* Control asks: shown, or set and shown. */
void levels_ask(struct supervisor *supervisor, const struct msg_log_ask *msg);

/* ---- reload.c ---- */

/* Read the file again. msg is control's request, NULL for a signal. */
void reload_start(struct supervisor *supervisor, const struct msg_reload *msg);

/* The guard's answer; or it has gone, and answers no more. */
void reload_result(
    struct supervisor *supervisor, const struct msg_cfg_result *msg);
void reload_guard_gone(struct supervisor *supervisor);

/* Go back to set (taken), as if it had been read from the file. False when
 * that has to wait for a reload under way: set is not taken. */
bool reload_rollback(struct supervisor *supervisor, struct cfg_set *set);

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

/* What adopting them would do to sessions. The places of a range count where
 * somebody is connected. 0, or -1 when out of memory. */
int adopt_sessions(const struct supervisor *supervisor,
    const struct cfg_set *set, const struct setup *setups,
    struct reload_sessions *out);

/* ---- stop.c ---- */

/* Begin to stop, or hurry up when that has begun. */
void stop_start(struct supervisor *supervisor);

/* A process has ended: go on to the next phase when it was the last. */
void stop_progress(struct supervisor *supervisor);
