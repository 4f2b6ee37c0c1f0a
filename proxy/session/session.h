/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The session role: one process for one configured BGP peer.
 *
 *	supervisor ──sockets──► session.c ──► slot.c (FSM, timers) ──► conn.c
 *	                                        │ OPEN      greet.c
 *	customer's rules ────► learn.c ────► adj_in ────┐
 *	customer's routes ───► unicast.c ──► routes_in ─┴► tell.c ──► guard
 *	our routers' routes ─► unicast.c ──► feed.c ────────────────► guard
 *	guard ──► pump.c ──► adj_out ──► inward.c ──► UPDATEs to our routers
 *
 * Nothing is queued: what the guard has to hear and what the peer has to hear
 * is state in adj_in, routes_in, adj_out and the *_due fields below, said when
 *the channel or the socket has room; feed.c keeps no state, and stops reading.
 *This header is shared by the files of this folder.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proxy/common/channel.h"
#include "proxy/common/loop.h"
#include "proxy/common/message.h"
#include "proxy/sandbox/sandbox.h"
#include "proxy/session/adj_in.h"
#include "proxy/session/adj_out.h"
#include "proxy/session/backoff.h"
#include "proxy/session/conn.h"
#include "proxy/session/feed.h"
#include "proxy/session/fsm.h"
#include "proxy/session/pace.h"
#include "proxy/session/routes_in.h"
#include "proxy/wire/open.h"
#include "proxy/wire/reader.h"
#include "proxy/wire/update.h"

#define SESSION_UNREPORTED_MAX 64
#define SESSION_ENDING_MAX     16 /* connections that end in good order */

/* RFC 4271 8.2.2 suggests 4 minutes for OpenSent; half a minute is plenty for
 * an honest peer and less of a place to hide in. */
#define SESSION_OPEN_WAIT_MS  30000u
#define SESSION_QUIET_MS      10000u /* then a peer without GR has sent all */
#define SESSION_REPORT_MS     1000u
#define SESSION_REFRESH_MS    5000u  /* between refreshes, either way */
#define SESSION_OVERFLOW_MS   30000u /* between refreshes for lack of room */
#define SESSION_RETRY_S       120u   /* RFC 4271 10, when none is given */
#define SESSION_STOP_MS       2000u  /* to withdraw everything */
#define SESSION_REFUSED_MAX   100u   /* MSG_RULE_REFUSED a second */
/* After more prefixes than a customer may announce. */
#define SESSION_IDLE_LIMIT_MS 900000u
/* What waits for the guard, in octets; a feed's largest UPDATE must fit. */
#define PUMP_BUFFER           ((size_t)2 * CHANNEL_BATCH)
#define PUMP_BUFFER_INWARD    ((size_t)4 * CHANNEL_BATCH)

struct session;

/* Why an event happened, and what it brings. Zeroed where nothing is said. */
struct cause {
	uint8_t code; /* of the NOTIFICATION to send, or received */
	uint8_t subcode;
	uint8_t down;      /* enum down_reason, if this ends the session */
	struct span data;  /* of the NOTIFICATION; or the message's body */
	const char *words; /* shutdown communication to send; may be NULL */
	const char *text;  /* for a person; may be NULL */
};

/* One of the two connections that RFC 4271 6.8 knows: the one that we dial,
 * and the one that the peer does. */
struct slot {
	struct session *session;
	struct conn *conn; /* NULL: none; owned */
	struct timer *hold;
	struct timer *keepalive;
	struct timer *send_hold;
	uint64_t heard_ms;        /* when the hold timer was last restarted */
	uint32_t hold_ms;         /* 0: no hold timer */
	uint8_t state;            /* enum bgp_state */
	uint8_t direction;        /* enum socket_direction */
	uint8_t postponed;        /* times that a late hold timer waited */
	struct open open;         /* the peer's; valid from OpenConfirm */
	struct msg_socket socket; /* addresses, authenticated */
};

struct session {
	struct loop *loop;
	/* With the first configuration, which says whose session it is, all
	 * other rights end; NULL: they do not. */
	sandbox_entry *enter;
	struct channel *supervisor;
	struct channel *guard;    /* NULL: there is none now */
	struct adj_in *in;        /* customers: the rules they announce */
	struct routes_in *routes; /* customers: their unicast routes */
	struct adj_out *out;      /* inward: what they should have */
	struct feed feed;         /* inward: their unicast routes */
	struct slot *up;          /* the Established connection */
	struct conn *parked;      /* came while we were idle; owned */
	struct conn *ending[SESSION_ENDING_MAX]; /* in conn_finish(); owned */
	unsigned n_ending;
	unsigned n_unreported;
	uint32_t unreported[SESSION_UNREPORTED_MAX]; /* closed, to be said */
	struct backoff backoff;
	uint32_t refused;     /* MSG_RULE_REFUSED in the present second */
	uint64_t refused_ms;  /* when that second began */
	uint64_t overflow_ms; /* when room was last asked to be filled */
	uint64_t heard_update_ms;
	uint64_t refresh_ms[FAMILY_COUNT]; /* last BoRR taken */
	uint64_t rules_wait_ms; /* since then rules wait for routes; 0: none */

	struct timer *retry; /* to dial */
	struct timer *idle;  /* to start again after an end */
	struct timer *quiet;
	struct timer *report_timer;
	struct timer *ask_timer;
	struct pace pace;       /* of announced rules, to the guard */
	struct pace route_pace; /* of routes, both directions */
	struct timer *pace_timer;
	struct timer *serve_timer;
	struct timer *stop_timer;
	struct timer *more; /* goes on with UPDATEs in the next turn */

	struct slot slot[2];            /* dialled, accepted */
	struct msg_session_state state; /* kept current, counters too */
	struct msg_session_state ended; /* how the last session ended */
	struct msg_session_config config;
	struct msg_socket parked_socket;
	struct msg_stop stop;

	bool configured;
	bool stopping;
	bool done;         /* loop_stop() has been called */
	bool synced;       /* inward: the guard has said all */
	bool limited;      /* idle for long: too many prefixes */
	bool idle_running; /* these: the timer runs */
	bool paced;        /* pace_timer runs .. */
	bool pacing;       /* .. or has not yet shown that all is told */
	bool report_waits;
	bool ask_waits;
	bool serve_waits;

	/* To be said to the guard, in this order; see tell.c. The octets are
	 * families; feed.c says its own marks. */
	bool ended_due;
	bool state_due;
	uint8_t begin_due;    /* MARK_REFRESH_BEGIN */
	uint8_t end_due;      /* MARK_REFRESH_END */
	bool replay_due;      /* MARK_REPLAY_END */
	uint8_t complete_due; /* MARK_COMPLETE */
	bool held_due;        /* inward: MSG_OUT_HELD, then OUT_SYNC_END */
	uint8_t begun;        /* MARK_REFRESH_BEGIN was said to this guard */

	/* To be said to the peer: families. */
	uint8_t ask;      /* ROUTE-REFRESH */
	uint8_t eor_due;  /* End-of-RIB */
	uint8_t asked;    /* by its ROUTE-REFRESH, not begun */
	uint8_t borr_due; /* RFC 7313 */
	uint8_t eorr_due;

	uint8_t refreshing; /* the peer's: between BoRR and EoRR */
	uint8_t overflowed; /* families with rules that found no room */

	uint8_t limit_data[7]; /* of the Cease: AFI, SAFI, bound */
	char limit_text[96];   /* why */
};

/* ---- session.c: life, and the supervisor ---- */

/* A session that hears the supervisor on fd, which it takes over. NULL when
 * out of memory. It ends by loop_stop(). */
struct session *session_new(struct loop *loop, int fd);
void session_free(struct session *session);

/* Start what is idle unless a connection is under way. */
void session_start(struct session *session);
/* After any event: whatever must run, runs. */
void session_settle(struct session *session);
/* Tell the supervisor that a connection is closed. */
void session_closed(struct session *session, uint32_t id);
/* Ask the supervisor to dial. */
void session_dial(struct session *session);
/* The longest wait between attempts. */
uint32_t session_retry_ms(const struct session *session);
/* A random number; for jitter only. */
uint32_t session_random(void);
/* Note what ends or ended a connection, for reports. */
void session_note(struct session *session, const char *text);

/* ---- slot.c: FSM, timers, messages of a connection ---- */

int slot_init(struct slot *slot, struct session *session, uint8_t direction);
void slot_fini(struct slot *slot);
/* Put an event to a slot's machine and do what follows. */
void slot_event(
    struct slot *slot, enum fsm_event event, const struct cause *cause);
/* Take over a connected socket and start. */
void slot_adopt(
    struct slot *slot, struct conn *conn, const struct msg_socket *msg);
/* A connection for the slot, not started; NULL when out of memory (fd is
 * closed then). */
struct conn *slot_conn(struct slot *slot, int fd, uint32_t id);
/* End a connection that no slot has: tell why, close. */
void slot_refuse(struct session *session, struct conn *conn, uint8_t subcode);
/* End without a word. */
void slot_hang_up(struct session *session, struct conn *conn);

/* ---- greet.c: OPEN ---- */

void greet_send(struct slot *slot);
void greet_keepalive(struct slot *slot);
/*
 * Check the peer's OPEN. Fills slot->open and returns true, or false with the
 * NOTIFICATION in *cause (whose text may point to text).
 */
bool greet_check(
    struct slot *slot, struct span body, struct cause *cause, char text[96]);
/* Families that both sides speak. */
uint8_t greet_families(const struct slot *slot);
/* Negotiated hold time, seconds. */
uint16_t greet_hold(const struct slot *slot);

/* ---- learn.c: what the peer says ---- */

void learn_up(struct session *session);
void learn_down(struct session *session);
/* An UPDATE of the Established session. False: it ends the session, for
 * *cause. */
bool learn_update(
    struct session *session, struct span body, struct cause *cause);
bool learn_refresh(
    struct session *session, struct span body, struct cause *cause);
/* Ask for route refresh, soon; nothing where the peer knows none. */
void learn_ask(struct session *session, unsigned families);
/* Room has appeared: ask for what did not fit. */
void learn_room(struct session *session);
int learn_init(struct session *session);
void learn_fini(struct session *session);

/* ---- unicast.c: what the peer says of unicast routes ---- */

/* The unicast part of an UPDATE. False: it ends the session, for *cause. */
bool unicast_update(
    struct session *session, const struct update *update, struct cause *cause);
/* A customer's refresh of one unicast family begins or ends (RFC 7313). */
void unicast_refresh(struct session *session, unsigned family, bool begins);
/* The guard wants these families again. */
void unicast_again(struct session *session, unsigned families);
/* What is ignored has changed. False: the peer cannot be asked. */
bool unicast_ask(struct session *session);

/* ---- feed.c: an inward session's routes to the guard ---- */

int feed_init(struct session *session);
void feed_fini(struct session *session);
void feed_up(struct session *session);
void feed_down(struct session *session);
/* The routes of one UPDATE; facts NULL: what it announces is withdrawn. */
void feed_update(struct session *session, const struct update *update,
    const struct route_facts *facts);
void feed_end_of_rib(struct session *session, unsigned family);
/* BoRR, EoRR of one family. */
void feed_refresh(struct session *session, unsigned family, bool begins);
/* The peer has just been asked for these families. */
void feed_asked(struct session *session, unsigned families);
/* Ask the peer for these families, though nothing was missed. */
void feed_again(struct session *session, unsigned families);
/* There is a new guard. */
void feed_guard(struct session *session);
/* Something was written to the guard: pause unless another UPDATE fits. */
void feed_room(struct session *session);
/* At the end of a turn: go on, or ask for what was missed. */
void feed_turn(struct session *session);

/* ---- inward.c: what we say to the peer ---- */

int inward_init(struct session *session);
void inward_fini(struct session *session);
void inward_up(struct session *session);
void inward_down(struct session *session);
/* Write what is due while the socket takes it. */
void inward_pump(struct session *session);
/* The peer asked for route refresh. */
void inward_asked(struct session *session, unsigned family);
/* Nothing is due and nothing waits for the socket. */
bool inward_idle(const struct session *session);

/* ---- pump.c: the guard ---- */

/* Take over a channel to a new guard. */
void pump_open(struct session *session, int fd);
void pump_close(struct session *session);
/* Say how the session stands, which comes before all else. False: there is no
 * guard, no room, or no configuration that says whose session it is. */
bool pump_state(struct session *session);
/* A mark of one family (REPLAY_END: families). False when there is no room. */
bool pump_mark(struct session *session, enum rib_mark mark, unsigned family);
/* Say what is due while the channel has room. */
void pump_run(struct session *session);

/* ---- tell.c: a customer's rules and routes to the guard ---- */

/* Say what is due while the channel has room; the state has been said. */
void tell_run(struct session *session);
int tell_init(struct session *session);
void tell_fini(struct session *session);
/* There is a new guard: it is to hear everything. */
void tell_guard(struct session *session);

/* ---- report.c: MSG_SESSION_STATE ---- */

int report_init(struct session *session);
void report_fini(struct session *session);
/* Something to be told at once. */
void report_change(struct session *session);
/* A counter moved: within a second. */
void report_count(struct session *session);
void report_up(struct session *session);
void report_down(struct session *session, uint8_t down);
/* Which keys sign, and what did not fit them: looked at for each report. */
void report_auth(struct session *session);
/* A KEEPALIVE has come: all that does of a quiet peer. */
void report_keepalive(const struct slot *slot);
/* Keys have moved: the peer has to see it, and the guard. */
void report_nudge(struct session *session);
